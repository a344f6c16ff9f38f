"""What forgets, whom it forgets, and the keys: shared by the tests of each."""

from datetime import date

import pytest
from forgetting_house import MASTER, MEDAN, House, new_id
from scenario import on

from domain.record import StreamId
from domain.referral import GuardianConsented, ReferralReceived
from infrastructure.key_opening import store_of
from infrastructure.key_store import KeyStore


@pytest.fixture
def house(ledger, pool, database):
    """What forgets, with tables that follow."""
    house = House(ledger, pool, database)
    house.models.follower.prepare()
    return house


@pytest.fixture
def referral(house):
    """A youth whose mother has consented."""
    referral = StreamId(kind="referral", key=new_id())
    received = ReferralReceived(
        effective=on("2025-07-01"),
        unit=MEDAN,
        full_name="Sari Fiktif",
        birth_date=date(2009, 5, 1),
        region=None,
        referred_by="DINSOS-12.71",
        agreement=None,
        concern="Sering membolos",
        respond_by=None,
    )
    consented = GuardianConsented(
        effective=on("2025-07-02"), guardian="Ibu Fiktif", document="Surat 1", sha256="c" * 64
    )
    house.tell(referral, received, consented)
    return referral


@pytest.fixture
def store(database):
    """The id of the store in this test's database."""
    return store_of(database)


@pytest.fixture
def keys(pool, store):
    """The key store of this test's database."""
    keys = KeyStore(pool, MASTER)
    keys.ensure_master(store)
    return keys
