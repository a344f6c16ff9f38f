"""That every benchmark runs and tells what it found. How fast anything is, no test says."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest
from anyio.from_thread import start_blocking_portal

from benchmarks import importing, table
from benchmarks.catalogue import BENCHMARKS
from benchmarks.jobs import Worker, WorkerFailed
from benchmarks.ledger import Broken, ensure_whole
from benchmarks.peers import installing
from benchmarks.people import OPENING, batches, copies, whole_case, write_batch
from benchmarks.place import Place
from benchmarks.result import TINY, Result, Row, measured, not_measured, percentile
from benchmarks.rounds import rate, rounds
from benchmarks.writers import NothingLeft, run_coroutines, run_writers
from infrastructure.postgres_tenant import wheel_binaries

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


@pytest.fixture
def place(postgres, tmp_path) -> Place:
    return Place(postgres=postgres, cache=tmp_path, binaries=wheel_binaries(), installs=False)


def stock() -> Row:
    return measured("ledger", "stock", "appends/s", [90.0, 100.0, 500.0])


def test_a_row_tells_the_median_and_how_far_the_runs_were_apart():
    assert (stock().value, stock().runs, stock().spread) == (100.0, 3, (90.0, 500.0))


def test_a_ratio_says_whether_the_goal_was_reached():
    ours = measured("ledger", "Jejak", "appends/s", [2_000.0], goal="at least 20 x stock")
    assert ours.beside(stock(), least=20).met is True
    missed = ours.beside(stock(), least=20.1)
    assert (missed.ratio, missed.ratio_to, missed.met) == (20.0, "stock", False)


def test_what_was_not_measured_has_no_ratio_and_says_why():
    missing = not_measured("ledger", "UmaDB", "appends/s", "no network")
    ours = stock().beside(missing, least=1.2)
    assert (ours.ratio, ours.met, ours.ratio_to) == (None, None, "UmaDB")
    assert "not measured: no network" in table.cells(missing)


def test_a_figure_on_its_ceiling_is_not_under_it():
    assert measured("lag", "Jejak", "ms", [50.0]).under(50.0).met is False
    assert measured("lag", "Jejak", "ms", [49.9]).under(50.0).met is True


def test_percentiles_are_of_what_was_measured():
    samples = [float(number) for number in range(1, 101)]
    assert (percentile(samples, 0.5), percentile(samples, 0.99)) == (50.0, 99.0)
    assert percentile([7.0], 0.99) == 7.0


def test_a_program_in_another_language_may_hand_back_rows():
    result = Result(rows=(stock(),), notes=("how",))
    assert Result.from_dict(result.as_dict()) == result
    with pytest.raises(ValueError, match="speed"):
        Result.from_dict({"rows": [{"speed": 1}]})


def test_every_subject_is_measured_once_per_round_after_one_that_does_not_count():
    turns: list[str] = []

    def subject(name: str) -> dict[str, float]:
        turns.append(name)
        return {"done": len(turns), "seconds": 2}

    found = rounds(2, {name: (lambda name=name: subject(name)) for name in "ab"})
    assert turns == ["a", "b"] * 3
    assert [rate(answer) for answer in found["a"]] == [1.5, 2.5]


def test_writers_stop_when_nothing_is_left_and_their_errors_are_not_lost():
    left = iter(range(3))

    def write() -> None:
        if next(left, None) is None:
            raise NothingLeft

    assert run_writers([write], 60)["done"] == 3

    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        run_writers([fail, fail], 60)


def test_coroutines_write_a_share_each_and_more_until_the_time_is_over(monkeypatch):
    monkeypatch.setattr("benchmarks.writers.perf_counter", count().__next__)
    written, prepared = [], []

    async def write(one):
        written.append(one)
        if one == "bad":
            raise ConnectionError

    def prepare():
        prepared.append(None)
        return [["a", "b"], ["c"]]

    with start_blocking_portal() as portal:
        found = portal.call(run_coroutines, write, prepare, 11)
        assert sorted(written) == ["a", "a", "b", "b", "c"], "the time was over before the last"
        assert (found["done"], found["seconds"], len(prepared)) == (5, 13, 2)
        with pytest.raises(ConnectionError):
            portal.call(run_coroutines, write, lambda: [["bad"]], 60)


def test_a_process_that_dies_leaves_its_last_words():
    dying = "import sys; sys.exit('no such peer')"
    with Worker(sys.executable, "-c", dying) as worker, pytest.raises(WorkerFailed) as told:
        worker.ask(do="anything")
    assert "no such peer" in str(told.value)


def test_an_answer_of_any_length_arrives_whole(monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    answering = (
        "import uvloop, asyncio; from benchmarks.jobs import work_off;"
        "work_off(lambda job: uvloop.run(asyncio.sleep(0, {'said': 'x' * job['length']})))"
    )
    with Worker(sys.executable, "-c", answering) as worker:
        assert [len(worker.ask(length=long)["said"]) for long in (1, 300_000)] == [1, 300_000]


def test_a_peer_that_is_not_there_is_named_with_the_reason(place):
    for install in (installing.emmett, installing.umadb):
        with pytest.raises(installing.NotInstalled, match="not"):
            install(place)


def test_copies_are_whole_cases_of_other_people():
    case = whole_case(6)
    one, other = next(copies(case)), next(copies(case, 7))
    streams = {draft.stream for draft in (*case, *one, *other)}
    assert len(streams) == 6
    admitted = next(draft for draft in other if draft.event.stored_as == "custody.admitted")
    registered = next(draft for draft in other if draft.event.stored_as == "person.registered")
    assert admitted.event.person == registered.stream.key == admitted.subject
    assert len({draft.event.nik for draft in (one[0], other[0])}) == 2


def test_batches_hold_whole_cases():
    held = list(batches(copies(whole_case(OPENING)), 10))
    assert [len(batch) for batch in held] == [12]


def planted(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn) as owner:
        owner.execute("ALTER TABLE ledger.event DISABLE TRIGGER ALL")
        owner.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger.event WHERE position = 2",
        "UPDATE ledger.event SET prev_hash = hash WHERE version = 2",
    ],
)
def test_a_gap_or_a_broken_chain_is_found_after_the_runs(database, ledger, statement):
    write_batch(ledger, next(batches(copies(whole_case(4)), 4)))
    ensure_whole(database)
    planted(database, statement)
    with pytest.raises(Broken):
        ensure_whole(database)


def lines_of(markdown: str) -> Iterator[int]:
    """Count the cells of every line of a table."""
    for line in markdown.splitlines():
        if line.startswith("|"):
            yield line.replace("\\|", "").count("|") - 1


def test_a_table_has_as_many_cells_in_every_line():
    odd = replace(stock(), note="a | b\nc")
    told = table.markdown(
        Result(rows=(stock(), odd, not_measured("ledger", "UmaDB", "x", "no network"))),
        {"CPU": "x"},
    )
    assert set(lines_of(told)) == {len(table.COLUMNS)}
    assert "90.0 to 500 (3)" in table.text("ledger", Result(rows=(stock(),)))


def test_only_the_tables_that_were_measured_are_replaced(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text("a\n<!-- bench:lag -->\nold\n<!-- /bench:lag -->\nb\n")
    assert table.places_missing(page, ["lag", "read"]) == [
        "<!-- bench:read --> … <!-- /bench:read -->"
    ]
    table.keep(page, {"lag": Result(rows=(stock(),))}, {})
    written = page.read_text()
    assert written.startswith("a\n<!-- bench:lag -->\n| subject")
    assert written.endswith("<!-- /bench:lag -->\nb\n")
    assert "old" not in written


def test_the_page_on_performance_has_a_place_for_every_benchmark():
    assert table.places_missing(PAGE, list(BENCHMARKS)) == []


@pytest.mark.long
def test_an_import_is_measured_beside_raw_rows_from_one_end_to_the_other(place):
    raw, ours, whole = importing.run(TINY, place).rows
    assert raw.value > 0
    assert ours.ratio == ours.value / raw.value
    assert whole.value > 0
