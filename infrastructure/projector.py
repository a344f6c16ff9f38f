"""What follows the ledger for a service: read models, feeds and webhooks; and what a clock brings.

It works within the process that answers requests, or in one of its own
(`infrastructure.projector_process`), or in several: leases in the database say who does what.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from psycopg_pool import ConnectionPool

from application.access import AccessLedger
from application.append import Append
from application.batch_following import BatchFollowing
from application.clock import Due, GoesOn, Round
from application.feeds import Feeds
from application.sharing import Sharing
from application.units import Units
from infrastructure.access_ledger import PostgresAccessLedger
from infrastructure.awaited_keys import AwaitedKeys
from infrastructure.feed_reading import PostgresFeeds
from infrastructure.feed_store import FeedStore
from infrastructure.feeder import Feeder
from infrastructure.going_on import GoingOn
from infrastructure.ground import Ground, new_id, now
from infrastructure.ledger import EventsourcingLedger
from infrastructure.messages import CLOCK, WEBHOOKS
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from infrastructure.settings import Settings
from infrastructure.ticker import Ticker
from infrastructure.webhook_guard import Guard
from infrastructure.webhook_post import Post
from infrastructure.webhook_seals import WebhookSeals
from infrastructure.webhook_sender import WebhookSender
from infrastructure.webhook_subscriptions import PostgresWebhooks

FOLLOWED_SECONDS: Final = 2.0
"""How long a look at what is due waits for the read models to have seen what was recorded: less
than whoever looks may say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projector:
    """The clock, what tells partners, and the book of whom it was told. Not begun yet.

    A service that has none of its own begun still asks these how they stand.
    """

    access: PostgresAccessLedger
    ticker: Ticker
    feeder: Feeder
    webhooks: PostgresWebhooks
    sender: WebhookSender
    sends: bool
    hints: tuple[Callable[[], None], ...]
    """Told when something may be due, and tell whoever looks, here or elsewhere."""

    def begin(self) -> None:
        """Do what a service does and a guest does not: watch the clock, tell partners."""
        self.ticker.start()
        self.feeder.start()
        if self.sends:
            self.sender.start()


@contextmanager
def projector_of(ground: Ground, chosen: Settings) -> Iterator[Projector]:
    """Give what is to be begun, and stop it."""
    pool, ledger, read_models, tail = (
        ground.pool,
        ground.ledger,
        ground.read_models,
        ground.read_models.tail,
    )
    due = award_days(ground.append, ledger, read_models)
    with (
        closing(Ticker(pool, due, now, "remisi_batches")) as ticker,
        PostgresAccessLedger(pool) as access,
        closing(feeding(ledger, pool, read_models, now)) as feeder,
    ):
        webhooks, sender = sending(chosen.webhook_allow, ledger, pool, feeder.feeds, access, now)
        with closing(sender):
            webhooks.changed.append(partial(tail.tell, WEBHOOKS))
            tail.on(WEBHOOKS, sender.hint)
            tail.on(CLOCK, ticker.hint)
            yield Projector(
                access=access,
                ticker=ticker,
                feeder=feeder,
                webhooks=webhooks,
                sender=sender,
                sends=chosen.webhook_send,
                hints=(ticker.hint, partial(tail.tell, CLOCK)),
            )


@contextmanager
def following(ground: Ground) -> Iterator[None]:
    """Have the read models follow the ledger in this process."""
    follower = ground.read_models.follower
    follower.prepare()
    follower.start()
    with closing(follower), AwaitedKeys(ground.ledger, ground.pool, ground.read_models):
        yield


@contextmanager
def followed(ground: Ground) -> Iterator[None]:
    """Let streams that are at hand go on, and leave the read models to another process."""
    ground.read_models.follower.prepare()
    with closing(ground.read_models.follower), GoingOn(ground.ledger, ground.read_models.tail):
        yield


def award_days(append: Append, ledger: EventsourcingLedger, read_models: PostgresReadModels) -> Due:
    """Return what comes due by the clock: cases are brought up to their batches."""
    batches = BatchFollowing(append, ledger, read_models)

    def due(at: datetime, goes_on: GoesOn) -> Round:
        read_models.wait(ledger.position(), FOLLOWED_SECONDS)
        return batches.follow_due(at, goes_on)

    return due


def feeding(
    ledger: EventsourcingLedger,
    pool: ConnectionPool,
    read_models: PostgresReadModels,
    clock: Callable[[], datetime],
) -> Feeder:
    """Return what feeds partners, and by which they are read; it has not begun yet."""
    seals = RowSeals(ledger.store, ledger.keys, ledger.keys)
    sharing = Sharing(ledger, Units(ledger, clock), clock)
    feeds = PostgresFeeds(pool, sharing, seals, read_models.tail)
    return Feeder(ledger, pool, read_models, FeedStore(seals, ledger.keys), clock, feeds)


def sending(  # noqa: PLR0913, PLR0917  # the parts it is built of
    allowed: str,
    ledger: EventsourcingLedger,
    pool: ConnectionPool,
    feeds: Feeds,
    access: AccessLedger,
    clock: Callable[[], datetime],
) -> tuple[PostgresWebhooks, WebhookSender]:
    """Return webhooks, and what sends them; it has not begun yet."""
    post = Post(Guard(allowed.split(",")))
    seals = WebhookSeals(ledger.store, ledger.keys)
    webhooks = PostgresWebhooks(pool, seals, post, clock, new_id)
    sender = WebhookSender(pool, feeds, access, seals, post, clock)
    webhooks.changed.append(sender.hint)
    return webhooks, sender
