"""Whoever comes first makes the tables; the others wait, and find them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from infrastructure.migrations import KEYS, LEDGER, migrate, migrated


@pytest.mark.parametrize("package", [LEDGER, KEYS])
def test_those_who_start_at_once_on_an_empty_database_make_everything_once(empty_database, package):
    with ThreadPoolExecutor(4) as hands:
        started = [hands.submit(migrate, empty_database, package) for _ in range(4)]
        assert [one.result(30) for one in started] == [None] * 4
    assert migrated(empty_database, package)
