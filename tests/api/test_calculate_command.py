"""`jejak calculate`: the answer of the API from a shell, and read aloud."""

import json

import pytest
from law.worked_examples import WORKED, asked, matches, span
from typer.testing import CliRunner

from api.calculation_forms import EXAMPLE
from api.cli import app


def jejak(*words, facts=None):
    stdin = facts if isinstance(facts, str) else json.dumps(facts)
    return CliRunner().invoke(app, ["calculate", *words], input=stdin)


@pytest.mark.parametrize("example", WORKED, ids=lambda one: one.id)
def test_a_worked_example_comes_out_to_the_day(example, tmp_path):
    file = tmp_path / "fakta.json"
    file.write_text(json.dumps(example.asks))
    answer = jejak(str(file), "--json")
    assert answer.exit_code == 0, answer.output
    assert matches(json.loads(answer.stdout), example.gives), answer.stdout


def test_a_registrar_reads_the_answer_aloud():
    aloud = jejak("-", facts=EXAMPLE).stdout
    assert "ekspirasi                 26 Mei 2026" in aloud
    assert "Remisi umum, 17 Agustus 2025: 30 hari, ekspirasi menjadi 10 Juli 2026" in aloud
    assert "- Anda sudah menjalani 49 hari; yang diperlukan 180 hari. [Keppres 174/1999" in aloud
    assert "PB: sejak 27 November 2025 sampai 26 Mei 2026" in aloud
    assert "six_months_strict = at_least (K?" in aloud
    english = jejak("-", "--lang", "en", facts=EXAMPLE).stdout
    assert "release                   26 May 2026" in english
    assert "You have served 49 days" in english


def test_life_is_not_applicable_and_no_blank():
    aloud = jejak("-", facts=asked(since="2015-01-10", sentences=[{"life": True}])).stdout
    assert "tidak berlaku: pidana seumur hidup tidak memiliki tanggal bebas" in aloud
    assert "PB: tidak dapat" in aloud


def test_a_claim_that_differs_is_read_aloud_with_both_days():
    (g7,) = (one for one in WORKED if one.id.startswith("G7"))
    aloud = jejak("-", facts=g7.asks).stdout
    assert "tanggal bebas Anda 30 Desember 2019; menurut hitungan 29 Desember 2019." in aloud


def test_a_release_on_the_award_day_is_said():
    (w8,) = (one for one in WORKED if one.id == "W8")
    assert "30 hari, langsung bebas; 9 hari tidak terpakai" in jejak("-", facts=w8.asks).stdout


def test_facts_that_cannot_be_end_with_status_1_and_every_reason():
    cannot_be = asked(since="2025-02-10", sentences=span(), birth_date="2026-01-01")
    told = jejak("-", facts=cannot_be)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "/sentences/0: pidana nol bukan pidana" in told.stderr
    assert "/birth_date: lahir 2026-01-01" in told.stderr
    as_json = jejak("-", "--json", facts=cannot_be)
    codes = [one["code"] for one in json.loads(as_json.stdout)["errors"]]
    assert (as_json.exit_code, codes) == (1, ["sentence.zero", "birth.after_detention"])


@pytest.mark.parametrize(
    ("words", "facts", "said"),
    [
        (["-"], "{", "bukan JSON yang benar"),
        (["-"], asked(kind="warga"), "/kind"),
        (["/tidak/ada.json"], None, "tidak terbaca"),
        ([], None, "sebutkan berkas fakta"),
        (["-", "--policy", "leap_day"], EXAMPLE, "tulis nama=pilihan"),
        (["-", "--policy", "leap_day=30_february"], EXAMPLE, "/policies/leap_day"),
        (["-", "--rule-set", "sentence=kuhp-1915"], EXAMPLE, "/rule_sets/sentence"),
    ],
)
def test_misuse_ends_with_status_2_and_what_would_be_right(words, facts, said):
    told = jejak(*words, facts=facts)
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr


def test_a_choice_of_the_command_line_goes_before_that_of_the_file():
    facts = asked(since="2024-02-29", sentences=span(years=1), policies={"leap_day": "28_february"})
    aloud = jejak("-", "--policy", "leap_day=1_march", facts=facts).stdout
    assert "ekspirasi                 1 Maret 2025" in aloud
    assert "leap_day = 1_march (K?" in aloud


def test_the_book_of_the_law_is_listed_with_how_sure_it_is():
    told = jejak("--rules").stdout
    assert "kuhp-1946  1946-02-26..2026-01-01  (INF)" in told
    assert "leap_day = 28_february  [28_february | 1_march]  (K?)" in told
    book = json.loads(jejak("--rules", "--json").stdout)
    assert "sentence" in {one["topic"] for one in book["topics"]}
