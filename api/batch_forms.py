"""The forms on which a remisi batch is drafted and its steps are recorded.

Who takes a step is who signs the request: no form asks for it, and nobody states it of another.
"""

from datetime import date
from typing import Annotated, Any, Final, Union

from pydantic import Field, create_model

from api.answers import FORBID
from api.event_examples import example_json
from api.event_forms import EventForm, event_model, value_model
from domain.batch_list import (
    BY_HAND,
    BatchDecided,
    BatchLineChanged,
    BatchLineWithdrawn,
    BatchSessionHeld,
    BatchSkIssued,
    BatchWithdrawn,
    Kinds,
)
from domain.fields import UnitCode
from domain.kernel import Event, Value
from domain.shape import once_per_type, payload_shapes

STEPS: Final = (
    BatchLineChanged,
    BatchSessionHeld,
    BatchDecided,
    BatchSkIssued,
    BatchLineWithdrawn,
    BatchWithdrawn,
)
"""What may be proposed of a batch; the draft has a call of its own, and the rest follows."""
GIVEN: Final = ("by", "on_behalf_of", "refused")
"""Fields that the request itself says, or that only the service fills in."""


class DraftWanted(Value):
    """Whose list is wanted, for which day, of which kinds; no unit means all of the caller's."""

    unit: UnitCode | None
    award_day: date
    kinds: Kinds
    dry_run: bool | None


DraftBody = value_model(DraftWanted, "NewRemisiBatch")
DraftBody.model_config |= {
    "json_schema_extra": {
        "examples": [
            {
                "unit": "RUTAN-MEDAN",
                "award_day": "2025-08-17",
                "kinds": ["umum", "dasawarsa"],
                "dry_run": True,
            }
        ]
    }
}
DraftBody.model_rebuild(force=True)


@once_per_type
def step_model(event: type[Event]) -> type[EventForm]:
    """Return the form of a step without what the request itself says."""
    whole = event_model(event)
    content = whole.model_fields["data"].annotation
    if content is None:
        raise TypeError(event)
    name = f"{event.__name__}Step"
    data_fields: dict[str, Any] = {
        field: (info.annotation, info)
        for field, info in content.model_fields.items()
        if field not in GIVEN
    }
    data = create_model(f"{name}Data", __config__=FORBID, **data_fields)
    example = example_json(event)
    example["data"] = {name: said for name, said in example["data"].items() if name not in GIVEN}
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


StepForm: Any = Annotated[
    Union[tuple(step_model(event) for event in STEPS)],  # noqa: UP007  # built at run time
    Field(discriminator="type"),
]


RightForm: Any = Annotated[
    Union[tuple(step_model(event) for event in BY_HAND)],  # noqa: UP007  # built at run time
    Field(discriminator="type"),
]
"""What is right of a step that was recorded: whoever took it, took it."""


def kept_from(event: type[Event], corrected: Event | None) -> dict[str, str | None]:
    """Return what stays of a step that is corrected: who took it is not what a correction says."""
    there = payload_shapes(event)
    return {name: getattr(corrected, name, None) for name in GIVEN if name in there}


def given_to(event: type[Event], by: str, on_behalf_of: str | None) -> dict[str, str | None]:
    """Return what the request says for the fields that its form does not ask for."""
    said = {"by": by, "on_behalf_of": on_behalf_of, "refused": None}
    there = payload_shapes(event)
    return {name: value for name, value in said.items() if name in there}
