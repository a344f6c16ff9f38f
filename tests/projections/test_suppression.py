"""No small number can be worked out from what is published, by whoever knows how it was made."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.suppression import FEWEST, Breakdown, published, rounded

SMALL = set(range(1, FEWEST))
LARGER = ((4, 24), (5, 19), (7, 9), (9, 9))
counts = st.integers(min_value=0, max_value=60)


def parts_of(most, number, least=0):
    """All ways in which at most so many people fall into so many parts."""
    if number == 0:
        yield ()
        return
    for first in range(least, most + 1):
        for rest in parts_of(most - first, number - 1, least):
            yield first, *rest


def told(total, *breakdowns, partition=True):
    named = [
        Breakdown(parts={str(n): count for n, count in enumerate(one)}, partition=partition)
        for one in breakdowns
    ]
    whole, tables = published(total, named)
    return whole, tuple(tuple(one.values()) for one in tables)


def clues(tables):
    """What each published table may have been made of, as far as one who knows the rule can say."""
    made = defaultdict(set)
    for published_table, truth in tables:
        made[published_table].add(truth)
    return made


def ensure_nothing_is_known(made, most):
    """Of a part that is not told, none of 1 to 4 can be ruled out; two, where no part is told.

    Totals that the enumeration cuts through are left out: there it knows more than a reader.
    """
    looked_at = 0
    for (whole, tables), truths in made.items():
        if whole is None or whole + FEWEST - 1 > most:
            continue
        for which, table in enumerate(tables):
            for place, count in enumerate(table):
                can_be = {truth[which][place] for truth in truths}
                if count is None and can_be & SMALL:
                    withheld = set(table) == {None}
                    known = (whole, table, place), sorted(can_be)
                    assert can_be >= SMALL or (withheld and len(can_be) > 2), known
                    looked_at += 1
    assert looked_at


@pytest.mark.parametrize(
    ("number", "most"),
    [(2, 29), (3, 24), (4, 14), *(pytest.param(*it, marks=pytest.mark.long) for it in LARGER)],
)
def test_whoever_knows_the_rule_and_every_told_part_of_a_whole_rules_no_small_number_out(
    number, most
):
    made = clues((told(sum(parts), parts), (parts,)) for parts in parts_of(most, number))
    ensure_nothing_is_known(made, most)


@pytest.mark.parametrize(("number", "most"), [(2, 19), (3, 14)])
def test_nor_where_somebody_may_be_in_two_parts(number, most):
    made = clues(
        (told(total, parts, partition=False), (parts,))
        for parts in product(range(most + 1), repeat=number)
        for total in range(max(parts), min(sum(parts), most) + 1)
    )
    ensure_nothing_is_known(made, most)


def test_nor_where_the_same_people_are_told_by_two_things():
    most = 19
    by_sum = defaultdict(list)
    for parts in parts_of(most, 3):
        by_sum[sum(parts)].append(parts)
    made = clues(
        (told(total, one, other), (one, other))
        for total, those in by_sum.items()
        for one in parts_of(most, 2)
        if sum(one) == total
        for other in those
    )
    ensure_nothing_is_known(made, most)


@given(st.lists(counts, min_size=2, max_size=12))
@settings(deadline=None, max_examples=200)
def test_the_difference_of_any_two_told_counts_is_none_or_five_or_more(several):
    """Of two stages, of a part and a whole, of two days, of two agreements."""
    shown = [one for count in several if (one := rounded(count)) is not None]
    for one, other in product(shown, repeat=2):
        assert one == other or abs(one - other) >= FEWEST


@given(st.lists(counts, min_size=1, max_size=8), st.booleans())
@settings(deadline=None, max_examples=200)
def test_what_is_told_is_true_and_never_small(parts, partition):
    total = sum(parts)
    whole, (table,) = told(total, parts, partition=partition)
    for count, shown in ((total, whole), *zip(parts, table, strict=True)):
        assert shown is None or shown <= count < shown + FEWEST
        assert shown is None or shown == 0 or shown >= FEWEST
        assert count not in SMALL or shown is None
    if whole is None:
        assert set(table) == {None}


@given(st.lists(counts, min_size=2, max_size=8))
@settings(deadline=None, max_examples=200)
def test_one_part_that_is_not_told_never_stands_alone(parts):
    whole, (table,) = told(sum(parts), parts)
    assert whole is None or table.count(None) != 1


def test_a_sum_that_would_tell_too_much_leaves_no_part_told():
    assert told(9, (1,) * 9) == (5, ((None,) * 9,))
    assert told(26, (4, 4, 9, 9)) == (25, ((None,) * 4,)), "4 + 4 is the most that there can be"
    assert told(26, (4, 4, 18, 0)) == (25, ((None, None, None, 0),))
    assert told(40, (20, 14, 6)) == (40, ((20, 10, 5),)), "nobody is few"
