"""/v1/agreements/{id}/referrals: young people whom a partner refers, and what the unit answered.

A partner refers under an agreement that runs and names them, to a unit that it names. It sees what
became of its own referrals and of no other's: the answer, what the youth joined, and when the help
ended; never why, nor in what words. What is shown is the record that the feed holds, made of the
same scope at this moment: whoever is not in the one is not in the other. So nothing is shown before
a parent or guardian has consented. Kept apart from custody, as all of a referral is.
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
from application.timeline import Timeline
from domain.agreement import ParticipantKind
from domain.catalogue import STREAMS
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Json, Refused, Words
from domain.law.book import LAW
from domain.programme import ProgrammeKind
from domain.record import StreamId
from domain.referral import GuardianConsented, ReferralReceived
from domain.sharing.fields import SharedField
from domain.sharing.scope import Scope
from domain.time import Zone
from projections.counting import lies_in
from projections.referrals import REFERRALS
from projections.shared.plain import plain
from projections.shared.record import shared
from projections.shared.values import ReferralAnswer, ReferralShared

router = APIRouter()
PATH: Final = "/v1/agreements/{agreement_id}/referrals"
EVERYWHERE: Final = Access(everywhere=True, units=frozenset())
GIVEN: Final = ("referred_by", "agreement")
"""Fields that the token and the address say."""
NOT_THEIR_UNIT: Final[Words] = (
    "kerja sama ini tidak berlaku untuk unit itu",
    "the agreement does not run for that unit",
)
NOT_THEIR_REGION: Final[Words] = (
    "sebut region remaja ini, yang harus berada di wilayah kerja sama",
    "name the youth's region, which must lie in those of the agreement",
)
NOT_NAMED: Final[Words] = (
    "kerja sama ini tidak memuat rujukan: perlu remaja_berisiko dan bidang referral",
    "the agreement has no referrals: they need remaja_berisiko and the field referral",
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


class PartnerReferralAnswer(BaseModel):
    """How a referral stands, to whoever made it.

    ``overdue``: the day by which an answer was asked for has passed without one.
    """

    model_config = FORBID

    referral_id: str
    unit: str
    received_on: date
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
        """Return what a party sees its referrals by; raise `NoSuchScope`, or 404."""
        scope = services.sharing.scope(eyes.audience.agreement, eyes.audience.agency)
        eyes.ensure_may_see(scope)
        units = frozenset(services.sharing.open_units(scope))
        if not (units and _named(scope)):
            raise not_found()
        return cls(services, eyes, scope, units)

    @classmethod
    def writing(cls, services: Services, eyes: Eyes) -> "Referring":
        """Return what a party refers by; say to a party why it cannot, where that is for good."""
        scope = services.sharing.scope(eyes.audience.agreement, eyes.audience.agency)
        if not _named(scope):
            raise Problem(403, "referral.not_named", NOT_NAMED)
        return cls.under(services, eyes)

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
        """Return a referral as the feed has it at this moment; `None` for what is not in scope."""
        stream = StreamId(kind="referral", key=key)
        pages = self.services.ledger.read(stream)
        journey = Timeline.of(STREAMS[stream.kind], pages).journey
        found = shared(self.scope, stream, journey, {}, LAW)
        if found is None or found.unit not in self.units:
            return None
        return self._answer(key, found.unit, found.record[SharedField.REFERRAL.value])

    def told(self, key: str) -> PartnerReferralAnswer | None:
        """Return what a partner said itself of a referral, and nothing that came after."""
        pages = self.services.ledger.read(StreamId(kind="referral", key=key))
        said = pages[0].event
        if not isinstance(said, ReferralReceived):
            return None
        fresh = ReferralShared(
            received_on=said.effective.day,
            respond_by=said.respond_by,
            answer=None,
            answered_on=None,
            activities=(),
            finished_on=None,
        )
        return self._answer(key, said.unit, plain(fresh))

    def _answer(self, key: str, unit: str, said: Json) -> PartnerReferralAnswer:
        zone = self.services.units.zone_of(unit) or Zone.WIB
        today = self.services.now().astimezone(zone.offset).date().isoformat()
        late = said["answer"] is None and (said["respond_by"] or today) < today
        whole = {"referral_id": key, "unit": unit, "overdue": late, **said}
        return PartnerReferralAnswer.model_validate(whole)

    def show(self, reading: Reading, shown: Sequence[PartnerReferralAnswer]) -> list[Json]:
        """Return referrals as JSON, once it is recorded that they are shown."""
        if shown:
            whom = [f"referral:{one.referral_id}" for one in shown]
            agreement = self.scope.agreement
            fields = (SharedField.REFERRAL.value,)
            record = reading.record(whom, fields, len(shown), agreement=agreement)
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
        self._ensure_theirs(body.referral.data)
        zone = self.services.units.zone_of(body.referral.data.unit) or Zone.WIB
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

    def _ensure_theirs(self, said: Any) -> None:
        """Refuse a youth who would be in no scope: of another unit, or of elsewhere."""
        errors = []
        if said.unit not in self.units:
            errors.append(("/referral/data/unit", "referral.unit", NOT_THEIR_UNIT))
        if not lies_in(said.region, self.scope.regions):
            errors.append(("/referral/data/region", "referral.region", NOT_THEIR_REGION))
        if errors:
            raise Problem(422, errors[0][1], errors[0][2], errors=errors)


def _named(scope: Scope) -> bool:
    """Say whether the agreement has referrals at all, and the agency may have them."""
    named = ParticipantKind.REMAJA_BERISIKO in scope.participant_kinds
    return named and SharedField.REFERRAL in scope.fields


@router.post(PATH, dependencies=STRICT, response_model=PartnerReferralAnswer, status_code=201)
async def refer(
    services: WithServices,
    eyes: WithEyes,
    signature: PartnerSigned,
    body: ReferralBody,
    response: Response,
) -> Json:
    """Refer a youth to a unit of the agreement. Who refers, and under what, is the request's.

    The answer repeats what was told. What becomes of it is shown, here and in the feed, once the
    consent of a parent or guardian is recorded: now, or later at the unit.
    """
    desk = Desk(services, signature)

    def record() -> Json:
        referring = Referring.writing(services, eyes)
        receipt = desk.once(lambda: referring.refer(desk, body))
        stream = next(one.stream for one in receipt.written if one.stream.kind == "referral")
        found = referring.one(stream.key) or referring.told(stream.key)
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
