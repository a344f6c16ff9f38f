"""How a case opens: the person, the admission, the register, and the order or verdict behind it.

One request for each person, as an officer would send it: nobody is half entered.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from application.append import Proposal
from application.demo.population import Person, Sentence
from application.demo.steps import Desk, Place, Script, Stage, document, fact
from domain.admission import AdmissionReason, CustodyAdmitted
from domain.detention import DetentionForm, DetentionOrdered, DetentionStage
from domain.kernel import Event
from domain.person import PersonRegistered
from domain.register import RegisterEntered, RegisterKind
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)

COURTS: Final = {
    "RUTAN-MEDAN": "Pengadilan Negeri Medan",
    "RUTAN-SERANG": "Pengadilan Negeri Serang",
    "RUTAN-PEKALONGAN": "Pengadilan Negeri Pekalongan",
    "RUTAN-BARRU": "Pengadilan Negeri Barru",
}
MONTHS: Final = 12
FIRST_DETENTION: Final = 20
"""Days of a penyidik's order (KUHAP 1981 art. 24; UU 20/2025 art. 102)."""


def open_case(script: Script, desk: Desk, person: Person) -> None:
    """Add the step that opens a person's case."""
    words = (
        f"{desk.unit}: penerimaan ke-{person.number}",
        f"{desk.unit}: admission no. {person.number}",
    )
    place = Place(Stage.POPULATION, person.case, desk)
    script.say(place, words, opening(desk, person, papers_of(desk, person)))


def opening(desk: Desk, person: Person, papers: Iterable[Event]) -> Sequence[Proposal]:
    """Return the registration and the admission, and after them the papers of the case."""
    admitted = desk.on(person.admitted_on)
    registered = PersonRegistered(
        effective=admitted,
        full_name=person.full_name,
        sex=person.sex,
        birth_date=person.birth_date,
        birth_place=person.birth_place,
        nationality="ID",
        nik=person.nik,
        nik_verification=person.verification,
    )
    taken_in = CustodyAdmitted(
        effective=admitted,
        person=person.person,
        unit=desk.unit,
        reason=AdmissionReason.PENAHANAN,
        full_name=person.full_name,
        sex=person.sex,
        birth_date=person.birth_date,
        religion=person.religion,
        domicile=person.domicile,
    )
    order = document(order_number(desk, person), person.admitted_on)
    return [
        fact("person", person.person, registered),
        fact("case", person.case, taken_in, order),
        *(fact("case", person.case, event) for event in papers),
    ]


def papers_of(desk: Desk, person: Person) -> Iterator[Event]:
    """Yield the verdict that somebody serves, or the first order, and the line of the book."""
    if person.sentence is None:
        yield first_order(desk, person)
        yield entered(desk, RegisterKind.A_I, person.register, person.admitted_on)
    else:
        yield from verdict(desk, person, person.sentence)
        yield entered(desk, book_of(person.sentence), person.register, person.entered_on)


def order_number(desk: Desk, person: Person) -> str:
    """Return the number of the first detention order."""
    return f"SP.Han/{person.number}/{person.admitted_on:%m/%Y}/{desk.unit}"


def first_order(desk: Desk, person: Person) -> DetentionOrdered:
    """Return the penyidik's order that the person was admitted on."""
    starts = person.admitted_on
    return DetentionOrdered(
        effective=desk.on(starts),
        stage=DetentionStage.PENYIDIK,
        form=DetentionForm.RUTAN,
        authority="Kepolisian Negara Republik Indonesia",
        order_number=order_number(desk, person),
        order_date=starts,
        starts=starts,
        until=starts + timedelta(days=FIRST_DETENTION - 1),
        legal_basis="UU 8/1981 art. 24",
    )


def verdict(desk: Desk, person: Person, sentence: Sentence) -> Iterator[Event]:
    """Return the verdict, that it became final, and that it was executed."""
    number = f"{person.number}/Pid.B/{sentence.pronounced.year}/{desk.unit}"
    prison = SentencePart(
        kind=SentenceKind.PENJARA, years=sentence.years, months=sentence.months, days=0, fine=0
    )
    yield VerdictPronounced(
        effective=desk.on(sentence.pronounced),
        instance=Instance.PN,
        court=COURTS[desk.unit],
        number=number,
        outcome=Outcome.DIPIDANA,
        sentence=(prison,),
        offence=(sentence.offence,),
    )
    yield VerdictBecameFinal(effective=desk.on(sentence.final), number=number)
    executed = desk.on(sentence.executed)
    yield VerdictExecuted(effective=executed, document=f"BA-17/{number}")


def book_of(sentence: Sentence) -> RegisterKind:
    """Return the register of the sentence: B I from above one year, B IIa up to it."""
    over_a_year = sentence.years * 12 + sentence.months > MONTHS
    return RegisterKind.B_I if over_a_year else RegisterKind.B_IIA


def entered(desk: Desk, kind: RegisterKind, number: int, day: date) -> RegisterEntered:
    """Return a line of one of the unit's books."""
    return RegisterEntered(
        effective=desk.on(day),
        kind=kind,
        text=f"{kind.name.replace('_', '.')}. {number}/{day.year}",
        number=number,
        year=day.year,
        unit=desk.unit,
    )
