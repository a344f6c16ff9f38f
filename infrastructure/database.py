"""The database of the service: the operator's own, or the embedded one."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import structlog

from infrastructure.backup_series import series_of
from infrastructure.durable import make_folder
from infrastructure.key_cluster import key_database
from infrastructure.key_copy import Copies, copying
from infrastructure.login import let_in, own_login
from infrastructure.migrations import KEYS, migrate, migrated
from infrastructure.servers import (
    DatabaseUnreachable,
    answers,
    create_unless_there,
    reachable,
    weak_settings,
)
from infrastructure.settings import Settings
from infrastructure.tombstones import TOMBSTONES
from infrastructure.trouble import Trouble

__all__ = [
    "NAME",
    "Database",
    "DatabaseUnreachable",
    "NotOurs",
    "answers",
    "bring_up_to_date",
    "create_unless_there",
    "ensure_up_to_date",
    "open_database",
]

NAME = "jejak"
SERVICE, KEEPER = "jejak_service", "jejak_keys"
KEYS_BESIDE = (
    "kunci disimpan di basis data buku: cadangannya dapat mengembalikan orang yang dilupakan;"
    " isi JEJAK_KEYS_URL / keys are kept in the ledger's database: its backups could bring a"
    " forgotten person back; set JEJAK_KEYS_URL"
)
MAY_LOSE = (
    "dengan pengaturan PostgreSQL ini yang sudah dijawab dapat hilang saat listrik padam, atau"
    " kerusakan tidak terlihat / with these settings of PostgreSQL a power cut may take what was"
    " answered, or damage goes unseen"
)

log = structlog.get_logger()


class NotOurs(Trouble):
    """What a guest found is not as this edition, or this data directory, would have it."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where the ledger is kept, and where the keys: for their owners, who may also migrate.

    ``service`` is for who writes and reads in the ledger, ``keeper`` for who does so among the
    keys: logins of their own in servers of ours (`infrastructure.login`), the first also where the
    operator gives the owner's apart; else the owners'.
    """

    dsn: str = field(repr=False)  # it may hold a password
    keys_dsn: str = field(repr=False)
    service: str = field(repr=False)
    keeper: str = field(repr=False)

    @property
    def apart(self) -> bool:
        """Whether the keys are kept in another database than the ledger."""
        return self.keys_dsn != self.dsn


@contextmanager
def open_database(
    settings: Settings, *, as_guest: bool = False, to_back_up: bool = False
) -> Iterator[Database]:
    """Give the databases that the operator named, or run our own for as long as they are needed.

    A guest (a command beside a running service) uses the service's own where they are running. It
    goes on with an archive of WAL, and begins one only where it is there `to_back_up`.
    """
    if settings.owner_url and not settings.database_url:
        raise NotOurs(
            "JEJAK_OWNER_URL hanya berlaku bersama JEJAK_DATABASE_URL\n"
            "JEJAK_OWNER_URL goes with JEJAK_DATABASE_URL only"
        )
    with (
        key_database(settings, as_guest=as_guest) as keys_dsn,
        _ledger_database(settings, as_guest=as_guest, to_back_up=to_back_up) as dsn,
        copying(keys_dsn() or dsn, _copies(settings), as_guest=as_guest),
    ):
        keys = keys_dsn() or dsn
        database = Database(
            dsn=dsn,
            keys_dsn=keys,
            service=settings.database_url or own_login(dsn, SERVICE),
            keeper=keys if settings.keys_url or keys == dsn else own_login(keys, KEEPER),
        )
        if not (database.apart or as_guest):
            log.warning(KEYS_BESIDE)
        yield database


def bring_up_to_date(database: Database, *, as_guest: bool) -> None:
    """Give ledger and key store the tables that they lack.

    A guest does so only where nothing was ever recorded. Anything else belongs to a service, whose
    edition may be another, and whose keys may be elsewhere: raises `NotOurs`.
    """
    if as_guest and not _is_new(database.dsn):
        ensure_up_to_date(database.dsn)
        if not migrated(database.keys_dsn, KEYS):
            raise NotOurs(
                "gudang kunci buku ini tidak ada di sini; pakai JEJAK_DATA_DIR atau JEJAK_KEYS_URL"
                " layanannya, atau jalankan `jejak serve` edisi ini dahulu\n"
                "the key store of this ledger is not here; name the JEJAK_DATA_DIR or"
                " JEJAK_KEYS_URL of its service, or run `jejak serve` of this edition first"
            )
    else:
        migrate(database.dsn)
        migrate(database.keys_dsn, KEYS)
    let_in(database.dsn, database.service, SERVICE)
    let_in(database.keys_dsn, database.keeper, KEEPER)
    for conninfo in () if as_guest else {database.service, database.keeper}:
        if weak := weak_settings(conninfo):
            log.warning(MAY_LOSE, settings=weak)


def ensure_same_database(owner: str, service: str) -> None:
    """Raise `NotOurs` where two logins lead to two databases, be the one a copy of the other.

    An advisory lock that the one holds, the other does not get: it is of one database.
    """
    chosen = secrets.randbits(62)
    with psycopg.connect(owner, autocommit=True) as one, psycopg.connect(service) as other:
        one.execute("SELECT pg_advisory_lock(%s)", (chosen,))
        free = other.execute("SELECT pg_try_advisory_lock(%s)", (chosen,)).fetchone()
    if free == (True,):
        raise NotOurs(
            "JEJAK_OWNER_URL dan JEJAK_DATABASE_URL menuju dua basis data yang berbeda\n"
            "JEJAK_OWNER_URL and JEJAK_DATABASE_URL lead to two different databases"
        )


def ensure_up_to_date(ledger_dsn: str) -> None:
    """Raise `NotOurs` where a ledger lacks what this edition needs. Changes nothing."""
    if not migrated(ledger_dsn):
        raise NotOurs(
            "basis data ini belum berisi buku, atau edisi lama; jalankan `jejak serve` dahulu\n"
            "this database holds no ledger yet, or one of an older edition; run `jejak serve` first"
        )


def _is_new(ledger_dsn: str) -> bool:
    """Say whether nothing was ever recorded."""
    with psycopg.connect(ledger_dsn) as connection:
        there = connection.execute("SELECT to_regclass('ledger.event') IS NOT NULL").fetchone()
        return (
            there != (True,) or not connection.execute("SELECT FROM ledger.event LIMIT 1").rowcount
        )


def _copies(settings: Settings) -> Copies:
    return Copies(
        tombstones=settings.data_dir / TOMBSTONES,
        keys=settings.keys_backup_dir,
        ledger=settings.backup_dir,
    )


@contextmanager
def _ledger_database(settings: Settings, *, as_guest: bool, to_back_up: bool) -> Iterator[str]:
    if settings.database_url:
        given = reachable(settings.database_url, "JEJAK_DATABASE_URL")
        if settings.owner_url:
            ensure_same_database(reachable(settings.owner_url, "JEJAK_OWNER_URL"), given)
        yield settings.owner_url or given
        return
    # Only here, so that nothing embedded is loaded where a server is given.
    from infrastructure.embedded_postgres import EmbeddedPostgres  # noqa: PLC0415
    from infrastructure.wal_archive import archiving  # noqa: PLC0415

    make_folder(settings.data_dir, parents=True)
    postgres = EmbeddedPostgres(settings.data_dir / "postgres")
    if as_guest and answers(postgres.conninfo(NAME)):
        yield postgres.conninfo(NAME)
        return
    place, directory = settings.backup_dir, settings.data_dir / "postgres"
    if as_guest and not to_back_up and place and not series_of(directory, place):
        place = None
    with archiving(postgres, directory, place, with_base=not as_guest):
        create_unless_there(postgres.conninfo(), NAME)
        yield postgres.conninfo(NAME)
