"""The editor built from CMS's tables alone: conformant on what a claim alone can show, and not with one wrong row."""

import asyncio
from pathlib import Path

import pytest

from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reports.figures.summary import Summary

PROGRAM = Path(__file__).parent / "cms_tables_editor" / "editor.py"


def run(folder: Path, suites: tuple[str, ...], *arguments: str) -> Summary:
    """The summary of a run of the editor with these arguments."""
    vendor = folder / "vendor.toml"
    command = ["python3", str(PROGRAM), *arguments]
    vendor.write_text(
        '[vendor]\nname = "CMS Tables Editor"\nversion = "1"\nrole = "editor"\n[adapter]\nkind = "cli"\n'
        f"command = {command!r}\ntimeout_s = 20\nworkers = 1\n"
    )
    return asyncio.run(run_to_folder(plan_run(vendor, suites, seed=1), folder / "run", resume=False))


def test_the_tables_alone_are_conformant(tmp_path: Path) -> None:
    """No false denial and no miss on claims alone and at the edges of the tables."""
    summary = run(tmp_path, ("edits-claim", "edits-national"))
    assert (0, (), 0) == (summary.exit_code, summary.findings, summary.counts["fail"])
    assert summary.edits is not None
    assert ((), ()) == (summary.edits.false_denials, summary.edits.misses)


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [("--without", "77412/77407"), ("--without", "77373/77427"), ("--without", "77525/77402"), ("--units", "77412=3"), ("--units", "77407=1"),
     ("--bypass", "76"), ("--bypass", "77")],
    ids="=".join,
)  # fmt: skip
def test_one_wrong_row_is_not(tmp_path: Path, wrong: tuple[str, str]) -> None:
    """A row that is missing, another number of units, a modifier that bypasses and must not: the suite stops each."""
    summary = run(tmp_path, ("edits-national",), *wrong)
    assert 1 == summary.exit_code
    assert summary.counts["fail"] > 0
