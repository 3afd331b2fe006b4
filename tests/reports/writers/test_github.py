"""Annotations of GitHub Actions: one for each fault, and no text of a vendor's can begin a command of its own."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtconform.conformance.runs.folder import RunFolder
from rtconform.reports.figures.summary import summarise
from rtconform.reports.writers import github
from rtconform.reports.writers.formats import render

COMMAND = re.compile(r"::(error|warning|notice) (file=[^,:\n]+,)?title=[^,:\n]*::[^\n]*\n")


def _annotations(run: RunFolder) -> list[str]:
    out = io.StringIO()
    github.write(run, summarise(run), out)
    return out.getvalue().splitlines(keepends=True)


def test_each_fault_is_an_annotation(write_run: Callable[..., RunFolder], made: dict[str, Callable[..., Any]]) -> None:
    """The fault's cause, how many cases it has, and one of them; the outcome comes last."""
    run = write_run([made["passing"](1), made["failing"](2), made["failing"](3)], [made["finished"]()])
    lines = _annotations(run)
    assert all(COMMAND.fullmatch(line) for line in lines), lines
    assert {"2 cases"} == {found[0] for line in lines[:-1] if (found := re.search(r"\d+ cases?", line))}
    assert "not conformant" in lines[-1]


def test_what_is_printed_is_annotations(
    write_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str], made: dict[str, Callable[..., Any]]
) -> None:
    """Rendered as a format they go to standard output, alone."""
    run = write_run([made["failing"](1)], [made["finished"]()])
    assert [] == render(run.path, ["github"])
    assert "".join(_annotations(run)) == capsys.readouterr().out


@given(st.text())
def test_no_text_begins_a_command(text: str) -> None:
    """Whatever a vendor wrote: one line, one command."""
    line = github._command("error", text, text, text)
    assert COMMAND.fullmatch(line) or "file=,title" in line, line
    assert 1 == line.count("\n")
