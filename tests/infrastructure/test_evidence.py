"""Documents: sealed, found by their bytes, and never changed."""

import hashlib

import psycopg
import pytest
from psycopg import errors

from domain.record import Actor
from infrastructure.evidence import PostgresEvidenceStore

CONTENT = b"%PDF-1.7 Surat perintah penahanan Budi Fiktif"
ACTOR = Actor(id="wali-7", role="caseworker", unit="RUTAN-MEDAN", agency=None, on_behalf_of=None)


@pytest.fixture
def store(pool, ledger):
    return PostgresEvidenceStore(pool, ledger.keys, ledger.store)


def test_a_document_is_answered_by_its_sha256_and_found_again(store):
    sha256 = store.put(CONTENT, "application/pdf", ACTOR)
    assert sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert store.get(sha256).content == CONTENT
    assert store.get(sha256).media_type == "application/pdf"


def test_what_is_stored_cannot_be_read_without_its_key(store, database):
    store.put(CONTENT, "application/pdf", ACTOR)
    with psycopg.connect(database) as owner:
        [(sealed,)] = owner.execute("SELECT sealed FROM evidence.document").fetchall()
    assert b"Budi" not in bytes(sealed)


def test_a_document_brought_twice_is_kept_once_and_both_who_brought_it_are_known(store):
    other = Actor(id="wali-8", role="caseworker", unit="LAPAS-X", agency=None, on_behalf_of=None)
    first = store.put(CONTENT, "application/pdf", ACTOR)
    assert store.put(CONTENT, "image/png", other) == first
    assert store.put(CONTENT, "application/pdf", ACTOR) == first
    assert store.get(first).media_type == "application/pdf"
    assert [deposit.unit for deposit in store.deposits(first)] == ["RUTAN-MEDAN", "LAPAS-X"]


def test_a_document_that_is_not_there_is_not_found(store):
    with pytest.raises(LookupError):
        store.get("0" * 64)
    assert store.deposits("0" * 64) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence.document SET media_type = 'x'",
        "DELETE FROM evidence.deposit",
        "TRUNCATE evidence.document, evidence.deposit",
    ],
)
def test_nobody_changes_or_removes_a_document(store, pool, database, statement):
    store.put(CONTENT, "application/pdf", ACTOR)
    with pytest.raises(errors.InsufficientPrivilege), pool.connection() as service:
        service.execute(statement)
    with pytest.raises(errors.RestrictViolation), psycopg.connect(database) as owner:
        owner.execute(statement)
