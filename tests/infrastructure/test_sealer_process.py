"""The sealer beside a service: started again when it dies, and gone when the service is."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from kept_processes import await_that, runs
from log_facts import record

from infrastructure.connections import service_pool
from infrastructure.log import Log
from infrastructure.sealer_child import SealerChild
from infrastructure.settings import Settings

pytestmark = pytest.mark.long

LIGHT = "fastapi starlette uvicorn eventsourcing typer domain.catalogue pydantic"

SERVICE = """
import sys, time
from pathlib import Path
from infrastructure.sealer_child import SealerChild
from infrastructure.settings import Settings

child = SealerChild(Settings(data_dir=Path(sys.argv[1])), sys.argv[2])
child.start()
while not child.pid:
    time.sleep(0.01)
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, seal_every=0.05)


def test_it_is_not_told_where_the_keys_are_nor_what_opens_them(database, settings, monkeypatch):
    for name in ("JEJAK_MASTER_KEY", "JEJAK_MASTER_KEY_NEXT", "JEJAK_KEYS_URL"):
        monkeypatch.setenv(name, f"secret of {name}")
    with SealerChild(settings, database) as child:
        child.start()
        await_that(lambda: child.pid and b"sealer_process" in told(child.pid, "cmdline"))
        assert database.encode() in told(child.pid, "environ")
        assert b"secret of" not in told(child.pid, "environ")


def told(process, what):
    return Path(f"/proc/{process}/{what}").read_bytes()


def test_it_seals_what_is_recorded_and_is_started_again_when_it_dies(database, settings):
    with service_pool(database) as pool, SealerChild(settings, database) as child:
        log = Log(pool)
        child.start()
        record(database, 3)
        await_that(log.checkpoint)
        first = child.pid
        os.kill(first, signal.SIGKILL)
        record(database, 2)
        await_that(lambda: log.checkpoint().size == 5)
        second = child.pid
        assert second not in {None, first}
        standing = child.standing()
        assert (standing.size, standing.waiting, standing.vkey) == (5, 0, log.vkey)
        assert child.once() is None
    assert not runs(second)
    assert child.pid is None


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_it_ends_with_a_service_that_was_killed(database, settings):
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, settings.data_dir, database],
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(service.stdout.readline())
    assert runs(pid)
    service.kill()
    service.wait()
    service.stdout.close()
    await_that(lambda: not runs(pid))


def test_it_says_what_to_do_where_there_is_no_ledger_and_where_it_refuses(
    empty_database, database, tmp_path
):
    nothing = seal_once(empty_database, tmp_path)
    assert nothing.returncode == 1
    assert "jejak serve" in nothing.stderr
    record(database, 1)
    assert "1 daun" in seal_once(database, tmp_path).stdout
    with psycopg.connect(database) as owner:
        owner.execute("ALTER TABLE ledger.event DISABLE TRIGGER USER")
        owner.execute("UPDATE ledger.event SET page = 'x'")
    refused = seal_once(database, tmp_path)
    assert refused.returncode == 1
    assert '"error":"LeafDiffers"' in refused.stderr
    assert "docs/log.md" in refused.stderr


def seal_once(dsn, directory):
    environment = {"JEJAK_DATABASE_URL": dsn, "JEJAK_DATA_DIR": str(directory)}
    return subprocess.run(
        [sys.executable, "-m", "infrastructure.sealer_process", "--once"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_carries_nothing_of_the_service():
    script = (
        "import sys, infrastructure.sealer_process;"
        f" sys.exit(' '.join(it for it in '{LIGHT}'.split() if it in sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert loaded.stderr.strip() == ""
