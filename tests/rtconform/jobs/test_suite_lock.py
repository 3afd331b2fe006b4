"""A signed lock holds for the suites that its signer had and for no others; from both sides."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtconform.conformance.certificates.envelope import new_key_pair, read_envelope, read_signing_key, seal
from rtconform.generators.suites.registry import SUITES
from rtconform.jobs.suite_lock import SuiteLock, lock_text, signed_lock
from rtconform.reference.documents.wire import decode
from tests.helpers import ROOT
from tests.helpers.command import Ended, rtconform

FEW = "published,boundaries"
LOCKED = decode((ROOT / "docs" / "suites.lock").read_bytes(), SuiteLock)


@pytest.fixture(scope="module")
def keys() -> tuple[bytes, bytes]:
    """The makers' private and public key."""
    return new_key_pair()


@pytest.fixture
def folder(tmp_path: Path, keys: tuple[bytes, bytes]) -> Path:
    """A folder with the makers' keys, another public key, and the lock that stands in docs, signed."""
    private, public = keys
    (tmp_path / "makers.pem").write_bytes(private)
    (tmp_path / "makers.pem").chmod(0o600)
    (tmp_path / "makers.pub").write_bytes(public)
    (tmp_path / "other.pub").write_bytes(new_key_pair()[1])
    (tmp_path / "lock.json").write_bytes(signed_lock(LOCKED, read_signing_key(private, "makers.pem")))
    return tmp_path


def verify(folder: Path, *more: str, key: str = "makers.pub", suites: str = FEW) -> Ended:
    """`rtconform suites verify` of the lock in the folder."""
    only = ("--suite", suites) if suites else ()
    return rtconform("suites", "verify", "lock.json", "--public-key", key, *only, *more, cwd=folder)


def changed(folder: Path, change: Callable[[dict[str, Any]], object], private: bytes | None) -> None:
    """The lock in the folder with a change in its digests, in the form in which we write it, signed by `private` or nobody."""
    lock = json.loads(lock_text(LOCKED))
    change(lock)
    key = read_signing_key(private, "key") if private else None
    (folder / "lock.json").write_bytes(signed_lock(decode(json.dumps(lock).encode(), SuiteLock), key))


def test_a_lock_stands_in_docs_as_it_is_written() -> None:
    """Read and written again, the committed lock is the same bytes."""
    assert lock_text(LOCKED) == (ROOT / "docs" / "suites.lock").read_text(encoding="utf-8")


def test_the_makers_lock_holds(folder: Path) -> None:
    """With the makers' key every check holds, as a table and as JSON."""
    ended = verify(folder)
    assert (0, "the suites are those of the lock, and the lock is signed by that key") == (
        ended.returncode,
        ended.stdout.splitlines()[-1],
    )
    document = json.loads(verify(folder, "--format", "json").stdout)
    assert [True, ["signature", "published", "boundaries"]] == [document["held"], [c["name"] for c in document["checks"]]]


@pytest.mark.slow
def test_a_lock_made_here_holds_here(folder: Path) -> None:
    """`suites lock` writes what `suites verify` finds to hold, for every suite; it overwrites nothing."""
    made = rtconform("suites", "lock", "--key", "makers.pem", "--out", "made.json", cwd=folder)
    assert (0, "made.json\n", (folder / "lock.json").read_bytes()) == (
        made.returncode,
        made.stdout,
        (folder / "made.json").read_bytes(),
    )
    ended = verify(folder, suites="")
    assert (0, len(SUITES) + 1) == (ended.returncode, sum(line.startswith("held ") for line in ended.stdout.splitlines()))
    again = rtconform("suites", "lock", "--key", "makers.pem", "--out", "made.json", cwd=folder)
    assert (2, True) == (again.returncode, "exists already" in again.stderr)


def test_another_key_does_not_hold(folder: Path) -> None:
    """The suites may be right: a lock of somebody else's is not the makers'."""
    ended = verify(folder, key="other.pub")
    assert (1, "NOT THE LOCK OF THAT KEY'S OWNER: the signature did not hold; the suites are those of the file") == (
        ended.returncode,
        ended.stdout.splitlines()[-1],
    )


def test_without_a_key_it_is_said_that_nobody_looked(folder: Path) -> None:
    """Digests are compared, and whose word they are is open; an unsigned lock never holds against a key."""
    ended = rtconform("suites", "verify", "lock.json", "--suite", FEW, cwd=folder)
    assert (0, True) == (ended.returncode, "nobody checked whose signature the lock has" in ended.stdout)
    (folder / "lock.json").write_bytes(signed_lock(LOCKED, None))
    assert (1, True) == ((ended := verify(folder)).returncode, "the lock is unsigned" in ended.stdout)


def test_a_lock_changed_after_it_was_signed(folder: Path) -> None:
    """The old signature over other digests does not hold, even where the digests are those of the suites here."""
    lock = json.loads((folder / "lock.json").read_bytes())
    changed(folder, lambda other: other["suites"]["published"].update(version="9"), None)
    other = json.loads((folder / "lock.json").read_bytes())
    (folder / "lock.json").write_text(json.dumps({**other, "signatures": lock["signatures"]}, separators=(",", ":")) + "\n")
    ended = verify(folder)
    assert (1, True) == (ended.returncode, "signature, published did not hold" in ended.stdout)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda suites: suites["published"].update(digest="0" * 64), "version 1 has other cases here"),
        (lambda suites: suites["published"].update(cases=72), "version 1 has other cases here"),
        (lambda suites: suites["published"].update(version="0"), "version 0 is locked, version 1 is installed"),
        (lambda suites: suites.pop("published"), "nobody vouches for its cases"),
    ],
    ids=["digest", "cases", "version", "not locked"],
)
def test_a_suite_that_differs_is_named(
    folder: Path, keys: tuple[bytes, bytes], change: Callable[[dict[str, Any]], object], says: str
) -> None:
    """Signed by the right key, a lock of other suites fails, names the suite that differs, and no other."""
    changed(folder, lambda lock: change(lock["suites"]), keys[0])
    ended = verify(folder)
    assert (1, True) == (ended.returncode, says in ended.stdout)
    assert "NOT THE SUITES OF THE LOCK: published did not hold" == ended.stdout.splitlines()[-1]


def test_suites_that_are_locked_and_not_here(folder: Path, keys: tuple[bytes, bytes]) -> None:
    """A suite of the lock that this installation lacks fails; a name that is in neither is a mistake of the command's."""
    changed(folder, lambda lock: lock["suites"].update(later=lock["suites"]["published"]), keys[0])
    ended = verify(folder, suites="later")
    assert (1, True) == (ended.returncode, "in the lock, and not in this installation" in ended.stdout)
    ended = verify(folder, suites="publishd")
    assert (2, True) == (ended.returncode, "no suite 'publishd'" in ended.stderr)


def test_a_changed_suite_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the installation was changed and not the lock: another suite under the name `published` is told from it."""
    monkeypatch.setitem(SUITES, "published", SUITES["boundaries"])
    ended = verify(folder)
    assert (1, "NOT THE SUITES OF THE LOCK: published did not hold") == (ended.returncode, ended.stdout.splitlines()[-1])


def test_every_byte_counts(folder: Path) -> None:
    """One flipped bit anywhere: refused as a file (2) or found (1), with a message, never held."""
    sound = (folder / "lock.json").read_bytes()
    for place in (*range(0, len(sound), 13), sound.index(b"keyid") + 20):
        (folder / "lock.json").write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        ended = verify(folder, suites="published")
        assert ended.returncode in (1, 2), place
        assert (ended.returncode == 2) == bool(ended.stderr), place


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "lock.json"),
        (b"{}", "lock.json"),
        (b"\xff\xfe", "lock.json"),
        (b" " * (1024 * 1024 + 1), "longer than 1,048,576 bytes"),
        (seal(b'{"predicateType": "urn:rtconform:certificate:2"}', None), "payload"),
        (seal(b"[" * 100_000, None), "payload"),
    ],
    ids=["empty", "no envelope", "not text", "too long", "a certificate", "deep"],
)
def test_what_is_no_lock_is_refused_in_words(folder: Path, document: bytes, says: str) -> None:
    """Exit code 2 and the file's name."""
    (folder / "lock.json").write_bytes(document)
    ended = verify(folder)
    assert (2, True) == (ended.returncode, says in ended.stderr)


def test_another_form_is_refused(folder: Path) -> None:
    """The same lock laid out in another way, or said to be about another file, is not what we write."""
    sound = (folder / "lock.json").read_bytes()
    (folder / "lock.json").write_bytes(json.dumps(json.loads(sound), indent=1).encode())
    assert (2, True) == ((ended := verify(folder)).returncode, "not in the form" in ended.stderr)
    payload = json.loads(read_envelope(sound, "lock")[0].payload)
    payload["subject"][0]["digest"]["sha256"] = "0" * 64
    (folder / "lock.json").write_bytes(seal(json.dumps(payload, separators=(",", ":")).encode(), None))
    assert (2, True) == ((ended := verify(folder)).returncode, "not in the form" in ended.stderr)


def test_an_installation_without_a_lock_says_so(folder: Path) -> None:
    """A checkout has no signed lock: exit code 2, and what to do."""
    ended = rtconform("suites", "verify", cwd=folder)
    assert (2, True) == (ended.returncode, "give the LOCK that the makers published" in ended.stderr)


def test_a_signer_is_needed(folder: Path) -> None:
    """Neither a key nor --unsigned: a usage error, and nothing written."""
    ended = rtconform("suites", "lock", "--out", "new.json", cwd=folder)
    assert (2, False) == (ended.returncode, (folder / "new.json").exists())


def test_other_tools_read_the_statement(folder: Path) -> None:
    """The envelope is DSSE's: its payload is an in-toto Statement v1 about the file suites.lock."""
    envelope = json.loads((folder / "lock.json").read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert ("https://in-toto.io/Statement/v1", "urn:rtconform:suite-lock:1", ["suites.lock"], json.loads(lock_text(LOCKED))) == (
        statement["_type"],
        statement["predicateType"],
        [subject["name"] for subject in statement["subject"]],
        statement["predicate"],
    )
