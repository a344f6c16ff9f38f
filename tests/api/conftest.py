"""The whole service over a real database: its fixtures are those of `whole_service`."""

from whole_service import access, database, lasting_service, medan, service

__all__ = ["access", "database", "lasting_service", "medan", "service"]
