"""From one major version of PostgreSQL to another, by dump and restore: docs/postgres-upgrade.md.

python -m infrastructure.postgres_upgrade OLD_BINARIES
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from infrastructure.durable import sync_folder
from infrastructure.embedded_postgres import OWNER, EmbeddedPostgres
from infrastructure.key_cluster import FOLDER, SEGMENTS
from infrastructure.postgres_directory import PostgresDirectory, cut_short
from infrastructure.postgres_tenant import wheel_binaries
from infrastructure.settings import Settings
from infrastructure.trouble import Trouble

PATIENCE = 60.0  # seconds, with a PostgreSQL that is still shutting down
DATABASES = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"


class UpgradeFailed(Trouble):
    """A step of the dump or the restore went wrong; the old cluster is as it was."""


def upgrade_all(data_dir: Path, old: Path) -> list[Path]:
    """Upgrade the ledger's cluster and that of its keys; return where the old ones are now.

    One that is of the new version already stays: an upgrade that was interrupted between the two
    goes on.
    """
    kept, new = [], major_of(wheel_binaries())
    for name, initdb in (("postgres", ()), (FOLDER, SEGMENTS)):
        if aside := cut_short(data_dir / name):
            exchange(data_dir / name, aside)
            kept.append(aside)
        made_by = data_dir / name / "cluster/PG_VERSION"
        if made_by.exists() and made_by.read_text().strip() != new:
            kept.append(upgrade(data_dir / name, old, initdb=initdb))
    return kept


def upgrade(
    directory: Path, old: Path, new: Path | None = None, *, initdb: Sequence[str] = ()
) -> Path:
    """Copy everything into a new cluster, then exchange the two; return where the old one is now.

    `old` and `new` are directories of binaries; `initdb` are words for the new cluster's making.
    While the copy is made the old server holds the directory, so that no service can start in it.
    """
    new = new or wheel_binaries()
    version = (directory / "cluster/PG_VERSION").read_text().strip()
    aside, workshop = directory / f"cluster-{version}", directory / "upgrade"
    if aside.exists():
        raise UpgradeFailed(f"Sudah ada: {aside}\nThere is one already: {aside}")
    with EmbeddedPostgres(directory, binaries=old) as source:
        discard(workshop)
        with EmbeddedPostgres(workshop, binaries=new, initdb=initdb) as target:
            copy(new, source, target)
    exchange(directory, aside)
    return aside


def exchange(directory: Path, aside: Path) -> None:
    """Put the old cluster aside and the new one, which is whole, in its place.

    Each name is on the disk before the next one changes, so that this can be gone on with after a
    power cut: as long as the first step is not known to be done, the old cluster is still there.
    """
    cluster, workshop = directory / "cluster", directory / "upgrade"
    if not (workshop / "cluster").exists():
        raise UpgradeFailed(
            f"{workshop / 'cluster'} tidak ada; pindahkan {aside} kembali ke {cluster}, lalu"
            " ulangi.\n"
            f"There is no {workshop / 'cluster'}; move {aside} back to {cluster} and begin again."
        )
    with held(directory):
        if cluster.exists():
            cluster.rename(aside)
        sync_folder(directory)
        (workshop / "cluster").rename(cluster)
        sync_folder(directory)
    discard(workshop)


def copy(clients: Path, source: EmbeddedPostgres, target: EmbeddedPostgres) -> None:
    """Copy the roles and every database, by the tools of the newer version."""
    roles = [str(clients / "pg_dumpall"), "--globals-only", f"--dbname={source.conninfo()}"]
    restore = [str(clients / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    restore += ["--output=/dev/null", f"--dbname={target.conninfo()}"]
    # The owner is there already: initdb made it.
    pipe(roles, ["sed", f"/^CREATE ROLE {OWNER};$/d"], restore)
    with psycopg.connect(source.conninfo()) as connection:
        names = [name for (name,) in connection.execute(DATABASES)]
    for name in names:
        dump = [str(clients / "pg_dump"), "--create", f"--dbname={source.conninfo(name)}"]
        pipe(dump, restore)


def pipe(*commands: list[str]) -> None:
    """Run the commands, each reading what the one before it writes. No personal data on disk."""
    running: list[subprocess.Popen[bytes]] = []
    for command in commands:
        source = running[-1].stdout if running else subprocess.DEVNULL
        running.append(
            subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE)  # noqa: S603
        )
        if len(running) > 1 and (read := running[-2].stdout):
            read.close()  # so that a writer notices when its reader is gone
    running[-1].communicate()
    for process in running:
        if process.wait():
            program = Path(str(process.args[0])).name  # type: ignore[index]
            raise UpgradeFailed(f"{program} gagal.\n{program} failed.")


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Hold a directory in which nothing runs."""
    holder = PostgresDirectory(directory)
    holder.take(time.monotonic() + PATIENCE)
    try:
        yield
    finally:
        holder.give_back()


def discard(workshop: Path) -> None:
    """Remove what an upgrade left behind, once nothing runs in it."""
    if workshop.exists():
        with held(workshop):
            shutil.rmtree(workshop)


def major_of(binaries: Path) -> str:
    """Return the major version of a directory of binaries."""
    said = subprocess.run(  # noqa: S603 - the wheel's
        [binaries / "pg_config", "--version"], capture_output=True, check=True, text=True
    ).stdout
    return said.split()[1].split(".")[0]


if __name__ == "__main__":
    kept = ", ".join(map(str, upgrade_all(Settings().data_dir, Path(sys.argv[1])))) or "-"
    sys.stdout.write(f"Selesai; data lama ada di {kept}\nDone; the old data is in {kept}\n")
