"""Kejar Paket: schooling to an ijazah equal to SD (Paket A), SMP (B) or SMA (C).

UU 20/2003 art. 26(6) (K+): what is learnt out of school counts as much as school, once examined.
Equivalence and the transfer of credits (SKK) by transcript or placement test are certainty V; how
many credits a level takes differs between curricula (K?) and is no rule here. A placement follows
the last schooling, and passing a level is schooling too. The provider is an SKB or a PKBM with its
NPSN; the NISN may come later. The ijazah is issued by the provider (Permendikbudristek 58/2024,
K~), once a level is passed, and never names a Rutan.

The schooling is the person's, not the unit's: it survives transfer and release, and needs only that
the person was once admitted. Papers and sums of a time before may come even after death.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Annotated, Final, assert_never, get_args

from domain.custody import ensure_admitted
from domain.fields import AcademicYear, AgreementId, Count, Hours, Line, Nisn, Npsn, ProgrammeId
from domain.ijazah import (
    ExamEvent,
    ExamRegistered,
    ExamTaken,
    Failed,
    Finals,
    IjazahEvent,
    IjazahHandedOver,
    IjazahIssued,
    Passed,
    ensure_exam,
    ensure_ijazah,
    examined,
    proved,
)
from domain.kernel import (
    Chapter,
    Event,
    Journey,
    Open,
    Personal,
    Range,
    Value,
    Words,
    ensure,
    replace,
)
from domain.participation import (
    AttendanceSum,
    WithdrawalReason,
    ensure_attendance,
    restated,
)
from domain.schooling import (
    EQUAL,
    ORDER,
    PaketLevel,
    PauseReason,
    Placed,
    Screened,
    ensure_placement,
    level_due,
    said,
    screening_of,
)
from domain.time import Effective

Semester = Annotated[int, Range(least=1, most=2)]


class Enrolled(Event, stored_as="kejar_paket.enrolled"):
    """A provider took the person as a learner for a semester. NISN null: pending."""

    level: Open[PaketLevel]
    programme: Open[ProgrammeId | None]
    agreement: Open[AgreementId | None]
    provider_npsn: Open[Npsn]
    provider: Open[Line]
    nisn: Personal[Nisn | None]
    academic_year: Open[AcademicYear]
    semester: Open[Semester]


class NisnReceived(Event, stored_as="kejar_paket.nisn_received"):
    """The learner's national number came from Dapodik."""

    nisn: Personal[Nisn]


class AttendanceSummarised(Event, stored_as="kejar_paket.attendance_summarised"):
    """Hours held and attended in a period; said again for it, the newer sum stands."""

    programme: Open[ProgrammeId | None]
    from_day: Open[date]
    until_day: Open[date]
    hours_held: Open[Hours]
    hours_attended: Open[Hours]


class CreditsEarned(Event, stored_as="kejar_paket.credits_earned"):
    """Credits (SKK) earned in a subject in a semester; said again for it, the newer stands."""

    subject: Open[Line]
    credits: Open[Count]
    academic_year: Open[AcademicYear]
    semester: Open[Semester]


class Paused(Event, stored_as="kejar_paket.paused"):
    """Learning was interrupted; the enrolment stays."""

    reason: Open[PauseReason]


class Resumed(Event, stored_as="kejar_paket.resumed"):
    """Learning went on."""


class Moved(Event, stored_as="kejar_paket.moved"):
    """The schooling moved with the person to another provider, inside or outside."""

    provider_npsn: Open[Npsn]
    provider: Open[Line]
    credits_carried: Open[Count]


class Withdrawn(Event, stored_as="kejar_paket.withdrawn"):
    """The person left the schooling before its end, and may be enrolled again."""

    reason: Open[WithdrawalReason]


Entry = Screened | Placed | Enrolled
Learning = NisnReceived | AttendanceSummarised | CreditsEarned
Course = Paused | Resumed | Moved | Withdrawn
KejarPaketEvent = Entry | Learning | Course | ExamEvent | IjazahEvent


class Standing(Enum):
    """How it stands with the level that the person was last enrolled in."""

    NOT_ENROLLED = "not_enrolled"
    LEARNING = "learning"
    PAUSED = "paused"
    PASSED = "passed"
    WITHDRAWN = "withdrawn"


class KejarPaket(Value):
    """The schooling as last told: ``pause`` while it lasts, credits by semester and subject.

    ``enrolments`` are all there were; ``over`` is when the last was passed or left.
    """

    screened: Screened | None
    placed: Placed | None
    standing: Standing
    pause: PauseReason | None
    enrolled: Enrolled | None
    enrolments: tuple[Enrolled, ...]
    over: Effective | None
    provider: Enrolled | Moved | None
    nisn: str | None
    attendance: tuple[AttendanceSum, ...]
    credits: dict[str, CreditsEarned]
    finals: Finals

    @property
    def programme(self) -> str | None:
        """Return the class that the learner sits in: none once the schooling has moved on."""
        return self.provider.programme if isinstance(self.provider, Enrolled) else None


ENROLLED: Final = (Standing.LEARNING, Standing.PAUSED)
EVER_ENROLLED: Final = (*ENROLLED, Standing.PASSED, Standing.WITHDRAWN)
NOT_ENROLLED: Final = (
    "kejar_paket.not_enrolled",
    ("warga belajar tidak terdaftar pada waktu itu", "the learner is not enrolled at the time"),
)
STANDINGS: Final[Mapping[type[Event], tuple[tuple[Standing, ...], str, Words]]] = {
    NisnReceived: (EVER_ENROLLED, *NOT_ENROLLED),
    AttendanceSummarised: (EVER_ENROLLED, *NOT_ENROLLED),
    CreditsEarned: (EVER_ENROLLED, *NOT_ENROLLED),
    Paused: (
        (Standing.LEARNING,),
        "kejar_paket.not_learning",
        ("tidak ada pembelajaran yang berjalan", "no learning is under way"),
    ),
    Resumed: (
        (Standing.PAUSED,),
        "kejar_paket.not_paused",
        ("pembelajaran tidak sedang terhenti", "learning is not paused"),
    ),
    Moved: (ENROLLED, *NOT_ENROLLED),
    Withdrawn: (ENROLLED, *NOT_ENROLLED),
    ExamRegistered: (ENROLLED, *NOT_ENROLLED),
    ExamTaken: (ENROLLED, *NOT_ENROLLED),
}
"""The standing that an event needs: sums, credits and numbers may still come when it is over."""
ALIVE: Final = (Screened, Placed, Enrolled, Paused, Resumed, Moved, ExamRegistered, ExamTaken)


def _ensure_enrolment(state: KejarPaket, proposed: Enrolled) -> None:
    _ensure_academic_year(proposed)
    screened, placed = screening_of(state.screened), state.placed
    ensure(
        placed is not None,
        "kejar_paket.not_placed",
        article=ORDER,
        because=("jenjang dan kelas belum ditetapkan", "no level and grade was assigned yet"),
    )
    due = placed.level if placed and placed.level not in state.finals.passed else None
    due = due or level_due(screened.last_schooling, state.finals.passed)
    ensure(
        proposed.level is due,
        "kejar_paket.not_the_level_placed",
        article=EQUAL,
        because=(
            f"jenjang yang terbuka: {said(due, 'tidak ada')}",
            f"the level that is open: {said(due, 'none')}",
        ),
    )
    ensure(
        state.standing not in ENROLLED or _next_semester(state, proposed),
        "kejar_paket.already_enrolled",
        article=ORDER,
        because=(
            "sudah terdaftar; daftar ulang hanya untuk semester berikut di lembaga yang sama",
            "already enrolled; one enrols again only for a later semester at the same provider",
        ),
    )


def _next_semester(state: KejarPaket, proposed: Enrolled) -> bool:
    now, there = state.enrolled, state.provider
    return (
        now is not None
        and there is not None
        and state.standing is Standing.LEARNING
        and proposed.provider_npsn == there.provider_npsn
        and (proposed.academic_year, proposed.semester) > (now.academic_year, now.semester)
    )


def _ensure_academic_year(proposed: Enrolled | CreditsEarned) -> None:
    first, _, second = proposed.academic_year.partition("/")
    ensure(
        int(second) == int(first) + 1,
        "kejar_paket.academic_year_not_consecutive",
        article=ORDER,
        because=(
            "tahun ajaran terdiri atas dua tahun berurutan",
            "an academic year is two years in a row",
        ),
        field="academic_year",
    )


def _attended(event: AttendanceSummarised) -> AttendanceSum:
    return AttendanceSum(
        programme=event.programme,
        from_day=event.from_day,
        until_day=event.until_day,
        held=event.hours_held,
        attended=event.hours_attended,
    )


def decide(proposed: KejarPaketEvent, journey: Journey) -> Sequence[Event]:
    """Admit what a learner's way to an ijazah can hold, wherever the person now is."""
    state = journey[KEJAR_PAKET]
    if isinstance(proposed, ALIVE):
        ensure_admitted(journey, "kejar_paket.not_admitted")
    if (needed := STANDINGS.get(type(proposed))) is not None:
        standings, code, because = needed
        ensure(state.standing in standings, code, article=ORDER, because=because)
    match proposed:
        case Placed():
            ensure_placement(state.screened, state.finals.passed, proposed)
        case Enrolled():
            _ensure_enrolment(state, proposed)
        case AttendanceSummarised():
            ensure_attendance(
                KEJAR_PAKET.name,
                _attended(proposed),
                told=proposed.effective,
                before=state.attendance,
                field="hours_attended",
            )
        case CreditsEarned():
            _ensure_academic_year(proposed)
        case ExamRegistered() | ExamTaken() | Passed() | Failed():
            ensure_exam(state.finals, proposed)
        case IjazahIssued() | IjazahHandedOver():
            ensure_ijazah(state.finals, proposed)
        case Screened() | NisnReceived() | Paused() | Resumed() | Moved() | Withdrawn():
            pass
        case _:
            assert_never(proposed)
    return [proposed]


def evolve(state: KejarPaket, event: KejarPaketEvent) -> KejarPaket:
    """Follow the learner from one level to the next."""
    match event:
        case Screened() | Placed() | Enrolled():
            return _entered(state, event)
        case NisnReceived() | AttendanceSummarised() | CreditsEarned():
            return _learnt(state, event)
        case Paused() | Resumed() | Moved() | Withdrawn():
            return _went_on(state, event)
        case ExamRegistered() | ExamTaken() | Passed() | Failed():
            return _examined(state, event)
        case IjazahIssued() | IjazahHandedOver():
            return replace(state, finals=proved(state.finals, event))
        case _:
            assert_never(event)


def _entered(state: KejarPaket, event: Entry) -> KejarPaket:
    match event:
        case Screened():
            return replace(state, screened=event)
        case Placed():
            return replace(state, placed=event)
        case Enrolled():
            return replace(
                state,
                standing=Standing.LEARNING,
                pause=None,
                enrolled=event,
                enrolments=(*(one for one in state.enrolments if one != event), event),
                over=None,
                provider=event,
                nisn=event.nisn or state.nisn,
            )
        case _:
            assert_never(event)


def _learnt(state: KejarPaket, event: Learning) -> KejarPaket:
    match event:
        case NisnReceived():
            return replace(state, nisn=event.nisn)
        case AttendanceSummarised():
            return replace(state, attendance=restated(state.attendance, _attended(event)))
        case CreditsEarned():
            key = f"{event.academic_year}-{event.semester} {event.subject}"
            return replace(state, credits=state.credits | {key: event})
        case _:
            assert_never(event)


def _went_on(state: KejarPaket, event: Course) -> KejarPaket:
    match event:
        case Paused():
            return replace(state, standing=Standing.PAUSED, pause=event.reason)
        case Resumed():
            return replace(state, standing=Standing.LEARNING, pause=None)
        case Moved():
            return replace(state, provider=event)
        case Withdrawn():
            return replace(state, standing=Standing.WITHDRAWN, pause=None, over=event.effective)
        case _:
            assert_never(event)


def _examined(state: KejarPaket, event: ExamEvent) -> KejarPaket:
    level = state.enrolled.level if state.enrolled else None
    finals = examined(state.finals, event, level)
    if isinstance(event, Passed) and finals.exams[event.exam].level is level:
        done = event.effective
        return replace(state, finals=finals, standing=Standing.PASSED, pause=None, over=done)
    return replace(state, finals=finals)


KEJAR_PAKET: Final[Chapter[KejarPaket, KejarPaketEvent]] = Chapter(
    name="kejar_paket",
    events=get_args(KejarPaketEvent),
    initial=KejarPaket(
        screened=None,
        placed=None,
        standing=Standing.NOT_ENROLLED,
        pause=None,
        enrolled=None,
        enrolments=(),
        over=None,
        provider=None,
        nisn=None,
        attendance=(),
        credits={},
        finals=Finals(exams={}, ijazah=()),
    ),
    decide=decide,
    evolve=evolve,
)
