"""Laws of all chapters and projections over histories whose sealed fields are forgotten."""

from dataclasses import fields, is_dataclass, replace
from typing import Annotated

import pytest
from fold import pages, rows
from pydantic_core import to_jsonable_python
from strategies import walks

from api.event_examples import data_json, example_event
from domain.catalogue import EVENTS, RECORDED, STREAMS
from domain.correction import CorrectionProposed
from domain.kernel import (
    FORGOTTEN,
    DataClass,
    Event,
    Forgotten,
    Open,
    Personal,
    Value,
    Whose,
    data_classes,
    subjects,
)
from infrastructure.codec import KINDS, event_from, payload_of
from projections.catalogue import PROJECTIONS

OF_EVERY_STREAM = pytest.mark.parametrize("stream", STREAMS.values(), ids=lambda kind: kind.name)
OF_EVERY_EVENT = pytest.mark.parametrize("kind", RECORDED, ids=lambda kind: kind.stored_as)
ALL = pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda one: one.name)


def sealed_in(value):
    return [name for name, mark in data_classes(value).items() if mark is not DataClass.NONE]


def blanked(event):
    return replace(event, **dict.fromkeys(sealed_in(type(event)), FORGOTTEN))


def holds(value):
    """Whether a value is forgotten, or has something forgotten in it."""
    if isinstance(value, Forgotten):
        return True
    if isinstance(value, tuple):
        return any(map(holds, value))
    if is_dataclass(value):
        return any(holds(getattr(value, field.name)) for field in fields(value))
    return False


@OF_EVERY_STREAM
def test_a_journey_is_folded_whatever_was_forgotten_of_it(stream):
    for history in walks(stream):
        assert set(stream.fold(map(blanked, history)).states) == set(stream.chapters)


@ALL
def test_a_projection_folds_what_was_forgotten_and_no_open_column_holds_a_piece_of_it(projection):
    found = (one for one in STREAMS.values() if projection.events[0] in one.chapter_of)
    stream = next(found, STREAMS["case"])
    openly = set(data_classes(projection.row)) - set(sealed_in(projection.row))
    for history in walks(stream)[::4]:
        whole = pages((f"{stream.name}:1", event) for event in history)
        gone = [replace(page, event=blanked(page.event)) for page in whole]
        for row in rows(projection, gone).values():
            assert not any(holds(getattr(row, name)) for name in openly)
        for page, blank in zip(whole, gone, strict=True):
            if isinstance(page.event, projection.events):
                assert projection.key(blank) == projection.key(page)


@ALL
def test_rows_with_sealed_columns_come_of_one_stream_and_can_be_emptied(projection):
    columns = sealed_in(projection.row)
    assert projection.within_stream or not columns
    hints = projection.row.__annotations__
    assert all("None" in str(hints[name]) for name in columns)


@OF_EVERY_EVENT
def test_what_was_forgotten_is_told_as_such_and_the_rest_as_it_was(kind):
    event = example_event(kind)
    told, gone = data_json(event), data_json(blanked(event))
    for name in told:
        expected = {"forgotten": True} if name in sealed_in(kind) else told[name]
        assert gone[name] == expected


@OF_EVERY_EVENT
def test_a_page_with_gaps_wakes_with_the_rest_as_it_was(kind):
    event = example_event(kind)
    payload = payload_of(event) | dict.fromkeys(sealed_in(kind), FORGOTTEN)
    effective = to_jsonable_python(event.effective)
    assert event_from(kind.names[-1], effective, payload, KINDS) == blanked(event)


def test_what_is_forgotten_of_an_event_that_another_one_holds_is_told_as_such():
    whole = example_event(CorrectionProposed)
    gone = replace(whole, content=blanked(whole.content))
    told = data_json(gone)["content"]
    assert told["type"] == EVENTS[0].stored_as
    assert told["effective"] == "2025-07-21"
    assert told["data"] == data_json(blanked(whole.content))
    assert {"forgotten": True} in told["data"].values()
    payload = payload_of(whole)
    payload["content"]["payload"] |= dict.fromkeys(sealed_in(type(whole.content)), FORGOTTEN)
    effective = to_jsonable_python(whole.effective)
    assert event_from(whole.names[-1], effective, payload, KINDS) == gone


def test_an_event_with_an_unclassed_field_is_refused():
    class BellRung(Event, stored_as="school.bell_rung"):
        """A bell was rung by somebody."""

        by: str

    with pytest.raises(TypeError, match="must be Open, Personal or Specific"):
        data_classes(BellRung)


@pytest.mark.parametrize(
    "mark",
    [
        Whose(field="nobody", role=None),
        Whose(field="secret", role=None),
        Whose(field=None, role=None),
        Whose(field="who", role="father"),
    ],
)
def test_a_field_that_is_said_to_be_somebodys_names_an_open_field_or_a_role(mark):
    class Called(Event, stored_as="school.called"):
        """Somebody called about somebody."""

        who: Open[str]
        secret: Annotated[Personal[str], mark]

    with pytest.raises(TypeError, match="whose it is"):
        subjects(Called)


def test_nothing_is_false_and_empty():
    assert not FORGOTTEN
    assert list(FORGOTTEN) == []
    assert isinstance(FORGOTTEN, Value)
