"""The dates of a punishment on the page of a case, to be read aloud."""

import re

import pytest
from facts import MEDAN, open_case
from told_sentences import G1, claim, pronounced, remisi, taken_over


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test is about a case of its own."""
    return lasting_service


@pytest.fixture
def show(visitor):
    client = visitor("caseworker", MEDAN)
    return lambda case, **asked: client.get(f"/perkara/{case}", params=asked)


def section(page):
    return page.text.partition('id="tanggal"')[2].partition('id="garis"')[0]


def test_each_date_is_there_with_sentences_that_lead_to_their_events(show, medan):
    case = taken_over(medan, "2017-05-09", "2018-12-28", *G1)
    shown = section(show(case, valid_at="2018-12-31"))
    assert '<time datetime="2019-01-24">24 Jan 2019</time>' in shown
    said = "Remisi umum pada 17 Agustus 2018 mengurangi 60 hari."
    link = re.search(r'<a href="#([^"]+)">' + said, shown)
    assert link
    assert f'id="{link[1]}"' in show(case).text
    assert "Anda bebas pada 24 Januari 2019." in shown
    assert "Pembebasan bersyarat" in shown


def test_a_document_that_says_otherwise_stands_beside_what_is_reckoned(show, medan):
    said = claim("PERS", "2018-08-17", "release", "2019-04-24", reckoning="kurang 15 hari saja")
    case = taken_over(medan, "2017-05-09", "2018-12-28", *G1, said)
    shown = section(show(case, valid_at="2018-12-31"))
    assert "24 April 2019" in shown
    assert "kurang 15 hari saja" in shown
    assert "berbeda dari hitungan, menurut hitungan 23 Februari 2019" in shown
    assert "Anda bebas pada 23 Februari 2019." in shown


def test_whoever_has_no_sentence_or_a_record_that_cannot_be_is_told_so(show, medan):
    assert "Belum ada pidana penjara yang tercatat." in section(show(open_case(medan)))
    wrong = (pronounced("2017-07-20", years=2), remisi("umum", "2016-08-17", 30))
    case = taken_over(medan, "2017-05-09", "2018-12-28", *wrong)
    shown = section(show(case, valid_at="2018-12-31"))
    assert "<time" not in shown
    assert 'class="empty"' in shown
