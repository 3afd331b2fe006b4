"""The HTML report in a real browser: accessible, quiet, no wider than the screen, driven by keyboard, printed, searched, attacked."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from rtconform.conformance.coder.traits import traits_of
from rtconform.conformance.runs.folder import RunFolder
from rtconform.generators.suites.registry import suite
from rtconform.reports.writers.formats import render

pytestmark = pytest.mark.slow

Violations = Callable[[Page], list[tuple[str, str]]]

WIDTHS = (320, 768, 1280, 2560)
"""A phone held upright, a tablet, a laptop, a wall screen."""


@pytest.fixture
def drawn(write_run: Callable[..., RunFolder], made: dict[str, Callable[..., Any]]) -> Path:
    """The report of a run with real treatments: a hundred cases, every third of them failing."""
    boundaries = suite("boundaries")
    results = []
    for number in range(100):
        case = replace(boundaries.case(number, 1).case, id=f"boundaries:{number:03}")
        result = made["failing"](number) if number % 3 == 0 else made["passing"](number, "boundaries")
        results.append(replace(result, case=case, traits=traits_of(case), twin=None))
    return render(write_run(results).path, ["html"])[0]


@pytest.mark.parametrize("name", ["all", "some", "interrupted", "hostile"])
@pytest.mark.parametrize(("width", "scheme"), [*((width, "light") for width in WIDTHS), (320, "dark"), (1280, "dark")])
def test_accessible_and_quiet(
    make_run: Callable[[str], RunFolder],
    open_page: Callable[..., Page],
    heard: list[str],
    violations: Violations,
    width: int,
    scheme: str,
    name: str,
) -> None:
    """With everything unfolded: axe finds nothing, the console stays empty, nothing is fetched, no sideways scrolling."""
    (file,) = render(make_run(name).path, ["html"])
    page = open_page(file, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
    page.wait_for_timeout(100)

    assert [] == heard
    assert width >= page.evaluate("document.documentElement.scrollWidth")
    assert [] == violations(page)


def test_drawings_are_accessible(drawn: Path, open_page: Callable[..., Page], violations: Violations) -> None:
    """Treatments, tables and plots of real cases: axe finds nothing, on a phone and in the dark too."""
    for options in ({"viewport": {"width": 320, "height": 700}}, {"color_scheme": "dark"}):
        page = open_page(drawn, **options)
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
        page.wait_for_timeout(300)

        assert page.locator(".dial svg").count() > 50
        assert page.evaluate("innerWidth") >= page.evaluate("document.documentElement.scrollWidth")
        assert [] == violations(page)


def test_first_screen_has_the_verdict(make_run: Callable[[str], RunFolder], open_page: Callable[..., Page]) -> None:
    """Outcome, vendor, counts and the first faults are seen without scrolling, on a phone the outcome is."""
    (file,) = render(make_run("some").path, ["html"])
    page = open_page(file)

    assert "Not conformant" == page.locator("#verdict").inner_text().strip()
    for selector in ("h1", "#verdict", ".key", ".tiles", ".fault >> nth=0", ".fault >> nth=1"):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert 800 >= box["y"] + box["height"]
    page.set_viewport_size({"width": 320, "height": 640})
    box = page.locator("#verdict").bounding_box()
    assert box is not None
    assert 640 >= box["y"] + box["height"]


def test_without_script(make_run: Callable[[str], RunFolder], open_page: Callable[..., Page]) -> None:
    """Without script faults open, and every case that does not stand is in plain sight."""
    (file,) = render(make_run("some").path, ["html"])
    page = open_page(file, java_script_enabled=False)
    page.locator(".fault summary").first.click()

    assert page.locator(".fault article.case").first.is_visible()
    assert page.locator(".listing tbody tr").count() == 8
    assert page.locator(".listing").is_visible()
    assert not page.locator("#explorer").is_visible()


def test_search_and_filters(drawn: Path, open_page: Callable[..., Page]) -> None:
    """Words, verdict and fault narrow the cases down; what is shown is in the address, and Clear shows all again."""
    page = open_page(drawn)
    expect(page.locator("#found")).to_have_text("100 cases")
    page.locator("#q").fill("tangents")
    expect(page.locator("#found")).to_have_text("66 cases of 100")
    page.locator("#q").fill("")
    page.locator("#f-verdict").select_option("fail")
    expect(page.locator("#found")).to_have_text("34 cases of 100")
    page.locator("#q").fill("boundaries:09")
    expect(page.locator("#found")).to_have_text("4 cases of 100")
    assert page.url.endswith("#cases?q=boundaries%3A09&verdict=fail")
    page.reload()
    expect(page.locator("#found")).to_have_text("4 cases of 100")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#found")).to_have_text("100 cases")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#place")).to_have_text("Page 2 of 2")


def test_a_cell_of_a_table_lists_its_cases(drawn: Path, open_page: Callable[..., Page]) -> None:
    """From a cell of a matrix one comes to just the cases that it counts."""
    page = open_page(drawn)
    cell = page.locator("#by-technique .cell a").first
    number = int(cell.inner_text().split("/")[-1].replace(",", ""))
    cell.click()

    expect(page.locator("#found")).to_have_text(f"{number} case{'' if number == 1 else 's'} of 100")


def test_a_case_can_be_linked_to(drawn: Path, open_page: Callable[..., Page]) -> None:
    """The address of a case opens it, whether it stands or not, with its drawing, both sides and the raw document."""
    page = open_page(drawn, "#case-boundaries:098")
    case = page.locator("#results details[open]")
    expect(case).to_have_count(1)
    expect(case.locator("summary .id")).to_have_text("boundaries:098")
    expect(case.locator(".dial svg").first).to_be_visible()
    expect(case.locator(".compare")).to_be_visible()
    case.get_by_text("Raw JSON").click()
    expect(case.get_by_text('"schema": "rtconform.case/1"')).to_be_visible()


def test_keyboard(drawn: Path, open_page: Callable[..., Page]) -> None:
    """Without a mouse: skip to the report, open a fault, search, open a case; what has the focus can be seen."""
    page = open_page(drawn)
    page.keyboard.press("Tab")
    assert "Skip to the report" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    while page.evaluate("!document.activeElement.closest('.fault')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".fault article.case").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.locator("#q").focus()
    page.keyboard.type("boundaries:097")
    expect(page.locator("#found")).to_have_text("1 case of 100")
    while page.evaluate("!document.activeElement.closest('#results')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#results .compare")).to_be_visible()


def test_targets_are_large_enough(drawn: Path, open_page: Callable[..., Page]) -> None:
    """What stands alone and can be pressed is at least 24 pixels high and wide."""
    page = open_page(drawn, viewport={"width": 320, "height": 700})
    small = page.evaluate(
        """[...document.querySelectorAll('nav a, summary, button, select, input, .matrix a, .rules a')]
        .filter(item => item.offsetParent).map(item => [item.textContent.trim().slice(0, 30), item.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24).map(([text, box]) => [text, box.width, box.height])"""
    )

    assert [] == small


@pytest.mark.parametrize(("paper", "width_mm"), [("A4", 210), ("Letter", 216)])
def test_print(drawn: Path, open_page: Callable[..., Page], tmp_path: Path, paper: str, width_mm: int) -> None:
    """On paper nothing is cut off at the right, faults are unfolded, and the search form is not printed."""
    page = open_page(drawn)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((width_mm - 24) / 25.4 * 96), "height": 1000})
    cut = page.evaluate(
        """[...document.querySelectorAll('main table, main svg, main pre, main dl')].filter(item => item.offsetParent)
        .map(item => [item.className, item.closest('section').querySelector('h2').id, item.getBoundingClientRect().right])
        .filter(([, , right]) => right > innerWidth + 1)"""
    )
    assert [] == cut
    assert page.locator(".fault article.case").first.evaluate("item => item.getBoundingClientRect().height") > 100
    assert not page.locator("#explorer").is_visible()
    page.pdf(path=tmp_path / "report.pdf", format=paper, print_background=True)
    if program := shutil.which("pdftotext"):
        text = subprocess.run([program, tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True).stdout
        assert "Smallest case" in text
        assert "rtconform generate --id boundaries:" in text


def test_attacked(make_run: Callable[[str], RunFolder], open_page: Callable[..., Page], heard: list[str]) -> None:
    """Every case of a hostile run opened in the browser: its text stays text, no policy is violated, nothing runs or is fetched."""
    (file,) = render(make_run("hostile").path, ["html"])
    page = open_page(file)
    page.evaluate(
        "window.broken = []; document.addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective))"
    )
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
    expect(page.locator("#results .compare")).to_have_count(page.locator("#results > li").count())

    assert [] == heard
    assert [] == page.evaluate("broken")
    assert 0 == page.locator("main img, main script, main iframe, main style, main b").count()
    assert page.locator("#results").get_by_text("<script>alert(1)</script>").count() > 0
