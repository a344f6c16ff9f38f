"""The ledger of a test as the other tests have it, behind a proxy that can cut its connections."""

import shutil
import tempfile
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infrastructure.connections import service_pool
from tests.faults.proxy import Proxy


@pytest.fixture
def proxy(database):
    """The way to this test's database."""
    host = Path(str(conninfo_to_dict(database).get("host", "")))
    if not host.is_absolute():
        pytest.skip("the proxy leads to Unix sockets only")
    directory = Path(tempfile.mkdtemp(prefix="jejak-proxy-", dir="/tmp"))
    port = conninfo_to_dict(database).get("port", 5432)
    with Proxy(directory / ".s.PGSQL.5432", lambda: host / f".s.PGSQL.{port}") as proxy:
        yield proxy
    shutil.rmtree(directory)


@pytest.fixture
def way(database, proxy):
    """The conninfo by which one goes through the proxy."""
    return make_conninfo(database, host=str(proxy.listen.parent), port=5432)


@pytest.fixture
def pool(way):
    """Connections of the service, all of them by way of the proxy."""
    with service_pool(way) as pool:
        yield pool
