"""What differs between two states, and which page made it so."""

import json
from dataclasses import replace
from random import Random

import pytest
from fold import page, pages
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import to_jsonable_python as plain
from scenario import on
from strategies import one

from application.differences import (
    ANY,
    Axis,
    FieldChange,
    Step,
    Trail,
    differences,
    states,
    steps,
)
from application.journeys import in_effect
from application.standing import standing
from domain.admission import AdmissionReason, Religion
from domain.catalogue import CASE, PROGRAMME, STREAMS
from domain.correction import (
    Change,
    CorrectionApproved,
    CorrectionKind,
    CorrectionProposed,
    CorrectionRequested,
    ReasonCode,
)
from domain.custody import CustodyAdmitted
from domain.kernel import FORGOTTEN
from domain.person import Sex
from domain.register import Placed

JSON = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["", "a", "~/"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "a", "b/c", "d~"]), inner, max_size=3)
    ),
    max_leaves=12,
)
"""Without yes and no: to Python they are 1 and 0, and no field is now one, now the other."""
CASE_ID = "01980f5c-7a00-7000-8000-000000000001"


def said(value):
    """A value without what is nothing: a field that is not there, and one that holds null."""
    if isinstance(value, dict):
        return {key: said(one) for key, one in value.items() if one is not None}
    return [said(one) for one in value] if isinstance(value, list) else value


def resolved(document, pointer):
    """RFC 6901, by the letter."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)] if int(key) < len(document) else None
        else:
            document = document.get(key) if isinstance(document, dict) else None
    return document


def canonical(value):
    return json.dumps(said(value), sort_keys=True)


def same(one, other):
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(before=JSON, after=JSON)
@settings(max_examples=100, deadline=None, database=None)
def test_what_differs_is_told_where_it_is_and_nothing_else_is(before, after):
    found = differences(before, after, lambda value: value)
    if not found:
        assert canonical(before) == canonical(after)
    if said(before) != said(after):
        assert found
    for change in found:
        assert not same(change.before, change.after)
        if change.after is not None:
            assert same(resolved(after, change.pointer), change.after)
        else:
            assert same(resolved(before, change.pointer), change.before)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([1, 2], [1, 2, 3], [("/2", None, 3)]),
        ([1, 2, 3], [2, 3], [("/0", 1, None)]),
        ([1, 2], [2, 1], [("", [1, 2], [2, 1])]),
        (
            [{"id": 1, "a": 1}, {"id": 2, "a": 1}],
            [{"id": 0, "a": 1}, {"id": 1, "a": 1}, {"id": 2, "a": 5}],
            [("/0/id", None, 0), ("/0/a", None, 1), ("/2/a", 1, 5)],
        ),
        ({"a/b": None}, {"a/b": {"c~": 1, "d": None}}, [("/a~1b/c~0", None, 1)]),
        ({}, {"a": {}}, [("/a", None, {})]),
        ({"a": True}, {"a": 1}, [("/a", True, 1)]),
    ],
)
def test_a_difference_has_its_pointer_and_both_values(before, after, told):
    found = differences(before, after, lambda value: value)
    assert [(one.pointer, one.before, one.after) for one in found] == told


def admitted(**changes):
    content = {
        "person": CASE_ID,
        "unit": "RUTAN-MEDAN",
        "reason": AdmissionReason.PENAHANAN,
        "full_name": "Budi Fiktif",
        "sex": Sex.MALE,
        "birth_date": None,
        "religion": Religion.ISLAM,
        "domicile": None,
    }
    return CustodyAdmitted(effective=on("2025-02-10"), **content | changes)


def placed(day, cell):
    return Placed(effective=on(day), block="A", cell=cell)


def corrected(told, target, content, number=1):
    """The three pages of an approved correction, behind those that were told."""
    key = f"{number:08x}-0000-7000-8000-000000000000"
    stream, at = told[0].stream, told[-1].version
    proposal = f"{number:08x}-0000-7000-8000-000000000001"
    events = [
        CorrectionRequested(
            effective=on("2025-12-01"),
            correction=key,
            kind=CorrectionKind.CORRECT if content else CorrectionKind.VOID,
            events=(target.event_id,),
            to=None,
            reason_code=ReasonCode.TYPING_ERROR,
            explanation="salah ketik",
            requester="ratna",
        ),
        *(
            [CorrectionProposed(effective=on("2025-12-01"), correction=key, content=content)]
            if content
            else []
        ),
        CorrectionApproved(
            effective=on("2025-12-02"),
            correction=key,
            requested_in=str(stream),
            approver="sari",
            changes=(Change(event=target.event_id, by=proposal if content else None),),
            arrivals=(),
            undoes=(),
        ),
    ]
    new = [
        page(event, stream, at + n, told[-1].position + n, "RUTAN-MEDAN")
        for n, event in enumerate(events, 1)
    ]
    ids = [key, *([proposal] if content else []), f"{number:08x}-0000-7000-8000-000000000002"]
    return [*told, *(replace(one, event_id=named) for one, named in zip(new, ids, strict=True))]


def test_each_fact_is_a_step_with_what_it_changed_also_one_that_was_told_late():
    told = pages(
        ("case:1", event)
        for event in (admitted(), placed("2025-06-01", "3"), placed("2025-03-01", "2"))
    )
    by_effect = list(steps(told, None, Axis.VALID, plain))
    assert [step.page.version for step in by_effect] == [1, 3, 2]
    cells = [
        [(c.before, c.after) for c in step.changes if c.pointer == "/register/placed/cell"]
        for step in by_effect
    ]
    assert cells == [[], [(None, "2")], [("2", "3")]]
    by_telling = list(steps(told, None, Axis.KNOWN, plain))
    assert [step.page.version for step in by_telling] == [1, 2, 3]
    assert not by_telling[2].changes, "where one is now was known before"


def test_a_correction_changes_the_state_where_it_was_approved():
    told = pages([("case:1", admitted())])
    told = corrected(told, told[0], admitted(religion=Religion.HINDU))
    [fact] = steps(told, None, Axis.VALID, plain)
    religion = "/custody/opening/religion"
    assert ("hindu", religion) in [(one.after, one.pointer) for one in fact.changes]
    *_, request, proposal, approval = steps(told, None, Axis.KNOWN, plain)
    assert request.changes == proposal.changes == ()
    assert [(c.pointer, c.before, c.after) for c in approval.changes] == [
        (religion, "islam", "hindu")
    ]
    assert Trail([fact, request, approval]).behind(approval.changes[0]) == [fact, approval]
    assert list(steps(told, None, Axis.KNOWN, plain, since=told[-2].position)) == [approval]


def test_of_elements_of_a_list_the_step_that_led_there_is_behind_it():
    def step(position, **change):
        (said,) = differences(**change, plain=plain)
        return Step(page=page(admitted(), CASE_STREAM, 1, position, None), changes=(said,))

    first = step(1, before=[], after=["a"])
    second = step(2, before=["a"], after=["a", "b"])
    (last,) = differences(["a"], ["a", "b"], plain)
    assert last == FieldChange(pointer="/1", path=(ANY,), before=None, after="b")
    assert Trail([first, second]).behind(last) == [second]


def test_what_was_forgotten_is_one_value():
    (change,) = differences(states_of(admitted()), states_of(admitted(full_name=FORGOTTEN)), plain)
    assert change.pointer == "/custody/opening/full_name"
    assert change.after == {"forgotten": True}
    (keyed,) = differences({}, {FORGOTTEN: "a"}, plain)
    (name,) = plain({FORGOTTEN: "a"})
    assert keyed.pointer == f"/{name}", "also where it was a key"


CASE_STREAM = pages([("case:1", admitted())])[0].stream


def states_of(*events):
    return states(CASE.fold(events))


def random_history(kind, seed):
    """Facts of any kind in any order, with corrections of some; no fold argues with any."""
    choose = Random(seed)  # noqa: S311  # the same in every run
    events = [one(choose.choice(list(kind.chapter_of)), choose.choice) for _ in range(25)]
    history = pages((f"{kind.name}:1", event) for event in events)
    for number in range(1, 4):
        target = choose.choice(history[: len(events)])
        other = choose.choice(events)
        history = corrected(history, target, choose.choice([None, other]), number)
    return history


@pytest.mark.parametrize("kind", STREAMS.values(), ids=lambda kind: kind.name)
def test_the_steps_are_those_of_folding_everything_anew_each_time(kind):
    for seed in range(4):
        history = random_history(kind, seed)
        day = history[len(history) // 2].event.effective.day
        for valid_at in (None, day):
            before = states(kind.begin())
            found = list(steps(history, valid_at, Axis.KNOWN, plain))
            for number, step in enumerate(found, 1):
                facts = in_effect(standing(history[:number]), valid_at)
                after = states(kind.fold(one.event for one in facts))
                assert list(step.changes) == differences(before, after, plain)
                before = after
            facts = in_effect(standing(history), valid_at)
            by_effect = list(steps(history, valid_at, Axis.VALID, plain))
            assert [step.page for step in by_effect] == list(facts)


def test_no_page_no_step():
    assert not list(steps((), None, Axis.KNOWN, plain))
    assert states(PROGRAMME.begin()).keys() == {"programme"}
