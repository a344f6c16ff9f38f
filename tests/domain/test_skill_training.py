from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.catalogue import CASE
from domain.certification import (
    Assessed,
    AttendanceCertified,
    Competence,
    CompetenceCertified,
)
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Died,
    Escaped,
    Released,
    ReleaseKind,
    Religion,
)
from domain.participation import WithdrawalReason
from domain.person import Sex
from domain.shape import Maybe, Whole, payload_shapes
from domain.skill_training import (
    SKILL_TRAINING,
    Applied,
    AttendanceSummarised,
    Completed,
    InterestRecorded,
    NotCompleted,
    Resumed,
    Seated,
    Started,
    Step,
    SuitabilityDecided,
    SuitabilityFact,
    Suspended,
    TrainerKind,
    WaitListed,
    Withdrawn,
)

BARBER = "01980f5c-7a00-7000-8000-0000000000b1"
TEMPE = "01980f5c-7a00-7000-8000-0000000000b2"
admitted = CustodyAdmitted(
    effective=on("2025-06-02"),
    person="01980f5c-7a00-7000-8000-000000000001",
    unit="RUTAN-MEDAN",
    reason=AdmissionReason.PIDANA,
    full_name="Rahmat Siregar",
    sex=Sex.MALE,
    birth_date=date(1995, 4, 1),
    religion=Religion.ISLAM,
    domicile="12.71",
)
interest = InterestRecorded(effective=on("2025-11-01"), field="barbershop", talent="Terampil")
applied = Applied(effective=on("2025-11-02"), programme=BARBER, agreement=None)
seated = Seated(effective=on("2025-11-02"), programme=BARBER)
waiting = WaitListed(effective=on("2025-11-02"), programme=BARBER, place=3)
suitable = SuitabilityDecided(
    effective=on("2025-11-05"),
    programme=BARBER,
    suitable=True,
    facts=(SuitabilityFact(code="sisa_pidana", said="14 bulan"),),
    reason=None,
)
unsuitable = replace(suitable, suitable=False, reason="Sisa pidana lebih singkat dari pelatihan")
started = Started(
    effective=on("2025-11-11"),
    programme=BARBER,
    trainer_kind=TrainerKind.UMKM,
    trainer_organisation="Barbershop Medan Jaya",
)
november = AttendanceSummarised(
    effective=on("2025-12-01"),
    programme=BARBER,
    from_day=date(2025, 11, 1),
    until_day=date(2025, 11, 30),
    sessions_held=8,
    sessions_attended=7,
)
suspended = Suspended(effective=on("2025-12-02"), programme=BARBER, reason="Sidang")
resumed = Resumed(effective=on("2025-12-09"), programme=BARBER)
completed = Completed(effective=on("2026-02-11"), programme=BARBER)
dropped = NotCompleted(effective=on("2026-02-11"), programme=BARBER, reason="Sering tidak hadir")
competent = Assessed(
    effective=on("2026-02-12"),
    programme=BARBER,
    result=Competence.KOMPETEN,
    issuer="LSP Tata Rambut",
    scheme="Barbershop",
)
not_yet = replace(competent, result=Competence.BELUM_KOMPETEN)
attendance_certificate = AttendanceCertified(
    effective=on("2026-02-13"),
    programme=BARBER,
    number="DISNAKER/0048/2026",
    issuer="Dinas Ketenagakerjaan Kota Medan",
    issued_on=date(2026, 2, 13),
)
competence_certificate = CompetenceCertified(
    effective=on("2026-03-02"),
    programme=BARBER,
    issuer="LSP Tata Rambut",
    scheme="Barbershop",
    number="96022 5141 2 0000048 2026",
    level=2,
    issued_on=date(2026, 3, 1),
    valid_until=date(2029, 3, 1),
)
withdrawn = Withdrawn(effective=on("2025-12-20"), programme=BARBER, reason=WithdrawalReason.MENOLAK)
released = Released(effective=on("2026-01-10"), kind=ReleaseKind.BEBAS_MURNI, document="SB/7/2026")

inside = Scenario(CASE).given(admitted)
applicant = inside.given(applied)
trainee = applicant.given(seated, suitable, started)
graduate = trainee.given(completed)


def training(scenario, programme=BARBER):
    return CASE.fold(scenario.history)[SKILL_TRAINING].trainings[programme]


def test_the_way_from_interest_to_a_certificate_of_competence():
    way = [interest, applied, waiting, seated, suitable, started, november, suspended, resumed]
    way += [completed, competent, attendance_certificate, competence_certificate]
    told = inside
    for event in way:
        told.when(event).then_recorded()
        told = told.given(event)
        told.when(event).then_nothing()
    assert training(told).step is Step.COMPLETED
    assert training(told).decision.facts == suitable.facts


def test_klien_and_former_warga_binaan_may_apply_and_start():
    outside = inside.given(replace(released, effective=on("2025-10-01")))
    outside.when(applied).then_recorded()
    outside.given(applied, seated, suitable).when(started).then_recorded()


@pytest.mark.parametrize("event", [interest, applied])
def test_nobody_is_trained_who_was_never_admitted_has_died_or_is_at_large(event):
    died = Died(effective=on("2025-10-01"), place="RSUD Pirngadi", cause=None, document="SK/1/2025")
    Scenario(CASE).when(event).then_refused("skill_training.not_admitted")
    inside.given(died).when(event).then_refused("skill_training.not_admitted")
    inside.given(Escaped(effective=on("2025-10-01"))).when(event).then_refused(
        "skill_training.escaped"
    )


def test_training_does_not_start_for_who_is_at_large():
    applicant.given(seated, suitable, Escaped(effective=on("2025-11-08"))).when(
        started
    ).then_refused("skill_training.escaped")


def test_a_programme_is_applied_for_once():
    again = replace(applied, effective=on("2025-11-03"))
    applicant.when(again).then_refused("skill_training.already_applied")
    graduate.when(replace(applied, effective=on("2026-02-12"))).then_refused(
        "skill_training.already_applied"
    )


@pytest.mark.parametrize("end", [unsuitable, withdrawn])
def test_whose_application_ended_may_apply_again(end):
    again = replace(applied, effective=on("2026-01-05"))
    ended = applicant.given(end)
    ended.when(again).then_recorded()
    assert training(ended.given(again)).decision is None


def test_several_trainings_go_side_by_side():
    trainee.when(replace(applied, effective=on("2025-11-20"), programme=TEMPE)).then_recorded()
    trainee.when(replace(completed, programme=TEMPE)).then_refused("skill_training.not_started")


@pytest.mark.parametrize("answer", [seated, waiting, suitable])
def test_no_seat_no_place_and_no_decision_without_an_open_application(answer):
    inside.when(answer).then_refused("skill_training.no_open_application")
    applicant.given(replace(withdrawn, effective=on("2025-11-02"))).when(answer).then_refused(
        "skill_training.no_open_application"
    )


def test_the_wait_listed_may_later_be_seated_but_not_the_other_way_round():
    applicant.given(waiting).when(seated).then_recorded()
    applicant.given(seated).when(waiting).then_refused("skill_training.no_open_application")


def test_training_starts_with_a_seat_and_a_positive_decision_whichever_came_first():
    applicant.given(seated, suitable).when(started).then_recorded()
    applicant.given(suitable, replace(seated, effective=on("2025-11-06"))).when(
        started
    ).then_recorded()


def test_training_does_not_start_without_a_seat():
    applicant.given(suitable).when(started).then_refused("skill_training.no_seat")
    applicant.given(waiting, suitable).when(started).then_refused("skill_training.no_seat")


def test_training_does_not_start_before_it_was_found_suitable():
    applicant.given(seated).when(started).then_refused("skill_training.not_found_suitable")


def test_unsuitable_ends_the_application():
    over = applicant.given(seated, unsuitable)
    assert training(over).step is Step.UNSUITABLE
    over.when(started).then_refused("skill_training.no_seat")
    over.when(replace(suitable, effective=on("2025-11-06"))).then_refused(
        "skill_training.no_open_application"
    )


def test_only_a_training_under_way_is_suspended_completed_or_not():
    for event in (suspended, completed, dropped):
        applicant.given(seated, suitable).when(event).then_refused("skill_training.not_started")
    trainee.given(suspended).when(completed).then_refused("skill_training.not_started")
    trainee.given(suspended).when(dropped).then_recorded()
    trainee.when(resumed).then_refused("skill_training.not_suspended")


def test_a_training_ends_once():
    graduate.when(dropped).then_refused("skill_training.not_started")
    trainee.given(dropped).when(completed).then_refused("skill_training.not_started")


def test_attendance_is_summed_for_whoever_applied():
    inside.when(november).then_refused("skill_training.no_application")
    applicant.given(seated).when(november).then_recorded()
    trainee.given(withdrawn).when(replace(november, effective=on("2026-01-05"))).then_recorded()


def test_attendance_is_summed_over_periods_that_are_possible():
    trainee.when(replace(november, sessions_attended=9)).then_refused(
        "skill_training.attended_more_than_held"
    )
    trainee.when(replace(november, from_day=date(2025, 12, 1))).then_refused(
        "skill_training.period_reversed"
    )
    trainee.when(replace(november, effective=on("2025-11-29"))).then_refused(
        "skill_training.period_not_over"
    )
    trainee.given(november).when(replace(november, from_day=date(2025, 11, 11))).then_refused(
        "skill_training.period_overlaps"
    )
    trainee.given(november).when(replace(november, sessions_attended=8)).then_recorded()


def test_an_assessment_is_of_who_was_trained():
    applicant.when(competent).then_refused("skill_training.not_trained")
    trainee.given(dropped).when(competent).then_refused("skill_training.not_trained")
    trainee.when(competent).then_recorded()


def test_attendance_is_certified_when_the_training_was_completed():
    trainee.when(attendance_certificate).then_refused("skill_training.completion_missing")
    graduate.when(attendance_certificate).then_recorded()


def test_attendance_certified_is_no_competence_certified():
    graduate.given(attendance_certificate).when(competence_certificate).then_refused(
        "skill_training.not_competent", article="UU 13/2003 art. 18"
    )


def test_competence_is_certified_only_in_the_scheme_in_which_it_was_found():
    graduate.given(not_yet).when(competence_certificate).then_refused(
        "skill_training.not_competent"
    )
    graduate.given(competent).when(
        replace(competence_certificate, scheme="Tata rias")
    ).then_refused("skill_training.not_competent")
    inside.when(competence_certificate).then_refused("skill_training.no_application")


def test_who_was_not_competent_yet_may_be_found_so_later():
    later = replace(competent, effective=on("2026-02-20"))
    graduate.given(not_yet).when(later).then_recorded()
    graduate.given(not_yet, later).when(competence_certificate).then_recorded()


def test_a_certificate_of_competence_may_come_after_release():
    graduate.given(competent, replace(released, effective=on("2026-02-20"))).when(
        competence_certificate
    ).then_recorded()


def test_a_certificate_counts_for_a_time_after_it_was_issued():
    graduate.given(competent).when(
        replace(competence_certificate, valid_until=date(2026, 3, 1))
    ).then_refused("skill_training.validity_reversed")


def test_a_certificate_is_not_dated_after_it_was_issued():
    graduate.given(competent).when(
        replace(competence_certificate, issued_on=date(2026, 3, 3))
    ).then_refused("skill_training.issued_later")
    graduate.when(replace(attendance_certificate, issued_on=date(2026, 2, 14))).then_refused(
        "skill_training.issued_later"
    )


def test_a_certificate_names_a_level_of_kkni_from_one_to_nine_or_none():
    assert payload_shapes(CompetenceCertified)["level"] == Maybe(of=Whole(least=1, most=9))


@pytest.mark.parametrize(
    "way",
    [
        (),
        (waiting,),
        (seated,),
        (seated, suitable, started),
        (seated, suitable, started, suspended),
    ],
)
def test_one_may_withdraw_until_the_training_ends(way):
    applicant.given(*way).when(withdrawn).then_recorded()


@pytest.mark.parametrize("way", [(), (applied, unsuitable), (applied, withdrawn)])
def test_nobody_withdraws_from_nothing(way):
    inside.given(*way).when(replace(withdrawn, effective=on("2025-12-21"))).then_refused(
        "skill_training.nothing_to_withdraw"
    )


def test_nobody_withdraws_from_a_training_that_is_over():
    graduate.when(replace(withdrawn, effective=on("2026-02-12"))).then_refused(
        "skill_training.nothing_to_withdraw"
    )


def test_a_seat_that_came_twice_takes_nobody_back():
    twice = trainee.given(replace(seated, effective=on("2025-11-12")))
    assert training(twice).step is Step.STARTED


def test_the_fold_answers_to_any_order():
    history = [*graduate.history, interest, november, suspended, resumed, competent]
    history += [attendance_certificate, competence_certificate, withdrawn, waiting]
    assert set(training(Scenario(CASE, history[::-1])).proofs.competence) == {
        competence_certificate.number
    }
