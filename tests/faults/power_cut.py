"""Power cuts: every story, cut at every call, and begun again from everything that may be left.

    python -m tests.faults.power_cut --seed 7 --states 40
    python -m tests.faults.power_cut --only witness --control folder

`--control` leaves out the fsync of every file, or of every folder: then it must find something.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import structlog

from tests.faults.power import Disk, State, Stopped
from tests.faults.power_servers import a_server
from tests.faults.power_stories import STORIES, Story, Told


@dataclass
class Findings:
    """How much was tried, and what did not hold: the words, and one place of each."""

    cuts: int = 0
    states: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    where: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Campaign:
    """`most` states of each cut at most; `lives` of each story that were killed before the cut."""

    seed: int
    most: int
    lives: int
    control: str = ""

    def of(self, name: str, story: Story) -> Findings:
        """Cut one story at every call of its first life, and at every call of some second lives."""
        findings, draw = Findings(), Random(f"{self.seed}/{name}")  # noqa: S311  # drawn, not kept
        calls = self._cuts(name, story, None, draw, findings)
        for killed in draw.sample(range(calls), min(self.lives, calls) * story.killable):
            self._cuts(name, story, killed, draw, findings)
        return findings

    def _cuts(
        self, name: str, story: Story, killed: int | None, draw: Random, findings: Findings
    ) -> int:
        cut = 0
        while True:
            with a_folder() as at:
                story.before(at)
                with closing(Disk(at, story.sealed)) as disk:
                    told: Told = []
                    if killed is not None:
                        self._life(disk, story, at, told, killed)
                    whole = self._life(disk, story, at, told, cut)
                    findings.cuts += 1
                    for state in disk.states(draw, self.most):
                        findings.states += 1
                        if wrong := began_again(disk, state, story, told):
                            findings.broken[wrong] += 1
                            place = f"{name}: killed at {killed}, cut at {cut}, {state.how}"
                            findings.where.setdefault(wrong, place)
            if whole:
                return cut
            cut += 1

    def _life(self, disk: Disk, story: Story, at: Path, told: Told, last: int) -> bool:
        """Live until call number `last`; say whether the life came to its own end before."""
        try:
            with disk.until(last, self.control):
                story.live(at, told)
        except Stopped:
            return False
        return True


def began_again(disk: Disk, state: State, story: Story, told: Told) -> str | None:
    """Begin again from a state; return what does not hold."""
    with a_folder() as at:
        disk.put_down(state, at)
        try:
            story.check(at, copy(told))
        except AssertionError as broken:
            return str(broken).splitlines()[0]
        except Exception as broken:  # noqa: BLE001  # whatever it is, the next start failed by it
            said = str(broken).replace(str(at), "").splitlines() or [""]
            return f"{type(broken).__name__}: {said[0]}"
    return None


@contextmanager
def a_folder() -> Iterator[Path]:
    memory = Path("/dev/shm")  # noqa: S108  # thousands of small folders, each of our own
    base = memory if memory.is_dir() else None
    at = Path(tempfile.mkdtemp(prefix="jejak-power-", dir=base))
    try:
        yield at
    finally:
        shutil.rmtree(at)


def told_of(found: Mapping[str, Findings]) -> str:
    lines = [f"{'story':<20} {'cuts':>6} {'states':>8}  broken"]
    for name, it in found.items():
        lines.append(f"{name:<20} {it.cuts:>6} {it.states:>8}  {sum(it.broken.values())}")
        lines += [
            f"    {times:>6} x {wrong} ({it.where[wrong]})" for wrong, times in it.broken.items()
        ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--states", type=int, default=40)
    parser.add_argument("--lives", type=int, default=1000)
    parser.add_argument("--only", default="", help="names of stories, with commas")
    parser.add_argument("--servers", action="store_true", help="those with PostgreSQL too")
    parser.add_argument("--control", choices=["", "file", "folder"], default="")
    chosen = parser.parse_args()
    structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
    campaign = Campaign(chosen.seed, chosen.states, chosen.lives, chosen.control)
    with a_folder() as at, ExitStack() as running:
        stories = dict(STORIES)
        if chosen.servers:
            stories |= running.enter_context(a_server(at)).stories()
        names = chosen.only.split(",") if chosen.only else list(stories)
        found = {name: campaign.of(name, stories[name]) for name in names}
    sys.stdout.write(f"seed {chosen.seed}\n{told_of(found)}\n")
    broken = any(it.broken for it in found.values())
    return int(broken != bool(chosen.control))


if __name__ == "__main__":
    sys.exit(main())
