"""Pages that are sealed together, and handed over as columns: what an import writes at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from application.in_turn import Decided
from domain.record import Draft
from infrastructure.codec import PageCodec
from infrastructure.columns import columns, turned
from infrastructure.entry import ANSWER, HEAD, PAGE, StoredHead, in_binary
from infrastructure.page_reader import StoredPage
from infrastructure.sealing import Owner, SubjectKey


@dataclass(frozen=True, slots=True)
class Bundle:
    """Drafts, and the pages that they lie in.

    ``heads`` are where all streams must stand that it rests on, ``before`` the hash before each
    page, and ``heard`` what was heard before its keys were taken.
    """

    drafts: Sequence[Draft]
    streams: Sequence[str]
    pages: Sequence[bytes]
    before: Sequence[str]
    heads: Sequence[StoredHead]
    heard: int

    def values(self) -> list[bytes]:
        """Return what ``ledger.append_all`` is handed, in binary form."""
        drafts, written = self.drafts, set(self.streams)
        told = (
            self.streams,
            [draft.version for draft in drafts],
            [draft.event.names[-1] for draft in drafts],
            [draft.event_id for draft in drafts],
            self.pages,
            self.before,
        )
        heads = [head for head in self.heads if head[0] not in written]
        each = [*columns(PAGE, told), *turned(HEAD, heads), *turned(ANSWER, ())]
        return in_binary(each, not self.pages, self.heard)

    def stored_pages(self) -> list[StoredPage]:
        """Return its pages as the library has them."""
        each = zip(self.drafts, self.streams, self.pages, self.before, strict=True)
        rows = [
            (
                stream,
                draft.version,
                draft.event.names[-1],
                page,
                draft.event_id,
                before,
                PageCodec.hash_of(page),
                None,
                0,
            )
            for draft, stream, page, before in each
        ]
        return list(map(StoredPage.of, rows))


def sealed(
    codec: PageCodec,
    decided: Decided,
    taken: Mapping[Owner, SubjectKey],
    last: dict[str, StoredHead],
    heard: int,
) -> Bundle:
    """Put drafts to sleep under keys that were taken, behind the ``last`` page of each stream.

    Those are the pages of the bundles before, which may not be written yet, and then its own.
    """
    names = {stream: str(stream) for stream in decided.heads}
    heads = [
        last.get(names[stream]) or (names[stream], head.version, head.hash)
        for stream, head in decided.heads.items()
    ]
    hashes = {stream: page_hash for stream, _, page_hash in heads}
    streams = [names[draft.stream] for draft in decided.drafts]
    pages: list[bytes] = []
    before: list[str] = []
    for draft, stream in zip(decided.drafts, streams, strict=True):
        before.append(hashes[stream])
        page = codec.page(draft, before[-1], taken)
        hashes[stream] = codec.hash_of(page)
        pages.append(page)
    for draft, stream in zip(decided.drafts, streams, strict=True):
        last[stream] = stream, draft.version, hashes[stream]
    return Bundle(decided.drafts, streams, pages, before, heads, heard)
