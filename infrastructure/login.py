"""Logins of our own: one can become the service's role, one the keys', and no other.

To step down by SET ROLE is not enough where the login is the owner's: whatever got a statement of
its own past the service could step up again (RESET ROLE), and lift the triggers that keep the
ledger as it is. A login of its own has nothing to go back to.
"""

from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

LOGINS: Final = {"jejak_service": "jejak_app", "jejak_keys": "jejak_keeper"}
"""By the role that it may become: in a server of ours, which takes connections over a socket in a
folder of ours only."""
LOCK: Final = 7316400921
"""Advisory lock of whoever lets a login in."""


def own_login(owner: str, role: str) -> str:
    """Return the conninfo for a role in a server of ours, from its owner's."""
    return make_conninfo(owner, user=LOGINS[role])


def let_in(owner: str, other: str, role: str) -> None:
    """Make sure that a login, given by its conninfo, may become a role.

    The login of a server of ours is made; any other is there already, with whatever lets it in.
    Nothing happens where it is the owner's.
    """
    if other == owner:
        return
    ours = other == own_login(owner, role)
    login = LOGINS[role] if ours else _user(other)
    with psycopg.connect(owner) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        there = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (login,)).rowcount
        if ours and not there:
            connection.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(login)))
        asked = connection.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", (login, role))
        if asked.fetchone() != (True,):
            connection.execute(SQL("GRANT {} TO {}").format(Identifier(role), Identifier(login)))


def _user(conninfo: str) -> str:
    with psycopg.connect(conninfo) as connection:
        return connection.info.user
