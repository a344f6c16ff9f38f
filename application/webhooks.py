"""Webhooks as the use cases see them: where an agency has its feed sent, and how that goes.

A subscription belongs to a party of an agreement. Its entries are sent one by one, in the order of
the feed, each until it was taken, or until it is put aside as a dead letter: what the receiver will
not take, and what is about the same subject after it. A withdrawal waits behind nothing: it takes
the place of what was put aside before it. Nothing else is thrown away but what the agency discards
itself. Standard Webhooks (https://www.standardwebhooks.com) is how they are signed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Protocol

from application.feeds import Audience
from domain.kernel import Value

OVERLAP: Final = timedelta(hours=24)
"""How long a secret that was replaced still signs beside the new one, unless somebody says else."""
BEHIND: Final = "behind"
"""The cause of a dead letter that waits for an earlier one about the same subject."""


class SubscriptionState(Enum):
    """Whether entries are sent. What is disabled stays so; its log can be read."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class Why(Enum):
    """Why nothing is sent: asked for, no answer for days, 410, no more to tell, or removed.

    `RESTORED`: the house was made from a backup, and may be a copy beside the one that sends.
    """

    ASKED = "asked"
    EXHAUSTED = "exhausted"
    GONE = "gone"
    OVER = "over"
    REMOVED = "removed"
    RESTORED = "restored"


class Did(Enum):
    """What a line of the delivery log is about: an attempt, or a change of the subscription."""

    ENTRY = "entry"
    REPLAY = "replay"
    TEST = "test"
    OPENED = "opened"
    PAUSED = "paused"
    RESUMED = "resumed"
    ROTATED = "rotated"
    DISABLED = "disabled"
    REPLAYED = "replayed"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class Delivery(Value):
    """A line of the log of a subscription, which counts its own: ``number`` grows by one.

    ``status`` is the receiver's, ``cause`` what was wrong. ``actor`` is who of the agency asked for
    it; `None` where the house did it by itself.
    """

    number: int
    entry: int | None
    what: Did
    attempt: int
    status: int | None
    cause: str | None
    milliseconds: int | None
    actor: str | None
    at: datetime


class Subscription(Value):
    """A webhook as its agency sees it.

    ``delivered`` is the last entry that was taken or put aside, ``head`` the feed's last one.
    ``attempts`` are those that the next entry has had; ``next_at`` is when it is tried again.
    ``failing_since``: nothing was taken since then, though there is something to send.
    ``signing`` are the instants until which each of its secrets signs, `None` for the newest.
    ``dead`` counts its dead letters.
    """

    id: str
    audience: Audience
    url: str
    state: SubscriptionState
    why: Why | None
    delivered: int
    head: int
    attempts: int
    failing_since: datetime | None
    next_at: datetime
    signing: tuple[datetime | None, ...]
    dead: int
    last: Delivery | None
    created_by: str
    created_at: datetime

    @property
    def next_attempt(self) -> datetime | None:
        """Return when it is tried again; `None` where it rests, or nothing went wrong."""
        trying = self.state is SubscriptionState.ACTIVE and (self.attempts or self.failing_since)
        return self.next_at if trying else None


class DeadLetter(Value):
    """An entry that was put aside. ``stream`` is for the book of reads and is not shown."""

    entry: int
    stream: str
    pseudonym: str
    type: str
    cause: str
    attempts: int
    status: int | None
    since: datetime
    replaying: bool


class CauseCount(Value):
    """Dead letters of one cause; so many of them tell that somebody is shared no more."""

    cause: str
    count: int
    withdrawals: int
    replaying: int
    since: datetime


class Opened(Value):
    """A subscription with its secret, which is told this once."""

    subscription: Subscription
    secret: str


class Tally(Value):
    """How the webhooks of a house go: how many are in each state, in trouble, and put aside.

    ``behind`` is how many entries are still to be sent to those that are active.
    """

    active: int
    paused: int
    disabled: int
    failing: int
    behind: int
    dead_letters: int


class NoSuchSubscription(LookupError):
    """There is no such subscription of this agency: to the outside, 404."""


class AddressRefused(ValueError):
    """An address that nothing is sent to. ``code`` says why, and never what it leads to."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AlreadySent(Exception):
    """The audience has a subscription with this address already: a second would send all twice."""

    def __init__(self, subscription: str) -> None:
        super().__init__(subscription)
        self.subscription = subscription


class TooMany(Exception):
    """The audience has as many subscriptions as it may have."""


class Disabled(Exception):
    """The subscription is disabled for good: make a new one."""


class TooSoon(Exception):
    """There were as many test events a moment ago as there may be: the house floods nobody."""


class Webhooks(Protocol):
    """The subscriptions of a house.

    ``agency`` is whose they are: all raise `NoSuchSubscription` for another's. ``by`` is who asks.
    """

    async def ensure_address(self, url: str) -> None:
        """Raise `AddressRefused` for an address that nothing would be sent to. Resolves names."""
        ...

    def open(self, audience: Audience, url: str, by: str, after: int = 0) -> Opened:
        """Subscribe to the entries after one; raise `AlreadySent` or `TooMany`."""
        ...

    def of(self, agency: str) -> Sequence[Subscription]:
        """Return an agency's subscriptions, the oldest first."""
        ...

    def one(self, agency: str, subscription: str) -> Subscription:
        """Return one of them."""
        ...

    def pause(self, agency: str, subscription: str, by: str) -> Subscription:
        """Send nothing until it is resumed; raise `Disabled`."""
        ...

    def resume(self, agency: str, subscription: str, by: str) -> Subscription:
        """Go on where it stood, at once; raise `Disabled`."""
        ...

    def disable(self, agency: str, subscription: str, by: str) -> Subscription:
        """Send nothing any more. The log and the dead letters can still be read."""
        ...

    def rotate(self, agency: str, subscription: str, by: str, overlap: timedelta) -> Opened:
        """Sign with a new secret, and for a while with those before it; raise `Disabled`."""
        ...

    async def test(self, agency: str, subscription: str, by: str) -> Delivery:
        """Send a test event now, in the log too; raise `Disabled` or `TooSoon`.

        It changes nothing else.
        """
        ...

    def resume_restored(self) -> int:
        """Have those that a restore paused send again, whosever they are; return how many.

        For whoever runs the house, once it is known that no other sends for it.
        """
        ...

    def tally(self) -> Tally:
        """Return how all webhooks go, for whoever runs the house."""
        ...

    def deliveries(
        self, agency: str, subscription: str, before: int | None, most: int
    ) -> Sequence[Delivery]:
        """Return lines of the log below a number, the newest first."""
        ...

    def dead_letters(
        self, agency: str, subscription: str, cause: str | None, after: int, most: int
    ) -> Sequence[DeadLetter]:
        """Return dead letters after an entry, in the order of entries; of one cause, or all."""
        ...

    def causes(self, agency: str, subscription: str) -> Sequence[CauseCount]:
        """Return how many dead letters there are of each cause, the most frequent first."""
        ...

    def replay(
        self,
        agency: str,
        subscription: str,
        by: str,
        *,
        cause: str | None = None,
        entries: Collection[int] | None = None,
    ) -> int:
        """Have dead letters sent once more, of a cause, these, or all; return how many.

        What is about the same subject and older goes along, and before; what waits behind follows.
        """
        ...

    def discard(
        self,
        agency: str,
        subscription: str,
        by: str,
        *,
        cause: str | None = None,
        entries: Collection[int] | None = None,
    ) -> int:
        """Throw dead letters away, of a cause, these, or all; return how many."""
        ...
