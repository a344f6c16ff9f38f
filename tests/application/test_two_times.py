"""Two times on every answer: laws over random histories with corrections, on the real ledger.

Facts of every chapter of a case are told in any order, and then voided, corrected, moved to another
case, and brought back, as a unit that errs a great deal would do it.
"""

from dataclasses import replace
from random import Random
from typing import get_args

import pytest
from correcting_desk import Desk, applied
from strategies import DAYS, codes, one

from application.append import ATTEMPTS_MAX
from application.journeys import Moment
from application.standing import corrections_of, standing
from application.timeline import Timeline
from domain.assessment import WORKED_OUT
from domain.catalogue import CASE
from domain.correction import undone
from domain.fields import ProgrammeId
from domain.kernel import Refused

CASES = 3
PROGRAMME = get_args(ProgrammeId)[1]
STARTS = 12
"""Facts that a case begins with, before anything is corrected."""


class Unit:
    """A unit that tells what comes to its mind, and corrects it."""

    def __init__(self, ledger, seed) -> None:
        self.random = Random(seed)  # noqa: S311  # the same history for the same seed, no secret
        self.desk = Desk(ledger)
        self.cases = [self.desk.case(f"Fiktif {number}") for number in range(CASES)]
        for key in codes(PROGRAMME):  # those that drawn events name
            programme = self.desk.programme(capacity=2, key=key)
            for case in self.cases:
                self.desk.tell(case, applied(programme))
        openings = {type(event) for case in self.cases for event in self.desk.facts(case)}
        self.kinds = [kind for kind in CASE.chapter_of if kind not in openings]
        for case in self.cases:
            for _ in range(STARTS):
                self.tell(case)

    def tell(self, case):
        for _ in range(ATTEMPTS_MAX):
            event = one(self.random.choice(self.kinds), self.random.choice, DAYS[:4])
            if self.tried(self.desk.tell, case, event) is not None:
                return

    def correct(self):
        """Approve something about some fact, and return it, or nothing where all was refused."""
        for _ in range(ATTEMPTS_MAX):
            case, to = self.random.sample(self.cases, 2)
            fact = self.random.choice(self.desk.history(case).pages[1:] or [None])
            if fact is None:
                continue
            content = one(type(fact.event), self.random.choice, DAYS[:4])
            said = self.random.choice(
                [
                    (self.desk.void, case, fact.event_id),
                    (self.desk.correct, case, fact.event_id, content),
                    (self.desk.move, case, to, fact.event_id),
                ]
            )
            if correction := self.tried(*said):
                return case, correction
        return None

    def undo(self):
        case = self.random.choice(self.cases)
        known = corrections_of(self.desk.ledger.read(case))
        live = [one.correction for one in known.approvals if one.requested_in == str(case)]
        live = [one for one in live if one not in undone(known.approvals)]
        if live:
            self.tried(self.desk.void, case, self.random.choice(live))

    def act(self):
        self.random.choice([self.tell_late, self.correct, self.undo])()

    def tell_late(self):
        self.tell(self.random.choice(self.cases))

    def tried(self, call, *arguments):
        try:
            return call(*arguments)
        except Refused:
            return None

    def answers(self, known_at):
        return {
            (case, day): self.desk.history(case, Moment(valid_at=day, known_at=known_at)).pages
            for case in self.cases
            for day in (*DAYS[:4], None)
        }

    def facts(self):
        """What stands in every stream there is; of what the law finds, what it found last."""
        streams = {page.stream for page in self.desk.ledger.walk()}
        return {stream: as_found(self.desk.facts(stream)) for stream in streams}


def as_found(facts):
    """Facts as told, and beside them the last finding on each step of a proposal."""
    found = {
        (type(one), one.proposal, getattr(one, "at", None)): replace(one, effective=None)
        for one in facts
        if isinstance(one, WORKED_OUT)
    }
    return [one for one in facts if not isinstance(one, WORKED_OUT)], found


def lives(ledger, seed, steps):
    """A unit after some steps, having asked at each of them what was so, and when."""
    unit, asked = Unit(ledger, seed), []
    for _ in range(steps):
        unit.act()
        last = next(reversed(list(ledger.walk(ledger.position() - 1))))
        asked.append((last.recorded_at, unit.answers(last.recorded_at)))
    return unit, asked


@pytest.mark.parametrize("seed", [1, 2])
def test_an_answer_for_a_past_time_never_changes_whatever_is_recorded_later(ledger, seed):
    ensure_settled(*lives(ledger, seed, 12))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 12))
def test_not_after_hundreds_of_corrections_either(ledger, seed):
    unit, asked = lives(ledger, seed, 150)
    assert sum(len(unit.desk.corrections(case).approvals) for case in unit.cases) > 50
    ensure_settled(unit, asked)


def ensure_settled(unit, asked):
    for known_at, answers in asked:
        assert unit.answers(known_at) == answers
    for case in unit.cases:  # and what is remembered of a stream is what a fresh fold says
        pages = unit.desk.ledger.read(case)
        fresh = Timeline.of(CASE, pages)
        assert unit.desk.append.known.timeline(case, pages) == fresh
        assert fresh.journey == CASE.fold(page.event for page in unit.desk.history(case).pages)
        assert list(standing(standing(pages))) == list(standing(pages))


@pytest.mark.parametrize("seed", range(3, 7))
def test_to_undo_a_correction_is_as_if_it_had_never_been(ledger, seed):
    unit = Unit(ledger, seed)
    for _ in range(6):
        before = unit.facts()
        if done := unit.correct():
            case, correction = done
            assert unit.facts() != before
            unit.desk.void(case, correction)
            assert unit.facts() == before
        unit.act()
