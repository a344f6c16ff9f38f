"""Every kind of stream there is, and so every event. A new event is no line here."""

from collections.abc import Mapping
from typing import Any, Final

from domain import agreement, person, policy, programme, referral, registry, remisi_batch
from domain.activity import ACTIVITY
from domain.charge import CHARGE
from domain.claim import CLAIM
from domain.conduct import CONDUCT
from domain.correction import CORRECTION
from domain.custody import CUSTODY
from domain.detention import DETENTION
from domain.earlier_remisi import EARLIER_REMISI
from domain.integration import INTEGRATION
from domain.integration_assessment import INTEGRATION_ASSESSMENT
from domain.job_placement import JOB_PLACEMENT
from domain.kejar_paket import KEJAR_PAKET
from domain.kernel import Chapter, Event, Stream
from domain.partner_result import PARTNER_RESULT
from domain.register import REGISTER
from domain.remisi import REMISI
from domain.remisi_assessment import REMISI_ASSESSMENT
from domain.review import REVIEW
from domain.skill_training import SKILL_TRAINING
from domain.verdict import VERDICT

CASE: Final = Stream(
    name="case",
    chapters=(
        CUSTODY,
        REGISTER,
        DETENTION,
        CHARGE,
        VERDICT,
        EARLIER_REMISI,
        CLAIM,
        CONDUCT,
        REMISI,
        REMISI_ASSESSMENT,
        INTEGRATION,
        INTEGRATION_ASSESSMENT,
        JOB_PLACEMENT,
        KEJAR_PAKET,
        SKILL_TRAINING,
        ACTIVITY,
    ),
    subject=lambda key, journey: journey[CUSTODY].person or key,
)
PROGRAMME: Final = Stream(
    name="programme",
    chapters=(programme.PROGRAMME,),
    subject=lambda key, _: key,
)
AGREEMENT: Final = Stream(
    name="agreement", chapters=(agreement.AGREEMENT,), subject=lambda key, _: key
)
REFERRAL: Final = Stream(
    name="referral",
    chapters=(referral.REFERRAL,),
    subject=lambda key, _: key,
)
REMISI_BATCH: Final = Stream(
    name="remisi-batch", chapters=(remisi_batch.REMISI_BATCH,), subject=lambda key, _: key
)
PERSON: Final = Stream(
    name="person",
    chapters=(person.PERSON,),
    subject=lambda key, _: key,
)
REGISTRY: Final = Stream(name="registry", chapters=(registry.REGISTRY,), subject=lambda key, _: key)
POLICY: Final = Stream(name="policy", chapters=(policy.POLICY,), subject=lambda key, _: key)

STREAMS: Final[Mapping[str, Stream]] = {
    stream.name: stream
    for stream in (CASE, PERSON, PROGRAMME, AGREEMENT, REFERRAL, REMISI_BATCH, REGISTRY, POLICY)
}
EVENTS: Final[tuple[type[Event], ...]] = tuple(
    event for stream in STREAMS.values() for chapter in stream.chapters for event in chapter.events
)

ANNOTATING: Final[tuple[Chapter[Any, Any], ...]] = (CORRECTION, REVIEW, PARTNER_RESULT)
"""Chapters whose pages may stand in any stream: told about facts, and none themselves."""
ANNOTATIONS: Final[tuple[type[Event], ...]] = tuple(
    event for chapter in ANNOTATING for event in chapter.events
)
RECORDED: Final = (*EVENTS, *ANNOTATIONS)
"""Every event that a page may hold."""
