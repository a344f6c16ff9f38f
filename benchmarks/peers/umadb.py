"""UmaDB's server, durable as it ships, on a port of the loopback and a folder of its own."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.jobs import PATIENCE_SECONDS
from benchmarks.peers.installing import NotInstalled

READY_SECONDS: Final = 10


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def serving(programs: Path, cache: Path) -> Iterator[str]:
    """Run the server; give its address, and remove its data afterwards."""
    port = free_port()
    data = Path(tempfile.mkdtemp(prefix="umadb-", dir=cache))
    words = ["--listen", f"127.0.0.1:{port}", "--db-path", str(data / "events")]
    with (data / "server.log").open("wb") as sink:
        server = subprocess.Popen(  # noqa: S603 - the peer's own server
            [programs / "umadb", *words], stdout=sink, stderr=sink, stdin=subprocess.DEVNULL
        )
    try:
        _await_open(port, server, data / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(data, ignore_errors=True)


def _await_open(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while server.poll() is None and time.monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise NotInstalled(f"its server does not start: {log.read_text(errors='replace')[-300:]}")
