"""The whole service over a real database: its fixtures are those of `whole_service`."""

from whole_service import access, address, database, lasting_service, medan, service

__all__ = ["access", "address", "database", "lasting_service", "medan", "service"]
