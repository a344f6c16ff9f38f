"""What holds of sentence dates whatever the facts: tried on random ones."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from law.plain_facts import facts_with, held, sentenced

from domain.law.book import LAW
from domain.law.calculation import calculate, sentence_dates
from domain.law.facts import Facts, Granted, HeldForm, RemisiKind, Substitute, Wanted
from domain.law.sentence import Dates, counts_from, dates
from domain.law.span import Span, of_days

DAY = timedelta(days=1)
FIRST, LAST = date(2000, 1, 1), date(2030, 12, 31)
FEW = settings(max_examples=30, deadline=None)

days = st.dates(FIRST, LAST)
lengths = st.integers(1, 30 * 360).map(of_days)
forms = st.sampled_from(HeldForm)


@st.composite
def stays(draw):
    """One to five stays in order, some of them adjacent; the last goes on."""
    begin, told = draw(days), []
    for _ in range(draw(st.integers(0, 4))):
        end = begin + DAY * draw(st.integers(0, 200))
        told.append(held(begin, end, draw(forms)))
        begin = end + DAY * draw(st.integers(1, 30))
    return (*told, held(begin, None))


@st.composite
def people(draw):
    """Somebody in detention with one to three sentences, some remisi, perhaps a substitute."""
    detention = draw(stays())
    spans = draw(st.lists(lengths, min_size=1, max_size=3))
    plain = facts_with(detention=detention, sentences=tuple(map(sentenced, spans)))
    months = draw(st.none() | st.integers(1, 8))
    substitute = months and Substitute(span=Span(years=0, months=months, days=0), paid=False)
    return with_remisi(replace(plain, substitute=substitute or None), draw(remisi_of(plain)))


@st.composite
def remisi_of(draw, facts):
    """Up to four remisi given while the sentence was served, by day."""
    whole = release(facts)
    served = (whole - facts.detention[-1].from_day).days
    assume(served > 0)
    offsets = draw(st.lists(st.integers(0, served), max_size=4, unique=True))
    given_on = sorted(facts.detention[-1].from_day + DAY * offset for offset in offsets)
    kind = RemisiKind.UMUM
    return tuple(
        Granted(kind=kind, on=on, days=draw(st.integers(1, 180)), by=None) for on in given_on
    )


def with_remisi(facts, remisi):
    """Those of the remisi that were given before the sentence was over."""
    for one in remisi:
        more = replace(facts, remissions=(*facts.remissions, one))
        if not dates(more, LAW).later:
            facts = more
    return facts


def release(facts: Facts) -> date:
    return sentence_dates(facts, found(facts)).release


def found(facts: Facts) -> Dates:
    answer = dates(facts, LAW)
    assert isinstance(answer, Dates)
    return answer


@FEW
@given(people(), st.integers(0, 2000), st.integers(1, 180))
def test_another_remisi_never_delays_release(facts, offset, more):
    on = facts.detention[-1].from_day + DAY * offset
    assume(on <= found(facts).freed)
    assume(all(one.on <= on for one in facts.remissions))
    one = Granted(kind=RemisiKind.TAMBAHAN, on=on, days=more, by=None)
    assert release(replace(facts, remissions=(*facts.remissions, one))) <= release(facts)


@FEW
@given(people(), st.data())
def test_splitting_a_stay_into_adjacent_parts_changes_nothing(facts, data):
    index = data.draw(st.integers(0, len(facts.detention) - 1))
    stay = facts.detention[index]
    last = (stay.to - stay.from_day).days if stay.to else 300
    assume(last > 0)
    cut = stay.from_day + DAY * data.draw(st.integers(1, last))
    parts = replace(stay, to=cut - DAY), replace(stay, from_day=cut)
    split = (*facts.detention[:index], *parts, *facts.detention[index + 1 :])
    assert found(replace(facts, detention=split)) == found(facts)


@FEW
@given(people(), st.data())
def test_the_order_in_which_stays_and_remisi_are_told_changes_nothing(facts, data):
    told = replace(
        facts,
        detention=tuple(data.draw(st.permutations(facts.detention))),
        remissions=tuple(data.draw(st.permutations(facts.remissions))),
    )
    assert sentence_dates(told, found(told)) == sentence_dates(facts, found(facts))


@FEW
@given(days, lengths, st.integers(1, 2000))
def test_a_longer_sentence_never_releases_earlier(start, length, more):
    facts = facts_with(detention=(held(start, None),), sentences=(sentenced(length),))
    longer = replace(facts, sentences=(sentenced(of_days(length.total_days + more)),))
    assert release(longer) > release(facts)


@FEW
@given(days, lengths, st.integers(1, 2000))
@example(date(2024, 2, 28), Span(years=1, months=0, days=0), 1)
def test_a_later_start_never_releases_earlier(start, length, later):
    facts = facts_with(detention=(held(start, None),), sentences=(sentenced(length),))
    after = replace(facts, detention=(held(start + DAY * later, None),))
    assert release(after) >= release(facts)


@FEW
@given(people())
def test_the_parts_of_a_sentence_come_in_their_order(facts):
    told = sentence_dates(facts, found(facts))
    assert told.one_third <= told.one_half <= told.two_thirds <= told.expiry
    assert told.expiry <= told.release
    assert told.expiry <= told.expiry_without_remission


@FEW
@given(days, st.integers(0, 300), forms, lengths)
def test_no_form_of_detention_counts_for_more_than_a_rutan(start, count, form, length):
    then = start + DAY * (count + 1)
    lesser, full = (
        facts_with(
            detention=(held(start, then - DAY, each), held(then, None)),
            sentences=(sentenced(length),),
        )
        for each in (form, HeldForm.RUTAN)
    )
    assert start == counts_from(full, LAW) <= counts_from(lesser, LAW) <= then
    assert release(full) <= release(lesser)


@FEW
@given(people(), st.integers(1, 400))
def test_an_escape_puts_release_off_by_the_days_outside(facts, outside):
    """But for what two calendars differ: a year that begins on another day may be a leap year."""
    last = facts.detention[-1]
    back = last.from_day + DAY * (10 + outside)
    gone = (
        *facts.detention[:-1],
        replace(last, to=last.from_day + 9 * DAY),
        replace(last, from_day=back),
    )
    inside = replace(facts, remissions=(), substitute=None)
    away = replace(inside, detention=gone)
    late = (counts_from(away, LAW) - counts_from(inside, LAW)).days
    assert late == outside
    assert abs((release(away) - release(inside)).days - outside) <= 1


@FEW
@given(st.lists(lengths, min_size=1, max_size=4), days)
def test_several_sentences_are_one_as_long_as_all_of_them(spans, start):
    several = facts_with(detention=(held(start, None),), sentences=tuple(map(sentenced, spans)))
    total = of_days(sum(span.total_days for span in spans))
    assert found(several) == found(replace(several, sentences=(sentenced(total),)))


@FEW
@given(people())
def test_an_unpaid_substitute_follows_and_a_paid_one_is_nothing(facts):
    plain = replace(facts, substitute=None)
    length = Span(years=0, months=4, days=0)
    unpaid = replace(plain, substitute=Substitute(span=length, paid=False))
    paid = replace(plain, substitute=Substitute(span=length, paid=True))
    assert release(paid) == release(plain)
    assert release(unpaid) == release(plain) + timedelta(days=120)


@FEW
@given(people(), st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(2, 3)]))
def test_remisi_is_deducted_in_full_of_every_part(facts, share):
    whole = found(facts)
    without = found(replace(facts, remissions=()))
    assert (without.part(share) - whole.part(share)).days == whole.remitted
    assert whole.remitted == sum(one.days for one in facts.remissions)


@pytest.mark.parametrize(
    ("start", "years", "expiry"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 3, 1), 1, date(2024, 3, 1)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
    ],
)
def test_a_year_is_a_calendar_year_also_over_leap_days(start, years, expiry):
    length = Span(years=years, months=0, days=0)
    facts = facts_with(detention=(held(start, None),), sentences=(sentenced(length),))
    assert release(facts) == expiry


def test_a_month_is_thirty_days_also_in_february():
    facts = facts_with(
        detention=(held(date(2024, 1, 31), None),),
        sentences=(sentenced(Span(years=0, months=1, days=0)),),
    )
    assert release(facts) == date(2024, 3, 1)


def test_days_in_hospital_before_the_verdict_do_not_count():
    stays = (
        held(date(2025, 1, 1), date(2025, 1, 31)),
        held(date(2025, 2, 1), date(2025, 2, 10), HeldForm.PEMBANTARAN),
        held(date(2025, 2, 11), None),
    )
    facts = facts_with(detention=stays, sentences=(sentenced(Span(years=0, months=6, days=0)),))
    assert counts_from(facts, LAW) == date(2025, 1, 11)
    assert release(facts) == date(2025, 7, 10)


def test_who_is_in_hospital_now_counts_from_the_day_after():
    facts = facts_with(
        detention=(held(date(2025, 1, 1), None, HeldForm.PEMBANTARAN),),
        sentences=(sentenced(Span(years=0, months=6, days=0)),),
    )
    assert calculate(facts, (), date(2025, 3, 1), LAW).days.counts_from == date(2025, 3, 2)


@pytest.mark.parametrize(
    ("rounding", "third"), [("up", date(2025, 2, 4)), ("down", date(2025, 2, 3))]
)
def test_a_third_that_ends_within_a_day_is_the_later_day_or_as_the_policy_says(rounding, third):
    """A third of a hundred days."""
    facts = facts_with(
        detention=(held(date(2025, 1, 1), None),),
        sentences=(sentenced(Span(years=0, months=0, days=100)),),
    )
    law = replace(LAW, policies={"part_rounding": rounding})
    assert calculate(facts, (), None, law).days.one_third == third


def test_who_is_at_home_now_counts_as_going_inside_on_the_next_day_and_it_is_said():
    facts = facts_with(
        detention=(held(date(2025, 1, 1), None, HeldForm.RUMAH),),
        sentences=(sentenced(Span(years=0, months=6, days=0)),),
    )
    answer = calculate(facts, (), date(2025, 3, 1), LAW)
    assert answer.days.counts_from == date(2025, 3, 2) - timedelta(days=20)
    assert [one.code for one in answer.warnings] == ["detention.not_inside"]


def test_who_was_held_past_release_is_noticed_and_who_left_before_too():
    span = (sentenced(Span(years=0, months=6, days=0)),)
    begin, free = date(2025, 1, 1), date(2025, 6, 30)
    for end, codes in (
        (free + DAY, ["detention.past_release"]),
        (free, []),
        (free - DAY, []),
        (free - 5 * DAY, ["detention.ended"]),
    ):
        facts = facts_with(detention=(held(begin, end),), sentences=span)
        assert [one.code for one in calculate(facts, (), None, LAW).warnings] == codes


def test_a_remisi_that_releases_lets_the_substitute_begin_on_the_award_day():
    """W8 with a substitute of one month; the nine days lost stay lost."""
    facts = facts_with(
        detention=(held(date(2025, 1, 10), None),),
        sentences=(sentenced(Span(years=0, months=8, days=0)),),
        substitute=Substitute(span=Span(years=0, months=1, days=0), paid=False),
        remissions=(Granted(kind=RemisiKind.UMUM, on=date(2025, 8, 17), days=30, by=None),),
    )
    told = calculate(facts, (), None, LAW).days
    assert (told.expiry, told.release) == (date(2025, 8, 8), date(2025, 9, 16))


def test_dasawarsa_given_while_the_substitute_is_served_is_deducted_of_it():
    facts = facts_with(
        detention=(held(date(2025, 1, 10), None),),
        sentences=(sentenced(Span(years=0, months=6, days=0)),),
        substitute=Substitute(span=Span(years=0, months=3, days=0), paid=False),
        remissions=(Granted(kind=RemisiKind.DASAWARSA, on=date(2025, 8, 17), days=7, by=None),),
    )
    told = calculate(facts, (), None, LAW).days
    assert (told.expiry, told.release) == (date(2025, 7, 9), date(2025, 9, 30))


def test_dasawarsa_that_ends_the_substitute_releases_on_its_own_day():
    facts = facts_with(
        detention=(held(date(2025, 1, 10), None),),
        sentences=(sentenced(Span(years=0, months=6, days=0)),),
        substitute=Substitute(span=Span(years=0, months=1, days=15), paid=False),
        remissions=(Granted(kind=RemisiKind.DASAWARSA, on=date(2025, 8, 17), days=30, by=None),),
    )
    assert calculate(facts, (), None, LAW).days.release == date(2025, 8, 17)


def test_dasawarsa_of_the_day_that_releases_is_of_the_substitute_which_begins_on_it():
    """Three months are 90 days, a twelfth of them 7; asked for as the law itself finds them."""
    facts = facts_with(
        detention=(held(date(2025, 1, 10), None),),
        sentences=(sentenced(Span(years=0, months=8, days=0)),),
        substitute=Substitute(span=Span(years=0, months=3, days=0), paid=False),
    )
    wanted = [
        Wanted(kind=kind, on=date(2025, 8, 17), ground=None, missed=None)
        for kind in (RemisiKind.DASAWARSA, RemisiKind.UMUM)
    ]
    answer = calculate(facts, wanted, None, LAW)
    assert [(one.kind, one.days) for one in answer.remissions] == [
        (RemisiKind.UMUM, 30),
        (RemisiKind.DASAWARSA, 7),
    ]
    assert (answer.days.expiry, answer.days.release) == (date(2025, 8, 8), date(2025, 11, 8))
    assert answer.remissions[1].expiry_after == answer.days.release


def test_two_published_formulas_are_two_answers_to_one_question():
    """2/3 of (sentence less remisi), as law blogs have it, comes later than practice."""
    facts = facts_with(
        detention=(held(date(2025, 2, 10), None),),
        sentences=(sentenced(Span(years=1, months=6, days=0)),),
        remissions=(Granted(kind=RemisiKind.UMUM, on=date(2025, 8, 17), days=75, by=None),),
    )
    blogs = replace(LAW, policies={"remisi_in_parts": "in_proportion"})
    assert calculate(facts, (), None, LAW).days.two_thirds == date(2025, 11, 27)
    assert calculate(facts, (), None, blogs).days.two_thirds == date(2025, 12, 22)
