"""What came of it on one page: no share without its sentence, numerator and denominator."""

import re
from datetime import datetime
from html import unescape

import pytest
from browsing import FAINT, NARROW, WIDE, ensure_legible, opened
from facts import MEDAN, admission, agreement, append, event, new_case

from domain.time import Zone

pytestmark = pytest.mark.long

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture(scope="module")
def told(service):
    """Six convicts of Medan released in June 2023, of whom two came back, one to another unit."""
    medan, other = (service.caller("caseworker", unit) for unit in (MEDAN, PEKALONGAN))
    freed = event("custody.released", "2023-06-10", kind="bebas_murni", document="SL/1")
    for number in range(6):
        name = f"Orang Fiktif {'ABCDEF'[number]}"
        opened = medan.post(
            "/v1/cases", json=new_case(name, day="2022-01-10", reason="pidana")
        ).json()
        assert append(medan, opened["case_id"], freed).status_code == 201
        if number == 0:
            again(other, opened, PEKALONGAN)
        if number == 1:
            again(medan, opened, MEDAN)
    made = medan.post("/v1/agreements", json={"events": [agreement()]})
    assert made.status_code == 201, made.json()
    head = service.services.ledger.position()
    assert service.services.read_models.wait(head, seconds=10)
    return made.json()["agreement_id"]


def again(client, opened, unit):
    """Admit the person of a case anew."""
    person = next(one["stream"] for one in opened["events"] if one["type"] == "person.registered")
    body = {
        "person": {"id": person.removeprefix("person:")},
        "admission": admission(unit, "2024-02-01"),
    }
    answer = client.post("/v1/cases", json=body)
    assert answer.status_code == 201, answer.json()


def inputs(page):
    found = re.findall(r'name="(valid_at|from|until)" type="date" value="([^"]*)"', page)
    return dict(found)


def cells(page, title):
    row = re.search(rf'<th scope="row">{title}</th>(.*?)</tr>', page, re.DOTALL)
    return re.findall(r"<td[^>]*>([^<]*)</td>", row[1]) if row else None


ASKED = {"from": "2023-01-01", "until": "2023-12-31", "valid_at": "2025-12-31"}


def test_the_number_stands_under_its_sentence_with_what_it_is_of(visitor, told):
    page = visitor("auditor", level="ditjenpas").get("/laporan/hasil", params=ASKED).text
    assert cells(page, "Semua") == ["6", "2", "6", "33 %", "0", "0", "0"]
    sentence, table = page.index("Dari mereka yang dipidana"), page.index("Penyebut")
    assert sentence < table < page.index("33 %")
    assert "1 Jan 2023 sampai 31 Des 2023" in page
    assert "tertutup pada 31 Des 2025" in page
    assert "dalam 24 bulan" in page
    assert "batas bawah" not in page
    assert cells(page, "Jun 2023")[:3] == ["6", "2", "6"]


def test_a_unit_is_told_that_it_sees_the_returns_to_itself_only(visitor, told):
    page = visitor("caseworker", MEDAN).get("/laporan/hasil", params=ASKED).text
    assert cells(page, "Semua")[1] == "1"
    assert "angka ini batas bawah" in page


def test_a_window_that_has_not_closed_is_in_no_share(visitor, told):
    client = visitor("auditor", level="ditjenpas")
    page = client.get("/laporan/hasil", params=ASKED | {"months": "60"}).text
    assert cells(page, "Semua") == ["6", "-", "0", "-", "6", "2", "0"]
    assert "Belum ada: jendela mereka yang bebas" in page
    page = client.get("/laporan/hasil", params=ASKED | {"until": "2023-01-31"}).text
    assert "Tidak seorang pun bebas akhir pada masa itu" in page
    assert "Belum ada: jendela" not in page


def test_the_span_that_is_counted_stands_in_the_form_and_is_the_last_closed_year(visitor, told):
    client = visitor("auditor", level="ditjenpas")
    for asked, year in (
        ({"valid_at": "2025-12-31"}, 2023),
        ({"valid_at": "2025-12-30"}, 2022),
        ({"on": "2025-12-31"}, 2023),
        ({"valid_at": "2025-12-31", "months": "12"}, 2024),
    ):
        page = client.get("/laporan/hasil", params=asked).text
        assert inputs(page) == {
            "valid_at": asked.get("valid_at", "2025-12-31"),
            "from": f"{year}-01-01",
            "until": f"{year}-12-31",
        }
        assert f"1 Jan {year} sampai 31 Des {year}" in page
    assert "Ini tahun kalender terakhir yang semua jendelanya" in page
    today = datetime.now(Zone.WIB.offset).date().isoformat()
    assert inputs(client.get("/laporan/hasil").text)["valid_at"] == today
    page = client.get("/laporan/hasil", params=ASKED | {"months": "60"}).text
    last = unescape(re.search(r'href="(\?[^"]*)">Hitung tahun', page)[1])
    assert inputs(client.get("/laporan/hasil" + last).text)["from"] == "2020-01-01"


def test_an_agreement_shows_all_of_its_stages_and_participants_beside_others(visitor, told):
    client = visitor("caseworker", MEDAN)
    page = client.get("/laporan/hasil", params=ASKED | {"agreement": told}).text
    assert cells(page, "Masih bekerja, 3 bulan") == ["0", "0", "-", "0", "0"]
    assert cells(page, "Peserta kerja sama ini")[0] == "0"
    assert cells(page, "Bukan peserta, unit yang sama")[0] == "6"
    assert "bukan bukti akibat program" in page
    nowhere = client.get("/laporan/hasil", params=ASKED | {"agreement": "tidak-ada"})
    assert nowhere.status_code == 422
    assert "tidak ada dalam lingkup Anda" in nowhere.text


@pytest.mark.parametrize(
    "wrong",
    [
        *({"months": "0"}, {"from": "kemarin"}, {"return": "x"}, {"agreement": "zzz"}),
        {"on": "besok", "valid_at": ""},
    ],
)
def test_what_cannot_be_asked_says_so_and_shows_the_default(visitor, told, wrong):
    answer = visitor("auditor", level="ditjenpas").get("/laporan/hasil", params=ASKED | wrong)
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert "Dari mereka yang dipidana" in answer.text


def test_both_reports_are_served_as_the_page_shows_them(service, told):
    auditor = service.caller("auditor", level="ditjenpas")
    asked = {"from": "2023-01-01", "until": "2023-12-31", "on": "2025-12-31"}
    lines = auditor.get("/v1/read-models/recidivism", params=asked).json()["items"]
    span = next(one for one in lines if one["period"] == "span")
    assert (span["returned"], span["closed"], span["rate_percent"]) == (2, 6, 33.3)
    assert span["definition_id"].startswith("Dari mereka yang dipidana")
    outcomes = auditor.get("/v1/read-models/outcomes", params={"agreement": told}).json()["items"]
    assert [one["stage"] for one in outcomes][-1] == "employed_12_months"
    assert outcomes[-1]["out_of"] == 0
    refused = auditor.get("/v1/read-models/recidivism", params={"months": "nol"})
    assert (refused.status_code, refused.json()["code"]) == (422, "report.window")


@pytest.mark.long
@pytest.mark.parametrize("screen", [WIDE, NARROW])
def test_the_page_can_be_read_and_asked_in_a_browser(chromium, address, token, told, screen):
    with opened(chromium, address, screen) as page:
        page.context.add_cookies(
            [{"name": "jejak_masuk", "value": token("caseworker", MEDAN), "url": address}]
        )
        page.goto("/laporan/remisi")
        page.get_by_role("link", name="Laporan hasil").click()
        page.get_by_label("Kerja sama", exact=True).select_option(label="PKS Medan")
        page.get_by_label("Bebas sejak").fill("2023-01-01")
        page.get_by_label("Bebas sampai").fill("2023-12-31")
        page.get_by_role("button", name="Hitung").click()
        page.get_by_text("Beda peserta dan bukan peserta").wait_for()
        assert page.get_by_text("Bukan peserta, unit yang sama").is_visible()
        ensure_legible(page, screen)
        assert page.evaluate(FAINT) == []
