"""One record of each kind with every field that it may have, of people who do not exist."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from domain.agreement import ParticipantKind
from domain.certification import Competence
from domain.fields import EXAMPLE_ID
from domain.ijazah import Outcome
from domain.job_placement import WorkKind
from domain.kernel import Json
from domain.law.facts import Right
from domain.person import Sex
from domain.programme import ProgrammeKind
from domain.schooling import PaketLevel
from domain.sharing.fields import FIELDS, RecordKind, SharedField
from projections.counting import AgeBand
from projections.shared.counts import By, Figure, PublishedCount, PublishedCounts
from projections.shared.plain import plain
from projections.shared.values import (
    AttendanceTotal,
    AttendedIn,
    BusinessShared,
    CertificateKind,
    CertificateShared,
    ExamResult,
    GuidancePart,
    IjazahShared,
    IntegrationShared,
    LearningLevel,
    PartStanding,
    ProgrammePart,
    ReferralActivity,
    ReferralAnswer,
    ReferralShared,
    ReleaseManner,
    ReleaseShared,
    SkillFound,
    StillSo,
    Supervision,
    WorkShared,
)

SCHEME: Final = "Pangkas rambut pria"
STARTED: Final = date(2026, 7, 6)
STILL: Final = (StillSo(month=1, still_working=True), StillSo(month=3, still_working=True))

VALUES: Final[Mapping[SharedField, Any]] = {
    SharedField.FULL_NAME: "Budi Santoso Contoh",
    SharedField.NISN: "0051234567",
    SharedField.SEX: Sex.MALE,
    SharedField.AGE_BAND: AgeBand.FROM_20,
    SharedField.DOMICILE: "12.71",
    SharedField.PROGRAMME: (
        ProgrammePart(
            programme=EXAMPLE_ID,
            title="Barbershop",
            kind=ProgrammeKind.PELATIHAN_KETERAMPILAN,
            since=date(2025, 11, 25),
            until=date(2026, 1, 30),
            standing=PartStanding.COMPLETED,
        ),
    ),
    SharedField.ATTENDANCE: (
        AttendanceTotal(programme=EXAMPLE_ID, held=10, attended=9, unit=AttendedIn.SESSIONS),
    ),
    SharedField.LEVEL: LearningLevel(
        level=PaketLevel.B,
        grade=9,
        academic_year="2025/2026",
        semester=2,
        provider_npsn="P2964156",
    ),
    SharedField.RESULT: (
        ExamResult(
            exam="UPK Paket B 2026",
            level=PaketLevel.B,
            outcome=Outcome.PASSED,
            on=date(2026, 5, 25),
        ),
    ),
    SharedField.IJAZAH: (
        IjazahShared(level=PaketLevel.B, issued_on=date(2026, 6, 15), handed_over_on=None),
    ),
    SharedField.SKILL: (
        SkillFound(
            programme=EXAMPLE_ID,
            scheme=SCHEME,
            result=Competence.KOMPETEN,
            on=date(2026, 2, 5),
        ),
    ),
    SharedField.CERTIFICATE: (
        CertificateShared(
            programme=EXAMPLE_ID,
            kind=CertificateKind.COMPETENCE,
            number="CONTOH/001/2026",
            issuer="LSP Contoh",
            scheme=SCHEME,
            issued_on=date(2026, 2, 12),
            valid_until=date(2029, 2, 12),
        ),
    ),
    SharedField.AVAILABILITY: "2026-Q3",
    SharedField.PLACEMENT: (
        WorkShared(
            placement="penempatan-1",
            kind=WorkKind.KARYAWAN,
            employer="Pangkas Rapi Contoh",
            position="Pemangkas rambut",
            since=STARTED,
            until=None,
            verified=STILL,
        ),
    ),
    SharedField.BUSINESS: (
        BusinessShared(placement="usaha-1", since=STARTED, until=None, verified=STILL),
    ),
    SharedField.PARTICIPANT_KIND: ParticipantKind.KLIEN,
    SharedField.RELEASE: ReleaseShared(on=date(2026, 6, 30), kind=ReleaseManner.CONDITIONAL),
    SharedField.INTEGRATION: (
        IntegrationShared(
            right=Right.PB,
            granted_from=date(2026, 6, 30),
            granted_until=date(2027, 12, 30),
            since=date(2026, 6, 30),
            bapas="BAPAS-MEDAN",
            revoked_on=None,
            ended_on=None,
        ),
    ),
    SharedField.SUPERVISION: Supervision(
        bapas="BAPAS-MEDAN",
        right=Right.PB,
        since=date(2026, 6, 30),
        last_report=date(2026, 8, 3),
        next_report=date(2026, 8, 30),
        stages=(
            GuidancePart(
                number=1,
                from_day=date(2026, 6, 30),
                until=date(2026, 11, 12),
                report_every_months=1,
            ),
        ),
        guidance_until=date(2027, 12, 30),
        probation_end=date(2027, 12, 30),
    ),
    SharedField.REFERRAL: ReferralShared(
        received_on=date(2026, 7, 21),
        respond_by=date(2026, 8, 4),
        answer=ReferralAnswer.ACCEPTED,
        answered_on=date(2026, 7, 28),
        activities=(
            ReferralActivity(kind=ProgrammeKind.PSIKOSOSIAL, title="Pendampingan psikososial"),
        ),
        finished_on=None,
    ),
    SharedField.COUNTS: PublishedCounts(
        fewest=5,
        rounded_down_to=5,
        lines=(
            PublishedCount(
                figure=Figure.POPULATION,
                by=None,
                value=None,
                title=None,
                count=2_340,
                suppressed=False,
            ),
            PublishedCount(
                figure=Figure.POPULATION,
                by=By.AGE_BAND,
                value=AgeBand.FROM_60.value,
                title=None,
                count=None,
                suppressed=True,
            ),
        ),
    ),
}
EXAMPLES: Final[Mapping[RecordKind, Json]] = {
    record: {one.value: plain(VALUES[one]) for one in SharedField if one in fields}
    for record, fields in FIELDS.items()
}
"""Every field at once: a record of a youth who was referred has only that, a name and a home."""
