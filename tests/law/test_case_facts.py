from dataclasses import replace
from datetime import date

from law.told_case import (
    MEDAN,
    PK,
    SENTENCED,
    admitted,
    corruption,
    executed,
    extended,
    final,
    ordered,
    part,
    pronounced,
    released,
    taken_over,
)
from scenario import on

from domain.activity import ActivityFinished, ActivityJoined, ActivityKind
from domain.admission import AdmissionReason, Religion
from domain.catalogue import CASE
from domain.conduct import (
    ConductAssessed,
    DisciplineBegan,
    DisciplineEnded,
    DisciplineLevel,
    Predicate,
)
from domain.custody import CameBack, Escaped, LeavePurpose, Recaptured, WentOut
from domain.detention import (
    DetentionEnded,
    DetentionForm,
    DetentionFormChanged,
    DetentionStage,
    DetentionSuspended,
    HospitalStayBegan,
    HospitalStayEnded,
)
from domain.fine import FinePaid
from domain.kernel import FORGOTTEN
from domain.law.case_facts import facts_of
from domain.law.criteria import Trace
from domain.law.facts import HeldForm, RemisiKind, SubjectKind
from domain.law.span import Span
from domain.release import ReadmissionReason, Readmitted, ReleaseKind
from domain.remisi import RemisiApplied, RemisiProposed, RemisiSkIssued
from domain.verdict import (
    Instance,
    SentenceKind,
)


def facts(*events):
    return facts_of(CASE.fold(events))


def held(*events):
    """Days held as texts: from, to, form."""
    return [
        (one.from_day.isoformat(), one.to and one.to.isoformat(), one.form.value)
        for one in facts(*events).detention
    ]


def test_nothing_is_told_of_nobody():
    told = facts()
    assert (told.kind, told.religion) == (SubjectKind.TAHANAN, Religion.TIDAK_DIKETAHUI)
    assert (told.detention, told.sentences, told.executed) == ((), (), False)


def test_whoever_is_admitted_is_held_until_further_notice():
    assert held(admitted) == [("2025-02-10", None, "rutan")]
    assert facts(admitted).detention[0].by == Trace(event="custody.admitted", day=date(2025, 2, 10))


def test_detention_before_the_admission_counts_with_its_orders():
    police = ordered("2025-01-20", "2025-02-08")
    more = extended("2025-02-09", "2025-03-20")
    assert held(police, more, admitted) == [("2025-01-20", None, "rutan")]
    assert held(police, admitted) == [
        ("2025-01-20", "2025-02-08", "rutan"),
        ("2025-02-10", None, "rutan"),
    ]


def test_detention_at_home_or_in_the_town_counts_as_such_until_the_verdict_is_executed():
    at_home = ordered("2025-01-20", "2025-02-08", form=DetentionForm.RUMAH)
    town = DetentionFormChanged(effective=on("2025-03-01"), form=DetentionForm.KOTA)
    court = ordered("2025-02-09", "2025-04-30", stage=DetentionStage.HAKIM_PN)
    assert held(at_home, court, admitted, town, *SENTENCED) == [
        ("2025-01-20", "2025-02-08", "rumah"),
        ("2025-02-09", "2025-02-28", "rutan"),
        ("2025-03-01", "2025-05-05", "kota"),
        ("2025-05-06", None, "rutan"),
    ]


def test_a_form_of_detention_is_over_once_somebody_is_brought_in():
    town = ordered("2025-01-22", "2025-02-10", form=DetentionForm.KOTA)
    brought_in = replace(admitted, effective=on("2025-02-11"))
    assert held(town, brought_in, *SENTENCED) == [
        ("2025-01-22", "2025-02-10", "kota"),
        ("2025-02-11", None, "rutan"),
    ]
    at_home = DetentionFormChanged(effective=on("2025-03-01"), form=DetentionForm.RUMAH)
    court = ordered("2025-02-11", "2025-04-30", stage=DetentionStage.HAKIM_PN)
    caught = Recaptured(effective=on("2025-03-20"), unit=MEDAN)
    escaped = Escaped(effective=on("2025-03-10"))
    assert held(town, court, brought_in, at_home, escaped, caught)[2:] == [
        ("2025-03-01", "2025-03-09", "rumah"),
        ("2025-03-20", None, "rutan"),
    ]


def test_whoever_is_to_serve_is_held_by_the_running_order_until_the_unit_receives_them():
    order = ordered("2025-02-10", "2025-05-31", stage=DetentionStage.HAKIM_PN)
    received = replace(admitted, effective=on("2025-05-13"), reason=AdmissionReason.PIDANA)
    assert held(order, *SENTENCED, received) == [("2025-02-10", None, "rutan")]
    over = ordered("2025-02-10", "2025-05-08", stage=DetentionStage.HAKIM_PN)
    assert held(over, *SENTENCED, received) == [
        ("2025-02-10", "2025-05-08", "rutan"),
        ("2025-05-13", None, "rutan"),
    ]


def test_days_in_hospital_are_told_apart_while_an_order_runs_and_not_of_a_convict():
    order = ordered("2025-02-10", "2025-06-01", stage=DetentionStage.HAKIM_PN)
    went = HospitalStayBegan(effective=on("2025-03-01"), hospital="RSUD")
    left = HospitalStayEnded(effective=on("2025-03-11"))
    assert held(admitted, order, went, left) == [
        ("2025-02-10", "2025-02-28", "rutan"),
        ("2025-03-01", "2025-03-10", "pembantaran"),
        ("2025-03-11", None, "rutan"),
    ]
    assert held(admitted, order, went, *SENTENCED)[1:] == [
        ("2025-03-01", "2025-05-05", "pembantaran"),
        ("2025-05-06", None, "rutan"),
    ]
    over = DetentionEnded(effective=on("2025-03-21"), reason="demi hukum")
    assert held(admitted, order, went, over)[1:] == [
        ("2025-03-01", "2025-03-20", "pembantaran"),
        ("2025-03-21", None, "rutan"),
    ]


def test_time_at_large_is_no_time_held_whatever_an_order_says():
    order = ordered("2025-02-10", "2025-06-01", stage=DetentionStage.HAKIM_PN)
    escaped = Escaped(effective=on("2025-03-01"))
    caught = Recaptured(effective=on("2025-03-20"), unit=MEDAN)
    assert held(admitted, order, escaped, caught) == [
        ("2025-02-10", "2025-02-28", "rutan"),
        ("2025-03-20", None, "rutan"),
    ]


def test_an_order_given_while_somebody_is_at_large_holds_nobody():
    newer = ordered("2025-03-10", "2025-06-01", stage=DetentionStage.HAKIM_PN)
    assert held(admitted, Escaped(effective=on("2025-03-01")), newer) == [
        ("2025-02-10", "2025-02-28", "rutan")
    ]


def test_whoever_was_released_is_held_again_by_a_newer_order_only():
    order = ordered("2025-02-10", "2025-06-01", stage=DetentionStage.HAKIM_PN)
    out = released("2025-03-01", ReleaseKind.BEBAS_DEMI_HUKUM)
    inside = ("2025-02-10", "2025-02-28", "rutan")
    assert held(admitted, order, out) == [inside]
    newer = ordered("2025-04-01", "2025-04-20", stage=DetentionStage.HAKIM_PT)
    assert held(admitted, order, out, newer) == [inside, ("2025-04-01", "2025-04-20", "rutan")]


def test_being_at_court_is_no_gap():
    out = WentOut(
        effective=on("2025-03-03"),
        purpose=LeavePurpose.SIDANG,
        destination="PN",
        expected_back=None,
        document="BA",
    )
    assert held(admitted, out, CameBack(effective=on("2025-03-05"))) == held(admitted)


def test_suspended_detention_is_a_gap_until_the_person_is_inside_again():
    order = ordered("2025-02-10", "2025-06-01", stage=DetentionStage.HAKIM_PN)
    suspended = DetentionSuspended(effective=on("2025-03-01"), order_number="PEN/1")
    back = Readmitted(
        effective=on("2025-04-01"), unit=MEDAN, reason=ReadmissionReason.PENANGGUHAN_DICABUT
    )
    assert held(admitted, order, suspended, released("2025-03-01"), back) == [
        ("2025-02-10", "2025-02-28", "rutan"),
        ("2025-04-01", None, "rutan"),
    ]


def test_whoever_is_let_home_under_an_order_is_held_at_home():
    order = ordered("2025-02-10", "2025-06-01", stage=DetentionStage.HAKIM_PN)
    home = DetentionFormChanged(effective=on("2025-03-01"), form=DetentionForm.RUMAH)
    assert held(admitted, order, released("2025-03-01"), home)[1:] == [
        ("2025-03-01", "2025-06-01", "rumah")
    ]


def test_whoever_was_admitted_to_serve_before_the_verdict_is_final_is_no_convict_yet():
    to_serve = replace(admitted, reason=AdmissionReason.PIDANA)
    told = facts(to_serve)
    assert (told.kind, told.executed) == (SubjectKind.NARAPIDANA, None)
    told = facts(to_serve, pronounced(part(years=2)))
    assert (told.kind, told.executed) == (SubjectKind.TAHANAN, None)
    told = facts(to_serve, pronounced(part(years=2)), final)
    assert (told.kind, told.executed) == (SubjectKind.NARAPIDANA, None)
    assert facts(admitted, pronounced(part(years=2)), final).executed is False


def test_a_case_taken_over_counts_from_its_admission_there():
    told = facts(taken_over)
    assert told.detention[0].from_day == date(2024, 3, 5)
    assert told.detention[0].by == Trace(event="custody.taken_over", day=date(2025, 11, 1))
    assert (told.kind, told.executed) == (SubjectKind.NARAPIDANA, None)
    told = facts(taken_over, pronounced(part(years=4)))
    assert (told.kind, told.verdict_final_on) == (SubjectKind.NARAPIDANA, None)


def test_a_convict_has_the_parts_of_the_last_verdict():
    fine = part(SentenceKind.DENDA, fine=50_000_000)
    instead = part(SentenceKind.PENJARA_PENGGANTI, months=3)
    first = pronounced(part(years=4), part(months=6), fine, instead)
    told = facts(admitted, first, final, executed)
    assert [one.span for one in told.sentences] == [
        Span(years=4, months=0, days=0),
        Span(years=0, months=6, days=0),
    ]
    assert told.substitute
    assert (told.substitute.span.total_days, told.substitute.paid) == (90, False)
    assert (told.kind, told.executed, told.fine_paid) == (SubjectKind.NARAPIDANA, True, False)
    assert told.verdict_final_on == date(2025, 5, 2)
    assert told.verdict_final_by == Trace(event="verdict.became_final", day=date(2025, 5, 2))
    review = pronounced(part(years=3), day="2026-01-15", number=PK, instance=Instance.PK)
    told = facts(admitted, first, final, executed, review)
    assert [one.span.years for one in told.sentences] == [3]
    assert (told.substitute, told.fine_paid) == (None, None)


def test_whoever_was_released_on_paying_the_fine_has_paid_it():
    fine = part(SentenceKind.DENDA, fine=50_000_000)
    instead = part(SentenceKind.PENJARA_PENGGANTI, months=3)
    verdict = pronounced(part(years=4), fine, instead)
    out = released("2029-02-10", ReleaseKind.DENDA_DIBAYAR)
    told = facts(admitted, verdict, final, executed, out)
    assert (told.substitute and told.substitute.paid, told.fine_paid) == (True, True)


def test_paying_the_fine_pays_for_no_restitution():
    fine = part(SentenceKind.DENDA, fine=50_000_000)
    half_a_year = part(SentenceKind.PENJARA_PENGGANTI, months=6)
    a_year = part(SentenceKind.PENJARA_PENGGANTI, years=1)
    paid = FinePaid(effective=on("2025-06-01"), amount=50_000_000, receipt="STS-1")

    def instead(*events):
        told = facts(admitted, *events, final, executed, paid)
        return told.substitute.paid, told.fine_paid

    assert instead(pronounced(part(years=4), fine, half_a_year)) == (True, True)
    assert instead(pronounced(part(years=4), fine, half_a_year, a_year)) == (False, None)
    assert instead(pronounced(part(years=4), fine, half_a_year), corruption) == (False, None)
    half = replace(fine, fine=25_000_000)
    two_fines = pronounced(part(years=4), half, half, half_a_year, a_year)
    assert instead(two_fines) == (True, True)
    unpaid = facts(admitted, pronounced(part(years=4), fine, half_a_year), corruption)
    assert unpaid.fine_paid is False
    out = released("2029-02-10", ReleaseKind.DENDA_DIBAYAR)
    assert instead(pronounced(part(years=4), fine, half_a_year, a_year), out) == (True, True)


def test_life_and_death_are_told_as_such():
    for kind, said in ((SentenceKind.SEUMUR_HIDUP, "life"), (SentenceKind.MATI, "death")):
        (one,) = facts(admitted, pronounced(part(kind))).sentences
        assert getattr(one, said)
        assert one.span.total_days == 0


def test_remisi_counts_with_the_days_of_its_sk_once_it_is_applied():
    asked = RemisiProposed(
        effective=on("2025-07-01"),
        proposal="RU-1",
        kind=RemisiKind.UMUM,
        award_day=date(2025, 8, 17),
        remission_days=60,
        rule_set="permenkumham-3-2018",
        ground=None,
        missed=None,
        feast_fixed_by=None,
    )
    sk = RemisiSkIssued(
        effective=on("2025-08-10"),
        proposal="RU-1",
        sk_number="PAS-1",
        sk_date=date(2025, 8, 10),
        remission_days=30,
    )
    applied = RemisiApplied(effective=on("2025-08-17"), proposal="RU-1", releases=False)
    assert facts(admitted, *SENTENCED, asked, sk).remissions == ()
    (granted,) = facts(admitted, *SENTENCED, asked, sk, applied).remissions
    assert (granted.kind, granted.on, granted.days) == (RemisiKind.UMUM, date(2025, 8, 17), 30)
    assert granted.by == Trace(event="remisi.applied", day=date(2025, 8, 17))


def test_register_f_and_the_latest_assessment_are_told_with_their_facts():
    began = DisciplineBegan(
        effective=on("2025-06-01"),
        measure="F-1",
        level=DisciplineLevel.SEDANG,
        offence="...",
        document="BA",
    )
    ended = DisciplineEnded(effective=on("2025-06-12"), measure="F-1")
    july = ConductAssessed(
        effective=on("2025-08-01"),
        month="2025-07",
        score=82,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )
    june = replace(july, month="2025-06", predicate=Predicate.KURANG, risk_declined=False)
    told = facts(admitted, began, ended, july, june)
    (breach,) = told.discipline
    assert (breach.on, breach.until) == (date(2025, 6, 1), date(2025, 6, 12))
    assert (told.conduct_risk_declined, told.programmes_good) == (True, True)
    assert told.conduct_by == Trace(event="conduct.assessed", day=date(2025, 8, 1))
    assert facts(admitted, june).programmes_good is False


def test_a_programme_that_was_finished_is_no_predicate():
    joined = ActivityJoined(
        effective=on("2025-03-01"),
        activity="K-1",
        kind=ActivityKind.LITERASI,
        title="Literasi",
        programme=None,
        agreement=None,
        provider="SKB",
    )
    finished = ActivityFinished(effective=on("2025-06-01"), activity="K-1")
    told = facts(admitted, joined, finished)
    assert (told.programmes_good, told.programmes_by) == (None, None)


def test_what_was_forgotten_is_told_as_unknown():
    unknown = replace(admitted, religion=FORGOTTEN, birth_date=FORGOTTEN)
    said = replace(SENTENCED[0], sentence=FORGOTTEN, number=FORGOTTEN, outcome=FORGOTTEN)
    told = facts(unknown, said)
    assert (told.religion, told.birth_date) == (Religion.TIDAK_DIKETAHUI, None)
    assert (told.sentences, told.detention[0].form) == ((), HeldForm.RUTAN)
