"""The log over a real ledger: in order, without a gap, and never signed where it does not grow."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from hashlib import sha256

import psycopg
import pytest
import rfc8785
from log_facts import record, tamper
from psycopg import errors
from structlog.testing import capture_logs

from infrastructure.connections import service_pool
from infrastructure.log import Log
from infrastructure.log_key import SigningKeyUnreadable, log_seed
from infrastructure.merkle import HASH, consistent, includes, leaf_hash, root_of
from infrastructure.sealer import (
    HeadMissing,
    HeadUnreadable,
    KeyMissing,
    LeafDiffers,
    LogForked,
    LogWentBack,
    OtherKey,
    Sealer,
    seal_once,
    sealer_pool,
)
from infrastructure.signed_note import Note, TreeHead, VerifierKey

MANY = 600


@pytest.fixture
def log(database):
    with service_pool(database) as pool:
        yield Log(pool)


@pytest.fixture
def sealer(database, tmp_path):
    with sealer_pool(database) as pool:
        yield Sealer(pool, log_seed(tmp_path), tmp_path)


def test_what_is_recorded_is_sealed_in_order_and_signed(database, tmp_path, log):
    assert seal_once(database, tmp_path) is None
    record(database, 3)
    checkpoint = seal_once(database, tmp_path)
    assert log.checkpoint() == checkpoint
    [signed] = Note.of(checkpoint.note).verified([VerifierKey.of(log.vkey)])
    head = TreeHead.of(Note.of(checkpoint.note).text)
    assert signed.name == head.origin == log.origin
    leaves = list(log.leaves(0, 9))
    assert [(it.index, it.kind, it.number) for it in leaves] == [
        (n, "event", n + 1) for n in range(3)
    ]
    assert head.root == checkpoint.root == root_of(b"".join(it.hash for it in leaves))
    assert seal_once(database, tmp_path) is None


def test_a_leaf_is_canonical_json_of_what_the_event_is_known_by(database, tmp_path, log):
    record(database, 1)
    seal_once(database, tmp_path)
    with psycopg.connect(database) as owner:
        [(page, at)] = owner.execute("SELECT page, recorded_at FROM ledger.event")
    [data] = log.entries(0, 1)
    said = {
        "hash": sha256(page).hexdigest(),
        "kind": "event",
        "position": 1,
        "recorded_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    assert data == json.dumps(said, separators=(",", ":")).encode() == rfc8785.dumps(said)
    [leaf] = log.leaves(0, 1)
    assert leaf.hash == leaf_hash(data)


def test_the_order_of_a_log_that_grew_in_bits_and_pieces_has_no_gap(database, sealer, log):
    record(database, MANY)
    while sealer.sequence(most=97):
        pass
    first = sealer.sign()
    record(database, 1)
    assert sealer.seal().size == MANY + 1
    assert first.size == MANY
    leaves = list(log.leaves(0, MANY * 2))
    assert [(it.index, it.number) for it in leaves] == [(n, n + 1) for n in range(MANY + 1)]
    tile = b"".join(it.hash for it in leaves[256:512])
    assert log.tile(0, 1, 256) == tile
    assert log.tile(0, 2, 3) == b"".join(it.hash for it in leaves[512:515])
    assert log.tile(1, 0, 2)[32:] == root_of(tile)
    for beyond in ((0, 2, 90), (1, 0, 3), (2, 0, 1), (0, 0, 0), (0, 9, 1)):
        with pytest.raises(LookupError):
            log.tile(*beyond)


def test_two_sealers_at_once_make_one_log(database, tmp_path, log):
    record(database, MANY)
    with sealer_pool(database) as one, sealer_pool(database) as two, ThreadPoolExecutor(2) as hands:
        sealers = [Sealer(it, log_seed(tmp_path), tmp_path) for it in (one, two)]
        added = list(hands.map(lambda it: sum(iter(lambda: it.sequence(50), 0)), sealers))
        sealers[0].sign()
    assert sum(added) == log.checkpoint().size == MANY
    assert [it.number for it in log.leaves(0, MANY)] == list(range(1, MANY + 1))


def test_every_event_is_proved_under_the_checkpoint_and_checkpoints_grow(database, sealer, log):
    record(database, 300)
    old = sealer.seal()
    record(database, 300)
    new = sealer.seal()
    for position in (1, 256, 257, 300, 301, 600):
        found = log.inclusion("event", position)
        assert found.checkpoint == new
        at = found.leaf.index
        assert includes(new.root, new.size, at, leaf_hash(found.data), found.proof)
    assert log.inclusion("event", 601) is None
    proof = log.consistency(old.size, new.size)
    assert consistent(old.size, old.root, new.size, new.root, proof)


def test_what_is_recorded_and_not_signed_yet_is_not_proved(database, sealer, log):
    record(database, 2)
    sealer.sequence()
    assert (log.checkpoint(), log.inclusion("event", 1), log.vkey) == (None, None, "")


def test_access_records_stand_in_the_same_log_after_the_events_they_came_with(
    database, sealer, log
):
    record(database, 2)
    body = json.dumps({"actor": {"id": "user-1"}, "subjects": []}).encode()
    with psycopg.connect(database) as owner:
        owner.execute("SELECT ledger.record_access(%s)", ([body] * 3,))
    sealer.seal()
    record(database, 1)
    sealer.seal()
    kinds = [(it.kind, it.number) for it in log.leaves(0, 9)]
    assert kinds == [("event", 1), ("event", 2), *[("access", n) for n in (1, 2, 3)], ("event", 3)]
    data = json.loads(log.entries(3, 4)[0])
    assert (data["kind"], data["number"]) == ("access", 2)
    found = log.inclusion("access", 2)
    assert includes(found.checkpoint.root, 6, 3, leaf_hash(found.data), found.proof)


def test_the_sealer_may_add_to_the_log_and_do_nothing_else(database, sealer):
    record(database, 1)
    sealer.seal()
    forbidden = (
        "SELECT page FROM ledger.event",
        "SELECT stream FROM ledger.event",
        "SELECT * FROM ledger.command",
        "SELECT * FROM evidence.document",
        "INSERT INTO ledger.event (stream) VALUES ('x')",
        "UPDATE ledger.leaf SET number = 9",
        "DELETE FROM ledger.checkpoint",
        "TRUNCATE ledger.tile",
        "INSERT INTO ledger.checkpoint (size, issued_at) VALUES (9, now())",
    )
    with sealer_pool(database) as pool, pool.connection() as connection:
        for statement in forbidden:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_owner_cannot_change_the_log_either(database, sealer):
    record(database, 1)
    sealer.seal()
    with psycopg.connect(database, autocommit=True) as owner:
        for table in ("leaf", "tile", "checkpoint", "cosignature"):
            for statement in ("DELETE FROM ledger.{}", "TRUNCATE ledger.{} CASCADE"):
                with pytest.raises(errors.RestrictViolation):
                    owner.execute(statement.format(table))


REWRITTEN = "UPDATE ledger.event SET page = 'forged' WHERE position = 2"
LEAF_TOO = (
    "UPDATE ledger.leaf SET hash = sha256('\\x00'::bytea || ledger.leaf_data('event', 2, e.hash,"
    " e.recorded_at)) FROM ledger.event AS e WHERE e.position = 2 AND index = 1"
)
TAMPERED = [
    (LeafDiffers, "event", (REWRITTEN,)),
    (LeafDiffers, "event", ("UPDATE ledger.event SET recorded_at = now() WHERE position = 299",)),
    (LeafDiffers, "leaf", ("DELETE FROM ledger.leaf WHERE index = 3",)),
    (LeafDiffers, "event leaf", (REWRITTEN, LEAF_TOO)),
    (LogForked, "tile", ("UPDATE ledger.tile SET root = sha256('x')",)),
    (LeafDiffers, "event", ("DELETE FROM ledger.event WHERE position > 290",)),
    (LogWentBack, "leaf", ("DELETE FROM ledger.leaf WHERE index >= 290",)),
]
COLUMNS = {
    "event": "position, stream, version, name, event_id, page, prev_hash, recorded_at, xid",
    "leaf": "index, kind, number, hash",
    "tile": "level, number, root, hashes",
}
UNDONE = (
    "DELETE FROM ledger.{0}",
    "INSERT INTO ledger.{0} ({1}) SELECT {1} FROM kept_{0}",
    "DROP TABLE kept_{0}",
)


def test_what_a_superuser_changes_under_the_log_is_never_signed(database, sealer):
    record(database, 300)
    sealer.seal()
    signed = sealer.memory.read_text()
    for trouble, tables, statements in TAMPERED:
        keep = [f"CREATE TABLE kept_{it} AS TABLE ledger.{it}" for it in tables.split()]
        tamper(database, *keep, *statements)
        with pytest.raises(trouble):
            sealer.sign()
        assert sealer.memory.read_text() == signed
        for it in tables.split():
            undo = (line.format(it, COLUMNS[it]) for line in UNDONE)
            tamper(database, *undo)
    record(database, 1)
    assert sealer.seal().size == 301


def test_a_forgery_that_redoes_leaves_tiles_and_checkpoint_is_not_signed(database, sealer, log):
    record(database, 300)
    sealer.seal()
    tamper(
        database,
        REWRITTEN,
        "DELETE FROM ledger.leaf",
        "DELETE FROM ledger.tile",
        "DELETE FROM ledger.checkpoint",
    )
    record(database, 1)
    while sealer.sequence():
        pass
    with pytest.raises(LogForked):
        sealer.sign()
    assert log.checkpoint() is None


def test_a_tile_that_lost_a_leaf_is_not_there_rather_than_short(database, sealer, log):
    record(database, 3)
    sealer.seal()
    assert log.tile(0, 0, 3)[: 2 * HASH] == log.tile(0, 0, 2)
    tamper(database, "DELETE FROM ledger.leaf WHERE index = 1")
    with pytest.raises(LookupError):
        log.tile(0, 0, 3)


def test_an_old_copy_of_the_database_is_noticed_by_what_is_kept_beside_the_key(
    database, sealer, log
):
    record(database, 3)
    sealer.seal()
    tamper(
        database,
        "DELETE FROM ledger.leaf WHERE index > 1",
        "DELETE FROM ledger.event WHERE position > 2",
        "DELETE FROM ledger.checkpoint",
    )
    with pytest.raises(LogWentBack, match=r"docs/log\.md"):
        sealer.seal()
    record(database, 5)
    with pytest.raises(LogForked):
        sealer.seal()
    assert log.checkpoint() is None


def test_a_sealer_that_died_between_signing_and_recording_goes_on(database, sealer, log):
    record(database, 3)
    first = sealer.seal()
    record(database, 1)
    sealer.seal()
    last = sealer.memory.read_text()
    tamper(database, "DELETE FROM ledger.checkpoint WHERE size = 4")
    assert log.checkpoint() == first
    assert sealer.seal().note == last
    assert log.checkpoint().size == 4


def test_a_signed_log_whose_last_head_is_lost_is_signed_only_from_one_that_was_kept_elsewhere(
    database, sealer, log, tmp_path
):
    record(database, 3)
    kept = tmp_path / "kept-by-a-witness"
    kept.write_text(sealer.seal().note)
    sealer.memory.unlink()
    record(database, 1)
    for refused in (sealer.seal, lambda: seal_once(database, tmp_path)):
        with pytest.raises(HeadMissing, match="--head"):
            refused()
    assert log.checkpoint().size == 3
    with sealer_pool(database) as pool:
        assert Sealer.of(pool, tmp_path, kept).seal().size == 4
        newest = sealer.memory.read_text()
        Sealer.of(pool, tmp_path, kept)
        assert sealer.memory.read_text() == newest


def test_a_restored_database_that_is_shorter_than_what_a_witness_holds_is_not_signed(
    database, sealer, log, tmp_path
):
    record(database, 3)
    sealer.seal()
    record(database, 2)
    kept = tmp_path / "kept-by-a-witness"
    kept.write_text(sealer.seal().note)
    sealer.memory.unlink()
    tamper(
        database,
        "DELETE FROM ledger.checkpoint WHERE size > 3",
        "DELETE FROM ledger.leaf WHERE index > 2",
        "DELETE FROM ledger.event WHERE position > 3",
    )
    with sealer_pool(database) as pool:
        with pytest.raises(LogWentBack):
            Sealer.of(pool, tmp_path, kept)
        record(database, 3)
        sealer.sequence()
        with pytest.raises(LogForked):
            Sealer.of(pool, tmp_path, kept)
    assert log.checkpoint().size == 3
    assert not sealer.memory.exists()


def test_what_is_no_checkpoint_is_never_taken_for_the_last_one(database, sealer, tmp_path):
    record(database, 1)
    sealer.seal()
    for content in (b"", b"\xff", b"jejak/x\n1\n"):
        sealer.memory.write_bytes(content)
        with pytest.raises(HeadUnreadable, match="head"):
            seal_once(database, tmp_path)
    sealer.memory.unlink()
    sealer.memory.mkdir()
    with pytest.raises(HeadUnreadable):
        seal_once(database, tmp_path)


def test_another_key_does_not_go_on_with_a_log(database, sealer, tmp_path):
    record(database, 1)
    sealer.seal()
    record(database, 1)
    elsewhere = tmp_path / "elsewhere"
    with pytest.raises(KeyMissing, match="elsewhere"):
        seal_once(database, elsewhere)
    assert not elsewhere.exists()
    (tmp_path / "log.key").write_text("00" * 32)
    with pytest.raises(OtherKey):
        seal_once(database, tmp_path)


def test_a_key_that_cannot_be_read_or_made_is_told_in_words(tmp_path):
    (tmp_path / "log.key").mkdir()
    (tmp_path / "file").touch()
    for directory in (tmp_path, tmp_path / "file"):
        with pytest.raises(SigningKeyUnreadable, match=r"log\.key"):
            log_seed(directory)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/log.key").write_bytes(b"\xff")
    with pytest.raises(SigningKeyUnreadable, match="64"):
        log_seed(tmp_path / "other")


def test_the_key_is_for_its_owner_only_and_may_come_from_the_environment(tmp_path, monkeypatch):
    seed = log_seed(tmp_path)
    assert seed == log_seed(tmp_path)
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "log.key").chmod(0o644)
    with capture_logs() as lines:
        assert log_seed(tmp_path) == seed
    assert "chmod 600" in lines[0]["event"]
    monkeypatch.setenv("JEJAK_LOG_KEY", "07" * 32)
    assert log_seed(tmp_path) == b"\x07" * 32
    monkeypatch.setenv("JEJAK_LOG_KEY", "no key")
    with pytest.raises(SigningKeyUnreadable):
        log_seed(tmp_path)
