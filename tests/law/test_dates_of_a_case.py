"""The dates that a case's own facts come to, whatever courts and units have said meanwhile."""

from dataclasses import replace
from datetime import date

import pytest
from law.plain_facts import facts_with, held, sentenced
from law.told_case import PK, SENTENCED, admitted, corruption, executed, final, part, pronounced
from scenario import on

from domain.admission import AdmissionReason
from domain.catalogue import CASE
from domain.earlier_remisi import EarlierRemisiGranted
from domain.fine import FinePaid
from domain.law.book import LAW
from domain.law.calculation import calculate, over_after
from domain.law.case_facts import facts_of
from domain.law.case_remarks import case_remarks
from domain.law.choosing import choose
from domain.law.detention_case import clock_of
from domain.law.facts import Granted, RemisiKind, Substitute, Wanted
from domain.law.impossible import ImpossibleFacts
from domain.law.span import Span
from domain.verdict import Instance, SentenceKind
from projections.sentence_dates import reckoned

ASKED = date(2026, 6, 1)
AWARD = date(2025, 8, 17)


def told(*events):
    return facts_of(CASE.fold(events))


def answer(*events):
    return calculate(told(*events), (), ASKED, LAW, lived=True)


def given(kind, day, days):
    return EarlierRemisiGranted(
        effective=on(day), kind=kind, remission_days=days, sk_number="PAS-1"
    )


REMISI = (given(RemisiKind.UMUM, "2025-08-17", 30), given(RemisiKind.KHUSUS, "2026-03-21", 30))


def review(*parts):
    return pronounced(*parts, day="2026-04-01", number=PK, instance=Instance.PK)


@pytest.mark.parametrize(
    ("shorter", "release"),
    [(part(months=6), date(2025, 8, 9)), (part(months=1, days=15), date(2025, 3, 27))],
)
def test_remisi_given_before_a_review_made_the_sentence_shorter_is_told_and_reduces_nothing(
    shorter, release
):
    case = (admitted, *SENTENCED, *REMISI, review(shorter))
    found = answer(*case)
    assert (found.days.expiry, found.days.release) == (release, release)
    past = [one for one in found.warnings if one.code == "remission.after_release"]
    assert [one.because[0][:22] for one in past] == [
        "Remisi 17 Agustus 2025",
        "Remisi 21 Maret 2026 t",
    ]
    listed = reckoned(told(*case), ASKED)
    assert (listed.release, listed.why_none) == (release, None)


def test_a_what_if_with_remisi_after_the_end_is_a_slip_and_refused():
    with pytest.raises(ImpossibleFacts) as refused:
        calculate(told(admitted, *SENTENCED, *REMISI, review(part(months=6))), (), ASKED, LAW)
    codes = [one.code for one in refused.value.problems]
    assert codes == ["remission.after_release", "remission.after_release"]


FINE = part(SentenceKind.DENDA, fine=50_000_000)
HALF_A_YEAR = part(SentenceKind.PENJARA_PENGGANTI, months=6)
PAID = FinePaid(effective=on("2025-06-01"), amount=50_000_000, receipt="STS-1")


@pytest.mark.parametrize(
    ("charged", "release", "noticed"),
    [((), date(2029, 2, 10), []), ((corruption,), date(2029, 8, 9), ["substitute.fine_only"])],
)
def test_whoever_paid_a_fine_and_may_owe_restitution_serves_on_and_somebody_is_to_look(
    charged, release, noticed
):
    case = (admitted, *charged, pronounced(part(years=4), FINE, HALF_A_YEAR), final, executed, PAID)
    assert answer(*case).days.release == release
    journey = CASE.fold(case)
    assert [one.code for one in case_remarks(journey, facts_of(journey))] == noticed


def test_before_the_fine_is_paid_there_is_nothing_to_look_at():
    journey = CASE.fold((admitted, corruption, pronounced(part(years=4), FINE, HALF_A_YEAR)))
    assert list(case_remarks(journey, facts_of(journey))) == []


def test_whoever_serves_only_what_is_in_place_of_a_fine_has_dates_and_a_dasawarsa():
    to_serve = replace(admitted, reason=AdmissionReason.PENGGANTI_DENDA)
    verdict = pronounced(FINE, HALF_A_YEAR, day="2025-01-05")
    case = (to_serve, verdict, replace(final, effective=on("2025-01-12")))
    days = answer(*case).days
    assert (days.counts_from, days.expiry, days.release) == (
        date(2025, 2, 10),
        date(2025, 8, 9),
        date(2025, 8, 9),
    )
    assert reckoned(told(*case)).release == date(2025, 8, 9)
    found = clock_of(CASE.fold(case), ASKED, LAW, days.release)
    assert found.overdue
    assert found.overdue.since == date(2025, 8, 10)

    a_year = part(SentenceKind.PENJARA_PENGGANTI, years=1)
    longer = told(to_serve, pronounced(FINE, a_year, day="2025-01-05"), case[-1])
    wanted = [
        Wanted(kind=kind, on=date(2025, 8, 17), ground=None, missed=None)
        for kind in (RemisiKind.UMUM, RemisiKind.DASAWARSA)
    ]
    found = calculate(longer, wanted, ASKED, LAW)
    assert [(one.kind, one.eligible, one.days) for one in found.remissions] == [
        (RemisiKind.UMUM, False, 0),
        (RemisiKind.DASAWARSA, True, 30),
    ]
    assert (found.days.expiry_without_remission, found.days.expiry, found.days.release) == (
        date(2026, 2, 10),
        date(2026, 1, 11),
        date(2026, 1, 11),
    )
    rights = {one.applicable for one in found.integration.values()}
    assert rights == {False}


def test_a_substitute_that_was_paid_and_nothing_else_has_no_dates():
    verdict = pronounced(FINE, HALF_A_YEAR, day="2025-01-05")
    to_serve = replace(admitted, reason=AdmissionReason.PENGGANTI_DENDA)
    assert answer(to_serve, verdict, final, PAID).not_applicable.code == "sentence.none"


@pytest.mark.parametrize("instead", [0, 3])
def test_the_end_after_an_award_is_that_of_what_is_served_on_its_day(instead):
    """W8 with a substitute and without: as the law finds of each award, by its days."""
    span = Span(years=0, months=instead, days=0)
    person = facts_with(
        detention=(held(date(2025, 1, 10), None),),
        sentences=(sentenced(Span(years=0, months=8, days=0)),),
        substitute=Substitute(span=span, paid=False) if instead else None,
    )
    kinds = (RemisiKind.UMUM, RemisiKind.DASAWARSA)
    wanted = [Wanted(kind=kind, on=AWARD, ground=None, missed=None) for kind in kinds]
    law = choose(LAW, rule_sets={}, options={"award_after_release": "given"})
    found = calculate(person, wanted, None, law).remissions
    given = [Granted(kind=one.kind, on=AWARD, days=one.days, by=None) for one in found]
    ends = [over_after(person, given[: count + 1], law) for count in range(2)]
    assert ends == [one.expiry_after for one in found]
    assert ends[0] == date(2025, 8, 8)
    assert (ends[1] > AWARD) is bool(instead)
    endless = replace(
        person, sentences=(replace(sentenced(Span(years=0, months=0, days=0)), life=True),)
    )
    assert over_after(endless, given, law) is None
