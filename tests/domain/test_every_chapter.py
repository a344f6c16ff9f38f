"""Laws that hold for every chapter of every stream, now and later: nothing here names one."""

import json
import re
from collections import Counter
from dataclasses import MISSING, fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refusals import ensure_well_said
from strategies import answer, event, events_of, histories, recorded, travels, walks, wild_event

from api.event_examples import data_json, example_event, example_json
from api.event_forms import event_model, to_event
from domain.catalogue import EVENTS, RECORDED, STREAMS
from domain.kernel import DataClass, Event, Refused, data_classes
from domain.shape import Choice, Many, Maybe, Part, Text, payload_shapes
from domain.time import Zone

CHAPTERS = {chapter.name for stream in STREAMS.values() for chapter in stream.chapters}
SHARED_RULES = {"region"}
"""Rules that no chapter owns, because many ask them."""

OF_EVERY_STREAM = pytest.mark.parametrize("stream", STREAMS.values(), ids=lambda kind: kind.name)
OF_EVERY_EVENT = pytest.mark.parametrize("kind", RECORDED, ids=lambda kind: kind.stored_as)
OF_EVERY_FACT = pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.stored_as)
QUICK = settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
FEW = settings(QUICK, max_examples=5)


def answer_or_refusal(stream, history, proposed):
    try:
        return tuple(answer(stream, history, proposed)), None
    except Refused as refusal:
        return (), refusal


@OF_EVERY_STREAM
@given(data=st.data())
@QUICK
def test_an_event_said_twice_in_a_row_is_recorded_once(stream, data):
    history = data.draw(histories(stream))
    for proposed in data.draw(st.lists(events_of(stream), min_size=1, max_size=4)):
        first, refusal = answer_or_refusal(stream, history, proposed)
        history = recorded(history, first)
        second, again = answer_or_refusal(stream, history, proposed)
        assert second == ()
        assert (again and again.code) == (refusal and refusal.code)


@OF_EVERY_STREAM
def test_what_is_admitted_changes_the_journey_so_that_it_is_not_admitted_again(stream):
    for history in walks(stream):
        for length, proposed in enumerate(history):
            admitted, _ = answer_or_refusal(stream, history[:length], proposed)
            if admitted:
                before = stream.fold(history[:length])
                after = stream.evolve(before, admitted)
                assert after != before
                assert tuple(stream.decide(proposed, [*history[:length], *admitted])) == ()


@OF_EVERY_STREAM
@given(data=st.data())
@QUICK
def test_no_recorded_history_is_ever_argued_with(stream, data):
    journey = stream.fold(data.draw(st.lists(events_of(stream), max_size=12)))
    again = stream.fold(data.draw(histories(stream))[::-1])
    assert set(journey.states) == set(again.states) == set(stream.chapters)


@OF_EVERY_STREAM
def test_a_refusal_names_its_rule_and_speaks_both_languages(stream):
    _, refusals = travels(stream)
    assert refusals
    for refusal, proposed in refusals.values():
        ensure_well_said(refusal)
        assert refusal.code.partition(".")[0] in CHAPTERS | SHARED_RULES
        if refusal.field is not None:
            pointed = refusal.field.partition(".")[0]
            assert pointed in {"effective", *payload_shapes(type(proposed))}


@OF_EVERY_STREAM
def test_the_laws_are_tried_on_journeys_that_come_far(stream):
    met = Counter(type(event) for history in walks(stream) for event in history)
    unmet = [kind.stored_as for kind in stream.chapter_of if kind not in met]
    assert len(unmet) <= len(stream.chapter_of) / 4, unmet


@OF_EVERY_STREAM
def test_an_event_belongs_to_the_chapter_whose_name_it_bears(stream):
    for kind, chapter in stream.chapter_of.items():
        assert kind.stored_as.partition(".")[0] == chapter.name


@OF_EVERY_EVENT
def test_an_event_says_what_it_means(kind):
    assert kind.__doc__.strip().endswith(".")
    assert not kind.__doc__.startswith(f"{kind.__name__}(")


@OF_EVERY_EVENT
def test_an_event_hides_no_missing_field_behind_a_default(kind):
    for field in fields(kind):
        assert field.default is MISSING
        assert field.default_factory is MISSING


def test_no_two_events_share_a_name():
    names = [name for kind in RECORDED for name in kind.names]
    assert [name for name, times in Counter(names).items() if times > 1] == []


@OF_EVERY_EVENT
def test_every_field_says_how_it_is_protected(kind):
    assert data_classes(kind).keys() == {"effective", *payload_shapes(kind)}


@OF_EVERY_EVENT
def test_no_field_is_named_as_the_kernel_names_its_own(kind):
    assert not set(payload_shapes(kind)) & {*vars(Event), "stored_as", "names", "upcasts"}


@OF_EVERY_EVENT
def test_no_free_text_lies_open(kind):
    classes = data_classes(kind)
    for field, shape in payload_shapes(kind).items():
        for text in texts(shape):
            assert text.pattern or text.length, "a text says its length or its pattern"
            assert not (text.free and classes[field] is DataClass.NONE), field


@OF_EVERY_EVENT
def test_an_example_has_the_form_that_its_type_asks_for(kind):
    for shape in payload_shapes(kind).values():
        for text in texts(shape):
            if text.pattern:
                assert re.fullmatch(text.pattern.regex, text.pattern.example, re.ASCII)


@OF_EVERY_EVENT
def test_what_is_stored_of_a_choice_is_a_code_and_no_label(kind):
    for shape in payload_shapes(kind).values():
        for choice in (inner for inner in within(shape) if isinstance(inner, Choice)):
            for member in choice.kind:
                assert re.fullmatch(r"[A-Za-z0-9_]+", str(member.value)), member


@OF_EVERY_FACT
def test_an_example_goes_through_its_form_unchanged(kind):
    written = json.loads(json.dumps(example_json(kind)))
    assert to_event(event_model(kind).model_validate(written), Zone.WIB) == example_event(kind)


@OF_EVERY_FACT
@given(data=st.data())
@FEW
def test_whatever_the_types_allow_goes_through_the_form_unchanged(kind, data):
    proposed = data.draw(wild_event(kind) | event(kind))
    time = proposed.effective
    written = {
        "type": kind.stored_as,
        "effective": time.at.isoformat() if time.at else time.day.isoformat(),
        "data": data_json(proposed),
    }
    form = event_model(kind).model_validate(json.loads(json.dumps(written)))
    assert to_event(form, time.zone) == proposed


def within(shape):
    yield shape
    match shape:
        case Part():
            for inner in payload_shapes(shape.kind).values():
                yield from within(inner)
        case Many() | Maybe():
            yield from within(shape.of)


def texts(shape):
    return (inner for inner in within(shape) if isinstance(inner, Text))
