"""What partners are told after a restore: nothing under a number that they may have seen before.

What a feed had told after the backup is not in it. Going on from where the backup left off would
give its numbers again, and who has read them already would pass over what they tell now. So each
feed goes on far beyond, and everybody who is in scope is told of anew: whatever was told of them in
between is put right. Of somebody who came into scope only in what was lost, nobody knows any more;
`docs/backup.md` says what to ask of partners.

Nor is anybody called: what was restored may be a copy, made to look at, beside the house that goes
on sending. Each webhook rests until somebody says that this is the house now.
"""

from typing import Final

from psycopg import Connection

from application.webhooks import Did, Why
from infrastructure.webhook_log import log

BEYOND: Final = 1_000_000_000
"""Numbers that are passed over: more than any feed has told."""
THERE: Final = "SELECT to_regclass('feed.audience') IS NOT NULL"
GO_BEYOND: Final = "UPDATE feed.audience SET head = head + %s, settled = NULL"
AS_IF_UNTOLD: Final = "UPDATE feed.present SET digest = ''"
REST: Final = (
    "UPDATE feed.subscription SET state = 'paused', why = %s WHERE state = 'active'"
    " RETURNING id::text"
)


def tell_anew(connection: Connection) -> int:
    """Have the feeds of a restored database go on beyond what partners may have seen.

    Its webhooks are paused; return how many that were.
    """
    if connection.execute(THERE).fetchone() != (True,):  # of an edition before there were feeds
        return 0
    with connection.transaction():
        connection.execute(GO_BEYOND, (BEYOND,))
        connection.execute(AS_IF_UNTOLD)
        paused = connection.execute(REST, (Why.RESTORED.value,)).fetchall()
        for (subscription,) in paused:
            log(connection, subscription, Did.PAUSED, cause=Why.RESTORED.value)
    return len(paused)
