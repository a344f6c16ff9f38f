"""What pages come to in memory: sorted by the rows that they are about, and folded into these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.record import Recorded
from infrastructure.closed_pages import closed
from infrastructure.dead_letters import Letter, Stopped, is_ours, letter
from infrastructure.page_reader import StoredPage
from infrastructure.row_table import RowTable
from infrastructure.tail import Woken

NOTHING: Final = Stopped()


@dataclass(slots=True)
class Work:
    """What pages mean to one table: pages by key, in order, and what cannot be folded."""

    table: RowTable
    pages: list[tuple[str, Recorded]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """Return the keys that are touched."""
        return sorted({key for key, _ in self.pages})


def work_of(table: RowTable, pages: Sequence[Woken], barred: Stopped = NOTHING) -> Work:
    """Sort pages by the key they are about; one that does not say stops its stream."""
    work, projection = Work(table), table.projection
    streams = set(barred.streams)
    for stored, woken in pages:
        stream = str(stored.originator_id)
        if stream in streams:
            continue
        try:
            page = woken if isinstance(woken, Recorded) else _closed(table, stored, woken)
            key = projection.key(page)
        except Exception as error:  # whatever it is, only this stream stops
            if is_ours(error):
                raise
            streams.add(stream)
            work.letters.append(letter(table.name, stream, stored.id, error, whole_stream=True))
        else:
            if key is not None and key not in barred.keys:
                work.pages.append((key, page))
    return work


def _closed(table: RowTable, stored: StoredPage, error: Exception) -> Recorded:
    """Return a page that cannot be opened to a table that leaves it closed; else say why not."""
    if stored.topic not in table.closed_names:
        raise error
    return closed(stored)


def folded(work: Work, before: Mapping[str, Any]) -> dict[str, Any | None]:
    """Return the rows that the pages lead to, where they differ from those before."""
    projection = work.table.projection
    rows: dict[str, Any] = dict(before)
    barred: set[str] = set()
    for key, page in work.pages:
        if key in barred:
            continue
        try:
            rows[key] = work.table.remembered(projection.evolve(rows.get(key), page))
        except Exception as error:  # a poison page stops its key, whatever it raises
            if is_ours(error):
                raise
            barred.add(key)
            work.letters.append(letter(work.table.name, key, page.position, error))
    return {key: row for key, row in rows.items() if row != before.get(key)}
