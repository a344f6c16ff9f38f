"""What a report of one unit reads is that unit's, however many others there are."""

from dataclasses import replace
from datetime import date

import pytest
from lines import ANY
from psycopg.sql import SQL, Identifier

from application.read_models import Access, Settled
from infrastructure.asking import FEW_UNITS, Asking
from infrastructure.follower import Follower
from infrastructure.master_key import MasterKey
from infrastructure.newest import count_query
from infrastructure.row_table import RowSeals
from infrastructure.tail import Tail
from projections.case_summary import CASE_SUMMARY
from projections.persons import PERSONS
from projections.sentence_dates import SENTENCE_DATES

UNIT = Access(everywhere=False, units=frozenset({"UNIT-7"}))
ALL = replace(ANY, limit=None)
OVER = (CASE_SUMMARY, PERSONS, SENTENCE_DATES)
FILL = """
INSERT INTO {table} (key, "case", {unit})
SELECT 'k' || n, CASE WHEN n %% 10 > 0 OR {is_case} THEN 'k' || n END, {of}
  FROM generate_series(1, 5000) AS n"""


@pytest.fixture
def tables(ledger, pool):
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    follower = Follower(Tail(pool, ledger.awake), pool, seals, OVER)
    follower.prepare()
    with pool.connection() as connection:
        for table in follower.tables.values():
            by_unit = "unit" in table.columns
            fill = SQL(FILL).format(
                table=table.table,
                unit=Identifier("unit" if by_unit else "person"),
                of=SQL("'UNIT-' || n / 10 %% 50"),
                is_case=SQL("true" if not by_unit or table.projection is CASE_SUMMARY else "false"),
            )
            connection.execute(fill, ())
            connection.execute(SQL("ANALYZE {}").format(table.table))
    return follower.tables, Asking(follower.tables, seals)


@pytest.mark.parametrize("name", [projection.name for projection in OVER])
def test_a_report_of_a_unit_finds_its_rows_by_an_index_on_unit_or_case(tables, pool, name):
    known, asking = tables
    query = asking.query_within(known[name], ALL, UNIT)
    with pool.connection() as connection:
        # Five thousand rows are few, and gone through as soon as found; ten million are not.
        connection.execute("SET enable_seqscan = off; SET enable_hashjoin = off")
        connection.execute("SET enable_mergejoin = off")
        plan = str(connection.execute(SQL("EXPLAIN ") + query).fetchall())
        connection.execute("RESET ALL")
    assert "SubPlan" not in plan
    assert "_case_idx" in plan or name == "case_summary"
    assert "_unit_idx" in plan
    assert "_pkey" not in plan


@pytest.mark.parametrize("name", [projection.name for projection in OVER])
def test_what_it_finds_is_what_the_condition_says(tables, pool, name):
    known, asking = tables
    table = known[name]
    plain = asking.query(table, ALL, asking.within(table, UNIT))
    with pool.connection() as connection:
        found = connection.execute(asking.query_within(table, ALL, UNIT)).fetchall()
        assert found == connection.execute(plain).fetchall()
    assert len(found) == 100


@pytest.mark.parametrize("name", [PERSONS.name, SENTENCE_DATES.name])
def test_where_only_some_cases_are_wanted_the_rows_of_the_others_do_not_come(tables, pool, name):
    known, asking = tables
    table, cases = known[name], known[CASE_SUMMARY.name]
    wanted = {"presence": ("present",)}
    settled = Settled(on=date(2026, 8, 17), only={}, unread=frozenset(), unless={}, case=wanted)
    question = replace(ALL, settled=settled, counted=frozenset({"case"}))
    with pool.connection() as connection:
        # Every table has the columns that a settled row is known by, but not each of this test's.
        for one in {table, cases}:
            add = SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS last_effective_day date")
            connection.execute(add.format(one.table))
            connection.execute(
                SQL("UPDATE {} SET last_effective_day = '2026-01-01'").format(one.table)
            )
        mark = SQL("UPDATE {} SET presence = 'present' WHERE key LIKE '%%7'")
        connection.execute(mark.format(cases.table), ())
        named = connection.execute(asking.query_within(table, question, UNIT)).fetchall()
        plain = connection.execute(
            asking.query(table, question, asking.within(table, UNIT))
        ).fetchall()
    assert named == plain
    assert {key[-1] for key, *_ in named} == {"7"}


def test_the_cases_in_reach_are_counted_by_their_indexes_alone(tables, pool):
    known, _ = tables
    cases = known[CASE_SUMMARY.name]
    query = count_query(cases, UNIT)
    with pool.connection() as connection:
        sent = SQL("UPDATE {} SET destination = 'UNIT-7' WHERE key = 'k1'")
        connection.execute(sent.format(cases.table))
        connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        plan = str(connection.execute(SQL("EXPLAIN ") + query).fetchall())
        connection.execute("RESET ALL")
        assert connection.execute(query).fetchone() == (101,)
    assert plan.count("Index Only Scan") == 2


def test_whoever_sees_many_units_has_the_database_choose_how_to_find_their_cases(tables, pool):
    known, asking = tables
    many = Access(everywhere=False, units=frozenset(f"UNIT-{n}" for n in range(FEW_UNITS + 1)))
    table = known[SENTENCE_DATES.name]
    query = asking.query_within(table, ALL, many)
    with pool.connection() as connection:
        assert "ARRAY(" not in query.as_string(connection)
        assert len(connection.execute(query).fetchall()) == 100 * (FEW_UNITS + 1)
