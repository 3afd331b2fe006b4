"""Certificates, from both sides: what certify writes holds, and whatever is done to it afterwards is found, and named."""

import base64
import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec.structs import replace as changed

from rtconform.certifying import Terms, certificate_of
from rtconform.commands.certifying import NAMED
from rtconform.conformance.certificates.bundle import (
    CASES,
    ENVELOPE,
    RECORDS,
    REPORT,
    SEED,
    TEXT,
    Bundle,
    read_bundle,
    write_bundle,
)
from rtconform.conformance.certificates.checks import Records, Trust
from rtconform.conformance.certificates.container import pack, unpack
from rtconform.conformance.certificates.envelope import PublicKey, SigningKey, read_signing_key
from rtconform.conformance.certificates.statement import Certificate, SeedRecord, Signer, Statement, subjects
from rtconform.conformance.records import Manifest, Result
from rtconform.conformance.runfolder import EVENTS, MANIFEST, RESULTS, RunFolder, manifest_document
from rtconform.reference.coding import CodingLine
from rtconform.reference.errors import UserError
from rtconform.reference.wire import encode
from rtconform.reports.certificate import in_words
from rtconform.reports.formats import render
from rtconform.verifying import verify

VENDORS = Path(__file__).parent.parent / "vendors"
NOW = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


def rtconform(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command, as a user gives it."""
    command = [sys.executable, "-m", "rtconform", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False
    )


def new_key(path: Path) -> SigningKey:
    """A new key, its private half at `path`, its public half beside."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem)
    key = read_signing_key(pem, str(path))
    path.with_suffix(".pub").write_text(key.public.pem)
    return key


@dataclass(frozen=True)
class Issued:
    """What came of certifying: the command, the folder that it ran in, the bundle there."""

    folder: Path
    done: subprocess.CompletedProcess[str]
    key: SigningKey
    commitment: str

    @property
    def bundle(self) -> Bundle:
        return read_bundle((self.folder / "b.zip").read_bytes(), "b.zip")


def issue(folder: Path, vendor: str, name: str) -> Issued:
    """The certifier's side, whole: commit, certify."""
    key = new_key(folder / "key.pem")
    commitment = rtconform("seed", "commit", "--vendor", name, cwd=folder).stdout.strip()
    done = rtconform(
        "certify",
        VENDORS / vendor / "vendor.toml",
        *("--key", "key.pem", "--seed-file", "seed.json", "--commitment", commitment, "--out", "b.zip"),
        cwd=folder,
    )
    return Issued(folder, done, key, commitment)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issue(tmp_path_factory.mktemp("good"), "correct", "Correct Coder")


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issue(tmp_path_factory.mktemp("refused"), "three_faults", "Three Faults Coder")


def standings(bundle: Bundle, key: PublicKey | None = None, commitment: str | None = None) -> dict[str, str]:
    """How each check stands."""
    return {check.name: check.standing for check in verify(bundle, Trust(key, commitment, NOW))}


def failing(bundle: Bundle, key: PublicKey | None = None, commitment: str | None = None) -> dict[str, str]:
    """The checks that did not hold, with what they say."""
    return {check.name: check.detail for check in verify(bundle, Trust(key, commitment, NOW)) if check.standing == "failed"}


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
    last = (
        "sound in itself, but whose word it is was not looked at: every check that was made held; not checked: signer, commitment"
    )
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


def test_the_vendor_sees_opaque_ids_and_answers_once(good: Issued) -> None:
    """Every case is sent under a hash, the answers carry it, and the results name the suite's own ids."""
    records = Records(good.bundle)
    sent = [msgspec.json.decode(line) for line in good.bundle.files[CASES].splitlines()]
    assert [case["id"] for case in sent] == [result.answer.id for result in records.results if result.answer]
    assert all(len(case["id"]) == 20 and ":" not in case["id"] for case in sent)
    assert list(records.asked) == [result.id for result in records.results]


def test_a_refusal_names_cases_rules_and_how_to_see_them_again(refused: Issued) -> None:
    """What is not conformant gets a bundle too, which says why; it verifies, and is no certificate."""
    certificate = refused.bundle.statement.predicate
    assert (1, "refused") == (refused.done.returncode, certificate.outcome)
    assert refused.done.stdout.startswith("REFUSAL: NOT CONFORMANT\n")
    assert NAMED == refused.done.stdout.count("\nfailing ") < certificate.failed == len(certificate.failures)
    assert f" and {certificate.failed - NAMED} more, in results.jsonl\n" in refused.done.stdout
    assert certificate.failed == refused.bundle.files[TEXT].count(b"\nfailing ")
    broken = {rule for failure in certificate.failures for rule in failure.rules}
    assert {"SCOPE-DELETED", "AMM-SETUP", "ISO-CONTIGUOUS", "ISO-SHIFT"} <= broken
    first = certificate.failures[0]
    assert f"rtconform generate --id {first.id}" == first.reproduce[0]
    assert 0 == rtconform(*first.reproduce[0].split()[1:], cwd=refused.folder).returncode
    assert 1 == rtconform(*first.reproduce[1].split()[1:], cwd=refused.folder).returncode
    done = rtconform("verify", "b.zip", "--public-key", "key.pub", cwd=refused.folder)
    assert 1 == done.returncode
    assert "an authentic REFUSAL, no certificate: every check that was made held" in done.stdout


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
from rtconform.reference.claim import Claim, Disposition, DispositionLine
from rtconform.reference.editor import adjudicate
from rtconform.reference.wire import decode, encode
for line in sys.stdin.buffer:
    claim = decode(line, Claim)
    born = min(line.date_of_service for line in claim.lines) >= claim.patient.birth_date
    due = adjudicate(claim).lines
    lines = tuple(DispositionLine(number=l.number, disposition=l.disposition if born else "deny") for l in due)
    sys.stdout.buffer.write(encode(Disposition(id=claim.id, lines=lines)) + b"\\n")
    sys.stdout.flush()
"""


def test_an_editor_is_certified_on_claims(tmp_path: Path) -> None:
    """A claim editor is asked the suites of edits, under opaque ids, and what it did with each line is judged again."""
    (tmp_path / "editor.py").write_text(EDITOR)
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "Reference Editor"\nversion = "1"\nrole = "editor"\n'
        f'[adapter]\nkind = "cli"\ncommand = ["{sys.executable}", "editor.py"]\n'
    )
    done = rtconform("certify", "vendor.toml", "--unsigned", "--out", "b.zip", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    bundle = read_bundle((tmp_path / "b.zip").read_bytes(), "b.zip")
    certificate = bundle.statement.predicate
    assert ("edits-claim", "edits-documented") == tuple(record.name for record in certificate.suites)
    assert (("institutional", "professional"), {}) == (certificate.covered.claims, failing(bundle))


# what an attacker does to the bundle, and by what it is found

Forge = Callable[["Forgery"], None]


@dataclass
class Forgery:
    """A bundle taken apart: the attacker changes files, and makes every digest, text and report fit again."""

    files: dict[str, bytes]
    certificate: Certificate
    folder: Path

    def results(self, change: Callable[[list[Result]], list[Result]]) -> None:
        """Change the results, and leave the cases of those that are there."""
        run = self._run()
        before = list(run.results())
        lines = dict(zip((result.id for result in before), self.files[CASES].splitlines(keepends=True), strict=True))
        after = change(before)
        self.files[RESULTS] = b"".join(encode(result) + b"\n" for result in after)
        self.files[CASES] = b"".join(lines[result.id] for result in after)

    def manifest(self, **fields: object) -> None:
        """Change the manifest."""
        manifest = changed(msgspec.json.decode(self.files[MANIFEST], type=Manifest), **fields)
        self.files[MANIFEST] = manifest_document(manifest)

    def made_to_fit(self, asked: Records, key: SigningKey | None) -> Bundle:
        """All that follows from records made again, by our own code, and sealed with the attacker's key or none."""
        run = self._run()
        old = self.certificate
        signer = Signer(key.public.id, key.public.pem) if key else None
        terms = Terms(old.seed, old.id_key, old.issued_at, old.valid_until, signer)
        certificate = certificate_of(run, asked.asked, terms)
        (report,) = render(run.path, ["html"])
        self.files |= {TEXT: in_words(certificate).encode(), REPORT: report.read_bytes()}
        statement = Statement(subjects(self.files, certificate.vendor.build_digest), certificate)
        return read_bundle(write_bundle(self.files, statement, key), "forged.zip")

    def _run(self) -> RunFolder:
        for name in RECORDS:
            (self.folder / name).write_bytes(self.files[name])
        return RunFolder(self.folder)


def drop_failing(forgery: Forgery) -> None:
    """Leave out whatever failed, and count the suites anew."""
    forgery.results(lambda results: [result for result in results if result.verdict != "fail"])


def edit_verdicts(forgery: Forgery) -> None:
    """Call every fail a pass."""
    forgery.results(
        lambda results: [changed(result, verdict="pass") if result.verdict == "fail" else result for result in results]
    )


def edit_expectations(forgery: Forgery) -> None:
    """Expect what was answered."""

    def agree(result: Result) -> Result:
        if result.verdict != "fail" or result.answer is None:
            return result
        lines = tuple(CodingLine(line.session, line.code, line.modifiers, line.units) for line in result.answer.lines)
        return changed(result, verdict="pass", expected=changed(result.expected, lines=lines), case=None, facts=())

    forgery.results(lambda results: list(map(agree, results)))


def call_it_unsupported(forgery: Forgery) -> None:
    """Say that failing cases were not applicable."""
    forgery.results(
        lambda results: [
            changed(result, verdict="not_applicable", answer=None) if result.verdict == "fail" else result for result in results
        ]
    )


def twice(forgery: Forgery) -> None:
    """Put a passing case in the place of a failing one."""

    def replaced(results: list[Result]) -> list[Result]:
        passing = next(result for result in results if result.verdict == "pass")
        return [passing if result.verdict == "fail" else result for result in results]

    forgery.results(replaced)


@pytest.mark.parametrize("sealed", ["unsigned", "by_another"])
@pytest.mark.parametrize(
    ("forge", "check", "said"),
    [
        (drop_failing, "cases", "cases were dropped"),
        (edit_verdicts, "judgement", "verdict pass is recorded, the answer is judged fail"),
        (edit_expectations, "judgement", "verdict pass is recorded, the answer is judged fail"),
        (call_it_unsupported, "judgement", "not_applicable without an answer"),
        (twice, "cases", "more than one result"),
    ],
)
def test_what_a_forger_who_makes_everything_fit_can_not_hide(
    forge: Forge, check: str, said: str, sealed: str, refused: Issued, tmp_path: Path
) -> None:
    """Digests, text, report and seal are made to fit; the cases made again and the answers judged again give it away."""
    bundle = refused.bundle
    forgery = Forgery(dict(bundle.files), bundle.statement.predicate, tmp_path)
    forge(forgery)
    forged = forgery.made_to_fit(Records(bundle), new_key(tmp_path / "k.pem") if sealed == "by_another" else None)
    found = failing(forged)
    assert check in found
    assert said in found[check]
    assert "form" not in found
    assert "digests" not in found
    assert ({"signer"} if sealed == "by_another" else {"signature"}) <= failing(forged, refused.key.public).keys()


@pytest.mark.parametrize("sealed", ["unsigned", "by_another"])
def test_a_swapped_name(sealed: str, good: Issued, tmp_path: Path) -> None:
    """Another vendor's name on a right certificate: the commitment was to the first, and the certifier's key signed the first."""
    forgery = Forgery(dict(good.bundle.files), good.bundle.statement.predicate, tmp_path)
    forgery.manifest(vendor=changed(good.bundle.statement.predicate.vendor, name="Mallory Coder"))
    forged = forgery.made_to_fit(Records(good.bundle), new_key(tmp_path / "k.pem") if sealed == "by_another" else None)
    assert "the commitment is for vendor 'Correct Coder', the run of 'Mallory Coder'" in failing(forged)["seed"]
    assert ("signer" if sealed == "by_another" else "signature") in failing(forged, good.key.public)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("version", "0", "of version 0"),
        ("cases", 3, "is said to have 3 cases"),
        ("digest", "0" * 64, "have digest 0000"),
        ("seed", 5, ""),
    ],
)
def test_an_older_suite(field: str, value: object, said: str, good: Issued, tmp_path: Path) -> None:
    """A run of another version, size, digest or seed of a suite is not taken for one of the suite that is installed."""
    first, *rest = good.bundle.statement.predicate.suites
    forgery = Forgery(dict(good.bundle.files), good.bundle.statement.predicate, tmp_path)
    forgery.manifest(suites=(changed(first, **{field: value}), *rest))
    found = failing(forgery.made_to_fit(Records(good.bundle), None))
    assert said in found.get("suites", "")
    assert {"suites", "seed"} & found.keys()


def test_another_rule_set(good: Issued, tmp_path: Path) -> None:
    """What another rule set's reference judged can't be judged again here, and is not called valid."""
    forgery = Forgery(dict(good.bundle.files), good.bundle.statement.predicate, tmp_path)
    forgery.manifest(rule_set="2025.9")
    found = failing(forgery.made_to_fit(Records(good.bundle), None))
    assert "verify it with that version" in found["suites"]


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"outcome": "refused"}, "conclusion"),
        ({"counts": {"pass": 1_000_000}}, "conclusion"),
        ({"level": "held_out"}, "level"),
        ({"valid_until": NOW - dt.timedelta(days=2)}, "validity"),
        ({"issued_at": NOW + dt.timedelta(days=2)}, "validity"),
        ({"issued_at": NOW - dt.timedelta(days=2)}, "validity"),
        ({"valid_until": NOW + dt.timedelta(days=1200)}, "validity"),
        ({"seed": SeedRecord("given", 42)}, "suites"),
        ({"seed": SeedRecord("given", 42)}, "seed"),
        ({"id_key": "00" * 32}, "cases"),
        ({"id_key": "x"}, "cases"),
    ],
)
def test_a_certificate_that_says_another_thing_than_its_records(changes: dict[str, object], check: str, good: Issued) -> None:
    """Whatever the certificate itself is made to say, sealed with no key, the records don't bear out."""
    certificate = changed(good.bundle.statement.predicate, signer=None, **{"level": "rehearsal", **changes})
    statement = changed(good.bundle.statement, predicate=certificate)
    forged = read_bundle(write_bundle(good.bundle.files, statement, None), "forged.zip")
    assert check in failing(forged)


@pytest.mark.parametrize(
    ("name", "write", "check"),
    [
        (RESULTS, lambda text: text.replace(b"{", b'{"verdict":"fail",', 1), "judgement"),
        (RESULTS, lambda text: text + b" \n" * 20_000_000, "judgement"),
        (RESULTS, lambda text: text.replace(b"{", b'{"more":1,', 1), "judgement"),
        (EVENTS, lambda text: text + b"\n" * 20_000_000, "cases"),
        (MANIFEST, lambda text: text.replace(b"{", b'{"more":1,', 1), "suites"),
    ],
    ids=["a field twice", "blank lines", "a field more", "empty lines", "a field more in the manifest"],
)
def test_records_have_one_form(name: str, write: Callable[[bytes], bytes], check: str, good: Issued) -> None:
    """Records that our reader takes for what they were, and another reader for something else, don't hold."""
    files = {**good.bundle.files, name: write(good.bundle.files[name])}
    forged = read_bundle(write_bundle(files, good.bundle.statement, good.key), "forged.zip")
    assert re.search("not in the form in which it is written|Input data was truncated", failing(forged)[check])


def test_files_have_one_order(good: Issued) -> None:
    """The same files in another order are another bundle."""
    names = list(reversed(good.bundle.files))
    forged = read_bundle(
        write_bundle({name: good.bundle.files[name] for name in names}, good.bundle.statement, good.key), "f.zip"
    )
    assert {"form": "the files are not in the order in which they are packed"} == failing(forged)


def test_a_message_does_not_steer_the_terminal(good: Issued) -> None:
    """What a message quotes from a bundle is shown without commands to a terminal."""
    files = dict(unpack((good.folder / "b.zip").read_bytes(), "b.zip").files)
    files[ENVELOPE] = files[ENVELOPE].replace(b"{", b'{"\\u001b[2J\\u202evalid":1,', 1)
    (good.folder / "steers.zip").write_bytes(pack(files))
    done = rtconform("verify", "steers.zip", cwd=good.folder)
    assert (2, "") == (done.returncode, done.stdout)
    assert "unknown field `valid`" in done.stderr


@pytest.mark.parametrize("name", [TEXT, SEED, MANIFEST, CASES, RESULTS, EVENTS, REPORT])
def test_a_changed_file(name: str, good: Issued) -> None:
    """One flipped bit in any file, the container made to fit: its digest gives it away, and the signature covers that."""
    files = {**good.bundle.files, name: _flipped(good.bundle.files[name], 40)}
    forged = read_bundle(write_bundle(files, good.bundle.statement, None), "forged.zip")
    found = failing(forged)
    assert f"{name} has another digest than stated" == found["digests"]
    assert "the signature was taken away" == found["signature"]


def _deflated(text: bytes, level: int) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(text) + compressor.flush()


@pytest.mark.parametrize(
    ("packed", "held"),
    [
        (lambda text: _deflated(text, 1), True),
        (lambda text: _deflated(text, 0), True),
        (lambda text: _deflated(text.replace(b"pass", b"fail", 1), 6), False),
        (lambda text: _deflated(text + b"0" * 100_000_000, 9), False),
        (lambda text: _deflated(text, 6) + b"more", False),
        (lambda text: _deflated(text, 6)[:-1], False),
        (lambda _: b"", False),
    ],
    ids=["otherwise", "not at all", "other text", "a bomb", "more behind it", "cut off", "nothing"],
)
def test_a_report_compressed_otherwise(packed: Callable[[bytes], bytes], held: bool, good: Issued) -> None:
    """Another zlib writes other bytes for the same text: the report is held against its records by what is unpacked."""
    found = re.search(rb'(?<=id="index">)[^<]+', good.bundle.files[REPORT])
    assert found
    index = base64.b64encode(packed(zlib.decompress(base64.b64decode(found[0]), -zlib.MAX_WBITS)))
    files = {**good.bundle.files, REPORT: good.bundle.files[REPORT].replace(found[0], index)}
    statement = Statement(subjects(files, good.bundle.statement.predicate.vendor.build_digest), good.bundle.statement.predicate)
    bundle = read_bundle(write_bundle(files, statement, good.key), "b.zip")
    assert ({} if held else {"report": "report.html is not what the records make"}) == failing(bundle, good.key.public)


@pytest.mark.parametrize("change", ["lost", "added"])
def test_a_lost_file_and_a_new_one(change: str, good: Issued) -> None:
    """The certificate names the bundle's files, no more and no fewer."""
    files = dict(good.bundle.files)
    if change == "lost":
        del files[REPORT]
    else:
        files["more.txt"] = b"more"
    forged = read_bundle(write_bundle(files, good.bundle.statement, None), "forged.zip")
    assert {"lost": f"{REPORT} is missing", "added": "more.txt is not named in the certificate"}[change] == failing(forged)[
        "digests"
    ]


def test_every_byte(good: Issued) -> None:
    """Flip any byte of a bundle: it is unreadable, or a check says that it did not hold; never does it pass."""
    few = {name: content[:150] for name, content in good.bundle.files.items()}
    certificate = good.bundle.statement.predicate
    whole = write_bundle(few, Statement(subjects(few, ""), certificate), good.key)
    assert {"form": "held", "signature": "held", "digests": "held"}.items() <= standings(read_bundle(whole, "b.zip")).items()
    passed = [place for place in range(len(whole)) if not _found(_flipped(whole, place))]
    assert [] == passed


def test_every_byte_of_the_seal(good: Issued) -> None:
    """The same for the envelope alone, in a container made to fit: the checksums of the container are no part of the proof."""
    whole = unpack((good.folder / "b.zip").read_bytes(), "b.zip").files
    few = {name: whole[name][:1] if name != ENVELOPE else whole[name] for name in whole}
    passed = [
        place
        for place in range(0, len(few[ENVELOPE]), 3)
        if not _found(pack({**few, ENVELOPE: _flipped(few[ENVELOPE], place)}), ("form", "signature", "signer"), good.key.public)
    ]
    assert [] == passed


def _flipped(document: bytes, place: int) -> bytes:
    return document[:place] + bytes([document[place] ^ 1]) + document[place + 1 :]


def _found(document: bytes, by: tuple[str, ...] = ("form", "signature", "digests"), key: PublicKey | None = None) -> bool:
    """Whether a document is refused, or one of the first checks finds it altered."""
    try:
        bundle = read_bundle(document, "b.zip")
    except UserError:
        return True
    checks = verify(bundle, Trust(key, None, NOW))
    return any(check.standing == "failed" for check in (next(checks) for _ in by))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give --key (or RTCONFORM_SIGNING_KEY in the environment), or say --unsigned"),
        (("--key", "none.pem"), "none.pem: can't read the key"),
        (("--key", "key.pem", "--unsigned"), "exclude each other"),
        (("--unsigned", "--seed", "1", "--seed-file", "seed.json"), "exclude each other"),
        (("--unsigned", "--commitment", "00"), "--commitment needs the --seed-file"),
        (("--unsigned", "--seed-file", "seed.json", "--commitment", "00"), "is no commitment"),
        (("--unsigned", "--seed-file", "seed.json", "--commitment", "0" * 64), "give the seed that was committed to"),
        (("--unsigned", "--seed-file", "seed.json", "--out", "b.zip"), "seed.json: used in a run before"),
        (("--unsigned", "--seed-file", "other.json", "--out", "c.zip"), "committed to for vendor 'Somebody'"),
        (("--unsigned", "--out", "key.pem"), "there is something already"),
    ],
)
def test_what_certify_refuses(arguments: tuple[str, ...], said: str, good: Issued, tmp_path: Path) -> None:
    """Before the vendor is asked anything, all that is wrong with keys, seeds and places is said: exit 2, no bundle."""
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


@pytest.mark.parametrize("mode", ["stream", "oneshot"])
def test_no_vendor_gets_the_key(mode: str, good: Issued, tmp_path: Path) -> None:
    """A program that tells all of its environment has nothing of the certifier's key to tell, the name neither."""
    (tmp_path / "coder.py").write_text(CURIOUS)
    (tmp_path / "vendor.toml").write_text(
        f'[vendor]\nname = "Curious"\nversion = "1"\n[adapter]\nkind = "cli"\nmode = "{mode}"\ncommand = ["{sys.executable}", "coder.py"]\n'
    )
    pem = (good.folder / "key.pem").read_text()
    for arguments in (("run", "vendor.toml", "--suite=published", "--out=run"), ("certify", "vendor.toml", "--out=b.zip")):
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


def test_a_run_that_is_stopped_leaves_nothing_and_spends_its_seed(tmp_path: Path) -> None:
    """A certifying run is answered whole: stopped, it ends with 130 and no bundle, and the cases of its seed are known."""
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
        out, err = process.communicate(timeout=30)
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
    command = ("certify", "vendor.toml", "--unsigned", "--seed-file", "seed.json", "--out", "b.zip")
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
    assert f"late.json: committed to on {tomorrow}, which is yet to come" in done.stderr


def test_secrets_beside_the_program_are_told(tmp_path: Path) -> None:
    """A key or a seed in the folder of the vendor's program could be read by it."""
    (tmp_path / "vendor.toml").write_text((VENDORS / "correct" / "vendor.toml").read_text())
    (tmp_path / "coder.py").write_text((VENDORS / "correct" / "coder.py").read_text())
    new_key(tmp_path / "key.pem")
    done = rtconform("certify", "vendor.toml", "--key", "key.pem", "--out", "b.zip", cwd=tmp_path)
    assert 0 == done.returncode
    assert "key.pem lies beside the vendor's program, which could read it: keep it elsewhere" in done.stderr


def test_a_bundle_that_is_none(tmp_path: Path) -> None:
    """What is no bundle is exit 2, a message and no traceback."""
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
