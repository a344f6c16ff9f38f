"""Drafting a unit's list for an award day: the law's finding on everyone whom it holds.

Nobody is left out: whoever is held and not eligible stands on the list with the codes of what is
missing. A dry run is the same without writing. The list is of the law as it is known on the day of
the draft, and names its texts and policies; when the law changes, it is drafted anew by hand.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from application.append import Proposal
from application.batch_cases import ORDER
from application.case_facts import CaseFacts, CaseKnown
from application.journeys import NOW, Moment
from domain.batch_list import LISTED_MOST, BatchDrafted, BatchListed, Candidate
from domain.catalogue import REMISI_BATCH
from domain.kernel import Refused, Value
from domain.law.facts import Facts, Missed, RemisiKind, Wanted
from domain.law.possible import ensure_possible
from domain.law.remisi import RemisiFinding, findings
from domain.law.rule_set import Law
from domain.record import StreamId
from domain.remisi import REMISI
from domain.time import Effective

PROPOSED_ALREADY: Final = "remisi.one_a_year"
"""The code by which a case refuses a second proposal for one award."""
LINE_MOST: Final = 200
"""Characters of a line of an event."""


class DraftAsked(Value):
    """Which unit's list is wanted, for which day, and of which kinds of remisi."""

    unit: str
    award_day: date
    kinds: tuple[RemisiKind, ...]


class Reckoned(Value):
    """One line with the finding behind it; without one, nothing could be reckoned from the case."""

    line: Candidate
    finding: RemisiFinding | None


class DraftList(Value):
    """A list as drafted: its lines, and the texts and policies on which any of them rests."""

    lines: tuple[Reckoned, ...]
    rule_sets: tuple[str, ...]
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafting:
    """Reckons lists by a law. The read models say whom a unit holds, as far as they followed."""

    cases: CaseFacts
    law: Law

    def draft(self, asked: DraftAsked, today: date) -> DraftList:
        """Return the list of everyone whom a unit holds now, as the law finds it today."""
        held = self.cases.held_by([asked.unit], NOW)
        lines: list[Reckoned] = []
        for known in self.cases.many(held, NOW):
            lines += once(known, self.reckon(known.case, known.facts, asked, today), asked)
        found = [one.finding.explanation for one in lines if one.finding]
        used = {(one.name, one.chosen) for told in found for one in told.policies}
        return DraftList(
            lines=tuple(lines),
            rule_sets=tuple(sorted({name for told in found for name in told.rule_sets})),
            policies=tuple(f"{name}={chosen}" for name, chosen in sorted(used)),
        )

    def of_case(
        self, case: str, asked: DraftAsked, drafted_on: date, moment: Moment
    ) -> Sequence[Reckoned]:
        """Return the lines of one case, reckoned again as it was known at a moment."""
        known = self.cases.at(case, moment)
        return once(known, self.reckon(case, known.facts, asked, drafted_on), asked)

    def reckon(self, case: str, facts: Facts, asked: DraftAsked, today: date) -> Sequence[Reckoned]:
        """Return a line for each kind, each on the sentence that the one before it left."""
        wanted = tuple(
            Wanted(kind=kind, on=asked.award_day, ground=None, missed=None)
            for kind in sorted(asked.kinds, key=ORDER.__getitem__)
        )
        try:
            ensure_possible(facts, wanted, None, self.law, lived=True)
            found = findings(facts, wanted, self.law, under=today)
        except Refused as no:
            return [
                Reckoned(line=_not_reckoned(case, one.kind, no), finding=None) for one in wanted
            ]
        return [Reckoned(line=_line(case, one), finding=one) for one in found]


def once(
    known: CaseKnown,
    reckoned: Sequence[Reckoned],
    asked: DraftAsked,
    own: Collection[str] = (),
) -> Sequence[Reckoned]:
    """Leave out whoever has a proposal for the same award on its way: of another list, or by hand.

    ``own`` are the keys of proposals that are the list's itself. What was given already the law's
    finding says.
    """
    there = known.journey[REMISI].proposals
    proposals = [one for key, one in there.items() if key not in own]
    found = []
    for one in reckoned:
        award = Missed(kind=one.line.kind, on=asked.award_day)
        if one.line.included and any(it.counts_as(award) for it in proposals):
            reasons = (PROPOSED_ALREADY, *one.line.reasons)
            line = replace(one.line, included=False, releases=False, reasons=reasons)
            found.append(replace(one, line=line))
        else:
            found.append(one)
    return found


def _line(case: str, found: RemisiFinding) -> Candidate:
    """Return a line: with what was not met, or what somebody is to look at."""
    unmet = [one.code for one in found.criteria if not one.met]
    remarks = [one.code for one in found.notices]
    return Candidate(
        case=case,
        kind=found.kind,
        included=found.eligible,
        remission_days=found.days,
        days_served=max(found.days_served, 0),
        year_ordinal=found.year_ordinal,
        releases=found.releases,
        reasons=tuple(dict.fromkeys(remarks if found.eligible else unmet or remarks)),
    )


def _not_reckoned(case: str, kind: RemisiKind, no: Refused) -> Candidate:
    return Candidate(
        case=case,
        kind=kind,
        included=False,
        remission_days=0,
        days_served=0,
        year_ordinal=None,
        releases=False,
        reasons=(no.code,),
    )


def opening(
    asked: DraftAsked, drafted: DraftList, at: Effective, hands: tuple[str, str | None]
) -> BatchDrafted:
    """Return the first event of a batch. ``hands`` are who drafts, and on whose behalf."""
    return BatchDrafted(
        effective=at,
        unit=asked.unit,
        award_day=asked.award_day,
        kinds=tuple(sorted(asked.kinds, key=lambda kind: ORDER.get(kind, len(ORDER)))),
        rule_sets=tuple(one[:LINE_MOST] for one in drafted.rule_sets),
        policies=tuple(one[:LINE_MOST] for one in drafted.policies),
        by=hands[0],
        on_behalf_of=hands[1],
    )


def ensure_may_be_drafted(asked: DraftAsked, at: Effective) -> None:
    """Refuse a list that could not be opened, before anything is reckoned for it."""
    nothing = DraftList(lines=(), rule_sets=(), policies=())
    REMISI_BATCH.decide(opening(asked, nothing, at, ("-", None)), ())


def proposals(
    stream: StreamId,
    asked: DraftAsked,
    drafted: DraftList,
    at: Effective,
    hands: tuple[str, str | None],
) -> Iterator[Proposal]:
    """Yield what opens a batch: the draft, and its lines some hundreds at a time."""
    first_of_all = opening(asked, drafted, at, hands)
    yield Proposal(stream=stream, event=first_of_all, evidence=(), reason=None)
    lines = [one.line for one in drafted.lines]
    for first in range(0, len(lines), LISTED_MOST):
        part = tuple(lines[first : first + LISTED_MOST])
        listed = BatchListed(effective=at, lines=part, more=first + LISTED_MOST < len(lines))
        yield Proposal(stream=stream, event=listed, evidence=(), reason=None)
