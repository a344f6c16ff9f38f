"""The feast of a religion in a year, as the government fixed it."""

from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain.admission import Religion
from domain.catalogue import REGISTRY
from domain.holiday import HolidayFixed
from domain.kernel import Refused

fixed = HolidayFixed(
    effective=on("2025-10-15"),
    religion=Religion.ISLAM,
    year=2026,
    day=date(2026, 3, 20),
    second_day=None,
    decree="SKB 1/2025",
)
nothing_yet = Scenario(REGISTRY)


def test_a_feast_is_fixed_once_and_may_be_moved():
    nothing_yet.when(fixed).then_recorded()
    again = replace(fixed, effective=on("2025-11-01"))
    nothing_yet.given(fixed).when(again).then_nothing()
    moved = replace(again, day=date(2026, 3, 21), decree="SKB 2/2025")
    nothing_yet.given(fixed).when(moved).then_recorded()


def test_a_feast_may_fall_twice_in_one_year():
    both = replace(fixed, year=2033, day=date(2033, 1, 2), second_day=date(2033, 12, 23))
    nothing_yet.when(both).then_recorded()
    assert both.days == (date(2033, 1, 2), date(2033, 12, 23))


def test_the_feast_of_another_year_has_a_record_of_its_own():
    next_year = replace(fixed, year=2027, day=date(2027, 3, 10))
    nothing_yet.given(fixed).when(next_year).then_refused("registry.another_key")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"day": date(2027, 3, 10)}, "registry.holiday_of_another_year", "day"),
        ({"religion": Religion.TIDAK_DIKETAHUI}, "registry.no_religion", "religion"),
        ({"religion": Religion.KATOLIK}, "registry.natal_is_fixed", "day"),
        ({"second_day": date(2026, 3, 20)}, "registry.second_day_of_holiday", "second_day"),
        ({"second_day": date(2027, 3, 10)}, "registry.second_day_of_holiday", "second_day"),
    ],
)
def test_a_feast_that_cannot_be_is_refused_with_its_field(changes, code, field):
    with pytest.raises(Refused) as refusal:
        nothing_yet.when(replace(fixed, **changes)).answer()
    assert (refusal.value.code, refusal.value.field) == (code, field)
