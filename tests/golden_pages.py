"""Golden pages: every name ever stored, as it looks before sealing. Written once, never edited.

``python tests/golden_pages.py`` writes the pages that are missing, and touches no other.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from api.event_examples import example_event
from domain.catalogue import RECORDED
from domain.kernel import Event, Json
from infrastructure.codec import effective_of, event_from, payload_of

HOUSE: Final = Path(__file__).parents[1]
GOLDEN: Final = HOUSE / "tests" / "golden"


def page_of(event: Event) -> Json:
    """Return what a page holds of an event, before sealing."""
    return {"effective": effective_of(event), "payload": payload_of(event)}


def event_of(name: str, page: Json, known: Mapping[str, type[Event]]) -> Event:
    """Wake the event of a page stored under this name."""
    return event_from(name, page["effective"], page["payload"], known)


def write_missing(kinds: Iterable[type[Event]], folder: Path = GOLDEN) -> list[Path]:
    """Write the page of every event whose name of today has none, and return what was written.

    A name of an earlier version is not written: its page was, when it was the name of the day.
    """
    written = []
    for kind in kinds:
        path = folder / f"{kind.names[-1]}.json"
        if not path.exists():
            page = json.dumps(page_of(example_event(kind)), ensure_ascii=False, indent=2)
            path.write_text(f"{page}\n", encoding="utf-8")
            written.append(path)
    return written


if __name__ == "__main__":
    chapters = sys.argv[1:]
    asked = [e for e in RECORDED if not chapters or e.stored_as.partition(".")[0] in chapters]
    for path in write_missing(asked):
        sys.stdout.write(f"{path.relative_to(HOUSE)}\n")
