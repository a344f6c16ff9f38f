"""Units as the registry knows them: whether there is one, and the zone its days are counted in."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from application.ledger import Ledger
from application.timeline import in_order
from domain.fields import UNIT
from domain.kernel import Event, Refused
from domain.record import StreamId
from domain.region import region
from domain.registry import UnitNamed
from domain.shape import once_per_type
from domain.time import Zone

FRESH: Final = timedelta(seconds=30)
"""How long a unit's zone is remembered: zones hardly move, and every append asks for one."""
NAMING: Final = ("unit", "to", "units")
"""Fields of events that name units."""


@dataclass(slots=True)
class Units:
    """Looks units up in their registry streams."""

    ledger: Ledger
    now: Callable[[], datetime]
    _seen: dict[str, tuple[datetime, Zone]] = field(default_factory=dict)

    def over(self, ledger: Ledger) -> "Units":
        """Return the same, which looks up in another ledger what it does not remember."""
        return Units(ledger, self.now, self._seen)

    def zone_of(self, unit: str) -> Zone | None:
        """Return the zone of the region that a unit lies in; `None` for one not registered."""
        seen = self._seen.get(unit)
        if seen and self.now() - seen[0] < FRESH:
            return seen[1]
        if not re.fullmatch(UNIT.regex, unit, re.ASCII):
            return None
        stream = StreamId(kind="registry", key=f"unit/{unit}")
        for event in reversed(in_order(self.ledger.read(stream))):
            if isinstance(event, UnitNamed):
                zone = region(event.region).zone
                self._seen[unit] = self.now(), zone
                return zone
        return None

    def ensure_known(self, event: Event) -> None:
        """Refuse the field of an event that names a unit which the registry does not know."""
        if isinstance(event, UnitNamed):
            return
        for name, unit in units_named(event):
            if self.zone_of(unit) is None:
                raise Refused(
                    "registry.unknown_unit",
                    article="Kaidah Jejak: unit dan instansi disebut menurut registri",
                    because=(
                        "unit belum ada di registri; periksa kodenya, atau daftarkan dulu",
                        "no such unit in the registry; check the code, or register it first",
                    ),
                    field=name,
                )


def units_named(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the units that an event names, each with its field."""
    for name in _naming(type(event)):
        said = getattr(event, name)
        yield from ((name, unit) for unit in ((said,) if isinstance(said, str) else said or ()))


@once_per_type
def _naming(kind: type[Event]) -> Sequence[str]:
    """Return the fields in which such an event names units, asked of every event that is told."""
    return [name for name in NAMING if name in kind.__dataclass_fields__]
