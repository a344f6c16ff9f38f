"""Clients of a service, in a process of their own: a closed loop over connections that stay open.

A protocol of asyncio (on uvloop, which uvicorn brings) over raw sockets, which reads no more of an
answer than its status, its ETag and its length: a library for clients would cost more than the
service it measures. Each connection has cases of its own and knows the version of each, so that
every request is one that the service has to record.
"""

import asyncio
import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import repeat
from time import perf_counter
from typing import Any, Final

import uvloop

from benchmarks.jobs import WorkerFailed, work_off
from benchmarks.writers import summary

HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
ETAG: Final = re.compile(rb'(?i)\r\netag: "(\d+)"')
CREATED: Final = b"HTTP/1.1 201 "
SHOWN: Final = 600


class Client(asyncio.Protocol):
    """One connection: sends a request as soon as the last was answered, until the time is up."""

    def __init__(self, requests: Iterator[bytes], until: float, cases: "Cases | None") -> None:
        self.took: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests, self._until, self._cases = requests, until, cases
        self._answer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: Any = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole."""
        self._answer += data
        end = self._answer.find(HEAD_END)
        if end < 0:
            return
        length = LENGTH.search(self._answer, 0, end + 2)
        if length is None or len(self._answer) < end + len(HEAD_END) + int(length[1]):
            return
        if not self._answer.startswith(CREATED):
            self._end(WorkerFailed(self._answer[:SHOWN].decode(errors="replace")))
            return
        self.took.append(perf_counter() - self._sent)
        if self._cases and (seen := ETAG.search(self._answer, 0, end + 2)):
            self._cases.answered(int(seen[1]))
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell of a service that hangs up."""
        self._end(WorkerFailed("the service closed a connection"))

    def _send(self) -> None:
        self._sent = perf_counter()
        if self._sent >= self._until:
            self._end(None)
            return
        self._answer = b""
        self._transport.write(next(self._requests))

    def _end(self, error: Exception | None) -> None:
        if self.ended.done():
            return
        if error:
            self.ended.set_exception(error)
        else:
            self.ended.set_result(None)
        self._transport.close()


class Cases:
    """The cases of one connection, by turns, each with the version that was last answered."""

    def __init__(self, job: dict[str, Any], cases: Sequence[Sequence[Any]]) -> None:
        self._waiting = deque((str(key), int(version)) for key, version in cases)
        self._body: dict[str, Any] = job["body"]
        self._place: str = job["numbered"]
        self._lines = "".join(f"{name}: {value}\r\n" for name, value in job["headers"].items())

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        key, version = self._waiting[0]
        event = {**self._body, "data": {**self._body["data"], self._place: f"F-{version}"}}
        body = json.dumps({"events": [event]}).encode()
        head = (
            f"POST /v1/cases/{key}/events HTTP/1.1\r\nHost: bench\r\n{self._lines}"
            f'If-Match: "{version}"\r\nContent-Type: application/json\r\n'
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def answered(self, version: int) -> None:
        """Go on to the next case, and remember where this one stands."""
        key, _ = self._waiting.popleft()
        self._waiting.append((key, version))

    def left(self) -> list[tuple[str, int]]:
        """Return where every case stands."""
        return list(self._waiting)


async def load(job: dict[str, Any]) -> dict[str, Any]:
    """Send requests over some connections for so long; any answer but 201 ends it all."""
    until = perf_counter() + job["seconds"]
    loop = asyncio.get_running_loop()
    shares = [job["cases"][n :: job["connections"]] for n in range(job["connections"])]
    cases = [Cases(job, share) if share else None for share in shares]
    clients = [Client(one or repeat(job["plain"].encode()), until, one) for one in cases]
    began = perf_counter()
    waiting = iter(clients)
    for _ in clients:
        await loop.create_connection(lambda: next(waiting), "127.0.0.1", job["port"])
    await asyncio.gather(*(client.ended for client in clients))
    elapsed = perf_counter() - began
    found = summary([one for client in clients for one in client.took], elapsed)
    return found | {"cases": [case for one in cases if one for case in one.left()]}


if __name__ == "__main__":
    work_off(lambda job: uvloop.run(load(job)))
