"""Entries as they are written: numbered along each feed, sealed, and taken out again.

The digest by which a record is compared with what was last told is keyed, so that it shows nothing
of the record to whoever reads the table. Entries of one write that follow from one page stand in
the order of pseudonyms, which is another in each agreement: that of streams would join them.
"""

import base64
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection

from application.feeds import Change
from domain.kernel import DataClass, Json, SubjectForgotten
from infrastructure.codec import canonical
from infrastructure.feed_audiences import Party
from infrastructure.master_key import Secrets
from infrastructure.row_table import RowSeals
from infrastructure.sealing import owner
from projections.shared.record import Shared

PSEUDONYM: Final = 26
"""Letters: 130 bits, of which no two are the same by chance."""
PRESENT: Final = (
    "SELECT audience, subject, unit, entry, digest FROM feed.present WHERE subject = ANY(%s)"
)
HEADS: Final = "SELECT id, head FROM feed.audience WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
ENTER: Final = (
    "INSERT INTO feed.entry (audience, id, subject, owner, unit, pseudonym, change, event,"
    " position, at, fields, data) SELECT audience, id, subject, owner, unit, pseudonym, change,"
    "  event, position, at, string_to_array(fields, ' '), data"
    " FROM unnest(%b::integer[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[],"
    "  %b::text[], %b::text[], %b::bigint[], %b::timestamptz[], %b::text[], %b::bytea[])"
    " AS e (audience, id, subject, owner, unit, pseudonym, change, event, position, at, fields,"
    "  data)"
)
"""Columns, in binary form: of ten entries two thirds of the time of one statement each, of a
hundred a quarter."""
THERE: Final = (
    "INSERT INTO feed.present (audience, subject, pseudonym, unit, entry, digest)"
    " SELECT * FROM unnest(%b::integer[], %b::text[], %b::text[], %b::text[], %b::bigint[],"
    "  %b::bytea[])"
    " ON CONFLICT (audience, subject) DO UPDATE SET"
    " unit = EXCLUDED.unit, entry = EXCLUDED.entry, digest = EXCLUDED.digest"
)
GONE: Final = (
    "WITH gone AS (SELECT * FROM unnest(%s::integer[], %s::text[]) AS g (audience, subject)),"
    " left_out AS (DELETE FROM feed.present AS p USING gone"
    "  WHERE p.audience = gone.audience AND p.subject = gone.subject)"
    " UPDATE feed.entry AS e SET data = NULL FROM gone"
    " WHERE e.audience = gone.audience AND e.subject = gone.subject AND e.data IS NOT NULL"
)
OUTDATED: Final = (
    "WITH wrong AS (SELECT * FROM unnest(%s::integer[], %s::text[]) AS w (audience, subject))"
    " UPDATE feed.entry AS e SET data = NULL FROM wrong"
    " JOIN feed.present AS p ON p.audience = wrong.audience AND p.subject = wrong.subject"
    " WHERE e.audience = p.audience AND e.subject = p.subject AND e.id < p.entry"
    " AND e.data IS NOT NULL"
)
BLANK: Final = "UPDATE feed.entry SET data = NULL WHERE owner = ANY(%s) AND data IS NOT NULL"
OF_OWNERS: Final = (
    "SELECT p.audience, p.subject, p.unit, p.entry, p.digest, e.owner FROM feed.entry AS e"
    " JOIN feed.present AS p ON p.audience = e.audience AND p.entry = e.id"
    " WHERE e.owner = ANY(%s) AND e.data IS NOT NULL"
)
UNITS: Final = "SELECT DISTINCT audience, unit FROM feed.present WHERE audience = ANY(%s)"
MOVED: Final = (
    "WITH moved AS (UPDATE feed.present SET unit = %(unit)s"
    "  WHERE audience = %(audience)s AND subject = %(subject)s RETURNING audience, entry)"
    " UPDATE feed.entry AS e SET unit = %(unit)s FROM moved"
    " WHERE e.audience = moved.audience AND e.id = moved.entry"
)
CLOSE: Final = (
    "WITH gone AS (DELETE FROM feed.present WHERE audience = %(audience)s AND unit = ANY(%(units)s)"
    "  RETURNING subject, pseudonym, unit),"
    " counted AS (SELECT g.*, row_number() OVER (ORDER BY g.pseudonym) AS place FROM gone AS g),"
    " head AS (UPDATE feed.audience SET position = greatest(position, %(position)s),"
    "  head = head + (SELECT count(*) FROM counted) WHERE id = %(audience)s"
    "  RETURNING head - (SELECT count(*) FROM counted) AS before, head),"
    " blanked AS (UPDATE feed.entry AS e SET data = NULL FROM gone"
    "  WHERE e.audience = %(audience)s AND e.subject = gone.subject AND e.data IS NOT NULL),"
    " told AS (INSERT INTO feed.entry (audience, id, subject, owner, unit, pseudonym, change,"
    "   event, position, at, fields, data)"
    "  SELECT %(audience)s, before + place, subject, '', unit, pseudonym, 'withdrawn',"
    "   %(event)s, %(position)s, %(at)s, '{}', NULL FROM counted, head)"
    " SELECT head FROM head"
)


class Present(NamedTuple):
    """Who is in scope: of which unit, by which entry, and what it said."""

    audience: int
    subject: str
    unit: str
    entry: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Telling:
    """An entry to be: what became of somebody's record for one party. No record: withdrawn.

    ``outdated`` says that what was told before is no longer to be read. No change: nothing is to be
    told besides.
    """

    party: Party
    subject: str
    position: int
    at: datetime
    event: str
    change: Change | None
    shared: Shared | None
    digest: bytes = b""
    outdated: bool = False


class FeedStore:
    """Writes entries within the caller's transaction, and says what stands."""

    def __init__(self, seals: RowSeals, secrets: Secrets) -> None:
        self._seals = seals
        self._names = secrets.derive("pseudonym")
        self._digests = secrets.derive("feed-digest")

    def forgot(self, subject: str) -> bool:
        """Say whether somebody was forgotten, as far as this process knows."""
        return self._seals.keys.forgot(subject)

    def pseudonym(self, agreement: str, subject: str) -> str:
        """Return what a subject is called under an agreement, by all its parties."""
        made = hmac.digest(self._names, f"{agreement}|{subject}".encode(), "sha256")
        return base64.b32encode(made).decode()[:PSEUDONYM].lower()

    def digest(self, party: Party, subject: str, record: Json) -> bytes:
        """Return by what a record is known again."""
        place = f"{party.id}|{subject}|".encode()
        return hmac.digest(self._digests, place + canonical(record), "sha256")

    def present(
        self, connection: Connection[Any], subjects: Collection[str]
    ) -> dict[str, dict[int, Present]]:
        """Return for whom subjects are in scope now."""
        found: dict[str, dict[int, Present]] = {}
        for row in connection.execute(PRESENT, (list(subjects),)) if subjects else ():
            one = Present(row[0], row[1], row[2], row[3], bytes(row[4]))
            found.setdefault(one.subject, {})[one.audience] = one
        return found

    def of_owners(
        self, connection: Connection[Any], owners: Collection[str]
    ) -> Sequence[tuple[Present, str]]:
        """Return who is in scope of those whose keys these are, each with the owner."""
        rows = connection.execute(OF_OWNERS, (list(owners),)) if owners else ()
        return [
            (Present(audience, subject, unit, entry, bytes(digest)), owner_id)
            for audience, subject, unit, entry, digest, owner_id in rows
        ]

    def units(
        self, connection: Connection[Any], parties: Collection[int]
    ) -> Mapping[int, Collection[str]]:
        """Return of which units somebody is in scope, by party."""
        found: dict[int, set[str]] = {}
        for number, unit in connection.execute(UNITS, (list(parties),)):
            found.setdefault(number, set()).add(unit)
        return found

    def write(self, connection: Connection[Any], tellings: Iterable[Telling]) -> Mapping[int, int]:
        """Write entries in the order of what caused them; return the heads of their feeds."""
        named = [(self._name(one), one) for one in tellings]
        named.sort(key=lambda pair: (pair[1].position, pair[0]))
        ordered = [one for _, one in named]
        if not ordered:
            return {}
        numbers = sorted({one.party.id for one in ordered})
        heads = dict(connection.execute(HEADS, (numbers,)).fetchall())
        self._make_keys({one.shared.owner for one in ordered if one.shared})
        entries, there, gone = [], [], []
        for name, one in named:
            data = self._sealed(one, heads[one.party.id] + 1)
            if one.change is None or (one.shared is not None and data is None):
                continue  # the latter was forgotten a moment ago: its page comes
            heads[one.party.id] += 1
            number = heads[one.party.id]
            unit, whose = (one.shared.unit, one.shared.owner) if one.shared else ("", "")
            fields = " ".join(sorted(one.shared.record)) if one.shared else ""
            said = (one.subject, whose, unit, name, one.change.value, one.event)
            entries.append((one.party.id, number, *said, one.position, one.at, fields, data))
            if one.shared:
                there.append((one.party.id, one.subject, name, unit, number, one.digest))
            else:
                gone.append((one.party.id, one.subject))
        wrong = [(one.party.id, one.subject) for one in ordered if one.outdated]
        self._put(connection, entries, there, gone, wrong)
        places = {one.party.id: one.position for one in ordered}  # the last one's
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE feed.audience SET head = %s, position = greatest(position, %s)"
                " WHERE id = %s",
                [(heads[number], places[number], number) for number in numbers],
            )
        return heads

    def _name(self, one: Telling) -> str:
        return self.pseudonym(one.party.audience.agreement, one.subject)

    def _make_keys(self, owners: Collection[str]) -> None:
        """Have the keys of many people at hand with one round trip."""
        wanted = [owner(one, DataClass.SPECIFIC) for one in owners if not self.forgot(one)]
        with suppress(SubjectForgotten):  # by another process: each is asked for by itself
            self._seals.keys.of(wanted)

    def _put(  # the rows of each statement
        self,
        connection: Connection[Any],
        entries: Sequence[Any],
        there: Sequence[Any],
        gone: Sequence[Any],
        wrong: Sequence[Any],
    ) -> None:
        if gone:
            connection.execute(GONE, _columns(gone))
        if entries:
            connection.execute(ENTER, _columns(entries))
        if there:
            connection.execute(THERE, _columns(there))
        if wrong:  # after those who are there: it empties what is older than their last entry
            connection.execute(OUTDATED, _columns(wrong))

    def _sealed(self, one: Telling, number: int) -> bytes | None:
        if one.shared is None:
            return None
        box = self._seals.seal(
            one.shared.owner,
            DataClass.SPECIFIC,
            place_of(one.party.id, number),
            one.shared.record,
        )
        return bytes.fromhex(box.removeprefix("\\x")) if box else None

    def moved(self, connection: Connection[Any], party: Party, subject: str, unit: str) -> None:
        """Say that somebody is of another unit, of whom nothing else is told."""
        said = {"unit": unit, "audience": party.id, "subject": subject}
        connection.execute(MOVED, said)

    def blank(self, connection: Connection[Any], gone: Collection[str]) -> None:
        """Take out all that entries hold of subjects who were forgotten."""
        connection.execute(BLANK, (list(gone),))

    def close(  # noqa: PLR0913  # who is left out, why, and when
        self,
        connection: Connection[Any],
        party: Party,
        units: Collection[str],
        *,
        event: str,
        at: datetime,
        position: int,
    ) -> int:
        """Withdraw everybody of some units at once; return the head of the feed."""
        said = {"audience": party.id, "units": list(units), "event": event}
        row = connection.execute(CLOSE, {**said, "at": at, "position": position}).fetchone()
        return int(row[0]) if row else 0


def _columns(rows: Sequence[Any]) -> Sequence[list[Any]]:
    """Return the columns of some rows, as arrays are written."""
    return [list(column) for column in zip(*rows, strict=True)]


def place_of(audience: int, number: int) -> str:
    """Return where a record is sealed to: no box can be shown as another entry's."""
    return f"feed|{audience}|{number}"
