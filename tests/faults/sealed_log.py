"""The log and the access ledger as they stand, checked without the code that wrote them.

Leaves and tree are those of RFC 6962, section 2.1, computed here once more from the pages' hashes.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class SealedLog:
    """Everything that is sealed or to be sealed: rows in the order of their numbers."""

    events: Sequence[tuple[int, str, datetime]]
    accesses: Sequence[tuple[int, bytes, str, datetime]]
    leaves: Sequence[tuple[int, str, int, bytes]]
    checkpoints: Sequence[tuple[int, bytes]]


def read_log(conninfo: str) -> SealedLog:
    """Read it as the owner."""
    with psycopg.connect(conninfo) as owner:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return owner.execute(query.encode()).fetchall()

        return SealedLog(
            events=rows(
                "SELECT position, encode(sha256(page), 'hex'), recorded_at FROM ledger.event"
                " ORDER BY position"
            ),
            accesses=rows(
                "SELECT number, body, encode(sha256(body), 'hex'), recorded_at FROM ledger.access"
                " ORDER BY number"
            ),
            leaves=rows("SELECT index, kind, number, hash FROM ledger.leaf ORDER BY index"),
            checkpoints=rows("SELECT size, root FROM ledger.checkpoint ORDER BY size"),
        )


def faults_of(log: SealedLog) -> Iterator[str]:
    """Say what is wrong: with the order, with a leaf, with the root of a checkpoint."""
    yield from _access_order(log)
    expected = {("event", n): leaf("event", "position", n, *rest) for n, *rest in log.events}
    expected |= {
        ("access", n): leaf("access", "number", n, its_hash, at)
        for n, _, its_hash, at in log.accesses
    }
    next_of = Counter({"event": 1, "access": 1})
    for place, (index, kind, number, its_hash) in enumerate(log.leaves):
        if index != place or number != next_of[kind]:
            yield f"leaf {index} is {kind} {number}, not {kind} {next_of[kind]} at {place}"
            return
        next_of[kind] += 1
        if expected.get((kind, number)) != bytes(its_hash):
            yield f"leaf {index} is not the leaf of {kind} {number}"
    roots = roots_at([bytes(row[3]) for row in log.leaves], {size for size, _ in log.checkpoints})
    for size, root in log.checkpoints:
        if roots.get(size) != bytes(root):
            yield f"the checkpoint of size {size} has another root"


def _access_order(log: SealedLog) -> Iterator[str]:
    for place, (number, *_) in enumerate(log.accesses, 1):
        if number != place:
            yield f"access {place} is missing"
            return


def leaf(kind: str, word: str, number: int, its_hash: str, at: datetime) -> bytes:
    """Return the leaf hash of one row."""
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    data = f'{{"hash":"{its_hash}","kind":"{kind}","{word}":{number},"recorded_at":"{when}"}}'
    return hashlib.sha256(b"\0" + data.encode()).digest()


def roots_at(leaves: Sequence[bytes], sizes: set[int]) -> dict[int, bytes]:
    """Return the tree's root at each of some sizes."""
    roots, stack = {}, []
    for size, one in enumerate(leaves, 1):
        stack.append((1, one))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            width, right = stack.pop()
            _, left = stack.pop()
            stack.append((2 * width, hashlib.sha256(b"\1" + left + right).digest()))
        if size in sizes:
            root = stack[-1][1]
            for _, left in reversed(stack[:-1]):
                root = hashlib.sha256(b"\1" + left + root).digest()
            roots[size] = root
    return roots


def unrecorded(log: SealedLog, reads: Counter[str]) -> list[str]:
    """Return the ids that were shown more often than the access ledger knows."""
    known: Counter[str] = Counter()
    for _, body, _, _ in log.accesses:
        known.update({found.decode() for found in UUID.findall(bytes(body))})
    return [key for key, count in reads.items() if known[key] < count]
