"""Laws of all projections, over whatever events there are, in whatever order they are told."""

from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from fold import one_a_day, pages, rows
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from strategies import event, wild_event

from domain.catalogue import ANNOTATIONS, EVENTS, STREAMS
from domain.kernel import DataClass, Event, Value, data_classes
from projections.catalogue import PROJECTIONS
from projections.kernel import Scope
from projections.timeline import TIMELINE

ALL = pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda one: one.name)
BRIEFLY = settings(deadline=None, max_examples=10)
SCOPED_BY = {
    Scope.CASE: {"case"},
    Scope.UNIT: {"unit"},
    Scope.UNITS: {"units"},
    Scope.SERVICE: set(),
}


def kind_of(projection):
    """The stream whose facts a projection folds; what is said of facts may stand in any."""
    first = projection.events[0]
    found = (stream for stream in STREAMS.values() if first in stream.chapter_of)
    return next(found, STREAMS["case"])


@st.composite
def tellings(draw: st.DrawFn, projection: Any) -> list[tuple[str, Event]]:
    stream = kind_of(projection)
    events = st.sampled_from(projection.events).flatmap(one_of)
    keys = st.sampled_from((f"{stream.name}:1", f"{stream.name}:2"))
    return draw(st.lists(st.tuples(keys, events), max_size=12))


def one_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    return event(kind) | wild_event(kind)


@ALL
def test_a_fold_is_total_and_says_the_same_twice(projection):
    @BRIEFLY
    @given(tellings(projection))
    def law(told):
        written = pages(told)
        table = rows(projection, written)
        assert table == rows(projection, written)
        assert all(type(row) is projection.row for row in table.values())
        adapter = form_of(projection.row)
        for row in table.values():
            assert adapter.validate_json(adapter.dump_json(row)) == row

    law()


@ALL
def test_a_key_depends_on_nothing_but_its_page(projection):
    @BRIEFLY
    @given(tellings(projection))
    def law(told):
        for one in pages(told):
            key = projection.key(one)
            assert key == projection.key(replace(one, recorded_at=one.recorded_at))
            assert key is None or (key and isinstance(key, str))

    law()


@ALL
def test_the_order_of_telling_changes_no_row(projection):
    if projection is TIMELINE or projection.as_told:
        pytest.skip("a timeline has a line for each telling")
    if set(projection.events) <= set(ANNOTATIONS):
        pytest.skip("a correction is asked for before it is decided, whatever it is about")
    stream = kind_of(projection)

    @BRIEFLY
    @given(
        st.lists(st.sampled_from(projection.events).flatmap(one_of)),
        st.randoms(use_true_random=False),
    )
    def law(events, random):
        told = [(f"{stream.name}:1", one) for one in one_a_day(events)]
        late = list(told)
        random.shuffle(late)
        assert without_positions(projection, told) == without_positions(projection, late)

    law()


@cache
def form_of(row: type[Any]) -> TypeAdapter[Any]:
    """What writes and reads a row; to make it takes longer than an example."""
    return TypeAdapter(row)


def without_positions(projection, told):
    adapter = form_of(projection.row)
    table = rows(projection, pages(told))
    return {key: bare(adapter.dump_python(row, mode="json")) for key, row in table.items()}


def bare(said: Any) -> Any:
    match said:
        case dict():
            return {name: bare(value) for name, value in said.items() if name != "position"}
        case list():
            return [bare(value) for value in said]
        case _:
            return said


@ALL
def test_every_column_is_classed_and_the_sealed_ones_have_a_subject(projection):
    classes = data_classes(projection.row)
    sealed = {name for name, mark in classes.items() if mark is not DataClass.NONE}
    assert not {"key", "words"} & set(classes), "names of the table's own columns"
    assert set(projection.indexed) <= sealed
    assert not set(projection.listed) - (set(classes) - sealed)
    assert SCOPED_BY[projection.scope] <= set(classes) - sealed
    if sealed:
        assert projection.subject in set(classes) - sealed
        assert get_type_hints(projection.row)[projection.subject] is str, "never empty"


@ALL
def test_a_row_holds_only_what_a_table_can_hold(projection):
    for name, hint in get_type_hints(projection.row).items():
        if not name.startswith("__"):
            assert storable(hint), (name, hint)


def storable(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return storable(get_args(hint)[0])
    if get_origin(hint) is UnionType:
        return all(kind is NoneType or storable(kind) for kind in get_args(hint))
    if get_origin(hint) is tuple:
        inner, *rest = get_args(hint)
        return rest == [...] and storable(inner)
    if issubclass(hint, Value):
        own = {name: kind for name, kind in get_type_hints(hint).items() if name[0] != "_"}
        return all(storable(kind) for kind in own.values())
    return hint in (str, int, bool, date, datetime) or issubclass(hint, Enum)


@ALL
def test_names_and_events_are_those_that_exist(projection):
    kinds = set(projection.events)
    of_one_sort = kinds <= set(EVENTS) or kinds <= set(ANNOTATIONS)
    assert of_one_sort or projection.as_told, "told of facts, or of what is said"
    assert len({one.name for one in PROJECTIONS}) == len(PROJECTIONS)
