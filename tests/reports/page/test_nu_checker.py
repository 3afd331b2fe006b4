"""Every kind of page in the hands of the Nu HTML checker, the one of the W3C (npm's vnu-jar, with Java)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtconform.conformance.runs.folder import RunFolder
from rtconform.reports.explorer.page import as_html
from rtconform.reports.writers.formats import render
from tests.helpers import VENDORS
from tests.helpers.command import rtconform
from tests.helpers.nu_checker import html_errors
from tests.reports.conftest import RUNS
from tests.reports.page.test_browser_pages import ATTACK, HOSTILE_EDITOR, _asked, _comparison, _strength, _vendor

pytestmark = pytest.mark.slow


def test_every_kind_of_page_is_clean(
    make_run: Callable[[str], RunFolder], write_run: Callable[..., RunFolder], made: dict[str, Callable[..., Any]], tmp_path: Path
) -> None:
    """Reports of coders and editors, whole and hostile, comparisons, the strength of suites, a board, the explorer: no error."""
    pages = [render(make_run(name).path, ["html"])[0] for name in RUNS]
    then = write_run([made["passing"](number, "boundaries") for number in range(12)], folder="then", vendor_version="3")
    for name, text in (("some", "the second isocenter is not counted"), ("hostile", ATTACK)):
        folder = tmp_path / f"other pages, {name}"
        folder.mkdir()
        pages += [_comparison(folder, (then, RunFolder(tmp_path / name))), _strength(folder, text)]
    for name, suites in (("three_faults", "published,boundaries"), ("sample_editor", "edits-documented")):
        (tmp_path / name).mkdir()
        pages.append(_asked(tmp_path / name, VENDORS / name / "vendor.toml", suites).path / "report.html")
    (tmp_path / "attack").mkdir()
    attack = _vendor(tmp_path / "attack", HOSTILE_EDITOR, "editor")
    pages.append(_asked(tmp_path / "attack", attack, "edits-claim").path / "report.html")
    assert 0 == rtconform("board", *(tmp_path / name for name in RUNS), "--out", tmp_path / "board").returncode
    pages += sorted((tmp_path / "board").glob("*.html"))
    (tmp_path / "explore.html").write_text(as_html(), "utf-8")
    pages.append(tmp_path / "explore.html")

    assert [] == html_errors(*pages)


def test_what_is_wrong_with_a_page_is_seen(tmp_path: Path) -> None:
    """The checker runs: a page with an error is told."""
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><html lang="en"><title>x</title><table><tr role="row"><td>1</td></tr></table></html>')
    assert 1 == sum("role" in told for told in html_errors(page))
