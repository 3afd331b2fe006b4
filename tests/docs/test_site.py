"""The documentation as a site: built without a network, read from its folder, searched, and open to everybody."""

import fcntl
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.helpers import ROOT
from tests.helpers.browser import axe_violations, chromium
from tests.helpers.nu_checker import html_errors
from tools.pages import site

pytestmark = pytest.mark.slow

LOOKED_AT = (
    "index.html",
    "tutorial/get-started.html",
    "reference/rule-book.html",
    "reference/commands.html",
    "how-to/payers.html",
)


@pytest.fixture(scope="session")
def built(testrun_uid: str) -> Path:
    """The folder of the site, built once for these tests, whichever worker comes first: the others wait."""
    if importlib.util.find_spec("zensical") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the site's builder is missing: make site installs it")
        pytest.skip("the site's builder is not installed (make site installs it)")
    site.SITE.parent.mkdir(exist_ok=True)
    built_by = site.SITE.with_name("site-built-by")
    with site.SITE.with_name("site-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built_by.exists() or built_by.read_text() != testrun_uid:
            assert 0 == site.main()
            built_by.write_text(testrun_uid)
    return site.SITE


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, or a reason to skip."""
    yield from chromium()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_is_open_to_everybody_and_asks_nothing_of_the_network(
    built: Path, browser: Browser, name: str, scheme: str
) -> None:
    """axe finds nothing wrong in either colour scheme; nothing is fetched but the site's own files; a phone need not scroll sideways."""
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light", viewport={"width": 1200, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((built / name).as_uri())
    assert [] == axe_violations(page)
    assert [] == [url for url in asked if not url.startswith(("file:", "data:", "about:"))]
    page.set_viewport_size({"width": 360, "height": 800})
    assert 360 >= page.evaluate("document.documentElement.scrollWidth")
    context.close()


OF_THE_THEME = (
    "Bad value “” for attribute “tabindex” on element “label”",
    "Attribute “autocomplete” is only allowed when the input type is",
    "The “aria-hidden” attribute must not be used on any “label” element",
)
"""What the W3C's checker has against the frame that the site's builder puts around every page."""


def test_pages_are_clean(built: Path) -> None:
    """The checker has nothing against the explorer, and against other pages nothing but what the builder's theme brings."""
    assert [] == html_errors(built / "explore.html")
    found = html_errors(*(built / name for name in LOOKED_AT))
    assert [] == [error for error in found if not any(theirs in error for theirs in OF_THE_THEME)]


def test_the_search_finds_in_pages_opened_from_a_folder(built: Path, browser: Browser) -> None:
    """A word of a rule leads to the rule book, from a page in another folder."""
    page = browser.new_page()
    page.goto((built / "how-to" / "payers.html").as_uri())
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Search").fill("SCOPE-PROTON")
    page.wait_for_selector("a[href*='rule-book.html']")
    page.close()


def test_every_page_of_the_repository_is_on_the_site(built: Path) -> None:
    """No page of docs is lost, and the front page is README."""
    pages = {page.relative_to(ROOT / "docs").with_suffix(".html") for page in (ROOT / "docs").rglob("*.md")} - {
        Path("README.html")
    }
    assert pages <= {page.relative_to(built) for page in built.rglob("*.html")}
    assert (built / "explore.html").exists()
    assert "Thirty seconds" in (built / "index.html").read_text("utf-8")
