"""Whole programs, watched by the kernel: before a thing is said, the disk has what it is about.

`initdb` and `pg_basebackup` write thousands of files, and we say by a rename that they are whole.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.faults.traced import Trace, traces

MAKES_AND_BACKS_UP = """
import sys
from pathlib import Path
from infrastructure.backup import Source, take
from infrastructure.embedded_postgres import EmbeddedPostgres
from infrastructure.migrations import migrate
from infrastructure.postgres_programs import Programs
at, careful = Path(sys.argv[1]), sys.argv[2] == "careful"
ledger = at / "ledger"
with EmbeddedPostgres(ledger, initdb=("--wal-segsize=1",), fsync=careful) as postgres:
    migrate(postgres.conninfo())
    source = Source(
        directory=ledger, conninfo=postgres.conninfo(), programs=Programs(), fsync=careful
    )
    take(source, at / "place", keep=None)
"""
A_DAY = """
set -e
jejak import docs/samples/import-takeover.csv
jejak seal --once
jejak log rotate-key
jejak keys rotate
jejak export --output "$1/out/buku.ndjson"
jejak backup "$1/place" --keys-to "$1/copies"
"""
STRAY = A_DAY + 'echo 1 > "$JEJAK_DATA_DIR/stray"'

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not traces(), reason="strace is not installed, or may not trace here"),
]


@pytest.mark.parametrize("careful", [True, False])
def test_what_they_made_is_on_the_disk_before_it_has_its_name(tmp_path, careful):
    at = tmp_path / "at"
    (at / "place").mkdir(parents=True)
    program = [sys.executable, "-c", MAKES_AND_BACKS_UP, str(at)]
    words = [*program, "careful" if careful else "careless"]
    trace = Trace(words, tmp_path / "trace", os.environ)
    [draft] = [it for it in trace.named if it.startswith(".draft-")]
    for name in ("cluster.new", draft):
        synced, left = trace.named[name]
        if careful:
            assert synced > 500
            assert left == []
        else:
            assert len(left) > 500, "as our tests have it: else this one sees nothing"


def is_ours(at: Path, path: str) -> bool:
    """Whether a path is of what we see to ourselves, and not PostgreSQL, nor only a lock or log."""
    if not Path(path).is_relative_to(at) or not Path(path).exists():
        return False
    below = Path(path).relative_to(at)
    theirs = any(it.startswith("cluster") or it == "run" for it in below.parts)
    return below.parts != () and not theirs and below.name not in {"postgres.log", "service.lock"}


@pytest.mark.parametrize("script", [A_DAY, STRAY], ids=["a day", "a stray file"])
def test_all_that_the_commands_of_a_day_wrote_is_on_the_disk_when_they_end(tmp_path, script):
    at = tmp_path / "at"
    for name in ("out", "place", "copies"):
        (at / name).mkdir(parents=True)
    environment = {it: value for it, value in os.environ.items() if not it.startswith("JEJAK_")}
    environment["JEJAK_DATA_DIR"] = str(at / "house/data")
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    trace = Trace(["sh", "-c", script, "sh", str(at)], tmp_path / "trace", environment)
    left = {it for it in trace.files | trace.folders if is_ours(at, it)}
    data = at / "house/data"
    # A server's log is opened after its folder was waited for, and may be lost.
    left -= {str(data / "postgres"), str(data / "keys")}
    assert left == ({str(data), str(data / "stray")} if script == STRAY else set())
    assert len(list(data.glob("*.key*"))) == 4, "master.key, its last, log.key, its next"
