"""Facts of one case, as a unit tells them."""

from datetime import date

from scenario import on

from domain.admission import (
    AdmissionReason,
    CustodyAdmitted,
    CustodyTakenOver,
    LegalStatus,
    Religion,
)
from domain.charge import ChargeRecorded
from domain.custody import Released
from domain.detention import (
    DetentionExtended,
    DetentionForm,
    DetentionOrdered,
    DetentionStage,
)
from domain.law.facts import CaseType
from domain.person import Sex
from domain.release import ReleaseKind
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)

MEDAN = "RUTAN-MEDAN"
PN, PK = "1/Pid.B/2025/PN Mdn", "9 PK/Pid/2026"
admitted = CustodyAdmitted(
    effective=on("2025-02-10"),
    person="01980f5c-7a00-7000-8000-000000000001",
    unit=MEDAN,
    reason=AdmissionReason.PENAHANAN,
    full_name="A. F.",
    sex=Sex.MALE,
    birth_date=date(1995, 4, 1),
    religion=Religion.ISLAM,
    domicile=None,
)
taken_over = CustodyTakenOver(
    effective=on("2025-11-01"),
    person=admitted.person,
    unit=MEDAN,
    full_name="A. F.",
    sex=Sex.MALE,
    birth_date=None,
    religion=Religion.KRISTEN,
    domicile=None,
    legal_status=LegalStatus.NARAPIDANA,
    admitted_on=date(2024, 3, 5),
    source="SDP",
    source_date=date(2025, 10, 31),
)


def part(kind=SentenceKind.PENJARA, years=0, months=0, days=0, fine=0):
    return SentencePart(kind=kind, years=years, months=months, days=days, fine=fine)


def pronounced(*parts, day="2025-04-25", number=PN, instance=Instance.PN):
    return VerdictPronounced(
        effective=on(day),
        instance=instance,
        court="PN Medan",
        number=number,
        outcome=Outcome.DIPIDANA if parts else Outcome.LEPAS,
        sentence=parts,
        offence=("KUHP 362",),
    )


def ordered(starts, until, *, stage=DetentionStage.PENYIDIK, form=DetentionForm.RUTAN):
    return DetentionOrdered(
        effective=on(starts),
        stage=stage,
        form=form,
        authority="Polrestabes Medan",
        order_number="SP.Han/1",
        order_date=date.fromisoformat(starts),
        starts=date.fromisoformat(starts),
        until=date.fromisoformat(until),
        legal_basis="KUHAP 24",
    )


def extended(starts, until):
    return DetentionExtended(
        effective=on(starts),
        stage=DetentionStage.PENYIDIK,
        authority="Kejari Medan",
        order_number="SP.Han/2",
        order_date=date.fromisoformat(starts),
        starts=date.fromisoformat(starts),
        until=date.fromisoformat(until),
        legal_basis="KUHAP 24",
        exceptional=False,
    )


final = VerdictBecameFinal(effective=on("2025-05-02"), number=PN)
executed = VerdictExecuted(effective=on("2025-05-06"), document="BA-8/1")
SENTENCED = (pronounced(part(years=1, months=6)), final, executed)


def released(day, kind=ReleaseKind.PENANGGUHAN):
    return Released(effective=on(day), kind=kind, document="SB-1")


corruption = ChargeRecorded(
    effective=on("2025-03-01"),
    case_type=CaseType.KORUPSI,
    maximum_years=20,
    life_or_death=False,
    recidivist=None,
    legal_basis="UU 31/1999",
    offence="...",
)
