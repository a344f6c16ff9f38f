from pathlib import Path

import psycopg
import pytest

from infrastructure.embedded_postgres import (
    DataDirectoryInUse,
    EmbeddedPostgres,
    UpgradeCutShort,
    WrongMajorVersion,
)
from infrastructure.key_cluster import SEGMENTS, embedded_keys
from infrastructure.migrations import KEYS, migrate
from infrastructure.postgres_tenant import wheel_binaries
from infrastructure.postgres_upgrade import UpgradeFailed, upgrade, upgrade_all

pytestmark = pytest.mark.long

OLD = Path("/usr/lib/postgresql/15/bin")
needs_15 = pytest.mark.skipif(not OLD.exists(), reason="Debian's postgresql-15 is not installed")


@needs_15
def test_data_of_15_moves_to_the_version_of_the_wheel_and_the_old_cluster_is_kept(tmp_path):
    directory = tmp_path / "postgres"
    with EmbeddedPostgres(directory, binaries=OLD, fsync=False) as postgres:
        run(postgres.conninfo(), "CREATE ROLE reader LOGIN", "CREATE DATABASE jejak")
        migrate(postgres.conninfo("jejak"))
        run(
            postgres.conninfo("jejak"),
            "CREATE TABLE note (text text)",
            "GRANT SELECT ON note TO reader",
            "INSERT INTO note VALUES ('CREATE ROLE jejak_owner;'), ('dari 15')",
        )
        before = tables(postgres.conninfo("jejak"))
        with pytest.raises(DataDirectoryInUse):
            upgrade(directory, OLD)
    with pytest.raises(WrongMajorVersion, match="PostgreSQL 15"):
        EmbeddedPostgres(directory).start()

    kept = upgrade(directory, OLD)

    assert kept == directory / "cluster-15"
    assert (kept / "PG_VERSION").read_text() == "15\n"
    with EmbeddedPostgres(directory, fsync=False) as postgres:
        assert tables(postgres.conninfo("jejak")) == before
        as_reader = postgres.conninfo("jejak").replace("jejak_owner", "reader")
        with psycopg.connect(as_reader) as connection:
            found = connection.execute("SELECT text FROM note ORDER BY text").fetchall()
        assert found == [("CREATE ROLE jejak_owner;",), ("dari 15",)]
    (directory / "cluster-18").mkdir()
    with pytest.raises(UpgradeFailed, match="There is one already"):
        upgrade(directory, wheel_binaries())


@needs_15
def test_an_upgrade_that_fails_leaves_the_old_cluster_in_its_place_and_may_be_repeated(tmp_path):
    directory = tmp_path / "postgres"
    with EmbeddedPostgres(directory, binaries=OLD, fsync=False) as postgres:
        run(postgres.conninfo(), "CREATE DATABASE jejak")
        run(postgres.conninfo("jejak"), "CREATE EXTENSION adminpack")  # gone since 17
    with pytest.raises(UpgradeFailed, match="psql failed"):
        upgrade(directory, OLD)
    with EmbeddedPostgres(directory, binaries=OLD, fsync=False) as postgres:
        run(postgres.conninfo("jejak"), "DROP EXTENSION adminpack")
    upgrade(directory, OLD)
    assert (directory / "cluster/PG_VERSION").read_text() == "18\n"


def test_one_that_was_cut_short_between_two_names_is_told_and_goes_on(tmp_path):
    directory = tmp_path / "postgres"
    with EmbeddedPostgres(directory / "upgrade", fsync=False):
        pass
    (directory / "cluster-15").mkdir()
    with pytest.raises(UpgradeCutShort, match=r"docs/postgres-upgrade\.md"):
        EmbeddedPostgres(directory, fsync=False).start()
    assert upgrade_all(tmp_path, OLD) == [directory / "cluster-15"]
    with EmbeddedPostgres(directory, fsync=False):
        assert not (directory / "upgrade").exists()
    (directory / "cluster").rename(tmp_path / "elsewhere")
    with pytest.raises(UpgradeFailed, match=r"move .* back"):
        upgrade_all(tmp_path, OLD)


@needs_15
def test_the_keys_move_with_the_ledger_and_an_upgrade_that_was_interrupted_goes_on(tmp_path):
    with EmbeddedPostgres(tmp_path / "keys", binaries=OLD, initdb=SEGMENTS, fsync=False) as keys:
        run(keys.conninfo(), "CREATE DATABASE jejak_keys")
        migrate(keys.conninfo("jejak_keys"), KEYS)
        before = tables(keys.conninfo("jejak_keys"))
    ledger = tmp_path / "postgres/cluster"
    ledger.mkdir(parents=True)
    (ledger / "PG_VERSION").write_text("18\n")  # the one that was moved already
    assert upgrade_all(tmp_path, OLD) == [tmp_path / "keys/cluster-15"]
    with embedded_keys(tmp_path / "keys") as keys:
        assert tables(keys.conninfo("jejak_keys")) == before
    assert upgrade_all(tmp_path, OLD) == []


def run(conninfo: str, *statements: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def tables(conninfo: str) -> list[tuple[str, ...]]:
    with psycopg.connect(conninfo) as connection:
        return connection.execute(
            "SELECT schemaname, tablename, tableowner FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
        ).fetchall()
