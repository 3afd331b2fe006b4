"""The log of a run as JSON Lines: every line is a document of its published schema, and they tell the whole run."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rtconform.conformance.runs.log import LogLine
from rtconform.generators.suites.registry import suite
from rtconform.reference.documents.wire import schema
from tests.helpers import VENDORS
from tests.helpers.command import rtconform


def log(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the log of a run."""
    done = rtconform("run", *arguments, "--log-format", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    for line in lines:
        jsonschema.validate(line, schema(LogLine, "log"))
    return done.returncode, lines


@pytest.mark.slow
def test_a_run_is_told_from_start_to_end(tmp_path: Path) -> None:
    """Start, canary, each result that is not conformant, the end with counts and exit code: in this order."""
    code, lines = log(VENDORS / "three_faults" / "vendor.toml", "--suite", "boundaries", "--out", tmp_path / "run")
    results = [json.loads(line) for line in (tmp_path / "run" / "results.jsonl").read_text().splitlines()]
    failed = [result["id"] for result in results if result["verdict"] not in ("pass", "accepted", "not_applicable")]
    assert failed == [line["cases"][0] for line in lines if line["event"] == "result"]
    assert ("started", suite("boundaries").size(None), "ended", 1) == (
        lines[0]["event"],
        lines[0]["total"],
        lines[-1]["event"],
        lines[-1]["exit_code"],
    )
    assert 1 == code
    assert suite("boundaries").size(None) == sum(lines[-1]["counts"].values())
    assert {"canary", "finished"} <= {line["event"] for line in lines}


@pytest.mark.slow
def test_findings_are_told(tmp_path: Path) -> None:
    """A finding is a line with its kind."""
    _, lines = log(VENDORS / "miniatures" / "liar.toml", "--suite", "published", "--out", tmp_path / "run")
    assert "codes_anything" in {line.get("finding") for line in lines}


def test_errors_are_told_in_the_log(tmp_path: Path) -> None:
    """A mistake in what was given is a line too, with the exit code, and nothing but lines comes."""
    code, lines = log(tmp_path / "missing.toml", "--suite", "published", "--out", tmp_path / "run")
    assert (2, "error", 2) == (code, lines[-1]["event"], lines[-1]["exit_code"])
    assert "missing.toml" in lines[-1]["detail"]
