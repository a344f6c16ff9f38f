"""Journeys for shared records: one that has been through everything, and the scopes of agencies."""

from collections import UserDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from scenario import on

from domain import activity, kejar_paket, skill_training
from domain.admission import AdmissionReason, CustodyAdmitted, Religion
from domain.agreement import (
    AgreementProposed,
    AgreementSigned,
    AgreementStarted,
    Instrument,
    ParticipantKind,
)
from domain.catalogue import CASE, REFERRAL
from domain.certification import Assessed, AttendanceCertified, Competence, CompetenceCertified
from domain.ijazah import ExamRegistered, ExamTaken, IjazahHandedOver, IjazahIssued, Passed
from domain.integration import (
    IntegrationGranted,
    IntegrationGuided,
    IntegrationProposed,
    IntegrationStarted,
    ReportWay,
)
from domain.job_placement import (
    EmployerConsented,
    JobOffered,
    JobStarted,
    JobVerified,
    VerificationMethod,
    WorkKind,
)
from domain.kejar_paket import Enrolled
from domain.kernel import Event, Journey
from domain.law.book import LAW
from domain.law.facts import Right
from domain.person import Sex
from domain.programme import ProgrammeKind, ProgrammeOpened, ProviderKind
from domain.record import StreamId
from domain.referral import (
    GuardianConsented,
    ReferralAccepted,
    ReferralFinished,
    ReferralJoined,
    ReferralReceived,
)
from domain.registry import AgencyKind
from domain.release import Released, ReleaseKind
from domain.schooling import PaketLevel, Placed
from domain.sharing.fields import SharedField
from domain.sharing.scope import Scope, compile_scope
from domain.skill_training import Applied, Completed, Seated, Started, TrainerKind
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)
from projections.shared.record import Shared, shared


class Watched(UserDict[Any, Any]):
    """The states of a journey, and which chapters were asked for."""

    def __init__(self, states: Any) -> None:
        self.asked: set[Any] = set()
        super().__init__(states)

    def __getitem__(self, chapter: Any) -> Any:
        self.asked.add(chapter)
        return super().__getitem__(chapter)


OURS = "01980f5c-7a00-7000-8000-00000000000a"
THEIRS = "01980f5c-7a00-7000-8000-00000000000b"
PERSON = "01980f5c-7a00-7000-8000-000000000001"
CLASS, BARBER, FARM, BOOKS, ELSEWHERE = (
    f"01980f5c-7a00-7000-8000-0000000000c{digit}" for digit in range(5)
)
CASE_STREAM = StreamId(kind="case", key="01980f5c-7a00-7000-8000-000000000002")
REFERRED = StreamId(kind="referral", key="01980f5c-7a00-7000-8000-000000000003")
AGENCY = "AGENCY-1"
UNIT = "RUTAN-MEDAN"
EVERYBODY = tuple(ParticipantKind)


def course(key: str, kind: ProgrammeKind, agreement: str | None = OURS) -> ProgrammeOpened:
    """A programme of a kind, under an agreement."""
    return ProgrammeOpened(
        effective=on("2025-01-06"),
        kind=kind,
        title=f"Program {kind.value}",
        unit=UNIT,
        provider="Penyelenggara",
        provider_kind=ProviderKind.DINAS,
        certified=True,
        scheme="Pangkas rambut pria",
        capacity=20,
        agreement=agreement,
        starts=date(2025, 1, 6),
        ends=None,
        eligible_domiciles=(),
        asset=None,
    )


COURSES = {
    CLASS: course(CLASS, ProgrammeKind.KEJAR_PAKET),
    BARBER: course(BARBER, ProgrammeKind.PELATIHAN_KETERAMPILAN),
    FARM: course(FARM, ProgrammeKind.PERTANIAN),
    BOOKS: course(BOOKS, ProgrammeKind.LITERASI),
    ELSEWHERE: course(ELSEWHERE, ProgrammeKind.PELATIHAN_KETERAMPILAN, THEIRS),
}
ADMITTED = CustodyAdmitted(
    effective=on("2024-12-02"),
    person=PERSON,
    unit=UNIT,
    reason=AdmissionReason.PENAHANAN,
    full_name="Budi Santoso Contoh",
    sex=Sex.MALE,
    birth_date=date(1990, 5, 17),
    religion=Religion.ISLAM,
    domicile="12.71",
)
SENTENCED: Sequence[Event] = (
    VerdictPronounced(
        effective=on("2025-02-03"),
        instance=Instance.PN,
        court="Pengadilan Negeri Contoh",
        number="77/Pid.B/2025",
        outcome=Outcome.DIPIDANA,
        sentence=(SentencePart(kind=SentenceKind.PENJARA, years=2, months=0, days=0, fine=0),),
        offence=("Pasal contoh",),
    ),
    VerdictBecameFinal(effective=on("2025-02-10"), number="77/Pid.B/2025"),
    VerdictExecuted(effective=on("2025-02-12"), document="BA-17/1"),
)
ENROLLED = Enrolled(
    effective=on("2025-03-03"),
    level=PaketLevel.B,
    programme=CLASS,
    agreement=None,
    provider_npsn="P2964156",
    provider="PKBM Contoh",
    nisn="0051234567",
    academic_year="2024/2025",
    semester=2,
)
LEARNT: Sequence[Event] = (
    Placed(effective=on("2025-03-01"), level=PaketLevel.B, grade=9, credits_recognised=0),
    ENROLLED,
    kejar_paket.AttendanceSummarised(
        effective=on("2025-04-01"),
        programme=CLASS,
        from_day=date(2025, 3, 3),
        until_day=date(2025, 3, 31),
        hours_held=40,
        hours_attended=36,
    ),
    ExamRegistered(effective=on("2025-05-01"), exam="UPK 2025"),
    ExamTaken(effective=on("2025-05-20"), exam="UPK 2025"),
    Passed(effective=on("2025-05-26"), exam="UPK 2025"),
    IjazahIssued(
        effective=on("2025-06-16"),
        number="DN-PB/1",
        issued_on=date(2025, 6, 16),
        sha256="0" * 64,
    ),
    IjazahHandedOver(effective=on("2025-07-01"), receiver="Yang bersangkutan"),
)


def trained(programme: str = BARBER, agreement: str | None = None) -> Sequence[Event]:
    """A training from the application to its two certificates."""
    return (
        Applied(effective=on("2025-03-10"), programme=programme, agreement=agreement),
        Seated(effective=on("2025-03-12"), programme=programme),
        Started(
            effective=on("2025-03-17"),
            programme=programme,
            trainer_kind=TrainerKind.DINAS,
            trainer_organisation="Dinas",
        ),
        skill_training.AttendanceSummarised(
            effective=on("2025-04-01"),
            programme=programme,
            from_day=date(2025, 3, 17),
            until_day=date(2025, 3, 31),
            sessions_held=8,
            sessions_attended=7,
        ),
        Completed(effective=on("2025-04-30"), programme=programme),
        *proved(programme),
    )


def proved(programme: str) -> Sequence[Event]:
    """What a training proved, and its two certificates."""
    return (
        Assessed(
            effective=on("2025-05-05"),
            programme=programme,
            result=Competence.KOMPETEN,
            issuer="LSP Contoh",
            scheme="Pangkas rambut pria",
        ),
        AttendanceCertified(
            effective=on("2025-05-06"),
            programme=programme,
            number="HADIR/1",
            issuer="Dinas",
            issued_on=date(2025, 5, 6),
        ),
        CompetenceCertified(
            effective=on("2025-05-07"),
            programme=programme,
            issuer="LSP Contoh",
            scheme="Pangkas rambut pria",
            number="KOMPETEN/1",
            level=2,
            issued_on=date(2025, 5, 7),
            valid_until=date(2028, 5, 7),
        ),
    )


def joined(programme: str, kind: activity.ActivityKind) -> Sequence[Event]:
    """An activity, and how often the person was there."""
    return (
        activity.ActivityJoined(
            effective=on("2025-03-05"),
            activity=programme,
            kind=kind,
            title="Kegiatan",
            programme=programme,
            agreement=None,
            provider="Dinas",
        ),
        activity.AttendanceSummarised(
            effective=on("2025-04-01"),
            activity=programme,
            from_day=date(2025, 3, 5),
            until_day=date(2025, 3, 31),
            sessions_held=4,
            sessions_attended=3,
        ),
    )


ON_PB: Sequence[Event] = (
    IntegrationProposed(
        effective=on("2025-12-01"), proposal="pb-1", right=Right.PB, rule_set="Permenkumham"
    ),
    IntegrationGranted(
        effective=on("2026-03-20"),
        proposal="pb-1",
        sk_number="SK/1",
        sk_date=date(2026, 3, 20),
        starts=date(2026, 4, 1),
        until=date(2027, 12, 2),
    ),
    Released(effective=on("2026-04-01"), kind=ReleaseKind.PEMBEBASAN_BERSYARAT, document="SB/1"),
    IntegrationStarted(effective=on("2026-04-01"), proposal="pb-1", bapas="BAPAS-MEDAN"),
    IntegrationGuided(
        effective=on("2026-05-04"),
        proposal="pb-1",
        bapas="BAPAS-MEDAN",
        stage=1,
        way=ReportWay.VISIT,
        note="Kabar baik",
    ),
)


def worked(placement: str, kind: WorkKind, agreement: str | None = OURS) -> Sequence[Event]:
    """Work after release, seen after a month."""
    return (
        EmployerConsented(
            effective=on("2026-03-30"),
            placement=placement,
            employer="Usaha Contoh",
            agreement=agreement,
        ),
        JobOffered(
            effective=on("2026-03-31"), placement=placement, position="Pemangkas", starts=None
        ),
        JobStarted(
            effective=on("2026-04-06"),
            placement=placement,
            kind=kind,
            employer="Usaha Contoh",
            agreement=None,
            programme=None,
            income_band=None,
        ),
        JobVerified(
            effective=on("2026-05-06"),
            placement=placement,
            month=1,
            still_working=True,
            method=VerificationMethod.TELEPON,
            income_band=None,
        ),
    )


WHOLE: Sequence[Event] = (
    ADMITTED,
    *SENTENCED,
    *LEARNT,
    *trained(),
    *joined(FARM, activity.ActivityKind.PERTANIAN),
    *joined(BOOKS, activity.ActivityKind.LITERASI),
    *ON_PB,
    *worked("kerja", WorkKind.KARYAWAN),
    *worked("usaha", WorkKind.USAHA_SENDIRI),
)
"""Somebody who has learnt, was trained, took part, is out on PB and works."""
YOUTH: Sequence[Event] = (
    ReferralReceived(
        effective=on("2025-07-21"),
        unit=UNIT,
        full_name="Remaja Contoh",
        birth_date=date(2009, 1, 1),
        region="12.71",
        referred_by=AGENCY,
        agreement=OURS,
        concern="Sering ikut konvoi",
        respond_by=date(2025, 8, 4),
    ),
    GuardianConsented(
        effective=on("2025-07-25"), guardian="Ibu Contoh", document="Surat/1", sha256=None
    ),
    ReferralAccepted(effective=on("2025-07-28")),
    ReferralJoined(
        effective=on("2025-08-04"),
        activity="kegiatan-1",
        kind=ProgrammeKind.PSIKOSOSIAL,
        title="Pendampingan",
    ),
    ReferralFinished(effective=on("2025-11-04"), outcome="Kembali bersekolah"),
)


def scope_of(kind: AgencyKind, *fields: SharedField, **draft: object) -> Scope:
    """What an agency of a kind may see: all fields and everybody, unless it is said otherwise."""
    proposed = AgreementProposed(
        effective=on("2025-01-02"),
        title="Kerja sama",
        instrument=Instrument.PKS,
        parties=(UNIT, AGENCY),
        purpose="Pembinaan",
        legal_basis="UU 22/2022",
        units=(UNIT,),
        regions=("12",),
        programme_kinds=tuple(ProgrammeKind),
        participant_kinds=EVERYBODY,
        allowed_fields=tuple(one.value for one in fields or SharedField),
        valid_from=None,
        valid_until=None,
    )
    signed = AgreementSigned(
        effective=on("2025-01-03"), number="PKS/1", valid_from=date(2025, 1, 3), valid_until=None
    )
    facts = (replace(proposed, **draft), signed, AgreementStarted(effective=on("2025-01-04")))
    return compile_scope(OURS, facts, AGENCY, kind)


def journey(events: Iterable[Event]) -> Journey:
    """The journey of a case, its facts in the order of their effect."""
    return CASE.fold(sorted(events, key=lambda event: event.effective.instant))


def told(scope: Scope, events: Iterable[Event]) -> Shared | None:
    """What a scope has of a case."""
    return shared(scope, CASE_STREAM, journey(events), COURSES, LAW)


def told_of_youth(scope: Scope, events: Iterable[Event]) -> Shared | None:
    """What a scope has of a referral."""
    return shared(scope, REFERRED, REFERRAL.fold(events), {}, LAW)
