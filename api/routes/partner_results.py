"""/v1/programmes/{id}/results: what partners tell of their classes, and what the unit says to it.

A partner posts results, and is answered 202: they are taken for review, and nothing is recorded of
anybody. The unit accepts each, and it is a fact; or rejects it, and says why. Whoever may not tell
results of a programme hears that there is none (404), as of all that is out of scope.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.answers import FORBID
from api.callers import Known, Signature, Signed, signed
from api.cursors import cursor_after, key_from
from api.dependencies import Services, WithServices
from api.event_forms import value_model
from api.lists import PAGE, PAGE_MOST
from api.partner_answers import ResultAnswer, Stated, result_answer, shown_in, stated_in
from api.partner_forms import ResultsBody
from api.preconditions import MaybeCommand
from api.problems import Problem, not_found
from api.readings import Reading, WithReading
from api.result_desk import Answered, PartnerDesk, answer, partner_results
from api.routes.collections import STRICT
from api.sight import unit_that_sees
from api.tokens import READERS, Caller, Role
from api.writing import Desk, ReceiptAnswer, receipt_answer
from application.access import Purpose
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Json, Words
from domain.record import StreamId
from projections.partner_results import ResultStatus

router = APIRouter()
PATH: Final = "/v1/programmes/{programme_id}/results"
NOT_A_PARTNER: Final[Words] = (
    "yang mengusulkan hasil adalah instansi mitra; unit mencatat di perkaranya",
    "partner agencies propose results; a unit records them in the case",
)
NOT_A_READER: Final[Words] = (
    "peran ini tidak membaca isi catatan",
    "this role does not read what the records hold",
)


def _key(words: str) -> Any:
    return Path(
        description=words, examples=[EXAMPLE_ID], json_schema_extra={"pattern": f"^{UUID}$"}
    )


ProgrammeKey = Annotated[str, _key("The programme's key.")]
ResultKey = Annotated[str, _key("The result's `id`; not `result`, the partner's own key.")]
AnswerBody = value_model(Answered, "PartnerResultAnswer")
AnswerBody.model_config |= {
    "json_schema_extra": {
        "examples": [
            {"accepted": True, "reason": None},
            {"accepted": False, "reason": "skema pada berita acara lain dari yang diusulkan"},
        ]
    }
}
AnswerBody.model_rebuild(force=True)


class ResultsAnswer(BaseModel):
    """Results of one programme, in the order in which they were told."""

    model_config = FORBID

    programme_id: str
    items: list[ResultAnswer]


class AnswerReceipt(ReceiptAnswer):
    """What was recorded: the answer, and the fact where the result was accepted."""

    programme_id: str
    result_id: str
    status: Literal["accepted", "rejected"]


async def partner(caller: Known) -> Caller:
    """Let in partner agencies."""
    if caller.role is not Role.AGENCY or caller.agency is None:
        raise Problem(403, "access.agencies_only", NOT_A_PARTNER)
    return caller


async def partner_signature(
    request: Request,
    caller: Annotated[Caller, Depends(partner)],
    command: MaybeCommand,
    x_on_behalf_of: Annotated[str | None, Header(description="For whom, as a code.")] = None,
) -> Signature:
    """Sign for a partner."""
    return signed(request.scope, caller, command, x_on_behalf_of, Purpose.KERJA_SAMA.value)


PartnerSigned = Annotated[Signature, Depends(partner_signature)]


def programme_of(key: str) -> StreamId:
    """Return a programme by its key; 404 for what is none."""
    if not re.fullmatch(UUID, key, re.ASCII):
        raise not_found()
    return StreamId(kind="programme", key=key)


@dataclass(frozen=True, slots=True)
class Eyes:
    """The results of one programme as one caller may see them: a partner its own, the unit all."""

    services: Services
    reading: Reading
    caller: Caller
    programme: StreamId

    @property
    def whole(self) -> bool:
        """Whether the caller sees what the results say."""
        return self.caller.role is not Role.AGENCY

    def seen(self) -> tuple[dict[str, Stated], str | None]:
        """Return the results, and what they are shown for: the unit's code or the agreement's id.

        404 for who has none to see.
        """
        if self.caller.role is Role.AGENCY:
            agency = self.caller.agency or ""
            scope = partner_results(self.services).scope(self.programme, agency)
            stated = stated_in(self.services.ledger.read(self.programme))
            own = {key: one for key, one in stated.items() if one.proposed.agency == agency}
            return own, scope.agreement
        if self.caller.role not in READERS:
            raise Problem(403, "access.no_content", NOT_A_READER)
        unit = unit_that_sees(self.services, self.programme, self.caller)
        return stated_in(self.services.ledger.read(self.programme)), unit

    def show(self, stated: Sequence[Stated], shown_for: str | None) -> list[Json]:
        """Return results as JSON, once it is recorded that they are shown."""
        whom, shown = shown_in(stated, whole=self.whole)
        if whom or shown:
            unit, agreement = (shown_for, None) if self.whole else (None, shown_for)
            record = self.reading.record(whom, shown, len(stated), unit, agreement)
            self.services.access.record(record)
        self.reading.of_nobody()  # or it is recorded by now
        now = self.services.now()
        return [result_answer(one, now, whole=self.whole) for one in stated]


async def eyes_of(
    programme_id: ProgrammeKey, services: WithServices, caller: Known, reading: WithReading
) -> Eyes:
    """Return the results of a programme as the caller may see them."""
    return Eyes(services, reading, caller, programme_of(programme_id))


WithEyes = Annotated[Eyes, Depends(eyes_of)]


@router.post(PATH, dependencies=STRICT, response_model=ResultsAnswer, status_code=202)
async def tell_results(
    programme_id: ProgrammeKey,
    services: WithServices,
    signature: PartnerSigned,
    body: ResultsBody,
    response: Response,
) -> Json:
    """Tell results of a class: taken for review all together, or none.

    Each bears a key of the partner's own: told again to the letter, it is answered as it now
    stands. Whom it is about is said by the pseudonym of the agreement's feed.
    """
    programme = programme_of(programme_id)
    eyes = Eyes(services, signature.reading, signature.caller, programme)

    def tell() -> list[Json]:
        scope = partner_results(services).scope(programme, signature.caller.agency or "")
        PartnerDesk(Desk(services, signature), programme, scope).tell(body.results)
        stated, agreement = eyes.seen()
        own = {one.proposed.reference: one for one in stated.values()}
        keys = dict.fromkeys(form.result for form in body.results)
        return eyes.show([own[key] for key in keys], agreement)

    items = await run_in_threadpool(tell)
    address = PATH.format(programme_id=programme_id)
    response.headers["Location"] = f"{address}/{items[0]['id']}" if len(items) == 1 else address
    return {"programme_id": programme_id, "items": items}


@router.get(PATH, dependencies=STRICT, response_model=ResultsAnswer)
def list_results(
    request: Request,
    eyes: WithEyes,
    status: Annotated[ResultStatus | None, Query(description="Only these.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
) -> Response:
    """Return results in the order in which they were told: a partner's own, or all to the unit."""
    stated, shown_for = eyes.seen()
    query = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
    bound = {"list": f"results of {eyes.programme.key}", "where": sorted(query)}
    after = key_from(cursor, bound)
    keys = [key for key in stated if status in {None, stated[key].status} or key == after]
    if after is not None:
        keys = list(dropwhile(lambda key: key != after, keys))[1:]
    headers = {}
    if len(keys) > limit:
        goes_on = urlencode([*query, ("cursor", cursor_after(keys[limit - 1], bound))])
        headers["Link"] = f'<{request.url.path}?{goes_on}>; rel="next"'
    items = eyes.show([stated[key] for key in keys[:limit]], shown_for)
    return JSONResponse({"programme_id": eyes.programme.key, "items": items}, headers=headers)


@router.get(f"{PATH}/{{result_id}}", dependencies=STRICT, response_model=ResultAnswer)
def read_result(result_id: ResultKey, eyes: WithEyes) -> Json:
    """Return one result."""
    stated, shown_for = eyes.seen()
    if result_id not in stated:
        raise not_found()
    (item,) = eyes.show([stated[result_id]], shown_for)
    return item


@router.post(
    f"{PATH}/{{result_id}}/acceptance",
    dependencies=STRICT,
    response_model=AnswerReceipt,
    status_code=201,
)
async def answer_result(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    programme_id: ProgrammeKey,
    result_id: ResultKey,
    services: WithServices,
    signature: Signed,
    body: AnswerBody,  # type: ignore[valid-type]
    response: Response,
) -> Json:
    """Accept a result, and it is a fact; or reject it, and say why.

    No version is asked for: what was proposed never changes, and is answered once. What stands
    against the fact by now is answered 409, and the result goes on waiting.
    """
    said: Any = body
    programme, desk = programme_of(programme_id), Desk(services, signature)
    answered = Answered(accepted=said.accepted, reason=said.reason)
    receipt = await run_in_threadpool(
        desk.once, lambda: answer(desk, programme, result_id, answered)
    )
    status = ResultStatus.ACCEPTED if said.accepted else ResultStatus.REJECTED
    told = receipt_answer(receipt, programme, response, key="programme_id")
    return told | {"result_id": result_id, "status": status.value}
