"""`rtconform tables`: CMS's national tables, loaded as they are published, and what they say of codes on a day."""

import datetime as dt
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import click

from rtconform.cli.options import FORMAT, QUIET, print_rows, say
from rtconform.reference.codes import notation
from rtconform.reference.errors import UserError
from rtconform.reference.national_edits.shipped import FOLDER, SENTENCE, keep, tables_in_force
from rtconform.reference.national_edits.tables import Edition, Tables, TableSetting, in_family

SETTINGS: tuple[TableSetting, ...] = ("hospital", "practitioner")
_COLUMNS = ("table", "setting", "edition", "what", "says")


@click.group()
def tables() -> None:
    """Load CMS's tables of national edits and payments, and look up codes in them.

    \b
    rtconform tables load ccioph-v323r0-f1.zip MCR_MUE_PractitionerServices_Eff_10-01-2026.csv
    rtconform tables show 77412 77407 --on 2026-10-14
    """


@tables.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="The folder of loaded tables."
)
@QUIET
def load(files: tuple[Path, ...], folder: Path) -> None:
    """Load FILEs as CMS publishes them: PTP, MUE, Addendum B and relative values; zip, text, CSV or xlsx.

    Keep CMS's own file names, which give setting and edition. Only the rows of this code family are kept. If one file is damaged,
    nothing is kept of any of them.
    """
    from rtconform.reference.national_edits.read import read_tables  # noqa: PLC0415 - only where files are read

    editions = tuple(edition for file in files for edition in read_tables(file))
    for edition in editions:
        say(f"{', '.join(edition.sources)}: {edition.title}, from {edition.effective}, {edition.size} rows of this family")
    for path in keep(editions, folder):
        say(f"kept in {path}")


@tables.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--on", "day", metavar="DATE", help="A date of service, YYYY-MM-DD. Default: the first day of the latest edition.")
@click.option(
    "--tables", "folder", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="The folder of loaded tables."
)
@FORMAT
def show(codes: tuple[str, ...], day: str | None, folder: Path, form: str) -> None:
    """Show what the tables say of CODEs, and of each pair of them, on a day; without a code, which editions there are."""
    known = tables_in_force(folder)
    if not codes:
        rows = [
            {**_named(one), "what": f"from {one.effective}", "says": f"{one.size} rows. {one.provenance}"}
            for one in known.editions
        ]
        print_rows(rows, form, _COLUMNS, (None, None, None, None, 70))
        click.echo(SENTENCE, err=True)
        return
    for code in codes:
        if not in_family(code):
            raise UserError(f"{code!r} is not a code of this family: give codes such as 77412, 77387 or G6015")
    on = _day(day) if day else max(one.effective for one in known.editions)
    found = list(_found(known, codes, on))
    print_rows(found, form, _COLUMNS, (None, None, None, None, 70))
    click.echo(f"On {on}. {SENTENCE}", err=True)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UserError(f"--on {text!r} is not a date: write YYYY-MM-DD, for instance 2026-10-14") from None


def _named(edition: Edition) -> dict[str, str]:
    return {"table": edition.kind, "setting": edition.setting, "edition": edition.edition}


def _found(known: Tables, codes: tuple[str, ...], day: dt.date) -> Iterator[dict[str, str]]:
    """Each pair in both orders, then each code: units, payment. What no table says, is said too."""
    for setting in SETTINGS if len(codes) > 1 else ():
        yield from _pairs(known, codes, day, setting)
    for code in dict.fromkeys(codes):
        for setting in SETTINGS:
            yield _most_units(known, code, day, setting)
        yield from _payment(known, code, day)


def _pairs(known: Tables, codes: tuple[str, ...], day: dt.date, setting: TableSetting) -> Iterator[dict[str, str]]:
    if not any(one.kind == "ptp" and one.setting == setting for one in known.editions):
        says = "no table of this setting is shipped or loaded"
        yield {"table": "ptp", "setting": setting, "edition": "none", "what": "", "says": says}
    for first, second in permutations(dict.fromkeys(codes), 2):
        if pair := known.pair(setting, first, second, day):
            row, edition, sure = pair
            means = "never together" if row.indicator == "0" else "together with 59, XE, XS, XP, XU or an anatomic modifier"
            since = f"from {row.effective}" + ("" if row.first_day_known else ", first day not known")
            begun = "" if sure else "not known to be in force on this day; "
            yield {**_named(edition), "what": f"{first}/{second}", "says": f"{begun}indicator {row.indicator}: {means}; {since}"}


def _most_units(known: Tables, code: str, day: dt.date, setting: TableSetting) -> dict[str, str]:
    edition = known.edition("mue", setting, day)
    found = known.most_units(setting, code, day)
    if found is None:
        says = (
            "not in the table, which is not the same as no limit" if edition else "no edition for this day is shipped or loaded"
        )
        return {"table": "mue", "setting": setting, "edition": edition.edition if edition else "none", "what": code, "says": says}
    most, edition = found
    per = "a line" if most.mai == 1 else "a date" + (", more with documentation" if most.mai == 3 else "")
    return {**_named(edition), "what": code, "says": f"{most.units} units {per} (MAI {most.mai})"}


def _payment(known: Tables, code: str, day: dt.date) -> Iterator[dict[str, str]]:
    rates, fees = known.edition("addendum_b", "hospital", day), known.edition("fee_schedule", "practitioner", day)
    for paid in rates.status if rates else ():
        if rates and paid.code == code:
            rate = f", ${paid.rate:,.2f}" if paid.rate is not None else ""
            says = f"status {paid.status}{f', APC {paid.apc}' if paid.apc else ''}{rate}"
            yield {**_named(rates), "what": code, "says": says}
    for fee in fees.fees if fees else ():
        if fees and fee.code == code:
            units = f"{fee.nonfacility:.2f} RVU, in a facility {fee.facility:.2f}"
            service = notation(code, (fee.modifier,) if fee.modifier else ())
            yield {**_named(fees), "what": service, "says": f"status {fee.status}, {units}, ${fees.conversion_factor} each"}
