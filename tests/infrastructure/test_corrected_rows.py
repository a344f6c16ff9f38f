"""One correction at a time: what it does to rows, to what had stopped them, and what it costs."""

from contextlib import closing
from dataclasses import replace
from threading import Lock

import psycopg
import pytest
from lines import LINES, evolve
from pages import ACTOR, assessed, draft, stream, write
from scenario import on

from application.ledger import Head
from domain.correction import Arrival, Change, CorrectionApproved, CorrectionProposed
from infrastructure.codec import Unreadable
from infrastructure.folding import fold_batch
from infrastructure.histories import CORRECTING
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from infrastructure.tail import Batch, Kept

pytestmark = pytest.mark.long

WHEN = on("2025-09-01")


class House:
    """A ledger, one read model over it, and somebody who corrects."""

    def __init__(self, ledger, pool, projection=LINES) -> None:
        self.ledger, self.pool = ledger, pool
        seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
        self.models = PostgresReadModels(ledger, pool, seals, [projection])
        self.models.follower.prepare()
        self.table = self.models.follower.tables["case_summary"]

    def follow(self, most=1_000):
        while self.models.follower.advance(most):
            self.ensure_true()

    def ensure_true(self):
        (same,) = self.models.compare(["case_summary"])
        assert same.live == same.replay, same.position

    def tell(self, *events, to=None):
        """Write events after what the stream holds, and return their pages."""
        to = to or stream()
        return self.write([(to, event) for event in events])

    def write(self, told):
        """Write events of several streams in one go, in this order, and return their pages."""
        streams = {to for to, _ in told}
        known = {to: self.ledger.read(to) for to in streams}
        versions = {to: len(known[to]) for to in streams}
        heads = {
            to: Head(version=len(pages), hash=pages[-1].hash)
            for to, pages in known.items()
            if pages
        }
        drafts = []
        for to, event in told:
            versions[to] += 1
            drafts.append(draft(event, to=to, version=versions[to]))
        if heads:
            self.ledger.append(drafts, heads=heads, actor=ACTOR.id, command=None)
        else:
            write(self.ledger, *drafts)
        ids = [page.event_id for page in drafts]
        pages = {page.event_id: page for to in streams for page in self.ledger.read(to)}
        return [pages[one] for one in ids]

    def months(self, key="1"):
        with self.pool.connection() as connection:
            row = self.table.load(connection, [key]).get(key)
        return row.months if row else None

    def stopped(self):
        (progress,) = self.models.progress()
        return [letter.key for letter in progress.dead_letters]


@pytest.fixture
def house(ledger, pool):
    return House(ledger, pool)


def approved(changes=(), arrivals=(), undoes=(), correction="k-1"):
    return CorrectionApproved(
        effective=WHEN,
        correction=correction,
        requested_in="case:1",
        approver="supervisor",
        changes=tuple(Change(event=page.event_id, by=by) for page, by in changes),
        arrivals=tuple(arrivals),
        undoes=undoes,
    )


def proposed(content):
    return CorrectionProposed(effective=WHEN, correction="k-1", content=content)


def test_what_is_voided_leaves_its_row_and_what_is_corrected_keeps_its_place(house):
    first, second, third = house.tell(*map(assessed, ("2025-05", "2025-06", "2025-07")))
    house.follow()
    (by,) = house.tell(proposed(assessed("2024-12")))
    house.tell(approved([(first, by.event_id), (third, None)]))
    house.follow()
    assert house.months() == ("2024-12", "2025-06")
    house.tell(assessed("2025-08"))
    house.follow()
    assert house.months() == ("2024-12", "2025-06", "2025-08"), "told onto the corrected row"
    house.tell(approved([(second, None), (first, None)], correction="k-2"), assessed("2025-09"))
    house.follow()
    assert house.months() == ("2025-08", "2025-09")


def test_a_row_that_nothing_makes_any_more_is_gone_and_comes_back_when_that_is_undone(house):
    (only,) = house.tell(assessed("2025-05"))
    house.tell(approved([(only, None)]))
    house.follow()
    assert house.months() is None
    house.tell(approved(undoes=("k-1",), correction="k-2"))
    house.follow()
    assert house.months() == ("2025-05",)


def test_what_is_told_and_voided_within_a_batch_leaves_no_row_whatever_else_is_stopped(
    ledger, pool
):
    by_month = replace(LINES, key=lambda page: f"{page.stream.key}/{page.event.month}")
    house = House(ledger, pool, by_month)
    house.tell(assessed("1999-01"), to=stream("2"))
    house.follow()
    (only,) = house.tell(assessed("2025-05"))
    house.tell(approved([(only, None)]))
    house.tell(assessed("1999-01"), assessed("2025-06"), to=stream("2"))
    house.follow()
    assert (house.months("1/2025-05"), house.months("2/2025-06")) == (None, ("2025-06",))
    assert house.stopped() == ["2/1999-01"]


def test_a_move_is_right_at_every_position_wherever_a_batch_cuts_its_write(house):
    (wrong, _) = house.tell(assessed("2025-05"), assessed("2025-06"))
    house.tell(assessed("2025-01"), to=stream("2"))
    house.follow()
    arrived = house.write(
        [
            (stream("2"), assessed("2025-05")),
            (stream("1"), approved([(wrong, None)])),
        ]
    )[0]
    came = Arrival(origin=wrong.event_id, event=arrived.event_id)
    house.write(
        [
            (stream("2"), approved(arrivals=[came])),
            (stream("1"), approved(undoes=("k-1",), correction="k-2")),
            (stream("2"), approved(undoes=("k-1",), correction="k-2")),
            (stream("2"), assessed("2025-02")),
        ]
    )
    seen = []
    while house.models.follower.advance(1):
        house.ensure_true()
        seen.append((house.months("1"), house.months("2")))
    assert seen == [
        (("2025-05", "2025-06"), ("2025-01", "2025-05")),
        (("2025-06",), ("2025-01", "2025-05")),
        (("2025-06",), ("2025-01", "2025-05")),
        (("2025-05", "2025-06"), ("2025-01", "2025-05")),
        (("2025-05", "2025-06"), ("2025-01",)),
        (("2025-05", "2025-06"), ("2025-01", "2025-02")),
    ]


@pytest.mark.parametrize(
    ("poison", "within_stream", "cured"),
    [
        ("fold", True, "void"),
        ("fold", False, "correct"),
        ("key", True, "correct"),
        ("key", False, "void"),
        ("write", True, "correct"),
        ("write", False, "void"),
    ],
)
def test_a_poison_that_is_corrected_away_frees_what_it_stopped(
    ledger, pool, poison, within_stream, cured
):
    def key(page):
        if poison == "key" and page.event.month == "1998-01":
            raise RuntimeError
        return page.stream.key

    def fold(row, page):
        after = evolve(row, page)
        unwritable = poison == "write" and "1998-01" in after.months
        return replace(after, person="nul \0") if unwritable else after

    projection = replace(LINES, key=key, evolve=fold, within_stream=within_stream)
    house = House(ledger, pool, projection)
    month = "1999-01" if poison == "fold" else "1998-01"
    _, bad, _ = house.tell(assessed("2025-05"), assessed(month), assessed("2025-07"))
    house.tell(assessed(), to=stream("2"))
    house.models.follower.advance()
    assert house.stopped() == (["case:1"] if poison == "key" else ["1"])
    if cured == "void":
        house.tell(approved([(bad, None)]))
    else:
        (by,) = house.tell(proposed(assessed("2025-06")))
        house.tell(approved([(bad, by.event_id)]))
    house.follow()
    assert house.stopped() == []
    between = () if cured == "void" else ("2025-06",)
    assert house.months() == ("2025-05", *between, "2025-07")
    assert house.months("2") == ("2025-07",)


def test_a_correction_that_brings_poison_stops_the_key_where_its_fact_stands(house):
    first, _ = house.tell(assessed("2025-05"), assessed("2025-06"))
    house.follow()
    (by,) = house.tell(proposed(assessed("1999-01")))
    house.tell(approved([(first, by.event_id)]))
    house.follow()
    (progress,) = house.models.progress()
    assert [(one.key, one.position) for one in progress.dead_letters] == [("1", first.position)]
    assert house.months() is None
    house.tell(approved(undoes=("k-1",), correction="k-2"))
    house.follow()
    assert house.stopped() == []
    assert house.months() == ("2025-05", "2025-06")


@pytest.mark.parametrize("within_stream", [True, False])
def test_a_key_that_is_folded_anew_after_a_fix_is_folded_from_what_stands(
    ledger, pool, within_stream
):
    poison = {"2025-06"}

    def mended(row, page):
        if page.event.month in poison:
            raise RuntimeError
        return evolve(row, page)

    house = House(ledger, pool, replace(LINES, evolve=mended, within_stream=within_stream))
    first, _ = house.tell(assessed("2025-05"), assessed("2025-06"))
    (by,) = house.tell(proposed(assessed("2025-04")))
    house.tell(approved([(first, by.event_id)]), assessed("2025-07"))
    house.follow()
    assert house.months() == ("2025-04",)
    assert not house.models.refold("case_summary", "1"), "it is stopped still"
    poison.clear()
    assert house.models.refold("case_summary", "1")
    assert house.months() == ("2025-04", "2025-06", "2025-07")
    house.ensure_true()


def test_an_approval_that_cannot_be_woken_stops_its_stream_and_is_never_passed_over(house):
    first, _ = house.tell(assessed("2025-05"), assessed("2025-06"))
    house.tell(approved([(first, None)]), assessed("2025-07"))
    house.tell(assessed("2025-01"), to=stream("2"))
    fold_all(house, lambda page: page.topic in CORRECTING)
    assert house.stopped() == ["case:1"]
    assert house.months() == ("2025-05", "2025-06"), "as it stood before"
    assert house.months("2") == ("2025-01",)


def fold_all(house, unreadable):
    """Fold the whole ledger as one batch, as a process that cannot read some pages."""

    def wake(pages):
        if any(map(unreadable, pages)):
            raise Unreadable
        return house.ledger.awake(pages)

    pages = house.ledger.recorder.select_notifications(1, 1_000)
    with house.pool.connection() as connection, connection.transaction():
        fold_batch(connection, [house.table], Batch(0, list(map(Kept, pages)), wake, Lock()))


class Counting(psycopg.Connection):
    """Counts what it is asked to execute."""

    asked = 0

    def execute(self, *args, **kwargs):
        self.asked += 1
        return super().execute(*args, **kwargs)


def test_a_batch_without_an_approval_is_one_statement_to_read_and_one_to_write(house, database):
    (first,) = house.tell(assessed("2025-05"))
    house.tell(proposed(assessed("2025-06")), assessed("2025-07"))
    house.tell(assessed("2025-01"), to=stream("2"))
    pages = house.ledger.recorder.select_notifications(1, 1_000)
    with closing(Counting.connect(database)) as connection:
        batch = Batch(0, list(map(Kept, pages)), house.ledger.awake, Lock())
        fold_batch(connection, [house.table], batch)
        assert connection.asked == 2
        house.tell(approved([(first, None)]))
        pages = house.ledger.recorder.select_notifications(batch.upto + 1, 1_000)
        fold_batch(
            connection,
            [house.table],
            Batch(batch.upto, list(map(Kept, pages)), house.ledger.awake, Lock()),
        )
        assert connection.asked == 2 + 3, "its pages, what had stopped it, its row"
