"""`rtconform verify`: a bundle checked offline."""

import sys
from pathlib import Path

import click

from rtconform.cli.certifying.seed import digest
from rtconform.cli.options import FORMAT
from rtconform.conformance.certificates.checks import Check, Trust
from rtconform.conformance.certificates.envelope import read_key_file, read_public_key
from rtconform.conformance.certificates.statement import Certificate
from rtconform.conformance.records import now
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_NOT_CONFORMANT
from rtconform.jobs.verify import load_bundle
from rtconform.jobs.verify import verify as checks_of
from rtconform.reference.documents.wire import encode
from rtconform.reports.text import clip, one_line
from rtconform.reports.writers.certificate import NAMED, in_words


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--public-key", type=click.Path(path_type=Path), help="The certifier's public key, PEM; get it from the certifier.")
@click.option("--commitment", "published", help="The commitment that the certifier published before the run.")
@FORMAT
def verify(bundle: Path, public_key: Path | None, published: str | None, form: str) -> None:
    """Check BUNDLE offline, trusting nothing in it: make its cases again, judge its answers again, and print each check.

    \b
    rtconform verify certificate.zip --public-key certifier.pub --commitment SHA256

    Exit code 0: it is a certificate, and every check that was made held; 1: a check did not hold, or it is a refusal; 2: it
    can't be read. Checks that were not made are named: without --public-key, whose signature it is.
    """
    key = read_public_key(read_key_file(public_key), str(public_key)) if public_key else None
    trust = Trust(key, digest(published) if published is not None else None, now())
    read = load_bundle(bundle)
    certificate = read.statement.predicate
    checks = []
    if form == "table":
        click.echo(in_words(certificate, NAMED))
    for check in checks_of(read, trust):
        checks.append(check)
        if form == "table":
            click.echo(check_line(check))
    held = all(check.standing != "failed" for check in checks)
    valid = held and certificate.outcome == "certified"
    if form == "json":
        click.echo(encode({"valid": valid, "held": held, "checks": checks, "certificate": certificate}))
    else:
        click.echo(f"\n{_conclusion(certificate, checks)}")
    sys.exit(EXIT_CONFORMANT if valid else EXIT_NOT_CONFORMANT)


STANDINGS = {"held": "held", "failed": "DID NOT HOLD", "not_checked": "not checked"}
"""How a check ended, in words."""


def check_line(check: Check) -> str:
    """A check as a line for a person, in columns; the longest name is that of a suite."""
    return f"{STANDINGS[check.standing]:12}  {one_line(check.name):16}  {clip(one_line(check.detail), 2000)}"


def _conclusion(certificate: Certificate, checks: list[Check]) -> str:
    failed = [check.name for check in checks if check.standing == "failed"]
    if failed:
        return f"NOT VALID: {', '.join(failed)} did not hold"
    open_ = [check.name for check in checks if check.standing == "not_checked"]
    rest = f"; not checked: {', '.join(open_)}" if open_ else ""
    if {"signature", "signer"} & set(open_):
        what = "a REFUSAL, not a certificate" if certificate.outcome == "refused" else "sound in itself"
        return f"{what}, but nobody checked whose signature it is: every check that was made held{rest}"
    what = "an authentic REFUSAL, not a certificate" if certificate.outcome == "refused" else "valid"
    return f"{what}: every check that was made held{rest}"
