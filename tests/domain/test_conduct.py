from scenario import Scenario, on

from domain.catalogue import CASE
from domain.conduct import (
    ConductAssessed,
    DisciplineBegan,
    DisciplineEnded,
    DisciplineLevel,
    Predicate,
)

case = Scenario(CASE)
assessed = ConductAssessed(
    effective=on("2025-08-01"),
    month="2025-07",
    score=82,
    predicate=Predicate.BAIK,
    risk_declined=True,
)
began = DisciplineBegan(
    effective=on("2025-06-01"),
    measure="F-12",
    level=DisciplineLevel.SEDANG,
    offence="Menyimpan telepon genggam",
    document="BA.F/12/2025",
)
ended = DisciplineEnded(effective=on("2025-06-07"), measure="F-12")


def test_a_month_is_assessed_once_and_the_same_assessment_said_twice_is_recorded_once():
    case.when(assessed).then_recorded()
    case.given(assessed).when(assessed).then_nothing()


def test_a_month_that_has_not_begun_cannot_be_assessed():
    early = ConductAssessed(
        effective=on("2025-06-30"),
        month="2025-07",
        score=82,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )
    case.when(early).then_refused("conduct.month_not_over")


def test_a_disciplinary_measure_begins_and_ends_in_register_f():
    case.when(began).then_recorded()
    case.given(began).when(ended).then_recorded()


def test_a_measure_that_never_began_cannot_end():
    case.when(ended).then_refused("conduct.no_such_measure", article="Register F")


def test_a_measure_ends_once():
    case.given(began, ended).when(ended).then_nothing()
