from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from scenario import Scenario, on

from domain.catalogue import CASE
from domain.custody import (
    CUSTODY,
    AdmissionReason,
    CameBack,
    CustodyAdmitted,
    CustodyTakenOver,
    Died,
    Escaped,
    LeavePurpose,
    LegalStatus,
    Presence,
    ReadmissionReason,
    Readmitted,
    Recaptured,
    Released,
    ReleaseKind,
    Religion,
    Sex,
    TransferDeparted,
    TransferProposed,
    TransferReceived,
    TransferRefused,
    TransferStage,
    WentOut,
    ensure_admitted,
    ensure_held,
)
from domain.kernel import Refused

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
taken_over = CustodyTakenOver(
    effective=on("2025-11-01"),
    person=PERSON,
    unit=MEDAN,
    full_name="Budi Santoso bin Karta",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.KRISTEN,
    domicile=None,
    legal_status=LegalStatus.NARAPIDANA,
    admitted_on=date(2024, 3, 5),
    source="SDP Rutan Medan",
    source_date=date(2025, 10, 31),
)
went_out = WentOut(
    effective=on("2025-03-03"),
    purpose=LeavePurpose.SIDANG,
    destination="Pengadilan Negeri Medan",
    expected_back=date(2025, 3, 3),
    document="BA.12/2025",
)
came_back = CameBack(effective=on("2025-03-03"))
proposed = TransferProposed(
    effective=on("2025-04-01"), transfer="P-1", to=BINJAI, reason="Kelebihan hunian"
)
departed = TransferDeparted(effective=on("2025-04-10"), transfer="P-1")
received = TransferReceived(effective=on("2025-04-11"), transfer="P-1", unit=BINJAI)
turned_down = TransferRefused(effective=on("2025-04-11"), transfer="P-1", reason="Unit penuh")
escaped = Escaped(effective=on("2025-05-01"))
recaptured = Recaptured(effective=on("2025-05-20"), unit=BARRU)
released = Released(
    effective=on("2025-08-17"), kind=ReleaseKind.PEMBEBASAN_BERSYARAT, document="SB.1/2025"
)
readmitted = Readmitted(effective=on("2025-12-01"), unit=MEDAN, reason=ReadmissionReason.PB_DICABUT)
died = Died(effective=on("2025-06-01"), place="RSUP Adam Malik", cause=None, document="SK.3")

inside = case.given(admitted)


def custody(scenario):
    return CASE.fold(scenario.history)[CUSTODY]


def journey(scenario):
    return CASE.fold(scenario.history)


# Opening a case


def test_an_admission_opens_the_case_once_and_said_twice_is_recorded_once():
    case.when(admitted).then_recorded()
    inside.when(admitted).then_nothing()
    state = custody(inside)
    assert (state.person, state.unit, state.presence) == (PERSON, MEDAN, Presence.PRESENT)
    assert (state.admitted_on, state.religion) == (date(2025, 2, 10), Religion.ISLAM)


def test_the_data_of_a_case_are_kept_under_its_person():
    assert CASE.subject("the-case", CASE.begin()) == "the-case"
    assert CASE.subject("the-case", journey(inside)) == PERSON


@pytest.mark.parametrize("again", [admitted, taken_over])
def test_two_admissions_of_one_case_are_refused(again):
    later = replace(again, effective=on("2026-01-05"))
    inside.when(later).then_refused("custody.already_admitted")
    inside.given(released).when(later).then_refused(
        "custody.already_admitted", article="Kaidah Jejak: satu perkara, satu perjalanan"
    )


def test_somebody_without_birth_date_or_domicile_is_admitted():
    case.when(replace(admitted, birth_date=None, domicile=None)).then_recorded()


@pytest.mark.parametrize("born", ["2025-02-10", "2025-02-11"])
def test_nobody_is_born_after_admission(born):
    refuses_field(replace(admitted, birth_date=date.fromisoformat(born)), "birth_date")
    case.when(replace(admitted, birth_date=date.fromisoformat(born))).then_refused(
        "custody.born_after_admission"
    )


def test_a_domicile_that_is_no_region_is_refused_with_a_hint():
    case.when(replace(admitted, domicile="12.99")).then_refused("region.unknown")
    case.when(replace(taken_over, domicile="1275")).then_refused("region.looks_like_bps")
    refuses_field(replace(admitted, domicile="1275"), "domicile")


def refuses_field(event, field):
    with pytest.raises(Refused) as refused:
        case.when(event).answer()
    assert refused.value.field == field


def test_a_journey_under_way_is_taken_over_with_its_own_day_of_admission():
    case.when(taken_over).then_recorded()
    state = custody(case.given(taken_over))
    assert (state.admitted_on, state.religion) == (date(2024, 3, 5), Religion.KRISTEN)
    assert state.presence is Presence.PRESENT


def test_a_journey_is_not_taken_over_before_it_began_or_from_an_older_source():
    early = replace(taken_over, admitted_on=date(2025, 11, 2), source_date=date(2025, 11, 2))
    case.when(early).then_refused("custody.taken_over_before_admission")
    refuses_field(early, "admitted_on")
    old = replace(taken_over, source_date=date(2024, 3, 4))
    case.when(old).then_refused("custody.source_before_admission")
    refuses_field(old, "source_date")
    unborn = replace(taken_over, birth_date=date(2024, 3, 5))
    case.when(unborn).then_refused("custody.born_after_admission")


# Out and back


@pytest.mark.parametrize("purpose", LeavePurpose)
def test_going_out_is_never_a_release(purpose):
    out = inside.given(replace(went_out, purpose=purpose))
    state = custody(out)
    assert (state.presence, state.release, state.unit) == (Presence.OUT, None, MEDAN)
    ensure_held(journey(out), "test.not_held")
    out.when(came_back).then_recorded()
    assert custody(out.given(came_back)).presence is Presence.PRESENT


def test_nobody_comes_back_who_did_not_go_out():
    inside.when(came_back).then_refused("custody.present", article="Kaidah Jejak: urutan kejadian")
    case.when(came_back).then_refused("custody.not_admitted")


def test_nobody_goes_out_twice():
    out = inside.given(went_out)
    out.when(went_out).then_nothing()
    out.when(replace(went_out, document="BA.13/2025")).then_refused("custody.out")


def test_the_expected_return_is_not_before_going_out():
    early = replace(went_out, expected_back=date(2025, 3, 2))
    inside.when(early).then_refused("custody.back_before_going")
    inside.when(replace(went_out, expected_back=None)).then_recorded()


def test_going_out_twice_on_one_day_is_two_outings():
    again = replace(went_out, document="BA.13/2025")
    once = inside.given(went_out, came_back)
    once.when(again).then_recorded()
    once.given(again).when(came_back).then_recorded()


# Escape


@pytest.mark.parametrize("before", [[], [went_out], [proposed, departed]])
def test_somebody_may_escape_from_inside_from_an_outing_and_from_a_transfer(before):
    scenario = inside.given(*before)
    scenario.when(escaped).then_recorded()
    state = custody(scenario.given(escaped))
    assert (state.presence, state.destination, state.outing) == (Presence.ESCAPED, None, None)
    assert state.unit == MEDAN


def test_whoever_escaped_does_not_come_back_is_not_received_and_is_not_released():
    late_return = replace(came_back, effective=on("2025-05-02"))
    inside.given(went_out, escaped).when(late_return).then_refused("custody.escaped")
    gone = inside.given(proposed, departed, escaped)
    late_arrival = replace(received, effective=on("2025-05-02"))
    gone.when(late_arrival).then_refused("custody.escaped")
    gone.when(released).then_refused("custody.escaped")
    gone.when(replace(escaped, effective=on("2025-05-02"))).then_refused("custody.escaped")


def test_whoever_is_recaptured_is_in_the_unit_that_took_them_in():
    gone = inside.given(proposed, departed, escaped)
    gone.when(recaptured).then_recorded()
    back = gone.given(recaptured)
    assert (custody(back).presence, custody(back).unit) == (Presence.PRESENT, BARRU)
    assert custody(back).transfers["P-1"].stage is TransferStage.BROKEN_OFF
    back.when(replace(received, effective=on("2025-05-21"))).then_refused(
        "custody.transfer_not_departed"
    )


def test_nobody_is_recaptured_who_did_not_escape():
    inside.when(recaptured).then_refused("custody.present")


# Release and readmission


@pytest.mark.parametrize("before", [[], [went_out], [proposed, departed]])
def test_somebody_is_released_from_inside_from_court_or_on_the_road(before):
    scenario = inside.given(*before)
    scenario.when(released).then_recorded()
    state = custody(scenario.given(released))
    assert (state.presence, state.release, state.destination) == (
        Presence.RELEASED,
        ReleaseKind.PEMBEBASAN_BERSYARAT,
        None,
    )


def test_nobody_is_released_before_admission_or_twice():
    before = replace(released, effective=on("2025-02-09"))
    case.when(before).then_refused("custody.not_admitted")
    inside.given(released).when(replace(released, document="SB.2/2025")).then_refused(
        "custody.released"
    )


def test_nobody_goes_out_after_release():
    inside.given(released).when(replace(went_out, effective=on("2025-08-18"))).then_refused(
        "custody.released"
    )


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (ReleaseKind.PEMBEBASAN_BERSYARAT, ReadmissionReason.PB_DICABUT),
        (ReleaseKind.CUTI_BERSYARAT, ReadmissionReason.CB_DICABUT),
        (ReleaseKind.CUTI_MENJELANG_BEBAS, ReadmissionReason.CMB_DICABUT),
        (ReleaseKind.PENANGGUHAN, ReadmissionReason.PENANGGUHAN_DICABUT),
    ],
)
def test_a_conditional_release_that_is_revoked_goes_on_in_the_same_case(kind, reason):
    free = inside.given(replace(released, kind=kind))
    back = replace(readmitted, reason=reason)
    free.when(back).then_recorded()
    state = custody(free.given(back))
    assert (state.presence, state.release) == (Presence.PRESENT, None)
    for other in set(ReadmissionReason) - {reason}:
        free.when(replace(back, reason=other)).then_refused("custody.another_release")


CONDITIONAL = {
    ReleaseKind.PEMBEBASAN_BERSYARAT,
    ReleaseKind.CUTI_BERSYARAT,
    ReleaseKind.CUTI_MENJELANG_BEBAS,
    ReleaseKind.PENANGGUHAN,
}


@pytest.mark.parametrize("kind", sorted(set(ReleaseKind) - CONDITIONAL, key=str))
def test_whoever_comes_back_after_any_other_release_is_a_new_case(kind):
    inside.given(replace(released, kind=kind)).when(readmitted).then_refused(
        "custody.release_is_final"
    )


def test_nobody_is_readmitted_who_was_not_released():
    inside.when(readmitted).then_refused("custody.present")


# Death


@pytest.mark.parametrize("before", [[], [went_out], [proposed, departed], [escaped], [released]])
def test_death_may_come_anywhere(before):
    late = replace(died, effective=on("2025-09-01"))
    inside.given(*before).when(late).then_recorded()


def test_death_ends_everything():
    dead = inside.given(died)
    for event in (released, readmitted, recaptured, replace(went_out, effective=on("2025-06-02"))):
        dead.when(event).then_refused("custody.dead")
    dead.when(replace(died, place="Rutan Medan")).then_refused("custody.dead")
    dead.when(died).then_nothing()
    assert custody(dead.given(came_back, released)) == custody(dead)


def test_nobody_dies_in_a_case_that_was_not_opened():
    case.when(died).then_refused("custody.not_admitted")


# Late facts, and what other chapters ask


def told_late(scenario, event):
    """Decide as the ledger does: on the history cut at the event's own time of effect."""
    known = [fact for fact in scenario.history if fact.effective.instant <= event.effective.instant]
    return case.given(*known).when(event)


def test_a_late_fact_is_decided_on_where_the_person_was_then():
    dead = inside.given(died)
    told_late(dead, went_out).then_recorded()
    told_late(dead.given(went_out), came_back).then_recorded()
    told_late(inside.given(released), proposed).then_recorded()
    told_late(inside.given(released), escaped).then_recorded()


def test_a_late_fact_that_was_impossible_then_is_refused():
    told_late(inside, replace(released, effective=on("2025-02-09"))).then_refused(
        "custody.not_admitted"
    )
    told_late(
        inside.given(proposed, departed), replace(received, effective=on("2025-04-09"))
    ).then_refused("custody.transfer_not_departed")


def test_only_who_is_inside_out_or_in_transit_is_held():
    for held in (inside, inside.given(went_out), inside.given(proposed, departed)):
        ensure_held(journey(held), "test.not_held")
    for free in (case, inside.given(escaped), inside.given(released), inside.given(died)):
        with pytest.raises(Refused) as refused:
            ensure_held(journey(free), "test.not_held")
        assert refused.value.code == "test.not_held"


def test_whoever_was_ever_admitted_and_is_alive_may_have_facts_after_release():
    for known in (inside, inside.given(escaped), inside.given(released)):
        ensure_admitted(journey(known), "test.not_admitted")
    for unknown in (case, inside.given(died)):
        with pytest.raises(Refused):
            ensure_admitted(journey(unknown), "test.not_admitted")


def test_any_order_of_facts_leads_to_some_state():
    facts = [admitted, departed, turned_down, released, recaptured]
    for order in permutations(facts):
        assert custody(case.given(*order)).person == PERSON
