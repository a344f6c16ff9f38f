"""What the disk holds of a key that was destroyed, or wrapped anew."""

import os

import psycopg
import pytest
from uuid_utils import uuid7

from domain.kernel import DataClass
from infrastructure.key_cluster import embedded_keys
from infrastructure.key_store import KeyStore
from infrastructure.key_traces import Traces, behind, scrub
from infrastructure.master_key import KeptInFile, MasterKey
from infrastructure.migrations import KEYS, migrate
from infrastructure.rotation import rotate
from infrastructure.sealing import owner
from infrastructure.tombstones import Destruction
from infrastructure.wrapping import keeper_pool

BUDI, TONO = owner("budi", DataClass.PERSONAL), owner("tono", DataClass.SPECIFIC)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """Where the files of a key store's own PostgreSQL are."""
    return tmp_path_factory.mktemp("keys") / "keys"


@pytest.fixture(scope="module")
def cluster(disk):
    """A key store's own PostgreSQL."""
    with embedded_keys(disk, fsync=False) as cluster:
        yield cluster


@pytest.fixture
def dsn(cluster):
    """The owner's conninfo of a key store in that PostgreSQL."""
    name = f"keys_{uuid7().hex}"
    with psycopg.connect(cluster.conninfo(), autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
    migrate(cluster.conninfo(name), KEYS)
    return cluster.conninfo(name)


@pytest.fixture
def keys(dsn):
    with keeper_pool(dsn) as pool:
        keys = KeyStore(pool, MasterKey(os.urandom(32)))
        keys.ensure_master(str(uuid7()))
        yield keys


@pytest.mark.long
def test_a_destroyed_key_leaves_the_disk_and_the_others_stay(keys, dsn, disk):
    keys.of([BUDI, TONO])
    budi, tono = (wrapped_of(dsn, who) for who in ("budi", "tono"))
    checkpoint(dsn)
    assert found_in(disk, budi)
    keys.destroy(forgetting("budi"))
    assert behind(keys.pool)
    assert scrub(dsn) is Traces.NONE
    assert not behind(keys.pool)
    assert not found_in(disk, budi)
    assert found_in(disk, tono), "the search finds what is there"


@pytest.mark.parametrize("state", ["as a backup does", "by its number alone"])
def test_while_somebody_looks_at_the_state_of_before_it_is_said_that_the_key_is_there(
    keys, dsn, cluster, disk, state
):
    keys.of([BUDI])
    budi = wrapped_of(dsn, "budi")
    elsewhere = dsn if state == "as a backup does" else cluster.conninfo()
    with psycopg.connect(elsewhere) as looking:
        if state == "as a backup does":
            looking.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            looking.execute("SELECT count(*) FROM keys.sealing_key")
        else:
            looking.execute("SELECT pg_current_xact_id()")
        keys.destroy(forgetting("budi"))
        assert scrub(dsn, patience_seconds=0.1) is Traces.IN_THE_TABLES
        assert behind(keys.pool), "it is tried again"
    checkpoint(dsn)
    assert found_in(disk, budi)
    assert scrub(dsn) is Traces.NONE
    assert not found_in(disk, budi)


@pytest.mark.long
def test_what_is_wrapped_anew_leaves_nothing_under_the_older_master_key(keys, dsn, disk, tmp_path):
    keys.of([BUDI])
    with psycopg.connect(dsn) as connection:
        query = "SELECT wrapped FROM keys.secret UNION SELECT wrapped FROM keys.sealing_key"
        older = [row[0] for row in connection.execute(query)]
    checkpoint(dsn)
    assert all(found_in(disk, one) for one in older)
    place = KeptInFile(tmp_path)
    place.read()
    rotate(keys, place, heard_seconds=0)
    assert behind(keys.pool), "who is killed here is made up for at the next opening"
    assert scrub(dsn) is Traces.NONE
    assert not behind(keys.pool)
    assert not any(found_in(disk, one) for one in older)


def forgetting(subject):
    return Destruction(
        subjects=(subject,), event_id=str(uuid7()), stream=f"person:{subject}", told={"name": "x"}
    )


def checkpoint(conninfo):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def wrapped_of(conninfo, subject):
    with psycopg.connect(conninfo) as connection:
        query = "SELECT wrapped FROM keys.sealing_key WHERE subject = %s"
        return connection.execute(query, (subject,)).fetchone()[0]


def found_in(directory, content):
    return [
        path
        for path in directory.rglob("*")
        if path.is_file() and not path.is_symlink() and content in path.read_bytes()
    ]
