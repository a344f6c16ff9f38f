"""Trying mutants: a place for mutmut to work in, what its tests run in, and how each one ended."""

import contextlib
import fcntl
import getpass
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from mutmut.stats import status_by_exit_code

from infrastructure.embedded_postgres import EmbeddedPostgres

from .areas import Area

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("domain", "application", "projections", "infrastructure", "api", "verifier")
COPIED: Final = ("benchmarks", "docs", "run.py")
"""What tests read or import besides the packages that may be changed."""
MUTMUT: Final = str(Path(sys.executable).with_name("mutmut"))
RUN: Final = "mutation"
"""By this name all mutants find the one migrated template (`tests/conftest.py`)."""


def workplace(at: Path, area: Area, *, again: bool) -> Path:
    """Lay out what mutmut copies its sources from; return where.

    What was tried there before stays only where it is tried ``again``.
    """
    at.mkdir(parents=True, exist_ok=True)
    for name in (*PACKAGES, *COPIED, "tests", "uv.lock"):
        (at / name).unlink(missing_ok=True)
        (at / name).symlink_to(ROOT / name)
    of = at / "sources"  # a file that mutmut copied as it was, it never changes afterwards
    if not again or not of.exists() or of.read_text(encoding="utf-8") != repr(area.sources):
        shutil.rmtree(at / "mutants", ignore_errors=True)
    of.write_text(repr(area.sources), encoding="utf-8")
    configure(at, area, cold=False)
    return at


def configure(place: Path, area: Area, *, cold: bool) -> None:
    """Write the configuration of mutmut: ``cold`` if each mutant is to import everything itself."""
    plugins = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.mutation.quick_first"]
    settings = {
        "source_paths": PACKAGES,
        "only_mutate": area.sources,
        "do_not_mutate_patterns": ["assert_never"],  # what type checking proves is never come to
        "also_copy": COPIED,
        "pytest_add_cli_args_test_selection": area.tests,
        "pytest_add_cli_args": plugins,
        "process_isolation": "forkserver",  # else what the clean run keeps in memory hides mutants
        "forkserver_warmup": "none" if cold else "collect",
        "timeout_constant": 5.0,
        "timeout_multiplier": 3.0,
        "use_git_change_detection": False,
    }
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    said = [f"{key} = {json.dumps(it)}" for key, it in settings.items()]
    text = "\n".join([project, "[tool.mutmut]", *said, ""])
    (place / "pyproject.toml").write_text(text, encoding="utf-8")


def try_out(
    place: Path, names: Sequence[str], children: int, environment: Mapping[str, str]
) -> None:
    """Have mutmut try these mutants, so many at a time."""
    if not names:
        return
    command = [MUTMUT, "run", "--max-children", str(children), *names]
    log = place / "mutmut.log"
    with log.open("w", encoding="utf-8") as out:
        run = subprocess.run(
            command, cwd=place, env=environment, stdout=out, stderr=out, check=False
        )
    if run.returncode:
        last = log.read_text(encoding="utf-8").replace("\r", "\n").splitlines()[-1]
        sys.exit(f"mutmut: {last}: {log}; do the tests pass that are there, without a mutant?")


def ends(place: Path) -> Mapping[str, str]:
    """Return how each mutant ended that was ever tried here, in mutmut's words."""
    found: dict[str, str] = {}
    for file in (place / "mutants").rglob("*.meta"):
        codes = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
        found |= {name: status_by_exit_code[code] for name, code in codes.items()}
    return found


def differences(place: Path, names: Sequence[str]) -> Iterator[str]:
    """Yield how each of these mutants differs from the code."""
    for name in names:
        shown = subprocess.run(
            [MUTMUT, "show", name], cwd=place, capture_output=True, text=True, check=False
        )
        yield shown.stdout


@contextlib.contextmanager
def surroundings(at: Path, *, postgres: bool) -> Iterator[Mapping[str, str]]:
    """Yield what all mutants run in: the same examples of Hypothesis, one PostgreSQL, one template.

    `CI` is what Hypothesis takes for "draw the same each time". The template stays, since it is
    dropped by none while somebody holds its file.
    """
    told = {**os.environ, "CI": "true", "PYTHONHASHSEED": "0"}
    told.pop("PYTHONPATH", None)
    if not postgres:
        yield told
        return
    shared = at / f"pytest-of-{getpass.getuser()}"
    shared.mkdir(mode=0o700, parents=True, exist_ok=True)
    told |= {
        "PYTEST_DEBUG_TEMPROOT": str(at),
        "PYTEST_XDIST_WORKER": "mutant",
        "PYTEST_XDIST_TESTRUNUID": RUN,
    }
    with contextlib.ExitStack() as held:
        for what in ("template", "followed"):
            users = held.enter_context((shared / f"{what}.users").open("a"))
            fcntl.flock(users, fcntl.LOCK_SH)
        if "JEJAK_TEST_POSTGRES" not in told:
            server = EmbeddedPostgres(at / "postgres", fsync=False)
            server.start()
            held.callback(server.stop)
            told["JEJAK_TEST_POSTGRES"] = server.conninfo()
        yield told
