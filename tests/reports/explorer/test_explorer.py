"""The explorer: in a browser, every combination of its dials gives what the reference gives, and the page is open to everybody."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode
from rtconform.reports.explorer.model import case_of, dials, facts_of, model
from rtconform.reports.explorer.page import as_html
from tests.helpers.browser import axe_violations

pytestmark = pytest.mark.slow

DIALS: list[dict[str, Any]] = dials()["dial"]
ASKED = """(all) => JSON.stringify(JSON.parse(all).map((names) => {
  const found = explorer.of(names);
  return [found.outcome, found.lines.map((line) => [line.code, line.modifiers]),
          found.alternatives.map((other) => [other.rule, other.lines.map((line) => [line.code, line.modifiers])]), found.rules];
}))"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, written once."""
    written = tmp_path_factory.mktemp("explorer") / "explore.html"
    written.write_text(as_html(), "utf-8")
    return written


def _combinations() -> Iterator[tuple[dict[str, Any], ...]]:
    yield from itertools.product(*[dial["choice"] for dial in DIALS])


def _names(combination: tuple[dict[str, Any], ...]) -> dict[str, str]:
    return {dial["name"]: choice["name"] for dial, choice in zip(DIALS, combination, strict=True)}


def _expected(case: Case) -> list[Any]:
    coding = code(case)
    lines = [[line.code, list(line.modifiers)] for line in coding.lines]
    others = [[other.rule, [[line.code, list(line.modifiers)] for line in other.lines]] for other in coding.alternatives]
    return [coding.outcome, lines, others, list(coding.rules)]


def test_facts_of_choices_add_up() -> None:
    """The facts that the page puts together are those that the reference reads from the case, for every combination."""
    known = model()
    base, changes = known["facts"], [{c["name"]: c["facts"] for c in dial["choice"]} for dial in known["dials"]]
    for combination in _combinations():
        made = dict(base)
        for change, choice in zip(changes, combination, strict=True):
            made |= change[choice["name"]]
        made["acts"] = made["localizing"] + made["monitored"]
        assert made == facts_of(case_of(combination)), _names(combination)


def test_every_combination_is_coded_as_the_reference_codes_it(open_page: Callable[..., Page], file: Path) -> None:
    """Outcome, lines, what is accepted beside, and the rules at work: no difference anywhere in the space of the dials."""
    page = open_page(file)
    for chunk in _chunks(5_000):
        answers = json.loads(page.evaluate(ASKED, json.dumps([_names(combination) for combination in chunk])))
        for combination, answer in zip(chunk, answers, strict=True):
            assert _expected(case_of(combination)) == answer, _names(combination)


def _chunks(size: int) -> Iterator[list[tuple[dict[str, Any], ...]]]:
    combinations = _combinations()
    while chunk := list(itertools.islice(combinations, size)):
        yield chunk


def test_the_case_on_the_page_is_the_case(open_page: Callable[..., Page], file: Path) -> None:
    """What the page shows as JSON decodes to the case that the reference was asked about."""
    page = open_page(file)
    for combination in itertools.islice(_combinations(), 0, None, 1_009):
        shown = page.evaluate("(names) => JSON.stringify(explorer.caseOf(names))", _names(combination))
        assert case_of(combination) == decode(shown.encode(), Case, "page")


def test_a_person_sets_a_dial_and_reads_the_code(open_page: Callable[..., Page], file: Path, heard: list[str]) -> None:
    """By keyboard: the code changes, the rule that decides is marked, the address keeps the choice; nothing is fetched."""
    page = open_page(file)
    assert "77407" == page.locator("#lines .line").first.text_content()
    page.locator("input[value=one]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert "77412" == page.locator("#lines .line").first.text_content()
    assert "L3-ISOCENTERS" in (page.locator("tr.decides").text_content() or "")
    assert "SV2*0333*HC:77412*0*UN*1~" in (page.locator("#x12").text_content() or "")
    again = open_page(file, "#" + page.url.partition("#")[2])
    assert "77412" == again.locator("#lines .line").first.text_content()
    assert [] == heard


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_it_is_open_to_everybody(browser: Browser, file: Path, scheme: str, width: int) -> None:
    """axe finds nothing wrong at any width in either colour scheme, and nobody scrolls sideways."""
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(file.as_uri())
    assert [] == axe_violations(page)
    assert width >= page.evaluate("document.documentElement.scrollWidth")
    context.close()


def test_the_rules_in_the_page_are_the_rules_as_data(file: Path) -> None:
    """What `rtconform rules --format json` prints stands in the page, and nothing in it ends the block."""
    text = file.read_text("utf-8")
    begun = text.index('<script id="model" type="application/json">') + len('<script id="model" type="application/json">')
    assert json.loads(json.dumps(model())) == json.loads(text[begun : text.index("</script>", begun)])
