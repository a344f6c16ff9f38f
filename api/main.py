"""The composition root: the one module of `api` that meets `infrastructure`."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from api.dependencies import Services
from api.tokens import Caller, Tokens
from application.forgetting import Forgetting
from application.importing import Import
from application.ledger import Conflict, OutcomeUnknown
from application.policies import Policies
from domain.record import Actor, StreamId
from infrastructure.archive import SealedArchives
from infrastructure.codec import canonical
from infrastructure.connections import FULL, service_pool
from infrastructure.database import ensure_up_to_date, open_database
from infrastructure.evidence import PostgresEvidenceStore
from infrastructure.feed_news import FeedsElsewhere
from infrastructure.ground import Ground, new_id, now, open_ground
from infrastructure.import_keys import KeyedDigests
from infrastructure.in_turn import InTurn
from infrastructure.key_opening import open_key_store
from infrastructure.keyring import Keyring
from infrastructure.keyring import open_keyring as open_keyring_of
from infrastructure.ledger import EventsourcingLedger
from infrastructure.log import Log
from infrastructure.logging import configure_logging
from infrastructure.projector import Projector, followed, following, projector_of
from infrastructure.projector_child import ProjectorChild
from infrastructure.read_models import PostgresReadModels
from infrastructure.sealer_child import SealerChild
from infrastructure.settings import Settings
from infrastructure.trouble import Trouble
from projections.catalogue import PROJECTIONS, REPORTS

if TYPE_CHECKING:
    from infrastructure.safekeeping import Safekeeping

TOKEN_DAYS: Final = 30
TROUBLES: Final = (Trouble,)
"""What may keep the house from opening, each with words that say what to do."""
CUT_OFF: Final = (OutcomeUnknown, Conflict, *FULL)
"""By which a ledger says, to whoever wrote much, that not all of it is written or known to be."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything that is built: what routes are handed, and what only commands use."""

    services: Services
    ledger: EventsourcingLedger
    read_models: PostgresReadModels
    tokens: Tokens
    sealer: SealerChild
    archives: SealedArchives


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLog:
    """The log over a ledger, and nothing else of the house."""

    sealer: SealerChild
    archives: SealedArchives


@contextmanager
def open_house(chosen: Settings, *, as_guest: bool = False) -> Iterator[House]:
    """Open the database, bring it up to date, have it followed, and close all of it again."""
    configure_logging()
    with ExitStack() as stack:
        database = stack.enter_context(open_database(chosen, as_guest=as_guest))
        ground = stack.enter_context(open_ground(database, chosen.data_dir, as_guest=as_guest))
        within = as_guest or chosen.projector == "within"
        stack.enter_context((following if within else followed)(ground))
        projector = stack.enter_context(projector_of(ground, chosen))
        tokens = Tokens(secret=ground.ledger.keys.derive("tokens"), now=now)
        services = services_of(chosen, ground, projector, tokens)
        if not as_guest:
            adopt_policies(services)
            if within:
                projector.begin()
            else:
                stack.enter_context(FeedsElsewhere(projector.feeder.feeds))
        if not within and chosen.projector == "apart":
            stack.enter_context(ProjectorChild(chosen, database)).start()
        sealer = stack.enter_context(SealerChild(chosen, database.dsn))
        archives = SealedArchives(ground.pool, chosen.data_dir, chosen.witnesses)
        yield House(services, ground.ledger, ground.read_models, tokens, sealer, archives)


def services_of(chosen: Settings, ground: Ground, projector: Projector, tokens: Tokens) -> Services:
    """Return what routes are handed."""
    ledger, append = ground.ledger, ground.append
    evidence = PostgresEvidenceStore(ground.pool, ledger.keys, ledger.store)
    services = Services(
        append=append,
        ledger=ledger,
        read_models=ground.read_models,
        evidence=evidence,
        forgetting=Forgetting(append, ledger, evidence, ground.forgetter.settle),
        access=projector.access,
        clock=projector.ticker,
        feeds=projector.feeder.feeds,
        webhooks=projector.webhooks,
        log=Log(ground.pool),
        caller_of=tokens,
        projections={projection.name: projection for projection in PROJECTIONS},
        reports={report.name: report for report in REPORTS},
        new_id=new_id,
        now=now,
        full=FULL,
        opaque=KeyedDigests(ledger.keys).digest,
        language=chosen.language,
    )
    services.following.hints.extend(projector.hints)
    return services


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


@contextmanager
def open_import(chosen: Settings, actor: Actor, purpose: str) -> Iterator[Import]:
    """Open a ledger for rows of a file. Its read models are left to others to follow.

    To follow them here would take longer than to write.
    """
    configure_logging()
    with (
        open_database(chosen, as_guest=True) as database,
        open_ground(database, chosen.data_dir, as_guest=True) as ground,
    ):
        yield Import(
            ledger=ground.ledger,
            in_turn=InTurn(ground.ledger, ground.pool),
            keys=KeyedDigests(ground.ledger.keys),
            new_id=new_id,
            now=now,
            actor=actor,
            purpose=purpose,
            correlation_id=new_id(),
        )


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
