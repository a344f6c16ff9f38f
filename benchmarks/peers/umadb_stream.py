"""UmaDB: the events that bear one tag, by its own client for Python.

Runs in the environment that `benchmarks.peers.umadb` installs, where none of our packages is.
"""

from typing import Any
from uuid import uuid4

from umadb import (  # type: ignore[import-not-found]  # in an environment of its own
    Client,
    Event,
    Query,
    QueryItem,
)

from benchmarks.jobs import work_off
from benchmarks.peers.loading import loaded


def load(job: dict[str, Any]) -> dict[str, Any]:
    """Read streams, each appended at once."""
    client, data = Client(job["url"]), bytes(job["size"])

    def write(length: int) -> str:
        stream = f"case:{uuid4()}"
        client.append([Event("case.noted", data, [stream], uuid4()) for _ in range(length)])
        return stream

    def read(stream: str) -> int:
        return sum(1 for _ in client.read(Query([QueryItem(tags=[stream])])))

    return loaded(job, write, read)


if __name__ == "__main__":
    work_off(load)
