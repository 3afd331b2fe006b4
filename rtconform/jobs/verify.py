"""Verifies a bundle whole: its records (`conformance.certificates.checks`), and that certificate and report say no more."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from rtconform._version import __version__
from rtconform.conformance.certificates.bundle import RECORDS, REPORT, TEXT, Bundle, read_bundle
from rtconform.conformance.certificates.checks import Check, Records, Trust, check_bundle
from rtconform.conformance.certificates.container import MAX_BYTES
from rtconform.conformance.certificates.said import SAID, Said, differing_rest
from rtconform.conformance.certificates.statement import Certificate
from rtconform.conformance.records import own_profiles_of
from rtconform.conformance.runs.folder import RunFolder
from rtconform.jobs.certify import Terms, certificate_of
from rtconform.jobs.known_faults import finder_among, look_for_known_faults
from rtconform.reference.editor.payers import own_profiles
from rtconform.reference.errors import UserError
from rtconform.reference.regular_file import read_regular
from rtconform.reports.page.packed import same_page
from rtconform.reports.writers.certificate import in_words
from rtconform.reports.writers.formats import render

OF_RECORDS = ("form", "digests", "boundary", "suites", "cases", "judgement", "level", "seed")
"""The checks without which nothing can be made of the records. Whose word a bundle is, and for how long, is another matter."""


def bundle_document(path: Path) -> bytes:
    """The bytes of a bundle's file. Raises UserError."""
    try:
        return read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: can't read the bundle: {error.strerror}") from None


def load_bundle(path: Path) -> Bundle:
    """The bundle in a file. Raises UserError."""
    return read_bundle(bundle_document(path), str(path))


def verify(bundle: Bundle, trust: Trust) -> Iterator[Check]:
    """Every check, each made when it is asked for."""
    records = Records(bundle)
    failed = False
    for check in check_bundle(records, trust):
        failed = failed or (check.standing == "failed" and check.name in OF_RECORDS)
        yield check
    if failed:
        for name in (*(said.name for said in SAID), "conclusion", "text", "report"):
            yield Check(name, "not_checked", "what did not hold comes first")
    else:
        with own_profiles(own_profiles_of(records.manifest)):
            said_again = tuple(_what_is_said(records))
        yield from said_again


def _what_is_said(records: Records) -> Iterator[Check]:
    """Makes certificate, text and report again from records that were found to hold."""
    bundle, stated = records.bundle, records.bundle.statement.predicate
    terms = Terms(stated.seed, stated.id_key, stated.issued_at, stated.valid_until, stated.signer)
    with tempfile.TemporaryDirectory(prefix="rtconform-verify-") as name:
        folder = Path(name)
        for record in RECORDS:
            (folder / record).write_bytes(bundle.files[record])
        try:
            made = certificate_of(RunFolder(folder), records.asked, terms)
            for said in SAID:
                yield _said(said, stated, made)
            yield _conclusion(stated, made)
            yield _held("text", TEXT, same=bundle.files[TEXT] == in_words(made).encode())
            if stated.environment.rtconform != __version__:
                version = stated.environment.rtconform
                yield Check("report", "not_checked", f"{REPORT} was made by rtconform {version}, here is {__version__}")
                return
            look_for_known_faults(folder, finder_among(records.asked))
            (report,) = render(folder, ["html"], certificate=made)
        except (OverflowError, ValueError) as error:  # a time that no calendar has, in a record that can't be made again
            yield Check("report", "failed", f"the records hold what can't be shown: {error}")
            return
        yield _held("report", REPORT, same=same_page(report.read_bytes(), bundle.files[REPORT]))


def _said(said: Said, stated: Certificate, made: Certificate) -> Check:
    if said.of(stated) != said.of(made):
        return Check(said.name, "failed", f"the records don't show what the certificate says of {said.states}")
    return Check(said.name, "held", said.states)


def _conclusion(stated: Certificate, made: Certificate) -> Check:
    if wrong := differing_rest(stated, made):
        return Check("conclusion", "failed", f"the records don't show what the certificate says of: {', '.join(wrong)}")
    return Check("conclusion", "held", f"the records show what the certificate says: {stated.outcome}")


def _held(check: str, name: str, *, same: bool) -> Check:
    if same:
        return Check(check, "held", f"{name} is what the records make")
    return Check(check, "failed", f"{name} is not what the records make")
