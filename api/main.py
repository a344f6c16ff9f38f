"""The composition root: the one module of `api` that meets `infrastructure`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from psycopg_pool import ConnectionPool
from uuid_utils import uuid7

from api.dependencies import Services
from api.tokens import Caller, Tokens
from application.access import AccessLedger
from application.append import Append
from application.batch_following import BatchFollowing
from application.clock import Due, GoesOn, Round
from application.feeds import Feeds
from application.forgetting import Forgetting
from application.policies import Policies
from application.sharing import Sharing
from application.units import Units
from domain.record import StreamId
from infrastructure.access_ledger import PostgresAccessLedger
from infrastructure.archive import SealedArchives
from infrastructure.awaited_keys import AwaitedKeys
from infrastructure.codec import canonical
from infrastructure.connections import FULL, service_pool
from infrastructure.database import Database, ensure_up_to_date, open_database
from infrastructure.evidence import PostgresEvidenceStore
from infrastructure.feed_reading import PostgresFeeds
from infrastructure.feed_store import FeedStore
from infrastructure.feeder import Feeder
from infrastructure.forgetter import Forgetter
from infrastructure.import_keys import KeyedDigests
from infrastructure.key_opening import open_key_store
from infrastructure.keyring import Keyring
from infrastructure.keyring import open_keyring as open_keyring_of
from infrastructure.ledger import EventsourcingLedger
from infrastructure.log import Log
from infrastructure.logging import configure_logging
from infrastructure.read_models import PostgresReadModels
from infrastructure.row_table import RowSeals
from infrastructure.sealer_child import SealerChild
from infrastructure.settings import Settings
from infrastructure.ticker import Ticker
from infrastructure.trouble import Trouble
from infrastructure.webhook_guard import Guard
from infrastructure.webhook_post import Post
from infrastructure.webhook_seals import WebhookSeals
from infrastructure.webhook_sender import WebhookSender
from infrastructure.webhook_subscriptions import PostgresWebhooks
from infrastructure.workshops import open_workshop
from projections.catalogue import PROJECTIONS, REPORTS

if TYPE_CHECKING:
    from infrastructure.safekeeping import Safekeeping

TOKEN_DAYS: Final = 30
FOLLOWED_SECONDS: Final = 2.0
"""How long a look at what is due waits for the read models to have seen what was recorded: less
than whoever looks may say nothing."""
TROUBLES: Final = (Trouble,)
"""What may keep the house from opening, each with words that say what to do."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything that is built: what routes are handed, and what only commands use."""

    services: Services
    ledger: EventsourcingLedger
    read_models: PostgresReadModels
    tokens: Tokens
    sealer: SealerChild
    archives: SealedArchives


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What leaves the house to partners, and the book of whom it was told."""

    access: PostgresAccessLedger
    feeder: Feeder
    webhooks: PostgresWebhooks
    sender: WebhookSender
    sends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLog:
    """The log over a ledger, and nothing else of the house."""

    sealer: SealerChild
    archives: SealedArchives


@contextmanager
def open_house(chosen: Settings, *, as_guest: bool = False) -> Iterator[House]:
    """Open the database, bring it up to date, follow it, and close all of it again."""
    configure_logging()
    with ExitStack() as stack:
        database = stack.enter_context(open_database(chosen, as_guest=as_guest))
        keys = stack.enter_context(open_key_store(database, chosen.data_dir, as_guest=as_guest))
        pool = stack.enter_context(service_pool(database.service))
        ledger = stack.enter_context(EventsourcingLedger(pool, keys))
        read_models = models_of(database, chosen.data_dir, ledger, pool)
        tokens = Tokens(secret=keys.derive("tokens"), now=now)
        append = Append(ledger=ledger, new_id=new_id, now=now)
        evidence = PostgresEvidenceStore(pool, keys, ledger.store)
        forgetter = stack.enter_context(forgetting(ledger, pool, database, read_models, append))
        ticker = stack.enter_context(ticking(pool, award_days(append, ledger, read_models)))
        outgoing = stack.enter_context(telling(chosen, ledger, pool, read_models))
        services = Services(
            append=append,
            ledger=ledger,
            read_models=read_models,
            evidence=evidence,
            forgetting=Forgetting(append, ledger, evidence, forgetter.settle),
            access=outgoing.access,
            clock=ticker,
            feeds=outgoing.feeder.feeds,
            webhooks=outgoing.webhooks,
            log=Log(pool),
            caller_of=tokens,
            projections={projection.name: projection for projection in PROJECTIONS},
            reports={report.name: report for report in REPORTS},
            new_id=new_id,
            now=now,
            full=FULL,
            opaque=KeyedDigests(keys).digest,
            language=chosen.language,
        )
        if not as_guest:
            begin(services, ticker, outgoing)
        sealer = stack.enter_context(SealerChild(chosen, database.dsn))
        archives = SealedArchives(pool, chosen.data_dir, chosen.witnesses)
        yield House(services, ledger, read_models, tokens, sealer, archives)


@contextmanager
def open_log(chosen: Settings) -> Iterator[OpenLog]:
    """Open a ledger's log, beside its service or alone, with neither its keys nor read models.

    Nothing is migrated and no key is made: whoever may reach the database may verify it.
    """
    configure_logging()
    with open_database(chosen, as_guest=True) as database:
        ensure_up_to_date(database.dsn)
        with service_pool(database.dsn) as pool, SealerChild(chosen, database.dsn) as sealer:
            yield OpenLog(
                sealer=sealer,
                archives=SealedArchives(pool, chosen.data_dir, chosen.witnesses),
            )


def models_of(
    database: Database, data_dir: Path, ledger: EventsourcingLedger, pool: ConnectionPool
) -> PostgresReadModels:
    """Return the read models of a ledger, not yet followed."""
    seals = RowSeals(ledger.store, ledger.keys, ledger.keys)
    opening = partial(open_workshop, database, data_dir)
    return PostgresReadModels(ledger, pool, seals, PROJECTIONS, opening=opening)


@contextmanager
def forgetting(
    ledger: EventsourcingLedger,
    pool: ConnectionPool,
    database: Database,
    read_models: PostgresReadModels,
    append: Append,
) -> Iterator[Forgetter]:
    """Forget whoever is to be forgotten, and only then have the read models follow the ledger."""
    ledger.keys.on_forgotten += [append.known.clear, read_models.tail.let_go]
    with (
        Forgetter(ledger, pool, database.keys_dsn) as forgetter,
        following(read_models),
        AwaitedKeys(ledger, pool, read_models),
    ):
        yield forgetter


@contextmanager
def following(read_models: PostgresReadModels) -> Iterator[None]:
    """Have the read models follow the ledger."""
    read_models.follower.prepare()
    read_models.follower.start()
    try:
        yield
    finally:
        read_models.follower.close()


@contextmanager
def ticking(pool: ConnectionPool, due: Due) -> Iterator[Ticker]:
    """Give a clock that has not begun yet, and stop it."""
    with closing(Ticker(pool, due, now, "remisi_batches")) as ticker:
        yield ticker


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


@contextmanager
def telling(
    chosen: Settings,
    ledger: EventsourcingLedger,
    pool: ConnectionPool,
    read_models: PostgresReadModels,
) -> Iterator[Outgoing]:
    """Give what tells partners, by feed and by webhook, not begun yet; and stop it."""
    with (
        PostgresAccessLedger(pool) as access,
        closing(feeding(ledger, pool, read_models, now)) as feeder,
    ):
        allowed = chosen.webhook_allow
        webhooks, sender = sending(allowed, ledger, pool, feeder.feeds, access, now)
        with closing(sender):
            yield Outgoing(access, feeder, webhooks, sender, chosen.webhook_send)


def begin(services: Services, ticker: Ticker, outgoing: Outgoing) -> None:
    """Do what a service does and a guest does not: adopt rules, watch the clock, tell partners."""
    adopt_policies(services)
    services.following.hints.append(ticker.hint)
    ticker.start()
    outgoing.feeder.start()
    if outgoing.sends:
        outgoing.sender.start()


def award_days(append: Append, ledger: EventsourcingLedger, read_models: PostgresReadModels) -> Due:
    """Return what comes due by the clock: cases are brought up to their batches."""
    following = BatchFollowing(append, ledger, read_models)

    def due(at: datetime, goes_on: GoesOn) -> Round:
        read_models.wait(ledger.position(), FOLLOWED_SECONDS)
        return following.follow_due(at, goes_on)

    return due


def adopt_policies(services: Services) -> None:
    """Record which rules this software opens with, where they are not those in force."""
    from api.policies import policies  # noqa: PLC0415  # what only reads stays quick

    Policies(
        append=services.append,
        ledger=services.ledger,
        digest=lambda content: sha256(canonical(content)).hexdigest(),
        now=now,
        new_id=new_id,
        software=version("jejak"),
    ).adopt(policies(PROJECTIONS, REPORTS))


@contextmanager
def open_keyring(chosen: Settings) -> Iterator[Keyring]:
    """Open the key store, for what an operator does with it."""
    configure_logging()
    with open_keyring_of(chosen) as keyring:
        yield keyring


def tokens_of(chosen: Settings) -> Tokens:
    """Return what issues and reads tokens, under the secret that was made at the first start."""
    configure_logging()
    with (
        open_database(chosen, as_guest=True) as database,
        open_key_store(database, chosen.data_dir, as_guest=True) as keys,
    ):
        return Tokens(secret=keys.derive("tokens"), now=now)


def knows_agency(chosen: Settings, agency: str) -> bool:
    """Say whether the registry names an agency."""
    configure_logging()
    with (
        open_database(chosen, as_guest=True) as database,
        open_key_store(database, chosen.data_dir, as_guest=True) as keys,
        service_pool(database.service) as pool,
        EventsourcingLedger(pool, keys) as ledger,
    ):
        return bool(ledger.read(StreamId(kind="registry", key=f"agency/{agency}")))


def import_keys_of(house: House) -> KeyedDigests:
    """Return what gives rows of a file, and keys of somebody's own, their ids."""
    return KeyedDigests(house.ledger.keys)


def safekeeping(chosen: Settings) -> "Safekeeping":
    """Return what takes backups and restores them."""
    # Only here, so that nothing embedded is loaded where a server is given.
    from infrastructure.safekeeping import Safekeeping  # noqa: PLC0415

    configure_logging()
    return Safekeeping(chosen)


def settings() -> Settings:
    """Return what the operator chose."""
    return Settings()


def issue(tokens: Tokens, caller: Caller, days: int = TOKEN_DAYS) -> str:
    """Return a token that is good for some days."""
    return tokens.issue(caller, now() + timedelta(days=days))


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562): ids of one moment stand together."""
    return str(uuid7())


def now() -> datetime:
    """Return the instant."""
    return datetime.now(UTC)
