"""The events in one document, written from the catalogue: what each means and what it holds.

``python -m api.event_document > docs/events.md`` writes it anew.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from api.shape_words import said
from domain.catalogue import ANNOTATING, STREAMS
from domain.kernel import Chapter, DataClass, Event, Stream, data_classes
from domain.shape import payload_shapes

COMMAND: Final = ".venv/bin/python -m api.event_document > docs/events.md"
PROTECTION: Final[Mapping[DataClass, str]] = {
    DataClass.NONE: "open",
    DataClass.PERSONAL: "personal",
    DataClass.SPECIFIC: "specific",
}
HEAD: Final = f"""\
# Events

What may be recorded, in which stream, and how each field is kept. This page is written from the
types in `domain/`; do not edit it, run `{COMMAND}`.

Every event also says since when it is true (`effective`: a civil day in the unit's zone, or an
instant with its offset), and may name evidence and a reason. *Open* fields lie in the page as they
are; *personal* and *specific* ones (UU 27/2022 art. 4) are sealed under the key of the person whom
they concern, and are unreadable once that key is destroyed. A field that may be null may be left
out of a proposal.
"""


def event_document(streams: Mapping[str, Stream] = STREAMS) -> str:
    """Return the document of all these streams, in Markdown."""
    lines = [
        line for one in streams.values() for line in _part(f"Stream `{one.name}`", one.chapters)
    ]
    return "\n".join([HEAD, *lines, *_part("In every stream", ANNOTATING)])


def _part(title: str, chapters: Sequence[Chapter[Any, Any]]) -> Iterator[str]:
    number = sum(len(chapter.events) for chapter in chapters)
    named = ", ".join(chapter.name for chapter in chapters)
    yield f"## {title}\n"
    yield f"{number} types of event; chapters: {named}.\n"
    for chapter in chapters:
        yield from _chapter(chapter)


def _chapter(chapter: Chapter[Any, Any]) -> Iterator[str]:
    module = sys.modules[chapter.decide.__module__]
    yield f"### {chapter.name}\n"
    yield f"{_paragraph(module.__doc__ or '')}\n"
    yield "| stored as | what happened | fields |"
    yield "|---|---|---|"
    for event in chapter.events:
        meaning = _cell(_paragraph(event.__doc__ or ""))
        yield f"| `{event.names[-1]}` | {meaning} | {_fields(event)} |"
    yield ""


def _fields(event: type[Event]) -> str:
    classes = data_classes(event)
    return "<br>".join(
        f"`{field}` {_cell(said(shape)[1])} ({PROTECTION[classes[field]]})"
        for field, shape in payload_shapes(event).items()
    )


def _paragraph(text: str) -> str:
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    sys.stdout.write(event_document())
