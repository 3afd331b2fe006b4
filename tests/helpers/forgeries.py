"""Forgeries: bundles taken apart, changed, and made to fit again, as an attacker would."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace as changed

from rtconform.conformance.certificates.bundle import CASES, RECORDS, REPORT, TEXT, Bundle, read_bundle, write_bundle
from rtconform.conformance.certificates.checks import Records
from rtconform.conformance.certificates.envelope import SigningKey
from rtconform.conformance.certificates.statement import Certificate, Signer, Statement, subjects
from rtconform.conformance.records import Manifest, Result
from rtconform.conformance.runs.folder import MANIFEST, RESULTS, RunFolder, manifest_document
from rtconform.jobs.certify import Terms, certificate_of
from rtconform.jobs.known_faults import finder_among, look_for_known_faults
from rtconform.reference.documents.wire import encode
from rtconform.reports.writers.certificate import in_words
from rtconform.reports.writers.formats import render


@dataclass
class Forgery:
    """A bundle taken apart: the attacker changes files, and makes every digest, text and report fit again."""

    files: dict[str, bytes]
    certificate: Certificate
    folder: Path

    def results(self, change: Callable[[list[Result]], list[Result]]) -> None:
        """Change the results, and leave the cases of those that are there."""
        run = self._run()
        before = list(run.results())
        lines = dict(zip((result.id for result in before), self.files[CASES].splitlines(keepends=True), strict=True))
        after = change(before)
        self.files[RESULTS] = b"".join(encode(result) + b"\n" for result in after)
        self.files[CASES] = b"".join(lines[result.id] for result in after)

    def manifest(self, **fields: object) -> None:
        """Change the manifest."""
        manifest = changed(msgspec.json.decode(self.files[MANIFEST], type=Manifest), **fields)
        self.files[MANIFEST] = manifest_document(manifest)

    def made_to_fit(self, asked: Records, key: SigningKey | None) -> Bundle:
        """All that follows from records made again, by our own code, and sealed with the attacker's key or none."""
        run = self._run()
        old = self.certificate
        signer = Signer(key.public.id, key.public.pem) if key else None
        terms = Terms(old.seed, old.id_key, old.issued_at, old.valid_until, signer)
        certificate = certificate_of(run, asked.asked, terms)
        look_for_known_faults(run.path, finder_among(asked.asked))
        (report,) = render(run.path, ["html"], certificate=certificate)
        self.files |= {TEXT: in_words(certificate).encode(), REPORT: report.read_bytes()}
        statement = Statement(subjects(self.files, certificate.vendor.build_digest), certificate)
        return read_bundle(write_bundle(self.files, statement, key), "forged.zip")

    def _run(self) -> RunFolder:
        for name in RECORDS:
            (self.folder / name).write_bytes(self.files[name])
        return RunFolder(self.folder)
