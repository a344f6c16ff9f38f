"""A review item as an answer: which fact no longer stands, by which rule, and how it ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from api.event_examples import data_json
from api.field_errors import Language
from api.mark_answers import effective_said, permalink
from application.standing import standing
from domain.fields import EXAMPLE_ID
from domain.kernel import Forgotten, Json
from domain.record import Recorded, StreamId
from domain.review import ReviewRaised, ReviewResolved
from projections.corrections import Look

EXAMPLE: Final[Json] = {
    "item": EXAMPLE_ID,
    "stream": f"case:{EXAMPLE_ID}",
    "status": "open",
    "event": {
        "event_id": EXAMPLE_ID,
        "href": f"/v1/events/{EXAMPLE_ID}",
        "type": "skill_training.attendance_certified",
        "effective": "2025-06-05",
        "zone": "Asia/Jakarta",
        "stands": True,
        "data": {"number": "S-1/2025"},
    },
    "cause": {"event_id": EXAMPLE_ID, "href": f"/v1/events/{EXAMPLE_ID}"},
    "code": "skill_training.not_completed",
    "article": "Kaidah Jejak: sertifikat setelah pelatihan selesai",
    "because": "pelatihan ini belum diselesaikan",
    "owner": "RUTAN-MEDAN",
    "raised_at": "2025-08-18T09:00:00+07:00",
    "resolved_by": None,
    "resolved_at": None,
    "explanation": None,
}


class ConcernedAnswer(BaseModel):
    """The fact to look at. Whoever may not see values gets no ``data``."""

    model_config = ConfigDict(extra="forbid")

    event_id: str
    href: str
    type: str
    effective: str
    zone: str
    stands: bool = Field(description="Whether anything of it stands now.")
    data: dict[str, Any] | None


class GroundAnswer(BaseModel):
    """The page that took the ground from it: an approval, or a fact that was told late."""

    model_config = ConfigDict(extra="forbid")

    event_id: str
    href: str


class ReviewAnswer(BaseModel):
    """One thing to look at: open, or how it ended. What its reader may not see is null."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    item: str
    stream: str
    status: Look
    event: ConcernedAnswer | None
    cause: GroundAnswer
    code: str
    article: str
    because: str | Forgotten | None
    owner: str | None = Field(description="The unit that answered when it was raised.")
    raised_at: str
    resolved_by: str | None
    resolved_at: str | None
    explanation: str | Forgotten | None


class ReviewsAnswer(BaseModel):
    """The items of one stream, in the order in which they were raised."""

    model_config = ConfigDict(extra="forbid")

    version: int
    reviews: list[ReviewAnswer]


@dataclass(frozen=True, slots=True)
class ToReview:
    """One item with the pages that tell of it; ``fact`` is as it stands, or was told."""

    stream: StreamId
    raised: Recorded
    resolved: Recorded | None
    fact: Recorded | None
    stands: bool

    @property
    def status(self) -> Look:
        """Return how far it has come."""
        event = self.resolved.event if self.resolved else None
        return Look(event.outcome.value) if isinstance(event, ReviewResolved) else Look.OPEN

    @property
    def pages(self) -> Iterator[Recorded]:
        """Yield every page that is shown of it."""
        yield from filter(None, (self.raised, self.resolved, self.fact))


def to_review_in(pages: Sequence[Recorded]) -> Mapping[str, ToReview]:
    """Return the items of a stream by their ids, in the order in which they were raised."""
    told = {page.event_id: page for page in pages}
    stand = {fact.event_id: fact for fact in standing(pages)}
    ends = {page.event.item: page for page in pages if isinstance(page.event, ReviewResolved)}
    return {
        page.event.item: ToReview(
            stream=page.stream,
            raised=page,
            resolved=ends.get(page.event.item),
            fact=stand.get(page.event.event) or told.get(page.event.event),
            stands=page.event.event in stand,
        )
        for page in pages
        if isinstance(page.event, ReviewRaised)
    }


def review_answer(one: ToReview, language: Language, *, values: bool) -> Json:
    """Return one item as JSON."""
    raised, resolved = one.raised.event, one.resolved and one.resolved.event
    if not isinstance(raised, ReviewRaised):
        raise TypeError(raised)
    ended = resolved if isinstance(resolved, ReviewResolved) else None
    because = raised.because_id if language == "id" else raised.because_en
    return {
        "item": raised.item,
        "stream": str(one.stream),
        "status": one.status.value,
        "event": _concerned(one.fact, values=values, stands=one.stands),
        "cause": {"event_id": raised.cause, "href": permalink(raised.cause)},
        "code": raised.code,
        "article": raised.article,
        "because": to_jsonable_python(because) if values else None,
        "owner": raised.owner,
        "raised_at": one.raised.recorded_at.isoformat(),
        "resolved_by": one.resolved and one.resolved.actor.id,
        "resolved_at": one.resolved and one.resolved.recorded_at.isoformat(),
        "explanation": to_jsonable_python(ended.explanation) if ended and values else None,
    }


def _concerned(page: Recorded | None, *, values: bool, stands: bool) -> Json | None:
    if page is None:
        return None
    return {
        "event_id": page.event_id,
        "href": permalink(page.event_id),
        "type": page.event.stored_as,
        "effective": effective_said(page.event),
        "zone": page.event.effective.zone.value,
        "stands": stands,
        "data": data_json(page.event) if values else None,
    }
