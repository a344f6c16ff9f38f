import json
from enum import Enum
from typing import Annotated, Literal

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from scenario import at, on

from api.event_examples import example_event, example_json
from api.event_forms import (
    clean_line,
    clean_note,
    event_model,
    proposal_union,
    to_event,
    to_evidence,
)
from domain.catalogue import EVENTS, STREAMS
from domain.conduct import ConductAssessed, DisciplineBegan
from domain.fields import Line
from domain.kernel import Event, Length, Open, Personal, Value
from domain.time import Zone

NOT_SHOWN = [chr(code) for code in (*range(32), 127)]
NAMED = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.stored_as)
PROPOSAL = TypeAdapter(proposal_union(STREAMS.values()))


class Grade(Enum):
    """Values that are numbers."""

    FIRST = 1


class Mark(Value):
    """A part with fields of its own."""

    case: Line
    months: Literal[1, 3] | None


class ClassHeld(Event, stored_as="school.class_held"):
    """A class was held. Nobody else knows this event."""

    grade: Open[Grade]
    marks: Personal[tuple[Mark, ...]]
    parties: Open[tuple[Line, ...]]


def stated(event, **changes):
    form = example_json(event)
    return {**form, "data": {**form["data"], **changes}}


def refusals(event, form):
    with pytest.raises(ValidationError) as found:
        event_model(event).model_validate(form)
    return {error["type"] for error in found.value.errors()}


@NAMED
def test_every_event_can_be_proposed_as_its_example_shows(event):
    form = PROPOSAL.validate_python(json.loads(json.dumps(example_json(event))))
    assert to_event(form, Zone.WIB) == example_event(event)


@NAMED
def test_every_form_says_what_the_event_means_and_shows_an_example(event):
    schema = event_model(event).model_json_schema()
    assert schema["description"] == " ".join(event.__doc__.split())
    assert schema["description"].startswith(schema["title"])
    assert schema["examples"] == [example_json(event)]


@NAMED
def test_no_form_takes_an_unknown_key_or_does_without_a_field(event):
    form = example_json(event)
    assert "extra_forbidden" in refusals(event, form | {"note": "?"})
    assert "extra_forbidden" in refusals(event, stated(event, unheard_of=1))
    for key in ("type", "effective", "data"):
        assert refusals(event, {k: v for k, v in form.items() if k != key}) == {"missing"}


def test_openapi_knows_every_event_by_its_type():
    app = FastAPI()

    @app.post("/events")
    def propose(proposal: proposal_union(STREAMS.values())) -> None: ...

    schemas = app.openapi()["components"]["schemas"]
    body = app.openapi()["paths"]["/events"]["post"]["requestBody"]["content"]["application/json"]
    assert set(body["schema"]["discriminator"]["mapping"]) == {event.stored_as for event in EVENTS}
    assert all(
        schemas[reference.rpartition("/")[2]]["examples"]
        for reference in body["schema"]["discriminator"]["mapping"].values()
    )
    assert not [name for name in schemas if "__" in name]


@pytest.mark.parametrize("value", ["82", 82.0, True, None, [82]])
def test_a_number_is_a_number(value):
    assert refusals(ConductAssessed, stated(ConductAssessed, score=value)) == {"int_type"}


@pytest.mark.parametrize("value", ["true", 1, None])
def test_yes_is_true(value):
    assert refusals(ConductAssessed, stated(ConductAssessed, risk_declined=value)) == {"bool_type"}


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b", "a\u202eb", "\ufeffa", "a\nb"])
def test_a_line_holds_nothing_that_cannot_be_seen_or_stored(text):
    assert refusals(DisciplineBegan, stated(DisciplineBegan, document=text)) == {
        "control_character"
    }


def test_a_text_is_trimmed_and_brought_to_nfc_before_it_is_measured():
    form = event_model(DisciplineBegan).model_validate(
        stated(DisciplineBegan, document="  BA.F/12 é ", offence="satu\r\ndua\t"),
    )
    assert form.data.document == "BA.F/12 é"
    assert form.data.offence == "satu\ndua"
    assert refusals(DisciplineBegan, stated(DisciplineBegan, document="  ")) == {"string_too_short"}


@pytest.mark.parametrize("month", ["2025-07\n ", "٢٠٢٥-07", "2025-7", "x2025-07", "2025-13"])
def test_a_code_has_its_form_from_end_to_end(month):
    found = refusals(ConductAssessed, stated(ConductAssessed, month=month))
    assert found <= {"string_pattern_mismatch", "control_character"}


@pytest.mark.parametrize(
    ("text", "effective"),
    [
        ("2025-07-21", on("2025-07-21", Zone.WITA)),
        ("2025-07-21T23:30:00Z", at("2025-07-21T23:30:00+00:00", Zone.WITA)),
        ("2025-07-21T09:30+07:00", at("2025-07-21T09:30:00+07:00", Zone.WITA)),
    ],
)
def test_a_day_counts_in_the_zone_of_the_unit_and_an_instant_by_its_offset(text, effective):
    form = event_model(ConductAssessed).model_validate(
        example_json(ConductAssessed) | {"effective": text}
    )
    assert to_event(form, Zone.WITA).effective == effective


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2025-07-21T09:30:00", "offset_missing"),
        ("2025-02-30", "date_impossible"),
        ("2025-02-30T10:00:00Z", "date_impossible"),
        ("2025-07-21T25:00:00Z", "time_impossible"),
        ("2025-07-21T10:00:00+99:00", "time_impossible"),
        ("0001-01-01T00:00:00+14:00", "year_out_of_range"),
        ("9999-12-31T23:59:59-12:00", "year_out_of_range"),
        ("20250721", "date_form"),
        ("2025-W30-1", "date_form"),
        (1753056000, "date_form"),
        (None, "date_form"),
    ],
)
def test_a_time_of_effect_is_a_day_or_an_instant_with_its_offset(text, code):
    assert refusals(ConductAssessed, example_json(ConductAssessed) | {"effective": text}) == {code}


def test_parts_lists_and_choices_are_as_strict_as_the_rest():
    form = example_json(ClassHeld)
    assert form["data"]["marks"] == [{"case": "contoh case", "months": 1}]
    model = event_model(ClassHeld)
    assert to_event(model.model_validate(form), Zone.WIB) == example_event(ClassHeld)
    for months in (True, 1.0, "1", 2):
        marks = [{"case": "a", "months": months}]
        assert refusals(ClassHeld, stated(ClassHeld, marks=marks)) == {"literal_error"}
    for grade in (True, 1.0):
        assert refusals(ClassHeld, stated(ClassHeld, grade=grade)) == {"literal_error"}
    assert refusals(ClassHeld, stated(ClassHeld, parties="ab")) == {"list_type"}


def test_a_field_that_may_be_empty_may_be_left_out():
    marks = [{"case": "a"}]
    form = event_model(ClassHeld).model_validate(stated(ClassHeld, marks=marks))
    assert to_event(form, Zone.WIB).marks == (Mark(case="a", months=None),)


def test_a_length_bounds_a_list_as_well():
    class PartiesMet(Event, stored_as="school.parties_met"):
        """They met."""

        parties: Open[Annotated[tuple[Line, ...], Length(least=2, most=3)]]

    assert refusals(PartiesMet, stated(PartiesMet, parties=["a"])) == {"too_short"}
    assert refusals(PartiesMet, stated(PartiesMet, parties=["a"] * 4)) == {"too_long"}


def test_evidence_is_a_number_a_date_and_a_hash():
    form = event_model(ConductAssessed).model_validate(
        example_json(ConductAssessed) | {"evidence": [{"number": " BA-1 "}]}
    )
    [document] = to_evidence(form)
    assert (document.number, document.date, document.sha256) == ("BA-1", None, None)


def test_a_type_without_a_shape_is_a_bug_that_names_its_field():
    class Weighed(Event, stored_as="school.weighed"):
        """A float has no exact form in RFC 8785."""

        kilograms: Open[float]

    with pytest.raises(TypeError, match="'Weighed', 'kilograms'"):
        event_model(Weighed)


def test_a_text_of_ascii_may_hold_what_is_shown_and_nothing_else():
    for character in map(chr, range(128)):
        for clean, allowed in ((clean_line, ""), (clean_note, "\n\t")):
            text = f" a{character}b "
            if character in NOT_SHOWN and character not in allowed:
                with pytest.raises(PydanticCustomError):
                    clean(text)
            else:
                assert clean(text) == text.strip()
