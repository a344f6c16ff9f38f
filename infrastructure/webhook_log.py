"""The delivery log in PostgreSQL: every attempt and every change, in codes and numbers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from application.webhooks import Delivery, Did

TRIED: Final = (Did.ENTRY.value, Did.REPLAY.value, Did.TEST.value)
"""Lines that are attempts."""
WRITE: Final = (
    "WITH counted AS (UPDATE feed.subscription SET lines = lines + 1 WHERE id = %(subscription)s"
    "  RETURNING id, lines)"
    " INSERT INTO feed.delivery AS line"
    " (subscription, number, entry, what, attempt, status, cause, milliseconds, actor)"
    " SELECT id, lines, %(entry)s::bigint, %(what)s, %(attempt)s::integer, %(status)s::integer,"
    " %(cause)s::text, %(milliseconds)s::integer, %(actor)s::text FROM counted"
    " RETURNING to_jsonb(line) - 'subscription'"
)
READ: Final = (
    "SELECT to_jsonb(line) - 'subscription' FROM feed.delivery AS line"
    " WHERE subscription = %(subscription)s"
    " AND (%(before)s::bigint IS NULL OR number < %(before)s)"
    " ORDER BY number DESC LIMIT %(most)s"
)
TESTED: Final = (
    "SELECT count(*) FROM feed.delivery WHERE subscription = %s AND what = 'test'"
    " AND at > clock_timestamp() - interval '1 minute'"
)
NOTHING: Final = {
    "entry": None,
    "attempt": 0,
    "status": None,
    "cause": None,
    "milliseconds": None,
    "actor": None,
}


def log(connection: Connection[Any], subscription: str, what: Did, **said: Any) -> Delivery:
    """Write a line; ``said`` are its columns, as far as there is something to say."""
    values = {**NOTHING, **said, "subscription": subscription, "what": what.value}
    row = connection.execute(WRITE, values).fetchone()
    if row is None:
        raise LookupError(subscription)
    return line_of(row[0])


def tested(connection: Connection[Any], subscription: str) -> int:
    """Return how many test events there were within a minute."""
    row = connection.execute(TESTED, (subscription,)).fetchone()
    return int(row[0]) if row else 0


def logged(
    connection: Connection[Any], subscription: str, before: int | None, most: int
) -> Sequence[Delivery]:
    """Return lines below a number, the newest first."""
    said = {"subscription": subscription, "before": before, "most": most}
    return [line_of(row) for (row,) in connection.execute(READ, said).fetchall()]


def line_of(row: dict[str, Any]) -> Delivery:
    """Return a line as JSON gave it."""
    return Delivery(**{**row, "what": Did(row["what"]), "at": datetime.fromisoformat(row["at"])})
