"""What a batch of the ledger may change for whoever agreements share with: read off its pages.

Most pages are not woken for it: their streams and names say enough.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from domain.correction import CorrectionApproved
from domain.forgotten import forgotten_by
from domain.programme import ProgrammeOpened
from domain.record import Recorded, StreamId
from infrastructure.changed_streams import NAMES
from infrastructure.feed_audiences import Cause
from infrastructure.feed_records import CUSTODY_NAMES
from infrastructure.tail import Batch, Kept

APPROVED: Final = frozenset(CorrectionApproved.names)
MOVING: Final = CUSTODY_NAMES | APPROVED
"""Pages after which another unit may answer for somebody."""
SUBJECTS: Final = ("case", "referral")
"""The kinds of stream that somebody's record is made of."""
NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Touched:
    """The streams that a batch tells of, each with what was told last; and who is forgotten.

    ``begun`` are those that the batch has from their first page on; ``moved`` are those for which
    another unit may answer than did.
    """

    subjects: dict[StreamId, Cause] = field(default_factory=dict)
    versions: dict[StreamId, int] = field(default_factory=dict)
    begun: set[StreamId] = field(default_factory=set)
    moved: set[StreamId] = field(default_factory=set)
    agreements: dict[str, Cause] = field(default_factory=dict)
    registry: dict[StreamId, Cause] = field(default_factory=dict)
    programmes: dict[str, Cause] = field(default_factory=dict)
    forgotten: dict[str, Cause] = field(default_factory=dict)


def touched_by(batch: Batch) -> Touched:
    """Return what a batch touches."""
    touched = Touched()
    for kept in batch.kept:
        kind, _, key = str(kept.page.originator_id).partition(":")
        if kind in SUBJECTS:
            stream = StreamId(kind=kind, key=key)
            touched.subjects[stream] = _cause(kept, touched.subjects.get(stream))
            touched.versions[stream] = kept.page.originator_version
            if kept.page.originator_version == 1:
                touched.begun.add(stream)
            if kept.page.topic in MOVING:
                touched.moved.add(stream)
        elif kind == "agreement":
            touched.agreements[key] = _cause(kept, None)
        elif kind == "registry":
            touched.registry[StreamId(kind=kind, key=key)] = _cause(kept, None)
        elif kind == "programme" and kept.page.topic in APPROVED.union(ProgrammeOpened.names):
            touched.programmes[key] = _cause(kept, touched.programmes.get(key))
    for _, page in batch.woken(NAMES):
        if isinstance(page, Recorded):
            cause = Cause(page.position, page.recorded_at, ())
            touched.forgotten |= dict.fromkeys(forgotten_by(page), cause)
    return touched


def whole_streams(
    batch: Batch, begun: Collection[StreamId]
) -> Mapping[StreamId, Sequence[Recorded]]:
    """Return streams that a batch has from their first page on: they need not be read.

    All of its pages are woken: so those that are at hand go on by what follows.
    """
    found: dict[StreamId, list[Recorded]] = {stream: [] for stream in begun}
    asleep = set()
    for stored, page in batch.woken({kept.page.topic for kept in batch.kept}):
        if not isinstance(page, Recorded):
            asleep.add(StreamId.of(str(stored.originator_id)))
        elif (pages := found.get(page.stream)) is not None:
            pages.append(page)
    return {stream: pages for stream, pages in found.items() if stream not in asleep}


def corrected(causes: Mapping[str, Cause]) -> Collection[str]:
    """Return what of these was corrected."""
    return [key for key, cause in causes.items() if cause.corrected]


def _cause(kept: Kept, before: Cause | None) -> Cause:
    page = kept.page
    name = page.topic.partition("@")[0]
    return Cause(
        position=page.id,
        at=page.recorded_at or NEVER,
        names=(name, *(before.names if before else ())),
        corrected=page.topic in APPROVED or bool(before and before.corrected),
    )
