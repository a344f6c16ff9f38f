from dataclasses import replace
from datetime import date

from scenario import Scenario, at, on

from domain.catalogue import CASE
from domain.custody import (
    CUSTODY,
    AdmissionReason,
    CustodyAdmitted,
    LeavePurpose,
    Presence,
    Religion,
    Sex,
    TransferDeparted,
    TransferProposed,
    TransferReceived,
    TransferRefused,
    TransferStage,
    WentOut,
    ensure_held,
)
from domain.time import Zone

PERSON = "01980f5c-7a00-7000-8000-000000000001"
MEDAN, BINJAI, BARRU = "RUTAN-MEDAN", "LAPAS-BINJAI", "RUTAN-BARRU"

case = Scenario(CASE)
admitted = CustodyAdmitted(
    effective=on("2025-02-10"),
    person=PERSON,
    unit=MEDAN,
    reason=AdmissionReason.PENAHANAN,
    full_name="Budi Santoso bin Karta",
    sex=Sex.MALE,
    birth_date=date(1995, 4, 1),
    religion=Religion.ISLAM,
    domicile="12.71",
)
went_out = WentOut(
    effective=on("2025-03-03"),
    purpose=LeavePurpose.SIDANG,
    destination="Pengadilan Negeri Medan",
    expected_back=date(2025, 3, 3),
    document="BA.12/2025",
)
proposed = TransferProposed(
    effective=on("2025-04-01"), transfer="P-1", to=BINJAI, reason="Kelebihan hunian"
)
departed = TransferDeparted(effective=on("2025-04-10"), transfer="P-1")
received = TransferReceived(effective=on("2025-04-11"), transfer="P-1", unit=BINJAI)
turned_down = TransferRefused(effective=on("2025-04-11"), transfer="P-1", reason="Unit penuh")
inside = case.given(admitted)


def custody(scenario):
    return CASE.fold(scenario.history)[CUSTODY]


def journey(scenario):
    return CASE.fold(scenario.history)


def test_a_transfer_in_transit_is_seen_from_both_units():
    way = inside.given(proposed)
    assert custody(way).destination is None
    way.when(departed).then_recorded()
    state = custody(way.given(departed))
    assert (state.presence, state.unit, state.destination) == (
        Presence.IN_TRANSIT,
        MEDAN,
        BINJAI,
    )
    ensure_held(journey(way.given(departed)), "test.not_held")


def test_a_transfer_ends_at_the_unit_that_receives():
    way = inside.given(proposed, departed)
    way.when(received).then_recorded()
    state = custody(way.given(received))
    assert (state.presence, state.unit, state.destination) == (Presence.PRESENT, BINJAI, None)
    assert state.transfers["P-1"].stage is TransferStage.RECEIVED


def test_a_transfer_turned_down_on_the_way_returns_to_the_sending_unit():
    way = inside.given(proposed, departed)
    way.when(turned_down).then_recorded()
    state = custody(way.given(turned_down))
    assert (state.presence, state.unit, state.destination) == (Presence.PRESENT, MEDAN, None)


def test_a_proposal_turned_down_moves_nobody():
    inside.given(proposed).when(turned_down).then_recorded()
    other = replace(proposed, transfer="P-2", to=BARRU)
    way = inside.given(proposed, other, departed)
    way.when(replace(turned_down, transfer="P-2")).then_recorded()
    state = custody(way.given(replace(turned_down, transfer="P-2")))
    assert (state.presence, state.destination) == (Presence.IN_TRANSIT, BINJAI)


def test_a_transfer_never_proposed_neither_departs_nor_arrives_nor_is_refused():
    for step in (departed, received, turned_down):
        inside.when(step).then_refused("custody.no_such_transfer")


def test_a_transfer_that_never_departed_is_not_received():
    inside.given(proposed).when(received).then_refused("custody.transfer_not_departed")
    inside.given(proposed, departed, turned_down).when(received).then_refused(
        "custody.transfer_not_departed"
    )


def test_a_transfer_is_received_where_it_was_going():
    inside.given(proposed, departed).when(replace(received, unit=BARRU)).then_refused(
        "custody.transfer_to_another_unit"
    )


def test_a_transfer_is_proposed_once_under_its_reference_and_to_another_unit():
    inside.when(proposed).then_recorded()
    inside.given(proposed).when(proposed).then_nothing()
    inside.given(proposed).when(replace(proposed, to=BARRU)).then_refused("custody.transfer_exists")
    inside.when(replace(proposed, to=MEDAN)).then_refused("custody.transfer_to_own_unit")


def test_a_transfer_departs_once_and_is_over_once():
    over = inside.given(proposed, departed, received)
    over.when(replace(departed, effective=on("2025-04-12"))).then_refused(
        "custody.transfer_not_open"
    )
    over.when(replace(turned_down, effective=on("2025-04-12"))).then_refused(
        "custody.transfer_over"
    )


def test_a_proposal_of_the_former_unit_is_void_after_the_transfer():
    stale = replace(proposed, transfer="P-2", to=BARRU)
    moved = inside.given(proposed, stale, departed, received)
    moved.when(TransferDeparted(effective=on("2025-05-01"), transfer="P-2")).then_refused(
        "custody.transfer_from_another_unit"
    )


def test_nobody_departs_from_outside_but_a_transfer_may_be_proposed_meanwhile():
    out = inside.given(went_out)
    out.when(proposed).then_recorded()
    out.given(proposed).when(departed).then_refused("custody.out")


def test_nobody_goes_out_or_is_proposed_again_on_the_way():
    way = inside.given(proposed, departed)
    way.when(replace(went_out, effective=on("2025-04-10"))).then_refused("custody.in_transit")
    way.when(replace(proposed, effective=on("2025-04-10"), transfer="P-2", to=BARRU)).then_refused(
        "custody.in_transit"
    )


def test_a_transfer_across_zones_is_received_at_an_instant_of_the_other_zone():
    west = [replace(proposed, to=BARRU), replace(departed, effective=at("2025-04-10T08:00+07:00"))]
    arrived = TransferReceived(
        effective=at("2025-04-10T15:30+08:00", Zone.WITA), transfer="P-1", unit=BARRU
    )
    inside.given(*west).when(arrived).then_recorded()
