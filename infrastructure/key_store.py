"""The keys of people: in a database of their own, wrapped by the master key, and destroyed there.

Pages name keys by their ids. A key that was destroyed left a tombstone: what it sealed is gone, and
no key is ever made for that subject again. Opened keys are kept in memory, a bounded number of
them, and dropped as soon as this process learns of a destruction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from ssl import RAND_bytes
from typing import Any, Final

from psycopg import errors
from psycopg.sql import SQL
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool
from uuid_utils import uuid7

from domain.kernel import SubjectForgotten
from infrastructure.columns import BYTEA, INT4, TEXT, UUID, Column, ColumnDumper, columns
from infrastructure.master_key import LENGTH, MasterKey
from infrastructure.opened_keys import OpenedKeys
from infrastructure.sealing import KeyMissing, Owner, SubjectKey, Wanted
from infrastructure.tombstones import Destruction, TombstoneFile
from infrastructure.wrapping import DOOR, Wrapping, keeping

OPENED_MOST: Final = 20_000
"""Opened keys in memory: those of ten thousand people, 10 MB."""

COLUMNS: Final = "key_id::text, subject, data_class, generation, wrapped"
# Two statements in one: keys that were there already are read, the others are made.
FIND: Final = (
    f"SELECT {COLUMNS} FROM keys.sealing_key"  # noqa: S608  # constants only
    " WHERE (subject, data_class) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
)
BY_ID: Final = f"SELECT {COLUMNS} FROM keys.sealing_key WHERE key_id = ANY(%s::uuid[])"  # noqa: S608  # constants only
# A tombstone without ids is of somebody who had no key here: one that came out of the file.
GONE: Final = (
    "SELECT asked.key_id::text FROM unnest(%s::uuid[], %s::text[]) AS asked (key_id, subject)"
    " JOIN keys.tombstone AS t USING (subject)"
    " WHERE asked.key_id = ANY(t.key_ids) OR t.key_ids = '{}'"
)
KEY: Final = (UUID, TEXT, TEXT, INT4, BYTEA)
"""The kinds of the columns of a key. Of one that was made just now only the id is told."""
MAKE: Final = SQL(
    "WITH made AS (INSERT INTO keys.sealing_key"
    " (key_id, subject, data_class, generation, wrapped)"
    " SELECT * FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::int[], %b::bytea[])"
    " ON CONFLICT (subject, data_class) DO NOTHING RETURNING key_id::text)"
    " SELECT key_id, NULL, NULL, NULL, NULL FROM made UNION ALL {0}"
).format(SQL(FIND))
DESTROY: Final = (
    "WITH gone AS (DELETE FROM keys.sealing_key WHERE subject = ANY(%s) RETURNING subject, key_id)"
    " INSERT INTO keys.tombstone (subject, event_id, stream, told, key_ids)"
    " SELECT s, %s, %s, %s, coalesce((SELECT array_agg(g.key_id) FROM gone AS g"
    " WHERE g.subject = s), '{}') FROM unnest(%s::text[]) AS s ON CONFLICT (subject) DO NOTHING"
)


def draw(owners: Sequence[Owner]) -> dict[Owner, SubjectKey]:
    """Return a new key for each owner."""
    secret = BytesIO(RAND_bytes(LENGTH * len(owners))).read
    return {owner: SubjectKey(str(uuid7()), secret(LENGTH)) for owner in owners}


class KeyStore:
    """An `infrastructure.master_key.Secrets`, and the keys of subjects.

    ``pool`` is any whose user may become `jejak_keys`. Without ``tombstones`` (a file) destroyed
    keys are remembered in the key store alone.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        master: MasterKey,
        tombstones: TombstoneFile | None = None,
        *,
        most: int = OPENED_MOST,
    ) -> None:
        self.pool = pool
        self.wrapping = Wrapping(pool, master)
        self.tombstones = tombstones
        self.opened = OpenedKeys(most)
        self._destroyed: set[tuple[str, str]] = set()
        self._read_to = 0
        self.epoch = 0
        """Raised with each forgetting: what was woken under an earlier one may hold too much."""
        self.on_forgotten: list[Callable[[], None]] = []
        """What lets go of pages that are awake, wherever this process keeps some."""

    def ensure_master(self, store: str) -> None:
        """Raise `MasterKeyUnreadable` unless this master key and this key store are the ledger's.

        Then destroy again what the file of tombstones says and this key store does not, and write
        there what it lacks.
        """
        self.wrapping.begin(store)
        self.refresh()
        for destruction in self.tombstones.read() if self.tombstones else ():
            if not all(map(self.forgot, destruction.subjects)):
                self.destroy(destruction)
        self.write_down()

    def write_down(self) -> None:
        """Have the file of tombstones say what the key store says, whoever destroyed the keys."""
        if self.tombstones and (known := self.destructions()):
            self.tombstones.add(*known)

    def derive(self, purpose: str) -> bytes:
        """Return the secret for one purpose, the same under every master key."""
        return self.wrapping.secret(purpose)

    def forgot(self, subject: str) -> bool:
        """Say whether a subject was forgotten, as far as this process knows."""
        return self.opened.forgot(subject)

    def of(self, owners: Iterable[Owner]) -> Mapping[Owner, SubjectKey]:
        """Return a key for each owner, making those that are missing in one round trip.

        They are durable before any page is sealed under them. Raises `SubjectForgotten`.
        """
        wanted = set(owners)
        found = self.opened.among(wanted)
        if len(found) < len(wanted):
            missing = sorted(wanted - found.keys())  # in one order: two makers wait, no deadlock
            if any(self.forgot(subject) for subject, _ in missing):
                raise SubjectForgotten
            found |= self._made(missing)
        return found

    def by_id(
        self, wanted: Wanted, ahead: Callable[[], Wanted] = dict
    ) -> Mapping[str, SubjectKey | None]:
        """Return keys by their ids, each asked for with its subject; `None` where it is destroyed.

        Where one has to be read, so are, in the same round trip, those that will be asked for next:
        ``ahead`` tells which. Raises `KeyMissing` for one that is not here and was not destroyed.
        """
        found, unread = self._at_hand(wanted)
        if not unread:
            return found
        wanted = {**wanted, **ahead()}
        found, unread = self._at_hand(wanted)
        return found | self._read(unread, wanted)

    def known(self, owners: Iterable[Owner]) -> Mapping[Owner, SubjectKey]:
        """Return the keys of those owners who have one, and make none."""
        wanted = set(owners)
        found = self.opened.among(wanted)
        missing = [owner for owner in wanted - found.keys() if not self.forgot(owner[0])]
        if missing:
            columns = [list(column) for column in zip(*missing, strict=True)]
            with keeping(self.pool) as connection:
                rows = connection.execute(FIND.encode(), columns).fetchall()
            found |= self._open(rows)
        return found

    def destroy(self, destruction: Destruction) -> None:
        """Destroy the keys of subjects for good, here and in memory. Harmless when repeated."""
        if self.tombstones:
            self.tombstones.add(destruction)
        subjects = list(destruction.subjects)
        with keeping(self.pool) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (DOOR,))
            told = (destruction.event_id, destruction.stream, Jsonb(destruction.told))
            connection.execute(DESTROY, (subjects, *told, subjects))
        self.forget_here(subjects)

    def forget_here(self, subjects: Iterable[str]) -> None:
        """Drop what this process has of subjects whose forgetting is recorded."""
        gone = [subject for subject in subjects if not self.forgot(subject)]
        if gone:
            self.opened.forget(gone)
            self.epoch += 1
            for let_go in self.on_forgotten:
                let_go()

    def refresh(self) -> None:
        """Learn whom other processes forgot, and of a master key that follows ours."""
        with keeping(self.pool) as connection:
            rows = connection.execute(
                "SELECT number, subject FROM keys.tombstone WHERE number > %s ORDER BY number",
                (self._read_to,),
            ).fetchall()
            newest = connection.execute("SELECT max(generation) FROM keys.master").fetchone()
        self.forget_here(subject for _, subject in rows)
        self._read_to = rows[-1][0] if rows else self._read_to
        if newest and newest[0] != self.wrapping.newest:
            self.wrapping.learn()

    def tombstoned(self, subjects: Sequence[str]) -> bool:
        """Say whether all of these have a tombstone here, whatever this process has heard."""
        with keeping(self.pool) as connection:
            found = connection.execute(
                "SELECT FROM keys.tombstone WHERE subject = ANY(%s)", (list(subjects),)
            ).rowcount
        return found == len(set(subjects))

    def destructions(self) -> Sequence[Destruction]:
        """Return what the tombstones say, one for each event."""
        with keeping(self.pool) as connection:
            rows = connection.execute(
                "SELECT array_agg(subject ORDER BY number), event_id::text, stream, told"
                " FROM keys.tombstone GROUP BY event_id, stream, told ORDER BY min(number)"
            ).fetchall()
        return [
            Destruction(subjects=tuple(subjects), event_id=event_id, stream=stream, told=told)
            for subjects, event_id, stream, told in rows
        ]

    def _at_hand(self, wanted: Wanted) -> tuple[dict[str, SubjectKey | None], list[str]]:
        """Return keys that are opened, or known to be destroyed, and the ids of the others."""
        found = {key_id: self.opened.by_id(key_id) for key_id in wanted}
        known = self._destroyed
        return found, [o for o, key in found.items() if not key and (o, wanted[o]) not in known]

    def _read(
        self, unread: Sequence[str], wanted: Mapping[str, str]
    ) -> dict[str, SubjectKey | None]:
        """Read keys; a page says whose they are, but only the key store says which are gone."""
        gone: set[str] = set()
        with keeping(self.pool) as connection:
            rows = connection.execute(BY_ID.encode(), (unread,)).fetchall()
            here = {row[0] for row in rows}
            if others := [key_id for key_id in unread if key_id not in here]:
                asked = (others, [wanted[key_id] for key_id in others])
                gone = {key_id for (key_id,) in connection.execute(GONE.encode(), asked)}
        if missing := set(others) - gone:
            raise KeyMissing(", ".join(sorted(missing)))
        if not all(self.forgot(wanted[key_id]) for key_id in gone):
            self.refresh()
        self._destroyed |= {(key_id, wanted[key_id]) for key_id in gone}
        return {key.key_id: key for key in self._open(rows).values()}

    def _made(self, owners: list[Owner]) -> Mapping[Owner, SubjectKey]:
        try:
            return self._make(owners)
        except errors.CheckViolation:  # a rotation has begun: wrap under the key that follows
            self.wrapping.learn()
            return self._make(owners)

    def _make(self, owners: list[Owner]) -> Mapping[Owner, SubjectKey]:
        drawn = draw(owners)
        columns = self.columns(drawn)
        with keeping(self.pool) as connection:
            connection.adapters.register_dumper(Column, ColumnDumper)
            stored = connection.execute(MAKE, [*columns, *columns[1:3]], binary=True).fetchall()
            ours = {row[0] for row in stored if row[1] is None}
            there = [row for row in stored if row[1] is not None]
            known = {(row[1], row[2]) for row in there}
            missing = [
                one for one, key in drawn.items() if key.key_id not in ours and one not in known
            ]
            if missing:
                # Somebody else made them in the meantime, out of this statement's sight.
                subjects = [list(one) for one in zip(*missing, strict=True)]
                there += connection.execute(FIND.encode(), subjects).fetchall()
        made = self.opened.keep({o: key for o, key in drawn.items() if key.key_id in ours})
        made |= self._open(there)
        if made.keys() != set(owners):
            self.refresh()  # forgotten by another process, which this one had not heard of
            raise SubjectForgotten
        return made

    def columns(self, drawn: Mapping[Owner, SubjectKey]) -> list[Column]:
        """Return keys as the columns of their table, each wrapped."""
        keys = list(drawn.values())
        generation, wrapped = self.wrapping.wrap_keys(keys)
        told = (
            [key.key_id for key in keys],
            [subject for subject, _ in drawn],
            [data_class for _, data_class in drawn],
            [generation] * len(keys),
            wrapped,
        )
        return columns(KEY, told)

    def _open(self, rows: Iterable[tuple[Any, ...]]) -> dict[Owner, SubjectKey]:
        return self.opened.keep(
            {
                (subject, data_class): SubjectKey(
                    key_id, self.wrapping.unwrap(generation, wrapped, key_id)
                )
                for key_id, subject, data_class, generation, wrapped in rows
            }
        )
