"""What an attacker does to a bundle, and by what it is found."""

import base64
import datetime as dt
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from rtconform.conformance.certificates.bundle import (
    CASES,
    ENVELOPE,
    REPORT,
    SEED,
    TEXT,
    read_bundle,
    write_bundle,
)
from rtconform.conformance.certificates.checks import Records, Trust
from rtconform.conformance.certificates.container import pack, unpack
from rtconform.conformance.certificates.envelope import PublicKey
from rtconform.conformance.certificates.statement import SeedRecord, Statement, subjects
from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import EVENTS, MANIFEST, RESULTS
from rtconform.jobs.verify import verify
from rtconform.reference.documents.coding import CodingLine
from rtconform.reference.errors import UserError
from tests.helpers.forgeries import Forgery
from tests.helpers.issued_bundles import NOW, Issued, failing, new_key, rtconform, standings

pytestmark = pytest.mark.slow

Forge = Callable[[Forgery], None]


def drop_failing(forgery: Forgery) -> None:
    """Leave out what failed, and count the suites again."""
    forgery.results(lambda results: [result for result in results if result.verdict != "fail"])


def edit_verdicts(forgery: Forgery) -> None:
    """Call every fail a pass."""
    forgery.results(
        lambda results: [changed(result, verdict="pass") if result.verdict == "fail" else result for result in results]
    )


def edit_expectations(forgery: Forgery) -> None:
    """Expect what was answered."""

    def agree(result: Result) -> Result:
        if result.verdict != "fail" or result.coded is None:
            return result
        lines = tuple(CodingLine(line.session, line.code, line.modifiers, line.units) for line in result.coded.lines)
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
    names = list(good.bundle.files)[::-1]
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
    assert "the signature was removed" == found["signature"]


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
    """The same for the envelope alone, in a container made to fit: the checksums of the container are not part of the proof."""
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
