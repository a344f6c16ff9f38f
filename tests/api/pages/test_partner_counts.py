"""Counts on the pages of a pemda: in words, and nobody told from a few."""

import pytest

from api.pages.names import Names
from api.pages.partner_counts import counts_in
from api.pages.partner_records import text_of
from api.pages.tongue import Tongue


def line(count, **said):
    one = {"figure": "enrolled", "by": None, "value": None, "title": None, "count": count}
    return one | {"suppressed": count is None} | said


@pytest.mark.parametrize(
    ("language", "few", "elsewhere"),
    [
        ("id", "kurang dari lima", "menurut program: program lain"),
        ("en", "fewer than five", "by programme: other programmes"),
    ],
)
def test_what_is_not_told_is_said_to_be_fewer_than_five_and_that_this_may_be_nobody(
    language, few, elsewhere
):
    lines = [line(1335), line(None), line(None, by="programme", value="other")]
    data = {"counts": {"fewest": 5, "rounded_down_to": 5, "lines": lines}}
    shown = counts_in(data, Tongue(language), Names({}))
    assert [text for _, _, text in shown["lines"]][1:] == [few, few]
    assert elsewhere in shown["lines"][2][0]
    assert ("tidak seorang pun" if language == "id" else "may be nobody") in shown["about"]


def test_a_quarter_is_told_as_offices_tell_it():
    told = [text_of("2029-Q3", Tongue(language), Names({})) for language in ("id", "en")]
    assert told == ["triwulan III 2029", "2029-Q3"]
