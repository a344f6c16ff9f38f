"""Every way in which the ledger is read, against the one that reads a stream: over one ledger."""

from datetime import UTC, datetime, timedelta

import pytest
from databases import own_database
from mined_store import own_ledger
from pages import assessed, began, draft, stream, write
from uuid_utils import uuid7

from application.ledger import BEGINNING, Head
from domain.conduct import DisciplineBegan

ONE, TWO, NOBODY = stream("1"), stream("2"), stream("9")


@pytest.fixture(scope="module")
def ledger(postgres, template):
    """Seven pages: of one stream at positions 1, 2, 4 and 6, of another at 3, 5 and 7."""
    with own_database(postgres, template) as database, own_ledger(database) as ledger:
        write(ledger, draft(assessed(), to=ONE), draft(began(), to=ONE, version=2))
        for at in range(3, 8):
            to = TWO if at % 2 else ONE
            pages = ledger.read(to)
            last = pages[-1].hash if pages else BEGINNING
            heads = {to: Head(version=len(pages), hash=last)}
            write(ledger, draft(began(), to=to, version=len(pages) + 1), heads=heads)
        yield ledger


def places(pages):
    return [page.position for page in pages]


def test_many_streams_are_read_as_each_of_them_is_and_in_the_order_asked_for(ledger):
    asked = [TWO, NOBODY, ONE]
    assert list(ledger.read_many(asked)) == [(it, tuple(ledger.read(it))) for it in asked]
    named = dict(ledger.read_many(asked, names=DisciplineBegan.names))
    assert {it: places(pages) for it, pages in named.items()} == {
        ONE: [2, 4, 6],
        TWO: [3, 5, 7],
        NOBODY: [],
    }
    early = dict(ledger.read_many(asked, upto=4))
    assert {it: places(pages) for it, pages in early.items()} == {
        ONE: [1, 2, 4],
        TWO: [3],
        NOBODY: [],
    }
    assert all(not pages for _, pages in ledger.read_many(asked, upto=0))


def test_what_is_recalled_is_at_hand_afterwards_and_is_never_less_than_before(ledger):
    ledger.forget_opened()
    assert dict(ledger.recall_many([ONE, TWO], upto=4)) == dict(
        ledger.read_many([ONE, TWO], upto=4)
    )
    assert places(ledger.recall(ONE)) == [1, 2, 4]
    ledger.read(ONE)
    list(ledger.recall_many([ONE], upto=1))
    assert places(ledger.recall(ONE)) == [1, 2, 4, 6]


def test_a_page_is_found_by_its_event_and_nothing_by_what_is_none(ledger):
    for page in (*ledger.read(ONE), *ledger.read(TWO)):
        assert ledger.find(page.event_id) == page
    assert ledger.find(str(uuid7())) is None
    assert ledger.find("no id at all") is None


def test_the_whole_is_walked_from_a_position_on_and_up_to_another(ledger):
    assert places(ledger.walk()) == [1, 2, 3, 4, 5, 6, 7]
    assert places(ledger.walk(2)) == [3, 4, 5, 6, 7]
    assert places(ledger.walk(2, upto=4)) == [3, 4]
    assert list(ledger.walk(7)) == []
    assert places(ledger.read_after(5, 1)) == [6]
    assert ledger.position() == 7


def test_the_position_at_an_instant_is_the_last_that_was_recorded_by_then(ledger):
    at = {page.position: page.recorded_at for page in ledger.walk()}
    assert ledger.position_at(at[1] - timedelta(microseconds=1)) == 0
    for position in (4, 7):
        last = max(one for one, when in at.items() if when <= at[position])
        assert ledger.position_at(at[position]) == last
    assert ledger.position_at(datetime.now(UTC)) == 7


def test_the_library_reads_by_position_with_the_first_or_without_it_and_up_to_a_last(ledger):
    read = ledger.recorder.select_notifications
    assert [page.id for page in read(4, 2)] == [4, 5]
    assert [page.id for page in read(4, 2, inclusive_of_start=False)] == [5, 6]
    assert [page.id for page in read(None, 9, stop=3)] == [1, 2, 3]
    assert [page.id for page in read(1, 9, topics=DisciplineBegan.names)] == [2, 3, 4, 5, 6, 7]
    assert [page.originator_version for page in ledger.recorder.select_events(str(ONE), gt=1)] == [
        2,
        3,
        4,
    ]
    newest = ledger.recorder.select_events(str(ONE), lte=3, desc=True, limit=2)
    assert [page.originator_version for page in newest] == [3, 2]
