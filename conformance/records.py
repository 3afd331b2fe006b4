"""What a run writes down: its manifest, one result a case, and events. The run folder and every report are made of these."""

import datetime as dt
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from rtconform.conformance.cause import Cause
from rtconform.conformance.protocol import Returned, RoleName, of_kind
from rtconform.conformance.traits import Traits
from rtconform.conformance.verdicts import FindingKind, Verdict
from rtconform.formats.settings import FormatSettings
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim, Disposition
from rtconform.reference.documents.coding import Answer, Coding
from rtconform.reference.documents.treatment import Case
from rtconform.reference.editor.payers import PayerProfile, digest_of
from rtconform.reference.errors import UserError

EventKind = Literal["canary", "finding", "stderr", "restart", "stray_output", "gave_up", "interrupted", "finished"]
UtcTime = Annotated[dt.datetime, Meta(tz=True)]


AdapterKind = Literal["cli", "http", "python", "folder", "dicom", "mllp"]
"""The ways to reach a vendor, as a vendor file names them."""


StderrOf = Literal["", "case", "program"]
"""Whose a piece of standard error is: of a case that had the program for itself; of the program, while it had others too. Empty:
there is none, or an older version of rtconform did not say.
"""


class VendorRecord(Struct, frozen=True):
    """The vendor as its file describes it, without secrets.

    `file_digest` is the SHA-256 of the vendor file, `build_digest` what the file says of the vendor's build (empty: nothing),
    `format` in which formats it is asked and answers (empty: our own JSON).
    """

    name: str
    version: str
    kind: AdapterKind
    target: str
    file: str
    file_digest: str
    role: RoleName = "coder"
    supports: dict[str, Any] = {}
    build_digest: str = ""
    format: FormatSettings = FormatSettings()


class SuiteRecord(Struct, frozen=True, omit_defaults=True):
    """A suite of the run: `digest` is the SHA-256 over rule set, suite, version, seed and every case; `cases` how many.

    `file` is where it was read from, as the command line named it; empty for a suite that is shipped.
    """

    name: str
    version: str
    digest: str
    cases: Annotated[int, Meta(ge=0, le=2**53)]
    seed: int
    file: str = ""


class Environment(Struct, frozen=True):
    """Where the harness ran. `sandbox`: what kept the vendor's program from the rest of the machine (empty: nothing was to)."""

    rtconform: str
    python: str
    platform: str
    sandbox: str = ""


class KnownFailure(Struct, frozen=True):
    """An entry of a baseline: a failure that is accepted up to its last day, by the case's id, the rule broken, or the cause."""

    by: Literal["case", "rule", "cause"]
    what: str
    reason: str
    expires: dt.date


class Baseline(Struct, frozen=True):
    """The failures that a run was told to expect; `digest` is the SHA-256 of the file."""

    file: str
    digest: str
    known: tuple[KnownFailure, ...]


class ProfileRecord(Struct, frozen=True):
    """A payer profile of the user's by which claims were judged: name, payers that it is for, SHA-256 of what it says.

    `says`: the profile itself, so that anyone who has the records can judge by it (None: of an older version of rtconform).
    `file`: where it was read from, as the command line named it.
    """

    name: str
    payers: tuple[str, ...]
    digest: str
    says: PayerProfile | None = None
    file: str = ""


class Manifest(Struct, frozen=True, tag_field="schema", tag="rtconform.manifest/1"):
    """What was run: written before the first case, never changed.

    `mode` practice: everything shown, repeatable for ever; certify: opaque ids, answered once, whole. `shard`: only this part,
    from 1, of that many was asked, and `cases` of the suites count that part; their digests are of the whole suites.
    `payer_profiles`: the user's own, by which claims to their payers were judged.
    """

    rule_set: str
    mode: Literal["practice", "certify"]
    vendor: VendorRecord
    suites: tuple[SuiteRecord, ...]
    seed: int
    started_at: UtcTime
    environment: Environment
    only: tuple[str, ...] = ()
    baseline: Baseline | None = None
    shard: tuple[int, int] | None = None
    payer_profiles: tuple[ProfileRecord, ...] = ()


class Result(Struct, frozen=True, tag_field="schema", tag="rtconform.result/1"):
    """One case's (or claim's) verdict and everything that a person needs to check it.

    `rules`: the rules broken (fail), or those that decided. `facts`: the treatment's deciding facts, a sentence a session.
    `received`: what came, as text, where it was no answer, or one in the vendor's own form. `sent`: what was asked, as text,
    where a template or a format wrote it, or the suite puts it in a way of its own. `stderr`: the vendor's between question and
    answer, and `stderr_of` whether it is this case's. `latency_ms` runs from handing the case over to reading the answer.
    `answer_digest`: the SHA-256 of what came, byte for byte. `case`, or `claim`, is kept where the verdict is not pass or
    not_applicable; `traits` place every sound treatment among others. Of a claim, `faults` names what is wrong with it, and
    `allows` what payers have wrongly stopped in claims like it. `causes`: why it does not stand; empty where it does.
    """

    id: str
    suite: str
    verdict: Verdict
    rules: tuple[str, ...]
    expected: Coding | Adjudication
    answer: Returned | None
    explanation: str
    latency_ms: Annotated[float, Meta(ge=0, le=1e9)] | None
    title: str = ""
    heading: str = ""
    twin: str | None = None
    facts: tuple[str, ...] = ()
    received: str = ""
    stderr: str = ""
    case: Case | None = None
    traits: Traits | None = None
    claim: Claim | None = None
    faults: tuple[str, ...] = ()
    allows: str = ""
    answer_digest: str = ""
    causes: tuple[Cause, ...] = ()
    sent: str = ""
    stderr_of: StderrOf = ""

    @property
    def coding(self) -> Coding | None:
        """What is expected of a coder; None: a claim was asked."""
        return of_kind(self.expected, Coding)

    @property
    def coded(self) -> Answer | None:
        """A coder's answer."""
        return of_kind(self.answer, Answer)

    @property
    def adjudication(self) -> Adjudication | None:
        """What is expected of an editor; None: a case was asked."""
        return of_kind(self.expected, Adjudication)

    @property
    def disposition(self) -> Disposition | None:
        """An editor's answer."""
        return of_kind(self.answer, Disposition)


class FaultNamed(Struct, frozen=True):
    """A known fault: its name, what a vendor that has it does, and where that is met (empty: not recorded)."""

    id: str
    says: str
    seen: str = ""


class Recognised(Struct, frozen=True):
    """A cause that known faults explain.

    A vendor with any one of `faults` would have given exactly the answers of all results compared that show the cause, and no
    result compared contradicts it. `of` is how many such faults there are; the first of them are named.
    """

    cause: str
    faults: Annotated[tuple[FaultNamed, ...], Meta(min_length=1)]
    of: Annotated[int, Meta(ge=1)]


class KnownFaults(Struct, frozen=True, tag_field="schema", tag="rtconform.known-faults/1"):
    """The known faults behind a run, looked for once, at its end.

    `results`: how many there were then, `answered` how many of them had an answer, `compared` how many of these the faults were
    held against: all, but for a large run, and for cases that could not be made again. `whole`: faults each of which alone gives
    every answer that was compared.
    """

    results: Annotated[int, Meta(ge=0)]
    answered: Annotated[int, Meta(ge=0)]
    compared: Annotated[int, Meta(ge=0)]
    whole: tuple[FaultNamed, ...] = ()
    recognised: tuple[Recognised, ...] = ()


class Event(Struct, frozen=True, omit_defaults=True):
    """Something that happened beside the cases. `finding` is set on findings; `cases` names the cases concerned."""

    kind: EventKind
    at: UtcTime
    detail: str
    finding: FindingKind | None = None
    cases: tuple[str, ...] = ()


def own_profiles_of(manifest: Manifest) -> tuple[PayerProfile, ...]:
    """The user's payer profiles by which a run's claims were judged. Raises UserError where one is not what its record says."""
    found: list[PayerProfile] = []
    for record in manifest.payer_profiles:
        profile = record.says
        if profile is None:
            raise UserError(f"payer profile {record.name!r}: its content is not in the records; run again, which writes it down")
        if (profile.name, profile.payers, digest_of(profile)) != (record.name, record.payers, record.digest):
            raise UserError(
                f"payer profile {record.name!r}: its name, payers or digest does not fit its content: the manifest was altered"
            )
        found.append(profile)
    if len({record.name for record in manifest.payer_profiles}) != len(found):
        raise UserError("two payer profiles have the same name: the manifest was altered")
    return tuple(found)


def now() -> dt.datetime:
    """The time for records, UTC, to the millisecond."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
