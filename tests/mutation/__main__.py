"""The mutation score of six areas: how many of many small changes to the code some test notices.

    .venv/bin/python -m tests.mutation                      # all areas, 150 mutants of each
    .venv/bin/python -m tests.mutation law --sample 0       # every mutant of one
    .venv/bin/python -m tests.mutation law --at DIR --again # those that were left, once more

`mutmut` makes the mutants and tries them; this draws, gives each area its own tests, and counts.
It is in a group of its own, which nothing else installs: `uv sync --inexact --group mutation`.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .areas import AREAS, Area

try:
    from .drawing import drawn
    from .trial import configure, differences, ends, surroundings, try_out, workplace
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is not installed: uv sync --inexact --group mutation")

HELD = ("killed", "timeout", "segfault", "suspicious")
"""How a mutant ends that was noticed; so is one that never comes to an end."""


def main() -> None:
    """Try the areas one after the other, a line for each."""
    told = words()
    at = (told.at or Path(tempfile.mkdtemp(prefix="jejak-mutation-"))).resolve()
    unknown = set(told.areas) - AREAS.keys()
    if unknown:
        sys.exit(f"no such area: {', '.join(sorted(unknown))}; there are: {', '.join(AREAS)}")
    chosen = told.areas or list(AREAS)
    with surroundings(at, postgres=any(AREAS[it].postgres for it in chosen)) as environment:
        for name in chosen:
            say(score(at / name, AREAS[name], told, environment))
    if not told.at:
        shutil.rmtree(at)


def score(at: Path, area: Area, told: argparse.Namespace, environment: Mapping[str, str]) -> str:
    """Try an area; return a line about it, and leave its survivors in ``left.diff``.

    What was left is tried a second time, cold: what a module works out as it is imported was worked
    out by then, and no mutant of it showed.
    """
    place = workplace(at, area, again=told.again)
    whole, names = drawn(place, area, told.sample, told.seed)
    (place / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)  # tests may touch more now
    for cold in (False, True):
        before = ends(place) if cold or told.again else {}
        left = [name for name in names if before.get(name) not in HELD]
        configure(place, area, cold=cold)
        try_out(place, left, told.children, environment)
    now = ends(place)
    left = sorted(name for name in names if now.get(name) not in HELD)
    (place / "left.diff").write_text("\n".join(differences(place, left)), encoding="utf-8")
    held = len(names) - len(left)
    return (
        f"{at.name:12} {100 * held / len(names):5.1f} %  {held} of {len(names)} mutants noticed,"
        f" drawn from {whole} with seed {told.seed}"
    )


def words() -> argparse.Namespace:
    """Read the command line."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("areas", nargs="*", help=f"of {', '.join(AREAS)}; by default all")
    asked.add_argument("--sample", type=int, default=150, help="mutants of each area; 0 for all")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--children", type=int, default=os.cpu_count() or 1, help="at a time")
    asked.add_argument("--at", type=Path, help="work there, and leave it: AREA/left.diff says what")
    asked.add_argument("--again", action="store_true", help="only what was left before, with --at")
    return asked.parse_args()


def say(line: str) -> None:
    """Write a line for people, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
