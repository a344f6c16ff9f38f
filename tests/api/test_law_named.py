"""What a record names by its id is read in words: rule sets, policies, and their options."""

from api.law_named import OPTIONS, policy_named, rule_set_named
from domain.law.book import BOOK
from domain.law.choosing import policies


def test_every_option_of_every_policy_answers_its_question_in_both_languages():
    assert {name: set(options) for name, options in OPTIONS.items()} == {
        one.name: set(one.options) for one in policies().values()
    }


def test_a_policy_is_its_question_with_its_answer():
    indonesian, english = policy_named("conduct_window=calendar_months")
    assert indonesian == (
        "Enam bulan tanpa hukuman disiplin: bulan kalender, atau bulan tiga puluh hari?"
        " Bulan kalender."
    )
    assert english.endswith("or months of thirty days? Calendar months.")


def test_a_rule_set_is_its_title_with_the_texts_it_rests_on():
    assert rule_set_named("keppres-174-1999")[0] == (
        "Besarnya remisi umum dan khusus (Keppres 174/1999)"
    )
    assert all(rule_set_named(one.id)[0] != one.id for one in BOOK)


def test_what_is_no_more_in_the_book_is_read_as_it_was_written():
    assert policy_named("gone=so") == ("gone=so", "gone=so")
    assert rule_set_named("gone") == ("gone", "gone")
