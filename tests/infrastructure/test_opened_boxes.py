"""What a report unsealed is at hand for the next: where it was opened, and of nobody forgotten."""

from dataclasses import replace

import pytest
from lines import ANY, EVERYTHING, LINES
from pages import assessed, draft, stream, write
from psycopg.sql import SQL

from infrastructure import counted_rows
from infrastructure.master_key import MasterKey
from infrastructure.opened_boxes import SEALED, SHORT, OpenedBoxes
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals

COUNTED = replace(ANY, counted=frozenset({"name", "person"}))
PLACE = ("1", "budi", "store|list|name")


@pytest.fixture
def seals(ledger):
    return RowSeals("store", ledger.keys, MasterKey(b"k" * 32))


@pytest.fixture
def models(ledger, pool, seals):
    models = PostgresReadModels(ledger, pool, seals, [LINES])
    models.follower.prepare()
    for key in "12":
        write(ledger, draft(assessed(), to=stream(key)))
    while models.follower.advance():
        pass
    return models


@pytest.fixture
def opened(monkeypatch):
    """Say how many boxes were opened."""
    boxes = []

    def unseal(secret, box, place):
        boxes.append(box)
        return unsealed(secret, box, place)

    unsealed = counted_rows.unseal
    monkeypatch.setattr(counted_rows, "unseal", unseal)
    return boxes


def asked(models):
    return dict(models.ask("case_summary", COUNTED, EVERYTHING).rows)


def names(models):
    return [row.name for row in asked(models).values()]


def test_a_box_is_opened_for_the_first_report_and_not_for_the_next(models, opened):
    assert names(models) == names(models) == ["Budi Fiktif"] * 2
    assert len(opened) == 2


@pytest.mark.parametrize("column", ["name", "person"])
def test_a_box_that_was_opened_says_nothing_in_another_place(models, pool, column):
    assert names(models) == ["Budi Fiktif"] * 2
    moves = {
        "name": "SET name = (SELECT name FROM {0} WHERE key = '1') WHERE key = '2'",
        "person": "SET person = 'tono' WHERE key = '2'",
    }
    with pool.connection() as connection:
        table = models.follower.tables["case_summary"].table
        connection.execute(SQL("UPDATE {0} " + moves[column]).format(table))
    assert names(models) == ["Budi Fiktif", None]


def test_whoever_was_forgotten_is_not_there_nor_kept_by_an_answer_under_way(models, ledger, seals):
    begun, halfway = asked(models), asked(models)
    assert halfway["1"].name == "Budi Fiktif"
    assert names(models) == ["Budi Fiktif"] * 2
    ledger.keys.forget_here([halfway["1"].person])
    assert [row.name for row in begun.values()] == [None, None]
    assert halfway["2"].name == "Budi Fiktif", "its key was opened before"
    assert not len(seals.boxes)
    assert names(models) == [None, None]


def test_it_keeps_so_many_and_then_begins_anew_and_nothing_that_is_long():
    boxes = OpenedBoxes(most=2)
    for box in b"a", b"b", b"c":
        boxes.keep(box, PLACE, box.decode())
    boxes.keep(b"x" * (SHORT + 1), PLACE, "long")
    assert len(boxes) == 1
    assert boxes.find(b"c", PLACE) == "c"
    assert boxes.find(b"a", PLACE) is SEALED
