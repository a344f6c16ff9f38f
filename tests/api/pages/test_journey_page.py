"""A case as a line in time."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from facts import MEDAN
from pages import draft
from scenario import on

from api.event_examples import example_event
from api.pages import labels
from api.pages.event_labels import EVENTS_IN_INDONESIAN
from api.pages.journey import SITTING, late
from api.pages.names import Names
from api.pages.said import facts
from api.pages.tongue import Tongue
from domain.catalogue import CASE, RECORDED
from domain.record import Recorded

TOLD = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test is about something of its own."""
    return lasting_service


@pytest.fixture
def show(visitor, journey):
    client = visitor("caseworker", MEDAN)
    return lambda **asked: client.get(f"/perkara/{journey}", params=asked)


def told(day, position, after=timedelta()):
    event = replace(example_event(next(iter(CASE.chapter_of))), effective=on(day))
    page = draft(event, version=position)
    return Recorded(
        **vars(page), position=position, recorded_at=TOLD + after, prev_hash="", hash=""
    )


def test_events_stand_in_the_order_in_which_they_took_effect(show):
    days = re.findall(r'class="when"><time datetime="([^"]+)"', show().text)
    assert days == sorted(days)
    assert days == ["2025-02-10", "2025-02-12", "2025-03-01", "2025-08-01"]


def test_a_fact_told_after_a_later_one_is_late():
    later = SITTING + timedelta(minutes=1)
    pages = [told("2025-01-01", 1), told("2025-03-01", 2), told("2025-02-01", 3, later)]
    assert late(pages) == {3}


def test_what_is_told_in_one_sitting_is_late_in_no_order():
    assert late([told("2025-03-01", 1), told("2025-02-01", 2, SITTING)]) == set()


def test_a_fact_told_in_its_turn_is_not_late_however_old():
    assert late([told("2020-01-01", 1), told("2020-02-01", 2, timedelta(days=999))]) == set()


def test_the_title_and_the_address_name_nobody(show):
    page = show()
    assert "Budi" in page.text
    assert "Budi" not in re.search(r"<title>(.*)</title>", page.text)[1]
    assert "Budi" not in str(page.url)


def test_codes_are_shown_by_their_names_and_fields_by_their_labels(show):
    page = show().text
    assert "Rutan-Medan" in page
    assert "Kota Medan" in page
    assert "Penilaian perilaku (SPPN)" in page
    assert "risiko menurun" in page


def test_a_case_is_shown_as_it_stood_on_a_day(show):
    assert "<dd>Kota Pekalongan</dd>" in show().text
    then = show(valid_at="2025-02-12").text
    assert "2 dari 4 fakta" in then
    assert "<dd>Kota Medan</dd>" in then
    assert then.count("belum terjadi pada waktu itu") == 2


def test_a_case_is_shown_as_it_was_known(show):
    then = show(known_at="2020-01-01T00:00").text
    assert then.count("belum diketahui pada waktu itu") == 4
    assert "belum diterima" in then


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"known_at": "2199-01-01T00:00"}, "belum dapat ditanyakan"),
        ({"valid_at": "kemarin"}, "tulis seperti 2025-08-17 atau 2025-08-17T09:30."),
        ({"known_at": "0001-01-01T00:00"}, "belum diketahui pada waktu itu"),
        ({"known_at": "2025-01-01T00:00+99:00"}, "tidak terbaca"),
    ],
)
def test_a_time_that_cannot_be_asked_for_is_said_beside_the_form(show, asked, words):
    page = show(**asked)
    assert page.status_code in {200, 422}
    assert words in page.text


@pytest.mark.parametrize("case", ["01980f5c-7a00-7000-8000-000000000001", "x", "%00", "unit/x"])
def test_a_case_that_there_is_not_is_a_page_that_says_so(visitor, case):
    answer = visitor("caseworker", MEDAN).get(f"/perkara/{case}")
    assert answer.status_code == 404


def test_a_case_of_another_unit_is_not_there(visitor, journey):
    answer = visitor("caseworker", "RUTAN-PEKALONGAN").get(f"/perkara/{journey}")
    assert answer.status_code == 404
    assert "Tidak ditemukan" in answer.text
    assert "Budi" not in answer.text


@pytest.mark.parametrize("kind", RECORDED, ids=lambda kind: kind.stored_as)
def test_every_event_can_be_read_in_both_languages(kind):
    event = example_event(kind)
    for language in ("id", "en"):
        said = list(facts(event, Tongue(language), Names({})))
        assert all(fact.label and fact.text for fact in said)
        assert labels.of_event(kind)[language == "en"]


def test_how_many_events_are_read_in_bahasa_indonesia(record_property):
    """No demand: an event without a label is read by the first sentence of its docstring."""
    named = [kind for kind in CASE.chapter_of if kind.stored_as in EVENTS_IN_INDONESIAN]
    record_property("labelled", f"{len(named)} of {len(CASE.chapter_of)}")


def test_no_label_is_left_of_an_event_that_there_is_not():
    assert set(EVENTS_IN_INDONESIAN) <= {kind.stored_as for kind in RECORDED}


def test_teller_and_evidence_stand_beside(show):
    page = show().text
    assert "SP.Han/12" in page
    assert "caseworker-1" in page
