"""17 August 2025 in Pekalongan: one SK, many people, handed over with the Wali Kota.

Each step of the batch is one request for everybody in it. How many days is read off the table of
Keppres 174/1999 for the n-th qualifying 17 August, from the first day of detention.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from application.demo.partners import PEKALONGAN
from application.demo.population import Person
from application.demo.steps import Place, Script, Stage, document, fact
from domain.conduct import ConductAssessed, Predicate
from domain.kernel import Event
from domain.record import Evidence
from domain.remisi import (
    DecisionLevel,
    RemisiApplied,
    RemisiDecided,
    RemisiKind,
    RemisiProposed,
    RemisiSkIssued,
)

PLACE: Final = Place(Stage.PROGRAMMES, "pekalongan", PEKALONGAN)
AWARD_DAY: Final = date(2025, 8, 17)
PROPOSED: Final = date(2025, 6, 16)
DECIDED: Final = {
    DecisionLevel.TPP: date(2025, 6, 20),
    DecisionLevel.KEPALA_UPT: date(2025, 6, 24),
    DecisionLevel.KANWIL: date(2025, 7, 1),
    DecisionLevel.DITJENPAS: date(2025, 7, 15),
}
SK_NUMBER: Final = "CONTOH/SK-RU/2025"
SK_DATE: Final = date(2025, 8, 11)
PROPOSAL: Final = "2025-umum"
LEAST_SERVED: Final = 180
A_YEAR_SERVED: Final = 360
DAYS: Final = (60, 90, 120, 150, 150, 180)
"""By the ordinal of the award; the first is half as long below a year served."""


def remission_days(person: Person) -> int:
    """Return the days of remisi umum that the award day brings; none before half a year served."""
    served = (AWARD_DAY - person.admitted_on).days
    if served < LEAST_SERVED:
        return 0
    if served < A_YEAR_SERVED:
        return DAYS[0] // 2
    earlier = (AWARD_DAY.replace(year=year) for year in range(2020, AWARD_DAY.year))
    before = sum((day - person.admitted_on).days >= LEAST_SERVED for day in earlier)
    return DAYS[min(before, len(DAYS) - 1)]


def released_by_it(person: Person) -> bool:
    """Say whether the award brings the sentence to its end (RU II)."""
    return 0 < (person.expires_on - AWARD_DAY).days <= remission_days(person)


def awarded(people: Sequence[Person]) -> Sequence[Person]:
    """Return who is narapidana when the unit proposes, and still serving on the day."""
    return [
        one
        for one in people
        if one.sentence
        and one.sentence.executed <= PROPOSED
        and one.expires_on > AWARD_DAY
        and remission_days(one)
    ]


def tell_ceremony(script: Script, people: Sequence[Person]) -> None:
    """Add the steps of the batch, from the assessment of conduct to the day itself."""
    batch = awarded(people)
    assessed = ConductAssessed(
        effective=PEKALONGAN.on(date(2025, 6, 2)),
        month="2025-05",
        score=80,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )
    _tell(script, "penilaian SPPN", "SPPN assessment", [(one, assessed) for one in batch])
    _tell(script, "diusulkan", "proposed", [(one, _proposed(one)) for one in batch])
    for level, day in DECIDED.items():
        decided = RemisiDecided(
            effective=PEKALONGAN.on(day), proposal=PROPOSAL, level=level, agreed=True, note=None
        )
        told = [(one, decided) for one in batch]
        _tell(script, f"disetujui {level.value}", f"agreed by {level.value}", told)
    paper = document(SK_NUMBER, SK_DATE)
    issued = [(one, _issued(one)) for one in batch]
    _tell(script, "SK terbit", "SK issued", issued, paper)
    minutes = document("BA penyerahan remisi oleh Wali Kota Pekalongan", AWARD_DAY)
    applied = [(one, _applied(one)) for one in batch]
    _tell(script, "diserahkan pada upacara", "handed over at the ceremony", applied, paper, minutes)


def _tell(
    script: Script,
    indonesian: str,
    english: str,
    told: Sequence[tuple[Person, Event]],
    *papers: Evidence,
) -> None:
    words = (f"Remisi umum 17-8-2025: {indonesian}", f"Remisi umum 2025-08-17: {english}")
    facts = [fact("case", one.case, event, *papers) for one, event in told]
    script.say(PLACE, words, facts)


def _proposed(person: Person) -> Event:
    return RemisiProposed(
        effective=PEKALONGAN.on(PROPOSED),
        proposal=PROPOSAL,
        kind=RemisiKind.UMUM,
        award_day=AWARD_DAY,
        remission_days=remission_days(person),
        rule_set="Keppres 174/1999",
        ground=None,
        missed=None,
        feast_fixed_by=None,
    )


def _issued(person: Person) -> Event:
    return RemisiSkIssued(
        effective=PEKALONGAN.on(SK_DATE),
        proposal=PROPOSAL,
        sk_number=SK_NUMBER,
        sk_date=SK_DATE,
        remission_days=remission_days(person),
    )


def _applied(person: Person) -> Event:
    return RemisiApplied(
        effective=PEKALONGAN.on(AWARD_DAY), proposal=PROPOSAL, releases=released_by_it(person)
    )
