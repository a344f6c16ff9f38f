"""What a case has yet to tell of its batch when steps come late, are voided or are corrected."""

from dataclasses import replace
from datetime import date

import pytest
from batch_way import (
    ADI,
    AGREED,
    AWARD,
    DRAFTED,
    EVE,
    KEY,
    LISTED,
    MET,
    SK,
    UMUM,
    WAY,
    batch_of,
    due,
    names,
)
from scenario import on

from domain.batch_due import cancelled_in_vain, held_up, proposal_key, told_otherwise
from domain.batch_list import BatchClosed, BatchLineWithdrawn, BatchWithdrawn, StopReason
from domain.batch_standing import BatchStatus, line_key
from domain.remisi import REMISI

OFF = BatchLineWithdrawn(
    effective=on("2025-08-03"), case=ADI, kind=UMUM, reason=StopReason.BREACH, refused=None
)
ALL_OFF = BatchWithdrawn(effective=on("2025-08-03"), reason=StopReason.LISTED_IN_ERROR)
PROPOSAL = proposal_key(KEY, UMUM)


def otherwise(events, told):
    batch = batch_of(*events)
    line = batch.lines.get(line_key(ADI, UMUM))
    return names(told_otherwise(batch, line, REMISI.fold(told).proposals.get(PROPOSAL)))


def waits(events, told):
    batch = batch_of(*events)
    return held_up(batch, batch.lines[line_key(ADI, UMUM)], PROPOSAL, REMISI.fold(told))


@pytest.mark.parametrize("back", [OFF, ALL_OFF])
def test_what_is_taken_back_late_is_cancelled_after_what_the_case_has_told(back):
    told = due((DRAFTED, LISTED, MET))
    late = replace(back, effective=on("2025-08-01"))
    (cancelled,) = due((DRAFTED, LISTED, late, MET), told)
    assert cancelled.effective == MET.effective
    assert not batch_of(DRAFTED, LISTED, late, MET).told


@pytest.mark.parametrize("back", [OFF, ALL_OFF])
def test_a_cancellation_is_in_vain_when_its_withdrawal_is_voided(back):
    way = (DRAFTED, LISTED, MET, back)
    *_, cancelled = due(way)
    lines = line_key(ADI, UMUM)
    for events, in_vain in ((way, False), (way[:-1], True)):
        batch = batch_of(*events)
        assert cancelled_in_vain(batch, batch.lines[lines], cancelled) is in_vain
    batch = batch_of(*way[:-1])
    by_hand = replace(cancelled, reason="atas permintaan sendiri")
    assert not cancelled_in_vain(batch, batch.lines[lines], by_hand)


def test_an_end_that_nothing_leads_to_any_more_is_none():
    closed = BatchClosed(effective=on("2025-08-03"), totals=())
    assert batch_of(DRAFTED, LISTED, MET, ALL_OFF, closed).told
    assert not batch_of(DRAFTED, LISTED, MET, closed).told


def test_no_award_while_a_case_tells_otherwise_of_who_gets_it():
    told = due(WAY)
    without = replace(MET, except_cases=(ADI,))
    corrected = (DRAFTED, LISTED, without, *AGREED, SK)
    assert otherwise(corrected, told) == ["decided"]
    assert due(corrected, told, today=AWARD) == ()
    assert waits(corrected, told)
    assert not waits(WAY, told)
    assert names(due(WAY, told, today=AWARD)) == ["applied"]


def test_other_days_on_the_list_hold_the_award_up_and_another_number_of_the_sk_does_not():
    told = due(WAY)
    (first, *others) = LISTED.lines
    fewer = replace(LISTED, lines=(replace(first, remission_days=15), *others))
    assert otherwise((DRAFTED, fewer, *WAY[2:]), told) == ["sk_issued"]
    assert due((DRAFTED, fewer, *WAY[2:]), told, today=AWARD) == ()
    for renamed in (replace(SK, sk_number="PAS-2"), replace(SK, sk_date=date(2025, 8, 5))):
        assert otherwise((*WAY[:-1], renamed), told) == ["sk_issued"]
        assert names(due((*WAY[:-1], renamed), told, today=AWARD)) == ["applied"]


def test_without_a_draft_or_its_line_whatever_a_case_tells_is_otherwise():
    told = due(WAY)
    assert otherwise(WAY[1:], told) == ["proposed"]
    assert otherwise((DRAFTED, *WAY[2:]), told) == ["proposed"]
    assert otherwise(WAY, told) == []


def test_an_award_whose_sk_is_voided_is_otherwise():
    told = due(WAY, today=AWARD)
    assert otherwise(WAY, told) == []
    assert otherwise(WAY[:-1], told) == ["sk_issued", "applied"]


def test_a_proposal_whose_session_was_voided_is_cancelled_with_the_list():
    told = due((DRAFTED, LISTED, MET))
    assert due((DRAFTED, LISTED), told) == ()
    back = (DRAFTED, LISTED, ALL_OFF)
    assert names(due(back, told, today=EVE)) == ["cancelled"]
    assert batch_of(*back).status is BatchStatus.WITHDRAWN
