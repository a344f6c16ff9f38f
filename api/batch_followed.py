"""Bringing the cases of a remisi batch up to it, after a step or a correction of one."""

from contextlib import suppress

from api.dependencies import Services
from application.ledger import Conflict, OutcomeUnknown, Overloaded, Receipt
from domain.catalogue import REMISI_BATCH
from domain.record import StreamId


def followed(services: Services, stream: StreamId, receipt: Receipt) -> Receipt:
    """Bring the cases up to what was recorded; what fails now is the clock's. Else do nothing."""
    if stream.kind == REMISI_BATCH.name:
        with suppress(Conflict, Overloaded, OutcomeUnknown, *services.full):
            services.following.after_step(stream, services.now())
    return receipt
