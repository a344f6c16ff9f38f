"""The report on remisi as people read it."""

import re

import pytest
from convicts import steps_to_award
from facts import MEDAN, append, open_case

PEKALONGAN = "RUTAN-PEKALONGAN"


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


def awarded(client, *, releases=False, **opening):
    """A case with a remisi umum that was applied, or is only proposed."""
    case = open_case(client, **opening)
    answer = append(client, case, *steps_to_award(releases=releases))
    assert answer.status_code == 201, answer.json()
    return case


@pytest.fixture(scope="module")
def told(service):
    """Two awards in Medan, one of which frees, and one in Pekalongan; all read."""
    medan = service.caller("caseworker", MEDAN)
    awarded(medan)
    awarded(medan, name="Andi Fiktif", releases=True)
    awarded(service.caller("caseworker", PEKALONGAN), name="Sari Fiktif", unit=PEKALONGAN)
    head = service.services.ledger.position()
    assert service.services.read_models.wait(head, seconds=10)


def cells(page, title):
    row = re.search(rf'<th scope="row">{title}</th>(.*?)</tr>', page)
    return re.findall(r"<td[^>]*>([^<]*)</td>", row[1]) if row else None


def test_an_award_day_is_found_in_the_list_and_shown_by_kind_province_and_unit(visitor, told):
    auditor = visitor("auditor", level="ditjenpas")
    assert '<a href="/laporan/remisi?award_day=2025-08-17">17 Agu 2025</a>' in (
        auditor.get("/laporan/remisi").text
    )
    page = auditor.get("/laporan/remisi", params={"award_day": "2025-08-17"}).text
    assert cells(page, "Remisi: umum") == ["2", "1", "3", "3", "180"]
    assert cells(page, "Remisi: semua jenis")[2] == "3"
    assert cells(page, "Sumatera Utara")[2] == "2"
    assert cells(page, "Rutan-Pekalongan")[2] == "1"
    assert "Remisi: umum: 2 (I) + 1 (II) = 3" in page


def test_a_unit_sees_its_own_figures_only(visitor, told):
    page = visitor("caseworker", MEDAN).get("/laporan/remisi?award_day=2025-08-17").text
    assert cells(page, "Remisi: umum")[:3] == ["1", "1", "2"]
    assert "Rutan-Pekalongan" not in page


def test_a_day_without_remisi_and_one_that_is_none_say_so(visitor, told):
    client = visitor("caseworker", MEDAN)
    assert (
        "Tidak ada remisi untuk hari itu" in client.get("/laporan/remisi?award_day=2024-01-01").text
    )
    wrong = client.get("/laporan/remisi?award_day=kemarin")
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)


def test_the_report_is_served_as_the_page_shows_it(service, told):
    answer = service.caller("auditor", level="ditjenpas").get(
        "/v1/read-models/remisi_report",
        params={"award_day": "2025-08-17", "kind": "umum", "by": "total"},
    )
    counted = {one["figure"]: one["count"] for one in answer.json()["items"] if one["kind"]}
    assert counted == {"population": 3, "awarded": 3, "i": 2, "ii": 1}


def test_a_day_is_read_in_either_way_of_iso_8601_and_what_is_none_is_refused(service, told):
    auditor = service.caller("auditor", level="ditjenpas")
    counted = [
        auditor.get("/v1/read-models/remisi_report", params={"award_day": day}).json()["items"]
        for day in ("2025-08-17", "20250817")
    ]
    assert counted[0] == counted[1] != []
    wrong = auditor.get("/v1/read-models/remisi_report", params={"award_day": "17-8"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/query/award_day")
