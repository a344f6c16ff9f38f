"""17 August 2025 in Pekalongan: one SK, many people, handed over with the Wali Kota.

Each step of the batch is one request for everybody in it. Who may have it, and how many days, the
law finds.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final

from application.demo.partners import PEKALONGAN
from application.demo.population import Person
from application.demo.steps import Place, Script, Stage, document, fact
from domain.conduct import ConductAssessed, Predicate
from domain.kernel import Event
from domain.law.book import LAW
from domain.law.facts import CaseType, Facts, Held, HeldForm, Sentence, SubjectKind, Wanted
from domain.law.remisi import RemisiFinding, finding
from domain.law.span import Span
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
WANTED: Final = Wanted(kind=RemisiKind.UMUM, on=AWARD_DAY, ground=None, missed=None)


@cache
def found(person: Person) -> RemisiFinding:
    """Return what the law finds on the day of the proposal, good conduct taken for granted."""
    sentence = person.sentence
    span = Span(
        years=sentence.years if sentence else 0, months=sentence.months if sentence else 0, days=0
    )
    facts = Facts(
        kind=SubjectKind.NARAPIDANA if sentence else SubjectKind.TAHANAN,
        religion=person.religion,
        verdict_final_on=sentence.final if sentence else None,
        detention=(Held(from_day=person.admitted_on, to=None, form=HeldForm.RUTAN, by=None),),
        sentences=(Sentence(span=span, life=False, death=False),) if sentence else (),
        substitute=None,
        remissions=(),
        discipline=(),
        conduct_risk_declined=True,
        birth_date=person.birth_date,
        case_type=CaseType.UMUM,
        recidivist=False,
        nationality="ID",
        executed=sentence is not None,
        programmes_good=True,
        deradicalised=None,
        fine_paid=None,
        rights=(),
        verdict_final_by=None,
        conduct_by=None,
        programmes_by=None,
    )
    return finding(facts, WANTED, LAW, under=PROPOSED)


def released_by_it(person: Person) -> bool:
    """Say whether the award brings the sentence to its end (RU II)."""
    return found(person).releases


def awarded(people: Sequence[Person]) -> Sequence[Person]:
    """Return who is narapidana when the unit proposes, and still serving on the day."""
    return [
        one
        for one in people
        if one.sentence and one.sentence.executed <= PROPOSED and found(one).eligible
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
        remission_days=found(person).days,
        rule_set="keppres-174-1999",
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
        remission_days=found(person).days,
    )


def _applied(person: Person) -> Event:
    return RemisiApplied(
        effective=PEKALONGAN.on(AWARD_DAY), proposal=PROPOSAL, releases=released_by_it(person)
    )
