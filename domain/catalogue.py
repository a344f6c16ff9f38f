"""Every kind of stream there is, and so every event. A new event is no line here."""

from collections.abc import Mapping
from typing import Final

from domain import agreement, programme, referral
from domain.conduct import CONDUCT
from domain.custody import CUSTODY
from domain.integration import INTEGRATION
from domain.job_placement import JOB_PLACEMENT
from domain.kernel import Event, Stream
from domain.remisi import REMISI

CASE: Final = Stream(
    name="case",
    chapters=(CUSTODY, CONDUCT, REMISI, INTEGRATION, JOB_PLACEMENT),
    subject=lambda key, journey: journey[CUSTODY].person or key,
)
PROGRAMME: Final = Stream(
    name="programme", chapters=(programme.PROGRAMME,), subject=lambda key, _: key
)
AGREEMENT: Final = Stream(
    name="agreement", chapters=(agreement.AGREEMENT,), subject=lambda key, _: key
)
REFERRAL: Final = Stream(name="referral", chapters=(referral.REFERRAL,), subject=lambda key, _: key)

STREAMS: Final[Mapping[str, Stream]] = {
    stream.name: stream for stream in (CASE, PROGRAMME, AGREEMENT, REFERRAL)
}
EVENTS: Final[tuple[type[Event], ...]] = tuple(
    event for stream in STREAMS.values() for chapter in stream.chapters for event in chapter.events
)
