"""The same pages in a real browser, with and without scripts, on a wide and on a narrow screen."""

import pytest
from browsing import FAINT, NARROW, WIDE, ensure_legible, opened
from facts import MEDAN

SCREENS = pytest.mark.parametrize(
    "screen",
    [pytest.param(WIDE, marks=pytest.mark.long), NARROW],
    ids=["wide", "narrow"],
)


@pytest.fixture
def demo(service, token, agreement, journey, caught_up):
    """The app with somebody to log in as."""
    service.app.state.demo_logins = [("Petugas Rutan Medan", token("caseworker", MEDAN))]
    caught_up()
    return journey


@SCREENS
def test_somebody_logs_in_finds_a_case_and_follows_it_back_in_time(
    chromium, address, demo, screen, tmp_path
):
    with opened(chromium, address, screen) as page:
        page.goto("/")
        assert page.url == f"{address}/masuk"
        ensure_legible(page, screen)
        page.get_by_role("button", name="Petugas Rutan Medan").click()
        assert page.get_by_role("heading", name="PKS pelatihan bersertifikat").is_visible()
        page.get_by_text("Rencana dan klaim, bukan hasil").click()
        assert page.get_by_text("Akan dilatih").is_visible()
        ensure_legible(page, screen)
        page.get_by_role("link", name="Perkara").click()
        page.get_by_label("Nama").fill("budi")
        page.get_by_role("button", name="Cari").click()
        assert page.url == f"{address}/perkara"
        ensure_legible(page, screen)
        page.get_by_role("link", name="Budi Fiktif").click()
        assert page.get_by_text("Penilaian perilaku (SPPN)").first.is_visible()
        ensure_legible(page, screen)
        page.get_by_label("Berlaku pada").fill("2025-02-12")
        page.get_by_role("button", name="Lihat").click()
        assert page.get_by_text("2 dari 4 fakta").is_visible()
        ensure_legible(page, screen)
        assert page.screenshot(path=tmp_path / "journey.png", full_page=True)
        page.get_by_role("button", name="Keluar").click()
        assert page.url == f"{address}/masuk"


@pytest.mark.long
def test_everything_works_without_scripts_and_by_keyboard(chromium, address, demo):
    with opened(chromium, address, WIDE, java_script_enabled=False) as page:
        page.goto("/masuk")
        page.keyboard.press("Tab")
        assert page.locator(".skip:focus").count() == 1
        page.get_by_role("button", name="Petugas Rutan Medan").press("Enter")
        page.get_by_role("heading", name="Ringkasan").wait_for()
        page.goto(f"/perkara/{demo}")
        page.get_by_label("Berlaku pada").fill("2025-02-12")
        page.get_by_label("Berlaku pada").press("Enter")
        page.get_by_text("2 dari 4 fakta").wait_for()
        assert "valid_at=2025-02-12" in page.url


@pytest.mark.long
def test_dimmed_facts_and_small_words_keep_their_contrast(chromium, address, demo):
    """WCAG 2.2 AA: 4.5 to 1 for text, computed on what the browser drew."""
    with opened(chromium, address, WIDE) as page:
        page.goto("/masuk")
        page.get_by_role("button", name="Petugas Rutan Medan").click()
        page.get_by_role("heading", name="Ringkasan").wait_for()
        for place in ("/", "/perkara", f"/perkara/{demo}?valid_at=2025-02-12"):
            page.goto(place)
            assert page.evaluate(FAINT) == []
