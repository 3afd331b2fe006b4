"""A browser to look at pages, and what axe finds wrong with them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright


def chromium() -> Iterator[Browser]:
    """Chromium, closed in the end; in continuous integration its absence is a failure, elsewhere the test is skipped."""
    usual = Path("/usr/bin/chromium")
    program = shutil.which("chromium") or (str(usual) if usual.exists() else None)
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no chromium on PATH: install it, the report must be tested in a browser")
        pytest.skip("no chromium on PATH")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


def axe_violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong with a page: the rule, and where."""
    found = Axe().run(page).response["violations"]
    return [(item["id"], node["html"][:200]) for item in found for node in item["nodes"]]
