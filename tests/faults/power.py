"""A disk whose power may be cut at any call: what it must have kept, and what it may have lost.

Our own process runs as ever, on real files. Every call that changes a name or waits for the disk
is met on its way; the folder is looked at before and after it, so that no write needs to be seen.
After POSIX, and what was measured of real file systems (Pillai et al., OSDI 2014):

* content that no fsync of its file followed may be there, missing, cut short, or zeros in part;
* a name (made, removed, exchanged) that no fsync of its folder followed may be there or not, each
  for itself and in any order; a rename is done whole or not at all;
* an fsync of a file says nothing of its name, and one of a folder nothing of its parent's.

What other programs write into a folder that `sealed` says is theirs counts as kept: PostgreSQL
sees to its own files. The name of that folder is ours.
"""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from unittest.mock import patch

CALLS = ("rename", "replace", "link", "symlink", "unlink", "remove", "mkdir", "rmdir", "write")
SYNCS = ("fsync", "fdatasync")
GRAIN = 48  # bytes: so small files have several blocks that may be zeros, each for itself


class Stopped(BaseException):
    """The process, or the machine, ends here. Nobody catches it."""


@dataclass
class Node:
    """A file or folder. `kept` is what the disk surely has, `now` what a process reads."""

    kind: int
    mode: int
    kept: bytes = b""
    now: bytes = b""
    names_kept: dict[str, int] = field(default_factory=dict)
    names_now: dict[str, int] = field(default_factory=dict)


Change = dict[tuple[int, str], int | None]
"""Names of folders and what they lead to, all of them at once."""


@dataclass(frozen=True)
class State:
    """What one cut may leave: names by folder, contents by file, and how it came about."""

    names: dict[int, dict[str, int]]
    contents: dict[int, bytes]
    how: str


class Disk:
    """The files under `root`, followed call by call. `calls` is how many were met so far."""

    def __init__(self, root: Path, sealed: Callable[[Path], bool] = lambda _: False) -> None:
        self._root, self._sealed = root, sealed
        self._nodes: dict[int, Node] = {}
        self._known: dict[tuple[int, int], int] = {}
        self._numbers = count()
        self._held = ExitStack()
        self._pending: list[Change] = []
        self._thread = threading.get_ident()
        self.calls = 0
        self._at = self._look(root)
        self.settle()

    def close(self) -> None:
        """Let go of the files."""
        self._held.close()

    def settle(self) -> None:
        """Have everything that is there now be kept."""
        self._see()
        self._pending.clear()
        for node in self._nodes.values():
            node.kept, node.names_kept = node.now, dict(node.names_now)

    @contextmanager
    def until(self, last: int | None = None, leaving_out: str = "") -> Iterator[None]:
        """Meet every call of this thread; stop before number `last`, counted from now.

        `leaving_out` is the planted defect: an ``fsync`` that does nothing, of "file" or "folder".
        """
        last = None if last is None else self.calls + last
        with ExitStack() as patched:
            for name in CALLS:
                patched.enter_context(patch.object(os, name, self._met(getattr(os, name), last)))
            for name in SYNCS:
                sync = self._synced(getattr(os, name), last, leaving_out)
                patched.enter_context(patch.object(os, name, sync))
            patched.enter_context(patch.object(os, "sync", self._all_synced(last)))
            yield

    def _turn(self, last: int | None) -> bool:
        if threading.get_ident() != self._thread:
            return False
        if last is not None and self.calls >= last:
            raise Stopped
        self.calls += 1
        self._see()
        return True

    def _met(self, real: Callable, last: int | None) -> Callable:
        def call(*arguments: object, **named: object) -> object:
            if self._is_theirs(arguments[0]) or not self._turn(last):
                return real(*arguments, **named)
            try:
                return real(*arguments, **named)
            finally:
                self._see(at_once=True)

        return call

    def _synced(self, real: Callable, last: int | None, leaving_out: str) -> Callable:
        def call(descriptor: int) -> None:
            if not self._is_theirs(descriptor) and self._turn(last):
                found = os.fstat(descriptor)
                kind = "folder" if stat.S_ISDIR(found.st_mode) else "file"
                number = self._known.get((found.st_dev, found.st_ino))
                if number is not None and kind != leaving_out:
                    self._keep(number)
            real(descriptor)

        return call

    def _is_theirs(self, where: object) -> bool:
        """Say whether a path or a descriptor is of what lies in a sealed folder."""
        if isinstance(where, int):
            where = f"/proc/self/fd/{where}"
            where = Path(where).readlink() if Path(where).is_symlink() else ""
        above = Path(os.fsdecode(where)).parents if where else ()  # type: ignore[arg-type]
        return any(self._sealed(it) for it in above if self._root in it.parents)

    def _all_synced(self, last: int | None) -> Callable:
        def call() -> None:
            if self._turn(last):
                self.settle()

        return call

    def _keep(self, number: int) -> None:
        node = self._nodes[number]
        node.kept = node.now
        for change in self._pending:
            for folder, name in [it for it in change if it[0] == number]:
                put(node.names_kept, name, change.pop((folder, name)))
        self._pending = [change for change in self._pending if change]

    def _see(self, *, at_once: bool = False) -> None:
        """Look at all there is; what changed its name since is one change, or one for each."""
        before = {number: dict(node.names_now) for number, node in self._nodes.items()}
        self._look(self._root)
        changed: Change = {}
        for number, node in self._nodes.items():
            was = before.get(number, {})
            for name in was.keys() | node.names_now.keys():
                if was.get(name) != node.names_now.get(name):
                    changed[number, name] = node.names_now.get(name)
        if changed:
            alone = [dict([it]) for it in changed.items()]
            self._pending += [changed] if at_once else alone

    def _look(self, path: Path) -> int | None:
        found = os.lstat(path)
        kind = stat.S_IFMT(found.st_mode)
        if kind not in {stat.S_IFREG, stat.S_IFDIR}:
            return None
        key = (found.st_dev, found.st_ino)
        if key not in self._known:
            self._known[key] = next(self._numbers)
            self._nodes[self._known[key]] = Node(kind, stat.S_IMODE(found.st_mode))
            # Held open, so that its number is given to no other file.
            self._held.callback(os.close, os.open(path, os.O_RDONLY))
        node = self._nodes[self._known[key]]
        if kind == stat.S_IFREG:
            node.now = path.read_bytes()
        elif self._sealed(path):
            node.now = node.kept = b"%d" % sum(1 for _ in path.rglob("*"))
        else:
            inside = ((it.name, self._look(it)) for it in sorted(path.iterdir()))
            node.names_now = {name: number for name, number in inside if number is not None}
        return self._known[key]

    def states(self, draw: Random, most: int) -> Iterator[State]:
        """Yield what the disk may hold if the power goes now, the extremes first, no two alike."""
        self._see()
        every = range(len(self._pending))
        ways = ("whole", "lost", "cut", "zeros", "holes")
        choices = [(set(), "lost"), *((set(every), way) for way in ways)]
        choices += [(set(every) - {one}, "whole") for one in every]
        choices += [({one}, draw.choice(ways)) for one in every]
        seen = set()
        while choices or most > 0:
            most -= 1
            if choices:
                applied, way = choices.pop(0)
            else:
                applied, way = {it for it in every if draw.random() < 0.5}, "mixed"
            state = self._state(applied, way, draw)
            digest = repr(
                (
                    sorted((k, sorted(v.items())) for k, v in state.names.items()),
                    sorted(state.contents.items()),
                )
            )
            if digest not in seen:
                seen.add(digest)
                yield state

    def _state(self, applied: set[int], way: str, draw: Random) -> State:
        names = {number: dict(node.names_kept) for number, node in self._nodes.items()}
        for one in sorted(applied):
            for (folder, name), number in self._pending[one].items():
                put(names[folder], name, number)
        files = {n: it for n, it in self._nodes.items() if it.kind == stat.S_IFREG}
        contents = {number: left(node, way, draw) for number, node in files.items()}
        return State(names, contents, f"{len(applied)} of {len(self._pending)} names, {way}")

    def put_down(self, state: State, at: Path) -> None:
        """Write a state into the empty folder `at`, for a next start."""
        written: dict[int, Path] = {}

        def put_under(number: int, path: Path) -> None:
            for name, child in state.names[number].items():
                node, there = self._nodes[child], path / name
                if node.kind == stat.S_IFDIR:
                    there.mkdir()
                    if node.now:
                        (there / "sealed").write_bytes(node.now)
                    put_under(child, there)
                elif child in written:
                    there.hardlink_to(written[child])
                else:
                    there.write_bytes(state.contents[child])
                    written[child] = there
                there.chmod(node.mode)

        put_under(self._at or 0, at)


def put(names: dict[str, int], name: str, number: int | None) -> None:
    """Let a name lead to a file, or to none."""
    if number is None:
        names.pop(name, None)
    else:
        names[name] = number


def left(node: Node, way: str, draw: Random) -> bytes:
    """Return what a cut leaves of a file: what was kept surely, the rest in a way."""
    if way == "mixed":
        way = draw.choice(("whole", "lost", "cut", "zeros", "holes"))
    if node.kept.startswith(node.now):  # nothing is new, or it was only cut back
        return draw.choice((node.kept, node.now))
    sure = node.kept if node.now.startswith(node.kept) else b""  # what was added to stays
    rest = node.now[len(sure) :]
    blocks = (rest[at : at + GRAIN] for at in range(0, len(rest), GRAIN))
    match way:
        case "whole":
            return node.now
        case "lost":
            return node.kept
        case "cut":
            return sure + rest[: draw.randrange(len(rest) + 1)]
        case _:
            none = way == "zeros"
            parts = (bytes(len(it)) if none else draw.choice((it, bytes(len(it)))) for it in blocks)
            return sure + b"".join(parts)
