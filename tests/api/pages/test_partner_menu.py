"""The menu leads to what is done with partners and to the reports, in one line where it fits."""

import pytest
from browsing import NARROW, WIDE, ensure_legible, opened
from facts import MEDAN
from partner_story import name_agency


@pytest.fixture(scope="module")
def service(lasting_service):
    name_agency(lasting_service.services)
    return lasting_service


@pytest.mark.parametrize(
    ("role", "first"),
    [("caseworker", "/hasil-mitra"), ("supervisor", "/mitra"), ("auditor", "/mitra")],
)
def test_staff_get_from_the_menu_to_agreements_results_and_both_reports(visitor, role, first):
    client = visitor(role, MEDAN)
    start = client.get("/").text
    assert f'<a href="{first}">Mitra</a>' in start
    for page, beside in (
        ("/mitra", "/hasil-mitra"),
        ("/hasil-mitra", "/mitra"),
        ("/laporan/remisi", "/laporan/hasil"),
        ("/laporan/hasil", "/laporan/remisi"),
    ):
        text = client.get(page).text
        assert f'<a href="{page}" aria-current="page">' in text
        assert f'<a href="{beside}">' in text


def test_an_auditor_finds_who_changed_and_who_saw_beside_each_other(visitor):
    client = visitor("auditor", MEDAN)
    assert '<a href="/perubahan">Jejak audit</a>' in client.get("/").text
    for page, beside in (("/perubahan", "/siapa-melihat"), ("/siapa-melihat", "/perubahan")):
        text = client.get(page).text
        assert f'<a href="{page}" aria-current="page">' in text
        assert f'<a href="{beside}">' in text
    assert "/siapa-melihat" not in visitor("supervisor", MEDAN).get("/perubahan").text


def test_who_may_look_through_nobodys_eyes_is_told_why(visitor, agreement, caught_up):
    caught_up()
    unit = visitor("caseworker", MEDAN).get("/mitra").text
    assert "terbuka bagi penyelia dan auditor, bukan bagi peran Anda" in unit
    assert "hanya penyelia atau auditor yang membawahi semua unit kerja sama ini" in unit
    assert "tidak ada pihak yang jenisnya mendapat data" not in unit
    overseer = visitor("supervisor", MEDAN).get("/mitra").text
    assert "persis seperti instansi itu melihatnya" in overseer
    assert "bukan bagi peran Anda" not in overseer


MIDDLES = """() => [...document.querySelectorAll('.top .brand, .top nav a, .top .leave')]
  .map(it => it.getBoundingClientRect())
  .map(box => Math.round((box.top + box.bottom) / 2))"""


@pytest.mark.long
@pytest.mark.parametrize("role", ["supervisor", "auditor", "caseworker"])
def test_the_menu_is_one_line_on_a_desk_and_whole_on_a_phone(chromium, address, token, role):
    tablet, small = {"width": 760, "height": 900}, {"width": 1024, "height": 700}
    for screen, lines in ((WIDE, 1), (small, 1), (tablet, None), (NARROW, None)):
        with opened(chromium, address, screen) as page:
            cookie = {"name": "jejak_masuk", "value": token(role, MEDAN), "url": address}
            page.context.add_cookies([cookie])
            for place in ("/mitra", "/bebas", "/laporan/hasil?bahasa=en"):
                page.goto(place)
                page.wait_for_load_state("networkidle")  # a page left early loses its icon
                ensure_legible(page, screen)
                tops = page.evaluate(MIDDLES)
                assert lines is None or max(tops) - min(tops) <= 4, tops
