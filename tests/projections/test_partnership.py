"""The five partnerships in small: what their reports count, and what they do not."""

from datetime import date

from reported import (
    PKS,
    STAGES,
    TODAY,
    admitted,
    agreement,
    figures,
    funnel,
    opened,
    population,
    report,
    seated,
    signed,
    told,
)
from scenario import on

from domain.activity import ActivityJoined, ActivityKind
from domain.agreement import (
    AgreementStarted,
    ClaimRecorded,
    ParticipantKind,
    PlanStated,
)
from domain.certification import AttendanceCertified, CompetenceCertified
from domain.custody import (
    Released,
    ReleaseKind,
)
from domain.kejar_paket import Enrolled
from domain.programme import ProgrammeKind
from domain.referral import ReferralAccepted, ReferralReceived
from domain.register import DomicileRecorded
from domain.remisi import RemisiApplied, RemisiCancelled, RemisiKind, RemisiProposed
from domain.schooling import PaketLevel
from projections.partnership import PARTNERSHIP
from projections.training_funnel import TRAINING_FUNNEL, Basis


def test_nobody_counts_as_zero_and_not_as_nothing():
    counted = population()
    assert counted["total", None] == 0
    assert counted["age_band", "20-40"] == 0
    assert counted["legal_status", "narapidana"] == 0
    assert counted["sex", "female"] == 0
    assert report(TRAINING_FUNNEL, []) == report(PARTNERSHIP, []) == []


def test_medan_has_3290_people_2340_at_home_in_the_city_and_48_in_certified_training():
    people = [admitted(n, "12.71" if n < 2340 else "12.07") for n in range(3290)]
    new = [opened(programme) for programme in ("pangkas", "roti", "tempe")]
    old = [opened(f"lama-{n}", certified=False, under=None) for n in range(7)]
    seats = [seated(n, ("pangkas", "roti", "tempe")[n % 3]) for n in range(48)]
    stands = [agreement(), signed(), (PKS, AgreementStarted(effective=on(TODAY)))]
    lines = report(PARTNERSHIP, [*stands, *people, *new, *old, *seats], agreement="pks", on=TODAY)
    assert figures(lines, "population")["held", None, "in_units"] == 3290
    assert figures(lines, "population")["of_domicile", "12.71", "in_units"] == 2340
    assert figures(lines, "participants")["persons", None, "under"] == 48
    assert figures(lines, "participants")["programme", "roti", "under"] == 16
    assert figures(lines, "programmes") == {
        ("certified", None, "under"): 3,
        ("uncertified", None, "under"): 0,
        ("certified", None, "beside"): 0,
        ("uncertified", None, "beside"): 7,
    }
    assert ("status", "running", "under") in figures(lines, "agreement")


def test_only_a_certificate_of_competence_is_certified():
    attendance = told(
        1,
        AttendanceCertified,
        "2025-12-02",
        programme="roti",
        number="1",
        issuer="Disnaker",
        issued_on=date(2025, 12, 2),
    )
    competence = told(
        1,
        CompetenceCertified,
        "2025-12-20",
        programme="roti",
        issuer="LSP",
        scheme="Roti",
        number="2",
        level=2,
        issued_on=date(2025, 12, 20),
        valid_until=date(2028, 12, 20),
    )
    events = [agreement(), opened("roti"), admitted(1), attendance]
    assert funnel(*events)["certified"] == 0
    assert funnel(*events, competence)["certified"] == 1
    lines = report(PARTNERSHIP, [*events, competence])
    assert figures(lines, "certificates") == {
        ("competence_certified", None, "under"): 1,
        ("attendance_certified", None, "under"): 1,
    }


def test_plans_and_claims_that_contradict_each_other_stand_apart_and_are_counted_nowhere():
    said = [
        (PKS, PlanStated(effective=on(TODAY), plan="rencana", text="2.340 dilatih", figure=2340)),
        *(
            (
                PKS,
                ClaimRecorded(
                    effective=on(TODAY), claim=claim, source="berita", text=claim, figure=figure
                ),
            )
            for claim, figure in (("judul", 2340), ("isi", 48))
        ),
    ]
    lines = report(TRAINING_FUNNEL, [agreement(), *said])
    assert {
        line.figure: line.persons for line in lines if line.basis is Basis.COUNTED
    } == dict.fromkeys(STAGES, 0)
    assert {
        (line.figure, line.persons, line.stated)
        for line in lines
        if line.basis is not Basis.COUNTED
    } == {
        ("rencana", None, 2340),
        ("judul", None, 2340),
        ("isi", None, 48),
    }
    lines = report(PARTNERSHIP, [agreement(), *said])
    assert not [line for line in lines if line.count and line.section.value != "agreement"]
    assert [line.stated for line in lines if line.basis.value == "stated"] == [2340, 2340, 48]


def test_barru_is_agreed_and_not_started_and_has_zero_results():
    lines = report(PARTNERSHIP, [agreement(), signed(), admitted(1)], on="2025-11-12")
    assert figures(lines, "agreement")["status", "signed", "under"] is None
    assert figures(lines, "population")["held", None, "in_units"] == 1
    for section in ("programmes", "participants", "education", "placements", "referrals"):
        assert set(figures(lines, section).values()) == {0}


def test_an_agreement_past_its_time_has_ended_on_that_day():
    for day, status in (
        ("2025-11-10", "proposed"),
        ("2026-11-10", "signed"),
        ("2026-11-11", "ended"),
    ):
        lines = report(PARTNERSHIP, [agreement(), signed()], on=day)
        assert ("status", status, "under") in figures(lines, "agreement")


def test_serang_counts_who_is_at_home_in_the_regency_by_age():
    young = [admitted(n, born=date(1995, 1, 1)) for n in range(3)]
    old = [admitted("tua", born=date(1960, 1, 1)), admitted("jauh", "12.07")]
    lines = report(PARTNERSHIP, [agreement(), *young, *old], on=TODAY)
    bands = {
        line.value: (line.count, line.out_of)
        for line in lines
        if line.figure == "of_domicile_by_age" and line.count
    }
    assert bands == {"20-40": (3, 4), "60+": (1, 4)}


def enrolled(case, level, **said):
    terms = {
        "level": level,
        "programme": None,
        "agreement": None,
        "provider_npsn": "P2964156",
        "provider": "PKBM",
        "nisn": None,
        "academic_year": "2025/2026",
        "semester": 1,
    }
    return told(case, Enrolled, "2025-07-21", **terms | said)


def remisi(case, day="2025-08-17", *, cancelled=False):
    asked = told(
        case,
        RemisiProposed,
        "2025-07-01",
        proposal="RU",
        kind=RemisiKind.UMUM,
        award_day=date(2025, 8, 17),
        remission_days=30,
        rule_set="permenkumham-3-2018",
        ground=None,
        missed=None,
        feast_fixed_by=None,
    )
    applied = told(case, RemisiApplied, day, proposal="RU", releases=case == 0)
    taken_back = told(case, RemisiCancelled, day, proposal="RU", reason="pelanggaran")
    return [asked, taken_back if cancelled else applied]


def test_pekalongan_shows_its_levels_its_activities_its_ceremony_and_its_former_warga_binaan():
    kinds = (ParticipantKind.NARAPIDANA, ParticipantKind.MANTAN_WARGA_BINAAN)
    literacy = ActivityJoined(
        effective=on("2025-07-20"),
        activity="literasi",
        kind=ActivityKind.LITERASI,
        title="Perpustakaan mini",
        programme="literasi",
        agreement="pks",
        provider="Dinarpus",
    )
    events = [
        agreement(participant_kinds=kinds, regions=()),
        opened("literasi", certified=False, kind=ProgrammeKind.LITERASI),
        *(admitted(n) for n in range(4)),
        enrolled(0, PaketLevel.A, agreement="pks"),
        enrolled(1, PaketLevel.A, agreement="pks"),
        enrolled(1, PaketLevel.A, agreement="pks", semester=2),
        enrolled(2, PaketLevel.C),
        ("case:3", literacy),
        *(event for case in (0, 1) for event in remisi(case)),
        *remisi(2, cancelled=True),
        told(3, Released, "2025-09-01", kind=ReleaseKind.BEBAS_MURNI, document="SB"),
    ]
    lines = report(PARTNERSHIP, events, on=TODAY)
    education = figures(lines, "education")
    assert [education["enrolled", level, "under"] for level in "ABC"] == [2, 0, 0]
    assert [education["enrolled", level, "beside"] for level in "ABC"] == [0, 0, 1]
    assert figures(lines, "participants") == {
        ("persons", None, "under"): 3,
        ("kind", "narapidana", "under"): 2,
        ("kind", "mantan_warga_binaan", "under"): 1,
        ("programme", "literasi", "under"): 1,
    }
    assert figures(lines, "remisi") == {
        ("awarded", "2025-08-17", "in_units"): 2,
        ("awarded_and_released", "2025-08-17", "in_units"): 1,
    }


def test_referred_youths_are_counted_under_the_agreement_and_among_no_warga_binaan():
    referrals = [
        (
            f"referral:{n}",
            ReferralReceived(
                effective=on("2025-07-01"),
                unit="RUTAN-PEKALONGAN",
                full_name="Remaja Fiktif",
                birth_date=None,
                region="33.75",
                referred_by="POLRES-33.75",
                agreement="pks" if n else None,
                concern="tawuran",
                respond_by=None,
            ),
        )
        for n in range(3)
    ]
    accepted = ("referral:1", ReferralAccepted(effective=on("2025-07-05")))
    lines = report(PARTNERSHIP, [agreement(), *referrals, accepted])
    counted = figures(lines, "referrals")
    assert [counted[figure, None, "under"] for figure in ("received", "accepted", "joined")] == [
        *(2, 1, 0)
    ]
    assert figures(lines, "population")["held", None, "in_units"] == 0
    assert figures(lines, "participants")["persons", None, "under"] == 0


def test_who_is_home_in_the_city_is_asked_of_the_day():
    moved = told(1, DomicileRecorded, "2025-06-01", domicile="12.07")
    for day, number in ("2025-05-31", 1), ("2025-06-01", 0):
        lines = report(PARTNERSHIP, [agreement(), admitted(1), moved], on=day)
        assert figures(lines, "population")["of_domicile", "12.71", "in_units"] == number


def test_who_is_free_is_not_of_the_population_and_takes_part_as_klien_or_former():
    free = [
        told(1, Released, "2025-10-01", kind=ReleaseKind.PEMBEBASAN_BERSYARAT, document="SB-1"),
        told(2, Released, "2025-10-01", kind=ReleaseKind.BEBAS_MURNI, document="SB-2"),
    ]
    events = [agreement(), opened("roti"), *(admitted(n) for n in range(3)), *free]
    lines = report(PARTNERSHIP, [*events, *(seated(n) for n in range(3))], on=TODAY)
    assert figures(lines, "population")["held", None, "in_units"] == 1
    participants = figures(lines, "participants")
    for kind in "narapidana", "klien", "mantan_warga_binaan":
        assert participants["kind", kind, "under"] == 1


def test_a_remisi_of_another_unit_and_one_taken_back_afterwards_are_not_of_the_ceremony():
    events = [admitted(1), admitted(2), admitted(3, unit="LAPAS-BINJAI")]
    events += [event for case in (1, 2, 3) for event in remisi(case)]
    taken_back = remisi(2, day="2025-09-01", cancelled=True)[1]
    lines = report(PARTNERSHIP, [agreement(), *events, taken_back])
    assert figures(lines, "remisi")["awarded", "2025-08-17", "in_units"] == 1
