"""A class under an agreement that runs, with one learner, and a partner that tells of it."""

from dataclasses import replace
from datetime import date

from correcting_desk import MEDAN, Desk, applied, course, new_id, now
from pages import ACTOR
from scenario import on

from application.partner_results import PartnerResults, Told
from application.sharing import Sharing
from application.units import Units
from domain.agreement import (
    AgreementProposed,
    AgreementSigned,
    AgreementStarted,
    Instrument,
    ParticipantKind,
)
from domain.certification import Assessed, Competence, CompetenceCertified
from domain.kejar_paket import Enrolled
from domain.programme import ProgrammeKind, ProgrammeOpened, ProviderKind
from domain.record import StreamId
from domain.registry import AgencyKind, AgencyNamed, UnitKind, UnitNamed
from domain.schooling import PaketLevel, Placed, Proof, Schooling, Screened

BPVP, LSP = "BPVP-MEDAN", "LSP-FIKTIF"
PARTNER = replace(ACTOR, id="bpvp-1", role="agency", unit=None, agency=BPVP)
SCHEME = "Barber"
PAKET, TRAINING = ProgrammeKind.KEJAR_PAKET, ProgrammeKind.PELATIHAN_KETERAMPILAN


class House:
    """Everybody who writes: the unit through its desk, the partner through its results."""

    def __init__(self, ledger, agency=BPVP, kind=AgencyKind.BPVP, fields=None) -> None:
        self.agency = agency
        self.desk = Desk(ledger)
        self.ledger = ledger
        self.results = PartnerResults(self.desk.append, Sharing(ledger, Units(ledger, now), now))
        if not ledger.read(registry(f"unit/{MEDAN}")):
            self.desk.tell(registry(f"unit/{MEDAN}"), unit_named())
        for code, what in ((agency, kind), (LSP, AgencyKind.LSP)):
            if not ledger.read(registry(f"agency/{code}")):
                self.desk.tell(registry(f"agency/{code}"), agency_named(code, what))
        self.agreement = StreamId(kind="agreement", key=new_id())
        self.teaches = PAKET if kind is AgencyKind.PKBM else TRAINING
        wanted = replace(draft(agency), programme_kinds=(self.teaches,))
        if fields is not None:
            wanted = replace(wanted, allowed_fields=fields)
        self.desk.tell(self.agreement, wanted, *running())
        self.programme = self.opened()

    def opened(self, kind=None):
        """Open a class under the agreement."""
        programme = StreamId(kind="programme", key=new_id())
        self.desk.tell(programme, replace(opened(self.agreement.key), kind=kind or self.teaches))
        return programme

    def pupil(self, programme, name="Sari Fiktif"):
        """Somebody who is schooled in a class of Kejar Paket."""
        case = self.desk.case(name)
        self.desk.tell(case, *schooled(programme.key, self.agreement.key))
        return case

    def learner(self, name="Budi Fiktif"):
        """Somebody who is trained in the class."""
        case = self.desk.case(name)
        self.desk.tell(case, replace(applied(self.programme), agreement=self.agreement.key))
        self.desk.tell(case, *course(self.programme)[:3])
        return case

    def propose(self, *told, agency=None):
        """Have a partner tell results; return their ids."""
        receipt = self.results.propose(
            self.programme, agency or self.agency, told, self.desk.request(actor=PARTNER)
        )
        return [written.event_id for written in receipt.written]

    def accept(self, result):
        return self.results.accept(self.programme, result, self.desk.request())

    def reject(self, result, reason="Skemanya keliru"):
        return self.results.reject(self.programme, result, reason, self.desk.request())

    def told(self, result):
        return self.results.of(self.programme).by_id[result]

    def assessed(self, day="2025-06-10", result=Competence.KOMPETEN):
        return Assessed(
            effective=on(day),
            programme=self.programme.key,
            result=result,
            issuer="LSP Fiktif",
            scheme=SCHEME,
        )

    def certified(self, day="2025-06-20", number="SK-77/2025"):
        return CompetenceCertified(
            effective=on(day),
            programme=self.programme.key,
            issuer="LSP Fiktif",
            scheme=SCHEME,
            number=number,
            level=None,
            issued_on=date.fromisoformat(day),
            valid_until=date(2028, 6, 20),
        )


def schooled(programme, agreement):
    return (
        Screened(effective=on("2025-02-01"), last_schooling=Schooling.SMP, proof=Proof.IJAZAH),
        Placed(effective=on("2025-02-02"), level=PaketLevel.C, grade=12, credits_recognised=0),
        Enrolled(
            effective=on("2025-02-10"),
            level=PaketLevel.C,
            programme=programme,
            agreement=agreement,
            provider_npsn="P2964156",
            provider="PKBM Fiktif",
            nisn=None,
            academic_year="2024/2025",
            semester=2,
        ),
    )


def told(reference, case, fact, *papers):
    return Told(reference=reference, case=case, fact=fact, papers=papers)


def registry(key):
    return StreamId(kind="registry", key=key)


def unit_named():
    return UnitNamed(
        effective=on("2020-01-01"),
        unit=MEDAN,
        kind=UnitKind.RUTAN,
        unit_class=None,
        title="Rutan Medan",
        region="12.71",
    )


def agency_named(agency, kind):
    return AgencyNamed(
        effective=on("2020-01-01"), agency=agency, kind=kind, title="Mitra Fiktif", region=None
    )


def draft(agency):
    return AgreementProposed(
        effective=on("2025-01-01"),
        title="Pelatihan bersertifikat",
        instrument=Instrument.PKS,
        parties=("RUTAN-MEDAN", agency, LSP),
        purpose="Pelatihan",
        legal_basis="UU 22/2022",
        units=(MEDAN,),
        regions=("12.71",),
        programme_kinds=(ProgrammeKind.PELATIHAN_KETERAMPILAN,),
        participant_kinds=(ParticipantKind.NARAPIDANA, ParticipantKind.TAHANAN),
        allowed_fields=(
            *("full_name", "programme", "attendance", "skill", "certificate"),
            *("level", "result", "ijazah"),
        ),
        valid_from=None,
        valid_until=None,
    )


def running():
    return (
        AgreementSigned(
            effective=on("2025-01-10"),
            number="PKS/1",
            valid_from=date(2025, 1, 10),
            valid_until=None,
        ),
        AgreementStarted(effective=on("2025-01-11")),
    )


def opened(agreement):
    return ProgrammeOpened(
        effective=on("2025-02-01"),
        kind=ProgrammeKind.PELATIHAN_KETERAMPILAN,
        title="Barbershop",
        unit=MEDAN,
        provider="BPVP Fiktif",
        provider_kind=ProviderKind.INSTRUKTUR_BPVP,
        certified=True,
        scheme=SCHEME,
        capacity=20,
        agreement=agreement,
        starts=date(2025, 3, 1),
        ends=None,
        eligible_domiciles=(),
        asset=None,
    )
