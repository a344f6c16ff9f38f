"""What cases tell the law, at two times: of one case, or of as many as a unit holds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Protocol

from application.journeys import History, Moment, in_effect
from application.ledger import Ledger, Streams
from application.read_models import Access, Page, Question, ReadModels, Then
from application.standing import standing
from domain.catalogue import CASE
from domain.charge import CHARGE
from domain.conduct import CONDUCT
from domain.custody import CUSTODY, HELD, Presence
from domain.detention import DETENTION
from domain.earlier_remisi import EARLIER_REMISI
from domain.integration import INTEGRATION
from domain.kernel import Event, Journey, Value
from domain.law.case_facts import facts_of
from domain.law.facts import Facts
from domain.person import PERSON, PersonRegistered
from domain.record import Recorded, StreamId
from domain.remisi import REMISI
from domain.verdict import VERDICT

TOLD_BY: Final = (
    CUSTODY,
    DETENTION,
    VERDICT,
    CHARGE,
    EARLIER_REMISI,
    CONDUCT,
    REMISI,
    INTEGRATION,
)
"""The chapters that tell the law something."""
NAMES: Final = frozenset(
    name for chapter in TOLD_BY for kind in chapter.events for name in kind.names
)
CASES: Final = "case_summary"
TOGETHER: Final = 200
"""Cases whose people are looked up together."""


class Book(Ledger, Streams, Protocol):
    """A ledger that reads one stream or many."""


class CaseKnown(Value):
    """One case at a moment: what it tells the law, and the states that tell it.

    Of the journey only the chapters of `TOLD_BY` are filled, and ``pages`` are theirs.
    """

    case: str
    pages: tuple[Recorded, ...]
    journey: Journey
    facts: Facts


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Reads what cases tell. ``now`` gives an aware instant."""

    ledger: Book
    read_models: ReadModels

    def at(self, case: str, moment: Moment) -> CaseKnown:
        """Return what one case tells at a moment."""
        return next(self.many([case], moment))

    def of_history(self, history: History) -> CaseKnown:
        """Return what a case tells whose history was read already."""
        journey = history.journey
        known = CaseKnown(
            case=history.stream.key, pages=history.pages, journey=journey, facts=facts_of(journey)
        )
        return next(self._from([known], None))

    def many(self, cases: Iterable[str], moment: Moment) -> Iterator[CaseKnown]:
        """Yield what cases tell at a moment, in the order in which they are named.

        ``valid_at`` of `None` is with what is still to come; nothing is known later than
        ``known_at``. A few hundred are read at a time.
        """
        known = moment.known_at
        upto = None if known is None else self.ledger.position_at(known)
        rest = iter(cases)
        while part := list(islice(rest, TOGETHER)):
            read = self.ledger.read_many(map(case_stream, part), names=NAMES, upto=upto)
            yield from self._from([_known(stream, pages, moment) for stream, pages in read], upto)

    def _from(self, cases: Sequence[CaseKnown], upto: int | None) -> Iterator[CaseKnown]:
        """Yield cases with what their people's records say: of which nationality they are."""
        whose = {one.journey[CUSTODY].person for one in cases} - {None}
        streams = [StreamId(kind="person", key=key) for key in sorted(filter(None, whose))]
        read = self.ledger.read_many(streams, names=PersonRegistered.names, upto=upto)
        registered = {stream.key: PERSON.fold(_events(pages)).registered for stream, pages in read}
        for one in cases:
            person = registered.get(one.journey[CUSTODY].person or "")
            nationality = person.nationality if person else one.facts.nationality
            yield replace(one, facts=replace(one.facts, nationality=nationality))

    def held_by(self, units: Iterable[str], moment: Moment) -> Sequence[str]:
        """Return the cases that units hold at a moment, in a fixed order: inside, out, in transit.

        Now, where the moment is now, is as far as the read models have followed.
        """
        return self.cases_of(units, moment, HELD)

    def cases_of(
        self, units: Iterable[str], moment: Moment, presences: Iterable[Presence]
    ) -> Sequence[str]:
        """Return the cases of units at a moment of whoever is there, out, escaped, and so on."""
        known, valid = moment.known_at, moment.valid_at
        then = None
        if known is not None or valid is not None:
            position = None if known is None else self.ledger.position_at(known)
            then = Then(valid_at=valid, known_at=known, position=position)
        access = Access(everywhere=False, units=frozenset(units))
        return cases_in(self.read_models.ask(CASES, of_presence(presences, then), access))


def of_presence(presences: Iterable[Presence], then: Then | None = None) -> Question:
    """Return what to ask `CASES` for the cases of whoever is there, out, escaped, and so on."""
    return Question(
        where={"presence": tuple(one.value for one in presences)},
        words=(),
        after=None,
        limit=None,
        counted=frozenset({"case"}),
        then=then,
    )


def cases_in(page: Page) -> Sequence[str]:
    """Return the cases that were found, in a fixed order."""
    return sorted(row.case for _, row in page.rows)


def case_stream(case: str) -> StreamId:
    """Return the stream of a case."""
    return StreamId(kind="case", key=case)


def _known(stream: StreamId, pages: Sequence[Recorded], moment: Moment) -> CaseKnown:
    held = tuple(in_effect(standing(pages), moment.valid_at))
    journey = CASE.fold(page.event for page in held)
    return CaseKnown(case=stream.key, pages=held, journey=journey, facts=facts_of(journey))


def _events(pages: Sequence[Recorded]) -> Iterable[Event]:
    return (page.event for page in standing(pages))
