"""Reading an archive from its first line to its last, in constant memory, until something is wrong.

What is checked of a line, in this order: its form; its index; its number among its kind; that time
does not run backwards; its page or body; the hash of its leaf, where one was kept earlier; and that
it continues its stream. At the size of each older checkpoint, the root until there; at the end, the
archive's own checkpoint.
"""

from base64 import b64encode
from binascii import hexlify
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from re import Match
from typing import Any, Final

from .faults import Fault, Place
from .heads import HASH, NO_HEAD, Heads
from .kept import Kept
from .leaves import ACCESS_LEAF, EVENT_LEAF, leaf_of
from .lines import ACCESS, CLOSING, EVENT, FRONT, HEAD, PAGE_AT, Tails
from .notes import Checkpoint, Unreadable, VerifierKey
from .pages import NotCanonical, NotKnown, NotWhole, canonical_object, page_in
from .succession import Succession, succession_in
from .tree import LEAF, Tree

LINE_MOST: Final = 64 * 1024 * 1024
HEADER: Final = {"jejak_archive": int, "origin": str, "public_key": str, "size": int}
HEADERS: Final = {1: HEADER, 2: HEADER | {"successions": list}}
"""The first line of each version of an archive. In the second, its key is not the log's first."""
WHOLE_LEAF: Final = LEAF + EVENT_LEAF.replace(b'"position":%b', b'"position":%d')
NEVER: Final = 2**63
SIZE_MOST: Final = 10**15 - 1
"""What fifteen digits say: any language's numbers hold that."""
CONTENT: Final = {
    NotCanonical: "page.canonical",
    NotKnown: "page.format",
    NotWhole: "page.envelope",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the auditor brings along.

    ``key`` is the log's, from elsewhere than the archive. Every one of ``witnesses`` must have
    cosigned. ``older`` are checkpoints that were kept, and ``kept`` hashes of leaves. ``thorough``
    parses every page, also those that a pattern recognises.
    """

    key: VerifierKey | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    older: tuple[Checkpoint, ...] = ()
    kept: Kept | None = None
    thorough: bool = False


@dataclass(slots=True)
class Reading:
    """An archive, as far as it was read, with nothing wrong so far."""

    asked: Asked
    heads: Heads = field(default_factory=Heads)
    tails: Tails = field(default_factory=Tails)
    tree: Tree = field(default_factory=Tree)
    origin: str = ""
    key: VerifierKey | None = None
    keys: Succession = field(default_factory=lambda: Succession(()))
    size: int = 0
    closing: Checkpoint | None = None
    events: int = 0
    accesses: int = 0
    streams: int = 0
    agreed: list[int] = field(default_factory=list)
    _rest: bytes = b""
    _event_at: bytes = b""
    _access_at: bytes = b""
    _older: list[Checkpoint] = field(default_factory=list)

    def take(self, block: bytes) -> None:
        """Read the next bytes; raise `Fault`."""
        data, at = self._rest + block, 0
        thorough = self.asked.thorough or len(data) > LINE_MOST  # there may be too long a line
        while True:
            if self.key and not self.closing and not thorough:
                at = self._take_ordinary(data, at)
            end = data.find(b"\n", at) + 1
            if not end:
                break
            self._take_line(data[at:end])
            at = end
        self._rest = data[at:]
        self._ensure_short(len(self._rest))

    def end(self) -> None:
        """Say that there is no more to read; raise `Fault`."""
        if not self.key:
            raise Fault("archive.header", Place(line=1))
        if self.closing and self._rest:
            raise Fault("archive.trailing", Place(line=self._line + 1))
        if not self.closing:
            between = (self.tree.size, max(self.size, self.tree.size))
            raise Fault("archive.truncated", Place(line=self._line, between=between))

    @property
    def _line(self) -> int:
        return self.tree.size + 2 if self.key else 1

    def _take_ordinary(self, data: bytes, at: int) -> int:
        """Take lines while nothing is wrong or unusual; leave the first that is to `_take_line`."""
        self.heads.settle()
        young, get, kept = self.heads.young, self.heads.get, self.asked.kept
        tails_of, key_of, text = self.tails.known.get, Tails.key, data.isascii()
        size, before, leaves = self.tree.size, self._event_at, list[bytes]()
        room = min(self._older[0].size - size if self._older else NEVER, self.heads.room)
        position = self.events
        for index in range(size, size + room):
            position += 1
            front = FRONT % (index, position)
            begin = at + len(front)
            if not (data.startswith(front, at) and (found := HEAD.match(data, begin))):
                break
            when, evidence, name = found.groups()
            middle = found.end()
            for tail in tails_of(key_of(name, evidence) if evidence else name, ()):
                if rest := tail(data, middle):
                    break
            else:
                break
            previous, stream, turn = rest.groups()
            end = rest.end()
            page = data[begin + PAGE_AT : end - 2]
            if when < before or not (text or _is_text(page)):
                break
            digest = hexlify(sha256(page).digest())
            leaf = sha256(WHOLE_LEAF % (digest, position, when)).digest()
            head = young.get(stream) or get(stream) or NO_HEAD
            differs = kept and kept.leaf(index) not in (None, leaf)
            if differs or head != b"%b%d" % (previous, int(turn) - 1):
                break
            young[stream] = digest + turn
            self.streams += turn == b"1"
            leaves.append(leaf)
            at, before = end, when
        self.events, self._event_at = self.events + len(leaves), before
        self.tree.extend(leaves)
        self._compare_older()
        return at

    def _ensure_short(self, length: int) -> None:
        if length > LINE_MOST:
            if self.closing:
                raise Fault("archive.trailing", Place(line=self._line + 1))
            index = self.tree.size if self.key else None
            raise Fault("archive.line", Place(line=self._line, index=index))

    def _take_line(self, line: bytes) -> None:
        if self.closing:
            raise Fault("archive.trailing", Place(line=self._line + 1))
        self._ensure_short(len(line))
        if not self.key:
            self._take_header(line)
        elif line.startswith(CLOSING):
            self._take_closing(line)
        elif found := EVENT.fullmatch(line):
            self._take_event(found)
        elif found := ACCESS.fullmatch(line):
            self._take_access(found)
        else:
            raise Fault("archive.line", Place(line=self._line, index=self.tree.size))
        self._compare_older()

    def _take_header(self, line: bytes) -> None:
        nowhere = Place(line=1)
        try:
            said = header_in(line[:-1])
            keys = succession_in(said["origin"], said["public_key"], said.get("successions", []))
        except Unreadable:
            raise Fault("archive.header", nowhere) from None
        if self.asked.key and self.asked.key not in keys.keys:
            raise Fault("key.differs", nowhere)
        if (at := keys.wrong(said["size"])) is not None:
            raise Fault("key.succession", Place(line=1, number=at))
        self.origin, self.keys, self.size = said["origin"], keys, said["size"]
        self.key = keys.keys[-1]
        self._older = sorted((*self.asked.older, *keys.announcements), key=lambda it: it.size)
        for older in self._older:
            if older.origin != self.origin:
                raise Fault("older.origin", Place(number=older.size))
            if not keys.signed(older):
                raise Fault("older.signature", Place(number=older.size))

    def _take_event(self, found: Match[bytes]) -> None:
        self._ensure_next("event", found, self.events + 1, self._event_at)
        try:
            page = page_in(found[4])
        except tuple(CONTENT) as wrong:
            raise Fault(CONTENT[type(wrong)], self._place("event", found)) from None
        stream, version = page["stream"].encode(), page["version"]
        digest, leaf = leaf_of(EVENT_LEAF, found)
        head = self.heads.get(stream) or NO_HEAD
        if self._differs(leaf):
            raise Fault("leaf.differs", self._place("event", found, page))
        if version != int(head[HASH:]) + 1:
            raise Fault("stream.version", self._place("event", found, page))
        if page["prev_hash"].encode() != head[:HASH]:
            raise Fault("stream.prev_hash", self._place("event", found, page))
        self.heads.young[stream] = b"%b%d" % (digest, version)
        self.heads.settle()
        self.streams += version == 1
        self.events, self._event_at = self.events + 1, found[3]
        self.tree.add(leaf)
        if not self.asked.thorough and (half := HEAD.match(found[0], found.start(3))):
            self.tails.learn(Tails.key(half[3], half[2]), page)

    def _take_access(self, found: Match[bytes]) -> None:
        self._ensure_next("access", found, self.accesses + 1, self._access_at)
        try:
            canonical_object(found[4])
        except NotCanonical:
            raise Fault("access.canonical", self._place("access", found)) from None
        _, leaf = leaf_of(ACCESS_LEAF, found)
        if self._differs(leaf):
            raise Fault("leaf.differs", self._place("access", found))
        self.accesses, self._access_at = self.accesses + 1, found[3]
        self.tree.add(leaf)

    def _ensure_next(self, kind: str, found: Match[bytes], number: int, before: bytes) -> None:
        """Raise a `Fault` unless a leaf is the next one of all, and of its kind."""
        if int(found[1]) != self.tree.size:
            raise Fault("archive.index", self._place(kind, found))
        if int(found[2]) != number:
            code = "event.position" if kind == "event" else "access.number"
            raise Fault(code, self._place(kind, found))
        if found[3] < before:
            raise Fault("recorded_at.backwards", self._place(kind, found))

    def _place(
        self, kind: str, found: Match[bytes], page: Mapping[str, Any] | None = None
    ) -> Place:
        """Return the place of the leaf that is looked at."""
        place = Place(line=self._line, index=self.tree.size, kind=kind, number=int(found[2]))
        return replace(place, stream=page["stream"], version=page["version"]) if page else place

    def _differs(self, leaf: bytes) -> bool:
        """Say whether another leaf was kept than the one that is looked at."""
        kept = self.asked.kept
        return kept is not None and kept.leaf(self.tree.size) not in (None, leaf)

    def _compare_older(self) -> None:
        while self._older and self._older[0].size == self.tree.size:
            older = self._older.pop(0)
            if older.root != self.tree.root():
                raise Fault("older.root", self._between(older.size))
            self.agreed.append(older.size)

    def _between(self, size: int) -> Place:
        """Return between which sizes the first wrong leaf lies, the later one being wrong."""
        return Place(between=(self.agreed[-1] if self.agreed else 0, size))

    def _take_closing(self, line: bytes) -> None:
        size, place = self.tree.size, Place(line=self._line)
        if size != self.size:
            raise Fault("archive.size", self._between(max(size, self.size)))
        try:
            closing = checkpoint_in(line[:-1])
        except Unreadable:
            raise Fault("checkpoint.form", place) from None
        if closing.origin != self.origin:
            raise Fault("checkpoint.origin", place)
        if not (self.key and closing.signed_by(self.key)):
            raise Fault("checkpoint.signature", place)
        if closing.size != size:
            raise Fault("checkpoint.size", self._between(max(size, closing.size)))
        if closing.root != self.tree.root():
            raise Fault("checkpoint.root", self._between(size))
        for witness in self.asked.witnesses:
            if closing.cosigned_by(witness) is None:
                raise Fault("checkpoint.witness", replace(place, name=witness.name))
        self._ensure_not_shorter(size)
        self.closing = closing

    def _ensure_not_shorter(self, size: int) -> None:
        """Raise a `Fault` where an older checkpoint, or what was kept, covers more leaves."""
        kept = self.asked.kept
        if self._older:
            raise Fault("older.size", Place(between=(size, self._older[-1].size)))
        if kept and kept.leaf(size) is not None:
            raise Fault("older.size", Place(between=(size, kept.all())))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: nothing wrong, or the first thing that is."""

    read: Reading
    fault: Fault | None

    def as_json(self) -> dict[str, Any]:
        """Return all of it for a program to read."""
        read, closing, kept = self.read, self.read.closing, self.read.asked.kept
        return {
            "ok": self.fault is None,
            "origin": read.origin,
            "size": read.tree.size,
            "root": b64encode(read.tree.root()).decode(),
            "events": read.events,
            "accesses": read.accesses,
            "streams": read.streams,
            "key": read.key.vkey if read.key else None,
            "keys": [
                {"key": key.vkey, "since": since}
                for key, since in zip(
                    read.keys.keys, (0, *(it.size for it in read.keys.announcements)), strict=False
                )
            ],
            "pinned": read.asked.key is not None,
            "witnesses": [
                {"name": witness.name, "time": closing and closing.cosigned_by(witness)}
                for witness in read.asked.witnesses
            ],
            "older": read.agreed,
            "compared": kept and min(kept.asked_for, read.tree.size),
            "fault": self.fault.as_json() if self.fault else None,
        }


def verify(
    blocks: Iterable[bytes],
    asked: Asked,
    heads: Heads | None = None,
    tails: Tails | None = None,
) -> Verdict:
    """Read an archive, given as bytes in blocks of any size, until its end or something wrong.

    ``heads`` may have another limit, and ``tails`` may have been learnt from another archive.
    """
    reading, fault = Reading(asked, heads or Heads(), tails=tails or Tails()), None
    try:
        for block in blocks:
            reading.take(block)
        reading.end()
    except Fault as found:
        fault = found
    finally:
        reading.heads.close()
    return Verdict(reading, fault)


def header_in(line: bytes) -> dict[str, Any]:
    """Read the first line; raise `Unreadable`."""
    said = _object_in(line)
    version = said.get("jejak_archive")
    form = HEADERS.get(version) if type(version) is int else None
    if form is None or said.keys() != form.keys():
        raise Unreadable("header")
    fits = all(type(said[it]) is form[it] for it in form)
    if not fits or not 0 <= said["size"] <= SIZE_MOST or said.get("successions") == []:
        raise Unreadable("header")
    return said


def checkpoint_in(line: bytes) -> Checkpoint:
    """Read the last line; raise `Unreadable`."""
    said = _object_in(line)
    if said.keys() != {"checkpoint"} or not isinstance(said["checkpoint"], str):
        raise Unreadable("closing")
    return Checkpoint.of(said["checkpoint"])


def _object_in(line: bytes) -> dict[str, Any]:
    try:
        return canonical_object(line)
    except NotCanonical:
        raise Unreadable("line") from None


def _is_text(page: bytes) -> bool:
    try:
        page.decode()
    except UnicodeDecodeError:
        return False
    return True
