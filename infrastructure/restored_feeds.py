"""What partners are told after a restore: nothing under a number that they may have seen before.

What a feed had told after the backup is not in it. Going on from where the backup left off would
give its numbers again, and who has read them already would pass over what they tell now. So each
feed goes on far beyond, and everybody who is in scope is told of anew: whatever was told of them in
between is put right. Of somebody who came into scope only in what was lost, nobody knows any more;
`docs/backup.md` says what to ask of partners.
"""

from typing import Final

from psycopg import Connection

BEYOND: Final = 1_000_000_000
"""Numbers that are passed over: more than any feed has told."""
THERE: Final = "SELECT to_regclass('feed.audience') IS NOT NULL"
GO_BEYOND: Final = "UPDATE feed.audience SET head = head + %s, settled = NULL"
AS_IF_UNTOLD: Final = "UPDATE feed.present SET digest = ''"


def tell_anew(connection: Connection) -> None:
    """Have the feeds of a restored database go on beyond what partners may have seen."""
    if connection.execute(THERE).fetchone() != (True,):  # of an edition before there were feeds
        return
    with connection.transaction():
        connection.execute(GO_BEYOND, (BEYOND,))
        connection.execute(AS_IF_UNTOLD)
