"""An agreement compiled for one of its parties: the one object that decides what leaves the house.

Compiled from the facts of the agreement as they stand, and from what kind of agency the party is.
The API, the feed, webhooks and exports ask this object and nothing else. What is missing in an
agreement means nothing: no unit, no region, no kind of programme or of participant, no field, and
nothing is shared. A proposal shares nothing, nor does what is signed and does not run yet. A day of
validity begins and ends at midnight in the zone of the unit in question (Keppres 41/1987), so that
an agreement over two zones ends in each at its own midnight.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Final

from domain.agreement import (
    AGREEMENT,
    AgreementEnded,
    AgreementProposed,
    AgreementResumed,
    AgreementStarted,
    AgreementSuspended,
    ParticipantKind,
)
from domain.kernel import Event, Value
from domain.programme import ProgrammeKind
from domain.registry import AgencyKind
from domain.sharing.fields import FIELDS, RECORD_OF, RecordKind, SharedField
from domain.time import Zone

TAIL: Final = timedelta(days=90)
"""How long a feed still says who was withdrawn, after nothing is shared any more (the contract)."""


class Because(Enum):
    """Why something is shared, or not."""

    RUNNING = "running"
    RESUMED = "resumed"
    NOT_A_PARTY = "not_a_party"
    NOTHING_NAMED = "nothing_named"
    NOT_SIGNED = "not_signed"
    NOT_STARTED = "not_started"
    NOT_YET_VALID = "not_yet_valid"
    SUSPENDED = "suspended"
    ENDED = "ended"
    EXPIRED = "expired"


class Switch(Value):
    """From an instant on the agreement runs, or no longer does."""

    at: datetime
    runs: bool
    because: Because


class Standing(Value):
    """Whether something is shared, since when that is so, and why. ``since`` of `None`: ever."""

    shares: bool
    since: datetime | None
    because: Because

    def tail_ends(self, told_at: datetime | None) -> datetime | None:
        """Return until when it is still served who was withdrawn; `None` while it shares.

        ``told_at`` is when the last entry was told, if any was: who hears late that an agreement
        was over long ago has as long to let go as anybody.
        """
        if self.shares:
            return None
        stopped = [at for at in (self.since, told_at) if at is not None]
        return max(stopped) + TAIL if stopped else datetime.min.replace(tzinfo=UTC)


class Scope(Value):
    """What one party of one agreement may see. ``fields`` are the only ones that are ever built.

    ``kind`` is what the registry says of the agency; ``switches`` are in the order of time.
    """

    agreement: str
    agency: str
    kind: AgencyKind | None
    record: RecordKind | None
    title: str | None
    number: str | None
    purpose: str | None
    legal_basis: str | None
    units: tuple[str, ...]
    regions: tuple[str, ...]
    programme_kinds: tuple[ProgrammeKind, ...]
    participant_kinds: tuple[ParticipantKind, ...]
    fields: tuple[SharedField, ...]
    party: bool
    valid_from: date | None
    valid_until: date | None
    switches: tuple[Switch, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the parts of the agreement that are empty, any of which means nothing shared.

        A kind of programme is needed only where records are of those who take part in one.
        """
        needed = ["units", "regions", "participant_kinds", "fields"]
        if self.record not in {RecordKind.RELEASED, RecordKind.CLIENT}:
            needed.append("programme_kinds")
        return tuple(name for name in needed if not getattr(self, name))

    def standing(self, zone: Zone, at: datetime) -> Standing:
        """Return how it stands at an instant with people of a unit in this zone."""
        if (nothing := self._nothing(zone, at)) is not None:
            return Standing(shares=False, since=None, because=nothing)
        opens, closes = self._span(zone)
        told = [switch for switch in self.switches if switch.at <= at]
        last = told[-1]
        if closes is not None and closes <= at and last.because is not Because.ENDED:
            stopped = closes if last.runs else min(_stopped(told), closes)
            return Standing(shares=False, since=stopped, because=Because.EXPIRED)
        if last.runs:
            return Standing(shares=True, since=max(last.at, opens), because=last.because)
        stopped = min(_stopped(told), closes) if closes else _stopped(told)
        return Standing(shares=False, since=stopped, because=last.because)

    def _nothing(self, zone: Zone, at: datetime) -> Because | None:
        """Return why nothing was ever shared by then, if so."""
        if not self.party:
            return Because.NOT_A_PARTY
        if self.record is None or self.missing:
            return Because.NOTHING_NAMED
        if self.valid_from is None:
            return Because.NOT_SIGNED
        if not any(switch.at <= at for switch in self.switches):
            return Because.NOT_STARTED
        return Because.NOT_YET_VALID if at < self._span(zone)[0] else None

    def next_change(self, zones: Iterable[Zone], at: datetime) -> datetime | None:
        """Return the next instant after this one at which it may stand otherwise, if any."""
        spans = [self._span(zone) for zone in zones] if self.valid_from else []
        instants = {switch.at for switch in self.switches}
        instants |= {instant for span in spans for instant in span if instant is not None}
        return min((instant for instant in instants if instant > at), default=None)

    def _span(self, zone: Zone) -> tuple[datetime, datetime | None]:
        """Return the instants at which its validity begins and ends in a zone."""
        first, last = self.valid_from or date.max, self.valid_until
        after = None if last is None or last == date.max else last + timedelta(days=1)
        return (
            datetime.combine(first, time(), zone.offset),
            None if after is None else datetime.combine(after, time(), zone.offset),
        )


def _stopped(told: Sequence[Switch]) -> datetime:
    """Return when it stopped running, the last of these switches being one that stops it."""
    stopped = told[-1].at
    for switch in reversed(told):
        if switch.runs:
            break
        stopped = switch.at
    return stopped


SWITCHING: Final[Mapping[type[Event], tuple[bool, Because]]] = {
    AgreementStarted: (True, Because.RUNNING),
    AgreementSuspended: (False, Because.SUSPENDED),
    AgreementResumed: (True, Because.RESUMED),
    AgreementEnded: (False, Because.ENDED),
}


def compile_scope(
    agreement: str, facts: Sequence[Event], agency: str, kind: AgencyKind | None
) -> Scope:
    """Compile an agreement for an agency, from its facts that stand, in the order of effect."""
    state = AGREEMENT.fold(facts)
    draft, signature = state.draft, state.signature
    record = RECORD_OF.get(kind) if kind else None
    return Scope(
        agreement=agreement,
        agency=agency,
        kind=kind,
        record=record,
        title=draft.title if draft else None,
        number=signature.number if signature else None,
        purpose=draft.purpose if draft else None,
        legal_basis=draft.legal_basis if draft else None,
        units=draft.units if draft else (),
        regions=draft.regions if draft else (),
        programme_kinds=draft.programme_kinds if draft else (),
        participant_kinds=draft.participant_kinds if draft else (),
        fields=_fields(draft, record),
        party=draft is not None and agency in draft.parties,
        valid_from=signature.valid_from if signature else None,
        valid_until=signature.valid_until if signature else None,
        switches=tuple(
            Switch(at=fact.effective.instant, runs=runs, because=because)
            for fact in facts
            if type(fact) in SWITCHING
            for runs, because in [SWITCHING[type(fact)]]
        ),
    )


def _fields(draft: AgreementProposed | None, record: RecordKind | None) -> tuple[SharedField, ...]:
    """Return what both the agreement lists and the kind of agency may have."""
    listed = set(draft.allowed_fields) if draft else set()
    may_have = FIELDS[record] if record else frozenset()
    return tuple(one for one in SharedField if one.value in listed and one in may_have)
