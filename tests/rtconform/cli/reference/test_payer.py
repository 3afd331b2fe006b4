"""A payer's own policy: what of the suites it changes, and a run that is judged by it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtconform.cli.main import cli
from rtconform.reference.editor.payers import digest_of, load_profile, own_profiles, profile_of, shipped_profile_of
from tests.helpers.own_policy import OWN_POLICY

VENDOR = Path(__file__).parents[3] / "vendors" / "correct_editor" / "vendor.toml"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The file of a profile of one's own."""
    path = tmp_path / "ours.toml"
    path.write_text(OWN_POLICY)
    return path


def rtconform(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def test_a_profile_says_what_it_changes(profile: Path) -> None:
    """Levels that are not authorised and forms that are not taken are changed lines, each with a claim to look at."""
    shown = rtconform("payer", "check", profile, "--format", "json")
    assert 0 == shown.exit_code, shown.output
    rows = json.loads(shown.stdout)
    assert {"deny (level_not_authorised)", "deny (repeat_modifier)"} <= {row["yours"] for row in rows}
    assert all(row["lines"] > 0 and row["example"].startswith(row["suite"]) for row in rows)
    assert digest_of(load_profile(profile))[:16] in shown.stderr


def test_a_profile_of_a_payer_that_is_not_asked_for(profile: Path) -> None:
    """A profile whose payers no suite asks of is refused, with the names that there are."""
    profile.write_text(OWN_POLICY.replace(', "commercial"', ""))
    told = str(rtconform("payer", "check", profile).exception)
    assert "no claim of a suite is sent to any of them; add to its payers one of medicare" in told


@pytest.mark.slow
def test_a_run_is_judged_by_the_profile(profile: Path, tmp_path: Path) -> None:
    """An editor that is right by the shipped profiles misses what the payer's own policy stops; the manifest has the digest."""
    out = tmp_path / "run"
    done = rtconform("run", VENDOR, "--suite", "edits-claim", "--payer-profile", profile, "--out", out, "--format", "json")
    assert 1 == done.exit_code, done.output
    manifest = json.loads((out / "manifest.json").read_text())
    record = {"name": "ours", "payers": ["ours", "commercial"], "digest": digest_of(load_profile(profile))}
    (kept,) = manifest["payer_profiles"]
    assert record.items() <= kept.items()
    assert (str(profile), "our policy of June") == (kept["file"], kept["says"]["periods"][0][1]["source"])
    assert str(record["digest"]) in (out / "report.html").read_text()
    results = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    failed = {line.get("category") for one in results if one["verdict"] == "fail" for line in one["expected"]["lines"]}
    assert {"level_not_authorised"} <= failed
    assert {"ours"} == {one["expected"]["profile"] for one in results if one["verdict"] == "fail"}


def test_profiles_hold_while_they_are_given(profile: Path) -> None:
    """Outside the run the shipped profile is back, and suites are never made by a user's."""
    own = load_profile(profile)
    with own_profiles([own]):
        assert ("ours", "commercial") == (profile_of("Commercial").name, shipped_profile_of("Commercial").name)
    assert "commercial" == profile_of("Commercial").name


def test_two_files_that_say_the_same_have_one_digest(profile: Path, tmp_path: Path) -> None:
    """Comments and order of a file don't change the digest, what it says does."""
    other = tmp_path / "other.toml"
    other.write_text("# ours\n" + OWN_POLICY)
    assert digest_of(load_profile(profile)) == digest_of(load_profile(other))
    other.write_text(OWN_POLICY.replace("most_sessions = 2", "most_sessions = 3"))
    assert digest_of(load_profile(profile)) != digest_of(load_profile(other))
