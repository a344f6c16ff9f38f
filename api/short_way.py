"""The short way of what is asked most often: a few events, proposed to a stream that is at hand.

A request that is as usual in every respect is answered by one coroutine, without the framework's
routing and dependencies, which take longer than all that is done on them, and without a thread.
Whatever is not as usual goes the route's own way from its beginning, and every refusal is told
there: so nothing is answered here that the route would not answer (docs/adr/0006).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.callers import Signature, ensure_writer, introduced, signed
from api.dependencies import Services
from api.preconditions import command_in, etag, version_in
from api.problems import Problem
from api.routes.collections import Collection
from api.strictness import is_json
from api.tokens import TokenRefused
from api.writing import Desk, entries_of, receipt_json, status_of
from application.at_hand import AtHand
from application.ledger import Conflict, NotAtHand, Receipt
from domain.kernel import Refused
from domain.record import StreamId

BODY_MOST: Final = 16_000
"""Bytes that a coroutine reads and decides on while all others wait."""
EVENTS_MOST: Final = 8
Said = Mapping[bytes, str]
"""The headers of a request that says none of them twice."""
LENGTH: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
BEARER: Final = "Bearer "
ELSEWHERE: Final = (NotAtHand, Problem, Refused, Conflict, TokenRefused)
"""What is told on the route's own way, where everything is read anew. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Way:
    """A collection, and the route by which events are proposed to one of its streams.

    ``form`` is the one on which the route takes them.
    """

    collection: Collection
    route: APIRoute
    key: re.Pattern[str]
    form: type[BaseModel]

    def said(self, body: bytes) -> Any:
        """Return a body as the route reads it; raise `NotAtHand` for what is not to be taken.

        What orjson reads otherwise than the route (a number of more than 64 bits) no form takes.
        """
        try:
            said: Any = self.form.__pydantic_validator__.validate_python(orjson.loads(body))
        except (ValueError, RecursionError):  # a `ValidationError` is a ValueError
            raise NotAtHand from None
        if len(said.events) > EVENTS_MOST:
            raise NotAtHand
        return said


def ways_to(app: FastAPI, collections: Iterable[Collection]) -> Mapping[str, Way]:
    """Return the way to each collection's streams, by the address of the collection."""
    routes = {
        route.path: route
        for route in app.routes
        if isinstance(route, APIRoute) and "POST" in (route.methods or ())
    }
    return {one.path: _way(one, routes[f"{one.path}/{{{one.key}}}/events"]) for one in collections}


def _way(collection: Collection, route: APIRoute) -> Way:
    form = route.body_field and route.body_field.field_info.annotation
    if not (isinstance(form, type) and issubclass(form, BaseModel)):
        raise TypeError(route.path)
    return Way(collection, route, re.compile(collection.pattern, re.ASCII), form)


class ShortWay:
    """Stands before the routes of an app, and does what is usual itself."""

    def __init__(self, app: ASGIApp, ways: Mapping[str, Way]) -> None:
        self.app, self.ways = app, ways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it go on as it came."""
        found = self._way(scope) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        way, key, headers = found
        come = Come(receive)
        body = await come.body()
        response = None
        try:
            if body is not None:
                response = await self._answer(way, key, headers, scope, body)
        except ELSEWHERE:
            response = None
        if response is None:
            await self.app(scope, come.again, send)
        else:
            scope["route"] = way.route
            await response(scope, receive, send)

    def _way(self, scope: Scope) -> tuple[Way, str, Said] | None:
        """Return a request's way, its key and its headers; `None` for whatever is not usual."""
        place, _, last = scope["path"].rpartition("/")
        if last != "events" or scope["method"] != "POST" or scope["query_string"]:
            return None
        path, _, key = place.rpartition("/")
        way = self.ways.get(path)
        if way is None or scope.get("root_path") or not way.key.fullmatch(key):
            return None
        headers = {name: said.decode("latin-1") for name, said in scope["headers"]}
        length = headers.get(b"content-length", "")
        if len(headers) != len(scope["headers"]) or not LENGTH.fullmatch(length):
            return None  # a header said twice, or a body of unknown length
        usual = int(length) <= BODY_MOST and is_json(headers.get(b"content-type", ""))
        return (way, key, headers) if usual else None

    async def _answer(
        self, way: Way, key: str, headers: Said, scope: Scope, body: bytes
    ) -> ASGIApp:
        """Record what was proposed; raise one of `ELSEWHERE` for whatever is not usual."""
        services: Services = scope["app"].state.services
        signature = _signature(services, headers, scope, body)
        version = version_in(headers.get(b"if-match"))
        said = way.said(body)
        stream = way.collection.id_of(key)
        desk = Desk(services, signature, AtHand(services.ledger, stream))
        try:
            receipt = await desk.submit(entries_of(stream, said.events), version, said.expected)
        except ELSEWHERE:
            raise
        except Exception as told:  # noqa: BLE001  # the write was tried: nothing is done again
            scope["route"] = way.route  # for the log, also of a bug
            return _told(Request(scope), told)
        return _response(receipt, stream, {way.collection.key: key})


@dataclass(slots=True)
class Answer:
    """An answer in JSON, with the version that it tells of."""

    status: int
    version: int
    body: bytes

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        """Send it."""
        headers = [
            (b"etag", etag(self.version).encode("ascii")),
            (b"content-length", b"%d" % len(self.body)),
            (b"content-type", b"application/json"),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class Come:
    """What has come of a request, for whoever has to read it again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []
        self._failed: HTTPException | None = None

    async def body(self) -> bytes | None:
        """Return the whole body; `None` where it did not come, or not as it should."""
        parts = []
        while True:
            try:
                message = await self._receive()
            except HTTPException as error:  # too much, or too slow: the app says so
                self._failed = error
                return None
            self._messages.append(message)
            if message["type"] != "http.request":
                return None
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(parts)

    async def again(self) -> Message:
        """Receive what has come, and then what comes."""
        if self._messages:
            return self._messages.pop(0)
        if self._failed:
            raise self._failed
        return await self._receive()


def _signature(services: Services, headers: Said, scope: Scope, body: bytes) -> Signature:
    bearer = headers.get(b"authorization", "")
    if not bearer.startswith(BEARER):
        raise TokenRefused
    caller = introduced(scope, services.caller_of(bearer.removeprefix(BEARER)))
    repeated = headers.get(b"idempotency-key")
    command = None
    if repeated is not None:
        command = command_in(services, repeated, f"POST {scope['path']}", body)
    return signed(
        scope,
        ensure_writer(caller),
        command,
        headers.get(b"x-on-behalf-of"),
        headers.get(b"x-purpose"),
    )


def _told(request: Request, told: Exception) -> Response:
    """Answer with what the app says to this; raise what it does not know."""
    handlers = request.app.exception_handlers
    known = [handlers.get(kind) for kind in type(told).__mro__ if kind is not Exception]
    handler = next(filter(None, known), None)
    if handler is None:
        raise told
    response: Response = handler(request, told)
    return response


def _response(receipt: Receipt, stream: StreamId, key: dict[str, str]) -> Answer:
    content = orjson.dumps(receipt_json(receipt, stream) | key)
    return Answer(status_of(receipt), receipt.versions[stream], content)
