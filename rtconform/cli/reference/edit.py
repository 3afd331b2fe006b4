"""`rtconform edit`: what the reference editor makes of claims."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from rtconform.cli.options import OWN_PROFILES, profiles_in
from rtconform.jobs.claim_files import claims_in
from rtconform.jobs.claim_prose import claim_in_prose
from rtconform.jobs.decided import compared, in_prose
from rtconform.jobs.edit_files import Edited, Remittances, table
from rtconform.reference.codes import PROFESSIONAL, notation
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.wire import encode
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.lines import whose_claim
from rtconform.reference.editor.payers import PayerProfile, profile_of
from rtconform.reference.errors import UserError
from rtconform.reference.national_edits.shipped import FOLDER, tables_in_force
from rtconform.reference.national_edits.tables import Tables
from rtconform.reference.relative_values import RelativeValues, load_relative_values, period_of, relative_value, shipped_values
from rtconform.reports.text import clean, one_line


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--explain",
    is_flag=True,
    help="Explain in prose, with sources, why each line is allowed or stopped, and what single step would change that.",
)
@click.option(
    "--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True, help="JSON Lines, or a table."
)
@click.option("--as", "written", type=click.Choice(["835"]), help="Instead of JSON, write the 835 of a payer that decides so.")
@click.option(
    "--decided",
    "decisions",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A payer's decisions on these claims, 835s, ClaimResponses or dispositions: print only differences; may be given again.",
)
@OWN_PROFILES
@click.option(
    "--relative-values",
    "weights",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Relative values of services, shown by --explain; never part of a disposition.",
)
@click.option(
    "--tables",
    "folder",
    type=click.Path(path_type=Path),
    default=FOLDER,
    show_default=True,
    help="A folder of national tables that `rtconform tables load` wrote; it adds to the shipped tables.",
)
def edit(
    files: tuple[str, ...],
    form: str,
    written: str | None,
    decisions: tuple[Path, ...],
    own: tuple[Path, ...],
    weights: Path | None,
    folder: Path,
    *,
    explain: bool,
) -> None:
    """Print the reference's dispositions of the claims in FILEs, one claim per line.

    A FILE holds claims as JSON Lines, as 837 interchanges or as FHIR Claims, or is a folder of such files; `-` or none: standard
    input.

    \b
    rtconform generate edits-claim | rtconform edit
    rtconform edit claims.jsonl --explain
    rtconform edit january.837 --format table
    rtconform edit january.837 --as 835
    rtconform edit claims.jsonl --payer-profile our_payer.toml
    rtconform edit january.837 --decided january.835 --explain

    The adjudication (rtconform.adjudication/1) names for each line the category, the reason codes that fit, the rules behind it,
    and what else is accepted; for a line that is allowed, it has the sentence for an appeal. What an 837 holds beyond the claims
    is named on standard error, with the position of its segment. Lines that the edits do not cover are passed on unchanged. A
    claim that can't be read is named at the end, the others are edited, and the exit code is then 2.

    With --decided, only the payer's decisions that differ are printed: as a line of JSON each, or with --explain as prose, false
    denials first, by reason code and service, each with the paragraph for an appeal.
    """
    _refuse_together(form, written, decided=bool(decisions), explain=explain)
    profiles = profiles_in(own)
    values = load_relative_values(weights) if weights else shipped_values()
    tables = tables_in_force(folder)
    found = _adjudicated(files or ("-",), profiles, tables)
    noted = _Noted()
    if decisions:
        _differences(noted, found, decisions, tables, explain=explain)
    elif written:
        for interchange in Remittances(noted.unread).of(noted.of(found)):
            click.echo(interchange, nl=False)
    elif form == "table":
        for line in table(noted.of(found)):
            click.echo(clean(line))
    else:
        for read, one in noted.of(found):
            if read.claim is not None and one is not None:
                if explain:
                    its = profile_of(read.claim.payer, profiles)
                    click.echo(clean(claim_in_prose(read.claim, one, weighed(read.claim, values), its, tables)))
                else:
                    click.echo(encode(one))
    if noted.unread:
        shown = "\n".join(noted.unread[:MOST_UNREAD])
        raise UserError(f"{len(noted.unread)} claims could not be edited (all others were). What is wrong with them:\n{shown}")


def _refuse_together(form: str, written: str | None, *, decided: bool, explain: bool) -> None:
    """Raises UsageError where one of the options would be passed over."""
    for message in _not_together(form, written, decided=decided, explain=explain):
        raise click.UsageError(message)


def _not_together(form: str, written: str | None, *, decided: bool, explain: bool) -> Iterator[str]:
    if decided and written:
        yield f"--as {written} writes what the reference decides, --decided what differs from it: leave one of them out"
    if decided and form == "table":
        yield "--decided has no table: leave --format out, or give --explain for prose"
    if written and (form == "table" or explain):
        other = "--explain" if explain else "--format table"
        yield f"--as {written} writes an 835 and nothing else: leave it or {other} out"
    if explain and form == "table":
        yield "--explain writes prose, --format table a table: leave one of them out"


def _differences(noted: "_Noted", found: Iterable[Edited], decisions: tuple[Path, ...], tables: Tables, *, explain: bool) -> None:
    pairs = ((read.claim, one) for read, one in noted.of(found) if read.claim is not None and one is not None)
    differing = compared(pairs, decisions, tables)
    for said in in_prose(differing) if explain else map(encode, differing.differences):
        click.echo(clean(said) if isinstance(said, str) else said)
    noted.unread += [one_line(why) for why in differing.unread]


def weighed(claim: Claim, values: RelativeValues) -> dict[int, str]:
    """What each line weighs, by number and in words; lines that the values do not cover are left out."""
    setting, _ = whose_claim(claim)
    found = {}
    for line in claim.lines:
        service = notation(line.code, (PROFESSIONAL,) if PROFESSIONAL in line.modifiers else ())
        weight = relative_value(service, line.date_of_service, setting, values)
        period = period_of(line.date_of_service, values)
        if weight is not None and period is not None:
            found[line.number] = f"{weight * line.units:g} {period.unit} ({period.source})"
    return found


def _adjudicated(files: tuple[str, ...], profiles: tuple[PayerProfile, ...], tables: Tables) -> Iterator[Edited]:
    for name in files:
        for found in claims_in(name):
            claim = found.claim
            yield found, adjudicate(claim, profile_of(claim.payer, profiles), tables) if claim is not None else None


MOST_UNREAD = 20
"""How many claims that could not be edited an error names."""


class _Noted:
    """Passes claims on, and says on standard error what was noted of them. `unread`: those that could not be edited, and why."""

    def __init__(self) -> None:
        self.unread: list[str] = []

    def of(self, edited: Iterable[Edited]) -> Iterator[Edited]:
        for found, adjudication in edited:
            about = f"{found.source}: claim {found.name!r}" if found.name else found.source
            if found.claim is None and found.name and not found.foreign:
                self.unread.append(one_line(f"{about}: {'; '.join(found.notes)}"))
            else:
                for note in found.notes:
                    click.echo(one_line(f"{about}: {note}"), err=True)
            if found.claim is not None or found.name:
                yield found, adjudication
