"""One whole journey, told without a gap: what the README reads with curl.

Admitted in June 2024, held by penyidik, penuntut umum and hakim, sentenced to one year and ten
months, in Kejar Paket C, given a remisi on 17 August 2025, out on pembebasan bersyarat, trained,
certified, employed from October 2025, and seen at work after one, three, six and twelve months.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from application.demo.opening import (
    book_of,
    entered,
    first_order,
    opening,
    order_number,
    verdict,
)
from application.demo.population import Crowd, Fate, Person, Sentence, sentenced, somebody
from application.demo.steps import Desk, Place, Script, Stage, fact
from domain.conduct import ConductAssessed, Predicate
from domain.custody import CameBack, LeavePurpose, WentOut
from domain.detention import (
    DetentionEnded,
    DetentionExtended,
    DetentionForm,
    DetentionOrdered,
    DetentionStage,
)
from domain.integration import (
    IntegrationGranted,
    IntegrationProposed,
    IntegrationStarted,
    Right,
)
from domain.kernel import Event
from domain.register import GoodsDeposited, GoodsReturned, Placed, RegisterKind
from domain.release import Released, ReleaseKind

HOME: Final = "33.75"
ADMITTED: Final = date(2024, 6, 4)
PRONOUNCED: Final = date(2024, 10, 10)
SENTENCE_MONTHS: Final = 22
RELEASED: Final = date(2025, 9, 12)
PB_UNTIL: Final = date(2027, 1, 30)
"""Expiry after 60 days of remisi, 30 January 2026, and a year of probation."""
AGE: Final = 29
AUTHORITIES: Final = {
    DetentionStage.PENYIDIK: "Kejaksaan Negeri Kota Pekalongan",
    DetentionStage.PENUNTUT_UMUM: "Kejaksaan Negeri Kota Pekalongan",
    DetentionStage.HAKIM_PN: "Pengadilan Negeri Pekalongan",
}
"""Who orders at each stage; a penyidik's term is extended by the penuntut umum."""


def example_person(script: Script, crowd: Crowd) -> Person:
    """Return the person of the example."""
    sentence = sentenced(PRONOUNCED, SENTENCE_MONTHS, "Penggelapan")
    about = (HOME, "example")
    fate = Fate(age=AGE, admitted_on=ADMITTED, sentence=sentence)
    return somebody(script, crowd, about, fate)


def open_example(script: Script, desk: Desk, person: Person) -> None:
    """Add the step that opens the example's case and follows it to the verdict."""
    words = (f"{desk.unit}: contoh lengkap, penerimaan", f"{desk.unit}: example, admission")
    place = Place(Stage.POPULATION, person.case, desk)
    script.say(place, words, opening(desk, person, _held(desk, person)))


def free_example(script: Script, place: Place, person: Person) -> None:
    """Add the step that lets the example go, which rests on the remisi told before."""
    desk = place.desk
    words = (f"{desk.unit}: contoh lengkap, PB", f"{desk.unit}: example, conditional release")
    facts = [fact("case", person.case, event) for event in _freed(desk)]
    script.say(place, words, facts)


def _held(desk: Desk, person: Person) -> Iterator[Event]:
    """Return custody before the verdict, order upon order, and the verdict."""
    admitted = desk.on(ADMITTED)
    yield first_order(desk, person)
    yield entered(desk, RegisterKind.A_I, person.number, ADMITTED)
    yield GoodsDeposited(effective=admitted, item="D-1", description="Telepon genggam", quantity=1)
    yield Placed(effective=admitted, block="A", cell="A-3")
    yield _extended(desk, person, DetentionStage.PENYIDIK, date(2024, 6, 24), 30)
    yield _handed_on(desk, person, DetentionStage.PENUNTUT_UMUM, date(2024, 7, 24), 20)
    yield entered(desk, RegisterKind.A_II, person.number, date(2024, 7, 24))
    yield _handed_on(desk, person, DetentionStage.HAKIM_PN, date(2024, 8, 12), 30)
    yield entered(desk, RegisterKind.A_III, person.number, date(2024, 8, 12))
    yield _extended(desk, person, DetentionStage.HAKIM_PN, date(2024, 9, 11), 60)
    if person.sentence:
        yield from _tried(desk, person, person.sentence)


def _tried(desk: Desk, person: Person, sentence: Sentence) -> Iterator[Event]:
    """Return the day in court, out and back, and the verdict until it was executed."""
    on_the_day, executed = desk.on(sentence.pronounced), desk.on(sentence.executed)
    pronounced, *rest = verdict(desk, person, sentence)
    yield WentOut(
        effective=on_the_day,
        purpose=LeavePurpose.SIDANG,
        destination="Pengadilan Negeri Pekalongan",
        expected_back=sentence.pronounced,
        document="BON/CONTOH/2024",
    )
    yield pronounced
    yield CameBack(effective=on_the_day)
    yield from rest
    yield DetentionEnded(effective=executed, reason="Putusan dilaksanakan")
    yield entered(desk, book_of(sentence), person.register, sentence.executed)


def _handed_on(desk: Desk, person: Person, stage: DetentionStage, starts: date, days: int) -> Event:
    """Return the first order of the stage that the case was handed on to."""
    return DetentionOrdered(
        effective=desk.on(starts),
        stage=stage,
        form=DetentionForm.RUTAN,
        authority=AUTHORITIES[stage],
        order_number=f"{order_number(desk, person)}/{stage.value}",
        order_date=starts,
        starts=starts,
        until=starts + timedelta(days=days - 1),
        legal_basis="UU 8/1981",
    )


def _extended(desk: Desk, person: Person, stage: DetentionStage, starts: date, days: int) -> Event:
    """Return an extension of the running term."""
    return DetentionExtended(
        effective=desk.on(starts),
        stage=stage,
        authority=AUTHORITIES[stage],
        order_number=f"{order_number(desk, person)}/{stage.value}/perpanjangan",
        order_date=starts - timedelta(days=2),
        starts=starts,
        until=starts + timedelta(days=days - 1),
        legal_basis="UU 8/1981",
        exceptional=False,
    )


def _freed(desk: Desk) -> Iterator[Event]:
    """Return good conduct, pembebasan bersyarat, and the gate."""
    for month in ("2025-06", "2025-07"):
        year, number = map(int, month.split("-"))
        yield ConductAssessed(
            effective=desk.on(date(year, number, 28)),
            month=month,
            score=84,
            predicate=Predicate.BAIK,
            risk_declined=True,
        )
    yield IntegrationProposed(
        effective=desk.on(date(2025, 8, 19)),
        proposal="pb",
        right=Right.PB,
        rule_set="Permenkumham 3/2018 jo. 7/2022",
    )
    yield IntegrationGranted(
        effective=desk.on(date(2025, 9, 8)),
        proposal="pb",
        sk_number="CONTOH/SK-PB/2025",
        sk_date=date(2025, 9, 8),
        starts=RELEASED,
        until=PB_UNTIL,
    )
    released = desk.on(RELEASED)
    yield GoodsReturned(effective=released, item="D-1")
    yield Released(
        effective=released,
        kind=ReleaseKind.PEMBEBASAN_BERSYARAT,
        document="Surat Lepas CONTOH/PB/2025",
    )
    yield IntegrationStarted(effective=released, proposal="pb", bapas="BAPAS-PEKALONGAN")
