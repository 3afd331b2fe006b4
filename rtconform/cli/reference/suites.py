"""`rtconform suites`: the suites that there are, and the lock that says what each of them is."""

import sys
from pathlib import Path

import click

from rtconform.cli.certifying.signing import signing_key
from rtconform.cli.certifying.verify import check_line
from rtconform.cli.options import FORMAT, QUIET, names, print_rows, say
from rtconform.cli.words import completes
from rtconform.conformance.certificates.checks import Check
from rtconform.conformance.certificates.envelope import read_key_file, read_public_key
from rtconform.conformance.vendors.secrets import SIGNING_KEY
from rtconform.conformance.verdicts import EXIT_CONFORMANT, EXIT_NOT_CONFORMANT
from rtconform.generators.suites.registry import DEFAULT_SEED, SUITES, any_suite, digest
from rtconform.jobs.suite_lock import read_lock, shipped_lock, signed_lock, suite_lock, verify_lock
from rtconform.reference.documents.wire import encode
from rtconform.reference.errors import UserError
from rtconform.reports.text import one_line


@click.group(invoke_without_command=True)
@FORMAT
@click.pass_context
def suites(context: click.Context, form: str) -> None:
    """List the suites: what each is for, its number of cases and its version; as JSON also its digest at the default seed."""
    if context.invoked_subcommand is not None:
        return
    rows = []
    for name in SUITES:
        found = any_suite(name)
        row = {"suite": name, "version": found.version, "asks": found.asks, "cases": found.size(None), "about": found.about}
        # a digest is made of thousands of cases: a person who looks what there is does not wait for it
        rows.append({**row, "digest": digest(found, DEFAULT_SEED)} if form == "json" else row)
    print_rows(rows, form, ("suite", "asks", "version", "cases", "about"), (None, None, None, None, 80))


@suites.command()
@click.option("--key", type=click.Path(path_type=Path), help=f"Private Ed25519 key, PEM.  [default: ${SIGNING_KEY}]")
@click.option("--unsigned", is_flag=True, help="Write a lock without a signature; it says that nobody vouches for it.")
@click.option("--out", type=click.Path(path_type=Path), help="A new file.  [default: standard output]")
@QUIET
def lock(key: Path | None, out: Path | None, *, unsigned: bool) -> None:
    """Write a signed lock: version, number of cases and digest of every suite that is installed here.

    \b
    rtconform suites lock --key key.pem --out suites.lock.dsse.json

    It is an in-toto statement in a DSSE envelope. With your public key and `rtconform suites verify`, anyone can check offline
    that the suites of an installation are the ones that you signed.
    """
    signer = signing_key(key, unsigned=unsigned)  # first: the suites take their seconds
    document = signed_lock(suite_lock(), signer)
    if out is None:
        click.echo(document, nl=False)
        return
    try:
        with out.open("xb") as stream:
            stream.write(document)
    except FileExistsError:
        raise UserError(f"{out}: exists already; give another --out") from None
    except OSError as error:
        raise UserError(f"{out}: can't write the lock: {error.strerror}") from None
    say(out)


@suites.command("verify")
@click.argument("path", required=False, type=click.Path(path_type=Path), metavar="[LOCK]")
@click.option("--public-key", type=click.Path(path_type=Path), help="The makers' public key, PEM; get it from the makers.")
@click.option(
    "--suite",
    "only",
    metavar="NAME,…",
    default="",
    shell_complete=completes(SUITES, listed=True),
    help="Check only these suites.  [default: all]",
)
@FORMAT
def verify(path: Path | None, public_key: Path | None, only: str, form: str) -> None:
    """Make the installed suites again, and compare them with the signed LOCK, offline.

    \b
    rtconform suites verify suites.lock.dsse.json --public-key makers.pub

    Without LOCK, the lock that came with this installation is used. Exit code 0: every check that was made held; 1: a check did
    not hold, and the suites that differ are named; 2: a file can't be read. Without --public-key nobody checks whose lock it is,
    and the output says so.
    """
    key = read_public_key(read_key_file(public_key), str(public_key)) if public_key else None
    envelope, locked = read_lock(path or shipped_lock())
    checks = []
    for check in verify_lock(envelope, locked, key, names(only)):
        checks.append(check)
        if form == "table":
            click.echo(check_line(check))
    held = all(check.standing != "failed" for check in checks)
    click.echo(encode({"held": held, "checks": checks}) if form == "json" else f"\n{_conclusion(checks)}")
    sys.exit(EXIT_CONFORMANT if held else EXIT_NOT_CONFORMANT)


def _conclusion(checks: list[Check]) -> str:
    failed = [one_line(check.name) for check in checks if check.standing == "failed"]
    if failed == ["signature"]:
        return "NOT THE LOCK OF THAT KEY'S OWNER: the signature did not hold; the suites are those of the file"
    if failed:
        return f"NOT THE SUITES OF THE LOCK: {', '.join(failed)} did not hold"
    if any(check.standing == "not_checked" for check in checks):
        return "the suites are those of the lock, but nobody checked whose signature the lock has: give --public-key"
    return "the suites are those of the lock, and the lock is signed by that key"
