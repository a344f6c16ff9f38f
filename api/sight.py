"""What a caller may see: a stream within reach, and documents of those who brought them."""

from collections.abc import Sequence

from api.dependencies import Services
from api.problems import not_found
from api.tokens import READERS, Caller, Role
from application.evidence import Deposit
from application.jurisdiction import Jurisdiction, jurisdiction
from domain.record import StreamId


def sees(services: Services, stream: StreamId, caller: Caller) -> bool:
    """Say whether a stream is there and the caller may see that it is."""
    return _seen(services, stream, caller) is not None


def unit_that_sees(services: Services, stream: StreamId, caller: Caller) -> str | None:
    """Return for which of the caller's units a stream is seen; 404 where it is not."""
    found = _seen(services, stream, caller)
    if found is None:
        raise not_found()
    return min((found.owners | found.onlookers) & caller.units, default=None)


def _seen(services: Services, stream: StreamId, caller: Caller) -> Jurisdiction | None:
    pages = services.ledger.read(stream)
    if not pages or caller.role not in READERS | {Role.COMPLIANCE}:
        return None
    found = jurisdiction(services.ledger, stream, pages)
    return found if found.seen_by(caller.access) else None


def brought_by(caller: Caller, deposits: Sequence[Deposit]) -> bool:
    """Say whether a document is there and the caller, or one of the caller's units, brought it."""
    access = caller.access
    return any(
        access.everywhere or deposit.unit in access.units or deposit.actor == caller.id
        for deposit in deposits
    )
