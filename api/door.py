"""The door of the service: an id, a limit and a log line for every request.

No answer leaves without the headers that keep it where it belongs, and a bug is answered here and
logged without its words.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from traceback import extract_tb
from types import coroutine
from typing import Any, Final, TypeVar

import structlog
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.measures import Measures
from api.problems import of_bug, of_full, of_outcome_unknown, of_overloaded
from api.readings import READ, must_be_recorded
from application.ledger import OutcomeUnknown, Overloaded

T = TypeVar("T")

BODY_MOST: Final = 1_000_000
EVIDENCE_MOST: Final = 10_000_000
INSIDE_MOST: Final = 512
"""Requests that are inside at once, forty of them at work. Whoever comes then is told so at the
door, and memory does not grow."""
WAITING_MOST: Final = 4_096
"""Requests that wait for something to happen: they hold a connection, and nothing else."""
UNROUTED: Final = "-"
HEALTH: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked by whoever has to know that the house is full."""
CHUNK_SECONDS: Final = 20.0
"""How long the next part of a body may take: a weak network, and not somebody who holds a place."""
BODY_SECONDS: Final = 300.0
TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-.*")
TRACE_ID: Final = b"x-trace-id"
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""What an answer says unless a route said otherwise, as it is sent."""
NAMES: Final = frozenset({TRACE_ID, *(name for name, _ in HEADERS)})
"""Names of headers that an answer of our own may bear, and a route's seldom does."""

log = structlog.get_logger()


@dataclass(slots=True)
class Places:
    """How many requests are inside, and how many of them only wait."""

    inside: int = 0
    waiting: int = 0


@dataclass(slots=True)
class Place:
    """The place of one request: given up while it waits for something to happen."""

    places: Places
    waits: bool = False

    def wait(self) -> None:
        """Make room for others from now on; raise `Overloaded` where too many wait already."""
        if self.waits:
            return
        if self.places.waiting >= WAITING_MOST:
            raise Overloaded
        self.waits = True
        self.places.inside -= 1
        self.places.waiting += 1

    def leave(self) -> None:
        """Go out."""
        if self.waits:
            self.places.waiting -= 1
        else:
            self.places.inside -= 1


@dataclass(slots=True)
class Passage:
    """One request on its way through the door."""

    scope: Scope
    receive: Receive
    send: Send
    most: int
    trace_id: str
    began: float
    status: int | None = None
    read: int = 0
    whole: bool = False

    async def limited(self) -> Message:
        """Receive, up to the limit, as long as something comes."""
        if self.whole:
            return await self.receive()
        coming = self.receive().__await__()
        try:
            waits_for = next(coming)
        except StopIteration as come:  # it was there: most bodies come with their headers
            message: Message = come.value
        else:
            message = await self._in_time(goes_on(coming, waits_for))
        self.whole = not message.get("more_body", False)
        self.read += len(message.get("body", b""))
        if self.read > self.most:
            raise HTTPException(413)
        return message

    async def _in_time(self, coming: Awaitable[Message]) -> Message:
        left = BODY_SECONDS - (perf_counter() - self.began)
        try:
            async with asyncio.timeout(min(CHUNK_SECONDS, left)):
                return await coming
        except TimeoutError:
            raise HTTPException(408) from None

    async def noted(self, message: Message) -> None:
        """Send, with the headers that every answer bears."""
        if message["type"] == "http.response.start":
            self._ensure_recorded(message["status"])
            self.status = message["status"]
            message["headers"] = self._with_ours(message.get("headers", ()))
        await self.send(message)

    def _with_ours(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return what an answer says, and what every answer bears; ASGI has names in lower case."""
        said = [*headers]
        names = {name for name, _ in said}
        if TRACE_ID in names:
            said = [one for one in said if one[0] != TRACE_ID]
        said += (
            HEADERS if names.isdisjoint(NAMES) else [one for one in HEADERS if one[0] not in names]
        )
        said.append((TRACE_ID, self.trace_id.encode("latin-1")))
        return said

    def _ensure_recorded(self, status: int) -> None:
        """Let no answer out that may show somebody and was not handed to its `Reading`."""
        method = self.scope["method"]
        if method not in READ or not 200 <= status < 300:  # noqa: PLR2004
            return
        template = self.template
        if template == UNROUTED:  # the framework's own address, of a route that is not in the scope
            template = self.scope["path"]
        if must_be_recorded(method, template) and not self.scope["state"].get("read"):
            raise RuntimeError(f"{self.template} showed what it did not record")

    @property
    def template(self) -> str:
        """Return the address as the route writes it: never what was sent in its place."""
        route = self.scope.get("route")
        return str(getattr(route, "path_format", None) or getattr(route, "path", UNROUTED))


class Door:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str], measures: Measures) -> None:
        self.app, self.new_id, self.measures = app, new_id, measures
        self.places = Places()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, state = perf_counter(), scope.setdefault("state", {})
        trace_id = state["trace_id"] = traced(scope) or self.new_id()
        most = EVIDENCE_MOST if scope["path"] == "/v1/evidence" else BODY_MOST
        passage = Passage(scope, receive, send, most, trace_id, began)
        place = state["place"] = Place(self.places)
        self.places.inside += 1
        try:
            if self.places.inside > INSIDE_MOST and scope["path"] not in HEALTH:
                full = of_overloaded(Request(scope), Overloaded())
                await full(scope, receive, passage.noted)
            else:
                await self.app(scope, passage.limited, passage.noted)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is answered and logged
            await self._answer_bug(passage, error)
        except asyncio.CancelledError:  # the service ends, and this took longer than it waits for
            await _answer_undone(passage)
            raise
        finally:
            place.leave()
            self._note(passage)

    @cached_property
    def _log(self) -> Any:
        """Return the log: bound once, where it would be looked up for each request's line."""
        return log.bind()

    async def _answer_bug(self, passage: Passage, error: Exception) -> None:
        frames = [f"{frame.name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-6:]]
        log.error("bug", trace_id=passage.trace_id, error=type(error).__name__, frames=frames)
        if passage.status is None:
            response = of_bug(Request(passage.scope), error)
            await response(passage.scope, passage.receive, passage.noted)

    def _note(self, passage: Passage) -> None:
        scope, seconds = passage.scope, perf_counter() - passage.began
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        status, route = passage.status or 0, passage.template
        self.measures.note(method, route, status, seconds)
        self._log.info(
            "request",
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1_000, 1),
            trace_id=passage.trace_id,
            actor=scope["state"].get("actor"),
        )


async def _answer_undone(passage: Passage) -> None:
    """Say of what is under way, where nothing was said yet, that nobody knows how it will end."""
    if passage.status is None:
        told = of_full if passage.scope["method"] in READ else of_outcome_unknown
        response = told(Request(passage.scope), OutcomeUnknown())
        await response(passage.scope, passage.receive, passage.noted)


def traced(scope: Scope) -> str | None:
    """Return the id of the exchange that a request says it is part of (W3C Trace Context)."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            found = TRACEPARENT.fullmatch(value)
            return found[1].decode("ascii") if found else None
    return None


@coroutine
def goes_on(begun: Generator[Any, Any, T], waits_for: Any) -> Generator[Any, Any, T]:
    """Go on with what has begun and waits, as its own `await` would.

    Begun before a timeout is set, it spares most requests that: 5 of some 300 microseconds.
    """
    while True:
        try:
            try:
                sent = yield waits_for
            except BaseException as thrown:  # noqa: BLE001  # a cancellation, as a rule
                waits_for = begun.throw(thrown)
            else:
                waits_for = begun.send(sent)
        except StopIteration as come:
            ended: T = come.value
            return ended


METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
