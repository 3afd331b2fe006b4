"""`rtconform certify`: a certifying run, and the signed bundle that proves how it ended."""

import asyncio
import contextlib
import datetime as dt
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click

from rtconform.cli.certifying.seed import opening
from rtconform.cli.certifying.signing import signing_key
from rtconform.cli.options import FORMAT, OWN_PROFILES, QUIET, asked_of, profiles_in, say
from rtconform.cli.running.run import run_watched
from rtconform.conformance.adapters.processes.sandbox import Boundary, enclosed, unenclosed
from rtconform.conformance.certificates.ledger import ledgers, spend
from rtconform.conformance.certificates.seeds import commitment as commitment_of
from rtconform.conformance.certificates.statement import LONGEST_VALID_DAYS, Certificate
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.check import check_sandbox, check_vendor
from rtconform.conformance.runs.folder import Unwritable
from rtconform.conformance.vendors.secrets import SIGNING_KEY
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_INTERRUPTED, EXIT_NOT_CONFORMANT
from rtconform.jobs.certify import Certification, SeedSource, enclose, make_bundle, plan_certification
from rtconform.reference.documents.wire import encode
from rtconform.reference.editor.payers import own_profiles
from rtconform.reference.errors import UserError, VendorUnreachable
from rtconform.reports.writers.certificate import NAMED, in_words


@click.command()
@click.argument("vendor", type=click.Path(path_type=Path), metavar="VENDOR.toml")
@click.option("--key", type=click.Path(path_type=Path), help=f"Private Ed25519 key, PEM.  [default: ${SIGNING_KEY}]")
@click.option("--unsigned", is_flag=True, help="Write a bundle without a signature; it says that nobody vouches for it.")
@click.option("--seed-file", type=click.Path(path_type=Path), help="The file that `rtconform seed commit` wrote.")
@click.option("--commitment", "published", help="The commitment that was published; --seed-file must open it.")
@click.option("--seed", type=click.IntRange(min=0), help="A known seed, for a rehearsal.  [default: drawn now]")
@click.option(
    "--valid-days",
    type=click.IntRange(1, LONGEST_VALID_DAYS),
    default=365,
    show_default=True,
    help="Days until the certificate expires.",
)
@click.option(
    "--no-sandbox", "unboxed", is_flag=True, help="Run the vendor's program without a sandbox; the certificate says so."
)
@click.option(
    "--readable",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A file or folder that the program in the sandbox can read too; may be given again.",
)
@OWN_PROFILES
@click.option(
    "--out", type=click.Path(path_type=Path), help="The bundle to write.  [default: certificate- or refusal-VENDOR-TIME.zip]"
)
@QUIET
@FORMAT
def certify(
    vendor: Path,
    key: Path | None,
    seed_file: Path | None,
    published: str | None,
    seed: int | None,
    valid_days: int,
    readable: tuple[Path, ...],
    own: tuple[Path, ...],
    out: Path | None,
    *,
    unsigned: bool,
    unboxed: bool,
    form: str,
) -> None:
    """Make a certifying run of the software that VENDOR.toml describes, and write the signed bundle that proves its outcome.

    \b
    rtconform certify vendor.toml --unsigned
    rtconform certify vendor.toml --key key.pem --seed-file seed.json --commitment SHA256

    A certifying run asks every case once. A program runs in a sandbox, if bubblewrap can make one: it can read its own folder
    and the system's programs, but neither the network nor your files. The certificate says whether there was a sandbox.

    The certificate or the refusal is printed. Exit code 0: certified; 1: refused, the bundle names the cases; 2: the command or
    a file is wrong; 3: the vendor could not be reached; 130: interrupted, nothing is written, and the seed is spent.
    """
    if seed is not None and seed_file is not None:
        raise click.UsageError("--seed and --seed-file exclude each other, since a known seed is not secret: give one of them")
    if published is not None and seed_file is None:
        raise click.UsageError("--commitment needs --seed-file: give the file that opens it")
    source = SeedSource(seed, opening(seed_file, published) if seed_file else b"", str(seed_file or ""))
    profiles = asked_of(profiles_in(own))
    planned = plan_certification(vendor, source, signing_key(key, unsigned=unsigned), valid_days, own=profiles, own_files=own)
    with (
        _reserved(out) as write,
        tempfile.TemporaryDirectory(prefix="rtconform-certify-") as folder,
        own_profiles(profiles),
    ):
        places = ledgers(key) if seed_file is not None else ()
        secrets = [path for path in (key, seed_file) if path is not None]
        hidden = (*secrets, *places, Path(folder))
        asked = planned.planned.vendor
        boundary = unenclosed(asked) if unboxed else enclosed(asked, hidden=hidden, readable=readable)
        _tell_of(boundary, secrets)
        planned = enclose(planned, boundary)
        if boundary.vendor.sandbox:
            asyncio.run(check_sandbox(boundary.vendor, ROLES[asked.role].wire.sample()))
        elif seed_file is not None:
            asyncio.run(check_vendor(boundary.vendor, ()))  # no seed is spent on a vendor that can't even be started
        with _spent(seed_file, commitment_of(source.opening), places):
            certificate, bundle = _ask(planned, Path(folder))
        path = write(bundle, certificate)
    if form == "json":
        click.echo(encode({"bundle": str(path), "certificate": certificate}))
    else:
        say(in_words(certificate, NAMED))
        say(f"bundle: {path}")
    sys.exit(EXIT_CONFORMANT if certificate.outcome == "certified" else EXIT_NOT_CONFORMANT)


def _tell_of(boundary: Boundary, secrets: Iterable[Path]) -> None:
    """Say what the vendor's program could get at."""
    if boundary.why_none:
        what = "the vendor's program runs without a sandbox, and the certificate says so"
        click.echo(
            f"rtconform: {boundary.why_none}: {what}; install bubblewrap, or certify under an account of its own", err=True
        )
    for secret in secrets:
        if not boundary.vendor.sandbox and secret.resolve().is_relative_to(boundary.vendor.folder.resolve()):
            click.echo(f"rtconform: {secret} lies beside the vendor's program, which could read it: keep it elsewhere", err=True)


def _ask(certification: Certification, folder: Path) -> tuple[Certificate, bytes]:
    """The run, in a folder that does not outlive it: a certifying run leaves a bundle or nothing."""
    records: dict[str, bytes] = {}
    try:
        run_watched(certification.planned, folder / "run", resume=False, keep=records.update)
    except (KeyboardInterrupt, asyncio.CancelledError):
        click.echo("rtconform: interrupted; a certifying run can't be continued: begin another, with a new seed", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except Unwritable as full:
        raise UserError(
            f"{full.place}: {full.why}; nothing of a certifying run is kept: make room there, or set TMPDIR to a folder "
            "with room, and certify again, with a new seed"
        ) from None
    return make_bundle(certification, records)


@contextlib.contextmanager
def _reserved(out: Path | None) -> Iterator[Callable[[bytes, Certificate], Path]]:
    """A place for the bundle, found to be writable before the vendor is asked: a run can't be asked again."""
    folder = out.parent if out else Path()
    if out is not None and out.exists():
        raise UserError(f"{out}: exists already; give another --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".rtconform-", suffix=".part", dir=folder)
    except OSError as error:
        raise UserError(f"{folder}: can't write a bundle there: {error.strerror}") from None
    part = Path(name)

    def write(bundle: bytes, certificate: Certificate) -> Path:
        path = out or folder / _file_name(certificate)
        try:
            part.write_bytes(bundle)
            part.chmod(0o644)
            part.replace(path)
        except OSError as error:
            raise UserError(f"{path}: can't write the bundle: {error.strerror}") from None
        return path

    try:
        os.close(descriptor)
        yield write
    finally:
        part.unlink(missing_ok=True)


def _file_name(certificate: Certificate) -> str:
    kind = ("certificate" if certificate.outcome == "certified" else "refusal") + ("" if certificate.signer else "-unsigned")
    vendor = "".join(c if c.isascii() and c.isalnum() else "-" for c in certificate.vendor.name.lower()).strip("-")[:40]
    return f"{kind}-{vendor}-{certificate.issued_at:%Y%m%d-%H%M%S}.zip"


@contextlib.contextmanager
def _spent(seed_file: Path | None, commitment: str, places: Sequence[Path]) -> Iterator[None]:
    """Marks a committed seed as used when its run begins: whatever comes of the run, its cases are known from then on."""
    if seed_file is None:
        yield
        return
    spend(commitment, places, dt.datetime.now(dt.UTC))
    mark = seed_file.with_name(f"{seed_file.name}.used")
    try:
        with mark.open("x", encoding="utf-8") as stream:
            stream.write(f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} UTC\n")
    except FileExistsError:
        raise UserError(f"{seed_file}: used in a run before ({mark}): its cases are known; commit to a new seed") from None
    except OSError as error:
        raise UserError(f"{mark}: can't note that the seed is used: {error.strerror}") from None
    try:
        yield
    except VendorUnreachable as error:
        raise VendorUnreachable(f"{error}; the run had begun, so the seed in {seed_file} is spent: commit to a new one") from None
