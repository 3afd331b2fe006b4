"""Vendors that want a certificate which they don't deserve, or the key that it is signed with: what certify does about them."""

import base64
import datetime as dt
import json
import re
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rtconform.conformance.certificates.bundle import TEXT, read_bundle
from rtconform.conformance.certificates.leaks import LeakedSecret, check_leaks
from rtconform.conformance.certificates.ledger import spend
from rtconform.reference.errors import UserError
from tests.helpers import VENDORS
from tests.helpers.issued_bundles import failing, new_key, rtconform

pytestmark = [pytest.mark.hostile, pytest.mark.slow]

# Anyone who runs it gives it a temporary folder of its own: it rewrites the records of every certifying run that it finds
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
    done = rtconform(
        "certify", "vendor.toml", "--key", "key.pem", "--no-sandbox", "--out", "b.zip", cwd=tmp_path, TMPDIR=str(tmp_path)
    )
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
    rtconform("certify", "vendor.toml", "--unsigned", "--out", "b.zip", cwd=tmp_path, TMPDIR=str(tmp_path))
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
        environment = {"TMPDIR": str(tmp_path)} | ({"PATH": path} if path else {})
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


ANSWERS = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review"}), flush=True)
"""
LITTLE = '[vendor.supports]\ntechniques = ["intraoperative"]\n'
"""Asked for little, a run ends soon."""
TELLS_THE_KEY = """
import json, sys
key = open("key.pem").read()
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review", "notes": [key]}), flush=True)
"""


def test_a_printed_key_is_not_published(tmp_path: Path) -> None:
    """A vendor that reads the private key and prints it gets no bundle that holds it; in the sandbox it can't read it."""
    vendor_of(tmp_path, TELLS_THE_KEY)
    new_key(tmp_path / "key.pem")
    command = ("certify", "vendor.toml", "--key", "key.pem", "--out", "b.zip")
    done = rtconform(*command, "--no-sandbox", cwd=tmp_path)
    assert (1, "", False) == (done.returncode, done.stdout, (tmp_path / "b.zip").exists())
    assert "the records hold the private key that they would be sealed with" in done.stderr
    done = rtconform(*command, cwd=tmp_path)
    assert (3, True, False) == (done.returncode, "Permission denied" in done.stderr, (tmp_path / "b.zip").exists())


def stderr_event(said: str) -> str:
    return json.dumps({"kind": "stderr", "at": "2026-03-09T09:00:00Z", "detail": said})


def chunks(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


CLOTHES: dict[str, Callable[[str, bytes], str]] = {
    "PEM": lambda pem, _: stderr_event(pem),
    "PEM in pieces, an event each": lambda pem, _: "\n".join(map(stderr_event, chunks(pem, 7))),
    "hexadecimal": lambda _, raw: stderr_event(raw.hex()),
    "hexadecimal with colons": lambda _, raw: stderr_event(raw.hex(":").upper()),
    "base64 of the 32 bytes": lambda _, raw: stderr_event(base64.b64encode(raw).decode()),
    "base64 for addresses, inside more": lambda _, raw: stderr_event(base64.urlsafe_b64encode(b"ab" + raw + b"cd").decode()),
    "backwards": lambda pem, _: stderr_event(pem[::-1]),
    "half of it": lambda _, raw: stderr_event(raw.hex()[20:52]),
    "a line for every byte": lambda _, raw: stderr_event("\n".join(f"{byte:02x}" for byte in raw)),
}


@pytest.mark.parametrize("way", CLOTHES)
def test_the_key_is_found_in_other_clothes(way: str, tmp_path: Path) -> None:
    """Whichever way, over however many lines and events: the private key is found before anything is sealed."""
    key = new_key(tmp_path / "key.pem")
    told = CLOTHES[way]((tmp_path / "key.pem").read_text(), key.key.private_bytes_raw())
    with pytest.raises(LeakedSecret, match="private key"):
        check_leaks({"events.jsonl": told.encode() + b"\n", "results.jsonl": b""}, key, {})


def test_another_key_is_no_leak(tmp_path: Path) -> None:
    """What looks like a key, and the public half, are not the private key."""
    key, other = new_key(tmp_path / "key.pem"), new_key(tmp_path / "other.pem")
    said = (key.public.pem, other.key.private_bytes_raw().hex(), (tmp_path / "other.pem").read_text())
    check_leaks({"events.jsonl": "".join(stderr_event(text) + "\n" for text in said).encode()}, key, {})


def test_a_declared_secret_is_not_published() -> None:
    """Where a secret comes through all the same, split in a way that is only whole in the records, nothing is sealed."""
    records = {"events.jsonl": "".join(stderr_event(piece) + "\n" for piece in ("Tr0ub4", "dor&3x")).encode()}
    with pytest.raises(LeakedSecret, match="the secret ACME"):
        check_leaks(records, None, {"ACME": "Tr0ub4dor&3x", "SHORT": "at"})


def test_a_seed_is_spent_once(tmp_path: Path) -> None:
    """Whatever copy or link of a used seed's file is given, its cases are known: refused before anything is asked."""
    vendor_of(tmp_path, ANSWERS, LITTLE)
    new_key(tmp_path / "key.pem")
    rtconform("seed", "commit", "--vendor", "V", cwd=tmp_path)
    command = ("certify", "vendor.toml", "--key", "key.pem")
    assert 1 == rtconform(*command, "--seed-file", "seed.json", cwd=tmp_path).returncode
    (tmp_path / "seed.json.used").unlink()
    copy, hard, symbolic, moved = (tmp_path / f"{way}.json" for way in ("copy", "hard", "symbolic", "moved"))
    shutil.copy(tmp_path / "seed.json", copy)
    hard.hardlink_to(tmp_path / "seed.json")
    symbolic.symlink_to(moved)
    shutil.move(tmp_path / "seed.json", moved)
    for elsewhere in (copy, hard, symbolic, moved):
        done = rtconform(*command, "--seed-file", elsewhere, cwd=tmp_path)
        assert 2 == done.returncode
        assert f"used in a run before ({dt.datetime.now(dt.UTC):%Y-%m}" in done.stderr
    (tmp_path / "key.pem.spent").unlink()
    assert 2 == rtconform(*command, "--seed-file", copy, cwd=tmp_path).returncode, "the account's own ledger knows it too"


def test_of_many_at_once_one_spends_the_seed(tmp_path: Path) -> None:
    """Ledgers are asked and written as one: of sixteen who want the same seed at the same time one gets it."""
    places = (tmp_path / "b" / "spent", tmp_path / "a.spent")

    def spent(_: int) -> bool:
        try:
            spend("ab" * 32, places, dt.datetime.now(dt.UTC))
        except UserError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert 1 == sum(pool.map(spent, range(16)))
    assert [1, 1] == [len(place.read_text().splitlines()) for place in places]
    spend("cd" * 32, places, dt.datetime.now(dt.UTC))


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    """Is told, with the command that helps."""
    vendor_of(tmp_path, ANSWERS)
    new_key(tmp_path / "key.pem")
    for mode, told in ((0o600, False), (0o640, True), (0o604, True)):
        (tmp_path / "key.pem").chmod(mode)
        done = rtconform("certify", "vendor.toml", "--key", "key.pem", "--seed-file", "none.json", cwd=tmp_path)
        assert (2, False) == (done.returncode, "chmod 600 key.pem" in done.stderr)
        done = rtconform("certify", "vendor.toml", "--key", "key.pem", "--out", "vendor.toml", cwd=tmp_path)
        assert (2, told) == (done.returncode, "can read the private key: chmod 600 key.pem" in done.stderr)


@pytest.mark.parametrize(
    ("supports", "outcome", "said"),
    [
        ('techniques = ["intraoperative"]', "refused", "of the rules of"),
        ('techniques = ["vmat"]\ndocumentation = false', "refused", "were not asked"),
        ('claims = ["facility", "professional"]\nsettings = ["hospital_outpatient"]', "certified", ""),
    ],
)
def test_a_certificate_has_a_minimum(supports: str, outcome: str, said: str, tmp_path: Path) -> None:
    """A correct coder that declares nearly everything away is refused, with what was not asked; one that leaves out claims is not."""
    for name in ("coder.py", "reading.py"):
        (tmp_path / name).write_text((VENDORS / "correct" / name).read_text())
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "V"\nversion = "1"\n[vendor.supports]\n{supports}\n[adapter]\nkind = "cli"\ncommand = ["python3", "coder.py"]\n'
    )
    done = rtconform("certify", "vendor.toml", "--unsigned", "--out", "b.zip", cwd=tmp_path)
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    certificate = bundle.statement.predicate
    assert outcome == certificate.outcome, certificate.reasons
    assert said in " ".join(certificate.reasons)
    head = done.stdout.splitlines()
    assert {"refused": "REFUSAL: TOO LITTLE WAS ASKED", "certified": "CERTIFICATE OF CONFORMANCE"}[outcome] == head[0]
    assert re.match(r"FOR PART OF THE CASES: [0-9]+ of [0-9]+ \(.* claims; ", head[1])
    assert {} == failing(bundle)
