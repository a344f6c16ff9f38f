"""Webhooks over the database of a few tests: sent turn by turn, with a clock that tests move."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from databases import own_database
from feeding_house import LIBRARY, MEDAN, FeedingHouse, audience

from infrastructure.access_ledger import PostgresAccessLedger
from infrastructure.connections import service_pool, transaction
from infrastructure.ledger import EventsourcingLedger
from infrastructure.master_key import MasterKey
from infrastructure.projector import sending
from infrastructure.webhook_courier import Lost, Onward, Rest

ANYWHERE = "127.0.0.1:*"
TURNS_MOST = 500


class SendingHouse(FeedingHouse):
    """One process that sends, as far as a test has it send."""

    def __init__(self, ledger, pool, access, portal) -> None:
        super().__init__(ledger, pool)
        self.access, self.portal = access, portal
        self.webhooks, self.sender = self.another_sender()

    def another_sender(self):
        """What sends in another process, or in one that was started again."""
        return sending(ANYWHERE, self.ledger, self.pool, self.feeds, self.access, self.wall.now)

    def subscribe(self, agreement, receiver, agency=LIBRARY, after=0):
        """Have a feed sent; return the subscription's id and its secret."""
        opened = self.webhooks.open(audience(agreement, agency), receiver.url, "user-1", after)
        return opened.subscription.id, opened.secret

    def agreed_on(self, *subjects):
        """Agree with a library, and tell it of subjects by name, an entry each."""
        agreement = self.agree()
        self.follow()
        self.fill(agreement, *subjects)
        return agreement

    def fill(self, agreement, *subjects):
        """Tell of subjects, as if something became of them that nobody may know.

        With a minus before it, that a subject is shared no more.
        """
        with transaction(self.pool) as connection:
            number, head = connection.execute(
                "UPDATE feed.audience SET head = head + %s WHERE agreement = %s AND agency = %s"
                " RETURNING id, head",
                (len(subjects), agreement.key, LIBRARY),
            ).fetchone()
            for place, subject in enumerate(subjects, head - len(subjects) + 1):
                name = subject.removeprefix("-")
                change = "upsert" if name == subject else "withdrawn"
                connection.execute(
                    "INSERT INTO feed.entry (audience, id, subject, owner, unit, pseudonym, change,"
                    " event, position, at, fields) VALUES"
                    " (%s, %s, %s, '', %s, %s, %s, 'journey.changed', 1, %s, '{}')",
                    (number, place, f"case:{name}", MEDAN, name, change, self.wall.at),
                )

    def one(self, subscription, agency=LIBRARY):
        return self.webhooks.one(agency, subscription)

    def letters(self, subscription):
        """Return its dead letters: entry, cause, and whether it is on its way again."""
        found = self.webhooks.dead_letters(LIBRARY, subscription, None, 0, 1000)
        return [(one.entry, one.cause, one.replaying) for one in found]

    def send(self, subscription, sender=None):
        """Send until there is nothing to do now; return what there is to wait for."""
        sender = sender or self.sender
        sender.claim()
        for _ in range(TURNS_MOST):
            then = self.portal.call(sender.turn, subscription)
            if not isinstance(then, Onward):
                return then
        raise AssertionError(subscription)

    def send_on(self, subscription, within=timedelta(days=8)):
        """Send, and let the clock go on to each next attempt, until nothing is left to wait for."""
        end = self.wall.at + within
        while isinstance(then := self.send(subscription), Rest) and then.until:
            assert then.until <= end
            self.wall.at = then.until
        return then

    def recorded(self, agreement):
        """Return what the book of reads has of deliveries under an agreement, in order."""
        rows = self.ask_database(
            "SELECT convert_from(body, 'UTF8')::jsonb FROM ledger.access"
            " WHERE convert_from(body, 'UTF8')::jsonb ->> 'agreement' = %s ORDER BY number",
            agreement.key,
        )
        return [row for (row,) in rows]


@contextmanager
def sending_house(postgres, template, portal) -> Iterator[SendingHouse]:
    with (
        own_database(postgres, template) as database,
        service_pool(database) as pool,
        EventsourcingLedger(pool, MasterKey(b"k" * 32)) as ledger,
        PostgresAccessLedger(pool) as access,
    ):
        house = SendingHouse(ledger, pool, access, portal)
        house.open()
        yield house
        house.sender.close()
        house.feeder.close()


def sent(receiver):
    """Return the entries that came, in the order of coming, once each by their webhook-id."""
    once = {headers["webhook-id"]: json.loads(body) for headers, body in receiver.got}
    return [int(one["id"]) for one in once.values()]


def came(receiver):
    return [int(json.loads(body)["id"]) for _, body in receiver.got]


def refusing(*subjects, status=422):
    """Answer that some subjects are not taken, until the set is emptied."""
    refused = set(subjects)
    return refused, lambda event: status if event["subject"] in refused else 204


@contextmanager
def withheld(house):
    """Let nothing be written to the book of reads."""
    name = "EXECUTE ON FUNCTION ledger.record_access"
    with psycopg.connect(house.pool.conninfo, autocommit=True) as owner:
        owner.execute(f"REVOKE {name} FROM jejak_service")
        yield
        owner.execute(f"GRANT {name} TO jejak_service")


__all__ = [
    "Lost",
    "Onward",
    "Rest",
    "SendingHouse",
    "came",
    "refusing",
    "sending_house",
    "sent",
    "withheld",
]
