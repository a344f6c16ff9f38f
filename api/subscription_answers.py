"""Webhooks as JSON: what an agency sends about one, and what it is answered."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from api.answers import FORBID
from application.webhooks import (
    OVERLAP,
    CauseCount,
    DeadLetter,
    Delivery,
    Subscription,
    SubscriptionState,
    Why,
)
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Words

ENTRY_MOST: Final = 2**53
"""The largest whole number that every JSON reader reads as it is (RFC 8259, section 6)."""
ENTRIES_MOST: Final = 1_000
OVERLAP_HOURS: Final = int(OVERLAP.total_seconds()) // 3600
OVERLAP_HOURS_MOST: Final = 168
EntryId = Annotated[int, Strict(), Field(ge=1, le=ENTRY_MOST)]
Cause = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["status_422"])]

REFUSED: Final[dict[str, Words]] = {
    "malformed": ("bukan URL yang dapat dibaca", "no URL that can be read"),
    "scheme": (
        "harus https, kecuali operator Jejak mengizinkan penerima ini: JEJAK_WEBHOOK_ALLOW",
        "must be https, unless the operator of Jejak allows this receiver: JEJAK_WEBHOOK_ALLOW",
    ),
    "userinfo": (
        "jangan sertakan nama pengguna dan sandi dalam URL",
        "leave user name and password out of the URL",
    ),
    "port": (
        "hanya port 443, kecuali operator Jejak mengizinkan penerima ini: JEJAK_WEBHOOK_ALLOW",
        "only port 443, unless the operator of Jejak allows this receiver: JEJAK_WEBHOOK_ALLOW",
    ),
    "not_public": (
        "nama ini tidak menuju alamat publik di internet",
        "this name leads to no public address on the internet",
    ),
}
"""Why nothing is sent to an address, in words. Where a name leads is told to nobody."""
NOT_NOW: Final[Words] = (
    "alamat ini tidak dapat dipakai untuk webhook",
    "this address cannot be used for a webhook",
)


class SubscriptionForm(BaseModel):
    """Where the feed of an agreement is to be sent. ``after`` is the last entry read already."""

    model_config = FORBID

    agreement: str = Field(pattern=f"^{UUID}$", examples=[EXAMPLE_ID])
    url: str = Field(max_length=2_000, examples=["https://disnaker.example.go.id/jejak"])
    after: Annotated[
        int,
        Strict(),
        Field(ge=0, le=ENTRY_MOST, description="The id of the feed's entry read last; 0: none."),
    ] = 0


class RotationForm(BaseModel):
    """For how many hours the secrets until now still sign beside the new one; 0 if one leaked."""

    model_config = FORBID

    overlap_hours: Annotated[int, Strict(), Field(ge=0, le=OVERLAP_HOURS_MOST)] = OVERLAP_HOURS


class LettersForm(BaseModel):
    """Which dead letters: all, those of a cause, or these entries. Just one of the three."""

    model_config = FORBID

    all: Literal[True] | None = None
    cause: Cause | None = None
    entries: Annotated[list[EntryId], Field(min_length=1, max_length=ENTRIES_MOST)] | None = None

    @model_validator(mode="after")
    def _just_one(self) -> "LettersForm":
        if sum(one is not None for one in (self.all, self.cause, self.entries)) != 1:
            choices = {"choices": ", ".join(type(self).model_fields)}
            raise PydanticCustomError("just_one_of", "just one of these", choices)
        return self


class DeliveryAnswer(BaseModel):
    """A line of the delivery log: an attempt, or a change."""

    model_config = FORBID

    number: int = Field(description="Counted along this subscription's log.")
    what: str
    entry: int | None
    attempt: int
    status: int | None
    cause: str | None
    milliseconds: int | None
    actor: str | None = Field(description="Who of the agency asked; null: the house by itself.")
    at: datetime


class SigningAnswer(BaseModel):
    """A secret that signs, by its end."""

    model_config = FORBID

    until: datetime | None


class SubscriptionAnswer(BaseModel):
    """A webhook, how far it is and how it goes. Its secret is told once, when it is made."""

    model_config = FORBID

    id: str
    agreement: str
    url: str
    state: SubscriptionState
    why: Why | None
    delivered: int = Field(description="The last entry that was taken or put aside.")
    head: int | None = Field(description="The last entry of the feed; null: told no more.")
    attempts: int = Field(description="At the next entry, so far.")
    failing_since: datetime | None = Field(
        description="Nothing was taken since then, refused or not answered, though there is more."
    )
    next_at: datetime | None = Field(description="When it is tried again; null where it rests.")
    signing: list[SigningAnswer]
    dead_letters: int
    last_attempt: DeliveryAnswer | None
    created_by: str
    created_at: datetime


class OpenedAnswer(SubscriptionAnswer):
    """A webhook with its secret: keep it now, it is not told again."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class SubscriptionList(BaseModel):
    """An agency's webhooks."""

    model_config = FORBID

    items: list[SubscriptionAnswer]


class DeliveryList(BaseModel):
    """The delivery log, the newest first."""

    model_config = FORBID

    items: list[DeliveryAnswer]


class DeadLetterAnswer(BaseModel):
    """An entry that was put aside; what it says is in the feed, after the one before it."""

    model_config = FORBID

    entry: int
    subject: str
    type: str
    cause: str
    attempts: int
    status: int | None
    since: datetime
    replaying: bool


class CauseAnswer(BaseModel):
    """Dead letters of one cause: how many withdraw somebody, and how many are being sent again."""

    model_config = FORBID

    cause: str
    count: int
    withdrawals: int
    replaying: int
    since: datetime


class DeadLetterList(BaseModel):
    """Dead letters in the order of entries, and how many there are of each cause."""

    model_config = FORBID

    causes: list[CauseAnswer]
    items: list[DeadLetterAnswer]


class CountAnswer(BaseModel):
    """How many dead letters that was."""

    model_config = FORBID

    count: int


def subscription_answer(one: Subscription, *, told: bool) -> SubscriptionAnswer:
    """Return a webhook as its agency sees it, whose feed is still ``told``, or no more."""
    return SubscriptionAnswer(
        id=one.id,
        agreement=one.audience.agreement,
        url=one.url,
        state=one.state,
        why=one.why,
        delivered=one.delivered,
        head=one.head if told else None,
        attempts=one.attempts,
        failing_since=one.failing_since,
        next_at=one.next_attempt,
        signing=[SigningAnswer(until=until) for until in one.signing],
        dead_letters=one.dead,
        last_attempt=delivery_answer(one.last, told=told) if one.last else None,
        created_by=one.created_by,
        created_at=one.created_at,
    )


def opened_answer(one: Subscription, secret: str, *, told: bool) -> OpenedAnswer:
    """Return a webhook with its secret."""
    return OpenedAnswer(**dict(subscription_answer(one, told=told)), secret=secret)


def delivery_answer(one: Delivery, *, told: bool) -> DeliveryAnswer:
    """Return a line of the log; without its entry where the feed is ``told`` no more."""
    return DeliveryAnswer(
        number=one.number,
        what=one.what.value,
        entry=one.entry if told else None,
        attempt=one.attempt,
        status=one.status,
        cause=one.cause,
        milliseconds=one.milliseconds,
        actor=one.actor,
        at=one.at,
    )


def letters_answer(letters: Iterable[DeadLetter], causes: Sequence[CauseCount]) -> DeadLetterList:
    """Return dead letters, without the streams that they are of."""
    return DeadLetterList(
        causes=[
            CauseAnswer(
                cause=one.cause,
                count=one.count,
                withdrawals=one.withdrawals,
                replaying=one.replaying,
                since=one.since,
            )
            for one in causes
        ],
        items=[
            DeadLetterAnswer(
                entry=one.entry,
                subject=one.pseudonym,
                type=one.type,
                cause=one.cause,
                attempts=one.attempts,
                status=one.status,
                since=one.since,
                replaying=one.replaying,
            )
            for one in letters
        ],
    )
