"""Columns in PostgreSQL's binary form: it reads what was told, and what is none is not sent."""

import uuid

import pytest

from infrastructure.columns import BYTEA, HEX, INT4, TEXT, UUID, Column, ColumnDumper, turned

IDS = "01980f5c-7a00-7000-8000-0000000000d1", "01980f5c-7a00-7000-8000-0000000000d2"
ARRAYS = "SELECT %b::text[], %b::int[], %b::uuid[], %b::bytea[], %b::bytea[]"
KINDS = TEXT, INT4, UUID, BYTEA, HEX


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("", -1, IDS[0], b"", "")],
        [("karena é", 7, IDS[0], b"\0\1", "00ff"), ("x", 2**31 - 1, IDS[1], b"page" * 99, "ab")],
    ],
    ids=["none", "one", "two"],
)
def test_the_database_reads_what_was_told(pool, rows):
    with pool.connection() as connection:
        connection.adapters.register_dumper(Column, ColumnDumper)
        read = connection.execute(ARRAYS, turned(KINDS, rows)).fetchone()
    assert [list(one) for one in zip(*read, strict=True)] == [
        [text, number, uuid.UUID(an_id), page, bytes.fromhex(digits)]
        for text, number, an_id, page, digits in rows
    ]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (UUID, [IDS[0], "x"]),
        (UUID, [IDS[0], IDS[1][:-2], f"{IDS[0]}ff"]),
        (HEX, ["0g"]),
        (TEXT, ["\ud800"]),
    ],
    ids=["no id", "ids that are as long as ids together", "no digits", "no text"],
)
def test_what_can_be_no_cell_is_told_as_such(kind, values):
    with pytest.raises(ValueError):  # noqa: PT011  # as Python says it
        turned((kind,), [(one,) for one in values])
