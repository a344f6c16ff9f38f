"""What is read aloud of a remisi is true on the day on which it is read."""

from dataclasses import replace
from datetime import date

import pytest
from law.plain_facts import facts_with, held, sentenced
from law.told_case import SENTENCED, admitted
from scenario import on

from domain.catalogue import CASE
from domain.law.book import LAW
from domain.law.calculation import calculate
from domain.law.facts import Breach, HeldForm, RemisiGround, RemisiKind, SubjectKind, Wanted
from domain.law.remisi import finding
from domain.law.span import Span
from domain.remisi import RemisiApplied, RemisiProposed
from domain.remisi_assessment import remisi_assessed

RU = date(2025, 8, 17)
JULY = date(2025, 7, 1)


def since(day, years=5, **said):
    length = (sentenced(Span(years=years, months=0, days=0)),)
    return facts_with(**{"detention": (held(day, None),), "sentences": length, **said})


def wanted(kind=RemisiKind.UMUM, day=RU, ground=None):
    return Wanted(kind=kind, on=day, ground=ground, missed=None)


def unmet(found):
    return {one.code for one in found.criteria if not one.met}


def said(found, code):
    """The sentences of one criterion, in both languages."""
    (one,) = [it for it in found.criteria if it.code == code]
    return one.because_id, one.because_en


def test_a_proposal_tells_what_will_have_been_served_and_what_is_so_until_it_was_made():
    facts = since(date(2025, 2, 10))
    ahead = finding(facts, wanted(), LAW, under=JULY)
    assert said(ahead, "served_6_months") == (
        "Pada 17 Agustus 2025 Anda menjalani 188 hari; yang diperlukan 180 hari.",
        "On 17 August 2025 you will have served 188 days; 180 days are needed.",
    )
    assert said(ahead, "no_discipline_6_months") == (
        (
            "Sampai 1 Juli 2025 tidak ada hukuman disiplin tercatat; dari 17 Februari 2025 sampai"
            " 16 Agustus 2025 tidak boleh ada."
        ),
        (
            "No disciplinary measure is on record by 1 July 2025; from 17 February 2025 to"
            " 16 August 2025 there may be none."
        ),
    )
    for on_the_day in (
        finding(facts, wanted(), LAW, under=JULY, told_on=RU),
        finding(facts, wanted(), LAW),
    ):
        assert said(on_the_day, "served_6_months")[0].startswith("Anda sudah menjalani 188 hari")
        assert said(on_the_day, "no_discipline_6_months")[0].startswith("Tidak ada hukuman")


def test_a_case_is_told_at_each_step_as_of_its_day():
    asked = RemisiProposed(
        effective=on("2025-07-01"),
        proposal="RU",
        kind=RemisiKind.UMUM,
        award_day=RU,
        remission_days=30,
        rule_set="remisi-2023",
        ground=None,
        missed=None,
        feast_fixed_by=None,
    )
    applied = RemisiApplied(effective=on("2025-08-17"), proposal="RU", releases=False)
    case = CASE.fold((admitted, *SENTENCED, asked))
    first, then = (
        {one.code: one.because_id for one in remisi_assessed(asked, step, case, LAW).criteria}
        for step in (asked, applied)
    )
    assert first["served_6_months"].startswith("Pada 17 Agustus 2025 Anda menjalani 188 hari")
    assert then["served_6_months"].startswith("Anda sudah menjalani 188 hari")


def test_a_breach_that_is_known_is_told_whenever_it_is_read():
    facts = since(date(2024, 2, 10), discipline=(Breach(on=JULY, until=JULY, by=None),))
    found = finding(facts, wanted(), LAW, under=JULY)
    assert said(found, "no_discipline_6_months")[0].startswith("Ada hukuman disiplin tercatat")


def test_the_day_from_which_enough_is_served_leaves_out_days_in_hospital_to_come():
    hospital = held(date(2025, 9, 1), date(2025, 9, 30), HeldForm.PEMBANTARAN)
    stays = (held(date(2025, 4, 1), date(2025, 8, 31)), hospital, held(date(2025, 10, 1), None))
    found = finding(since(None, detention=stays), wanted(), LAW)
    day = found.almost.from_day
    assert day == date(2025, 10, 28)  # 180 days of April to August, and October
    endless = (stays[0], replace(hospital, to=None))
    assert finding(since(None, detention=endless), wanted(), LAW).almost is None


def test_whoever_is_a_tahanan_has_no_remisi_unless_the_execution_is_told():
    tahanan = since(date(2025, 1, 10), kind=SubjectKind.TAHANAN, verdict_final_on=date(2025, 5, 1))
    found = finding(tahanan, wanted(), LAW)
    assert unmet(found) == {"executed"}
    assert "assumed_executed" not in {one.code for one in found.notices}
    assert "executed" not in calculate(tahanan, [wanted()], None, LAW).assumed
    assert finding(replace(tahanan, executed=True), wanted(), LAW).eligible


@pytest.mark.parametrize(
    ("facts", "ground", "words"),
    [
        (
            since(date(2024, 1, 1), years=2),
            RemisiGround.PIDANA_SINGKAT,
            "Pidana Anda 2 tahun; yang diperlukan paling lama 1 tahun.",
        ),
        (
            since(date(2024, 1, 1)),
            RemisiGround.LANJUT_USIA,
            (
                "Tanggal lahir Anda tidak tercatat; yang diperlukan: berusia di atas 70 tahun pada"
                " hari pemberian."
            ),
        ),
        (
            since(date(2024, 1, 1), birth_date=date(1960, 5, 1)),
            RemisiGround.LANJUT_USIA,
            (
                "Anda lahir pada 1 Mei 1960; yang diperlukan: berusia di atas 70 tahun pada"
                " hari pemberian."
            ),
        ),
    ],
)
def test_a_ground_that_is_not_met_says_what_is_so_and_what_is_needed(facts, ground, words):
    found = finding(facts, wanted(RemisiKind.KEMANUSIAAN, date(2025, 5, 29), ground), LAW)
    assert said(found, "ground")[0] == words
    assert "ground" in unmet(found)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (RU, "Anda diusulkan mendapat remisi tambahan karena bekerja sama dengan penegak hukum."),
        (
            date(2021, 8, 17),
            "Pada hari itu belum ada remisi tambahan karena bekerja sama dengan penegak hukum.",
        ),
    ],
)
def test_the_ground_of_a_tambahan_is_told_in_words(day, words):
    asked = wanted(RemisiKind.TAMBAHAN, day, RemisiGround.JUSTICE_COLLABORATOR)
    assert said(finding(since(date(2019, 1, 1)), asked, LAW), "ground")[0] == words


def test_where_no_text_is_known_nobody_hears_the_name_of_a_topic():
    asked = wanted(RemisiKind.KEMANUSIAAN, date(2020, 5, 29), RemisiGround.LANJUT_USIA)
    told = said(finding(since(date(2018, 1, 1)), asked, LAW), "rule_in_force")
    assert "_" not in "".join(told)
    assert told[0] == (
        "Remisi ini belum dapat dihitung: tidak diketahui aturan yang berlaku untuknya."
    )
