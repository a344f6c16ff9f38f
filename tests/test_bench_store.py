"""That a store is filled once, goes on where it was broken off, and is measured as it is."""

from dataclasses import replace

import pytest

from benchmarks import read, replay, store
from benchmarks.place import Place
from benchmarks.result import TINY
from infrastructure.postgres_tenant import wheel_binaries

pytestmark = pytest.mark.long

SMALL = replace(TINY, store_events=900, people=6, store=True)


@pytest.fixture
def place(postgres, tmp_path, monkeypatch) -> Place:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Place(postgres=postgres, cache=tmp_path, binaries=wheel_binaries(), installs=False)


def test_a_store_is_filled_once_and_measured_by_those_who_are_asked_to(place, monkeypatch):
    steps = store.STEPS
    monkeypatch.setattr(store, "STEPS", {**steps, "seal": interrupted})
    with pytest.raises(InterruptedError):
        store.run(SMALL, place)
    with pytest.raises(LookupError):
        store.kept()
    monkeypatch.setattr(store, "STEPS", steps)
    again = store.run(SMALL, place)

    assert {row.subject for row in again.rows} == {"fill", "build", "seal"}
    found = store.kept().story
    assert found.turns == 1
    assert found.position >= SMALL.store_events
    monkeypatch.setattr(store, "STEPS", dict.fromkeys(steps, interrupted))
    assert store.run(SMALL, place).rows == again.rows

    rows = read.run(SMALL, place).rows
    assert f"6 people in the unit, {found.position:,} events in the store" in rows[0].note
    assert any(f"among {found.position}" in row.subject for row in replay.run(SMALL, place).rows)


def interrupted(*_: object) -> None:
    """Be a step that does not come to its end."""
    raise InterruptedError
