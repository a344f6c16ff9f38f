"""What a pemda sees of an agreement: counts, none of them so small that somebody could be meant.

Counted are people whom the agreement names, and no others: of its units, at home in its regions, of
its kinds of participant, in its kinds of programme. What it does not name is nobody. Who was
released counts as a klien or former warga binaan, or as what the law called them in custody.
Which lines there are follows from the agreement, from its programmes and from told counts alone, so
that no line shows by being there that somebody is. How counts are told is said in
`projections.suppression`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Final

from domain.agreement import ParticipantKind
from domain.consequences import TRAINING
from domain.custody import Presence, Sex
from domain.fields import Count, Line
from domain.kernel import Value
from domain.programme import ProgrammeKind
from domain.region import REGIONS
from domain.sharing.scope import Scope
from projections.activity_participation import ACTIVITY_PARTICIPATION
from projections.case_summary import CASE_SUMMARY
from projections.counting import AgeBand, Seen, by_then, lies_in, seen
from projections.education_register import EDUCATION_REGISTER
from projections.kernel import Rows
from projections.outcomes import retention
from projections.partnership import KLIEN
from projections.placements import PLACEMENTS, PlacementLine
from projections.programmes import PROGRAMMES
from projections.suppression import FEWEST, Breakdown, published, rounded
from projections.training_participation import (
    TRAINING_PARTICIPATION,
    Stage,
    TrainingParticipation,
)
from projections.under_agreement import Named

OVER: Final = (
    CASE_SUMMARY,
    PROGRAMMES,
    TRAINING_PARTICIPATION,
    ACTIVITY_PARTICIPATION,
    EDUCATION_REGISTER,
    PLACEMENTS,
)
"""The read models that are counted."""


class Figure(Enum):
    """What is counted: people in custody, in a course, in training so far, and at work."""

    POPULATION = "population"
    LEARNERS = "learners"
    IN_ACTIVITIES = "in_activities"
    APPLIED = "applied"
    ENROLLED = "enrolled"
    ATTENDED = "attended"
    COMPLETED = "completed"
    ASSESSED = "assessed"
    CERTIFIED = "certified"
    PLACED = "placed"
    PLACED_3 = "placed_3_months_ago"
    EMPLOYED_3 = "employed_3_months"
    PLACED_6 = "placed_6_months_ago"
    EMPLOYED_6 = "employed_6_months"
    PLACED_12 = "placed_12_months_ago"
    EMPLOYED_12 = "employed_12_months"


class By(Enum):
    """What a figure is broken down by."""

    UNIT = "unit"
    DOMICILE = "domicile"
    AGE_BAND = "age_band"
    SEX = "sex"
    PROGRAMME = "programme"


class PublishedCount(Value):
    """One figure, or its part whose ``value`` is this. ``title`` is that of a programme.

    There are at least ``count``; where it is empty, it is ``suppressed``: fewer than five, nobody
    perhaps. Of programmes, ``other`` are those that are not the agreement's own.
    """

    figure: Figure
    by: By | None
    value: Line | None
    title: Line | None
    count: Count | None
    suppressed: bool


class PublishedCounts(Value):
    """All that a pemda is told: nothing of fewer than ``fewest``, all else ``rounded_down_to``.

    A breakdown without a part of ten or more has no lines.
    """

    fewest: Count
    rounded_down_to: Count
    lines: tuple[PublishedCount, ...]


REACHED: Final[Mapping[Figure, Stage]] = {
    Figure.COMPLETED: Stage.COMPLETED,
    Figure.ASSESSED: Stage.ASSESSED,
    Figure.CERTIFIED: Stage.COMPETENCE_CERTIFIED,
}
"""Stages of training that only those who were enrolled come to."""
UNKNOWN: Final = "unknown"
OTHER: Final = "other"
LEARNING: Final = (ProgrammeKind.KEJAR_PAKET,)
JOINED: Final = tuple(kind for kind in ProgrammeKind if kind not in {*LEARNING, *TRAINING})
RARE_AGES: Final = frozenset({AgeBand.UNDER_18.value, AgeBand.UNKNOWN.value})

AT_WORK: Final = {
    3: (Figure.PLACED_3, Figure.EMPLOYED_3),
    6: (Figure.PLACED_6, Figure.EMPLOYED_6),
    12: (Figure.PLACED_12, Figure.EMPLOYED_12),
}
"""By the months: whose months have passed, and who of these still worked."""
Cases = Iterable[str]


def published_counts(scope: Scope, rows: Rows, on: date) -> PublishedCounts:
    """Count what a scope names, as it was at the end of a day."""
    found = list(_lines(_House(scope, rows, on)))
    return PublishedCounts(fewest=FEWEST, rounded_down_to=FEWEST, lines=tuple(found))


class _House:
    """What a scope names of the rows of read models."""

    def __init__(self, scope: Scope, rows: Rows, on: date) -> None:
        self.scope, self._rows, self.on = scope, rows, on
        everybody = (seen(row, on) for row in rows[CASE_SUMMARY.name])
        self.cases = {one.case: one for one in everybody if self._named(one)}
        self.person_of = {case: one.person for case, one in self.cases.items()}
        self._programmes = {
            row.programme: row
            for row in rows[PROGRAMMES.name]
            if by_then(row.opened_on, on) and row.unit in scope.units
        }

    @cached_property
    def held(self) -> Sequence[Seen]:
        """Return who is in custody, each person once."""
        return list({one.person: one for one in self.cases.values() if one.held}.values())

    @cached_property
    def trainings(self) -> Sequence[TrainingParticipation]:
        """Return what became of applications to what the scope names."""
        return [
            one
            for one in self._rows[TRAINING_PARTICIPATION.name]
            if self._under(one, one.programme)
        ]

    @cached_property
    def jobs(self) -> Sequence[PlacementLine]:
        """Return who began to work. A job need not come of a programme."""
        return [
            one
            for one in self._rows[PLACEMENTS.name]
            if by_then(one.started_on, self.on)
            and (self._under(one, one.programme) if one.programme else self._mine(one.agreement))
        ]

    @property
    def learning(self) -> Iterator[tuple[str, str]]:
        """Return who was enrolled in what, by programme and case."""
        for row in self._rows[EDUCATION_REGISTER.name]:
            for one in row.enrolments:
                if by_then(one.day, self.on) and self._under(one, one.programme):
                    yield one.programme or "", row.case

    @property
    def joined(self) -> Iterator[tuple[str, str]]:
        """Return who joined what, by programme and case."""
        for one in self._rows[ACTIVITY_PARTICIPATION.name]:
            if by_then(one.joined_on, self.on) and self._under(one, one.programme):
                yield one.programme or "", one.case

    def programmes(self, kinds: Collection[ProgrammeKind]) -> Mapping[str, str | None]:
        """Return the agreement's own programmes of some kinds, whoever is in them, by title."""
        named = frozenset(self.scope.programme_kinds) & frozenset(kinds)
        return {
            key: row.title
            for key, row in sorted(self._programmes.items())
            if row.kind in named and self._mine(row.agreement)
        }

    def people(self, cases: Cases) -> int:
        """Count people of whom the scope knows, each once."""
        return len({self.person_of[case] for case in cases if case in self.person_of})

    def _named(self, one: Seen) -> bool:
        scope = self.scope
        home = bool(scope.regions) and lies_in(one.domicile, scope.regions)
        return (
            home and one.unit in scope.units and not _kinds(one).isdisjoint(scope.participant_kinds)
        )

    def _mine(self, agreement: str | None) -> bool:
        return agreement == self.scope.agreement

    def _under(self, fact: Named, programme: str | None) -> bool:
        """Say whether a fact is under the agreement, in a programme of a kind that it names."""
        found = self._programmes.get(programme or "")
        return (
            found is not None
            and found.kind in self.scope.programme_kinds
            and self._mine(fact.agreement or found.agreement)
        )


def _kinds(one: Seen) -> frozenset[ParticipantKind]:
    """Return of which kinds somebody is, or was in custody."""
    kinds = {ParticipantKind(one.legal_status.value)} if one.legal_status else set()
    if one.presence is Presence.RELEASED:
        after = one.release in KLIEN
        kinds.add(ParticipantKind.KLIEN if after else ParticipantKind.MANTAN_WARGA_BINAAN)
    return frozenset(kinds)


def _lines(house: _House) -> Iterator[PublishedCount]:
    yield from _population(house)
    yield from _by_programme(house, Figure.LEARNERS, house.learning, LEARNING)
    yield from _by_programme(house, Figure.IN_ACTIVITIES, house.joined, JOINED)
    yield from _training(house)
    jobs = house.jobs
    yield _line(Figure.PLACED, rounded(house.people(job.case for job in jobs)))
    for months, (passed, working) in AT_WORK.items():
        found = retention(jobs, house.person_of, months, house.on)
        yield _line(passed, rounded(len(found.closed)))
        yield _line(working, rounded(len(found.working)))


def _population(house: _House) -> Iterator[PublishedCount]:
    held, homes = house.held, _homes(house.scope)
    wide = frozenset(homes & {code.rpartition(".")[0] for code in homes})
    sexes = (*(sex.value for sex in Sex), UNKNOWN)
    parts = {
        By.UNIT: _parts(sorted(house.scope.units), (one.unit for one in held)),
        By.DOMICILE: _parts(sorted(homes), (one.domicile for one in held), wide),
        By.AGE_BAND: _parts(
            (band.value for band in AgeBand), (one.age_band.value for one in held), RARE_AGES
        ),
        By.SEX: _parts(
            sexes, (one.sex.value if one.sex else UNKNOWN for one in held), frozenset({UNKNOWN})
        ),
    }
    total, told = published(len(held), list(parts.values()))
    yield _line(Figure.POPULATION, total)
    for by, values in zip(parts, told, strict=True):
        for value, count in values.items():
            yield _line(Figure.POPULATION, count, by, value)


def _homes(scope: Scope) -> AbstractSet[str]:
    """Return every region that lies in those of a scope, itself among them."""
    return {code for code in REGIONS if lies_in(code, scope.regions)}


def _parts(
    always: Iterable[str], found: Iterable[str | None], rare: frozenset[str] = frozenset()
) -> Breakdown:
    counts = Counter(found)
    return Breakdown(parts={value: counts[value] for value in always}, partition=True, rare=rare)


def _training(house: _House) -> Iterator[PublishedCount]:
    def came_to(stage: Stage) -> Iterator[tuple[str, str]]:
        for one in house.trainings:
            if any(step.stage is stage and by_then(step.day, house.on) for step in one.reached):
                yield one.programme, one.case

    enrolled = list(_by_programme(house, Figure.ENROLLED, came_to(Stage.SEATED), TRAINING))
    yield _line(Figure.APPLIED, rounded(house.people(case for _, case in came_to(Stage.APPLIED))))
    yield from enrolled
    yield _among(enrolled, Figure.ATTENDED, house.people(_attending(house)))
    for figure, stage in REACHED.items():
        yield _among(enrolled, figure, house.people(case for _, case in came_to(stage)))


def _among(enrolled: Sequence[PublishedCount], figure: Figure, people: int) -> PublishedCount:
    """Return how many came so far, told as no more than were enrolled: that may be told lower."""
    whole = enrolled[0].count
    return _line(figure, rounded(people if whole is None else min(people, whole)))


def _attending(house: _House) -> Iterator[str]:
    for one in house.trainings:
        if any(by_then(it.day, house.on) and it.attended for it in one.attendance):
            yield one.case


def _by_programme(
    house: _House,
    figure: Figure,
    taking_part: Iterable[tuple[str, str]],
    kinds: Collection[ProgrammeKind],
) -> Iterator[PublishedCount]:
    """Return how many take part, and in what. Who takes part in two is one person in both."""
    titles = {**house.programmes(kinds), OTHER: None}
    cases: dict[str, set[str]] = {programme: set() for programme in titles}
    for programme, case in taking_part:
        cases[programme if programme in titles else OTHER].add(case)
    total, (told,) = published(
        house.people(case for those in cases.values() for case in those),
        [
            Breakdown(
                parts={programme: house.people(those) for programme, those in cases.items()},
                partition=False,
                rare=frozenset({OTHER}),
            )
        ],
    )
    yield _line(figure, total)
    for programme, count in told.items():
        yield _line(figure, count, By.PROGRAMME, programme, titles[programme])


def _line(
    figure: Figure,
    count: int | None,
    by: By | None = None,
    value: str | None = None,
    title: str | None = None,
) -> PublishedCount:
    return PublishedCount(
        figure=figure, by=by, value=value, title=title, count=count, suppressed=count is None
    )
