"""An archive while it is being changed, and what registers a kind of change by its name."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.archives import Leaf, Notary, canonical, checkpoint, rechained

Edit = Callable[["Draft"], None]


def into(kinds: dict[str, Edit]) -> Callable[[Edit], Edit]:
    """Return a decorator that keeps an edit under its name."""

    def kept(edit: Edit) -> Edit:
        kinds[edit.__name__] = edit
        return edit

    return kept


@dataclass
class Draft:
    """An archive while it is being changed."""

    random: Random
    leaves: list[Leaf]
    note: str
    header: dict[str, Any]
    bytewise: list[Callable[[bytes], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[int]:
        return [at for at, leaf in enumerate(self.leaves) if leaf.kind == "event"]

    @property
    def accesses(self) -> list[int]:
        return [at for at, leaf in enumerate(self.leaves) if leaf.kind == "access"]

    def event(self) -> int:
        return self.random.choice(self.events)

    def anywhere(self) -> int:
        return self.random.randrange(len(self.leaves))

    def read(self, at: int) -> dict[str, Any]:
        return json.loads(self.leaves[at].content)

    def write(self, at: int, said: dict[str, Any]) -> None:
        self.leaves[at] = replace(self.leaves[at], content=canonical(said))

    def change(self, at: int, **fields: Any) -> None:
        self.write(at, self.read(at) | fields)

    def stream(self, at: int) -> str:
        return self.read(at)["stream"]

    def rechain(self, stream: str) -> None:
        self.leaves = rechained(self.leaves, stream)

    def renumber(self) -> None:
        """Number leaves anew within their kinds, as if nothing were missing."""
        counts = {"event": 0, "access": 0}
        for at, leaf in enumerate(self.leaves):
            counts[leaf.kind] += 1
            self.leaves[at] = replace(leaf, number=counts[leaf.kind])

    def sign(self, *signers: Notary) -> None:
        self.header["size"] = len(self.leaves)
        self.note = checkpoint(self.leaves, signers)

    def written(self) -> bytes:
        lines = [canonical(self.header) + b"\n"]
        lines += [leaf.line(at) for at, leaf in enumerate(self.leaves)]
        lines.append(canonical({"checkpoint": self.note}) + b"\n")
        whole = b"".join(lines)
        for change in self.bytewise:
            whole = change(whole)
        return whole
