"""The two times that a list or a report can be asked for, as a query says them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic_core import PydanticCustomError

from api.answers import read_instant, read_moment
from api.dependencies import Services
from application.journeys import Journeys
from application.read_models import Then
from domain.catalogue import ANNOTATIONS
from domain.kernel import Json, Refused
from domain.time import Zone
from projections.kernel import Projection

T = TypeVar("T")
TIMES: Final = ("valid_at", "known_at")
HEADERS: Final[Mapping[str, str]] = {"valid_at": "X-Valid-At", "known_at": "X-Known-At"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """As facts held at ``valid_at``, as they were known at ``known_at``; `None` is now."""

    valid_at: date | datetime | None = None
    known_at: datetime | None = None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Times":
        """Read a query; what is no time is answered as on every other address."""
        return cls(
            valid_at=_read(said, "valid_at", read_moment),
            known_at=_read(said, "known_at", read_instant),
        )

    def __bool__(self) -> bool:
        """Say whether any other time than now is asked for."""
        return self.valid_at is not None or self.known_at is not None

    @property
    def day(self) -> str | None:
        """Return the day of ``valid_at``: of an instant, where in Indonesia it is latest.

        So every fact that held by then is of this day or of an earlier one.
        """
        at = self.valid_at
        if isinstance(at, datetime):
            at = at.astimezone(Zone.WIT.offset).date()
        return at.isoformat() if at else None

    def said(self) -> Json:
        """Return both, as an answer says them."""
        return {name: _text(getattr(self, name)) for name in TIMES}

    def headers(self) -> Mapping[str, str]:
        """Return them for an answer that has no place for them in its body."""
        said = self.said()
        return {HEADERS[name]: said[name] for name in TIMES if said[name]}

    def then(self, services: Services, projections: Iterable[Projection[Any]]) -> Then | None:
        """Return what to ask of read models, once for one answer; `None` is now.

        Raises `Refused` for a time to come, and where facts that held are not what rows are of.
        """
        if not self:
            return None
        if self.valid_at is not None:
            for one in projections:
                ensure_holds(one)
        journeys = Journeys(services.ledger, services.now)
        position = journeys.position(self.known_at)
        return Then(valid_at=self.valid_at, known_at=self.known_at, position=position)


def times_of(projection: Projection[Any]) -> tuple[str, ...]:
    """Return at which times a projection can be asked.

    What was told, and what was said about facts, was never true from a day on: it was said then.
    """
    said = projection.as_told or not set(ANNOTATIONS).isdisjoint(projection.events)
    return ("known_at",) if said else TIMES


def ensure_holds(projection: Projection[Any]) -> None:
    """Refuse ``valid_at`` for a projection whose rows are of what was said, not of what held."""
    if "valid_at" in times_of(projection):
        return
    raise Refused(
        "read_model.no_valid_time",
        article="Kaidah Jejak: dua waktu",
        because=(
            "daftar ini berisi apa yang dicatat, bukan keadaan; tanyakan dengan known_at",
            "this list is of what was recorded, not of how things were; ask by known_at",
        ),
        field="valid_at",
    )


def _text(at: date | datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(said: Mapping[str, str], name: str, read: Callable[[Any], T]) -> T | None:
    if name not in said:
        return None
    try:
        return read(said[name])
    except PydanticCustomError as error:
        wrong = {"type": error.type, "loc": ("query", name), "msg": error.message(), "input": None}
        raise RequestValidationError([wrong]) from None
