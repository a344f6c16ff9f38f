"""The dates of a case: what its own facts come to, and what documents say instead.

A date that a document names is held against two days of the law: that which the facts gave on the
document's own day, and that which they give now. A document that was right then and is overtaken
by a later remisi is no mistake. Neither date is ever changed by the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from application.case_facts import CaseFacts
from application.journeys import History, holds
from domain.admission import CustodyTakenOver
from domain.catalogue import CASE
from domain.claim import CLAIM, OfficialClaim
from domain.kernel import Refused, Value
from domain.law.calculation import Calculation, calculate
from domain.law.case_facts import facts_of
from domain.law.case_remarks import case_remarks
from domain.law.claims import Claim, ClaimedDay, Flag, flags
from domain.law.counted import CountedStep, counted
from domain.law.facts import Facts
from domain.law.impossible import Impossible, ImpossibleFacts
from domain.law.rule_set import Law


class ClaimStanding(Enum):
    """How a date that a document names stands to that of the law."""

    AGREES = "agrees"
    OVERTAKEN = "overtaken"
    DIFFERS = "differs"
    NOT_COMPUTED = "not_computed"
    FORGOTTEN = "forgotten"


class HeldAgainst(Value):
    """A claim, the law's date on the claim's day and now, and how the first was come by."""

    claim: OfficialClaim
    standing: ClaimStanding
    computed_then: date | None
    computed_now: date | None
    counted_then: tuple[CountedStep, ...]


class CaseDates(Value):
    """What a case comes to on a day. Facts that cannot be are ``problems``, and nothing is told."""

    on: date
    facts: Facts
    calculation: Calculation | None
    counted: tuple[CountedStep, ...]
    problems: tuple[Impossible, ...]
    claims: tuple[HeldAgainst, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class DatesOfCase:
    """Reckons what a case's own facts come to."""

    facts: CaseFacts
    law: Law

    def __call__(self, history: History, on: date) -> CaseDates:
        """Return the dates of a case at a moment, asked on a day.

        Raises `Refused` where no text of law is known to hold.
        """
        known = self.facts.of_history(history)
        told = known.facts
        found, problems = self._found(told, on)
        if found:
            open_questions = case_remarks(known.journey, told)
            found = replace(found, warnings=(*found.warnings, *open_questions))
        claims = tuple(self._held_against(history, told, found))
        return CaseDates(
            on=on,
            facts=told,
            calculation=found,
            counted=counted(told, found.days, on, self.law) if found else (),
            problems=problems,
            claims=claims,
            flags=tuple(_flags(claims)),
        )

    def _found(self, facts: Facts, on: date) -> tuple[Calculation | None, tuple[Impossible, ...]]:
        try:
            return calculate(facts, (), on, self.law, lived=True), ()
        except ImpossibleFacts as impossible:
            return None, impossible.problems

    def _held_against(
        self, history: History, now: Facts, found: Calculation | None
    ) -> Iterator[HeldAgainst]:
        for claim in history.journey[CLAIM].claims.values():
            then, steps = self._then(history, claim, now.nationality)
            about = claim.recorded.about
            day, today = then.get(about), found.claimable.get(about) if found else None
            yield HeldAgainst(
                claim=claim,
                standing=_standing(claim.recorded.claimed, day, today),
                computed_then=day,
                computed_now=today,
                counted_then=steps,
            )

    def _then(
        self, history: History, claim: OfficialClaim, nationality: str
    ) -> tuple[Mapping[ClaimedDay, date | None], tuple[CountedStep, ...]]:
        """Return what the facts that held on a document's day come to, as they are known now.

        A case that was taken over since has its days of before, which the taking over tells.
        """
        on = claim.recorded.effective.day
        events = [page.event for page in history.pages]
        held = (one for one in events if holds(one, on) or isinstance(one, CustodyTakenOver))
        told = replace(facts_of(CASE.fold(held)), nationality=nationality)
        try:
            found = calculate(told, (), on, self.law, lived=True)
        except Refused:
            return {}, ()
        return found.claimable, counted(told, found.days, on, self.law)


def _standing(claimed: date, then: date | None, now: date | None) -> ClaimStanding:
    if not isinstance(claimed, date):
        return ClaimStanding.FORGOTTEN
    if claimed == now:
        return ClaimStanding.AGREES
    if claimed == then:
        return ClaimStanding.OVERTAKEN
    return ClaimStanding.DIFFERS if now or then else ClaimStanding.NOT_COMPUTED


def _flags(claims: Sequence[HeldAgainst]) -> Iterator[Flag]:
    """Go through the claims that differ, and those that contradict others on the same facts."""
    standing = [one for one in claims if not one.claim.withdrawn]
    wrong = (ClaimStanding.DIFFERS, ClaimStanding.NOT_COMPUTED)
    differing = [one for one in standing if one.standing in wrong]
    for one in differing:
        yield from flags([_stated(one)], {one.claim.recorded.about: _computed(one)})
    for about in ClaimedDay:
        alike: dict[date | None, list[Claim]] = {}
        for one in differing:
            if one.claim.recorded.about is about:
                alike.setdefault(one.computed_then, []).append(_stated(one))
        for day, stated in alike.items():
            found = flags(stated, {about: day})
            yield from (flag for flag in found if flag.other is not None)


def _computed(one: HeldAgainst) -> date | None:
    return one.computed_then or one.computed_now


def _stated(one: HeldAgainst) -> Claim:
    said = one.claim.recorded
    return Claim(about=said.about, on=said.claimed, source=said.document or said.source)
