"""Corrections: how one goes, and what stands of a fact after any number of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario import Scenario, at

from domain.conduct import ConductAssessed, Predicate
from domain.correction import (
    CORRECTION,
    FOUR_EYES,
    WELL_SAID,
    Arrival,
    Change,
    CorrectionApproved,
    CorrectionDeclined,
    CorrectionKind,
    CorrectionProposed,
    CorrectionRequested,
    ReasonCode,
    stands,
    undone,
)
from domain.kernel import Stream

STREAM = Stream(name="any", chapters=(CORRECTION,), subject=lambda key, _: key)
NOW = at("2025-08-17T09:00:00+07:00")
CASE, OTHER_CASE = "case:01980f5c-7a00-7000-8000-00000000000a", "the other case"


def requested(key="k1", *events, kind=CorrectionKind.VOID, to=None, requester="ratna"):
    return CorrectionRequested(
        effective=NOW,
        correction=key,
        kind=kind,
        events=events or ("e1",),
        to=to,
        reason_code=ReasonCode.WRONG_PERSON,
        explanation="dicatat pada orang lain",
        requester=requester,
    )


def proposed(key="k1"):
    content = ConductAssessed(
        effective=NOW, month="2025-07", score=82, predicate=Predicate.BAIK, risk_declined=True
    )
    return CorrectionProposed(effective=NOW, correction=key, content=content)


def approved(key="k1", *, changes=None, undoes=(), arrivals=(), approver="budi"):
    said = {"e1": None} if changes is None else changes
    return CorrectionApproved(
        effective=NOW,
        correction=key,
        requested_in=CASE,
        approver=approver,
        changes=tuple(Change(event=event, by=by) for event, by in said.items()),
        arrivals=tuple(Arrival(origin=f"origin of {event}", event=event) for event in arrivals),
        undoes=tuple(undoes),
    )


def declined(key="k1", approver="budi"):
    return CorrectionDeclined(effective=NOW, correction=key, approver=approver, because="benar")


@pytest.fixture
def stream():
    return Scenario(STREAM)


def known(*history, key="k1"):
    return CORRECTION.fold(history).by_id[key]


def test_a_correction_is_asked_for_and_waits(stream):
    stream.when(requested()).then_recorded()
    assert known(requested()).pending


def test_what_is_moved_names_the_case_it_belongs_to(stream):
    to = OTHER_CASE
    stream.when(requested(kind=CorrectionKind.MOVE, to=to)).then_recorded()
    refused = stream.when(requested(kind=CorrectionKind.MOVE))
    refused.then_refused("correction.to", article=WELL_SAID)


@pytest.mark.parametrize("kind", [CorrectionKind.VOID, CorrectionKind.CORRECT])
def test_what_is_not_moved_names_no_case(stream, kind):
    stream.when(requested(kind=kind, to=OTHER_CASE)).then_refused("correction.to")


def test_several_facts_are_voided_together_but_corrected_one_by_one(stream):
    stream.when(requested("k1", "e1", "e2")).then_recorded()
    several = requested("k1", "e1", "e2", kind=CorrectionKind.CORRECT)
    stream.when(several).then_refused("correction.one_event", article=WELL_SAID)


def test_a_second_person_approves(stream):
    stream.given(requested()).when(approved()).then_recorded()


def test_whoever_asked_does_not_approve(stream):
    own = stream.given(requested()).when(approved(approver="ratna"))
    own.then_refused("correction.own_request", article=FOUR_EYES)


def test_whoever_asked_may_withdraw(stream):
    stream.given(requested()).when(declined(approver="ratna")).then_recorded()
    assert not known(requested(), declined(approver="ratna")).pending


@pytest.mark.parametrize("end", [approved(), declined()])
@pytest.mark.parametrize("again", [approved(approver="siti"), declined(approver="siti")])
def test_a_correction_ends_once(stream, end, again):
    ended = stream.given(requested(), end).when(again)
    ended.then_refused("correction.not_pending", article=FOUR_EYES)


def test_nobody_declines_what_nobody_asked_for_here(stream):
    stream.when(declined()).then_refused("correction.not_pending")


def test_an_approval_is_told_in_a_stream_where_nothing_was_asked_for(stream):
    stream.when(approved(changes={}, arrivals=("e9",))).then_recorded()


def test_what_waits_is_overtaken_by_what_is_approved_of_the_same_fact(stream):
    history = requested("k1"), requested("k2", "e1", "e2"), approved("k1")
    assert known(*history, key="k2").overtaken
    late = stream.given(*history).when(approved("k2"))
    late.then_refused("correction.overtaken", article=WELL_SAID)
    stream.given(*history).when(declined("k2")).then_recorded()


def test_what_waits_is_overtaken_by_the_undoing_of_the_correction_that_it_is_about():
    first = requested("k1"), approved("k1")
    both = requested("k2", "k1"), requested("k3", "k1")
    history = *first, *both, approved("k2", changes={}, undoes=("k1",))
    assert known(*history, key="k3").overtaken
    assert not known(*first, *both, key="k3").overtaken


def test_what_is_about_another_fact_still_waits():
    history = requested("k1"), requested("k2", "e2"), approved("k1")
    assert known(*history, key="k2").pending
    assert not known(*history, key="k2").overtaken


def test_what_ended_before_is_not_overtaken():
    history = requested("k1"), declined("k1"), requested("k2"), approved("k2")
    assert not known(*history, key="k1").overtaken


def test_what_was_proposed_stands_beside_the_request():
    asked = requested(kind=CorrectionKind.CORRECT)
    assert known(asked, proposed()).content == proposed().content


def test_where_nothing_was_approved_every_fact_stands_as_recorded():
    assert stands([]) == {}


def test_a_voided_fact_is_gone_and_a_corrected_one_has_its_new_content():
    said = approved(changes={"e1": None, "e2": "page of content"})
    assert stands([said]) == {"e1": None, "e2": "page of content"}


def test_the_last_correction_that_acts_is_the_one_that_counts():
    history = approved("k1", changes={"e1": "p1"}), approved("k2", changes={"e1": "p2"})
    assert stands(history) == {"e1": "p2"}


def test_what_is_undone_leaves_what_stood_before():
    first, second = approved("k1", changes={"e1": "p1"}), approved("k2", changes={"e1": None})
    undo = approved("k3", changes={}, undoes=("k2",))
    assert stands([first, second, undo]) == {"e1": "p1"}
    assert stands([first, approved("k3", changes={}, undoes=("k1",))]) == {}


def test_to_undo_the_undoing_has_the_correction_act_again():
    undo = approved("k2", changes={}, undoes=("k1",))
    again = approved("k3", changes={}, undoes=("k2",))
    assert stands([approved("k1"), undo]) == {}
    assert stands([approved("k1"), undo, again]) == {"e1": None}
    assert undone([approved("k1"), undo, again]) == {"k2"}


def test_to_correct_a_correction_undoes_it_and_says_what_is_right():
    first = approved("k1", changes={"e1": "p1"})
    second = approved("k2", changes={"e1": "p2"}, undoes=("k1",))
    assert stands([first, second]) == {"e1": "p2"}
    assert stands([first, second, approved("k3", changes={}, undoes=("k2",))]) == {"e1": "p1"}


def test_what_came_with_a_move_goes_when_the_move_is_undone():
    move = approved("k1", changes={}, arrivals=("e9",))
    undo = approved("k2", changes={}, undoes=("k1",))
    assert stands([move]) == {}
    assert stands([move, undo]) == {"e9": None}
    assert stands([move, undo, approved("k3", changes={}, undoes=("k2",))]) == {}


@st.composite
def approvals(draw):
    """What a stream may tell: each correction changes some facts, and may undo earlier ones."""
    told = []
    for number in range(draw(st.integers(0, 8))):
        acting = sorted({one.correction for one in told} - undone(told))
        undoes = draw(st.lists(st.sampled_from(acting), unique=True, max_size=2)) if acting else []
        keys, pages = st.sampled_from(("e1", "e2", "e3")), st.sampled_from((None, f"p{number}"))
        changes = draw(st.dictionaries(keys, pages, max_size=2))
        arrivals = (f"a{number}",) if draw(st.booleans()) else ()
        told.append(approved(f"k{number}", changes=changes, undoes=undoes, arrivals=arrivals))
    return told


def visible(standing):
    """What stands, without the facts of which nothing stands that came from elsewhere."""
    return {event: by for event, by in standing.items() if not (event[0] == "a" and by is None)}


@given(approvals(), st.data())
def test_undoing_the_last_is_as_if_it_had_never_been_but_for_what_came_with_it(told, data):
    changes = data.draw(st.dictionaries(st.sampled_from(("e1", "e2")), st.sampled_from(("new",))))
    last = approved("last", changes=changes, arrivals=("a-last",))
    undo = approved("undo", changes={}, undoes=("last",))
    assert stands([*told, last, undo]) == {**stands(told), "a-last": None}
    again = approved("again", changes={}, undoes=("undo",))
    assert stands([*told, last, undo, again]) == stands([*told, last])


@given(approvals())
def test_each_fact_stands_as_the_last_acting_correction_of_it_says(told):
    gone = undone(told)
    acting = [one for one in told if one.correction not in gone]
    expected = {}
    for one in acting:
        expected |= {change.event: change.by for change in one.changes}
    assert visible(stands(told)) == expected


@given(approvals())
def test_a_correction_has_stopped_acting_where_one_that_acts_undoes_it_and_only_there(told):
    gone = undone(told)
    acting = [one for one in told if one.correction not in gone]
    assert gone == {undoes for one in acting for undoes in one.undoes}


@given(approvals())
def test_what_came_stands_exactly_while_its_correction_acts(told):
    gone = undone(told)
    for one in told:
        for arrival in one.arrivals:
            assert (arrival.event in stands(told)) == (one.correction in gone)


@given(approvals())
def test_who_approved_and_where_it_was_asked_for_change_nothing_of_what_stands(told):
    others = [replace(one, approver="siti", requested_in=OTHER_CASE) for one in told]
    assert stands(others) == stands(told)
