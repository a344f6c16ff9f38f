"""Every projection in a real table: what PostgreSQL keeps is what the fold in memory says."""

from dataclasses import replace

import pytest
from fold import pages, rows
from pages import draft, write
from strategies import walks

from application.ledger import BEGINNING, Head
from application.read_models import Access, Question
from domain.catalogue import STREAMS
from domain.forgotten import FORGETTING
from domain.record import StreamId
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from projections.catalogue import PROJECTIONS

pytestmark = pytest.mark.long

EVERYTHING = Access(everywhere=True, units=frozenset())
ALL = Question(where={}, words=(), after=None, limit=None)


def tellings():
    return [
        (f"{stream.name}:{number}", event)
        for stream in STREAMS.values()
        for number, walk in enumerate(walks(stream)[:6])
        for event in walk
        if not isinstance(event, FORGETTING)  # which takes out of rows what the fold here keeps
    ]


def tell(ledger, told):
    """Write pages as they are, one stream after another."""
    head, version = Head(version=0, hash=BEGINNING), 0
    last = None
    for name, event in told:
        if name != last:
            head, version, last = Head(version=0, hash=BEGINNING), 0, name
        stream = StreamId.of(name)
        version += 1
        page = replace(draft(event, to=stream, version=version), subject=stream.key)
        write(ledger, page, heads={stream: head})
        head = Head(version=version, hash=ledger.read(stream)[-1].hash)


@pytest.fixture
def models(ledger, pool):
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, PROJECTIONS)
    models.follower.prepare()
    return models


def test_tables_hold_what_the_fold_says_and_equal_their_replay(models, ledger):
    told = tellings()
    tell(ledger, told)
    while models.follower.advance():
        pass
    assert not any(progress.stopped_keys for progress in models.progress())
    for projection in PROJECTIONS:
        expected = rows(projection, pages(told, unit="RUTAN-MEDAN"))
        shown = {
            key: row
            for key, row in expected.items()
            if all(getattr(row, name) == value for name, value in projection.listed.items())
        }
        found = dict(models.ask(projection.name, ALL, EVERYTHING).rows)
        assert without_tellers(found) == without_tellers(shown), projection.name
    for digests in models.compare([projection.name for projection in PROJECTIONS]):
        assert digests.live == digests.replay, digests.name


def without_tellers(table):
    """Leave out who told it and when, which is the ledger's own to say."""
    own = {"recorded_at", "actor", "role", "unit", "beside", "event_id", "correlation_id"}
    return {
        key: replace(row, **dict.fromkeys(own & vars(row).keys()))
        if hasattr(row, "recorded_at")
        else row
        for key, row in table.items()
    }
