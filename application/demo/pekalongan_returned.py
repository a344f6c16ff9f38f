"""Pekalongan before the partnerships: people released for good in 2023, of whom three came back.

They are here so that the report on recidivism has something to count. All are at home outside
the city and every case ended before the partnerships began, so that no agreement is about them,
and nobody of them is held on a day on which a source counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from application.append import Proposal
from application.demo.opening import opening, papers_of
from application.demo.partners import PEKALONGAN
from application.demo.population import MONTH, Crowd, Fate, Person, sentenced, somebody
from application.demo.steps import Place, Script, Stage, fact
from domain.release import Released, ReleaseKind

HOME: Final = "33.26"
RELEASED: Final = 12
FIRST_ADMITTED: Final = date(2021, 10, 1)
RETURNED: Final[Mapping[int, tuple[int, int | None]]] = {2: (9, 7), 5: (15, None), 8: (11, 6)}
"""By their turn: so many months after the release, and the months of the new sentence, if any."""
DETAINED: Final = 20
"""Days after which whoever was not sentenced again was let go: the order had run out."""
FIRST_NUMBER: Final = 901
"""Their numbers in the unit's books, above those of everybody whom a source counts."""


def tell_returned(script: Script, crowd: Crowd) -> None:
    """Add a step for each case, that of a return after the first in its lane."""
    for turn in range(RELEASED):
        first = _released(script, crowd, turn)
        lane = Place(Stage.POPULATION, first.case, PEKALONGAN)
        words = (f"Bebas tahun 2023: {first.number}", f"Released in 2023: {first.number}")
        script.say(lane, words, _whole(first))
        if turn in RETURNED:
            again = _again(script, first, *RETURNED[turn])
            words = (f"Diterima lagi: {again.number}", f"Admitted again: {again.number}")
            script.say(lane, words, list(_whole(again))[1:])  # registered once


def _released(script: Script, crowd: Crowd, turn: int) -> Person:
    """Return somebody whose sentence of 16 to 19 months came to its end in 2023."""
    dice = script.chance("returned", turn)
    admitted = FIRST_ADMITTED + timedelta(days=20 * turn)
    fate = Fate(
        age=dice.randint(24, 50),
        admitted_on=admitted,
        sentence=sentenced(admitted + timedelta(days=90), 16 + turn % 4, "Pencurian"),
    )
    one = somebody(script, crowd, (HOME, f"returned-{turn}"), fate)
    return replace(one, number=FIRST_NUMBER + turn, register=FIRST_NUMBER + turn)


def _again(script: Script, first: Person, after: int, months: int | None) -> Person:
    """Return the same person in a new case, so many months after the release."""
    admitted = first.expires_on + timedelta(days=after * MONTH)
    verdict_on = admitted + timedelta(days=60)
    return replace(
        first,
        number=first.number + RELEASED,
        register=first.register + RELEASED,
        case=script.key(admitted, "again", first.case),
        admitted_on=admitted,
        sentence=sentenced(verdict_on, months, "Pencurian") if months else None,
    )


def _whole(person: Person) -> Iterator[Proposal]:
    """Yield a case from its admission to its end."""
    sentence = person.sentence
    yield from opening(PEKALONGAN, person, papers_of(PEKALONGAN, person))
    released = Released(
        effective=PEKALONGAN.on(
            person.expires_on if sentence else person.admitted_on + timedelta(days=DETAINED)
        ),
        kind=ReleaseKind.BEBAS_MURNI if sentence else ReleaseKind.BEBAS_DEMI_HUKUM,
        document=f"Surat Bebas/{person.number}/CONTOH",
    )
    yield fact("case", person.case, released)
