"""How the dates were come by: a registrar follows each step with a finger, and reads it aloud."""

from datetime import date

import pytest
from law.plain_facts import facts_with, held, sentenced

from domain.law.book import LAW
from domain.law.calculation import calculate
from domain.law.choosing import choose
from domain.law.counted import counted
from domain.law.facts import Granted, HeldForm, RemisiKind, Right, RightLived, Substitute
from domain.law.span import Span

YEAR = (sentenced(Span(years=1, months=0, days=0)),)
ASKED = date(2025, 9, 1)


def steps(facts, law=LAW):
    days = calculate(facts, (), ASKED, law).days
    return counted(facts, days, ASKED, law)


def said(facts, *codes, law=LAW):
    return [one.because[0] for one in steps(facts, law) if one.code in codes]


def test_days_within_the_town_are_counted_for_a_fifth_and_one_sees_how():
    """104 days are 20 of these: from 6 May one counts back to 16 April."""
    facts = facts_with(
        detention=(
            held(date(2025, 1, 22), date(2025, 5, 5), HeldForm.KOTA),
            held(date(2025, 5, 6), None),
        ),
        sentences=YEAR,
    )
    assert said(facts, "held", "credited", "counts_from") == [
        "Dari 22 Januari 2025 sampai 5 Mei 2025 Anda dalam tahanan kota: 104 hari.",
        "Sejak 6 Mei 2025 Anda di dalam Rutan atau Lapas.",
        "Dari 104 hari dalam tahanan kota, seperlimanya dihitung: 20 hari.",
        "Dari 6 Mei 2025 dihitung mundur 20 hari: pidana itu dihitung sejak 16 April 2025.",
    ]
    assert [one.days for one in steps(facts) if one.code == "credited"] == [20]
    up = choose(LAW, rule_sets={}, options={"credit_rounding": "up"})
    assert said(facts, "credited", law=up)[0].endswith("dihitung: 21 hari.")


def test_every_form_and_the_days_outside_have_a_step_and_the_steps_are_the_whole():
    facts = facts_with(
        detention=(
            held(date(2025, 1, 1), date(2025, 1, 10)),
            held(date(2025, 1, 11), date(2025, 1, 20), HeldForm.RUMAH),
            held(date(2025, 1, 21), date(2025, 1, 25), HeldForm.PEMBANTARAN),
            held(date(2025, 2, 5), date(2025, 2, 9)),
            held(date(2025, 3, 1), None),
        ),
        sentences=YEAR,
    )
    assert said(facts, "credited") == [
        "Dari 15 hari di dalam Rutan atau Lapas sebelumnya, semua dihitung.",
        "Dari 10 hari dalam tahanan rumah, sepertiganya dihitung: 3 hari.",
        "Dari 5 hari di rumah sakit (pembantaran), tidak ada yang dihitung.",
        "Dari 29 hari di luar tahanan, tidak ada yang dihitung.",
    ]
    told = {one.code: one for one in steps(facts)}
    back = sum(one.days for one in steps(facts) if one.code == "credited")
    assert (date(2025, 3, 1) - told["counts_from"].day).days == back == 18


@pytest.mark.parametrize(("option", "days"), [("does_not_count", 0), ("counts_until_return", 58)])
def test_days_outside_under_a_right_that_was_revoked_are_told_by_the_policy(option, days):
    facts = facts_with(
        detention=(held(date(2024, 1, 1), date(2025, 1, 1)), held(date(2025, 3, 1), None)),
        sentences=(sentenced(Span(years=4, months=0, days=0)),),
        rights=(
            RightLived(right=Right.PB, from_day=date(2025, 1, 1), to=date(2025, 2, 1), by=None),
        ),
    )
    law = choose(LAW, rule_sets={}, options={"time_on_revoked_leave": option})
    (_, outside) = [one for one in steps(facts, law) if one.code == "credited"]
    assert outside.days == days


def test_whoever_is_still_within_the_town_counts_to_the_day_asked():
    facts = facts_with(
        detention=(held(date(2025, 8, 23), None, HeldForm.KOTA),),
        sentences=YEAR,
    )
    assert said(facts, "credited", "counts_from") == [
        "Dari 10 hari dalam tahanan kota, seperlimanya dihitung: 2 hari.",
        "Dari 2 September 2025 dihitung mundur 2 hari: pidana itu dihitung sejak 31 Agustus 2025.",
    ]


def test_without_earlier_days_nothing_is_credited():
    facts = facts_with(detention=(held(date(2025, 1, 10), None),), sentences=YEAR)
    assert said(facts, "credited", "counts_from") == ["Pidana itu dihitung sejak 10 Januari 2025."]


def test_of_whom_only_a_substitute_is_served_no_sentence_is_said():
    facts = facts_with(
        detention=(held(date(2025, 2, 10), None),),
        substitute=Substitute(span=Span(years=0, months=6, days=0), paid=False),
    )
    assert [one.code for one in steps(facts)] == [
        "substitute",
        "held",
        "counts_from",
        "expiry_without_remission",
        "expiry",
        "release",
    ]
    assert said(facts, "substitute", "sentence") == [
        "Anda menjalani 6 bulan penjara pengganti, karena belum tercatat lunas."
    ]


@pytest.mark.parametrize(
    ("fine_paid", "words"),
    [
        (False, "Denda belum dibayar seluruhnya; sesudahnya Anda menjalani 6 bulan penggantinya."),
        (None, "Sesudahnya Anda menjalani 6 bulan penjara pengganti, karena belum tercatat lunas."),
    ],
)
def test_of_a_fine_that_is_not_known_to_be_owed_it_is_not_said(fine_paid, words):
    facts = facts_with(
        detention=(held(date(2025, 2, 10), None),),
        sentences=YEAR,
        substitute=Substitute(span=Span(years=0, months=6, days=0), paid=False),
        fine_paid=fine_paid,
    )
    assert said(facts, "substitute") == [words]


def test_a_remisi_after_the_end_is_said_to_take_off_nothing():
    award = Granted(kind=RemisiKind.UMUM, on=date(2025, 8, 17), days=30, by=None)
    facts = facts_with(
        detention=(held(date(2025, 2, 10), None),),
        sentences=(sentenced(Span(years=0, months=6, days=0)),),
        remissions=(award,),
    )
    days = calculate(facts, (), ASKED, LAW, lived=True).days
    (step,) = [one for one in counted(facts, days, ASKED, LAW) if one.code == "remisi"]
    assert (step.days, step.because[0]) == (
        0,
        (
            "Remisi umum pada 17 Agustus 2025 tidak dihitung: pidana Anda sudah berakhir pada"
            " 9 Agustus 2025."
        ),
    )
