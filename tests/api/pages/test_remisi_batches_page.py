"""Remisi lists on a page: which there are, who is on one, and why, to be read aloud."""

import pytest
from batch_desk import Clock, House, by_case
from convicts import convict
from facts import MEDAN


@pytest.fixture(scope="module")
def service(lasting_service):
    return lasting_service


@pytest.fixture
def house(service):
    made = service.services
    yield House(service, Clock())
    service.services = made
    service.app.state.services = made


def test_a_list_is_read_from_its_row_to_the_reasons_of_one_person(house, visitor):
    adi, _, citra, dewi = house.people()
    batch = house.drafted(kinds=["umum"])
    assert house.session(batch).status_code == 201
    house.settle()
    client = visitor("caseworker", MEDAN)
    lists = client.get("/remisi").text
    assert f"/remisi/{batch}" in lists
    assert "17 Agu 2025" in lists
    assert "2 dari 4 baris" in lists
    assert "berikutnya: Kepala UPT" in lists
    page = client.get(f"/remisi/{batch}").text
    for said in ("Adi Fiktif", "Sidang TPP: setuju", "gilirannya sekarang", "2 diusulkan"):
        assert said in page
    off = client.get(f"/remisi/{batch}", params={"standing": "excluded"}).text
    assert citra in off
    assert dewi in off
    assert adi not in off
    assert "tanpa hukuman disiplin dalam 6 bulan terakhir" in off
    for form, begins in (("csv", b"name,"), ("xlsx", b"PK")):
        assert f"/remisi/{batch}/daftar.{form}" in page
        assert client.get(f"/remisi/{batch}/daftar.{form}").content.startswith(begins)
    reasons = client.get(f"/remisi/{batch}/{adi}").text
    assert "Pada 17 Agustus 2025 Anda menjalani 188 hari" in reasons
    assert "Keppres 174/1999" in reasons
    broken = client.get(f"/remisi/{batch}/{citra}").text
    assert "belum terpenuhi" in broken
    assert "1 Juni 2025" in broken


def test_who_changed_a_line_and_why_stands_beside_it(house, visitor):
    convict(house.wali, "Adi Fiktif", length=(3, 0))
    batch = house.drafted(kinds=["umum"], award_day="2026-08-17")
    lines = by_case(house.read(batch, "/lines")["items"])
    on = [case for (case, _), line in lines.items() if line["included"]]
    second = house.service.caller("caseworker", MEDAN, user="wali-2")
    off = {"case": on[0], "kind": "umum", "included": False, "reason": "documents_missing"}
    assert house.step(second, batch, "line_changed", **off).status_code == 201
    page = visitor("caseworker", MEDAN).get(f"/remisi/{batch}").text
    assert "dokumennya belum lengkap" in page
    assert "diubah 1 Agu 2025 oleh wali-2" in page
    house.settle()
    listed = visitor("caseworker", MEDAN).get("/remisi").text
    row = listed.split(f"/remisi/{batch}")[1].split("</tr>")[0]
    assert f"{len(on) - 1} dari" in row


def test_a_list_of_another_unit_is_not_there(house, visitor):
    house.people()
    batch = house.drafted(kinds=["dasawarsa"])
    client = visitor("supervisor", "RUTAN-PEKALONGAN")
    assert client.get(f"/remisi/{batch}").status_code == 404
    assert client.get(f"/remisi/{batch}/daftar.csv").status_code == 404
    assert batch not in client.get("/remisi").text
    assert visitor("caseworker", MEDAN).get(f"/remisi/{batch}/bukan-perkara").status_code == 404


def test_what_has_changed_since_the_draft_is_read_with_what_to_do(house, visitor):
    adi = convict(house.wali, "Adi Fiktif")
    batch = house.drafted(kinds=["khusus"], award_day="2025-12-25")
    client = visitor("caseworker", MEDAN)
    assert f"/remisi/{batch}/berubah" in client.get(f"/remisi/{batch}").text
    eko = convict(house.wali, "Eko Fiktif")
    page = client.get(f"/remisi/{batch}/berubah").text
    assert "Berubah sejak disusun: 1 baris" in page
    assert "ada di unit ini sesudah daftar disusun" in page
    assert eko in page
    assert adi not in page
    assert "Anda" in page, "the criteria are read aloud"
    other = {"change": "left_unit"}
    assert eko not in client.get(f"/remisi/{batch}/berubah", params=other).text
    assert (
        visitor("supervisor", "RUTAN-PEKALONGAN").get(f"/remisi/{batch}/berubah").status_code == 404
    )
