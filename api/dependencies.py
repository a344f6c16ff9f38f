"""What every route is handed: the use cases, the ports, the clock, and how a caller is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from api.field_errors import Language
from api.tokens import Caller
from application.access import AccessLedger
from application.append import Append
from application.batch_following import BatchFollowing
from application.clock import Clock
from application.correcting import Correcting
from application.evidence import EvidenceStore
from application.feeds import Feeds
from application.forgetting import Forgetting
from application.ledger import PromptLedger
from application.read_models import ReadModels
from application.sharing import Sharing
from application.transparency import Transparency
from application.units import Units
from application.webhooks import Webhooks
from projections.kernel import Projection, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All that the composition root builds, carried on the app.

    ``caller_of`` reads a bearer token (`api.tokens.Tokens`) and raises `TokenRefused`. ``full`` are
    the exceptions by which the store says that it cannot be reached or has no connection free: they
    are answered 503, and `infrastructure` alone knows their types. ``opaque`` gives a keyed digest,
    the same for the same bytes, from which nobody learns what they were.
    """

    append: Append
    ledger: PromptLedger
    read_models: ReadModels
    evidence: EvidenceStore
    forgetting: Forgetting
    access: AccessLedger
    clock: Clock
    feeds: Feeds
    webhooks: Webhooks
    log: Transparency
    caller_of: Callable[[str], Caller]
    projections: Mapping[str, Projection[Any]]
    reports: Mapping[str, Report[Any]]
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    full: tuple[type[Exception], ...]
    opaque: Callable[[bytes], str]
    language: Language
    units: Units = field(init=False)
    sharing: Sharing = field(init=False)
    correcting: Correcting = field(init=False)
    following: BatchFollowing = field(init=False)

    def __post_init__(self) -> None:
        """Remember units for the whole service, and not for one request."""
        object.__setattr__(self, "units", Units(self.ledger, self.now))
        object.__setattr__(self, "sharing", Sharing(self.ledger, self.units, self.now))
        object.__setattr__(self, "correcting", Correcting(self.append, self.ledger))
        following = BatchFollowing(self.append, self.ledger, self.read_models)
        object.__setattr__(self, "following", following)


def services_of(request: Request) -> Services:
    """Find the services that this app was built with."""
    services: Services = request.app.state.services
    return services


async def _handed(request: Request) -> Services:
    return services_of(request)


WithServices = Annotated[Services, Depends(_handed)]
