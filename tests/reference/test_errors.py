"""Errors carry data, and say it in words: each fault on a line of its own, with the place."""

import pytest

from rtconform.reference.errors import DocumentError, Fault

TWO = (Fault("no such day", "$.billing"), Fault("torn"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DocumentError("x.toml", None, TWO), "x.toml: no such day @ $.billing\nx.toml: torn @ $"),
        (DocumentError("x.jsonl", 3, TWO[1:], "Write a case."), "x.jsonl:3: torn @ $\nWrite a case."),
    ],
)
def test_every_fault_has_a_line_with_its_place(error: DocumentError, said: str) -> None:
    """The file, the line of the document where it has one, what is wrong, where in the document; the advice comes last."""
    assert said == str(error)


def test_an_error_keeps_what_it_was_told() -> None:
    """Anyone who catches it reads source, line, faults and advice, and finds them in the error's arguments as well."""
    error = DocumentError("x.jsonl", 3, TWO, "Write a case.")
    assert ("x.jsonl", 3, TWO, "Write a case.") == (error.source, error.line, error.faults, error.advice)
    assert ("x.jsonl", 3, TWO) == error.args
