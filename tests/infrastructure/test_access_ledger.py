"""The book of reads: gap-free, durable, unchangeable, ids only, and open to the sealer by hash."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
import rfc8785
from psycopg import errors
from psycopg.sql import SQL

from application.access import AccessRecord, Asked, Purpose, Unrecorded
from domain.record import Actor
from infrastructure.access_ledger import (
    STRETCH,
    PostgresAccessLedger,
    bodies_of,
    body_of,
    query_of,
)

CASE = "case:01980f5c-7a00-7000-8000-000000000001"
OTHER = "case:01980f5c-7a00-7000-8000-000000000002"
READER = Actor(id="wali-7", role="caseworker", unit="RUTAN-MEDAN", agency=None, on_behalf_of=None)
NOBODY = replace(READER, id="nobody")
RECORD = AccessRecord(
    actor=READER,
    purpose=Purpose.PEMBINAAN,
    agreement=None,
    route="/v1/cases/{case_id}",
    subjects=(CASE,),
    fields=("full_name", "birth_date"),
    rows=1,
    trace_id="0af7651916cd43dd8448eb211c80319c",
)
ALL = Asked(
    subjects=None, units=None, actor=None, agency=None, since=None, before=None, limit=1_000
)


@pytest.fixture
def access(pool):
    with PostgresAccessLedger(pool) as access:
        yield access


def test_a_record_is_read_back_as_it_was_given_in_its_place(access):
    access.record(RECORD)
    access.record(replace(RECORD, subjects=(OTHER, CASE), rows=2))
    second, first = access.ask(ALL)
    assert (first.number, second.number) == (1, 2)
    assert (first.actor, first.purpose, first.subjects) == (READER, Purpose.PEMBINAAN, (CASE,))
    assert first.fields == ("birth_date", "full_name")
    assert second.subjects == (CASE, OTHER)
    assert first.recorded_at <= second.recorded_at
    assert first.hash == hashlib.sha256(body_of(RECORD)).hexdigest()


def test_its_bytes_are_canonical_json():
    body = body_of(replace(RECORD, subjects=(OTHER, CASE)))
    assert rfc8785.dumps(json.loads(body)) == body


def test_an_answer_to_many_requests_is_a_record_of_each_in_the_same_bytes(access):
    requests = ["4f1b", 'a "quoted" one', "", "4f1c"]
    alone = [body_of(replace(RECORD, trace_id=one)) for one in requests]
    assert bodies_of(RECORD, requests) == alone
    access.record_alike([(RECORD, requests), (replace(RECORD, rows=7), ["4f1d"])])
    kept = access.ask(ALL)
    assert [(one.trace_id, one.rows) for one in kept[1:]] == [
        (one, RECORD.rows) for one in reversed(requests)
    ]
    assert (kept[0].trace_id, kept[0].rows) == ("4f1d", 7)
    access.record_alike([(RECORD, [])])
    assert access.ask(ALL) == kept


def test_what_is_no_id_is_not_taken_for_a_subject(access):
    for subject in ("Budi Fiktif", "person:Budi Fiktif", "3275012345670001", "case:", "case:a\nb"):
        with pytest.raises(ValueError, match="1"):
            access.record(replace(RECORD, subjects=(subject,)))
    assert access.ask(ALL) == []


def test_numbers_have_no_gaps_whoever_records_at_once(access, pool, database):
    with PostgresAccessLedger(pool) as beside, ThreadPoolExecutor(8) as readers:
        records = [replace(RECORD, rows=rows) for rows in range(160)]
        books = [access, beside] * 80
        list(readers.map(lambda book, record: book.record(record), books, records))
    kept = access.ask(ALL)
    assert [one.number for one in kept] == list(range(160, 0, -1))
    assert sorted(one.rows for one in kept) == list(range(160))
    times = [one.recorded_at for one in kept]
    assert times == sorted(times, reverse=True)
    with psycopg.connect(database) as owner:
        ((in_order,),) = owner.execute(
            "SELECT bool_and(xid >= before) FROM (SELECT xid, lag(xid, 1, xid)"
            " OVER (ORDER BY number) AS before FROM ledger.access) AS a"
        ).fetchall()
    assert in_order


def test_records_are_found_by_whom_they_show_and_by_whoever_read(access):
    elsewhere = replace(READER, id="dinas-1", role="agency", unit=None, agency="DISNAKER-12.71")
    for number, (subjects, actor) in enumerate(
        [((CASE,), READER), ((CASE, OTHER), elsewhere), ((OTHER,), READER), ((), READER)]
    ):
        access.record(replace(RECORD, subjects=subjects, actor=actor, rows=number))

    def found(**asked):
        return [one.rows for one in access.ask(replace(ALL, **asked))]

    assert found() == [3, 2, 1, 0]
    assert found(subjects=frozenset([CASE])) == [1, 0]
    assert found(subjects=frozenset([CASE, OTHER])) == [2, 1, 0]
    assert found(subjects=frozenset([CASE]), before=2) == [0]
    assert found(subjects=frozenset([CASE]), actor="wali-7") == [0]
    assert found(subjects=frozenset()) == []
    assert found(units=frozenset(["RUTAN-MEDAN"])) == [3, 2, 0]
    assert found(units=frozenset()) == []
    assert found(agency="DISNAKER-12.71") == [1]
    assert found(limit=2) == [3, 2]
    assert found(since=datetime(2020, 1, 1, tzinfo=UTC)) == [3, 2, 1, 0]
    assert found(since=datetime(2100, 1, 1, tzinfo=UTC)) == []


def test_records_are_found_by_the_agreement_under_which_they_were_shown(access, database):
    dinas = replace(READER, id="dinas-1", role="agency", unit=None, agency="DISNAKER-12.71")
    under = replace(RECORD, actor=dinas, agreement="pks-1")
    for number, record in enumerate([RECORD, under, replace(under, agreement="pks-2"), under]):
        access.record(replace(record, rows=number))

    def found(**asked):
        return [one.rows for one in access.ask(replace(ALL, **asked))]

    assert found(agreement="pks-1") == [3, 1]
    assert found(agreement="pks-1", subjects=frozenset([CASE])) == [3, 1]
    assert found(agreement="pks-1", subjects=frozenset([OTHER])) == []
    assert found(agreement="pks-2", agency="DISNAKER-12.71") == [2]
    assert found(agreement="pks-3") == []
    with psycopg.connect(database) as owner:
        owner.execute("SET enable_seqscan = off")
        query = query_of(replace(ALL, agreement="pks-1"))
        plan = owner.execute(SQL("EXPLAIN ") + query).fetchall()
    assert any("access_agreement" in line for (line,) in plan)


def test_whom_many_have_read_is_found_stretch_by_stretch_and_nobody_is_missed(access, database):
    for number in range(20):
        if number in {5, 13}:
            begin_stretch(database, number)
        subject = OTHER if number % 2 or number < 10 else CASE
        access.record(replace(RECORD, subjects=(subject,), rows=number))
    numbers = {one.rows: one.number for one in access.ask(ALL) if one.actor == READER}
    assert {number >> STRETCH for number in numbers.values()} == {0, 5, 13}

    def found(subject, before=None, **asked):
        asked["before"] = numbers[before] if before else None
        kept = access.ask(replace(ALL, subjects=frozenset([subject]), **asked))
        return [one.rows for one in kept]

    assert found(CASE, limit=2) == [18, 16]
    assert found(CASE) == [18, 16, 14, 12, 10]
    assert found(CASE, limit=4) == [18, 16, 14, 12]
    assert found(CASE, limit=2, before=17) == [16, 14]
    assert found(CASE, limit=2, before=13) == [12, 10]
    assert found(CASE, limit=2, before=12) == [10]
    assert found(OTHER, limit=3, before=12) == [11, 9, 8]
    assert found(OTHER, limit=20) == [19, 17, 15, 13, 11, *range(9, -1, -1)]
    assert found(OTHER, agency="DISNAKER-12.71") == []


def begin_stretch(database, stretch):
    """Have the next record be the second of a stretch of the book."""
    with psycopg.connect(database) as owner:
        owner.execute(
            "INSERT INTO ledger.access (number, body, recorded_at, actor)"
            " VALUES (%s, %s, clock_timestamp(), 'nobody')",
            (stretch << STRETCH, body_of(replace(RECORD, actor=NOBODY, subjects=()))),
        )


@pytest.mark.parametrize("before", [0, 1, 2**63 - 1])
def test_a_book_of_no_stretch_and_one_before_its_first_record_are_empty(access, before):
    asked = replace(ALL, subjects=frozenset([CASE]), before=before)
    assert access.ask(asked) == []
    access.record(RECORD)
    assert len(access.ask(asked)) == (before > 1)


def test_whom_few_have_read_is_found_by_the_index(access, database):
    access.record(RECORD)
    with psycopg.connect(database) as owner:
        owner.execute("SET enable_seqscan = off")
        query = query_of(replace(ALL, subjects=frozenset([CASE])))
        plan = owner.execute(SQL("EXPLAIN ") + query).fetchall()
    assert any("access_places" in line for (line,) in plan)


def test_no_question_is_compiled_which_takes_longer_than_to_answer_it(pool):
    with pool.connection() as connection:
        assert connection.execute("SHOW jit").fetchone() == ("off",)


@pytest.mark.parametrize(
    "forgery",
    [
        "INSERT INTO ledger.access (number, body, recorded_at, actor) VALUES (9, '{}', now(), 'x')",
        "UPDATE ledger.access SET actor = 'nobody'",
        "DELETE FROM ledger.access",
        "TRUNCATE ledger.access",
    ],
)
def test_the_service_records_by_the_function_alone(access, pool, forgery):
    access.record(RECORD)
    with pool.connection() as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(forgery)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger.access SET body = body",
        "DELETE FROM ledger.access",
        "TRUNCATE ledger.access",
        "SET session_replication_role = replica; DELETE FROM ledger.access",
    ],
)
def test_not_even_the_owner_changes_what_is_recorded(access, database, change):
    access.record(RECORD)
    with psycopg.connect(database) as owner, pytest.raises(errors.RestrictViolation):
        owner.execute(change)


def test_the_sealer_sees_hashes_and_never_a_body(access, database):
    access.record(RECORD)
    with psycopg.connect(database) as owner:
        owner.execute("SET ROLE jejak_sealer")
        ((number, digest),) = owner.execute("SELECT number, hash FROM ledger.access").fetchall()
        assert (number, digest) == (1, hashlib.sha256(body_of(RECORD)).digest())
        with pytest.raises(errors.InsufficientPrivilege):
            owner.execute("SELECT body FROM ledger.access")


def test_what_has_not_the_form_of_a_record_is_not_kept(pool):
    with pool.connection() as connection:
        for body in (b"no json", b"\xff", b"{}"):
            with pytest.raises(psycopg.Error):
                connection.execute("SELECT ledger.record_access(%b::bytea[])", ([body],))
        ((kept,),) = connection.execute("SELECT count(*) FROM ledger.access").fetchall()
    assert kept == 0


@pytest.mark.parametrize(
    "trouble",
    [
        "RAISE WARNING USING ERRCODE = '01000', MESSAGE = 'canceling wait'",
        "PERFORM pg_terminate_backend(pg_backend_pid())",
        "RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'",
    ],
)
def test_a_record_whose_commit_is_not_confirmed_is_none(access, database, trouble):
    with psycopg.connect(database) as owner:
        owner.execute(
            "CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
            f" $$ BEGIN {trouble}; RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER trouble AFTER INSERT ON ledger.access"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trouble()"
        )
    with pytest.raises(Unrecorded):
        access.record(RECORD)
    with psycopg.connect(database) as owner:
        owner.execute("DROP TRIGGER trouble ON ledger.access")
    access.record(RECORD)
    numbers = [one.number for one in access.ask(ALL)]
    assert numbers in ([1], [2, 1])  # the warned one stands: a record without its read
