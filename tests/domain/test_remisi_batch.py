"""A remisi batch: one list, its steps by other hands each, and what its cases have yet to tell."""

from itertools import pairwise

import pytest
from batch_way import (
    ADI,
    AGREED,
    AWARD,
    BUDI,
    DRAFTED,
    LISTED,
    MET,
    SK,
    UMUM,
    WAY,
    batch_of,
    by,
    decided,
    due,
    line,
    names,
)
from scenario import on

from domain.batch_list import (
    BatchApplied,
    BatchClosed,
    BatchDecided,
    BatchDrafted,
    BatchLineChanged,
    BatchLineWithdrawn,
    BatchListed,
    BatchSessionHeld,
    BatchSkIssued,
    BatchWithdrawn,
    ChangeReason,
    StopReason,
)
from domain.batch_standing import BatchStatus
from domain.catalogue import REMISI_BATCH as STREAM
from domain.kernel import Refused
from domain.remisi import DecisionLevel
from domain.remisi_batch import ensure_not_over


def refused(history, proposed):
    with pytest.raises(Refused) as no:
        STREAM.decide(proposed, history)
    return no.value.code


def test_each_step_is_admitted_in_its_turn_and_no_other():
    for before, step in pairwise([WAY[:n] for n in range(2, 8)]):
        assert STREAM.decide(step[-1], before) == [step[-1]]
        for other in WAY[2:]:
            if other not in step:
                assert refused(before, other) == "remisi_batch.level_out_of_order"
    assert [batch_of(*WAY[:n]).status.value for n in range(2, 8)] == [
        *("drafted", "recommended", "agreed", "agreed", "agreed", "sk_issued")
    ]


@pytest.mark.parametrize("hand", ["wali-1", "ketua-1"])
def test_nobody_takes_two_steps_not_even_on_behalf(hand):
    own = decided(DecisionLevel.KEPALA_UPT, hand)
    assert refused(WAY[:3], own) == "remisi_batch.same_hands"
    lent = BatchDecided(**vars(own) | {"by": "kepala-9", "on_behalf_of": hand})
    assert refused(WAY[:3], lent) == "remisi_batch.same_hands"


def test_whoever_changed_a_line_decides_nothing():
    changed = BatchLineChanged(
        effective=on("2025-08-01"),
        case=ADI,
        kind=UMUM,
        included=False,
        remission_days=None,
        reason=ChangeReason.DOCUMENTS_MISSING,
        **by("kepala-1"),
    )
    history = (DRAFTED, LISTED, changed, MET)
    assert refused(history, AGREED[0]) == "remisi_batch.same_hands"


def test_a_line_is_changed_to_days_that_the_law_knows():
    def put(days, **changes):
        said = {
            "effective": on("2025-08-01"),
            "case": BUDI,
            "kind": UMUM,
            "included": True,
            "remission_days": days,
            "reason": ChangeReason.COUNTED_AGAIN,
        }
        return BatchLineChanged(**said | by("wali-2") | changes)

    drafted = (DRAFTED, LISTED)
    assert STREAM.decide(put(180), drafted) == [put(180)]
    assert refused(drafted, put(181)) == "remisi_batch.too_many_days"
    assert refused(drafted, put(3000)) == "remisi_batch.too_many_days"
    off = put(3000, included=False, case=ADI)
    assert STREAM.decide(off, drafted) == [off]
    nobody = put(30, included=False)  # Budi is not on the list as it is
    assert refused(drafted, nobody) == "remisi_batch.off_already"


def test_what_was_given_is_not_taken_back_by_dating_back():
    given = BatchApplied(effective=on("2025-08-17"), totals=())
    back = BatchWithdrawn(effective=on("2025-08-10"), reason=StopReason.LISTED_IN_ERROR)
    ensure_not_over(back, WAY)
    ensure_not_over(back, (back, *WAY, given))
    with pytest.raises(Refused) as no:
        ensure_not_over(back, (*WAY, given))
    assert no.value.code == "remisi_batch.applied"


def test_a_step_before_the_draft_is_told_which_day_is_wrong():
    with pytest.raises(Refused) as no:
        STREAM.decide(BatchSessionHeld(**vars(MET) | {"effective": on("2025-07-01")}), ())
    assert (no.value.code, no.value.field) == ("remisi_batch.not_drafted", "effective")
    assert "pada 2025-07-01 daftar ini belum disusun" in no.value.because[0]


def test_a_list_that_is_not_whole_goes_nowhere():
    part = BatchListed(effective=on("2025-08-01"), lines=(line(ADI),), more=True)
    assert refused((DRAFTED, part), MET) == "remisi_batch.not_listed"
    assert refused((DRAFTED, part), LISTED) == "remisi_batch.line_exists"
    assert refused((DRAFTED, LISTED), part) == "remisi_batch.line_exists"


def test_no_step_is_after_the_award_day():
    late = BatchSkIssued(**vars(SK) | {"effective": on("2025-08-18")})
    assert refused(WAY[:-1], late) == "remisi_batch.award_day_passed"
    past = BatchDrafted(**vars(DRAFTED) | {"effective": on("2025-08-18")})
    assert refused((), past) == "remisi_batch.award_day_passed"


def test_what_ended_is_not_opened_again():
    down = (*WAY[:3], decided(DecisionLevel.KEPALA_UPT, "kepala-1", agreed=False))
    assert batch_of(*down).status is BatchStatus.TURNED_DOWN
    assert refused(down, AGREED[1]) == "remisi_batch.turned_down"
    gone = BatchWithdrawn(effective=on("2025-08-03"), reason=StopReason.DRAFTED_ANEW)
    assert refused(down, gone) == "remisi_batch.turned_down"
    closed = BatchClosed(effective=on("2025-08-03"), totals=())
    assert STREAM.decide(closed, down) == [closed]
    assert refused(WAY, closed) == "remisi_batch.not_ended"


def test_it_is_applied_on_its_day_by_its_sk():
    given = BatchApplied(effective=on("2025-08-17"), totals=())
    assert STREAM.decide(given, WAY) == [given]
    assert refused(WAY[:-1], given) == "remisi_batch.not_on_award_day"
    assert refused(WAY, BatchApplied(effective=on("2025-08-18"), totals=())) == (
        "remisi_batch.not_on_award_day"
    )


def test_a_case_tells_what_its_batch_says_and_nothing_twice():
    told = []
    for count in range(2, len(WAY) + 1):
        fresh = due(WAY[:count], told)
        told += fresh
        assert due(WAY[:count], told) == ()
    assert names(told) == ["proposed", *["decided"] * 4, "sk_issued"]
    assert [event.effective for event in told[1:]] == [
        *(step.effective for step in (MET, *AGREED, SK))
    ]
    (applied,) = due(WAY, told, today=AWARD)
    assert applied.effective.day == AWARD
    assert due(WAY, [*told, applied], today=AWARD) == ()


def test_however_late_it_is_begun_the_same_is_told():
    little_by_little = []
    for count in range(2, len(WAY) + 1):
        little_by_little += due(WAY[:count], little_by_little)
    assert list(due(WAY)) == little_by_little
    assert names(due(WAY, today=AWARD)) == [*names(little_by_little), "applied"]


def test_whoever_was_not_on_the_list_hears_nothing():
    assert due(WAY, case=BUDI, today=AWARD) == ()


@pytest.mark.parametrize(("before", "told"), [(3, 2), (5, 4), (7, 6)])
def test_a_line_that_is_taken_back_is_cancelled_after_what_it_had_come_to(before, told):
    back = BatchLineWithdrawn(
        effective=on("2025-08-06"),
        case=ADI,
        kind=UMUM,
        reason=StopReason.LEFT,
        refused=None,
    )
    way = (*WAY[:before], back, *WAY[before:])
    heard = due(way, today=AWARD)
    assert names(heard)[-1] == "cancelled"
    assert len(heard) == told + 1
    assert due(way, heard, today=AWARD) == ()


def test_a_line_that_a_level_excepts_hears_no_there_and_nothing_more():
    without = decided(DecisionLevel.KEPALA_UPT, "kepala-1", except_cases=(ADI,))
    heard = due((*WAY[:3], without, *AGREED[1:], SK), today=AWARD)
    assert names(heard) == ["proposed", "decided", "decided"]
    assert [one.agreed for one in heard[1:]] == [True, False]


def test_a_breach_counts_for_this_year_before_the_sk_only():
    breach = BatchLineWithdrawn(
        effective=on("2025-08-06"),
        case=ADI,
        kind=UMUM,
        reason=StopReason.BREACH,
        refused=None,
    )
    assert STREAM.decide(breach, WAY[:-1]) == [breach]
    assert refused(WAY, breach) == "remisi_batch.breach_after_sk"
