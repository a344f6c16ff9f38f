"""A partner's result as an answer: what became of it; and, to the unit, what it says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from api.answers import FORBID
from api.event_examples import data_json
from api.mark_answers import effective_said
from api.readings import of_pages
from domain.fields import EXAMPLE_ID
from domain.kernel import FORGOTTEN, Forgotten, Json
from domain.partner_result import ResultAccepted, ResultProposed, ResultRejected
from domain.record import Recorded
from domain.time import Zone
from projections.partner_results import ANSWER_WITHIN, ResultStatus

EXAMPLE: Final[Json] = {
    "id": EXAMPLE_ID,
    "programme_id": EXAMPLE_ID,
    "result": "2025-08-asesmen-7",
    "agency": "BPVP-PANGKEP",
    "agreement_id": EXAMPLE_ID,
    "type": "skill_training.assessed",
    "effective": "2025-08-18",
    "status": "rejected",
    "proposed_at": "2025-08-20T02:00:00+00:00",
    "respond_by": "2025-09-03",
    "overdue": False,
    "answered_at": "2025-08-21T02:00:00+00:00",
    "reason": "skema pada berita acara lain dari yang diusulkan",
    "case_id": None,
    "data": None,
    "evidence": None,
    "answered_by": None,
}
"""What a partner sees of a result that was rejected."""


class PaperAnswer(BaseModel):
    """A document that bears a result out."""

    model_config = FORBID

    number: str
    date: str | None
    sha256: str | None


class ResultAnswer(BaseModel):
    """One result. ``case_id``, ``data``, ``evidence`` and ``answered_by`` are null to the partner.

    ``respond_by`` is the last day for an answer, and ``overdue`` says that it has passed without.
    """

    model_config = FORBID | {"json_schema_extra": {"examples": [EXAMPLE]}}

    id: str = Field(description="Of this service: what `result_id` of an address stands for.")
    programme_id: str
    result: str = Field(description="The partner's own key; addresses name `id`.")
    agency: str
    agreement_id: str
    type: str
    effective: str
    status: ResultStatus
    proposed_at: str
    respond_by: str
    overdue: bool
    answered_at: str | None
    reason: str | Forgotten | None
    case_id: str | None
    data: dict[str, Any] | None
    evidence: list[PaperAnswer] | Forgotten | None
    answered_by: str | None


@dataclass(frozen=True, slots=True)
class Stated:
    """One result by its pages: the one that told it, and the one that answered."""

    told: Recorded
    proposed: ResultProposed
    answered: Recorded | None

    @property
    def status(self) -> ResultStatus:
        """Return whether the unit has answered, and how."""
        if self.answered is None:
            return ResultStatus.PROPOSED
        accepted = isinstance(self.answered.event, ResultAccepted)
        return ResultStatus.ACCEPTED if accepted else ResultStatus.REJECTED

    @property
    def reason(self) -> str | None:
        """Return why it was rejected."""
        said = self.answered.event if self.answered else None
        return said.reason if isinstance(said, ResultRejected) else None

    @property
    def respond_by(self) -> date:
        """Return the last day for an answer."""
        return self.proposed.effective.day + ANSWER_WITHIN

    def overdue(self, now: datetime) -> bool:
        """Say whether an answer should have come."""
        return self.answered is None and now.astimezone(Zone.WIB.offset).date() > self.respond_by

    @property
    def pages(self) -> Sequence[Recorded]:
        """Return the pages that it is told by."""
        return [self.told, *([self.answered] if self.answered else [])]


def stated_in(pages: Iterable[Recorded]) -> dict[str, Stated]:
    """Return the results of a programme by their ids, in the order in which they were told."""
    found: dict[str, Stated] = {}
    for page in pages:
        match page.event:
            case ResultProposed() as said:
                found[said.result] = Stated(told=page, proposed=said, answered=None)
            case ResultAccepted() | ResultRejected() as said if said.result in found:
                known = found[said.result]
                found[said.result] = Stated(told=known.told, proposed=known.proposed, answered=page)
            case _:
                continue
    return found


def result_answer(one: Stated, now: datetime, *, whole: bool) -> Json:
    """Return a result as JSON: ``whole`` to the unit, and without its content to the partner."""
    said = one.proposed
    answer = ResultAnswer(
        id=said.result,
        programme_id=one.told.stream.key,
        result=said.reference,
        agency=said.agency,
        agreement_id=said.agreement,
        type=said.fact.stored_as,
        effective=effective_said(said.fact),
        status=one.status,
        proposed_at=one.told.recorded_at.isoformat(),
        respond_by=one.respond_by.isoformat(),
        overdue=one.overdue(now),
        answered_at=one.answered.recorded_at.isoformat() if one.answered else None,
        reason=one.reason,
        case_id=said.case if whole else None,
        data=data_json(said.fact) if whole else None,
        evidence=_papers(said) if whole else None,
        answered_by=one.answered.actor.id if whole and one.answered else None,
    )
    return answer.model_dump(mode="json")


def _papers(said: ResultProposed) -> Any:
    if said.papers is FORGOTTEN:
        return FORGOTTEN
    return [
        PaperAnswer(
            number=paper.number,
            date=paper.dated.isoformat() if paper.dated else None,
            sha256=paper.sha256,
        )
        for paper in said.papers
    ]


def shown_in(stated: Iterable[Stated], *, whole: bool) -> tuple[set[str], set[str]]:
    """Return whom results show, and the sealed fields that are shown of them."""
    several = list(stated)
    whom, shown = of_pages([page for one in several for page in one.pages], envelope=False)
    if whole:
        return whom, shown
    cases = {f"case:{one.proposed.case}" for one in several if one.proposed.case}
    return cases, {"reason"} if any(one.reason for one in several) else set()
