"""The picture of the README, taken of a running demo.

``jejak demo``, and beside it ``python tests/picture.py http://127.0.0.1:8017`` writes
``docs/overview.png``.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
PICTURE = Path(__file__).parents[1] / "docs" / "overview.png"
SIZE = {"width": 1200, "height": 1290}
SHARPNESS = 1.25
BYTES_MOST = 300_000


def take(address: str, into: Path) -> int:
    """Log in as the auditor, who sees all, and photograph the overview."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, device_scale_factor=SHARPNESS, locale="id-ID")
        page.goto(f"{address}/masuk")
        page.get_by_role("button", name="Auditor").click()
        page.get_by_role("heading", name="Ringkasan").wait_for()
        page.screenshot(path=into)
        browser.close()
    return into.stat().st_size


if __name__ == "__main__":
    size = take(sys.argv[1].rstrip("/"), PICTURE)
    sys.stdout.write(f"{PICTURE}: {size} bytes\n")
    sys.exit(size > BYTES_MOST)
