"""The demo as its user runs it: the installed command, a data folder of its own, a free port."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from infrastructure.embedded_postgres import EmbeddedPostgres

JEJAK = Path(sys.executable).with_name("jejak")
HOUSE = Path(__file__).parents[1]
PATIENCE_SECONDS = 240


@dataclass
class Demo:
    data: Path
    port: int
    process: subprocess.Popen[str] | None = None
    printed: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        own = {"JEJAK_DATA_DIR": str(self.data), "JEJAK_PORT": str(self.port)}
        return {**os.environ, **own, **self.more, "COLUMNS": "100", "NO_COLOR": "1"}

    @property
    def conninfo(self) -> str:
        return EmbeddedPostgres(self.data / "postgres").conninfo("jejak")

    def start(self) -> None:
        self.process = subprocess.Popen(
            [JEJAK, "demo"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def kill_when_recorded(self, events: int) -> int:
        """Kill without mercy once so many events stand; return how many were acknowledged."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (recorded := self.recorded()) < events:
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.2)
        self.kill()
        return recorded

    def kill(self) -> None:
        """Kill the service without mercy."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def recorded(self) -> int:
        try:
            with psycopg.connect(self.conninfo, connect_timeout=2) as connection:
                return connection.execute("SELECT count(*) FROM ledger.event").fetchone()[0]
        except psycopg.Error:
            return 0

    def await_ready(self) -> None:
        """Read what the demo prints until it gives its address and the last of its logins."""
        for line in self.process.stdout:
            self.printed += line
            if line.startswith("curl "):
                return
        raise AssertionError(self.printed)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        self.process.stdout.close()
        return status

    def jejak(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [JEJAK, *words], env=self.environment, capture_output=True, text=True, check=False
        )

    def still_running(self) -> list[str]:
        """Return the command lines of processes that still know this data folder."""
        listing = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
        return [line for line in listing.stdout.splitlines() if str(self.data) in line]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sessions(readme: str) -> str:
    """Return the shell lines that the README marks as a session, as one script."""
    return "\n".join(re.findall(r"<!-- session -->\n```sh\n(.*?)```", readme, flags=re.DOTALL))
