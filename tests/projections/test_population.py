"""Who is counted as held, on which day, and by what."""

from datetime import date

import pytest
from reported import MEDAN, admitted, population, told

from domain.custody import (
    Released,
    ReleaseKind,
    TransferDeparted,
    TransferProposed,
)
from domain.kernel import Refused


def test_people_are_counted_who_are_held_on_the_day_where_they_then_were():
    gone = told(1, Released, "2025-06-01", kind=ReleaseKind.BEBAS_MURNI, document="SB-1")
    events = [admitted(1), admitted(2, unit="LAPAS-BINJAI"), gone]
    assert population(*events, on="2025-02-09")["total", None] == 0
    assert population(*events, on="2025-05-31")["total", None] == 2
    assert population(*events, on="2025-06-01")["total", None] == 1
    assert population(*events, on="2025-05-31", unit=MEDAN)["total", None] == 1
    assert population(*events, on="2025-05-31")["unit", "LAPAS-BINJAI"] == 1


def test_somebody_under_way_counts_once_and_where_the_way_began():
    way = [
        told(1, TransferProposed, "2025-03-01", transfer="P", to="LAPAS-BINJAI", reason="penuh"),
        told(1, TransferDeparted, "2025-03-02", transfer="P"),
    ]
    counted = population(admitted(1), *way, by="unit")
    assert counted == {("total", None): 1, ("unit", MEDAN): 1}


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2008, 2, 11), "0-17"),
        (date(2005, 2, 12), "18-19"),
        (date(2005, 2, 11), "20-40"),
        (date(1984, 2, 12), "20-40"),
        (date(1984, 2, 11), "41-59"),
        (date(1965, 2, 11), "60+"),
        (None, "unknown"),
    ],
)
def test_age_is_in_full_years_on_the_day_asked_for(born, band):
    counted = population(admitted(1, born=born), on="2025-02-11", by="age_band")
    assert {value for (by, value), number in counted.items() if by != "total" and number} == {band}


def test_without_a_day_nobody_has_an_age():
    assert population(admitted(1))["age_band", "unknown"] == 1


def test_an_unknown_domicile_is_a_line_of_its_own():
    counted = population(admitted(1), admitted(2, None), by="domicile, sex")
    assert counted["domicile", "12.71"] == counted["domicile", None] == 1


@pytest.mark.parametrize(
    ("name", "value"), [("on", "17-08-2025"), ("on", "2025-02-30"), ("by", "offence")]
)
def test_a_parameter_that_says_nothing_is_refused_by_its_name(name, value):
    with pytest.raises(Refused) as refusal:
        population(**{name: value})
    assert refusal.value.field == name
