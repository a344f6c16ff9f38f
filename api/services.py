"""The former name of `api.dependencies`, for whoever still imports it by that."""

from api.dependencies import Services, WithServices, services_of

__all__ = ["Services", "WithServices", "services_of"]
