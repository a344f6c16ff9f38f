"""Guidance by a Bapas: its published boundary, reports, probation, and what revocation costs."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from person_facts import held, lived, person, span

from domain.law.book import LAW
from domain.law.choosing import choose
from domain.law.facts import RemisiKind, Right, Substitute, Wanted
from domain.law.guidance import (
    guidance_end,
    guidance_stages,
    lost_days,
    next_report,
    probation_end,
    reports_due,
    revocable_until,
    stage_on,
)
from domain.law.integration import rights
from domain.law.remisi_asked import ask
from domain.law.sentence import dates, used


def day(text):
    return date.fromisoformat(text)


PUBLISHED = guidance_stages(day("2024-08-18"), day("2032-03-27"), LAW)


def test_the_last_stage_of_the_published_case_begins_on_3_may_2030():
    assert [
        (one.number, one.from_day, one.until, one.report_every_months) for one in PUBLISHED
    ] == [
        (1, day("2024-08-18"), day("2026-07-13"), 1),
        (2, day("2026-07-14"), day("2030-05-02"), 2),
        (3, day("2030-05-03"), day("2032-03-27"), 3),
    ]


def test_a_report_is_due_every_month_then_every_two_then_every_three():
    due = list(reports_due(PUBLISHED))
    assert due[:2] == [day("2024-08-18"), day("2024-09-18")]
    second = [one for one in due if PUBLISHED[1].from_day <= one <= PUBLISHED[1].until]
    assert second[:2] == [day("2026-07-14"), day("2026-09-14")]
    assert due[-1] == day("2032-02-03")


def test_the_next_report_is_the_first_due_after_the_last_one_made():
    assert next_report(PUBLISHED, None) == day("2024-08-18")
    assert next_report(PUBLISHED, day("2024-08-20")) == day("2024-09-18")
    assert next_report(PUBLISHED, day("2032-03-01")) is None


def test_a_day_is_of_one_stage_or_of_none():
    assert stage_on(PUBLISHED, day("2030-05-03")) is PUBLISHED[2]
    assert stage_on(PUBLISHED, day("2032-03-28")) is None


def test_guidance_that_ends_before_it_begins_has_no_stages():
    assert guidance_stages(day("2026-01-01"), day("2026-01-01"), LAW) == ()


def test_probation_is_a_year_after_expiry_without_the_days_held_for_another_case():
    assert probation_end(day("2026-05-26"), LAW) == day("2027-05-26")
    assert probation_end(day("2024-02-29"), LAW) == day("2025-02-28")
    assert probation_end(day("2026-05-26"), LAW, detained_elsewhere=10) == day("2027-06-05")


def test_which_day_stands_for_a_29_february_is_asked_of_probation_and_of_a_substitute_too():
    law = choose(LAW, rule_sets={}, options={"leap_day": "1_march"})
    assert probation_end(day("2028-02-29"), law) == day("2029-03-01")
    facts = person("2022-02-28", "6y1d", substitute=Substitute(span=span("1y"), paid=False))
    wanted = Wanted(kind=RemisiKind.DASAWARSA, on=day("2025-08-17"), ground=None, missed=None)
    ends = [ask(facts, wanted, one, wanted.on, wanted.on).substitute_ends for one in (LAW, law)]
    assert ends == [day("2029-02-28"), day("2029-03-01")]
    pb = rights(facts, day("2026-06-01"), law)[Right.PB]
    assert [one.chosen for one in pb.explanation.policies if one.name == "leap_day"] == ["1_march"]


def test_guidance_of_pb_ends_with_probation_and_of_a_leave_with_expiry():
    expiry = day("2026-05-26")
    assert guidance_end(Right.PB, expiry, LAW) == day("2027-05-26")
    assert guidance_end(Right.CB, expiry, LAW) == guidance_end(Right.CMB, expiry, LAW) == expiry


def test_pb_may_be_revoked_until_three_months_after_probation():
    assert revocable_until(day("2027-05-26"), LAW) == day("2027-08-26")


@pytest.mark.parametrize(
    ("option", "lost"),
    [("does_not_count", 61), ("counts_until_revoked", 20), ("counts_until_return", 0)],
)
def test_what_a_revocation_costs_is_a_policy(option, lost):
    law = choose(LAW, rule_sets={}, options={"time_on_revoked_leave": option})
    parole = lived("pb", "2025-03-01", "2025-04-30")
    assert lost_days(parole, day("2025-04-11"), day("2025-05-01"), law) == lost


@settings(max_examples=100)
@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)), st.integers(1, 5000))
def test_stages_follow_upon_each_other_and_are_the_whole_time(begin, length):
    until = begin + timedelta(days=length)
    stages = guidance_stages(begin, until, LAW)
    assert (stages[0].from_day, stages[-1].until) == (begin, until)
    for before, after in pairwise(stages):
        assert after.from_day == before.until + timedelta(days=1)
    due = list(reports_due(stages))
    assert due == sorted(set(due))
    assert all(begin <= one <= until for one in due)


@pytest.mark.parametrize(
    ("option", "expiry"),
    [
        # 2 years from 2024-01-01 end on 2026-01-01; outside from 2025-05-01 to 2025-06-29.
        ("does_not_count", "2026-03-01"),
        ("counts_until_revoked", "2026-02-10"),
        ("counts_until_return", "2026-01-01"),
    ],
)
def test_time_outside_before_a_return_moves_the_release_as_the_policy_says(option, expiry):
    facts = person(
        "2024-01-01",
        "2y",
        detention=(held("2024-01-01", "2025-04-30"), held("2025-06-30")),
        rights=(lived("pb", "2025-05-01", "2025-05-21"),),
    )
    law = choose(LAW, rule_sets={}, options={"time_on_revoked_leave": option})
    assert dates(facts, law).expiry == day(expiry)
    assert "time_on_revoked_leave" in [one.name for one in used(law, facts)]


def test_an_escape_counts_under_no_policy():
    facts = person(
        "2024-01-01", "2y", detention=(held("2024-01-01", "2025-04-30"), held("2025-06-30"))
    )
    law = choose(LAW, rule_sets={}, options={"time_on_revoked_leave": "counts_until_return"})
    assert dates(facts, law).expiry == day("2026-03-01")
    assert "time_on_revoked_leave" not in [one.name for one in used(law, facts)]
