"""The bundles of a board: each verified against the keys and commitments that certifiers published, and distilled."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from rtconform.conformance.certificates.bundle import read_bundle
from rtconform.conformance.certificates.checks import Check, Trust
from rtconform.conformance.certificates.container import MAX_BYTES
from rtconform.conformance.certificates.envelope import PublicKey
from rtconform.conformance.certificates.statement import Certificate
from rtconform.conformance.records import VendorRecord
from rtconform.jobs.verify import bundle_document, verify
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import read_regular
from rtconform.reports.board.document import CertificateSeen, Standing
from rtconform.reports.board.reading import LONGEST
from rtconform.reports.text import clip

MOST_LISTED = 50
MOST_COMMITMENTS = 100_000


@dataclass(frozen=True)
class Trusted:
    """What certifiers published: their keys by id, and their commitments to seeds."""

    keys: dict[str, PublicKey]
    commitments: frozenset[str]


def read_commitments(path: Path) -> frozenset[str]:
    """The commitments in a file, one a line; what follows a # is left out. Raises UserError for any other line."""
    try:
        text = read_regular(path, MOST_COMMITMENTS * 100).decode("utf-8", "replace")
    except OSError as error:
        raise UserError(f"{path}: can't read the commitments: {error.strerror}") from None
    found = set()
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip().lower()
        if word and not re.fullmatch("[0-9a-f]{64}", word):
            raise UserError(
                f"{path}:{number}: not a commitment: one has 64 hexadecimal digits, as rtconform seed commit prints it"
            )
        found.add(word)
    return frozenset(found - {""})


def digest_of_bundle(path: Path, keys: dict[str, PublicKey]) -> str:
    """SHA-256 of the bundle and of the keys that it was held against."""
    document = read_regular(path, MAX_BYTES + 1)
    return hashlib.sha256(hashlib.sha256(document).digest() + "".join(sorted(keys)).encode()).hexdigest()


def as_published(seen: CertificateSeen | None, commitments: frozenset[str]) -> bool:
    """Whether the commitment of a kept verification was looked up in what is published now."""
    return seen is not None and (seen.commitment in commitments) == ("commitment" not in seen.unchecked)


def bundle_seen(path: Path, trusted: Trusted) -> tuple[VendorRecord, CertificateSeen]:
    """The vendor of a bundle, and the bundle as it was verified. Raises UserError where it can't be read."""
    document = bundle_document(path)  # read once: what is named by its digest is what was verified
    bundle = read_bundle(document, str(path))
    certificate = bundle.statement.predicate
    key = trusted.keys.get(certificate.signer.key_id) if certificate.signer else None
    commitment = certificate.seed.commitment if certificate.seed.commitment in trusted.commitments else None
    # whether it is still valid depends on the day of the board: `standing_on` says so, of a verification that is kept
    checks = list(verify(bundle, Trust(key, commitment, certificate.issued_at)))
    return certificate.vendor, _seen(hashlib.sha256(document).hexdigest(), certificate, checks)


def _seen(digest: str, certificate: Certificate, checks: Iterable[Check]) -> CertificateSeen:
    failed = tuple(check.name for check in checks if check.standing == "failed")
    unchecked = tuple(check.name for check in checks if check.standing == "not_checked")
    standing: Standing = "valid"
    if failed:
        standing = "not_valid"
    elif certificate.level == "rehearsal":
        standing = "rehearsal"
    elif {"signature", "signer"} & set(unchecked):
        standing = "not_checked"
    elif certificate.outcome == "refused":
        standing = "refused"
    return CertificateSeen(
        id=digest,
        standing=standing,
        version=clip(certificate.vendor.version, LONGEST),
        level=certificate.level,
        rule_set=clip(certificate.rule_set, LONGEST),
        issued_at=certificate.issued_at,
        valid_until=certificate.valid_until,
        suites=_few(f"{suite.name} {suite.version}" for suite in certificate.suites),
        settings=_few(certificate.covered.settings),
        claims=_few(certificate.covered.claims),
        techniques=_few(certificate.covered.techniques_coded),
        payers=_few(certificate.covered.payers),
        sandbox=clip(certificate.environment.sandbox, LONGEST),
        failed=failed,
        unchecked=unchecked,
        reasons=_few(certificate.reasons),
        commitment=clip(certificate.seed.commitment, LONGEST),
    )


def _few(texts: Iterable[str]) -> tuple[str, ...]:
    """No more of a certificate than a page can show: it may be anybody's."""
    return tuple(clip(text, LONGEST) for text in islice(texts, MOST_LISTED))


def standing_on(seen: CertificateSeen, on: dt.date) -> CertificateSeen:
    """The same on a day: past its last day it is expired."""
    if seen.standing == "valid" and seen.valid_until.date() < on:
        return replace(seen, standing="expired")
    return seen
