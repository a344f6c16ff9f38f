"""A witness (C2SP tlog-witness): sees that a log only ever grows, and says so with its own key.

It remembers, for each log that it was told to watch, the largest tree it has cosigned, in a file of
its own. It needs nothing else of the house, and is worth most on a machine that others run.
"""

import fcntl
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

import structlog

from infrastructure.durable import make_folder, replace_durably, settle
from infrastructure.merkle import EMPTY_ROOT, HASH, consistent
from infrastructure.signed_note import (
    Note,
    NoteRefused,
    Signer,
    TreeHead,
    VerifierKey,
    from_base64,
    size_from,
    successor_in,
)
from infrastructure.trouble import Trouble

BODY_MOST: Final = 300_000
"""Bytes in a request: the largest note, and 63 hashes."""
PROOF_MOST: Final = 63
TEXT: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"
CONFLICT: Final = 409
NOT_GROWN: Final = 422
KEPT_MOST: Final = 100
"""Refused submissions that are kept, besides those that contradict what was cosigned."""

log = structlog.get_logger()


class WitnessStateUnusable(Trouble):
    """The witness's memory cannot be read, or another witness is using it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered over HTTP."""

    status: int
    body: str = ""
    media_type: str = TEXT


class NotCosigned(Exception):
    """Why a checkpoint is not cosigned, as it is answered."""

    def __init__(self, status: int, body: str, media_type: str = TEXT) -> None:
        self.answer = Answer(status, body, media_type)


class NotGrown(NotCosigned):
    """The log signed what did not grow out of the last tree cosigned: it may be a fork."""


class Contradicted(NotCosigned):
    """The log signed two trees of one size: proof of a fork for everybody who sees both."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a log asks: to cosign a checkpoint that grew out of a tree of ``old`` leaves."""

    old: int
    proof: Sequence[bytes]
    note: Note
    head: TreeHead

    @classmethod
    def of(cls, body: bytes) -> "Submission":
        """Read the body of add-checkpoint; raise `NoteRefused`."""
        try:
            first, _, rest = body.decode().partition("\n")
        except UnicodeDecodeError:
            raise NoteRefused("no UTF-8") from None
        lines, blank, note = f"\n{rest}".partition("\n\n")
        proof = [from_base64(line) for line in lines.split("\n")[1:]]
        if not (first.startswith("old ") and blank and len(proof) <= PROOF_MOST):
            raise NoteRefused("no add-checkpoint")
        if any(len(it) != HASH for it in proof):
            raise NoteRefused("no proof")
        signed = Note.of(note)
        return cls(size_from(first.removeprefix("old ")), proof, signed, TreeHead.of(signed.text))


class WitnessState:
    """The last checkpoint cosigned for each log, in a file that one process holds at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            make_folder(path.parent, parents=True, mode=0o777)
            self._lock: IO[str] = path.with_name(f"{path.name}.lock").open("w")
        except OSError as error:
            raise WitnessStateUnusable(
                f"{path.parent} tidak dapat ditulisi ({error.strerror}); pilih --state lain\n"
                f"{path.parent} cannot be written to ({error.strerror}); choose another --state"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._notes: dict[str, str] = self._read() if path.exists() else {}
        except BlockingIOError:
            self.close()
            raise WitnessStateUnusable(
                f"saksi lain sedang memakai {path}\nanother witness is using {path}"
            ) from None
        except WitnessStateUnusable:
            self.close()
            raise

    def close(self) -> None:
        """Let another process have it."""
        self._lock.close()

    def note(self, origin: str) -> str | None:
        """Return what was cosigned last for a log, as the note with our cosignature."""
        return self._notes.get(origin)

    def head(self, origin: str) -> TreeHead:
        """Return the last tree cosigned for a log; the empty one before the first."""
        note = self._notes.get(origin)
        return TreeHead.of(Note.of(note).text) if note else TreeHead(origin, 0, EMPTY_ROOT)

    def announcements(self, origin: str) -> Sequence[Note]:
        """Return what a log announced its keys by, in the order of their sizes."""
        notes = [Note.of(it) for name, it in self._notes.items() if name.startswith(f"{origin} ")]
        return sorted(notes, key=lambda it: TreeHead.of(it.text).size)

    def remember(self, origin: str, note: str, *, announces: bool = False) -> None:
        """Keep what is about to be cosigned; return when it is on the disk.

        What announces a key stays, under a name that no log has.
        """
        notes = self._notes | {origin: note}
        if announces:
            notes[f"{origin} {TreeHead.of(Note.of(note).text).size}"] = note
        replace_durably(self._path, f"{json.dumps(notes, indent=1, sort_keys=True)}\n".encode())
        self._notes = notes

    def keep(self, body: bytes, text: str) -> None:
        """Keep what a log signed and we did not cosign, beside our memory: it may be a fork.

        Once for each signed text, however often and with whatever proof it is sent.
        """
        there = self._path.parent.glob(f"{self._path.name}.refused-*")
        if sum(1 for _ in there) < KEPT_MOST:
            self._put(f"refused-{_short(text)}", body)

    def keep_contradiction(self, body: bytes, head: TreeHead) -> None:
        """Keep the first text that contradicts what we cosigned for this size.

        There is always room: one is enough for each size, and those come only as the log grows.
        """
        self._put(f"contradicts-{_short(head.origin)}-{head.size}", body)

    def _put(self, name: str, body: bytes) -> None:
        path = self._path.with_name(f"{self._path.name}.{name}")
        if not path.exists():
            replace_durably(path, body)

    def _read(self) -> dict[str, str]:
        if self._path.is_dir():
            raise WitnessStateUnusable(
                f"{self._path} adalah folder; --state menyebut sebuah berkas\n"
                f"{self._path} is a folder; --state names a file"
            )
        try:
            settle(self._path)  # what is read from here may be shown, and must not be forgotten
            notes: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
            for note in notes.values():
                TreeHead.of(Note.of(note).text)
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise WitnessStateUnusable(
                f"ingatan saksi {self._path} tidak terbaca; jangan mulai dari kosong, pulihkan\n"
                f"the witness's memory {self._path} cannot be read; do not begin from nothing,"
                " restore it"
            ) from error
        return notes


class Witness:
    """Cosigns for the logs whose keys it was given. ``clock`` gives seconds since 1970."""

    def __init__(
        self,
        signer: Signer,
        logs: Iterable[VerifierKey],
        state: WitnessState,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.signer, self._state, self._clock = signer, state, clock
        self._keys: dict[str, list[VerifierKey]] = {}
        for key in logs:
            self._keys.setdefault(key.name, []).append(key)
        for origin in self._keys:
            for note in state.announcements(origin):
                with suppress(NoteRefused):  # the operator of this witness has other keys by now
                    self._follow(note)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Cosign a checkpoint that grew out of the last one cosigned, or say why not."""
        try:
            asked = Submission.of(body)
        except NoteRefused as refused:
            return Answer(400, f"{refused}\n")
        try:
            return self._cosign(asked)
        except NotCosigned as refused:
            log.warning("not_cosigned", status=refused.answer.status)
            if isinstance(refused, Contradicted):
                self._state.keep_contradiction(body, asked.head)
            elif isinstance(refused, NotGrown):
                self._state.keep(body, asked.note.text)
            return refused.answer

    def _cosign(self, asked: Submission) -> Answer:
        origin, keys = asked.head.origin, self._keys.get(asked.head.origin)
        if keys is None:
            raise NotCosigned(404, "unknown log\n")
        try:
            signatures = asked.note.verified(keys)
            successor = successor_in(asked.note)
        except NoteRefused as refused:
            raise NotCosigned(403, f"{refused}\n") from refused
        if asked.old > asked.head.size:
            raise NotCosigned(400, "the old size is larger than the checkpoint's\n")
        known = self._state.head(origin)
        if asked.old != known.size:
            raise NotCosigned(CONFLICT, f"{known.size}\n", SIZE)
        if asked.head.size == known.size and asked.head.root != known.root:
            raise Contradicted(NOT_GROWN, "of this size another tree was cosigned\n")
        if not _grew(known, asked):
            raise NotGrown(NOT_GROWN, "the checkpoint did not grow out of the last one cosigned\n")
        line = self.signer.cosign(asked.note.text, int(self._clock()))
        if successor and successor not in keys:
            signatures = asked.note.verified([*keys, successor])
        signed = "".join(one.line for one in signatures)
        note = f"{asked.note.text}\n{signed}{line}"
        self._state.remember(origin, note, announces=successor is not None)
        if successor:
            self._follow(asked.note)
        log.info("cosigned", size=asked.head.size)
        return Answer(200, line)

    def _follow(self, note: Note) -> None:
        """Believe, from now on, the key that a log announced; and no more the one before it.

        Raises `NoteRefused` where no key that is believed has signed this.
        """
        keys = self._keys[TreeHead.of(note.text).origin]
        known = {(one.name, one.key_id) for one in note.verified(keys)}
        if successor := successor_in(note):
            left = [it for it in keys if (it.name, it.key_id) not in known and it != successor]
            keys[:] = [*left, successor]

    def checkpoint(self, origin_hash: str) -> Answer:
        """Return what was cosigned last for the log whose origin has this SHA-256 in hex."""
        for origin in self._keys:
            if sha256(origin.encode()).hexdigest() == origin_hash:
                note = self._state.note(origin)
                return Answer(200, note) if note else Answer(404, "nothing cosigned yet\n")
        return Answer(404, "unknown log\n")

    async def __call__(
        self, scope: Mapping[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]
    ) -> None:
        """Serve one request (ASGI). One after the other: nothing is awaited while answering."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more and len(body) <= BODY_MOST:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        answer = self._route(scope["method"], scope["path"], body)
        content = answer.body.encode()
        headers = [
            (b"content-type", answer.media_type.encode()),
            (b"content-length", b"%d" % len(content)),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _route(self, method: str, path: str, body: bytes) -> Answer:
        if len(body) > BODY_MOST:
            return Answer(413, "too large\n")
        if path.endswith("/add-checkpoint"):
            return self.add_checkpoint(body) if method == "POST" else Answer(405, "POST only\n")
        if found := re.search(r"/([0-9a-f]{64})/checkpoint\Z", path):
            return self.checkpoint(found[1]) if method == "GET" else Answer(405, "GET only\n")
        return Answer(404, "no such address\n")


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _grew(known: TreeHead, asked: Submission) -> bool:
    return consistent(known.size, known.root, asked.head.size, asked.head.root, asked.proof)
