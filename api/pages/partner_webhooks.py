"""The webhooks of an agency on its desk: how they go, what was put aside, and what it does then."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from api.dependencies import Services, WithServices
from api.feeds_told import is_told
from api.pages import labels
from api.pages.homes import DESK
from api.pages.tongue import Tongue
from api.pages.visits import OwnForm, PageRoute, Partner
from api.problems import Problem, not_found
from api.tokens import Caller, Role
from application.feeds import Audience
from application.webhooks import (
    BEHIND,
    CauseCount,
    Delivery,
    Did,
    Disabled,
    NoSuchSubscription,
    Subscription,
    SubscriptionState,
    Why,
)
from domain.fields import UUID
from domain.kernel import Words
from domain.time import Zone

router: Final = APIRouter(route_class=PageRoute, include_in_schema=False)
LINES: Final = 20
"""Lines of a delivery log that the desk shows; the API has them all."""
STATES: Final[Mapping[SubscriptionState, Words]] = {
    SubscriptionState.ACTIVE: ("aktif", "active"),
    SubscriptionState.PAUSED: ("dijeda", "paused"),
    SubscriptionState.DISABLED: ("dimatikan", "disabled"),
}
REASONS: Final[Mapping[Why, Words]] = {
    Why.ASKED: ("atas permintaan", "on request"),
    Why.EXHAUSTED: ("penerima tidak menjawab berhari-hari", "no answer for days"),
    Why.GONE: ("penerima menjawab 410", "the receiver answered 410"),
    Why.OVER: ("tidak ada lagi yang dikirim", "there is nothing more to send"),
    Why.REMOVED: ("dihapus", "removed"),
    Why.RESTORED: (
        "buku dipulihkan dari cadangan; lanjutkan bila ini buku yang dipakai",
        "the house was restored from a backup; resume if this is the one in use",
    ),
}
DOINGS: Final[Mapping[Did, Words]] = {
    Did.ENTRY: ("entri", "entry"),
    Did.REPLAY: ("entri, dikirim ulang", "entry, sent again"),
    Did.TEST: ("uji coba", "test"),
    Did.OPENED: ("didaftarkan", "registered"),
    Did.PAUSED: ("dijeda", "paused"),
    Did.RESUMED: ("dilanjutkan", "resumed"),
    Did.ROTATED: ("rahasia diganti", "secret replaced"),
    Did.DISABLED: ("dimatikan", "disabled"),
    Did.REPLAYED: ("diminta kirim ulang", "sending again asked for"),
    Did.DISCARDED: ("dibuang", "discarded"),
    Did.SUPERSEDED: ("digantikan oleh penarikan", "replaced by a withdrawal"),
}
CAUSES: Final[Mapping[str, Words]] = {
    Why.RESTORED.value: ("dipulihkan dari cadangan", "restored from a backup"),
    BEHIND: (
        "menunggu entri sebelumnya tentang orang yang sama",
        "waits for an earlier entry about the same person",
    ),
    "timeout": ("tidak dijawab pada waktunya", "no answer in time"),
    "unreachable": ("tidak tersambung", "no connection"),
    "tls": ("sertifikat atau TLS salah", "certificate or TLS at fault"),
    "broken": ("jawaban terputus", "the answer broke off"),
}
STATUS: Final = "status_"
"""With what a cause begins that is the receiver's own answer."""
IS_DISABLED: Final[Words] = (
    "webhook ini sudah dimatikan; daftarkan yang baru",
    "this webhook is disabled; register a new one",
)


NOT_ITS_OWN: Final[Words] = (
    "webhook diatur oleh instansi pemiliknya sendiri",
    "a webhook is managed by the agency that owns it",
)


class Decision(BaseModel):
    """A button of a webhook; ``cause`` says of which dead letters, none of all."""

    decision: Literal["replay", "discard", "pause", "resume"]
    cause: str = Field("", max_length=64, pattern=r"^[a-z0-9_.-]*$")
    agreement: str = Field("", max_length=36, pattern=r"^[a-zA-Z0-9-]*$")


@router.post(f"{DESK}/webhook/{{subscription}}", dependencies=[OwnForm])
def decide(
    caller: Partner, services: WithServices, subscription: str, said: Annotated[Decision, Form()]
) -> Response:
    """Send dead letters again, throw them away, pause or resume; then go back to the desk."""
    if caller.role is not Role.AGENCY or caller.agency is None:
        raise Problem(403, "access.no_content", NOT_ITS_OWN)
    if not re.fullmatch(UUID, subscription, re.ASCII):
        raise not_found()
    try:
        done(services, caller, caller.agency, subscription, said)
    except NoSuchSubscription:
        raise not_found() from None
    except Disabled:
        raise Problem(409, "subscription.disabled", IS_DISABLED) from None
    return RedirectResponse(f"{DESK}/{said.agreement}#webhook" if said.agreement else DESK, 303)


def done(
    services: Services, caller: Caller, agency: str, subscription: str, said: Decision
) -> None:
    """Do what a button says."""
    webhooks, cause = services.webhooks, said.cause or None
    match said.decision:
        case "replay":
            webhooks.replay(agency, subscription, caller.id, cause=cause)
        case "discard":
            webhooks.discard(agency, subscription, caller.id, cause=cause)
        case "pause":
            webhooks.pause(agency, subscription, caller.id)
        case "resume":
            webhooks.resume(agency, subscription, caller.id)


def hooks_of(
    services: Services, audience: Audience, tongue: Tongue, zone: Zone
) -> Sequence[Mapping[str, Any]]:
    """Return an audience's webhooks as the desk shows them; they name nobody."""
    webhooks, agency = services.webhooks, audience.agency
    hooks = [one for one in webhooks.of(agency) if one.audience == audience]
    told = bool(hooks) and is_told(services, hooks[0])
    return [
        {
            "id": one.id,
            "url": shown_address(one.url),
            "button": button_of(one, tongue),
            "said": said_of(one, tongue, zone, told=told),
            "dead": [cause_line(each, tongue, zone) for each in webhooks.causes(agency, one.id)],
            "log": [
                log_line(each, tongue, zone, told=told)
                for each in webhooks.deliveries(agency, one.id, None, LINES)
            ],
        }
        for one in hooks
    ]


def shown_address(url: str) -> str:
    """Return an address without its query, which may hold a token; an ellipsis where it has one."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}{'?…' if parts.query else ''}"


def said_of(
    one: Subscription, tongue: Tongue, zone: Zone, *, told: bool = True
) -> Sequence[tuple[str, str]]:
    """Return what is said of a webhook, each with its label.

    ``delivered`` is how far it is: what lies put aside is not delivered, and told beside it. How
    far the feed is, is said while that is ``told``.
    """
    state = tongue.words(STATES[one.state])
    if one.why:
        state += f" ({tongue.words(REASONS[one.why])})"
    last = one.last
    said = [
        (tongue("Keadaan", "State"), state),
        (
            tongue("Sampai entri", "Up to entry"),
            tongue(
                f"{tongue.number(one.delivered)} dari {tongue.number(one.head)}",
                f"{tongue.number(one.delivered)} of {tongue.number(one.head)}",
            )
            if told
            else tongue.number(one.delivered),
        ),
        (tongue("Tidak terkirim", "Not delivered"), tongue.number(one.dead)),
        (
            tongue("Terakhir", "Last"),
            f"{tongue.stamp(last.at, zone)} · {answer_of(last, tongue)}" if last else "-",
        ),
    ]
    if one.failing_since:
        said.append((tongue("Gagal sejak", "Failing since"), tongue.stamp(one.failing_since, zone)))
    if one.next_attempt:
        again = tongue.stamp(one.next_attempt, zone)
        if one.attempts:
            tried = tongue.number(one.attempts)
            again += tongue(f" · sudah dicoba {tried} kali", f" · tried {tried} times so far")
        said.append((tongue("Dicoba lagi", "Tried again"), again))
    return said


def button_of(one: Subscription, tongue: Tongue) -> tuple[str, str] | None:
    """Return the decision that a webhook offers, and what its button says."""
    if one.state is SubscriptionState.ACTIVE:
        return "pause", tongue("Jeda", "Pause")
    if one.state is SubscriptionState.PAUSED:
        return "resume", tongue("Lanjutkan", "Resume")
    return None


def cause_line(one: CauseCount, tongue: Tongue, zone: Zone) -> Mapping[str, Any]:
    """Return the dead letters of one cause as a line."""
    return {
        "cause": one.cause,
        "words": cause_words(one.cause, tongue),
        "count": one.count,
        "withdrawals": one.withdrawals,
        "replaying": one.replaying,
        "since": tongue.stamp(one.since, zone),
    }


def cause_words(cause: str, tongue: Tongue) -> str:
    """Return what a cause is called; one that has no words here is shown as its code."""
    status = cause.removeprefix(STATUS)
    if status != cause:
        return tongue(f"penerima menjawab {status}", f"the receiver answered {status}")
    return tongue.words(CAUSES.get(cause) or (labels.spaced(cause),) * 2)


def log_line(one: Delivery, tongue: Tongue, zone: Zone, *, told: bool) -> Mapping[str, str]:
    """Return a line of the delivery log; without its entry where the feed is ``told`` no more."""
    return {
        "at": tongue.stamp(one.at, zone),
        "what": tongue.words(DOINGS[one.what]),
        "entry": str(one.entry) if told and one.entry is not None else "-",
        "attempt": str(one.attempt) if one.attempt else "-",
        "answer": answer_of(one, tongue),
    }


def answer_of(one: Delivery, tongue: Tongue) -> str:
    """Return what a receiver answered: its status, what was wrong, and how long it took."""
    cause = f"{STATUS}{one.status}" if one.status else one.cause
    parts = [
        cause_words(cause, tongue) if cause else None,
        f"{tongue.number(one.milliseconds)} ms" if one.milliseconds is not None else None,
        one.actor,
    ]
    return " · ".join(filter(None, parts)) or "-"
