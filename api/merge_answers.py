"""A merge as an answer: which records, on what ground, who asked, who decided, how far it is."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from api.mark_answers import EvidenceAnswer, effective_said, evidence_answer, permalink
from application.merge_steps import MergeStatus, Steps
from domain.fields import EXAMPLE_ID
from domain.kernel import Forgotten, Json
from domain.person_link import MergeGround
from domain.record import Recorded

EXACT: Final = ConfigDict(extra="forbid")
EXAMPLE: Final[Json] = {
    "merge": EXAMPLE_ID,
    "survivor": EXAMPLE_ID,
    "other": EXAMPLE_ID,
    "ground": "fingerprint",
    "status": "requested",
    "steps": [
        {
            "event_id": EXAMPLE_ID,
            "href": f"/v1/events/{EXAMPLE_ID}",
            "type": "person.merge_requested",
            "at": "2025-08-18T09:00:00+07:00",
            "actor": "wali-7",
            "said": "sidik jari sama pada kedua catatan",
            "evidence": [],
        }
    ],
    "may_approve": False,
}


class StepAnswer(BaseModel):
    """One step: asked, approved, declined. What its reader may not see is null."""

    model_config = EXACT

    event_id: str
    href: str
    type: str
    at: str
    actor: str
    said: str | Forgotten | None = Field(description="The explanation, or the reason for a no.")
    evidence: list[EvidenceAnswer]


class MergeAnswer(BaseModel):
    """One merge of this record with another."""

    model_config = EXACT | {"json_schema_extra": {"examples": [EXAMPLE]}}

    merge: str
    survivor: str = Field(description="The record that goes on.")
    other: str = Field(description="The record at the other end.")
    ground: MergeGround
    status: MergeStatus
    steps: list[StepAnswer]
    may_approve: bool = Field(description="Whether it waits for this caller.")


class MergesAnswer(BaseModel):
    """The merges that a record tells of, in the order in which it first did."""

    model_config = EXACT

    person_id: str
    version: int
    merges: list[MergeAnswer]


def merge_answer(one: Steps, *, values: bool, may_approve: bool) -> Json:
    """Return one merge as JSON."""
    return {
        "merge": one.merge,
        "survivor": one.ends.survivor,
        "other": one.ends.other,
        "ground": one.ends.ground.value,
        "status": one.status.value,
        "steps": [_step(page, values=values) for page in one.pages],
        "may_approve": may_approve,
    }


def _step(page: Recorded, *, values: bool) -> Json:
    event: Any = page.event
    said = getattr(event, "explanation", getattr(event, "because", None))
    return {
        "event_id": page.event_id,
        "href": permalink(page.event_id),
        "type": page.event.stored_as,
        "at": effective_said(page.event),
        "actor": page.actor.id,
        "said": to_jsonable_python(said) if values else None,
        "evidence": evidence_answer(page, values=values),
    }
