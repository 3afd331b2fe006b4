"""Puts a certifying run together, and makes a certificate of its records: the same function states it and checks it."""

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec.structs import replace as changed

from rtconform.conformance.adapters.processes.sandbox import Boundary
from rtconform.conformance.certificates.bundle import CASES, RECORDS, REPORT, SEED, TEXT, write_bundle
from rtconform.conformance.certificates.checks import errata_in_words
from rtconform.conformance.certificates.coverage import coverage, not_supported, profiles_stated, what_was_asked
from rtconform.conformance.certificates.disguise import Disguise
from rtconform.conformance.certificates.envelope import SigningKey
from rtconform.conformance.certificates.leaks import check_leaks
from rtconform.conformance.certificates.minimum import missing
from rtconform.conformance.certificates.regeneration import Asked, disguised, regenerate, sent
from rtconform.conformance.certificates.seeds import commitment, draw, read_opening, seed_of
from rtconform.conformance.certificates.statement import (
    Certificate,
    Failure,
    FaultRecord,
    FindingRecord,
    SeedRecord,
    Signer,
    Statement,
    level_of,
    subjects,
)
from rtconform.conformance.records import Result, now, own_profiles_of
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.vendors.file import load_vendor
from rtconform.conformance.vendors.settings import PythonSettings
from rtconform.conformance.verdicts import VERDICTS
from rtconform.jobs.known_faults import finder_among, look_for_known_faults
from rtconform.jobs.run import PlannedRun, plan_run
from rtconform.reference.editor.payers import PayerProfile
from rtconform.reference.errors import RecordsChanged, UserError
from rtconform.reports.figures.failure import shape
from rtconform.reports.figures.faults import FaultTally
from rtconform.reports.figures.summary import Summary, because, not_standing, summarise
from rtconform.reports.text import clip, one_line
from rtconform.reports.writers.certificate import in_words
from rtconform.reports.writers.formats import render

NAMED = 200
"""How many failing cases a refusal names; all are in its results."""

LONGEST_EXPLANATION = 500


@dataclass(frozen=True)
class Terms:
    """What a certificate says beside what the run's records say."""

    seed: SeedRecord
    id_key: str
    issued_at: dt.datetime
    valid_until: dt.datetime
    signer: Signer | None


@dataclass(frozen=True)
class Certification:
    """A certifying run that can start. `opening` is the document of its seed (empty: the seed was given as a number)."""

    planned: PlannedRun
    seed: SeedRecord
    opening: bytes
    disguise: Disguise
    key: SigningKey | None
    valid_days: int


@dataclass(frozen=True)
class SeedSource:
    """Where the seed shall come from: a number, or the document of an opening; neither: one is drawn now."""

    number: int | None = None
    opening: bytes = b""
    file: str = ""


def plan_certification(
    vendor_file: Path,
    source: SeedSource,
    key: SigningKey | None,
    valid_days: int,
    *,
    own: Sequence[PayerProfile] = (),
    own_files: Sequence[Path] = (),
) -> Certification:
    """Read the vendor file and settle the seed. `own`: the payer profiles that claims are judged by. Raises UserError."""
    vendor = load_vendor(vendor_file)
    if key is not None and isinstance(vendor.settings, PythonSettings):
        raise UserError(
            f"{vendor_file}: [adapter] kind: a Python callable runs in our process and could take the private key; "
            'make it a program (kind = "cli") to certify it, or rehearse with --unsigned'
        )
    name = vendor.name
    if source.opening and (opening := read_opening(source.opening, source.file)).vendor != name:
        raise UserError(f"{source.file}: committed to for vendor {opening.vendor!r}; {vendor_file} is of {name!r}")
    if source.opening and opening.date > now().date():
        raise UserError(f"{source.file}: committed to on {opening.date}, which is in the future: is a clock wrong?")
    if source.number is not None:
        document, seed = b"", SeedRecord("given", source.number)
    else:
        document = source.opening or draw(name, now().date())
        seed = SeedRecord("committed" if source.opening else "drawn", seed_of(document), commitment(document))
    planned = plan_run(vendor_file, ROLES[vendor.role].certifying, seed=seed.seed, own=own, own_files=own_files)
    disguise = Disguise.drawn()
    planned = replace(
        planned,
        chosen=disguised(planned.chosen, disguise),
        manifest=changed(planned.manifest, mode="certify"),
        disguise=disguise,
    )
    return Certification(planned, seed, document, disguise, key, valid_days)


def enclose(certification: Certification, boundary: Boundary) -> Certification:
    """The same with its vendor behind that boundary, and with that said in what the run writes down."""
    planned = certification.planned
    environment = changed(planned.manifest.environment, sandbox=boundary.words)
    manifest = changed(planned.manifest, environment=environment)
    return replace(certification, planned=replace(planned, vendor=boundary.vendor, manifest=manifest))


def make_bundle(certification: Certification, records: Mapping[str, bytes]) -> tuple[Certificate, bytes]:
    """The certificate, or refusal, of a finished run, and the bundle that proves it. `records` are as the runner wrote them.

    Raises LeakedSecret where they hold one, RecordsChanged where another program changes what the certificate is being made of.
    """
    check_leaks(records, certification.key, certification.planned.vendor.variables)
    with tempfile.TemporaryDirectory(prefix="rtconform-sealing-") as name:
        folder = Path(name)
        for record, content in records.items():
            (folder / record).write_bytes(content)
        certificate, files = _sealed(certification, folder, records)
        if altered := [record for record, content in records.items() if (folder / record).read_bytes() != content]:
            raise RecordsChanged(f"{', '.join(altered)}: changed by another program while being sealed: nothing is certified")
    statement = Statement(subjects(files, certificate.vendor.build_digest), certificate)
    return certificate, write_bundle(files, statement, certification.key)


def _sealed(certification: Certification, folder: Path, records: Mapping[str, bytes]) -> tuple[Certificate, dict[str, bytes]]:
    run = RunFolder(folder)
    signer = Signer(certification.key.public.id, certification.key.public.pem) if certification.key else None
    issued = now()
    terms = Terms(
        certification.seed, certification.disguise.key, issued, issued + dt.timedelta(days=certification.valid_days), signer
    )
    asked = regenerate(run.manifest, certification.disguise)
    certificate = certificate_of(run, asked, terms)
    look_for_known_faults(folder, finder_among(asked))
    (report,) = render(folder, ["html"], certificate=certificate)
    files = {
        TEXT: in_words(certificate).encode(),
        **({SEED: certification.opening} if certification.opening else {}),
        CASES: sent([asked[result.id] for result in run.results()], certification.disguise),
        **{name: records[name] for name in RECORDS},
        REPORT: report.read_bytes(),
    }
    return certificate, files


def certificate_of(run: RunFolder, asked: Mapping[str, Asked], terms: Terms) -> Certificate:
    """What the records of a certifying run certify, or why they don't; `asked` holds the run's cases."""
    manifest = run.manifest
    summary = summarise(run)
    failures, faults = _failures(run, summary)
    results = tuple(run.results())
    too_little = missing(results, asked, manifest.vendor.format)
    return Certificate(
        outcome="certified" if summary.conformant and not too_little else "refused",
        level=level_of(terms.seed, signed=terms.signer is not None),
        rule_set=manifest.rule_set,
        vendor=manifest.vendor,
        suites=manifest.suites,
        seed=terms.seed,
        started_at=manifest.started_at,
        issued_at=terms.issued_at,
        valid_until=terms.valid_until,
        asked=what_was_asked(manifest, results, asked),
        not_supported=not_supported(manifest.vendor),
        covered=coverage(results, asked),
        payer_profiles=profiles_stated(results, asked, own_profiles_of(manifest)),
        counts=summary.counts,
        failed=_failed(summary),
        faults=faults,
        failures=failures,
        findings=tuple(FindingRecord(finding.kind, finding.detail, finding.cases) for finding in summary.findings),
        reasons=(*because(summary), *too_little),
        errata=tuple(errata_in_words(manifest.suites)),
        environment=manifest.environment,
        id_key=terms.id_key,
        signer=terms.signer,
    )


def _failed(summary: Summary) -> int:
    return sum(number for verdict, number in summary.counts.items() if not VERDICTS[verdict].conformant) - len(summary.set_aside)


def _failures(run: RunFolder, summary: Summary) -> tuple[tuple[Failure, ...], tuple[FaultRecord, ...]]:
    """The first failing cases, and the faults that all of them come from."""
    failures: list[Failure] = []
    tally = FaultTally()
    for result in not_standing(run, summary):
        tally.add(result)
        if len(failures) < NAMED:
            failures.append(_failure(run, result))
    faults = (
        FaultRecord(fault.cause.id, fault.cause.sentence, fault.cause.rules, fault.step.cases, _failure(run, fault.smallest[0]))
        for fault in tally.faults()
    )
    return tuple(failures), tuple(faults)


def _failure(run: RunFolder, result: Result) -> Failure:
    shown = shape(run.manifest, result)
    explanation = clip(one_line(result.explanation), LONGEST_EXPLANATION)
    return Failure(result.id, result.verdict, result.rules, explanation, (shown.generate, shown.run))
