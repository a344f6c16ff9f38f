"""A plugin of pytest: what needs no PostgreSQL first, since the first failure ends a mutant."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests with a database behind the others; each kind stays in its order."""
    items.sort(key=lambda item: "postgres" in getattr(item, "fixturenames", ()))
