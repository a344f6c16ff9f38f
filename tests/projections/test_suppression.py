"""No handful and no first person can be worked out of what is told, by whoever knows the rule."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.suppression import FEWEST, Breakdown, published, rounded

FEW = set(range(FEWEST))
RARE = frozenset({"last"})
LOWER = 13
"""By so much a whole may be told too low, at most, where nothing but its parts is told."""
counts = st.integers(min_value=0, max_value=60)
larger = pytest.mark.long


def parts_of(most, number):
    """All ways in which at most so many people fall into so many parts."""
    if number == 0:
        yield ()
        return
    for first in range(most + 1):
        for rest in parts_of(most - first, number - 1):
            yield first, *rest


def told(total, *breakdowns, partition=True, rare=frozenset()):
    tables = [
        Breakdown(
            parts={"last" if n == len(one) else str(n): count for n, count in enumerate(one, 1)},
            partition=partition,
            rare=rare,
        )
        for one in breakdowns
    ]
    whole, shown = published(total, tables)
    return whole, tuple(tuple(one.values()) for one in shown)


def clues(tables):
    """What each published table may have been made of, as far as one who knows the rule can say."""
    made = defaultdict(set)
    for shown, truth in tables:
        made[shown].add(truth)
    return made


def ensure_nobody_is_seen(made, most):
    """A part of several that is not told, and may be small, may be any of 0 to 4.

    Wholes that the enumeration cuts through are left out: there it knows more than a reader.
    """
    looked_at = 0
    for (whole, tables), truths in made.items():
        if (whole or 0) + LOWER > most:
            continue
        for which, table in enumerate(tables):
            for place in range(len(next(iter(truths))[which])):
                can_be = {truth[which][place] for truth in truths}
                if table and table[place] is None:
                    assert can_be == FEW, ((whole, tables, which, place), sorted(can_be))
                elif not table and can_be & FEW:
                    assert can_be >= FEW, ((whole, tables, which, place), sorted(can_be))
                looked_at += 1
    assert looked_at


@pytest.mark.parametrize("rare", [frozenset(), RARE], ids=["likely", "rare"])
@pytest.mark.parametrize(
    ("number", "most"),
    [(2, 40), (3, 24), *(pytest.param(*it, marks=larger) for it in ((3, 50), (4, 36), (5, 27)))],
)
def test_whoever_knows_the_rule_and_every_told_part_of_a_whole_rules_no_small_number_out(
    number, most, rare
):
    tables = parts_of(most, number)
    ensure_nobody_is_seen(
        clues((told(sum(parts), parts, rare=rare), (parts,)) for parts in tables), most
    )


@pytest.mark.parametrize(("number", "most"), [(3, 34), pytest.param(4, 36, marks=larger)])
def test_nor_who_takes_it_for_granted_that_nobody_is_in_a_rare_part(number, most):
    made = defaultdict(set)
    for parts in parts_of(most, number - 1):
        whole, (table,) = told(sum(parts), (*parts, 0), rare=RARE)
        made[whole, (table[:-1],)].add((parts,))
    ensure_nobody_is_seen(made, most)


@pytest.mark.parametrize(("number", "most"), [(2, 29), pytest.param(3, 24, marks=larger)])
def test_nor_where_somebody_may_be_in_two_parts(number, most):
    made = clues(
        (told(total, parts, partition=False), (parts,))
        for parts in product(range(most + 1), repeat=number)
        for total in range(max(parts), min(sum(parts), most) + 1)
    )
    ensure_nobody_is_seen(made, most)


@pytest.mark.parametrize(
    ("sizes", "most"),
    [
        ((1, 2), 39),
        ((2, 2), 29),
        *(pytest.param(*it, marks=larger) for it in (((2, 3), 34), ((3, 3), 24), ((2, 2, 2), 22))),
    ],
)
def test_nor_where_the_same_people_are_told_by_several_things(sizes, most):
    by_sum = [defaultdict(list) for _ in sizes]
    for found, number in zip(by_sum, sizes, strict=True):
        for parts in parts_of(most, number):
            found[sum(parts)].append(parts)
    made = clues(
        (told(total, *those), those)
        for total in range(most + 1)
        for those in product(*(found[total] for found in by_sum))
    )
    ensure_nobody_is_seen(made, most)


@pytest.mark.parametrize("rare", [frozenset(), RARE], ids=["likely", "rare"])
def test_nobody_and_a_first_person_are_told_alike_beside_whoever_else_is_there(rare):
    """On the day on which the first of a regency, or the first woman, comes in."""
    for a, b in product(range(30), repeat=2):
        whole, tables = told(a + b, (a, b, 0), rare=rare)
        after, moved = told(a + b + 1, (a, b, 1), rare=rare)
        assert tables == moved or whole != after, "what moves is the whole, which has other parts"
        assert not moved[0] or moved[0][2] is None


@given(st.lists(counts, min_size=2, max_size=12))
@settings(deadline=None, max_examples=200)
def test_the_difference_of_any_two_told_counts_is_none_or_five_or_more(several):
    """Of two stages, of a part and a whole, of two days, of two agreements."""
    shown = [one for count in several if (one := rounded(count)) is not None]
    for one, other in product(shown, repeat=2):
        assert one == other or abs(one - other) >= FEWEST


@given(st.lists(st.lists(counts, min_size=1, max_size=8), min_size=1, max_size=4), st.booleans())
@settings(deadline=None, max_examples=200)
def test_what_is_told_is_never_more_than_there_are_nor_said_to_be_few_where_it_is_not(
    tables, partition
):
    total = sum(tables[0])
    tables = [
        parts for parts in tables if (sum(parts) == total if partition else max(parts) <= total)
    ]
    whole, shown = told(total, *tables, partition=partition)
    pairs = [(total, whole)]
    for parts, table in zip(tables, shown, strict=True):
        pairs += zip(parts, table, strict=True) if table else ()
    for count, one in pairs:
        assert (count < FEWEST) if one is None else (one >= FEWEST and one <= count)
        assert one is None or one % FEWEST == 0


def test_what_is_told():
    assert [rounded(count) for count in (0, 1, 4, 5, 9, 10)] == [None, None, None, 5, 5, 10]
    assert told(0, (0, 0)) == told(4, (3, 1)) == (None, ((),))
    assert told(30, (20, 10, 0)) == told(31, (20, 10, 1)) == (30, ((20, 10, None),))
    assert told(30, (26, 4)) == (25, ((25, None),)), "30 and 25 would tell of somebody"
    assert told(30, (30,), (26, 4)) == (25, ((25,), (25, None))), "whatever else they are told by"
    assert told(20, (20, 20), (16, 4), partition=False) == (15, ((15, 15), (15, None)))
    assert told(40, (20, 14, 6)) == (40, ((20, 10, 5),))
    assert told(9, (1,) * 9) == (5, ((),)), "where no part is ten, none is told"
    assert told(18, (9, 9)) == (5, ((),))
