from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.catalogue import CASE
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Died,
    Released,
    ReleaseKind,
    Religion,
)
from domain.ijazah import (
    ExamRegistered,
    ExamTaken,
    Failed,
    IjazahHandedOver,
    IjazahIssued,
    Passed,
)
from domain.kejar_paket import (
    KEJAR_PAKET,
    AttendanceSummarised,
    CreditsEarned,
    Enrolled,
    Moved,
    NisnReceived,
    Paused,
    Resumed,
    Standing,
    Withdrawn,
)
from domain.participation import WithdrawalReason
from domain.person import Sex
from domain.schooling import PaketLevel, PauseReason, Placed, Proof, Schooling, Screened

DAY = on("2025-07-21")
CLASS = "01980f5c-7a00-7000-8000-0000000000c1"
admitted = CustodyAdmitted(
    effective=on("2025-06-02"),
    person="01980f5c-7a00-7000-8000-000000000001",
    unit="RUTAN-PEKALONGAN",
    reason=AdmissionReason.PIDANA,
    full_name="Budi Santoso",
    sex=Sex.MALE,
    birth_date=date(1998, 3, 1),
    religion=Religion.ISLAM,
    domicile="33.75",
)
released = Released(effective=on("2026-01-10"), kind=ReleaseKind.BEBAS_MURNI, document="SB/7/2026")
died = Died(effective=on("2026-01-10"), place="RSUD Kraton", cause=None, document="SK/1/2026")
screened = Screened(effective=DAY, last_schooling=Schooling.SMP, proof=Proof.IJAZAH)
placed = Placed(effective=DAY, level=PaketLevel.C, grade=10, credits_recognised=0)
enrolled = Enrolled(
    effective=DAY,
    level=PaketLevel.C,
    programme=CLASS,
    agreement=None,
    provider_npsn="P2964156",
    provider="PKBM Pengayoman",
    nisn=None,
    academic_year="2025/2026",
    semester=1,
)
nisn = NisnReceived(effective=on("2025-09-01"), nisn="9981234567")
july = AttendanceSummarised(
    effective=on("2025-08-01"),
    programme=CLASS,
    from_day=date(2025, 7, 21),
    until_day=date(2025, 7, 31),
    hours_held=16,
    hours_attended=14,
)
earned = CreditsEarned(
    effective=on("2025-12-20"),
    subject="Matematika",
    credits=4,
    academic_year="2025/2026",
    semester=1,
)
paused = Paused(effective=on("2025-10-01"), reason=PauseReason.SIDANG)
resumed = Resumed(effective=on("2025-10-08"))
moved = Moved(
    effective=on("2026-01-12"), provider_npsn="P9908123", provider="SKB Batang", credits_carried=4
)
registered = ExamRegistered(effective=on("2026-03-01"), exam="UPK Paket C 2026")
taken = ExamTaken(effective=on("2026-05-04"), exam="UPK Paket C 2026")
passed = Passed(effective=on("2026-06-01"), exam="UPK Paket C 2026")
failed = Failed(effective=on("2026-06-01"), exam="UPK Paket C 2026")
issued = IjazahIssued(
    effective=on("2026-06-20"), number="DN-PC 0001", issued_on=date(2026, 6, 19), sha256="a" * 64
)
handed = IjazahHandedOver(effective=on("2026-07-01"), receiver="Budi Santoso")
withdrawn = Withdrawn(effective=on("2025-11-03"), reason=WithdrawalReason.MENOLAK)

nobody = Scenario(CASE)
inside = nobody.given(admitted)
learner = inside.given(screened, placed, enrolled)
examined = learner.given(registered, taken)
graduate = examined.given(passed)


def schooling(scenario):
    return CASE.fold(scenario.history)[KEJAR_PAKET]


def finished(schooling):
    return inside.given(replace(screened, last_schooling=schooling))


def test_the_way_from_screening_to_the_ijazah_in_hand():
    way = [screened, placed, enrolled, nisn, july, paused, resumed, earned]
    way += [registered, taken, passed, issued, handed]
    told = inside
    for event in way:
        told.when(event).then_recorded()
        told = told.given(event)
        told.when(event).then_nothing()
    assert schooling(told).finals.passed == (PaketLevel.C,)
    assert schooling(told).nisn == "9981234567"


def test_only_who_was_once_admitted_is_schooled_here():
    nobody.when(screened).then_refused("kejar_paket.not_admitted")
    learner.given(died).when(replace(registered, exam="Ulang")).then_refused(
        "kejar_paket.not_admitted"
    )


def test_it_survives_release_and_goes_on_at_a_provider_outside():
    outside = learner.given(released)
    outside.when(moved).then_recorded()
    outside.given(moved).when(registered).then_recorded()
    assert schooling(outside).programme == CLASS
    assert schooling(outside.given(moved)).programme is None
    graduate.given(released, issued).when(handed).then_recorded()


def test_one_may_be_enrolled_after_release():
    inside.given(screened, placed, released).when(
        replace(enrolled, effective=on("2026-01-19"), semester=2)
    ).then_recorded()


def test_sums_and_papers_come_even_after_death():
    learner.given(died).when(replace(july, effective=on("2026-01-31"))).then_recorded()
    graduate.given(replace(died, effective=on("2026-06-02"))).when(issued).then_recorded()


def test_placement_needs_to_know_the_last_schooling():
    inside.when(placed).then_refused("kejar_paket.not_screened")


@pytest.mark.parametrize(
    ("schooling", "level", "grade"),
    [
        (Schooling.TIDAK_SEKOLAH, PaketLevel.A, 1),
        (Schooling.SD_TIDAK_TAMAT, PaketLevel.A, 6),
        (Schooling.SD, PaketLevel.B, 7),
        (Schooling.SMP_TIDAK_TAMAT, PaketLevel.B, 9),
        (Schooling.SMP, PaketLevel.C, 10),
        (Schooling.SMA_TIDAK_TAMAT, PaketLevel.C, 12),
    ],
)
def test_the_level_follows_the_last_schooling(schooling, level, grade):
    finished(schooling).when(replace(placed, level=level, grade=grade)).then_recorded()


def test_no_level_is_skipped_and_none_is_done_twice():
    refused = "kejar_paket.level_does_not_follow_schooling"
    finished(Schooling.SD).when(placed).then_refused(refused, article="UU 20/2003 art. 26(6)")
    finished(Schooling.SMP).when(replace(placed, level=PaketLevel.B, grade=7)).then_refused(refused)
    finished(Schooling.SMA).when(placed).then_refused(refused)


@pytest.mark.parametrize(
    ("schooling", "level", "grade"),
    [
        (Schooling.SD_TIDAK_TAMAT, PaketLevel.A, 7),
        (Schooling.SD, PaketLevel.B, 6),
        (Schooling.SD, PaketLevel.B, 10),
        (Schooling.SMP, PaketLevel.C, 9),
    ],
)
def test_each_level_has_its_grades(schooling, level, grade):
    finished(schooling).when(replace(placed, level=level, grade=grade)).then_refused(
        "kejar_paket.grade_not_of_level"
    )


def test_enrolment_comes_after_screening_and_placement():
    inside.when(enrolled).then_refused("kejar_paket.not_screened")
    inside.given(screened).when(enrolled).then_refused("kejar_paket.not_placed")


def test_one_is_enrolled_in_the_level_one_was_placed_in():
    inside.given(screened, placed).when(replace(enrolled, level=PaketLevel.B)).then_refused(
        "kejar_paket.not_the_level_placed"
    )


def test_an_academic_year_is_two_years_in_a_row():
    code = "kejar_paket.academic_year_not_consecutive"
    inside.given(screened, placed).when(replace(enrolled, academic_year="2025/2027")).then_refused(
        code
    )
    learner.when(replace(earned, academic_year="2026/2025")).then_refused(code)


def test_one_enrols_again_only_for_a_later_semester_at_the_same_provider():
    second = replace(enrolled, effective=on("2026-01-05"), semester=2)
    learner.when(second).then_recorded()
    for other in (
        replace(second, semester=1),
        replace(second, provider_npsn="P9908123"),
    ):
        learner.when(other).then_refused("kejar_paket.already_enrolled")
    learner.given(paused).when(second).then_refused("kejar_paket.already_enrolled")


def test_who_passed_paket_a_may_go_on_to_b():
    first = [
        replace(screened, last_schooling=Schooling.SD_TIDAK_TAMAT),
        replace(placed, level=PaketLevel.A, grade=6),
        replace(enrolled, level=PaketLevel.A),
        registered,
        taken,
    ]
    onward = replace(
        enrolled, effective=on("2026-07-20"), level=PaketLevel.B, academic_year="2026/2027"
    )
    inside.given(*first).when(onward).then_refused("kejar_paket.not_the_level_placed")
    inside.given(*first, passed).when(onward).then_recorded()
    inside.given(*first, passed).when(
        replace(placed, effective=on("2026-07-20"), level=PaketLevel.B, grade=7)
    ).then_recorded()
    on_b = inside.given(*first, passed, onward)
    on_b.when(replace(issued, effective=on("2026-07-25"))).then_recorded()
    proved = schooling(on_b.given(issued))
    assert [ijazah.level for ijazah in proved.finals.ijazah] == [PaketLevel.A]
    assert proved.standing is Standing.LEARNING


@pytest.mark.parametrize("event", [nisn, july, earned, moved, registered, taken, withdrawn])
def test_nothing_is_learnt_without_an_enrolment(event):
    inside.given(screened, placed).when(event).then_refused("kejar_paket.not_enrolled")


def test_the_nisn_may_come_later_and_is_kept():
    again = replace(enrolled, effective=on("2026-01-05"), semester=2)
    assert schooling(learner).nisn is None
    assert schooling(learner.given(nisn, again)).nisn == "9981234567"


def test_no_more_is_attended_than_was_held():
    learner.when(replace(july, hours_attended=17)).then_refused(
        "kejar_paket.attended_more_than_held"
    )


def test_a_period_has_a_beginning_and_an_end_and_is_over():
    learner.when(replace(july, from_day=date(2025, 8, 1))).then_refused(
        "kejar_paket.period_reversed"
    )
    learner.when(replace(july, effective=on("2025-07-30"))).then_refused(
        "kejar_paket.period_not_over"
    )


def test_no_hour_is_counted_in_two_periods_but_a_sum_may_be_restated():
    summed = learner.given(july)
    summed.when(replace(july, from_day=date(2025, 7, 28))).then_refused(
        "kejar_paket.period_overlaps"
    )
    summed.when(replace(july, programme=None)).then_recorded()
    restated = replace(july, hours_attended=16)
    summed.when(restated).then_recorded()
    assert [said.attended for said in schooling(summed.given(restated)).attendance] == [16]


def test_only_learning_is_paused_and_only_a_pause_ends():
    learner.when(resumed).then_refused("kejar_paket.not_paused")
    learner.given(paused).when(replace(paused, reason=PauseReason.SAKIT)).then_refused(
        "kejar_paket.not_learning"
    )


def test_an_exam_is_for_who_is_enrolled_and_registered():
    learner.given(withdrawn).when(registered).then_refused("kejar_paket.not_enrolled")
    learner.when(taken).then_refused("kejar_paket.exam_not_registered")
    learner.given(registered).when(passed).then_refused("kejar_paket.exam_not_taken")
    learner.given(registered).when(failed).then_refused("kejar_paket.exam_not_taken")


def test_an_exam_has_one_result():
    graduate.when(failed).then_refused("kejar_paket.exam_not_taken")


def test_an_exam_is_not_registered_for_again_once_taken():
    examined.when(replace(registered, effective=on("2026-05-05"))).then_refused(
        "kejar_paket.exam_already_taken"
    )


def test_who_failed_may_be_registered_again():
    retry = replace(registered, effective=on("2026-08-01"))
    examined.when(failed).then_recorded()
    examined.given(failed).when(retry).then_recorded()


def test_a_result_may_come_after_withdrawal():
    examined.given(replace(withdrawn, effective=on("2026-05-20"))).when(passed).then_recorded()


def test_an_ijazah_needs_a_level_passed_and_is_issued_once_for_it():
    examined.when(issued).then_refused("kejar_paket.not_passed")
    graduate.given(issued).when(replace(issued, number="DN-PC 0002")).then_refused(
        "kejar_paket.not_passed", article="Permendikbudristek 58/2024"
    )


def test_an_ijazah_is_not_dated_after_it_was_issued():
    graduate.when(replace(issued, issued_on=date(2026, 6, 21))).then_refused(
        "kejar_paket.issued_later"
    )


def test_an_ijazah_is_handed_over_once_it_was_issued():
    graduate.when(handed).then_refused("kejar_paket.no_ijazah")
    graduate.given(issued, handed).when(replace(handed, receiver="Orang lain")).then_refused(
        "kejar_paket.no_ijazah"
    )


def test_who_withdrew_may_be_enrolled_again():
    learner.given(withdrawn).when(
        replace(enrolled, effective=on("2026-01-05"), semester=2)
    ).then_recorded()
    learner.given(withdrawn).when(replace(withdrawn, reason=WithdrawalReason.LAIN)).then_refused(
        "kejar_paket.not_enrolled"
    )


def test_the_fold_answers_to_any_order():
    history = [*graduate.history, nisn, july, earned, paused, resumed, moved, issued, handed]
    assert schooling(Scenario(CASE, history[::-1])).finals.passed == ()
    assert schooling(Scenario(CASE, history)).finals.passed == (PaketLevel.C,)
