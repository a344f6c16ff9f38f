"""Server-sent events without anything behind them: the ceiling of one Python process.

``python -m benchmarks.peers.fanout PORT``. A POST to anything is one entry, written at once to
every open stream of the feed that its header names. No token, no record, no database, no JSON.
"""

import asyncio
import re
import sys
from collections import defaultdict
from typing import Any, Final

import uvloop

HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
AFTER: Final = re.compile(rb"lastEventId=(\d+)")
NAMED: Final = re.compile(rb"/v1/feeds/([0-9a-f-]+)")
"""Whose feed: in the address of a stream or page, or in the header X-Feed of an append."""
HELD: Final = re.compile(rb'"sessions_held": ?(\d+)')
SIZE: Final = 700
"""Bytes of a message, about those of one of ours."""
OPEN: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
PAGE: Final = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b"
CREATED: Final = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


class Feed:
    """The streams of one feed that are open, and how many entries it had."""

    def __init__(self) -> None:
        self.streams: set[Any] = set()
        self.entries = 0

    def publish(self, held: bytes) -> None:
        """Write an entry to every stream."""
        self.entries += 1
        data = (b'{"held":%b}' % held).ljust(SIZE)
        message = b"event: peer\ndata: %b\nid: %d\n\n" % (data, self.entries)
        chunk = b"%x\r\n%b\r\n" % (len(message), message)
        for stream in self.streams:
            stream.write(chunk)

    def page(self, after: int) -> bytes:
        """Return the last entry, if it is later than one."""
        found = b'[{"id":"%d"}]' % self.entries if self.entries > after else b"[]"
        return PAGE % (len(found), found)


class Door(asyncio.Protocol):
    """One connection: a stream, or requests one after the other."""

    feeds: Final[defaultdict[bytes, Feed]] = defaultdict(Feed)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for what is asked."""
        self.transport: Any = transport
        self.asked = b""

    def data_received(self, data: bytes) -> None:
        """Answer once a request is whole."""
        self.asked += data
        end = self.asked.find(HEAD_END)
        if end < 0:
            return
        length = LENGTH.search(self.asked, 0, end + 2)
        if len(self.asked) < end + len(HEAD_END) + (int(length[1]) if length else 0):
            return
        asked, self.asked = self.asked, b""
        named = NAMED.search(asked)
        feed = self.feeds[named[1] if named else b""]
        if asked.startswith(b"POST"):
            held = HELD.search(asked)
            feed.publish(held[1] if held else b"0")
            self.transport.write(CREATED)
        elif b"/stream" in asked[:end]:
            self.transport.write(OPEN)
            feed.streams.add(self.transport)
        else:
            after = AFTER.search(asked)
            self.transport.write(feed.page(int(after[1]) if after else 0))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a stream."""
        for feed in self.feeds.values():
            feed.streams.discard(self.transport)


async def serve(port: int) -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Door, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
