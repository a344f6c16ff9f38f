"""The rights of integration: what a new text changes, and how what is found is read aloud."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from person_facts import granted, lived, person, span

from domain.law.book import LAW
from domain.law.facts import RemisiKind, Right, Substitute
from domain.law.integration import rights
from domain.law.integration_rules import INTEGRATION

W6 = person(
    "2025-02-10",
    "1y6m",
    remissions=(granted("2025-08-17", 30), granted("2025-08-17", 45, RemisiKind.DASAWARSA)),
)


def day(text):
    return date.fromisoformat(text)


def found(facts, right, on=None, law=LAW):
    return rights(facts, day(on) if on else None, law)[Right(right)]


def criterion(finding, code):
    return next(one for one in finding.criteria if one.code == code)


def test_a_text_that_asks_for_another_share_is_a_file_and_nothing_more():
    newest = max(
        (one for one in LAW.book if one.topic is INTEGRATION), key=lambda it: it.valid_from
    )
    asks = replace(newest.values.rights[Right.PB], share=Fraction(3, 4))
    changed = replace(newest.values, rights={**newest.values.rights, Right.PB: asks})
    later = replace(newest, id="later", values=changed, valid_from=day("2026-06-01"))
    law = replace(LAW, book=(*LAW.book, later))
    facts = person("2024-01-10", "6y")
    one = found(facts, "pb", "2026-07-01", law)
    served = criterion(one, "served_share")
    assert one.from_day == day("2028-07-08")
    assert "3/4 dari pidana Anda (4 tahun 6 bulan dari 6 tahun)" in served.because_id
    # Nobody says a day: the text is looked up where its own share falls.
    assert found(facts, "pb", law=law).from_day == day("2028-07-08")


def test_it_is_the_sentence_that_ends_where_a_substitute_is_still_to_be_served():
    facts = replace(W6, substitute=Substitute(span=span("3m"), paid=False))
    said = criterion(found(facts, "pb", "2025-08-18"), "time_left")
    assert said.because_id.startswith("Pidana Anda berakhir pada 26 Mei 2026;")
    assert "bebas" not in said.because_id


def test_another_right_is_named_in_words():
    one = found(replace(W6, rights=(lived("cb", "2025-11-27"),)), "pb", "2025-12-01")
    said = criterion(one, "not_on_another_right")
    assert said.because_id == "Anda sedang menjalani cuti bersyarat (CB)."


def test_a_question_about_nobody_in_particular_has_no_paper_found_or_missing():
    assert {one.present for one in found(W6, "pb").checklist} == {None}
    assert {one.present for one in rights(W6, None, LAW, papers={})[Right.PB].checklist} == {False}


def test_a_share_that_breaks_a_day_is_said_so():
    said = criterion(found(person("2025-02-10", "13m14d"), "pb"), "part_long_enough")
    assert "adalah 8 bulan 29 hari dan sebagian hari; yang" in said.because_id
