"""Entries as they leave a feed: read once, made into bytes once, and as many times sent."""

import gzip
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import Final, NamedTuple

import orjson
from fastapi.sse import format_sse_event

from api.agency_callers import Eyes
from api.readings import PERSONS, Reading
from application.access import AccessRecord
from application.cloud_events import cloud_event
from application.feeds import Entry, Told

PACKED_FROM: Final = 1_024
"""Bytes below which packing an answer gains nothing."""


class Shown(NamedTuple):
    """Whom entries are about, the names of the fields that they hold, and how many there are."""

    subjects: frozenset[str]
    fields: frozenset[str]
    rows: int


class Delivery:
    """Entries as read once, and as many times sent. What is worked out is so in a thread."""

    def __init__(self, told: Told) -> None:
        self.told = told

    @cached_property
    def events(self) -> Sequence[bytes]:
        """Return each entry as a CloudEvent."""
        return [orjson.dumps(cloud_event(one, self.told.scope)) for one in self.told.entries]

    @cached_property
    def batch(self) -> bytes:
        """Return the entries as a batch of CloudEvents."""
        return b"[" + b",".join(self.events) + b"]"

    @cached_property
    def packed(self) -> bytes:
        """Return the batch packed by gzip, the same bytes each time."""
        return gzip.compress(self.batch, mtime=0)

    @cached_property
    def etag(self) -> str:
        """Return what names exactly this batch: it changes when somebody's data is withheld."""
        return f'W/"{sha256(self.batch).hexdigest()[:32]}"'

    @cached_property
    def frames(self) -> bytes:
        """Return the entries as server-sent events."""
        return b"".join(
            format_sse_event(id=str(one.id), event=one.type, data_str=event.decode())
            for one, event in zip(self.told.entries, self.events, strict=True)
        )

    @cached_property
    def shown(self) -> Shown:
        """Return whom the entries show, and of what."""
        return shown_in(self.told.entries)

    @property
    def last(self) -> int | None:
        """Return the id of the last entry, if there is one."""
        return self.told.entries[-1].id if self.told.entries else None


def shown_in(entries: Sequence[Entry]) -> Shown:
    """Return whom entries show, and the names of the fields that they hold.

    Whoever was withdrawn is among them: that somebody is gone is told of them too. Counts are
    about nobody.
    """
    about = {one.subject for one in entries if one.subject.partition(":")[0] in PERSONS}
    fields = {name for one in entries for name in one.data or ()}
    return Shown(frozenset(about), frozenset(fields), len(entries))


def record_of(reading: Reading, eyes: Eyes, shown: Shown) -> AccessRecord | None:
    """Return the record of entries that leave the house; `None` where none does."""
    if not shown.rows:
        return None
    agreement = eyes.audience.agreement
    return reading.record(shown.subjects, shown.fields, shown.rows, agreement=agreement)
