"""Whose a stored document is: theirs who brought it, in person or for one of their units."""

from collections.abc import Sequence

from api.tokens import Caller
from application.evidence import Deposit


def brought_by(caller: Caller, deposits: Sequence[Deposit]) -> bool:
    """Say whether a document is there and the caller, or one of the caller's units, brought it."""
    access = caller.access
    return any(
        access.everywhere or deposit.unit in access.units or deposit.actor == caller.id
        for deposit in deposits
    )
