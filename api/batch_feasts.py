"""Of a list of remisi khusus: which feasts have moved away from its award day since the draft."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from pydantic import BaseModel

from api.answers import FORBID
from api.dependencies import Services
from application.batch_cases import Batch
from application.holidays import moved_away
from domain.admission import Religion
from domain.batch_list import BatchDrafted
from domain.batch_standing import ENDED
from domain.holiday import HolidayFixed
from domain.kernel import Json, Words
from domain.law.facts import RemisiKind

NOT_GIVEN: Final[Words] = (
    "remisi khusus pemeluknya tidak diberikan pada hari daftar ini; susun daftar untuk hari itu",
    "their remisi khusus is not given on this list's day; draft a list for that day",
)


class MovedFeast(BaseModel):
    """A feast that was on the award day when the list was drafted, and has been moved since.

    Whoever is on the list for it is not given anything on that day.
    """

    model_config = FORBID

    religion: Religion
    days: list[date]
    decree: str
    to_do: str


def moved_feasts(services: Services, batch: Batch) -> Sequence[HolidayFixed]:
    """Return the feasts that have moved away from a list that is still on its way."""
    draft = batch.state.draft
    if draft is None or RemisiKind.KHUSUS not in draft.kinds or batch.state.status in ENDED:
        return ()
    known = next(page.recorded_at for page in batch.pages if isinstance(page.event, BatchDrafted))
    return moved_away(services.ledger, draft.award_day, known)


def moved_answer(moved: Sequence[HolidayFixed], tongue: int) -> Sequence[Json]:
    """Return them as an answer has them."""
    return [
        {
            "religion": one.religion.value,
            "days": [day.isoformat() for day in one.days],
            "decree": one.decree,
            "to_do": NOT_GIVEN[tongue],
        }
        for one in moved
    ]
