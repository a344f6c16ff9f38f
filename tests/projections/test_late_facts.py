"""What is told late finds its place in time, and does not undo what came after it."""

from datetime import date

from fold import of, only, pages, rows
from scenario import at, on

from domain.certification import CompetenceCertified
from domain.custody import (
    AdmissionReason,
    CustodyAdmitted,
    Escaped,
    LegalStatus,
    Presence,
    Religion,
    Sex,
    TransferDeparted,
    TransferProposed,
    TransferReceived,
)
from domain.ijazah import ExamRegistered, ExamTaken, Failed, IjazahHandedOver, IjazahIssued, Passed
from domain.job_placement import JobStarted, JobVerified, VerificationMethod, WorkKind
from domain.kejar_paket import Enrolled
from domain.person import (
    CustodyBegan,
    CustodyEnded,
    IdentifierKind,
    IdentifierRecorded,
    PersonRegistered,
    Verification,
)
from domain.programme import CapacityChanged, Queued, Seated, SeatReleased, SeatRequested
from domain.referral import ReferralReceived
from domain.register import DomicileRecorded, RegisterEntered, RegisterKind, ReligionConverted
from domain.registry import UnitKind, UnitNamed
from domain.remisi import DecisionLevel, RemisiDecided, RemisiKind, RemisiProposed
from domain.schooling import PaketLevel
from domain.skill_training import Applied, SuitabilityDecided
from domain.verdict import (
    Instance,
    Outcome,
    SentenceKind,
    SentencePart,
    VerdictBecameFinal,
    VerdictExecuted,
    VerdictPronounced,
)
from projections.case_summary import CASE_SUMMARY
from projections.certificates import CERTIFICATES
from projections.education_register import EDUCATION_REGISTER
from projections.in_transit import IN_TRANSIT
from projections.persons import PERSONS
from projections.placements import PLACEMENTS
from projections.programmes import PROGRAMMES
from projections.referrals import REFERRALS
from projections.remisi_register import REMISI_REGISTER, RemisiStatus
from projections.timeline import TIMELINE
from projections.training_participation import TRAINING_PARTICIPATION
from projections.units_and_agencies import UNITS_AND_AGENCIES, name_on

MEDAN, BINJAI, SIANTAR = "RUTAN-MEDAN", "LAPAS-BINJAI", "LAPAS-SIANTAR"


def admitted(day="2025-02-10", unit=MEDAN, domicile="12.71"):
    return CustodyAdmitted(
        effective=on(day),
        person="orang",
        unit=unit,
        reason=AdmissionReason.PENAHANAN,
        full_name="Budi Fiktif",
        sex=Sex.MALE,
        birth_date=date(1990, 5, 17),
        religion=Religion.KRISTEN,
        domicile=domicile,
    )


def proposed(day, to, transfer="P-1"):
    return TransferProposed(effective=on(day), transfer=transfer, to=to, reason="kapasitas")


def departed(day, transfer="P-1"):
    return TransferDeparted(effective=on(day), transfer=transfer)


def received(day, unit, transfer="P-1"):
    return TransferReceived(effective=on(day), transfer=transfer, unit=unit)


def entered(day, unit, text):
    return RegisterEntered(
        effective=on(day), kind=RegisterKind.B_I, text=text, number=1, year=2025, unit=unit
    )


def summary(*events):
    return only(of(CASE_SUMMARY, "case:1", *events))


def test_a_case_under_way_is_of_both_units():
    row = summary(admitted(), proposed("2025-03-01", BINJAI), departed("2025-03-02"))
    assert (row.unit, row.destination, row.presence) == (MEDAN, BINJAI, Presence.IN_TRANSIT)


def test_a_transfer_told_after_the_next_one_does_not_bring_anybody_back():
    first = [proposed("2025-03-01", BINJAI), departed("2025-03-02"), received("2025-03-03", BINJAI)]
    second = [
        proposed("2025-04-01", SIANTAR, "P-2"),
        departed("2025-04-02", "P-2"),
        received("2025-04-03", SIANTAR, "P-2"),
    ]
    assert summary(admitted(), *second, *first).unit == SIANTAR


def test_somebody_who_escaped_is_not_under_way_when_the_departure_is_told_last():
    escaped = Escaped(effective=on("2025-03-03"))
    told = [admitted(), proposed("2025-03-01", BINJAI), escaped, departed("2025-03-02")]
    row = only(of(IN_TRANSIT, "case:1", *told))
    assert not row.under_way
    assert (row.unit, row.destination) == (None, None)
    assert only(of(IN_TRANSIT, "case:1", told[0], told[1], told[3])).under_way


def test_the_register_number_is_the_latest_of_the_unit_that_answers():
    moved = [proposed("2025-03-01", BINJAI), departed("2025-03-02"), received("2025-03-03", BINJAI)]
    numbers = [entered("2025-03-04", BINJAI, "B.I. 2/2025"), entered("2025-02-10", MEDAN, "A.I. 1")]
    assert summary(admitted(), *moved, *numbers).register_text == "B.I. 2/2025"
    assert summary(admitted(), *moved, numbers[1]).register_text is None


def test_the_religion_first_recorded_stays_beside_the_later_one():
    converted = ReligionConverted(
        effective=on("2025-05-01"), religion=Religion.ISLAM, document="BA-1"
    )
    row = summary(converted, admitted())
    assert (row.religion, row.religion_first) == (Religion.ISLAM, Religion.KRISTEN)


def test_a_domicile_found_out_late_is_the_one_of_its_time():
    later = DomicileRecorded(effective=on("2025-06-01"), domicile="12.76")
    earlier = DomicileRecorded(effective=on("2025-05-01"), domicile="12.75")
    assert summary(admitted(), later, earlier).domicile == "12.76"


def test_a_day_and_an_instant_on_it_are_told_apart():
    noon = DomicileRecorded(effective=at("2025-06-01T12:00:00+07:00"), domicile="12.76")
    day = DomicileRecorded(effective=on("2025-06-01"), domicile="12.75")
    assert summary(admitted(), noon, day).domicile == "12.76"


def test_of_two_facts_of_one_moment_the_one_told_later_stands():
    first = DomicileRecorded(effective=on("2025-06-01"), domicile="12.76")
    second = DomicileRecorded(effective=on("2025-06-01"), domicile="12.75")
    assert summary(admitted(), first, second).domicile == "12.75"


def verdict(instance, number, outcome, day):
    year = SentencePart(kind=SentenceKind.PENJARA, years=1, months=0, days=0, fine=0)
    return VerdictPronounced(
        effective=on(day),
        instance=instance,
        court="PN Medan",
        number=number,
        outcome=outcome,
        sentence=(year,) if outcome is Outcome.DIPIDANA else (),
        offence=(),
    )


def test_a_tahanan_is_narapidana_when_a_conviction_is_executed_and_not_before():
    conviction = verdict(Instance.PN, "1/Pid", Outcome.DIPIDANA, "2025-04-01")
    final = VerdictBecameFinal(effective=on("2025-04-08"), number="1/Pid")
    executed = VerdictExecuted(effective=on("2025-04-09"), document="BA-17")
    told = [admitted(), executed, final, conviction]
    assert summary(*told[:3]).legal_status is LegalStatus.TAHANAN
    assert summary(*told).legal_status is LegalStatus.NARAPIDANA


def test_the_last_event_is_the_last_that_took_effect():
    row = summary(
        admitted(), Escaped(effective=on("2025-05-05")), entered("2025-03-01", MEDAN, "1")
    )
    assert (row.last_event, row.last_effective_day) == ("custody.escaped", date(2025, 5, 5))


def test_a_timeline_has_a_line_for_each_page_and_nothing_of_what_it_says():
    table = of(TIMELINE, "case:1", admitted(), Escaped(effective=on("2025-05-05")))
    assert list(table) == ["case:1/000001", "case:1/000002"]
    assert "Budi" not in str(table)
    assert table["case:1/000001"].name == "custody.admitted"


def test_an_end_of_custody_told_late_does_not_end_the_next_case():
    began = [
        CustodyBegan(effective=on(day), case=case)
        for day, case in (("2024-01-01", "lama"), ("2025-01-01", "baru"))
    ]
    ended = CustodyEnded(effective=on("2024-06-01"), case="lama")
    row = only(of(PERSONS, "person:orang", *began, ended))
    assert (row.case, row.in_custody) == ("baru", True)


def test_a_nik_that_came_later_in_time_is_not_undone_by_the_registration():
    registered = PersonRegistered(
        effective=on("2025-01-01"),
        full_name="Budi Fiktif",
        sex=Sex.MALE,
        birth_date=None,
        birth_place=None,
        nationality="ID",
        nik=None,
        nik_verification=Verification.MISSING,
    )
    found = IdentifierRecorded(
        effective=on("2025-02-01"),
        kind=IdentifierKind.NIK,
        number="1271011203900001",
        verification=Verification.SEEN,
        valid_until=None,
    )
    for told in ([registered, found], [found, registered]):
        row = only(of(PERSONS, "person:orang", *told))
        assert (row.nik, row.nik_verification) == ("1271011203900001", Verification.SEEN)


def test_a_unit_is_called_what_it_was_called_on_the_day():
    names = [
        UnitNamed(
            effective=on(day),
            unit=MEDAN,
            kind=UnitKind.RUTAN,
            unit_class="I",
            title=title,
            region="12.71",
        )
        for day, title in (("2024-11-01", "Rutan Kelas I Medan"), ("2014-01-01", "Rutan Medan"))
    ]
    table = of(UNITS_AND_AGENCIES, f"registry:unit/{MEDAN}", *names)
    row = table[f"unit/{MEDAN}"]
    assert row.title == "Rutan Kelas I Medan"
    assert name_on(row, date(2020, 1, 1)).title == "Rutan Medan"
    assert name_on(row, date(2000, 1, 1)) is None


def seat(kind, day, case, **more):
    return kind(effective=on(day), case=case, **more)


def test_a_request_told_late_queues_before_those_who_asked_after_it():
    told = [
        CapacityChanged(effective=on("2025-07-01"), capacity=1),
        seat(SeatRequested, "2025-07-03", "c", domicile=None),
        seat(Queued, "2025-07-03", "c", place=1),
        seat(SeatRequested, "2025-07-02", "b", domicile=None),
        seat(Queued, "2025-07-02", "b", place=1),
        seat(Seated, "2025-07-01", "a"),
    ]
    row = only(of(PROGRAMMES, "programme:1", *told))
    assert (row.seated, row.queue, row.capacity) == (("a",), ("b", "c"), 1)
    row = only(of(PROGRAMMES, "programme:1", *told, seat(SeatReleased, "2025-07-09", "a")))
    assert row.seated == ()


def test_a_level_of_remisi_that_said_no_turns_the_proposal_down_whenever_it_is_told():
    asked = RemisiProposed(
        effective=on("2025-07-01"),
        proposal="2025-umum",
        kind=RemisiKind.UMUM,
        award_day=date(2025, 8, 17),
        remission_days=30,
        rule_set="permenkumham-3-2018",
        **dict.fromkeys(("ground", "missed", "feast_fixed_by")),
    )
    said = [
        RemisiDecided(
            effective=on("2025-07-02"), proposal="2025-umum", level=level, agreed=agreed, note=None
        )
        for level, agreed in ((DecisionLevel.KEPALA_UPT, False), (DecisionLevel.TPP, True))
    ]
    row = only(of(REMISI_REGISTER, "case:1", *said, asked))
    assert row.status is RemisiStatus.TURNED_DOWN
    assert row.award_day == date(2025, 8, 17)


def enrolled(day, level):
    return Enrolled(
        effective=on(day),
        level=level,
        programme=None,
        agreement=None,
        provider_npsn="P2964156",
        provider="PKBM Harapan",
        nisn=None,
        academic_year="2025/2026",
        semester=1,
    )


def issued(day):
    return IjazahIssued(
        effective=on(day), number="DN-1", issued_on=date(2025, 1, 1), sha256=day[-2:] * 32
    )


def test_an_ijazah_is_of_the_first_passed_level_that_has_none():
    exam = {"exam": "ujian"}
    way = [
        enrolled("2025-01-01", PaketLevel.A),
        ExamRegistered(effective=on("2025-01-02"), **exam),
        ExamTaken(effective=on("2025-01-03"), **exam),
        Failed(effective=on("2025-01-04"), **exam),
        enrolled("2025-01-05", PaketLevel.B),
        ExamRegistered(effective=on("2025-01-06"), **exam),
        ExamTaken(effective=on("2025-01-07"), **exam),
        Passed(effective=on("2025-01-08"), **exam),
        issued("2025-01-09"),
        issued("2025-01-10"),
        IjazahHandedOver(effective=on("2025-01-11"), receiver="Budi"),
    ]
    for told in (way, way[::-1]):
        row = only(of(EDUCATION_REGISTER, "case:1", *told))
        assert row.passed == (PaketLevel.B,)
        assert [line.level for line in row.ijazah] == [PaketLevel.B, None]
        assert [line.handed_over_on for line in row.ijazah] == [date(2025, 1, 11), None]
    assert len(of(CERTIFICATES, "case:1", *way)) == 2


def test_two_schemes_of_one_training_are_two_certificates_and_the_newer_of_one_stands():
    told = [
        CompetenceCertified(
            effective=on(day),
            programme="pangkas",
            issuer="LSP",
            scheme=scheme,
            number=day,
            level=2,
            issued_on=date(2025, 8, 1),
            valid_until=date(2028, 8, 1),
        )
        for day, scheme in (
            ("2025-09-01", "Barber"),
            ("2025-08-01", "Barber"),
            ("2025-08-01", "S2"),
        )
    ]
    table = of(CERTIFICATES, "case:1", *told)
    assert {row.scheme: row.number for row in table.values()} == {
        "Barber": "2025-09-01",
        "S2": "2025-08-01",
    }


def test_a_new_application_asks_anew_and_an_old_decision_told_late_does_not_answer_it():
    again = Applied(effective=on("2025-08-01"), programme="pangkas", agreement=None)
    unsuitable = SuitabilityDecided(
        effective=on("2025-07-01"), programme="pangkas", suitable=False, facts=(), reason=None
    )
    row = only(of(TRAINING_PARTICIPATION, "case:1", again, unsuitable))
    assert row.suitable is None
    assert row.step.value == "applied"


def test_a_verification_told_before_its_start_is_kept():
    verified = JobVerified(
        effective=on("2026-03-01"),
        placement="K-1",
        month=6,
        still_working=True,
        method=VerificationMethod.TELEPON,
        income_band=None,
    )
    started = JobStarted(
        effective=on("2025-09-01"),
        placement="K-1",
        kind=WorkKind.HARIAN,
        employer="Bengkel",
        agreement=None,
        programme=None,
        income_band=None,
    )
    row = only(of(PLACEMENTS, "case:1", verified, started))
    assert (row.still_working_6, row.still_working_12) == (True, None)
    assert row.employer == "Bengkel"


def test_a_referral_is_in_no_list_of_warga_binaan():
    received_ = ReferralReceived(
        effective=on("2025-07-01"),
        unit="RUTAN-PEKALONGAN",
        full_name="Remaja Fiktif",
        birth_date=None,
        region="33.75",
        referred_by="POLRES-33.75",
        agreement=None,
        concern="tawuran",
        respond_by=None,
    )
    told = pages([("referral:1", received_)], unit=None)
    assert only(rows(REFERRALS, told)).unit == "RUTAN-PEKALONGAN"
    assert rows(CASE_SUMMARY, told) == rows(PERSONS, told) == rows(TIMELINE, told) == {}
