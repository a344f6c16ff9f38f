from pathlib import Path

from api.event_document import COMMAND, event_document
from domain.catalogue import RECORDED
from domain.shape import payload_shapes

WRITTEN = Path(__file__).parents[1] / "docs" / "events.md"


def test_the_document_of_events_is_the_one_that_the_catalogue_gives():
    assert WRITTEN.read_text(encoding="utf-8") == event_document(), f"stale; run: {COMMAND}"


def test_the_document_names_every_event_and_every_field():
    rows = {
        line.split("`")[1]: line for line in event_document().splitlines() if line.startswith("| `")
    }
    for event in RECORDED:
        row = rows[event.names[-1]]
        assert all(f"`{field}` " in row for field in payload_shapes(event))
        assert row.count(" | ") == 2
