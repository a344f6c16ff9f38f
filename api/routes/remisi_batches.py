"""/v1/remisi-batches: a unit's list for an award day, drafted, decided step by step, and read.

The draft is one call, as a dry run too; each step is an event that whoever takes it signs, at the
level whose step it is. Cases of a small batch are brought up before the step is answered, those of
a large one by the clock: ``progress`` says how far they are.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import Field, create_model

from api.batch_answers import (
    COLUMNS,
    BatchAnswer,
    DraftsAnswer,
    ExplainedCase,
    LinesAnswer,
    end_answer,
    explained,
    kinds_answer,
    line_answer,
    lines_in_order,
    lines_now,
    proposals_of,
    standing_of,
    steps_answer,
)
from api.batch_desk import STREAM, DraftDesk, batch_basis, ensure_level, ensure_sayable
from api.batch_feasts import moved_answer, moved_feasts
from api.batch_followed import differing, followed
from api.batch_forms import DraftBody, StepForm, given_to
from api.batch_papers import NAMED, Papers, ends_of
from api.callers import Reader, Signed
from api.cursors import cursor_after, key_from
from api.dependencies import Services, WithServices
from api.letters.batch import Who
from api.lists import PAGE, PAGE_MOST, table, written
from api.preconditions import VersionSeen, etag
from api.problems import language_of, not_found
from api.readings import WithReading
from api.routes.collections import STRICT, Moments, body_model, key_parameter, matches, seen
from api.routes.streams import BATCHES
from api.tokens import Caller
from api.writing import Desk, Entry, ReceiptAnswer, receipt_answer
from application.batch_cases import ORDER, Batch, batch_in
from application.batch_ends import in_doubt
from application.batches import DraftAsked, Drafting, Reckoned
from application.case_facts import CaseFacts
from application.holidays import law_with_feasts
from application.journeys import NOW, History, Moment
from application.ledger import Receipt
from application.read_models import Access, Question
from domain.batch_list import BatchDrafted
from domain.batch_standing import ENDED, BatchLine, RemisiBatch
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Json
from domain.law.facts import RemisiKind
from domain.record import StreamId
from domain.time import Zone

PATH: Final = "/v1/remisi-batches"
ONE: Final = f"{PATH}/{{{BATCHES.key}}}"
STEPS_MOST: Final = 100
HEADS: Final = (*NAMED, *COLUMNS)
"""Columns of a list as a file: whose line it is, and the line."""
WHEREVER: Final = Access(everywhere=True, units=frozenset())
BatchKey = key_parameter(BATCHES)
StepsBody: Any = body_model(
    "RemisiBatchSteps",
    events=(Annotated[list[StepForm], Field(min_length=1, max_length=STEPS_MOST)], ...),
)
StepReceipt: Any = create_model(
    "RemisiBatchReceipt",
    __base__=ReceiptAnswer,
    remisi_batch_id=(str, ...),
    differences=(int | None, Field(None, description="Lines that would be drafted otherwise now.")),
)
router = APIRouter()


class Standing(Enum):
    """How a line stands."""

    STANDING = "standing"
    EXCLUDED = "excluded"
    TURNED_DOWN = "turned_down"
    WITHDRAWN = "withdrawn"


def tongue_of(request: Request) -> int:
    """Return which of two words is read: 0 in Indonesian, 1 in English."""
    return 0 if language_of(request) == "id" else 1


@router.post(PATH, response_model=DraftsAnswer, status_code=201, dependencies=STRICT)
async def draft(
    request: Request,
    services: WithServices,
    signature: Signed,
    body: DraftBody,  # type: ignore[valid-type]
    response: Response,
) -> Json:
    """Draft the list of a unit, or of all units of the caller; or only show it (`dry_run`).

    Everyone whom the unit holds is on it, with the reasons. A list that is on its way for the same
    unit, day and kind is answered instead of a second one.
    """
    said: Any = body
    at = DraftDesk(Desk(services, signature), tongue_of(request))
    drafts = await run_in_threadpool(lambda: list(at.draft(said)))
    fresh = [one for one in drafts if one["remisi_batch_id"] and not one["existing"]]
    response.status_code = 201 if fresh else 200
    if len(fresh) == 1:
        response.headers["Location"] = f"{PATH}/{fresh[0]['remisi_batch_id']}"
        response.headers["ETag"] = etag(fresh[0]["version"])
    return {
        "award_day": said.award_day,
        "dry_run": bool(said.dry_run),
        "batches": drafts,
    }


@router.post(f"{ONE}/events", response_model=StepReceipt, status_code=201, dependencies=STRICT)
async def take_step(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    key: BatchKey,  # type: ignore[valid-type]
    services: WithServices,
    signature: Signed,
    version: VersionSeen,
    body: StepsBody,
    response: Response,
) -> Json:
    """Take the next step, or several: all are recorded, or none. Who signs, takes it."""
    if not matches(BATCHES, key):
        raise not_found()
    stream = StreamId(kind=STREAM, key=key)
    desk = Desk(services, signature)
    entries = [
        Entry(
            stream=stream,
            form=form,
            pointer=f"/events/{index}",
            given=given_to(form.event_type, signature.caller.id, signature.on_behalf_of),
        )
        for index, form in enumerate(body.events)
    ]

    def record() -> Receipt:
        desk.visible(stream)
        for entry in entries:
            event = entry.event(Zone.WIB)
            ensure_sayable(event, entry.pointer)
            ensure_level(signature.caller, event)
        return desk.add(entries, version, {})

    receipt = await run_in_threadpool(lambda: followed(services, stream, desk.once(record)))
    answer = receipt_answer(receipt, stream, response, key=BATCHES.key)
    count = await run_in_threadpool(differing, services, stream)
    return answer | {BATCHES.key: key, "differences": count}


@dataclass(frozen=True, slots=True)
class Shown:
    """A batch as one caller may see it at a moment."""

    history: History
    unit: str | None
    batch: Batch

    @property
    def state(self) -> RemisiBatch:
        """Return how it stands."""
        return self.batch.state

    @property
    def draft(self) -> BatchDrafted:
        """Return how the list was begun."""
        if self.state.draft is None:
            raise LookupError(self.key)
        return self.state.draft

    @property
    def kinds(self) -> Sequence[RemisiKind]:
        """Return the kinds of the list, in the order of their awards."""
        return self.draft.kinds

    @property
    def key(self) -> str:
        """Return the key of the batch."""
        return self.history.stream.key


def shown(services: Services, key: str, caller: Caller, moment: Moment) -> Shown:
    """Return a batch; 404 where the caller may not see it, or it was not drafted then."""
    history, unit = seen(services, BATCHES, key, caller, moment)
    batch = batch_in(key, history.pages)
    if batch.state.draft is None:
        raise not_found()
    return Shown(history, unit, batch)


def stated(
    services: Services,
    found: Shown,
    moment: Moment,
    lines: Callable[[RemisiBatch], Iterable[BatchLine]] = lambda state: state.lines.values(),
) -> RemisiBatch:
    """Return a list in which lines release as they come out by now; of another time, as it was."""
    if moment != NOW:
        return found.state
    return ends_of(services, found.batch).stated(lines(found.state))


def whom(lines: Iterable[BatchLine]) -> set[str]:
    """Return whom lines show."""
    return {f"case:{line.case}" for line in lines}


@router.get(
    f"{ONE}.csv",
    dependencies=STRICT,
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_table(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    key: BatchKey,  # type: ignore[valid-type]
    request: Request,
    services: WithServices,
    caller: Reader,
    moment: Moments,
    reading: WithReading,
) -> Response:
    """Return the whole list as a file, whoever is on it and whoever is not."""
    found = shown(services, key, caller, moment)
    state = stated(services, found, moment)
    lines = lines_in_order(state)
    people = Papers(services, caller).people(lines)
    reading(whom(lines), NAMED, len(lines), found.unit)
    tongue = tongue_of(request)
    rows = (row_of(line_answer(state, line, tongue), people) for line in lines)
    return table("csv", written("csv", HEADS, rows), STREAM, found.history.position)


def row_of(line: Json, people: Mapping[str, Who]) -> Json:
    """Return a line as cells, with whose it is; reasons are joined, each a phrase."""
    who = people.get(line["case"])
    named = {"name": who.name, "register_text": who.register} if who else {}
    said = {name: "; ".join(line[name]) for name in ("reasons", "why")}
    return dict.fromkeys(HEADS) | line | said | named


@router.get(ONE, response_model=BatchAnswer, dependencies=STRICT)
def read_batch(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    key: BatchKey,  # type: ignore[valid-type]
    request: Request,
    services: WithServices,
    caller: Reader,
    moment: Moments,
    reading: WithReading,
    response: Response,
) -> Json:
    """Return how far a batch is, at two times; ``progress`` is that of its cases now."""
    found = shown(services, key, caller, moment)
    draft, history = found.state.draft, found.history
    state = stated(services, found, moment, in_doubt)
    excepted = {f"case:{case}" for step in state.steps for case in step.except_cases}
    reading(excepted, (), 1, found.unit)
    response.headers["ETag"] = etag(history.version)
    rule_sets, policies = batch_basis(state)
    return {
        BATCHES.key: key,
        "version": history.version,
        "position": history.position,
        "valid_at": moment.valid_at and moment.valid_at.isoformat(),
        "known_at": moment.known_at and moment.known_at.isoformat(),
        "unit": draft.unit if draft else "",
        "award_day": draft.award_day if draft else None,
        "drafted_on": draft.effective.day if draft else None,
        "status": state.status,
        "next_level": state.next_level if state.status not in ENDED else None,
        "rule_sets": rule_sets,
        "policies": policies,
        "kinds": list(kinds_answer(state)),
        "steps": list(steps_answer(state)),
        **end_answer(state),
        "progress": progress(services, key, draft.kinds if draft else ()),
        "moved_feasts": moved_answer(moved_feasts(services, found.batch), tongue_of(request)),
    }


def progress(services: Services, key: str, kinds: Iterable[RemisiKind]) -> dict[str, Any]:
    """Return how many cases are how far with their proposals of this batch, by kind."""
    found = {}
    for kind, proposal in proposals_of(key, kinds).items():
        question = Question(
            where={"proposal": proposal},
            words=(),
            after=None,
            limit=None,
            counted=frozenset({"status"}),
        )
        rows = services.read_models.ask("remisi_register", question, WHEREVER).rows
        found[kind.value] = dict(Counter(row.status.value for _, row in rows))
    return found


@router.get(f"{ONE}/lines", response_model=LinesAnswer, dependencies=STRICT)
def read_lines(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    key: BatchKey,  # type: ignore[valid-type]
    request: Request,
    services: WithServices,
    caller: Reader,
    moment: Moments,
    reading: WithReading,
    standing: Annotated[Standing | None, Query(description="Only lines that stand so.")] = None,
    kind: Annotated[RemisiKind | None, Query(description="Only lines of this kind.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
) -> Response:
    """Return lines, with the reasons of whoever is on the list and whoever is not."""
    found = shown(services, key, caller, moment)
    query = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
    bound = {"list": f"{STREAM}/{key}", "where": sorted(query)}
    after = key_from(cursor, bound) or ""
    lines = [
        line
        for line in lines_in_order(found.state)
        if place(line) > after
        and (standing is None or standing.value == standing_of(found.state, line))
        and kind in {None, line.kind}
    ]
    leaf = lines[:limit]
    reading(whom(leaf), (), len(leaf), found.unit)
    headers = {"ETag": etag(found.history.version)}
    if len(lines) > limit:
        more = urlencode([*query, ("cursor", cursor_after(place(leaf[-1]), bound))])
        headers["Link"] = f'<{request.url.path}?{more}>; rel="next"'
    state = stated(services, found, moment, lambda _: leaf)
    items = [line_answer(state, line, tongue_of(request)) for line in lines_now(state, leaf)]
    content = {BATCHES.key: key, "version": found.history.version, "items": items}
    return JSONResponse(content, headers=headers)


def place(line: BatchLine) -> str:
    """Return where a line stands in the order of lines."""
    return f"{line.case}/{ORDER[line.kind]}"


@router.get(f"{ONE}/lines/{{case_id}}", response_model=ExplainedCase, dependencies=STRICT)
def explain(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    key: BatchKey,  # type: ignore[valid-type]
    case_id: Annotated[str, Path(examples=[EXAMPLE_ID], json_schema_extra={"pattern": UUID})],
    request: Request,
    services: WithServices,
    caller: Reader,
    reading: WithReading,
) -> Json:
    """Return the lines of one case with every criterion, as it was known when it was drafted.

    Reckoned again from the record of then, by the law of then: what a registrar reads aloud.
    """
    found = shown(services, key, caller, NOW)
    lines = [line for line in lines_in_order(found.state) if line.case == case_id]
    if not lines:
        raise not_found()
    reading(whom(lines), {"remisi"}, len(lines), found.unit)
    reckoned = {one.line.kind: one for one in again(services, found, case_id)}
    tongue, state = tongue_of(request), stated(services, found, NOW, lambda _: lines)
    now = lines_now(state, lines)
    return {
        BATCHES.key: key,
        "case_id": case_id,
        "lines": [explained(state, one, reckoned.get(one.kind), tongue) for one in now],
    }


def again(services: Services, found: Shown, case: str) -> Sequence[Reckoned]:
    """Return the lines of a case, reckoned again as it was known when the list was drafted."""
    draft = found.state.draft
    page = next(one for one in found.history.pages if isinstance(one.event, BatchDrafted))
    if draft is None:
        return ()
    asked = DraftAsked(
        unit=draft.unit,
        award_day=draft.award_day,
        kinds=draft.kinds,
    )
    law = law_with_feasts(services.ledger, page.recorded_at)
    drafting = Drafting(CaseFacts(services.ledger, services.read_models), law)
    moment = Moment(valid_at=None, known_at=page.recorded_at)
    return drafting.of_case(case, asked, draft.effective.day, moment)
