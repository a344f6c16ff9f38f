"""The projector in a process of its own: what its service hears of it, and who outlives whom."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from forgetting_house import PERSONS, House, somebody
from kept_processes import PATIENCE_SECONDS, await_that, runs
from pages import assessed, draft, stream, write

from application.forgetting import Forgetting
from application.ledger import Head
from infrastructure.database import Database
from infrastructure.evidence import PostgresEvidenceStore
from infrastructure.ground import open_ground
from infrastructure.kept_process import BEGINNING
from infrastructure.projector import followed
from infrastructure.projector_child import ProjectorChild
from infrastructure.settings import Settings

pytestmark = pytest.mark.long

HEAVY = "fastapi starlette uvicorn typer jinja2 typst api.main"
SERVICE = """
import sys, time
from pathlib import Path
from infrastructure.database import Database
from infrastructure.projector_child import ProjectorChild
from infrastructure.settings import Settings

dsn = sys.argv[2]
database = Database(dsn=dsn, keys_dsn=dsn, service=dsn, keeper=dsn)
child = ProjectorChild(Settings(data_dir=Path(sys.argv[1])), database)
child.start()
while not child.pid:
    time.sleep(0.01)
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, webhook_send=False)


@contextmanager
def served(settings, dsn):
    """A service that only answers, and the projector that it keeps."""
    database = Database(dsn=dsn, keys_dsn=dsn, service=dsn, keeper=dsn)
    with (
        open_ground(database, settings.data_dir, as_guest=False) as ground,
        followed(ground),
        ProjectorChild(settings, database) as child,
    ):
        child.start()
        yield ground, child


def holders(ground):
    return {one.holder for one in ground.read_models.progress()}


def test_a_service_reads_what_its_projector_folds_and_another_takes_over_when_that_is_killed(
    database, settings
):
    with served(settings, database) as (ground, child):
        receipt = write(ground.ledger, draft(assessed()))
        assert ground.read_models.wait(receipt.position, PATIENCE_SECONDS)
        first = child.pid
        assert {holder.rpartition("/")[2] for holder in holders(ground)} == {str(first)}
        os.kill(first, signal.SIGKILL)
        receipt = write(ground.ledger, draft(assessed(), to=stream("2")))
        assert ground.read_models.wait(receipt.position, PATIENCE_SECONDS)
        second = child.pid
        assert second not in {None, first}
    assert not runs(second)
    assert child.pid is None


def test_a_stream_that_is_at_hand_goes_on_though_nobody_folds_it_here(database, settings):
    with served(settings, database) as (ground, _):
        write(ground.ledger, draft(assessed()))
        known = ground.ledger.read(stream())
        head = {known[0].stream: Head(version=1, hash=known[0].hash)}
        write(ground.ledger, draft(assessed("2025-08"), version=2), heads=head)
        await_that(lambda: len(ground.ledger.at_hand(known[0].stream)) == 2)


class Served(House):
    """What forgets, in a service whose projector is another process."""

    def __init__(self, ground) -> None:
        self.ledger, self.append, self.models = ground.ledger, ground.append, ground.read_models
        evidence = PostgresEvidenceStore(ground.pool, ground.ledger.keys, ground.ledger.store)
        settle = ground.forgetter.settle
        self.forgetting = Forgetting(self.append, self.ledger, evidence, settle)

    def wait(self):
        assert self.models.wait(self.ledger.position(), PATIENCE_SECONDS)


def test_whoever_is_forgotten_here_is_let_go_of_by_the_projector_too(database, settings):
    with served(settings, database) as (ground, _):
        house = Served(ground)
        person, _case = somebody(house, "Budi Fiktif", "a" * 64)
        house.wait()
        assert house.row(PERSONS, person.key).nik
        house.forget(person)
        house.wait()
        assert house.row(PERSONS, person.key).nik is None


def test_one_that_is_asked_to_stop_lets_go_of_what_it_held(database, settings):
    with served(settings, database) as (ground, _):
        await_that(lambda: None not in holders(ground))
    with open_ground(
        Database(dsn=database, keys_dsn=database, service=database, keeper=database),
        settings.data_dir,
        as_guest=True,
    ) as ground:
        assert holders(ground) == {None}


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
@pytest.mark.parametrize("ends", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_service_however_that_ended(database, settings, ends):
    with served(settings, database):
        pass  # a ledger, and its keys
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, settings.data_dir, database],
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(service.stdout.readline())
    assert runs(pid)
    service.send_signal(ends)
    service.wait()
    service.stdout.close()
    await_that(lambda: not runs(pid))


def test_it_carries_nothing_of_the_service():
    script = (
        "import sys, infrastructure.projector_process;"
        f" sys.exit(' '.join(it for it in '{HEAVY}'.split() if it in sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert loaded.stderr.strip() == ""


def test_it_is_run_as_a_program_and_without_what_only_a_terminal_needs(tmp_path):
    tmp_path.joinpath("asked.py").write_text(
        "import sys, structlog; print(__name__, sys.argv[1:], 'rich.console' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", BEGINNING, "asked", "--told"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert said.stdout.strip() == "__main__ ['--told'] False"
