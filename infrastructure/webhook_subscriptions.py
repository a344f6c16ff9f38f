"""Subscriptions in PostgreSQL: made, read and changed by their agency, each change on the log."""

from asyncio import timeout, to_thread
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg_pool import ConnectionPool

from application.cloud_events import MEDIA_TYPE, SPEC_VERSION, source_of
from application.feeds import Audience
from application.webhook_fates import Answer
from application.webhooks import (
    AddressRefused,
    AlreadySent,
    CauseCount,
    DeadLetter,
    Delivery,
    Did,
    Disabled,
    NoSuchSubscription,
    Opened,
    Subscription,
    SubscriptionState,
    Tally,
    TooMany,
    TooSoon,
    Why,
)
from infrastructure import webhook_letters
from infrastructure.connections import transaction
from infrastructure.restored_feeds import BEYOND
from infrastructure.webhook_guard import NOT_PUBLIC
from infrastructure.webhook_log import TRIED, line_of, log, logged, tested
from infrastructure.webhook_post import CONNECT_SECONDS, Post
from infrastructure.webhook_seals import SigningSecret, WebhookSeals
from infrastructure.webhook_signing import new_secret, signed_headers

TESTS_MOST: Final = 6
"""Test events to one address within a minute: it may be somebody's who never asked for them."""
LOCK: Final = 731_641
"""First half of the advisory lock under which an audience's subscriptions are counted."""
SUBSCRIPTIONS_MOST: Final = 10
"""Of an audience, that are not disabled: each entry is sent to each of them."""
SECRETS_MOST: Final = 4
"""That sign at once: a receiver looks through all of them."""
FAILING: Final = (
    "(s.failing_since IS NOT NULL AND (s.attempts > 0 OR s.troubles > 0 OR s.delivered < a.head))"
)
"""Nothing is taken, though there is something to send: what lies put aside is told apart."""
SHOWN: Final = (
    "SELECT s.id::text, a.agreement, a.agency, s.url, s.secrets, s.state, s.why, s.delivered,"  # noqa: S608
    " a.head, s.attempts, CASE WHEN " + FAILING + " THEN s.failing_since END AS failing_since,"
    " s.next_at, s.created_by, s.created_at,"
    " (SELECT count(*) FROM feed.dead_letter AS d WHERE d.subscription = s.id) AS dead,"
    " to_jsonb(line) - 'subscription' AS last FROM feed.subscription AS s"
    " JOIN feed.audience AS a ON a.id = s.audience LEFT JOIN LATERAL"
    " (SELECT * FROM feed.delivery WHERE subscription = s.id AND what = ANY(%(tried)s)"
    "  ORDER BY number DESC LIMIT 1) AS line ON true"
    " WHERE a.agency = %(agency)s"
)
TALLY: Final = (
    "SELECT count(*) FILTER (WHERE s.state = 'active') AS active,"  # noqa: S608
    " count(*) FILTER (WHERE s.state = 'paused') AS paused,"
    " count(*) FILTER (WHERE s.state = 'disabled') AS disabled,"
    " count(*) FILTER (WHERE s.state = 'active' AND " + FAILING + ") AS failing,"
    " coalesce(sum((a.head - s.delivered) % " + str(BEYOND) + ")"
    "  FILTER (WHERE s.state = 'active'), 0)::bigint AS behind,"
    " (SELECT count(*) FROM feed.dead_letter) AS dead_letters"
    " FROM feed.subscription AS s JOIN feed.audience AS a ON a.id = s.audience"
)
"""Numbers grow by one, but for those that a restore passed over: these are no entries."""
RESUME: Final = (
    "UPDATE feed.subscription SET state = 'active', why = NULL, attempts = 0, refusals = 0,"
    " troubles = 0, troubled_since = NULL, failing_since = NULL, spurned = 0, next_at = %s,"
    " version = version + 1"
)
KEPT: Final = (
    "SELECT s.url, s.secrets, s.state, a.agreement FROM feed.subscription AS s"
    " JOIN feed.audience AS a ON a.id = s.audience"
    " WHERE a.agency = %(agency)s AND s.id = %(id)s"
)
LOCKED: Final = KEPT + " FOR UPDATE OF s"


class PostgresWebhooks:
    """An `application.webhooks.Webhooks`. ``changed`` are told when a sender has something to do.

    ``now`` gives an aware instant, ``new_id`` a UUID.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        seals: WebhookSeals,
        post: Post,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._pool, self._seals, self._post = pool, seals, post
        self._now, self._new_id = now, new_id
        self.changed: list[Callable[[], None]] = []

    async def ensure_address(self, url: str) -> None:
        """Raise `AddressRefused` for an address that nothing would be sent to."""
        target = self._post.guard.target(url)
        try:
            async with timeout(CONNECT_SECONDS):
                await self._post.guard.addresses(target)
        except TimeoutError as error:
            raise AddressRefused(NOT_PUBLIC) from error

    def open(self, audience: Audience, url: str, by: str, after: int = 0) -> Opened:
        """Subscribe to the entries after one; raise `AlreadySent` or `TooMany`."""
        self._post.guard.target(url)
        subscription, secret = self._new_id(), new_secret()
        with transaction(self._pool) as connection:
            key = _audience_key(connection, audience)
            self._ensure_another(connection, key, url)
            connection.execute(
                "INSERT INTO feed.subscription"
                " (id, audience, url, secrets, delivered, next_at, created_by)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (
                    subscription,
                    key,
                    self._seals.seal_address(subscription, url),
                    self._seals.seal_secrets(subscription, [SigningSecret(secret, None)]),
                    after,
                    self._now(),
                    by,
                ),
            )
            log(connection, subscription, Did.OPENED, actor=by)
        self._tell()
        return Opened(subscription=self.one(audience.agency, subscription), secret=secret)

    def of(self, agency: str) -> Sequence[Subscription]:
        """Return an agency's subscriptions, the oldest first."""
        return self._shown(" ORDER BY s.created_at, s.id", agency=agency)

    def one(self, agency: str, subscription: str) -> Subscription:
        """Return one of them; raise `NoSuchSubscription`."""
        found = self._shown(" AND s.id = %(id)s", agency=agency, id=subscription)
        if not found:
            raise NoSuchSubscription
        return found[0]

    def pause(self, agency: str, subscription: str, by: str) -> Subscription:
        """Send nothing until it is resumed; raise `Disabled`."""
        with self._changing(agency, subscription) as (connection, row):
            _ensure_enabled(row)
            if row["state"] == SubscriptionState.ACTIVE.value:
                _set_state(connection, subscription, SubscriptionState.PAUSED, Why.ASKED)
                log(connection, subscription, Did.PAUSED, actor=by)
        return self.one(agency, subscription)

    def resume(self, agency: str, subscription: str, by: str) -> Subscription:
        """Go on where it stood, at once: also one that only waits for its next attempt."""
        with self._changing(agency, subscription) as (connection, row):
            _ensure_enabled(row)
            connection.execute(RESUME + " WHERE id = %s", (self._now(), subscription))
            log(connection, subscription, Did.RESUMED, actor=by)
        return self.one(agency, subscription)

    def disable(self, agency: str, subscription: str, by: str) -> Subscription:
        """Send nothing any more. The log and the dead letters can still be read."""
        with self._changing(agency, subscription) as (connection, row):
            if row["state"] != SubscriptionState.DISABLED.value:
                _set_state(connection, subscription, SubscriptionState.DISABLED, Why.REMOVED)
                log(connection, subscription, Did.DISABLED, actor=by)
        return self.one(agency, subscription)

    def rotate(self, agency: str, subscription: str, by: str, overlap: timedelta) -> Opened:
        """Sign with a new secret, and for a while with those before it; raise `Disabled`."""
        now, secret = self._now(), new_secret()
        with self._changing(agency, subscription) as (connection, row):
            _ensure_enabled(row)
            until = now + overlap
            before = [
                SigningSecret(one.secret, min(one.until or until, until))
                for one in self._seals.secrets(subscription, row["secrets"], now)
            ]
            still = [one for one in before if one.until and one.until > now][: SECRETS_MOST - 1]
            box = self._seals.seal_secrets(subscription, [SigningSecret(secret, None), *still])
            connection.execute(
                "UPDATE feed.subscription SET secrets = %s WHERE id = %s", (box, subscription)
            )
            log(connection, subscription, Did.ROTATED, actor=by)
        return Opened(subscription=self.one(agency, subscription), secret=secret)

    async def test(self, agency: str, subscription: str, by: str) -> Delivery:
        """Send a test event now, in the log too; raise `Disabled` or `TooSoon`."""
        row = await to_thread(self._may_test, agency, subscription)
        now, event = self._now(), self._new_id()
        body = orjson.dumps(
            {
                "specversion": SPEC_VERSION,
                "id": event,
                "source": source_of(row["agreement"]),
                "type": "jejak.test",
                "time": now.isoformat(),
            }
        )
        secrets = [one.secret for one in self._seals.secrets(subscription, row["secrets"], now)]
        headers = signed_headers(f"{subscription}.test-{event}", now, body, secrets)
        headers["Content-Type"] = MEDIA_TYPE
        address = self._seals.address(subscription, row["url"])
        answer = await self._post(address, headers, body)
        return await to_thread(self._log_test, subscription, by, answer)

    def _may_test(self, agency: str, subscription: str) -> dict[str, Any]:
        with self._pool.connection() as connection:
            row = _row(connection, agency, subscription)
            _ensure_enabled(row)
            if tested(connection, subscription) >= TESTS_MOST:
                raise TooSoon
        return row

    def _log_test(self, subscription: str, by: str, answer: Answer) -> Delivery:
        said = {"status": answer.status, "cause": answer.why, "milliseconds": answer.milliseconds}
        with self._pool.connection() as connection:
            return log(connection, subscription, Did.TEST, attempt=1, actor=by, **said)

    def resume_restored(self) -> int:
        """Have those that a restore paused send again; return how many."""
        which = " WHERE state = 'paused' AND why = %s RETURNING id::text"
        with transaction(self._pool) as connection:
            said = (self._now(), Why.RESTORED.value)
            found = connection.execute(RESUME + which, said).fetchall()
            for (subscription,) in found:
                log(connection, subscription, Did.RESUMED, cause=Why.RESTORED.value)
        self._tell()
        return len(found)

    def tally(self) -> Tally:
        """Return how all webhooks go."""
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Tally))
            return next(cursor.execute(TALLY))

    def deliveries(
        self, agency: str, subscription: str, before: int | None, most: int
    ) -> Sequence[Delivery]:
        """Return lines of the log below a number, the newest first."""
        with self._pool.connection() as connection:
            _row(connection, agency, subscription)
            return logged(connection, subscription, before, most)

    def dead_letters(
        self, agency: str, subscription: str, cause: str | None, after: int, most: int
    ) -> Sequence[DeadLetter]:
        """Return dead letters after an entry, in the order of entries; of one cause, or all."""
        with self._pool.connection() as connection:
            _row(connection, agency, subscription)
            return webhook_letters.listed(connection, subscription, cause, after, most)

    def causes(self, agency: str, subscription: str) -> Sequence[CauseCount]:
        """Return how many dead letters there are of each cause, the most frequent first."""
        with self._pool.connection() as connection:
            _row(connection, agency, subscription)
            return webhook_letters.by_cause(connection, subscription)

    def replay(
        self,
        agency: str,
        subscription: str,
        by: str,
        *,
        cause: str | None = None,
        entries: Collection[int] | None = None,
    ) -> int:
        """Have dead letters sent once more; raise `Disabled`."""
        with self._changing(agency, subscription) as (connection, row):
            _ensure_enabled(row)
            count = webhook_letters.replay(connection, subscription, by, cause, entries)
            if count:
                log(connection, subscription, Did.REPLAYED, attempt=count, cause=cause, actor=by)
        return count

    def discard(
        self,
        agency: str,
        subscription: str,
        by: str,
        *,
        cause: str | None = None,
        entries: Collection[int] | None = None,
    ) -> int:
        """Throw dead letters away; what waited behind them follows."""
        with self._changing(agency, subscription) as (connection, _):
            count = webhook_letters.discard(connection, subscription, by, cause, entries)
            if count:
                log(connection, subscription, Did.DISCARDED, attempt=count, cause=cause, actor=by)
        return count

    @contextmanager
    def _changing(
        self, agency: str, subscription: str
    ) -> Iterator[tuple[Connection[Any], dict[str, Any]]]:
        """Give a transaction in which nobody else changes a subscription; then tell its sender."""
        with transaction(self._pool) as connection:
            row = _row(connection, agency, subscription, lock=True)
            yield connection, row
            connection.execute(
                "UPDATE feed.subscription SET version = version + 1 WHERE id = %s", (subscription,)
            )
        self._tell()

    def _tell(self) -> None:
        for changed in self.changed:
            changed()

    def _shown(self, which: str, **said: Any) -> list[Subscription]:
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            values = {**said, "tried": list(TRIED)}
            rows = cursor.execute((SHOWN + which).encode(), values).fetchall()
        return [self._from(row) for row in rows]

    def _from(self, row: dict[str, Any]) -> Subscription:
        """Return a row as its agency sees it."""
        key, audience = row["id"], Audience(agreement=row["agreement"], agency=row["agency"])
        signing = self._seals.secrets(key, row.pop("secrets"), self._now())
        last = row.pop("last")
        for name in ("agreement", "agency"):
            del row[name]
        opened = {
            "url": self._seals.address(key, row["url"]),
            "audience": audience,
            "state": SubscriptionState(row["state"]),
            "why": row["why"] and Why(row["why"]),
            "signing": tuple(one.until for one in signing),
            "last": last and line_of(last),
        }
        return Subscription(**{**row, **opened})

    def _ensure_another(self, connection: Connection[Any], audience: int, url: str) -> None:
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK, audience))
        there = connection.execute(
            "SELECT id::text, url FROM feed.subscription"
            " WHERE audience = %s AND state <> 'disabled'",
            (audience,),
        ).fetchall()
        for subscription, box in there:
            if self._seals.address(subscription, box) == url:
                raise AlreadySent(subscription)
        if len(there) >= SUBSCRIPTIONS_MOST:
            raise TooMany


def _audience_key(connection: Connection[Any], audience: Audience) -> int:
    said = (audience.agreement, audience.agency)
    connection.execute(
        "INSERT INTO feed.audience (agreement, agency) VALUES (%s, %s) ON CONFLICT DO NOTHING", said
    )
    found = connection.execute(
        "SELECT id FROM feed.audience WHERE agreement = %s AND agency = %s", said
    ).fetchone()
    return int(found[0]) if found else 0


def _row(
    connection: Connection[Any], agency: str, subscription: str, *, lock: bool = False
) -> dict[str, Any]:
    """Return what is kept of a subscription; raise `NoSuchSubscription`."""
    cursor = connection.cursor(row_factory=dict_row)
    said = {"agency": agency, "id": subscription}
    row = cursor.execute(LOCKED if lock else KEPT, said).fetchone()
    if row is None:
        raise NoSuchSubscription
    return row


def _ensure_enabled(row: dict[str, Any]) -> None:
    if row["state"] == SubscriptionState.DISABLED.value:
        raise Disabled


def _set_state(
    connection: Connection[Any], subscription: str, state: SubscriptionState, why: Why
) -> None:
    connection.execute(
        "UPDATE feed.subscription SET state = %s, why = %s WHERE id = %s",
        (state.value, why.value, subscription),
    )
