"""What a bundle states: an in-toto Statement v1 whose subjects are the bundle's files and whose predicate is the certificate."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from rtconform.conformance.records import Environment, SuiteRecord, UtcTime, VendorRecord
from rtconform.conformance.verdicts import FindingKind, Verdict
from rtconform.reference.documents.wire import decode

BUILD = "vendor-build"
"""The subject that stands for the vendor's build, where its digest is given."""

LONGEST_VALID_DAYS = 1096
"""A certificate is for a rule set, and these change from year to year."""

TOO_LITTLE = "too little was asked for a certificate"
"""How the reason of a refusal begins that is not for what was answered."""

Level = Literal["rehearsal", "self_assessed", "held_out"]
Outcome = Literal["certified", "refused"]

LEVELS: dict[Level, str] = {
    "rehearsal": "unsigned, or on a seed that could be known beforehand: shows how a certifying run would end, proves nothing",
    "self_assessed": "signed, on a seed drawn when the run began: worth as much as its signer",
    "held_out": "signed, on a seed that was committed to before: nobody but the certifier could know the cases",
}
"""What each level means, from the weakest."""


class Digest(Struct, frozen=True):
    """A SHA-256, hexadecimal."""

    sha256: str


class Subject(Struct, frozen=True):
    """What the statement is about: a file of the bundle by its name, or the vendor's build."""

    name: str
    digest: Digest


class SeedRecord(Struct, frozen=True):
    """Where the seed came from: `given` as a number, `drawn` when the run began, or `committed` to before.

    `commitment` is the SHA-256 of the bundle's `seed.json` (empty where the seed was given as a number).
    """

    origin: Literal["given", "drawn", "committed"]
    seed: int
    commitment: str = ""


class SuiteAsked(Struct, frozen=True):
    """How many of a suite's cases were asked. `drawn_from`: how many of these were made from cases of another suite."""

    name: str
    cases: int
    asked: int
    drawn_from: dict[str, int]


class AskedRecord(Struct, frozen=True):
    """What was asked and what was not, by suite and by rule.

    `suites`: those of the run; `suites_not_asked`: the others of the vendor's role, of which no case was asked. `rules`: the
    rules that the right answers rest on, with the number of cases asked; `rules_not_asked`: the others of the role's rule book.
    """

    suites: tuple[SuiteAsked, ...]
    suites_not_asked: tuple[str, ...]
    rules: dict[str, int]
    rules_not_asked: tuple[str, ...]


class NotSupported(Struct, frozen=True):
    """What the vendor declared that it does not support, and was not asked therefore.

    `documentation`: whether it declared that it reads none. Of an editor, there are `claims`, `payers` and `documentation`.
    """

    settings: tuple[str, ...]
    claims: tuple[str, ...]
    techniques: tuple[str, ...]
    payers: tuple[str, ...]
    documentation: bool


class ProfileStated(Struct, frozen=True):
    """A payer profile by which claims were judged: name, payers, SHA-256 of what it says. `own`: given, not shipped."""

    name: str
    payers: tuple[str, ...]
    digest: str
    own: bool


class Coverage(Struct, frozen=True):
    """What the cases or claims that were asked covered. `not_applicable`: why others were not asked, and how many.

    Of claims, `settings` are who bills (`billing_provider`), `claims` the forms. `techniques_coded`: those delivered in cases
    that were to be coded, and were coded rightly; `techniques_outside`: those that were rightly recognised as outside this
    family of codes. A technique that was only planned is in neither.
    """

    settings: tuple[str, ...]
    claims: tuple[str, ...]
    techniques_coded: tuple[str, ...]
    techniques_outside: tuple[str, ...]
    payers: tuple[str, ...]
    first_date_of_service: dt.date | None
    last_date_of_service: dt.date | None
    not_applicable: dict[str, int]


class Failure(Struct, frozen=True):
    """A case that stands against the certificate, and the commands that print it and ask it again."""

    id: str
    verdict: Verdict
    rules: tuple[str, ...]
    explanation: str
    reproduce: tuple[str, ...]


class FaultRecord(Struct, frozen=True):
    """A fault behind failing cases: its cause, how many cases show it, and the smallest of them."""

    cause: str
    says: str
    rules: tuple[str, ...]
    cases: int
    smallest: Failure


class FindingRecord(Struct, frozen=True):
    """A finding about the vendor, with the cases that show it."""

    kind: FindingKind
    detail: str
    cases: tuple[str, ...]


class Signer(Struct, frozen=True):
    """The key that seals the bundle. Whose it is can't be learned from the bundle."""

    key_id: str
    public_key: str


class Certificate(Struct, frozen=True):
    """What was tested, how it ended and until when it holds.

    `faults` are in the order in which they are best fixed; `failures` names the first 200 of `failed` cases.
    `id_key` is the key of the opaque ids, revealed now that the run is over. `signer` None: unsigned.
    `payer_profiles`: those by which an editor's claims were judged. Whether the vendor ran in a sandbox: `environment.sandbox`.
    """

    outcome: Outcome
    level: Level
    rule_set: str
    vendor: VendorRecord
    suites: tuple[SuiteRecord, ...]
    seed: SeedRecord
    started_at: UtcTime
    issued_at: UtcTime
    valid_until: UtcTime
    asked: AskedRecord
    not_supported: NotSupported
    covered: Coverage
    payer_profiles: tuple[ProfileStated, ...]
    counts: dict[Verdict, int]
    failed: int
    faults: tuple[FaultRecord, ...]
    failures: tuple[Failure, ...]
    findings: tuple[FindingRecord, ...]
    reasons: tuple[str, ...]
    errata: tuple[str, ...]
    environment: Environment
    id_key: str
    signer: Signer | None


class Statement(Struct, frozen=True, rename={"type": "_type", "predicate_type": "predicateType"}):
    """An in-toto Statement v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md)."""

    subject: tuple[Subject, ...]
    predicate: Certificate
    type: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"
    predicate_type: Literal["urn:rtconform:certificate:2"] = "urn:rtconform:certificate:2"


def subjects(files: Mapping[str, bytes], build_digest: str) -> tuple[Subject, ...]:
    """A subject for each file, and one for the vendor's build where its digest is given."""
    found = [Subject(name, Digest(hashlib.sha256(content).hexdigest())) for name, content in files.items()]
    build = [Subject(BUILD, Digest(build_digest.removeprefix("sha256:")))] if build_digest else []
    return (*found, *build)


def level_of(seed: SeedRecord, *, signed: bool) -> Level:
    """The level that a certificate can claim."""
    if not signed or seed.origin == "given":
        return "rehearsal"
    return "held_out" if seed.origin == "committed" else "self_assessed"


def read_statement(payload: bytes, source: str) -> Statement:
    """The statement in an envelope. Raises DocumentError where it is none, or of a version that we don't know."""
    return decode(payload, Statement, source)


def statement_bytes(statement: Statement) -> bytes:
    """The statement as JSON, laid out for people."""
    return msgspec.json.format(msgspec.json.encode(statement), indent=2)
