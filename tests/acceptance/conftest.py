"""The whole service over a real database, for stories that go through its doors only."""

from whole_service import access, database, service

__all__ = ["access", "database", "service"]
