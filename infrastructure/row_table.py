"""One projection's table: its columns are the fields of the row class, sealed ones stay sealed.

Rows go in and come out as JSON, so that one statement writes a batch whatever the columns are.
"""

import hmac
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, Final, LiteralString, get_args, get_origin, get_type_hints

import orjson
from cryptography.exceptions import InvalidTag
from psycopg import Connection, Cursor
from psycopg.sql import SQL, Composable, Identifier
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from domain.kernel import (
    FORGOTTEN,
    UNREADABLE,
    DataClass,
    Json,
    SubjectForgotten,
    Value,
    data_classes,
    subjects,
)
from infrastructure.key_store import KeyStore
from infrastructure.master_key import Secrets
from infrastructure.sealing import SubjectKey, owner, seal, unseal
from projections.kernel import Projection

SCHEMA: Final = Identifier("read_model")
WORD_BYTES: Final = 16
COLUMNS: Final[Mapping[type, LiteralString]] = {
    str: "text",
    bool: "boolean",
    int: "bigint",
    date: "date",
    datetime: "timestamptz",
}
AS_IT_WAS: Final = "\\x"
"""No box, which even of nothing is longer: the one that stands there stays."""
SETTING: Final = SQL("{0} = EXCLUDED.{0}")
KEEPING: Final = SQL("{0} = CASE EXCLUDED.{0} WHEN '' THEN t.{0} ELSE EXCLUDED.{0} END")
FOUND_BY: Final = ("case", "unit", "destination", "person", "programme", "agreement")
"""Columns that get an index where a row has them."""


Stored = tuple[str, str]
"""A key, and the row under it as JSON, sealed."""
AS_JSON: Final = "(to_jsonb(t) - 'key' - 'words')::text"


class RowSeals:
    """Seals and unseals fields of rows, and makes the keyed words that they are found by."""

    def __init__(self, store: str, keys: KeyStore, secrets: Secrets) -> None:
        self.store, self.keys = store, keys
        self._index_key = secrets.derive("blind-index")

    def open_keys(self, owners: Iterable[tuple[str, str]]) -> None:
        """Have the keys of many rows at hand with one round trip."""
        self.keys.known(owners)

    def seal(self, subject: str, data_class: DataClass, place: str, value: Any) -> str | None:
        """Return a sealed value as a ``bytea`` literal; nothing for a subject who was forgotten."""
        try:
            key = self.keys.of([owner(subject, data_class)])[owner(subject, data_class)]
        except SubjectForgotten:
            return None
        return "\\x" + seal(key.secret, orjson.dumps(value), f"{self.store}|{place}").hex()

    def unseal(self, subject: str, data_class: DataClass, place: str, sealed: str) -> Any:
        """Return what was sealed; nothing for a subject who was forgotten.

        `UNREADABLE` where the key is lost, or is another one than it was sealed under: a read makes
        no key, and one field that is not to be read takes no list with it.
        """
        key = self.keys.known([owner(subject, data_class)]).get(owner(subject, data_class))
        if key is None:
            return None if self.keys.forgot(subject) else UNREADABLE
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


def words_of(text: str) -> list[str]:
    """Return the words of a text without case and accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.findall(r"[^\W_]+", re.sub(r"[\u0300-\u036f]", "", plain))


class RowTable:
    """The table of one version of a projection, under its own name or beside it."""

    def __init__(self, projection: Projection[Any], seals: RowSeals, suffix: str = "") -> None:
        self.projection = projection
        self.seals = self._seals = seals
        self._adapter: TypeAdapter[Any] = TypeAdapter(projection.row)
        self.name = projection.table + suffix
        self.table = SQL("{}.{}").format(SCHEMA, Identifier(self.name))
        classes = data_classes(projection.row)
        self.sealed = {f: mark for f, mark in classes.items() if mark is not DataClass.NONE}
        self._roles = roles_of(projection.row)
        hints = get_type_hints(projection.row)
        self.columns: dict[str, LiteralString] = {
            field.name: "bytea" if field.name in self.sealed else column_of(hints[field.name])
            for field in fields(projection.row)
        }
        self.open_columns = frozenset(self.columns) - frozenset(self.sealed)
        self.event_names = frozenset(name for kind in projection.events for name in kind.names)

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
        connection.execute(SQL("ALTER TABLE {} ADD PRIMARY KEY (key)").format(self.table))
        own = self.projection.found_by
        for columns in own:
            self._index(connection, SQL("({})").format(SQL(", ").join(map(Identifier, columns))))
        for column in set(FOUND_BY) - {first for first, *_ in own}:
            if column in self.open_columns:
                self._index(connection, SQL("({})").format(Identifier(column)))
        if self.projection.indexed:
            self._index(connection, SQL("USING gin (words)"))

    def _index(self, connection: Connection[Any], on: Composable) -> None:
        connection.execute(SQL("CREATE INDEX ON {} {}").format(self.table, on))

    def exists(self, connection: Connection[Any]) -> bool:
        """Say whether the table is there."""
        found = connection.execute("SELECT to_regclass(%s)", (f"read_model.{self.name}",))
        return found.fetchone() != (None,)

    def load(self, connection: Connection[Any], keys: Sequence[str]) -> dict[str, Any]:
        """Return the rows that stand under these keys."""
        return self.rows(self.find(connection, keys).fetchall())

    def find(self, connection: Connection[Any], keys: Sequence[str]) -> Cursor[Any]:
        """Ask for the rows under these keys, for `rows` to wake."""
        return connection.execute(self._find, (list(keys),))

    def rows(self, stored: Sequence[Stored]) -> dict[str, Any]:
        """Wake rows read as JSON, by their keys; a column whose key is lost is `UNREADABLE`."""
        asleep: dict[str, Json] = {key: orjson.loads(row) for key, row in stored}
        if subject := self.projection.subject:
            marks = [(name, mark.value) for name, mark in self.sealed.items()]
            self._seals.open_keys(
                {
                    (self.whose(name, row[subject]), mark)
                    for row in asleep.values()
                    for name, mark in marks
                    if row[name] is not None
                }
            )
        return {key: self._awake(key, row) for key, row in asleep.items()}

    def remembered(self, row: Any | None) -> Any | None:
        """Return a row without what was forgotten: a field of a page, or all that is personal."""
        if row is None or not self.sealed:
            return row
        subject, forgot = getattr(row, self.projection.subject or ""), self._seals.keys.forgot
        gone = [
            name
            for name in self.sealed
            if getattr(row, name) is FORGOTTEN or forgot(self.whose(name, subject))
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

    def changes(self, rows: Mapping[str, Any | None]) -> list[tuple[bytes, Any]]:
        """Return the statements that write rows and remove those that are `None`, with values."""
        gone = [key for key, row in rows.items() if row is None]
        kept = [self._asleep(key, row) for key, row in rows.items() if row is not None]
        statements: list[tuple[bytes, Any]] = [(self._delete, gone)] if gone else []
        if kept:
            statements.append((self._upsert, Jsonb(kept, dumps=orjson.dumps)))
        return statements

    def copy(self, connection: Connection[Any], rows: Mapping[str, Any]) -> None:
        """Write rows none of whose keys is in the table yet, the fastest way there is."""
        names = ["key", "words", *self.columns]
        columns = SQL(", ").join(map(Identifier, names))
        query = SQL("COPY {} ({}) FROM STDIN").format(self.table, columns)
        nested = [name for name, kind in self.columns.items() if kind == "jsonb"]
        with connection.cursor().copy(query) as copy:
            for key, row in rows.items():
                stored = self._asleep(key, row)
                for name in nested:
                    if stored[name] is not None:
                        stored[name] = orjson.dumps(stored[name]).decode()
                copy.write_row([stored[name] for name in names])

    # Composed once: to compose one takes longer than to send it.

    @cached_property
    def _find(self) -> bytes:
        query = SQL("SELECT key, {} FROM {} AS t WHERE key = ANY(%s)")
        return query.format(SQL(AS_JSON), self.table).as_bytes(None)

    @cached_property
    def _delete(self) -> bytes:
        return SQL("DELETE FROM {} WHERE key = ANY(%s)").format(self.table).as_bytes(None)

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

    def whose(self, field: str, subject: str) -> str:
        """Return under whose key a column is sealed, in a row about ``subject``."""
        role = self._roles.get(field)
        return f"{subject}/{role}" if role else subject

    def _asleep(self, key: str, row: Any) -> Json:
        stored = self.as_json(row)
        shut = {field for field in self.sealed if getattr(row, field) is UNREADABLE}
        words = None  # what an unreadable field is found by stays
        if shut.isdisjoint(self.projection.indexed):
            words = self._seals.words(stored[name] for name in self.projection.indexed)
        for field, data_class in self.sealed.items():
            if field in shut:
                stored[field] = AS_IT_WAS
            elif stored[field] is not None:
                place = f"{self.projection.name}|{key}|{field}"
                subject = self.whose(field, stored[self.projection.subject or ""])
                stored[field] = self._seals.seal(subject, data_class, place, stored[field])
        return {**stored, "key": key, "words": words}

    def _awake(self, key: str, stored: Json) -> Any:
        for field, data_class in self.sealed.items():
            if stored[field] is not None:
                place = f"{self.projection.name}|{key}|{field}"
                subject = self.whose(field, stored[self.projection.subject or ""])
                stored[field] = self._seals.unseal(subject, data_class, place, stored[field])
        shut = {field for field in self.sealed if stored[field] is UNREADABLE}
        if not shut:
            return self._adapter.validate_python(stored)
        row = self._adapter.validate_python({**stored, **dict.fromkeys(shut)})
        return replace(row, **dict.fromkeys(shut, UNREADABLE))

    def as_json(self, row: Any) -> Json:
        """Return a row as JSON's types, nothing sealed."""
        # An unreadable field is not of the field's type.
        plain: Json = self._adapter.dump_python(row, mode="json", warnings=False)
        return plain


def roles_of(row: type[Value]) -> Mapping[str, str]:
    """Return the columns that are about somebody with a role to the row's subject.

    Raises `TypeError` for one about somebody with a record of their own: what is forgotten of them
    would be looked for in their rows only.
    """
    marks = subjects(row)
    roles = {name: mark.role for name, mark in marks.items() if mark.role}
    if others := marks.keys() - roles.keys():
        raise TypeError(row.__name__, *sorted(others))
    return roles


def write_all(
    connection: Connection[Any], rows: Mapping[RowTable, Mapping[str, Any | None]]
) -> None:
    """Write rows of several tables in one statement, and remove those that are `None`."""
    statements = [one for table, some in rows.items() for one in table.changes(some)]
    if statements:
        parts = [b"c%d AS (%b)" % (place, one) for place, (one, _) in enumerate(statements)]
        query = b"WITH " + b", ".join(parts) + b" SELECT"
        connection.execute(query, [value for _, value in statements])


def column_of(hint: Any) -> LiteralString:
    """Return the SQL type of a field: ``jsonb`` where it holds more than one value."""
    hint = bare(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "text"
    return COLUMNS.get(hint, "jsonb")


def bare(hint: Any) -> Any:
    """Return a field's type without its marks, and without the `None` that it may be."""
    if get_origin(hint) is Annotated:
        return bare(get_args(hint)[0])
    inner = [argument for argument in get_args(hint) if argument is not NoneType]
    if NoneType in get_args(hint) and len(inner) == 1:
        return bare(inner[0])
    return hint
