"""Vendors that want a certificate which they don't deserve, or the key that it is signed with: what certify does about them."""

import json
import sys
from pathlib import Path

import pytest

from rtconform.conformance.certificates.bundle import TEXT, read_bundle
from tests.helpers.issued_bundles import failing, new_key, rtconform

pytestmark = pytest.mark.hostile

REWRITES = """
import glob, json, sys, tempfile
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review"}), flush=True)
for name in glob.glob(tempfile.gettempdir() + "/rtconform-certify-*/run/results.jsonl"):
    rows = [json.loads(row) for row in open(name)]
    for row in rows:
        row.update(verdict="pass", explanation="")
    with open(name, "w") as stream:
        stream.writelines(json.dumps(row) + "\\n" for row in rows)
"""


def vendor_of(folder: Path, code: str, more: str = "") -> None:
    (folder / "coder.py").write_text(code)
    (folder / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "coder.py"]\n{more}'
    )


def test_a_vendor_that_rewrites_the_records_is_refused(tmp_path: Path) -> None:
    """Sealed is what the runner wrote: outside the sandbox, where a program reaches the folder, the refusal says who was at it."""
    vendor_of(tmp_path, REWRITES)
    key = new_key(tmp_path / "key.pem")
    done = rtconform("certify", "vendor.toml", "--key", "key.pem", "--no-sandbox", "--out", "b.zip", cwd=tmp_path)
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    certificate = bundle.statement.predicate
    assert (1, "refused") == (done.returncode, certificate.outcome)
    assert ["records_changed"] == [finding.kind for finding in certificate.findings if finding.kind == "records_changed"]
    assert "another program changed results.jsonl while the run was under way" in certificate.findings[-1].detail
    assert certificate.counts["declined"] > 100
    assert {} == failing(bundle, key.public)


def test_the_records_are_out_of_sight_in_the_sandbox(tmp_path: Path) -> None:
    """The same program by default finds no folder to rewrite, and is refused for its answers alone."""
    vendor_of(tmp_path, REWRITES)
    rtconform("certify", "vendor.toml", "--unsigned", "--out", "b.zip", cwd=tmp_path)
    certificate = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip").statement.predicate
    assert [] == [finding for finding in certificate.findings if finding.kind == "records_changed"]
    assert "refused" == certificate.outcome


def test_a_run_whose_folder_is_changed_says_so(tmp_path: Path) -> None:
    """Counts kept in memory and a folder that disagrees are told, with exit code 1, before anything is concluded."""
    vendor_of(
        tmp_path, REWRITES.replace('tempfile.gettempdir() + "/rtconform-certify-*/run/results.jsonl"', '"out/results.jsonl"')
    )
    done = rtconform("run", "vendor.toml", "--suite", "published", "--out", "out", cwd=tmp_path)
    assert (1, "") == (done.returncode, done.stdout)
    assert "another program changed results.jsonl while the run was under way" in done.stderr


def test_what_was_around_the_vendor_stands_in_the_certificate(tmp_path: Path) -> None:
    """By default a sandbox where there can be one, with --no-sandbox that there was none, without bubblewrap that too."""
    vendor_of(tmp_path, REWRITES)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bwrap").write_text("#!/bin/sh\necho 'bwrap: no permission' >&2\nexit 1\n")
    (tmp_path / "bin" / "bwrap").chmod(0o755)
    said = {}
    for name, options, path in (("without", ["--no-sandbox"], None), ("broken", [], f"{tmp_path / 'bin'}:/usr/bin:/bin")):
        environment = {"PATH": path} if path else {}
        done = rtconform("certify", "vendor.toml", "--unsigned", "--out", f"{name}.zip", *options, cwd=tmp_path, **environment)
        bundle = read_bundle((tmp_path / f"{name}.zip").read_bytes(), "b.zip")
        said[name] = bundle.statement.predicate.environment.sandbox
        assert f"\nsandbox           {said[name]}\n" in bundle.files[TEXT].decode()
        assert ("broken" == name) == ("runs without a sandbox" in done.stderr)
    assert {"without": "none: --no-sandbox was given", "broken": "none: bubblewrap can't run here: bwrap: no permission"} == said


def test_every_answer_is_kept_by_its_digest(tmp_path: Path) -> None:
    """A result has the SHA-256 of the bytes that came for it."""
    vendor_of(
        tmp_path,
        "import hashlib, json, sys\nfor line in sys.stdin:\n"
        '    answer = json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review", "notes": ["ä"]}, indent=None)\n'
        '    open("told", "a").write(hashlib.sha256(answer.encode()).hexdigest() + "\\n")\n    print(answer, flush=True)\n',
        "workers = 1\n",
    )
    rtconform("run", "vendor.toml", "--suite", "published", "--out", "out", cwd=tmp_path)
    results = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    assert len(results) > 70
    assert {result["answer_digest"] for result in results} <= set((tmp_path / "told").read_text().split())


def test_a_program_that_misses_something_in_the_sandbox(tmp_path: Path) -> None:
    """Before a seed is spent: the program's own words, and the two ways out. Shown what it needs, it is asked."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "rules.py").write_text("OUTCOME = 'needs_review'\n")
    (tmp_path / "vendor").mkdir()
    code = (
        "import json, sys\nsys.path.insert(0, '../shared')\nimport rules\nfor line in sys.stdin:\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'outcome': rules.OUTCOME}), flush=True)\n"
    )
    vendor_of(tmp_path / "vendor", code)
    rtconform("seed", "commit", "--vendor", "V", cwd=tmp_path)
    command = ("certify", "vendor/vendor.toml", "--unsigned", "--seed-file", "seed.json", "--out", "b.zip")
    done = rtconform(*command, cwd=tmp_path)
    assert (3, False) == (done.returncode, (tmp_path / "seed.json.used").exists())
    assert "No module named 'rules'" in done.stderr
    assert "--readable PATH, or do without the sandbox: --no-sandbox" in done.stderr
    assert 1 == rtconform(*command, "--readable", "shared", cwd=tmp_path).returncode
    assert "declined" in read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip").statement.predicate.counts
