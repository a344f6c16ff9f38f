"""Journeys as they stood at a position, and the records that are made of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from application.ledger import NotAtHand
from application.recent import Recent
from application.timeline import Known, Timeline, in_order
from domain.catalogue import ANNOTATIONS, CASE, STREAMS
from domain.custody import CUSTODY
from domain.kernel import Journey
from domain.law.book import LAW
from domain.programme import ProgrammeOpened
from domain.record import Recorded, StreamId
from domain.sharing.scope import Scope
from infrastructure.dead_letters import is_ours
from infrastructure.ledger import EventsourcingLedger
from projections.shared.material import Material
from projections.shared.naming import facts_told, name_told, programmes_of
from projections.shared.record import Shared, courses_named, shared

UNITS_KEPT: Final = 50_000
"""Cases of which it is remembered which unit answers, so that a page elsewhere costs nothing: 14 MB
at most."""
COURSES_KEPT: Final = 4_000
"""Programmes of which it is remembered as what they were opened: 4 MB at most."""
CUSTODY_NAMES: Final = frozenset(name for kind in CUSTODY.events for name in kind.names)
OPENED: Final = frozenset(ProgrammeOpened.names)
TELLING: Final = (*CUSTODY.events, *ANNOTATIONS)
"""What says which unit answers for somebody: facts of custody, and what corrects them."""
Read = tuple[StreamId, Sequence[Recorded] | Exception]
"""A stream with its pages; or why they cannot be woken."""


class Life(NamedTuple):
    """What a stream has come to by now, and the pages that say so."""

    stream: StreamId
    journey: Journey
    pages: Sequence[Recorded]


Found = tuple[StreamId, Life | Exception]
"""A stream, and what it has come to; or why nobody can tell."""


class Here(NamedTuple):
    """What is known at a position without reading: versions of streams, and some whole ones.

    What is at hand of a stream and older than its version here is read anew.
    """

    versions: Mapping[StreamId, int]
    whole: Mapping[StreamId, Sequence[Recorded]]
    upto: int


class Latest(NamedTuple):
    """Which pages of a stream are told of: so many, up to a position; and whether as a correction.

    Of what is told as a correction, only what was corrected is named.
    """

    position: int
    pages: int
    corrected: bool


class FeedRecords:
    """Reads journeys and makes records of them. For one thread, but for `clear`."""

    def __init__(self, ledger: EventsourcingLedger) -> None:
        self._ledger = ledger
        self._known = Known()
        self._units: Recent[str, tuple[str | None]] = Recent(UNITS_KEPT)
        self._courses: Recent[str, tuple[ProgrammeOpened | None]] = Recent(COURSES_KEPT)

    def clear(self) -> None:
        """Let go of every journey: somebody was forgotten."""
        self._known.clear()

    def start_anew(self) -> None:
        """Let go of everything: another process was here."""
        self._known.clear()
        self._units.clear()
        self._courses.clear()

    def programme_changed(self, programme: str) -> None:
        """Read a programme anew when it is named next."""
        self._courses.drop(programme)

    def units(
        self, cases: Collection[StreamId], moved: Collection[StreamId], here: Here
    ) -> Mapping[StreamId, str | None]:
        """Return which unit answers for cases; of those that ``moved``, it is looked up anew.

        A case of which that cannot be told is left out: to look at it whole will tell why.
        """
        known = {case: self._units.get(case.key) for case in cases if case not in moved}
        found = {case: unit[0] for case, unit in known.items() if unit is not None}
        unknown = [case for case in cases if case not in found]
        for case, pages in self._pages(unknown, CUSTODY_NAMES, here):
            if isinstance(pages, Exception):
                continue
            told = [page for page in pages if isinstance(page.event, TELLING)]
            found[case] = CUSTODY.fold(in_order(told)).unit
            self._units.keep(case.key, (found[case],))
        return found

    def journeys(self, streams: Collection[StreamId], here: Here) -> Iterator[Found]:
        """Yield what streams had come to at a position."""
        for stream, pages in self._pages(streams, (), here):
            yield stream, pages if isinstance(pages, Exception) else self._folded(stream, pages)

    def shared(self, scope: Scope, life: Life, upto: int) -> Shared | None:
        """Return the record of a journey under a scope, if it has one."""
        is_case = life.stream.kind == CASE.name
        courses = self._named(courses_named(life.journey), upto) if is_case else {}
        return shared(scope, life.stream, life.journey, courses, LAW)

    def name(self, scope: Scope, life: Life, latest: Latest, upto: int) -> str:
        """Return by which name a party may hear of what happened last."""
        stream, journey, pages = life
        told = [page for page in pages if page.position <= latest.position][-latest.pages :]
        facts = facts_told(pages, told, corrected=latest.corrected)
        wanted = programmes_of(facts)
        if stream.kind == CASE.name:
            wanted |= courses_named(journey)
        courses = self._named(wanted, upto)
        material = Material(scope=scope, stream=stream, journey=journey, courses=courses, law=LAW)
        return name_told(material, facts)

    def _pages(
        self, streams: Collection[StreamId], names: Collection[str], here: Here
    ) -> Iterator[Read]:
        """Yield streams as they stood at a position: as they are at hand, or read together."""
        absent = []
        for stream in streams:
            pages = here.whole.get(stream) or self._at_hand(stream, here)
            if pages is None:
                absent.append(stream)
            else:
                yield stream, pages
        yield from self._read(absent, names, here)

    def _at_hand(self, stream: StreamId, here: Here) -> Sequence[Recorded] | None:
        version = here.versions.get(stream)
        if version is None:
            return None
        try:
            pages = self._ledger.at_hand(stream)
        except NotAtHand:
            return None
        if not pages or pages[-1].version < version:
            return None
        if pages[-1].position <= here.upto:
            return pages
        return [page for page in pages if page.position <= here.upto]

    def _folded(self, stream: StreamId, pages: Sequence[Recorded]) -> Life | Exception:
        try:
            if stream.kind == CASE.name:
                return Life(stream, self._known.timeline(stream, pages).journey, pages)
            return Life(stream, Timeline.of(STREAMS[stream.kind], pages).journey, pages)
        except Exception as error:
            if is_ours(error):
                raise
            return error

    def _read(
        self, streams: Sequence[StreamId], names: Collection[str], here: Here
    ) -> Iterator[Read]:
        """Yield streams with their pages; where some cannot be woken, each for itself.

        Whole streams that a batch tells of are kept awake: another batch will. Nobody else in this
        process need have read them.
        """
        if not streams:
            return
        try:
            if names or not here.versions:
                yield from list(self._ledger.read_many(streams, names=names, upto=here.upto))
            else:
                yield from list(self._ledger.recall_many(streams, here.upto))
        except Exception as error:
            if is_ours(error):
                raise
            if len(streams) == 1:
                yield streams[0], error
            else:
                for stream in streams:
                    yield from self._read([stream], names, here)

    def _named(self, programmes: Collection[str], upto: int) -> Mapping[str, ProgrammeOpened]:
        known = {key: said for key in programmes if (said := self._courses.get(key))}
        streams = [StreamId(kind="programme", key=key) for key in programmes if key not in known]
        for stream, pages in self._ledger.read_many(streams, names=OPENED, upto=upto):
            openings = [event for event in in_order(pages) if isinstance(event, ProgrammeOpened)]
            known[stream.key] = (openings[-1] if openings else None,)
            self._courses.keep(stream.key, known[stream.key])
        return {key: course for key, (course,) in known.items() if course is not None}
