"""What stands in the fields of a shared record: small values, all of them for somebody outside.

None of them has a place for an offence, a verdict, a sentence or a remisi. Where a field of a case
would tell of one (by what somebody was released: an acquittal, an amnesty, a remisi), the value
here is coarser.
"""

from datetime import date
from enum import Enum
from typing import Annotated

from domain.certification import Competence
from domain.fields import AcademicYear, Line, Npsn, ProgrammeId, Ref, UnitCode
from domain.ijazah import Outcome
from domain.job_placement import FollowUpMonth, WorkKind
from domain.kejar_paket import Semester
from domain.kernel import Pattern, Value
from domain.law.facts import Right
from domain.programme import ProgrammeKind
from domain.schooling import Grade, PaketLevel

Period = Annotated[str, Pattern(regex=r"now|\d{4}-Q[1-4]", example="2026-Q3")]
"""A quarter of a calendar year, or ``now`` of whoever is free already."""


class PartStanding(Enum):
    """How it stands with somebody's part in a programme; ``moved_on`` is to another provider."""

    SEATED = "seated"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"
    WITHDRAWN = "withdrawn"
    MOVED_ON = "moved_on"


class ProgrammePart(Value):
    """A programme that somebody takes part in. ``programme`` is empty of one that has no id here.

    ``since`` of somebody who only has a seat is the day of the seat; ``until`` is the day on which
    the part ended.
    """

    programme: ProgrammeId | None
    title: Line | None
    kind: ProgrammeKind
    since: date | None
    until: date | None
    standing: PartStanding


class AttendedIn(Enum):
    """What attendance is counted in."""

    HOURS = "hours"
    SESSIONS = "sessions"


class AttendanceTotal(Value):
    """What was held of a programme while the person took part, and what they attended of it."""

    programme: ProgrammeId | None
    held: int
    attended: int
    unit: AttendedIn


class LearningLevel(Value):
    """The level that a learner was last enrolled in, and by which provider."""

    level: PaketLevel
    grade: Grade | None
    academic_year: AcademicYear
    semester: Semester
    provider_npsn: Npsn


class ExamResult(Value):
    """One exam, and since when it has come so far."""

    exam: Line
    level: PaketLevel | None
    outcome: Outcome
    on: date


class IjazahShared(Value):
    """One ijazah. Its number is left out: the office that issues it has it."""

    level: PaketLevel | None
    issued_on: date
    handed_over_on: date | None


class SkillFound(Value):
    """What an assessor last found in a scheme."""

    programme: ProgrammeId
    scheme: Line
    result: Competence
    on: date


class CertificateKind(Enum):
    """What a certificate says: that a training was attended, or that somebody is competent."""

    ATTENDANCE = "attendance"
    COMPETENCE = "competence"


class CertificateShared(Value):
    """One certificate. ``number`` is empty of a child's, who could be found by it."""

    programme: ProgrammeId
    kind: CertificateKind
    number: Line | None
    issuer: Line
    scheme: Line | None
    issued_on: date
    valid_until: date | None


class StillSo(Value):
    """What was seen so many months after the start."""

    month: FollowUpMonth
    still_working: bool


class WorkShared(Value):
    """One placement that has started."""

    placement: Ref
    kind: WorkKind
    employer: Line | None
    position: Line | None
    since: date
    until: date | None
    verified: tuple[StillSo, ...]


class BusinessShared(Value):
    """One business of the person's own."""

    placement: Ref
    since: date
    until: date | None
    verified: tuple[StillSo, ...]


class ReleaseManner(Enum):
    """Whether somebody was released for good, or may be taken back in the same case."""

    FINAL = "final"
    CONDITIONAL = "conditional"


class ReleaseShared(Value):
    """When somebody was released, and whether for good; not by which decision."""

    on: date
    kind: ReleaseManner


class IntegrationShared(Value):
    """One right of integration that was begun."""

    right: Right
    granted_from: date | None
    granted_until: date | None
    since: date
    bapas: UnitCode | None
    revoked_on: date | None
    ended_on: date | None


class GuidancePart(Value):
    """One stage of guidance, both days included."""

    number: int
    from_day: date
    until: date
    report_every_months: int


class Supervision(Value):
    """The guidance of a klien. ``next_report`` is the first day due that no report has met."""

    bapas: UnitCode | None
    right: Right
    since: date
    last_report: date | None
    next_report: date | None
    stages: tuple[GuidancePart, ...]
    guidance_until: date | None
    probation_end: date | None


class ReferralAnswer(Enum):
    """What a unit answered to a referral."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


class ReferralActivity(Value):
    """What a youth joined."""

    kind: ProgrammeKind
    title: Line


class ReferralShared(Value):
    """How a referral stands: no concern, no reason and no outcome in words."""

    received_on: date
    respond_by: date | None
    answer: ReferralAnswer | None
    answered_on: date | None
    activities: tuple[ReferralActivity, ...]
    finished_on: date | None
