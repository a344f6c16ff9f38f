"""Keys that are made while something else is done: sent to the key store now, asked for later."""

from collections.abc import Iterable, Mapping
from typing import Final

import psycopg

from infrastructure.entry import BIGINT
from infrastructure.key_store import KeyStore, draw
from infrastructure.line_ahead import LineAhead
from infrastructure.sealing import Owner, SubjectKey
from infrastructure.writing_line import CAREFUL

OPENING: Final = f"SET ROLE jejak_keys; {CAREFUL}"
# How many of them: where it is not all, some are there already, or are made no more.
MAKE: Final = (
    b"WITH made AS (INSERT INTO keys.sealing_key"
    b" (key_id, subject, data_class, generation, wrapped)"
    b" SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bytea[])"
    b" ON CONFLICT (subject, data_class) DO NOTHING RETURNING 1)"
    b" SELECT count(*) FROM made"
)


class KeysAhead:
    """Has keys made on a line of its own, for one who asks for some at a time."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys
        self._line = LineAhead(str(keys.pool.conninfo), MAKE, OPENING)
        self._wanted: frozenset[Owner] = frozenset()
        self._drawn: Mapping[Owner, SubjectKey] = {}

    def begin(self, owners: Iterable[Owner]) -> None:
        """Have those keys made that are not opened here."""
        self._wanted = frozenset(owners)
        opened = self._keys.opened
        missing = sorted(self._wanted - opened.among(self._wanted).keys())
        self._drawn = {}
        if missing and not any(opened.forgot(subject) for subject, _ in missing):
            self._drawn = draw(missing)
            columns = self._keys.columns(self._drawn)
            self._line.begin([column.content for column in columns])

    def taken(self) -> Mapping[Owner, SubjectKey]:
        """Return what was begun, once it is durable.

        Raises `SubjectForgotten`, and `OutcomeUnknown` where the line breaks.
        """
        if self._drawn and self._made() == len(self._drawn):
            self._keys.opened.keep(self._drawn)
        return self._keys.of(self._wanted)

    def close(self) -> None:
        """Close the line."""
        self._line.close()

    def _made(self) -> int:
        try:
            (count,) = BIGINT.unpack(self._line.waited_for().get_value(0, 0) or b"")
        except psycopg.DatabaseError:
            return 0  # nothing was written: whoever asks in the ordinary way hears why
        return int(count)
