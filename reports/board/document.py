"""The board as a document (`rtconform.board/1`): what is known of each vendor, from its runs and its certificates."""

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rtconform.conformance.protocol import RoleName
from rtconform.conformance.records import UtcTime
from rtconform.conformance.verdicts import FindingKind, Verdict
from rtconform.reports.figures.summary import RuleCount

Standing = Literal["valid", "expired", "refused", "not_checked", "rehearsal", "not_valid"]

STANDINGS: dict[Standing, str] = {
    "valid": "A certificate: every check held, and a key that was given signed it.",
    "expired": "A certificate that held, but has expired.",
    "refused": "A sealed refusal: the vendor was tried and not certified.",
    "not_checked": "Sound in itself, but its signer's key was not given: nobody checked whose signature it is.",
    "rehearsal": "Sound in itself, but unsigned, or with a seed that could be known before: it proves nothing, as a refusal too.",
    "not_valid": "Something that the bundle says does not hold.",
}
"""What can be said of a bundle, with its meaning."""

WEIGHT: dict[Standing, int] = {"valid": 3, "expired": 2, "refused": 2, "not_checked": 1, "rehearsal": 1, "not_valid": 0}
"""What a bundle weighs: one that proves less never takes the place of one that proves more."""


class FaultSeen(Struct, frozen=True):
    """A fault: its cause, what is done wrong, how many cases show it. `known`: the known faults that would answer just so."""

    cause: str
    says: str
    cases: int
    known: tuple[str, ...]


class SuiteSeen(Struct, frozen=True):
    """A suite in a run, by itself: how many of its cases count, how many of these do not stand, by rule and by fault.

    `digest` is over rule set, version, seed and every case: two runs with one digest were asked the same.
    """

    name: str
    version: str
    digest: str
    conformant: bool
    cases: int
    wrong: int
    rules: dict[str, RuleCount]
    faults: tuple[FaultSeen, ...]


class Latest(Struct, frozen=True):
    """The run that stands for a vendor in a suite, by its id."""

    suite: str
    run: str


class RunSeen(Struct, frozen=True):
    """A run of a vendor's. `id` is a digest of its records.

    `told_from`: those of its suites that a whole run before it was asked too, in the same version and with the same seed.
    `new_faults` and `gone_faults`: the causes that these suites show now and did not then, and those that they show no more,
    where the last run of no other suite shows them. `part`: what of its suites it asked, where that was not all. `latency_ms` is
    the mean over its answers, None where it has none.
    """

    id: str
    version: str
    rule_set: str
    mode: Literal["practice", "certify"]
    seed: int
    started_at: UtcTime
    finished: bool
    conformant: bool
    outcome: str
    part: str
    suites: tuple[SuiteSeen, ...]
    counts: dict[Verdict, int]
    faults: tuple[FaultSeen, ...]
    findings: tuple[FindingKind, ...]
    latency_ms: Annotated[float, Meta(ge=0)] | None
    told_from: tuple[str, ...] = ()
    new_faults: tuple[str, ...] = ()
    gone_faults: tuple[str, ...] = ()


class FaultLife(Struct, frozen=True):
    """How long a vendor had a fault, in whole runs: `first` is the run that showed it first, `until` the one that no longer did.

    `born`: the suites of `first` had been asked before and had not shown it; otherwise nobody had looked. `not_asked_again`: the
    last runs don't show it, and were asked other cases than those that did.
    """

    cause: str
    says: str
    first: str
    until: str
    standing: Literal["there", "gone", "not_asked_again"]
    born: bool


class CertificateSeen(Struct, frozen=True):
    """A bundle, verified when the board was built. `id` is the SHA-256 of its file.

    `commitment`: that to its seed (empty: it has none). `failed` and `unchecked` name the checks that did not hold and those that
    could not be made. `level`, what it covers and until when are the certificate's own words, which are nobody's where `standing`
    is `not_valid`.
    """

    id: str
    standing: Standing
    version: str
    level: str
    rule_set: str
    issued_at: UtcTime
    valid_until: UtcTime
    suites: tuple[str, ...]
    settings: tuple[str, ...]
    claims: tuple[str, ...]
    techniques: tuple[str, ...]
    payers: tuple[str, ...]
    sandbox: str
    failed: tuple[str, ...]
    unchecked: tuple[str, ...]
    reasons: tuple[str, ...]
    commitment: str = ""


class VendorSeen(Struct, frozen=True):
    """A vendor: its runs and its certificates, the oldest first. `page` and `badge` are files of the board.

    `written`: the name as it is written, escaped, where it can't be shown as it is or another name on the board reads the same.
    `latest`: what stands for it on the first page: of each suite the last whole run that asked it. `lives`: its faults over time.
    """

    name: str
    role: RoleName
    page: str
    badge: str
    runs: tuple[RunSeen, ...]
    latest: tuple[Latest, ...]
    certificates: tuple[CertificateSeen, ...]
    written: str = ""
    lives: tuple[FaultLife, ...] = ()


class Unread(Struct, frozen=True):
    """What was given and could not be read, by its name alone, and why."""

    name: str
    why: str


class Board(Struct, frozen=True, tag_field="schema", tag="rtconform.board/1"):
    """Many vendors' runs and certificates, as they stood at the end of day `on` (UTC).

    `later`: how many runs and bundles were given that began after that day, and are not on the board.
    """

    on: dt.date
    title: str
    vendors: tuple[VendorSeen, ...]
    unread: tuple[Unread, ...]
    later: int = 0
