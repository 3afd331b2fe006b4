"""A payer's own policy in every command that judges claims: certify and verify, shards, resume, replay, a cluster, a hunt."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as changed

from rtconform.conformance.certificates.bundle import REPORT, TEXT, write_bundle
from rtconform.conformance.certificates.bundle import read_bundle as read
from rtconform.conformance.certificates.checks import Records
from rtconform.reference.editor.payers import digest_of, load_profile, profiles
from tests.helpers import ROOT, VENDORS
from tests.helpers.forgeries import Forgery
from tests.helpers.issued_bundles import Issued, failing, new_key, rtconform
from tests.helpers.own_policy import OWN_POLICY

pytestmark = pytest.mark.slow

FOLLOWS = """
import sys
from pathlib import Path
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine
from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.payers import load_profile, own_profiles
with own_profiles([load_profile(Path(name)) for name in sys.argv[1:]]):
    for line in sys.stdin.buffer:
        claim = decode(line, Claim)
        born = min(line.date_of_service for line in claim.lines) >= claim.patient.birth_date
        lines = tuple(DispositionLine(l.number, l.disposition if born else "deny") for l in adjudicate(claim).lines)
        sys.stdout.buffer.write(encode(Disposition(claim.id, lines)) + b"\\n")
        sys.stdout.flush()
"""


def editor_of(folder: Path, *policies: str) -> None:
    """An editor that goes by these policies, and its policy's file beside it."""
    (folder / "ours.toml").write_text(OWN_POLICY)
    (folder / "editor.py").write_text(FOLLOWS)
    command = json.dumps([sys.executable, "editor.py", *policies])
    (folder / "vendor.toml").write_text(
        f'[vendor]\nname = "Ours"\nversion = "1"\nrole = "editor"\n[adapter]\nkind = "cli"\ncommand = {command}\n'
    )


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    """The certificate of an editor by its payer's own policy."""
    folder = tmp_path_factory.mktemp("ours")
    editor_of(folder, "ours.toml")
    key = new_key(folder / "key.pem")
    given = ("--readable", ROOT, "--payer-profile", "ours.toml", "--key", "key.pem", "--seed", "7", "--out", "b.zip")
    return Issued(folder, rtconform("certify", "vendor.toml", *given, cwd=folder), key, "")


def test_an_editor_is_certified_by_its_payers_policy(ours: Issued) -> None:
    """Judged by the policy that was given, which the certificate, its text and its page name with the digest; verify needs no file."""
    assert (0, "") == (ours.done.returncode, ours.done.stderr)
    certificate = ours.bundle.statement.predicate
    digest = digest_of(load_profile(ours.folder / "ours.toml"))
    stated = {profile.name: (profile.digest, profile.own) for profile in certificate.payer_profiles}
    shipped = {name: (digest_of(profiles()[name]), False) for name in ("medicare", "unitedhealthcare")}
    assert {"ours": (digest, True), **shipped}.items() <= stated.items()
    assert "commercial" not in stated
    for text in (ours.done.stdout, ours.bundle.files[TEXT].decode(), ours.bundle.files[REPORT].decode()):
        assert "ours (the certifier" in text
        assert f"sha256:{digest}" in text
    assert {} == failing(ours.bundle, ours.key.public)
    assert ("edits-claim", "edits-documented", "edits-national") == tuple(suite.name for suite in certificate.suites)
    assert {"NCCI-PTP", "NCCI-MUE", "LEVEL-AUTHORISED"} <= certificate.asked.rules.keys()


def other_digest(forgery: Forgery) -> None:
    """Another digest for the same policy."""
    (record,) = Records(read_again(forgery)).manifest.payer_profiles
    forgery.manifest(payer_profiles=(changed(record, digest="0" * 64),))


def no_policy(forgery: Forgery) -> None:
    """The policy left out, as if the shipped profiles had judged."""
    forgery.manifest(payer_profiles=())


def another_policy(forgery: Forgery) -> None:
    """Another policy, stricter, with a digest that fits."""
    (record,) = Records(read_again(forgery)).manifest.payer_profiles
    assert record.says is not None
    ((day, period),) = record.says.periods
    says = changed(record.says, periods=((day, changed(period, authorised_levels=("77402",))),))
    forgery.manifest(payer_profiles=(changed(record, says=says, digest=digest_of(says)),))


def read_again(forgery: Forgery) -> Any:
    """The forger's files as a bundle."""
    return _Files(forgery)


class _Files:
    """A bundle as far as its records are read."""

    def __init__(self, forgery: Forgery) -> None:
        self.files = forgery.files


@pytest.mark.parametrize(
    ("forge", "check", "said"),
    [
        (other_digest, "suites", "digest does not fit its content"),
        (no_policy, "judgement", "the expectation is not what the reference makes of the case"),
        (another_policy, "judgement", "the answer is judged fail"),
    ],
)
def test_another_policy_does_not_fit_the_answers(
    forge: Callable[[Forgery], None], check: str, said: str, ours: Issued, tmp_path: Path
) -> None:
    """Answers are judged again by the policy in the bundle: one that judged otherwise, or is not what it is said to be, is found."""
    forgery = Forgery(dict(ours.bundle.files), ours.bundle.statement.predicate, tmp_path)
    forge(forgery)
    bundle = ours.bundle
    sealed = read(write_bundle(forgery.files, changed(bundle.statement, predicate=forgery.certificate), None), "forged.zip")
    found = failing(sealed)
    assert check in found
    assert said in found[check]


def test_a_statement_of_another_policy_is_found(ours: Issued) -> None:
    """A certificate that names a profile less, or with another digest, is not what the records make, whoever seals it."""
    certificate = ours.bundle.statement.predicate
    for stated in (
        certificate.payer_profiles[1:],
        tuple(changed(profile, digest="0" * 64) for profile in certificate.payer_profiles),
        tuple(changed(profile, own=False) for profile in certificate.payer_profiles),
    ):
        forged = changed(ours.bundle.statement, predicate=changed(certificate, payer_profiles=stated))
        assert {"profiles"} == failing(
            read(write_bundle(ours.bundle.files, forged, ours.key), "f.zip"), ours.key.public
        ).keys() - {
            "text",
            "report",
        }


def test_an_editor_that_knows_no_national_edits_is_refused(tmp_path: Path) -> None:
    """Medicare's profile adopts the tables: an editor that is right in all the rest and never looks there is not certified."""
    for name in ("correct", "correct_editor"):
        shutil.copytree(VENDORS / name, tmp_path / name)
    program = tmp_path / "correct_editor" / "editor.py"
    begun, says = "def by_tables(claim: Json, edits: dict[int, Edit]) -> dict[int, Edit]:\n", "    return edits\n"
    program.write_text(program.read_text().replace(begun, begun + says))
    vendor = "correct_editor/vendor.toml"
    done = rtconform("certify", vendor, "--unsigned", "--readable", tmp_path, "--seed", "7", "--out", "b.zip", cwd=tmp_path)
    certificate = read((tmp_path / "b.zip").read_bytes(), "b.zip").statement.predicate
    assert (1, "refused") == (done.returncode, certificate.outcome)
    assert {"NCCI-PTP"} <= {rule for failure in certificate.failures for rule in failure.rules}
    assert {"edits-national"} == {failure.id.partition(":")[0] for failure in certificate.failures}


def test_a_coder_is_judged_by_no_payer_profile(tmp_path: Path) -> None:
    """A profile given for a coder is refused, before anything is asked."""
    (tmp_path / "ours.toml").write_text(OWN_POLICY)
    vendor = VENDORS / "correct" / "vendor.toml"
    for command in (("run", vendor, "--suite", "published"), ("certify", vendor, "--unsigned")):
        done = rtconform(*command, "--payer-profile", "ours.toml", cwd=tmp_path)
        assert (2, True) == (done.returncode, "coders are not judged by a payer profile" in done.stderr)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of an editor by the shipped profiles that is judged by a policy of one's own, and fails by it."""
    folder = tmp_path_factory.mktemp("ran")
    editor_of(folder)
    done = run(folder, "--out", "whole")
    assert 1 == done.returncode, done.stderr
    assert f"payer profile ours (for ours, commercial), SHA-256 {_digest(folder)}" in done.stdout
    return folder


def run(folder: Path, *arguments: str, profile: str = "ours.toml") -> Any:
    return rtconform("run", "vendor.toml", "--suite", "edits-claim", "--payer-profile", profile, *arguments, cwd=folder)


def _digest(folder: Path) -> str:
    return digest_of(load_profile(folder / "ours.toml"))


def verdicts(folder: Path) -> list[tuple[str, str]]:
    """Every result's id and verdict, in order."""
    lines = (folder / "results.jsonl").read_text().splitlines()
    return [(one["id"], one["verdict"]) for one in map(json.loads, lines)]


def test_every_report_names_the_policy(ran: Path) -> None:
    """The manifest, the page, JSON, Markdown, JUnit and the terminal name the profile with its digest."""
    done = rtconform("report", "whole", "--format", "html,json,markdown,junit,table", cwd=ran)
    files = ("manifest.json", "report.html", "report.json", "summary.md", "junit.xml")
    texts = {name: (ran / "whole" / name).read_text() for name in files} | {"terminal": done.stdout}
    assert [] == [name for name, text in texts.items() if _digest(ran) not in text]


def test_the_command_that_asks_a_case_again_is_under_the_policy(ran: Path) -> None:
    """What a report prints can be pasted: one failing case, asked again, fails by the same policy."""
    page = (ran / "whole" / "report.html").read_text()
    assert "--payer-profile ours.toml" in page
    failed = next(name for name, verdict in verdicts(ran / "whole") if verdict == "fail")
    again = run(ran, "--only", failed, "--out", "again")
    assert (1, [(failed, "fail")]) == (again.returncode, verdicts(ran / "again"))


def test_shards_are_judged_as_the_whole(ran: Path) -> None:
    """Two shards joined have the verdicts of one run; shards by different policies are no run."""
    for part in ("1/2", "2/2"):
        run(ran, "--shard", part, "--out", f"shard{part[0]}")
    rtconform("merge", "merged", "shard1", "shard2", cwd=ran)
    assert verdicts(ran / "whole") == verdicts(ran / "merged")
    assert _digest(ran) in (ran / "merged" / "manifest.json").read_text()
    (ran / "other.toml").write_text(OWN_POLICY.replace("most_sessions = 2", "most_sessions = 3"))
    run(ran, "--shard", "2/2", "--out", "other2", profile="other.toml")
    done = rtconform("merge", "none", "shard1", "other2", cwd=ran)
    assert (2, True) == (done.returncode, "they differ in: payer profiles" in done.stderr)


def test_a_run_is_resumed_under_its_policy_alone(ran: Path) -> None:
    """With half of its results a run goes on to the same verdicts; under another policy, or none, it does not."""
    half = ran / "half"
    shutil.copytree(
        ran / "whole", half, ignore=shutil.ignore_patterns("report.*", "known-faults.json", "summary.md", "junit.xml")
    )
    lines = (half / "results.jsonl").read_bytes().splitlines(keepends=True)
    (half / "results.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
    (ran / "third.toml").write_text(OWN_POLICY.replace("most_sessions = 2", "most_sessions = 4"))
    refused = run(ran, "--out", "half", "--resume", profile="third.toml")
    assert (2, True) == (refused.returncode, "differs from the one begun there in: payer profiles" in refused.stderr)
    none = rtconform("run", "vendor.toml", "--suite", "edits-claim", "--out", "half", "--resume", cwd=ran)
    assert (2, True) == (none.returncode, "payer profiles" in none.stderr)
    assert 1 == run(ran, "--out", "half", "--resume").returncode
    assert verdicts(ran / "whole") == verdicts(half)


def test_replay_is_judged_by_the_policy_of_the_run(ran: Path) -> None:
    """What failed by the policy fails again without its file being given, and an editor that follows it has fixed all."""
    failed = [name for name, verdict in verdicts(ran / "whole") if verdict == "fail"]
    done = rtconform("replay", "whole", "--vendor", "vendor.toml", "--out", "replayed", "--format", "json", cwd=ran)
    cases = json.loads(done.stdout)
    assert (1, {"still failing"}) == (done.returncode, {case["became"] for case in cases})
    assert set(failed) == {case["id"] for case in cases}
    assert _digest(ran) in (ran / "replayed" / "manifest.json").read_text()
    (ran / "fixed").mkdir()
    editor_of(ran / "fixed", "ours.toml")
    done = rtconform("replay", "whole", "--vendor", "fixed/vendor.toml", "--out", "fixed/run", cwd=ran)
    assert (0, True) == (done.returncode, f"{len(failed)} fixed" in done.stdout)


def test_a_cluster_judges_by_the_policy(ran: Path) -> None:
    """Workers judge by the profile that the run was given: the verdicts are those of the run here."""
    assert 1 == run(ran, "--cluster", "local:1", "--out", "cluster").returncode
    assert verdicts(ran / "whole") == verdicts(ran / "cluster")


def test_a_hunt_is_under_the_policy(ran: Path) -> None:
    """What is found by the policy is asked again by it: the command printed says so, and finds it again."""
    done = rtconform("hunt", "vendor.toml", "--payer-profile", "ours.toml", "--effort", "60", "--out", "found.jsonl", cwd=ran)
    assert 1 == done.returncode, done.stderr
    assert "again: rtconform run vendor.toml --suite found.jsonl --payer-profile ours.toml" in done.stdout
    again = rtconform("run", "vendor.toml", "--suite", "found.jsonl", "--payer-profile", "ours.toml", "--out", "hunted", cwd=ran)
    assert (1, {"fail"}) == (again.returncode, {verdict for _, verdict in verdicts(ran / "hunted")})
