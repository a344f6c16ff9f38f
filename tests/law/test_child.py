"""A child who turns 18 while serving: which rules hold is left open, and that is named."""

from dataclasses import replace
from datetime import date

import pytest
from law.told_case import admitted, ordered
from person_facts import person

from domain.catalogue import CASE
from domain.law.book import LAW
from domain.law.child import is_child
from domain.law.choosing import choose
from domain.law.detention_case import clock_of
from domain.law.facts import RemisiKind, Right, SubjectKind, Wanted
from domain.law.integration import rights
from domain.law.remisi import finding

ADULT = choose(LAW, rule_sets={}, options={"child_kind_after_18": "narapidana"})
# 17 on admission, 25 on the day asked about, of a sentence of 15 years.
GROWN = person("2017-06-01", "15y", kind=SubjectKind.ANAK_BINAAN, birth_date=date(2000, 1, 1))
YOUNG = person("2025-01-10", "8m", kind=SubjectKind.ANAK_BINAAN, birth_date=date(2009, 1, 1))
ON = date(2025, 6, 1)


def named(explanation):
    return [one.name for one in explanation.policies if one.name == "child_kind_after_18"]


def test_pb_of_one_who_grew_up_names_the_policy_and_follows_it():
    still, grown = (rights(GROWN, ON, law)[Right.PB] for law in (LAW, ADULT))
    assert (still.from_day, grown.from_day) == (date(2024, 11, 28), date(2027, 6, 1))
    assert len(named(still.explanation)) == len(named(grown.explanation)) == 1


def test_of_a_child_nobody_asks():
    assert named(rights(YOUNG, ON, LAW)[Right.PB].explanation) == []
    unknown = replace(GROWN, birth_date=None)
    assert named(rights(unknown, ON, LAW)[Right.PB].explanation) == []


def test_a_remisi_of_one_who_grew_up_names_the_policy_and_follows_it():
    wanted = Wanted(kind=RemisiKind.PMP, on=date(2025, 8, 17), ground=None, missed=None)
    still, grown = (finding(GROWN, wanted, law) for law in (LAW, ADULT))
    assert (still.eligible, grown.eligible) == (True, False)
    assert "anak_binaan" in [one.code for one in grown.criteria if not one.met]
    assert len(named(still.explanation)) == len(named(grown.explanation)) == 1
    child = replace(GROWN, birth_date=date(2008, 1, 1))
    assert named(finding(child, wanted, LAW).explanation) == []


def test_the_clock_of_one_who_grew_up_names_the_policy_and_follows_it():
    events = (
        replace(admitted, birth_date=date(2007, 2, 20)),
        ordered("2025-02-10", "2025-03-01"),
    )
    for law, limits in ((LAW, "uu-11-2012"), (ADULT, "kuhap-1981")):
        found = clock_of(CASE.fold(events), date(2025, 2, 20), law, None)
        assert found.terms[-1].rule_set == limits
        assert len(named(found.explanation)) == 1
    before = clock_of(CASE.fold(events), date(2025, 2, 19), ADULT, None)
    assert (before.terms[-1].rule_set, named(before.explanation)) == ("uu-11-2012", [])


@pytest.mark.parametrize(
    ("day", "child"), [("2018-02-27", True), ("2018-02-28", False), ("1999-01-01", True)]
)
def test_the_age_of_a_child_is_of_the_book(day, child):
    assert is_child(date(2000, 2, 28), date.fromisoformat(day), LAW) is child
