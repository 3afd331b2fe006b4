"""The verification of a bundle, check by check: what held, what did not, and what could not be checked.

Nothing in the bundle is believed that can be computed again. Checks are independent: one that fails hides no other.
"""

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from rtconform.conformance.adapters.processes.sandbox import why_not_around
from rtconform.conformance.certificates.bundle import CASES, FILES, SEED, Bundle
from rtconform.conformance.certificates.disguise import Disguise
from rtconform.conformance.certificates.envelope import PAYLOAD_TYPE, MissingExtra, PublicKey, read_public_key
from rtconform.conformance.certificates.regeneration import Asked, regenerate, sent, what_differs, why_not_these_suites
from rtconform.conformance.certificates.seeds import commitment as commitment_of
from rtconform.conformance.certificates.seeds import read_opening, seed_of
from rtconform.conformance.certificates.statement import LONGEST_VALID_DAYS, Certificate, SeedRecord, level_of, subjects
from rtconform.conformance.records import Event, Manifest, Result, SuiteRecord, own_profiles_of
from rtconform.conformance.runs.errata import errata_of, shipped_errata
from rtconform.conformance.runs.folder import EVENTS, MANIFEST, RESULTS, manifest_document
from rtconform.reference.documents.wire import decode, encode
from rtconform.reference.editor.payers import own_profiles
from rtconform.reference.errors import UserError

Standing = Literal["held", "failed", "not_checked"]
T = TypeVar("T")
NAMED = 5
"""How many cases a check names at most."""

_ANOTHER_FORM = "not in the form in which it is written: another reader could find other things in it"


class Check(Struct, frozen=True):
    """One line of a verification: what was looked at, how it stands, and why."""

    name: str
    standing: Standing
    detail: str


@dataclass(frozen=True)
class Trust:
    """What the verifier brings along: the certifier's key, the commitment that was published, the time it is."""

    public_key: PublicKey | None
    commitment: str | None
    now: dt.datetime


@dataclass(frozen=True)
class Records:
    """The run's records out of a bundle, decoded when they are asked for. Raises UserError where they can't be."""

    bundle: Bundle

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest."""
        document = self.bundle.files.get(MANIFEST, b"")
        manifest = decode(document, Manifest, MANIFEST)
        if manifest_document(manifest) != document:
            raise UserError(f"{MANIFEST}: {_ANOTHER_FORM}")
        return manifest

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """The results, in order."""
        return self._lines(RESULTS, Result)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events, in order."""
        return self._lines(EVENTS, Event)

    @cached_property
    def disguise(self) -> Disguise:
        """The disguise, from the key that the certificate reveals."""
        key = self.bundle.statement.predicate.id_key
        if len(key) != 64 or set(key) - set("0123456789abcdef"):
            raise UserError("id_key: not a key of 64 hexadecimal digits")
        return Disguise(key)

    @cached_property
    def asked(self) -> Mapping[str, Asked]:
        """The cases made again. Raises UserError where they can't be, here."""
        if why := why_not_these_suites(self.manifest):
            raise UserError(why)
        return regenerate(self.manifest, self.disguise)

    def _lines(self, name: str, kind: type[T]) -> tuple[T, ...]:
        values = []
        for number, line in enumerate(io.BytesIO(self.bundle.files.get(name, b"")), 1):
            value = decode(line, kind, name, number)
            if encode(value) + b"\n" != line:
                raise UserError(f"{name}:{number}: {_ANOTHER_FORM}")
            values.append(value)
        return tuple(values)


def check_bundle(records: Records, trust: Trust) -> Iterator[Check]:
    """Every check that needs nothing but the bundle, in order, each made when it is asked for."""
    bundle = records.bundle
    certificate = bundle.statement.predicate
    yield _check("form", bundle.altered, "byte for byte as these contents are packed")
    yield from _seal(bundle, certificate, trust.public_key)
    yield _check("digests", _wrong_digests(bundle), "every file has the digest that the certificate states")
    for name, look, holds in (
        ("boundary", _boundary, "the sandbox that the records state fits how the vendor was reached"),
        ("suites", _suites, "rule set, suites and digests are those installed here"),
        (
            "cases",
            _cases,
            "the cases made again from suite and seed are all there, once each, in the order drawn, as they were sent",
        ),
        ("judgement", _judgement, "every expectation was coded again and every answer judged again, with the same result"),
    ):
        yield _looked(name, look, records, holds)
    yield from _seed(bundle, certificate, trust.commitment)
    yield _validity(certificate, trust.now)
    yield Check("errata", "held", "; ".join(errata_in_words(certificate.suites)) or "none concerns these suites")


Look = Callable[[Records], str]
"""Looks at records and says what is wrong with them; empty: nothing."""


def errata_in_words(suites: Iterable[SuiteRecord]) -> Iterator[str]:
    """The errata known here that concern these suites in these versions, a sentence each."""
    for erratum in errata_of(suites, shipped_errata()).values():
        yield f"{erratum.case} is {erratum.kind} since version {erratum.since} of its suite: {erratum.why}"


def _check(name: str, wrong: str, holds: str) -> Check:
    return Check(name, "failed", wrong) if wrong else Check(name, "held", holds)


def _looked(name: str, look: Look, records: Records, holds: str) -> Check:
    """A check of records that may not be readable, or not here."""
    try:
        with own_profiles(own_profiles_of(records.manifest)):
            return _check(name, look(records), holds)
    except (UserError, msgspec.ValidationError) as error:
        return Check(name, "failed", str(error))


def _seal(bundle: Bundle, certificate: Certificate, trusted: PublicKey | None) -> Iterator[Check]:
    envelope, signer = bundle.envelope, certificate.signer
    if signer is None and not envelope.signatures:
        if trusted is None:
            yield Check("signature", "not_checked", "UNSIGNED: nobody vouches for this bundle")
        else:
            yield Check("signature", "failed", "UNSIGNED, but --public-key names a key that it should be signed with")
        return
    if signer is None or not envelope.signatures:
        what = "signed, but the certificate names no signer" if envelope.signatures else "the signature was removed"
        yield Check("signature", "failed", what)
        return
    try:
        named = read_public_key(signer.public_key.encode(), "the signer's key in the certificate")
    except MissingExtra:
        raise  # a signature that can't be looked at is neither good nor bad
    except UserError as error:
        yield Check("signature", "failed", str(error))
        return
    wrong = ""
    if envelope.payload_type != PAYLOAD_TYPE:
        wrong = f"the payload is of type {envelope.payload_type[:100]!r}, not {PAYLOAD_TYPE}"
    elif not named.signed(envelope):
        wrong = "the signature is not the named key's over this certificate: one of them was altered"
    elif not named.id == signer.key_id == envelope.signatures[0].keyid:
        wrong = "the key's id is not that of the key"
    yield _check("signature", wrong, f"Ed25519 over the certificate by {named.id}")
    if trusted is None:
        yield Check("signer", "not_checked", "nobody checked whose key it is: give the certifier's with --public-key")
    else:
        same = trusted.id == named.id and trusted.signed(envelope)
        other = "" if same else f"signed by {named.id}, not by the key given, {trusted.id}"
        yield _check("signer", other, "it is the key that was given")


def _wrong_digests(bundle: Bundle) -> str:
    build = bundle.statement.predicate.vendor.build_digest
    stated = {subject.name: subject.digest.sha256 for subject in bundle.statement.subject}
    found = {subject.name: subject.digest.sha256 for subject in subjects(bundle.files, build)}
    if len(stated) != len(bundle.statement.subject):
        return "a file is named twice"
    wrong = [f"{name} has another digest than stated" for name in stated if name in found and stated[name] != found[name]]
    wrong += [f"{name} is missing" for name in (*stated, *FILES) if name not in found]
    wrong += [f"{name} is not named in the certificate" for name in found if name not in stated]
    return "; ".join(dict.fromkeys(wrong))


def _suites(records: Records) -> str:
    manifest, certificate = records.manifest, records.bundle.statement.predicate
    if manifest.mode != "certify":
        return f"the records are of a run in mode {manifest.mode}, which certifies nothing"
    if manifest.only or manifest.shard:
        return "the records are of a part of a run"
    if manifest.baseline is not None:
        return "the records are of a run that accepted known failures"
    if {manifest.seed, *(suite.seed for suite in manifest.suites)} != {certificate.seed.seed}:
        return f"the certificate says seed {certificate.seed.seed}, {MANIFEST} another"
    for name in ("rule_set", "suites", "vendor", "environment", "started_at"):
        if getattr(manifest, name) != getattr(certificate, name):
            return f"{name}: the certificate says another than {MANIFEST}"
    if manifest.payer_profiles and manifest.vendor.role != "editor":
        return "the records are of a coder, and name payer profiles, by which none is judged"
    return why_not_these_suites(manifest)


def _boundary(records: Records) -> str:
    return why_not_around(records.manifest.vendor.kind, records.manifest.environment.sandbox)


def _cases(records: Records) -> str:
    due = list(records.asked)
    got = [result.id for result in records.results]
    if twice := [case_id for case_id, number in Counter(got).items() if number > 1]:
        return f"more than one result for {_named(twice)}"
    if strange := [case_id for case_id in got if case_id not in records.asked]:
        return f"results of cases that the suites and seed don't have: {_named(strange)}"
    seen = set(got)
    gave_up = any(event.kind == "gave_up" for event in records.events)
    if (missing := [case_id for case_id in due if case_id not in seen]) and not gave_up:
        return f"no result for {_named(missing)}: {len(missing)} of {len(due)} cases were dropped"
    if got != due[: len(got)]:
        return "the results are not in the order in which the cases were asked"
    if records.bundle.files.get(CASES) != sent([records.asked[case_id] for case_id in got], records.disguise):
        return f"{CASES} is not what suite, seed and key of ids make"
    return ""


def _judgement(records: Records) -> str:
    wrong = []
    for result in records.results:
        asked = records.asked.get(result.id)
        if asked is not None and (differs := what_differs(records.manifest, asked, result, records.disguise)):
            wrong.append(f"{result.id}: {differs}")
    more = f"; and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
    return "; ".join(wrong[:NAMED]) + more


def _seed(bundle: Bundle, certificate: Certificate, published: str | None) -> Iterator[Check]:
    record = certificate.seed
    claimed = level_of(record, signed=certificate.signer is not None)
    if certificate.level != claimed:
        yield Check("level", "failed", f"the certificate claims {certificate.level}, but signer and seed allow {claimed}")
    if record.origin == "given":
        yield _given_seed(bundle, record, published)
        return
    yield _check("seed", _wrong_opening(bundle, certificate), f"{record.seed}: {SEED} opens the commitment to it")
    if published is not None:
        other = "" if published == record.commitment else f"{record.commitment} was opened, {published} was published"
        yield _check("commitment", other, "it is the published one")
    elif record.origin == "committed":
        yield Check(
            "commitment",
            "not_checked",
            "nobody checked that it was published before the run: give the published one with --commitment",
        )


def _given_seed(bundle: Bundle, record: SeedRecord, published: str | None) -> Check:
    if record.commitment or SEED in bundle.files:
        return Check("seed", "failed", "given as a number, and with a commitment: it can't be both")
    if published is not None:
        return Check("commitment", "failed", "the seed was given as a number, with no commitment")
    return Check("seed", "not_checked", f"{record.seed} was given as a number: anybody could know the cases")


def _wrong_opening(bundle: Bundle, certificate: Certificate) -> str:
    document = bundle.files.get(SEED, b"")
    try:
        opening = read_opening(document, SEED)
    except UserError as error:
        return str(error)
    record = certificate.seed
    if commitment_of(document) != record.commitment:
        return f"{SEED} does not open commitment {record.commitment}"
    if seed_of(document) != record.seed or any(suite.seed != record.seed for suite in certificate.suites):
        return f"{SEED} opens to seed {seed_of(document)}, the run is of another"
    if opening.vendor != certificate.vendor.name:
        return f"the commitment is for vendor {opening.vendor!r}, the run of {certificate.vendor.name!r}"
    if opening.date > certificate.started_at.date():
        return f"the commitment is of {opening.date}, after the run"
    return ""


def _validity(certificate: Certificate, now: dt.datetime) -> Check:
    wrong = ""
    longest = certificate.issued_at + dt.timedelta(days=LONGEST_VALID_DAYS)
    if not certificate.started_at <= certificate.issued_at <= certificate.valid_until <= longest:
        wrong = f"run, issue and expiry are not in order, or more than {LONGEST_VALID_DAYS} days apart"
    elif certificate.issued_at > now:
        wrong = f"issued in the future, {certificate.issued_at}: a clock is wrong, here or at the certifier's"
    elif certificate.valid_until < now:
        wrong = f"expired on {certificate.valid_until:%Y-%m-%d}"
    return _check("validity", wrong, f"until {certificate.valid_until:%Y-%m-%d}")


def _named(ids: list[str]) -> str:
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more
