"""An award is had once, by whatever name it is asked for."""

from dataclasses import replace
from datetime import date

from law.told_case import admitted
from scenario import on

from domain.catalogue import CASE
from domain.law.case_facts import facts_of
from domain.law.facts import Missed, RemisiKind
from domain.remisi import RemisiApplied, RemisiProposed, RemisiSkIssued

RU = Missed(kind=RemisiKind.UMUM, on=date(2025, 8, 17))
susulan = RemisiProposed(
    effective=on("2025-10-01"),
    proposal="susulan",
    kind=RemisiKind.SUSULAN,
    award_day=date(2025, 11, 3),
    remission_days=30,
    rule_set="remisi-2023",
    ground=None,
    missed=RU,
    feast_fixed_by=None,
)
applied = (
    susulan,
    RemisiSkIssued(
        effective=on("2025-10-20"),
        proposal="susulan",
        sk_number="PAS-1",
        sk_date=date(2025, 10, 20),
        remission_days=30,
    ),
    RemisiApplied(effective=on("2025-11-03"), proposal="susulan", releases=False),
)


def test_a_case_tells_what_a_susulan_made_up_for():
    (given,) = facts_of(CASE.fold((admitted, *applied))).remissions
    assert (given.kind, given.on, given.award) == (RemisiKind.SUSULAN, date(2025, 11, 3), RU)
    umum = (replace(susulan, kind=RemisiKind.UMUM, missed=None), *applied[1:])
    (given,) = facts_of(CASE.fold((admitted, *umum))).remissions
    assert given.award == Missed(kind=RemisiKind.UMUM, on=date(2025, 11, 3))
