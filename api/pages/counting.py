"""Counting for the overview: once for each scope, as long as no read model has moved since.

What is remembered are counts, and rows of reference data; never the row of a person.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Lock
from typing import Any, Final

from api.dependencies import Services
from api.lists import NOW
from api.other_times import Times
from application.read_models import Access, Question, Then
from domain.admission import LegalStatus
from domain.custody import HELD
from domain.time import Zone
from projections.agreements import AGREEMENTS
from projections.case_summary import CASE_SUMMARY
from projections.in_transit import IN_TRANSIT
from projections.kernel import Projection
from projections.partnership import PARTNERSHIP, PartnershipLine
from projections.programmes import PROGRAMMES
from projections.training_funnel import TRAINING_FUNNEL
from projections.units_and_agencies import UNITS_AND_AGENCIES

SHOWN: Final[tuple[Projection[Any], ...]] = (AGREEMENTS, PROGRAMMES, IN_TRANSIT, UNITS_AND_AGENCIES)
REMEMBERED: Final = 32
"""Scopes; the one that was asked for longest ago is forgotten first."""
EVERY_ROW: Final = Question(where={}, words=(), after=None, limit=None)
NO_ROW: Final = Question(where={}, words=(), after=None, limit=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a scope holds: its rows without persons, those held by unit and status, and funnels."""

    rows: Mapping[str, Sequence[Any]]
    held: Mapping[tuple[str, LegalStatus | None], int]
    funnels: Mapping[str, Mapping[str, int]]
    lines: Mapping[str, Sequence[PartnershipLine]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Up to which position everything counted is true, of which, and since when."""

    position: int
    head: int
    as_of: datetime | None


@dataclass(slots=True)
class Counts:
    """Counts, and remembers what it counted last."""

    remembered: OrderedDict[Access, tuple[Any, Counted]] = field(default_factory=OrderedDict)
    turn: Lock = field(default_factory=Lock)

    def within(
        self, services: Services, access: Access, times: Times = NOW
    ) -> tuple[Counted, Freshness]:
        """Return what a scope holds, and how fresh that is; of another time nothing is kept."""
        if times:
            return at_another_time(services, access, times)
        progress = services.read_models.progress()
        as_of = services.read_models.ask(CASE_SUMMARY.name, NO_ROW, access).as_of
        now = services.now()
        state = (now.date(), tuple((one.name, one.version, one.position) for one in progress))
        freshness = Freshness(
            position=min((one.position for one in progress), default=0),
            head=max((one.head for one in progress), default=0),
            as_of=as_of,
        )
        with self.turn:
            before = self.remembered.get(access)
        if before and before[0] == state:
            return before[1], freshness
        counted = count(services, access, now.date())
        with self.turn:
            self.remembered[access] = state, counted
            self.remembered.move_to_end(access)
            while len(self.remembered) > REMEMBERED:
                self.remembered.popitem(last=False)
        return counted, freshness


def at_another_time(services: Services, access: Access, times: Times) -> tuple[Counted, Freshness]:
    """Count what a scope held as it was known then, by the end of the day that is meant."""
    then = times.then(services, PARTNERSHIP.over)
    known = (times.known_at or services.now()).astimezone(Zone.WIB.offset)
    today = date.fromisoformat(times.day) if times.day else known.date()
    counted = count(services, access, today, then)
    head = services.ledger.position()
    position = head if then is None or then.position is None else then.position
    return counted, Freshness(position=position, head=position, as_of=known)


def count(services: Services, access: Access, today: date, then: Then | None = None) -> Counted:
    """Count what a scope holds at the end of a day."""
    wanted = {one.name: one for one in (CASE_SUMMARY, *SHOWN, *TRAINING_FUNNEL.over)}
    wanted |= {one.name: one for one in PARTNERSHIP.over}
    rows = {}
    for name, one in wanted.items():
        counted = PARTNERSHIP.columns(one) | TRAINING_FUNNEL.columns(one)
        question = replace(EVERY_ROW, counted=counted, then=then)
        page = services.read_models.ask(name, question, access)
        rows[name] = [row for _, row in page.rows]
    held = (row for row in rows[CASE_SUMMARY.name] if row.presence in HELD)
    asked = {"agreement": None, "on": today.isoformat()}
    funnels: dict[str, dict[str, int]] = {}
    for line in TRAINING_FUNNEL.count(rows, asked):
        if line.persons is not None:
            funnels.setdefault(line.agreement, {})[line.figure] = line.persons
    lines: dict[str, list[PartnershipLine]] = {}
    for said in PARTNERSHIP.count(rows, asked):
        lines.setdefault(said.agreement, []).append(said)
    return Counted(
        rows={one.name: rows[one.name] for one in SHOWN},
        held=Counter((row.unit, row.legal_status) for row in held),
        funnels=funnels,
        lines=lines,
    )
