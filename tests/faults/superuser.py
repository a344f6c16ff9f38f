"""What a superuser could do to the tables of a real ledger: one function for each kind of edit."""

# ruff: noqa: S608  # statements are put together of our own words only
import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

import psycopg

from tests.archives import WITNESSES, canonical, page, uuid_of

EVENTS, ACCESSES = 90, 20
"""How much stands in the ledger that is edited."""
GUARDED = ("event", "access", "leaf", "checkpoint", "cosignature", "store")
"""Tables with triggers that a superuser can switch off."""


@dataclass
class Superuser:
    """A connection with every right, in a transaction, and a source of chance."""

    connection: psycopg.Connection[Any]
    random: Random

    def do(self, statement: str, *values: Any) -> int:
        return self.connection.execute(statement.encode(), values).rowcount

    def one(self, query: str, *values: Any) -> Any:
        row = self.connection.execute(query.encode(), values).fetchone()
        return row[0] if row and len(row) == 1 else row

    def position(self) -> int:
        return self.random.randint(1, self.one("SELECT max(position) FROM ledger.event"))

    def page(self, position: int) -> dict[str, Any]:
        raw = self.one("SELECT page FROM ledger.event WHERE position = %s", position)
        return json.loads(raw)

    def write(self, position: int, said: dict[str, Any]) -> None:
        self.write_raw(position, canonical(said))

    def write_raw(self, position: int, raw: bytes) -> None:
        self.do("UPDATE ledger.event SET page = %s WHERE position = %s", raw, position)

    def change(self, position: int, **fields: Any) -> None:
        self.write(position, self.page(position) | fields)

    def rechain(self, stream: str) -> None:
        """Chain a stream anew, with its columns: nothing inside the tables contradicts it."""
        previous = "0" * 64
        rows = self.connection.execute(
            "SELECT position, page FROM ledger.event WHERE stream = %s ORDER BY version", (stream,)
        ).fetchall()
        for version, (position, raw) in enumerate(rows, 1):
            said = json.loads(raw) | {"prev_hash": previous, "version": version}
            raw_again = canonical(said)
            self.do(
                "UPDATE ledger.event SET page = %s, prev_hash = %s, version = %s"
                " WHERE position = %s",
                raw_again,
                bytes.fromhex(previous),
                version,
                position,
            )
            previous = sha256(raw_again).hexdigest()

    def redo_leaves(self) -> None:
        """Make the log's table say what the events say now."""
        for table, kind, number in (("event", "event", "position"), ("access", "access", "number")):
            self.do(
                "UPDATE ledger.leaf SET hash = sha256('\\x00'::bytea || ledger.leaf_data("
                f" leaf.kind, leaf.number, it.hash, it.recorded_at)) FROM ledger.{table} AS it"
                f" WHERE leaf.kind = '{kind}' AND it.{number} = leaf.number"
            )


Edit = Callable[[Superuser], None]
KINDS: dict[str, Edit] = {}


def kind(edit: Edit) -> Edit:
    KINDS[edit.__name__] = edit
    return edit


for field_name, maker in {
    "actor": lambda _: {"id": "orang-lain"},
    "name": lambda _: "custody.released@9",
    "payload": lambda random: {"score": random.randint(100, 999)},
    "purpose": lambda _: "lain",
    "subject": lambda random: f"orang-{random.random()}",
    "prev_hash": lambda random: random.randbytes(32).hex(),
    "version": lambda _: 77,
}.items():

    def change_field(hand: Superuser, name: str = field_name, new: Any = maker) -> None:
        hand.change(hand.position(), **{name: new(hand.random)})

    KINDS[f"field_{field_name}"] = change_field


@kind
def one_byte(hand: Superuser) -> None:
    at = hand.position()
    raw = bytearray(hand.one("SELECT page FROM ledger.event WHERE position = %s", at))
    raw[hand.random.randrange(len(raw))] ^= 1 << hand.random.randrange(8)
    hand.write_raw(at, bytes(raw))


@kind
def emptied(hand: Superuser) -> None:
    hand.write_raw(hand.position(), b"{}")


@kind
def pages_swapped(hand: Superuser) -> None:
    one, other = hand.random.sample(range(1, EVENTS + 1), 2)
    first, second = hand.page(one), hand.page(other)
    hand.write(one, second)
    hand.write(other, first)


@kind
def positions_swapped(hand: Superuser) -> None:
    one, other = hand.random.sample(range(1, EVENTS + 1), 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        hand.do("UPDATE ledger.event SET position = %s WHERE position = %s", new, old)


@kind
def time_of_an_event(hand: Superuser) -> None:
    moved = f"{hand.random.choice((-9, -1, 1, 9))} microseconds"
    hand.do(
        "UPDATE ledger.event SET recorded_at = recorded_at + %s::interval WHERE position = %s",
        moved,
        hand.position(),
    )


@kind
def event_deleted(hand: Superuser) -> None:
    hand.do("DELETE FROM ledger.event WHERE position = %s", hand.position())


@kind
def event_deleted_with_its_leaf(hand: Superuser) -> None:
    _delete_with_leaf(hand, hand.position())


@kind
def event_deleted_and_all_renumbered(hand: Superuser) -> None:
    at = hand.position()
    stream = hand.page(at)["stream"]
    last = hand.one("SELECT index FROM ledger.leaf WHERE kind = 'event' AND number = %s", at)
    _delete_with_leaf(hand, at)
    hand.do("UPDATE ledger.event SET position = -position WHERE position > %s", at)
    hand.do("UPDATE ledger.event SET position = -position - 1 WHERE position < 0")
    for moved, bound in (("number", at), ("index", last)):
        only = "kind = 'event' AND" if moved == "number" else ""
        for row in hand.connection.execute(
            f"SELECT {moved}, kind FROM ledger.leaf WHERE {only} {moved} > {bound} ORDER BY {moved}"
        ).fetchall():
            same = "AND kind = 'event'" if moved == "number" else ""
            hand.do(
                f"UPDATE ledger.leaf SET {moved} = {moved} - 1 WHERE {moved} = %s {same}", row[0]
            )
    hand.rechain(stream)
    hand.redo_leaves()


def _delete_with_leaf(hand: Superuser, at: int) -> None:
    hand.do("DELETE FROM ledger.event WHERE position = %s", at)
    hand.do("DELETE FROM ledger.leaf WHERE kind = 'event' AND number = %s", at)


@kind
def stream_forged(hand: Superuser) -> None:
    at = hand.position()
    hand.change(at, purpose="lain")
    hand.rechain(hand.page(at)["stream"])


@kind
def stream_forged_with_its_leaves(hand: Superuser) -> None:
    stream_forged(hand)
    hand.redo_leaves()


@kind
def stream_renamed(hand: Superuser) -> None:
    stream, other = hand.page(hand.position())["stream"], f"case:{uuid_of(hand.random)}"
    for (position,) in hand.connection.execute(
        "SELECT position FROM ledger.event WHERE stream = %s", (stream,)
    ).fetchall():
        hand.change(position, stream=other)
    hand.do("UPDATE ledger.event SET stream = %s WHERE stream = %s", other, stream)
    hand.rechain(other)
    hand.redo_leaves()


@kind
def event_written_over_with_an_invented_one(hand: Superuser) -> None:
    at, stream = hand.position(), f"case:{uuid_of(hand.random)}"
    hand.write(at, page(hand.random, stream, 1, "0" * 64))
    hand.redo_leaves()


@kind
def tail_deleted(hand: Superuser) -> None:
    at = hand.position()
    hand.do("DELETE FROM ledger.event WHERE position >= %s", at)


@kind
def tail_deleted_with_all_that_was_signed(hand: Superuser) -> None:
    """Yesterday's database: consistent in itself, with a checkpoint that was true."""
    sizes = [row[0] for row in hand.connection.execute("SELECT size FROM ledger.checkpoint")]
    keep = hand.random.choice(sorted(sizes)[:-1])
    hand.do("DELETE FROM ledger.cosignature WHERE size > %s", keep)
    hand.do("DELETE FROM ledger.checkpoint WHERE size > %s", keep)
    for table, number in (("event", "position"), ("access", "number")):
        hand.do(
            f"DELETE FROM ledger.{table} WHERE {number} > (SELECT coalesce(max(number), 0)"
            f" FROM ledger.leaf WHERE kind = '{table}' AND index < %s)",
            keep,
        )
    hand.do("DELETE FROM ledger.leaf WHERE index >= %s", keep)


@kind
def everything_deleted(hand: Superuser) -> None:
    for table in ("cosignature", "checkpoint", "leaf", "access", "event"):
        hand.do(f"DELETE FROM ledger.{table}")


@kind
def access_edited(hand: Superuser) -> None:
    hand.do(
        "UPDATE ledger.access SET body = %s WHERE number = %s",
        canonical({"actor": {"id": "orang-lain"}, "subjects": []}),
        hand.random.randint(1, ACCESSES),
    )


@kind
def access_deleted(hand: Superuser) -> None:
    number = hand.random.randint(1, ACCESSES)
    hand.do("DELETE FROM ledger.access WHERE number = %s", number)


@kind
def access_deleted_with_its_leaf(hand: Superuser) -> None:
    number = hand.random.randint(1, ACCESSES)
    hand.do("DELETE FROM ledger.access WHERE number = %s", number)
    hand.do("DELETE FROM ledger.leaf WHERE kind = 'access' AND number = %s", number)


@kind
def leaves_in_another_order(hand: Superuser) -> None:
    one, other = hand.random.sample(range(EVENTS + ACCESSES), 2)
    hand.do("ALTER TABLE ledger.leaf DROP CONSTRAINT leaf_index_check")
    for old, new in ((one, -1), (other, one), (-1, other)):
        hand.do("UPDATE ledger.leaf SET index = %s WHERE index = %s", new, old)


@kind
def leaf_deleted(hand: Superuser) -> None:
    hand.do("DELETE FROM ledger.leaf WHERE index = %s", hand.random.randrange(EVENTS + ACCESSES))


@kind
def hash_of_a_leaf(hand: Superuser) -> None:
    hand.do(
        "UPDATE ledger.leaf SET hash = %s WHERE index = %s",
        hand.random.randbytes(32),
        hand.random.randrange(EVENTS + ACCESSES),
    )


@kind
def columns_of_an_event(hand: Superuser) -> None:
    """Hide a page from the stream that it belongs to, without touching the page."""
    column, new = hand.random.choice(
        (("stream", "case:lain"), ("version", 4711), ("name", "x@1"), ("prev_hash", b"\1" * 32))
    )
    hand.do(f"UPDATE ledger.event SET {column} = %s WHERE position = %s", new, hand.position())


@kind
def checkpoint_forged(hand: Superuser) -> None:
    """Say another root, in the row and in the note, without the key."""
    hand.do(
        "UPDATE ledger.checkpoint SET root = %s, note = replace(note, split_part(note, E'\\n', 3),"
        " 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')"
        " WHERE size = (SELECT max(size) FROM ledger.checkpoint)",
        bytes(32),
    )


@kind
def older_checkpoint_forged(hand: Superuser) -> None:
    hand.do(
        "UPDATE ledger.checkpoint SET note = replace(note, split_part(note, E'\\n', 3),"
        " 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')"
        " WHERE size = (SELECT min(size) FROM ledger.checkpoint)"
    )


@kind
def cosignature_deleted(hand: Superuser) -> None:
    hand.do("DELETE FROM ledger.cosignature WHERE vkey = %s", hand.random.choice(WITNESSES).vkey)


@kind
def store_renamed(hand: Superuser) -> None:
    hand.do("UPDATE ledger.store SET id = gen_random_uuid()")
