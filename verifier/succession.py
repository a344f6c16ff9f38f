"""Which keys a log was signed with: each announced by the one before, in a checkpoint of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .notes import LOG_KEY, Checkpoint, Unreadable, VerifierKey

STEP = {"checkpoint": str, "public_key": str}
"""What a header says of a succession: the key before, and the checkpoint that names the next."""


@dataclass(frozen=True, slots=True)
class Succession:
    """The keys of a log, in their order, and the checkpoints between them."""

    keys: tuple[VerifierKey, ...]
    announcements: tuple[Checkpoint, ...] = ()

    def wrong(self, size: int) -> int | None:
        """Return the size at which a key follows that was not announced, None where all were.

        Both keys sign what announces the later one, and both are the log's by their names.
        ``size`` is that of the whole log.
        """
        before = 0
        pairs = zip(self.keys, self.keys[1:], strict=False)
        for (key, following), said in zip(pairs, self.announcements, strict=True):
            of_the_log = (
                said.origin == key.name == following.name and following.algorithm == LOG_KEY
            )
            named = of_the_log and said.successor == following.vkey
            signed = said.signed_by(key) and said.signed_by(following)
            if not (named and signed and before < said.size <= size):
                return said.size
            before = said.size
        return None

    def signed(self, checkpoint: Checkpoint) -> bool:
        """Say whether the key signed a checkpoint that was the log's at its size."""
        return self.signer(checkpoint) is not None

    def signer(self, checkpoint: Checkpoint) -> VerifierKey | None:
        """Return the key that signed a checkpoint and was the log's at its size, if one did."""
        turns = [it.size for it in self.announcements]
        periods = zip(self.keys, (0, *turns), (*turns, checkpoint.size), strict=True)
        signed = (
            key
            for key, since, until in periods
            if since <= checkpoint.size <= until and checkpoint.signed_by(key)
        )
        return next(signed, None)


def succession_in(origin: str, vkey: str, steps: Sequence[Any]) -> Succession:
    """Read the keys of a header, the last one first; raise `Unreadable`."""
    for step in steps:
        fits = isinstance(step, dict) and step.keys() == STEP.keys()
        if not fits or not all(type(step[name]) is kind for name, kind in STEP.items()):
            raise Unreadable("succession")
    keys = tuple(VerifierKey.of(it) for it in (*(step["public_key"] for step in steps), vkey))
    if any(key.algorithm != LOG_KEY or key.name != origin for key in keys):
        raise Unreadable("key")
    return Succession(keys, tuple(Checkpoint.of(step["checkpoint"]) for step in steps))
