"""Results that partners tell of their programmes: proposed, then accepted or rejected by the unit.

A result is tried out in full before it is written down, on what the record would be if all that
waits were accepted, so that the partner hears at once what cannot be. It records nothing of
anybody. To hear whether something fits is to hear what is recorded: of what the partner may not see
it hears neither, the result waits, and the unit alone sees what stands against it.

Accepting a result writes the answer and the fact in one: what stands against the fact by then is
said, and the result goes on waiting.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from application.append import Append, Request
from application.deliberation import Deliberation, Proposal
from application.document_days import ensure_happened
from application.ledger import Receipt
from application.sharing import NoSuchScope, Sharing
from application.timeline import in_order
from domain.kernel import Event, Journey, Refused, SubjectForgotten, Value, ensure, is_forgotten
from domain.partner_result import (
    PARTNER_RESULT,
    SPEAKS_OF,
    TELLERS,
    TWO_HANDS,
    Paper,
    PartnerResultEvent,
    Result,
    ResultAccepted,
    ResultProposed,
    ResultRejected,
    Results,
    as_heard,
    ensure_in_this_class,
    ensure_may_be_told,
)
from domain.programme import PROGRAMME, ProgrammeOpened, SessionHeld
from domain.record import Draft, Evidence, Recorded, StreamId
from domain.sharing.scope import Scope

RESULTS_MOST: Final = 500
"""Results in one request: a class, with its marks, its exam and its certificates."""


class Told(Value):
    """A result as a partner tells it, of somebody's case, or of the class where there is none."""

    reference: str
    case: StreamId | None
    fact: Event
    papers: tuple[Paper, ...]


class Misfit(Refused):
    """One of several results cannot be: which, counted from 0, and why, as a partner hears it.

    ``looked_at`` are those of which it is heard by this whether they fit what is recorded.
    """

    def __init__(
        self, index: int, refused: Refused, looked_at: Sequence[ResultProposed] = ()
    ) -> None:
        no = as_heard(refused)
        super().__init__(no.code, article=no.article, because=no.because, field=no.field)
        self.index = index
        self.looked_at = tuple(looked_at)

    @property
    def cases(self) -> frozenset[str]:
        """Return whom something was heard of."""
        marked = {
            mark.case
            for one in self.looked_at
            if isinstance(one.fact, SessionHeld)
            for mark in one.fact.marks
        }
        return frozenset(marked | {one.case for one in self.looked_at if one.case})

    @property
    def fields(self) -> frozenset[str]:
        """Return the names of the fields that it was about."""
        spoken_of = (SPEAKS_OF[type(one.fact)] for one in self.looked_at)
        return frozenset(name.value for names in spoken_of for name in names)


@dataclass(frozen=True, slots=True)
class Trial:
    """What one partner tells of a class, tried on a ``record`` that is never written."""

    programme: StreamId
    scope: Scope
    record: Deliberation
    looked_at: list[ResultProposed] = field(default_factory=list)

    def __call__(self, proposed: ResultProposed) -> None:
        """Refuse what the record would not take, and what it holds already, if that may be heard.

        The record goes on by what it takes.
        """
        fact, stream = proposed.fact, stream_of(self.programme, proposed)
        opened = self.record.strand(self.programme).timeline.journey[PROGRAMME].opened
        if opened is None:
            raise NoSuchScope
        ensure_may_be_told(fact, self.scope.record, opened.kind)
        ensure_happened(fact, self.record.now())
        if _is_closed(self.record, stream):
            raise SubjectForgotten
        if SPEAKS_OF[type(fact)] <= set(self.scope.fields):
            self.looked_at.append(proposed)
            self._ensure_fits(fact, stream)
        else:
            with suppress(Refused):
                self._ensure_fits(fact, stream)

    def _ensure_fits(self, fact: Event, stream: StreamId) -> None:
        trial = self.record
        past = trial.strand(stream).timeline.until(fact).journey
        ensure_in_this_class(fact, past, self.programme.key)
        drafted = len(trial.drafts)
        trial.admit(Proposal(stream=stream, event=fact, evidence=(), reason=None))
        ensure(
            len(trial.drafts) > drafted,
            "partner_result.recorded_already",
            article=TWO_HANDS,
            because=("hal ini sudah tercatat", "this is recorded already"),
        )


@dataclass(frozen=True, slots=True)
class PartnerResults:
    """Records what partners tell, and what units say to it.

    Every call takes a request that proposes nothing: it says who, and in which exchange. Raises
    `Refused`, `Conflict` and `OutcomeUnknown` as `Append` does.
    """

    append: Append
    sharing: Sharing

    def scope(self, programme: StreamId, agency: str) -> Scope:
        """Return under what an agency tells results of a programme; raise `NoSuchScope`.

        The agreement must run for the programme's unit at this moment and name its kind.
        """
        opened = opened_of(self.append.ledger.read(programme))
        if opened is None or opened.agreement is None:
            raise NoSuchScope
        scope = self.sharing.scope(opened.agreement, agency)
        theirs = scope.record is not None and opened.kind in TELLERS.get(scope.record, ())
        named = opened.kind in scope.programme_kinds and opened.unit in scope.units
        if not (theirs and named and opened.unit in self.sharing.open_units(scope)):
            raise NoSuchScope
        return scope

    def of(self, programme: StreamId) -> Results:
        """Return what was told of a programme, and what was said to it."""
        return results_of(self.append.ledger.read(programme))

    def propose(
        self, programme: StreamId, agency: str, told: Sequence[Told], request: Request
    ) -> Receipt:
        """Write results down, all or none; what was told to the letter already is there already.

        Raises `NoSuchScope` and `Misfit` too.
        """
        return self.append(request, partial(self._propose, programme, agency, told))

    def accept(self, programme: StreamId, result: str, request: Request) -> Receipt:
        """Have a result be a fact, told in the hand of whoever accepts it."""
        return self.append(request, partial(self._accept, programme, result))

    def reject(self, programme: StreamId, result: str, reason: str, request: Request) -> Receipt:
        """Say why a result is not taken over."""
        return self.append(request, partial(self._reject, programme, result, reason))

    def against(
        self,
        programme: StreamId,
        result: str,
        request: Request,
        read: Callable[[StreamId], Sequence[Recorded]] | None = None,
    ) -> Refused | None:
        """Return what speaks against accepting a result now, without writing anything.

        ``read`` is for whoever asks of many results, and reads each stream once.
        """
        try:
            self._accept(programme, result, self.append.deliberation(request, read))
        except Refused as no:
            return no
        return None

    def _propose(
        self, programme: StreamId, agency: str, told: Sequence[Told], said: Deliberation
    ) -> None:
        scope = self.scope(programme, agency)
        trial = Trial(programme, scope, said.rehearsal())
        waiting = results_of(said.strand(programme).pages).by_id.values()
        _suppose(trial.record, programme, waiting)
        for index, one in enumerate(told):
            try:
                _tell(said, trial, one)
            except Refused as no:
                raise Misfit(index, no, trial.looked_at) from None

    def _accept(self, programme: StreamId, result: str, said: Deliberation) -> None:
        accepted = ResultAccepted(effective=said.today(), result=result)
        known = _answered(said, programme, accepted)
        stream = stream_of(programme, known.proposed)
        if _is_closed(said, stream):
            raise SubjectForgotten
        fact = known.proposed.fact
        ensure_happened(fact, said.now())
        past = said.strand(stream).timeline.until(fact).journey
        ensure_in_this_class(fact, past, programme.key)
        cause = said.annotate(programme, accepted).event_id
        evidence = tuple(
            Evidence(number=paper.number, date=paper.dated, sha256=paper.sha256)
            for paper in known.proposed.papers
        )
        said.admit(Proposal(stream=stream, event=fact, evidence=evidence, reason=None), cause)

    def _reject(self, programme: StreamId, result: str, reason: str, said: Deliberation) -> None:
        rejected = ResultRejected(effective=said.today(), result=result, person=None, reason=None)
        known = _answered(said, programme, rejected)
        if not _is_closed(said, stream_of(programme, known.proposed)):
            rejected = ResultRejected(
                effective=rejected.effective,
                result=result,
                person=known.proposed.person,
                reason=reason,
            )
        said.annotate(programme, rejected)


def results_of(pages: Iterable[Draft]) -> Results:
    """Return the results that a programme's pages tell of."""
    return PARTNER_RESULT.fold(page.event for page in pages)


def opened_of(pages: Sequence[Draft]) -> ProgrammeOpened | None:
    """Return how a programme was opened, as that stands."""
    return PROGRAMME.fold(in_order(pages)).opened


def stream_of(programme: StreamId, proposed: ResultProposed) -> StreamId:
    """Return where the fact of a result belongs."""
    return StreamId(kind="case", key=proposed.case) if proposed.case else programme


def _tell(said: Deliberation, trial: Trial, one: Told) -> None:
    """Write one result down, unless it is there; ``trial`` goes on by it."""
    programme, scope = trial.programme, trial.scope
    results = results_of(said.strand(programme).pages)
    known = results.of(scope.agency, one.reference)
    if known and _the_same(known.proposed, one):
        return
    proposed = _proposed(said, programme, scope, one)
    PARTNER_RESULT.decide(proposed, Journey({PARTNER_RESULT: results}))
    trial(proposed)
    said.annotate(programme, proposed, event_id=proposed.result)


def _proposed(said: Deliberation, programme: StreamId, scope: Scope, one: Told) -> ResultProposed:
    opened = said.strand(programme).timeline.journey[PROGRAMME].opened
    return ResultProposed(
        effective=said.today(),
        result=said.new_id(),
        reference=one.reference,
        agency=scope.agency,
        agreement=scope.agreement,
        unit=opened.unit if opened else "",
        case=one.case.key if one.case else None,
        person=said.strand(one.case).pages[0].subject if one.case else None,
        fact=one.fact,
        papers=one.papers,
    )


def _suppose(trial: Deliberation, programme: StreamId, results: Iterable[Result]) -> None:
    """Go on as if all that waits were accepted, in the order in which it was told."""
    for known in results:
        if known.waits and not is_forgotten(known.proposed.fact):
            stream = stream_of(programme, known.proposed)
            fact = known.proposed.fact
            with suppress(Refused):
                trial.admit(Proposal(stream=stream, event=fact, evidence=(), reason=None))


def _answered(said: Deliberation, programme: StreamId, answer: PartnerResultEvent) -> Result:
    """Return the result that may be answered; raise `Refused` for one that may not."""
    results = results_of(said.strand(programme).pages)
    PARTNER_RESULT.decide(answer, Journey({PARTNER_RESULT: results}))
    return results.by_id[answer.result]


def _is_closed(said: Deliberation, stream: StreamId) -> bool:
    """Say whether nothing more is recorded of somebody, who was forgotten."""
    return is_forgotten(said.strand(stream).pages[0].event)


def _the_same(proposed: ResultProposed, one: Told) -> bool:
    case = one.case.key if one.case else None
    return (proposed.case, proposed.fact, proposed.papers) == (case, one.fact, one.papers)
