"""A service as its users run it, on a PostgreSQL of its own, to be asked anything."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from infrastructure.database import create_unless_there
from infrastructure.embedded_postgres import EmbeddedPostgres
from tests.running import free_port

from .drawn_requests import Request
from .scene import ROLES, House
from .server import DATABASE, KEYS, children_of
from .world import JEJAK, ROOT, DidNotStart, Process

START_SECONDS = 90.0


class ServedHouse(House):
    """The service and its PostgreSQL, in one directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(free_port(), {})
        given = os.environ.get("JEJAK_TEST_BINARIES")
        self.data = directory / "data"
        self.log = directory / "service.log"
        self._postgres = EmbeddedPostgres(
            directory / "postgres", binaries=Path(given) if given else None, fsync=False
        )

    def open(self) -> None:
        """Start everything, and have a token made for every role."""
        self.data.mkdir(mode=0o700)
        self._postgres.start()
        for name in (DATABASE, KEYS):
            create_unless_there(self._postgres.conninfo(), name)
        self.service = Process([*JEJAK, "serve"], self.environment(), self.log)
        self.service.start()
        self._await_service()
        self.tokens = {role: self._jejak("token", *words).strip() for role, words in ROLES.items()}

    @property
    def conninfo(self) -> str:
        """The owner's way to the ledger."""
        return self._postgres.conninfo(DATABASE)

    @property
    def keys_conninfo(self) -> str:
        """The owner's way to the keys."""
        return self._postgres.conninfo(KEYS)

    def environment(self) -> dict[str, str]:
        """Whatever JEJAK_* the caller has is not the campaign's."""
        kept = {name: said for name, said in os.environ.items() if not name.startswith("JEJAK_")}
        return kept | {
            "JEJAK_DATABASE_URL": self.conninfo,
            "JEJAK_KEYS_URL": self.keys_conninfo,
            "JEJAK_DATA_DIR": str(self.data),
            "JEJAK_PORT": str(self.port),
            "NO_COLOR": "1",
        }

    def _await_service(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.service.is_there():
            with (
                contextlib.suppress(URLError, OSError),
                urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5),
            ):
                return
            time.sleep(0.05)
        raise DidNotStart("the service")

    def _jejak(self, *words: str) -> str:
        done = subprocess.run(
            [*JEJAK, *words],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode and not done.stdout:
            raise DidNotStart(f"{words[0]}: {done.stderr[-300:]}")
        return done.stdout

    def document(self) -> Any:
        """Return the contract, as the service tells it."""
        with urlopen(f"http://127.0.0.1:{self.port}/openapi.json", timeout=30) as answer:
            return json.load(answer)

    def spelt(self, request: Request) -> bytes:
        """Return a request as bytes, with the caller's token unless it says otherwise."""
        content = request.content()
        own = {"Host": "jejak", "Content-Type": "application/json"}
        if content or request.method not in {"GET", "HEAD"}:
            own["Content-Length"] = str(len(content))
        if token := self.tokens.get(request.caller):
            own["Authorization"] = f"Bearer {token}"
            if not request.path.startswith("/v1"):
                own["Cookie"] = f"jejak_masuk={token}"
        lines = "".join(
            f"{name}: {_one_line(said)}\r\n" for name, said in (own | request.headers).items()
        )
        head = f"{request.method} {request.target()} HTTP/1.1\r\n{lines}\r\n"
        return head.encode("latin-1", "replace") + content

    def settle(self) -> None:
        """Wait until read models and log have all that is recorded."""
        until = time.monotonic() + START_SECONDS
        with psycopg.connect(self.conninfo, autocommit=True) as owner:
            while time.monotonic() < until:
                (behind,) = owner.execute(
                    "SELECT (SELECT max(position) FROM ledger.event)"
                    " - coalesce(min(position), 0) FROM read_model.progress"
                ).fetchone()
                if behind <= 0:
                    return
                time.sleep(0.2)

    def compared(self) -> list[str]:
        """Return the read models that differ from their replay, or have stopped keys."""
        rows = json.loads(self._jejak("rebuild", "--compare", "--json"))
        with psycopg.connect(self.conninfo) as owner:
            stopped = owner.execute("SELECT DISTINCT projection FROM read_model.dead_letter")
            dead = [f"{name} (a stopped key)" for (name,) in stopped]
        return [row["name"] for row in rows if not row["equal"]] + dead

    def told(self) -> Iterator[tuple[str, str]]:
        """Yield what operators read: the log, and the metrics."""
        yield "the log", self.log.read_text(errors="replace")
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            yield "the metrics", answer.read().decode()

    def errors(self) -> list[str]:
        """Return the lines of the log that say a bug, or more than one."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [one for one in lines if '"level":"error"' in one or one.startswith("Traceback")]

    def memory(self) -> int:
        """Return what service, projector and sealer hold, in MB."""
        assert self.service.running
        first = self.service.running.pid
        kept = [_held(one) for one in (first, *children_of(first))]
        return round(sum(kept) / 1024)

    def close(self) -> None:
        """Stop everything, however far it came."""
        if hasattr(self, "service") and self.service.is_there():
            self.service.end(signal.SIGTERM)
        self._postgres.stop()


def _one_line(said: str) -> str:
    return said.replace("\r", " ").replace("\n", " ").replace("\x00", " ")


def _held(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
