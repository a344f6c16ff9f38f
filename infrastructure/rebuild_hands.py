"""The process that a rebuild parts its work among others with, as seen from where it is wanted.

It is started before anything else, for it takes half a second to import what it needs. Not by
`multiprocessing`, which would have it import the program as well that it was started from: all of
a service, and as long again.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

PROGRAM: Final = "infrastructure.rebuild_process"
READY: Final = "ready"


class HandsGone(ChildProcessError):
    """The process ended before it had answered."""


class RebuildHands:
    """One process, and those that it forks, from `__enter__` to `__exit__`; they end with us.

    ``opening`` is told first: what its module imports is imported before there is anything to do.
    """

    def __init__(self, opening: Callable[[], Any]) -> None:
        self._opening = opening

    def __enter__(self) -> Self:
        # A group of their own, to be ended together.
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-P", "-m", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._tell(self._opening)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, and whatever it has under way."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait()

    @property
    def pid(self) -> int:
        """Return the process id, which is that of the group as well."""
        return self._process.pid

    def done(self, task: Callable[[], Any]) -> int:
        """Have done what ``task`` says there is to do once they are ready; return how many pages.

        Raises what one of them raised, and `HandsGone`.
        """
        self._heard()
        self._tell(task())
        pages: int = self._heard()
        return pages

    def _tell(self, said: Any) -> None:
        if pipe := self._process.stdin:
            with suppress(BrokenPipeError):  # it has ended: that is heard of
                pickle.dump(said, pipe)
                pipe.flush()

    def _heard(self) -> Any:
        try:
            said = pickle.load(self._process.stdout)  # type: ignore[arg-type]  # noqa: S301
        except EOFError:
            raise HandsGone from None
        if isinstance(said, Exception):
            raise said
        return said
