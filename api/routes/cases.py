"""/v1/cases: a journey opened with its admission, the person found or registered in one write."""

from typing import Annotated, Any, Final, Union

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field, Strict, create_model

from api.answers import FORBID
from api.callers import Signed
from api.dependencies import Services, WithServices
from api.event_examples import example_json
from api.event_forms import EventForm, event_model
from api.problems import Problem
from api.routes.collections import STRICT, Collection, body_model, listed, opened
from api.writing import Desk, Entry, ReceiptAnswer, entries_of
from application.ledger import Receipt
from application.people import LikelyDuplicates, People
from domain.custody import CustodyAdmitted, CustodyTakenOver
from domain.fields import EXAMPLE_ID, UUID
from domain.kernel import Event, Json, Words
from domain.person import PersonRegistered
from domain.record import StreamId
from domain.time import Zone

HOW_TO_GO_ON: Final[Words] = (
    "orang yang mirip sudah tercatat; pilih id dari candidates, atau is_new: true bila memang baru",
    "somebody alike is registered; choose an id from candidates, or is_new: true if really new",
)
ONE_OF_TWO: Final[Words] = (
    "sebut salah satu: person.id atau person.register",
    "name one of the two: person.id or person.register",
)
NO_SUCH_PERSON: Final[Words] = (
    "orang ini belum tercatat; daftarkan lewat person.register",
    "no such person is registered; register the person by person.register",
)


def admission_model(event: type[Event]) -> type[EventForm]:
    """Return the form of an admission without ``person``, whom the request finds or registers."""
    whole = event_model(event)
    content = whole.model_fields["data"].annotation
    if content is None:
        raise TypeError(event)
    name = f"{event.__name__}Opening"
    data_fields: dict[str, Any] = {
        field: (info.annotation, info)
        for field, info in content.model_fields.items()
        if field != "person"
    }
    data = create_model(f"{name}Data", __config__=FORBID, **data_fields)
    example = example_json(event)
    example["data"].pop("person")
    fields: dict[str, Any] = {
        field: (info.annotation, info) for field, info in whole.model_fields.items()
    }
    form: type[EventForm] = create_model(
        name, __base__=EventForm, __doc__=whole.__doc__, **fields | {"data": (data, ...)}
    )
    form.event_type = event
    form.model_config |= {"json_schema_extra": {"examples": [example]}}
    form.model_rebuild(force=True)
    return form


ADMISSION: Final[Any] = Annotated[
    Union[admission_model(CustodyAdmitted), admission_model(CustodyTakenOver)],  # noqa: UP007
    Field(discriminator="type"),
]
REGISTRATION: Final[Any] = event_model(PersonRegistered).model_fields["data"].annotation


class PersonChoice(BaseModel):
    """Who it is: somebody registered, by id, or somebody to register now."""

    model_config = FORBID | {
        "json_schema_extra": {"oneOf": [{"required": ["id"]}, {"required": ["register"]}]}
    }

    id: Annotated[str, Strict(), Field(pattern=f"^{UUID}$", examples=[EXAMPLE_ID])] = Field("")
    registration: REGISTRATION = Field(None, alias="register")
    is_new: Annotated[bool, Strict()] = Field(
        default=False, description="The caller has looked, and this is nobody known."
    )


def add_opening_cases(router: APIRouter, collection: Collection) -> None:
    """Open cases with their admission."""
    body_type = body_model(
        "NewCase",
        person=(PersonChoice, ...),
        admission=(ADMISSION, ...),
        events=(
            listed(collection, 0),
            Field([], description="What else is recorded in the same write."),
        ),
    )
    receipt_model = create_model("NewCaseReceipt", __base__=ReceiptAnswer, case_id=(str, ...))

    @router.post("/v1/cases", response_model=receipt_model, status_code=201, dependencies=STRICT)
    async def open_case(
        services: WithServices,
        signature: Signed,
        body: body_type,  # type: ignore[valid-type]
        response: Response,
    ) -> Json:
        """Open a case: find or register the person, and admit, in one atomic write."""
        desk = Desk(services, signature)
        receipt = await run_in_threadpool(desk.once, lambda: open_with(desk, body))
        return opened(receipt, collection, response)


def open_with(desk: Desk, body: Any) -> Receipt:
    """Record a person where there is a new one, the admission, and what else was sent."""
    choice: PersonChoice = body.person
    services = desk.services
    if bool(choice.id) == (choice.registration is not None):
        errors = [("/person", "case.one_of_two", ONE_OF_TWO)]
        raise Problem(422, "case.one_of_two", ONE_OF_TWO, errors=errors)
    key = choice.id or services.new_id()
    case = StreamId(kind="case", key=services.new_id())
    given = {"person": key}
    admission = Entry(stream=case, form=body.admission, pointer="/admission", given=given)
    desk.ensure_may_open(admission)
    person = StreamId(kind="person", key=key)
    first: list[Entry] = []
    if choice.registration is None:
        ensure_registered(services, person)
    else:
        first = [registration(choice, body.admission.effective, person)]
        if not choice.is_new:
            ensure_new(desk, first[0].event(Zone.WIB))
    return desk.open([admission, *entries_of(case, body.events)], first=first)


def registration(choice: PersonChoice, effective: Any, person: StreamId) -> Entry:
    """Return the registration of a new person, on the day of the admission."""
    form = event_model(PersonRegistered).model_construct(
        type=PersonRegistered.stored_as,
        effective=effective,
        data=choice.registration,
        evidence=(),
        reason=None,
    )
    return Entry(stream=person, form=form, pointer="/person", content="register")


def ensure_registered(services: Services, person: StreamId) -> None:
    """Refuse a person whom nobody registered."""
    if not services.ledger.read(person):
        errors = [("/person/id", "case.no_such_person", NO_SUCH_PERSON)]
        raise Problem(422, "case.no_such_person", NO_SUCH_PERSON, errors=errors)


def ensure_new(desk: Desk, registered: Event) -> None:
    """Answer 409 with candidates where somebody registered may be meant."""
    if not isinstance(registered, PersonRegistered):
        return
    services = desk.services
    try:
        People(services.ledger, services.read_models, services.now).ensure_new(registered)
    except LikelyDuplicates as likely:
        candidates = [
            {"person": one.person, "score": one.score, "reasons": list(one.reasons)}
            for one in likely.candidates
        ]
        whom = [f"person:{one.person}" for one in likely.candidates]
        alike = {reason for one in likely.candidates for reason in one.reasons}
        desk.signature.reading(whom, alike, len(whom))
        more = {"candidates": candidates}
        raise Problem(409, "person.likely_duplicates", HOW_TO_GO_ON, more=more) from None
