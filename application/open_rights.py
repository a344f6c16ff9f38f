"""Who may have a right of integration now, or soon, and what is still in the way.

Each case that a unit holds is put before the law as it stands on a day. Nothing is stored: a day
later the answer may be another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

from application.case_facts import CaseFacts, CaseKnown
from application.journeys import Moment
from domain.custody import CUSTODY
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


@dataclass(frozen=True, slots=True)
class OpenRights:
    """Puts cases before the law on a day; ``soon`` are the days that are looked ahead."""

    cases: CaseFacts
    law: Law
    on: date
    soon: int

    def held_by(self, units: Sequence[str], moment: Moment) -> Iterator[CaseRights]:
        """Yield the rights of each case that units hold at a moment, in the order of their ids.

        What the law cannot reckon is left out: a sentence beyond the end of the calendar.
        """
        held = self.cases.held_by(units, moment)
        for known in self.cases.many(held, moment):
            try:
                yield self.of(known)
            except Refused:
                continue

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
