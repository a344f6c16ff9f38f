"""A real browser at a page: what it complains about, and whether the page can be read."""

from contextlib import contextmanager

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
OVERFLOW = """() => [...document.querySelectorAll("body *")]
  .filter(it => !it.closest(".unseen, thead") && it.getBoundingClientRect().right > innerWidth + 1)
  .map(it => it.tagName + "." + it.className)"""
UNNAMED = """() => [...document.querySelectorAll("input, select, textarea, button, a")]
  .filter(it => it.type !== "hidden")
  .filter(it => !it.labels?.length && !it.textContent.trim() && !it.ariaLabel)
  .map(it => it.outerHTML)"""


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
    assert heard == (), heard


def ensure_legible(page, screen):
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    assert page.evaluate(OVERFLOW) == []
    assert page.evaluate(UNNAMED) == []
    assert page.locator("main h1").count() == 1
    assert page.locator("header, main, footer").count() >= 3


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
