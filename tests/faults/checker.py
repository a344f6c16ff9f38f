"""Compares everything that clients were told with the ledger as it stands afterwards.

It trusts neither: the hashes are computed again, and what was acknowledged is looked for one by
one. It knows nothing of the code that wrote.
"""

import hashlib
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import psycopg

from .journal import Asked, Expected, History, Outcome, Told

NOTHING_BEFORE = "0" * 64


class Kind(Enum):
    """What can be wrong."""

    LOST = "lost"
    DOUBLED = "doubled"
    HALF_WRITTEN = "half_written"
    WRONG_ANSWER = "wrong_answer"
    REFUSED_YET_WRITTEN = "refused_yet_written"
    UNRESOLVED = "unresolved"
    GAP = "gap"
    VERSION_GAP = "version_gap"
    CHAIN = "chain"
    TIME_WENT_BACK = "time_went_back"
    READER_MISSED = "reader_missed"
    VANISHED = "vanished"
    READ_MODEL = "read_model"
    UNCONFIRMED = "unconfirmed"
    LOG = "log"
    UNRECORDED_READ = "unrecorded_read"
    NOBODY_ASKED = "nobody_asked"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    kind: Kind
    where: str


@dataclass(frozen=True)
class Page:
    """One row of the ledger."""

    position: int
    stream: str
    version: int
    name: str
    event_id: str
    key: str | None
    payload: Mapping[str, Any]
    prev_hash: str
    hash: str
    true_hash: str
    recorded_at: datetime
    transaction: str

    def is_what(self, expected: Expected) -> bool:
        """Say whether this is the event that a request proposed."""
        return self.name == expected.name and expected.fields.items() <= self.payload.items()


SELECT = (
    "SELECT position, stream, version, name, event_id::text, page, encode(prev_hash, 'hex'),"
    " encode(hash, 'hex'), recorded_at, xid::text FROM {} ORDER BY position"
)


def read_ledger(conninfo: str, table: str = "ledger.event") -> list[Page]:
    """Read every row, as the owner, past all code of ours."""
    with psycopg.connect(conninfo) as connection, connection.cursor("pages") as cursor:
        cursor.itersize = 5_000
        return [_page(*row) for row in cursor.execute(SELECT.format(table).encode())]


def _page(*row: Any) -> Page:
    position, stream, version, name, event_id, page, prev_hash, its_hash, recorded_at, xid = row
    content = json.loads(page)
    return Page(
        position=position,
        stream=stream,
        version=version,
        name=name,
        event_id=event_id,
        key=content["idempotency_key"],
        payload=content["payload"],
        prev_hash=prev_hash,
        hash=its_hash,
        true_hash=hashlib.sha256(page).hexdigest(),
        recorded_at=recorded_at,
        transaction=xid,
    )


def check(
    history: History,
    pages: Sequence[Page],
    unlike_their_replay: Iterable[str] = (),
    unconfirmed: Sequence[tuple[float, float]] = (),
) -> list[Finding]:
    """Return everything that is wrong. ``pages`` are in the order of their positions.

    ``unconfirmed`` are times in which no COMMIT could be confirmed: whoever asked and was
    answered within one may not have been told yes.
    """
    return [
        *_answers(history, pages),
        *_order(pages),
        *_chains(pages),
        *_readers(history, pages),
        *_unconfirmed(history, unconfirmed),
        *(Finding(Kind.READ_MODEL, name) for name in unlike_their_replay),
    ]


def _answers(history: History, pages: Sequence[Page]) -> Iterator[Finding]:
    by_key: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        if page.key is not None:
            by_key[page.key].append(page)
    by_event = {page.event_id: page for page in pages}
    for key, asked in history.asked.items():
        yield from _answer(asked, by_key.get(key, []), by_event)
    for key in by_key.keys() - history.asked.keys():
        yield Finding(Kind.NOBODY_ASKED, key)
    for key in history.misuse:
        yield Finding(Kind.NOBODY_ASKED, f"{key}: asked with two bodies")


def _answer(
    asked: Asked, written: Sequence[Page], by_event: Mapping[str, Page]
) -> Iterator[Finding]:
    """Compare what was told of one request with what is written under its key."""
    key = asked.key
    if not asked.settled:
        yield Finding(Kind.UNRESOLVED, key)
    if asked.refused and written:
        yield Finding(Kind.REFUSED_YET_WRITTEN, key)
    if asked.refused and asked.acknowledged:
        yield Finding(Kind.WRONG_ANSWER, f"{key}: once yes and once no")
    yield from _whole(asked, written)
    if not asked.acknowledged:
        return
    tellings = {answer.events for answer in asked.answers if answer.outcome is Outcome.YES}
    if len(tellings) > 1:
        yield Finding(Kind.WRONG_ANSWER, f"{key}: {len(tellings)} different answers")
    for told in tellings:
        yield from _telling(key, told, written, by_event)


def _telling(
    key: str, told: Sequence[Told], written: Sequence[Page], by_event: Mapping[str, Page]
) -> Iterator[Finding]:
    for event in told:
        page = by_event.get(event.event_id)
        if page is None:
            yield Finding(Kind.LOST, f"{key}: {event.stream} {event.version}, told and not there")
        elif (page.stream, page.version, page.position) != (
            event.stream,
            event.version,
            event.position,
        ):
            yield Finding(Kind.WRONG_ANSWER, f"{key}: {event.stream} {event.version} is elsewhere")
        elif page.key != key:
            yield Finding(Kind.WRONG_ANSWER, f"{key}: told of an event of {page.key}")
    named = {event.event_id for event in told}
    if any(page.event_id not in named for page in written):
        yield Finding(Kind.WRONG_ANSWER, f"{key}: more is written than was told")


def _whole(asked: Asked, written: Sequence[Page]) -> Iterator[Finding]:
    """Every event of a request is there exactly once, or none is; all by one transaction."""
    counts = [sum(page.is_what(one) for page in written) for one in asked.expects]
    if any(count > 1 for count in counts):
        yield Finding(Kind.DOUBLED, asked.key)
    if asked.acknowledged and counts and not any(counts):
        yield Finding(Kind.LOST, f"{asked.key}: acknowledged, and nothing of it is there")
    elif any(counts) and not all(counts):
        yield Finding(Kind.HALF_WRITTEN, asked.key)
    if len({page.transaction for page in written}) > 1 and not any(c > 1 for c in counts):
        yield Finding(Kind.HALF_WRITTEN, f"{asked.key}: by two transactions")


def _order(pages: Sequence[Page]) -> Iterator[Finding]:
    for place, page in enumerate(pages, 1):
        if page.position != place:
            yield Finding(Kind.GAP, f"position {place}")
            break
    for before, page in itertools.pairwise(pages):
        if page.recorded_at < before.recorded_at:
            yield Finding(Kind.TIME_WENT_BACK, f"position {page.position}")
    for event_id, count in Counter(page.event_id for page in pages).items():
        if count > 1:
            yield Finding(Kind.DOUBLED, f"event {event_id}")


def _chains(pages: Sequence[Page]) -> Iterator[Finding]:
    heads: dict[str, tuple[int, str]] = {}
    for page in pages:
        version, before = heads.get(page.stream, (0, NOTHING_BEFORE))
        if page.version != version + 1:
            yield Finding(Kind.VERSION_GAP, f"{page.stream} {page.version}")
        if page.prev_hash != before or page.hash != page.true_hash:
            yield Finding(Kind.CHAIN, f"{page.stream} {page.version}")
        heads[page.stream] = page.version, page.hash


def _readers(history: History, pages: Sequence[Page]) -> Iterator[Finding]:
    """Each reader was given 1, 2, 3 ... and what it was given is still there."""
    events = {page.position: page.event_id for page in pages}
    for reader, seen in history.seen.items():
        for place, (position, event_id) in enumerate(seen, 1):
            if position != place:
                yield Finding(Kind.READER_MISSED, f"{reader}: {position} in place of {place}")
                break
            if events.get(position) != event_id:
                yield Finding(Kind.VANISHED, f"{reader}: what stood at {position}")
                break


def _unconfirmed(history: History, times: Sequence[tuple[float, float]]) -> Iterator[Finding]:
    for asked in history.asked.values():
        for answer in asked.answers:
            within = any(since < answer.asked_at and answer.at < until for since, until in times)
            if within and answer.outcome is Outcome.YES:
                yield Finding(Kind.UNCONFIRMED, asked.key)
