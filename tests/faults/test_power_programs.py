"""PostgreSQL's own programs, watched by the kernel: before we name what they made, the disk has it.

`initdb` and `pg_basebackup` write thousands of files, and we say by a rename that they are whole.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CALLS = "openat,write,pwrite64,pwritev,writev,ftruncate,fallocate,copy_file_range,fsync,fdatasync"
PROGRAM = """
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
AT = r'(?:AT_FDCWD[^,]*, )?"([^"]+)"'
RENAME, UNLINK = re.compile(rf"rename\w*\({AT}, {AT}"), re.compile(rf"unlink\w*\({AT}")
ON_FILE = re.compile(r"(\w+)\(\d+<(/[^>]+)>")
OPENED = re.compile(r"openat\(.*O_(?:CREAT|TRUNC).* = \d+<(/[^>]+)>")

pytestmark = pytest.mark.long


def traces() -> bool:
    found = shutil.which("strace")
    return bool(found and not subprocess.call([found, "-o", "/dev/null", "true"]))


def known_as(name: str, files: set[str]) -> str:
    """Return the whole path of a file that a program named from the folder it works in."""
    return next((it for it in files if it.endswith(f"/{name.lstrip('/')}")), name)


def named_in(trace: Path) -> dict[str, tuple[int, list[str]]]:
    """What got its name by a rename: how many files were synced below it by then, and which not."""
    dirty: set[str] = set()
    synced: set[str] = set()
    named = {}
    for line in trace.read_text(errors="replace").splitlines():
        if found := RENAME.search(line):
            old, new = found[1], found[2]
            left = [it for it in dirty if it.startswith(f"{old}/")]
            named[Path(old).name] = (sum(it.startswith(f"{old}/") for it in synced), left)
            dirty.discard(known_as(new, dirty))
            if (whole := known_as(old, dirty)) in dirty:
                dirty.remove(whole)
                dirty.add(whole.removesuffix(old) + new)
        elif found := UNLINK.search(line):
            dirty.discard(known_as(found[1], dirty))
        elif found := OPENED.search(line):
            dirty.add(found[1])
        elif found := ON_FILE.search(line):
            if found[1] in {"fsync", "fdatasync"}:
                dirty.discard(found[2])
                synced.add(found[2])
            else:
                dirty.add(found[2])
    return named


@pytest.mark.skipif(not traces(), reason="strace is not installed, or may not trace here")
@pytest.mark.parametrize("careful", [True, False])
def test_what_they_made_is_on_the_disk_before_it_has_its_name(tmp_path, careful):
    trace, at = tmp_path / "trace", tmp_path / "at"
    at.mkdir()
    (at / "place").mkdir()
    watched = [
        "strace",
        "-f",
        "-y",
        "-s",
        "0",
        "-o",
        str(trace),
        "-e",
        f"trace={CALLS},/rename,/unlink",
    ]
    program = [sys.executable, "-c", PROGRAM, str(at), "careful" if careful else "careless"]
    subprocess.run([*watched, *program], cwd=ROOT, check=True, timeout=300)
    named = named_in(trace)
    [draft] = [it for it in named if it.startswith(".draft-")]
    for name in ("cluster.new", draft):
        synced, dirty = named[name]
        if careful:
            assert synced > 500
            assert dirty == []
        else:
            assert len(dirty) > 500, "as our tests have it: else this one sees nothing"
