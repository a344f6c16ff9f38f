"""Every way to a database finds the server that takes writes, and what it commits is on disk."""

import time
from contextlib import contextmanager, suppress

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import PoolTimeout

from infrastructure.connections import service_pool
from infrastructure.sealer import sealer_pool
from infrastructure.standing_connection import StandingConnection
from infrastructure.wrapping import keeper_pool
from infrastructure.writing_line import WritingLine

POOLS = pytest.mark.parametrize("opened", [service_pool, keeper_pool, sealer_pool])


@contextmanager
def set_to(database, setting):
    """Set a default of the whole database, as its operator may have."""
    with psycopg.connect(database, autocommit=True) as owner:
        name = owner.info.dbname
        owner.execute(f"ALTER DATABASE {name} SET {setting}")
        yield owner
        owner.execute("SET default_transaction_read_only = off")
        owner.execute(f"ALTER DATABASE {name} RESET {setting.split()[0]}")


@POOLS
def test_what_a_pool_commits_is_on_the_disk_however_the_server_is_set(opened, database):
    """A key lost behind the page that it sealed is data lost; a lost leaf is another past."""
    with (
        set_to(database, "synchronous_commit = off"),
        opened(database) as pool,
        pool.connection() as connection,
    ):
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


@POOLS
def test_a_pool_passes_over_a_server_that_takes_no_writes(opened, database):
    with (
        opened(database) as pool,
        set_to(database, "default_transaction_read_only = on"),
        pytest.raises(psycopg.OperationalError, match="read-only"),
    ):
        # As the pool does it, but now: it would try again for seconds.
        psycopg.connect(pool.conninfo, **pool.kwargs)


def test_a_line_passes_over_a_server_that_takes_no_writes(database):
    line, reader = WritingLine(database), StandingConnection(database)
    with set_to(database, "default_transaction_read_only = on"):
        with pytest.raises(psycopg.OperationalError, match="read-only"):
            line.commit(b"SELECT 1", ())
        with pytest.raises(psycopg.OperationalError, match="read-only"), reader.connection():
            pass
    assert line.commit(b"SELECT 1", ()) == [(1,)]
    line.close()


@pytest.mark.long
def test_a_pool_is_there_soon_after_a_server_that_was_away(database):
    """The library's own pause doubles each time: after 17 s of it there were 12 more to wait."""
    with service_pool(database) as readers, keeper_pool(database) as keepers:
        readers.wait()
        keepers.wait()
        with away(database):
            until = time.monotonic() + 17
            while time.monotonic() < until:
                assert not answers(readers)
                assert not answers(keepers)
        back = time.monotonic()
        while not (answers(readers) and answers(keepers)):
            assert time.monotonic() - back < 6


def answers(pool):
    with suppress(PoolTimeout, psycopg.OperationalError), pool.connection(0.2) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)
    return False


@contextmanager
def away(database):
    """Let nobody into a database, and cut who is in it."""
    name = conninfo_to_dict(database)["dbname"]
    with psycopg.connect(make_conninfo(database, dbname="postgres"), autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        owner.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
        yield
        owner.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
