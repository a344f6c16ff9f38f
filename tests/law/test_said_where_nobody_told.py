"""What nobody told is taken to be so, named in `assumed`, and never read aloud as a fact."""

from dataclasses import replace
from datetime import date

import pytest
from law.plain_facts import facts_with, held, sentenced

from domain.law.book import LAW
from domain.law.calculation import OF_RIGHTS, calculate
from domain.law.facts import CaseType, RemisiKind, Wanted
from domain.law.integration_record import told
from domain.law.remisi_criteria import UNTOLD
from domain.law.span import Span

ON = date(2025, 8, 18)
RU = Wanted(kind=RemisiKind.UMUM, on=date(2025, 8, 17), ground=None, missed=None)
KNOWN = {fact: fact != "recidivist" for _, fact in (*UNTOLD, *OF_RIGHTS)}
SOMEBODY = facts_with(
    detention=(held(date(2022, 2, 10), None),),
    sentences=(sentenced(Span(years=5, months=0, days=0)),),
    verdict_final_on=date(2022, 5, 2),
    **KNOWN,
)


def criteria(facts, code):
    found = calculate(facts, [RU], ON, LAW)
    every = [one for it in (*found.remissions, *found.integration.values()) for one in it.criteria]
    return found.assumed, [one for one in every if one.code == code]


@pytest.mark.parametrize(("code", "fact"), [*UNTOLD, *OF_RIGHTS])
@pytest.mark.parametrize("case_type", [CaseType.TERORISME, CaseType.KORUPSI])
def test_a_fact_is_read_aloud_where_it_was_told_and_else_that_it_is_taken_so(code, fact, case_type):
    facts = replace(SOMEBODY, case_type=case_type)
    assumed, asked = criteria(facts, code)
    assert fact not in assumed
    assert not any("Dianggap" in one.because_id for one in asked)
    assumed, asked = criteria(replace(facts, **{fact: None}), code)
    assert (fact in assumed) == bool(asked)
    for one in asked:
        assert (one.met, one.value) == (True, None)
        assert one.because_id.startswith("Dianggap ")
        assert one.because_id.endswith("; belum ada catatannya.")
        assert one.because_en.startswith("It is taken that ")
    _, broken = criteria(replace(facts, **{fact: not KNOWN[fact]}), code)
    assert not any(one.met for one in broken)


def test_each_of_these_facts_is_asked_for_by_one_of_the_two():
    codes = {code for code, _ in (*UNTOLD, *OF_RIGHTS)}
    asked = {
        code
        for code in codes
        for case_type in (CaseType.TERORISME, CaseType.KORUPSI)
        if criteria(replace(SOMEBODY, case_type=case_type), code)[1]
    }
    assert asked == codes


def test_the_sentence_goes_on_in_small_letters_but_for_anda():
    words = ("Denda Anda sudah lunas.", "Your fine is paid.")
    said = told("fine_paid", None, article="-", yes=words, no=words).criterion
    assert said.because_id == "Dianggap denda Anda sudah lunas; belum ada catatannya."
    assert said.because_en == (
        "It is taken that your fine is paid; nothing is on record of it yet."
    )


def test_a_verdict_without_a_day_is_taken_to_be_final_from_the_start():
    _, asked = criteria(replace(SOMEBODY, verdict_final_on=None), "verdict_final")
    assert asked
    assert {one.because_id for one in asked} == {
        "Dianggap putusan Anda sudah berkekuatan hukum tetap; belum ada catatannya."
    }
