from dataclasses import replace
from datetime import date

import pytest
from scenario import Scenario, on

from domain import register
from domain.catalogue import CASE
from domain.custody import (
    CUSTODY,
    AdmissionReason,
    CustodyAdmitted,
    Died,
    Released,
    ReleaseKind,
    Religion,
    Sex,
    TransferDeparted,
    TransferProposed,
    TransferReceived,
)
from domain.kernel import Refused
from domain.register import (
    DomicileRecorded,
    GoodsDeposited,
    GoodsReturned,
    Placed,
    RegisterEntered,
    RegisterKind,
    ReligionConverted,
    parse_register_number,
)

MEDAN, BINJAI = "RUTAN-MEDAN", "LAPAS-BINJAI"
case = Scenario(CASE)
admitted = CustodyAdmitted(
    effective=on("2025-02-10"),
    person="01980f5c-7a00-7000-8000-000000000001",
    unit=MEDAN,
    reason=AdmissionReason.PENAHANAN,
    full_name="Budi Santoso",
    sex=Sex.MALE,
    birth_date=date(1995, 4, 1),
    religion=Religion.ISLAM,
    domicile="12.71",
)
moved = (
    TransferProposed(effective=on("2025-04-01"), transfer="P-1", to=BINJAI, reason="Hunian"),
    TransferDeparted(effective=on("2025-04-10"), transfer="P-1"),
    TransferReceived(effective=on("2025-04-10"), transfer="P-1", unit=BINJAI),
)
released = Released(effective=on("2025-08-17"), kind=ReleaseKind.BEBAS_MURNI, document="SB.1")
died = Died(effective=on("2025-09-01"), place="RSUP", cause=None, document="SK.3")
entered = RegisterEntered(
    effective=on("2025-02-10"),
    kind=RegisterKind.A_III,
    text="A.III.45/2025",
    number=45,
    year=2025,
    unit=MEDAN,
)
deposited = GoodsDeposited(
    effective=on("2025-02-10"), item="D-7", description="Telepon genggam hitam", quantity=1
)
returned = GoodsReturned(effective=on("2025-08-17"), item="D-7")
placed = Placed(effective=on("2025-02-11"), block="C", cell="12")
converted = ReligionConverted(
    effective=on("2025-05-01"), religion=Religion.KRISTEN, document="Surat baptis 3/2025"
)
domiciled = DomicileRecorded(effective=on("2025-03-01"), domicile="36.04")
inside = case.given(admitted)


def journey(scenario):
    return CASE.fold(scenario.history)


def refused_field(scenario, event):
    with pytest.raises(Refused) as refused:
        scenario.when(event).answer()
    return refused.value.field


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("B.I. 123/2024", (RegisterKind.B_I, 123, 2024)),
        ("A.III.45/2025", (RegisterKind.A_III, 45, 2025)),
        ("BI 123/2024", (RegisterKind.B_I, 123, 2024)),
        ("a iv/9/2023", (RegisterKind.A_IV, 9, 2023)),
        ("B.IIa.7/2024", (RegisterKind.B_IIA, 7, 2024)),
        ("B IIb No. 7 / 2024", (RegisterKind.B_IIB, 7, 2024)),
        ("B.III 12/2019", (RegisterKind.B_III, 12, 2019)),
        ("C.3/2025", (RegisterKind.C, 3, 2025)),
        ("A.V 1/2025", (RegisterKind.A_V, 1, 2025)),
        ("B.II.7/2024", None),
        ("C.I.3/2025", None),
        ("A 3/2025", None),
        ("B.I.123", None),
        ("F.12/2025", None),
        ("A.III.\uff14\uff15/2025", None),
        ("", None),
    ],
)
def test_a_register_number_is_read_or_not_at_all(text, parts):
    assert parse_register_number(text) == parts


def test_the_unit_that_holds_the_person_gives_a_register_number():
    inside.when(entered).then_recorded()
    assert register.register_number(journey(inside.given(entered))) == entered
    inside.given(entered).when(entered).then_nothing()


def test_a_number_is_entered_once():
    again = replace(entered, effective=on("2025-02-12"))
    inside.given(entered).when(again).then_refused("register.entered_before")


def test_a_text_that_cannot_be_read_is_kept_as_written():
    inside.when(replace(entered, text="Reg. 45 th 2025", number=None, year=None)).then_recorded()
    inside.when(replace(entered, number=None, year=None)).then_recorded()
    inside.when(replace(entered, kind=RegisterKind.OTHER, number=9)).then_recorded()


@pytest.mark.parametrize("change", [{"number": 46}, {"year": 2024}, {"kind": RegisterKind.A_II}])
def test_the_parts_are_those_of_the_text(change):
    wrong = replace(entered, **change)
    inside.when(wrong).then_refused("register.parts_differ")
    assert refused_field(inside, wrong) == "text"


def test_a_register_of_a_year_to_come_is_refused():
    wrong = replace(entered, text="Reg. 45", year=2026)
    inside.when(wrong).then_refused("register.year_to_come")
    assert refused_field(inside, wrong) == "year"


def test_after_a_transfer_the_new_unit_gives_a_new_number():
    there = inside.given(entered, *moved)
    assert register.register_number(journey(there)) is None
    there.when(
        replace(entered, effective=on("2025-04-11"), text="A.III.46/2025", number=46)
    ).then_refused("register.another_unit")
    new = replace(entered, effective=on("2025-04-11"), unit=BINJAI)
    there.when(new).then_recorded()
    assert register.register_number(journey(there.given(new))) == new


def test_nobody_is_entered_or_placed_or_leaves_goods_who_is_not_held():
    for event in (entered, deposited, placed):
        case.when(event).then_refused("register.not_held")
        late = replace(event, effective=on("2025-08-18"))
        inside.given(released).when(late).then_refused("register.not_held")


def test_goods_are_deposited_once_and_returned_once_even_after_release_or_death():
    inside.when(deposited).then_recorded()
    kept = inside.given(deposited)
    kept.when(deposited).then_nothing()
    kept.when(replace(deposited, quantity=2)).then_refused("register.item_exists")
    kept.when(returned).then_recorded()
    kept.given(released).when(returned).then_recorded()
    kept.given(died).when(replace(returned, effective=on("2025-09-02"))).then_recorded()
    kept.given(returned).when(replace(returned, effective=on("2025-08-18"))).then_refused(
        "register.no_such_item", article="Register D"
    )


def test_goods_that_were_never_deposited_are_not_returned():
    inside.when(returned).then_refused("register.no_such_item")


def test_at_least_one_thing_is_deposited():
    none = replace(deposited, quantity=0)
    inside.when(none).then_refused("register.nothing_deposited")
    assert refused_field(inside, none) == "quantity"


def test_a_place_is_that_of_the_unit_that_holds_the_person():
    inside.when(placed).then_recorded()
    assert register.placement(journey(inside.given(placed))) == placed
    assert register.placement(journey(inside)) is None
    assert register.placement(journey(inside.given(placed, *moved))) is None


def test_a_conversion_leaves_the_first_religion_as_it_was_recorded():
    inside.when(converted).then_recorded()
    after = journey(inside.given(converted))
    assert register.religion(after) is Religion.KRISTEN
    assert after[CUSTODY].religion is Religion.ISLAM


def test_nobody_converts_to_the_religion_recorded():
    same = replace(converted, religion=Religion.ISLAM)
    inside.when(same).then_refused("register.same_religion", article="Keppres 174/1999 art. 7(5)")
    back = replace(same, effective=on("2025-06-01"))
    inside.given(converted).when(back).then_recorded()


def test_a_domicile_found_later_replaces_the_one_at_admission():
    assert register.domicile(journey(case)) is None
    assert register.domicile(journey(inside)) == "12.71"
    inside.when(domiciled).then_recorded()
    assert register.domicile(journey(inside.given(domiciled))) == "36.04"
    inside.given(domiciled).when(replace(domiciled, effective=on("2025-03-02"))).then_nothing()


def test_a_domicile_that_is_no_region_is_refused_with_a_hint():
    wrong = replace(domiciled, domicile="7309")
    inside.when(wrong).then_refused("region.looks_like_bps")
    assert refused_field(inside, wrong) == "domicile"


@pytest.mark.parametrize("event", [converted, domiciled])
def test_corrections_are_of_somebody_admitted_and_alive(event):
    case.when(event).then_refused("register.not_admitted")
    inside.given(died).when(replace(event, effective=on("2025-09-02"))).then_refused(
        "register.not_admitted"
    )
    inside.given(released).when(replace(event, effective=on("2025-08-20"))).then_recorded()


def test_any_order_of_facts_leads_to_some_state():
    assert journey(case.given(returned, converted, placed, entered)) != CASE.begin()
