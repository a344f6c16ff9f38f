"""What a projection says it leaves closed it does not look at."""

import pytest
from fold import pages, rows

from api.event_examples import example_event
from domain.record import Recorded
from projections.catalogue import PROJECTIONS

LEAVING = [one for one in PROJECTIONS if one.opens is not None]


def shut(page):
    """The page as `infrastructure.closed_pages` hands it out: what is looked for is not there."""
    event = object.__new__(type(page.event))
    vars(event)["effective"] = page.event.effective
    found = object.__new__(Recorded)
    kept = {name: said for name, said in vars(page).items() if name not in {"evidence", "reason"}}
    vars(found).update(kept, event=event)
    return found


@pytest.mark.parametrize("projection", LEAVING, ids=lambda one: one.name)
def test_rows_of_closed_pages_are_those_of_open_ones(projection):
    closed = set(projection.events) - set(projection.opens)
    assert closed, "or it need not say what it opens"
    assert set(projection.opens) <= set(projection.events)
    for between in sorted(closed, key=lambda kind: kind.stored_as):
        kinds = [*projection.opens, between, *projection.opens, between]
        told = pages(("case:1", example_event(kind)) for kind in kinds)
        left = [shut(page) if type(page.event) in closed else page for page in told]
        assert rows(projection, left) == rows(projection, told)
