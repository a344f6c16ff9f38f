"""/v1/agreements/{id}/referrals: young people whom a partner refers, and what the unit answered.

A partner refers under an agreement that runs and names them, to a unit that it names. It sees what
became of its own referrals and of no other's: the answer, what the youth joined, and when the help
ended; never why, nor in what words. Kept apart from custody, as all of a referral is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, create_model

from api.agency_callers import Eyes, WithEyes
from api.answers import FORBID
from api.cursors import cursor_after, key_from
from api.dependencies import Services, WithServices
from api.event_examples import example_json
from api.event_forms import EventForm, event_model, to_evidence
from api.lists import PAGE, PAGE_MOST, POSITION_MOST, wait_for
from api.problems import Problem, not_found, refusal
from api.readings import Reading, WithReading
from api.routes.collections import STRICT
from api.routes.partner_results import PartnerSigned
from api.writing import Desk, Entry, field_of
from application.append import Proposal
from application.append import Request as Exchange
from application.ledger import Receipt
from application.read_models import Access, Question
from application.timeline import in_order
from domain.agreement import ParticipantKind
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Json, Refused, Words
from domain.programme import ProgrammeKind
from domain.record import StreamId
from domain.referral import REFERRAL, GuardianConsented, Party, Referral, ReferralReceived
from domain.sharing.scope import Scope
from domain.time import Zone
from projections.referrals import REFERRALS
from projections.shared.values import ReferralAnswer

router = APIRouter()
PATH: Final = "/v1/agreements/{agreement_id}/referrals"
EVERYWHERE: Final = Access(everywhere=True, units=frozenset())
GIVEN: Final = ("referred_by", "agreement")
"""Fields that the token and the address say."""
NOT_THEIR_UNIT: Final[Words] = (
    "kerja sama ini tidak berlaku untuk unit itu",
    "the agreement does not run for that unit",
)


def _form(event: type[Any], name: str) -> type[EventForm]:
    """Return the form of an event without what the token and the address say."""
    whole = event_model(event)
    content = whole.model_fields["data"].annotation
    if content is None:
        raise TypeError(event)
    data_fields: dict[str, Any] = {
        field: (info.annotation, info)
        for field, info in content.model_fields.items()
        if field not in GIVEN
    }
    data = create_model(f"{name}Data", __config__=FORBID, **data_fields)
    fields: dict[str, Any] = {
        field: (info.annotation, info) for field, info in whole.model_fields.items()
    }
    form: type[EventForm] = create_model(
        name, __base__=EventForm, __doc__=whole.__doc__, **fields | {"data": (data, ...)}
    )
    form.event_type = event
    example = example_json(event)
    example["data"] = {key: said for key, said in example["data"].items() if key not in GIVEN}
    example["evidence"] = []
    form.model_config |= {"json_schema_extra": {"examples": [example]}}
    form.model_rebuild(force=True)
    return form


ReceivedForm: Any = _form(ReferralReceived, "PartnerReferral")
ConsentForm: Any = _form(GuardianConsented, "PartnerReferralConsent")


class ReferralBody(BaseModel):
    """One youth, and the consent of a parent or guardian where the partner has it already.

    Without a consent the unit can only decline; it may be recorded there too.
    """

    model_config = FORBID

    referral: ReceivedForm
    consent: ConsentForm | None = None


class JoinedAnswer(BaseModel):
    """An activity that the youth takes part in."""

    model_config = FORBID

    kind: ProgrammeKind
    title: str
    since: date


class PartnerReferralAnswer(BaseModel):
    """How a referral stands, to whoever made it.

    ``overdue``: the day by which an answer was asked for has passed without one.
    """

    model_config = FORBID

    referral_id: str
    unit: str
    received_on: date
    consented_on: date | None
    respond_by: date | None
    overdue: bool
    answer: ReferralAnswer | None
    answered_on: date | None
    activities: list[JoinedAnswer]
    finished_on: date | None


class PartnerReferralsAnswer(BaseModel):
    """A partner's own referrals under one agreement, in the order of their keys."""

    model_config = FORBID

    items: list[PartnerReferralAnswer]


@dataclass(frozen=True, slots=True)
class Referring:
    """The referrals of one party of an agreement, while that runs; 404 where it does not."""

    services: Services
    eyes: Eyes
    scope: Scope
    units: frozenset[str]

    @classmethod
    def under(cls, services: Services, eyes: Eyes) -> "Referring":
        """Return what a party refers by; raise `NoSuchScope`, or 404."""
        scope = services.sharing.scope(eyes.audience.agreement, eyes.audience.agency)
        eyes.ensure_may_see(scope)
        units = frozenset(services.sharing.open_units(scope))
        if not units or ParticipantKind.REMAJA_BERISIKO not in scope.participant_kinds:
            raise not_found()
        return cls(services, eyes, scope, units)

    def keys(self, after: str | None, most: int) -> list[str]:
        """Return the keys of the party's referrals, after one."""
        question = Question(
            where={"agreement": self.scope.agreement, "referred_by": self.scope.agency},
            words=(),
            after=after,
            limit=most,
        )
        rows = self.services.read_models.ask(REFERRALS.name, question, EVERYWHERE).rows
        return [key for key, _ in rows]

    def one(self, key: str) -> PartnerReferralAnswer | None:
        """Return one of the party's own referrals; `None` for what is none, or is forgotten."""
        pages = self.services.ledger.read(StreamId(kind="referral", key=key))
        state = REFERRAL.fold(in_order(pages))
        said = state.received
        own = (self.scope.agreement, self.scope.agency)
        if said is None or Party.YOUTH in state.forgotten:
            return None
        if (said.agreement, said.referred_by) != own:
            return None
        zone = self.services.units.zone_of(said.unit) or Zone.WIB
        return _answer(key, said, state, self.services.now().astimezone(zone.offset).date())

    def show(self, reading: Reading, shown: Sequence[PartnerReferralAnswer]) -> list[Json]:
        """Return referrals as JSON, once it is recorded that they are shown."""
        if shown:
            whom = [f"referral:{one.referral_id}" for one in shown]
            agreement = self.scope.agreement
            record = reading.record(whom, (), len(shown), agreement=agreement)
            self.services.access.record(record)
        reading.of_nobody()  # or it is recorded by now
        return [one.model_dump(mode="json") for one in shown]

    def refer(self, desk: Desk, body: Any) -> Receipt:
        """Record a referral, and the consent that came with it."""
        stream = StreamId(kind="referral", key=self.services.new_id())
        given = {"referred_by": self.scope.agency, "agreement": self.scope.agreement}
        entries = [Entry(stream=stream, form=body.referral, pointer="/referral", given=given)]
        if body.consent is not None:
            entries.append(Entry(stream=stream, form=body.consent, pointer="/consent"))
        unit = body.referral.data.unit
        if unit not in self.units:
            place = ("/referral/data/unit", "referral.unit", NOT_THEIR_UNIT)
            raise Problem(422, "referral.unit", NOT_THEIR_UNIT, errors=[place])
        zone = self.services.units.zone_of(unit) or Zone.WIB
        for entry in entries:
            desk.ensure_may_cite(to_evidence(entry.form), (), entry.pointer)
        proposals = [
            Proposal(
                stream=stream,
                event=entry.event(zone),
                evidence=to_evidence(entry.form),
                reason=entry.form.reason,
            )
            for entry in entries
        ]
        try:
            return self.services.append(
                Exchange(
                    proposals=tuple(proposals),
                    expected={stream: 0},
                    actor=desk.actor(None),
                    purpose=desk.signature.purpose,
                    correlation_id=desk.signature.correlation_id,
                    command=desk.signature.command,
                )
            )
        except Refused as no:
            raise refusal(no, field_of(entries[0], no)) from None


def _answer(
    key: str, said: ReferralReceived, state: Referral, today: date
) -> PartnerReferralAnswer:
    answered = state.accepted or state.declined
    answer = ReferralAnswer.ACCEPTED if state.accepted else ReferralAnswer.DECLINED
    late = said.respond_by is not None and said.respond_by < today
    return PartnerReferralAnswer(
        referral_id=key,
        unit=said.unit,
        received_on=said.effective.day,
        consented_on=state.consent.effective.day if state.consent else None,
        respond_by=said.respond_by,
        overdue=late and answered is None,
        answer=answer if answered else None,
        answered_on=answered.day if answered else None,
        activities=[
            JoinedAnswer(kind=one.kind, title=one.title, since=one.effective.day)
            for one in state.activities.values()
        ],
        finished_on=state.finished.day if state.finished else None,
    )


@router.post(PATH, dependencies=STRICT, response_model=PartnerReferralAnswer, status_code=201)
async def refer(
    services: WithServices,
    eyes: WithEyes,
    signature: PartnerSigned,
    body: ReferralBody,
    response: Response,
) -> Json:
    """Refer a youth to a unit of the agreement. Who refers, and under what, is the request's."""
    desk = Desk(services, signature)

    def record() -> Json:
        referring = Referring.under(services, eyes)
        receipt = desk.once(lambda: referring.refer(desk, body))
        stream = next(one.stream for one in receipt.written if one.stream.kind == "referral")
        found = referring.one(stream.key)
        if found is None:
            raise not_found()
        (answer,) = referring.show(signature.reading, [found])
        return answer

    answer = await run_in_threadpool(record)
    address = PATH.format(agreement_id=eyes.audience.agreement)
    response.headers["Location"] = f"{address}/{answer['referral_id']}"
    return answer


@router.get(PATH, response_model=PartnerReferralsAnswer, dependencies=STRICT)
def list_own_referrals(  # noqa: PLR0913, PLR0917  # what the framework hands in, each by its type
    request: Request,
    services: WithServices,
    eyes: WithEyes,
    reading: WithReading,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE,
    cursor: Annotated[str | None, Query(description="From `Link: rel=next`.")] = None,
    after: Annotated[
        int | None, Query(ge=0, le=POSITION_MOST, description="Wait until this position was seen.")
    ] = None,
) -> Response:
    """Return the party's own referrals, by pages; the next one is in the `Link` header."""
    wait_for(services, after)
    referring = Referring.under(services, eyes)
    question = {"referrals": eyes.audience.agreement, "agency": eyes.audience.agency}
    keys = referring.keys(key_from(cursor, question), limit + 1)
    headers = {}
    if len(keys) > limit:
        goes_on = cursor_after(keys[limit - 1], question)
        address = request.url.include_query_params(cursor=goes_on)
        headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
    found = [one for key in keys[:limit] if (one := referring.one(key))]
    return JSONResponse({"items": referring.show(reading, found)}, headers=headers)


@router.get(
    PATH + "/{referral_id}",
    response_model=PartnerReferralAnswer,
    dependencies=STRICT,
)
def read_own_referral(
    referral_id: Annotated[
        str, Path(examples=[EXAMPLE_ID], json_schema_extra={"pattern": f"^{UUID}$"})
    ],
    services: WithServices,
    eyes: WithEyes,
    reading: WithReading,
) -> Json:
    """Return one of the party's own referrals; 404 for another's."""
    referring = Referring.under(services, eyes)
    known = re.fullmatch(UUID, referral_id, re.ASCII)
    found = referring.one(referral_id) if known else None
    if found is None:
        raise not_found()
    (answer,) = referring.show(reading, [found])
    return answer
