"""The strength of suites of claims: which faulty editors each stops, under a payer's own policy too."""

import json
from pathlib import Path

import pytest

from rtconform.conformance.editor.faults import EDITOR_FAULTS
from rtconform.conformance.strength.document import EditorStrength
from rtconform.reference.documents.wire import decode
from rtconform.reference.editor.payers import digest_of, load_profile
from tests.helpers.command import rtconform
from tests.helpers.own_policy import OWN_POLICY

pytestmark = pytest.mark.slow


def test_every_faulty_editor_is_stopped() -> None:
    """The three suites of claims stop each together; each row names a claim of the suite that it stands under."""
    names = ("edits-claim", "edits-documented", "edits-national")
    done = rtconform("strength", "--suite", ",".join(names), "--format", "json")
    assert 0 == done.returncode, done.stderr
    found = decode(done.stdout.encode(), EditorStrength)
    assert set(EDITOR_FAULTS) == {row.id for row in found.rows}
    assert all(killed is None or killed.startswith(f"{name}:") for row in found.rows for name, killed in row.killed_by.items())
    assert [sum(bool(row.killed_by[name]) for row in found.rows) for name in names] == [s.faults_killed for s in found.suites]


def test_a_policy_decides_what_is_a_fault(tmp_path: Path) -> None:
    """Who adopts no national table need not stop by it: an editor that lacks a row of it is right then, and is told as not stopped."""
    profile = tmp_path / "ours.toml"
    profile.write_text(OWN_POLICY.replace('"ours", "commercial"', '"medicare", "medicare_advantage", "medicaid", "commercial"'))
    page = tmp_path / "strength.html"
    given = ("strength", "--suite", "edits-national", "--payer-profile", str(profile))
    done = rtconform(*given, "--format", "json")
    assert 1 == done.returncode
    found = json.loads(done.stdout)
    assert [digest_of(load_profile(profile))] == [one["digest"] for one in found["payer_profiles"]]
    missed = {row["id"] for row in found["rows"] if not any(row["killed_by"].values())}
    assert {"lacks-77301-77402", "separates-indicator-0"} <= missed
    assert 1 == rtconform(*given, "--format", "html", "--out", str(page)).returncode
    assert f"judged by your payer profile ours ({found['payer_profiles'][0]['digest'][:16]})" in page.read_text()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--suite", "edits-claim,pairwise"), "suite pairwise asks cases, and others of these ask claims"),
        (("--suite", "pairwise,edits-claim"), "suite edits-claim asks claims"),
        (("--suite", "edits-claim", "--second-order", "3"), "only coders have mutants"),
        (("--suite", "pairwise", "--payer-profile", "ours.toml"), "coders are not judged by a payer profile"),
    ],
)
def test_what_can_not_be_measured_together_is_refused(given: tuple[str, ...], said: str) -> None:
    """Cases and claims are two measurements, and what belongs to one is refused for the other."""
    done = rtconform("strength", *given)
    assert 2 == done.returncode
    assert said in done.stderr
