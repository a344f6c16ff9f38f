"""Pages written in large transactions, one after the other: the next is sealed meanwhile.

Three are in hand at a time. The keys of the newest are being made in the key store, the one before
it is sealed here, and PostgreSQL writes the oldest; so what takes longest is what all of it takes.
Each begins to be written when the one before it is durable, and never otherwise.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from application.in_turn import Decided
from application.ledger import Conflict, Head
from domain.record import StreamId
from infrastructure.ledger import EventsourcingLedger
from infrastructure.page_reader import StoredPage
from infrastructure.page_store import stored
from infrastructure.recorder import ForgottenSince, MovedOn, StoredHead

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Sealed:
    """Pages, where their streams must stand, and what was heard before their keys were taken."""

    pages: Sequence[StoredPage]
    heads: Sequence[StoredHead]
    heard: int


class InTurn:
    """An `application.in_turn.InTurn` over a ledger."""

    def __init__(self, ledger: EventsourcingLedger) -> None:
        self._pages, self._forgettings = ledger.pages, ledger.forgettings

    def __call__(self, bundles: Iterable[Decided]) -> Iterator[Sequence[int]]:
        """Write bundles in their order, each in one transaction; yield the positions of each."""
        last: dict[StreamId, StoredPage] = {}
        keyed = one_ahead(self._with_keys, bundles)
        return one_ahead(self._written, (self._sealed(*bundle, last) for bundle in keyed))

    def _with_keys(self, bundle: Decided) -> tuple[Decided, int]:
        heard = self._forgettings.heard  # before any key is taken
        self._pages.make_keys(bundle.drafts)
        return bundle, heard

    def _sealed(self, bundle: Decided, heard: int, last: dict[StreamId, StoredPage]) -> Sealed:
        """Put drafts to sleep after the pages of the bundles before, which may not be written."""
        heads = {
            stream: _after(last[stream]) if stream in last else head
            for stream, head in bundle.heads.items()
        }
        pages = self._pages.after(heads, bundle.drafts)
        last.update(zip((draft.stream for draft in bundle.drafts), pages, strict=True))
        return Sealed(pages, stored(heads), heard)

    def _written(self, sealed: Sealed) -> Sequence[int]:
        try:
            positions = self._pages.recorder.insert_events(
                sealed.pages, heads=sealed.heads, answer=None, heard=sealed.heard
            )
        except ForgottenSince as error:
            raise self._forgettings.conflict() from error
        except MovedOn as error:
            raise Conflict(StreamId.of(str(error))) from error
        return positions or ()


def _after(page: StoredPage) -> Head:
    return Head(version=page.originator_version, hash=page.hash)


def one_ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield what work makes of each item, in a thread, while the next items are being fetched.

    Work on one item begins when that on the one before has ended well, and what it made is yielded
    before anything is raised that kept the next one from being fetched.
    """
    before: list[Future[R]] = []
    """What is under way: one, or none."""
    with ThreadPoolExecutor(1) as hand:
        try:
            for item in items:
                ending, before = before, []
                done = [one.result() for one in ending]
                before = [hand.submit(work, item)]
                yield from done
        except Exception:
            yield from (one.result() for one in before)
            raise
        yield from (one.result() for one in before)
