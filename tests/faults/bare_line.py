"""One connection to the service that sends bytes as they are, whatever HTTP thinks of them."""

import asyncio
import contextlib
import re
from dataclasses import dataclass

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
CLOSING = re.compile(rb"(?i)\r\nconnection: *close")
HEAD_END = b"\r\n\r\n"
PATIENCE_SECONDS = 120.0
"""The campaign runs beside other work, and a whole export is answered at its own pace."""
BODILESS = frozenset({204, 304})


class Silent(Exception):
    """No whole answer came."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        found = re.search(rb"(?i)\r\n%b: *([^\r]*)" % name.encode(), self.head)
        return found[1].decode("latin-1") if found else ""


class BareLine:
    """Sends and waits for the answer; opened anew whenever the service or we have closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def exchange(self, sent: bytes, *, bodiless: bool = False) -> Answer:
        """Send a request, return its answer; raise `Silent`."""
        fresh = self._writer is None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._exchange(sent, bodiless=bodiless)
        except TimeoutError:
            await self.close()
            raise Silent("no answer in time") from None
        except (OSError, EOFError) as error:
            await self.close()
            if not fresh:  # it had been idle, and was closed
                return await self.exchange(sent, bodiless=bodiless)
            raise Silent(type(error).__name__) from None

    async def _exchange(self, sent: bytes, *, bodiless: bool) -> Answer:
        reader, writer = await self._opened()
        writer.write(sent)
        head = await reader.readuntil(HEAD_END)
        status = int(head[9:12])
        while status == 100:
            head = await reader.readuntil(HEAD_END)
            status = int(head[9:12])
        body = b"" if bodiless or status in BODILESS else await _body(reader, head)
        if CLOSING.search(head) or status in {400, 413}:  # what follows may be misread
            await self.close()
        return Answer(status, head, body)

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self._port, limit=2**20
            )
        return self._reader, self._writer

    async def close(self) -> None:
        """Hang up."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if CHUNKED.search(head):
        found = b""
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            found += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
        return found
    length = LENGTH.search(head)
    return await reader.readexactly(int(length[1])) if length else await reader.read()
