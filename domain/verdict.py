"""Verdict: what a court said at each instance, when it became final, and that it was executed.

KUHAP (UU 8/1981 until 1 January 2026, UU 20/2025 since): a verdict of PN may go to PT and MA; what
is final (inkracht) is executed by the prosecutor (BA pelaksanaan), which makes a tahanan a
narapidana (UU 22/2022 art. 1). Peninjauan kembali is asked against what is final (K+). A verdict
may be older than the admission: of somebody who was free until the execution, or whose case was
taken over. Whoever is admitted to serve a sentence or a substitute for a fine is narapidana from
that day.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Final, assert_never, get_args

from domain.custody import (
    CUSTODY,
    AdmissionReason,
    CustodyAdmitted,
    CustodyTakenOver,
    LegalStatus,
    ensure_alive,
)
from domain.fields import Days, Line, Months, Rupiah, Years
from domain.fine import FinePaid, ensure_owed
from domain.kernel import Chapter, Event, Journey, Open, Refused, Specific, Value, ensure, replace
from domain.law.book import LAW
from domain.law.child import is_child


class Instance(Enum):
    """Which court spoke, in the order in which courts are asked."""

    PN = "pn"
    PT = "pt"
    MA = "ma"
    PK = "pk"


class Outcome(Enum):
    """What it came to."""

    DIPIDANA = "dipidana"
    BEBAS = "bebas"
    LEPAS = "lepas"


class SentenceKind(Enum):
    """What one part of a sentence is."""

    PENJARA = "penjara"
    KURUNGAN = "kurungan"
    SEUMUR_HIDUP = "seumur_hidup"
    MATI = "mati"
    DENDA = "denda"
    PENJARA_PENGGANTI = "penjara_pengganti"
    TINDAKAN = "tindakan"


class SentencePart(Value):
    """One part of a sentence: its length, or its fine in whole rupiah; what has none is zero."""

    kind: SentenceKind
    years: Years
    months: Months
    days: Days
    fine: Rupiah


class VerdictPronounced(Event, stored_as="verdict.pronounced"):
    """A court pronounced its verdict, with the sentence as it then stands."""

    instance: Open[Instance]
    court: Open[Line]
    number: Specific[Line]
    outcome: Specific[Outcome]
    sentence: Specific[tuple[SentencePart, ...]]
    offence: Specific[tuple[Line, ...]]


class CopyReceived(Event, stored_as="verdict.copy_received"):
    """The unit holds the copy of a verdict."""

    number: Specific[Line]


class VerdictBecameFinal(Event, stored_as="verdict.became_final"):
    """A verdict became final (inkracht)."""

    number: Specific[Line]


class VerdictExecuted(Event, stored_as="verdict.executed"):
    """The prosecutor executed what is final."""

    document: Specific[Line]


VerdictEvent = VerdictPronounced | CopyReceived | VerdictBecameFinal | VerdictExecuted | FinePaid


class Verdicts(Value):
    """The verdicts in the order in which they took effect, and the numbers of what came of them.

    ``final_on`` and ``executed_on`` are the days, in the same order. ``paid`` is what was paid of
    the fine.
    """

    pronounced: tuple[VerdictPronounced, ...]
    copies: tuple[str, ...]
    final: tuple[str, ...]
    executed: tuple[str, ...]
    final_on: tuple[date, ...]
    executed_on: tuple[date, ...]
    paid: tuple[FinePaid, ...]


KUHAP: Final = "KUHAP (UU 8/1981; UU 20/2025)"
FINAL_ONLY: Final = "KUHAP (pelaksanaan putusan yang berkekuatan hukum tetap)"
TIMED: Final = (SentenceKind.PENJARA, SentenceKind.KURUNGAN, SentenceKind.PENJARA_PENGGANTI)
ENDLESS: Final = (SentenceKind.SEUMUR_HIDUP, SentenceKind.MATI)
SENTENCED: Final = (AdmissionReason.PIDANA, AdmissionReason.PENGGANTI_DENDA)
CONVICTED: Final[Mapping[LegalStatus, LegalStatus]] = {
    LegalStatus.TAHANAN: LegalStatus.NARAPIDANA,
    LegalStatus.NARAPIDANA: LegalStatus.NARAPIDANA,
    LegalStatus.ANAK: LegalStatus.ANAK_BINAAN,
    LegalStatus.ANAK_BINAAN: LegalStatus.ANAK_BINAAN,
}
"""What execution makes of whoever was held."""


def legal_status(journey: Journey) -> LegalStatus | None:
    """Return what the law calls the person; nothing before admission."""
    opening = journey[CUSTODY].opening
    match opening:
        case None:
            return None
        case CustodyTakenOver():
            status = opening.legal_status
        case CustodyAdmitted():
            child = _came_as_child(opening.birth_date or None, opening.effective.day)
            status = LegalStatus.ANAK if child else LegalStatus.TAHANAN
            if opening.reason in SENTENCED:
                status = CONVICTED[status]
        case _:
            assert_never(opening)
    return CONVICTED[status] if _is_serving(journey[VERDICT]) else status


@lru_cache(maxsize=4096)
def _came_as_child(born: date | None, on: date) -> bool:
    """Say so by the law of the day; before the earliest text that is known, nobody is called so."""
    try:
        return is_child(born, on, LAW)
    except Refused:
        return False


def _is_serving(verdicts: Verdicts) -> bool:
    return any(
        said.number in verdicts.executed and said.outcome is Outcome.DIPIDANA
        for said in verdicts.pronounced
    )


def sentence(journey: Journey) -> tuple[SentencePart, ...]:
    """Return the sentence as the last verdict left it; nothing before the first."""
    pronounced = journey[VERDICT].pronounced
    return pronounced[-1].sentence if pronounced else ()


def imprisons(said: VerdictPronounced) -> bool:
    """Return whether a verdict leaves imprisonment to be served: a fine or a measure has none."""
    return said.outcome is Outcome.DIPIDANA and any(
        part.kind in (*TIMED, *ENDLESS) for part in said.sentence
    )


def fine_of(journey: Journey) -> int:
    """Return the fine of the last verdict, in rupiah; 0 where there is none."""
    return sum(part.fine for part in sentence(journey) if part.kind is SentenceKind.DENDA)


def fine_owed(journey: Journey) -> int:
    """Return what is still to be paid of it."""
    paid = sum(one.amount or 0 for one in journey[VERDICT].paid)
    return max(fine_of(journey) - paid, 0)


def _fits(part: SentencePart) -> bool:
    timed = part.years or part.months or part.days
    if part.kind in TIMED:
        return bool(timed) and not part.fine
    if part.kind in ENDLESS:
        return not timed and not part.fine
    return part.kind is SentenceKind.TINDAKAN or (part.fine > 0 and not timed)


def _ensure_sentence(proposed: VerdictPronounced) -> None:
    ensure(
        bool(proposed.sentence) == (proposed.outcome is Outcome.DIPIDANA),
        "verdict.sentence_and_outcome",
        article=KUHAP,
        because=(
            "putusan pidana memuat pidana; putusan bebas atau lepas tidak memuatnya",
            "a conviction has a sentence; an acquittal or lepas has none",
        ),
        field="sentence",
    )
    ensure(
        all(_fits(part) for part in proposed.sentence),
        "verdict.sentence_part",
        article=KUHAP,
        because=(
            "penjara memuat lamanya, denda memuat rupiahnya, seumur hidup dan mati tanpa keduanya",
            "imprisonment has a length, a fine has rupiah, life and death have neither",
        ),
        field="sentence",
    )


def _ensure_turn(proposed: VerdictPronounced, verdicts: Verdicts) -> None:
    order = list(Instance)
    review = proposed.instance is Instance.PK
    ensure(
        review or not verdicts.final,
        "verdict.already_final",
        article=KUHAP,
        because=(
            "putusan sudah berkekuatan hukum tetap; hanya peninjauan kembali yang mungkin",
            "the verdict is final; only peninjauan kembali is possible",
        ),
    )
    ensure(
        bool(verdicts.final) or not review,
        "verdict.review_before_final",
        article=KUHAP,
        because=(
            "peninjauan kembali hanya terhadap putusan yang berkekuatan hukum tetap",
            "peninjauan kembali is only against a final verdict",
        ),
    )
    ensure(
        review
        or all(
            order.index(one.instance) < order.index(proposed.instance)
            for one in verdicts.pronounced
        ),
        "verdict.instance_order",
        article=KUHAP,
        because=(
            "sudah ada putusan pada tingkat yang sama atau lebih tinggi",
            "there is a verdict of the same or a higher instance already",
        ),
    )


def _ensure_new(number: str, verdicts: Verdicts) -> None:
    ensure(
        all(one.number != number for one in verdicts.pronounced),
        "verdict.number_exists",
        article=KUHAP,
        because=(
            "nomor putusan ini sudah tercatat dalam perkara ini",
            "this verdict number is recorded in this case already",
        ),
    )


def _ensure_pronounced(number: str, verdicts: Verdicts) -> None:
    ensure(
        any(one.number == number for one in verdicts.pronounced),
        "verdict.no_such_verdict",
        article=KUHAP,
        because=(
            "putusan dengan nomor itu belum diucapkan pada tanggal itu",
            "no verdict of that number was pronounced by that date",
        ),
    )


def _ensure_copy(number: str, verdicts: Verdicts) -> None:
    _ensure_pronounced(number, verdicts)
    ensure(
        number not in verdicts.copies,
        "verdict.copy_exists",
        article="Kepdirjenpas PAS-170.PK.01.01.02/2015 (surat permintaan vonis)",
        because=("salinan putusan itu sudah diterima", "the copy of that verdict is here already"),
    )


def _ensure_becomes_final(number: str, verdicts: Verdicts) -> None:
    _ensure_pronounced(number, verdicts)
    ensure(
        number not in verdicts.final,
        "verdict.already_final",
        article=KUHAP,
        because=(
            "putusan itu sudah berkekuatan hukum tetap",
            "that verdict is final already",
        ),
    )
    ensure(
        verdicts.pronounced[-1].number == number,
        "verdict.not_the_last",
        article=KUHAP,
        because=(
            "putusan itu sudah diganti oleh putusan tingkat yang lebih tinggi",
            "that verdict has been replaced by one of a higher instance",
        ),
    )


def _ensure_executable(verdicts: Verdicts) -> None:
    ensure(
        bool(verdicts.final),
        "verdict.not_final",
        article=FINAL_ONLY,
        because=(
            "belum ada putusan yang berkekuatan hukum tetap pada tanggal itu",
            "no verdict was final by that date",
        ),
    )
    ensure(
        verdicts.final[-1] not in verdicts.executed,
        "verdict.already_executed",
        article=FINAL_ONLY,
        because=("putusan itu sudah dilaksanakan", "that verdict has been executed already"),
    )


def decide(proposed: VerdictEvent, journey: Journey) -> Sequence[Event]:
    """Admit what courts can have said by then."""
    verdicts = journey[VERDICT]
    ensure_alive(journey, "verdict.dead")
    match proposed:
        case VerdictPronounced():
            _ensure_sentence(proposed)
            _ensure_turn(proposed, verdicts)
            _ensure_new(proposed.number, verdicts)
        case CopyReceived():
            _ensure_copy(proposed.number, verdicts)
        case VerdictBecameFinal():
            _ensure_becomes_final(proposed.number, verdicts)
        case VerdictExecuted():
            _ensure_executable(verdicts)
        case FinePaid():
            ensure_owed(proposed, fine_owed(journey))
        case _:
            assert_never(proposed)
    return [proposed]


def evolve(verdicts: Verdicts, event: VerdictEvent) -> Verdicts:
    """Write down the verdict, or what became of it."""
    match event:
        case VerdictPronounced():
            return replace(verdicts, pronounced=(*verdicts.pronounced, event))
        case CopyReceived():
            return replace(verdicts, copies=(*verdicts.copies, event.number))
        case VerdictBecameFinal():
            return replace(
                verdicts,
                final=(*verdicts.final, event.number),
                final_on=(*verdicts.final_on, event.effective.day),
            )
        case VerdictExecuted():
            return replace(
                verdicts,
                executed=(*verdicts.executed, *verdicts.final[-1:]),
                executed_on=(*verdicts.executed_on, event.effective.day),
            )
        case FinePaid():
            return replace(verdicts, paid=(*verdicts.paid, event))
        case _:
            assert_never(event)


VERDICT: Final[Chapter[Verdicts, VerdictEvent]] = Chapter(
    name="verdict",
    events=get_args(VerdictEvent),
    initial=Verdicts(
        pronounced=(), copies=(), final=(), executed=(), final_on=(), executed_on=(), paid=()
    ),
    decide=decide,
    evolve=evolve,
)
