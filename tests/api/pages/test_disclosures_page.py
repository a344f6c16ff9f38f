"""Who has seen my data, as a page: for compliance and auditors, within scope, and recorded."""

import re
from dataclasses import replace

import pytest
from browsing import FAINT, NARROW, WIDE, ensure_legible, opened
from facts import MEDAN, open_case
from fastapi.testclient import TestClient

from api.pages import disclosures
from api.pages.install import PAGES
from api.pages.labels import FIELDS_IN_INDONESIAN
from application.access import AccessRecord, Purpose
from domain.kernel import DataClass, data_classes
from domain.record import Actor
from projections.catalogue import PROJECTIONS

pytestmark = pytest.mark.long

PEKALONGAN = "RUTAN-PEKALONGAN"
DINAS = Actor(id="dinas-7", role="agency", unit=None, agency="DISNAKER-12.71", on_behalf_of=None)


@pytest.fixture(scope="module")
def service(lasting_service):
    """Each test looks at cases of its own."""
    return lasting_service


@pytest.fixture
def overseer(service, token):
    """Log somebody in who looks after how data is used; they begin at the book of reads."""

    def logged_in(*units, role="compliance", level="unit"):
        client = TestClient(service.app, headers={"Accept-Language": "id"})
        said = {"token": token(role, *units, level=level)}
        home = client.post("/masuk", data=said).url.path
        assert home == ("/siapa-melihat" if role == "compliance" else "/")
        return client

    return logged_in


@pytest.fixture
def delivered(service, medan, agreement):
    """A case that was read at its unit, and delivered to an agency beside that of somebody else."""
    case, other = open_case(medan), open_case(medan, "Tono Contoh")
    medan.get(f"/v1/cases/{case}")
    service.services.access.record(
        AccessRecord(
            actor=DINAS,
            purpose=Purpose.KERJA_SAMA,
            agreement=agreement,
            route="/v1/feeds/{agreement_id}/stream",
            subjects=(f"case:{case}", f"case:{other}"),
            fields=("attendance", "full_name"),
            rows=2,
            trace_id="0af7651916cd43dd8448eb211c80319c",
        )
    )
    return case


def rows_of(page):
    assert page.status_code == 200, page.text
    return re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", page.text, re.DOTALL)


def test_a_delivery_names_the_agency_the_agreement_the_way_and_the_fields(
    overseer, delivered, caught_up
):
    caught_up()
    page = overseer(MEDAN).get("/siapa-melihat", params={"subject": f"case:{delivered}"})
    feed, unit = rows_of(page)
    for said in ("DISNAKER-12.71", "dinas-7", "PKS pelatihan bersertifikat", "kerja sama"):
        assert said in feed
    assert "umpan data, langsung" in feed
    assert "Kehadiran, Nama" in feed
    assert "1 orang" in feed, "the other one was not asked about"
    assert "caseworker-1" in unit
    assert "data perkara" in unit
    assert "Fiktif" not in page.text
    assert "Contoh" not in page.text


def test_looking_is_recorded_and_stays_within_scope(overseer, delivered):
    compliance = overseer(MEDAN)
    mine = {"subject": f"case:{delivered}"}
    before = len(rows_of(compliance.get("/siapa-melihat", params=mine)))
    again = rows_of(compliance.get("/siapa-melihat", params=mine))
    assert len(again) == before + 1
    assert "compliance-1" in again[0]
    assert "catatan pembacaan" in again[0]
    away = overseer(PEKALONGAN)
    assert away.get("/siapa-melihat", params=mine).status_code == 404
    assert "dinas-7" not in away.get("/siapa-melihat").text


def test_it_is_narrowed_and_goes_on(overseer, delivered, agreement, monkeypatch):
    monkeypatch.setattr(disclosures, "LINES", 1)
    national = overseer(role="auditor", level="ditjenpas")
    only = national.get("/siapa-melihat", params={"agreement": agreement})
    assert "dinas-7" in rows_of(only)[0]
    assert "Lebih lama" not in only.text
    assert "dinas-7" in national.get("/siapa-melihat?agency=DISNAKER-12.71").text
    seen, address = [], f"/siapa-melihat?subject=case:{delivered}"
    while address:
        page = national.get(address)
        seen += re.findall(r"· (dinas-7|caseworker-1)<", "".join(rows_of(page)))
        found = re.search(r'rel="next" href="([^"]*)"', page.text)
        address = found and found[1].replace("&amp;", "&")
    assert seen == ["dinas-7", "caseworker-1"]


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "agency", "operator"])
def test_nobody_else_may_look(service, token, role):
    client = TestClient(service.app, headers={"Accept-Language": "id"})
    client.post("/masuk", data={"token": token(role, MEDAN)})
    assert client.get("/siapa-melihat").status_code == 403


@pytest.mark.parametrize("asked", ["subject=Budi%20Fiktif", "before=x", "subject=case:"])
def test_what_cannot_be_asked_is_refused_in_words(overseer, asked):
    page = overseer(MEDAN).get(f"/siapa-melihat?{asked}")
    assert page.status_code == 422
    assert "<table" not in page.text


def test_what_has_no_name_of_its_own_is_shown_as_it_is(overseer, service, delivered):
    strange = replace(DINAS, role="something", agency=None, unit=MEDAN)
    record = AccessRecord(
        actor=strange,
        purpose=Purpose.AUDIT,
        agreement=None,
        route="/elsewhere",
        subjects=(f"case:{delivered}",),
        fields=(),
        rows=1,
        trace_id="0af7651916cd43dd8448eb211c80319c",
    )
    service.services.access.record(record)
    first = rows_of(overseer(MEDAN).get(f"/siapa-melihat?subject=case:{delivered}"))[0]
    assert "something · dinas-7" in first
    assert ">/elsewhere<" in first


def test_every_page_and_every_guarded_column_has_a_name_in_indonesian():
    pages = {route.path for module in PAGES for route in module.router.routes}
    nobody = {"/", "/masuk", "/keluar", "/hukum", "/periksa"}
    named = tuple(begins for begins, _ in disclosures.WAYS)
    assert [one for one in sorted(pages - nobody) if not one.startswith(named)] == []
    guarded = {
        name
        for one in PROJECTIONS
        for name, kind in data_classes(one.row).items()
        if kind is not DataClass.NONE
    }
    assert sorted(guarded - FIELDS_IN_INDONESIAN.keys()) == []


@pytest.fixture
def pass_of_compliance(token):
    return token("compliance", MEDAN)


@pytest.mark.long
@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_in_a_browser_it_fits_the_screen_and_keeps_its_contrast(
    chromium, address, pass_of_compliance, delivered, screen
):
    with opened(chromium, address, screen) as page:
        page.goto("/masuk")
        page.get_by_label("Token").fill(pass_of_compliance)
        page.get_by_role("button", name="Masuk").last.click()
        page.get_by_label("Tentang siapa").fill(f"case:{delivered}")
        page.get_by_role("button", name="Cari").click()
        page.wait_for_load_state("networkidle")
        ensure_legible(page, screen)
        assert page.evaluate(FAINT) == []
        assert "dinas-7" in page.content()
        assert page.screenshot(full_page=True)
