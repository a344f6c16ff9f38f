"""UmaDB's own client for Python (its Rust client behind PyO3), one per writer.

Runs in the environment that `benchmarks.peers.umadb` installs, where none of our packages is.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from umadb import (  # type: ignore[import-not-found]  # in an environment of its own
    AppendCondition,
    Client,
    Event,
    Query,
    QueryItem,
)

from benchmarks.jobs import work_off
from benchmarks.writers import NothingLeft, run_writers


def append(job: dict[str, Any]) -> dict[str, Any]:
    """Append one event at a time to a new stream, on the condition that it is new."""
    data = bytes(job["size"])

    def writer(client: Any) -> Callable[[], object]:
        streams = [f"case:{uuid4()}" for _ in range(max(1, job["events"] // job["writers"]))]
        waiting = iter(
            [
                ([Event("case.noted", data, [stream], uuid4())], _none_yet(stream))
                for stream in streams
            ]
        )

        def write() -> None:
            prepared = next(waiting, None)
            if prepared is None:
                raise NothingLeft
            client.append(*prepared)

        return write

    return run_writers([writer(Client(job["url"])) for _ in range(job["writers"])], job["seconds"])


def _none_yet(stream: str) -> Any:
    return AppendCondition(Query([QueryItem(tags=[stream])]))


if __name__ == "__main__":
    work_off(append)
