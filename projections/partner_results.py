"""Results that partners proposed, as they wait: so that whoever answers finds them without looking.

These rows are about what is said of facts to come, in the order in which it was said. What a result
says of somebody is for the programme's stream to tell, where it is sealed under that person's key.
"""

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

from domain.kernel import Open, Value
from domain.partner_result import ResultAccepted, ResultProposed, ResultRejected
from domain.record import Recorded
from projections.kernel import Projection, Scope, changed

ANSWER_WITHIN: Final = timedelta(days=14)
"""Within how long a unit answers its partner: rule of the house, to be confirmed (K?)."""


class ResultStatus(Enum):
    """Whether the unit has answered, and how."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class PartnerResultLine(Value):
    """One result. ``event`` is the stored name of the fact, ``reference`` the partner's own key.

    ``respond_by`` is the last day for an answer; whether it has passed is for whoever reads to say.
    """

    result: Open[str]
    stream: Open[str]
    programme: Open[str]
    unit: Open[str]
    agency: Open[str]
    agreement: Open[str]
    reference: Open[str]
    event: Open[str]
    effective_on: Open[date]
    case: Open[str | None]
    status: Open[ResultStatus]
    proposed_at: Open[datetime]
    respond_by: Open[date]
    answered_at: Open[datetime | None]


def key_of(page: Recorded) -> str | None:
    """Return the result, in its programme."""
    match page.event:
        case ResultProposed() | ResultAccepted() | ResultRejected() as said:
            return f"{said.result}/{page.stream}"
        case _:
            return None


def evolve(row: PartnerResultLine | None, page: Recorded) -> PartnerResultLine | None:
    """Write down the result, or that it was answered."""
    match page.event:
        case ResultProposed() as said:
            return PartnerResultLine(
                result=said.result,
                stream=str(page.stream),
                programme=page.stream.key,
                unit=said.unit,
                agency=said.agency,
                agreement=said.agreement,
                reference=said.reference,
                event=said.fact.stored_as,
                effective_on=said.fact.effective.day,
                case=said.case,
                status=ResultStatus.PROPOSED,
                proposed_at=page.recorded_at,
                respond_by=said.effective.day + ANSWER_WITHIN,
                answered_at=None,
            )
        case ResultAccepted() if row:
            return changed(row, status=ResultStatus.ACCEPTED, answered_at=page.recorded_at)
        case ResultRejected() if row:
            return changed(row, status=ResultStatus.REJECTED, answered_at=page.recorded_at)
        case _:
            return row


PARTNER_RESULTS: Final = Projection(
    name="partner_results",
    version=1,
    row=PartnerResultLine,
    events=(ResultProposed, ResultAccepted, ResultRejected),
    key=key_of,
    evolve=evolve,
    scope=Scope.UNIT,
    within_stream=True,
    found_by=(("status",),),
)
