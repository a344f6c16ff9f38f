"""Earlier remisi: what was granted before this record begins, by an SK of that time.

A case that is taken over, or that came from a unit with other books, has a past: its remisi count
in every date, though nobody here proposed them (the *Daftar Perubahan* tells of them, V). They take
effect on their award day, which is before the case opens here; what is granted since goes its way
from the proposal on (`domain.remisi`).
"""

from collections.abc import Sequence
from typing import Final

from domain.custody import CUSTODY, ensure_alive
from domain.fields import Days, Line
from domain.kernel import Chapter, Event, Journey, Open, Value, ensure
from domain.law.facts import RemisiKind


class EarlierRemisiGranted(Event, stored_as="earlier_remisi.granted"):
    """So many days were taken off on this day, before the case was recorded here."""

    kind: Open[RemisiKind]
    remission_days: Open[Days]
    sk_number: Open[Line]


EarlierRemisiEvent = EarlierRemisiGranted


class EarlierRemisi(Value):
    """What was granted, in the order of the award days."""

    granted: tuple[EarlierRemisiGranted, ...]


HOUSE: Final = "Kaidah Jejak: remisi sebelum perkara dicatat di sini"


def decide(proposed: EarlierRemisiEvent, journey: Journey) -> Sequence[Event]:
    """Admit each award of the time before the case opened here, once."""
    ensure_alive(journey, "earlier_remisi.dead")
    ensure(
        proposed.remission_days > 0,
        "earlier_remisi.no_days",
        article="Keppres 174/1999",
        because=("remisi sekurang-kurangnya satu hari", "a remisi is one day at the least"),
        field="remission_days",
    )
    ensure(
        journey[CUSTODY].opening is None,
        "earlier_remisi.recorded_here",
        article=HOUSE,
        because=(
            "pada hari itu perkara sudah dicatat di sini; catat usulan remisinya",
            "the case was recorded here by that day; record the proposal of the remisi",
        ),
    )
    day = proposed.effective.day
    ensure(
        all(
            (one.kind, one.effective.day) != (proposed.kind, day)
            for one in journey[EARLIER_REMISI].granted
        ),
        "earlier_remisi.already_granted",
        article=HOUSE,
        because=(
            f"remisi {proposed.kind.value} pada {day} sudah tercatat",
            f"the remisi {proposed.kind.value} of {day} is recorded already",
        ),
    )
    return [proposed]


def evolve(earlier: EarlierRemisi, event: EarlierRemisiEvent) -> EarlierRemisi:
    """Write down the award."""
    return EarlierRemisi(granted=(*earlier.granted, event))


EARLIER_REMISI: Final[Chapter[EarlierRemisi, EarlierRemisiEvent]] = Chapter(
    name="earlier_remisi",
    events=(EarlierRemisiGranted,),
    initial=EarlierRemisi(granted=()),
    decide=decide,
    evolve=evolve,
)
