"""The other pages in a real browser: comparisons, the strength of suites, an editor's report; and vendor text without end."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.strength.document import Row, Strength, SuiteStrength, Survivor
from rtconform.reports.comparison.compare import compare
from rtconform.reports.comparison.html import as_html as comparison_page
from rtconform.reports.comparison.recorded import recorded
from rtconform.reports.page.strength import as_html as strength_page
from rtconform.reports.writers.formats import render
from tests.helpers import PATIENCE_S, VENDORS

pytestmark = pytest.mark.slow

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'> {{ 7*7 }} \u202e \x1b[31m"

HOSTILE_EDITOR = f"""
import json, sys
for line in sys.stdin:
    claim = json.loads(line)
    said = {ATTACK!r} * 50
    lines = [{{"number": billed["number"], "disposition": "deny", "category": said, "carc": "97", "reason": said}} for billed in claim["lines"]]
    print(json.dumps({{"id": claim["id"], "lines": lines}}), flush=True)
    print(said, file=sys.stderr, flush=True)
"""

ENDLESS_CODER = f"""
import json, sys
said = {ATTACK!r} * 2000
for number, line in enumerate(sys.stdin):
    case = json.loads(line)
    lines = [{{"session": session["id"], "code": "77412"}} for session in case["sessions"]]
    right = json.dumps({{"id": case["id"], "outcome": "coded", "lines": lines, "notes": [said]}})
    print(said if number % 5 == 0 else right, flush=True)
    print(said, file=sys.stderr, flush=True)
"""


def _asked(folder: Path, vendor: Path, *suites: str) -> RunFolder:
    """A run of a vendor that is not conformant, as a user makes it."""
    command = [sys.executable, "-m", "rtconform", "run", str(vendor), "--suite", ",".join(suites), "--out", str(folder / "run")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert 1 == done.returncode, done.stderr
    return RunFolder(folder / "run")


def _vendor(folder: Path, program: str, role: str) -> Path:
    (folder / "vendor.py").write_text(program)
    path = folder / "vendor.toml"
    command = f'["{sys.executable}", "-S", "vendor.py"]'
    path.write_text(
        f'[vendor]\nname = "Mallory"\nversion = "1"\nrole = "{role}"\n\n[adapter]\nkind = "cli"\ncommand = {command}\n'
    )
    return path


def _comparison(folder: Path, runs: tuple[RunFolder, RunFolder]) -> Path:
    page = folder / "comparison.html"
    page.write_text(comparison_page(compare(recorded(runs[0].path), recorded(runs[1].path))), "utf-8")
    return page


def _strength(folder: Path, text: str) -> Path:
    suites = (
        SuiteStrength("boundaries", "1", 276, 411, 40, 170, 172, (text, "L3-MOTION: not held"), None, None),
        SuiteStrength("pairwise", "2", 3120, 405, 41, 172, 172, (), 1.0, 0.824),
    )
    rows = tuple(
        Row(
            f"M{number:03}",
            text,
            "negated",
            ("L2-SINGLE", "ISO-SHIFT"),
            {"boundaries": "boundaries:a-case-with-a-name", "pairwise": None},
        )
        for number in range(40)
    )
    survivors = (
        Survivor("M041", text, True, 400_000, ("exhaustive",), text),
        Survivor("M042", "drops a rule", False, 9, (), text),
    )
    found = Strength("2026.1", 7, suites, 420, 9, 41, 0, 0, 0, rows, survivors)
    page = folder / "strength.html"
    page.write_text(strength_page(found), "utf-8")
    return page


@pytest.fixture(scope="module")
def editors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of an editor with faults, and of one that attacks."""
    plain, hostile = (tmp_path_factory.mktemp(name) for name in ("editor", "hostile"))
    runs = {
        "editor": _asked(plain, VENDORS / "sample_editor" / "vendor.toml", "edits-claim", "edits-documented"),
        "hostile editor": _asked(hostile, _vendor(hostile, HOSTILE_EDITOR, "editor"), "edits-claim"),
    }
    return {name: run.path / "report.html" for name, run in runs.items()}


PAGES = ("comparison", "hostile comparison", "strength", "hostile strength", "editor", "hostile editor")


@pytest.fixture
def page_file(
    request: pytest.FixtureRequest, make_run: Callable[[str], RunFolder], write_run: Callable[..., RunFolder],
    made: dict[str, Callable[..., Any]], tmp_path: Path,
) -> Callable[[str], Path]:  # fmt: skip
    """The file of a page by its name in PAGES."""

    def page_file(name: str) -> Path:
        if name.endswith("editor"):
            editors: dict[str, Path] = request.getfixturevalue("editors")
            return editors[name]
        if name.endswith("strength"):
            return _strength(tmp_path, ATTACK if name.startswith("hostile") else "the second isocenter is not counted")
        now = make_run("hostile" if name.startswith("hostile") else "some")
        then = write_run([made["passing"](number, "boundaries") for number in range(12)], folder="then", vendor_version="3")
        return _comparison(tmp_path, (then, now))

    return page_file


@pytest.mark.parametrize("name", PAGES)
def test_accessible_and_quiet(
    page_file: Callable[[str], Path], open_page: Callable[..., Page], heard: list[str],
    violations: Callable[[Page], list[tuple[str, str]]], name: str,
) -> None:  # fmt: skip
    """On a phone, and on a laptop in the dark: axe finds nothing, nothing runs or is fetched, no sideways scrolling."""
    file = page_file(name)
    for width, scheme in ((360, "light"), (1280, "dark")):
        page = open_page(file, viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
        page.wait_for_timeout(100)

        assert [] == heard
        assert width >= page.evaluate("document.documentElement.scrollWidth")
        assert [] == violations(page)
        assert 0 == page.locator("main img, main script, main iframe, main style").count()
    if name.startswith("hostile"):
        assert page.get_by_text("<script>alert(1)</script>").count() > 0


@pytest.mark.parametrize("name", ["comparison", "strength", "editor"])
def test_words_are_not_broken(page_file: Callable[[str], Path], open_page: Callable[..., Page], name: str) -> None:
    """On a phone and on a laptop no cell of a table is so narrow that a short word is broken in two."""
    file = page_file(name)
    for width in (360, 1280):
        page = open_page(file, viewport={"width": width, "height": 800})
        broken = page.evaluate(
            """() => {
              const range = document.createRange(), found = [];
              const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
              while (texts.nextNode()) {
                const text = texts.currentNode;
                const row = text.parentElement.closest('tr');
                if (!row || !row.checkVisibility() || row.parentElement.offsetWidth < 2) { continue; }
                for (const word of text.data.matchAll(/[A-Za-z0-9,.]{2,12}/g)) {
                  range.setStart(text, word.index);
                  range.setEnd(text, word.index + word[0].length);
                  if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) { found.push(word[0]); }
                }
              }
              return found;
            }"""
        )
        assert [] == broken


@pytest.mark.parametrize("name", PAGES)
def test_print(page_file: Callable[[str], Path], open_page: Callable[..., Page], name: str) -> None:
    """On A4 nothing is cut off at the right, and nothing that is too wide for the paper scrolls where nobody can scroll."""
    page = open_page(page_file(name))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((210 - 24) / 25.4 * 96), "height": 1000})
    cut = page.evaluate(
        """[...document.querySelectorAll('main table, main svg, main pre, main dl, main td')].filter(item => item.offsetParent)
        .map(item => [item.tagName, item.textContent.slice(0, 40), item.getBoundingClientRect().right])
        .filter(([, , right]) => right > innerWidth + 1)"""
    )
    assert [] == cut


def test_vendor_text_without_end(tmp_path: Path, open_page: Callable[..., Page], heard: list[str]) -> None:
    """A vendor that attacks with megabytes: records and report stay small, and the report inert in every case that is opened."""
    run = _asked(tmp_path, _vendor(tmp_path, ENDLESS_CODER, "coder"), "published")
    assert 10_000_000 < len(ATTACK) * 2000 * 2 * sum(1 for _ in run.results())
    assert 2_000_000 > sum(file.stat().st_size for file in run.path.glob("*.jsonl"))
    _stays_inert(run.path / "report.html", open_page, heard)


def test_endless_text_in_records(write_run: Callable[..., RunFolder], made: dict[str, Callable[..., Any]], open_page: Callable[..., Page], heard: list[str]) -> None:  # fmt: skip
    """Ten megabytes of attacks in the records themselves, which the harness would never write: the report is no larger."""
    said = ATTACK * 3000
    results = [
        made["failing"](number, explanation=said, received=said, stderr=said, title=said, facts=(said,)) for number in range(10)
    ]
    run = write_run(results)
    assert 10_000_000 < (run.path / "results.jsonl").stat().st_size
    _stays_inert(render(run.path, ["html"])[0], open_page, heard)


def _stays_inert(file: Path, open_page: Callable[..., Page], heard: list[str]) -> None:
    assert 2_000_000 > file.stat().st_size
    page = open_page(file)
    page.evaluate(
        "window.broken = []; document.addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective))"
    )
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
    expect(page.locator("#results .compare").first).to_be_visible()

    assert [] == heard
    assert [] == page.evaluate("broken")
    assert 0 == page.locator("main img, main script, main iframe, main style").count()
    assert page.locator("#results").get_by_text("<script>alert(1)</script>").count() > 0
