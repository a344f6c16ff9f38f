from dataclasses import replace

from scenario import Scenario, on

from domain.catalogue import CASE
from domain.charge import ChargeRecorded
from domain.conduct import (
    ConductAssessed,
    Deradicalised,
    DisciplineBegan,
    DisciplineEnded,
    DisciplineLevel,
    Predicate,
)
from domain.law.case_facts import facts_of
from domain.law.facts import CaseType

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


PLEDGED = Deradicalised(effective=on("2025-06-01"), document="BA ikrar 1/2025")


def test_deradicalisation_is_recorded_once():
    case.when(PLEDGED).then_recorded()
    later = replace(PLEDGED, effective=on("2025-07-01"))
    case.given(PLEDGED).when(later).then_refused("conduct.already_deradicalised")


def test_it_is_asked_of_whom_terrorism_is_charged_and_of_nobody_else():
    charged = ChargeRecorded(
        effective=on("2025-02-10"),
        case_type=CaseType.TERORISME,
        maximum_years=20,
        life_or_death=True,
        recidivist=None,
        legal_basis="UU 5/2018",
        offence="...",
    )
    told = [
        facts_of(CASE.fold(one)).deradicalised for one in ([PLEDGED], [charged], [charged, PLEDGED])
    ]
    assert told == [None, False, True]
