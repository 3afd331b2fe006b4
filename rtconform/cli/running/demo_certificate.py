"""`rtconform demo --certificate`: a certificate from beginning to end, worth nothing and saying so."""

import os
import sys
import zipfile
from pathlib import Path

import click

from rtconform.cli.certifying.certify import certify
from rtconform.cli.options import pasted, say
from rtconform.conformance.certificates.checks import Trust
from rtconform.conformance.certificates.envelope import new_key_pair, read_public_key
from rtconform.conformance.records import now
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_NOT_CONFORMANT
from rtconform.jobs.samples import copy_sample, rename_sample
from rtconform.jobs.verify import load_bundle, verify

NAME = "DEMONSTRATION, not a product"
"""The vendor of the certificate: anyone who is shown it reads what it is."""

_WARNING = (
    "This is a demonstration. The sample coder belongs to rtconform. The key was made a moment ago and lies beside the\n"
    "certificate, which expires tomorrow. The certificate proves nothing about anybody's software. A real one is signed by a\n"
    "certifier, for a seed that was committed to before the build was handed over: docs/how-to/certification.md."
)


def demo_certificate(context: click.Context, out: Path) -> None:
    """Make a key in `out`, a new folder; certify the sample coder, verify the bundle, show what came of it, and exit."""
    private, public = new_key_pair()
    vendor = copy_sample("certificate", out)
    rename_sample(vendor, NAME)
    key, public_key, bundle, report = out / "key.pem", out / "key.pub", out / "certificate.zip", out / "report.html"
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(private)
    public_key.write_bytes(public)
    try:
        context.invoke(certify, vendor=vendor, key=key, valid_days=1, out=bundle)
    except SystemExit as ended:
        if ended.code != EXIT_CONFORMANT:
            raise
    checks = list(verify(load_bundle(bundle), Trust(read_public_key(public, str(public_key)), None, now())))
    failed = [check for check in checks if check.standing == "failed"]
    for check in failed:
        click.echo(f"DID NOT HOLD: {check.name}: {check.detail}")
    if not failed:
        say(f"verified: {sum(check.standing == 'held' for check in checks)} checks held")
    with zipfile.ZipFile(bundle) as packed:
        report.write_bytes(packed.read("report.html"))
    say(f"\n{_WARNING}\n\nreport: {report}\n\nNext:")
    for words, about in (
        (("rtconform", "verify", bundle, "--public-key", public_key), "check it as a buyer would, line by line"),
        (("rtconform", "certify", vendor, "--unsigned", "--out", out / "rehearsal.zip"), "rehearse, as a vendor would"),
        (("rtconform", "vendor", "init", "--kind", "cli"), "begin a vendor file for your own software"),
    ):
        say(f"  {pasted(*words)}    # {about}")
    sys.exit(EXIT_NOT_CONFORMANT if failed else EXIT_CONFORMANT)
