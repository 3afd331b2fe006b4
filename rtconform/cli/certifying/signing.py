"""The private key that a command signs with."""

import os
from pathlib import Path
from shlex import quote

import click

from rtconform.conformance.certificates.envelope import SigningKey, others_can_read, read_key_file, read_signing_key
from rtconform.conformance.vendors.secrets import SIGNING_KEY


def signing_key(path: Path | None, *, unsigned: bool) -> SigningKey | None:
    """The key in the file at `path`, or in the environment; None where nobody is to sign. Raises UserError and UsageError."""
    text = os.environ.get(SIGNING_KEY, "")
    if unsigned:
        if path is not None:
            raise click.UsageError("--key and --unsigned exclude each other: give one of them")
        return None
    if path is None and not text:
        raise click.UsageError(f"no key to sign with: give --key (or set {SIGNING_KEY}), or give --unsigned")
    if path is not None and others_can_read(path):
        click.echo(
            f"rtconform: {path}: other users of this machine can read the private key: chmod 600 {quote(str(path))}", err=True
        )
    return read_signing_key(read_key_file(path), str(path)) if path else read_signing_key(text.encode(), SIGNING_KEY)
