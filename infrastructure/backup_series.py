"""A directory of backups: what lies in it, and how far what lies there reaches.

    SERIES/base-TIME/cluster/       one base backup, verified when it was made
    SERIES/base-TIME/backup.json    what it says of itself
    SERIES/wal/                     the WAL since, as it was written

A series is one unbroken history of one cluster. A restored or upgraded cluster begins another, so
that two histories never meet under the same names of WAL files.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from infrastructure.durable import replace_durably, settle

FOUR_GIB: Final = 0x1_0000_0000
"""How much WAL shares the middle part of its segments' names."""
SEGMENT: Final = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.partial)?")
STAMP: Final = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a base backup says of itself. `position` is the ledger's head when it was begun."""

    store: str
    position: int
    recorded_at: datetime | None
    started_at: datetime
    finished_at: datetime
    timeline: int
    first_segment: int
    last_segment: int
    segment_bytes: int
    major: int
    bytes: int


FACTS: Final = TypeAdapter(Facts)


@dataclass(frozen=True, kw_only=True)
class BaseBackup:
    """One base backup, whole: what is not whole has another name."""

    path: Path
    facts: Facts

    @property
    def name(self) -> str:
        """Say which it is, as `--base` takes it."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def cluster(self) -> Path:
        """Where PostgreSQL's files are."""
        return self.path / "cluster"

    @property
    def archive(self) -> Path:
        """Where the WAL of its series is."""
        return self.path.parent / "wal"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The WAL from one base on: `run` is what follows it without a gap, as files by number.

    `missing` names the first segment that is not there (or is cut short) though later ones are.
    """

    run: Mapping[int, Path]
    missing: str | None

    @property
    def last_written(self) -> datetime:
        """When the last of the run was last written to, by the backup's disk."""
        return datetime.fromtimestamp(self.run[max(self.run)].stat().st_mtime, UTC)


def base_backups(place: Path) -> list[BaseBackup]:
    """Return the base backups in a directory, the oldest first."""
    found = []
    for about in place.glob("*/base-*/backup.json"):
        with suppress(OSError, ValidationError):
            facts = FACTS.validate_json(about.read_bytes())
            found.append(BaseBackup(path=about.parent, facts=facts))
    return sorted(found, key=lambda base: base.facts.finished_at)


def reach(base: BaseBackup) -> Reach:
    """Follow the WAL from a base on, to the end or to the first gap."""
    found = segments(base)
    number, run = base.facts.first_segment, {}
    while number in found:
        run[number] = found[number]
        number += 1
    later = any(other > number for other in found) or number <= base.facts.last_segment
    return Reach(run=run, missing=segment_name(base.facts, number) if later else None)


def segments(base: BaseBackup) -> dict[int, Path]:
    """Return the segments of a base and of its archive; of two with one number, the fuller."""
    found: dict[int, Path] = {}
    for place in (base.cluster / "pg_wal", base.archive):
        for number, file in sorted(segments_in(place, base.facts)):
            whole = file.stat().st_size == base.facts.segment_bytes
            if number < base.facts.first_segment or not whole:
                continue
            if number not in found or written(file) >= written(found[number]):
                found[number] = file
    return found


def segments_in(place: Path, facts: Facts) -> Iterator[tuple[int, Path]]:
    """Yield the segments of a base's timeline with their numbers, and one that is not yet full."""
    for file in place.glob(f"{facts.timeline:08X}*"):
        if found := SEGMENT.fullmatch(file.name):
            yield int(found[2], 16) * (FOUR_GIB // facts.segment_bytes) + int(found[3], 16), file


def segment_name(facts: Facts, number: int) -> str:
    """Return the name that PostgreSQL gives a segment."""
    high, low = divmod(number, FOUR_GIB // facts.segment_bytes)
    return f"{facts.timeline:08X}{high:08X}{low:08X}"


def location(lsn: str) -> int:
    """Return the bytes before a place in the WAL, from PostgreSQL's `0/2000028`."""
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def written(segment: Path) -> int:
    """Return how many bytes of a segment are written: the rest is zero."""
    return len(segment.read_bytes().rstrip(b"\0"))


def current_series(postgres: Path, system: str) -> str:
    """Return the series that the cluster in `postgres` archives into, begun when there is none.

    `system` is the cluster's identifier: another cluster in the same directory begins its own.
    """
    note = postgres / "series"
    with suppress(OSError):
        name = note.read_text(encoding="ascii").strip()
        if name.endswith(f"-{system}"):
            settle(note)
            return name
    return begin_series(postgres, system)


def series_of(postgres: Path, place: Path) -> Path | None:
    """Return where in `place` the cluster in `postgres` archives, once it does."""
    with suppress(OSError):
        series = place / (postgres / "series").read_text(encoding="ascii").strip()
        return series if (series / "wal").is_dir() else None
    return None


def has_base(series: Path) -> bool:
    """Say whether a series can bring anything back."""
    return any(series.glob("base-*/backup.json"))


def begin_series(postgres: Path, system: str) -> str:
    """Begin another series: from here on there is no way back over what is missing."""
    name = f"{datetime.now(UTC).strftime(STAMP)}-{system}"
    replace_durably(postgres / "series", f"{name}\n".encode())
    return name
