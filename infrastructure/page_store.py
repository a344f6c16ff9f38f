"""Pages as the eventsourcing library has them: its mapper and its event store, with our codec."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from eventsourcing.persistence import (
    ApplicationRecorder,
    EventStore,
    InfrastructureFactory,
    Mapper,
    StoredEvent,
)

from application.ledger import BEGINNING, Head
from application.recent import Recent
from domain.record import Draft, Recorded, StreamId
from infrastructure.codec import PageCodec, placed
from infrastructure.entry import StoredHead
from infrastructure.key_store import KeyStore
from infrastructure.page_reader import HASH, PageRow, StoredPage
from infrastructure.recorder import PageRecorder

FRESH_KEPT: Final = 500
"""Drafts whose pages have just been sealed: as many as come before the tail has read them, 20 ms
later. Of 4,000 none was missed either, and they left little room in the processor's cache."""


class PageMapper(Mapper[str]):
    """The library's mapper, with pages for states and stored names for topics."""

    def __init__(self, codec: PageCodec, fresh: "FreshPages") -> None:
        self.codec, self._fresh = codec, fresh

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Put to sleep a draft that begins its stream."""
        return self.chained(domain_event, BEGINNING)

    def chained(self, draft: Draft, prev_hash: str) -> StoredPage:
        """Put a draft to sleep as the page after the one with this hash."""
        return StoredPage.of(self.row(draft, prev_hash))

    def row(self, draft: Draft, prev_hash: str) -> PageRow:
        """Put a draft to sleep as `chained` does, for whoever only hands it to the database."""
        epoch, page = self._fresh.keys.epoch, self.codec.page(draft, prev_hash)
        page_hash = self.codec.hash_of(page)
        self._fresh.keep(epoch, page_hash, draft)
        name, stream = draft.event.names[-1], str(draft.stream)
        return stream, draft.version, name, page, draft.event_id, prev_hash, page_hash, None, 0

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Wake a page in its place in the ledger."""
        if not isinstance(stored_event, StoredPage):
            raise TypeError("only a page that was read from the ledger can be woken")
        return self.awake([stored_event])[0]

    def awake(self, pages: Sequence[StoredPage]) -> list[Recorded]:
        """Wake pages in their places in the ledger, having fetched all their keys at once."""
        drafts = self._fresh.drafts_of(pages)
        asleep = [page for page, draft in zip(pages, drafts, strict=True) if draft is None]
        woken = iter(self.codec.recorded(asleep))
        return [
            next(woken) if draft is None else placed(vars(draft), page)
            for page, draft in zip(pages, drafts, strict=True)
        ]


class FreshPages:
    """What this process put to sleep last, for whoever follows its own writing and wakes it again.

    A page is found by its hash: nothing else can be read out of it. What was sealed before a
    forgetting is found no more, as what was woken before it.
    """

    def __init__(self, keys: KeyStore) -> None:
        self.keys = keys
        self._drafts: Recent[tuple[int, str], Draft] = Recent(FRESH_KEPT)
        self.clear = self._drafts.clear

    def keep(self, epoch: int, page_hash: str, draft: Draft) -> None:
        """Keep a draft that was sealed since an epoch of the keys began, unless that is over."""
        self._drafts.keep((epoch, page_hash), draft)
        if epoch != self.keys.epoch:  # somebody was forgotten in the meantime, perhaps this one
            self.clear()

    def drafts_of(self, pages: Sequence[StoredPage]) -> list[Draft | None]:
        """Return what each page was made of, `None` for one that is asleep."""
        epoch, found = self.keys.epoch, self._drafts.get
        return [found((epoch, page.hash)) for page in pages]


class PageStore(EventStore[str]):
    """The library's event store, which chains the pages of a write to their streams' heads."""

    def __init__(self, mapper: PageMapper, recorder: ApplicationRecorder) -> None:
        super().__init__(mapper, recorder)
        self.make_keys, self.row = mapper.codec.make_keys, mapper.row

    def put(self, domain_events: Sequence[Any], **kwargs: Any) -> list[Any]:
        """Write drafts after the ``heads`` of their streams; return their positions."""
        heads: Mapping[StreamId, Head] = kwargs.pop("heads")
        self.make_keys(domain_events)
        pages = map(StoredPage.of, self.after(heads, domain_events))
        return list(self.recorder.insert_events(list(pages), heads=stored(heads), **kwargs) or ())

    def after(self, heads: Mapping[StreamId, Head], drafts: Sequence[Draft]) -> list[PageRow]:
        """Put drafts to sleep, each chained to the page before it."""
        rows: list[PageRow] = []
        last: dict[StreamId, str] = {}
        for draft in drafts:
            stream = draft.stream
            row = self.row(draft, last.get(stream) or heads[stream].hash)
            last[stream] = row[HASH]
            rows.append(row)
        return rows


def stored(heads: Mapping[StreamId, Head]) -> list[StoredHead]:
    """Return heads as the recorder takes them."""
    return [(str(stream), head.version, head.hash) for stream, head in heads.items()]


class OwnTable(InfrastructureFactory[Any]):
    """The library's factory, for a recorder that is made already."""

    def __init__(self, recorder: PageRecorder) -> None:
        super().__init__({})
        self._recorder = recorder

    def application_recorder(self) -> ApplicationRecorder:
        """Return the recorder over our own table."""
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> ApplicationRecorder:
        """Return the same: there are no snapshots, a journey is folded whole."""
        return self._recorder

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> Any:
        """Refuse: projections keep their positions with their rows."""
        raise NotImplementedError

    def process_recorder(self) -> Any:
        """Refuse: projections keep their positions with their rows."""
        raise NotImplementedError
