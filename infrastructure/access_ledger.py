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
from infrastructure.connections import transaction
from infrastructure.group_commit import GroupCommit
from infrastructure.writing_line import WritingLine

FORMAT: Final = 1
"""Version of the body's form."""
RECORD: Final = b"SELECT ledger.record_access(%b::bytea[])"
RECENT: Final = 100_000
"""How many of the newest records are looked at first for somebody's."""
LARGEST: Final = 2**63 - 1
ROOM: Final = "SET LOCAL work_mem = '64MB'"
"""What a hundred thousand places of records take: with less, PostgreSQL keeps whole pages in mind,
and opens every record on them."""
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
        """Return records, the newest first.

        Whoever was read very often is looked for among the newest first: all of those reads would
        be fetched otherwise, to show a hundred.
        """
        with transaction(self._pool) as connection:
            connection.execute(ROOM)
            rows: list[Any] = []
            if asked.subjects is not None:
                least = _newest(connection, asked) - RECENT
                rows = connection.execute(query_of(asked, least)).fetchall() if least > 0 else []
            if len(rows) < asked.limit:
                rows = connection.execute(query_of(asked)).fetchall()
        return [kept_from(*row) for row in rows]


def _newest(connection: psycopg.Connection[Any], asked: Asked) -> int:
    """Return the number that all records asked for are below."""
    if asked.before is not None:
        return asked.before
    found = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM ledger.access").fetchone()
    return int(found[0]) if found else 0


def query_of(asked: Asked, least: int = 0) -> Composed:
    """Return what finds records: number, time, hash and body of each, the newest first.

    With subjects, only records from ``least`` on are looked at.
    """
    return SQL(
        "WITH {} wanted AS ("
        "SELECT a.number FROM {} AS a WHERE {} ORDER BY a.number DESC LIMIT {})"
        " SELECT number, recorded_at, encode(hash, 'hex'), body"
        " FROM wanted JOIN ledger.access USING (number) ORDER BY number DESC"
    ).format(*_among(asked, least), SQL(" AND ").join(_conditions(asked)), asked.limit)


def _among(asked: Asked, least: int) -> tuple[Composable, Composable]:
    """Return where to look: what is of the subjects is found first, by its index alone.

    Left to itself the planner reads the whole book backwards for somebody whom few have read.
    """
    if asked.subjects is None:
        return SQL(""), SQL("ledger.access")
    found = SQL(
        "found AS MATERIALIZED (SELECT number, recorded_at, actor, unit, agency"
        " FROM ledger.access WHERE ledger.subjects_of(body) && {}::text[] AND {}"
        " AND number >= {} AND number < {}),"
    ).format(sorted(asked.subjects), _under(asked), least, asked.before or LARGEST)
    return found, SQL("found")


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
