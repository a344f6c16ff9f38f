"""A way to PostgreSQL that can be cut at a chosen moment: before a COMMIT, after it, in a result.

It reads the protocol, so that "after COMMIT" means that the server has answered the COMMIT of a
transaction which wrote to the ledger, and that the answer never reached the client.
"""

import asyncio
import contextlib
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Self

from .wire import ERROR, HELD, READY, ROW, Batch, Conversation, Messages

CHUNK = 1 << 16


class Cut(Enum):
    """Where a connection is cut."""

    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"
    ANSWER_SWALLOWED = "answer_swallowed"
    IN_RESULT = "in_result"


@dataclass
class Rule:
    """A cut that is still to be made, so many times; `fired` counts those that were.

    The first `spared` that it would fit go by, and an answer that is swallowed leaves `silence`
    seconds before the connection ends.
    """

    cut: Cut
    times: int = 1
    spared: int = 0
    silence: float = 0.0
    fired: int = 0
    given: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def note(self) -> None:
        self.fired += 1
        if self.fired >= self.times:
            self.done.set()


class Severed(Exception):
    """This connection is at its end."""


class Proxy:
    """Listens on a Unix socket and leads to another one, in a thread of its own."""

    def __init__(self, listen: Path, upstream: Callable[[], Path]) -> None:
        self.listen, self.upstream = listen, upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._rules: list[Rule] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._light = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    def __enter__(self) -> Self:
        self.listen.parent.mkdir(parents=True, exist_ok=True)
        self._light.set()
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def arm(self, rule: Rule) -> Rule:
        """Have a rule applied to the next batches that it fits."""
        self._loop.call_soon_threadsafe(self._rules.append, rule)
        return rule

    def disarm(self, rule: Rule) -> None:
        """Forget a rule: its times that are left are not made."""
        self._loop.call_soon_threadsafe(self._rules.remove, rule)

    def darken(self) -> None:
        """Let nothing through any more, and say nothing about it."""
        self._loop.call_soon_threadsafe(self._light.clear)

    def lighten(self, *, sever: bool) -> None:
        """Let everything through again, or first cut what was open in the dark."""
        if sever:
            self.sever()
        self._loop.call_soon_threadsafe(self._light.set)

    def sever(self) -> None:
        """Cut every connection there is."""
        self._do(self._sever())

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self.listen)

    async def _close(self) -> None:
        self._server.close()
        self._light.set()
        await self._sever()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _sever(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._connect(reader, writer)
        except (OSError, Severed, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()
            self._open.discard(writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        await self._light.wait()
        there, back = await asyncio.open_unix_connection(self.upstream())
        self._open.add(back)
        try:
            first = await reader.readexactly(4)
            back.write(first + await reader.readexactly(struct.unpack("!I", first)[0] - 4))
            passage = Passage(self, reader, writer, there, back)
            ways = [asyncio.ensure_future(passage.out()), asyncio.ensure_future(passage.home())]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            back.transport.abort()
            self._open.discard(back)

    def rule_for(self, batch: Batch) -> Rule | None:
        """Return the rule that is to be applied to a batch, taking one of its times."""
        for rule in self._rules:
            if rule.given < rule.times and (batch.ends_a_write or rule.cut is Cut.IN_RESULT):
                if rule.spared:
                    rule.spared -= 1
                    return None
                rule.given += 1
                return rule
        return None

    async def light(self) -> None:
        """Wait for as long as it is dark."""
        await self._light.wait()


@dataclass
class Passage:
    """One connection, with its two ways."""

    proxy: Proxy
    client: asyncio.StreamReader
    to_client: asyncio.StreamWriter
    server: asyncio.StreamReader
    to_server: asyncio.StreamWriter
    spoken: Conversation = field(default_factory=Conversation)
    pending: deque[Batch] = field(default_factory=deque)

    async def out(self) -> None:
        """Lead what the client says to the server, batch by batch."""
        messages = Messages()
        while data := await self.client.read(CHUNK):
            await self.proxy.light()
            for kind, message in messages.feed(data):
                batch = self.spoken.said(kind, message)
                if batch is None:
                    if kind not in HELD:
                        self.to_server.write(self.spoken.batch.raw)
                        self.spoken.batch.raw = b""
                    continue
                rule = batch.rule = self.proxy.rule_for(batch)
                if rule and rule.cut is Cut.BEFORE_COMMIT:
                    rule.note()
                    raise Severed
                self.pending.append(batch)
                self.to_server.write(batch.raw)
            await self.to_server.drain()

    async def home(self) -> None:
        """Lead what the server says to the client, or keep it where a rule says so."""
        messages = Messages()
        while data := await self.server.read(CHUNK):
            await self.proxy.light()
            passed = bytearray()
            for kind, message in messages.feed(data):
                batch = self.pending[0] if self.pending else None
                passed += await self._home(kind, message, batch)
            self.to_client.write(bytes(passed))
            with contextlib.suppress(ConnectionError):
                await self.to_client.drain()

    async def _home(self, kind: bytes, message: bytes, batch: Batch | None) -> bytes:
        """Return what goes on to the client for one message of the server."""
        if batch is None:
            self._note_status(kind, message)
            return message
        if kind == ERROR:
            batch.failed = True
        rule = batch.rule
        if not isinstance(rule, Rule):
            self._end(kind, message)
            return message
        if rule.cut is Cut.IN_RESULT:
            if kind == ROW:
                self.to_client.write(message[: len(message) // 2])
                await self.to_client.drain()
                rule.note()
                raise Severed
            return self._spared(kind, message, rule)
        batch.held += message
        if kind != READY:
            return b""
        if batch.failed:  # nothing was committed: this was not the moment
            batch.held, message = b"", batch.held
            return self._spared(kind, message, rule)
        rule.note()
        await asyncio.sleep(rule.silence)
        raise Severed

    def _spared(self, kind: bytes, message: bytes, rule: Rule) -> bytes:
        """Let a message through after all; a batch that ends so gives its turn back."""
        if kind == READY:
            rule.given -= 1
            self._end(kind, message[-6:])
        return message

    def _end(self, kind: bytes, message: bytes) -> None:
        self._note_status(kind, message)
        if kind == READY:
            self.pending.popleft()

    def _note_status(self, kind: bytes, message: bytes) -> None:
        if kind == READY:
            self.spoken.status = message[5:6]
