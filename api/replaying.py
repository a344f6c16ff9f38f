"""A replay as JSON and as lines; whom it shows is on record before either is returned."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pydantic_core import to_jsonable_python as plain

from api.dependencies import Services
from api.field_errors import Language
from api.mark_answers import Telling, telling_of
from api.readings import by_operator, of_pages
from api.replay_answers import comparison_answer, replay_answer
from api.replay_text import Teller
from api.tokens import Caller, Level, Role
from application.comparing import between_tellings
from application.journeys import History, Journeys, Moment
from application.replaying import facts_compared, replay
from application.standing import review_of
from domain.kernel import Json
from domain.record import Recorded, StreamId
from domain.review import Item, ReviewRaised, ReviewResolved
from domain.time import Zone

Told = tuple[Json, Iterator[str]]
READER: Final = Caller(
    id="operator", role=Role.AUDITOR, level=Level.DITJENPAS, units=frozenset(), agency=None
)
"""Whoever runs a command on this machine reads what an auditor of all units reads."""


@dataclass(frozen=True, slots=True)
class Replaying:
    """Replays one stream to whoever runs a command, in one language."""

    services: Services
    stream: StreamId
    language: Language

    def alone(self, moment: Moment) -> Told:
        """Return the steps that led to a moment; raise `Refused`, `Unrecorded`."""
        found = replay(self._journeys(), self.stream, moment, plain)
        telling, items = self._telling(found.history, moment), list(_items(found.history))
        self._record(telling, found.history, [step.page for step in found.steps])
        lines = self._teller(found.history, telling).replay(found, moment, items)
        return replay_answer(found, moment, telling, items), lines

    def compared(self, moment: Moment, other: datetime) -> Told:
        """Return what was known at a moment and at another instant, the earlier one first."""
        known = moment.known_at
        first, last = (other, known) if known is None or other <= known else (known, other)
        sides = replace(moment, known_at=first), replace(moment, known_at=last)
        found = between_tellings(
            self._journeys(), self.stream, (first, last), moment.valid_at, plain
        )
        facts = facts_compared(found.before, found.after, plain)
        telling = self._telling(found.after, sides[1])
        causes = [page for one in found.differences for page in one.pages]
        self._record(telling, found.after, [*found.before.pages, *causes])
        lines = self._teller(found.after, telling).comparison(sides, found, facts)
        return comparison_answer(sides, facts, found, telling), lines

    def _journeys(self) -> Journeys:
        return Journeys(self.services.ledger, self.services.now)

    def _telling(self, history: History, moment: Moment) -> Telling:
        return telling_of(self.services, READER, history, moment)

    def _teller(self, history: History, telling: Telling) -> Teller:
        zone = history.known[-1].event.effective.zone if history.known else Zone.WIB
        return Teller(self.language, telling, zone)

    def _record(self, telling: Telling, history: History, more: Iterable[Recorded]) -> None:
        looked_at = (ReviewRaised, ReviewResolved)
        reviews = [page for page in history.known if isinstance(page.event, looked_at)]
        shown = [*telling.pages, *more, *reviews]
        rows = len({page.position for page in shown})
        by_operator(self.services, "replay", *of_pages(shown), rows)


def _items(history: History) -> Iterable[Item]:
    return review_of(history.known).items.values()
