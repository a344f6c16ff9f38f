"""The whole service over a real database, for stories that go through its doors only."""

from agency_house import house
from partner_story import receiver
from whole_service import access, database, service

__all__ = ["access", "database", "house", "receiver", "service"]
