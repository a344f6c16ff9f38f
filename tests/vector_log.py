"""The log that all vectors are made of, and ways to change a part of it."""

# ruff: noqa: S311  # the same archives every time
import json
from dataclasses import replace
from random import Random

from archives import (
    LOG,
    ORIGIN,
    WITNESSES,
    Archive,
    Notary,
    canonical,
    checkpoint,
    leaves_of,
    rechained,
)

BASE = tuple(leaves_of(Random(4), events=12, streams=3, accesses=3))
GOOD = Archive.of(BASE)
EVENTS = [index for index, leaf in enumerate(BASE) if leaf.kind == "event"]
ACCESSES = [index for index, leaf in enumerate(BASE) if leaf.kind == "access"]
READ = [json.loads(leaf.content) for leaf in BASE]
PINNED = {"key": LOG.vkey, "witnesses": [it.vkey for it in WITNESSES]}
HALF = 7
OTHER_LOG = Notary("jejak/00000000-0000-4000-8000-000000000000", seed=b"o" * 32)
IMPOSTOR = Notary(ORIGIN, seed=b"i" * 32)
STRANGER = Notary("saksi.example/9", 4, b"9" * 32)


def first(condition):
    """Return the index of the first event whose page is so."""
    return next(index for index in EVENTS if condition(READ[index]))


def next_of_stream(index):
    """Return the index of the page after this one in its stream, or None after its last."""
    stream = READ[index]["stream"]
    return next((it for it in EVENTS if it > index and READ[it]["stream"] == stream), None)


MIDDLE = first(lambda page: page["version"] == 2)
AFTER = next_of_stream(MIDDLE)
LAST = max(index for index in EVENTS if next_of_stream(index) is None)


def with_leaf(index, leaf, archive=GOOD):
    leaves = list(archive.leaves)
    leaves[index] = leaf
    return replace(archive, leaves=tuple(leaves))


def with_page(index, **fields):
    """Change some fields of a page, and leave everything else as it was signed."""
    return with_leaf(index, replace(BASE[index], content=canonical(READ[index] | fields)))


def with_bytes(index, change):
    return with_leaf(index, replace(BASE[index], content=change(BASE[index].content)))


def with_line(number, change):
    lines = GOOD.lines()
    lines[number] = change(lines[number])
    return b"".join(lines)


def without(*indexes, size=None):
    left = tuple(leaf for index, leaf in enumerate(BASE) if index not in indexes)
    return replace(GOOD, leaves=left, size=len(BASE) if size is None else size)


def sealed(leaves, **how):
    """Sign leaves as if they were the log."""
    return replace(Archive.of(leaves), note=checkpoint(leaves, **how))


def forged(index):
    """Change a page and chain its stream anew, as a superuser could."""
    leaves = list(with_page(index, purpose="lain").leaves)
    return rechained(leaves, READ[index]["stream"])


def at(index, **more):
    number = BASE[index].number
    return {"index": index, "kind": BASE[index].kind, "number": number, **more}


def page_at(index, **more):
    page = READ[index]
    return at(index, stream=page["stream"], version=page["version"], **more)


def wrong(code, place=None):
    return {"ok": False, "fault": {"code": code, **(place or {})}}
