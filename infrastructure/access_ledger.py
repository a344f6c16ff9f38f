"""The book of reads in PostgreSQL: written in groups over a line of its own, each durable."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Self

import psycopg
import structlog
from psycopg.sql import SQL, Composable, Composed
from psycopg_pool import ConnectionPool

from application.access import AccessRecord, Asked, Kept, Purpose, Unrecorded
from application.ledger import OutcomeUnknown, Overloaded
from domain.kernel import Json
from domain.record import Actor
from infrastructure.codec import canonical
from infrastructure.group_commit import GroupCommit
from infrastructure.writing_line import WritingLine

FORMAT: Final = 1
"""Version of the body's form."""
RECORD: Final = b"SELECT ledger.record_access(%b::bytea[])"
STRETCH: Final = 19
"""Bits of a record's number within its stretch of the book, as in ``ledger.places_of``. Shorter
stretches would make the index longer; of a longer one more is fetched to show a hundred."""
LAST: Final = SQL("(SELECT coalesce(max(number), 0) FROM ledger.access)")
LARGEST: Final = 2**63 - 1
SUBJECT: Final = re.compile(r"[a-z-]+:[A-Za-z0-9][A-Za-z0-9._/-]*", re.ASCII)
ACTOR: Final = tuple(Actor.__dataclass_fields__)
log = structlog.get_logger()


class PostgresAccessLedger:
    """An `application.access.AccessLedger`. Reads are asked for over the service's pool."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._line = WritingLine(str(pool.conninfo))
        self._commit: GroupCommit[Sequence[bytes], None] = GroupCommit(self._write)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._commit.close()
        self._line.close()

    def record(self, record: AccessRecord) -> None:
        """Keep a record, durable once this returns; raise `Unrecorded`."""
        self.record_all([record])

    def record_all(self, records: Sequence[AccessRecord]) -> None:
        """Keep records together, all of them or none; raise `Unrecorded`."""
        self.record_alike([(one, [one.trace_id]) for one in records])

    def record_alike(self, answers: Sequence[tuple[AccessRecord, Sequence[str]]]) -> None:
        """Keep each record for every request beside it, all or none; raise `Unrecorded`."""
        bodies = [body for record, requests in answers for body in bodies_of(record, requests)]
        if not bodies:
            return
        try:
            self._commit(bodies)
        except (psycopg.Error, OutcomeUnknown, Overloaded) as error:
            kind = type(error).__name__  # and not its words, which may quote
            log.warning("read_unrecorded", error=kind, trace_id=answers[0][0].trace_id)
            raise Unrecorded from error

    def _write(self, groups: Sequence[Sequence[bytes]]) -> Sequence[None]:
        self._line.commit(RECORD, ([body for group in groups for body in group],))
        return [None] * len(groups)

    def ask(self, asked: Asked) -> list[Kept]:
        """Return records, the newest first."""
        with self._pool.connection() as connection:
            rows = connection.execute(query_of(asked)).fetchall()
        return [kept_from(*row) for row in rows]


def query_of(asked: Asked) -> Composed:
    """Return what finds records: number, time, hash and body of each, the newest first."""
    return SQL(
        "WITH wanted AS ({}) SELECT number, recorded_at, encode(hash, 'hex'), body"
        " FROM wanted JOIN ledger.access USING (number) ORDER BY number DESC"
    ).format(_among(asked))


def _among(asked: Asked) -> Composed:
    """Return what finds the numbers of records.

    Those of subjects are looked for in one stretch of the book after the other, from the newest on,
    until there are enough: whoever was read very often costs no more than a page of it.
    """
    newest = SQL("SELECT a.number FROM {} AS a WHERE {} ORDER BY a.number DESC LIMIT {}")
    conditions = SQL(" AND ").join(_conditions(asked))
    if asked.subjects is None:
        return newest.format(SQL("ledger.access"), conditions, asked.limit)
    before = LARGEST if asked.before is None else asked.before
    places = SQL(", ").join(
        SQL("stretch || {}").format(f" {subject}") for subject in sorted(asked.subjects)
    )
    return SQL(
        "SELECT found.number FROM generate_series(least({}, {} - 1) >> {}, 0, -1) AS stretch"
        # Left to itself the planner reads the whole book backwards for whom few have read.
        " CROSS JOIN LATERAL (WITH here AS MATERIALIZED ("
        "SELECT number, recorded_at, actor, unit, agency FROM ledger.access"
        " WHERE ledger.places_of(number, body) && ARRAY[{}]::text[] AND {}) {}) AS found LIMIT {}"
    ).format(
        LAST,
        before,
        STRETCH,
        places,
        _under(asked),
        newest.format(SQL("here"), conditions, asked.limit),
        asked.limit,
    )


def _conditions(asked: Asked) -> list[Composable]:
    conditions: list[Composable] = [SQL("true")]
    if asked.units is not None:
        conditions.append(SQL("a.unit = ANY({}::text[])").format(sorted(asked.units)))
    if asked.actor is not None:
        conditions.append(SQL("a.actor = {}").format(asked.actor))
    if asked.agency is not None:
        conditions.append(SQL("a.agency = {}").format(asked.agency))
    if asked.subjects is None:
        conditions.append(_under(asked))
    if asked.since is not None:
        conditions.append(SQL("a.recorded_at >= {}").format(asked.since))
    if asked.before is not None:
        conditions.append(SQL("a.number < {}").format(asked.before))
    return conditions


def _under(asked: Asked) -> Composable:
    """Return the condition on the agreement, which stands in the body alone."""
    if asked.agreement is None:
        return SQL("true")
    return SQL("ledger.agreement_of(body) = {}").format(asked.agreement)


def body_of(record: AccessRecord) -> bytes:
    """Return the bytes of a record: RFC 8785 canonical JSON. Raises `ValueError` for no id."""
    if strange := [one for one in record.subjects if not SUBJECT.fullmatch(one)]:
        raise ValueError(len(strange))
    return canonical(
        {
            "format": FORMAT,
            "actor": {name: getattr(record.actor, name) for name in ACTOR},
            "purpose": record.purpose.value,
            "agreement": record.agreement,
            "route": record.route,
            "subjects": sorted(record.subjects),
            "fields": sorted(record.fields),
            "rows": record.rows,
            "trace_id": record.trace_id,
        }
    )


def bodies_of(record: AccessRecord, trace_ids: Sequence[str]) -> Sequence[bytes]:
    """Return what `body_of` does for each of several requests that were answered alike.

    The id of the request is the last key, and all before it is written once: a thousand streams
    that are sent the same would take longer to write of than PostgreSQL takes to write them.
    """
    start = body_of(replace(record, trace_id="")).removesuffix(b'"trace_id":""}')
    return [start + canonical({"trace_id": one})[1:] for one in trace_ids]


def kept_from(number: int, recorded_at: datetime, digest: str, body: bytes) -> Kept:
    """Return a record as it was kept."""
    said: Json = json.loads(body)
    content: dict[str, Any] = {
        **said,
        "actor": Actor(**said["actor"]),
        "purpose": Purpose(said["purpose"]),
        "subjects": tuple(said["subjects"]),
        "fields": tuple(said["fields"]),
    }
    del content["format"]
    return Kept(**content, number=number, recorded_at=recorded_at, hash=digest)
