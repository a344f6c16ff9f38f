"""Logging in by a form, and what a browser may do with what it is given."""

import re

import pytest
from facts import MEDAN
from fastapi.testclient import TestClient

PAGES = ("/", "/perkara", "/perkara/01980f5c-7a00-7000-8000-000000000001")


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test is about something of its own."""
    return lasting_service


@pytest.mark.parametrize("address", PAGES)
def test_whoever_has_not_logged_in_is_sent_to_the_login(service, address):
    answer = service.stranger().get(address, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/masuk"


def test_a_token_becomes_a_cookie_that_no_script_and_no_other_site_gets(service, token):
    answer = service.stranger().post(
        "/masuk", data={"token": f" {token('caseworker', MEDAN)}\n"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_never_travels_in_the_clear(service, token):
    client = TestClient(service.app, base_url="https://jejak.example")
    answer = client.post(
        "/masuk", data={"token": token("caseworker", MEDAN)}, follow_redirects=False
    )
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("said", ["", "abc", "a.b.c", "é" * 10, "x" * 9_000])
def test_what_is_no_token_is_said_to_be_none(service, said):
    answer = service.stranger().post("/masuk", data={"token": said})
    assert answer.status_code in {401, 422}
    assert "set-cookie" not in answer.headers
    assert "<h1>" in answer.text


def test_a_token_with_too_many_units_for_a_cookie_is_refused_with_words(service, token):
    units = [f"LAPAS-DENGAN-NAMA-PANJANG-{n}" for n in range(150)]
    answer = service.stranger().post("/masuk", data={"token": token("auditor", *units)})
    assert answer.status_code == 422
    assert "terlalu banyak unit" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("address", ["/masuk", "/keluar", "/perkara"])
def test_a_form_of_another_site_is_not_taken(service, visitor, token, headers, address):
    client = visitor("caseworker", MEDAN)
    form = {"token": token("caseworker", MEDAN), "words": "Budi"}
    answer = client.post(address, data=form, headers=headers, follow_redirects=False)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_of_this_site_is_taken(service, token):
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}):
        answer = service.stranger().post(
            "/masuk", data={"token": token("caseworker", MEDAN)}, headers=headers
        )
        assert answer.url.path == "/"


def test_logging_out_forgets_the_token_and_the_last_search(visitor):
    client = visitor("caseworker", MEDAN)
    client.post("/perkara", data={"words": "Budi"})
    answer = client.post("/keluar")
    assert answer.url.path == "/masuk"
    assert not client.cookies
    assert client.get("/").url.path == "/masuk"


def test_the_api_does_not_look_at_the_cookie(visitor):
    assert visitor("caseworker", MEDAN).get("/v1/cases").status_code == 401


def test_only_a_demo_offers_logins_and_never_shows_their_tokens(service, token):
    stranger = service.stranger()
    assert 'name="demo"' not in stranger.get("/masuk").text
    assert stranger.post("/masuk", data={"demo": "0"}).status_code == 401
    secret = token("caseworker", MEDAN)
    service.app.state.demo_logins = [("Petugas Rutan Medan / caseworker", secret)]
    offered = stranger.get("/masuk").text
    assert "Petugas Rutan Medan" in offered
    assert secret not in offered
    assert stranger.post("/masuk", data={"demo": "1"}).status_code == 401
    assert stranger.post("/masuk", data={"demo": "0"}).url.path == "/"


@pytest.mark.parametrize("role", ["operator", "compliance"])
def test_a_role_that_reads_no_records_is_told_so(service, token, role):
    client = service.stranger()
    client.post("/masuk", data={"token": token(role)})
    answer = client.get("/")
    assert answer.status_code == 403
    assert "petugas, penyelia dan auditor" in answer.text
    assert 'action="/keluar"' in answer.text


def test_an_agency_comes_to_its_own_desk_and_to_no_page_of_the_staff(service, token):
    client = service.stranger()
    answer = client.post("/masuk", data={"token": token("agency")})
    assert (answer.status_code, answer.url.path) == (200, "/mitra")
    for address in ("/", "/perkara", "/penahanan", "/koreksi", "/hasil-mitra", "/perubahan"):
        assert client.get(address).status_code == 403
        assert f'href="{address}"' not in answer.text


def test_a_page_brings_nothing_that_runs_and_fetches_only_the_stylesheet(visitor, journey, medan):
    client = visitor("caseworker", MEDAN)
    for address in ("/masuk", "/", "/perkara", f"/perkara/{journey}", "/perkara/nobody"):
        answer = client.get(address)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script|\son\w+=|\sstyle=|https?://", answer.text)


def test_the_stylesheet_is_kept_for_ever_under_its_digest(service):
    client = service.stranger()
    address = re.search(r'href="(/aset/jejak\.[0-9a-f]+\.css)"', client.get("/masuk").text)[1]
    answer = client.get(address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/aset/jejak.css").status_code == 404


def test_bahasa_indonesia_comes_first_and_english_on_asking(service):
    client = service.stranger()
    assert 'lang="id"' in client.get("/masuk").text
    assert 'lang="en"' in client.get("/masuk", headers={"Accept-Language": "en-GB"}).text
    assert "Log in" in client.get("/masuk?bahasa=en").text
    assert "Log in" in client.get("/masuk").text, "the choice is remembered"
    assert "Masuk" in client.get("/masuk?bahasa=id").text
    assert 'lang="id"' in client.get("/masuk?bahasa=xx").text


def test_an_address_that_is_not_there_is_a_page_to_a_browser_and_a_problem_to_a_program(service):
    browser = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "id"}
    answer = service.stranger().get("/tidak-ada", headers=browser)
    assert answer.status_code == 404
    assert "Alamat atau catatan ini tidak ada, atau di luar lingkup Anda." in answer.text
    for address, headers in (("/tidak-ada", {}), ("/v1/tidak-ada", browser)):
        said = service.stranger().get(address, headers=headers)
        assert said.status_code == 404
        assert said.json()["code"] == "request.not_found"


@pytest.mark.parametrize(
    "address", ["//lain.example/x", "/%09/lain.example/x", "///lain.example/x"]
)
def test_no_page_leads_to_another_service_by_the_address_that_was_asked_for(service, address):
    browser = {"Accept": "text/html", "Accept-Language": "id"}
    answer = service.stranger().get(f"http://testserver{address}", headers=browser)
    assert 'href="/lain.example/x?bahasa=en"' in answer.text


@pytest.mark.parametrize(
    ("role", "address", "home", "whose"),
    [
        ("caseworker", "/siapa-melihat", "/", "untuk auditor dan bagian kepatuhan"),
        ("agency", "/perkara", "/mitra", "untuk petugas, penyelia dan auditor"),
        ("compliance", "/", "/siapa-melihat", "untuk petugas, penyelia dan auditor"),
        ("compliance", "/mitra", "/siapa-melihat", "untuk instansi mitra, petugas"),
    ],
)
def test_who_is_refused_reads_whom_a_page_is_for_and_finds_home(  # noqa: PLR0913, PLR0917
    service, token, role, address, home, whose
):
    client = TestClient(service.app, headers={"Accept-Language": "id"})
    client.post("/masuk", data={"token": token(role, MEDAN)})
    answer = client.get(address)
    assert answer.status_code == 403
    assert f"Halaman ini {whose}" in answer.text
    assert f'<a class="button" href="{home}">' in answer.text
    assert f'<a class="brand" href="{home}">' in answer.text
