"""In which zone a civil day of an event is counted: that of the unit which the event concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from application.timeline import Timeline
from application.units import Units, units_named
from domain.batch_list import BatchDrafted
from domain.catalogue import CASE
from domain.custody import CUSTODY, TransferProposed
from domain.kernel import Event
from domain.programme import ProgrammeOpened
from domain.record import StreamId
from domain.region import REGIONS
from domain.registry import AgencyNamed, UnitNamed
from domain.time import Zone

OF_A_REGION: Final = (UnitNamed, AgencyNamed)


@dataclass(slots=True)
class Zones:
    """Finds zones by unit; whoever names no unit is counted in the proposer's, or else in WIB."""

    units: Units

    def zone_for(
        self,
        stream: StreamId,
        event: Event,
        history: Sequence[Event],
        proposer: str | None,
        known: Timeline | None = None,
    ) -> Zone:
        """Return the zone of an event about to be proposed; the zone it bears now is ignored.

        ``known`` is the timeline of the history, where that was made already.
        """
        if isinstance(event, OF_A_REGION):
            place = REGIONS.get(event.region or "")
            return place.zone if place else Zone.WIB
        unit = self._unit(stream, event, history, known) or proposer
        return (unit and self.units.zone_of(unit)) or Zone.WIB

    def _unit(
        self, stream: StreamId, event: Event, history: Sequence[Event], known: Timeline | None
    ) -> str | None:
        if not isinstance(event, TransferProposed):
            for _, unit in units_named(event):
                return unit
        if stream.kind == CASE.name:
            day = event.effective.day
            if known and known.last_day <= day:  # nothing of it is yet to come: it is folded
                return known.journey[CUSTODY].unit
            told = [said for said in history if isinstance(said, CUSTODY.events)]
            told.sort(key=lambda said: said.effective.instant)
            return CUSTODY.fold(said for said in told if said.effective.day <= day).unit
        opened = (said for said in history if isinstance(said, ProgrammeOpened | BatchDrafted))
        return next((said.unit for said in opened), None)
