"""The ledger, kept on the eventsourcing library: its application, event store and mapper."""

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import orjson
from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, Mapper
from psycopg_pool import ConnectionPool

from application.ledger import (
    Command,
    Conflict,
    Head,
    KeyReused,
    NotAtHand,
    Receipt,
    Written,
)
from application.recent import Recent
from domain.record import Draft, Recorded, StreamId
from infrastructure.codec import PageCodec
from infrastructure.entry import StoredAnswer
from infrastructure.forgettings import Forgettings
from infrastructure.key_store import KeyStore
from infrastructure.many_streams import many_streams
from infrastructure.master_key import MasterKey
from infrastructure.opened_keys import KeysAtHand
from infrastructure.page_reader import StoredPage
from infrastructure.page_store import FreshPages, OwnTable, PageMapper, PageStore, stored
from infrastructure.page_writing import AnsweredAlready, ForgottenSince, MovedOn
from infrastructure.recorder import PageRecorder

SCAN: Final = 1_000
"""Pages read at a time when the whole ledger is walked."""
PAGES_KEPT: Final = 20_000
"""Pages of streams that are kept awake: about 40 MB, or the cases that a unit works on in a day."""


class EventsourcingLedger(Application[str]):
    """An `application.ledger.Ledger` as an application of the library."""

    name = "jejak"

    def __init__(self, pool: ConnectionPool, keys: KeyStore | MasterKey) -> None:
        """Open the ledger of a database; under a bare master key, it is the key store as well."""
        self._page_recorder = PageRecorder(pool)
        self.keys = keys if isinstance(keys, KeyStore) else KeyStore(pool, keys)
        self._streams: Recent[tuple[int, StreamId], tuple[Recorded, ...]] = Recent(
            PAGES_KEPT, weight=len
        )
        with pool.connection() as connection:
            row = connection.execute("SELECT id::text FROM ledger.store").fetchone()
        self.store: str = row[0] if row else ""
        self.keys.ensure_master(self.store)
        self.keys.on_forgotten.append(self.forget_opened)
        self.forgettings = Forgettings(pool, self.keys, self.read_after)
        self._digest_key = self.keys.derive("idempotency")
        self.codec = PageCodec(self.store, self.keys)
        self._fresh = FreshPages(self.keys)
        mapper = PageMapper(self.codec, self._fresh)
        self._wake = mapper.awake
        self.pages = PageStore(mapper, self._page_recorder)
        at_hand = PageCodec(self.store, KeysAtHand(self.keys.opened))
        prompt = PageMapper(at_hand, self._fresh)
        self.prompt_pages = PageStore(prompt, self._page_recorder)
        super().__init__()

    def close(self) -> None:
        """Close what this ledger opened."""
        super().close()
        self._page_recorder.close()

    def construct_factory(self, env: Any) -> InfrastructureFactory[Any]:
        """Use our own table."""
        return OwnTable(self._page_recorder)

    def construct_mapper(self) -> Mapper[str]:
        """Use our own names and pages."""
        return self.pages.mapper

    def construct_event_store(self) -> PageStore:
        """Chain pages as they are written."""
        return self.pages

    def read(self, stream: StreamId) -> Sequence[Recorded]:
        """Return every page of a stream in the order of its versions."""
        place = (self.keys.epoch, stream)  # what was awake before a forgetting is found no more
        known = self._streams.get(place) or ()
        newer = self._page_recorder.select_events(str(stream), gt=len(known) - 1 if known else 0)
        if known:
            if newer and newer[0].hash == known[-1].hash:
                newer = newer[1:]
            else:  # what was seen was lost at a fail-over
                known, newer = (), self._page_recorder.select_events(str(stream))
        if not newer:
            return known
        pages = (*known, *self._wake(newer))
        self._keep(place, pages)
        return pages

    def _keep(self, place: tuple[int, StreamId], pages: tuple[Recorded, ...]) -> None:
        """Keep a stream awake, unless somebody was forgotten since it was read."""
        self._streams.keep(place, pages)
        if place[0] != self.keys.epoch:
            self._streams.clear()

    def awake(self, pages: Sequence[StoredPage]) -> list[Recorded]:
        """Wake pages, and let the streams that are kept awake go on by those that follow."""
        epoch = self.keys.epoch
        woken = self._wake(pages)
        for stream, some in groupby(woken, key=attrgetter("stream")):
            place = epoch, stream
            if known := self._streams.get(place):
                for page in some:
                    if known[-1].hash == page.prev_hash:
                        known = (*known, page)
                        self._keep(place, known)
        return woken

    def go_on(self, pages: Sequence[StoredPage]) -> None:
        """Let the streams that are kept awake go on by pages, and wake no others."""
        epoch, kept = self.keys.epoch, self._streams.get
        self.awake([page for page in pages if kept((epoch, StreamId.of(str(page.originator_id))))])

    def at_hand(self, stream: StreamId) -> Sequence[Recorded]:
        """Return a stream as it was read last in this process; raise `NotAtHand`."""
        known = self._streams.get((self.keys.epoch, stream))
        if known is None:
            raise NotAtHand
        return known

    def recall(self, stream: StreamId) -> Sequence[Recorded]:
        """Return a stream as it was read last in this process, or read it."""
        return self._streams.get((self.keys.epoch, stream)) or self.read(stream)

    def forget_opened(self) -> None:
        """Let go of every page that is kept awake."""
        self._streams.clear()
        self._fresh.clear()

    def read_after(
        self, position: int, limit: int = SCAN, names: Sequence[str] = ()
    ) -> Sequence[Recorded]:
        """Return pages of any stream after a position, in order."""
        return self.awake(
            self._page_recorder.select_notifications(
                position, limit, topics=names, inclusive_of_start=False
            )
        )

    def read_many(
        self,
        streams: Iterable[StreamId],
        *,
        names: Collection[str] = (),
        upto: int | None = None,
    ) -> Iterator[tuple[StreamId, Sequence[Recorded]]]:
        """Yield streams as they are asked for, some at a time, with their pages."""
        return many_streams(self._page_recorder, self._wake, streams, names, upto)

    def recall_many(
        self, streams: Iterable[StreamId], upto: int
    ) -> Iterator[tuple[StreamId, Sequence[Recorded]]]:
        """Yield streams as `read_many` does, and keep them awake: they go on by what is woken."""
        epoch = self.keys.epoch
        for stream, pages in self.read_many(streams, upto=upto):
            if len(pages) > len(self._streams.get((epoch, stream)) or ()):
                self._keep((epoch, stream), tuple(pages))
            yield stream, pages

    def find(self, event_id: str) -> Recorded | None:
        """Return the page that tells of an event, if there is one."""
        found = self._page_recorder.select_event(event_id)
        return self.awake([found])[0] if found else None

    def walk(self, after: int = 0, upto: int | None = None) -> Iterator[Recorded]:
        """Yield every page from a position on, up to the last one there is, or ``upto``."""
        last = upto if upto is not None else self.position()
        while after < last and (pages := self.read_after(after)):
            yield from (page for page in pages if page.position <= last)
            after = pages[-1].position

    def position(self) -> int:
        """Return the last position: 0 in an empty ledger."""
        return self._page_recorder.max_notification_id() or 0

    def position_at(self, known_at: datetime) -> int:
        """Return the last position that was recorded by then."""
        return self._page_recorder.position_at(known_at)

    def answered(self, actor: str, command: Command) -> Receipt | None:
        """Return the first answer to this key, if any; raise `KeyReused` for another body.

        An answer whose own COMMIT was not confirmed is not given before one after it is.
        """
        stored = self._page_recorder.answer(actor, command.key)
        if stored is None:
            return None
        digest, answer = stored
        if not hmac.compare_digest(digest, self._digest(command)):
            raise KeyReused
        self._page_recorder.barrier()
        return _receipt_from(answer)

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        heads: Mapping[StreamId, Head],
        actor: str,
        command: Command | None,
    ) -> Receipt:
        """Write all drafts and the answer to the command, or nothing."""
        heard = self.forgettings.heard  # before any key is taken
        versions = _versions(drafts, heads)
        answer = self._answer(actor, command, drafts, versions)
        try:
            positions = self.pages.put(drafts, heads=heads, answer=answer, heard=heard)
        except ForgottenSince as error:
            raise self.forgettings.conflict() from error
        except AnsweredAlready:
            if command and (earlier := self.answered(actor, command)):
                return earlier
            raise
        except MovedOn as error:
            raise Conflict(StreamId.of(str(error))) from error
        return _receipt(drafts, min(positions, default=0), versions)

    async def submit(
        self,
        drafts: Sequence[Draft],
        *,
        heads: Mapping[StreamId, Head],
        actor: str,
        command: Command | None,
    ) -> Receipt:
        """Write as `append` does, where every key is opened already."""
        heard = self.forgettings.heard  # before any key is taken
        pages = self.prompt_pages.after(heads, drafts)
        versions = _versions(drafts, heads)
        answer = self._answer(actor, command, drafts, versions)
        try:
            first = await self._page_recorder.submit(pages, stored(heads), answer, heard)
        except (AnsweredAlready, ForgottenSince) as error:  # by another writer: that is to be read
            raise NotAtHand from error
        except MovedOn as error:
            raise Conflict(StreamId.of(str(error))) from error
        return _receipt(drafts, first, versions)

    def _answer(
        self,
        actor: str,
        command: Command | None,
        drafts: Sequence[Draft],
        versions: Mapping[StreamId, int],
    ) -> StoredAnswer | None:
        if command is None:
            return None
        unplaced = _unplaced(drafts, versions)
        return StoredAnswer(actor, command.key, self._digest(command), unplaced)

    def _digest(self, command: Command) -> bytes:
        return hmac.digest(self._digest_key, command.body, "sha256")


def _versions(drafts: Sequence[Draft], heads: Mapping[StreamId, Head]) -> dict[StreamId, int]:
    """Return where each stream stands once the drafts are written."""
    versions = {stream: head.version for stream, head in heads.items()}
    for draft in drafts:
        versions[draft.stream] = draft.version
    return versions


def _receipt(drafts: Sequence[Draft], first: int, versions: Mapping[StreamId, int]) -> Receipt:
    """Return what was written, from its ``first`` position on."""
    written = [
        Written(
            event_id=draft.event_id,
            name=draft.event.stored_as,
            stream=draft.stream,
            version=draft.version,
            position=position,
        )
        for position, draft in enumerate(drafts, first)
    ]
    last = written[-1].position if written else None
    return Receipt(written=tuple(written), versions=versions, position=last)


def _unplaced(drafts: Sequence[Draft], versions: Mapping[StreamId, int]) -> str:
    """Return a receipt as JSON, without positions: the database says which was the ``first``."""
    written = [(one.event_id, one.event.stored_as, str(one.stream), one.version) for one in drafts]
    named = {str(stream): version for stream, version in versions.items()}
    return orjson.dumps({"written": written, "versions": named}).decode()


def _receipt_from(answer: dict[str, Any]) -> Receipt:
    """Return a stored receipt. Those of before group commit hold each position (migration 3)."""
    written = tuple(
        Written(
            event_id=event_id,
            name=name,
            stream=StreamId.of(stream),
            version=version,
            position=position[0] if position else answer["first"] + place,
        )
        for place, (event_id, name, stream, version, *position) in enumerate(answer["written"])
    )
    return Receipt(
        written=written,
        versions={StreamId.of(stream): at for stream, at in answer["versions"].items()},
        position=written[-1].position if written else None,
    )
