"""Rows for a report: they wake no more of themselves than it counts.

A list shows every column of a hundred rows; a report looks at some columns of thousands. Its rows
are of the projection's own class and say the same, but what has to be parsed or unsealed of them is
so when it is first asked for, and columns that the report does not look at are not there at all.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Final, get_type_hints

from cryptography.exceptions import InvalidTag
from psycopg.sql import SQL, Composable, Identifier
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from application.read_models import Settled
from infrastructure.opened_boxes import SEALED
from infrastructure.row_columns import bare, owned
from infrastructure.row_table import RowSeals, RowTable
from infrastructure.sealing import SubjectKey, unseal

ASLEEP: Final = "_asleep"
"""Under this name a row keeps what it was read as, and together with which others."""
Columns = Sequence[Any]
"""A key, and the columns under it."""
Alike = tuple[str | None, str]
"""The role and the class of sealed columns."""


class CountedTable:
    """Reads some columns of one table; the subject's is one of them where something is sealed."""

    def __init__(self, table: RowTable, columns: Collection[str]) -> None:
        row, subject = table.projection.row, table.projection.subject
        hints = get_type_hints(row)
        late = {f for f in columns if f in table.sealed or table.columns[f] == "jsonb"}
        self._said = [field for field in columns if field not in late]
        self.fields: Final = (*self._said, *sorted(late))
        """The columns in the order in which they are selected, after the key."""
        self._words = [(f, words) for f in self._said if (words := _words(hints[f]))]
        places = {field: place for place, field in enumerate(self.fields, start=1)}
        self._places = [(places[field], field) for field in self._said]
        whose = places.get(subject or "", 0)
        own = {f: _late(table, f, TypeAdapter(hints[f]), places[f], whose) for f in late}
        self._kind: type[Any] = type(row.__name__, (row,), own)
        self._seals = table.seals
        self._forms = {f: "t.{}::text" if table.columns[f] == "jsonb" else "t.{}" for f in columns}

    def select(self, settled: Settled | None) -> Composable:
        """Return what to select for `rows`."""
        return SQL(", ").join([SQL("t.key"), *(self._column(f, settled) for f in self.fields)])

    def _column(self, field: str, settled: Settled | None) -> Composable:
        column = SQL(self._forms[field]).format(Identifier(field))
        if settled is None or field not in settled.unread:
            return column
        read = [SQL("t.last_effective_day >= {}").format(settled.on)]
        read += [
            SQL("t.{} @> {}").format(Identifier(entries), Jsonb([said]))
            for entries, said in settled.unless.items()
        ]
        return SQL("CASE WHEN {} THEN {} END").format(SQL(" OR ").join(read), column)

    def rows(self, stored: Sequence[Columns]) -> Mapping[str, Any]:
        """Return rows by their keys. What was forgotten or cannot be read counts as not known."""
        together = Together(self._seals, stored)
        kind, places, spelled, new = self._kind, self._places, self._words, object.__new__
        rows = {}
        for columns in stored:
            row = rows[columns[0]] = new(kind)
            own = row.__dict__
            for place, field in places:  # one by one: half of what `update` takes
                own[field] = columns[place]
            for field, words in spelled:
                value = own[field]
                if value is not None:
                    own[field] = words[value]
            own[ASLEEP] = together, columns
        return rows


class Late:
    """A column that is woken when it is first asked for; from then on the row has it."""

    def __init__(self, field: str, adapter: TypeAdapter[Any], place: int) -> None:
        self._field, self._woken, self._place = field, adapter.validator.validate_json, place

    def __get__(self, row: Any, _: type | None = None) -> Any:
        if row is None:
            return self
        own = row.__dict__
        together, columns = own[ASLEEP]
        value = columns[self._place]
        if value is not None:
            value = self.woken(value, together, columns)
        own[self._field] = value
        return value

    def woken(self, value: Any, together: "Together", columns: Columns) -> Any:
        """Return what is not nothing, as its type."""
        return self._woken(value)


class SealedLate(Late):
    """One that is sealed, under the key of the subject whose id stands at the place ``whose``.

    ``alike`` are the role and the class that it shares with other columns, and so their keys.
    """

    def __init__(  # noqa: PLR0913  # what a seal is bound to
        self,
        field: str,
        adapter: TypeAdapter[Any],
        place: int,
        *,
        whose: int,
        alike: Alike,
        bound_to: str,
    ) -> None:
        super().__init__(field, adapter, place)
        self._whose, self._alike, self._bound_to = whose, alike, bound_to
        self._name = f"{bound_to}|{field}"

    def woken(self, value: Any, together: "Together", columns: Columns) -> Any:
        """Return what is sealed, as its type, or nothing."""
        place = columns[0], columns[self._whose], self._name
        found = together.seals.boxes.find(value, place)
        if found is SEALED:
            found = self._unsealed(value, together, columns)
            if found is not None:
                together.boxes.keep(value, place, found)
        return found

    def _unsealed(self, value: Any, together: "Together", columns: Columns) -> Any:
        keys = together.keys.get(self._alike)
        if keys is None:
            keys = together.opened(self._alike, self._whose)
        key = keys.get(columns[self._whose])
        if key is None:
            return None
        try:
            said = unseal(key.secret, value, f"{self._bound_to}|{columns[0]}|{self._field}")
        except InvalidTag:  # it was sealed under another key
            return None
        return self._woken(said)


class Together:
    """Rows that were read together: whoever unseals one of them will unseal the others."""

    def __init__(self, seals: RowSeals, stored: Sequence[Columns]) -> None:
        self.seals, self._stored = seals, stored
        self.boxes = seals.boxes
        """Those of now: what these keys open once somebody was forgotten is kept for nobody."""
        self.keys: dict[Alike, Mapping[str, SubjectKey]] = {}

    def opened(self, alike: Alike, whose: int) -> Mapping[str, SubjectKey]:
        """Return the keys of one class and role by subject: those of all rows at once."""
        role, mark = alike
        owners = {(owned(one[whose], role), mark): one[whose] for one in self._stored}
        found = self.seals.keys.known(owners)
        self.keys[alike] = keys = {owners[owner]: key for owner, key in found.items()}
        return keys


def _late(table: RowTable, field: str, adapter: TypeAdapter[Any], place: int, whose: int) -> Late:
    mark = table.sealed.get(field)
    if mark is None:
        return Late(field, adapter, place)
    return SealedLate(
        field,
        adapter,
        place,
        whose=whose,
        alike=(table.role_of(field), mark.value),
        bound_to=f"{table.seals.store}|{table.projection.name}",
    )


def _words(hint: Any) -> Mapping[str, Enum] | None:
    kind = bare(hint)
    is_enum = isinstance(kind, type) and issubclass(kind, Enum)
    return {word.value: word for word in kind} if is_enum else None
