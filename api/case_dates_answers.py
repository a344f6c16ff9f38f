"""The dates of a case as an answer: the calculation's, with the events that told each thing."""

from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python

from api.answers import FORBID
from api.calculation_answers import DAYS, CalculationAnswer, Spoken
from application.sentence_dates import CaseDates, ClaimStanding, HeldAgainst
from domain.kernel import FORGOTTEN, Forgotten, Json
from domain.law.counted import CountedStep
from domain.law.criteria import Criterion, Trace
from domain.law.impossible import Impossible
from domain.record import Recorded


class ToldBy(BaseModel):
    """Which fact of the case told something; ``event_ids`` lead to `/v1/events/{event_id}`."""

    model_config = FORBID

    type: str
    day: date
    event_ids: list[str]


class CountedAnswer(BaseModel):
    """One step to the dates: what it adds or takes off in days, and the day that it leads to."""

    model_config = FORBID

    code: str
    because: str
    day: date | None
    days: int | None
    event: ToldBy | None


class ProblemAnswer(BaseModel):
    """Something in the record that cannot be, so that nothing is reckoned; a place in the facts."""

    model_config = FORBID

    pointer: str
    code: str
    because: str


class ClaimAnswer(BaseModel):
    """A date that a document names, beside the law's on the document's day and now.

    `agrees`, `overtaken` (it was right on its day, and facts came since), `differs`,
    `not_computed`, `forgotten`. `counted_then` is how the law came to its date on that day;
    `reckoning` how the document came to its own, where it says so.
    """

    model_config = FORBID

    claim: str
    about: str
    claimed: date | Forgotten
    document: str | Forgotten
    source: str
    reckoning: str | Forgotten | None
    day: date
    withdrawn_on: date | None
    standing: ClaimStanding
    computed_then: date | None
    computed_now: date | None
    difference_days: int | None
    counted_then: list[CountedAnswer]


class CaseDatesAnswer(CalculationAnswer):
    """What a case's own facts come to on a day, step by step, and what documents say instead.

    Where the facts cannot be, `problems` says why and every date is `null`.
    """

    case_id: str
    version: int
    valid_at: str | None
    known_at: str | None
    on: date
    counted: list[CountedAnswer] = Field(description="How the dates were come by, to read aloud.")
    problems: list[ProblemAnswer]
    claims: list[ClaimAnswer]


class SpokenOfCase(Spoken):
    """Answers in one language, with the events of one case."""

    def __init__(self, tongue: int, pages: Iterable[Recorded]) -> None:
        super().__init__(tongue)
        self._ids: dict[tuple[str, date], list[str]] = {}
        for page in pages:
            place = page.event.stored_as, page.event.effective.day
            self._ids.setdefault(place, []).append(page.event_id)

    def dates(self, found: CaseDates) -> Json:
        """Return the dates of a case, without which case and which moment."""
        return {
            **(self.calculation(found.calculation) if found.calculation else NOTHING),
            "on": found.on,
            "counted": [self.counted(one) for one in found.counted],
            "problems": [self.problem(one) for one in found.problems],
            "claims": [self.claim(one) for one in found.claims],
            "flags": [self.flag(one) for one in found.flags],
        }

    def criterion(self, one: Criterion) -> Json:
        """Return a condition with the events that met or broke it."""
        return super().criterion(one) | {"event": one.by and self.told(one.by)}

    def told(self, by: Trace) -> Json:
        """Return the events of a trace: all of that name and day, for it tells no more."""
        ids = self._ids.get((by.event, by.day), [])
        return {"type": by.event, "day": by.day.isoformat(), "event_ids": ids}

    def counted(self, one: CountedStep) -> Json:
        """Return a step to the dates."""
        return {
            "code": one.code,
            "because": self.said(one.because),
            "day": one.day,
            "days": one.days,
            "event": one.by and self.told(one.by),
        }

    def problem(self, one: Impossible) -> Json:
        """Return what cannot be."""
        return {"pointer": one.pointer, "code": one.code, "because": self.said(one.because)}

    def claim(self, one: HeldAgainst) -> Json:
        """Return a claim beside the law's dates."""
        said, day = one.claim.recorded, one.computed_then or one.computed_now
        comparable = day and said.claimed is not FORGOTTEN
        return {
            "claim": said.claim,
            "about": said.about.value,
            "claimed": to_jsonable_python(said.claimed),
            "document": to_jsonable_python(said.document),
            "source": said.source,
            "reckoning": to_jsonable_python(said.reckoning),
            "day": said.effective.day,
            "withdrawn_on": one.claim.withdrawn and one.claim.withdrawn.day,
            "standing": one.standing,
            "computed_then": one.computed_then,
            "computed_now": one.computed_now,
            "difference_days": (said.claimed - day).days if day and comparable else None,
            "counted_then": [self.counted(step) for step in one.counted_then],
        }


NOTHING: Json = {
    "rule_sets": [],
    "policies": [],
    **dict.fromkeys(DAYS),
    "not_applicable": None,
    "remissions": [],
    "integration": {},
    "why": {},
    "probation_end": None,
    "guidance_stages": [],
    "warnings": [],
    "assumed": [],
}
"""Of facts that cannot be."""
