"""Finding a case, without a name ever being in an address."""

import re

import pytest
from facts import MEDAN, open_case

pytestmark = pytest.mark.long

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture
def two(medan, service, caught_up):
    """Two people in two units."""
    open_case(medan, "Budi Fiktif")
    open_case(service.caller("caseworker", PEKALONGAN), "Sari Rekaan", unit=PEKALONGAN)
    caught_up()


def test_a_list_shows_whom_the_caller_may_see(visitor, two):
    page = visitor("caseworker", MEDAN).get("/perkara").text
    assert "Budi Fiktif" in page
    assert "Sari Rekaan" not in page


def test_a_name_is_searched_by_whole_words_and_is_in_no_address(visitor, two):
    client = visitor("auditor", level="ditjenpas")
    answer = client.post("/perkara", data={"words": "  rekaan  SARI "})
    assert "Sari Rekaan" in answer.text
    assert "Budi Fiktif" not in answer.text
    assert answer.url.path == "/perkara"
    assert not answer.url.query
    assert "Tidak ada perkara yang cocok" in client.post("/perkara", data={"words": "Sar"}).text
    everybody = client.post("/perkara", data={"words": ""}).text
    assert "Budi Fiktif" in everybody


def test_the_words_wait_in_a_cookie_of_this_path_only(visitor, two):
    client = visitor("caseworker", MEDAN)
    answer = client.post("/perkara", data={"words": "Budi"}, follow_redirects=False)
    assert "HttpOnly; Path=/perkara; SameSite=strict" in answer.headers["set-cookie"]


def test_filters_stand_in_the_address_as_codes(visitor, two):
    client = visitor("auditor", level="ditjenpas")
    answer = client.post("/perkara", data={"unit": MEDAN, "status": "tahanan", "words": ""})
    assert str(answer.url.query, "ascii") == f"unit={MEDAN}&status=tahanan"
    assert "Budi Fiktif" in answer.text
    assert "Sari Rekaan" not in answer.text
    assert "Budi Fiktif" not in client.get("/perkara?presence=released").text


def test_a_filter_with_a_word_that_there_is_not_shows_nobody(visitor, two):
    client = visitor("auditor", level="ditjenpas")
    for query in ("status=bebas", "presence=di_bulan", "after=" + "x" * 40):
        answer = client.get(f"/perkara?{query}")
        assert answer.status_code in {404, 422}
        assert "Budi" not in answer.text


def test_a_long_list_goes_on_leaf_by_leaf(visitor, medan, caught_up):
    for number in range(27):
        open_case(medan, f"Orang{number:02d} Fiktif")
    caught_up()
    client = visitor("caseworker", MEDAN)
    first = client.get("/perkara").text
    later = re.search(r'rel="next" href="([^"]+)"', first)[1]
    second = client.get(later).text
    names = [set(re.findall(r"Orang\d\d", leaf)) for leaf in (first, second)]
    assert [len(found) for found in names] == [25, 2]
    assert not names[0] & names[1]
    assert 'rel="next"' not in second


def test_a_name_cannot_write_into_the_page(visitor, medan, caught_up):
    case = open_case(medan, "<b>Budi</b> & Sons")
    caught_up()
    client = visitor("caseworker", MEDAN)
    for address in ("/perkara", f"/perkara/{case}"):
        page = client.get(address).text
        assert "&lt;b&gt;Budi&lt;/b&gt; &amp; Sons" in page
        assert "<b>Budi" not in page
