from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.catalogue import CASE
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    CustodyTakenOver,
    Died,
    LegalStatus,
    Religion,
    Sex,
)
from domain.fine import FinePaid
from domain.kernel import Refused
from domain.law.case_facts import facts_of
from domain.verdict import (
    CopyReceived,
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
    legal_status,
    sentence,
)

PN, PT, MA, PK = "12/Pid.B/2025/PN Mdn", "3/PID/2025/PT MDN", "9 K/Pid/2025", "1 PK/Pid/2026"
case = Scenario(CASE)
admitted = CustodyAdmitted(
    effective=on("2025-02-10"),
    person="01980f5c-7a00-7000-8000-000000000001",
    unit="RUTAN-MEDAN",
    reason=AdmissionReason.PENAHANAN,
    full_name="Budi Santoso",
    sex=Sex.MALE,
    birth_date=date(1995, 4, 1),
    religion=Religion.ISLAM,
    domicile=None,
)
taken_over = CustodyTakenOver(
    effective=on("2025-02-10"),
    person=admitted.person,
    unit="RUTAN-MEDAN",
    full_name="Budi Santoso",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.ISLAM,
    domicile=None,
    legal_status=LegalStatus.NARAPIDANA,
    admitted_on=date(2024, 1, 1),
    source="SDP",
    source_date=date(2025, 2, 9),
)


def part(kind, years=0, months=0, days=0, fine=0):
    return SentencePart(kind=kind, years=years, months=months, days=days, fine=fine)


PRISON = part(SentenceKind.PENJARA, years=1, months=6)
FINE = part(SentenceKind.DENDA, fine=50_000_000)
INSTEAD = part(SentenceKind.PENJARA_PENGGANTI, months=3)
pronounced = VerdictPronounced(
    effective=on("2025-05-02"),
    instance=Instance.PN,
    court="PN Medan",
    number=PN,
    outcome=Outcome.DIPIDANA,
    sentence=(PRISON, FINE, INSTEAD),
    offence=("KUHP art. 362",),
)
appealed = replace(
    pronounced, effective=on("2025-07-01"), instance=Instance.PT, court="PT Medan", number=PT
)
cassation = replace(
    pronounced, effective=on("2025-09-01"), instance=Instance.MA, court="MA", number=MA
)
review = replace(
    pronounced,
    effective=on("2026-02-01"),
    instance=Instance.PK,
    court="MA",
    number=PK,
    sentence=(part(SentenceKind.PENJARA, years=1),),
)
copied = CopyReceived(effective=on("2025-05-09"), number=PN)
final = VerdictBecameFinal(effective=on("2025-05-10"), number=PN)
executed = VerdictExecuted(effective=on("2025-05-12"), document="BA-17/2025")
died = Died(effective=on("2025-04-01"), place="RSUP", cause=None, document="SK.3")
tried = case.given(admitted, pronounced)


def status(*history):
    return legal_status(CASE.fold(history))


def test_a_verdict_is_pronounced_once():
    case.given(admitted).when(pronounced).then_recorded()
    tried.when(pronounced).then_nothing()
    assert sentence(CASE.fold(tried.history)) == (PRISON, FINE, INSTEAD)
    assert sentence(CASE.begin()) == ()


def test_a_verdict_may_be_older_than_the_admission():
    case.when(replace(pronounced, effective=on("2024-06-01"))).then_recorded()


@pytest.mark.parametrize(
    ("outcome", "parts"),
    [(Outcome.DIPIDANA, ()), (Outcome.BEBAS, (PRISON,)), (Outcome.LEPAS, (PRISON,))],
)
def test_a_conviction_has_a_sentence_and_nothing_else_has(outcome, parts):
    wrong = replace(pronounced, outcome=outcome, sentence=parts)
    case.when(wrong).then_refused("verdict.sentence_and_outcome")
    with pytest.raises(Refused) as refused:
        case.when(wrong).answer()
    assert refused.value.field == "sentence"


@pytest.mark.parametrize(
    "wrong",
    [
        part(SentenceKind.PENJARA),
        part(SentenceKind.KURUNGAN, days=10, fine=1),
        part(SentenceKind.PENJARA_PENGGANTI),
        part(SentenceKind.SEUMUR_HIDUP, years=20),
        part(SentenceKind.MATI, fine=1),
        part(SentenceKind.DENDA),
        part(SentenceKind.DENDA, months=1, fine=1),
    ],
)
def test_each_part_of_a_sentence_has_what_it_is_made_of(wrong):
    case.when(replace(pronounced, sentence=(PRISON, wrong))).then_refused("verdict.sentence_part")


@pytest.mark.parametrize(
    "right",
    [
        part(SentenceKind.KURUNGAN, days=10),
        part(SentenceKind.SEUMUR_HIDUP),
        part(SentenceKind.MATI),
        part(SentenceKind.TINDAKAN),
        part(SentenceKind.TINDAKAN, months=6),
    ],
)
def test_a_sentence_may_be_of_any_kind(right):
    case.when(replace(pronounced, sentence=(right,))).then_recorded()


def test_the_courts_are_asked_in_order():
    tried.when(appealed).then_recorded()
    tried.when(cassation).then_recorded()
    tried.given(appealed, cassation).when(
        replace(appealed, effective=on("2025-09-02"), number="4/PID/2025/PT MDN")
    ).then_refused("verdict.instance_order")
    tried.when(replace(pronounced, number="13/Pid.B/2025/PN Mdn")).then_refused(
        "verdict.instance_order"
    )
    tried.when(replace(appealed, number=PN)).then_refused("verdict.number_exists")


def test_a_copy_is_received_once_and_of_a_verdict_that_was_pronounced():
    tried.when(copied).then_recorded()
    tried.given(copied).when(replace(copied, effective=on("2025-05-20"))).then_refused(
        "verdict.copy_exists"
    )
    tried.when(replace(copied, number=PT)).then_refused("verdict.no_such_verdict")


def test_the_last_verdict_becomes_final_once():
    tried.when(final).then_recorded()
    tried.given(final).when(replace(final, effective=on("2025-05-11"))).then_refused(
        "verdict.already_final"
    )
    tried.given(appealed).when(replace(final, effective=on("2025-07-02"))).then_refused(
        "verdict.not_the_last"
    )
    tried.when(replace(final, number=PT)).then_refused("verdict.no_such_verdict")


def test_nothing_but_review_follows_a_final_verdict():
    over = tried.given(final)
    over.when(appealed).then_refused("verdict.already_final")
    over.when(review).then_recorded()
    tried.when(review).then_refused("verdict.review_before_final")
    again = replace(review, effective=on("2027-01-01"), number="2 PK/Pid/2027")
    over.given(review).when(again).then_recorded()


def test_only_what_is_final_is_executed_and_only_once():
    tried.when(executed).then_refused("verdict.not_final")
    tried.given(final).when(executed).then_recorded()
    tried.given(final, executed).when(executed).then_nothing()
    tried.given(final, executed).when(replace(executed, document="BA-18/2025")).then_refused(
        "verdict.already_executed"
    )


def test_a_review_that_became_final_is_executed_anew():
    reviewed = tried.given(
        final, executed, review, VerdictBecameFinal(effective=on("2026-02-01"), number=PK)
    )
    reviewed.when(replace(executed, effective=on("2026-02-10"))).then_recorded()
    assert sentence(CASE.fold(reviewed.history)) == review.sentence


paid = FinePaid(effective=on("2025-06-01"), amount=20_000_000, receipt="D-3/1")


def test_a_fine_is_paid_in_parts_and_no_more_than_it_is():
    tried.when(paid).then_recorded()
    rest = replace(paid, amount=30_000_000, receipt="D-3/2")
    tried.given(paid).when(rest).then_recorded()
    more = replace(rest, amount=30_000_001)
    tried.given(paid).when(more).then_refused("verdict.more_than_the_fine")
    case.given(admitted).when(paid).then_refused("verdict.more_than_the_fine")
    tried.when(replace(paid, amount=0)).then_refused("verdict.nothing_paid")


def test_a_substitute_is_served_unless_all_of_the_fine_is_paid():
    rest = replace(paid, amount=30_000_000, receipt="D-3/2")
    for events, whole in (((), False), ((paid,), False), ((paid, rest), True)):
        told = facts_of(CASE.fold([admitted, pronounced, *events]))
        assert told.substitute
        assert (told.substitute.paid, told.fine_paid) == (whole, whole)


def test_whoever_is_dead_is_not_judged():
    case.given(admitted, died).when(pronounced).then_refused("verdict.dead")


# What the law calls the person


def test_a_tahanan_is_narapidana_from_the_execution_on():
    assert status() is None
    assert status(admitted) is LegalStatus.TAHANAN
    assert status(admitted, pronounced, final) is LegalStatus.TAHANAN
    assert status(admitted, pronounced, final, executed) is LegalStatus.NARAPIDANA


def test_whoever_is_acquitted_does_not_become_narapidana():
    acquitted = replace(pronounced, outcome=Outcome.BEBAS, sentence=())
    assert status(admitted, acquitted, final, executed) is LegalStatus.TAHANAN


@pytest.mark.parametrize("reason", [AdmissionReason.PIDANA, AdmissionReason.PENGGANTI_DENDA])
def test_whoever_is_admitted_to_serve_is_narapidana_from_that_day(reason):
    assert status(replace(admitted, reason=reason)) is LegalStatus.NARAPIDANA


@pytest.mark.parametrize(
    ("born", "held", "serving"),
    [
        ("2007-02-11", LegalStatus.ANAK, LegalStatus.ANAK_BINAAN),
        ("2007-02-10", LegalStatus.TAHANAN, LegalStatus.NARAPIDANA),
        ("2008-02-29", LegalStatus.ANAK, LegalStatus.ANAK_BINAAN),
    ],
)
def test_whoever_is_under_eighteen_at_admission_is_anak(born, held, serving):
    young = replace(admitted, birth_date=date.fromisoformat(born))
    assert status(young) is held
    assert status(young, pronounced, final, executed) is serving
    assert status(replace(young, reason=AdmissionReason.PIDANA)) is serving


def test_without_a_birth_date_nobody_is_taken_for_a_child():
    assert status(replace(admitted, birth_date=None)) is LegalStatus.TAHANAN


@pytest.mark.parametrize("said", LegalStatus)
def test_a_journey_taken_over_says_what_the_person_was(said):
    over = replace(taken_over, legal_status=said)
    assert status(over) is said
    child = said in (LegalStatus.ANAK, LegalStatus.ANAK_BINAAN)
    expected = LegalStatus.ANAK_BINAAN if child else LegalStatus.NARAPIDANA
    assert status(over, pronounced, final, executed) is expected


def test_any_order_of_facts_leads_to_some_state():
    assert status(executed, final, copied, admitted) is LegalStatus.TAHANAN


def test_before_the_earliest_text_that_is_known_nobody_is_called_a_child():
    young = replace(admitted, effective=on("1945-01-01"), birth_date=date(1935, 1, 1))
    assert legal_status(CASE.fold([young])) is LegalStatus.TAHANAN
