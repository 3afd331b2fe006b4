"""The lock of the suites: what each is at its default seed, stated, signed, and checked against what is installed here.

The lock is the predicate of an in-toto Statement in a DSSE envelope, as certificates are. A buyer who has the makers' public key
learns from it, offline, whether the suites of this installation are those that the makers published.
"""

import hashlib
from collections.abc import Collection, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Struct

from rtconform.conformance.certificates.checks import Check
from rtconform.conformance.certificates.envelope import PAYLOAD_TYPE, Envelope, PublicKey, SigningKey, read_envelope, seal
from rtconform.conformance.certificates.statement import Digest, Subject
from rtconform.generators.suites.registry import DEFAULT_SEED, SUITES, any_suite, digest
from rtconform.reference import RULE_SET
from rtconform.reference.documents.wire import decode
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import read_regular

LOCK = "suites.lock"
SIGNED_LOCK = "suites.lock.dsse.json"
"""The signed lock that a release puts into its wheel."""

LONGEST_LOCK = 1024 * 1024


class LockedSuite(Struct, frozen=True, forbid_unknown_fields=True):
    """A suite at its default length. `digest`: SHA-256 (hexadecimal), as `rtconform suites --format json` prints it."""

    version: str
    cases: int
    digest: str


class SuiteLock(Struct, frozen=True, forbid_unknown_fields=True):
    """Every suite of a release, by its name, at `seed`."""

    rule_set: str
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    suites: dict[str, LockedSuite]


class LockStatement(Struct, frozen=True, forbid_unknown_fields=True, rename={"type": "_type", "predicate_type": "predicateType"}):
    """An in-toto Statement v1 whose one subject is the lock as a file, and whose predicate is the same lock."""

    subject: tuple[Subject, ...]
    predicate: SuiteLock
    type: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"
    predicate_type: Literal["urn:rtconform:suite-lock:1"] = "urn:rtconform:suite-lock:1"


def suite_lock() -> SuiteLock:
    """Version, number of cases and digest of every suite, at the default seed and length."""
    return SuiteLock(RULE_SET, DEFAULT_SEED, {name: _locked(name) for name in SUITES})


def lock_text(lock: SuiteLock) -> str:
    """The lock as a file: `docs/suites.lock`."""
    return msgspec.json.format(msgspec.json.encode(lock), indent=2).decode() + "\n"


def signed_lock(lock: SuiteLock, key: SigningKey | None) -> bytes:
    """The lock in its envelope, signed by `key`, or by nobody."""
    return seal(_payload(lock), key)


def shipped_lock() -> Path:
    """The signed lock of this installation. Raises UserError where it has none, as no checkout has."""
    found = Path(str(files("rtconform").joinpath(SIGNED_LOCK)))
    if not found.is_file():
        raise UserError("this installation has no signed lock of its own: give the LOCK that the makers published")
    return found


def read_lock(path: Path) -> tuple[Envelope, SuiteLock]:
    """The envelope in a file, and the lock in it. Raises UserError where there is none, or where it was changed in its form."""
    try:
        document = read_regular(path, LONGEST_LOCK + 1)
    except OSError as error:
        raise UserError(f"{path}: can't read the lock: {error.strerror}") from None
    if len(document) > LONGEST_LOCK:
        raise UserError(f"{path}: longer than {LONGEST_LOCK:,} bytes: not a lock that rtconform suites lock wrote")
    envelope, canonical = read_envelope(document, str(path))
    lock = decode(envelope.payload, LockStatement, f"{path}: payload").predicate
    if not canonical or envelope.payload_type != PAYLOAD_TYPE or envelope.payload != _payload(lock):
        raise UserError(f"{path}: not in the form in which rtconform suites lock writes it: get it from the makers again")
    return envelope, lock


def verify_lock(envelope: Envelope, lock: SuiteLock, trusted: PublicKey | None, only: Collection[str] = ()) -> Iterator[Check]:
    """Whose lock it is, then each suite (or those of `only`) made again and held against it. Raises UserError for no suite."""
    yield _signature(envelope, trusted)
    if lock.rule_set != RULE_SET:
        yield Check("rule set", "failed", f"the lock is of rule set {lock.rule_set}, this installation has {RULE_SET}")
    for name in only:
        if name not in lock.suites and name not in SUITES:
            raise UserError(f"no suite {name!r}, neither in the lock nor installed. Suites: {', '.join(SUITES)}")
    for name in dict.fromkeys(only) or dict.fromkeys((*lock.suites, *SUITES)):
        yield _check(name, lock)


def _payload(lock: SuiteLock) -> bytes:
    subject = Subject(LOCK, Digest(hashlib.sha256(lock_text(lock).encode()).hexdigest()))
    return msgspec.json.encode(LockStatement((subject,), lock))


def _locked(name: str, seed: int = DEFAULT_SEED) -> LockedSuite:
    found = any_suite(name)
    return LockedSuite(found.version, found.size(None), digest(found, seed))


def _signature(envelope: Envelope, trusted: PublicKey | None) -> Check:
    if not envelope.signatures:
        return Check("signature", "not_checked" if trusted is None else "failed", "the lock is unsigned")
    if trusted is None:
        return Check("signature", "not_checked", "nobody checked whose signature it is: give --public-key")
    if trusted.signed(envelope) and envelope.signatures[0].keyid == trusted.id:  # the signature covers no key id
        return Check("signature", "held", f"by the key {trusted.id}")
    return Check("signature", "failed", f"not by the key {trusted.id}")


def _check(name: str, lock: SuiteLock) -> Check:
    locked = lock.suites.get(name)
    if name not in SUITES:
        return Check(name, "failed", "the suite is in the lock, and not in this installation")
    if locked is None:
        return Check(name, "failed", "the suite is not in the lock: nobody vouches for its cases")
    here = _locked(name, lock.seed)
    if here.version != locked.version:
        return Check(
            name, "failed", f"version {locked.version} is locked, version {here.version} is installed: it is of another release"
        )
    if here != locked:
        return Check(
            name, "failed", f"version {here.version} has other cases here: {here.digest} ({here.cases:,} cases), "
            f"locked is {locked.digest} ({locked.cases:,})"
        )  # fmt: skip
    return Check(name, "held", f"version {here.version}, {here.cases:,} cases, {here.digest}")
