"""What holds of every finding on remisi, whatever the facts."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from law.plain_facts import facts_with, held, sentenced

from domain.admission import Religion
from domain.law.book import LAW
from domain.law.facts import Breach, RemisiKind, SubjectKind, Wanted
from domain.law.feasts import FEASTED
from domain.law.remisi import finding, findings
from domain.law.span import Span

FIRST, LAST = date(2015, 1, 1), date(2026, 1, 1)
days = st.dates(FIRST, LAST)
spans = st.builds(
    Span, years=st.integers(0, 20), months=st.integers(0, 11), days=st.integers(0, 29)
)
breaches = st.lists(st.builds(Breach, on=days, until=st.none(), by=st.none()), max_size=3).map(
    tuple
)


@st.composite
def people(draw):
    start = draw(days)
    stays = [held(start, None)]
    if draw(st.booleans()):
        first = start - timedelta(days=draw(st.integers(30, 900)))
        stays.insert(0, held(first, start - timedelta(days=draw(st.integers(2, 29)))))
    return facts_with(
        kind=draw(st.sampled_from([SubjectKind.NARAPIDANA, SubjectKind.ANAK_BINAAN])),
        religion=draw(st.sampled_from(FEASTED)),
        verdict_final_on=draw(st.none() | days),
        detention=tuple(stays),
        sentences=(sentenced(draw(spans)),),
        discipline=draw(breaches),
        conduct_risk_declined=draw(st.none() | st.booleans()),
    )


def award(kind, year):
    on = date(year, 12, 25) if kind is RemisiKind.KHUSUS else date(year, 8, 17)
    return Wanted(kind=kind, on=on, ground=None, missed=None)


awards = st.builds(
    award,
    st.sampled_from([RemisiKind.UMUM, RemisiKind.KHUSUS, RemisiKind.DASAWARSA, RemisiKind.PMP]),
    st.integers(2016, 2025),
)


@settings(max_examples=60)
@given(people(), awards)
def test_it_is_eligible_exactly_where_every_condition_is_met(facts, asked):
    found = finding(facts, asked, LAW)
    assert found.eligible is all(one.met for one in found.criteria)
    assert (found.days > 0) is found.eligible
    assert found.releases is (found.eligible and found.expiry_after <= asked.on)
    assert (found.lost_days > 0) <= found.releases
    assert all(one.because_id and one.because_en and one.article for one in found.criteria)


@settings(max_examples=60)
@given(people(), awards, st.builds(Breach, on=days, until=st.none(), by=st.none()))
def test_a_breach_more_never_gives_a_remisi(facts, asked, breach):
    worse = replace(facts, discipline=(*facts.discipline, breach))
    assert finding(worse, asked, LAW).eligible <= finding(facts, asked, LAW).eligible


@settings(max_examples=60)
@given(people(), st.lists(awards, max_size=5))
def test_awards_in_whatever_order_they_are_asked_for_are_decided_alike(facts, asked):
    once = list(dict.fromkeys(asked))
    assert findings(facts, once, LAW) == findings(facts, once[::-1], LAW)


@settings(max_examples=60)
@given(people(), awards)
def test_what_is_missing_only_for_time_is_not_missing_on_the_day_that_is_told(facts, asked):
    almost = finding(facts, asked, LAW).almost
    if almost is None:
        return
    then = finding(facts, replace(asked, on=almost.from_day), LAW, under=asked.on)
    assert not {one.code for one in then.criteria if not one.met} & set(almost.missing)


@settings(max_examples=60)
@given(people(), st.integers(2016, 2024))
def test_the_next_year_is_never_counted_as_an_earlier_one(facts, year):
    facts = replace(facts, religion=Religion.KRISTEN, detention=facts.detention[-1:])
    for kind in (RemisiKind.UMUM, RemisiKind.KHUSUS):
        now, later = (finding(facts, award(kind, one), LAW) for one in (year, year + 1))
        if now.eligible and later.eligible:
            assert later.year_ordinal == now.year_ordinal + 1
            assert later.days >= now.days
