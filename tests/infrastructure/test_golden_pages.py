"""Every version of every event that was ever stored can still be read."""

import json

import pytest
from golden_pages import GOLDEN, event_of, page_of, write_missing

from domain.catalogue import RECORDED
from domain.kernel import Event, Open
from infrastructure.codec import KINDS, Unreadable

PAGES = sorted(GOLDEN.glob("*.json"))
OF_EVERY_PAGE = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def page_at(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_name_ever_stored_has_a_golden_page():
    names = {name for kind in RECORDED for name in kind.names}
    assert {path.stem for path in PAGES} == names, "run: .venv/bin/python tests/golden_pages.py"


@OF_EVERY_PAGE
def test_a_page_of_any_year_wakes_in_the_words_of_today(path):
    event = event_of(path.stem, page_at(path), KINDS)
    assert path.stem in event.names


@OF_EVERY_PAGE
def test_a_page_goes_to_sleep_as_it_woke(path):
    page = page_at(path)
    event = event_of(path.stem, page, KINDS)
    slept = page_of(event)
    if path.stem == event.names[-1]:
        assert slept == page
    assert event_of(event.names[-1], slept, KINDS) == event


@OF_EVERY_PAGE
def test_a_key_too_many_fails_loudly(path):
    page = page_at(path)
    for part in ("payload", "effective"):
        with pytest.raises(Unreadable):
            event_of(path.stem, page | {part: {**page[part], "unheard_of": 1}}, KINDS)


@OF_EVERY_PAGE
def test_a_key_too_few_fails_loudly(path):
    page = page_at(path)
    for part in ("payload", "effective"):
        for key in page[part]:
            fewer = {other: value for other, value in page[part].items() if other != key}
            with pytest.raises(Unreadable):
                event_of(path.stem, page | {part: fewer}, KINDS)


@pytest.mark.parametrize("part", ["name", "effective", "payload"])
def test_an_event_within_an_event_is_read_as_strictly(part):
    page = page_at(GOLDEN / "correction.proposed@1.json")
    whole = page["payload"]["content"]
    fewer = {key: value for key, value in whole.items() if key != part}
    more = {"name": "conduct.unheard_of@1"} if part == "name" else {part: {"unheard_of": 1}}
    for content in (fewer, whole | {"unheard_of": 1}, whole | more, None):
        with pytest.raises(Unreadable):
            event_of(
                "correction.proposed@1",
                page | {"payload": {**page["payload"], "content": content}},
                KINDS,
            )


@pytest.mark.parametrize(
    "name", ["conduct.unheard_of@1", "conduct.assessed@99", "conduct.assessed"]
)
def test_an_unknown_name_fails_loudly(name):
    page = page_at(GOLDEN / "conduct.assessed@1.json")
    with pytest.raises(Unreadable):
        event_of(name, page, KINDS)


def test_a_page_that_exists_is_never_written_again(tmp_path):
    class BellRung(Event, stored_as="school.bell_rung"):
        """A bell was rung."""

        times: Open[int]

    path = tmp_path / "school.bell_rung@1.json"
    assert write_missing([BellRung], tmp_path) == [path]
    path.write_text("of another year", encoding="utf-8")
    assert write_missing([BellRung], tmp_path) == []
    assert path.read_text(encoding="utf-8") == "of another year"


def test_a_page_of_an_earlier_version_is_lifted_to_the_words_of_today():
    class BellRung(Event, stored_as="school.bell_rung"):
        """A bell was rung; at first nobody counted."""

        times: Open[int]

        @staticmethod
        def upcast_v1_v2(payload) -> dict:
            return {**payload, "times": 1}

    effective = page_at(GOLDEN / "conduct.assessed@1.json")["effective"]
    page = {"effective": effective, "payload": {}}
    known = dict.fromkeys(BellRung.names, BellRung)
    assert BellRung.names == ("school.bell_rung@1", "school.bell_rung@2")
    assert event_of("school.bell_rung@1", page, known).times == 1
    with pytest.raises(Unreadable):
        event_of("school.bell_rung@2", page, known)
