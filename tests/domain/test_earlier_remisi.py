from dataclasses import replace
from datetime import date

from scenario import Scenario, on

from domain.admission import CustodyTakenOver, LegalStatus, Religion
from domain.catalogue import CASE
from domain.earlier_remisi import EarlierRemisiGranted
from domain.law.case_facts import facts_of
from domain.law.criteria import Trace
from domain.law.facts import Granted, RemisiKind
from domain.person import Sex

case = Scenario(CASE)
taken_over = CustodyTakenOver(
    effective=on("2025-11-01"),
    person="01980f5c-7a00-7000-8000-000000000001",
    unit="RUTAN-MEDAN",
    full_name="A. F.",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.KRISTEN,
    domicile=None,
    legal_status=LegalStatus.NARAPIDANA,
    admitted_on=date(2024, 3, 5),
    source="SDP",
    source_date=date(2025, 10, 31),
)
granted = EarlierRemisiGranted(
    effective=on("2025-08-17"), kind=RemisiKind.UMUM, remission_days=60, sk_number="PAS-1"
)


def test_remisi_of_the_time_before_counts_though_nobody_proposed_it_here():
    case.given().when(granted).then_recorded()
    assert facts_of(CASE.fold([granted, taken_over])).remissions == (
        Granted(
            kind=RemisiKind.UMUM,
            on=date(2025, 8, 17),
            days=60,
            by=Trace(event="earlier_remisi.granted", day=date(2025, 8, 17)),
        ),
    )


def test_it_is_some_days_and_once():
    nothing = replace(granted, remission_days=0)
    case.given().when(nothing).then_refused("earlier_remisi.no_days")
    more = replace(granted, remission_days=90)
    case.given(granted).when(more).then_refused("earlier_remisi.already_granted")
    khusus = replace(granted, kind=RemisiKind.KHUSUS)
    case.given(granted).when(khusus).then_recorded()


def test_what_is_granted_since_goes_its_way_from_the_proposal_on():
    later = replace(granted, effective=on("2025-12-25"))
    case.given(taken_over).when(later).then_refused("earlier_remisi.recorded_here")
