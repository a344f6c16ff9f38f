"""Which collections there are, and what each of them serves."""

from typing import Any, Final

from fastapi import APIRouter

from api.dependencies import Services
from api.routes.cases import add_opening_cases, ensure_new
from api.routes.collections import (
    Collection,
    add_appending,
    add_histories,
    add_lists,
    add_opening,
    add_states,
)
from api.routes.shared_records import AGREEMENTS_OF_PARTY
from api.together import TOGETHER, together_of
from domain import catalogue
from domain.assessment import WORKED_OUT
from domain.batch_list import BY_HAND
from domain.custody import LegalStatus, Presence
from domain.fields import EXAMPLE_ID, UUID
from domain.forgotten import FORGETTING
from domain.holiday import HolidayFixed
from domain.kernel import Event, Stream
from domain.person import CustodyBegan, CustodyEnded
from domain.person_link import LINKING
from domain.registry import AgencyNamed, UnitNamed, UserNamed

CODE: Final = r"[A-Z0-9][A-Z0-9.-]{1,31}"
USER: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
FOLLOWING: Final[tuple[type[Event], ...]] = (CustodyBegan, CustodyEnded, *WORKED_OUT)
"""What only follows from something else, and is never proposed."""


def collection(stream: Stream, path: str, key: str, read_model: str, **more: Any) -> Collection:
    """Return a collection of streams whose keys are made up."""
    unasked = (*FOLLOWING, *FORGETTING, *LINKING)
    events = tuple(event for event in stream.chapter_of if event not in unasked)
    said = {"pattern": UUID, "example": EXAMPLE_ID, "events": events} | more
    return Collection(path=path, stream=stream, key=key, read_model=read_model, **said)


def registered(event: type[Event], word: str, pattern: str, example: str) -> Collection:
    """Return a collection of the registry, whose keys are the codes that events name."""

    def key_in(form: Any) -> str:
        return str(getattr(form.data, word))

    return collection(
        catalogue.REGISTRY,
        f"/v1/registry/{PLURALS[word]}",
        word,
        "units_and_agencies" if word in LISTED else "",
        events=(event,),
        pattern=pattern,
        example=example,
        prefix=f"{word}/",
        key_of=key_in,
        fixed={"sort": word},
    )


HOLIDAY: Final = r"[a-z_]{4,16}-[0-9]{4}"


def holiday_in(form: Any) -> str:
    """Return the key of a feast that a form fixes: its religion and its year."""
    return f"{form.data.religion.value}-{form.data.year}"


LISTED: Final = ("unit", "agency")
PLURALS: Final = {"unit": "units", "agency": "agencies", "user": "users"}
CASES: Final = collection(
    catalogue.CASE,
    "/v1/cases",
    "case_id",
    "case_summary",
    status={"legal_status": LegalStatus, "presence": Presence},
)
PERSONS: Final = collection(
    catalogue.PERSON,
    "/v1/persons",
    "person_id",
    "persons",
    ensure_new=ensure_new,
    besides=together_of,
    besides_fields=TOGETHER,
)
COLLECTIONS: Final = (
    PERSONS,
    collection(catalogue.PROGRAMME, "/v1/programmes", "programme_id", "programmes"),
    collection(
        catalogue.AGREEMENT,
        "/v1/agreements",
        "agreement_id",
        "agreements",
        for_agency=AGREEMENTS_OF_PARTY,
    ),
    collection(catalogue.REFERRAL, "/v1/referrals", "referral_id", "referrals"),
    registered(UnitNamed, "unit", CODE, "RUTAN-MEDAN"),
    registered(AgencyNamed, "agency", CODE, "DISNAKER-12.71"),
    registered(UserNamed, "user", USER, "wali-7"),
    collection(
        catalogue.REGISTRY,
        "/v1/registry/holidays",
        "holiday",
        "",
        events=(HolidayFixed,),
        pattern=HOLIDAY,
        example="islam-2027",
        prefix="holiday/",
        key_of=holiday_in,
    ),
)
BATCHES: Final = collection(
    catalogue.REMISI_BATCH,
    "/v1/remisi-batches",
    "remisi_batch_id",
    "remisi_batches",
    events=BY_HAND,
)
"""Drafted and decided in its own manner (`api.routes.remisi_batches`), listed as the others."""


def streams_router(services: Services) -> APIRouter:
    """Return the routes of all kinds of streams; lists where there is a read model."""
    router = APIRouter()
    for one in (CASES, *COLLECTIONS):  # what is asked most stands first: routes are tried in order
        add_appending(router, one)
    for one in (CASES, *COLLECTIONS):
        add_lists(router, one, services)
    add_lists(router, BATCHES, services)
    add_opening_cases(router, CASES)
    for one in COLLECTIONS:
        add_opening(router, one)
    for one in (CASES, *COLLECTIONS):
        add_states(router, one)
        add_histories(router, one)
    add_histories(router, BATCHES)
    return router
