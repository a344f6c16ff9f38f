"""A real ledger, edited as a superuser, each edit in a transaction that is taken back.

After each, the auditor's archive is made of what the tables now say and judged like an edited file;
and the live ledger is verified with what is at hand beside it, as `jejak verify` does, which must
find every edit too, also those that no archive shows.
"""

import json
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from infrastructure.archive import NothingSealed, SealedArchives
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.log_key import log_seed
from infrastructure.logging import configure_logging
from infrastructure.migrations import migrate
from infrastructure.sealer import Sealer, sealer_pool
from tests.archives import WITNESSES, canonical, leaves_of
from tests.faults.superuser import ACCESSES, EVENTS, GUARDED, KINDS, Superuser
from tests.faults.tampering import WITNESS_KEYS, Held, Tally, judge
from verifier.archive import Asked
from verifier.notes import Checkpoint, VerifierKey

STREAMS, ROUNDS = 9, 5
NOT_SHOWN = {"columns_of_an_event", "hash_of_a_leaf", "older_checkpoint_forged"}
"""What changes no byte of an archive: the live ledger alone can tell."""


class OneConnection:
    """A pool that always gives the superuser's connection, in its transaction."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        yield self._connection


def edit_ledger(seed: int, edits: int, dsn: str | None = None) -> Tally:
    """Edit the ledger of an empty database so many times; start a server where none is given."""
    configure_logging()
    with tempfile.TemporaryDirectory(prefix="jejak-tampering-", dir="/tmp") as folder:
        if dsn:
            return _edit(seed, edits, dsn, Path(folder))
        with EmbeddedPostgres(Path(folder) / "postgres", fsync=False) as server:
            migrate(server.conninfo())
            return _edit(seed, edits, server.conninfo(), Path(folder))


def _edit(seed: int, edits: int, dsn: str, folder: Path) -> Tally:
    random, tally, names = Random(seed), Tally(), sorted(KINDS)  # noqa: S311
    _record(random, dsn, folder)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        for table in GUARDED:
            connection.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER".encode())
        archives = SealedArchives(OneConnection(connection), folder)  # type: ignore[arg-type]
        held = _held(archives)
        for number in range(edits):
            name = names[number % len(names)]
            hand = Superuser(connection, random)
            with connection.transaction(force_rollback=True):
                KINDS[name](hand)
                tally.edits[f"superuser {name}"] += 1
                _judge(tally, f"{name} seed={seed} edit={number}", archives, held)
            if number % 10 == 0:
                _leave_alone(tally, archives, held)
    return tally


def _judge(tally: Tally, where: str, archives: SealedArchives, held: Held) -> None:
    try:
        written = b"".join(archives.newest().blocks())
    except NothingSealed:
        tally.codes["nothing sealed"] += 1
        return
    if written != b"".join(held.lines):
        judge(tally, where, held, written)
    live = archives.verified(Asked(witnesses=WITNESS_KEYS)).fault
    if live is None:
        tally.missed.append(f"{where} live")
    elif where.partition(" ")[0] in NOT_SHOWN:
        tally.codes[live.code] += 1


def _leave_alone(tally: Tally, archives: SealedArchives, held: Held) -> None:
    tally.untouched += 1
    fault = archives.verified(Asked(witnesses=WITNESS_KEYS)).fault
    if fault or b"".join(archives.newest().blocks()) != b"".join(held.lines):
        tally.false_alarms.append(json.dumps(fault.as_json()) if fault else "other bytes")


def _record(random: Random, dsn: str, folder: Path) -> None:
    """Record and seal in a few rounds, each checkpoint cosigned by both witnesses."""
    pages = [
        json.loads(leaf.content)
        for leaf in leaves_of(random, EVENTS, STREAMS, 0)
        if leaf.kind == "event"
    ]
    body = canonical({"actor": {"id": "wali-1"}, "subjects": []})
    with psycopg.connect(dsn, autocommit=True) as owner, sealer_pool(dsn) as pool:
        sealer = Sealer(pool, log_seed(folder), folder)
        for turn in range(ROUNDS):
            for said in pages[turn * EVENTS // ROUNDS : (turn + 1) * EVENTS // ROUNDS]:
                owner.execute(
                    "INSERT INTO ledger.event (stream, version, name, event_id, page, prev_hash)"
                    " VALUES (%s, %s, %s, %s, %s, %s)",
                    (
                        said["stream"],
                        said["version"],
                        said["name"],
                        said["event_id"],
                        canonical(said),
                        bytes.fromhex(said["prev_hash"]),
                    ),
                )
            owner.execute("SELECT ledger.record_access(%s)", ([body] * (ACCESSES // ROUNDS),))
            sealed = sealer.seal()
            text = sealed.note.partition("\n\n")[0] + "\n"
            for witness in WITNESSES:
                owner.execute(
                    "INSERT INTO ledger.cosignature (size, vkey, line) VALUES (%s, %s, %s)",
                    (sealed.size, witness.vkey, witness.line(text)),
                )


def _held(archives: SealedArchives) -> Held:
    """What an auditor took away before anything was edited."""
    archive, hashes = archives.newest(), deque[bytes]()
    written = b"".join(archive.blocks(hashes))
    return Held(
        lines=written.splitlines(keepends=True),
        hashes=list(hashes),
        older=(Checkpoint.of(archive.checkpoint.note),),
        key=VerifierKey.of(archive.vkey),
    )
