"""The law as a registrar reads it."""

import pytest
from facts import MEDAN

from domain.law.book import BOOK
from domain.law.choosing import policies


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


def test_every_text_and_every_open_question_is_on_the_page(visitor):
    page = visitor("caseworker", MEDAN).get("/hukum").text
    assert all(f'id="{one.id}"' in page for one in BOOK)
    assert all(f'id="p-{name}"' in page for name in policies())
    assert "bulan kalender<small><code>calendar_months</code>" in page
    assert "rutan: 1; rumah: 1/3; kota: 1/5; pembantaran: 0" in page
    assert "seterusnya" in page


def test_the_text_that_is_taken_on_a_day_is_marked(visitor):
    client = visitor("auditor", MEDAN)
    marked = '<h3 id="r-{}">{} <span class="guarded">dipakai pada hari itu'
    page = client.get("/hukum", params={"on": "2026-01-02"}).text
    assert marked.format("kuhp-2023", "KUHP baru") in page
    assert marked.format("kuhp-1946", "KUHP lama") not in page
    before = client.get("/hukum", params={"on": "2026-01-02", "as_known": "2022-12-31"}).text
    assert 'id="kuhp-2023"' not in before
    assert "Tidak ada naskah yang berlaku pada hari itu" in before


def test_a_day_that_is_none_is_said_and_the_law_is_shown_all_the_same(visitor):
    answer = visitor("caseworker", MEDAN).get("/hukum", params={"on": "kemarin"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'id="kuhp-2023"' in answer.text


def test_whoever_is_not_logged_in_is_sent_to_the_login(service):
    assert service.stranger().get("/hukum").url.path == "/masuk"
