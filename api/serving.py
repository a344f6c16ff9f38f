"""The server process: it says where it is, and ends at once when asked to."""

import gc
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.packets import Protocol

GARBAGE = (2_000, 250)
"""After how many objects the newest are looked through for garbage, and after how many such looks
whatever outlived one: a long case is 4,000 objects, and a look among all that a service keeps takes
longer (0.1 s and more) than to read it. Of 50,000 new ones, one look took 35 ms in the midst of
some request; of 10,000 it takes 2 to 5, and of 2,000, which are still in the processor's cache, a
quarter of one: all of them together a third less."""
GRACE_SECONDS = 5
"""How long requests that are under way may take once the server was asked to stop."""


class Server(uvicorn.Server):
    """A server that says when it is open, and whose end is an ordinary one."""

    def __init__(
        self, app: FastAPI, host: str, port: int, *, on_ready: Callable[[], None] | None = None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=Protocol,
                log_config=None,
                access_log=False,
                ws="none",  # we serve none, and to know of them is 2 MB
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._app = app
        self._on_ready = on_ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let requests under way end; a second signal waits for nothing.

        The signal is not raised again afterwards, as uvicorn would: what was opened around the
        server (PostgreSQL, say) is closed in its order, and the exit status is 0.
        """
        self.force_exit = self.should_exit
        self.should_exit = True

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Have what would never end by itself end first: streams, and long waits for news."""
        for close in getattr(self._app.state, "closing", ()):
            close()
        await super().shutdown(sockets)  # type: ignore[arg-type]

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Take the port, and only then say that it is open."""
        await super().startup(sockets)  # type: ignore[arg-type]
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        if self.started and self._on_ready:
            self._on_ready()
