"""The shape in which every format shows a case."""

from typing import Any

import pytest

from rtconform.reference.documents.coding import Alternative, Answer, AnswerLine, Coding, CodingLine, Line
from rtconform.reports.figures.failure import alternative_text, coding_text, compare, rule_text
from rtconform.reports.text import clean, clip


def _coding(*lines: tuple[Any, ...], outcome: Any = "coded") -> Coding:
    return Coding("c", outcome, tuple(CodingLine(*line) for line in lines))


def _answer(*lines: tuple[Any, ...], outcome: Any = "coded") -> Answer:
    return Answer("c", outcome, tuple(AnswerLine(*line) for line in lines))


@pytest.mark.parametrize(
    ("expected", "answer", "rows"),
    [
        (_coding(("S1", "77407")), _answer(("S1", "77407")), [("S1", "77407", "77407", "same")]),
        (_coding(("S1", "77407")), _answer(("S1", "77412")), [("S1", "77407", "77412", "differs")]),
        (_coding(("S1", "77387", ("26",))), _answer(("S1", "77387")), [("S1", "77387-26", "77387", "differs")]),
        (_coding(("S1", "77407")), _answer(("S1", "77407", (), 2)), [("S1", "77407", "77407 × 2", "differs")]),
        (_coding(("S1", "77407")), _answer(), [("S1", "77407", "", "missing")]),
        (_coding(), _answer(("S1", "77387", ("26",))), [("S1", "", "77387-26", "not expected")]),
        (_coding(), _answer(("S1", "77417", (), 1, "bundled")), [("S1", "", "77417", "not billed")]),
        (_coding(), _answer(), [("", "coded", "coded", "same")]),
        (
            _coding(outcome="out_of_scope"),
            _answer(("S1", "77407")),
            [("", "out_of_scope", "coded", "differs"), ("S1", "", "77407", "not expected")],
        ),
        (_coding(("S1", "77407")), None, [("", "coded", "no answer", "missing"), ("S1", "77407", "", "missing")]),
        (
            _coding(("S1", "77407"), ("S1", "77387", ("26",)), ("S2", "77412")),
            _answer(("S2", "77412"), ("S1", "77387", ("26",)), ("S1", "77412")),
            [("S1", "77407", "77412", "differs"), ("S1", "77387-26", "77387-26", "same"), ("S2", "77412", "77412", "same")],
        ),
    ],
)  # fmt: skip
def test_side_by_side(expected: Coding, answer: Answer | None, rows: list[tuple[str, str, str, str]]) -> None:
    """Equal lines stand beside each other first, then one code with another form, then lines of one session; the rest alone."""
    assert rows == [(row.session, row.expected, row.answered, row.mark) for row in compare(expected, answer)]


@pytest.mark.parametrize(
    ("coding", "text"),
    [
        (None, "no answer"),
        (_coding(), "coded, no line"),
        (_coding(outcome="needs_review"), "needs_review"),
        (_answer(("S1", "77407"), outcome="out_of_scope"), "out_of_scope: S1 77407"),
        (_answer(("S1", "77407", ("59",), 2), ("S1", "77417", (), 1, "bundled")), "S1 77407-59 × 2; S1 77417 (bundled)"),
    ],
)
def test_on_one_line(coding: Coding | Answer | None, text: str) -> None:
    """A coding on one line says its outcome where the lines don't."""
    assert text == coding_text(coding)


@pytest.mark.parametrize(
    ("alternative", "text"),
    [
        (Alternative("AMM-OBSERVED", "S1", (Line("S1", "77412"),)), "S1: 77412 (AMM-OBSERVED)"),
        (Alternative("IGRT-AMM", "S1", ()), "S1: no line (IGRT-AMM)"),
        (Alternative("DOC-3D", None, (), "needs_review"), "the whole case: needs_review (DOC-3D)"),
        (Alternative("DOC-AMM", None, (Line("S2", "77407"),), "coded"), "the whole case: S2 77407 (DOC-AMM)"),
    ],
)
def test_alternatives(alternative: Alternative, text: str) -> None:
    """An accepted alternative names what it replaces and the ambiguity behind it."""
    assert text == alternative_text(alternative)


def test_unknown_rule() -> None:
    """A rule that this version's book lacks is shown with a sentence that says so, without standing or source."""
    rule = rule_text("OLD-RULE")

    assert ("OLD-RULE", "", "") == (rule.id, rule.standing, rule.source)
    assert "another rule set" in rule.says


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb\x1b[0m", "ab"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x00\x08\x7f\x9bb", "ab"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("a\u202eb\ufffec", "abc"),
        ("Größe ☢ 𝄞", "Größe ☢ 𝄞"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    """Terminal sequences, control characters and reordering marks go; tabs, newlines and every script stay."""
    assert shown == clean(text)


def test_clip() -> None:
    """What is cut off is counted."""
    assert "abc … (7 more characters, in results.jsonl)" == clip("abcdefghij", 3)
    assert "abc" == clip("abc", 3)
