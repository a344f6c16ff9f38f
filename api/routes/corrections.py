"""Corrections under the stream that they are about: asked for, and read.

``POST /v1/cases/{case_id}/corrections`` asks that events be voided, corrected or moved to another
case. Other kinds of streams are served in the same manner, but nothing can be moved there.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field, create_model

from api.batch_forms import RightForm, kept_from
from api.callers import HistoryReader, Signed, not_own_unit
from api.correction_answers import (
    CorrectionsAnswer,
    correction_answer,
    pages_of,
)
from api.deciding import Deciding, exchange, handed_over
from api.dependencies import WithServices
from api.event_examples import example_json
from api.event_forms import (
    EVIDENCE_MOST,
    EventForm,
    StatedEvidence,
    to_evidence,
    value_model,
)
from api.preconditions import VersionSeen, etag
from api.problems import Problem, not_found, refusal
from api.readings import WithReading, about, of_pages
from api.routes.collections import STRICT, Collection, key_parameter, matches, seen
from api.routes.streams import BATCHES, CASES, COLLECTIONS
from api.sight import sees
from api.tokens import Role
from api.writing import Desk, Entry, ReceiptAnswer, field_of, receipt_answer
from application.asked_for import asked_for_in, would_alter
from application.correcting import Wanted
from application.correction_effect import meant_by
from application.journeys import NOW, History
from application.ledger import Conflict, Receipt
from application.references import NOT_THERE, References
from application.standing import corrections_of, standing
from application.zones import Zones
from domain.correction import CorrectionKind, ReasonCode
from domain.fields import EXAMPLE_ID, CaseId, EventId, Note
from domain.kernel import Event, Json, Length, Refused, Value, Words
from domain.record import StreamId
from domain.time import Zone

Events = Annotated[tuple[EventId, ...], Length(least=1, most=50)]
Documents = Annotated[tuple[StatedEvidence, ...], Length(least=0, most=EVIDENCE_MOST)]

CONTENT_OR_NOT: Final[Words] = (
    "isi yang benar (event) disertakan bila kind correct, dan hanya bila demikian",
    "what is right (event) is given where kind is correct, and only there",
)
EVIDENCE_BESIDE: Final[Words] = (
    "bukti dan alasan disebut pada koreksinya, bukan di dalam event",
    "evidence and reasons are stated on the correction, not within the event",
)
CONTENT: Final = "What is right, of the type that was recorded; where kind is correct."


class Asked(Value):
    """What is wrong with which events of a stream, and what bears that out."""

    kind: Literal["void", "correct"]
    events: Events
    reason_code: ReasonCode
    explanation: Note
    evidence: Documents


class AskedOfCase(Value):
    """What is wrong with which events of a case; ``to`` is the case that they belong to."""

    kind: CorrectionKind
    events: Events
    to: CaseId | None
    reason_code: ReasonCode
    explanation: Note
    evidence: Documents


class CorrectionReceipt(ReceiptAnswer):
    """Where the request was recorded. ``correction`` is its id; it waits for a second person."""

    correction: str
    status: Literal["pending"]


def body_of(collection: Collection) -> type[BaseModel]:
    """Return the form on which a correction is asked for."""
    asked = AskedOfCase if collection is CASES else Asked
    base = value_model(asked, f"{collection.word}CorrectionAsked")
    example: Any = {
        "kind": "void",
        "events": [EXAMPLE_ID],
        "event": None,
        "reason_code": "recorded_twice",
        "explanation": "tercatat dua kali pada hari yang sama",
        "evidence": [{"number": "BA-7/2025", "date": "2025-08-18", "sha256": None}],
    }
    forms = RightForm if collection is BATCHES else collection.forms()
    fields: dict[str, Any] = {
        "event": (forms | None, Field(None, description=CONTENT)),
        "evidence": (base.model_fields["evidence"].annotation, Field([], max_length=EVIDENCE_MOST)),
    }
    name = f"{collection.word}Correction"
    model: type[BaseModel] = create_model(name, __base__=base, __doc__=asked.__doc__, **fields)
    content = example_json(collection.events[-1]) | {"evidence": [], "reason": None}
    right = example | {"kind": "correct", "event": content, "reason_code": "typing_error"}
    model.model_config |= {"json_schema_extra": {"examples": [example, right]}}
    model.model_rebuild(force=True)
    return model


def corrections_router() -> APIRouter:
    """Return the routes under all kinds of streams."""
    router = APIRouter()
    for one in (CASES, *COLLECTIONS, BATCHES):
        add_asking(router, one)
        add_reading(router, one)
    return router


def add_asking(router: APIRouter, collection: Collection) -> None:
    """Take requests for corrections."""
    key_type, body_type = key_parameter(collection), body_of(collection)
    key_field: Any = {collection.key: (str, ...)}
    receipt_model = create_model(
        f"{collection.word}CorrectionReceipt", __base__=CorrectionReceipt, **key_field
    )

    @router.post(
        f"{collection.path}/{{{collection.key}}}/corrections",
        response_model=receipt_model,
        status_code=201,
        dependencies=STRICT,
    )
    async def ask(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
        key: key_type,  # type: ignore[valid-type]
        services: WithServices,
        signature: Signed,
        version: VersionSeen,
        body: body_type,  # type: ignore[valid-type]
        response: Response,
    ) -> Json:
        """Ask that events be voided, corrected or moved. Nothing changes until it is approved.

        What would speak against it is said at once, with the rule that says so.
        """
        if not matches(collection, key):
            raise not_found()
        asking = Asking(Desk(services, signature), collection.id_of(key), body)
        desk = asking.desk
        receipt = await run_in_threadpool(desk.once, lambda: asking.record(version))
        correction = receipt.written[0].event_id
        response.headers["Location"] = f"/v1/corrections/{correction}"
        answer = receipt_answer(receipt, asking.stream, response, key=collection.key)
        more = {"correction": correction, "status": "pending"}
        return answer | {collection.key: key} | more


def add_reading(router: APIRouter, collection: Collection) -> None:
    """Serve the corrections of a stream."""
    key_type = key_parameter(collection)
    key_field: Any = {collection.key: (str, ...)}
    model = create_model(f"{collection.word}Corrections", __base__=CorrectionsAnswer, **key_field)

    @router.get(
        f"{collection.path}/{{{collection.key}}}/corrections",
        response_model=model,
        dependencies=STRICT,
    )
    def read(
        key: key_type,  # type: ignore[valid-type]
        services: WithServices,
        caller: HistoryReader,
        reading: WithReading,
        response: Response,
    ) -> Json:
        """Return what was asked, of which events, by whom and why; and what it alters."""
        history, unit = seen(services, collection, key, caller, NOW)
        found = asked_for_in(history.known)
        values, deciding = caller.role is not Role.COMPLIANCE, Deciding(services, caller)
        whom, shown = of_pages(pages_of(found), values=values)
        reading(whom | about(history.stream), shown, len(found), unit)
        response.headers["ETag"] = etag(history.version)
        answers = [
            correction_answer(
                one,
                history.stream,
                values=values,
                may_approve=deciding.may_approve(one, history.stream),
            )
            for one in found
        ]
        return {collection.key: key, "version": history.version, "corrections": answers}


class Asking:
    """One request for a correction, by one caller."""

    def __init__(self, desk: Desk, stream: StreamId, body: Any) -> None:
        self.desk, self.stream, self.body = desk, stream, body
        self.services, self.caller = desk.services, desk.signature.caller

    def record(self, version: int) -> Receipt:
        """Record the request; 404 for a stream that the caller cannot see."""
        desk, history = self.desk, self.desk.visible(self.stream)
        if history.version != version:  # what is wrong is said of what was seen
            raise Conflict(self.stream)
        Deciding(self.services, self.caller).ensure_answers_for(self.stream)
        request = exchange(desk, self.stream, version)
        content = self._content(history, request.actor.unit)
        self._ensure_may_hand_over(history, content)
        self._ensure_seen(getattr(self.body, "to", None))
        desk.ensure_may_cite(to_evidence(self.body), history.known, "")
        wanted = Wanted(
            stream=self.stream,
            kind=CorrectionKind(self.body.kind),
            events=tuple(self.body.events),
            to=getattr(self.body, "to", None),
            content=content,
            reason_code=self.body.reason_code,
            explanation=self.body.explanation,
            evidence=to_evidence(self.body),
        )
        try:
            return self.services.correcting.request(wanted, request)
        except Refused as refused:
            raise refusal(refused, self._place(refused)) from None

    def _content(self, history: History, unit: str | None) -> Event | None:
        """Return what is said to be right, checked as if it were recorded now."""
        form = self.body.event
        if (form is None) is (CorrectionKind(self.body.kind) is CorrectionKind.CORRECT):
            place = ("/event", "correction.content", CONTENT_OR_NOT)
            raise Problem(422, "correction.content", CONTENT_OR_NOT, errors=[place])
        if form is None:
            return None
        if form.evidence or form.reason is not None:
            place = ("/event", "correction.evidence_beside", EVIDENCE_BESIDE)
            raise Problem(422, "correction.evidence_beside", EVIDENCE_BESIDE, errors=[place])
        entry = replace(self._entry, given=self._kept(history, form))
        event = entry.event(Zone.WIB)
        self.desk.ensure_own_signature([event])
        units = self.services.units
        try:
            References(self.services.ledger, units, self.caller.access).ensure(event)
        except Refused as refused:
            raise refusal(refused, field_of(entry, refused)) from None
        past = [page.event for page in history.pages]
        return entry.event(Zones(units).zone_for(self.stream, event, past, unit))

    def _kept(self, history: History, form: EventForm) -> Mapping[str, Any]:
        """Return what a correction of a batch's step does not say, from the step as it stands."""
        if self.stream.kind != BATCHES.stream.name:
            return {}
        known = corrections_of(history.known).by_id
        meant = {one for said in self.body.events for one in meant_by(said, known)}
        of_the_type = (
            page.event
            for page in standing(history.known)
            if page.event_id in meant and isinstance(page.event, form.event_type)
        )
        return kept_from(form.event_type, next(of_the_type, None))

    def _ensure_may_hand_over(self, history: History, content: Event | None) -> None:
        """Refuse to give the stream to units for which the caller could not have opened it."""
        kind = CorrectionKind(self.body.kind)
        altered = would_alter(history.known, kind, self.body.events, content)
        deciding = Deciding(self.services, self.caller)
        for _, after in handed_over(altered, history.known):
            if not deciding.answers_by(self.stream, after):
                raise not_own_unit()

    @property
    def _entry(self) -> Entry:
        return Entry(stream=self.stream, form=self.body.event, pointer="/event")

    def _ensure_seen(self, to: str | None) -> None:
        """Refuse a case to move to that is not there for this caller."""
        if to is None or sees(self.services, StreamId(kind="case", key=to), self.caller):
            return
        place = ("/to", "case.not_found", NOT_THERE["case"])
        raise Problem(422, "case.not_found", NOT_THERE["case"], errors=[place])

    def _place(self, refused: Refused) -> str:
        """Return the pointer to what was refused, of the request or of what is right."""
        if refused.field in {"to", "events"}:
            return f"/{refused.field}"
        if self.body.event is None:
            return ""
        return "/event/type" if refused.field == "type" else field_of(self._entry, refused)
