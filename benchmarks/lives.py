"""Cases of a whole country, written as time writes them: each grows beside a thousand others.

Of ten people seven serve long sentences and three are held without one. A case's events stand as
far apart in the ledger as those of a real one do, and not in a row, so that to read it is to fetch
as many pages of the disk.
"""

import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from typing import Final

from application.ledger import BEGINNING, Head
from benchmarks.convicts import convicted, held_by_order
from benchmarks.jobs import WorkerFailed
from benchmarks.people import (
    ACTOR,
    BATCH,
    OPENING,
    assessed,
    copies,
    decided_case,
    disciplined,
    new_id,
    whole_case,
)
from benchmarks.place import cache_directory
from domain.kernel import Event
from domain.record import Draft, StreamId
from infrastructure.rebuilding import Opening, Workshop

CASE_EVENTS: Final = 30
BEGINNING_EVENTS: Final = 12
"""Of a long case, before the lines of Register F that make it long."""
SIDE_BY_SIDE: Final = 1_000
"""Cases that grow together."""
MONTHS_AFTER: Final = 18
MONTHS_MOST: Final = 13
SENTENCED_OF_TEN: Final = 7
ROOM: Final = 15 * 2**30
"""Bytes that stay free on the disk."""
WRITTEN: Final = (
    "SELECT stream, version, encode(hash, 'hex') FROM ledger.event"
    " WHERE position > %s AND position <= %s"
)


@dataclass(frozen=True, slots=True)
class Share:
    """What one process writes: so many events of so many ``units``, its people from ``first`` on.

    ``here`` is the unit whose people are told apart from all others, and how many of them.
    """

    units: Sequence[str]
    first: int
    events: int
    here: str
    people: int


def life(events: int, unit: str, *, sentenced: bool) -> Sequence[Draft]:
    """Decide a case of so many events."""
    beginning = [*convicted(years=15)] if sentenced else [held_by_order()]
    rest = events - OPENING - len(beginning)
    return decided_case([*beginning, *islice(_months(), rest)], unit)


def _months() -> Iterator[Event]:
    for number in count():
        month, is_assessed = divmod(number, 2)
        if is_assessed and month < MONTHS_MOST:
            yield assessed(MONTHS_AFTER + month)
        else:
            yield disciplined(number)


def long_case(length: int) -> Sequence[Draft]:
    """Return a case of so many events: one that was decided, and lines of Register F after it."""
    case = list(whole_case(BEGINNING_EVENTS))
    last = case[-1]
    for number in range(length - len([page for page in case if page.stream == last.stream])):
        version = last.version + 1 + number
        event = disciplined(version)
        case.append(replace(last, event=event, version=version, event_id=new_id()))
    return case


def people_of(share: Share) -> Iterator[Sequence[Draft]]:
    """Yield the cases of a share by turns of its units, those ``here`` evenly among them."""
    units = [_unit_of(unit, share.first + n) for n, unit in enumerate(share.units)]
    here = _unit_of(share.here, share.first + len(units))
    cases = -(-share.events // CASE_EVENTS)
    for number in range(cases):
        if number * share.people // cases < (number + 1) * share.people // cases:
            yield next(here)
        else:
            yield next(units[number % len(units)])


def _unit_of(unit: str, first: int) -> Iterator[Sequence[Draft]]:
    """Yield people of one unit; numbers of two units are never the same."""
    number = first * 1_000_000
    kinds = [life(CASE_EVENTS, unit, sentenced=sentenced) for sentenced in (True, False)]
    copied = [copies(kind, number + n * 500_000) for n, kind in enumerate(kinds)]
    for turn in count():
        yield next(copied[turn % 10 >= SENTENCED_OF_TEN])


def write_share(opening: Opening, share: Share, long: Sequence[Sequence[Draft]] = ()) -> int:
    """Write a share, in a process of its own; return how many events."""
    with opening() as shop:
        return Growing(shop).write(people_of(share), share.events, long)


class Growing:
    """Writes cases side by side, each page after the one that stands there."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._heads: dict[StreamId, Head] = {}
        self.written = 0

    def write(
        self,
        cases: Iterator[Sequence[Draft]],
        events: int,
        long: Sequence[Sequence[Draft]] = (),
    ) -> int:
        """Write cases until there were so many events, long ones a little with each batch."""
        slow = [deque(one) for one in long]
        each = -(-max(map(len, slow), default=0) * BATCH // max(events, 1))
        lasting = {one[-1].stream for one in long}
        while self.written < events and (group := list(islice(cases, SIDE_BY_SIDE))):
            for batch in _rounds(group):
                more = [one.popleft() for one in slow for _ in range(min(each, len(one)))]
                self._append([*batch, *more])
            ensure_room()
            self._heads = {one: at for one, at in self._heads.items() if one in lasting}
        while more := [one.popleft() for one in slow for _ in range(min(each, len(one)))]:
            self._append(more)
        return self.written

    def _append(self, batch: Sequence[Draft]) -> None:
        beginning = Head(version=0, hash=BEGINNING)
        heads = {one.stream: self._heads.get(one.stream, beginning) for one in batch}
        ledger = self._shop.ledger
        receipt = ledger.append(batch, heads=heads, actor=ACTOR.id, command=None)
        last = receipt.position or 0
        with self._shop.pool.connection() as connection:
            rows = connection.execute(WRITTEN, (last - len(batch), last)).fetchall()
        for stream, version, digest in sorted(rows, key=lambda row: row[1]):
            self._heads[StreamId.of(stream)] = Head(version=version, hash=digest)
        self.written += len(batch)


def ensure_room() -> None:
    """Raise where the disk is nearly full: others need it as well."""
    if shutil.disk_usage(cache_directory()).free < ROOM:
        raise WorkerFailed("the disk is nearly full")


def _rounds(cases: Sequence[Sequence[Draft]]) -> Iterator[Sequence[Draft]]:
    """Yield what opens each case, then the next event of each, until all are told."""
    opening = list(chain.from_iterable(case[:OPENING] for case in cases))
    later = max(map(len, cases))
    rounds = ([case[n] for case in cases if n < len(case)] for n in range(OPENING, later))
    for one in chain([opening], rounds):
        for at in range(0, len(one), BATCH):
            yield one[at : at + BATCH]
