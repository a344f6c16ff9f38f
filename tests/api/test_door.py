"""The door alone: how long it waits for a body, and what every answer bears."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.exceptions import HTTPException

from api.door import HEADERS, TRACE_ID, Door
from api.measures import Measures

APP = SimpleNamespace(state=SimpleNamespace(services=SimpleNamespace(language="id")))
"""All that an answer of the door asks of the app."""
WHOLE = {"type": "http.request", "body": b"{}", "more_body": False}


@pytest.fixture(scope="module")
def on_loop():
    with start_blocking_portal() as portal:
        yield portal


class House:
    """An app that reads a body, and tells what became of it."""

    def __init__(self, *headers) -> None:
        self.headers, self.read, self.sent = list(headers), [], []
        self.door = Door(self, lambda: "trace-1", Measures())

    async def __call__(self, _, receive, send) -> None:
        try:
            self.read.append(await receive())
        except HTTPException as error:
            self.read.append(error)
        except asyncio.CancelledError as error:
            self.read.append(error)
            raise
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})

    async def visit(self, receive, method="GET"):
        scope = {"type": "http", "method": method, "path": "/livez", "headers": [], "app": APP}

        async def send(message):
            self.sent.append(message)

        await self.door(scope, receive, send)


async def there():
    return WHOLE


async def later():
    for _ in range(3):
        await asyncio.sleep(0)
    return WHOLE


async def never():
    await asyncio.Event().wait()


async def broken():
    await asyncio.sleep(0)
    raise HTTPException(418)


@pytest.mark.parametrize("receive", [there, later])
def test_a_body_is_read_whether_it_has_to_be_waited_for_or_not(on_loop, receive):
    house = House()
    on_loop.call(house.visit, receive)
    assert house.read == [WHOLE]


@pytest.mark.parametrize(("receive", "status"), [(never, 408), (broken, 418)])
def test_what_goes_wrong_while_a_body_is_waited_for_is_heard(on_loop, monkeypatch, receive, status):
    monkeypatch.setattr("api.door.CHUNK_SECONDS", 0.02)
    house = House()
    on_loop.call(house.visit, receive)
    assert [error.status_code for error in house.read] == [status]


def test_whoever_is_called_away_while_a_body_is_waited_for_goes(on_loop):
    house, waiting, gone = House(), asyncio.Event(), []

    async def call_away():
        async def receive():
            waiting.set()
            try:
                await never()
            except BaseException as error:
                gone.append(type(error))
                raise

        visit = asyncio.create_task(house.visit(receive))
        await waiting.wait()
        visit.cancel()
        await asyncio.wait([visit])
        return visit.cancelled()

    assert on_loop.call(call_away)
    assert [*gone, *map(type, house.read)] == [asyncio.CancelledError] * 2
    assert house.door.places.inside == 0


@pytest.mark.parametrize(
    ("method", "code"), [("POST", "append.outcome_unknown"), ("GET", "service.unavailable")]
)
def test_whom_the_end_of_the_service_cuts_short_hears_that_it_is_unknown(on_loop, method, code):
    house = House()

    async def call_away():
        visit = asyncio.create_task(house.visit(never, method))
        await asyncio.sleep(0)
        visit.cancel()
        await asyncio.wait([visit])
        return visit.cancelled()

    assert on_loop.call(call_away)
    start, body = house.sent
    assert start["status"] == 503
    assert (b"retry-after", b"1") in start["headers"]
    assert json.loads(body["body"])["code"] == code


def test_every_answer_bears_our_headers_and_what_a_route_said_stands(on_loop):
    house = House((b"cache-control", b"max-age=60"), (TRACE_ID, b"another"), (b"etag", b'"1"'))
    on_loop.call(house.visit, there)
    (start,) = house.sent
    ours = [one for one in HEADERS if one[0] != b"cache-control"]
    said = [(b"cache-control", b"max-age=60"), (b"etag", b'"1"')]
    assert start["headers"] == [*said, *ours, (TRACE_ID, b"trace-1")]
