"""The tampering campaign: random edits by somebody with every right, each to be found and located.

    .venv/bin/python -m tests.faults.tampering --edits 90000 --database-edits 10000 --seed 7

Archives are edited as files, and a real ledger as PostgreSQL's superuser. After each edit the
verifier is asked with the log's key, the witnesses' and a checkpoint that they cosigned earlier;
once with the hashes of leaves that an auditor kept, which must name the very leaf, and once
without, which must name it, its neighbour in its stream, or the checkpoints between which it lies.
Between edits, archives that nobody touched are verified: anything said of those is a false alarm.
Exit status 1 for anything missed, misplaced or falsely alarmed.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from random import Random

from tests.archives import LOG, ORIGIN, WITNESSES, checkpoint, leaves_of
from tests.faults.drafts import Draft
from tests.faults.edits import KINDS
from verifier.archive import Asked, verify
from verifier.faults import Fault
from verifier.kept import Kept
from verifier.lines import Tails
from verifier.notes import Checkpoint, VerifierKey

KEY = VerifierKey.of(LOG.vkey)
WITNESS_KEYS = tuple(VerifierKey.of(it.vkey) for it in WITNESSES)
FRESH_EVERY = 50
"""Edits of one archive before another is invented."""
UNTOUCHED_EVERY = 10
"""Edits for each archive that nobody touched."""
LEARNT = Tails(after=2)


@dataclass
class Tally:
    """What was done and what was found."""

    edits: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    untouched: int = 0
    false_alarms: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.edits += other.edits
        self.codes += other.codes
        self.missed += other.missed
        self.misplaced += other.misplaced
        self.untouched += other.untouched
        self.false_alarms += other.false_alarms

    @property
    def sound(self) -> bool:
        return not (self.missed or self.misplaced or self.false_alarms)

    def as_json(self) -> dict[str, object]:
        return {
            "edits": sum(self.edits.values()),
            "kinds": len(self.edits),
            "missed": len(self.missed),
            "misplaced": len(self.misplaced),
            "untouched": self.untouched,
            "false_alarms": len(self.false_alarms),
            "codes": dict(self.codes.most_common()),
        }


@dataclass(frozen=True)
class Held:
    """What an auditor holds of an archive: its lines of before, and an earlier checkpoint."""

    lines: Sequence[bytes]
    hashes: Sequence[bytes]
    older: tuple[Checkpoint, ...]
    key: VerifierKey = KEY
    witnesses: tuple[VerifierKey, ...] = WITNESS_KEYS

    def asked(self, *, kept: bool) -> Asked:
        return Asked(
            key=self.key,
            witnesses=self.witnesses,
            older=self.older,
            kept=Kept(iter(self.hashes)) if kept else None,
        )


def judge(tally: Tally, where: str, held: Held, written: bytes) -> None:
    """Verify an edited archive in both ways, and note what was missed or misplaced."""
    for kept in (True, False):
        # Once with patterns learnt from all that came before, once with none: both ways of reading.
        tails = LEARNT if kept else None
        fault = verify([written], held.asked(kept=kept), tails=tails).fault
        if fault is None:
            tally.missed.append(f"{where} kept={kept}")
            continue
        tally.codes[fault.code] += 1
        if not located(fault, held.lines, written.splitlines(keepends=True), exact=kept):
            said = json.dumps(fault.as_json())
            tally.misplaced.append(f"{where} kept={kept} {said}")


LENGTH: frozenset[str] = frozenset(
    {"archive.truncated", "archive.size", "checkpoint.size", "older.size"}
)
"""What says that leaves are missing or too many, and so from which on."""


def located(fault: Fault, before: Sequence[bytes], after: Sequence[bytes], *, exact: bool) -> bool:
    """Say whether a fault names the first leaf that differs, as exactly as can be asked."""
    old, new, place = before[1:-1], _leaf_lines(after), fault.place
    same = (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    first = next(same, min(len(old), len(new)))
    if first == len(old) == len(new):  # only the header or what is signed was touched
        return place.index is None
    if place.index == first:
        return True
    if place.between is not None and place.between[0] <= first < place.between[1]:
        return not exact or fault.code in LENGTH
    # Said before any leaf is looked at, and true: whoever signed is not whom the auditor knows.
    if fault.code in {"archive.header", "key.differs"} and before[0] != after[:1]:
        return True
    return not exact and first < len(old) and _neighbours(fault, first, before, after)


def _leaf_lines(after: Sequence[bytes]) -> Sequence[bytes]:
    return [line for line in after[1:] if line.startswith(b'{"index":')]


def _neighbours(fault: Fault, leaf: int, before: Sequence[bytes], after: Sequence[bytes]) -> bool:
    """Say whether a fault lies after the leaf in its own stream, or in its kind's order."""
    place = fault.place
    if place.index is None or place.index < leaf:
        return False
    if fault.code in {"recorded_at.backwards", "event.position", "access.number"}:
        return True
    return any(
        f'"stream":{json.dumps(place.stream, ensure_ascii=False)},"subject"'.encode() in line
        for line in (before[leaf + 1], after[leaf + 1])
    )


def invented(random: Random) -> tuple[Draft, Held]:
    """Return an archive of some size, and what an auditor holds of it."""
    leaves = leaves_of(random, random.randint(12, 40), random.randint(2, 7), random.randint(3, 9))
    size = random.randint(1, len(leaves))
    header = {
        "jejak_archive": 1,
        "origin": ORIGIN,
        "public_key": LOG.vkey,
        "size": len(leaves),
    }
    draft = Draft(random, leaves, checkpoint(leaves), header)
    older = {size, len(leaves)}
    return draft, Held(
        lines=draft.written().splitlines(keepends=True),
        hashes=[leaf.hash for leaf in leaves],
        older=tuple(Checkpoint.of(checkpoint(leaves[:it])) for it in sorted(older)),
    )


def edit_archives(seed: int, edits: int) -> Tally:
    """Edit invented archives, each kind in turn."""
    random, tally = Random(seed), Tally()  # noqa: S311
    names = sorted(KINDS)
    draft, held = invented(random)
    for number in range(edits):
        if number % FRESH_EVERY == 0:
            draft, held = invented(random)
        name = names[number % len(names)]
        changed = Draft(random, list(draft.leaves), draft.note, dict(draft.header))
        while (written := _edited(name, changed)) == b"".join(held.lines):
            changed = Draft(random, list(draft.leaves), draft.note, dict(draft.header))
        tally.edits[name] += 1
        judge(tally, f"{name} seed={seed} edit={number}", held, written)
        if number % UNTOUCHED_EVERY == 0:
            _leave_alone(tally, random, held)
    return tally


def _edited(name: str, draft: Draft) -> bytes:
    KINDS[name](draft)
    return draft.written()


def _leave_alone(tally: Tally, random: Random, held: Held) -> None:
    whole, block = b"".join(held.lines), random.randint(50, 5_000)
    blocks = [whole[at : at + block] for at in range(0, len(whole), block)]
    fault = verify(blocks, held.asked(kept=random.random() < 0.5), tails=LEARNT).fault
    tally.untouched += 1
    if fault:
        tally.false_alarms.append(json.dumps(fault.as_json()))


def spread(seed: int, edits: int, jobs: int) -> Iterator[Tally]:
    """Edit archives in several processes, in portions that have seeds of their own."""
    portion = 2_000
    seeds = range(seed, seed + -(-edits // portion))
    left = [min(portion, edits - at * portion) for at in range(len(seeds))]
    with ProcessPoolExecutor(jobs) as hands:
        yield from hands.map(edit_archives, seeds, left)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign and print its account."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=1_000, help="of archives")
    parser.add_argument("--database-edits", type=int, default=0, help="as superuser")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args(arguments)
    sys.stderr.write(f"seed {chosen.seed}\n")
    tally, began = Tally(), time.monotonic()
    for part in spread(chosen.seed, chosen.edits, chosen.jobs):
        tally.add(part)
        sys.stderr.write(f"\r{sum(tally.edits.values())} edits, {time.monotonic() - began:.0f} s")
    if chosen.database_edits:
        from tests.faults.edited_ledger import edit_ledger  # noqa: PLC0415  # starts a PostgreSQL

        tally.add(edit_ledger(chosen.seed, chosen.database_edits))
    sys.stderr.write("\n")
    for line in [*tally.missed, *tally.misplaced, *tally.false_alarms][:40]:
        sys.stderr.write(f"{line}\n")
    account = {"seed": chosen.seed, "seconds": round(time.monotonic() - began), **tally.as_json()}
    sys.stdout.write(json.dumps(account) + "\n")
    return 0 if tally.sound else 1


if __name__ == "__main__":
    sys.exit(main())
