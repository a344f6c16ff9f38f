"""What is due in one case of a batch, who says it, and what became of the lines in the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from application.append import Proposal as Said
from application.append import Request
from application.holidays import another_feast
from application.policies import SERVICE
from application.standing import standing
from application.timeline import Timeline
from application.timeline import in_order as told_in_order
from domain.admission import Religion
from domain.batch_due import due_in, held_up, proposal_key
from domain.batch_list import (
    IN_A_BATCH,
    BatchDecided,
    BatchLineChanged,
    BatchLineWithdrawn,
    BatchListed,
    BatchSessionHeld,
    BatchSkIssued,
    BatchWithdrawn,
    KindTotals,
)
from domain.batch_standing import ENDED, BatchLine, RemisiBatch, line_key
from domain.catalogue import REMISI_BATCH
from domain.correction import CorrectionApproved
from domain.custody import CUSTODY, HELD, IN_ORDER, WORDS
from domain.holiday import HolidayFixed
from domain.kernel import Event, Journey, Refused
from domain.law.book import LAW
from domain.law.calculation import over_after
from domain.law.case_facts import facts_of
from domain.law.facts import Granted, RemisiKind
from domain.law.possible_awards import more_than_the_sentence
from domain.record import Actor, Recorded
from domain.remisi import (
    REMISI,
    DecisionLevel,
    Proposal,
    RemisiApplied,
    RemisiCancelled,
    RemisiDecided,
    RemisiProposed,
    RemisiSkIssued,
)
from domain.remisi_batch import REMISI_BATCH as CHAPTER
from domain.time import Effective

PURPOSE: Final = "pembinaan"
ORDER: Final = {kind: place for place, kind in enumerate(IN_A_BATCH)}
"""In which the awards of one day are given: umum, and then dasawarsa on what it left (contract)."""

NOTHING_MOVED: Final[Mapping[Religion, HolidayFixed]] = {}


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it stands, and the pages that say so: whose step it was, it is in the cases."""

    key: str
    state: RemisiBatch
    pages: Sequence[Recorded]

    @property
    def heard(self) -> bool:
        """Return whether the TPP has met, so that cases may have heard of it: also if voided."""
        return any(isinstance(page.event, BatchSessionHeld) for page in self.pages)

    @property
    def award(self) -> Effective | None:
        """Return when the award takes effect: its day, in the unit's zone."""
        draft = self.state.draft
        return Effective.on(draft.award_day, draft.effective.zone) if draft else None

    def today(self, now: datetime) -> date:
        """Return the day in the unit's zone."""
        draft = self.state.draft
        return now.astimezone(draft.effective.zone.offset if draft else None).date()

    def lines_by_case(self) -> Mapping[str, Sequence[BatchLine]]:
        """Return the lines of which a case may have to tell, in the order of their awards."""
        found: dict[str, list[BatchLine]] = {}
        for line in self.state.lines.values():
            if line.included:
                found.setdefault(line.case, []).append(line)
        return {
            case: sorted(lines, key=lambda one: ORDER[one.kind]) for case, lines in found.items()
        }

    def heard_by_case(self) -> Mapping[str, Sequence[RemisiKind]]:
        """Return for which kinds a case is or ever was on the list, a voided one too."""
        found: dict[str, set[RemisiKind]] = {}
        for line in self.state.lines.values():
            if line.included:
                found.setdefault(line.case, set()).add(line.kind)
        for page in self.pages:
            match page.event:
                case BatchListed(lines=lines):
                    for one in lines:
                        if one.included:
                            found.setdefault(one.case, set()).add(one.kind)
                case BatchLineChanged(included=True) as put:
                    found.setdefault(put.case, set()).add(put.kind)
                case _:
                    pass
        return {case: sorted(kinds, key=ORDER.__getitem__) for case, kinds in found.items()}

    @property
    def corrected(self) -> bool:
        """Return whether a page of it was ever voided or corrected."""
        return any(isinstance(page.event, CorrectionApproved) for page in self.pages)

    def page_of(self, event: Event, line: BatchLine) -> Recorded | None:
        """Return the step of the batch that an event of a case repeats; `None` is the clock."""
        for page in reversed(standing(self.pages)):
            if _repeats(page.event, event, line):
                return page
        return None


def batch_in(key: str, pages: Sequence[Recorded]) -> Batch:
    """Return the batch that the pages of its stream tell of."""
    return Batch(key, REMISI_BATCH.fold(told_in_order(pages))[CHAPTER], pages)


def _repeats(step: Event, event: Event, line: BatchLine) -> bool:
    match event:
        case RemisiProposed() | RemisiDecided(level=DecisionLevel.TPP):
            return isinstance(step, BatchSessionHeld)
        case RemisiDecided():
            return isinstance(step, BatchDecided) and step.level is event.level
        case RemisiSkIssued():
            return isinstance(step, BatchSkIssued)
        case RemisiCancelled() if line.stop is None:
            return isinstance(step, BatchWithdrawn)
        case RemisiCancelled():
            theirs = isinstance(step, BatchLineWithdrawn) and line_key(step.case, step.kind)
            return theirs == line_key(line.case, line.kind)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class LineDue:
    """What a case has yet to tell of one line, and what keeps it from the last of it.

    ``waits`` is whether somebody is first to look at what the case tells otherwise than its list.
    """

    line: BatchLine
    events: tuple[Event, ...]
    hindered: Refused | None
    waits: bool


def due_of(
    batch: Batch,
    lines: Iterable[BatchLine],
    timeline: Timeline,
    today: date,
    moved: Mapping[Religion, HolidayFixed] = NOTHING_MOVED,
) -> Iterator[LineDue]:
    """Yield what is due in one case, line by line; each award is counted on what the last left.

    Whether an award releases is worked out again on its day, from what is known of the case by
    then. Whoever is not held any more on that day gets none: the line is to be taken back. So is a
    remisi khusus whose feast is, by now, on another day: ``moved`` are those.
    """
    given: list[Granted] = []
    draft, remisi = batch.state.draft, timeline.journey[REMISI]
    for line in lines:
        key = proposal_key(batch.key, line.kind)
        events = due_in(batch.state, line, key, remisi, today)
        hindered = None
        if events and isinstance(last := events[-1], RemisiApplied):
            then = timeline.until(last).journey
            day, granted = last.effective.day, line.remission_days
            given.append(Granted(kind=line.kind, on=day, days=granted, by=None))
            hindered = _hindered(then, given) or _on_another_day(then, line, moved)
            if hindered is None:
                releases = _releases(then, last, given)
                events = (*events[:-1], replace(last, releases=releases))
            else:
                events, given = events[:-1], given[:-1]
        come = draft is not None and (draft.award_day <= today or batch.state.status in ENDED)
        waits = come and held_up(batch.state, line, key, remisi)
        if events or hindered or waits:
            yield LineDue(line, events, hindered, waits)


def _on_another_day(
    journey: Journey, line: BatchLine, moved: Mapping[Religion, HolidayFixed]
) -> Refused | None:
    """Return why a remisi khusus is not given on this day, if the feast has moved away from it."""
    religion = journey[CUSTODY].religion
    fixed = moved.get(religion) if religion and line.kind is RemisiKind.KHUSUS else None
    return another_feast(fixed) if fixed else None


def _hindered(journey: Journey, given: Sequence[Granted]) -> Refused | None:
    """Return why the last of these awards is none: nobody is held, or no sentence is so long."""
    presence = journey[CUSTODY].presence
    if presence not in HELD:
        return Refused("remisi.not_held", article=IN_ORDER, because=WORDS[presence])
    facts = facts_of(journey)
    with_these = replace(facts, remissions=(*facts.remissions, *given))
    too_much = next(more_than_the_sentence(with_these), None)
    if too_much is None:
        return None
    return Refused(too_much.code, article=IN_ORDER, because=too_much.because)


def _releases(journey: Journey, applied: RemisiApplied, given: Sequence[Granted]) -> bool:
    """Say whether the last of these awards ends what is served by its day (RU II, RD II).

    What cannot be reckoned from the case is as it was when the list was drafted.
    """
    try:
        over = over_after(facts_of(journey), given, LAW)
    except (Refused, OverflowError):
        return applied.releases
    return over is not None and over <= applied.effective.day


def totals_of(
    batch: Batch, told: Mapping[str, Mapping[str, Proposal]]
) -> tuple[KindTotals, ...] | None:
    """Return what became of the lines of each kind, as the cases tell; `None` while some are due.

    ``told`` are the proposals of each case by their keys.
    """
    found = []
    for kind in sorted({line.kind for line in batch.state.lines.values()}, key=ORDER.__getitem__):
        lines = [line for line in batch.state.lines.values() if line.kind is kind]
        ends = [_end(batch, line, told.get(line.case, {})) for line in lines]
        if None in ends:
            return None
        given = [one for one in ends if isinstance(one, Proposal)]
        found.append(
            KindTotals(
                kind=kind,
                listed=len(lines),
                excluded=ends.count("excluded"),
                turned_down=ends.count("turned_down"),
                withdrawn=ends.count("withdrawn"),
                applied=len(given),
                releasing=sum(bool(one.applied and one.applied.releases) for one in given),
                remission_days=sum(one.sk.remission_days for one in given if one.sk),
            )
        )
    return tuple(found)


def _end(batch: Batch, line: BatchLine, told: Mapping[str, Proposal]) -> Proposal | str | None:
    """Return how a line ended: its proposal where it was applied, else in a word, or not yet."""
    if not line.included:
        return "excluded"
    proposal = told.get(proposal_key(batch.key, line.kind))
    if proposal is not None and proposal.applied:
        return proposal
    if proposal is not None and proposal.turned_down:
        return "turned_down"
    if proposal is not None and proposal.cancelled:
        return "withdrawn"
    unheard = proposal is None and (line.stop or batch.state.stop)
    return "withdrawn" if unheard or (line.stop and line.stop.refused) else None


def in_order(lines: Iterable[BatchLine]) -> Sequence[BatchLine]:
    """Return lines in the order in which the awards of one day are given."""
    return sorted(lines, key=lambda line: ORDER[line.kind])


def request_of(batch: Batch, page: Recorded | None, proposals: Sequence[Said]) -> Request:
    """Return what whoever took a step says; without one, the service by its clock."""
    actor: Actor = page.actor if page else SERVICE
    return Request(
        proposals=tuple(proposals),
        expected={},
        actor=actor,
        purpose=page.purpose if page else PURPOSE,
        correlation_id=page.correlation_id if page else batch.key,
        command=None,
    )
