"""Given events, when an event is proposed, then events: the only way a rule is tested here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from refusals import ensure_well_said

from domain.kernel import Event, Refused, Stream
from domain.time import Effective, Zone


def on(day: str, zone: Zone = Zone.WIB) -> Effective:
    """Write a civil day: ``on("2025-08-17")``."""
    return Effective.on(date.fromisoformat(day), zone)


def at(instant: str, zone: Zone = Zone.WIB) -> Effective:
    """Write an instant with its offset: ``at("2025-08-17T09:00:00+07:00")``."""
    return Effective.since(datetime.fromisoformat(instant), zone)


@dataclass(frozen=True)
class When:
    stream: Stream
    history: Sequence[Event]
    proposed: Event

    def answer(self) -> list[Event]:
        return list(self.stream.decide(self.proposed, self.history))

    def then(self, *expected: Event) -> None:
        assert self.answer() == list(expected)

    def then_recorded(self) -> None:
        self.then(self.proposed)

    def then_nothing(self) -> None:
        self.then()

    def then_refused(self, code: str, *, article: str | None = None) -> None:
        with pytest.raises(Refused) as refusal:
            self.answer()
        ensure_well_said(refusal.value)
        assert refusal.value.code == code
        assert article is None or refusal.value.article == article


@dataclass(frozen=True)
class Scenario:
    stream: Stream
    history: Sequence[Event] = ()

    def given(self, *history: Event) -> "Scenario":
        return Scenario(self.stream, [*self.history, *history])

    def when(self, proposed: Event) -> When:
        return When(self.stream, self.history, proposed)
