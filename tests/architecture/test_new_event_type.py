"""What a new event type touches: its chapter, its golden page, its test; nothing else.

A chapter that nobody knows is made up here. Form, strategies, document, codec and errors must serve
it as they serve the others, and none of the files that derive from the catalogue may name an event.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pytest
from golden_pages import event_of, page_of
from hypothesis import given
from pydantic import TypeAdapter, ValidationError
from strategies import event, events_of, walks, wild_event

from api.event_document import event_document
from api.event_examples import example_event, example_json
from api.event_forms import event_model, proposal_union, to_event
from api.field_errors import field_errors
from domain.catalogue import EVENTS, STREAMS
from domain.fields import Line, Note, Ref
from domain.kernel import Chapter, Event, Length, Open, Personal, Stream, Value
from domain.time import Zone

HOUSE = Path(__file__).parents[2]


class Loan(Value):
    """One book, and for how many days."""

    title: Line
    days: int


class BookLent(Event, stored_as="library.book_lent"):
    """A book was lent to somebody in custody."""

    card: Open[Ref]
    loans: Personal[Annotated[tuple[Loan, ...], Length(least=1, most=3)]]
    remark: Personal[Note | None]


class BookReturned(Event, stored_as="library.book_returned"):
    """The book came back."""

    card: Open[Ref]


class Library(Value):
    """The cards that are out."""

    out: dict[str, BookLent]
    back: tuple[str, ...]


def decide(proposed, journey):
    """Lend, and take back."""
    return [proposed]


def evolve(library, happened):
    """Keep the card."""
    match happened:
        case BookLent():
            return replace(library, out=library.out | {happened.card: happened})
        case _:
            return replace(library, back=(*library.back, happened.card))


LIBRARY = Chapter(
    name="library",
    events=(BookLent, BookReturned),
    initial=Library(out={}, back=()),
    decide=decide,
    evolve=evolve,
)
SHELF = Stream(name="shelf", chapters=(LIBRARY,), subject=lambda key, _: key)
KNOWN = {name: kind for kind in LIBRARY.events for name in kind.names}


def test_its_form_is_there():
    proposal = TypeAdapter(proposal_union([*STREAMS.values(), SHELF]))
    written = json.loads(json.dumps(example_json(BookLent)))
    assert to_event(proposal.validate_python(written), Zone.WIB) == example_event(BookLent)


def test_its_example_and_description_reach_openapi():
    schema = event_model(BookLent).model_json_schema()
    assert schema["description"] == "A book was lent to somebody in custody."
    assert schema["examples"][0]["data"]["loans"] == [{"title": "contoh title", "days": 12}]


def test_its_errors_speak_of_its_fields():
    form = example_json(BookLent)
    form["data"] |= {"loans": [{"title": "", "day": 3}]}
    proposal = TypeAdapter(proposal_union([SHELF]))
    with pytest.raises(ValidationError) as found:
        proposal.validate_python(form)
    errors = field_errors(found.value, "en", LIBRARY.events)
    assert [(error.pointer, error.code) for error in errors] == [
        ("/data/loans/0/title", "too_short"),
        ("/data/loans/0/days", "missing"),
        ("/data/loans/0/day", "unknown_field"),
    ]
    assert errors[-1].detail.endswith("expected: title, days")


@given(event(BookLent) | wild_event(BookLent) | events_of(SHELF))
def test_its_events_can_be_drawn_stored_and_woken(drawn):
    page = json.loads(json.dumps(page_of(drawn)))
    assert event_of(drawn.names[-1], page, KNOWN) == drawn


def test_random_walks_pass_through_its_chapter():
    assert {type(happened) for history in walks(SHELF) for happened in history} == set(
        LIBRARY.events
    )


def test_it_stands_in_the_document():
    text = event_document({**STREAMS, "shelf": SHELF})
    assert "| `library.book_lent@1` | A book was lent to somebody in custody. |" in text


def test_nothing_that_derives_from_the_catalogue_names_an_event():
    """The measurement of docs/adr/0001-one-file-per-event-type.md."""
    words = {kind.__name__ for kind in EVENTS} | {kind.stored_as for kind in EVENTS}
    named = re.compile("|".join(rf"(?<![\w.]){re.escape(word)}(?![\w.])" for word in words))
    derived = [
        "domain/catalogue.py",
        "domain/shape.py",
        "api/event_document.py",
        "api/event_examples.py",
        "api/event_forms.py",
        "api/field_errors.py",
        "api/policies.py",
        "api/readings.py",
        "api/shape_words.py",
        "infrastructure/codec.py",
        "tests/golden_pages.py",
        "tests/strategies.py",
        "tests/domain/test_every_chapter.py",
    ]
    found = {name: named.findall((HOUSE / name).read_text(encoding="utf-8")) for name in derived}
    assert {name: words for name, words in found.items() if words} == {}
