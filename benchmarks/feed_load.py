"""Readers of feeds in a process of their own: many streams, and the appends that they hear of.

Raw sockets on uvloop: a stream is looked through for ids as its bytes come, and nothing more; one
reader in each feed also reads which append an entry is. What is measured is from the moment at
which an append was sent to that at which each stream had the entry.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any, Final

import uvloop

from benchmarks.jobs import WorkerFailed, work_off
from benchmarks.machine import worked
from benchmarks.writers import summary

ID: Final = re.compile(rb"\nid: (\d+)\r?\n")
"""Never the first line of a message: that is its event. Letters to begin with are looked for five
times as fast as a choice, and with a thousand streams the reading process is what is busy."""
HELD: Final = re.compile(rb'"held": ?(\d+)')
LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
MESSAGE_END: Final = b"\n\n"
HEAD_END: Final = b"\r\n\r\n"
OK: Final = b"HTTP/1.1 200 "
CREATED: Final = b"HTTP/1.1 201 "
PAGE: Final = 1_000
SHOWN: Final = 600
PATIENCE_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.002
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
OPENING: Final = 50
"""Streams that are opened at a time."""


class Reader(asyncio.Protocol):
    """One stream: the moment at which each entry came, by its id."""

    def __init__(self, request: bytes, last: int, *, reads: bool) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.through: asyncio.Future[None] = loop.create_future()
        self.came: dict[int, float] = {}
        self.numbers: dict[int, int] = {}
        self.heard: set[int] = set()
        self.last, self.until = last, 0
        self._request, self._reads = request, reads
        self._rest = b""
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self.transport = transport
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note what came. A message is looked at once it is whole."""
        at = perf_counter()
        data = self._rest + data
        if not self.opened.done():
            if HEAD_END not in data:
                self._rest = data
                return
            if not data.startswith(OK):
                self._fail(WorkerFailed(data[:SHOWN].decode(errors="replace")))
                return
            self.opened.set_result(None)
        whole = data.rfind(MESSAGE_END)
        self._rest = data[whole + 1 :] if whole >= 0 else data
        for found in ID.finditer(data, 0, whole + 1):
            number = int(found[1])
            if number > self.last:  # an entry may come more than once
                self.last = number
                self.came[number] = at
                if self._reads and (held := HELD.search(data, *_around(data, found))):
                    self.numbers[number] = int(held[1])
                    self.heard.add(int(held[1]))
        if self.until and self.last >= self.until and not self.through.done():
            self.through.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell of a service that hangs up on its readers."""
        self._fail(WorkerFailed(f"a stream was closed; its last words: {self._rest[-SHOWN:]!r}"))

    def wait_for(self, entry: int) -> None:
        """Have ``through`` done once an entry is here."""
        self.until = entry
        if self.last >= entry and not self.through.done():
            self.through.set_result(None)

    def _fail(self, error: WorkerFailed) -> None:
        for future in (self.opened, self.through):
            if not future.done():
                future.set_exception(error)


def same(reader: Reader) -> Reader:
    """Return what a connection is read by."""
    return reader


def _around(data: bytes, found: re.Match[bytes]) -> tuple[int, int]:
    """Return where the message begins and ends in which something was found."""
    start = data.rfind(MESSAGE_END, 0, found.start() + 1)
    end = data.find(MESSAGE_END, found.end() - 1)
    return max(start, 0), len(data) if end < 0 else end


@dataclass(slots=True)
class Audience:
    """A feed as the load knows it: where it is read, and the cases whose changes it tells."""

    feed: str
    stream: str
    headers: Mapping[str, str]
    cases: list[tuple[str, int]]
    readers: list[Reader] = field(default_factory=list)
    sent: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Load:
    """One measurement: streams over audiences, and appends to them in turn."""

    port: int
    process: int
    writer: Mapping[str, str]
    audiences: Sequence[Audience]
    first: int
    took: list[float] = field(default_factory=list)

    async def run(self, streams: int, appends: int, every: float, writers: int) -> dict[str, Any]:
        """Return rates and waits. ``every`` so many seconds an append; 0 is as fast as it goes."""
        heads = [await self._head(one) for one in self.audiences]
        await self._open(streams, heads)
        had = worked(self.process)
        numbers = iter(range(self.first, self.first + appends))
        began = perf_counter()
        await asyncio.gather(
            *(self._write(numbers, began, every) for _ in range(min(writers, appends)))
        )
        wrote = perf_counter() - began
        for audience, head in zip(self.audiences, heads, strict=True):
            for reader in audience.readers:
                reader.wait_for(head + len(audience.sent))
        everybody = [reader for one in self.audiences for reader in one.readers]
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*(reader.through for reader in everybody))
        cpu = worked(self.process) - had
        elapsed = max(max(reader.came.values()) for reader in everybody) - began
        for reader in everybody:
            reader.transport.abort()
        waits = [wait for one in self.audiences for wait in waited(one)]
        late = [wait for one in self.audiences for wait in came_late(one)]
        return summary(waits, elapsed) | {
            "late": summary(late, elapsed),
            "done": appends,
            "wrote": appends / wrote,
            "took": summary(self.took, wrote)["p50"],
            "received": len(waits) / elapsed,
            "cpu": cpu / len(waits),
            "versions": [one.cases for one in self.audiences],
        }

    async def _head(self, audience: Audience) -> int:
        last = 0
        while True:
            path = f"{audience.feed}?limit={PAGE}&lastEventId={last}"
            page = json.loads(await self._ask(head_of("GET", path, audience.headers), OK))
            if not page:
                return last
            last = int(page[-1]["id"])

    async def _open(self, streams: int, heads: Sequence[int]) -> None:
        loop = asyncio.get_running_loop()
        opening = []
        for number in range(streams):
            which = number % len(self.audiences)
            audience = self.audiences[which]
            path = f"{audience.stream}?lastEventId={heads[which]}"
            request = head_of("GET", path, audience.headers)
            reader = Reader(request, heads[which], reads=not audience.readers)
            audience.readers.append(reader)
            await loop.create_connection(partial(same, reader), "127.0.0.1", self.port)
            opening.append(reader.opened)
            if len(opening) == OPENING:
                await asyncio.gather(*opening)
                opening.clear()
        await asyncio.gather(*opening)

    async def _write(self, numbers: Iterator[int], began: float, every: float) -> None:
        connection = await asyncio.open_connection("127.0.0.1", self.port)
        for number in numbers:
            await asyncio.sleep(max(began + (number - self.first) * every - perf_counter(), 0))
            audience = self.audiences[number % len(self.audiences)]
            await self._append(audience, number, connection)
        connection[1].close()

    async def _append(self, audience: Audience, number: int, connection: Connection) -> None:
        place = (number // len(self.audiences)) % len(audience.cases)
        before = number - len(self.audiences) * len(audience.cases)  # of the same case
        while before in audience.sent and before not in audience.readers[0].heard:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)  # two changes in one batch would be one entry
        key, version = audience.cases[place]
        body = json.dumps({"events": [attended(number)]}).encode()
        headers = {**self.writer, "If-Match": f'"{version}"', "X-Feed": audience.feed}
        headers["Content-Type"] = "application/json"
        path = f"/v1/cases/{key}/events"
        sent = audience.sent[number] = perf_counter()
        await self._ask(head_of("POST", path, headers, len(body)) + body, CREATED, connection)
        audience.answered[number] = perf_counter()
        self.took.append(audience.answered[number] - sent)
        audience.cases[place] = (key, version + 1)

    async def _ask(
        self, request: bytes, wanted: bytes, connection: Connection | None = None
    ) -> bytes:
        reader, writer = connection or await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        head = await reader.readuntil(HEAD_END)
        length = LENGTH.search(head)
        said = await reader.readexactly(int(length[1]) if length else 0)
        if not head.startswith(wanted):
            raise WorkerFailed((head + said)[-SHOWN:].decode(errors="replace"))
        if connection is None:
            writer.close()
        return said


def head_of(method: str, path: str, headers: Mapping[str, str], length: int = 0) -> bytes:
    """Return the head of a request."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    sent = f"Content-Length: {length}\r\n" if length else ""
    return f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{lines}{sent}\r\n".encode()


def attended(number: int) -> dict[str, Any]:
    """Return a sum of attendance that nobody was told before."""
    return {
        "type": "activity.attendance_summarised",
        "effective": "2026-10-02",
        "data": {
            "activity": "literasi-1",
            "from_day": "2026-01-01",
            "until_day": "2026-06-30",
            "sessions_held": number,
            "sessions_attended": number,
        },
    }


def waited(audience: Audience) -> Iterator[float]:
    """Yield how long each entry took to each stream, from when its append was sent."""
    numbers = audience.readers[0].numbers
    if set(numbers.values()) != set(audience.sent):
        lost = len(set(audience.sent) - set(numbers.values()))
        raise WorkerFailed(f"{lost} of {len(audience.sent)} appends are not in the feed")
    for reader in audience.readers:
        if reader.came.keys() != numbers.keys():
            raise WorkerFailed("a stream has other entries than the first of its feed")
        for entry, at in reader.came.items():
            yield at - audience.sent[numbers[entry]]


def came_late(audience: Audience) -> Iterator[float]:
    """Yield how long each entry took to each stream, from when its append was answered.

    None where it was there before the answer.
    """
    numbers = audience.readers[0].numbers
    for reader in audience.readers:
        for entry, at in reader.came.items():
            yield max(at - audience.answered[numbers[entry]], 0.0)


async def load(job: dict[str, Any]) -> dict[str, Any]:
    """Do one measurement."""
    audiences = [
        Audience(
            feed=one["feed"],
            stream=one["stream"],
            headers=one["headers"],
            cases=[(str(key), int(version)) for key, version in one["cases"]],
        )
        for one in job["audiences"]
    ]
    one = Load(job["port"], job["process"], job["writer"], audiences, job["first"])
    return await one.run(job["streams"], job["appends"], job["every"], job["writers"])


if __name__ == "__main__":
    work_off(lambda job: uvloop.run(load(job)))
