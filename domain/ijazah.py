"""The end of a level of Kejar Paket: its exam, and the ijazah that proves it.

One sits an exam that one is registered for, and a result needs an exam that was sat; who failed
may be registered again. An ijazah is issued by the provider for a level that was passed, numbered
nationally (Permendikbudristek 58/2024, certainty K~), and may be handed over long after release.
These are events of the chapter `domain.kejar_paket`, which says who is enrolled.
"""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Final, assert_never

from domain.fields import Line, Sha256
from domain.kernel import Event, Open, Personal, Value, Words, ensure, replace
from domain.schooling import LEVELS, PaketLevel


class ExamRegistered(Event, stored_as="kejar_paket.exam_registered"):
    """The learner was registered for a final exam."""

    exam: Open[Line]


class ExamTaken(Event, stored_as="kejar_paket.exam_taken"):
    """The learner sat the exam."""

    exam: Open[Line]


class Passed(Event, stored_as="kejar_paket.passed"):
    """The exam was passed, and with it the level."""

    exam: Open[Line]


class Failed(Event, stored_as="kejar_paket.failed"):
    """The exam was not passed; the learner may be registered again."""

    exam: Open[Line]


class IjazahIssued(Event, stored_as="kejar_paket.ijazah_issued"):
    """The provider issued the ijazah of the first passed level that had none."""

    number: Personal[Line]
    issued_on: Open[date]
    sha256: Open[Sha256]


class IjazahHandedOver(Event, stored_as="kejar_paket.ijazah_handed_over"):
    """The first ijazah that was not handed over yet was, to the learner or to somebody else."""

    receiver: Personal[Line]


ExamEvent = ExamRegistered | ExamTaken | Passed | Failed
IjazahEvent = IjazahIssued | IjazahHandedOver


class Outcome(Enum):
    """How far an exam has come."""

    REGISTERED = "registered"
    TAKEN = "taken"
    PASSED = "passed"
    FAILED = "failed"


class Exam(Value):
    """One exam, the level that it closes, and since when it has come so far."""

    level: PaketLevel | None
    outcome: Outcome
    on: date


class Ijazah(Value):
    """One ijazah, the level that it proves, and to whom it was handed over."""

    level: PaketLevel | None
    issued: IjazahIssued
    handed_over: IjazahHandedOver | None


class Finals(Value):
    """Exams by their name, and ijazah in the order in which they were issued."""

    exams: dict[str, Exam]
    ijazah: tuple[Ijazah, ...]

    @property
    def passed(self) -> tuple[PaketLevel, ...]:
        """Return the levels passed, A before B before C."""
        done = {exam.level for exam in self.exams.values() if exam.outcome is Outcome.PASSED}
        return tuple(level for level in LEVELS if level in done)

    @property
    def without_ijazah(self) -> PaketLevel | None:
        """Return the first passed level whose ijazah was not issued."""
        issued = {ijazah.level for ijazah in self.ijazah}
        return next((level for level in self.passed if level not in issued), None)


IJAZAH: Final = "Permendikbudristek 58/2024"
EXAM: Final = "Kaidah Jejak: urutan ujian"

NOT_TAKEN: Final = (
    (Outcome.TAKEN,),
    "kejar_paket.exam_not_taken",
    (
        "hasil hanya ada untuk ujian yang sudah ditempuh dan belum dinilai",
        "a result needs an exam that was taken and has none yet",
    ),
)
OUTCOMES: Final[Mapping[type[Event], tuple[tuple[Outcome | None, ...], str, Words]]] = {
    ExamRegistered: (
        (None, Outcome.REGISTERED, Outcome.FAILED),
        "kejar_paket.exam_already_taken",
        ("ujian itu sudah ditempuh", "that exam was taken already"),
    ),
    ExamTaken: (
        (Outcome.REGISTERED,),
        "kejar_paket.exam_not_registered",
        (
            "warga belajar tidak terdaftar sebagai peserta ujian itu",
            "the learner is not registered for that exam",
        ),
    ),
    Passed: NOT_TAKEN,
    Failed: NOT_TAKEN,
}
"""How far the exam must have come before each event, and the refusal where it has not."""
AFTER: Final[Mapping[type[Event], Outcome]] = {
    ExamRegistered: Outcome.REGISTERED,
    ExamTaken: Outcome.TAKEN,
    Passed: Outcome.PASSED,
    Failed: Outcome.FAILED,
}


def ensure_exam(finals: Finals, proposed: ExamEvent) -> None:
    """Refuse a step of an exam that is not the next one."""
    exam = finals.exams.get(proposed.exam)
    outcomes, code, because = OUTCOMES[type(proposed)]
    ensure((exam.outcome if exam else None) in outcomes, code, article=EXAM, because=because)


def ensure_ijazah(finals: Finals, proposed: IjazahEvent) -> None:
    """Refuse an ijazah without a passed level, and handing over what was not issued."""
    match proposed:
        case IjazahIssued():
            ensure(
                proposed.issued_on <= proposed.effective.day,
                "kejar_paket.issued_later",
                article=IJAZAH,
                because=(
                    "tanggal ijazah sesudah tanggal kejadian ini",
                    "the ijazah bears a date after that of this event",
                ),
                field="issued_on",
            )
            ensure(
                finals.without_ijazah is not None,
                "kejar_paket.not_passed",
                article=IJAZAH,
                because=(
                    "tidak ada jenjang yang lulus dan belum berijazah",
                    "no level was passed that has no ijazah yet",
                ),
            )
        case IjazahHandedOver():
            ensure(
                any(ijazah.handed_over is None for ijazah in finals.ijazah),
                "kejar_paket.no_ijazah",
                article=IJAZAH,
                because=(
                    "tidak ada ijazah terbit yang belum diserahkan",
                    "no issued ijazah is left to be handed over",
                ),
            )
        case _:
            assert_never(proposed)


def examined(finals: Finals, event: ExamEvent, level: PaketLevel | None) -> Finals:
    """Write how far the exam has come; ``level`` is that of the enrolment."""
    known = finals.exams.get(event.exam)
    kept = known is not None and not isinstance(event, ExamRegistered)
    outcome, day = AFTER[type(event)], event.effective.day
    since = known.on if known and known.outcome is outcome else day
    exam = Exam(level=known.level if known and kept else level, outcome=outcome, on=since)
    return replace(finals, exams=finals.exams | {event.exam: exam})


def proved(finals: Finals, event: IjazahEvent) -> Finals:
    """Add the ijazah, or write to whom the first one left was handed over."""
    if isinstance(event, IjazahIssued):
        issued = Ijazah(level=finals.without_ijazah, issued=event, handed_over=None)
        return replace(finals, ijazah=(*finals.ijazah, issued))
    left = next((ijazah for ijazah in finals.ijazah if ijazah.handed_over is None), None)
    handed = (
        replace(ijazah, handed_over=event) if ijazah is left else ijazah for ijazah in finals.ijazah
    )
    return replace(finals, ijazah=tuple(handed))
