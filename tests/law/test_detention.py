"""The limits of detention: what the texts allow, and what each kind of break does to a last day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from detained import ADULT, CHILD, MA, PENYIDIK, PN, PU, W21, chain, day, last, order
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.detention import DetentionStage
from domain.kernel import Refused
from domain.law.book import LAW
from domain.law.choosing import choose
from domain.law.detention import Flag, terms
from domain.law.detention_clock import shifted
from domain.law.facts import CaseType


def test_the_law_changes_on_the_very_day_on_which_the_next_stage_begins():
    following = chain(*W21.orders, order(PU, "2026-01-02", "2026-01-21"))
    found = terms(following, ADULT, LAW)
    assert [one.rule_set for one in found] == ["kuhap-1981", "kuhap-1981", "kuhap-2025"]
    assert found[-1].flags == (Flag.SPANS_TWO_LAWS,)
    assert [one.name for one in found[-1].policies] == ["kuhap_transition"]
    stays = choose(LAW, rule_sets={}, options={"kuhap_transition": "by_start_of_chain"})
    assert last(following, law=stays).rule_set == "kuhap-1981"


@pytest.mark.parametrize(
    ("option", "rule_set"),
    [
        ("by_start_of_term", "kuhap-2025"),
        ("by_start_of_stage", "kuhap-1981"),
        ("by_start_of_chain", "kuhap-1981"),
    ],
)
def test_which_law_rules_an_extension_over_the_change_is_a_policy(option, rule_set):
    over = chain(
        order(PENYIDIK, "2025-12-14", "2026-01-02"),
        order(PENYIDIK, "2026-01-03", "2026-02-11", extends=True),
    )
    law = choose(LAW, rule_sets={}, options={"kuhap_transition": option})
    found = last(over, law=law)
    assert found.rule_set == rule_set
    assert found.policies[0].chosen == option


@pytest.mark.parametrize(
    ("starts", "option", "allowed", "doubted"),
    [
        ("2025-06-01", "30", 50, False),
        ("2026-06-01", "30", 30, True),
        ("2026-06-01", "50", 50, True),
    ],
)
def test_how_long_the_ma_may_detain_under_the_new_text_is_a_policy(
    starts, option, allowed, doubted
):
    until = (day(starts) + timedelta(days=49)).isoformat()
    law = choose(LAW, rule_sets={}, options={"ma_first_term": option})
    found = last(chain(order(MA, starts, until)), law=law)
    assert found.allowed == allowed
    assert (Flag.LONGER_THAN_LAW in found.flags) is (allowed < 50)
    assert ("ma_first_term" in [one.name for one in found.policies]) is doubted


def test_the_sums_of_the_texts_are_those_of_the_facts_page():
    def whole(starts, who, *, exceptional=False):
        days = 0
        for stage in DetentionStage:
            term = last(chain(order(stage, starts, starts)), who)
            reach = term.exceptional_until if exceptional else term.extendable_until
            days += term.allowed + (reach - term.last_day).days
        return days

    assert whole("2020-01-01", ADULT) == 400
    assert whole("2026-02-01", ADULT) == 380
    assert whole("2026-02-01", CHILD) == whole("2026-02-01", CHILD, exceptional=True) == 110
    assert whole("2020-01-01", ADULT, exceptional=True) == 400 + 5 * 60


def test_an_order_that_claims_more_than_the_law_allows_is_good_for_what_it_allows():
    found = last(chain(order(PENYIDIK, "2025-11-03", "2025-12-02")))
    assert (found.claimed, found.allowed, found.last_day) == (30, 20, day("2025-11-22"))
    assert found.flags == (Flag.LONGER_THAN_LAW,)


def test_a_shorter_order_is_good_for_what_it_says_and_leaves_nothing_to_the_extension():
    found = last(chain(order(PENYIDIK, "2025-11-03", "2025-11-12")))
    assert found.last_day == day("2025-11-12")
    assert found.extendable_until == day("2025-11-12") + timedelta(days=40)


def test_extensions_of_a_stage_share_its_days():
    found = terms(
        chain(
            order(PENYIDIK, "2025-02-03", "2025-02-22"),
            order(PENYIDIK, "2025-02-23", "2025-03-14", extends=True),
            order(PENYIDIK, "2025-03-15", "2025-04-13", extends=True),
        ),
        ADULT,
        LAW,
    )
    assert [one.allowed for one in found] == [20, 40, 20]
    assert found[-1].last_day == day("2025-04-03")
    assert found[-1].extendable_until == day("2025-04-03")


def test_the_days_of_two_extensions_are_never_one_order():
    terror = replace(ADULT, case_type=CaseType.TERORISME)
    first = order(PENYIDIK, "2025-01-06", "2025-05-05")
    both = order(PENYIDIK, "2025-05-06", "2025-07-24", extends=True)
    found = last(chain(first, both), terror)
    assert (found.claimed, found.allowed, found.last_day) == (80, 60, day("2025-07-04"))
    assert Flag.LONGER_THAN_LAW in found.flags
    assert found.extendable_until == day("2025-07-24")
    each = chain(
        first,
        order(PENYIDIK, "2025-05-06", "2025-07-04", extends=True),
        order(PENYIDIK, "2025-07-05", "2025-07-24", extends=True),
    )
    assert [(one.allowed, one.flags) for one in terms(each, terror, LAW)] == [
        (120, ()),
        (60, ()),
        (20, ()),
    ]


def test_special_grounds_give_twice_thirty_days_beyond_the_limit():
    orders = [
        order(PN, "2025-02-01", "2025-03-02"),
        order(PN, "2025-03-03", "2025-05-01", extends=True),
        order(PN, "2025-05-02", "2025-05-31", extends=True, exceptional=True),
    ]
    found = last(chain(*orders))
    assert (found.last_day, found.article) == (day("2025-05-31"), "UU 8/1981 art. 29")
    assert found.exceptional_until == day("2025-06-30")
    grave = replace(ADULT, maximum_years=12)
    light = replace(ADULT, maximum_years=5)
    assert last(chain(*orders), grave).flags == ()
    assert last(chain(*orders), light).flags == (Flag.EXCEPTION_NEEDS_ILLNESS,)
    orders += [
        order(PN, "2025-06-01", "2025-06-30", extends=True, exceptional=True),
        order(PN, "2025-07-01", "2025-07-30", extends=True, exceptional=True),
    ]
    assert last(chain(*orders)).last_day == day("2025-06-30")
    assert Flag.LONGER_THAN_LAW in last(chain(*orders)).flags


def test_one_extension_on_special_grounds_is_thirty_days_at_most():
    found = last(
        chain(
            order(PN, "2025-02-01", "2025-03-02"),
            order(PN, "2025-03-03", "2025-05-01", extends=True, exceptional=True),
        )
    )
    assert (found.claimed, found.allowed, found.last_day) == (60, 30, day("2025-04-01"))
    assert found.extendable_until == found.last_day, "no usual one comes after it"
    assert found.exceptional_until == day("2025-05-01")


def test_a_threat_of_nine_years_is_grave_enough():
    orders = [
        order(PN, "2025-02-01", "2025-03-02"),
        order(PN, "2025-03-03", "2025-04-01", extends=True, exceptional=True),
    ]
    assert last(chain(*orders), replace(ADULT, maximum_years=9)).flags == ()
    assert last(chain(*orders), replace(ADULT, maximum_years=8)).flags != ()


def test_an_order_signed_on_the_last_day_is_in_time():
    first = order(PENYIDIK, "2025-02-03", "2025-02-22")
    for signed, flags in (("2025-02-22", ()), ("2025-02-23", (Flag.SIGNED_LATE,))):
        then = order(PENYIDIK, "2025-02-23", "2025-03-14", extends=True, signed=signed)
        assert last(chain(first, then)).flags == flags


def test_of_an_order_that_was_overtaken_only_the_days_lived_count():
    back = chain(
        order(PENYIDIK, "2025-02-01", "2025-02-20"),
        order(PU, "2025-02-11", "2025-03-02"),
        order(PENYIDIK, "2025-04-01", "2025-04-20"),
        stops=["2025-02-20"],
    )
    assert last(back).allowed == 10


def test_days_in_hospital_are_not_lived_under_an_order():
    again = chain(
        order(PENYIDIK, "2025-02-01", "2025-02-20"),
        order(PENYIDIK, "2025-04-01", "2025-04-20"),
        hospital=[("2025-02-05", "2025-02-10")],
        stops=["2025-02-14"],
    )
    assert last(again).allowed == 20 - (14 - 5)


def test_days_in_hospital_need_no_order():
    late = chain(
        order(PENYIDIK, "2025-02-10", "2025-03-01"),
        order(PENYIDIK, "2025-03-10", "2025-04-10", extends=True),
        hospital=[("2025-03-03", "2025-03-06")],
    )
    assert last(late).not_covered == 8 - 3


def test_of_a_child_nothing_is_extended_on_special_grounds():
    orders = [
        order(PN, "2025-02-01", "2025-02-10"),
        order(PN, "2025-02-11", "2025-02-25", extends=True),
        order(PN, "2025-02-26", "2025-03-27", extends=True, exceptional=True),
    ]
    found = last(chain(*orders), CHILD)
    assert found.last_day == day("2025-02-25")
    assert Flag.NO_EXCEPTION in found.flags
    assert found.rule_set == "uu-11-2012"


def test_days_in_hospital_do_not_count_and_move_the_last_day():
    was = chain(
        order(PENYIDIK, "2025-02-03", "2025-02-22"), hospital=[("2025-02-10", "2025-02-15")]
    )
    assert (last(was).last_day, last(was).hospital_days) == (day("2025-02-27"), 5)


def test_whoever_is_in_hospital_stands_still_until_the_day_of_asking():
    still = chain(order(PENYIDIK, "2025-02-03", "2025-02-22"), hospital=[("2025-02-10", None)])
    asleep = last(still)
    assert asleep.last_day == day("2025-02-22")
    for on in (day("2025-02-10"), day("2025-02-21"), day("2025-04-01")):
        assert last(still, on=on).last_day == shifted(asleep.last_day, day("2025-02-10"), on)
    assert last(still, on=day("2025-02-12")).last_day == day("2025-02-25")
    after = chain(order(PENYIDIK, "2025-02-03", "2025-02-22"), hospital=[("2025-02-23", None)])
    assert last(after, on=day("2025-03-01")).last_day == day("2025-02-22")
    assert shifted(day("2025-02-22"), day("2025-02-23"), day("2025-03-01")) == day("2025-02-22")
    gone = chain(order(PENYIDIK, "2025-02-03", "2025-02-22"), hospital=[("2025-02-22", None)])
    assert last(gone, on=day("2025-02-22")).last_day == day("2025-02-23")
    assert shifted(day("2025-02-22"), day("2025-02-22"), day("2025-02-22")) == day("2025-02-23")


def test_days_without_an_order_are_told_and_an_order_signed_too_late_is_flagged():
    late = chain(
        order(PENYIDIK, "2025-02-10", "2025-03-01"),
        order(PENYIDIK, "2025-03-05", "2025-04-10", extends=True, signed="2025-03-04"),
    )
    found = last(late)
    assert found.not_covered == 3
    assert found.flags == (Flag.NOT_COVERED, Flag.SIGNED_LATE)


def test_days_beyond_the_law_before_the_next_order_are_not_covered_either():
    late = chain(
        order(PENYIDIK, "2025-02-03", "2025-03-04"),
        order(PENYIDIK, "2025-03-05", "2025-04-01", extends=True),
    )
    assert last(late).not_covered == 10


def test_a_new_stage_ends_the_old_term_and_begins_anew():
    found = last(
        chain(order(PENYIDIK, "2025-02-03", "2025-02-22"), order(PU, "2025-02-13", "2025-03-04"))
    )
    assert (found.last_day, found.allowed, found.not_covered) == (day("2025-03-04"), 20, 0)


@pytest.mark.parametrize(("option", "allowed"), [("cumulative", 10), ("afresh", 20)])
def test_detention_that_begins_anew_at_the_same_stage_counts_what_was_lived(option, allowed):
    again = chain(
        order(PENYIDIK, "2025-02-01", "2025-02-20"),
        order(PENYIDIK, "2025-04-01", "2025-04-20"),
        stops=["2025-02-10"],
    )
    law = choose(LAW, rule_sets={}, options={"detention_resumed": option})
    found = last(again, law=law)
    assert (found.allowed, found.not_covered) == (allowed, 0)
    assert [one.chosen for one in found.policies] == [option]


def test_a_special_law_has_its_own_limits_where_they_are_in_the_book():
    terrorism = replace(ADULT, case_type=CaseType.TERORISME)
    first = last(chain(order(PENYIDIK, "2025-02-01", "2025-05-31")), terrorism)
    assert (first.allowed, first.rule_set) == (120, "uu-5-2018")
    assert first.extendable_until == first.last_day + timedelta(days=80)
    assert last(chain(order(PN, "2025-02-01", "2025-03-02")), terrorism).rule_set == "kuhap-1981"
    general = choose(LAW, rule_sets={}, options={"special_detention_limits": "general_law"})
    assert (
        last(chain(order(PENYIDIK, "2025-02-01", "2025-05-31")), terrorism, general).allowed == 20
    )


def test_where_the_limits_of_a_special_law_are_not_in_the_book_it_is_said():
    gross = replace(ADULT, case_type=CaseType.HAM_BERAT)
    found = last(chain(order(PENYIDIK, "2025-02-01", "2025-02-20")), gross)
    assert found.flags == (Flag.SPECIAL_LAW_UNKNOWN,)
    assert (found.rule_set, found.policies[0].name) == ("kuhap-1981", "special_detention_limits")


STARTS = st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 1, 1))
STAGES = st.sampled_from(DetentionStage)
LENGTHS = st.integers(1, 90)
QUICK = settings(max_examples=60, deadline=None, database=None)


def written(stage, starts, days, **said):
    until = starts + timedelta(days=days - 1)
    return order(stage, starts.isoformat(), until.isoformat(), **said)


@given(stage=STAGES, starts=STARTS, days=LENGTHS, longer=LENGTHS)
@QUICK
def test_a_longer_order_never_ends_earlier_and_none_outlasts_the_law(stage, starts, days, longer):
    short = last(chain(written(stage, starts, days)))
    long = last(chain(written(stage, starts, days + longer)))
    assert short.last_day <= long.last_day <= starts + timedelta(days=short.allowed - 1)
    assert long.last_day <= long.extendable_until <= long.exceptional_until


@given(stage=STAGES, starts=STARTS, days=LENGTHS, gone=st.integers(0, 100), stay=LENGTHS)
@QUICK
def test_a_stay_in_hospital_never_shortens_a_term_and_shifts_it_by_its_own_days_at_most(
    stage, starts, days, gone, stay
):
    went = starts + timedelta(days=gone)
    back = went + timedelta(days=stay)
    plain = last(chain(written(stage, starts, days)))
    there = chain(written(stage, starts, days), hospital=[(went.isoformat(), back.isoformat())])
    moved = (last(there).last_day - plain.last_day).days
    assert moved == (stay if went <= plain.last_day else 0) == last(there).hospital_days


@given(stage=STAGES, starts=STARTS, days=st.integers(2, 60), cut=st.integers(1, 59))
@QUICK
def test_an_extension_in_two_parts_ends_with_the_whole_one(stage, starts, days, cut):
    first = written(stage, starts, 5)
    then = starts + timedelta(days=5)
    part = min(cut, days - 1)
    whole = chain(first, written(stage, then, days, extends=True))
    halves = chain(
        first,
        written(stage, then, part, extends=True),
        written(stage, then + timedelta(days=part), days - part, extends=True),
    )
    assert last(halves).last_day == last(whole).last_day


def test_an_order_from_before_any_text_is_refused():
    with pytest.raises(Refused) as found:
        last(chain(order(PENYIDIK, "1970-01-01", "1970-01-20")))
    assert found.value.code == "law.no_rule_set"
