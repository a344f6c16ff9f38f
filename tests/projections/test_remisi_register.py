"""The register of remisi has what the law found beside what the unit counted."""

from datetime import date
from itertools import permutations

import pytest
from fold import of, only, pages, rows
from scenario import on

from domain.law.facts import RemisiKind
from domain.remisi import RemisiProposed
from domain.remisi_assessment import AssessedAt, RemisiAssessed
from projections.remisi_register import REMISI_REGISTER

asked = RemisiProposed(
    effective=on("2025-07-01"),
    proposal="2025-umum",
    kind=RemisiKind.UMUM,
    award_day=date(2025, 8, 17),
    remission_days=90,
    rule_set="keppres-174-1999",
    ground=None,
    missed=None,
    feast_fixed_by=None,
)


def found(at, day, days):
    return RemisiAssessed(
        effective=on(day),
        proposal="2025-umum",
        at=at,
        rule_sets=(),
        policies=(),
        eligible=days > 0,
        remission_days=days,
        days_served=400,
        year_ordinal=None,
        releases=False,
        lost_days=0,
        expiry_after=None,
        criteria=(),
    )


first = found(AssessedAt.PROPOSED, "2025-07-01", 60)
anew = found(AssessedAt.PROPOSED, "2025-07-01", 0)
awarded = found(AssessedAt.APPLIED, "2025-08-17", 30)


@pytest.mark.parametrize(
    ("told", "days"),
    [((asked, first), 60), ((asked, first, anew), 0), ((asked, awarded, anew), 30)],
)
def test_what_the_law_found_last_stands_beside_what_was_proposed(told, days):
    row = only(of(REMISI_REGISTER, "case:1", *told))
    assert (row.proposed_days, row.assessed_days) == (90, days)
    assert row.assessed_eligible is (days > 0)


def test_in_whatever_order_it_is_told():
    told = pages(("case:1", one) for one in (asked, first, awarded))
    assert len({str(rows(REMISI_REGISTER, list(order))) for order in permutations(told)}) == 1
