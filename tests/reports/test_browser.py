"""The HTML report in a real browser: accessible, quiet, and no wider than the screen."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from rtconform.conformance.runfolder import RunFolder
from rtconform.reports.formats import render


def _chromium() -> str | None:
    usual = Path("/usr/bin/chromium")
    return shutil.which("chromium") or (str(usual) if usual.exists() else None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; in continuous integration its absence is a failure."""
    program = _chromium()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no chromium on PATH: install it, the report must be tested in a browser")
        pytest.skip("no chromium on PATH")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.parametrize("name", ["all", "some", "interrupted", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_accessible_and_quiet(make_run: Callable[[str], RunFolder], browser: Browser, width: int, scheme: Any, name: str) -> None:
    """With everything unfolded: axe finds nothing, the console stays empty, nothing is fetched, no sideways scrolling."""
    (file,) = render(make_run(name).path, ["html"])
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    try:
        page = context.new_page()
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")

        assert [file.as_uri()] == heard
        assert width >= page.evaluate("document.documentElement.scrollWidth")
        violations = Axe().run(page).response["violations"]
        assert [] == [(item["id"], node["html"][:200]) for item in violations for node in item["nodes"]]
    finally:
        context.close()


def test_first_screen_has_the_verdict(make_run: Callable[[str], RunFolder], browser: Browser) -> None:
    """Verdict, vendor and the counts are seen without scrolling, on a phone the verdict is."""
    (file,) = render(make_run("some").path, ["html"])
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        page.goto(file.as_uri())

        assert "Not conformant" == page.locator("#verdict").inner_text().strip()
        for selector in ("h1", "#verdict", ".tiles"):
            box = page.locator(selector).bounding_box()
            assert box is not None
            assert 800 >= box["y"] + box["height"]
        page.set_viewport_size({"width": 360, "height": 640})
        box = page.locator("#verdict").bounding_box()
        assert box is not None
        assert 640 >= box["y"] + box["height"]
    finally:
        context.close()
