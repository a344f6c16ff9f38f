"""What the law finds beside a proposal: worked out from the case, and told by nobody."""

from dataclasses import replace
from datetime import date

from scenario import Scenario, on

from domain import integration_assessment
from domain.admission import AdmissionReason, CustodyAdmitted, Religion
from domain.catalogue import CASE
from domain.conduct import (
    ConductAssessed,
    DisciplineBegan,
    DisciplineLevel,
    Predicate,
)
from domain.fields import EXAMPLE_ID
from domain.integration import IntegrationPaperReceived, IntegrationProposed, Right
from domain.integration_assessment import (
    INTEGRATION_ASSESSMENT,
    assessed,
    assessed_otherwise,
    essence,
)
from domain.law.book import BOOK, LAW
from domain.law.integration_rules import Paper
from domain.person import Sex
from domain.remisi import RemisiApplied, RemisiKind, RemisiProposed, RemisiSkIssued
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)

admitted = CustodyAdmitted(
    effective=on("2025-02-10"),
    person=EXAMPLE_ID,
    unit="RUTAN-MEDAN",
    reason=AdmissionReason.PENAHANAN,
    full_name="A. F.",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.ISLAM,
    domicile=None,
)
NUMBER = "1/Pid.B/2025/PN Mdn"
pronounced = VerdictPronounced(
    effective=on("2025-04-25"),
    instance=Instance.PN,
    court="PN Medan",
    number=NUMBER,
    outcome=Outcome.DIPIDANA,
    sentence=(SentencePart(kind=SentenceKind.PENJARA, years=1, months=6, days=0, fine=0),),
    offence=("KUHP 362",),
)
final = VerdictBecameFinal(effective=on("2025-05-02"), number=NUMBER)
executed = VerdictExecuted(effective=on("2025-05-06"), document="BA-8/1")
good = ConductAssessed(
    effective=on("2025-10-31"),
    month="2025-10",
    predicate=Predicate.BAIK,
    score=80,
    risk_declined=True,
)
asked = IntegrationProposed(
    effective=on("2026-02-20"), proposal="PB-1", right=Right.PB, rule_set="permenkumham-7-2022"
)
litmas = IntegrationPaperReceived(effective=on("2026-02-01"), right=Right.PB, paper=Paper.LITMAS)
CONVICT = (admitted, pronounced, final, executed, good)
convict = Scenario(CASE).given(*CONVICT)


def found(*events, proposal=asked):
    return assessed(proposal, CASE.fold([*CONVICT, *events, proposal]), nationality="ID")


def criterion(event, code):
    return next(one for one in event.criteria if one.code == code)


def test_nobody_tells_a_finding_not_even_the_one_that_the_law_makes():
    for event in (found(), replace(found(), possible=False)):
        convict.given(asked).when(event).then_refused("integration_assessment.is_worked_out")


def test_the_finding_has_the_days_the_texts_and_every_condition_with_its_fact():
    event = found()
    assert event.effective == asked.effective
    assert (event.possible, event.open_now) == (True, True)
    assert (event.from_day, event.until) == (date(2026, 2, 10), date(2026, 8, 9))
    assert event.probation_end == date(2027, 8, 9)
    assert event.rule_sets == ("kuhp-1946", "permenkumham-7-2022-integrasi", "uu-22-2022-hak")
    final_at = criterion(event, "verdict_final")
    assert (final_at.met, final_at.by, final_at.by_day) == (
        True,
        "verdict.became_final",
        date(2025, 5, 2),
    )


def test_a_proposal_too_early_is_recorded_with_the_day_from_which_it_is_open():
    early = replace(asked, effective=on("2026-01-10"))
    event = found(proposal=early)
    assert (event.possible, event.open_now, event.from_day) == (True, False, date(2026, 2, 10))
    assert criterion(event, "served_two_thirds").from_day == date(2026, 2, 10)
    convict.when(early).then_recorded()


def test_discipline_is_named_as_the_fact_that_broke_good_conduct():
    measure = DisciplineBegan(
        effective=on("2025-12-01"),
        measure="F-1",
        level=DisciplineLevel.SEDANG,
        offence="Berkelahi",
        document="BAP 1",
    )
    broken = criterion(found(measure), "good_conduct")
    assert (broken.met, broken.by, broken.by_day) == (
        False,
        "conduct.discipline_began",
        date(2025, 12, 1),
    )


def test_the_papers_that_are_missing_are_told():
    assert Paper.LITMAS in found().missing
    event = found(litmas)
    assert Paper.LITMAS not in event.missing
    assert Paper.KUTIPAN_PUTUSAN not in event.missing
    assert Paper.SURAT_JAMINAN in event.missing
    other = replace(litmas, right=Right.CB)
    assert Paper.LITMAS in found(other).missing


def test_a_remisi_applied_opens_pb_on_its_day():
    award = RemisiProposed(
        effective=on("2025-12-01"),
        proposal="2025-12-khusus",
        kind=RemisiKind.KHUSUS,
        award_day=date(2026, 1, 30),
        remission_days=60,
        rule_set="keppres-174-1999",
        ground=None,
        missed=None,
        feast_fixed_by=None,
    )
    sk = RemisiSkIssued(
        effective=on("2026-01-20"),
        proposal=award.proposal,
        sk_number="PAS-1",
        sk_date=date(2026, 1, 20),
        remission_days=60,
    )
    applied = RemisiApplied(effective=on("2026-01-30"), proposal=award.proposal, releases=False)
    event = found(award, sk, applied)
    assert (event.part_day, event.moved_on) == (date(2025, 12, 12), date(2026, 1, 30))
    assert event.from_day == date(2026, 1, 30)


def test_what_decides_is_whether_and_from_when_and_is_told_in_both_languages():
    bad = replace(good, risk_declined=False)
    journey = CASE.fold([admitted, pronounced, final, executed, bad, asked])
    now = assessed(asked, journey, nationality="ID")
    assert (essence(found()), essence(now)) == ((True, date(2026, 2, 10)), (False, None))
    refused = assessed_otherwise(found(), now)
    assert refused.code == "integration_assessment.otherwise"
    assert refused.because == (
        "menurut catatan yang sekarang: tidak terbuka; semula: terbuka mulai 2026-02-10",
        "by what is recorded now: not open; it was: open from 2026-02-10",
    )


def test_a_case_without_a_sentence_is_told_that_there_is_none():
    journey = CASE.fold([admitted, asked])
    event = assessed(asked, journey, nationality="ID")
    assert (event.possible, event.from_day) == (False, None)
    assert [one.code for one in event.criteria] == ["not_convicted"]


def test_findings_are_kept_by_their_proposal():
    state = CASE.fold([*CONVICT, asked, found()])[INTEGRATION_ASSESSMENT]
    assert state.findings == {"PB-1": found()}


def test_a_text_that_was_made_later_changes_nothing_even_where_it_reaches_back(monkeypatch):
    old = next(one for one in BOOK if one.id == "uu-22-2022-hak")
    later = replace(
        old,
        id="uu-baru",
        promulgated=date(2026, 3, 1),
        valid_from=date(2026, 1, 1),
        values=replace(old.values, article="UU baru"),
    )
    monkeypatch.setattr(integration_assessment, "LAW", replace(LAW, book=(*BOOK, later)))
    assert "uu-22-2022-hak" in found().rule_sets
    after = replace(asked, effective=on("2026-03-02"))
    assert "uu-baru" in found(proposal=after).rule_sets
