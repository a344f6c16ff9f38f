"""A difference as an answer: the field, both values, the event that did it, and who told it."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python

from api.answers import FORBID
from api.mark_answers import MarkAnswer, Telling, effective_said, mark_answer, permalink, quoted_by
from api.readings import of_pages, sealed_in
from application.comparing import Compared, Difference
from application.marks import Mark, MarkState
from domain.catalogue import EVENTS, STREAMS
from domain.correction import CorrectionApproved
from domain.fields import EXAMPLE_ID
from domain.kernel import Json, Value
from domain.record import Recorded

EXAMPLE: Final[Json] = {
    "case_id": EXAMPLE_ID,
    "axis": "known",
    "from": "2025-08-17T09:00:00+07:00",
    "to": None,
    "valid_at": None,
    "known_at": None,
    "from_version": 4,
    "to_version": 5,
    "differences": [
        {
            "pointer": "/register/placed/cell",
            "from": "3",
            "to": "9",
            "event": {
                "event_id": EXAMPLE_ID,
                "href": f"/v1/events/{EXAMPLE_ID}",
                "type": "register.placed",
                "version": 5,
                "position": 90210,
                "effective": "2025-08-18",
                "recorded_at": "2025-08-18T02:00:00+00:00",
                "actor": {"id": "wali-7", "role": "caseworker", "unit": "RUTAN-MEDAN"},
                "correction": None,
            },
            "earlier": [],
        }
    ],
}
"""As OpenAPI shows it."""


class CauseAnswer(BaseModel):
    """The event behind a difference; ``effective`` is what counts, as it was corrected."""

    model_config = FORBID

    event_id: str
    href: str
    type: str
    version: int
    position: int
    effective: str
    recorded_at: str
    actor: dict[str, str | None]
    correction: MarkAnswer | None = Field(
        description="The correction that the event approved, or by which it counts as it does."
    )


class DifferenceAnswer(BaseModel):
    """One field of the state (RFC 6901). ``event`` decided; ``earlier`` touched it before."""

    model_config = FORBID

    pointer: str
    before: Any = Field(alias="from")
    after: Any = Field(alias="to")
    event: CauseAnswer | None
    earlier: list[str]


class DiffAnswer(BaseModel):
    """What differs between two states of a case. Without the right to values they are null."""

    model_config = FORBID | {"json_schema_extra": {"examples": [EXAMPLE]}}

    case_id: str
    axis: str
    before: str = Field(alias="from")
    after: str | None = Field(alias="to")
    valid_at: str | None
    known_at: str | None
    from_version: int
    to_version: int
    differences: list[DifferenceAnswer]


def difference_answers(compared: Compared, told: Telling) -> list[Json]:
    """Return all that differs; ``told`` is the later history with its marks."""
    found = Marks(told)
    return [_difference(one, found) for one in compared.differences]


class Marks:
    """Which correction is behind a page: the one that it approved, or by which it counts."""

    def __init__(self, told: Telling) -> None:
        self.told = told
        self._of_fact = {one.page.position: one.marks for one in told.events}
        self._approved = {
            mark.correction: mark for one in told.events for mark in one.marks if mark.approval
        }

    def behind(self, page: Recorded) -> Mark | None:
        """Return the mark of the correction, if there is one."""
        if isinstance(page.event, CorrectionApproved):
            return self._approved.get(page.event.correction)
        acting = [m for m in self._of_fact.get(page.position, ()) if m.state is MarkState.ACTS]
        return acting[-1] if acting else None


def what_it_shows(compared: Compared, told: Telling) -> tuple[set[str], set[str]]:
    """Return whom a comparison shows, and which sealed fields, for the record of the read."""
    found, pages = Marks(told), list[Recorded]()
    for one in compared.differences:
        mark = found.behind(one.pages[-1]) if one.pages else None
        pages += quoted_by(mark, told) if mark else ()
    whom, fields = of_pages(pages, values=told.values)
    pointers = [one.change.pointer for one in compared.differences]
    return {*whom, str(compared.after.stream)}, fields | (
        sealed_at(pointers) if told.values else set()
    )


def _difference(one: Difference, found: Marks) -> Json:
    told, decided = found.told, one.pages[-1] if one.pages else None
    return {
        "pointer": shown_pointer(one.change.pointer, values=told.values),
        "from": to_jsonable_python(one.change.before) if told.values else None,
        "to": to_jsonable_python(one.change.after) if told.values else None,
        "event": cause(decided, found.behind(decided), told) if decided else None,
        "earlier": [page.event_id for page in one.pages[:-1]],
    }


def cause(page: Recorded, mark: Mark | None, told: Telling) -> Json:
    """Return the event behind a difference."""
    return {
        "event_id": page.event_id,
        "href": permalink(page.event_id),
        "type": page.event.stored_as,
        "version": page.version,
        "position": page.position,
        "effective": effective_said(page.event),
        "recorded_at": page.recorded_at.isoformat(),
        "actor": to_jsonable_python(page.actor),
        "correction": mark_answer(mark, told) if mark else None,
    }


def _values(kind: type[Value]) -> Iterator[type[Value]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _values(one)


FIELDS: Final = frozenset(
    name for kind in _values(Value) for name in getattr(kind, "__dataclass_fields__", ())
)
"""Names of the fields of events and of states."""
NAMES: Final = FIELDS | {chapter.name for stream in STREAMS.values() for chapter in stream.chapters}
KEY: Final = "*"


def shown_pointer(pointer: str, *, values: bool) -> str:
    """Return a place of a state, for whoever sees no values with `*` for each key in it.

    A state keeps certificates by their numbers and identifiers by theirs: a key may be a value.
    """
    if values:
        return pointer
    return "/".join(part if part in NAMES or not part else KEY for part in pointer.split("/"))


SEALED: Final = frozenset().union(*map(sealed_in, EVENTS))
"""Names of fields that some event keeps sealed; a state has them under the same names."""


def sealed_at(pointers: Iterable[str]) -> set[str]:
    """Return the names of sealed fields in some places of a state."""
    return {part for pointer in pointers for part in pointer.split("/") if part in SEALED}
