"""The education register: each learner's way through Kejar Paket, to the ijazah in hand.

Most of its events name no level: the level is that of the enrolment in force when they took
effect, and an ijazah is that of the first level passed without one (the rules of `domain.ijazah`).
So the steps are kept, and walked again whenever one more is told.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from domain import ijazah as finals
from domain.ijazah import ExamEvent, IjazahHandedOver, IjazahIssued, Outcome
from domain.kejar_paket import (
    KEJAR_PAKET,
    AttendanceSummarised,
    CreditsEarned,
    Enrolled,
    Moved,
    NisnReceived,
    Paused,
    Resumed,
    Standing,
    Withdrawn,
)
from domain.kernel import Open, Personal, Value
from domain.record import Recorded
from domain.schooling import LEVELS, PaketLevel, PauseReason, Placed, Proof, Schooling, Screened
from projections.attendance import Attended, attended, held, summed
from projections.dated import Dated, Moment, amended, entered, restated, when
from projections.kernel import Projection, Scope, changed


class Enrolment(Moment):
    """One semester at one provider."""

    level: PaketLevel
    programme: str | None
    agreement: str | None
    provider_npsn: str
    provider: str
    academic_year: str
    semester: int


class Credit(Moment):
    """Credits (SKK) in a subject in a semester."""

    subject: str
    academic_year: str
    semester: int
    credits: int


class SchoolStep(Moment):
    """One step, by the stored name of its event, with what of it decides about levels."""

    fact: str
    level: PaketLevel | None
    exam: str | None
    issued_on: date | None
    pause: PauseReason | None


class IjazahLine(Value):
    """One ijazah: of which level, and when it was issued and handed over."""

    level: PaketLevel | None
    issued_on: date | None
    handed_over_on: date | None


class Learner(Dated):
    """One learner. ``level`` and ``grade`` as placed; attendance in hours, credits in SKK."""

    case: Open[str]
    person: Open[str]
    last_schooling: Open[Schooling | None]
    proof: Open[Proof | None]
    level: Open[PaketLevel | None]
    grade: Open[int | None]
    credits_recognised: Open[int | None]
    standing: Open[Standing]
    pause: Open[PauseReason | None]
    provider_npsn: Open[str | None]
    provider: Open[str | None]
    nisn: Personal[str | None]
    hours_held: Open[int]
    hours_attended: Open[int]
    credits_earned: Open[int]
    passed: Open[tuple[PaketLevel, ...]]
    ijazah: Open[tuple[IjazahLine, ...]]
    enrolments: Open[tuple[Enrolment, ...]]
    attendance: Open[tuple[Attended, ...]]
    credits: Open[tuple[Credit, ...]]
    steps: Open[tuple[SchoolStep, ...]]


EXAM: Final = {kind.stored_as: outcome for kind, outcome in finals.AFTER.items()}
STANDINGS: Final = {
    Enrolled.stored_as: Standing.LEARNING,
    Paused.stored_as: Standing.PAUSED,
    Resumed.stored_as: Standing.LEARNING,
    Withdrawn.stored_as: Standing.WITHDRAWN,
}
STEPS: Final = Enrolled | Paused | Resumed | Withdrawn | ExamEvent | IjazahIssued | IjazahHandedOver


def _blank(page: Recorded) -> Learner:
    return Learner(
        told=(),
        case=page.stream.key,
        person=page.subject,
        last_schooling=None,
        proof=None,
        level=None,
        grade=None,
        credits_recognised=None,
        standing=Standing.NOT_ENROLLED,
        pause=None,
        provider_npsn=None,
        provider=None,
        nisn=None,
        hours_held=0,
        hours_attended=0,
        credits_earned=0,
        passed=(),
        ijazah=(),
        enrolments=(),
        attendance=(),
        credits=(),
        steps=(),
    )


def _told(row: Learner, page: Recorded) -> Learner:
    """Write down what the page says, in its place in time."""
    match page.event:
        case Screened() as said:
            schooling, proof = said.last_schooling, said.proof
            row = amended(row, page, "screening", last_schooling=schooling, proof=proof)
        case Placed() as said:
            row = amended(
                row,
                page,
                "placement",
                level=said.level,
                grade=said.grade,
                credits_recognised=said.credits_recognised,
            )
        case Enrolled() as said:
            row = _enrolled(row, page, said)
        case Moved() as said:
            row = _provided(row, page, said)
        case NisnReceived() as said:
            row = amended(row, page, "nisn", nisn=said.nisn)
        case AttendanceSummarised() | CreditsEarned() as said:
            row = _learnt(row, page, said)
    return row


def _enrolled(row: Learner, page: Recorded, said: Enrolled) -> Learner:
    line = Enrolment(
        **when(page),
        level=said.level,
        programme=said.programme,
        agreement=said.agreement,
        provider_npsn=said.provider_npsn,
        provider=said.provider,
        academic_year=said.academic_year,
        semester=said.semester,
    )
    row = _provided(changed(row, enrolments=entered(row.enrolments, line)), page, said)
    return amended(row, page, "nisn", nisn=said.nisn) if said.nisn else row


def _provided(row: Learner, page: Recorded, said: Enrolled | Moved) -> Learner:
    npsn, provider = said.provider_npsn, said.provider
    return amended(row, page, "provider", provider_npsn=npsn, provider=provider)


def _learnt(row: Learner, page: Recorded, said: AttendanceSummarised | CreditsEarned) -> Learner:
    if isinstance(said, CreditsEarned):
        credit = Credit(
            **when(page),
            subject=said.subject,
            academic_year=said.academic_year,
            semester=said.semester,
            credits=said.credits,
        )
        credits_ = restated(
            row.credits, credit, same=lambda c: (c.subject, c.academic_year, c.semester)
        )
        return changed(row, credits=credits_, credits_earned=sum(one.credits for one in credits_))
    newest = Attended(
        **when(page),
        programme=said.programme,
        from_day=said.from_day,
        until_day=said.until_day,
        held=said.hours_held,
        attended=said.hours_attended,
    )
    sums = summed(row.attendance, newest)
    return changed(row, attendance=sums, hours_held=held(sums), hours_attended=attended(sums))


class Walk(Value):
    """Where the steps lead."""

    level: PaketLevel | None
    standing: Standing
    pause: PauseReason | None
    exams: dict[str, tuple[PaketLevel | None, Outcome]]
    ijazah: tuple[IjazahLine, ...]

    @property
    def passed(self) -> tuple[PaketLevel, ...]:
        """Return the levels passed, A before B before C."""
        done = [level for level, outcome in self.exams.values() if outcome is Outcome.PASSED]
        return tuple(level for level in LEVELS if level in done)


START: Final = Walk(level=None, standing=Standing.NOT_ENROLLED, pause=None, exams={}, ijazah=())


def _walked(steps: Iterable[SchoolStep]) -> Walk:
    walk = START
    for step in steps:
        walk = changed(
            _examined(_proved(walk, step), step),
            level=step.level or walk.level,
        )
        if standing := STANDINGS.get(step.fact):
            walk = changed(walk, standing=standing, pause=step.pause)
    return walk


def _examined(walk: Walk, step: SchoolStep) -> Walk:
    outcome = EXAM.get(step.fact)
    if outcome is None or step.exam is None:
        return walk
    known = None if outcome is Outcome.REGISTERED else walk.exams.get(step.exam)
    level = known[0] if known else walk.level
    walk = changed(walk, exams=walk.exams | {step.exam: (level, outcome)})
    closes = outcome is Outcome.PASSED and level is walk.level
    return changed(walk, standing=Standing.PASSED, pause=None) if closes else walk


def _proved(walk: Walk, step: SchoolStep) -> Walk:
    if step.fact == IjazahIssued.stored_as:
        issued = [line.level for line in walk.ijazah]
        level = next((level for level in walk.passed if level not in issued), None)
        line = IjazahLine(level=level, issued_on=step.issued_on, handed_over_on=None)
        return changed(walk, ijazah=(*walk.ijazah, line))
    lines = list(walk.ijazah)
    left = [index for index, line in enumerate(lines) if line.handed_over_on is None]
    if step.fact == IjazahHandedOver.stored_as and left:
        lines[left[0]] = changed(lines[left[0]], handed_over_on=step.day)
    return changed(walk, ijazah=tuple(lines))


def evolve(row: Learner | None, page: Recorded) -> Learner:
    """Write down what the page says, and walk the steps again."""
    event = page.event
    row = _told(row or _blank(page), page)
    if not isinstance(event, STEPS):
        return row
    step = SchoolStep(
        **when(page),
        fact=event.stored_as,
        level=event.level if isinstance(event, Enrolled) else None,
        exam=event.exam if isinstance(event, ExamEvent) else None,
        issued_on=event.issued_on if isinstance(event, IjazahIssued) else None,
        pause=event.reason if isinstance(event, Paused) else None,
    )
    steps = entered(row.steps, step)
    walk = _walked(steps)
    return changed(
        row,
        steps=steps,
        standing=walk.standing,
        pause=walk.pause,
        passed=walk.passed,
        ijazah=walk.ijazah,
    )


EDUCATION_REGISTER = Projection(
    name="education_register",
    version=1,
    row=Learner,
    events=KEJAR_PAKET.events,
    key=lambda page: page.stream.key,
    evolve=evolve,
    scope=Scope.CASE,
    within_stream=True,
    subject="person",
)
