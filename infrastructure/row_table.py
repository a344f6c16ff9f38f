"""One projection's table: its columns are the fields of the row class, sealed ones stay sealed.

Rows go in and come out as JSON, so that one statement writes a batch whatever the columns are.
"""

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from functools import cached_property
from itertools import chain
from operator import itemgetter
from ssl import RAND_bytes
from typing import Any, Final, LiteralString, get_type_hints

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection, Cursor
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb

from domain.kernel import (
    FORGOTTEN,
    UNREADABLE,
    DataClass,
    Event,
    Json,
    SubjectForgotten,
    data_classes,
)
from infrastructure.array_text import array_of
from infrastructure.blind_words import words_of
from infrastructure.key_store import KeyStore
from infrastructure.master_key import Secrets
from infrastructure.opened_boxes import OpenedBoxes
from infrastructure.row_columns import FOUND_BY, column_of, form_of, owned, roles_of
from infrastructure.sealing import NONCE, Owner, SubjectKey, owner, sealed_by, unseal
from projections.kernel import Projection

SCHEMA: Final = Identifier("read_model")
WORD_BYTES: Final = 16
NOTHING: Final[Mapping[Any, Any]] = {}
AS_IT_WAS: Final = "\\x"
"""No box, which even of nothing is longer: the one that stands there stays."""
SETTING: Final = SQL("{0} = EXCLUDED.{0}")
KEEPING: Final = SQL("{0} = CASE EXCLUDED.{0} WHEN '' THEN t.{0} ELSE EXCLUDED.{0} END")


Stored = tuple[str, str]
"""A key, and the row under it as JSON, sealed."""
AS_JSON: Final = "(to_jsonb(t) - 'key' - 'words')::text"


class RowSeals:
    """Seals and unseals fields of rows, and makes the keyed words that they are found by."""

    def __init__(self, store: str, keys: KeyStore, secrets: Secrets) -> None:
        self.store, self.keys = store, keys
        self._index_key = secrets.derive("blind-index")
        self.boxes = OpenedBoxes()
        """What reports unsealed. It is let go of as a whole when somebody is forgotten."""
        keys.on_forgotten.append(self._let_go)

    def _let_go(self) -> None:
        self.boxes = OpenedBoxes()

    def open_keys(self, owners: Iterable[tuple[str, str]]) -> None:
        """Have the keys of many rows at hand with one round trip."""
        self.keys.known(owners)

    def seal(self, subject: str, data_class: DataClass, place: str, value: Any) -> str | None:
        """Return a sealed value as a ``bytea`` literal; nothing for a subject who was forgotten."""
        wanted = owner(subject, data_class)
        key = self.keys_for([wanted]).get(wanted)
        return self.box(key.cipher, place, value) if key else None

    def keys_for(self, owners: Collection[Owner]) -> Mapping[Owner, SubjectKey]:
        """Return the keys to seal under, made where there were none; none for who was forgotten."""
        alive = [one for one in owners if not self.keys.forgot(one[0])]
        try:
            return self.keys.of(alive)
        except SubjectForgotten:  # by another process: each is asked for by itself
            found: dict[Owner, SubjectKey] = {}
            for one in alive:
                with suppress(SubjectForgotten):
                    found |= self.keys.of([one])
            return found

    def box(self, cipher: AESGCM, place: str, value: Any) -> str:
        """Return a value sealed by a key's cipher, as a ``bytea`` literal."""
        content, bound_to = orjson.dumps(value), f"{self.store}|{place}"
        return "\\x" + sealed_by(cipher, RAND_bytes(NONCE), content, bound_to).hex()

    def unseal(self, subject: str, data_class: DataClass, place: str, sealed: str) -> Any:
        """Return what was sealed; nothing for a subject who was forgotten.

        `UNREADABLE` where the key is lost, or is another one than it was sealed under: a read makes
        no key, and one field that is not to be read takes no list with it.
        """
        wanted = owner(subject, data_class)
        return self.opened(wanted, self.keys.known([wanted]).get(wanted), place, sealed)

    def opened(self, whose: Owner, key: SubjectKey | None, place: str, sealed: str) -> Any:
        """Return what was sealed under the owner's key, as far as that is known, as `unseal`."""
        if key is None:
            return None if self.keys.forgot(whose[0]) else UNREADABLE
        return self.unbox(key, place, bytes.fromhex(sealed.removeprefix("\\x")))

    def unbox(self, key: SubjectKey, place: str, box: bytes) -> Any:
        """Return what was sealed under a key; `UNREADABLE` where that was another one."""
        try:
            return orjson.loads(unseal(key.secret, box, f"{self.store}|{place}"))
        except InvalidTag:
            return UNREADABLE

    def words(self, texts: Iterable[Any]) -> list[str]:
        """Return the keyed form of every word in some texts, as ``bytea`` literals.

        It shows which rows share a word and how often, to whoever can read the table; without the
        key it does not show which word.
        """
        found = {word for text in texts for word in words_of(str(text or ""))}
        return sorted(
            "\\x" + hmac.digest(self._index_key, word.encode(), "sha256")[:WORD_BYTES].hex()
            for word in found
        )


class RowTable:
    """The table of one version of a projection, under its own name or beside it."""

    def __init__(self, projection: Projection[Any], seals: RowSeals, suffix: str = "") -> None:
        self.projection = projection
        self.seals = self._seals = seals
        form = form_of(projection.row)
        self._dump, self._validate = form.serializer.to_python, form.validator.validate_python
        self.name = projection.table + suffix
        self.table = SQL("{}.{}").format(SCHEMA, Identifier(self.name))
        classes = data_classes(projection.row)
        self.sealed = {f: mark for f, mark in classes.items() if mark is not DataClass.NONE}
        self._roles = roles_of(projection.row)
        self._marks = [(f, self._roles.get(f), mark.value) for f, mark in self.sealed.items()]
        self._kinds = {role for _, role, _ in self._marks}
        hints = get_type_hints(projection.row)
        self.columns: dict[str, LiteralString] = {
            field.name: "bytea" if field.name in self.sealed else column_of(hints[field.name])
            for field in fields(projection.row)
        }
        self.open_columns = frozenset(self.columns) - frozenset(self.sealed)
        self.event_names = _names(projection.events)
        opened = projection.events if projection.opens is None else projection.opens
        self.closed_names = self.event_names - _names(opened)

    def create(self, connection: Connection[Any]) -> None:
        """Create the table and its indexes, where it is not there yet."""
        self.create_bare(connection)
        self.add_indexes(connection)

    def create_bare(self, connection: Connection[Any]) -> None:
        """Create the table without any index, as it is filled fastest."""
        body = SQL(", ").join(
            SQL("{} {}").format(Identifier(name), SQL(kind)) for name, kind in self.columns.items()
        )
        connection.execute(
            SQL('CREATE TABLE IF NOT EXISTS {} (key text COLLATE "C", words bytea[], {})').format(
                self.table, body
            )
        )

    def add_indexes(self, connection: Connection[Any]) -> None:
        """Give the table its key, and the indexes that it is asked by."""
        for statement in (self.primary_key(), *self.indexes()):
            connection.execute(statement)

    def primary_key(self) -> Composed:
        """Return the statement that gives the table its key."""
        return SQL("ALTER TABLE {} ADD PRIMARY KEY (key)").format(self.table)

    def indexes(self) -> Sequence[Composed]:
        """Return the statements that make the indexes it is asked by: each can go alone."""
        own = self.projection.found_by
        known = set(FOUND_BY) & self.open_columns - {first for first, *_ in own}
        columns = [*own, *((column,) for column in sorted(known))]
        on = [SQL("({})").format(SQL(", ").join(map(Identifier, names))) for names in columns]
        if self.projection.indexed:
            on.append(SQL("USING gin (words)").format())
        return [SQL("CREATE INDEX ON {} {}").format(self.table, one) for one in on]

    def exists(self, connection: Connection[Any]) -> bool:
        """Say whether the table is there."""
        found = connection.execute("SELECT to_regclass(%s)", (f"read_model.{self.name}",))
        return found.fetchone() != (None,)

    def load(self, connection: Connection[Any], keys: Sequence[str]) -> dict[str, Any]:
        """Return the rows that stand under these keys."""
        return self.rows(self.find(connection, keys).fetchall())

    def find(self, connection: Connection[Any], keys: Sequence[str]) -> Cursor[Any]:
        """Ask for the rows under these keys, for `rows` to wake."""
        return connection.execute(self._find, (array_of(keys),))

    def rows(self, stored: Sequence[Stored]) -> dict[str, Any]:
        """Wake rows read as JSON, by their keys; a column whose key is lost is `UNREADABLE`."""
        asleep: dict[str, Json] = {key: orjson.loads(row) for key, row in stored}
        boxes = [box for key, row in asleep.items() for box in self._boxes(key, row)]
        keys = self._seals.keys.known({whose for _, _, whose, _ in boxes}) if boxes else {}
        for row, field, whose, place in boxes:
            row[field] = self._seals.opened(whose, keys.get(whose), place, row[field])
        return {key: self._awake(row) for key, row in asleep.items()}

    def remembered(self, row: Any | None) -> Any | None:
        """Return a row without what was forgotten: a field of a page, or all that is personal."""
        if row is None or not self._marks:
            return row
        said, forgot = vars(row), self._seals.keys.forgot  # of a row this is asked for every page
        subject = said[self.projection.subject or ""]
        gone_of = {role for role in self._kinds if forgot(owned(subject, role))}
        gone = [
            field for field, role, _ in self._marks if said[field] is FORGOTTEN or role in gone_of
        ]
        return replace(row, **dict.fromkeys(gone)) if gone else row

    def blank(self, connection: Connection[Any], gone: Collection[str]) -> None:
        """Take out what is personal of subjects, and what it is found by."""
        if not self.sealed:
            return
        nothing = SQL(", ").join(
            SQL("{} = NULL").format(Identifier(name)) for name in ["words", *self.sealed]
        )
        connection.execute(
            SQL("UPDATE {} SET {} WHERE {} = ANY(%s)").format(
                self.table, nothing, Identifier(self.projection.subject or "")
            ),
            (list(gone),),
        )

    def found_as(self, name: str) -> bytes:
        """Return the query for the rows under some keys, each after a name for the table."""
        return b"SELECT '" + name.encode() + b"', " + self._find.removeprefix(b"SELECT ")

    def write(self, connection: Connection[Any], rows: Mapping[str, Any | None]) -> None:
        """Write rows and remove those that are `None`."""
        write_all(connection, {self: rows})

    def changes(
        self, rows: Mapping[str, Any | None], before: Mapping[str, Any] = NOTHING
    ) -> list[tuple[bytes, Any]]:
        """Return the statements that write rows and remove those that are `None`, with values.

        ``before`` are rows that stand there, and that nobody changes meanwhile.
        """
        gone = [key for key, row in rows.items() if row is None]
        kept = self._asleep({key: row for key, row in rows.items() if row is not None}, before)
        statements: list[tuple[bytes, Any]] = [(self._delete, array_of(gone))] if gone else []
        if kept:
            statements.append((self._upsert, Jsonb(kept, dumps=orjson.dumps)))
        return statements

    def copy(self, connection: Connection[Any], rows: Mapping[str, Any]) -> None:
        """Write rows none of whose keys is in the table yet, the fastest way there is."""
        names = ["key", "words", *self.columns]
        columns = SQL(", ").join(map(Identifier, names))
        query = SQL("COPY {} ({}) FROM STDIN").format(self.table, columns)
        nested = [name for name, kind in self.columns.items() if kind == "jsonb"]
        in_order = itemgetter(*names)
        with connection.cursor().copy(query) as copy:
            for row in self._asleep(rows, new=True):
                for name in nested:
                    if row[name] is not None:
                        row[name] = orjson.dumps(row[name]).decode()
                if row["words"] is not None:
                    row["words"] = array_of(row["words"])
                copy.write_row(in_order(row))

    # Composed once: to compose one takes longer than to send it.

    @cached_property
    def _find(self) -> bytes:
        query = SQL("SELECT key, {} FROM {} AS t WHERE key = ANY(%s::text[])")
        return query.format(SQL(AS_JSON), self.table).as_bytes(None)

    @cached_property
    def _delete(self) -> bytes:
        return SQL("DELETE FROM {} WHERE key = ANY(%s::text[])").format(self.table).as_bytes(None)

    @cached_property
    def _upsert(self) -> bytes:
        names = SQL(", ").join(map(Identifier, self.columns))
        typed = SQL(", ").join(
            SQL("{} {}").format(Identifier(name), SQL(kind)) for name, kind in self.columns.items()
        )
        changes = SQL(", ").join(
            [
                SQL("words = coalesce(EXCLUDED.words, t.words)"),
                *(
                    (KEEPING if name in self.sealed else SETTING).format(Identifier(name))
                    for name in self.columns
                ),
            ]
        )
        query = SQL(
            "INSERT INTO {} AS t (key, words, {}) SELECT key, words, {}"
            " FROM jsonb_to_recordset(%s) AS new (key text, words bytea[], {})"
            " ON CONFLICT (key) DO UPDATE SET {}"
        ).format(self.table, names, names, typed, changes)
        return query.as_bytes(None)

    def role_of(self, field: str) -> str | None:
        """Return who a sealed column is about: somebody with a role to the row's subject, if so."""
        return self._roles.get(field)

    def _boxes(self, key: str, row: Json) -> Iterator[tuple[Json, str, Owner, str]]:
        """Yield the columns of a row that are to be sealed or opened: whose each is, and where."""
        for field, role, mark in self._marks:
            if row[field] is not None:
                whose = owned(row[self.projection.subject or ""], role)
                yield row, field, (whose, mark), f"{self.projection.name}|{key}|{field}"

    def _asleep(
        self, rows: Mapping[str, Any], before: Mapping[str, Any] = NOTHING, *, new: bool = False
    ) -> list[Json]:
        """Return rows as they are stored: sealed, under keys that are asked for together.

        What a row ``before`` says as well is not sealed again. In a table that is ``new`` most keys
        have long been made, and to look for them costs less than to try to make them.
        """
        stored: list[Json] = []
        boxes: list[tuple[Json, str, Owner, str]] = []
        for key, row in rows.items():
            plain = self.as_json(row)
            plain["key"], plain["words"] = key, []
            stored.append(plain)
            if self._marks:
                left, plain["words"] = self._left(row, before.get(key), plain)
                plain |= dict.fromkeys(left)
                boxes += self._boxes(key, plain)
                plain |= dict.fromkeys(left, AS_IT_WAS)
        owners = {whose for _, _, whose, _ in boxes}
        if new:
            self._seals.open_keys(owners)
        keys = self._seals.keys_for(owners) if boxes else {}
        ciphers = {whose: key.cipher for whose, key in keys.items()}
        for plain, field, whose, place in boxes:
            cipher = ciphers.get(whose)
            plain[field] = self._seals.box(cipher, place, plain[field]) if cipher else None
        return stored

    def _left(self, row: Any, before: Any, plain: Json) -> tuple[list[str], list[str] | None]:
        """Return the sealed columns that stay as they are, and the words that it is found by.

        No words where these stay: a field of them is unreadable, or none has changed.
        """
        now, subject = vars(row), self.projection.subject or ""
        was = vars(before) if before and getattr(before, subject) == now[subject] else NOTHING
        left = [
            field
            for field in self.sealed
            if (said := now[field]) is UNREADABLE or (said is not None and said == was.get(field))
        ]
        indexed = self.projection.indexed
        if not indexed:
            return left, []
        lost = any(now[field] is UNREADABLE for field in indexed)
        stay = lost or all(field in left for field in indexed)
        return left, None if stay else self._seals.words(plain[field] for field in indexed)

    def _awake(self, stored: Json) -> Any:
        shut = [field for field in self.sealed if stored[field] is UNREADABLE]
        if not shut:
            return self._validate(stored)
        row = self._validate({**stored, **dict.fromkeys(shut)})
        return replace(row, **dict.fromkeys(shut, UNREADABLE))

    def as_json(self, row: Any) -> Json:
        """Return a row as JSON's types, nothing sealed."""
        # An unreadable field is not of the field's type.
        plain: Json = self._dump(row, mode="json", warnings=False)
        return plain


def _names(kinds: Iterable[type[Event]]) -> frozenset[str]:
    return frozenset(name for kind in kinds for name in kind.names)


def write_all(
    connection: Connection[Any],
    rows: Mapping[RowTable, Mapping[str, Any | None]],
    before: Mapping[RowTable, Mapping[str, Any]] = NOTHING,
) -> None:
    """Write rows of several tables in one statement, and remove those that are `None`.

    ``before`` are the rows that stand there, as far as they are known.
    """
    changes = (table.changes(some, before.get(table, NOTHING)) for table, some in rows.items())
    statements = list(chain.from_iterable(changes))
    if statements:
        parts = [b"c%d AS (%b)" % (place, one) for place, (one, _) in enumerate(statements)]
        query = b"WITH " + b", ".join(parts) + b" SELECT"
        connection.execute(query, [value for _, value in statements])
