"""Whom the kept sentence dates spare the law: only those of whom it would find no right near."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from law.plain_facts import facts_with, held, sentenced
from law.test_calculation import someone

from application.open_rights import is_far
from domain.law.book import BOOK, LAW
from domain.law.facts import Granted, RemisiKind
from domain.law.integration import rights
from domain.law.integration_rules import CHILD_RIGHTS, INTEGRATION
from domain.law.span import Span
from projections.sentence_dates import Reckoning, reckoned

FEW = settings(deadline=None, max_examples=60)
days = st.dates(date(2018, 1, 1), date(2034, 1, 1))
convicts = st.builds(
    lambda start, months, awarded: facts_with(
        detention=(held(start, None),),
        sentences=(sentenced(Span(years=0, months=months, days=7)),),
        remissions=tuple(
            Granted(kind=RemisiKind.UMUM, on=date(start.year + n, 8, 17), days=some, by=None)
            for n, some in enumerate(awarded, start=1)
        ),
    ),
    st.dates(date(2016, 1, 1), date(2026, 1, 1)),
    st.integers(1, 240),
    st.lists(st.integers(15, 180), max_size=4),
)


@FEW
@given(someone | convicts, days, st.integers(0, 400))
def test_whoever_is_said_to_be_far_has_no_right_now_or_soon(facts, on, soon):
    assume(is_far(reckoned(facts), on, soon))
    found = rights(facts, on, LAW).values()
    last = on + timedelta(days=soon)
    assert not [one for one in found if one.possible and one.from_day <= last]


def test_no_text_opens_a_right_before_half_of_the_sentence_was_served():
    adults = [one.values.rights for one in BOOK if one.topic is INTEGRATION]
    shares = [
        of for those in adults for one in those.values() for of in (one.share, one.special_share)
    ]
    shares += [of for one in BOOK if one.topic is CHILD_RIGHTS for of in one.values.share.values()]
    assert min(shares) == Fraction(1, 2)


def test_whoever_serves_to_the_end_of_days_or_at_home_is_put_before_the_law():
    start = date(2025, 1, 1)
    long = facts_with(
        detention=(held(start, None),), sentences=(sentenced(Span(years=20, months=0, days=0)),)
    )
    row = reckoned(long)
    on = date(2025, 6, 1)
    assert is_far(row, on, 90)
    assert not is_far(row, date(2035, 1, 1), 90)
    for doubt in (
        {"moves": True},
        {"one_half": None},
        {"one_half": date(5_000, 1, 1)},
        {"reckoning": Reckoning.IMPOSSIBLE},
    ):
        assert not is_far(replace(row, **doubt), on, 90)


def test_whoever_has_no_sentence_that_ends_has_no_right():
    waiting = reckoned(facts_with(detention=(held(date(2025, 1, 1), None),), sentences=()))
    assert waiting.reckoning is Reckoning.NONE
    assert is_far(waiting, date(2025, 6, 1), 90)
