"""The forms on which a partner tells results: its own key, whom it is about, and what came of it.

Somebody is named by the pseudonym of the agreement's feed. The programme is that of the address,
and may be left out of the content; one that is named must be that.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Union

from pydantic import BaseModel, Field, create_model

from api.answers import FORBID
from api.event_examples import example_json
from api.event_forms import event_model, to_event, value_model
from application.partner_results import RESULTS_MOST
from domain.fields import Hours, Ref
from domain.kernel import Event, Json, Pattern, Value
from domain.partner_result import TOLD, Paper
from domain.programme import Attendance, Mark, SessionHeld
from domain.shape import once_per_type
from domain.time import Zone

PSEUDONYM: Final = Pattern(regex=r"[a-z2-7]{26}", example="k7d3mvw5q2a6t4bzx7yhn2rfce")
Pseudonym = Annotated[str, PSEUDONYM]
PROGRAMME: Final = "programme"


class MarkTold(Value):
    """One line of the list of a session."""

    subject: Pseudonym
    presence: Attendance


class SessionTold(Value):
    """A session that the partner held, with the marks of those whom it sees."""

    session: Ref
    hours: Hours
    marks: tuple[MarkTold, ...]


class Named(Value):
    """The partner's own key of a result, and whom it is about: of a session, nobody."""

    result: Ref
    subject: Pseudonym | None


class ResultForm(BaseModel):
    """One result as a partner tells it; each type of event has a form of its own."""

    model_config = FORBID
    event_type: ClassVar[type[Event]]

    result: str
    subject: str | None
    type: str
    effective: date | datetime
    data: Any
    evidence: Any


@once_per_type
def result_model(event: type[Event]) -> type[ResultForm]:
    """Return the form of a result of one type."""
    whole = event_model(event)
    name = f"Partner{whole.__name__}"
    taken = {
        **value_model(Named).model_fields,
        **{field: whole.model_fields[field] for field in ("type", "effective", "evidence")},
    }
    fields: dict[str, Any] = {field: (info.annotation, info) for field, info in taken.items()}
    form: type[ResultForm] = create_model(
        name,
        __base__=ResultForm,
        __module__=__name__,
        __doc__=whole.__doc__,
        **fields | {"data": (_content_model(event, f"{name}Data"), ...)},
    )
    form.event_type = event
    form.model_config |= {"json_schema_extra": {"examples": [example_of(event)]}}
    form.model_rebuild(force=True)
    return form


def _content_model(event: type[Event], name: str) -> type[BaseModel]:
    """Return the form of what a result says: the event's own, less what the address says."""
    if event is SessionHeld:
        return value_model(SessionTold)
    fields: dict[str, Any] = {
        field: (info.annotation, info)
        for field, info in value_model(event).model_fields.items()
        if field != PROGRAMME
    }
    if PROGRAMME in value_model(event).model_fields:
        fields[PROGRAMME] = (str | None, Field(None, description="That of the address."))
    model: type[BaseModel] = create_model(name, __config__=FORBID, **fields)
    return model


def example_of(event: type[Event]) -> Json:
    """Return a result of one type as a partner would tell it."""
    whole = example_json(event)
    marks = [{"subject": PSEUDONYM.example, "presence": Attendance.HADIR.value}]
    data = {field: said for field, said in whole["data"].items() if field != PROGRAMME}
    about = event is not SessionHeld
    return {
        "result": "2025-08-asesmen-7",
        "subject": PSEUDONYM.example if about else None,
        "type": whole["type"],
        "effective": whole["effective"],
        "data": data if about else data | {"marks": marks},
        "evidence": [{"number": "BA-7/2025", "date": "2025-08-18", "sha256": None}],
    }


AnyResult: Any = Annotated[
    Union[tuple(result_model(event) for event in TOLD)],  # noqa: UP007  # built at run time
    Field(discriminator="type"),
]


class ResultsBody(BaseModel):
    """Results that a partner tells of one programme: all are taken for review, or none."""

    model_config = FORBID

    results: Annotated[list[AnyResult], Field(min_length=1, max_length=RESULTS_MOST)]


def subjects_of(form: ResultForm) -> Mapping[str, str]:
    """Return the pseudonyms that a result names, each by its place in the form."""
    named = {"/subject": form.subject} if form.subject else {}
    if form.event_type is SessionHeld:
        named |= {
            f"/data/marks/{index}/subject": mark.subject
            for index, mark in enumerate(form.data.marks)
        }
    return named


def fact_of(form: ResultForm, programme: str, case_of: Callable[[str], str], zone: Zone) -> Event:
    """Return the fact that a result tells of; ``case_of`` knows whom a pseudonym stands for."""
    whole = event_model(form.event_type)
    content = value_model(form.event_type)
    said = {name: getattr(form.data, name) for name in type(form.data).model_fields}
    if form.event_type is SessionHeld:
        line = value_model(Mark)
        said["marks"] = [
            line.model_construct(case=case_of(mark.subject), presence=mark.presence)
            for mark in form.data.marks
        ]
    if PROGRAMME in content.model_fields:
        said[PROGRAMME] = programme
    return to_event(
        whole.model_construct(
            type=form.event_type.stored_as,
            effective=form.effective,
            data=content.model_construct(**said),
        ),
        zone,
    )


def papers_of(form: ResultForm) -> tuple[Paper, ...]:
    """Return the documents that a result names."""
    return tuple(
        Paper(number=one.number, dated=one.date, sha256=one.sha256) for one in form.evidence
    )
