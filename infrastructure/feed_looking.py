"""Whoever was touched is looked at, through each scope that may be about them.

Somebody whose record cannot be made stops nobody else. They are shared no more, for nobody can tell
whether they still may be, and stand among the stopped keys of the projection ``feeds`` until they
can be looked at again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection

from application.feeds import Change
from domain.catalogue import CASE
from domain.record import Recorded, StreamId
from domain.sharing.fields import SharedField
from infrastructure import dead_letters
from infrastructure.dead_letters import Letter, is_ours, letter
from infrastructure.feed_audiences import Audiences, Cause, Party
from infrastructure.feed_records import FeedRecords, Here, Latest, Life
from infrastructure.feed_store import FeedStore, Present, Telling
from projections.shared.concerns import may_concern
from projections.shared.record import NEUTRAL, Shared

FEEDS: Final = "feeds"
"""What the feeder is called among those who follow the ledger."""
FORGOTTEN: Final = "person.forgotten"
CHANGED: Final = "agreement.changed"
"""Everybody present is looked at because terms, or a programme, are others than they were."""


@dataclass(slots=True)
class Plan:
    """What is to be written: entries, who is of another unit, who is stopped and who no more."""

    tellings: dict[tuple[int, str], Telling] = field(default_factory=dict)
    moved: list[tuple[Party, str, str]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.tellings or self.moved or self.letters or self.mended)

    def add(self, telling: Telling) -> None:
        """Tell something, in place of whatever else was to be told of the same person."""
        self.tellings[telling.party.id, telling.subject] = telling


@dataclass(frozen=True, slots=True)
class Looks:
    """Whom to look at, and by what cause each.

    ``versions`` are those that streams had by then, where that is known, and ``whole`` are the
    streams of which all pages are here. Of whoever is not in ``moved``, the unit is what it was;
    `None`: nobody knows.
    """

    causes: Mapping[StreamId, Cause]
    versions: Mapping[StreamId, int] = field(default_factory=dict)
    whole: Mapping[StreamId, Sequence[Recorded]] = field(default_factory=dict)
    moved: Collection[StreamId] | None = None


class Seen(NamedTuple):
    """A subject, why it is looked at, for whom it is in scope, and its journey where it has one."""

    subject: str
    cause: Cause
    present: Mapping[int, Present]
    life: Life | None = None


class Looking:
    """Plans entries. For one thread."""

    def __init__(self, audiences: Audiences, records: FeedRecords, store: FeedStore) -> None:
        self._audiences, self._records, self.store = audiences, records, store
        self.stopped: set[str] = set()

    def learn_stopped(self, connection: Connection[Any]) -> None:
        """Learn who is stopped."""
        found = dead_letters.stopped(connection, [FEEDS]).get(FEEDS)
        self.stopped = set(found.streams) if found else set()

    def plan(
        self, connection: Connection[Any], looks: Looks, upto: int, only: Party | None = None
    ) -> Plan:
        """Look at subjects as they stood at a position; return what there is to tell.

        ``only`` one party is told, where one is given.
        """
        plan = Plan()
        if not (self._audiences.parties and looks.causes):
            return plan
        present = self.store.present(connection, [str(stream) for stream in looks.causes])
        wanted = self._wanted(looks, present, upto, only)
        here = Here(looks.versions, looks.whole, upto)
        for stream, found in self._records.journeys(wanted, here):
            life, failed = (None, found) if isinstance(found, Exception) else (found, None)
            seen = Seen(str(stream), looks.causes[stream], present.get(str(stream), {}), life)
            for party in wanted[stream]:
                try:
                    record = self._shared(party, life, upto) if life else None
                    self.tell(plan, party, seen, record, upto)
                except Exception as error:
                    if is_ours(error):
                        raise
                    failed = error
                    self.tell(plan, party, seen, None)
            self.stop(plan, seen, failed)
        return plan

    def stop(self, plan: Plan, seen: Seen, failed: Exception | None) -> None:
        """Stop somebody of whom no record can be made, and let go of whoever was stopped."""
        if failed is not None:
            said = letter(FEEDS, seen.subject, seen.cause.position, failed, whole_stream=True)
            plan.letters.append(said)
            self.stopped.add(seen.subject)
        elif seen.subject in self.stopped:
            plan.mended.append(seen.subject)

    def _wanted(
        self,
        looks: Looks,
        present: Mapping[str, Mapping[int, Present]],
        upto: int,
        only: Party | None,
    ) -> dict[StreamId, list[Party]]:
        """Return for whom each subject is to be looked at; nobody who concerns nobody."""
        causes, moved = looks.causes, looks.moved
        parties = self._audiences.parties
        cases = [stream for stream in causes if stream.kind == CASE.name]
        units: Mapping[StreamId, str | None] = {}
        if self._audiences.by_unit and cases:
            here = Here(looks.versions, looks.whole, upto)
            units = self._records.units(cases, cases if moved is None else moved, here)
        found: dict[StreamId, list[Party]] = {}
        for stream in causes:
            told = {n: parties[n] for n in present.get(str(stream), {}) if n in parties}
            if stream.kind != CASE.name:
                may = self._of_referrals()
            elif stream in units:
                may = self._audiences.by_unit.get(units[stream] or "", [])
            else:  # nobody can tell where they are: looked at whole, it is known why
                may = [party for some in self._audiences.by_unit.values() for party in some]
            told |= {party.id: party for party in may}
            mine = [
                party
                for party in told.values()
                if (only is None and _may_concern(party, causes[stream]))
                or (only is not None and party.id == only.id)
            ]
            if mine:
                found[stream] = mine
        return found

    def _of_referrals(self) -> list[Party]:
        parties = {p.id: p for some in self._audiences.by_unit.values() for p in some}
        return [p for p in parties.values() if SharedField.REFERRAL in p.scope.fields]

    def _shared(self, party: Party, life: Life, upto: int) -> Shared | None:
        found = self._records.shared(party.scope, life, upto)
        if found is None or found.unit not in self._audiences.open[party.id]:
            return None
        return None if self.store.forgot(found.owner) else found

    def tell(
        self, plan: Plan, party: Party, seen: Seen, record: Shared | None, upto: int = 0
    ) -> None:
        """Compare what is with what was last told.

        ``upto`` is the position up to which programmes are known by which an event is named.
        """
        before, subject, cause = seen.present.get(party.id), seen.subject, seen.cause
        if record is None:
            if before is not None:
                plan.add(withdrawal(party, subject, cause))
            return
        digest = self.store.digest(party, subject, record.record)
        same, mended = before is not None and before.digest == digest, False
        if before is not None:
            mended = cause.corrected
            if same and before.unit != record.unit:
                plan.moved.append((party, subject, record.unit))
        outdated = before is not None and (mended or cause.event == CHANGED)
        if same and not outdated:
            return
        change = Change.CORRECTED if mended else Change.UPSERT
        plan.add(
            Telling(
                party=party,
                subject=subject,
                position=cause.position,
                at=hour(cause.at),
                event=NEUTRAL if same else self._event(party, seen, upto, mended=mended),
                change=None if same else change,
                shared=None if same else record,
                digest=digest,
                outdated=outdated,
            )
        )

    def _event(self, party: Party, seen: Seen, upto: int, *, mended: bool) -> str:
        """Return by which name a party hears of what happened."""
        cause = seen.cause
        if cause.event is not None or seen.life is None or not cause.names:
            return cause.event or NEUTRAL
        latest = Latest(cause.position, len(cause.names), corrected=mended)
        return self._records.name(party.scope, seen.life, latest, upto)

    def forgotten(
        self, connection: Connection[Any], owners: Mapping[str, Cause]
    ) -> Iterable[Telling]:
        """Yield the withdrawals of whoever was forgotten."""
        for present, owner in self.store.of_owners(connection, owners):
            if (party := self._audiences.parties.get(present.audience)) is not None:
                cause = replace(owners[owner], event=FORGOTTEN)
                yield withdrawal(party, present.subject, cause)


def _may_concern(party: Party, cause: Cause) -> bool:
    """Say whether what happened may change a record; whatever changes all of them may."""
    return not cause.names or may_concern(party.scope, cause.names)


def withdrawal(party: Party, subject: str, cause: Cause) -> Telling:
    """Return the entry that says that somebody is shared no more.

    Not what happened to them: whoever is not shared is nobody of whom anything is told.
    """
    return Telling(
        party=party,
        subject=subject,
        position=cause.position,
        at=hour(cause.at),
        event=cause.event or NEUTRAL,
        change=Change.WITHDRAWN,
        shared=None,
    )


def hour(at: datetime) -> datetime:
    """Return the hour in which something was recorded.

    The instant itself is the same under every agreement, and would join two pseudonyms.
    """
    return at.replace(minute=0, second=0, microsecond=0)
