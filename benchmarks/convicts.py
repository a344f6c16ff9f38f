"""Invented convicts: cases that the law has something to say of, and not the same of each.

Of ten, seven are given remisi, one goes free by it, one had a disciplinary measure in the months
before, and one is not convicted yet.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Final

from benchmarks.people import ADMITTED, UNIT, copies, decided_case, on, write_batch
from domain.conduct import ConductAssessed, DisciplineBegan, DisciplineLevel, Predicate
from domain.detention import DetentionForm, DetentionOrdered, DetentionStage
from domain.kernel import Event
from domain.record import Draft
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)
from infrastructure.ledger import EventsourcingLedger

AWARD_DAY: Final = date(2025, 8, 17)
"""Of a decade year: everybody is looked at twice, for remisi umum and for dasawarsa."""
PRONOUNCED, FINAL, EXECUTED = (ADMITTED + timedelta(days=n) for n in (90, 98, 105))
ASSESSED: Final = tuple(date(2025, month, 1) for month in range(2, 8))
NUMBER: Final = "12/Pid.B/2024/PN Mdn"
ORDERED_DAYS: Final = 20
TOGETHER: Final = 80
"""Cases in one transaction: about a thousand events."""


def kinds_of_people(unit: str = UNIT) -> Sequence[Sequence[Draft]]:
    """Decide ten cases, from which all the others are copied."""
    usual = decided_case(convicted(years=4), unit)
    free = decided_case(convicted(years=1, months=8), unit)
    punished = decided_case([*convicted(years=4), _discipline()], unit)
    held = decided_case([held_by_order()], unit)
    return (*[usual] * 7, free, punished, held)


def people(unit: str, count: int) -> Iterator[Sequence[Draft]]:
    """Yield the cases of so many people, by turns of each kind."""
    copied = [copies(one, n * count) for n, one in enumerate(kinds_of_people(unit))]
    return islice((next(one) for one in cycle(copied)), count)


def write_people(ledger: EventsourcingLedger, unit: str, count: int) -> None:
    """Record the cases of so many people of a unit."""
    cases = people(unit, count)
    while together := list(islice(cases, TOGETHER)):
        write_batch(ledger, [draft for case in together for draft in case])


def convicted(*, years: int, months: int = 0) -> Iterator[Event]:
    """Yield what is told of somebody who was held, sentenced, and assessed for half a year."""
    yield held_by_order()
    part = SentencePart(kind=SentenceKind.PENJARA, years=years, months=months, days=0, fine=0)
    yield VerdictPronounced(
        effective=on(PRONOUNCED),
        instance=Instance.PN,
        court="PN Medan",
        number=NUMBER,
        outcome=Outcome.DIPIDANA,
        sentence=(part,),
        offence=("Pasal 362 KUHP",),
    )
    yield VerdictBecameFinal(effective=on(FINAL), number=NUMBER)
    yield VerdictExecuted(effective=on(EXECUTED), document="BA-17/2024")
    for day in ASSESSED:
        yield ConductAssessed(
            effective=on(day),
            month=f"{day.year}-{day.month - 1:02}",
            score=80,
            predicate=Predicate.BAIK,
            risk_declined=True,
        )


def held_by_order() -> Event:
    """Return the order by which somebody is held until the verdict."""
    return DetentionOrdered(
        effective=on(ADMITTED),
        stage=DetentionStage.PENYIDIK,
        form=DetentionForm.RUTAN,
        authority="Polrestabes Medan",
        order_number="SP.Han/12/I/2024",
        order_date=ADMITTED,
        starts=ADMITTED,
        until=ADMITTED + timedelta(days=ORDERED_DAYS - 1),
        legal_basis="KUHAP Ps 24",
    )


def _discipline() -> Event:
    return DisciplineBegan(
        effective=on(date(2025, 6, 1)),
        measure="F-1",
        level=DisciplineLevel.RINGAN,
        offence="Berkelahi dengan sesama penghuni kamar",
        document="BA-1/RUTAN-BENCH/2025",
    )
