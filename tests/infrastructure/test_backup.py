"""Backups of a real cluster: taken while it is written to, restored, and refused when damaged."""

import json
import os
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from pages import assessed, began, draft, stream, write
from typer.testing import CliRunner

from api.cli import app
from domain.kernel import FORGOTTEN
from infrastructure.backup import BackupDamaged, BackupRefused, Source, check, let_go, take
from infrastructure.backup_series import (
    FACTS,
    BaseBackup,
    base_backups,
    has_base,
    segment_name,
    segments_in,
    series_of,
)
from infrastructure.connections import service_pool
from infrastructure.database import NAME, create_unless_there
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.key_cluster import NAME as KEYS
from infrastructure.key_cluster import embedded_keys
from infrastructure.key_copy import Copies, KeyCopyRefused
from infrastructure.key_opening import tombstones_in
from infrastructure.key_store import KeyStore
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.migrations import KEYS as KEY_FILES
from infrastructure.migrations import migrate
from infrastructure.postgres_programs import Programs
from infrastructure.restore import RestoreRefused, Target, Workbench, restore
from infrastructure.restore_keys import Keys, notes_on
from infrastructure.sealer import seal_once
from infrastructure.settings import Settings
from infrastructure.tombstones import Destruction
from infrastructure.wal_archive import archiving, state_of_archive
from infrastructure.wrapping import keeper_pool

pytestmark = pytest.mark.long

BINARIES = Path(os.environ["JEJAK_TEST_BINARIES"]) if "JEJAK_TEST_BINARIES" in os.environ else None
PROGRAMS = Programs(BINARIES)
BENCH = Workbench(binaries=BINARIES, fsync=False)
MASTER = MasterKey(b"k" * 32)
WEBHOOK = (
    "WITH heard AS (INSERT INTO feed.audience (agreement, agency) VALUES ('1', 'A') RETURNING id)"
    " INSERT INTO feed.subscription (id, audience, url, secrets, created_by)"
    " SELECT gen_random_uuid(), id, '', '', 'user-1' FROM heard RETURNING 1"
)


@dataclass
class History:
    """A ledger of nine events that is gone, and what was kept of it: its backups.

    Odd events are of one person, even ones of another, who was forgotten after all of them: the
    copy of the keys is from before.
    """

    data: Path
    place: Path
    keys: Path
    early: BaseBackup  # of the first three events
    after_six: datetime
    late: BaseBackup  # of the first six


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> History:
    data, place, keys = (tmp_path_factory.mktemp(name) for name in ("data", "backup", "keys"))
    postgres = embedded(data / "postgres")
    with archiving(postgres, data / "postgres", place, programs=PROGRAMS), ExitStack() as open_:
        dsns = [postgres.conninfo(name) for name in (NAME, KEYS)]
        for name, dsn, files in zip((NAME, KEYS), dsns, (None, KEY_FILES), strict=True):
            create_unless_there(postgres.conninfo(), name)
            migrate(dsn, files) if files else migrate(dsn)
        store = KeyStore(open_.enter_context(keeper_pool(dsns[1])), MASTER, tombstones_in(data))
        ledger = EventsourcingLedger(open_.enter_context(service_pool(dsns[0])), store)
        open_.enter_context(ledger)
        source = Source(
            directory=data / "postgres", conninfo=dsns[0], programs=PROGRAMS, fsync=False
        )
        ask(dsns[0], WEBHOOK)
        record(ledger, 1, 2, 3)
        early = take(source, place, keep=2)
        record(ledger, 4, 5, 6)
        after_six = ask(dsns[0], "SELECT clock_timestamp() FROM pg_switch_wal()")
        seal_once(dsns[0], data)
        late = take(source, place, keep=2)
        record(ledger, 7, 8, 9)
        seal_once(dsns[0], data)
        copies = Copies(tombstones=data / "forgotten.jsonl", keys=keys, ledger=place)
        assert copies.make(dsns[1]) == 4  # of two people, each of two classes of data
        store.destroy(
            Destruction(subjects=("person-0",), event_id=str(uuid4()), stream="person:0", told={})
        )
        replace(copies, keys=None).make(dsns[1])  # word of it reached the ledger's backups only
    return History(data, place, keys, early, after_six, late)


def embedded(directory: Path) -> EmbeddedPostgres:
    """Return a small one: its WAL comes in segments of 1 MB."""
    small = ("--wal-segsize=1",)
    return EmbeddedPostgres(directory, binaries=BINARIES, initdb=small, fsync=False)


def record(ledger, *numbers):
    for number in numbers:
        page = draft(began() if number < 3 else assessed(), to=stream(str(number)))
        write(ledger, replace(page, subject=f"person-{number % 2}"))


def ask(conninfo, question):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return connection.execute(question).fetchone()[0]


def eventually(happens, seconds=30.0):
    until = time.monotonic() + seconds
    while not (so := happens()) and time.monotonic() < until:
        time.sleep(0.02)
    return so


def test_beyond_the_end_everything_that_was_acknowledged_comes_back_and_is_told(history, tmp_path):
    killed = tmp_path / "postgres.restoring/cluster"
    killed.mkdir(parents=True)
    (killed / "PG_VERSION").write_text("18\n")
    later = datetime.now(UTC) + timedelta(days=1)
    beyond = Target(until=later, base=history.early.name)
    restored = restore(history.place, tmp_path, beyond, BENCH)
    assert (restored.ledger.events, restored.ledger.leaves) == (9, 9)
    assert restored.fell_short
    assert restored.last_commit < later
    assert [it.name for it in tmp_path.iterdir()] == ["postgres"]


def test_the_ledger_as_it_was_at_an_instant_comes_back_and_says_what_was_signed_after(
    history, tmp_path
):
    for name in ("log.key", f"log.{history.late.facts.store}.head"):
        shutil.copy(history.data / name, tmp_path)
    restored = restore(history.place, tmp_path, Target(until=history.after_six), BENCH)
    assert restored.ledger.events == 6
    assert restored.ledger.recorded_at <= history.after_six
    assert restored.base == history.early
    notes = "\n".join(notes_on(Settings(data_dir=tmp_path), tmp_path, restored))
    assert "Webhooks that are paused: 1." in notes
    assert "jejak webhooks --resume" in notes
    assert "signed up to 9 leaves; here are only 0" in notes
    assert "The master key is in no backup" in notes
    assert "There is no key store" in notes
    assert "--head" not in notes


def test_without_the_last_head_it_says_from_which_copy_the_sealer_may_go_on(history, tmp_path):
    head = f"log.{history.late.facts.store}.head"
    restored = restore(history.place, tmp_path, Target(), BENCH)
    shutil.copy(history.data / "log.key", tmp_path)
    for copies, named in (([], "FILE"), ([history.place, history.keys], history.place / head)):
        notes = "\n".join(notes_on(Settings(data_dir=tmp_path), tmp_path, restored, copies))
        assert f"jejak seal --once --head {named}" in notes


def test_the_last_head_is_copied_with_the_keys_and_an_older_one_takes_no_place(history, tmp_path):
    head = next(history.data.glob("log.*.head"))
    copies = Copies(tombstones=tmp_path / "t", keys=tmp_path / "keys", ledger=tmp_path / "away")
    copies.tombstones.with_name(head.name).write_bytes(head.read_bytes())
    (tmp_path / "keys").mkdir()
    copies.keep_heads()
    copied = tmp_path / "keys" / head.name
    assert copied.read_bytes() == head.read_bytes()
    newer = head.read_text().replace("\n9\n", "\n10\n")
    copied.write_text(newer)
    copies.keep_heads()
    assert copied.read_text() == newer


def test_the_ledger_up_to_a_position_comes_back_and_nothing_after_it(history, tmp_path):
    assert restore(history.place, tmp_path, Target(position=5), BENCH).ledger.events == 5
    with embedded(tmp_path / "postgres") as postgres:
        conninfo = postgres.conninfo(NAME)
        assert ask(conninfo, "SELECT array_agg(position) FROM ledger.event") == [1, 2, 3, 4, 5]


@pytest.fixture(scope="module")
def returned(history, tmp_path_factory) -> tuple[Path, Keys]:
    """The ledger and its keys, restored from old copies; as root, for somebody else."""
    into = tmp_path_factory.mktemp("into")
    if os.geteuid() == 0:
        shutil.chown(into, "nobody")
    keys = Keys(Settings(data_dir=into), into, history.place, history.keys)
    restored = restore(history.place, into, Target(), BENCH, keys.settle)
    assert (restored.base, restored.ledger.events) == (history.late, 9)
    assert not restored.fell_short
    return into, keys


def test_what_is_restored_belongs_to_whoever_owns_the_data_directory(returned):
    into, _ = returned
    assert {it.name for it in into.iterdir()} == {"forgotten.jsonl", "keys", "postgres"}
    assert {it.owner() for it in into.rglob("*")} == {into.owner()}


def test_who_was_forgotten_does_not_come_back_with_old_copies_of_ledger_and_keys(history, returned):
    into, keys = returned
    assert (keys.forgotten, keys.restored) == (1, 2)  # of four keys in the copy
    with (
        embedded(into / "postgres") as postgres,
        embedded_keys(into / "keys") as key_cluster,
        keeper_pool(key_cluster.conninfo(KEYS)) as keepers,
        service_pool(postgres.conninfo(NAME)) as pool,
    ):
        store = KeyStore(keepers, MASTER, tombstones_in(into))
        with EventsourcingLedger(pool, store) as ledger:
            kept, forgotten = list(ledger.walk(upto=2))
            numbers = {page.subject: page.evidence[0].number for page in ledger.walk()}
    assert "Budi" in kept.event.offence
    assert forgotten.event.offence is FORGOTTEN
    assert numbers == {"person-0": FORGOTTEN, "person-1": "BA/9 Budi Fiktif"}
    with pytest.raises(RestoreRefused, match="Leave out --keys-from"):
        Keys(Settings(data_dir=into), into, history.place, history.keys)


@pytest.mark.parametrize(
    "target", [Target(position=2), Target(until=datetime(2020, 1, 1, tzinfo=UTC))]
)
def test_there_is_no_way_to_before_the_oldest_backup(history, tmp_path, target):
    with pytest.raises(RestoreRefused, match="oldest backup was finished"):
        restore(history.place, tmp_path, target, BENCH)


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
    return replace(history, place=place, early=early, late=late)


def flip(file: Path, *places: int) -> None:
    """Change one bit in each of these bytes of a file, which is then a file of its own."""
    content = bytearray(file.read_bytes())
    for at in places:
        content[at] ^= 1
    file.unlink()
    file.write_bytes(content)


def archived(history: History) -> dict[int, Path]:
    return dict(sorted(segments_in(history.early.archive, history.early.facts)))


def test_one_changed_byte_in_a_base_is_found_and_what_is_damaged_is_not_restored(
    spoilable, tmp_path
):
    table = max((spoilable.late.cluster / "base").rglob("*"), key=lambda file: file.stat().st_size)
    flip(table, 100)
    with pytest.raises(BackupDamaged, match="checksum mismatch"):
        restore(spoilable.place, tmp_path / "into", Target(), BENCH)
    assert list((tmp_path / "into").iterdir()) == []
    early, late = check(spoilable.place, PROGRAMS)
    assert early.wrong is None
    assert "checksum mismatch" in late.wrong


def test_a_missing_wal_segment_is_named_and_never_passed_over(spoilable, tmp_path):
    lost = spoilable.early.facts.last_segment + 1
    archived(spoilable)[lost].unlink()
    name = segment_name(spoilable.early.facts, lost)
    with pytest.raises(RestoreRefused, match=f"segment {name} is missing"):
        restore(spoilable.place, tmp_path, Target(base=spoilable.early.name), BENCH)
    assert name in check(spoilable.place, PROGRAMS)[0].wrong


def test_wal_that_cannot_be_read_is_not_taken_for_its_end(spoilable, tmp_path):
    segment = archived(spoilable)[spoilable.early.facts.last_segment + 1]
    flip(segment, *range(1000, len(segment.read_bytes().rstrip(b"\0")), 500))
    assert "The WAL archive is damaged" in check(spoilable.place, PROGRAMS)[0].wrong
    with pytest.raises(RestoreRefused, match="is damaged"):
        restore(spoilable.place, tmp_path / "into", Target(base=spoilable.early.name), BENCH)


def test_a_newer_history_without_a_base_is_not_passed_over(spoilable, tmp_path):
    (spoilable.place / "30000101T000000000000Z-1/wal").mkdir(parents=True)
    with pytest.raises(RestoreRefused, match="is newer but has no base backup"):
        restore(spoilable.place, tmp_path, Target(), BENCH)


def test_the_newest_are_kept_with_the_wal_they_need_and_no_other(spoilable):
    store, place = spoilable.early.facts.store, spoilable.place
    assert let_go(place, "another-ledger", keep=1) == []
    assert let_go(place, store, keep=1) == [spoilable.early]
    assert base_backups(place) == [spoilable.late]
    assert min(archived(spoilable)) == spoilable.late.facts.first_segment
    assert let_go(place, store, keep=0) == []  # the last good one never goes


def test_what_was_begun_and_not_finished_is_no_backup(spoilable):
    draft_of_one = spoilable.early.path.with_name(".draft-1")
    draft_of_one.mkdir()
    (draft_of_one / "backup.json").write_bytes(FACTS.dump_json(spoilable.late.facts))
    assert base_backups(spoilable.place) == [spoilable.early, spoilable.late]


def test_a_disk_that_is_mounted_late_is_archived_to_beginning_with_a_base(
    history, tmp_path, monkeypatch
):
    monkeypatch.setattr("infrastructure.wal_archive.PAUSES", (0.05, 0.1))
    postgres, place = embedded(history.data / "postgres"), tmp_path / "late"
    directory = history.data / "postgres"
    with archiving(postgres, directory, place, programs=PROGRAMS, with_base=True):
        conninfo = postgres.conninfo(NAME)
        assert not state_of_archive(conninfo).streaming
        place.mkdir()
        assert eventually(lambda: (found := series_of(directory, place)) and has_base(found))
        assert eventually(lambda: state_of_archive(conninfo).bytes_behind == 0)
        source = Source(directory=directory, conninfo=conninfo, programs=PROGRAMS, fsync=False)
        with pytest.raises(BackupRefused, match="Cannot write"):
            take(source, tmp_path / "not" / "there", keep=1)
    assert [base.facts.position for base in base_backups(place)] == [9]


def test_keys_are_never_copied_beside_the_ledger_nor_over_a_copy_that_has_more(
    postgres, tmp_path, empty_database
):
    nested = Copies(tombstones=tmp_path / "t", keys=tmp_path / "b/keys", ledger=tmp_path / "b")
    nested.keys.mkdir(parents=True)
    with pytest.raises(KeyCopyRefused, match="lie in one another"):
        nested.ensure_apart()
    copies = replace(nested, ledger=None)
    migrate(empty_database, KEY_FILES)
    with keeper_pool(empty_database) as pool:
        store = KeyStore(pool, MASTER)
        store.ensure_master("0190a1d4-0000-7000-8000-000000000001")
        store.of([("person-1", "personal"), ("person-2", "personal")])
    assert copies.make(empty_database) == 2
    with psycopg.connect(empty_database) as connection:  # as no role of ours could
        connection.execute("ALTER TABLE keys.sealing_key DISABLE TRIGGER ALL")
        connection.execute("DELETE FROM keys.sealing_key WHERE subject = 'person-2'")
    with pytest.raises(KeyCopyRefused, match="1 keys that are no longer in the key store"):
        copies.make(empty_database)
    [copy] = copies.keys.glob("keys-*.jsonl")
    assert copy.read_text().count("sealing_key") == 2
    assert not list(copies.keys.glob(".keys-*")), "a draft holds every key"


def test_what_there_is_can_be_read_by_a_program_and_nothing_is_made_by_looking(
    history, tmp_path, monkeypatch
):
    for name in [it for it in os.environ if it.startswith("JEJAK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JEJAK_DATA_DIR", str(tmp_path / "data"))
    said = CliRunner().invoke(app, ["backup", str(history.place), "--list", "--json"])
    found = json.loads(said.stdout)
    assert [row["position"] for row in found["backups"]] == [3, 6]
    assert found["archive"] is None
    nothing = CliRunner().invoke(app, ["backup", str(tmp_path), "--list"])
    assert (nothing.exit_code, "there is no backup" in nothing.stderr) == (1, True)
    nowhere = CliRunner().invoke(app, ["backup"])
    assert (nowhere.exit_code, "JEJAK_BACKUP_DIR" in nowhere.stderr) == (1, True)
    assert not (tmp_path / "data").exists()
