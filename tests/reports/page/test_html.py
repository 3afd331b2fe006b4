"""The HTML report as a document: self-contained, safe, complete."""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import html

from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reports.page import html as writer
from rtconform.reports.writers.formats import render

MakeRun = Callable[[str], RunFolder]

ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "nav", "footer", "article", "h1", "h2", "h3",
    "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "code", "pre", "a", "time", "details", "summary",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "circle", "path", "rect", "ellipse", "text", "br", "script",
    "form", "label", "input", "select", "option", "button",
}  # fmt: skip


def _page(run: RunFolder) -> Any:
    (file,) = render(run.path, ["html"])
    return html.document_fromstring(file.read_bytes().decode("utf-8"))


def _digest(block: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()}"


def _packed(page: Any, name: str) -> Any:
    """What the page keeps compressed, as its script reads it."""
    return json.loads(zlib.decompress(base64.b64decode(page.get_element_by_id(name).text), -zlib.MAX_WBITS))


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_self_contained(any_run: RunFolder) -> None:
    """The page fetches nothing and runs nothing but its own script: no link but to itself, no handler, no inline style."""
    page = _page(any_run)

    assert set() == {element.tag for element in page.iter() if isinstance(element.tag, str)} - ELEMENTS
    attributes = {(name, value) for element in page.iter() for name, value in element.attrib.items()}
    assert set() == {name for name, _ in attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")}
    assert set() == {value for name, value in attributes if name == "href" and not value.startswith("#")}
    assert re.search(r"url\(|@import", page.findtext(".//style")) is None
    assert 1 == len([script for script in page.findall(".//script") if script.get("type") is None])


def test_policy(any_run: RunFolder) -> None:
    """The policy allows nothing but the page's own style block and script, by their hashes."""
    page = _page(any_run)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    style, script = (_digest(text) for text in (page.findtext(".//style"), page.xpath("//script[not(@type)]/text()")[0]))

    assert (f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'") == policy


def test_links_lead_somewhere(any_run: RunFolder) -> None:
    """No id stands twice, and every link leads to one."""
    page = _page(any_run)
    ids = page.xpath("//@id")

    assert sorted(set(ids)) == sorted(ids)
    assert set() == {unquote(href[1:]) for href in page.xpath("//@href")} - set(ids)


def test_hostile_text_is_shown_as_text(make_run: MakeRun) -> None:
    """What the vendor wrote is there to read, and is not markup, no template and no control character."""
    page = _page(make_run("hostile"))
    text = page.text_content()

    assert "<script>alert(1)</script>" in text
    assert "{{ 7*7 }}" in text
    assert "red" in _text(page.find(".//h1"))
    assert "W" * 4000 + " … (6,000 more characters, in results.jsonl)" in text


def test_failing_case_is_complete(make_run: MakeRun) -> None:
    """A failing case shows facts, both sides, difference in words, why, rule and source, alternatives, output, commands."""
    page = _page(make_run("some"))
    case = page.get_element_by_id("case-boundaries:000")
    text = _text(case)

    for part in (
        "Two plans share one isocenter",
        "77412 billed where 77407 is due: two plans share one isocenter (ISO-CONTIGUOUS)",
        "S1: two plans, one isocenter, 3D, no active motion management",
        "Accepted too: S1: 77412 (AMM-OBSERVED)",
        "Source: ACROinsights 2026 No. 1, Isocenter; Scenario 3",
        "The vendor’s note: 2 plans",
        "warning: plan P2 has its own isocenter entry",
        "rtconform generate --id boundaries:000",
        "rtconform run 'vendors/acme coder.toml' --suite boundaries --only boundaries:000",
    ):
        assert part in text
    rows = [[_text(cell) for cell in row] for row in case.xpath(".//table/tbody/tr")]
    assert ["S1", "77407 L2-SINGLE, ISO-CONTIGUOUS", "77412", "≠ another code"] == rows[0]
    assert ["S1", "no line", "77417", "bundled: shown, not billed"] == rows[1]


def test_failing_cases_are_grouped_into_faults(write_run: Callable[..., RunFolder], made: dict[str, Any]) -> None:
    """What does not stand stands under its fault, the fault that clears most first, each with its smallest case in full."""
    counted = [made["failing"](number, rules=("ISO-CONTIGUOUS",)) for number in range(4)]
    faults = _page(write_run([made["other"](9, "error"), *counted])).find_class("fault")

    assert ["fault-ISO-CONTIGUOUS/level-too-high", "fault-crash"] == [item.get("id") for item in faults]
    summary = _text(faults[0].find("summary"))
    assert "Bills a level too high where plans, beams or names of isocenters share one position." in summary
    assert "4 cases fixed: clears 4, 1 left" in summary
    assert [1, 2] == [len(faults[0].xpath(f".//{name}[contains(@class, 'case')]")) for name in ("article", "details")]


def test_every_case_is_there(make_run: MakeRun) -> None:
    """Every case can be found by its id in what the page searches, and each that does not stand in plain HTML too."""
    run = make_run("some")
    page = _page(run)
    text = page.text_content()

    assert [result.id for result in run.results()] == _packed(page, "index")["ids"]
    assert [] == [result.id for result in run.results() if not VERDICTS[result.verdict].conformant and result.id not in text]


@pytest.mark.parametrize(("name", "heading"), [("interrupted", "early"), ("torn", "early"), ("only", "only")])
def test_notices(make_run: MakeRun, name: str, heading: str) -> None:
    """An early end and a part of a suite are told before the counts."""
    ids = _page(make_run(name)).xpath("//main/section//h2/@id")

    assert "verdict" == ids[0]
    assert heading in ids[: ids.index("counts")]


def test_findings_are_told_with_the_outcome(make_run: MakeRun) -> None:
    """What was found out beside the verdicts is named where the outcome is."""
    page = _page(make_run("findings"))

    assert "Findings beside the verdicts: codes anything, unstable." in _text(page.find_class("verdict")[0])
    assert 1 == len(page.xpath("//h2[@id='findings']"))


def test_cases_shown_in_full_are_packed(make_run: MakeRun) -> None:
    """The cases that the page shows on demand are those of the index, in its order, and say the same as the plain ones."""
    page = _page(make_run("some"))
    index = _packed(page, "index")
    place = index["ids"].index("boundaries:000")
    fragment = html.fragment_fromstring(_packed(page, "block-0")[index["full"].index(place)], create_parent=True)

    assert "77412 billed where 77407 is due: two plans share one isocenter (ISO-CONTIGUOUS)" in _text(fragment)
    assert len(index["ids"]) == len(index["full"])


def test_large_run_stays_a_page(
    write_run: Callable[..., RunFolder], made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limits passing cases are not shown in full, then left out; nothing goes missing without a word."""
    monkeypatch.setattr(writer, "LISTED", 4)
    monkeypatch.setattr(writer, "FULL", 15)
    monkeypatch.setattr(writer, "INDEXED", 18)
    page = _page(write_run([*(made["failing"](n) for n in range(10)), *(made["passing"](n) for n in range(9))]))
    index = _packed(page, "index")

    assert [f"boundaries:{n:03}" for n in range(10)] == index["ids"]
    assert [0] == index["full"]
    assert "This run has 19 cases: 9 cases, nearly all of them passing, are left out here" in _text(page)
    assert "the first 4 of 10" in _text(page)
    assert "6 more cases can be found in results.jsonl" in _text(page)


def test_run_of_another_rule_set(write_run: Callable[..., RunFolder], made: dict[str, Any]) -> None:
    """A run of another rule set says so, and a rule that this version lacks is shown by its id."""
    page = _page(write_run([made["failing"](1, rules=("OLD-RULE",))], rule_set="2025.9"))

    assert "other-rules" in page.xpath("//h2/@id")
    assert "OLD-RULE" in _text(page.get_element_by_id("fault-OLD-RULE/level-too-high"))
