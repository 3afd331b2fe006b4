"""The HTML report as a document: self-contained, safe, complete."""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import html

from rtconform.conformance.runfolder import RunFolder
from rtconform.reports import html as writer
from rtconform.reports.formats import render

MakeRun = Callable[[str], RunFolder]

ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "nav", "footer", "article", "h1", "h2", "h3",
    "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "code", "pre", "a", "time", "details", "summary",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "circle", "path", "rect",
}  # fmt: skip


def _page(run: RunFolder) -> Any:
    (file,) = render(run.path, ["html"])
    return html.document_fromstring(file.read_bytes().decode("utf-8"))


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_self_contained(any_run: RunFolder) -> None:
    """The page fetches nothing and runs nothing: no script, no link but to itself, no handler, no inline style."""
    page = _page(any_run)

    assert set() == {element.tag for element in page.iter() if isinstance(element.tag, str)} - ELEMENTS
    attributes = {(name, value) for element in page.iter() for name, value in element.attrib.items()}
    assert set() == {name for name, _ in attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")}
    assert set() == {value for name, value in attributes if name == "href" and not value.startswith("#")}
    assert re.search(r"url\(|@import", page.findtext(".//style")) is None


def test_policy(any_run: RunFolder) -> None:
    """The policy allows nothing but the page's own style block, by its hash."""
    page = _page(any_run)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = page.xpath("//style/text()")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" == policy


def test_links_lead_somewhere(any_run: RunFolder) -> None:
    """No id stands twice, and every link leads to one."""
    page = _page(any_run)
    ids = page.xpath("//@id")

    assert sorted(set(ids)) == sorted(ids)
    assert set() == {unquote(href[1:]) for href in page.xpath("//@href")} - set(ids)


def test_hostile_text_is_shown_as_text(make_run: MakeRun) -> None:
    """What the vendor wrote is there to read, and is no markup, no template and no control character."""
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
        "77412 billed for two plans at one isocenter: count isocenters, not plans (ISO-CONTIGUOUS)",
        "S1: two plans, one isocenter, 3D, no active motion management",
        "Accepted too: S1: 77412 (AMM-OBSERVED)",
        "Source: Isocenter; Scenario 3",
        "The vendor’s note: 2 plans",
        "warning: plan P2 has its own isocenter entry",
        "rtconform generate --id boundaries:000",
        "rtconform run 'vendors/acme coder.toml' --suite boundaries --only boundaries:000",
    ):
        assert part in text
    rows = [[_text(cell) for cell in row] for row in case.xpath(".//table/tbody/tr")]
    assert ["S1", "77407 L2-SINGLE, ISO-CONTIGUOUS", "77412", "another code"] == rows[0]
    assert ["S1", "no line", "77417", "bundled: shown, not billed"] == rows[1]


def test_failing_cases_stand_under_the_rule_broken(make_run: MakeRun) -> None:
    """Failing cases are grouped by the first rule broken, in the order of the rule book, the rule's text above them."""
    groups = _page(make_run("some")).find_class("group")

    assert ["SCOPE-DELETED 1 case", "ISO-CONTIGUOUS 3 cases"] == [_text(group.find("h3")) for group in groups]
    assert [1, 3] == [len(group.findall("article")) for group in groups]
    assert "A code deleted by the date of service is never billed." in _text(groups[0].find_class("requires")[0])


def test_every_case_is_there(make_run: MakeRun) -> None:
    """Every case of an ordinary run can be found by its id."""
    run = make_run("some")
    text = _page(run).text_content()

    assert [] == [result.id for result in run.results() if result.id not in text]


@pytest.mark.parametrize(
    ("name", "heading"),
    [("interrupted", "early"), ("torn", "early"), ("only", "only"), ("findings", "findings")],
)
def test_notices(make_run: MakeRun, name: str, heading: str) -> None:
    """An early end, a part of a suite, and findings are told before the counts."""
    ids = _page(make_run(name)).xpath("//main/section/h2/@id")

    assert "verdict" == ids[0]
    assert heading in ids[: ids.index("counts")]


def test_large_run_stays_a_page(
    write_run: Callable[..., RunFolder], made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limits cases are listed, then counted; nothing goes missing without a word."""
    monkeypatch.setattr(writer, "SHOWN_PER_GROUP", 3)
    monkeypatch.setattr(writer, "LISTED_PER_GROUP", 4)
    run = write_run([*(made["failing"](number) for number in range(10)), *(made["passing"](number) for number in range(9))])
    page = _page(run)
    group = page.find_class("group")[0]

    assert (3, 4) == (len(group.findall("article")), len(group.xpath(".//ul[@class='ids']/li")))
    assert "3 more cases can be found in results.jsonl" in _text(group)
    assert "5 more cases can be found" in _text(page.xpath("//section[h2/@id='passing']")[0])


def test_run_of_another_rule_set(write_run: Callable[..., RunFolder], made: dict[str, Any]) -> None:
    """A run of another rule set says so, and a rule that this version lacks is shown by its id."""
    page = _page(write_run([made["failing"](1, rules=("OLD-RULE",))], rule_set="2025.9"))

    assert "other-rules" in page.xpath("//h2/@id")
    assert "OLD-RULE 1 case" == _text(page.get_element_by_id("failing-OLD-RULE"))
