"""UmaDB: events as its server streams them to a subscriber, by its own client for Python.

Runs in the environment that `benchmarks.peers.umadb` installs, where none of our packages is.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from umadb import (  # type: ignore[import-not-found]  # in an environment of its own
    Client,
    Event,
)

from benchmarks.jobs import work_off
from benchmarks.peers.following import followed


def follow(job: dict[str, Any]) -> dict[str, Any]:
    """Append events on schedule, and hear of them."""
    data = bytes(job["size"])

    def writer(client: Any) -> Callable[[], int]:
        return lambda: int(client.append([Event("case.noted", data, [f"case:{uuid4()}"], uuid4())]))

    def news() -> Iterator[int]:
        reader = Client(job["url"])
        for event in reader.subscribe(after=reader.head()):
            yield int(event.position)

    return followed(job, [writer(Client(job["url"])) for _ in range(job["writers"])], news())


if __name__ == "__main__":
    work_off(follow)
