"""/v1/persons/{person_id}/merges: two records of one human being, linked and taken apart again.

One asks, in the record that is to survive; a second person approves or declines.
"""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field, create_model

from api.callers import HistoryReader, Signed
from api.deciding import Said
from api.dependencies import WithServices
from api.event_forms import EVIDENCE_MOST, StatedEvidence, to_evidence, value_model
from api.merge_answers import MergesAnswer, merge_answer
from api.merge_desk import MergeDesk, Sight
from api.preconditions import VersionSeen, etag
from api.problems import not_found
from api.readings import WithReading, about, of_pages
from api.routes.collections import STRICT, seen
from api.routes.streams import PERSONS
from api.tokens import Role
from api.writing import Desk, ReceiptAnswer
from application.journeys import NOW
from application.merge_steps import MergeStatus, merges_told_in
from application.merging import Merging, Unwanted, Wanted
from application.records import person_stream
from domain.fields import EXAMPLE_ID, UUID, Note, PersonId
from domain.kernel import Json, Length, Value
from domain.person_link import MergeGround
from domain.record import StreamId

Documents = Annotated[tuple[StatedEvidence, ...], Length(least=0, most=EVIDENCE_MOST)]
router = APIRouter()


class Asked(Value):
    """Which other record is this one's human being, on what ground, and what bears that out."""

    other: PersonId
    ground: MergeGround
    explanation: Note
    evidence: Documents


class Unmerging(Value):
    """Why two merged records are two human beings after all, and what bears that out."""

    explanation: Note
    evidence: Documents


def form_of(value: type[Value], name: str, example: Json) -> type[BaseModel]:
    """Return a form on which the evidence may be left out, with its example."""
    base = value_model(value, f"{name}Stated")
    documents = base.model_fields["evidence"].annotation
    evidence: Any = (documents, Field([], max_length=EVIDENCE_MOST))
    model: type[BaseModel] = create_model(
        name, __base__=base, __doc__=value.__doc__, evidence=evidence
    )
    model.model_config |= {"json_schema_extra": {"examples": [example]}}
    model.model_rebuild(force=True)
    return model


PAPER: Final = {"number": "BA.SJ-7/2025", "date": "2025-08-18", "sha256": None}
MergeBody = form_of(
    Asked,
    "PersonMerge",
    {
        "other": EXAMPLE_ID,
        "ground": "fingerprint",
        "explanation": "sidik jari sama pada kedua catatan",
        "evidence": [PAPER],
    },
)
UnmergeBody = form_of(
    Unmerging,
    "PersonUnmerge",
    {"explanation": "sidik jari tertukar dengan orang lain", "evidence": [PAPER]},
)
SaidBody = value_model(Said, "MergeApproval")
PersonKey = Annotated[
    str,
    Path(
        description="The record.",
        examples=[EXAMPLE_ID],
        json_schema_extra={"pattern": f"^{UUID}$"},
    ),
]
MergeKey = Annotated[
    str,
    Path(
        description="The merge's id.",
        examples=[EXAMPLE_ID],
        json_schema_extra={"pattern": f"^{UUID}$"},
    ),
]


class MergeReceipt(ReceiptAnswer):
    """Where a step was recorded, and how far the merge has come by it."""

    person_id: str
    merge: str
    status: MergeStatus


@router.post(
    "/v1/persons/{person_id}/merges",
    dependencies=STRICT,
    response_model=MergeReceipt,
    status_code=201,
)
async def ask(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    person_id: PersonKey,
    services: WithServices,
    signature: Signed,
    version: VersionSeen,
    body: MergeBody,  # type: ignore[valid-type]
    response: Response,
) -> Json:
    """Ask that another record be linked to this one, which survives. Nothing changes until then.

    What would speak against it is said at once.
    """
    said: Any = body
    at = MergeDesk(Desk(services, signature), stream_of(person_id), version)
    wanted = Wanted(
        other=said.other,
        ground=said.ground,
        explanation=said.explanation,
        evidence=to_evidence(said),
    )
    receipt = await run_in_threadpool(at.desk.once, lambda: at.ask(wanted))
    merge = Merging(services.append).merge_of(at.stream, receipt)
    response.headers["Location"] = f"/v1/persons/{person_id}/merges"
    return at.answer(receipt, merge, response)


@router.get("/v1/persons/{person_id}/merges", dependencies=STRICT, response_model=MergesAnswer)
def read(
    person_id: PersonKey,
    services: WithServices,
    caller: HistoryReader,
    reading: WithReading,
    response: Response,
) -> Json:
    """Return the merges of a record: asked, in force, declined, taken apart; and by whom."""
    history, unit = seen(services, PERSONS, person_id, caller, NOW)
    found = merges_told_in(history.known).values()
    values, sight = caller.role is not Role.COMPLIANCE, Sight(services, caller)
    pages = [page for one in found for page in one.pages]
    whom, shown = of_pages(pages, values=values)
    reading(whom | about(history.stream), shown, len(found), unit)
    response.headers["ETag"] = etag(history.version)
    merges = [
        merge_answer(one, values=values, may_approve=sight.may_approve(history.stream, one))
        for one in found
    ]
    return {"person_id": person_id, "version": history.version, "merges": merges}


@router.post(
    "/v1/persons/{person_id}/merges/{merge}/unmerging",
    dependencies=STRICT,
    response_model=MergeReceipt,
    status_code=201,
)
async def ask_to_unmerge(  # noqa: PLR0913, PLR0917  # what the framework hands in, by its type
    person_id: PersonKey,
    merge: MergeKey,
    services: WithServices,
    signature: Signed,
    version: VersionSeen,
    body: UnmergeBody,  # type: ignore[valid-type]
    response: Response,
) -> Json:
    """Ask that a merge be taken back. Approved, both records are what they were."""
    said: Any = body
    at = MergeDesk(Desk(services, signature), stream_of(person_id), version)
    unwanted = Unwanted(merge=merge, explanation=said.explanation, evidence=to_evidence(said))
    receipt = await run_in_threadpool(at.desk.once, lambda: at.ask_to_unmerge(unwanted))
    return at.answer(receipt, merge, response)


@router.post(
    "/v1/persons/{person_id}/merges/{merge}/approval",
    dependencies=STRICT,
    response_model=MergeReceipt,
    status_code=201,
)
async def decide_on(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    person_id: PersonKey,
    merge: MergeKey,
    services: WithServices,
    signature: Signed,
    version: VersionSeen,
    body: SaidBody,  # type: ignore[valid-type]
    response: Response,
) -> Json:
    """Approve what waits of a merge, in both records at once; or decline it, and say why."""
    given: Any = body
    said = Said(approve=given.approve, because=given.because)
    at = MergeDesk(Desk(services, signature), stream_of(person_id), version)
    receipt = await run_in_threadpool(at.desk.once, lambda: at.decide(merge, said))
    return at.answer(receipt, merge, response)


def stream_of(person_id: str) -> StreamId:
    """Return the stream of a record; 404 for what is no id."""
    if not re.fullmatch(UUID, person_id, re.ASCII):
        raise not_found()
    return person_stream(person_id)
