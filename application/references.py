"""What an event names must be there, and within the sight of whoever proposes it.

A unit is named as the registry knows it. An agreement, a programme to join and a case to seat are
named by whoever can see them: what lies outside the caller's scope is, to the caller, not there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from application.jurisdiction import jurisdiction
from application.ledger import Ledger
from application.read_models import Access
from application.units import Units
from domain.activity import ActivityJoined
from domain.kejar_paket import Enrolled
from domain.kernel import Event, Refused, Words
from domain.programme import SeatReleased, SeatRequested
from domain.record import StreamId
from domain.skill_training import Applied

JOINING: Final = (Applied, Enrolled, ActivityJoined)
"""Events that ask for a seat. Those after them may be told where the person has moved to."""
SEATING: Final = (SeatRequested, SeatReleased)
NOT_THERE: Final[Mapping[str, Words]] = {
    "agreement": (
        "perjanjian ini tidak ada, atau di luar lingkup Anda",
        "there is no such agreement, or it lies outside your scope",
    ),
    "programme": (
        "program ini tidak ada, atau di luar lingkup Anda",
        "there is no such programme, or it lies outside your scope",
    ),
    "case": (
        "perkara ini tidak ada, atau di luar lingkup Anda",
        "there is no such case, or it lies outside your scope",
    ),
}


@dataclass(slots=True)
class References:
    """Looks up what one caller's events name."""

    ledger: Ledger
    units: Units
    access: Access

    def ensure(self, event: Event) -> None:
        """Refuse the field that names what is not there for this caller."""
        self.units.ensure_known(event)
        for kind, key in named(event):
            stream = StreamId(kind=kind, key=key)
            pages = self.ledger.read(stream)
            if not (pages and jurisdiction(self.ledger, stream, pages).seen_by(self.access)):
                raise Refused(
                    f"{kind}.not_found",
                    article="Kaidah Jejak: yang disebut harus ada",
                    because=NOT_THERE[kind],
                    field=kind,
                )


def named(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the streams that an event names and that are to be looked up."""
    agreement = getattr(event, "agreement", None)
    if isinstance(agreement, str):
        yield "agreement", agreement
    if isinstance(event, JOINING) and event.programme:
        yield "programme", event.programme
    if isinstance(event, SEATING):
        yield "case", event.case
