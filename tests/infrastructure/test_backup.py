"""Backups of a real cluster: taken while it is written to, restored, and refused when damaged."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from pages import assessed, draft, stream, write

from infrastructure.backup import BackupDamaged, Source, check, let_go, take
from infrastructure.backup_series import FACTS, BaseBackup, base_backups, segment_name, segments_in
from infrastructure.connections import service_pool
from infrastructure.database import NAME, create_unless_there
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.migrations import KEYS, migrate
from infrastructure.postgres_programs import Programs
from infrastructure.restore import RestoreRefused, Target, Workbench, restore
from infrastructure.wal_archive import archiving

BINARIES = Path(os.environ["JEJAK_TEST_BINARIES"]) if "JEJAK_TEST_BINARIES" in os.environ else None
BENCH = Workbench(binaries=BINARIES, fsync=False)


@dataclass
class History:
    """A ledger of nine events that is gone, and what was kept of it: its backups."""

    place: Path
    early: BaseBackup  # of the first three events
    after_six: datetime
    late: BaseBackup  # of the first six


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> History:
    directory = tmp_path_factory.mktemp("data") / "postgres"
    place = tmp_path_factory.mktemp("backup")
    with archiving(embedded(directory), directory, place, programs=Programs(BINARIES)):
        conninfo = embedded(directory).conninfo(NAME)
        create_unless_there(embedded(directory).conninfo(), NAME)
        migrate(conninfo)
        migrate(conninfo, KEYS)
        source = Source(
            directory=directory, conninfo=conninfo, programs=Programs(BINARIES), fsync=False
        )
        with service_pool(conninfo) as pool, EventsourcingLedger(pool, MASTER) as ledger:
            record(ledger, 1, 2, 3)
            early = take(source, place, keep=2)
            record(ledger, 4, 5, 6)
            after_six = ask(conninfo, "SELECT clock_timestamp() FROM pg_switch_wal()")
            late = take(source, place, keep=2)
            record(ledger, 7, 8, 9)
    return History(place, early, after_six, late)


MASTER = MasterKey(b"k" * 32)


def embedded(directory: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(directory, binaries=BINARIES, fsync=False)


def record(ledger, *keys):
    for key in keys:
        write(ledger, draft(assessed(), to=stream(str(key))))


def ask(conninfo, question):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return connection.execute(question).fetchone()[0]


def test_everything_that_was_acknowledged_comes_back(history, tmp_path):
    restored = restore(history.place, tmp_path, Target(), BENCH)
    assert restored.ledger.events == 9
    assert restored.base == history.late
    assert not restored.fell_short


def test_the_ledger_as_it_was_at_an_instant_comes_back(history, tmp_path):
    restored = restore(history.place, tmp_path, Target(until=history.after_six), BENCH)
    assert restored.ledger.events == 6
    assert restored.ledger.recorded_at <= history.after_six
    assert restored.base == history.early


def test_the_ledger_up_to_a_position_comes_back_and_nothing_after_it(history, tmp_path):
    restored = restore(history.place, tmp_path, Target(position=5), BENCH)
    assert restored.ledger.events == 5
    with embedded(tmp_path / "postgres") as postgres:
        conninfo = postgres.conninfo(NAME)
        with service_pool(conninfo) as pool, EventsourcingLedger(pool, MASTER) as ledger:
            assert [page.position for page in ledger.walk()] == [1, 2, 3, 4, 5]
            record(ledger, 6)  # and goes on from there
        assert ask(conninfo, "SELECT max(position) FROM ledger.event") == 6


def test_a_moment_after_all_that_is_known_gives_everything_and_says_so(history, tmp_path):
    later = datetime.now(UTC) + timedelta(days=1)
    restored = restore(history.place, tmp_path, Target(until=later), BENCH)
    assert restored.ledger.events == 9
    assert restored.fell_short
    assert restored.last_commit < later


@pytest.mark.parametrize(
    "target", [Target(position=2), Target(until=datetime(2020, 1, 1, tzinfo=UTC))]
)
def test_there_is_no_way_to_before_the_oldest_backup(history, tmp_path, target):
    with pytest.raises(RestoreRefused, match="oldest backup was finished"):
        restore(history.place, tmp_path, target, BENCH)


def test_a_position_that_no_backup_knows_is_refused_with_the_last_one(history, tmp_path):
    with pytest.raises(RestoreRefused, match="the last is 9"):
        restore(history.place, tmp_path, Target(position=10), BENCH)
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_that_is_there_is_not_written_over(history, tmp_path):
    (tmp_path / "postgres/cluster").mkdir(parents=True)
    with pytest.raises(RestoreRefused, match="not written over"):
        restore(history.place, tmp_path, Target(), BENCH)


@pytest.fixture
def spoilable(history, tmp_path) -> History:
    """The same backups, to be damaged; a damaged file is written anew, not over the original."""
    place = tmp_path / "spoilable"
    shutil.copytree(history.place, place, copy_function=os.link)
    early, late = base_backups(place)
    return History(place, early, history.after_six, late)


def test_one_changed_byte_in_a_base_is_found_and_the_older_one_still_reaches_the_end(
    spoilable, tmp_path
):
    table = max((spoilable.late.cluster / "base").rglob("*"), key=lambda file: file.stat().st_size)
    flip(table, 100)
    with pytest.raises(BackupDamaged, match="checksum mismatch"):
        restore(spoilable.place, tmp_path / "into", Target(), BENCH)
    assert list((tmp_path / "into").iterdir()) == []
    early, late = check(spoilable.place, Programs(BINARIES))
    assert early.wrong is None
    assert "checksum mismatch" in late.wrong
    older = Target(base=spoilable.early.name)
    assert restore(spoilable.place, tmp_path / "into", older, BENCH).ledger.events == 9


def flip(file: Path, *places: int) -> None:
    """Change one bit in each of these bytes of a file, which is then a file of its own."""
    content = bytearray(file.read_bytes())
    for at in places:
        content[at] ^= 1
    file.unlink()
    file.write_bytes(content)


def archived(history: History) -> dict[int, Path]:
    return dict(sorted(segments_in(history.early.archive, history.early.facts.timeline)))


def test_a_missing_wal_segment_is_named_and_never_passed_over(spoilable, tmp_path):
    lost = spoilable.early.facts.last_segment + 1
    archived(spoilable)[lost].unlink()
    name = segment_name(spoilable.early.facts.timeline, lost)
    older = Target(base=spoilable.early.name)
    with pytest.raises(RestoreRefused, match=f"segment {name} is missing"):
        restore(spoilable.place, tmp_path / "into", older, BENCH)
    assert name in check(spoilable.place, Programs(BINARIES))[0].wrong


def test_wal_that_cannot_be_read_is_not_taken_for_its_end(spoilable, tmp_path):
    segment = archived(spoilable)[spoilable.early.facts.last_segment + 1]
    flip(segment, *range(1000, len(segment.read_bytes().rstrip(b"\0")), 500))
    older = Target(base=spoilable.early.name)
    with pytest.raises(RestoreRefused, match="is damaged"):
        restore(spoilable.place, tmp_path / "into", older, BENCH)


def test_the_newest_are_kept_with_the_wal_they_need_and_no_other(spoilable):
    store, place = spoilable.early.facts.store, spoilable.place
    assert let_go(place, "another-ledger", keep=1) == []
    assert let_go(place, store, keep=1) == [spoilable.early]
    assert base_backups(place) == [spoilable.late]
    assert min(archived(spoilable)) == spoilable.late.facts.first_segment
    assert let_go(place, store, keep=0) == []  # the last good one never goes


def test_what_was_begun_and_not_finished_is_no_backup_and_no_ledger(history, tmp_path):
    draft = history.place / "series/.draft-1"
    draft.mkdir(parents=True)
    (draft / "backup.json").write_bytes(FACTS.dump_json(history.late.facts))
    assert base_backups(history.place) == [history.early, history.late]
    workshop = tmp_path / "postgres.restoring/cluster"
    workshop.mkdir(parents=True)
    (workshop / "PG_VERSION").write_text("18\n")
    assert restore(history.place, tmp_path, Target(), BENCH).ledger.events == 9
    assert [it.name for it in tmp_path.iterdir()] == ["postgres"]
