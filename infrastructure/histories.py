"""Streams as they are to be folded: all that was told of them, less what was corrected away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from psycopg import Connection

from application.standing import standing
from domain.catalogue import ANNOTATIONS, STREAMS
from domain.correction import CorrectionApproved, CorrectionProposed
from domain.record import Recorded
from infrastructure.page_reader import COLUMNS, StoredPage
from infrastructure.row_table import RowTable
from infrastructure.tail import BATCH, Kept, Wake, Woken, wake_all

CORRECTING: Final = frozenset(
    name for kind in (CorrectionProposed, CorrectionApproved) for name in kind.names
)
"""Names of the pages that say what stands of a stream's facts. Whoever reads facts by their names
reads these as well; a fact that was corrected is of the type that it was told as."""
STREAM: Final = attrgetter("page.originator_id")
OF_STREAM: Final = (
    f"SELECT {COLUMNS} FROM ledger.event"  # noqa: S608  # constants only
    " WHERE stream = %s AND position <= %s ORDER BY version"
).encode()
OF_KIND: Final = (
    f"SELECT {COLUMNS} FROM ledger.event"  # noqa: S608  # constants only
    " WHERE stream >= %s AND stream < %s AND position <= %s AND name = ANY(%s)"
    " ORDER BY stream, version"
).encode()


@dataclass(frozen=True, slots=True)
class Span:
    """What a transaction moves tables over: from one position to another, and how pages wake."""

    after: int
    upto: int
    wake: Wake


def as_they_stand(pages: Sequence[Woken]) -> Sequence[Woken]:
    """Return one stream's pages, which are all that are known of it, with its facts as they stand.

    What is said about facts stays beside them as it was said, for the tables that fold that. A page
    that cannot be woken stays in its place. If it is one of `CORRECTING`, it is the last: what it
    changes is not known, and so what stands after it is not.
    """
    if not any(stored.topic in CORRECTING for stored, _ in pages):
        return pages
    known, unknown = _parted(pages)
    facts = standing([page for _, page in known if isinstance(page, Recorded)])
    stand = {fact.position: fact for fact in facts}
    return [
        (stored, stand.get(stored.id, page))
        for stored, page in known
        if stored.id in stand or not _tells_a_fact(page)
    ] + unknown


def _tells_a_fact(page: Recorded | Exception) -> bool:
    return isinstance(page, Recorded) and not isinstance(page.event, ANNOTATIONS)


def _parted(pages: Sequence[Woken]) -> tuple[Sequence[Woken], list[Woken]]:
    """Return the pages up to the first correction that cannot be woken, and that one."""
    for place, (stored, page) in enumerate(pages):
        if _is_unknown(stored, page):
            return pages[:place], [pages[place]]
    return pages, []


class Told(NamedTuple):
    """One stream's pages as they were told, and `as_they_stand`."""

    pages: Sequence[Woken]
    standing: Sequence[Woken]

    @classmethod
    def of(cls, pages: Sequence[Woken]) -> "Told":
        """Return both, from all pages that are known of the stream, in order."""
        return cls(pages, as_they_stand(pages))


def concerning(table: RowTable, stream: Told) -> Sequence[Woken]:
    """Return those of one stream's pages that a table folds, or must stop at."""
    as_told = table.projection.as_told
    told = stream.pages if as_told else stream.standing
    ours = [one for one in told if one[0].topic in table.event_names]
    if told and not as_told and _is_unknown(*told[-1]) and kind_of(told[-1][0]) in kinds_of(table):
        ours.append(told[-1])
    return ours


def _is_unknown(stored: StoredPage, page: Recorded | Exception) -> bool:
    """Say whether a page changes what stands of a stream, and nobody knows how."""
    return stored.topic in CORRECTING and isinstance(page, Exception)


def kind_of(page: StoredPage) -> str:
    """Return of which kind the stream of a page is."""
    return str(page.originator_id).partition(":")[0]


def kinds_of(table: RowTable) -> frozenset[str]:
    """Return the kinds of stream that a table is about: all, if it folds what is said of facts."""
    wanted = table.projection.events
    anywhere = not frozenset(ANNOTATIONS).isdisjoint(wanted)
    return frozenset(
        kind.name
        for kind in STREAMS.values()
        if anywhere or not kind.chapter_of.keys().isdisjoint(wanted)
    )


def of_stream(connection: Connection[Any], stream: str, span: Span) -> Sequence[Woken]:
    """Return all pages of a stream, awake, up to where a span ends."""
    rows = connection.execute(OF_STREAM, (stream, span.upto))
    return awake([Kept(StoredPage.of(row)) for row in rows], span.wake)


def of_kinds(connection: Connection[Any], table: RowTable, span: Span) -> Iterator[Sequence[Woken]]:
    """Yield the pages that a table folds and what corrects them, stream by stream."""
    names = sorted(table.event_names | CORRECTING)
    for kind in sorted(kinds_of(table)):
        with connection.cursor("histories") as cursor:
            cursor.execute(OF_KIND, (f"{kind}:", f"{kind};", span.upto, names))
            for kept in by_stream(_fetched(cursor)):
                yield awake(kept, span.wake)


def _fetched(cursor: Any) -> Iterator[list[Kept]]:
    while rows := cursor.fetchmany(BATCH):
        yield [Kept(StoredPage.of(row)) for row in rows]


def by_stream(batches: Iterable[list[Kept]]) -> Iterator[list[Kept]]:
    """Yield the pages of each stream together, out of batches in the order of streams."""
    last: list[Kept] = []
    for kept in batches:
        for _, group in groupby(kept, key=STREAM):
            pages = list(group)
            if last and last[0].page.originator_id != pages[0].page.originator_id:
                yield last
                last = []
            last += pages
    if last:
        yield last


def awake(kept: list[Kept], wake: Wake) -> Sequence[Woken]:
    """Wake pages of the ledger that are in nobody's ring."""
    wake_all(kept, wake)
    return [(one.page, one.woken) for one in kept if one.woken is not None]
