"""Bringing the cases of a remisi batch up to it, after a step or a correction of one."""

from contextlib import suppress
from typing import Final

from api.dependencies import Services
from application.batch_cases import batch_in
from application.batch_differences import Differences
from application.batch_following import AT_ONCE
from application.case_facts import CaseFacts
from application.holidays import law_with_feasts
from application.ledger import Conflict, OutcomeUnknown, Overloaded, Receipt
from domain.catalogue import REMISI_BATCH
from domain.record import StreamId

WAIT_SECONDS: Final = 2.0
"""How long the answer to a step waits for the read models to know whom the unit holds."""


def followed(services: Services, stream: StreamId, receipt: Receipt) -> Receipt:
    """Bring the cases up to what was recorded; what fails now is the clock's. Else do nothing."""
    if stream.kind == REMISI_BATCH.name:
        with suppress(Conflict, Overloaded, OutcomeUnknown, *services.full):
            services.following.after_step(stream, services.now())
    return receipt


def differing(services: Services, stream: StreamId) -> int | None:
    """Return how many lines would be drafted otherwise by now, so that whoever signs is told.

    Of a large list that takes seconds: it is asked for by itself, and here there is none; as where
    the read models do not know yet whom the unit holds.
    """
    batch = batch_in(stream.key, services.ledger.read(stream)).state
    if len(batch.lines) > AT_ONCE:
        return None
    with suppress(Overloaded, *services.full):
        if services.read_models.wait(services.ledger.position(), WAIT_SECONDS):
            law = law_with_feasts(services.ledger, None)
            cases = CaseFacts(services.ledger, services.read_models)
            return sum(1 for _ in Differences(cases, law, stream.key, batch).found())
    return None
