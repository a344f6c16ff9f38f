"""The edges of what the law finds on remisi: the first and the last day on which it does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from law.plain_facts import facts_with, held, sentenced

from domain.admission import Religion
from domain.law.book import LAW
from domain.law.choosing import choose
from domain.law.facts import (
    Breach,
    Granted,
    Missed,
    RemisiGround,
    RemisiKind,
    Right,
    RightLived,
    Wanted,
)
from domain.law.remisi import finding, findings
from domain.law.span import Span

RU = date(2025, 8, 17)
DAY = timedelta(days=1)


def since(day, span=None, **said):
    length = span or Span(years=5, months=0, days=0)
    return facts_with(detention=(held(day, None),), sentences=(sentenced(length),), **said)


def umum(on=RU):
    return Wanted(kind=RemisiKind.UMUM, on=on, ground=None, missed=None)


def granted(on, days=30, kind=RemisiKind.UMUM):
    return Granted(kind=kind, on=on, days=days, by=None)


def unmet(found):
    return {one.code for one in found.criteria if not one.met}


@pytest.mark.parametrize(("policy", "ordinal"), [("one_a_year", 2), ("one_a_feast", 3)])
def test_a_year_with_two_feasts_counts_once_unless_there_is_one_for_each(policy, ordinal):
    feasts = {2032: (date(2032, 1, 14),), 2033: (date(2033, 1, 2), date(2033, 12, 23))}
    feasts |= {2034: (date(2034, 12, 12),)}
    law = replace(LAW, feasts={(Religion.ISLAM, year): days for year, days in feasts.items()})
    law = choose(law, rule_sets={}, options={"khusus_twice_a_year": policy})
    asked = Wanted(kind=RemisiKind.KHUSUS, on=date(2034, 12, 12), ground=None, missed=None)
    assert finding(since(date(2032, 6, 1)), asked, law).year_ordinal == ordinal


def test_awards_of_an_earlier_detention_are_not_counted_as_years_of_this_one():
    by_grants = choose(LAW, rule_sets={}, options={"ordinal_basis": "grants"})
    facts = since(date(2024, 1, 1), remissions=(granted(date(2020, 8, 17)),))
    assert finding(facts, umum(), by_grants).year_ordinal == 1


def test_a_breach_on_the_day_before_bars_and_on_the_day_after_does_not():
    def on(day):
        return since(date(2024, 1, 1), discipline=(Breach(on=day, until=day, by=None),))

    assert unmet(finding(on(RU - DAY), umum(), LAW)) == {"no_discipline_6_months"}
    assert finding(on(RU + DAY), umum(), LAW).eligible


def test_a_sentence_of_six_months_is_long_enough():
    facts = since(date(2025, 2, 17), Span(years=0, months=6, days=0))
    assert "sentence_6_months" not in unmet(finding(facts, umum(), LAW))


def test_a_verdict_that_was_final_on_the_day_missed_nothing():
    missed = Missed(kind=RemisiKind.UMUM, on=RU)
    asked = Wanted(kind=RemisiKind.SUSULAN, on=date(2025, 11, 3), ground=None, missed=missed)
    final_on_it = since(date(2025, 1, 1), verdict_final_on=RU)
    assert unmet(finding(final_on_it, asked, LAW)) == {"was_missed"}
    assert finding(replace(final_on_it, verdict_final_on=RU + DAY), asked, LAW).eligible


def test_a_tambahan_is_a_share_of_this_years_umum_and_of_no_earlier_one():
    facts = since(date(2023, 1, 1), remissions=(granted(date(2024, 8, 17), 60),))
    asked = Wanted(kind=RemisiKind.TAMBAHAN, on=RU, ground=RemisiGround.JASA, missed=None)
    assert unmet(finding(facts, asked, LAW)) == {"umum_of_the_year"}


def test_whoever_would_be_free_on_the_very_day_is_released_by_the_award():
    # Thirty days of remisi bring the end from 16 September to 17 August.
    facts = since(date(2025, 1, 19), Span(years=0, months=8, days=0))
    found = finding(facts, umum(), LAW)
    assert (found.expiry_after, found.releases, found.lost_days) == (RU, True, 0)
    later = since(date(2025, 1, 20), Span(years=0, months=8, days=0))
    assert not finding(later, umum(), LAW).releases


def test_whoever_is_free_on_the_day_anyway_has_nothing_left_to_reduce():
    facts = since(date(2024, 8, 17), Span(years=1, months=0, days=0))
    assert unmet(finding(facts, umum(), LAW)) == {"sentence_left"}


def test_a_text_that_reaches_back_is_not_known_before_it_is_promulgated():
    (today,) = [one for one in LAW.book if one.id == "uu-22-2022"]
    back = replace(
        today,
        id="uu-surut",
        promulgated=date(2025, 7, 1),
        valid_from=date(2025, 1, 1),
        values=replace(today.values, served_days=720),
    )
    law, facts = replace(LAW, book=(*LAW.book, back)), since(date(2025, 1, 1))
    assert finding(facts, umum(), law, under=date(2025, 6, 16)).eligible
    assert not finding(facts, umum(), law, under=date(2025, 7, 1)).eligible


def test_what_was_given_after_the_day_is_not_deducted_on_it():
    facts = since(date(2023, 1, 1), remissions=(granted(date(2026, 8, 17), 120),))
    found = finding(facts, umum(), LAW)
    assert found.expiry_after == date(2028, 1, 1) - timedelta(days=found.days)


def test_a_right_that_has_ended_stands_in_nobodys_way():
    ended = RightLived(right=Right.CMB, from_day=date(2025, 1, 1), to=RU - DAY, by=None)
    assert finding(since(date(2023, 1, 1), rights=(ended,)), umum(), LAW).eligible
    running = replace(ended, to=RU)
    assert unmet(finding(since(date(2023, 1, 1), rights=(running,)), umum(), LAW)) == {"not_on_cmb"}


def test_several_of_one_day_are_told_with_the_policy_of_their_order():
    decade = Wanted(kind=RemisiKind.DASAWARSA, on=RU, ground=None, missed=None)
    both = findings(since(date(2024, 1, 1)), [decade, umum()], LAW)
    assert [one.kind for one in both] == [RemisiKind.UMUM, RemisiKind.DASAWARSA]
    named = [{it.name for it in one.explanation.policies} for one in both]
    assert all("same_day_order" in names for names in named)
    alone = findings(since(date(2024, 1, 1)), [umum()], LAW)[0]
    assert "same_day_order" not in {it.name for it in alone.explanation.policies}


def test_a_fact_that_nobody_tells_is_said_to_be_taken_for_granted():
    untold = finding(since(date(2024, 1, 1)), umum(), LAW)
    said = {one.code: one.because_id for one in untold.criteria}
    assert said["executed"] == (
        "Dianggap putusan Anda sudah dilaksanakan jaksa; belum ada catatannya."
    )
    assert said["programmes_good"].startswith("Dianggap Anda mengikuti program")
    told = finding(since(date(2024, 1, 1), executed=True), umum(), LAW)
    said = {one.code: one.because_id for one in told.criteria}
    assert said["executed"] == "Putusan Anda sudah dilaksanakan jaksa."


def test_no_day_is_told_on_which_another_detention_has_begun_to_count_anew():
    stays = (held(date(2020, 5, 1), date(2021, 11, 30)), held(date(2021, 12, 20), None))
    facts = replace(since(stays[0].from_day), detention=stays)
    first = umum(date(2020, 8, 17))
    assert finding(facts, first, LAW).almost.from_day == date(2020, 10, 28)
    assert finding(replace(facts, verdict_final_on=date(2022, 1, 2)), first, LAW).almost is None
