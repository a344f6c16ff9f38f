"""Dead letters in PostgreSQL: what was put aside, and in which order it comes out again.

Of each subject the oldest letter is the one that a receiver would not take; those after it wait
`BEHIND` it. Once it is taken or thrown away, they follow by themselves, in order. So a receiver
never hears of a subject what was before something that it has heard already. A withdrawal waits for
none of them: it takes their place.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composable

from application.feeds import Entry
from application.webhooks import BEHIND, CauseCount, DeadLetter

LISTED: Final = (
    "SELECT d.entry, e.subject AS stream, e.pseudonym, e.event || '.' || e.change AS type, d.cause,"
    " d.attempts, d.status, d.since, d.replaying"
    " FROM feed.dead_letter AS d JOIN feed.subscription AS s ON s.id = d.subscription"
    " JOIN feed.entry AS e ON e.audience = s.audience AND e.id = d.entry"
    " WHERE d.subscription = %(subscription)s AND d.entry > %(after)s"
    " AND (%(cause)s::text IS NULL OR d.cause = %(cause)s) ORDER BY d.entry LIMIT %(most)s"
)
CAUSES: Final = (
    "SELECT d.cause, count(*) AS count,"
    " count(*) FILTER (WHERE e.change = 'withdrawn') AS withdrawals,"
    " count(*) FILTER (WHERE d.replaying) AS replaying, min(d.since) AS since"
    " FROM feed.dead_letter AS d JOIN feed.subscription AS s ON s.id = d.subscription"
    " JOIN feed.entry AS e ON e.audience = s.audience AND e.id = d.entry"
    " WHERE d.subscription = %s GROUP BY d.cause ORDER BY count(*) DESC, d.cause"
)
REPLAY: Final = SQL(
    "UPDATE feed.dead_letter AS d SET replaying = true, asked_by = %(by)s"
    " FROM (SELECT subject, max(entry) AS upto FROM feed.dead_letter AS chosen"
    "  WHERE subscription = %(subscription)s AND {} GROUP BY subject) AS wanted"
    " WHERE d.subscription = %(subscription)s AND d.subject = wanted.subject"
    " AND d.entry <= wanted.upto AND NOT d.replaying RETURNING d.entry"
)
"""With each chosen letter go the older ones of its subject: they come first."""
DISCARD: Final = SQL(
    "DELETE FROM feed.dead_letter AS chosen WHERE subscription = %(subscription)s AND {}"
    " RETURNING subject"
)
FOLLOW: Final = (
    "UPDATE feed.dead_letter AS d SET replaying = true, asked_by = %(by)s"
    " WHERE d.subscription = %(subscription)s AND d.subject = ANY(%(subjects)s)"
    " AND d.cause = %(behind)s AND NOT d.replaying"
    " AND NOT EXISTS (SELECT FROM feed.dead_letter AS older"
    "  WHERE older.subscription = d.subscription AND older.subject = d.subject"
    "  AND older.entry < d.entry AND older.cause <> %(behind)s AND NOT older.replaying)"
)
"""Let those out that wait behind nothing any more."""


def listed(
    connection: Connection[Any], subscription: str, cause: str | None, after: int, most: int
) -> Sequence[DeadLetter]:
    """Return dead letters in the order of entries."""
    said = {"subscription": subscription, "cause": cause, "after": after, "most": most}
    return connection.cursor(row_factory=class_row(DeadLetter)).execute(LISTED, said).fetchall()


def by_cause(connection: Connection[Any], subscription: str) -> Sequence[CauseCount]:
    """Return how many there are of each cause, the most frequent first."""
    cursor = connection.cursor(row_factory=class_row(CauseCount))
    return cursor.execute(CAUSES, (subscription,)).fetchall()


def replay(
    connection: Connection[Any],
    subscription: str,
    by: str,
    cause: str | None,
    entries: Collection[int] | None,
) -> int:
    """Have letters sent once more; return how many more are on their way now."""
    chosen, said = _chosen(subscription, cause, entries)
    return len(connection.execute(REPLAY.format(chosen), said | {"by": by}).fetchall())


def discard(
    connection: Connection[Any],
    subscription: str,
    by: str,
    cause: str | None,
    entries: Collection[int] | None,
) -> int:
    """Throw letters away, and let follow what waited behind them; return how many."""
    chosen, said = _chosen(subscription, cause, entries)
    gone = [subject for (subject,) in connection.execute(DISCARD.format(chosen), said).fetchall()]
    follow(connection, subscription, set(gone), by)
    return len(gone)


def supersede(connection: Connection[Any], subscription: str, withdrawal: Entry) -> int:
    """Throw away what was put aside about a subject before it was withdrawn; return how many.

    None of it has data any more, and after the withdrawal it says nothing.
    """
    gone = connection.execute(
        "DELETE FROM feed.dead_letter WHERE subscription = %s AND subject = %s AND entry < %s",
        (subscription, withdrawal.subject, withdrawal.id),
    )
    return gone.rowcount


def put_aside(  # noqa: PLR0913, PLR0917  # what a row holds
    connection: Connection[Any],
    subscription: str,
    entry: Entry,
    cause: str,
    attempts: int,
    status: int | None,
) -> None:
    """Make a dead letter of an entry; one that is there already is back, with what it says now.

    What is about the same subject and was on its way waits behind it again.
    """
    connection.execute(
        "INSERT INTO feed.dead_letter (subscription, entry, subject, cause, attempts, status)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (subscription, entry) DO UPDATE SET"
        " cause = EXCLUDED.cause, attempts = EXCLUDED.attempts, status = EXCLUDED.status,"
        " since = clock_timestamp(), asked_by = NULL",
        (subscription, entry.id, entry.subject, cause, attempts, status),
    )
    connection.execute(
        "UPDATE feed.dead_letter SET replaying = false"
        " WHERE subscription = %s AND subject = %s AND entry >= %s AND replaying",
        (subscription, entry.subject, entry.id),
    )


def taken(
    connection: Connection[Any], subscription: str, entry: Entry, asked_by: str | None
) -> None:
    """Forget a letter that was taken after all, and let follow what waited behind it."""
    connection.execute(
        "DELETE FROM feed.dead_letter WHERE subscription = %s AND entry = %s",
        (subscription, entry.id),
    )
    follow(connection, subscription, {entry.subject}, asked_by)


def tried(connection: Connection[Any], subscription: str, entry: Entry, attempts: int) -> None:
    """Count an attempt at a letter that is still on its way."""
    connection.execute(
        "UPDATE feed.dead_letter SET attempts = %s WHERE subscription = %s AND entry = %s",
        (attempts, subscription, entry.id),
    )


def follow(
    connection: Connection[Any], subscription: str, subjects: Collection[str], by: str | None
) -> None:
    """Let letters of these subjects out that wait behind nothing any more."""
    said = {"subscription": subscription, "subjects": sorted(subjects), "behind": BEHIND}
    connection.execute(FOLLOW, said | {"by": by})


def there(connection: Connection[Any], subscription: str, entry: Entry) -> bool:
    """Say whether an entry is a dead letter."""
    found = connection.execute(
        "SELECT FROM feed.dead_letter WHERE subscription = %s AND entry = %s",
        (subscription, entry.id),
    )
    return found.rowcount > 0


def waits(connection: Connection[Any], subscription: str, subject: str) -> bool:
    """Say whether something of a subject was put aside, so that all that follows is too."""
    found = connection.execute(
        "SELECT FROM feed.dead_letter WHERE subscription = %s AND subject = %s LIMIT 1",
        (subscription, subject),
    )
    return found.rowcount > 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """A letter on its way: its entry, how often it was tried, and who asked for that."""

    entry: int
    attempts: int
    asked_by: str | None


def next_replayed(connection: Connection[Any], subscription: str) -> Replayed | None:
    """Return the oldest letter on its way."""
    cursor = connection.cursor(row_factory=class_row(Replayed))
    return cursor.execute(
        "SELECT entry, attempts, asked_by FROM feed.dead_letter"
        " WHERE subscription = %s AND replaying ORDER BY entry LIMIT 1",
        (subscription,),
    ).fetchone()


def _chosen(
    subscription: str, cause: str | None, entries: Collection[int] | None
) -> tuple[Composable, dict[str, Any]]:
    said: dict[str, Any] = {"subscription": subscription, "cause": cause}
    if entries is not None:
        return SQL("chosen.entry = ANY(%(entries)s::bigint[])"), said | {"entries": sorted(entries)}
    if cause is not None:
        return SQL("chosen.cause = %(cause)s"), said
    return SQL("true"), said
