"""Who may have a right of integration now, or soon, and what is still in the way.

Each case that a unit holds is put before the law as it stands on a day. Nothing is stored: a day
later the answer may be another. Of four thousand cases that takes seconds; so those are spared of
which the sentence dates that are kept say that no right can be near.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final

from application.case_facts import CASES, CaseFacts, CaseKnown, cases_in, of_presence
from application.journeys import NOW
from application.read_models import Access, Question
from domain.custody import CUSTODY, HELD
from domain.integration_assessment import papers_of
from domain.kernel import Refused, Value
from domain.law.facts import Right
from domain.law.integration import RightFinding, rights
from domain.law.integration_papers import Document
from domain.law.rule_set import Law
from domain.record import Recorded

BEYOND: Final = Refused(
    "law.beyond_the_calendar",
    article="Kaidah Jejak: tanggal pidana",
    because=(
        "pidana ini berakhir di luar kalender, jadi tidak ada tanggalnya",
        "this sentence ends beyond the calendar, so it has no dates",
    ),
)
SENTENCE_DATES: Final = "sentence_dates"
KEPT_DATES: Final = Question(
    where={},
    words=(),
    after=None,
    limit=None,
    counted=frozenset({"case", "person", "reckoning", "moves", "one_half"}),
)
"""What `is_far` looks at in a case's sentence dates."""
ROUNDED: Final = 31
"""More days than a share of months and days can be rounded by."""
LAST_YEAR: Final = 4_000
"""Whoever has served half before it is free before the calendar ends, and long before."""


class Openness(Enum):
    """How a right stands to the day of asking."""

    OPEN = "open"
    SOON = "soon"
    LATER = "later"
    CLOSED = "closed"


class Standing(Value):
    """One right of one case: what the law finds, how it stands, and the documents it needs."""

    finding: RightFinding
    openness: Openness
    documents: tuple[Document, ...]

    @property
    def missing(self) -> tuple[Document, ...]:
        """Return the documents that the case does not show."""
        return tuple(one for one in self.documents if not one.present)


class CaseRights(Value):
    """One case and its rights; ``pages`` are the facts that it tells."""

    case: str
    unit: str | None
    pages: tuple[Recorded, ...]
    standings: Mapping[Right, Standing]


class Near(Value):
    """How many cases of a unit the law can reckon or need not, and of whom a right is near."""

    cases: int
    found: tuple[tuple[CaseRights, Standing], ...]


@dataclass(frozen=True, slots=True)
class OpenRights:
    """Puts cases before the law on a day; ``soon`` are the days that are looked ahead."""

    cases: CaseFacts
    law: Law
    on: date
    soon: int

    def near(self, unit: str) -> Near:
        """Return the rights that are open or soon open to those whom a unit holds now.

        In the order of the cases' ids. What the law cannot reckon is left out: a sentence beyond
        the end of the calendar. Who is far from any right is not put before it.
        """
        held, far = self.held_and_far(unit)
        known = self.cases.many((case for case in held if case not in far), NOW)
        reckoned = [one for one in map(self._reckoned, known) if one]
        return Near(
            cases=len(reckoned) + len(far.intersection(held)),
            found=tuple(
                (one, it)
                for one in reckoned
                for it in one.standings.values()
                if it.openness in {Openness.OPEN, Openness.SOON}
            ),
        )

    def held_and_far(self, unit: str) -> tuple[Sequence[str], frozenset[str]]:
        """Return whom a unit holds, and its cases that leave no right until days after ``soon``.

        Every right asks for half of the sentence at the least, and none is open before that was
        served. Who has no sentence that ends has no right at all. While any row is stopped at a
        page that could not be folded, none is believed.
        """
        models = self.cases.read_models
        stopped = any(one.name == SENTENCE_DATES and one.stopped_keys for one in models.progress())
        access = Access(everywhere=False, units=frozenset([unit]))
        found = models.ask_all({CASES: of_presence(HELD), SENTENCE_DATES: KEPT_DATES}, access)
        rows = [] if stopped else [row for _, row in found[SENTENCE_DATES].rows]
        far = frozenset(row.case for row in rows if is_far(row, self.on, self.soon))
        return cases_in(found[CASES]), far

    def _reckoned(self, known: CaseKnown) -> CaseRights | None:
        try:
            return self.of(known)
        except Refused:
            return None

    def of(self, known: CaseKnown) -> CaseRights:
        """Return the rights of one case, with the documents that it shows.

        Raises `Refused` where the law cannot reckon what the case tells.
        """
        try:
            found = rights(known.facts, self.on, self.law)
        except OverflowError:
            raise BEYOND from None
        return CaseRights(
            case=known.case,
            unit=known.journey[CUSTODY].unit,
            pages=known.pages,
            standings={right: self._standing(known, one) for right, one in found.items()},
        )

    def _standing(self, known: CaseKnown, finding: RightFinding) -> Standing:
        shown = papers_of(known.journey, finding.right)
        documents = tuple(
            Document(
                paper=one.paper,
                title_id=one.title_id,
                title_en=one.title_en,
                present=one.paper in shown,
                by=shown.get(one.paper),
            )
            for one in finding.checklist
        )
        return Standing(finding=finding, openness=self._openness(finding), documents=documents)

    def _openness(self, finding: RightFinding) -> Openness:
        if not finding.possible or finding.from_day is None:
            return Openness.CLOSED
        if finding.open_on(self.on):
            return Openness.OPEN
        ahead = finding.from_day - self.on
        return Openness.SOON if ahead <= timedelta(days=self.soon) else Openness.LATER


def is_far(row: Any, on: date, soon: int) -> bool:
    """Say whether a case's kept dates leave it no right on a day, nor so many days after it.

    Not where they move, or cannot be read or reckoned: then the law is to be asked.
    """
    if row.reckoning.value == "none":
        return True
    half: date | None = None if row.moves or row.reckoning.value != "dated" else row.one_half
    return half is not None and (half - on).days > soon + ROUNDED and half.year < LAST_YEAR
