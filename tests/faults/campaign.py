"""The fault campaign: a service under load, one fault after the other, and an account at the end.

    .venv/bin/python -m tests.faults.campaign --faults 300 --seed 7

Exit status 1 where anything acknowledged is lost, doubled, half there or told wrong.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from infrastructure.logging import configure_logging

from .checker import Finding, check, read_ledger
from .checker import Kind as Wrong
from .defects import DEFECTS
from .disks import enter_namespace
from .faults import Kind, NotNow, all_kinds
from .journal import read_history
from .report import Row, totals, written
from .sealed_log import faults_of, read_log, unrecorded
from .world import World, still_running

RECOVERED = 4
"""Requests that must be acknowledged after a fault before the next one comes."""
RECOVERY_SECONDS = 90.0
PAUSE_SECONDS = (0.05, 0.6)
BESIDE = 0.2
"""How often a quick fault comes in the midst of another."""
SETTLE_SECONDS = 120.0
WRONG = ("findings", "answered_500", "stuck", "died", "left_running")
"""What of an account must be empty."""


@dataclass
class Campaign:
    """What was done to a world, and how it bore it."""

    world: World
    draw: random.Random
    rows: dict[str, Row] = field(default_factory=dict)
    stuck: list[str] = field(default_factory=list)

    def run(self, kinds: list[Kind], faults: int, seconds: float) -> None:
        """Do so many faults, each kind once before any comes by chance; stop when time is up."""
        until = time.monotonic() + seconds
        possible = [kind for kind in kinds if not kind.missing]
        first = self.draw.sample(possible, len(possible))
        done = 0
        while done < faults and time.monotonic() < until:
            weights = [kind.weight for kind in possible]
            kind = first.pop() if first else self.draw.choices(possible, weights)[0]
            quick = [one for one in possible if one.quick and one is not kind]
            beside = self.draw.choice(quick) if quick and self.draw.random() < BESIDE else None
            done += self._with_another(kind, beside, done + 1)

    def _with_another(self, kind: Kind, beside: Kind | None, number: int) -> int:
        """Do one fault, perhaps another in the midst of it; return how many did their harm."""
        if beside is None:
            return self._one(kind, number)
        draw = random.Random(self.draw.random())  # noqa: S311 - a thread's own
        with ThreadPoolExecutor(1) as hand:
            other = hand.submit(harm_of, beside, self.world, draw)
            harm = self._one(kind, number)
            note, more = other.result()
        self.rows.setdefault(beside.name, Row(beside.name)).faults += more
        say(f"{'':14} with {beside.name:28} {note}")
        return harm + more

    def _one(self, kind: Kind, number: int) -> int:
        """Do one fault and await recovery; return 1 where it did its harm."""
        row = self.rows.setdefault(kind.name, Row(kind.name))
        began, unknown = time.monotonic(), len(self.world.load.unknown)
        note, harm = harm_of(kind, self.world, self.draw)
        over = time.monotonic()
        self.world.mend()
        well = self.world.load.await_acknowledged(RECOVERED, RECOVERY_SECONDS)
        recovery = time.monotonic() - over
        if not well:
            self.stuck.append(f"{kind.name} (fault {number}): nothing acknowledged after it")
        row.faults += harm
        row.unknown += len(self.world.load.unknown) - unknown
        row.recoveries.append(recovery)
        took = f"{over - began:5.1f} s  back in {recovery:5.1f} s"
        say(f"{time.strftime('%H:%M:%S')} {number:4} {kind.name:28} {note:18} {took}")
        time.sleep(self.draw.uniform(*PAUSE_SECONDS))
        return harm


def harm_of(kind: Kind, world: World, draw: random.Random) -> tuple[str, int]:
    """Do one fault; return what it did, and 1 where it did its harm."""
    try:
        return kind.do(world, draw), 1
    except (NotNow, psycopg.Error, OSError):
        return "not now", 0


def account(world: World) -> tuple[list[Finding], dict[str, object]]:
    """Stop the load, settle what is open, and compare what was told with what is there."""
    say("… settling what is open")
    unlike = world.settle(SETTLE_SECONDS)
    history = read_history(world.journals())
    pages = read_ledger(world.server.conninfo())
    findings = check(history, pages, unlike, world.unconfirmed)
    log = read_log(world.server.conninfo())
    findings += [Finding(Wrong.LOG, fault) for fault in faults_of(log)]
    findings += [Finding(Wrong.UNRECORDED_READ, key) for key in unrecorded(log, history.shown)]
    sums = totals(history, pages, findings)
    sums |= {"leaves": len(log.leaves), "reads_shown": history.shown.total()}
    return findings, sums


def held(world: World, options: argparse.Namespace) -> dict[str, Any]:
    """Hold a campaign in a world, and return its account."""
    campaign = Campaign(world, random.Random(world.seed))  # noqa: S311 - drawn faults, no secret
    kinds = all_kinds(world)
    if options.only:
        kinds = [kind for kind in kinds if kind.name in options.only.split(",")]
    campaign.run(kinds, options.faults, options.seconds)
    findings, sums = account(world)
    return {
        "kinds": [row.as_line() for row in campaign.rows.values()],
        "left_out": {kind.name: kind.missing for kind in kinds if kind.missing},
        "sums": sums,
        "findings": [[one.kind.value, one.where] for one in findings],
        "answered_500": dict(Counter(said for _, said in world.load.errors)),
        "stuck": campaign.stuck,
        "died": world.died,
    }


def main() -> int:
    """Run a campaign and print its account."""
    enter_namespace()
    options = parsed()
    configure_logging()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    say(f"seed {seed}")
    directory = Path(tempfile.mkdtemp(prefix="jejak-campaign-"))
    directory.chmod(0o711)
    world = World(directory, seed, options.writers, options.control or "")
    began = time.monotonic()
    try:
        world.open()
        result = held(world, options)
    finally:
        world.close()
        left = still_running(directory)
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    result["left_running"] = left
    result["sums"] |= {"seed": seed, "seconds": round(time.monotonic() - began)}
    sys.stdout.write(json.dumps(result) + "\n" if options.json else written(result))
    if options.control:
        return found_out(options.control, result)
    return 1 if any(result[sort] for sort in WRONG) else 0


def found_out(control: str, result: Mapping[str, Any]) -> int:
    """Say whether the planted defect was found as what it is: 0 where it was."""
    found = {kind for kind, _ in result["findings"]}
    expected = {kind.value for kind in DEFECTS[control].found_as}
    say(f"{control}: to be found as {sorted(expected)}; found: {sorted(found)}")
    return 0 if expected <= found else 1


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="jejak-campaign",
        description="Faults under load, and an account of everything acknowledged.",
    )
    parser.add_argument("--faults", type=int, default=40, help="how many (default: 40)")
    parser.add_argument("--seconds", type=float, default=3_600, help="stop after so long")
    parser.add_argument("--seed", type=int, help="drawn and printed where it is not given")
    parser.add_argument("--writers", type=int, default=8, help="over HTTP (default: 8)")
    parser.add_argument("--only", help="kinds, with commas between")
    parser.add_argument(
        "--control",
        choices=sorted(DEFECTS),
        help="plant a defect: exit status 0 means that it was found",
    )
    parser.add_argument("--json", action="store_true", help="for a program to read")
    parser.add_argument("--keep", action="store_true", help="keep journals, logs and data")
    options = parser.parse_args()
    if options.control and not options.only:
        options.only = ",".join(DEFECTS[options.control].brought_out_by)
    return options


def say(text: str) -> None:
    """Tell how far it is, on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
