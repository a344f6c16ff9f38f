"""How old an assessment by SPPN may be: any age, by default, and an old one is remarked on."""

from datetime import date

import pytest
from law.plain_facts import facts_with, held, sentenced

from domain.law.book import LAW
from domain.law.choosing import choose
from domain.law.criteria import Trace
from domain.law.facts import RemisiKind, Wanted
from domain.law.remisi import finding
from domain.law.span import Span

RU = Wanted(kind=RemisiKind.UMUM, on=date(2025, 8, 17), ground=None, missed=None)
LONG_AGO = date(2024, 2, 17)


def assessed(day, **options):
    by = Trace(event="conduct.assessed", day=day)
    facts = facts_with(
        detention=(held(date(2023, 1, 10), None),),
        sentences=(sentenced(Span(years=5, months=0, days=0)),),
        programmes_good=True,
        conduct_by=by,
        programmes_by=by,
    )
    law = choose(LAW, rule_sets={}, options=options)
    return finding(facts, RU, law, under=date(2025, 7, 20))


def remarks(found):
    return [one for one in found.notices if one.code == "assessment_old"]


def unmet(found):
    return [one for one in found.criteria if not one.met]


def test_an_assessment_of_long_ago_counts_and_somebody_is_told_to_look_at_it():
    found = assessed(LONG_AGO)
    assert found.eligible
    (remark,) = remarks(found)
    assert "17 Februari 2024" in remark.because[0]
    assert "assessment_age" in {one.name for one in found.explanation.policies}


@pytest.mark.parametrize(("day", "old"), [(date(2025, 6, 1), False), (date(2025, 5, 31), True)])
def test_that_of_the_month_before_the_proposal_is_not_old(day, old):
    found = assessed(day)
    assert bool(remarks(found)) == old
    assert ("assessment_age" in {one.name for one in found.explanation.policies}) == old
    assert bool(unmet(assessed(day, assessment_age="last_due"))) == old


def test_by_policy_what_is_too_old_is_not_enough_and_says_so_to_the_person():
    found = assessed(date(2025, 2, 16), assessment_age="months_of_good_conduct")
    assert not found.eligible
    assert {one.code for one in unmet(found)} == {"programmes_good", "risk_declined"}
    said = unmet(found)[0]
    assert (said.value, said.needed) == ("2025-02-16", "2025-02-17")
    assert said.because_id == (
        "Penilaian Anda yang terakhir dari 16 Februari 2025; yang diperlukan: dari 17 Februari"
        " 2025 ke atas."
    )
    assert assessed(date(2025, 2, 17), assessment_age="months_of_good_conduct").eligible
