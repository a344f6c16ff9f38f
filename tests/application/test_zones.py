"""In which zone a day is counted: where the person was then, in whatever order it was told."""

import pytest
from correcting_desk import Desk
from scenario import on

from application.timeline import Timeline
from application.units import Units
from application.zones import Zones
from domain.admission import AdmissionReason, CustodyAdmitted, Religion
from domain.catalogue import CASE
from domain.conduct import Deradicalised
from domain.custody import TransferDeparted, TransferProposed, TransferReceived
from domain.person import Sex
from domain.record import StreamId
from domain.registry import UnitKind, UnitNamed
from domain.time import Zone

MEDAN, JAYAPURA = "RUTAN-MEDAN", "LAPAS-JAYAPURA"
CASE_OF_HIS = StreamId(kind="case", key="perkara")


@pytest.fixture
def zones(ledger):
    desk = Desk(ledger)
    for unit, region in ((MEDAN, "12.71"), (JAYAPURA, "91.71")):
        named = UnitNamed(
            effective=on("2020-01-01"),
            unit=unit,
            kind=UnitKind.RUTAN,
            unit_class=None,
            title=unit.title(),
            region=region,
        )
        desk.tell(StreamId(kind="registry", key=f"unit/{unit}"), named)
    return Zones(Units(ledger, desk.append.now))


def moved():
    """Return somebody's way from the first zone to the last, in the order in which it happened."""
    return [
        CustodyAdmitted(
            effective=on("2025-02-10"),
            person="orang",
            unit=MEDAN,
            reason=AdmissionReason.PENAHANAN,
            full_name="Budi Fiktif",
            sex=Sex.MALE,
            birth_date=None,
            religion=Religion.KRISTEN,
            domicile=None,
        ),
        TransferProposed(
            effective=on("2025-03-01"), transfer="P-1", to=JAYAPURA, reason="kapasitas"
        ),
        TransferDeparted(effective=on("2025-03-02"), transfer="P-1"),
        TransferReceived(effective=on("2025-03-04", Zone.WIT), transfer="P-1", unit=JAYAPURA),
    ]


DAYS = {
    "2025-02-09": Zone.WIB,
    "2025-03-03": Zone.WIB,
    "2025-03-04": Zone.WIT,
    "2025-03-05": Zone.WIT,
}


def test_a_timeline_that_is_known_tells_the_zone_that_its_events_tell(zones):
    told = moved()
    late = Timeline(CASE, (), CASE.begin())
    for event in (told[0], told[3], told[1], told[2]):
        late = late.followed_by(event)
    whole = Timeline(CASE, tuple(told), CASE.fold(told), late.last_day)
    for day, zone in DAYS.items():
        asked = Deradicalised(effective=on(day), document="IKRAR-1")
        for known in (None, late, whole):
            assert zones.zone_for(CASE_OF_HIS, asked, told, None, known) is zone, day
