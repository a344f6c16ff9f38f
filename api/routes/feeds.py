"""/v1/feeds: what an agreement lets its parties see, as it changes; replayed from any position.

HTTP Feeds (http-feeds.org) with CloudEvents 1.0: a page of entries after one, a wait where there is
none yet, and the same as server-sent events. Who waits holds no thread.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials

from api.agency_callers import WithEyes
from api.callers import BEARER
from api.deliveries import Deliveries, News, heard
from api.delivery import PACKED_FROM, Delivery, record_of
from api.dependencies import WithServices
from api.feed_positions import SeenPosition
from api.feed_streams import FeedStream, Subscription
from api.problems import Problem
from api.readings import WithReading
from api.routes.collections import STRICT
from api.tokens import TokenRefused
from application.access import AccessRecord
from application.cloud_events import BATCH_MEDIA_TYPE
from domain.kernel import Json, Words

ENTRIES_MOST: Final = 1_000
WAIT_MOST: Final = 30_000
"""Milliseconds that a request may wait for news: longer ones are answered then, as others are."""
ENTRY: Final = re.compile(r"[0-9]{1,16}", re.ASCII)
NOT_AN_ENTRY: Final[Words] = (
    "harus id entri yang terakhir dibaca: 1 sampai 16 angka, atau kosong untuk mulai dari awal",
    "must be the id of the entry read last: 1 to 16 digits, or nothing to begin at the start",
)
EVENT: Final[Json] = {
    "type": "object",
    "description": "A CloudEvent 1.0; `data` as `dataschema` says, or none.",
    "required": ["specversion", "id", "source", "type", "subject", "time"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "description": "The place in the feed, growing by one."},
        "source": {"type": "string"},
        "type": {"type": "string", "examples": ["skill_training.completed.upsert"]},
        "subject": {"type": "string", "description": "A pseudonym, the same in one agreement."},
        "time": {"type": "string", "format": "date-time"},
        "method": {"const": "DELETE", "description": "Of `withdrawn`: the subject is gone."},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string"},
        "data": {"type": "object"},
    },
}
PAGES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Entries in order; an empty list where there is none yet.",
        "content": {BATCH_MEDIA_TYPE: {"schema": {"type": "array", "items": EVENT}}},
    },
    304: {"description": "Just what `If-None-Match` names: it is not delivered again."},
}
STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "`id`, `event` (the type) and `data` (a CloudEvent) of each entry.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
}
router = APIRouter(tags=["feeds"])
FEED: Final = "/v1/feeds/{agreement_id}"
"""Its key is read by `api.agency_callers.eyes_of`."""

LastEventId = Annotated[
    str | None,
    Query(alias="lastEventId", description="The id of the entry read last.", examples=["41"]),
]


def deliveries_of(request: Request) -> Deliveries:
    """Return the deliveries of this process."""
    deliveries: Deliveries = request.app.state.deliveries
    return deliveries


async def token_of(
    said: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> str:
    """Return the token itself, to be looked at again before anything leaves later."""
    if said is None:
        raise TokenRefused
    return said.credentials


def entry_from(said: str | None, pointer: str) -> int:
    """Return the id of an entry, 0 where none is said."""
    if not said:
        return 0
    if not ENTRY.fullmatch(said):
        code, name = "feed.last_event_id", pointer.rpartition("/")[2]
        words = (f"`{name}` {NOT_AN_ENTRY[0]}", f"`{name}` {NOT_AN_ENTRY[1]}")
        raise Problem(422, code, words, errors=[(pointer, code, words)])
    return int(said)


async def subscription_of(
    request: Request,
    services: WithServices,
    eyes: WithEyes,
    reading: WithReading,
    token: Annotated[str, Depends(token_of)],
) -> Subscription:
    """Return who reads which feed."""
    return Subscription(services, deliveries_of(request), eyes, reading, token)


WithSubscription = Annotated[Subscription, Depends(subscription_of)]


@dataclass(frozen=True, slots=True)
class Poll:
    """One request for the entries after one: the wait for them, and the answer."""

    request: Request
    subscription: Subscription
    after: int
    limit: int
    milliseconds: int

    async def until_news(self) -> Delivery:
        """Return the entries, as soon as there is one or the time is over."""
        said = self.subscription
        self.request.state.place.wait()
        if self.milliseconds == 0:
            return await self._take()
        async with said.deliveries.listening(said.services, said.eyes.audience) as woken:
            delivery = await self._take()
            if delivery.told.entries:
                return delivery
            gone = asyncio.create_task(_gone(self.request, woken))
            try:
                return await self._waited(delivery, woken, gone)
            finally:
                gone.cancel()

    async def _waited(self, delivery: Delivery, woken: News, gone: asyncio.Task[None]) -> Delivery:
        clock = asyncio.get_running_loop().time
        until = clock() + self.milliseconds / 1_000
        while await heard(woken, until - clock()):
            if woken.over or gone.done():
                break
            woken.clear()
            delivery = await self._take()
            if delivery.told.entries:
                break
        return delivery

    async def _take(self) -> Delivery:
        said = self.subscription
        audience = said.eyes.audience
        return await said.deliveries.take(
            said.services, audience, self.after, self.limit, self._sign
        )

    def _sign(self, delivery: Delivery) -> AccessRecord | None:
        """Return the record of what is sent: nothing to who has just that, or asks by HEAD."""
        said = self.subscription
        said.ensure_may_read(delivery)
        if self._has(delivery.etag):
            return None
        if self._packs(delivery):
            _ = delivery.packed  # here, in a thread
        return None if self._bare else record_of(said.reading, said.eyes, delivery.shown)

    @property
    def _bare(self) -> bool:
        """Whether no entry is asked for, but what a page would say of itself (HEAD)."""
        return self.request.method == "HEAD"

    def _has(self, etag: str) -> bool:
        named = self.request.headers.get("if-none-match", "").split(",")
        return any(one.strip().removeprefix("W/") == etag.removeprefix("W/") for one in named)

    def _packs(self, delivery: Delivery) -> bool:
        said = self.request.headers.get("accept-encoding", "")
        return len(delivery.batch) > PACKED_FROM and takes_gzip(said)

    def answer(self, delivery: Delivery) -> Response:
        """Return a page, or that the reader has it."""
        self.subscription.reading.of_nobody()  # or recorded already, as it was taken
        headers = {
            "ETag": delivery.etag,
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization, Accept-Encoding",
            "Link": f'<{self._next(delivery)}>; rel="next"',
        }
        if self._has(delivery.etag):
            return Response(None, 304, headers)
        body = delivery.batch
        if self._packs(delivery):
            headers["Content-Encoding"], body = "gzip", delivery.packed
        if self._bare:
            headers["Content-Length"], body = str(len(body)), b""
        return Response(body, 200, headers, BATCH_MEDIA_TYPE)

    def _next(self, delivery: Delivery) -> str:
        items = self.request.query_params.multi_items()
        last = self.after if delivery.last is None else delivery.last
        kept = [(name, said) for name, said in items if name not in {"lastEventId", "after"}]
        return f"{self.request.url.path}?{urlencode([*kept, ('lastEventId', last)])}"


@router.get(
    FEED,
    response_class=Response,
    responses=PAGES,
    dependencies=[*STRICT, SeenPosition],
)
async def read_feed(
    request: Request,
    subscription: WithSubscription,
    last_event_id: LastEventId = None,
    timeout: Annotated[  # noqa: ASYNC109  # its name in HTTP Feeds
        int,
        Query(ge=0, le=2**31, description="Milliseconds to wait for news; 30,000 at most."),
    ] = 0,
    limit: Annotated[
        int, Query(ge=1, le=ENTRIES_MOST, description="At most so many entries in one answer.")
    ] = ENTRIES_MOST,
) -> Response:
    """Return the entries after one, in order; wait for them where there is none yet.

    `Link: rel="next"` is what to ask next, also where the answer is empty.
    """
    after = entry_from(last_event_id, "/query/lastEventId")
    poll = Poll(request, subscription, after, limit, min(timeout, WAIT_MOST))
    return poll.answer(await poll.until_news())


router.head(
    FEED,
    response_class=Response,
    dependencies=[*STRICT, SeenPosition],
    include_in_schema=False,  # as GET, of which it is the head (RFC 9110 section 9.3.2)
)(read_feed)


@router.get(
    f"{FEED}/stream",
    response_class=Response,
    responses=STREAM,
    dependencies=[*STRICT, SeenPosition],
)
async def stream_feed(
    request: Request,
    subscription: WithSubscription,
    last_event_id: LastEventId = None,
    came_to: Annotated[
        str | None,
        Header(alias="Last-Event-ID", description="As a client says where it came to."),
    ] = None,
) -> Response:
    """Send entries as they come, as server-sent events; a `Last-Event-ID` is gone on from."""
    after = entry_from(came_to, "/header/Last-Event-ID")
    after = after if came_to else entry_from(last_event_id, "/query/lastEventId")
    request.state.place.wait()  # a thousand readers come back at once after a restart
    first = await subscription.take(after)
    subscription.reading.of_nobody()  # or recorded already, as it was taken
    return FeedStream(subscription, after, first)


async def _gone(request: Request, woken: News) -> None:
    """Return when the client is gone, and wake whoever waits for news on its behalf."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    woken.set()


def takes_gzip(accepted: str) -> bool:
    """Say whether an Accept-Encoding takes gzip (RFC 9110 section 12.5.3)."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.strip().removeprefix("q=").strip() or "1"
    said = weights.get("gzip", weights.get("*", "0"))
    return re.fullmatch(r"0(\.0*)?", said) is None
