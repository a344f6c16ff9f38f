"""Where each line of a list leaves a sentence: as its case tells, or as its day would find it.

A list is drafted weeks before its day. Days changed by hand, a breach, a new verdict: whether an
award releases is worked out again on the day (`application.batch_cases`), and whatever is shown or
handed out before is worked out in the same manner, so that nobody reads that they are free and is
not let go.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from application.batch_cases import ORDER, Batch
from application.case_facts import CaseFacts, CaseKnown
from application.journeys import Moment
from domain.batch_due import proposal_key
from domain.batch_standing import BatchLine, RemisiBatch, line_key
from domain.kernel import Refused, Value
from domain.law.book import LAW
from domain.law.calculation import over_after
from domain.law.facts import Facts, Granted
from domain.remisi import REMISI, Proposal


class LineEnd(Value):
    """Whether a line releases on its day, and when the sentence ends with what it gives.

    Both are `None` where the case cannot be reckoned; `applied` is whether its case has told.
    ``over`` is whether it tells that nothing is given, whatever the list says since a correction.
    """

    releases: bool | None
    expiry_after: date | None
    applied: bool
    over: bool = False


UNKNOWN = LineEnd(releases=None, expiry_after=None, applied=False)
OVER = LineEnd(releases=False, expiry_after=None, applied=False, over=True)


@dataclass(frozen=True, slots=True)
class BatchEnds:
    """Works out the ends of the lines of one list, from what is known of their cases now."""

    cases: CaseFacts
    batch: Batch

    def of(self, lines: Iterable[BatchLine]) -> Mapping[str, LineEnd]:
        """Return by `line_key` where lines leave their cases; reads each case once.

        Every line of a case that stands is counted, for on one day each goes on what the one before
        it left; a line that does not stand gives nothing and is left out.
        """
        award = self.batch.award
        if award is None:
            return {}
        asked = {line.case for line in lines}
        by_case = {case: these for case, these in _standing(self.batch.state) if case in asked}
        moment = Moment(valid_at=award.instant, known_at=None)
        found: dict[str, LineEnd] = {}
        for known in self.cases.many(by_case, moment):
            found |= _of_case(self.batch.key, by_case[known.case], known, award.day)
        return found

    def stated(self, lines: Iterable[BatchLine]) -> RemisiBatch:
        """Return the list with these lines as they come out; what cannot be reckoned, as drafted.

        That is what the award day does with it, too.
        """
        state = self.batch.state
        known = {key: end.releases for key, end in self.of(lines).items()}
        out = {
            key: replace(state.lines[key], releases=releases)
            for key, releases in known.items()
            if releases is not None
        }
        return replace(state, lines=state.lines | out)


def in_doubt(batch: RemisiBatch) -> Sequence[BatchLine]:
    """Return the lines of which the list says that they release, or whose days a hand changed."""
    return [
        line
        for line in batch.lines.values()
        if line.drafted.releases or line.remission_days != line.drafted.remission_days
    ]


def _standing(batch: RemisiBatch) -> Iterator[tuple[str, Sequence[BatchLine]]]:
    found: dict[str, list[BatchLine]] = {}
    for line in batch.lines.values():
        if batch.stands(line):
            found.setdefault(line.case, []).append(line)
    for case, lines in found.items():
        yield case, sorted(lines, key=lambda one: ORDER[one.kind])


def _of_case(
    batch: str, lines: Sequence[BatchLine], known: CaseKnown, award_day: date
) -> Mapping[str, LineEnd]:
    """Return the ends of a case's lines, in the order of their awards."""
    proposals = known.journey[REMISI].proposals
    told = [proposals.get(proposal_key(batch, line.kind)) for line in lines]
    here = {(line.kind, award_day) for line, one in zip(lines, told, strict=True) if _given(one)}
    before = (one for one in known.facts.remissions if (one.kind, one.on) not in here)
    facts = replace(known.facts, remissions=tuple(before))  # as it was before this list
    given: list[Granted] = []
    found = {}
    for line, one in zip(lines, told, strict=True):
        if one and (one.cancelled or one.turned_down):
            found[line_key(line.case, line.kind)] = OVER
            continue
        days = _days(line, one)
        given.append(Granted(kind=line.kind, on=award_day, days=days, by=None))
        expiry = _expiry(facts, given)
        over = None if expiry is None else expiry <= award_day
        applied = one.applied if one else None
        found[line_key(line.case, line.kind)] = LineEnd(
            releases=applied.releases if applied else over,
            expiry_after=expiry,
            applied=applied is not None,
        )
    return found


def _days(line: BatchLine, told: Proposal | None) -> int:
    """Return what a line gives: as its SK says in the case, which goes before the list."""
    return told.sk.remission_days if told and told.sk else line.remission_days


def _given(told: Proposal | None) -> bool:
    return told is not None and told.sk is not None and told.applied is not None


def _expiry(facts: Facts, given: Sequence[Granted]) -> date | None:
    try:
        return over_after(facts, given, LAW)
    except (Refused, OverflowError):
        return None
