"""What the law calls somebody on a day, by the rule of `domain.verdict`, whatever is told late.

Of each verdict only its number and whether it convicts is kept, and that sealed.
"""

from collections.abc import Iterable
from datetime import date

from domain.custody import CUSTODY, CustodyAdmitted, CustodyTakenOver, LegalStatus
from domain.kernel import Journey
from domain.record import Recorded
from domain.verdict import (
    CONVICTED,
    VERDICT,
    Outcome,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
    legal_status,
)
from projections.dated import Moment, when
from projections.kernel import changed


class VerdictStep(Moment):
    """A verdict pronounced or, where ``convicts`` is empty, final; without a number, executed."""

    number: str | None
    convicts: bool | None


def opening_status(opening: CustodyAdmitted | CustodyTakenOver) -> LegalStatus | None:
    """Return what the law called the person when the case opened."""
    # All that is asked of a case that has only been opened: to fold one took eight times as long.
    opened = changed(CUSTODY.initial, opening=opening)
    return legal_status(Journey({CUSTODY: opened, VERDICT: VERDICT.initial}))


def verdict_step(page: Recorded) -> VerdictStep | None:
    """Return what a page says of the verdicts; nothing where it is about something else."""
    match page.event:
        case VerdictPronounced() as said:
            convicts = said.outcome is Outcome.DIPIDANA
            return VerdictStep(**when(page), number=said.number, convicts=convicts)
        case VerdictBecameFinal() as said:
            return VerdictStep(**when(page), number=said.number, convicts=None)
        case VerdictExecuted():
            return VerdictStep(**when(page), number=None, convicts=None)
        case _:
            return None


def status_on(
    opened_as: LegalStatus | None, steps: Iterable[VerdictStep], on: date | None = None
) -> LegalStatus | None:
    """Return what the law calls the person at the end of a day, or by all that was told."""
    convicting, final, executed = set[str](), "", set[str]()
    for step in steps:
        if on is not None and step.day > on:
            continue
        if step.number is None:
            executed.add(final)
        elif step.convicts is None:
            final = step.number
        elif step.convicts:
            convicting.add(step.number)
    return CONVICTED[opened_as] if opened_as and convicting & executed else opened_as
