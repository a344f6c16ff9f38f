"""`reads`: "who has seen my data", in a book of reads as large as a house fills in years.

The book is filled by the database itself (`benchmarks.book_of_reads`); the service is `jejak serve`
in a process of its own, and one auditor asks it over one connection. Beside the questions, what it
takes to record one more answer in so large a book, since nothing leaves before that.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import psycopg
from psycopg.sql import SQL

from api.main import issue, tokens_of
from api.tokens import Caller, Level, Role
from application.access import AccessRecord, Asked, Purpose
from benchmarks.append import cores
from benchmarks.book_of_reads import AGENCIES, Stands, agreement, fill, size_of, unsealed
from benchmarks.people import new_id
from benchmarks.place import Place
from benchmarks.read import Client
from benchmarks.result import Result, Row, Scale, measured
from benchmarks.rounds import rounds
from benchmarks.service import Databases, Furnished, furnished, serving
from benchmarks.writers import run_writers
from domain.record import Actor
from infrastructure.access_ledger import PostgresAccessLedger, query_of
from infrastructure.connections import service_pool
from infrastructure.settings import Settings

AREA: Final = "reads"
MOST: Final = 100.0
"""Milliseconds."""
GOAL: Final = f"p99 under {MOST:g} ms"
TIMES: Final = (10, 1_000, 100_000, 100_000)
"""How often those were read whom somebody asks about: by a caseworker, in feeds, in lists, and in
lists of the first half of the book alone."""
LONG_AGO: Final = ("", "", "", ", but long ago")
CASE_EVENTS: Final = 6
PAGE: Final = 100
BATCHES: Final = (1, 100, 1_000)
"""People in one answer that is recorded."""
MEBIBYTE: Final = 2**20
AUDITOR: Final = Caller(
    id="bench-9", role=Role.AUDITOR, level=Level.DITJENPAS, units=frozenset(), agency=None
)
READER: Final = Actor(id="dinas-1", role="agency", unit=None, agency="DINAS-1", on_behalf_of=None)
ALL: Final = Asked(
    subjects=None, units=None, actor=None, agency=None, since=None, before=None, limit=PAGE + 1
)
NOTES: Final = (
    (
        "reads: of a hundred answers in the book one is a batch of a feed (100 people), nine are"
        " lists (20), ninety show one case; by whom and of whom is spread evenly. Those asked"
        " about stand in the book as often as the row says, spread over all of it. Each question"
        " is for the newest 100, is itself recorded, and is answered over HTTP; everything was"
        " read before and is in memory where it fits. The sealer waits meanwhile: it would put"
        " all that was filled in into the log."
    ),
)


def run(scale: Scale, place: Place) -> Result:
    """Fill the book, ask it, and write to it."""
    core, _ = cores()
    with ExitStack() as stack:
        dsn = stack.enter_context(place.database())
        keys = stack.enter_context(place.database(migrated=False))
        databases = Databases(ledger=dsn, keys=keys)
        house = stack.enter_context(furnished(databases, cases=len(TIMES), events=CASE_EVENTS))
        stack.enter_context(unsealed(dsn))
        times = [max(1, min(often, scale.rows // 100)) for often in TIMES]
        cases = [f"case:{key}" for key, _ in house.cases]
        fill(dsn, scale.rows, standing(cases, times, scale.rows))
        pool = stack.enter_context(service_pool(dsn))
        access = stack.enter_context(PostgresAccessLedger(pool))
        address = stack.enter_context(serving(as_auditor(house), cores=core))
        client = Client(address)
        stack.callback(client.close)
        asked = questions(cases, times)
        subjects: dict[str, Callable[[], Mapping[str, Any]]] = {
            name: partial(client.ask, path, scale.seconds) for name, (path, _) in asked.items()
        }
        subjects |= {
            recording(people): partial(record, access, people, scale.seconds) for people in BATCHES
        }
        found = rounds(scale.runs, subjects)
        plans = {name: index_of(dsn, question) for name, (_, question) in asked.items()}
        sizes = size_of(dsn)
    held = ", ".join(f"{name} {size // MEBIBYTE:,} MiB" for name, size in sorted(sizes.items()))
    return Result(
        rows=tuple(_row(name, answers, plans.get(name)) for name, answers in found.items()),
        notes=(*NOTES, f"reads: {scale.rows:,} answers in the book; {held}."),
    )


def standing(cases: Sequence[str], times: Sequence[int], rows: int) -> Mapping[str, Stands]:
    """Return in which answers each case stands: the first in single ones, then feeds, then lists.

    By the kind of an answer's number, where they are few enough to be of one kind.
    """
    kinds = (1, 0, 10, 10)
    spans = (rows, rows, rows, rows // 2)
    return {
        case: Stands(span // often, kind % (span // often), span)
        for case, often, kind, span in zip(cases, times, kinds, spans, strict=True)
    }


def as_auditor(house: Furnished) -> Furnished:
    """Return the same house with the token of somebody who may see all reads."""
    chosen = Settings(
        database_url=house.databases.ledger, keys_url=house.databases.keys, data_dir=house.data
    )
    return replace(house, token=issue(tokens_of(chosen), AUDITOR))


def questions(cases: Sequence[str], times: Sequence[int]) -> Mapping[str, tuple[str, Asked]]:
    """Return what is asked, by name: the address, and what the book is asked for it."""

    def path(**said: str) -> str:
        return f"/v1/reads?{urlencode(said)}"

    pks, dinas = agreement(1), f"DINAS-{AGENCIES // 2}"
    named = {
        f"who has seen somebody who was read {often:,} times{when}": (
            path(subject=case),
            replace(ALL, subjects=frozenset([case])),
        )
        for case, often, when in zip(cases, times, LONG_AGO, strict=True)
    }
    return named | {
        "what was shown under one agreement": (
            path(agreement=pks),
            replace(ALL, agreement=pks),
        ),
        "what was shown to one agency": (path(agency=dinas), replace(ALL, agency=dinas)),
        "the same, of the one often read": (
            path(agreement=pks, subject=cases[2]),
            replace(ALL, agreement=pks, subjects=frozenset([cases[2]])),
        ),
        "the newest reads": (path(), ALL),
    }


def recording(people: int) -> str:
    """Return the name of recording an answer that shows so many people."""
    return f"record an answer of {people:,} {'people' if people > 1 else 'person'}"


def record(access: PostgresAccessLedger, people: int, seconds: float) -> Mapping[str, Any]:
    """Record answers one after the other, each durable before the next."""

    def write() -> None:
        access.record(
            AccessRecord(
                actor=READER,
                purpose=Purpose.KERJA_SAMA,
                agreement=agreement(1),
                route="/v1/feeds/{agreement_id}",
                subjects=tuple(f"case:{new_id()}" for _ in range(people)),
                fields=("attendance", "full_name"),
                rows=people,
                trace_id=new_id(),
            )
        )

    return run_writers([write], seconds)


def index_of(dsn: str, asked: Asked) -> str:
    """Return the indexes by which the book finds what is asked for."""
    with psycopg.connect(dsn) as owner:
        told = owner.execute(SQL("EXPLAIN (FORMAT JSON) ") + query_of(asked)).fetchone()
    text = json.dumps(told)
    return " and ".join(
        name
        for name in ("access_places", "access_agreement", "access_agency", "access_pkey")
        if f'"Index Name": "{name}"' in text
    )


def _row(name: str, answers: list[Mapping[str, Any]], plan: str | None) -> Row:
    slowest = [float(answer["p99"]) for answer in answers]
    usual = sorted(float(answer["p50"]) for answer in answers)[len(answers) // 2]
    note = f"p50 {usual:.1f} ms" + (f"; by {plan}" if plan else "")
    return measured(AREA, name, "ms", slowest, goal=GOAL, note=note).under(MOST)
