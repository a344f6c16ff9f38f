"""Who is to be released and when: rows folded in any order, compared with the day of asking."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from fold import of, only
from scenario import on

from domain.admission import AdmissionReason, CustodyAdmitted, LegalStatus, Religion
from domain.catalogue import CASE
from domain.claim import ClaimRecorded, ClaimWithdrawn
from domain.custody import Released, ReleaseKind
from domain.detention import DetentionForm, DetentionFormChanged, DetentionOrdered, DetentionStage
from domain.earlier_remisi import EarlierRemisiGranted
from domain.kernel import Refused
from domain.law.book import BOOK, LAW
from domain.law.claims import ClaimedDay
from domain.law.detention_case import clock_of
from domain.law.detention_clock import Cause
from domain.law.facts import RemisiKind
from domain.law.sentence import (
    CREDIT_ROUNDING,
    LEAP_DAY,
    PART_ROUNDING,
    REMISI_IN_PARTS,
    SENTENCE,
)
from domain.person import Sex
from domain.remisi import RemisiApplied, RemisiProposed, RemisiSkIssued
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)
from projections.case_summary import CASE_SUMMARY
from projections.detention import DETENTIONS
from projections.due_for_release import DUE_FOR_RELEASE, DueLevel, OverdueCause, unclear
from projections.overstays import OVERSTAYS
from projections.sentence_dates import SENTENCE_DATES, Reckoning

MEDAN, PN = "RUTAN-MEDAN", "1/Pid.B/2025/PN Mdn"
admitted = CustodyAdmitted(
    effective=on("2025-02-10"),
    person="orang",
    unit=MEDAN,
    reason=AdmissionReason.PENAHANAN,
    full_name="Budi Fiktif",
    sex=Sex.MALE,
    birth_date=date(1990, 5, 17),
    religion=Religion.ISLAM,
    domicile=None,
)
PRISON = SentencePart(kind=SentenceKind.PENJARA, years=0, months=8, days=0, fine=0)
pronounced = VerdictPronounced(
    effective=on("2025-04-25"),
    instance=Instance.PN,
    court="PN Medan",
    number=PN,
    outcome=Outcome.DIPIDANA,
    sentence=(PRISON,),
    offence=("KUHP 362",),
)
final = VerdictBecameFinal(effective=on("2025-05-02"), number=PN)
executed = VerdictExecuted(effective=on("2025-05-06"), document="BA-8/1")
CONVICT = (admitted, pronounced, final, executed)
"""Eight months from 10 February: free on 8 October 2025."""
asked = RemisiProposed(
    effective=on("2025-07-01"),
    proposal="RU-1",
    kind=RemisiKind.UMUM,
    award_day=date(2025, 8, 17),
    remission_days=30,
    rule_set="keppres-174-1999",
    ground=None,
    missed=None,
    feast_fixed_by=None,
)
sk = RemisiSkIssued(
    effective=on("2025-08-10"),
    proposal="RU-1",
    sk_number="PAS-1",
    sk_date=date(2025, 8, 10),
    remission_days=60,
)
applied = RemisiApplied(effective=on("2025-08-17"), proposal="RU-1", releases=True)


order = DetentionOrdered(
    effective=on("2025-02-10"),
    stage=DetentionStage.HAKIM_PN,
    form=DetentionForm.RUTAN,
    authority="PN Medan",
    order_number="1",
    order_date=date(2025, 2, 10),
    starts=date(2025, 2, 10),
    until=date(2025, 12, 31),
    legal_basis="KUHAP",
)
home = DetentionFormChanged(effective=on("2025-03-01"), form=DetentionForm.RUMAH)
AT_HOME = (admitted, order, home, pronounced)
"""Whose dates move with each day."""


def row(*events):
    return only(of(SENTENCE_DATES, "case:1", *events))


def rows_of(*cases):
    return {
        one.name: tuple(
            row
            for number, events in enumerate(cases, start=1)
            for row in of(one, f"case:{number}", *events).values()
        )
        for one in (SENTENCE_DATES, CASE_SUMMARY, DETENTIONS)
    }


def due(*events, on, **asked):
    return due_of(events, on=on, **asked)


def due_of(*cases, on, **asked):
    rows = rows_of(*cases)
    asked = {name: asked.get(name) for name in DUE_FOR_RELEASE.parameters} | {"on": on}
    return DUE_FOR_RELEASE.count(rows, asked)


def said_of(name, day, claimed):
    return ClaimRecorded(
        effective=on(day),
        claim=name,
        about=ClaimedDay.RELEASE,
        claimed=date.fromisoformat(claimed),
        document=name,
        source="Kepala unit",
        reckoning=None,
    )


def test_a_row_has_the_dates_of_all_that_was_told():
    found = row(*CONVICT)
    assert (found.counts_from, found.release) == (date(2025, 2, 10), date(2025, 10, 8))
    assert (found.two_thirds, found.why_none) == (date(2025, 7, 20), None)
    assert row(admitted).why_none == "sentence.none"
    life = replace(
        pronounced, sentence=(replace(PRISON, kind=SentenceKind.SEUMUR_HIDUP, months=0),)
    )
    assert (row(admitted, life).release, row(admitted, life).why_none) == (None, "sentence.life")


def test_remisi_moves_a_date_once_it_is_applied_in_whatever_order_it_was_told():
    assert row(*CONVICT, asked, sk).release == date(2025, 10, 8)
    free = date(2025, 8, 17)
    assert row(*CONVICT, asked, sk, applied).release == free
    assert row(*CONVICT, applied, sk, asked).release == free
    assert row(*CONVICT, asked, sk, applied).expiry == date(2025, 8, 9)


def test_facts_that_cannot_be_have_no_dates_and_say_so():
    before = EarlierRemisiGranted(
        effective=on("2024-08-17"), kind=RemisiKind.UMUM, remission_days=30, sk_number="PAS-0"
    )
    assert (row(before, *CONVICT).release, row(before, *CONVICT).why_none) == (
        None,
        "facts.impossible",
    )


def test_of_whom_no_day_can_be_reckoned_is_listed_before_all_others_while_held():
    once = EarlierRemisiGranted(
        effective=on("2025-09-01"), kind=RemisiKind.DASAWARSA, remission_days=9, sk_number="PAS-0"
    )
    told = (*CONVICT, once, replace(once, sk_number="PAS-1"))
    assert (row(*told).release, row(*told).reckoning) == (None, Reckoning.IMPOSSIBLE)
    (line,) = due(*told, on="2025-10-10", days="0")
    assert (line.level, line.cause) == (DueLevel.UNKNOWN, OverdueCause.CANNOT_BE_RECKONED)
    assert (line.release, line.days_left) == (None, None)
    assert line.because_id == (
        "Tanggal bebas Anda tidak dapat dihitung dari yang tercatat; petugas harus memeriksa"
        " perkaranya hari ini."
    )
    (before,) = due(*told, on="2025-08-31", days="90")
    assert (before.level, before.release) == (DueLevel.COMING, date(2025, 10, 8))
    both = due_of(CONVICT, told, on="2025-10-10")
    assert [line.level for line in both] == [DueLevel.UNKNOWN, DueLevel.OVERDUE]
    assert OVERSTAYS.count(rows_of(told), {"on": "2025-10-10", "unit": None}) == []
    free = Released(effective=on("2025-10-11"), kind=ReleaseKind.BEBAS_MURNI, document="SB")
    assert due(*told, free, on="2025-10-12") == []


def test_whoever_is_free_in_the_next_days_is_listed_as_far_ahead_as_is_asked():
    assert due(*CONVICT, on="2025-09-01") == []
    (line,) = due(*CONVICT, on="2025-09-08")
    assert (line.level, line.days_left, line.cause) == (DueLevel.COMING, 30, None)
    assert line.because_id == "Anda bebas pada 8 Oktober 2025, 30 hari lagi."
    assert due(*CONVICT, on="2025-09-08", days="29") == []
    assert due(*CONVICT, on="2025-09-08", unit="RUTAN-LAIN") == []
    (line,) = due(*CONVICT, on="2025-10-08", unit=MEDAN)
    assert (line.level, line.because_en) == (
        DueLevel.TODAY,
        "You go free on 8 October 2025, today.",
    )


def test_whoever_is_held_past_the_day_is_overdue_until_the_release():
    (line,) = due(*CONVICT, on="2025-10-10")
    assert (line.level, line.days_left) == (DueLevel.OVERDUE, -2)
    assert line.cause is OverdueCause.NOT_RELEASED
    assert line.because_id.startswith("Anda seharusnya bebas pada 8 Oktober 2025, 2 hari yang lalu")
    free = Released(effective=on("2025-10-11"), kind=ReleaseKind.BEBAS_MURNI, document="SB")
    assert due(*CONVICT, free, on="2025-10-12") == []
    assert due(*CONVICT, free, on="2025-10-10") == [line]


@pytest.mark.parametrize(
    ("events", "cause"),
    [
        ((admitted, pronounced), OverdueCause.EXECUTION_MISSING),
        ((*CONVICT, asked, sk, applied), OverdueCause.REMISI_RELEASED),
        (
            (*CONVICT, said_of("SK-1", "2025-05-06", "2025-10-31")),
            OverdueCause.DOCUMENT_SAYS_LATER,
        ),
    ],
)
def test_an_overdue_release_has_its_cause(events, cause):
    (line,) = due(*events, on="2025-10-10")
    assert line.cause is cause


def spared(report, rows, on):
    """The same rows as they are read: of whom more is asked, without columns, or not at all."""
    said = {"on": on, "days": "30", "unit": None}
    settled = [row for row in rows[SENTENCE_DATES.name] if str(row.last_effective_day) < on]
    gone = dict.fromkeys(report.stands[SENTENCE_DATES.name].unread)
    cut = [replace(row, **gone) if row in settled else row for row in rows[SENTENCE_DATES.name]]
    waiting = [
        row for row in rows[CASE_SUMMARY.name] if row.legal_status is LegalStatus.TAHANAN
    ] * (report is OVERSTAYS)
    again = {
        name: set(cases)
        for name, cases in report.again(
            {**rows, SENTENCE_DATES.name: cut, CASE_SUMMARY.name: waiting}, said
        ).items()
    }
    pairs = zip(rows[SENTENCE_DATES.name], cut, strict=True)
    return {
        **rows,
        CASE_SUMMARY.name: [
            row
            for row in rows[CASE_SUMMARY.name]
            if row in waiting or row.case in again[CASE_SUMMARY.name]
        ],
        SENTENCE_DATES.name: [
            whole if whole.case in again[SENTENCE_DATES.name] else one for whole, one in pairs
        ],
    }, again


def test_more_is_read_of_whoever_may_be_free_and_steps_of_whom_they_say_why():
    rows = rows_of((*CONVICT, asked, sk, applied), CONVICT, AT_HOME)
    for day, near, late in (
        ("2025-08-10", {"1", "3"}, {"3"}),
        ("2025-08-18", {"1", "3"}, {"1", "3"}),
        ("2025-10-08", {"1", "2", "3"}, {"1", "3"}),
        ("2025-10-10", {"1", "2", "3"}, {"1", "2", "3"}),
    ):
        for report in DUE_FOR_RELEASE, OVERSTAYS:
            read, again = spared(report, rows, day)
            assert again[SENTENCE_DATES.name] == late
            if report is DUE_FOR_RELEASE:
                assert again[CASE_SUMMARY.name] == near
            said = {"on": day, "days": "30", "unit": None}
            assert report.count(read, said) == report.count(rows, said)


FINE = SentencePart(kind=SentenceKind.DENDA, years=0, months=0, days=0, fine=10_000_000)
MEASURE = replace(FINE, kind=SentenceKind.TINDAKAN, fine=0)


@pytest.mark.parametrize("parts", [(), (FINE,), (MEASURE,)])
def test_whom_the_last_verdict_leaves_nothing_to_serve_is_free_on_its_day(parts):
    review = replace(
        pronounced,
        effective=on("2025-07-01"),
        instance=Instance.PK,
        number="9 PK/Pid/2025",
        outcome=Outcome.DIPIDANA if parts else Outcome.BEBAS,
        sentence=parts,
    )
    events = (*CONVICT, review)
    found = row(*events)
    assert (found.release, found.why_none) == (date(2025, 7, 1), "sentence.none_imposed")
    (line,) = OVERSTAYS.count(rows_of(events), {"on": "2025-07-11", "unit": None})
    assert (line.cause, line.since, line.days) == (
        Cause.ACQUITTED_NOT_RELEASED,
        date(2025, 7, 2),
        10,
    )
    assert "putusan terakhir tidak menjatuhkan pidana penjara" in line.because_id
    (before,) = due(*events, on="2025-06-30", days="120")
    assert (before.release, before.cause) == (date(2025, 10, 8), None)
    clock = clock_of(CASE.fold(events), date(2025, 7, 11), LAW, None)
    assert (clock.overdue.cause, clock.overdue.since) == (line.cause, line.since)


def test_the_document_that_was_not_withdrawn_is_named():
    first, second = (
        said_of("A", "2025-05-06", "2025-10-31"),
        said_of("B", "2025-06-06", "2025-10-20"),
    )
    back = ClaimWithdrawn(effective=on("2025-07-01"), claim="B", reason="diralat")
    assert row(*CONVICT, first, second).official_release == date(2025, 10, 20)
    assert row(*CONVICT, first, second, back).official_release == date(2025, 10, 31)


def test_a_day_that_is_gone_is_reckoned_with_what_held_then():
    told = (*CONVICT, asked, sk, applied)
    (line,) = due(*told, on="2025-08-16", days="60")
    assert (line.release, line.days_left) == (date(2025, 10, 8), 53)
    assert due(*told, on="2025-04-24", days="365") == []


def test_whoever_is_at_home_is_free_a_day_later_each_day():
    first, later = (
        due(*AT_HOME, on=day, days="3000")[0].release for day in ("2025-05-01", "2025-05-31")
    )
    assert (later - first).days == 20
    assert row(*AT_HOME).moves


def test_the_day_and_the_number_of_days_are_asked_for_in_their_form():
    for asked, code in (({"on": None}, "report.no_day"), ({"days": "-1"}, "report.days")):
        said = dict.fromkeys(DUE_FOR_RELEASE.parameters) | {"on": "2025-10-10"} | asked
        with pytest.raises(Refused) as refused:
            DUE_FOR_RELEASE.count({"sentence_dates": (), "case_summary": ()}, said)
        assert refused.value.code == code


def test_the_dates_that_rows_keep_are_of_the_law_of_today():
    """Whoever changes a text on sentences raises the version, and the rows are reckoned anew."""
    texts = [
        (one.id, one.valid_from, one.valid_until, sorted(map(str, one.values.credit.items())))
        for one in BOOK
        if one.topic is SENTENCE
    ]
    open_questions = CREDIT_ROUNDING, PART_ROUNDING, LEAP_DAY, REMISI_IN_PARTS
    said = repr((texts, [(one.name, one.default) for one in open_questions]))
    law = sha256(said.encode()).hexdigest()[:12]
    assert (SENTENCE_DATES.version, law) == (3, "e4245708d97f")


@pytest.mark.parametrize(
    ("day", "overdue"), [("9999-12-31", 1), ("9999-12-01", 1), ("2025-01-01", 0)]
)
def test_the_calendars_last_days_are_days_like_any_other(day, overdue):
    assert len(due(*CONVICT, on=day)) == overdue
    rows = rows_of(CONVICT)
    assert unclear(rows, {"on": day}).keys() == {CASE_SUMMARY.name, SENTENCE_DATES.name}
