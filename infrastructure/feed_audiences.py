"""Every party of every agreement, its scope as the ledger has it up to a position, and who is open.

The feeder keeps these from page to page; whoever lets data out compiles the scope anew each time
(`application.sharing.Sharing`). Where the two differ, the feeder has pages to come.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from psycopg import Connection

from application.feeds import Audience
from application.sharing import scope_of
from application.timeline import in_order
from application.units import Units
from domain.agreement import AgreementProposed
from domain.kernel import Event
from domain.record import StreamId
from domain.registry import AgencyKind, AgencyNamed
from domain.sharing.fields import RecordKind
from domain.sharing.scope import Scope, Standing
from domain.time import Zone
from infrastructure.codec import canonical
from infrastructure.ledger import EventsourcingLedger

AGREEMENTS: Final = (
    "SELECT stream FROM ledger.event"
    " WHERE stream >= 'agreement:' AND stream < 'agreement;' AND version = 1 AND position <= %s"
)
ENROL: Final = (
    "INSERT INTO feed.audience (agreement, agency) SELECT * FROM unnest(%s::text[], %s::text[])"
    " ON CONFLICT DO NOTHING"
)
FIND: Final = (
    "SELECT id, agreement, agency, terms, settled FROM feed.audience WHERE agreement = ANY(%s)"
)


def terms_of(scope: Scope) -> str:
    """Return a digest of whom a scope shares and what of them, whatever the day."""
    said = {
        "record": scope.record.value if scope.record else None,
        "units": sorted(scope.units),
        "regions": sorted(scope.regions),
        "programme_kinds": sorted(one.value for one in scope.programme_kinds),
        "participant_kinds": sorted(one.value for one in scope.participant_kinds),
        "fields": sorted(one.value for one in scope.fields),
        "party": scope.party,
    }
    return hashlib.sha256(canonical(said)).hexdigest()


@dataclass(frozen=True, slots=True)
class Cause:
    """What an entry follows from: the names of events, the last one first, and when.

    ``event`` is what is said of it whatever the agency, where that is known.
    """

    position: int
    at: datetime
    names: tuple[str, ...] = ()
    corrected: bool = False
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """An audience by its number, its scope, and the zones of the scope's units."""

    id: int
    audience: Audience
    scope: Scope
    zones: Mapping[str, Zone]
    terms: str

    @property
    def counts(self) -> bool:
        """Say whether it sees figures and nobody."""
        return self.scope.record is RecordKind.COUNTS

    def standing(self, unit: str, at: datetime) -> Standing:
        """Return how it stands at an instant with people of a unit."""
        return self.scope.standing(self.zones.get(unit, Zone.WIB), at)

    def open(self, at: datetime) -> frozenset[str]:
        """Return the units whose people it is shown at an instant."""
        zones = self.zones.items()
        return frozenset(unit for unit, zone in zones if self.scope.standing(zone, at).shares)

    def day(self, at: datetime) -> date:
        """Return the last day that is over for all of its units."""
        days = [at.astimezone(zone.offset).date() for zone in self.zones.values()]
        return min(days, default=at.date()) - timedelta(days=1)

    def midnights(self, at: datetime) -> Iterator[datetime]:
        """Yield the next midnight of each of its zones."""
        for zone in self.zones.values():
            tomorrow = at.astimezone(zone.offset).date() + timedelta(days=1)
            yield datetime.combine(tomorrow, time(), zone.offset)


class Audiences:
    """The parties by number, and which of their units are open. For one thread."""

    def __init__(self, ledger: EventsourcingLedger, now: Callable[[], datetime]) -> None:
        self._ledger, self._now = ledger, now
        self._named_later: dict[str, tuple[datetime, ...]] = {}
        self.parties: dict[int, Party] = {}
        self.by_unit: dict[str, list[Party]] = {}
        self.open: dict[int, frozenset[str]] = {}
        self.terms: dict[int, str | None] = {}
        """By which terms everybody present was last looked at."""
        self.settled: dict[int, str | None] = {}
        """By which state everybody in scope was last looked at; `None` while under way."""
        self.causes: dict[str, Cause] = {}
        """By which page an agreement came to be as it is, where that was seen here."""
        self.days: dict[int, date] = {}
        """The last day that is over, for those who are told figures of days."""
        self.next_change: datetime | None = None
        self.seen_at: datetime | None = None
        """When it was last looked at the clock."""

    def let_go(self) -> None:
        """Know nothing."""
        self._named_later, self.causes = {}, {}
        self.parties, self.by_unit, self.open = {}, {}, {}
        self.terms, self.settled = {}, {}

    def load(self, connection: Connection[Any], upto: int, at: datetime) -> Collection[int]:
        """Compile everything there is; return the parties."""
        self.let_go()
        found = connection.execute(AGREEMENTS, (upto,)).fetchall()
        agreements = {StreamId.of(stream).key for (stream,) in found}
        agreements |= {
            key for (key,) in connection.execute("SELECT DISTINCT agreement FROM feed.audience")
        }
        return self.compile(connection, agreements, upto, at)

    def compile(
        self, connection: Connection[Any], agreements: Collection[str], upto: int, at: datetime
    ) -> Collection[int]:
        """Compile agreements as of a position, and see who is open at an instant."""
        wanted = sorted(agreements)
        streams = [StreamId(kind="agreement", key=key) for key in wanted]
        facts = {
            stream.key: in_order(pages)
            for stream, pages in self._ledger.read_many(streams, upto=upto)
        }
        pairs = [(key, agency) for key in wanted for agency in sorted(parties_of(facts[key]))]
        if pairs:
            connection.execute(ENROL, [list(column) for column in zip(*pairs, strict=True)])
        rows = connection.execute(FIND, (wanted,)).fetchall()
        kinds = self._kinds({agency for _, _, agency, _, _ in rows}, upto, at)
        units = Units(self._ledger, self._now)  # a unit's zone is asked for anew
        for number, agreement, agency, terms, settled in rows:
            scope = scope_of(agreement, facts[agreement], agency, kinds[agency])
            zones = {unit: units.zone_of(unit) for unit in scope.units}
            self.parties[number] = Party(
                id=number,
                audience=Audience(agreement=agreement, agency=agency),
                scope=scope,
                zones={unit: zone for unit, zone in zones.items() if zone is not None},
                terms=terms_of(scope),
            )
            self.terms[number], self.settled[number] = terms, settled
        self.see(at)
        return [row[0] for row in rows]

    def due(self, at: datetime) -> bool:
        """Say whether somebody may be open by now who was not, or the other way round.

        A clock that was set back opens again what it had closed.
        """
        back = self.seen_at is not None and at < self.seen_at
        return back or (self.next_change is not None and at >= self.next_change)

    def see(self, at: datetime) -> None:
        """Look at the clock: who is open, and when that may next be otherwise.

        Not while something is `due`, but for all: each who closes is to be closed.
        """
        self.seen_at = at
        self.open = {number: party.open(at) for number, party in self.parties.items()}
        self.by_unit = {}
        for number, open_units in self.open.items():
            party = self.parties[number]
            for unit in () if party.counts else open_units:
                self.by_unit.setdefault(unit, []).append(party)
        instants = [
            party.scope.next_change(party.zones.values(), at) for party in self.parties.values()
        ]
        figures = {n: p for n, p in self.parties.items() if p.counts and self.open[n]}
        self.days = {number: party.day(at) for number, party in figures.items()}
        instants += [one for party in figures.values() for one in party.midnights(at)]
        instants += [one for some in self._named_later.values() for one in some if one > at]
        self.next_change = min((one for one in instants if one is not None), default=None)

    def state(self, party: Party) -> str:
        """Return a digest of its terms, of which units are open, and of the day of its figures."""
        said = [party.terms, str(self.days.get(party.id)), *sorted(self.open[party.id])]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def unsettled(self) -> Iterator[Party]:
        """Yield the parties for whom somebody is still to be looked at."""
        for number, party in self.parties.items():
            if self.settled[number] != self.state(party):
                yield party

    def naming(self, registry: Iterable[StreamId]) -> set[str]:
        """Return the agreements that name agencies or units of the registry."""
        codes = {stream.key.partition("/")[2] for stream in registry}
        return {
            party.audience.agreement
            for party in self.parties.values()
            if party.audience.agency in codes or not codes.isdisjoint(party.scope.units)
        }

    def of(self, agreements: Collection[str]) -> Iterator[Party]:
        """Yield the parties of agreements."""
        yield from (p for p in self.parties.values() if p.audience.agreement in agreements)

    def _kinds(
        self, agencies: Collection[str], upto: int, at: datetime
    ) -> Mapping[str, AgencyKind | None]:
        """Return what the registry says that agencies are at an instant."""
        streams = {StreamId(kind="registry", key=f"agency/{one}"): one for one in sorted(agencies)}
        found: dict[str, AgencyKind | None] = {}
        for stream, pages in self._ledger.read_many(streams, upto=upto):
            named = [event for event in in_order(pages) if isinstance(event, AgencyNamed)]
            by_now = [event for event in named if event.effective.instant <= at]
            found[streams[stream]] = by_now[-1].kind if by_now else None
            later = [event.effective.instant for event in named if event not in by_now]
            self._named_later[streams[stream]] = tuple(later)
        return found


def parties_of(facts: Iterable[Event]) -> set[str]:
    """Return whom any draft of an agreement names: whoever is dropped is to be told so."""
    return {
        agency for fact in facts if isinstance(fact, AgreementProposed) for agency in fact.parties
    }
