"""Makes the pictures of docs/reference/reports.md: `make pictures`.

Runs the sample vendor with known faults and photographs its report.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path("docs/reference/images")
VENDOR = "tests/vendors/three_faults/vendor.toml"


def main() -> None:
    """Run, open the report in Chromium, take one picture of the first screen and one of an opened fault."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run = Path(folder) / "run"
        command = [sys.executable, "-m", "rtconform", "run", VENDOR, "--suite", "published,boundaries", "--out", str(run)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # 1: the sample vendor is not conformant
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1120, "height": 700})
        page.goto((run / "report.html").resolve().as_uri())
        page.wait_for_selector("html.searchable")
        page.screenshot(path=IMAGES / "report.png")
        page.locator(".fault summary").first.click()
        page.locator(".fault article.case").first.screenshot(path=IMAGES / "case.png")
        browser.close()


if __name__ == "__main__":
    main()
