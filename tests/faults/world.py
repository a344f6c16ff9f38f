"""Everything that a campaign runs: PostgreSQL, the proxy before it, the service, a second process.

Nothing of it is the campaign's own process but the proxy and the writers, so that each can be
killed. `mend` brings all of it back.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import NAMESPACE_URL, uuid5

from psycopg.conninfo import make_conninfo

from infrastructure.embedded_postgres import OWNER
from tests.running import free_port

from .defects import DEFECTS
from .journal import Journal, Outcome, read_history
from .load import Load, resolve
from .proxy import Proxy
from .requests import MEDAN, Counter, Reply, Request, opening, unit_named
from .server import DATABASE, KEYS, Server, is_running

ROOT = Path(__file__).parents[2]
JEJAK = [sys.executable, "-c", "from api.cli import app; app()"]
START_SECONDS = 90.0
CASES_OF_THE_SECOND = 4
UNIT = "018fe08b-a800-7000-8000-000000000001"
"""The key under which the unit was named, by another caller than all else."""


class DidNotStart(Exception):
    """A process of ours was not ready in time."""


@dataclass
class Process:
    """A program that is started again whenever it is not there."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None
    served: bool = False
    """Whether it was ready since it was started, and nobody has ended it since."""

    def start(self) -> None:
        if self.running and self.running.poll() is None:
            return
        with self.log.open("ab") as sink:
            self.running = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=sink, stderr=sink
            )

    def signal(self, number: int) -> None:
        if self.running and self.running.poll() is None:
            self.running.send_signal(number)

    def end(self, number: int, seconds: float = 30.0) -> int:
        """Send a signal that ends it, and return how it ended."""
        assert self.running
        self.served = False
        self.signal(number)
        try:
            return self.running.wait(seconds)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
            return 1

    def is_there(self) -> bool:
        return self.running is not None and self.running.poll() is None


@dataclass
class World:
    """The whole of it, in one directory."""

    directory: Path
    seed: int
    writers: int
    defect: str = ""
    unconfirmed: list[tuple[float, float]] = field(default_factory=list)
    died: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Start everything, with the load running."""
        settings = DEFECTS[self.defect].settings if self.defect else ()
        self.server = Server(self.directory, dict(settings))
        self.proxy = Proxy(self.directory / "proxy" / ".s.PGSQL.5432", lambda: self.server.socket)
        self.proxy.__enter__()
        self.data = self.directory / "data"
        self.data.mkdir(mode=0o700)
        self.port = free_port()
        command = [*JEJAK, "serve"]
        if self.defect:
            command = [sys.executable, "-m", "tests.faults.defective", self.defect, "serve"]
        # What is planted is in the service's own process: there it has to project as well.
        projector = "within" if self.defect else "apart"
        self.service = self._process(command, "service.log", projector)
        self._await_service()
        token = self._token("--unit", MEDAN)
        supervisor = self._token("--role", "supervisor", "--level", "ditjenpas")
        self.load = Load(self.directory, port=self.port, token=token, seed=self.seed, name="http")
        self._must(Counter(self.port, supervisor), unit_named(UNIT))
        self.counter = Counter(self.port, token)
        self._await_unit()
        cases = self._cases_for_the_second()
        if self.defect and (deed := DEFECTS[self.defect].database):
            deed(self.server.conninfo())
        self.journal = self.directory / "direct.ndjson"
        self.second_words = ["direct", str(self.journal), str(cases), str(self.seed)]
        self.second = self._process(self._direct(*self.second_words), "second.log", "within")
        self.second.start()
        self._await_second()
        self.load.start(self.writers)

    def _await_second(self) -> None:
        """Wait until the second process has read something."""
        until = time.monotonic() + START_SECONDS
        while not (self.journal.exists() and self.journal.stat().st_size):
            if time.monotonic() > until:
                raise DidNotStart("the second process")
            self.second.start()
            time.sleep(0.05)

    def _direct(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.faults.direct", *words]

    def _process(self, command: list[str], log: str, projector: str = "apart") -> Process:
        environment = self._environment() | {"JEJAK_PROJECTOR": projector}
        return Process(command, environment, self.directory / log)

    def _environment(self) -> dict[str, str]:
        """Whatever JEJAK_* the caller has is not the campaign's."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("JEJAK_")}
        way = str(self.proxy.listen.parent)
        dsn = make_conninfo(host=way, port=5432, user=OWNER, connect_timeout=5)
        own = {
            "JEJAK_DATABASE_URL": make_conninfo(dsn, dbname=DATABASE),
            "JEJAK_KEYS_URL": make_conninfo(dsn, dbname=KEYS),
            "JEJAK_DATA_DIR": str(self.data),
            "JEJAK_PORT": str(self.port),
            "NO_COLOR": "1",
        }
        return kept | own

    def _token(self, *words: str) -> str:
        """Have the command line make a token, as an operator would."""
        done = subprocess.run(
            [*JEJAK, "token", *words],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            raise DidNotStart(f"a token: {done.stderr[-300:]}")
        return done.stdout.strip()

    def _await_service(self) -> None:
        """Start the service, again where it ended because PostgreSQL was away, until it serves."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.service.served and not self.service.is_there():
                self.died.append(f"the service, with status {self.service.running.returncode}")
                self.service.served = False
            self.service.start()
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    self.service.served = True
                    return
            except (URLError, OSError):
                time.sleep(0.03)
        raise DidNotStart("the service")

    def _cases_for_the_second(self) -> Path:
        """Open cases for the second process, over HTTP and in the journal like all others."""
        path = self.directory / "cases"
        requests = [
            opening(
                str(uuid5(NAMESPACE_URL, f"{self.load.name}/second/{number}")),
                f"Uji Kedua {number}",
            )
            for number in range(CASES_OF_THE_SECOND)
        ]
        replies = [self._must(self.counter, request) for request in requests]
        path.write_text("\n".join(str(reply.case) for reply in replies))
        return path

    def _await_unit(self) -> None:
        """Wait until what was acknowledged can be read: a defective service may take its time."""
        until = time.monotonic() + START_SECONDS
        while self.counter.get(f"/v1/registry/units/{MEDAN}")[0] != 200:
            if time.monotonic() > until:
                raise DidNotStart("the unit")
            time.sleep(0.05)

    def _must(self, counter: Counter, request: Request) -> Reply:
        """Send what everything else rests on."""
        self.load.journal.ask(request.key, request.as_line(), request.expects)
        reply = counter.send(request)
        self.load.journal.answer(request.key, reply.answer)
        if reply.answer.outcome is not Outcome.YES:
            raise DidNotStart(f"the load: {reply.answer.said}")
        return reply

    def mend(self) -> None:
        """Undo whatever a fault did and have everything run."""
        for process in (self.service, self.second):
            process.signal(signal.SIGCONT)
        self.proxy.lighten(sever=False)
        self.server.mend()
        self.second.start()
        self._await_service()

    def settle(self, seconds: float) -> list[str]:
        """Stop the load, repeat every key that was not answered, and compare the read models.

        Returns the names of read models that differ from their replay.
        """
        self.load.stop()
        self.mend()
        self.second.end(signal.SIGTERM)
        history = read_history([self.load.path])
        journal = Journal(self.load.path)
        resolve(self._to_repeat(history.asked.values()), journal, self.counter, seconds=seconds)
        words = self._direct("direct", str(self.journal), "", str(self.seed))
        subprocess.run(words, cwd=ROOT, env=self._environment(), check=False, timeout=seconds + 60)
        return self._compared()

    @staticmethod
    def _to_repeat(asked: object) -> list[object]:
        """Everything open, everything that was ever unknown, and a share of the rest."""
        every = [one for one in asked if one.key != UNIT]
        settled = [one for one in every if one.acknowledged and not one.was_unknown]
        return [
            *(one for one in every if not one.settled),
            *(one for one in every if one.acknowledged and one.was_unknown),
            *settled[:: max(1, len(settled) // 500)],
        ]

    def _compared(self) -> list[str]:
        command = [*JEJAK, "rebuild", "--compare", "--json"]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment(), capture_output=True, check=False, text=True
        )
        try:
            rows = json.loads(done.stdout)
        except ValueError:
            return [f"compare: {done.stderr[-300:]}"]
        return [row["name"] for row in rows if not row["equal"]]

    def journals(self) -> list[Path]:
        return [path for path in (self.load.path, self.journal) if path.exists()]

    def close(self) -> None:
        """Stop everything, however far it came."""
        for name in ("second", "service"):
            process = getattr(self, name, None)
            if process and process.is_there():
                process.signal(signal.SIGCONT)
                process.end(signal.SIGTERM)
        if hasattr(self, "proxy"):
            self.proxy.__exit__()
        if hasattr(self, "server"):
            self.server.stop()


def still_running(directory: Path) -> list[str]:
    """Return the names of processes that still know a directory of ours."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if str(directory).encode() in words and is_running(int(entry.name)):
                    found.append((entry / "comm").read_text().strip())
    return found
