"""Certificates, from both sides: what certify writes holds, what it refuses, and what it costs a seed."""

import datetime as dt
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rtconform.conformance.certificates.bundle import (
    CASES,
    TEXT,
    read_bundle,
)
from rtconform.conformance.certificates.checks import Records
from rtconform.reports.writers.certificate import NAMED
from tests.helpers import PATIENCE_S, ROOT, VENDORS
from tests.helpers.issued_bundles import Issued, failing, new_key, rtconform, standings

pytestmark = pytest.mark.slow


def test_a_certificate_from_both_sides(good: Issued) -> None:
    """A correct coder is certified; offline, with the certifier's key and commitment, every check holds."""
    assert (0, "") == (good.done.returncode, good.done.stderr)
    assert good.done.stdout.startswith("CERTIFICATE OF CONFORMANCE\n\nvendor            Correct Coder, version 1.0")
    done = rtconform("verify", "b.zip", "--public-key", "key.pub", "--commitment", good.commitment, cwd=good.folder)
    assert 0 == done.returncode
    assert done.stdout.endswith("valid: every check that was made held\n")
    assert {"held"} == set(standings(good.bundle, good.key.public, good.commitment).values())


def test_what_is_not_checked_is_said(good: Issued) -> None:
    """Without the certifier's key nobody knows whose signature it is, without the commitment not when it was made."""
    done = rtconform("verify", "b.zip", cwd=good.folder)
    assert 0 == done.returncode
    last = "sound in itself, but nobody checked whose signature it is: every check that was made held; not checked: signer, commitment"
    assert last == done.stdout.splitlines()[-1]


def test_what_a_certificate_names(good: Issued) -> None:
    """Rule set, suites with digests, seed, what was covered and what not, level and end of validity stand in the certificate."""
    certificate = good.bundle.statement.predicate
    assert ("certified", "held_out", "2026.1", (), 0) == (
        certificate.outcome,
        certificate.level,
        certificate.rule_set,
        certificate.failures,
        certificate.failed,
    )
    assert dt.timedelta(days=365) == certificate.valid_until - certificate.issued_at
    assert ("freestanding", "hospital_outpatient") == certificate.covered.settings
    assert ("facility", "global", "professional", "technical") == certificate.covered.claims
    assert {} == certificate.covered.not_applicable
    assert all(record.digest and record.cases for record in certificate.suites)


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def test_the_vendor_sees_opaque_ids_and_answers_once(good: Issued) -> None:
    """Every case is sent under a hash, the answers carry it, and the results name the suite's own ids."""
    records = Records(good.bundle)
    lines = good.bundle.files[CASES].splitlines()
    answered = [result.answer.id for result in records.results if result.answer]
    assert len(records.asked) == len(lines)
    assert all(len(name) == 20 and ":" not in name for name in answered)
    # a document of suite `invalid` may be no JSON, or have no id; the others are sent in the order of the results
    sent = [case["id"] for line in lines if (case := _read(line)) and case.get("id") in set(answered)]
    assert [name for name in answered if name in sent] == sent
    assert len(sent) > 0.8 * len(lines)
    assert not any(result.id.encode() in good.bundle.files[CASES] for result in records.results)
    assert list(records.asked) == [result.id for result in records.results]


def test_a_refusal_names_cases_rules_and_how_to_see_them_again(refused: Issued) -> None:
    """What is not conformant gets a bundle too, which says why; it verifies, and is not a certificate."""
    certificate = refused.bundle.statement.predicate
    assert (1, "refused") == (refused.done.returncode, certificate.outcome)
    assert refused.done.stdout.startswith("REFUSAL: NOT CONFORMANT\n")
    assert NAMED == refused.done.stdout.count("\nfailing ") < certificate.failed
    assert min(certificate.failed, 200) == len(certificate.failures)
    assert f" and {certificate.failed - NAMED} more, in results.jsonl\n" in refused.done.stdout
    assert min(certificate.failed, 200) == refused.bundle.files[TEXT].count(b"\nfailing ")
    broken = {rule for failure in certificate.failures for rule in failure.rules}
    assert {"SCOPE-DELETED", "AMM-SETUP", "ISO-CONTIGUOUS", "ISO-SHIFT"} <= broken
    first = certificate.failures[0]
    assert f"rtconform generate --id {first.id}" == first.reproduce[0]
    assert 0 == rtconform(*first.reproduce[0].split()[1:], cwd=refused.folder).returncode
    assert 1 == rtconform(*first.reproduce[1].split()[1:], cwd=refused.folder).returncode
    done = rtconform("verify", "b.zip", "--public-key", "key.pub", cwd=refused.folder)
    assert 1 == done.returncode
    assert "an authentic REFUSAL, not a certificate: every check that was made held" in done.stdout


def test_unsigned_is_said_everywhere(tmp_path: Path) -> None:
    """An unsigned bundle says so in its certificate, its text and its verification, and never stands where a key is given."""
    done = rtconform("certify", VENDORS / "correct" / "vendor.toml", "--unsigned", "--out", "b.zip", cwd=tmp_path)
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    assert 0 == done.returncode
    assert all("UNSIGNED: nobody vouches" in text for text in (done.stdout, bundle.files[TEXT].decode()))
    assert (None, "rehearsal", ()) == (
        bundle.statement.predicate.signer,
        bundle.statement.predicate.level,
        bundle.envelope.signatures,
    )
    assert "UNSIGNED" in rtconform("verify", "b.zip", cwd=tmp_path).stdout
    assert {"signature"} == failing(bundle, new_key(tmp_path / "k.pem").public).keys()


EDITOR = """
import sys
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.documents.wire import decode, encode
for line in sys.stdin.buffer:
    claim = decode(line, Claim)
    born = min(line.date_of_service for line in claim.lines) >= claim.patient.birth_date
    due = adjudicate(claim).lines
    lines = tuple(DispositionLine(number=l.number, disposition=l.disposition if born else "deny") for l in due)
    sys.stdout.buffer.write(encode(Disposition(id=claim.id, lines=lines)) + b"\\n")
    sys.stdout.flush()
"""


@pytest.mark.slow
def test_an_editor_is_certified_on_claims(tmp_path: Path) -> None:
    """A claim editor is asked the suites of edits, under opaque ids, and what it did with each line is judged again."""
    (tmp_path / "editor.py").write_text(EDITOR)
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "Reference Editor"\nversion = "1"\nrole = "editor"\n'
        f'[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "editor.py"]\n'
    )
    done = rtconform("certify", "vendor.toml", "--unsigned", "--readable", ROOT, "--out", "b.zip", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    certificate = bundle.statement.predicate
    assert ("edits-claim", "edits-documented", "edits-national") == tuple(record.name for record in certificate.suites)
    assert (("institutional", "professional"), {}) == (certificate.covered.claims, failing(bundle))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give --key (or set RTCONFORM_SIGNING_KEY), or give --unsigned"),
        (("--key", "none.pem"), "none.pem: can't read the key"),
        (("--key", "key.pem", "--unsigned"), "exclude each other"),
        (("--unsigned", "--seed", "1", "--seed-file", "seed.json"), "exclude each other"),
        (("--unsigned", "--commitment", "00"), "--commitment needs --seed-file"),
        (("--unsigned", "--seed-file", "seed.json", "--commitment", "00"), "is not a commitment"),
        (("--unsigned", "--seed-file", "seed.json", "--commitment", "0" * 64), "give the seed that was committed to"),
        (("--unsigned", "--seed-file", "seed.json", "--out", "b.zip"), ": used in a run before ("),
        (("--unsigned", "--seed-file", "other.json", "--out", "c.zip"), "committed to for vendor 'Somebody'"),
        (("--unsigned", "--out", "key.pem"), "exists already"),
    ],
)
def test_what_certify_refuses(arguments: tuple[str, ...], said: str, good: Issued, tmp_path: Path) -> None:
    """Before the vendor is asked anything, all that is wrong with keys, seeds and places is said: exit 2, and nothing is written."""
    for name in ("key.pem", "seed.json", "seed.json.used"):
        (tmp_path / name).write_bytes((good.folder / name).read_bytes())
    if "other.json" in arguments:
        rtconform("seed", "commit", "--vendor", "Somebody", "--out", "other.json", cwd=tmp_path)
    done = rtconform("certify", VENDORS / "correct" / "vendor.toml", *arguments, cwd=tmp_path)
    assert (2, "") == (done.returncode, done.stdout)
    assert said in " ".join(done.stderr.split())
    assert [] == list(tmp_path.glob("*.zip"))


def test_a_key_from_the_environment(good: Issued, tmp_path: Path) -> None:
    """A key in the environment signs; no one finds it in the bundle."""
    pem = (good.folder / "key.pem").read_text()
    vendor = VENDORS / "correct" / "vendor.toml"
    done = rtconform("certify", vendor, "--seed", "5", "--out", "b.zip", cwd=tmp_path, RTCONFORM_SIGNING_KEY=pem)
    assert 0 == done.returncode
    document = (tmp_path / "b.zip").read_bytes()
    assert all(line.encode() not in document for line in pem.splitlines() if "-----" not in line)
    bundle = read_bundle(document, "b.zip")
    assert ("rehearsal", {}) == (bundle.statement.predicate.level, failing(bundle, good.key.public))


CURIOUS = """
import json, os, sys
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "outcome": "needs_review", "notes": sorted(os.environ)}), flush=True)
    print(os.environ, file=sys.stderr, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["stream", "oneshot"])
def test_no_vendor_gets_the_key(mode: str, good: Issued, tmp_path: Path) -> None:
    """A program that tells all of its environment has nothing of the certifier's key to tell, the name neither."""
    (tmp_path / "coder.py").write_text(CURIOUS)
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "Curious"\nversion = "1"\n[adapter]\nkind = "cli"\nmode = "{mode}"\ncommand = ["{sys.executable}", "coder.py"]\n'
    )
    pem = (good.folder / "key.pem").read_text()
    certify = ("certify", "vendor.toml", "--out=b.zip")  # by a stream alone: one process per case takes minutes
    for arguments in (("run", "vendor.toml", "--suite=published", "--out=run"), *([certify] if mode == "stream" else [])):
        assert 1 == rtconform(*arguments, cwd=tmp_path, RTCONFORM_SIGNING_KEY=pem, CURIOUS_ABOUT="this").returncode
        told = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.suffix in (".zip", ".jsonl"))
        assert b"CURIOUS_ABOUT" in told
        assert b"RTCONFORM_SIGNING_KEY" not in told
        assert all(line.encode() not in told for line in pem.splitlines())


def test_no_vendor_file_gets_the_key(good: Issued, tmp_path: Path) -> None:
    """A vendor file that asks for the certifier's key is refused, with the place."""
    (tmp_path / "vendor.toml").write_text(
        '[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "http"\nurl = "http://h/?k=${RTCONFORM_SIGNING_KEY}"\n'
    )
    pem = (good.folder / "key.pem").read_text()
    done = rtconform("run", "vendor.toml", "--suite=published", cwd=tmp_path, RTCONFORM_SIGNING_KEY=pem)
    said = "RTCONFORM_SIGNING_KEY holds the certifier's private key, which no vendor gets; use a variable of your own"
    assert (2, f"rtconform: vendor.toml:6: {said} @ $.adapter.url\n") == (done.returncode, done.stderr)


def test_a_callable_does_not_run_beside_the_key(tmp_path: Path) -> None:
    """A Python callable, which could take the key from memory, is certified unsigned only."""
    (tmp_path / "mine.py").write_text("def code(case): return {'id': case['id'], 'outcome': 'needs_review'}")
    (tmp_path / "v.toml").write_text('[vendor]\nname = "V"\nversion = "1"\n[adapter]\nkind = "python"\ncallable = "mine:code"\n')
    new_key(tmp_path / "key.pem")
    done = rtconform("certify", "v.toml", "--key", "key.pem", cwd=tmp_path)
    assert (2, "") == (done.returncode, done.stdout)
    assert "v.toml: [adapter] kind: a Python callable runs in our process" in done.stderr
    assert 1 == rtconform("certify", "v.toml", "--unsigned", "--out", "b.zip", cwd=tmp_path).returncode


@pytest.mark.slow
def test_a_run_that_is_stopped_leaves_nothing_and_spends_its_seed(tmp_path: Path) -> None:
    """A certifying run is answered whole: stopped, it ends with 130 and writes nothing, and the cases of its seed are known."""
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(60)\n")
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "Slow"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "slow.py"]\n'
    )
    rtconform("seed", "commit", "--vendor", "Slow", cwd=tmp_path)
    command = [sys.executable, "-m", "rtconform", "certify", "vendor.toml", "--unsigned", "--seed-file", "seed.json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not (tmp_path / "seed.json.used").exists():
            time.sleep(0.02)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (130, "") == (process.returncode, out)
    assert "begin another, with a new seed" in err
    assert {"slow.py", "vendor.toml", "seed.json", "seed.json.used"} == {path.name for path in tmp_path.iterdir()}
    again = rtconform(*command[3:], cwd=tmp_path)
    assert (2, True) == (again.returncode, "commit to a new seed" in again.stderr)


def test_a_seed_is_spent_once_a_case_is_asked(tmp_path: Path) -> None:
    """A vendor that can't be started costs no seed; one that can't be started again after it was asked does."""
    (tmp_path / "vendor.toml").write_text(
        '[vendor]\nname = "Once"\nversion = "1"\n[adapter]\nkind = "cli"\ncommand = ["./once"]\nmode = "oneshot"\n'
    )
    rtconform("seed", "commit", "--vendor", "Once", cwd=tmp_path)
    command = ("certify", "vendor.toml", "--unsigned", "--no-sandbox", "--seed-file", "seed.json", "--out", "b.zip")
    done = rtconform(*command, cwd=tmp_path)
    assert (3, False) == (done.returncode, (tmp_path / "seed.json.used").exists())
    (tmp_path / "once").write_text("#!/bin/sh\nread -r case\nrm -f once\necho '{}'\n")
    (tmp_path / "once").chmod(0o755)
    done = rtconform(*command, cwd=tmp_path)
    assert (3, True) == (done.returncode, (tmp_path / "seed.json.used").exists())
    assert "the seed in seed.json is spent: commit to a new one" in done.stderr
    assert not (tmp_path / "b.zip").exists()


def test_a_seed_of_tomorrow(tmp_path: Path) -> None:
    """A commitment dated after today would not be verified: it is told before anything is asked."""
    rtconform("seed", "commit", "--vendor", "Correct Coder", cwd=tmp_path)
    opening = (tmp_path / "seed.json").read_bytes()
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    (tmp_path / "late.json").write_bytes(re.sub(rb"\d{4}-\d\d-\d\d", str(tomorrow).encode(), opening))
    done = rtconform("certify", VENDORS / "correct" / "vendor.toml", "--unsigned", "--seed-file", "late.json", cwd=tmp_path)
    assert (2, "") == (done.returncode, done.stdout)
    assert f"late.json: committed to on {tomorrow}, which is in the future" in done.stderr


def test_secrets_beside_the_program_are_told(tmp_path: Path) -> None:
    """A key or a seed in the folder of the vendor's program could be read by it, but for a sandbox."""
    (tmp_path / "vendor.toml").write_text((VENDORS / "correct" / "vendor.toml").read_text())
    for name in ("coder.py", "reading.py"):
        (tmp_path / name).write_text((VENDORS / "correct" / name).read_text())
    new_key(tmp_path / "key.pem")
    done = rtconform("certify", "vendor.toml", "--key", "key.pem", "--no-sandbox", "--out", "b.zip", cwd=tmp_path)
    assert 0 == done.returncode
    assert "key.pem lies beside the vendor's program, which could read it: keep it elsewhere" in done.stderr


def test_a_bundle_that_is_none(tmp_path: Path) -> None:
    """What is not a bundle is exit 2, a message and no traceback."""
    (tmp_path / "b.zip").write_bytes(b"PK\3\4" + b"\0" * 100)
    for name in ("b.zip", "none.zip", "."):
        done = rtconform("verify", name, cwd=tmp_path)
        assert (2, "") == (done.returncode, done.stdout)
        assert done.stderr.startswith(f"rtconform: {name}: ")


def test_a_seed_for_nobody(tmp_path: Path) -> None:
    """A commitment is to a vendor's name; without one nothing is written."""
    done = rtconform("seed", "commit", "--vendor", "", cwd=tmp_path)
    assert (2, "", []) == (done.returncode, done.stdout, list(tmp_path.iterdir()))
    assert "give the name that the vendor file has" in done.stderr


def test_reveal(good: Issued) -> None:
    """The opening is printed with what follows from it; another commitment is not what it opens."""
    done = rtconform("seed", "reveal", "seed.json", "--commitment", good.commitment, cwd=good.folder)
    assert 0 == done.returncode
    assert f"commitment  {good.commitment}\nseed        {good.bundle.statement.predicate.seed.seed}\n" in done.stdout
    assert 2 == rtconform("seed", "reveal", "seed.json", "--commitment", "0" * 64, cwd=good.folder).returncode
