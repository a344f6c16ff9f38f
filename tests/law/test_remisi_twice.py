"""An award is had once, by whatever name it is asked for."""

from dataclasses import replace
from datetime import date

import pytest
from law.plain_facts import facts_with, held, sentenced
from law.told_case import admitted
from scenario import on

from domain.admission import Religion
from domain.catalogue import CASE
from domain.law.book import LAW
from domain.law.case_facts import facts_of
from domain.law.choosing import choose
from domain.law.facts import Granted, Missed, RemisiGround, RemisiKind, SubjectKind, Wanted
from domain.law.remisi import finding, findings
from domain.law.span import Span
from domain.remisi import RemisiApplied, RemisiProposed, RemisiSkIssued

RU = Missed(kind=RemisiKind.UMUM, on=date(2025, 8, 17))
susulan = RemisiProposed(
    effective=on("2025-10-01"),
    proposal="susulan",
    kind=RemisiKind.SUSULAN,
    award_day=date(2025, 11, 3),
    remission_days=30,
    rule_set="remisi-2023",
    ground=None,
    missed=RU,
    feast_fixed_by=None,
)
applied = (
    susulan,
    RemisiSkIssued(
        effective=on("2025-10-20"),
        proposal="susulan",
        sk_number="PAS-1",
        sk_date=date(2025, 10, 20),
        remission_days=30,
    ),
    RemisiApplied(effective=on("2025-11-03"), proposal="susulan", releases=False),
)


def test_a_case_tells_what_a_susulan_made_up_for():
    (given,) = facts_of(CASE.fold((admitted, *applied))).remissions
    assert (given.kind, given.on, given.award) == (RemisiKind.SUSULAN, date(2025, 11, 3), RU)
    umum = (replace(susulan, kind=RemisiKind.UMUM, missed=None), *applied[1:])
    (given,) = facts_of(CASE.fold((admitted, *umum))).remissions
    assert given.award == Missed(kind=RemisiKind.UMUM, on=date(2025, 11, 3))


def since(day, **said):
    five_years = (sentenced(Span(years=5, months=0, days=0)),)
    return facts_with(detention=(held(day, None),), sentences=five_years, **said)


def wanted(kind, on, *, missed=None, ground=None):
    return Wanted(kind=kind, on=on, ground=ground, missed=missed)


def late(missed, on):
    return wanted(RemisiKind.SUSULAN, on, missed=missed)


def unmet(found):
    return {one.code for one in found.criteria if not one.met}


def of_days(*found):
    return [one.days for one in found]


def test_a_missed_award_is_made_up_for_once():
    facts = since(date(2024, 1, 10), verdict_final_on=date(2025, 9, 1))
    first, second = findings(facts, [late(RU, date(2025, 10, 1)), late(RU, date(2025, 11, 1))], LAW)
    assert (first.eligible, unmet(second)) == (True, {"once_a_year"})
    assert any("1 Oktober 2025" in one.because_id for one in second.criteria)


def test_what_was_given_is_not_made_up_for_nor_given_where_it_was_made_up_for():
    facts = since(date(2024, 1, 10), verdict_final_on=date(2025, 9, 1))
    given = Granted(kind=RemisiKind.UMUM, on=RU.on, days=60, by=None)
    once = replace(facts, remissions=(given,))
    assert unmet(finding(once, late(RU, date(2025, 11, 1)), LAW)) == {"once_a_year"}
    made_up = Granted(kind=RemisiKind.SUSULAN, on=date(2025, 11, 1), days=60, by=None, missed=RU)
    after = replace(facts, verdict_final_on=RU.on, remissions=(made_up,))
    assert unmet(finding(after, wanted(RU.kind, RU.on), LAW)) == {"once_a_year"}
    of_nobody_knows = replace(made_up, missed=None)
    unsaid = replace(after, remissions=(of_nobody_knows,))
    looked_at = finding(unsaid, wanted(RU.kind, RU.on), LAW)
    assert looked_at.eligible
    assert "susulan_for_an_unsaid_award" in {one.code for one in looked_at.notices}
    of_later = finding(unsaid, wanted(RU.kind, date(2026, 8, 17)), LAW)
    assert "susulan_for_an_unsaid_award" not in {one.code for one in of_later.notices}


def test_a_tambahan_goes_with_an_umum_that_was_made_up_for():
    made_up = Granted(kind=RemisiKind.SUSULAN, on=date(2025, 11, 1), days=60, by=None, missed=RU)
    asked = wanted(RemisiKind.TAMBAHAN, RU.on, ground=RemisiGround.PEMUKA)
    assert finding(since(date(2024, 1, 10), remissions=(made_up,)), asked, LAW).days == 20


def test_awards_are_counted_by_what_they_made_up_for():
    by_grants = choose(LAW, rule_sets={}, options={"ordinal_basis": "grants"})
    before = Missed(kind=RemisiKind.UMUM, on=date(2024, 8, 17))
    made_up = Granted(
        kind=RemisiKind.SUSULAN, on=date(2024, 11, 1), days=30, by=None, missed=before
    )
    facts = since(date(2024, 1, 10), remissions=(made_up,))
    assert finding(facts, wanted(RU.kind, RU.on), by_grants).year_ordinal == 2


def test_a_decade_and_a_pmp_that_were_missed_are_made_up_for_too():
    facts = since(date(2025, 3, 10), verdict_final_on=date(2025, 9, 1))
    child = replace(facts, kind=SubjectKind.ANAK_BINAAN)
    pmp = late(Missed(kind=RemisiKind.PMP, on=RU.on), date(2025, 10, 1))
    assert finding(child, pmp, LAW).days == 30
    assert "anak_binaan" in unmet(finding(facts, pmp, LAW))
    longer = since(date(2024, 1, 10), verdict_final_on=date(2025, 9, 1))
    decade = Missed(kind=RemisiKind.DASAWARSA, on=RU.on)
    days = (date(2025, 10, 1), date(2025, 11, 1))
    assert of_days(*findings(longer, [late(decade, day) for day in days], LAW)) == [90, 0]
    tambahan = Missed(kind=RemisiKind.TAMBAHAN, on=RU.on)
    assert "was_missed" in unmet(finding(longer, late(tambahan, days[0]), LAW))


def test_a_child_has_one_pmp_for_its_feast_and_one_for_the_seventeenth_of_august():
    child = since(date(2023, 1, 10), kind=SubjectKind.ANAK_BINAAN)
    feast, moved, umum = date(2024, 4, 10), date(2024, 4, 11), date(2024, 8, 17)
    asked = [wanted(RemisiKind.PMP, day) for day in (feast, moved, umum)]
    found = findings(child, asked, LAW)
    assert [one.eligible for one in found] == [True, False, True]
    assert unmet(found[1]) == {"once_a_year"}


def test_a_childs_award_of_the_day_comes_before_that_of_the_decade():
    child = since(date(2025, 3, 10), kind=SubjectKind.ANAK_BINAAN)
    asked = [wanted(RemisiKind.DASAWARSA, RU.on), wanted(RemisiKind.PMP, RU.on)]
    found = findings(child, asked, LAW)
    assert [(one.kind, one.days) for one in found] == [
        (RemisiKind.PMP, 30),
        (RemisiKind.DASAWARSA, 90),
    ]


def test_two_grounds_for_a_tambahan_in_one_year_are_a_question_and_one_ground_is_none():
    umum = wanted(RU.kind, RU.on)
    pemuka, jasa = (
        wanted(RemisiKind.TAMBAHAN, RU.on, ground=one)
        for one in (RemisiGround.PEMUKA, RemisiGround.JASA)
    )
    facts = since(date(2024, 1, 10))
    found = findings(facts, [umum, pemuka, jasa], LAW)
    assert of_days(*found) == [90, 30, 0]
    named = [{it.name for it in one.explanation.policies} for one in found]
    assert ["tambahan_twice_a_year" in names for names in named] == [False, False, True]
    each = choose(LAW, rule_sets={}, options={"tambahan_twice_a_year": "one_a_ground"})
    assert of_days(*findings(facts, [umum, pemuka, jasa], each)) == [90, 30, 45]
    assert of_days(*findings(facts, [umum, pemuka, pemuka], each)) == [90, 30, 0]


@pytest.mark.parametrize(
    ("day", "eligible"),
    [
        (date(2024, 4, 8), True),
        (date(2024, 4, 12), True),
        (date(2024, 4, 13), False),
        (date(2024, 12, 31), False),
    ],
)
def test_a_feast_that_is_only_likely_may_be_off_by_two_days_and_no_more(day, eligible):
    facts = since(date(2023, 1, 10), religion=Religion.ISLAM)
    found = finding(facts, wanted(RemisiKind.KHUSUS, day), LAW)
    assert unmet(found) == (set() if eligible else {"own_feast"})
    assert any("diperkirakan: sekitar 10 April 2024" in one.because_id for one in found.criteria)
