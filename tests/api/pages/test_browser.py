"""The same pages in a real browser, with and without scripts, on a wide and on a narrow screen."""

from contextlib import contextmanager

import pytest
from facts import MEDAN

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
SCREENS = pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
OVERFLOW = """() => [...document.querySelectorAll("body *")]
  .filter(it => !it.closest(".unseen, thead") && it.getBoundingClientRect().right > innerWidth + 1)
  .map(it => it.tagName + "." + it.className)"""
UNNAMED = """() => [...document.querySelectorAll("input, select, textarea, button, a")]
  .filter(it => !it.labels?.length && !it.textContent.trim() && !it.ariaLabel)
  .map(it => it.outerHTML)"""


@pytest.fixture
def demo(service, token, agreement, journey, caught_up):
    """The app with somebody to log in as."""
    service.app.state.demo_logins = [("Petugas Rutan Medan", token("caseworker", MEDAN))]
    caught_up()
    return journey


@contextmanager
def opened(chromium, address, screen, **how):
    """Yield a page of an empty browser; what its console complains about fails the test."""
    context = chromium.new_context(viewport=screen, locale="id-ID", base_url=address, **how)
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    yield page
    page.wait_for_load_state("networkidle")
    heard = tuple(complaints)  # what closing breaks off is no complaint
    context.close()
    assert not heard


def ensure_legible(page, screen):
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    assert page.evaluate(OVERFLOW) == []
    assert page.evaluate(UNNAMED) == []
    assert page.locator("main h1").count() == 1
    assert page.locator("header, main, footer").count() >= 3


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


def test_dimmed_facts_and_small_words_keep_their_contrast(chromium, address, demo):
    """WCAG 2.2 AA: 4.5 to 1 for text, computed on what the browser drew."""
    with opened(chromium, address, WIDE) as page:
        page.goto("/masuk")
        page.get_by_role("button", name="Petugas Rutan Medan").click()
        page.get_by_role("heading", name="Ringkasan").wait_for()
        for place in ("/", "/perkara", f"/perkara/{demo}?valid_at=2025-02-12"):
            page.goto(place)
            assert page.evaluate(FAINT) == []


FAINT = """() => {
  const parts = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = it => {
    for (; it; it = it.parentElement) {
      const c = parts(getComputedStyle(it).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter(it => [...it.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .filter(it => it.getClientRects().length)
    .map(it => {
      const [a, b] = [parts(getComputedStyle(it).color), ground(it)].map(light);
      return [it.textContent.trim(), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    })
    .filter(([, ratio]) => ratio < 4.5);
}"""
