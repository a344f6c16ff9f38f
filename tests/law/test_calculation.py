"""The whole answer on random facts: it comes, or says what cannot be, and hangs together."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law.plain_facts import facts_with, held, sentenced

from domain.admission import Religion
from domain.law.book import LAW
from domain.law.calculation import calculate
from domain.law.facts import (
    Breach,
    CaseType,
    Granted,
    HeldForm,
    Missed,
    RemisiGround,
    RemisiKind,
    Right,
    RightLived,
    SubjectKind,
    Substitute,
    Wanted,
)
from domain.law.impossible import ImpossibleFacts
from domain.law.span import Span

FEW = settings(max_examples=25, deadline=None)
days = st.dates(date(2016, 1, 1), date(2028, 12, 31))
maybe_day = st.none() | days
award_days = st.sampled_from(
    [date(year, month, day) for year in range(2017, 2028) for month, day in ((8, 17), (12, 25))]
)
counts = st.integers(-1, 14)
spans = st.builds(Span, years=st.integers(0, 21), months=counts, days=st.integers(0, 40))
someone = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(SubjectKind),
        "religion": st.sampled_from(Religion),
        "verdict_final_on": maybe_day,
        "detention": st.lists(
            st.builds(held, days, maybe_day, st.sampled_from(HeldForm)), max_size=2
        ).map(tuple)
        | st.builds(
            lambda since, form: (held(since, None, form),), days, st.sampled_from(HeldForm)
        ),
        "sentences": st.lists(
            spans.map(sentenced)
            | st.just(replace(sentenced(Span(years=0, months=0, days=0)), life=True)),
            max_size=2,
        ).map(tuple),
        "substitute": st.none() | st.builds(Substitute, span=spans, paid=st.booleans()),
        "remissions": st.lists(
            st.builds(
                Granted,
                kind=st.sampled_from(RemisiKind),
                on=award_days,
                days=st.integers(0, 180),
                by=st.none(),
            ),
            max_size=2,
        ).map(tuple),
        "discipline": st.lists(
            st.builds(Breach, on=days, until=maybe_day, by=st.none()), max_size=1
        ).map(tuple),
        "conduct_risk_declined": st.none() | st.booleans(),
        "birth_date": st.none() | st.just(date(1950, 2, 28)),
        "case_type": st.sampled_from(CaseType),
        "recidivist": st.booleans(),
        "nationality": st.sampled_from(["ID", "MY"]),
        "executed": st.none() | st.booleans(),
        "rights": st.lists(
            st.builds(
                RightLived,
                right=st.sampled_from(Right),
                from_day=days,
                to=maybe_day,
                by=st.none(),
            ),
            max_size=1,
        ).map(tuple),
    }
).map(lambda said: facts_with(**said))
wishes = st.lists(
    st.builds(
        Wanted,
        kind=st.sampled_from(RemisiKind),
        on=award_days,
        ground=st.none() | st.sampled_from(RemisiGround),
        missed=st.none() | st.builds(Missed, kind=st.just(RemisiKind.UMUM), on=award_days),
    ),
    max_size=2,
)
convicts = st.builds(
    lambda start, length: facts_with(
        detention=(held(start, None),),
        sentences=(sentenced(Span(years=0, months=length, days=0)),),
    ),
    st.dates(date(2016, 1, 1), date(2026, 1, 1)),
    st.integers(1, 240),
)


def ensure_hangs_together(answer, wanted):
    assert (answer.days is None) == (answer.not_applicable is not None)
    assert len(answer.remissions) == len(wanted)
    for right in answer.integration.values():
        assert right.possible == (right.from_day is not None)


@FEW
@given(someone, wishes, maybe_day)
def test_any_facts_are_answered_or_said_to_be_impossible(facts, wanted, on):
    try:
        answer = calculate(facts, wanted, on, LAW)
    except ImpossibleFacts as no:
        said = [(one.pointer, one.code, *one.because) for one in no.problems]
    else:
        said = []
        ensure_hangs_together(answer, wanted)
    assert all(map(all, said))


@FEW
@given(convicts, st.lists(award_days, min_size=1, max_size=4, unique=True))
def test_asking_for_remisi_never_delays_release(facts, asked):
    facts = replace(facts, religion=Religion.KRISTEN)
    kinds = {8: RemisiKind.UMUM, 12: RemisiKind.KHUSUS}
    wanted = [
        Wanted(kind=kinds[on.month], on=on, ground=None, missed=None)
        for on in asked
        if on >= facts.detention[0].from_day
    ]
    without, answer = calculate(facts, (), None, LAW), calculate(facts, wanted, None, LAW)
    assert answer.days.release <= without.days.release
    given_days = sum(one.days for one in answer.remissions if one.eligible)
    assert (without.days.expiry - answer.days.expiry).days == given_days
    releasing = [one.on for one in answer.remissions if one.releases]
    assert answer.days.release == max(releasing, default=answer.days.expiry)


AWARDS = [
    Wanted(kind=kind, on=on, ground=None, missed=None)
    for kind, on in (
        (RemisiKind.UMUM, date(2025, 8, 17)),
        (RemisiKind.DASAWARSA, date(2025, 8, 17)),
        (RemisiKind.KHUSUS, date(2026, 3, 21)),
    )
]


@FEW
@given(
    st.sampled_from(HeldForm),
    st.integers(0, 300),
    st.integers(0, 3),
    st.integers(1, 299),
    st.integers(9, 120),
)
def test_splitting_a_stay_changes_nothing_in_the_whole_answer(form, count, gap, cut, length):
    start = date(2024, 9, 1)
    then = start + timedelta(days=count)
    rest = held(then + timedelta(days=1 + gap), None)
    plain = facts_with(
        detention=(held(start, then, form), rest),
        sentences=(sentenced(Span(years=0, months=length, days=0)),),
    )
    middle = start + timedelta(days=min(cut, count))
    parts = held(start, middle, form), held(middle + timedelta(days=1), then, form)
    later = rest.from_day + timedelta(days=cut)
    tail = held(rest.from_day, later), held(later + timedelta(days=1), None)
    split = (*(parts if middle < then else parts[:1]), *tail)
    asks = [one for one in AWARDS if one.on >= rest.from_day]
    assert calculate(replace(plain, detention=split), asks, None, LAW) == calculate(
        plain, asks, None, LAW
    )


@FEW
@given(convicts)
def test_whatever_of_the_rights_is_open_lies_between_the_detention_and_the_end(facts):
    answer = calculate(facts, (), None, LAW)
    for right in answer.integration.values():
        if right.possible:
            assert facts.detention[0].from_day <= right.from_day <= right.until
            assert right.until <= answer.days.expiry
    assert (answer.probation_end is not None) == answer.integration[Right.PB].possible


def test_what_a_policy_leaves_open_is_named_only_where_it_matters():
    whole = facts_with(
        detention=(held(date(2025, 2, 10), None),),
        sentences=(sentenced(Span(years=1, months=6, days=0)),),
    )
    uneven = replace(whole, sentences=(sentenced(Span(years=1, months=6, days=1)),))
    kota = (
        held(date(2025, 1, 1), date(2025, 2, 9), HeldForm.KOTA),
        held(date(2025, 2, 10), None),
    )
    names = [
        {one.name for one in calculate(facts, (), None, LAW).policies}
        for facts in (whole, uneven, replace(whole, detention=kota))
    ]
    assert [
        sorted(found & {"part_rounding", "credit_rounding", "leap_day", "remisi_in_parts"})
        for found in names
    ] == [[], ["part_rounding"], ["credit_rounding"]]


def test_whoever_is_on_parole_has_an_end_of_probation_also_after_the_sentence_is_over():
    begun = RightLived(right=Right.PB, from_day=date(2026, 6, 1), to=None, by=None)
    facts = facts_with(
        detention=(held(date(2024, 6, 1), date(2026, 5, 31)),),
        sentences=(sentenced(Span(years=3, months=0, days=0)),),
        rights=(begun,),
    )
    answers = [calculate(facts, (), on, LAW) for on in (date(2026, 9, 1), date(2027, 9, 1))]
    assert not answers[1].integration[Right.PB].possible
    assert [one.probation_end for one in answers] == [date(2028, 6, 1)] * 2


@pytest.mark.parametrize(
    ("final_on", "text"),
    [
        (date(2025, 12, 31), "kuhp-1946"),
        (date(2026, 1, 2), "kuhp-2023"),
        (None, "kuhp-1946"),
    ],
)
def test_a_sentence_is_counted_by_the_code_of_the_day_on_which_it_was_final(final_on, text):
    facts = facts_with(
        detention=(held(date(2025, 6, 1), None),),
        sentences=(sentenced(Span(years=1, months=0, days=0)),),
        verdict_final_on=final_on,
    )
    answer = calculate(facts, (), None, LAW)
    assert answer.rule_sets[0] == text
    assert answer.days.expiry == date(2025, 6, 1) + timedelta(days=365)
