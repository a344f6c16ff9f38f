"""/v1/subscriptions: an agency has its feeds sent to it, sees how that goes, and mends it itself.

Entries are sent one by one in the order of the feed, as Standard Webhooks. What a receiver would
not take lies among its dead letters until the agency sends it once more or throws it away; only a
withdrawal takes the place of those before it by itself.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.agency_callers import AGENCY
from api.callers import Known
from api.cursors import cursor_after, key_from
from api.dependencies import Services, WithServices
from api.feeds_told import is_told
from api.lists import PAGE, PAGE_MOST
from api.openapi import problem
from api.problems import Problem, not_found
from api.readings import PERSONS, WithReading
from api.routes.collections import STRICT
from api.subscription_answers import (
    NOT_NOW,
    REFUSED,
    Cause,
    CountAnswer,
    DeadLetterList,
    DeliveryAnswer,
    DeliveryList,
    LettersForm,
    OpenedAnswer,
    RotationForm,
    SubscriptionAnswer,
    SubscriptionForm,
    SubscriptionList,
    delivery_answer,
    letters_answer,
    opened_answer,
    subscription_answer,
)
from api.tokens import Role
from application.feeds import Audience
from application.webhooks import (
    AddressRefused,
    AlreadySent,
    Disabled,
    NoSuchSubscription,
    Opened,
    Subscription,
    TooMany,
    TooSoon,
)
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Words

PATH: Final = "/v1/subscriptions"
ONE: Final = f"{PATH}/{{subscription_id}}"
LETTERS: Final = f"{ONE}/dead-letters"
LETTER_SHOWS: Final = ("type",)
"""What a dead letter says of somebody: by which event their record changed."""
NOT_AN_AGENCY: Final[Words] = (
    "webhook milik instansi mitra; hanya peran instansi",
    "webhooks belong to partner agencies; only the role agency",
)
ALREADY_SENT: Final[Words] = (
    "umpan ini sudah dikirim ke alamat itu; pakai langganan yang ada, atau ganti rahasianya",
    "this feed is sent to that address already; use that subscription, or rotate its secret",
)
TOO_MANY: Final[Words] = (
    "sudah terlalu banyak langganan untuk kerja sama ini; hapus yang tidak dipakai",
    "there are too many subscriptions under this agreement; remove those that are not used",
)
DISABLED: Final[Words] = (
    "langganan ini sudah dimatikan dan tidak dapat dipakai lagi; buat yang baru",
    "this subscription is disabled for good; make a new one",
)
TOO_SOON: Final[Words] = (
    "peristiwa uji baru saja dikirim beberapa kali; coba lagi semenit lagi",
    "several test events were sent a moment ago; try again in a minute",
)
BEYOND: Final[Words] = (
    "entri itu belum ada di umpan ini",
    "there is no such entry in this feed yet",
)
router = APIRouter(tags=["webhooks"])


async def agency_of(caller: Known) -> str:
    """Return whose subscriptions are meant: those of the caller's own agency, and no other's."""
    if caller.role is not Role.AGENCY:
        raise Problem(403, "access.agencies_only", NOT_AN_AGENCY)
    if caller.agency is None or not re.fullmatch(AGENCY.regex, caller.agency):
        raise not_found()
    return caller.agency


async def key_of(
    subscription_id: Annotated[
        str, Path(description="The subscription's id.", examples=[EXAMPLE_ID], max_length=64)
    ],
) -> str:
    """Return the id of a subscription; 404 for what cannot be one."""
    if not re.fullmatch(UUID, subscription_id, re.ASCII):
        raise not_found()
    return subscription_id


WithAgency = Annotated[str, Depends(agency_of)]
Key = Annotated[str, Depends(key_of)]


@contextmanager
def as_problems() -> Iterator[None]:
    """Say what webhooks refuse in the house's way."""
    try:
        yield
    except NoSuchSubscription:
        raise not_found() from None
    except Disabled:
        raise Problem(409, "subscription.disabled", DISABLED) from None
    except TooSoon:
        retry = {"Retry-After": "60"}
        raise Problem(429, "subscription.too_soon", TOO_SOON, headers=retry) from None
    except TooMany:
        raise Problem(409, "subscription.too_many", TOO_MANY) from None
    except AlreadySent as there:
        more = {"subscription": there.subscription}
        raise Problem(409, "subscription.exists", ALREADY_SENT, more=more) from None
    except AddressRefused as refused:
        code, words = f"subscription.url_{refused.code}", REFUSED.get(refused.code, NOT_NOW)
        raise Problem(422, code, words, errors=[("/url", code, words)]) from None


@router.post(PATH, status_code=201, dependencies=STRICT)
async def subscribe(
    services: WithServices,
    caller: Known,
    agency: WithAgency,
    body: SubscriptionForm,
    response: Response,
) -> OpenedAnswer:
    """Have a feed sent to an address, from its first entry or after one that was read already.

    The answer holds the secret, this once. The address is looked at now and at every attempt.
    """
    audience = Audience(agreement=body.agreement, agency=agency)

    def open_it() -> Opened:
        with as_problems():
            return services.webhooks.open(audience, body.url, caller.id, body.after)

    await run_in_threadpool(ensure_there, services, audience, body.after)
    with as_problems():
        await services.webhooks.ensure_address(body.url)
    opened = await run_in_threadpool(open_it)
    response.headers["Location"] = f"{PATH}/{opened.subscription.id}"
    return opened_answer(opened.subscription, opened.secret, told=True)


def ensure_there(services: Services, audience: Audience, after: int) -> None:
    """Refuse a feed that the agency cannot read (404), and an entry that is not there yet."""
    head = services.feeds.after(audience, after, 1).head
    if after > head:
        code = "subscription.beyond"
        raise Problem(422, code, BEYOND, errors=[("/after", code, BEYOND)])


@router.get(PATH, dependencies=STRICT)
def list_subscriptions(services: WithServices, agency: WithAgency) -> SubscriptionList:
    """Return the agency's webhooks, the oldest first, also those that are disabled."""
    found = services.webhooks.of(agency)
    return SubscriptionList(items=[shown(services, one) for one in found])


def shown(services: Services, one: Subscription) -> SubscriptionAnswer:
    """Return a webhook as its agency sees it now."""
    return subscription_answer(one, told=is_told(services, one))


@router.get(ONE, dependencies=STRICT)
def read_subscription(
    subscription: Key, services: WithServices, agency: WithAgency
) -> SubscriptionAnswer:
    """Return one webhook: how far it is, and how it goes."""
    return shown(services, one_of(services, agency, subscription))


def one_of(services: Services, agency: str, subscription: str) -> Subscription:
    """Return an agency's own webhook; 404 for another's."""
    with as_problems():
        return services.webhooks.one(agency, subscription)


@router.delete(ONE, dependencies=STRICT)
def remove(
    subscription: Key, services: WithServices, caller: Known, agency: WithAgency
) -> SubscriptionAnswer:
    """Send nothing to it any more, for good. Its log and its dead letters can still be read."""
    with as_problems():
        return shown(services, services.webhooks.disable(agency, subscription, caller.id))


@router.post(f"{ONE}/pause", dependencies=STRICT)
def pause(
    subscription: Key, services: WithServices, caller: Known, agency: WithAgency
) -> SubscriptionAnswer:
    """Send nothing until it is resumed; nothing is lost meanwhile."""
    with as_problems():
        return shown(services, services.webhooks.pause(agency, subscription, caller.id))


@router.post(f"{ONE}/resume", dependencies=STRICT)
def resume(
    subscription: Key, services: WithServices, caller: Known, agency: WithAgency
) -> SubscriptionAnswer:
    """Go on where it stood; one that waits for its next attempt tries at once."""
    with as_problems():
        return shown(services, services.webhooks.resume(agency, subscription, caller.id))


@router.post(f"{ONE}/secret", status_code=201, dependencies=STRICT)
def rotate(
    subscription: Key,
    services: WithServices,
    caller: Known,
    agency: WithAgency,
    body: RotationForm | None = None,
) -> OpenedAnswer:
    """Sign with a new secret, told this once; those before it sign too for some hours.

    Without a body: for as many as is usual.
    """
    overlap = timedelta(hours=(body or RotationForm()).overlap_hours)
    with as_problems():
        opened = services.webhooks.rotate(agency, subscription, caller.id, overlap)
    told = is_told(services, opened.subscription)
    return opened_answer(opened.subscription, opened.secret, told=told)


@router.post(f"{ONE}/test", dependencies=STRICT, responses={429: problem("429")})
async def send_test(
    subscription: Key, services: WithServices, caller: Known, agency: WithAgency
) -> DeliveryAnswer:
    """Send an event of type `jejak.test`, about nobody, and return what came of it."""
    with as_problems():
        sent = await services.webhooks.test(agency, subscription, caller.id)
    return delivery_answer(sent, told=True)  # a test is of no entry


@router.get(f"{ONE}/deliveries", dependencies=STRICT)
def read_log(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    response: Response,
    subscription: Key,
    services: WithServices,
    agency: WithAgency,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
) -> DeliveryList:
    """Return every attempt and every change, the newest first.

    Of a feed that is told no more: without the entries.
    """
    before = number_from(cursor, {"log": subscription})
    with as_problems():
        found = services.webhooks.deliveries(agency, subscription, before, limit + 1)
    told = is_told(services, one_of(services, agency, subscription))
    if len(found) > limit:
        link_next(
            request, response, cursor_after(str(found[limit - 1].number), {"log": subscription})
        )
    return DeliveryList(items=[delivery_answer(one, told=told) for one in found[:limit]])


@router.get(LETTERS, dependencies=STRICT)
def read_dead_letters(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    response: Response,
    subscription: Key,
    services: WithServices,
    agency: WithAgency,
    reading: WithReading,
    cause: Annotated[Cause | None, Query(description="Only those of this cause.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
) -> DeadLetterList:
    """Return what the receiver would not take and what waits behind it, in the feed's order.

    Of a feed that is told no more: only how many there are of each cause.
    """
    question = {"letters": subscription, "cause": cause}
    after = number_from(cursor, question) or 0
    with as_problems():
        causes = services.webhooks.causes(agency, subscription)
        found = services.webhooks.dead_letters(agency, subscription, cause, after, limit + 1)
    one = one_of(services, agency, subscription)
    if not is_told(services, one):
        found = ()
    if len(found) > limit:
        link_next(request, response, cursor_after(str(found[limit - 1].entry), question))
    letters = found[:limit]
    whom = {letter.stream for letter in letters if letter.stream.partition(":")[0] in PERSONS}
    if whom:
        agreement = one.audience.agreement
        record = reading.record(whom, LETTER_SHOWS, len(letters), agreement=agreement)
        services.access.record(record)
    reading.of_nobody()  # or of whom was just recorded
    return letters_answer(letters, causes)


@router.post(f"{LETTERS}/replay", dependencies=STRICT)
def replay(
    subscription: Key,
    services: WithServices,
    caller: Known,
    agency: WithAgency,
    body: LettersForm,
) -> CountAnswer:
    """Send dead letters once more, the oldest of each subject first; what waits follows."""
    with as_problems():
        count = services.webhooks.replay(
            agency, subscription, caller.id, cause=body.cause, entries=body.entries
        )
    return CountAnswer(count=count)


@router.post(f"{LETTERS}/discard", dependencies=STRICT)
def discard(
    subscription: Key,
    services: WithServices,
    caller: Known,
    agency: WithAgency,
    body: LettersForm,
) -> CountAnswer:
    """Throw dead letters away; what waited behind them is sent. The feed still has them."""
    with as_problems():
        count = services.webhooks.discard(
            agency, subscription, caller.id, cause=body.cause, entries=body.entries
        )
    return CountAnswer(count=count)


def number_from(cursor: str | None, question: dict[str, str | None]) -> int | None:
    """Return the number that a cursor names."""
    key = key_from(cursor, question)
    return int(key) if key is not None and re.fullmatch(r"[0-9]{1,16}", key, re.ASCII) else None


def link_next(request: Request, response: Response, cursor: str) -> None:
    """Say where the list goes on."""
    query = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
    more = urlencode([*query, ("cursor", cursor)])
    response.headers["Link"] = f'<{request.url.path}?{more}>; rel="next"'
