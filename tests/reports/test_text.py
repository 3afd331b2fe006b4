"""Cleaning, a function a format, over every character that there is: what each format must never get, it never gets."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from markdown_it import MarkdownIt

from rtconform.reports.text import clean, code_span, csv_cell, markdown, one_line, yaml_string

pytestmark = pytest.mark.hostile

EVERY = [chr(number) for number in range(0x110000)]
ANY_TEXT = st.text(
    st.characters(categories=None) | st.sampled_from("=+-@|\t\n\r \x1b[]()<>&\"'`*_#!\\:/.\u061c\u2028\u2029\u202e\ufeff\u200bw")
)
SPOKEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x200C, 0x200D, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}
"""Characters of format that show, or that words of some languages need."""


def unfit(character: str) -> bool:
    """Whether a character steers, reorders, hides or is none at all."""
    number, category = ord(character), unicodedata.category(character)
    none = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    return (
        none
        or category == "Cs"
        or (category in ("Cc", "Zl", "Zp") and character not in "\t\n")
        or (category == "Cf" and number not in SPOKEN)
    )


@pytest.mark.slow
def test_of_all_characters_none_gets_through_that_is_unfit() -> None:
    """Every character of Unicode, between two others: those that are unfit for a reader are gone, the others are as they were."""
    shown = clean("".join(f"a{character}" for character in EVERY if character not in "\r\x1b")).split("a")
    kept = {character for part in shown for character in part}
    assert set() == {hex(ord(character)) for character in kept if unfit(character)}
    assert set() == {hex(ord(c)) for c in EVERY if c not in kept and not unfit(c) and c not in "\ra"}


@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """What is clean stays as it is, and one line is one line for every reader of lines."""
    once = clean(text)
    assert once == clean(once)
    assert len(one_line(text).splitlines()) <= 1


@given(ANY_TEXT)
def test_xml(text: str) -> None:
    """Cleaned text is well-formed XML 1.0 once it is escaped, and is read back as it was."""
    document = etree.tostring(_element(clean(text)), encoding="utf-8")
    assert clean(text) == (etree.fromstring(document).text or "").replace("\r", "\n")


def _element(text: str) -> etree._Element:
    element = etree.Element("a")
    element.text = text
    return element


@pytest.mark.parametrize(
    "prefix",
    ["", " ", "\t", "\u200b", "\ufeff", "\u00ad", "\u3000", "\u2800", "\u3164", "\u200d", "\U000e0020", "\x00", "\ufe0f"],
)
@pytest.mark.parametrize("formula", ["=1", "+1", "-1", "@a", "＝1", "＋1", "－1", "＠a", "﹢1", "﹦1", "|a", "％"])
def test_csv_prefixes(prefix: str, formula: str) -> None:
    """A formula is disarmed whatever stands before it that is not to be seen, also where its sign is of another width."""
    assert csv_cell(prefix + formula).startswith("'")


@given(ANY_TEXT)
def test_csv(text: str) -> None:
    """A cell is read back as one cell, and begins with no sign of a formula for any reader."""
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerow([csv_cell(text)])
    ((cell,),) = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert csv_cell(text) == cell
    assert not unicodedata.normalize("NFKC", cell.strip())[:1].startswith(("=", "+", "-", "@"))


@given(ANY_TEXT)
def test_yaml_strings(text: str) -> None:
    """A string of the TAP block is one line, and JSON and YAML read the same out of it."""
    written = yaml_string(text)
    assert 1 == len(written.splitlines())
    assert clean(text) == json.loads(written) == yaml.safe_load(written)


RENDERERS: dict[str, Callable[[str], str]] = {
    "CommonMark": MarkdownIt().render,
    "with tables": MarkdownIt().enable("table").render,
    "with links": MarkdownIt("gfm-like", {"html": True}).render,
}


@pytest.mark.parametrize("renderer", RENDERERS)
@given(
    text=ANY_TEXT
    | st.sampled_from(
        ["https://evil.example/x", "see www.evil.example now", "mail a@evil.example", "[a](http://b)", "<a href=x>", "ftp://x.y"]
    )
)
def test_markdown_is_text(renderer: str, text: str) -> None:
    """Rendered, a vendor's text is its text and line breaks: no link, image, heading, table or element of its own."""
    page = html.fromstring(f"<div>{RENDERERS[renderer](f'x {markdown(text)} x')}</div>")
    assert {"div", "p", "br"} >= {element.tag for element in page.iter()}, markdown(text)


@given(ANY_TEXT)
def test_code_spans(text: str) -> None:
    """As code it is one piece of code, in a table's cell too."""
    page = html.fromstring(
        f"<div>{MarkdownIt().enable('table').render(f'| a | b |{chr(10)}|---|---|{chr(10)}| {code_span(text)} | b |')}</div>"
    )
    assert 2 == len(page.xpath("//tbody//td"))
