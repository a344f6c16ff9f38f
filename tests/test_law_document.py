from dataclasses import replace
from pathlib import Path

from api.law_document import COMMAND, law_document
from api.law_words import CERTAINTIES, plain
from domain.law.book import BOOK, LAW
from domain.law.choosing import policies
from domain.law.rule_set import Certainty

WRITTEN = Path(__file__).parents[1] / "docs" / "law.md"


def test_the_document_of_the_law_is_the_one_that_its_texts_give():
    assert WRITTEN.read_text(encoding="utf-8") == law_document(), f"stale; run: {COMMAND}"


def test_the_document_names_every_rule_set_and_every_policy():
    written = law_document()
    assert all(f"`{one.id}`\n" in written for one in BOOK)
    assert all(f"| `{name}` |" in written for name in policies())


def test_a_rule_set_that_is_not_in_the_book_is_not_in_the_document():
    (first, *rest) = BOOK
    written = law_document(replace(LAW, book=tuple(rest)))
    assert f"`{first.id}`\n" not in written


def test_all_that_a_rule_set_holds_can_be_written_as_json():
    for one in BOOK:
        assert plain(one.values)


def test_every_mark_of_certainty_is_explained():
    assert set(CERTAINTIES) == set(Certainty)


def test_numbers_are_read_as_people_write_them():
    written = law_document()
    assert "| day of remisi umum | 17 Aug |" in written
    assert "year: 1, served (days): 180, amount: 1 month; year: 1, served (days): 360" in written
    assert "| tiap hari dihitung |" not in written
