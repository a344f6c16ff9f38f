"""What is to be sent to a receiver next, and what is kept of how that went.

The next thing is looked up at the moment of sending, as the agreement and the person stand then: an
entry whose person was withdrawn since carries no data, however long its receiver was away. Whoever
sends holds a lease on the subscription; one that lost it keeps nothing of what it did, and the next
one sends the same again under the same id, which is how a receiver knows (at least once).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from random import SystemRandom
from typing import Any, Final

import orjson
import structlog
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from application.access import AccessLedger, AccessRecord, Purpose
from application.cloud_events import MEDIA_TYPE, cloud_event
from application.feeds import Audience, Change, Entry, Feeds, Told, Unready
from application.sharing import NoSuchScope
from application.webhook_fates import AFRESH, Answer, Decided, Fate, Tries, decide
from application.webhooks import BEHIND, Did, SubscriptionState, Why
from domain.record import Actor
from domain.sharing.scope import Scope
from infrastructure import webhook_letters
from infrastructure.connections import transaction
from infrastructure.webhook_letters import Replayed
from infrastructure.webhook_log import log
from infrastructure.webhook_seals import WebhookSeals
from infrastructure.webhook_signing import signed_headers

TRIES: Final = tuple(each.name for each in fields(Tries))
HELD: Final = (
    "SELECT s.id::text, a.agreement, a.agency, s.url, s.secrets, s.state, s.delivered,"
    " s.next_at, s.attempts, s.refusals, s.troubles, s.troubled_since, s.failing_since, s.spurned,"
    " s.created_by"
    " FROM feed.subscription AS s JOIN feed.audience AS a ON a.id = s.audience"
    " WHERE s.id = %(id)s AND s.holder = %(me)s"
)
OURS: Final = "SELECT FROM feed.subscription WHERE id = %(id)s AND holder = %(me)s FOR UPDATE"
GO_ON: Final = (
    "UPDATE feed.subscription SET delivered = greatest(delivered, %(delivered)s),"
    " attempts = %(attempts)s, refusals = %(refusals)s, troubles = %(troubles)s,"
    " troubled_since = %(troubled_since)s, failing_since = %(failing_since)s,"
    " spurned = %(spurned)s, next_at = %(next_at)s WHERE id = %(id)s"
)
OF_NOBODY: Final = "agreement:"
"""With what the subject of counts begins: they are about no person."""
STOP: Final = (
    "UPDATE feed.subscription SET state = %(state)s, why = %(why)s"
    " WHERE id = %(id)s AND holder = %(me)s AND state = 'active'"
)
ACTOR: Final = "webhook"
"""Who delivers, in the book of reads: nobody at a screen. Beside it stand the agency, and on whose
behalf it delivers: who of the agency made the subscription."""
CHANCE: Final = SystemRandom()
lines = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """An entry on its way: to where, signed for which attempt, and what was tried before.

    ``live`` is what was tried of the next entry in order, which a dead letter that is ``replayed``
    leaves alone; ``asked_by`` is who of the agency had that one sent once more.
    """

    subscription: str
    entry: Entry
    replayed: bool
    asked_by: str | None
    tries: Tries
    live: Tries
    address: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is to be sent until an instant, or until something happens."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Onward:
    """Something was done: look again at once."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The subscription is not ours to send, or rests until somebody of the agency says else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Takes up what is next and keeps what came of it, for the holder ``me`` of leases.

    ``now`` gives an aware instant, ``chance`` a number from 0 to 1.
    """

    pool: ConnectionPool
    feeds: Feeds
    access: AccessLedger
    seals: WebhookSeals
    now: Callable[[], datetime]
    me: str
    chance: Callable[[], float] = CHANCE.random

    def take(self, subscription: str) -> Parcel | Rest | Onward | Lost:
        """Return what is next; raise `Unrecorded` where it could not be recorded as told."""
        with self.pool.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            row = cursor.execute(HELD, {"id": subscription, "me": self.me}).fetchone()
            letter = webhook_letters.next_replayed(connection, subscription)
        if row is None or row["state"] != SubscriptionState.ACTIVE.value:
            return Lost()
        if row["next_at"] > self.now():
            return Rest(row["next_at"])
        audience = Audience(agreement=row["agreement"], agency=row["agency"])
        try:
            told = self.feeds.after(audience, letter.entry - 1 if letter else row["delivered"], 1)
        except NoSuchScope:
            with transaction(self.pool) as connection:
                self._stop(connection, subscription, SubscriptionState.PAUSED, Why.OVER)
            return Lost()
        except Unready:
            return Rest(None)
        return self._packed(row, told, letter) if told.entries else Rest(None)

    def _packed(self, row: dict[str, Any], told: Told, letter: Replayed | None) -> Parcel | Onward:
        """Return an entry as it is sent, unless it waits behind an earlier one of its subject."""
        subscription = row["id"]
        if letter is None and told.entries[0].change is Change.WITHDRAWN:
            self._supersede(subscription, told.entries[0])
        elif letter is None and self._put_behind(subscription, told.entries[0]):
            return Onward()
        return self._parcel(row, told, letter)

    def _supersede(self, subscription: str, entry: Entry) -> None:
        """Let a withdrawal take the place of what was put aside of its subject; say so in the log.

        It says that nobody is shared any more, and holds nothing of them: it must not wait for what
        a receiver would not take, nor be thrown away with it.
        """
        with transaction(self.pool) as connection:
            if self._ours(connection, subscription):
                count = webhook_letters.supersede(connection, subscription, entry)
                if count:
                    log(connection, subscription, Did.SUPERSEDED, entry=entry.id, attempt=count)

    def _put_behind(self, subscription: str, entry: Entry) -> bool:
        """Put an entry aside where something of its subject was before; say whether that is so."""
        with transaction(self.pool) as connection:
            self._ours(connection, subscription)
            if not webhook_letters.waits(connection, subscription, entry.subject):
                return False
            webhook_letters.put_aside(connection, subscription, entry, BEHIND, 0, None)
            connection.execute(
                "UPDATE feed.subscription SET delivered = greatest(delivered, %s) WHERE id = %s",
                (entry.id, subscription),
            )
        return True

    def _parcel(self, row: dict[str, Any], told: Told, letter: Replayed | None) -> Parcel:
        """Record of whom an attempt tells, and sign it."""
        entry, key, at = told.entries[0], row["id"], self.now()
        message = f"{key}.{entry.id}"
        self._disclose(told.scope, entry, message, row["created_by"])
        live = Tries(**{name: row[name] for name in TRIES})
        body = orjson.dumps(cloud_event(entry, told.scope))
        secrets = [one.secret for one in self.seals.secrets(key, row["secrets"], at)]
        tries = replace(live, attempts=letter.attempts, refusals=0) if letter else live
        return Parcel(
            subscription=key,
            entry=entry,
            replayed=letter is not None,
            asked_by=letter.asked_by if letter else None,
            tries=tries,
            live=live,
            address=self.seals.address(key, row["url"]),
            headers={**signed_headers(message, at, body, secrets), "Content-Type": MEDIA_TYPE},
            body=body,
        )

    def _disclose(self, scope: Scope, entry: Entry, message: str, whose: str) -> None:
        self.access.record(
            AccessRecord(
                actor=Actor(
                    id=ACTOR, role="agency", unit=None, agency=scope.agency, on_behalf_of=whose
                ),
                purpose=Purpose.KERJA_SAMA,
                agreement=scope.agreement,
                route="webhook",
                subjects=() if entry.subject.startswith(OF_NOBODY) else (entry.subject,),
                fields=tuple(sorted(entry.data or ())),
                rows=1,
                trace_id=message,
            )
        )

    def settle(self, parcel: Parcel, answer: Answer) -> Onward | Lost:
        """Keep what came of an attempt, and what follows from it."""
        at, key = self.now(), parcel.subscription
        decided = decide(answer, parcel.tries, at, self.chance(), replayed=parcel.replayed)
        with transaction(self.pool) as connection:
            ours = self._ours(connection, key)
            log(
                connection,
                key,
                Did.REPLAY if parcel.replayed else Did.ENTRY,
                entry=parcel.entry.id,
                attempt=parcel.tries.attempts + 1,
                status=answer.status,
                cause=answer.why,
                milliseconds=answer.milliseconds,
                actor=parcel.asked_by,
            )
            if not ours:
                return Lost()
            self._keep_letter(connection, parcel, answer, decided)
            connection.execute(GO_ON, _gone_on(parcel, decided))
            if decided.fate is Fate.EXHAUSTED:
                self._stop(connection, key, SubscriptionState.PAUSED, Why.EXHAUSTED)
            if decided.fate is Fate.GONE:
                self._stop(connection, key, SubscriptionState.DISABLED, Why.GONE)
        return Onward()

    def _keep_letter(
        self, connection: Connection[Any], parcel: Parcel, answer: Answer, decided: Decided
    ) -> None:
        key, entry, tried = parcel.subscription, parcel.entry, parcel.tries.attempts + 1
        if parcel.replayed and not webhook_letters.there(connection, key, entry):
            return  # thrown away by the agency, while it was on its way
        if decided.fate in {Fate.DEAD, Fate.EXHAUSTED}:
            cause = answer.why or ""
            webhook_letters.put_aside(connection, key, entry, cause, tried, answer.status)
        elif parcel.replayed and decided.fate is Fate.TAKEN:
            webhook_letters.taken(connection, key, entry, parcel.asked_by)
        elif parcel.replayed:
            webhook_letters.tried(connection, key, entry, tried)

    def _ours(self, connection: Connection[Any], subscription: str) -> bool:
        """Say whether the lease is still ours; nobody else changes the subscription meanwhile."""
        found = connection.execute(OURS, {"id": subscription, "me": self.me})
        return found.rowcount > 0

    def _stop(
        self, connection: Connection[Any], subscription: str, state: SubscriptionState, why: Why
    ) -> None:
        """Send nothing any more, by ourselves."""
        said = {"id": subscription, "me": self.me, "state": state.value, "why": why.value}
        if connection.execute(STOP, said).rowcount:
            paused = state is SubscriptionState.PAUSED
            log(connection, subscription, Did.PAUSED if paused else Did.DISABLED, cause=why.value)
            lines.info("webhook_stopped", error=why.value)


def _gone_on(parcel: Parcel, decided: Decided) -> dict[str, Any]:
    """Return how far a subscription is; a replay leaves what the next entry had alone."""
    over = decided.fate in {Fate.TAKEN, Fate.DEAD, Fate.EXHAUSTED}
    next_entry = parcel.live if parcel.replayed else AFRESH if over else decided.tries
    return {
        "id": parcel.subscription,
        "delivered": parcel.entry.id if over and not parcel.replayed else 0,
        "attempts": next_entry.attempts,
        "refusals": next_entry.refusals,
        "troubles": decided.tries.troubles,
        "troubled_since": decided.tries.troubled_since,
        "failing_since": decided.tries.failing_since,
        "spurned": decided.tries.spurned,
        "next_at": decided.next_at,
    }
