"""Rows for a report: they wake no more of themselves than it counts.

A list shows every column of a hundred rows; a report looks at some columns of thousands. Its rows
are of the projection's own class and say the same, but what has to be parsed or unsealed of them is
so when it is first asked for, and columns that the report does not look at are not there at all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, get_type_hints

from psycopg.sql import SQL, Composable, Identifier
from pydantic import TypeAdapter

from domain.kernel import UNREADABLE, DataClass
from infrastructure.row_table import RowTable, bare
from infrastructure.sealing import Owner, SubjectKey, owner

ASLEEP: Final = "_asleep"
"""Under this name a row keeps what it was read as, and together with which others."""
Columns = Sequence[Any]
"""A key, and the columns under it."""


class CountedTable:
    """Reads some columns of one table; the subject's is one of them where something is sealed."""

    def __init__(self, table: RowTable, columns: Collection[str]) -> None:
        self._table, row = table, table.projection.row
        hints = get_type_hints(row)
        self.places = {field: place for place, field in enumerate(columns, start=1)}
        late = [f for f in self.places if f in table.sealed or table.columns[f] == "jsonb"]
        self._said = {f: _words(hints[f]) for f in self.places if f not in late}
        own = {f: Late(f, TypeAdapter(hints[f]), table.sealed.get(f)) for f in late}
        self._kind: type[Any] = type(row.__name__, (row,), own)
        forms = {f: "t.{}::text" if table.columns[f] == "jsonb" else "t.{}" for f in self.places}
        named = [SQL(form).format(Identifier(field)) for field, form in forms.items()]
        self.select: Final[Composable] = SQL(", ").join([SQL("t.key"), *named])
        """What to select for `rows`."""

    def rows(self, stored: Sequence[Columns]) -> Mapping[str, Any]:
        """Return rows by their keys. What was forgotten or cannot be read counts as not known."""
        together = Together(self._table, self.places, stored)
        said = [(field, self.places[field], words) for field, words in self._said.items()]
        rows = {}
        for columns in stored:
            row = object.__new__(self._kind)
            own = row.__dict__
            own[ASLEEP] = together, columns
            for field, place, words in said:
                value = columns[place]
                own[field] = words[value] if words and value is not None else value
            rows[columns[0]] = row
        return rows


class Late:
    """A column that is woken when it is first asked for; from then on the row has it."""

    def __init__(self, field: str, adapter: TypeAdapter[Any], mark: DataClass | None) -> None:
        self._field, self._adapter, self._mark = field, adapter, mark

    def __get__(self, row: Any, _: type | None = None) -> Any:
        if row is None:
            return self
        own = row.__dict__
        together, columns = own[ASLEEP]
        value = columns[together.places[self._field]]
        if value is not None and self._mark:
            value = together.unsealed(self._field, self._mark, columns)
            value = None if value is None else self._adapter.validate_python(value)
        elif value is not None:
            value = self._adapter.validate_json(value)
        own[self._field] = value
        return value


class Together:
    """Rows that were read together: whoever unseals one of them will unseal the others."""

    def __init__(
        self, table: RowTable, places: Mapping[str, int], stored: Sequence[Columns]
    ) -> None:
        self.places = places
        self._table, self._stored = table, stored
        self._keys: dict[Owner, Mapping[Owner, SubjectKey]] = {}

    def unsealed(self, field: str, mark: DataClass, columns: Columns) -> Any:
        """Return what is sealed in a column, as JSON's types, or nothing."""
        seals, table = self._table.seals, self._table
        alike = owner(table.whose(field, ""), mark)  # columns of one class and role share keys
        keys = self._keys.get(alike)
        if keys is None:  # those of all rows with one round trip
            keys = seals.keys.known(set(self._owners(field, mark)))
            self._keys[alike] = keys
        subject = columns[self.places[table.projection.subject or ""]]
        key = keys.get(owner(table.whose(field, subject), mark))
        if key is None:
            return None
        place = f"{table.projection.name}|{columns[0]}|{field}"
        value = seals.unbox(key, place, columns[self.places[field]])
        return None if value is UNREADABLE else value

    def _owners(self, field: str, mark: DataClass) -> Iterator[Owner]:
        place, whose = self.places[self._table.projection.subject or ""], self._table.whose
        for columns in self._stored:
            yield owner(whose(field, columns[place]), mark)


def _words(hint: Any) -> Mapping[str, Enum] | None:
    kind = bare(hint)
    is_enum = isinstance(kind, type) and issubclass(kind, Enum)
    return {word.value: word for word in kind} if is_enum else None
