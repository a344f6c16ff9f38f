"""Rows follow the ledger, equal their replay, stay sealed, and a poison page stops one key."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from threading import Event

import pytest
from lines import ANY, EVERYTHING, LINES, evolve
from pages import assessed, began, draft, stream, write

from application.ledger import Head
from application.read_models import Access
from domain.kernel import Refused
from infrastructure.asking import FRESHNESS
from infrastructure.master_key import MasterKey
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals


@pytest.fixture
def models(ledger, pool):
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [LINES])
    models.follower.prepare()
    return models


def follow(models):
    while models.follower.advance():
        pass


def rows(models, question=ANY, access=EVERYTHING):
    return dict(models.ask("case_summary", question, access).rows)


def test_rows_follow_the_ledger_in_batches_with_their_position(models, ledger):
    write(ledger, draft(assessed()), draft(began(), version=2))
    follow(models)
    page = models.ask("case_summary", ANY, EVERYTHING)
    assert page.position == 2
    assert dict(page.rows)["1"].months == ("2025-07",)
    assert dict(page.rows)["1"].offence.startswith("Menyimpan")
    assert models.wait(2, seconds=0)
    assert not models.wait(3, seconds=0.1)


def test_sealed_columns_are_sealed_in_the_table_and_found_by_a_word_of_the_name(
    models,
    ledger,
    pool,
):
    write(ledger, draft(assessed()), draft(began(), version=2))
    follow(models)
    with pool.connection() as connection:
        (dump,) = connection.execute(
            "SELECT string_agg(t::text, '') FROM read_model.case_summary_v1 AS t"
        ).fetchone()
    assert "Budi" not in dump
    assert b"Budi".hex() not in dump
    assert rows(models, replace(ANY, words=("budi",)))
    assert not rows(models, replace(ANY, words=("budi", "tono")))


def test_how_fresh_a_page_is_is_told_without_going_through_the_ledger(models, ledger, pool):
    write(ledger, *(draft(assessed(), version=n) for n in range(1, 501)))
    follow(models)
    with pool.connection() as connection:
        plan = connection.execute(f"EXPLAIN {FRESHNESS}", ("case_summary_v1",)).fetchall()
    assert "Seq Scan on event" not in str(plan)


def test_missing_scope_is_nothing_and_a_case_is_seen_by_its_unit(models, ledger):
    write(ledger, draft(assessed()))
    follow(models)
    for units, count in ((), 0), (("LAPAS-X",), 0), (("RUTAN-MEDAN", "LAPAS-X"), 1):
        access = Access(everywhere=False, units=frozenset(units))
        assert len(rows(models, access=access)) == count


def test_lists_are_cut_by_key_and_questions_ask_open_columns_only(models, ledger):
    for key in "321":
        write(ledger, draft(assessed(), to=stream(key)))
    follow(models)
    assert list(rows(models, replace(ANY, limit=2))) == ["1", "2"]
    assert list(rows(models, replace(ANY, after="2"))) == ["3"]
    assert list(rows(models, replace(ANY, where={"case": ("1", "3")}))) == ["1", "3"]
    for column in "name", "nonsense":
        with pytest.raises(LookupError):
            rows(models, replace(ANY, where={column: "x"}))


def test_rows_that_are_kept_but_not_listed_are_not_shown(ledger, pool):
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    listed = replace(LINES, listed={"unit": "LAPAS-X"})
    models = PostgresReadModels(ledger, pool, seals, [listed])
    models.follower.prepare()
    write(ledger, draft(assessed()))
    follow(models)
    assert rows(models) == {}


def test_a_poison_page_stops_its_key_and_nothing_else_and_is_visible(models, ledger):
    write(ledger, draft(assessed()), draft(assessed("1999-01"), version=2))
    write(ledger, draft(assessed(), to=stream("2")))
    follow(models)
    head = ledger.read(stream())[-1]
    write(
        ledger,
        draft(assessed("2025-06"), version=3),
        heads={stream(): Head(version=2, hash=head.hash)},
    )
    follow(models)
    assert rows(models)["1"].months == ("2025-07",), "it stands where it was before the poison"
    assert set(rows(models)) == {"1", "2"}
    (progress,) = models.progress()
    assert (progress.position, progress.head, progress.stopped_keys) == (4, 4, 1)


def test_a_removed_row_is_gone(models, ledger):
    write(ledger, draft(assessed()))
    follow(models)
    head = ledger.read(stream())[-1]
    heads = {stream(): Head(version=1, hash=head.hash)}
    write(ledger, draft(assessed("1999-02"), version=2), heads=heads)
    follow(models)
    assert rows(models) == {}


def test_the_live_rows_equal_their_replay_and_a_planted_difference_is_found(models, ledger, pool):
    for key in "123":
        write(ledger, draft(assessed(), to=stream(key)), draft(began(), to=stream(key), version=2))
    follow(models)
    (same,) = models.compare(["case_summary"])
    assert same.live == same.replay
    assert same.rows == 3
    with pool.connection() as connection:
        connection.execute("UPDATE read_model.case_summary_v1 SET unit = 'LAPAS-X' WHERE key = '2'")
    (other,) = models.compare(["case_summary"])
    assert other.live != other.replay
    models.rebuild(["case_summary"])
    (healed,) = models.compare(["case_summary"])
    assert healed.live == healed.replay == same.live


def test_a_follower_in_a_thread_picks_up_what_comes_and_stops(models, ledger):
    models.follower.start()
    receipt = write(ledger, draft(assessed()))
    assert models.wait(receipt.position, seconds=10)
    models.follower.close()


def test_while_one_rebuilds_whoever_else_would_is_refused_and_waits_for_no_connection(ledger, pool):
    def building(page):
        under_way.set()
        assert go_on.wait(20)
        return page.stream.key

    under_way, go_on = Event(), Event()
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    slow = replace(LINES, key=building, within_stream=True)
    models = PostgresReadModels(ledger, pool, seals, [LINES])
    rebuilding = PostgresReadModels(ledger, pool, seals, [slow])
    models.follower.prepare()
    for key in range(30):
        write(ledger, draft(assessed(), to=stream(f"{key}")))
    follow(models)
    with ThreadPoolExecutor(1) as hand:
        one = hand.submit(rebuilding.rebuild, ["case_summary"])
        try:
            assert under_way.wait(20)
            for other in (
                lambda: models.rebuild(["case_summary"]),
                lambda: models.refold("case_summary", "1"),
                lambda: models.compare(["case_summary"]),
            ) * 5:
                with pytest.raises(Refused) as refused:
                    other()
                assert refused.value.code == "projection.rebuilding"
        finally:
            go_on.set()
        one.result()
    models.rebuild(["case_summary"])
    assert len(rows(models)) == 30
    (same,) = models.compare(["case_summary"])
    assert same.live == same.replay


def test_a_new_version_is_built_beside_the_one_that_another_process_still_follows(
    models, ledger, pool
):
    write(ledger, draft(assessed()))
    follow(models)
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    newer = PostgresReadModels(ledger, pool, seals, [replace(LINES, version=2)])
    newer.follower.prepare()
    follow(models)
    follow(newer)
    assert rows(models) == rows(newer)
    assert rows(models)["1"].months == ("2025-07",)


def test_a_projection_that_fails_as_a_whole_holds_up_no_other(ledger, pool):
    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [replace(LINES, name="broken"), LINES])
    models.follower.prepare()
    with pool.connection() as connection:
        connection.execute("DROP TABLE read_model.broken_v1")
    write(ledger, draft(assessed()))
    follow(models)
    assert {p.name: p.position for p in models.progress()} == {"broken": 0, "case_summary": 1}


def test_a_page_that_does_not_say_its_key_stops_its_stream_and_no_other(ledger, pool):
    def key(page):
        if page.stream.key == "2":
            raise RuntimeError(page)
        return page.stream.key

    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [replace(LINES, key=key)])
    models.follower.prepare()
    write(ledger, draft(assessed()), draft(assessed(), to=stream("2")))
    follow(models)
    assert set(rows(models)) == {"1"}
    (progress,) = models.progress()
    (letter,) = progress.dead_letters
    assert (letter.key, letter.position, letter.error) == ("case:2", 2, "RuntimeError")


def test_a_row_that_cannot_be_written_stops_its_key_and_no_other(ledger, pool):
    def unwritable(line, page):
        after = evolve(line, page)
        return replace(after, person="nul \0") if page.stream.key == "2" else after

    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [replace(LINES, evolve=unwritable)])
    models.follower.prepare()
    write(ledger, draft(assessed()), draft(assessed(), to=stream("2")))
    follow(models)
    assert set(rows(models)) == {"1"}
    (progress,) = models.progress()
    assert [(one.key, one.position) for one in progress.dead_letters] == [("2", 2)]
    models.rebuild(["case_summary"])
    assert set(rows(models)) == {"1"}
    assert [one.key for one in models.progress()[0].dead_letters] == ["2"]


@pytest.mark.parametrize("within_stream", [True, False])
def test_a_stopped_key_that_is_folded_anew_after_a_fix_has_lost_nothing(
    ledger, pool, within_stream
):
    poison = {"1999-01"}

    def mended(line, page):
        if getattr(page.event, "month", None) in poison:
            raise RuntimeError
        return evolve(line, page) if getattr(page.event, "month", "") != "1999-01" else line

    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    projection = replace(LINES, evolve=mended, within_stream=within_stream)
    models = PostgresReadModels(ledger, pool, seals, [projection])
    models.follower.prepare()
    months = ("2025-05", "1999-01", "2025-06", "2025-07")
    write(ledger, *(draft(assessed(month), version=n) for n, month in enumerate(months, start=1)))
    write(ledger, draft(assessed(), to=stream("2")))
    follow(models)
    assert rows(models)["1"].months == ("2025-05",)
    assert not models.refold("case_summary", "1"), "it is stopped still"
    assert rows(models)["1"].months == ("2025-05",)
    poison.clear()
    assert models.refold("case_summary", "1")
    assert rows(models)["1"].months == ("2025-05", "2025-06", "2025-07")
    (same,) = models.compare(["case_summary"])
    assert same.live == same.replay
    with pytest.raises(LookupError):
        models.refold("case_summary", "1")


@pytest.mark.parametrize("said", ["1", "case:1"])
def test_a_stopped_stream_is_let_go_on_by_its_name_or_its_bare_id(ledger, pool, said):
    poison = {"1999-03"}

    def mended(page):
        if getattr(page.event, "month", None) in poison:
            raise RuntimeError
        return page.stream.key

    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [replace(LINES, key=mended)])
    models.follower.prepare()
    write(ledger, draft(assessed("1999-03")), draft(assessed("2025-06"), version=2))
    write(ledger, draft(assessed(), to=stream("11")))
    follow(models)
    assert [one.key for one in models.progress()[0].dead_letters] == ["case:1"]
    poison.clear()
    with pytest.raises(LookupError):
        models.refold("case_summary", "11")
    assert models.refold("case_summary", said)
    assert set(rows(models)) == {"1", "11"}
    assert not models.progress()[0].dead_letters


def test_a_stopped_stream_whose_row_is_then_stopped_does_not_go_on(ledger, pool):
    broken = True

    def mended(page):
        if broken:
            raise RuntimeError
        return page.stream.key

    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [replace(LINES, key=mended)])
    models.follower.prepare()
    write(ledger, draft(assessed("1999-01")))
    follow(models)
    broken = False
    assert not models.refold("case_summary", "1")
    assert [one.key for one in models.progress()[0].dead_letters] == ["1"]


def test_a_row_that_is_counted_says_what_the_whole_row_says_and_has_no_other_column(models, ledger):
    for key in "12":
        write(ledger, draft(assessed(), to=stream(key)), draft(began(), to=stream(key), version=2))
    follow(models)
    everything = frozenset(field.name for field in fields(LINES.row))
    whole, counted = rows(models), rows(models, replace(ANY, counted=everything))
    assert {key: as_said(row) for key, row in counted.items()} == {
        key: as_said(row) for key, row in whole.items()
    }
    few = rows(models, replace(ANY, counted=frozenset({"name", "person", "months"})))["1"]
    assert (few.name, few.months) == ("Budi Fiktif", ("2025-07",))
    for column in "offence", "case":
        with pytest.raises(AttributeError):
            getattr(few, column)


def as_said(row):
    return {field.name: getattr(row, field.name) for field in fields(LINES.row)}


def test_what_has_not_changed_is_not_sealed_again_but_for_another_subject(ledger, pool):
    def handed_over(line, page):
        line = evolve(line, page)
        return replace(line, person="tono") if page.version == 3 else line

    seals = RowSeals("store", ledger.keys, MasterKey(b"k" * 32))
    models = PostgresReadModels(ledger, pool, seals, [replace(LINES, evolve=handed_over)])
    models.follower.prepare()
    boxes = []
    for version, event in enumerate((assessed(), began(), began()), start=1):
        before = ledger.read(stream())
        heads = {stream(): Head(version=version - 1, hash=before[-1].hash)} if before else None
        write(ledger, draft(event, version=version), heads=heads)
        follow(models)
        with pool.connection() as connection:
            stored = "SELECT name, offence, words FROM read_model.case_summary_v1"
            boxes.append(connection.execute(stored).fetchone())
        assert rows(models)["1"].name == "Budi Fiktif"
        assert rows(models, replace(ANY, words=("budi",)))
    first, second, third = boxes
    assert first[0] == second[0] != third[0]
    assert first[1] is None
    assert second[1] != third[1]
    (same,) = models.compare(["case_summary"])
    assert same.live == same.replay
