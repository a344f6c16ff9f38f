from dataclasses import replace
from datetime import date, timedelta

import pytest
from scenario import Scenario, on

from domain.catalogue import CASE
from domain.custody import Died
from domain.detention import (
    DETENTION,
    DetentionEnded,
    DetentionExtended,
    DetentionForm,
    DetentionFormChanged,
    DetentionOrdered,
    DetentionStage,
    DetentionStatus,
    DetentionSuspended,
    HospitalStayBegan,
    HospitalStayEnded,
)
from domain.kernel import Refused

case = Scenario(CASE)
ordered = DetentionOrdered(
    effective=on("2025-11-03"),
    stage=DetentionStage.PENYIDIK,
    form=DetentionForm.RUTAN,
    authority="Polrestabes Medan",
    order_number="SP.Han/12/XI/2025",
    order_date=date(2025, 11, 3),
    starts=date(2025, 11, 3),
    until=date(2025, 11, 22),
    legal_basis="KUHAP 1981 art. 24",
)
extended = DetentionExtended(
    effective=on("2025-11-23"),
    stage=DetentionStage.PENYIDIK,
    authority="Kejaksaan Negeri Medan",
    order_number="T-45/2025",
    order_date=date(2025, 11, 20),
    starts=date(2025, 11, 23),
    until=date(2026, 1, 1),
    legal_basis="KUHAP 1981 art. 24",
    exceptional=False,
)
handed_on = replace(
    ordered,
    effective=on("2025-11-15"),
    stage=DetentionStage.PENUNTUT_UMUM,
    order_number="PRINT-9/2025",
    order_date=date(2025, 11, 14),
    starts=date(2025, 11, 15),
    until=date(2025, 12, 4),
)
at_home = DetentionFormChanged(effective=on("2025-11-10"), form=DetentionForm.RUMAH)
to_hospital = HospitalStayBegan(effective=on("2025-11-10"), hospital="RSUP Adam Malik")
from_hospital = HospitalStayEnded(effective=on("2025-11-14"))
suspended = DetentionSuspended(effective=on("2025-11-12"), order_number="S-3/2025")
ended = DetentionEnded(effective=on("2025-11-22"), reason="Perkara dihentikan")
died = Died(effective=on("2025-11-10"), place="RSUP", cause=None, document="SK.3")
detained = case.given(ordered)


def state(scenario):
    return CASE.fold(scenario.history)[DETENTION]


def test_detention_is_ordered_and_runs_until_its_last_day():
    case.when(ordered).then_recorded()
    detained.when(ordered).then_nothing()
    running = state(detained)
    assert (running.status, running.stage) == (DetentionStatus.RUNNING, DetentionStage.PENYIDIK)
    assert (running.form, running.until) == (DetentionForm.RUTAN, date(2025, 11, 22))
    assert (state(case).stage, state(case).until) == (None, None)


@pytest.mark.parametrize("order", [ordered, extended])
def test_the_last_day_is_not_before_the_first(order):
    wrong = replace(order, until=order.starts - timedelta(days=1))
    detained.when(wrong).then_refused("detention.until_before_starts")
    with pytest.raises(Refused) as refused:
        detained.when(wrong).answer()
    assert refused.value.field == "until"
    assert case.when(replace(ordered, until=ordered.starts)).answer()


def test_an_extension_begins_on_the_day_after_the_running_term():
    detained.when(extended).then_recorded()
    assert state(detained.given(extended)).until == date(2026, 1, 1)
    detained.given(extended).when(extended).then_nothing()


def test_an_extension_is_told_before_it_begins():
    detained.when(replace(extended, effective=on("2025-11-20"))).then_recorded()


def test_nothing_is_extended_that_was_not_ordered_or_is_over():
    case.when(extended).then_refused("detention.not_running")
    detained.given(ended).when(extended).then_refused("detention.not_running")
    detained.given(suspended).when(extended).then_refused("detention.not_running")


def test_an_extension_is_of_the_stage_that_is_running():
    detained.when(replace(extended, stage=DetentionStage.HAKIM_PN)).then_refused(
        "detention.extends_another_stage"
    )


def test_an_extension_does_not_overlap_the_running_term():
    detained.when(replace(extended, starts=date(2025, 11, 22))).then_refused("detention.overlaps")
    endless = replace(ordered, until=date.max)
    case.given(endless).when(extended).then_refused("detention.overlaps")


def test_an_extension_leaves_no_gap_unless_its_order_came_late():
    gap = replace(extended, starts=date(2025, 11, 25))
    detained.when(gap).then_refused("detention.gap")
    detained.when(replace(gap, order_date=date(2025, 11, 24))).then_recorded()


def test_days_in_hospital_move_the_extension():
    healed = detained.given(to_hospital, from_hospital)
    assert state(healed).hospital_days == 4
    healed.when(extended).then_recorded()
    healed.when(replace(extended, starts=date(2025, 11, 27))).then_recorded()
    healed.when(replace(extended, starts=date(2025, 11, 28))).then_refused("detention.gap")


def test_an_extension_during_a_stay_in_hospital_begins_a_new_count():
    ill = detained.given(to_hospital)
    ill.when(replace(extended, starts=date(2025, 12, 6))).then_recorded()
    late_back = replace(from_hospital, effective=on("2025-11-25"))
    assert state(ill.given(extended, late_back)).hospital_days == 2


def test_the_case_is_handed_on_to_the_next_stage_before_the_term_is_over():
    detained.when(handed_on).then_recorded()
    after = state(detained.given(handed_on))
    assert (after.stage, after.until) == (DetentionStage.PENUNTUT_UMUM, date(2025, 12, 4))


def test_a_stage_is_ordered_once_while_it_runs():
    detained.when(replace(ordered, order_number="SP.Han/13")).then_refused(
        "detention.already_ordered"
    )


def test_stages_do_not_go_back_while_detention_runs():
    later = detained.given(handed_on)
    back = replace(ordered, effective=on("2025-11-20"), starts=date(2025, 11, 20))
    later.when(back).then_refused("detention.stage_order")
    later.given(ended).when(replace(back, effective=on("2025-11-23"))).then_recorded()


def test_a_stage_does_not_begin_before_the_one_it_follows():
    detained.when(replace(handed_on, starts=date(2025, 11, 3))).then_refused(
        "detention.stage_before_last"
    )


def test_detention_goes_on_in_another_form():
    detained.when(at_home).then_recorded()
    assert state(detained.given(at_home)).form is DetentionForm.RUMAH
    detained.when(replace(at_home, form=DetentionForm.RUTAN)).then_refused("detention.same_form")
    case.when(at_home).then_refused("detention.not_running")


def test_somebody_goes_to_hospital_and_leaves_it_once():
    detained.when(to_hospital).then_recorded()
    ill = detained.given(to_hospital)
    ill.when(replace(to_hospital, hospital="RS Pirngadi")).then_refused(
        "detention.already_in_hospital"
    )
    ill.when(from_hospital).then_recorded()
    detained.when(from_hospital).then_refused("detention.not_in_hospital")
    case.when(to_hospital).then_refused("detention.not_running")


def test_two_stays_in_hospital_add_up():
    again = (
        replace(to_hospital, effective=on("2025-11-16")),
        replace(from_hospital, effective=on("2025-11-19")),
    )
    assert state(detained.given(to_hospital, from_hospital, *again)).hospital_days == 7


def test_detention_is_suspended_and_may_be_ordered_again():
    detained.when(suspended).then_recorded()
    out = detained.given(suspended)
    assert state(out).status is DetentionStatus.SUSPENDED
    out.when(replace(suspended, order_number="S-4/2025")).then_refused("detention.not_running")
    out.when(replace(ordered, effective=on("2025-11-20"), order_number="SP.Han/14")).then_recorded()


@pytest.mark.parametrize("before", [[], [suspended], [to_hospital]])
def test_detention_ends(before):
    detained.given(*before).when(ended).then_recorded()
    assert state(detained.given(*before, ended)).status is DetentionStatus.ENDED


def test_detention_that_never_ran_or_is_over_does_not_end():
    case.when(ended).then_refused("detention.nothing_to_end")
    detained.given(ended).when(replace(ended, effective=on("2025-11-23"))).then_refused(
        "detention.nothing_to_end"
    )


def test_nobody_is_detained_after_death_but_what_was_before_may_be_told():
    detained.given(died).when(extended).then_refused("detention.dead")
    case.when(replace(ordered, effective=on("2025-01-20"))).then_recorded()


def test_any_order_of_facts_leads_to_some_state():
    back_and_forth = [from_hospital, to_hospital, extended, at_home, ended, suspended]
    assert state(case.given(*back_and_forth)).orders == (extended,)
