"""The service's own login: it can become the service's role, and no other.

To step down by SET ROLE is not enough where the login is the owner's: whatever got a statement of
its own past the service could step up again (RESET ROLE), and lift the triggers that keep the
ledger as it is. A login of its own has nothing to go back to.
"""

from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

LOGIN: Final = "jejak_app"
"""In a server of ours, which takes connections over a socket in a folder of ours only."""
LOCK: Final = 7316400921
"""Advisory lock of whoever lets the service in."""


def as_service(owner: str) -> str:
    """Return the service's conninfo in a server of ours, from its owner's."""
    return make_conninfo(owner, user=LOGIN)


def let_in(owner: str, service: str) -> None:
    """Make sure that the service's login, given by its conninfo, may become its role.

    The login of a server of ours is made; any other is there already, with whatever lets it in.
    Nothing happens where the service has no login of its own.
    """
    if service == owner:
        return
    ours = service == as_service(owner)
    login = LOGIN if ours else _user(service)
    with psycopg.connect(owner) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        there = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (login,)).rowcount
        if ours and not there:
            connection.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(login)))
        is_member = connection.execute(
            "SELECT pg_has_role(%s, 'jejak_service', 'MEMBER')", (login,)
        )
        if is_member.fetchone() != (True,):
            connection.execute(SQL("GRANT jejak_service TO {}").format(Identifier(login)))


def _user(conninfo: str) -> str:
    with psycopg.connect(conninfo) as connection:
        return connection.info.user
