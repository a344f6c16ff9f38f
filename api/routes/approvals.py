"""/v1/corrections: what waits for a second person, one correction, and its approval.

A supervisor who answers for all that is touched approves or declines, at unit, Kanwil or Ditjenpas
level, and never what they asked for themselves. Whoever asked may withdraw.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.answers import FORBID
from api.batch_followed import followed
from api.callers import HistoryReader, Signed
from api.correction_answers import CorrectionAnswer, correction_answer
from api.cursors import cursor_after, key_from
from api.deciding import Deciding, Said, exchange
from api.dependencies import Services, WithServices
from api.event_forms import value_model
from api.lists import PAGE, PAGE_MOST, POSITION_MOST, wait_for
from api.preconditions import VersionSeen, etag
from api.problems import Problem, not_found
from api.readings import WithReading, of_pages
from api.routes.collections import STRICT
from api.sight import unit_that_sees
from api.tokens import Caller, Role
from api.waiting import Waiting
from api.writing import Desk, ReceiptAnswer, receipt_answer
from application.asked_for import AskedFor, CorrectionStatus, asked_for, statuses_in
from application.ledger import Conflict, Receipt
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Json, Refused
from domain.record import StreamId
from projections.corrections import CORRECTIONS, Decision

STORED: Final = {
    CorrectionStatus.PENDING: Decision.PENDING,
    CorrectionStatus.OVERTAKEN: Decision.PENDING,
    CorrectionStatus.APPROVED: Decision.APPROVED,
    CorrectionStatus.UNDONE: Decision.APPROVED,
    CorrectionStatus.DECLINED: Decision.DECLINED,
}
"""As what the read model keeps each status: it does not know of other corrections."""
LOOKED_THROUGH: Final = 500
"""Rows that one answer looks through for those that are meant: then it says where to go on."""
router = APIRouter()
Key = Annotated[
    str,
    Path(
        description="The correction's id.",
        examples=[EXAMPLE_ID],
        json_schema_extra={"pattern": f"^{UUID}$"},
    ),
]


ApprovalBody = value_model(Said, "CorrectionApproval")


class ApprovalReceipt(ReceiptAnswer):
    """What was recorded, in every stream that the correction touches."""

    correction: str
    stream: str
    status: Literal["approved", "declined"]


class CorrectionList(BaseModel):
    """Corrections in the caller's sight, in the order in which they were asked for."""

    model_config = FORBID

    items: list[CorrectionAnswer]


@dataclass(frozen=True, slots=True)
class Found:
    """One correction, and the stream in which it was asked for, at its version."""

    stream: StreamId
    version: int
    one: AskedFor


def found(services: Services, correction: str) -> Found:
    """Return a correction as it stands; 404 where there is none."""
    known = re.fullmatch(UUID, correction, re.ASCII) and services.correcting.found(correction)
    if not known:
        raise not_found()
    pages = services.ledger.read(known[0])
    return Found(stream=known[0], version=len(pages), one=asked_for(correction, pages))


@router.get("/v1/corrections", dependencies=STRICT, response_model=CorrectionList)
def list_corrections(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    services: WithServices,
    caller: HistoryReader,
    reading: WithReading,
    status: Annotated[CorrectionStatus | None, Query(description="Only these.")] = None,
    may_approve: Annotated[
        bool | None, Query(description="Only those that the caller may approve, or may not.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
    after: Annotated[
        int | None, Query(ge=0, le=POSITION_MOST, description="Wait until this position was seen.")
    ] = None,
) -> Response:
    """Return corrections in the caller's sight; the next page is in the `Link` header.

    A page may hold fewer than `limit` before the last.
    ``status=pending&may_approve=true`` is what waits for the caller.
    """
    wait_for(services, after)
    query = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
    bound = {"list": "corrections", "where": sorted(query)}
    inbox = Inbox(services, caller)
    shown, on = leaf_of(inbox.rows(status, may_approve, key_from(cursor, bound)), limit)
    headers = {}
    if on is not None:
        more = urlencode([*query, ("cursor", cursor_after(on, bound))])
        headers["Link"] = f'<{request.url.path}?{more}>; rel="next"'
    pages = [page for one in shown for page in one.one.pages]
    reading(*of_pages(pages, values=inbox.values), len(shown))
    return JSONResponse({"items": [inbox.answer(one) for one in shown]}, headers=headers)


@router.get("/v1/corrections/{correction}", dependencies=STRICT, response_model=CorrectionAnswer)
def read_correction(
    correction: Key,
    services: WithServices,
    caller: HistoryReader,
    reading: WithReading,
    response: Response,
) -> Json:
    """Return one correction. Its ETag is the version of its stream, for the approval."""
    known = found(services, correction)
    unit = unit_that_sees(services, known.stream, caller)
    inbox = Inbox(services, caller)
    reading(*of_pages(known.one.pages, values=inbox.values), 1, unit)
    response.headers["ETag"] = etag(known.version)
    return inbox.answer(known)


@router.post(
    "/v1/corrections/{correction}/approval",
    dependencies=STRICT,
    response_model=ApprovalReceipt,
    status_code=201,
)
async def decide_on(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    correction: Key,
    services: WithServices,
    signature: Signed,
    version: VersionSeen,
    body: ApprovalBody,  # type: ignore[valid-type]
    response: Response,
) -> Json:
    """Approve, and the correction acts from now on; or decline it, and say why.

    ``If-Match`` is the version of the stream in which it was asked for, as the correction itself
    was answered with: whoever approves has seen all that was told there.
    """
    said: Any = body
    decided = Decided(correction, version, Said(approve=said.approve, because=said.because))
    desk = Desk(services, signature)
    receipt = await run_in_threadpool(desk.once, lambda: decide(desk, decided))
    stream = found(services, correction).stream
    answer = receipt_answer(receipt, stream, response, key="stream")
    status = "approved" if said.approve else "declined"
    return answer | {"stream": str(stream), "correction": correction, "status": status}


@dataclass(frozen=True, slots=True)
class Inbox:
    """Corrections in the sight of one caller."""

    services: Services
    caller: Caller

    @property
    def values(self) -> bool:
        """Whether the caller sees values."""
        return self.caller.role is not Role.COMPLIANCE

    def rows(
        self,
        status: CorrectionStatus | None,
        may_approve: bool | None,
        after: str | None,
        case: str | None = None,
    ) -> Iterator[tuple[str, Found | None]]:
        """Yield corrections with the keys of their rows; of all streams, or of one case.

        `None` stands for one that was looked at and is not meant.
        """
        if may_approve and status is None:  # nothing else can be approved: no need to look
            status = CorrectionStatus.PENDING
        where = {"status": STORED[status].value} if status else {}
        where |= {"case": case} if case else {}
        statuses: dict[str, Mapping[str, CorrectionStatus]] = {}
        for key, row in Waiting(self.services, self.caller, CORRECTIONS.name).rows(where, after):
            if status and row.stream not in statuses:
                pages = self.services.ledger.read(StreamId.of(row.stream))
                statuses[row.stream] = statuses_in(pages)
            if status and statuses[row.stream].get(row.correction) is not status:
                yield key, None
                continue
            known = found(self.services, row.correction)
            meant = status in {None, known.one.status}
            yield key, known if meant and may_approve in {None, self.may_approve(known)} else None

    def may_approve(self, known: Found) -> bool:
        """Say whether the caller may approve it."""
        return Deciding(self.services, self.caller).may_approve(known.one, known.stream)

    def answer(self, known: Found) -> Json:
        """Return one correction as JSON."""
        may = self.may_approve(known)
        return correction_answer(known.one, known.stream, values=self.values, may_approve=may)


def leaf_of(rows: Iterable[tuple[str, Found | None]], limit: int) -> tuple[list[Found], str | None]:
    """Return up to ``limit`` of those that are meant, and the key after which to go on.

    Where few are meant it is fewer: an answer looks at `LOOKED_THROUGH` rows, and says where it
    stopped.
    """
    leaf: list[Found] = []
    after = None
    for number, (key, one) in enumerate(rows, 1):
        if len(leaf) < limit:
            after = key
            leaf += [one] if one else []
        elif one:
            return leaf, after
        if number == LOOKED_THROUGH + limit:
            return leaf, after
    return leaf, None


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody says to a correction, having seen its stream at a version."""

    correction: str
    version: int
    said: Said


def decide(desk: Desk, decided: Decided) -> Receipt:
    """Record an approval or a refusal; 404 for what the caller cannot see."""
    services, caller, said = desk.services, desk.signature.caller, decided.said
    known = found(services, decided.correction)
    desk.visible(known.stream)
    said.ensure_whole("correction.because")
    if known.version != decided.version:
        raise Conflict(known.stream)
    deciding = Deciding(services, caller, desk.signature.on_behalf_of)
    if said.approve:
        deciding.ensure_may_approve(known.one, known.stream)
    else:
        deciding.ensure_may_decline(known.one, known.stream)
    write = exchange(desk, known.stream, known.version)
    try:
        if said.approve:
            receipt = services.correcting.approve(decided.correction, write)
            return followed(services, known.stream, receipt)
        return services.correcting.decline(decided.correction, said.because or "", write)
    except Refused as no:  # what a rule says of the content is no fault of this request
        raise Problem(409, no.code, no.because, article=no.article) from None
