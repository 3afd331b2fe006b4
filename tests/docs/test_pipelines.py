"""The pipelines that pages and templates show: the linters of their services accept them, and their commands do a night's work."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from yaml import safe_load

from tests.helpers import PATIENCE_S, ROOT, VENDORS

TEMPLATES = ROOT / "templates"
BOARD = TEMPLATES / "board"
PROGRAMS = Path(sys.executable).parent


def of_pages(name: str) -> list[tuple[str, str]]:
    """The blocks of our pages that are files whose names begin so, with their page."""
    found = []
    for page in sorted((ROOT / "docs").rglob("*.md")):
        fences = (token for token in MarkdownIt().parse(page.read_text("utf-8")) if token.type == "fence")
        found += [(page.name, token.content) for token in fences if f"file={name}" in token.info]
    return found


WORKFLOWS = [*of_pages(".github/workflows/"), ("board/github.yml", (BOARD / "github.yml").read_text())]
GITLAB = [*of_pages(".gitlab-ci.yml"), *((path.name, path.read_text()) for path in sorted(TEMPLATES.rglob("*gitlab-ci.yml")))]


@pytest.mark.parametrize(("page", "text"), WORKFLOWS)
def test_workflows_are_workflows(page: str, text: str, tmp_path: Path) -> None:
    """actionlint finds nothing, unknown or retired actions included."""
    (tmp_path / "workflow.yml").write_text(text)
    done = subprocess.run([PROGRAMS / "actionlint", "workflow.yml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stdout), page


@pytest.mark.parametrize(("page", "text"), GITLAB)
def test_gitlab_pipelines_are_pipelines(page: str, text: str, tmp_path: Path) -> None:
    """Each fits the schema of GitLab's pipelines."""
    (tmp_path / "pipeline.yml").write_text(text)
    command = [str(PROGRAMS / "check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", "pipeline.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, page + done.stdout


def _of_github() -> tuple[str, dict[str, str], str]:
    """The command of the workflow, its variables, and where it writes how the night ended."""
    job = safe_load((BOARD / "github.yml").read_text())["jobs"]["build"]
    step = next(step for step in job["steps"] if step.get("id") == "night")
    return step["run"], step["env"], "output"


def _of_gitlab() -> tuple[str, dict[str, str], str]:
    job: dict[str, Any] = safe_load((BOARD / "gitlab-ci.yml").read_text())["board"]
    commands = [line for line in job["script"] if not line.startswith("python -m pip install")]
    return "\n".join(commands), job["variables"], "status"


@pytest.mark.slow
@pytest.mark.parametrize("pipeline", [_of_github, _of_gitlab])
def test_two_nights(pipeline: Any, tmp_path: Path) -> None:
    """A vendor with faults fails nothing; one that can't be asked is reported after the board of the others was built; the nights add up."""
    command, variables, status = pipeline()
    for name in ("correct", "three_faults"):
        shutil.copytree(VENDORS / name, tmp_path / "vendors" / name)
    shutil.copy(BOARD / "board.sh", tmp_path)
    output = tmp_path / "output"
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **variables, "SUITES": "published", "PATH": path, "GITHUB_OUTPUT": str(output)}

    def night() -> str:
        output.unlink(missing_ok=True)
        done = subprocess.run(
            ["bash", "-e", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )  # fmt: skip
        assert 0 == done.returncode, done.stderr
        (found,) = re.findall(r"\d+", (tmp_path / status).read_text())
        return str(found)

    assert "0" == night()
    (tmp_path / "vendors" / "gone").mkdir()
    lost = (VENDORS / "correct" / "vendor.toml").read_text().replace("python3", "no-such-program").replace("Correct", "Gone")
    (tmp_path / "vendors" / "gone" / "vendor.toml").write_text(lost)
    assert "3" == night()
    published = tmp_path / "public"
    board = json.loads((published / "board.json").read_text())
    runs = {vendor["name"]: (len(vendor["runs"]), len(vendor["latest"])) for vendor in board["vendors"]}
    assert {"Correct Coder": (2, 1), "Three Faults Coder": (2, 1), "Gone Coder": (1, 0)} == runs
    assert {"index.html", "certificates.html"} <= {one.name for one in published.iterdir()}
    assert [] == [one.name for one in published.iterdir() if one.name.startswith(".")]
