"""The pages for people say what the tables say."""

from collections.abc import Callable

import pytest

from tests.helpers import ROOT
from tools.pages.editor_rules import editor_rules
from tools.pages.rule_book import rule_book

DOCS = ROOT / "docs"


@pytest.mark.parametrize(("name", "page"), [("reference/rule-book.md", rule_book), ("reference/editor-rules.md", editor_rules)])
def test_the_page_is_word_for_word_what_is_made(name: str, page: Callable[[], str]) -> None:
    """Rule book and editor rules are those that were last read, to the letter."""
    assert (DOCS / name).read_text(encoding="utf-8") == page()
