"""No article stands in the book that nobody has read, and no mark is surer than what it marks."""

import re

import pytest
from person_facts import person

from api.law_words import plain
from domain.law.book import BOOK, LAW
from domain.law.choosing import choose, policies
from domain.law.facts import CaseType, Right
from domain.law.integration import rights
from domain.law.rule_set import Certainty

PAGES = {
    "UU 1/1946": {"97"},
    "UU 8/1981": {"22", "24", "25", "26", "27", "28", "29"},
    "UU 20/2025": {"102", "103", "104", "105", "106", "107", "361"},
    "UU 22/2022": {"1", "10"},
    "UU 1/2023": {"72", "73"},
    "PP 99/2012": {"34A", "43A"},
    "Keppres 174/1999": {"7"},
    "Permenkumham 7/2022": {"35A"},
    "Permenkumham 16/2023": {"29"},
}
"""The articles that the facts pages give."""
READ = {
    "UU 1/1946": {"12", "15"},  # pikiran-rakyat.com 2023; tirto.id
    "UU 5/2018": {"25"},  # nasional.kompas.com 2018
    "UU 11/2012": {"86"},  # maluku.kemenkumham.go.id 2022
    "PP 31/1999": {"33"},  # artikel100kata.com 2019
    "Permenkumham 3/2018": {"67", "82", "85"},  # kompasiana.com 2023; kompas.tv 2022
    "Permenkumham 7/2022": {"44", "45", "82", "85"},  # pasal.id
}
"""Those that were read in a public source besides, each once at least."""
CITED = re.compile(r"((?:UU|PP|Keppres|Permenkumham) [0-9]+/[0-9]{4}) art\. ([0-9A-Z(), -]+)")


def cited(text):
    """Yield every law and article that a text names; of a range its ends."""
    for law, articles in CITED.findall(text):
        for article in re.findall(r"(?<![(0-9])[0-9]+[A-Z]?", articles):
            yield law, article


def texts_in(value):
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from texts_in(one)
        case list():
            for one in value:
                yield from texts_in(one)


def test_no_article_stands_in_the_book_that_nobody_has_read():
    said = [text for one in BOOK for text in (one.legal_basis, *texts_in(plain(one.values)))]
    said += [one.article for one in policies().values()]
    found = {pair for text in said for pair in cited(text)}
    assert len(found) > 20
    unread = {
        (law, article)
        for law, article in found
        if article not in PAGES.get(law, set()) | READ.get(law, set())
    }
    assert unread == set()


@pytest.mark.parametrize(
    "name",
    [
        "ma-28p-hum-2021",
        "ma-28p-hum-2021-integrasi",
        "uu-22-2022",
        "kuhp-1946-pb",
        "permenkumham-16-2023",
        "permenkumham-3-2018-integrasi",
    ],
)
def test_a_rule_set_is_no_surer_than_its_least_sure_number(name):
    (one,) = [it for it in BOOK if it.id == name]
    assert one.certainty is Certainty.LIKELY
    assert "K~" in one.source


def test_a_fine_that_no_text_asks_for_is_a_policy_and_named():
    facts = person("2024-01-10", "1y6m", case_type=CaseType.KORUPSI, fine_paid=False)
    lenient = choose(LAW, rule_sets={}, options={"fine_for_other_rights": "not_asked"})
    for right, said in ((Right.CB, False), (Right.PB, True), (Right.ASIMILASI, True)):
        for law, asked in ((LAW, True), (lenient, said)):
            found = rights(facts, None, law)[right]
            assert ("fine_paid" in [one.code for one in found.reasons]) is asked
            named = [one.name for one in found.explanation.policies]
            assert ("fine_for_other_rights" in named) is not said
