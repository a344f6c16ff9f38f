"""A book of reads of any size, filled by the database itself in the form that the service writes.

Of a hundred answers one is a batch of a feed that shows a hundred people to an agency, nine are
lists of twenty, and ninety show one case. They are of as many people as a nation holds, besides
those that a benchmark asks about, who stand in every so many-th answer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import md5
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
from psycopg import sql

from benchmarks.people import UNIT
from domain.kernel import Json
from infrastructure.access_ledger import kept_from
from infrastructure.codec import canonical
from infrastructure.sealer import LOCK

PEOPLE: Final = 280_000
"""Invented people whom the answers show: about as many as are in custody."""
AGENCIES: Final = 300
AGREEMENTS: Final = 1_000
STEP: Final = 500_000
"""Rows in one transaction."""
LOOKED_AT: Final = 200
INDEXES: Final = (
    "SELECT indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'ledger' AND tablename = 'access' AND indexname <> 'access_pkey'"
)
FILL: Final = """
INSERT INTO ledger.access (number, body, recorded_at, actor, unit, agency)
SELECT n, convert_to(format(
  '{"actor":{"agency":%%s,"id":"%%s","on_behalf_of":null,"role":"%%s","unit":%%s},"agreement":%%s,'
  '"fields":%%s,"format":1,"purpose":"%%s","route":"%%s","rows":%%s,"subjects":[%%s],'
  '"trace_id":"%%s"}',
  coalesce(to_json(agency)::text, 'null'), actor, kind.role, coalesce(to_json(unit)::text, 'null'),
  coalesce(to_json(agreement)::text, 'null'), kind.fields, kind.purpose, kind.route, whom.rows,
  whom.subjects, md5('trace' || n)), 'UTF8'),
  date_trunc('second', now()) - (%(rows)s - n) * interval '6 seconds', actor, unit, agency
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
JOIN (VALUES
  ('feed', 100, 'agency', '["attendance","full_name","programme"]', 'kerja_sama',
   '/v1/feeds/{agreement_id}'),
  ('list', 20, 'caseworker', '["full_name"]', 'pembinaan', '/v1/cases'),
  ('case', 1, 'caseworker', '["birth_date","full_name","reason"]', 'pembinaan',
   '/v1/cases/{case}/events')
) AS kind (name, people, role, fields, purpose, route)
  ON kind.name = CASE WHEN n %% 100 = 0 THEN 'feed' WHEN n %% 10 = 0 THEN 'list' ELSE 'case' END
CROSS JOIN LATERAL (SELECT
  CASE WHEN kind.name = 'feed' THEN 'DINAS-' || n / 100 %% %(agencies)s END AS agency,
  CASE WHEN kind.name = 'feed' THEN md5('pks' || n / 100 %% %(agreements)s)::uuid END AS agreement,
  CASE WHEN kind.name = 'feed' THEN 'dinas-' || n / 100 %% %(agencies)s
       ELSE 'wali-' || n * 7919 %% 5000 END AS actor,
  CASE WHEN kind.name <> 'feed' THEN %(unit)s || '-' || n * 7919 %% 500 END AS unit) AS who
CROSS JOIN LATERAL (
  SELECT count(*) AS rows, string_agg(to_json(one)::text, ',' ORDER BY one COLLATE "C") AS subjects
    FROM (SELECT 'case:' || md5(((n * 7919 + i) %% %(people)s)::text)::uuid
            FROM generate_series(1, kind.people) AS i
          UNION ALL
          SELECT known.subject
            FROM unnest(%(subjects)s::text[], %(every)s::bigint[], %(from)s::bigint[],
                        %(until)s::bigint[]) AS known (subject, every, first, until)
           WHERE n %% known.every = known.first AND n <= known.until) AS shown (one)) AS whom
"""


class Unlike(Exception):
    """What was filled in is not what the service would have written."""


class Stands(NamedTuple):
    """A subject stands in each answer whose number leaves ``first`` when divided by ``every``.

    But not in those after ``until``, where one is given.
    """

    every: int
    first: int
    until: int | None = None


def fill(dsn: str, rows: int, known: Mapping[str, Stands]) -> None:
    """Fill an empty book with so many answers, in which ``known`` subjects stand.

    Raises `Unlike`.
    """
    said: dict[str, Any] = {
        "rows": rows,
        "agencies": AGENCIES,
        "agreements": AGREEMENTS,
        "people": PEOPLE,
        "unit": UNIT,
        "subjects": list(known),
        "every": [one.every for one in known.values()],
        "from": [one.first for one in known.values()],
        "until": [one.until or rows for one in known.values()],
    }
    with psycopg.connect(dsn, autocommit=True) as owner, _without_indexes(owner):
        for first in range(1, rows + 1, STEP):
            last = min(first + STEP - 1, rows)
            owner.execute(FILL, {**said, "first": first, "last": last})
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE ledger.access")
        owner.execute("CHECKPOINT")
        ensure_alike(owner, rows)


def agreement(number: int) -> str:
    """Return the id of an agreement under which feeds were read."""
    return str(UUID(md5(f"pks{number}".encode(), usedforsecurity=False).hexdigest()))


@contextmanager
def unsealed(dsn: str) -> Iterator[None]:
    """Keep the sealer waiting: it would put all that was filled in into the log meanwhile."""
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        yield


def size_of(dsn: str) -> Mapping[str, int]:
    """Return the bytes of the book, and of each of its indexes."""
    query = (
        "SELECT 'the book', pg_table_size('ledger.access') UNION ALL"
        " SELECT indexname, pg_relation_size(('ledger.' || indexname)::regclass) FROM pg_indexes"
        " WHERE schemaname = 'ledger' AND tablename = 'access'"
    )
    with psycopg.connect(dsn) as owner:
        return dict(owner.execute(query).fetchall())


@contextmanager
def _without_indexes(owner: psycopg.Connection[Any]) -> Iterator[None]:
    """Take the indexes away and make them again afterwards: sooner than row by row."""
    indexes: Sequence[tuple[str, str]] = owner.execute(INDEXES).fetchall()
    owner.execute("SET maintenance_work_mem = '1GB'")
    for name, _ in indexes:
        owner.execute(sql.SQL("DROP INDEX ledger.{}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        owner.execute(sql.SQL(definition))


def ensure_alike(owner: psycopg.Connection[Any], rows: int) -> None:
    """Read some answers back as the service does; canonical JSON is one spelling alone."""
    query = (
        "SELECT number, recorded_at, encode(hash, 'hex'), body FROM ledger.access"
        " WHERE number %% %s = 0 ORDER BY number DESC LIMIT %s"
    )
    for number, at, digest, body in owner.execute(query, (max(rows // LOOKED_AT, 1), LOOKED_AT)):
        said: Json = _json(body)
        kept = kept_from(number, at, digest, body)
        if canonical(said) != body or kept.rows != len(set(kept.subjects)):
            raise Unlike(number)


def _json(body: bytes) -> Json:
    found: Json = json.loads(body)
    return found
