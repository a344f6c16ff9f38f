from dataclasses import replace

from scenario import Scenario, on

from domain.catalogue import CASE
from domain.charge import CHARGE, ChargeRecorded
from domain.custody import AdmissionReason, CustodyAdmitted, Died, Religion, Sex
from domain.kernel import FORGOTTEN
from domain.law.case_facts import facts_of
from domain.law.facts import CaseType

case = Scenario(CASE)
admitted = CustodyAdmitted(
    effective=on("2025-11-03"),
    person="018f0000-0000-7000-8000-000000000001",
    unit="RUTAN-MEDAN",
    reason=AdmissionReason.PENAHANAN,
    full_name="Budi Santoso",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.ISLAM,
    domicile=None,
)
theft = ChargeRecorded(
    effective=on("2025-11-03"),
    case_type=CaseType.UMUM,
    maximum_years=5,
    life_or_death=False,
    recidivist=None,
    legal_basis="KUHP art. 362",
    offence="Pencurian",
)
narcotics = replace(
    theft,
    effective=on("2025-12-20"),
    case_type=CaseType.NARKOTIKA,
    maximum_years=12,
    legal_basis="UU 35/2009 art. 112",
    offence="Penguasaan narkotika golongan I",
)


def test_a_charge_is_recorded_and_the_same_again_is_refused():
    case.when(theft).then_recorded()
    again = replace(theft, effective=on("2025-11-23"))
    case.given(theft).when(theft).then_nothing()
    case.given(theft).when(again).then_refused("charge.already_recorded")


def test_the_latest_charge_counts_also_when_it_goes_back_to_the_first():
    back = replace(theft, effective=on("2026-01-05"))
    case.given(theft).when(narcotics).then_recorded()
    case.given(theft, narcotics).when(back).then_recorded()
    assert CASE.fold([theft, narcotics])[CHARGE].case_type is CaseType.NARKOTIKA
    assert CASE.fold([theft, narcotics, back])[CHARGE].latest == back


def test_where_nothing_is_charged_the_general_law_holds():
    assert CASE.begin()[CHARGE].case_type is CaseType.UMUM


def test_nobody_is_charged_after_death():
    died = Died(effective=on("2025-11-10"), place="RSUD", cause=None, document="BA.1/2025")
    case.given(admitted, died).when(narcotics).then_refused("charge.dead")


def test_whether_an_offence_is_a_repeated_one_stands_until_papers_say_otherwise():
    repeated = replace(theft, recidivist=True)
    assert CASE.begin()[CHARGE].recidivist is None
    assert CASE.fold([theft])[CHARGE].recidivist is None
    assert CASE.fold([repeated, narcotics])[CHARGE].recidivist is True
    assert CASE.fold([repeated, replace(narcotics, recidivist=False)])[CHARGE].recidivist is False


def test_the_law_is_told_so_and_that_nobody_says_where_the_papers_are_forgotten():
    charges = (theft, replace(theft, recidivist=True), replace(theft, recidivist=FORGOTTEN))
    told = [facts_of(CASE.fold([admitted, one])).recidivist for one in charges]
    assert told == [None, True, None]
