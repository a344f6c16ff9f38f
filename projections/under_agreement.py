"""What happened under one agreement by a day, and what beside it in the same units.

A fact is under the agreement that it names, or else under that of its programme. Whoever a report
cannot see the case of is not counted: rows reach it through the reader's scope.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final, Protocol

from domain.kernel import Value
from projections.activity_participation import ACTIVITY_PARTICIPATION, ActivityParticipation
from projections.agreements import AGREEMENTS, AgreementLine
from projections.case_summary import CASE_SUMMARY
from projections.counting import Seen, by_then, lies_in, seen
from projections.education_register import EDUCATION_REGISTER, Enrolment
from projections.kernel import Rows
from projections.placements import PLACEMENTS, PlacementLine
from projections.programmes import PROGRAMMES, ProgrammeLine
from projections.training_participation import (
    TRAINING_PARTICIPATION,
    Stage,
    TrainingParticipation,
)


class Named(Protocol):
    """Whatever may name an agreement and a programme."""

    @property
    def agreement(self) -> str | None:
        """The agreement's id."""

    @property
    def programme(self) -> str | None:
        """The programme's id."""


class Learning(Value):
    """One enrolment of one case."""

    case: str
    enrolment: Enrolment


class Scene(Value):
    """An agreement, the day asked for, and all that may have to do with it."""

    agreement: AgreementLine
    on: date | None
    cases: Mapping[str, Seen]
    programmes: Sequence[ProgrammeLine]
    trainings: Sequence[TrainingParticipation]
    activities: Sequence[ActivityParticipation]
    learnings: Sequence[Learning]
    placements: Sequence[PlacementLine]

    @cached_property
    def held(self) -> Sequence[Seen]:
        """Return who is held in the agreement's units."""
        units = self.agreement.units
        return [case for case in self.cases.values() if case.held and case.unit in units]

    @cached_property
    def of_domicile(self) -> Sequence[Seen]:
        """Return who of these is at home in the agreement's regions; all where it names none."""
        return [case for case in self.held if lies_in(case.domicile, self.agreement.regions)]

    @property
    def eligible(self) -> Sequence[Seen]:
        """Return who of these is of a kind that the agreement names; all where it names none."""
        kinds = {kind.value for kind in self.agreement.participant_kinds}
        return [
            case
            for case in self.of_domicile
            if not kinds or (case.legal_status and case.legal_status.value in kinds)
        ]

    def under(self, fact: Named) -> bool:
        """Say whether a fact is under this agreement."""
        named = fact.agreement or next(
            (one.agreement for one in self.programmes if one.programme == fact.programme), None
        )
        return named == self.agreement.agreement

    def seen(self, cases: Iterable[str]) -> Collection[Seen]:
        """Return these cases, as far as the reader may see them."""
        return [self.cases[case] for case in dict.fromkeys(cases) if case in self.cases]

    def in_units(self, case: str) -> bool:
        """Say whether a case is, or was last, in one of the agreement's units."""
        return case in self.cases and self.cases[case].unit in self.agreement.units

    def came_to(self, training: TrainingParticipation, stage: Stage) -> bool:
        """Say whether a training had ever come to a stage by the day."""
        return any(one.stage is stage and by_then(one.day, self.on) for one in training.reached)

    def works_after(self, placement: PlacementLine, month: int) -> bool:
        """Say whether somebody was seen at work so many months on, by the day."""
        return any(
            one.month == month and one.still_working and by_then(one.day, self.on)
            for one in placement.verifications
        )


OVER: Final = (
    CASE_SUMMARY,
    AGREEMENTS,
    PROGRAMMES,
    TRAINING_PARTICIPATION,
    ACTIVITY_PARTICIPATION,
    EDUCATION_REGISTER,
    PLACEMENTS,
)
"""What a scene is made of."""


def scenes(rows: Rows, agreement: str | None, on: date | None) -> Sequence[Scene]:
    """Return the scene of an agreement, or of each in sight, in the order of their ids."""
    agreements = [row for row in rows[AGREEMENTS.name] if agreement in (None, "", row.agreement)]
    if not agreements:  # thousands of cases need not be gone through
        return []
    cases = {row.case: seen(row, on) for row in rows[CASE_SUMMARY.name]}
    learnings = [
        Learning(case=row.case, enrolment=one)
        for row in rows[EDUCATION_REGISTER.name]
        for one in row.enrolments
        if by_then(one.day, on)
    ]
    return [
        Scene(
            agreement=row,
            on=on,
            cases=cases,
            programmes=[one for one in rows[PROGRAMMES.name] if by_then(one.opened_on, on)],
            trainings=rows[TRAINING_PARTICIPATION.name],
            activities=[
                one for one in rows[ACTIVITY_PARTICIPATION.name] if by_then(one.joined_on, on)
            ],
            learnings=learnings,
            placements=[one for one in rows[PLACEMENTS.name] if by_then(one.started_on, on)],
        )
        for row in sorted(agreements, key=lambda line: str(line.agreement))
    ]
