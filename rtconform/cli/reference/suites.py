"""`rtconform suites`: the suites that there are."""

import click

from rtconform.cli.options import FORMAT, print_rows
from rtconform.generators.suites.registry import DEFAULT_SEED, SUITES, any_suite, digest


@click.command()
@FORMAT
def suites(form: str) -> None:
    """List the suites: what each is for, how many cases it has, its version; as JSON with its digest at the default seed."""
    rows = []
    for name in SUITES:
        found = any_suite(name)
        row = {"suite": name, "version": found.version, "asks": found.asks, "cases": found.size(None), "about": found.about}
        # a digest is made of thousands of cases: a person who looks what there is does not wait for it
        rows.append({**row, "digest": digest(found, DEFAULT_SEED)} if form == "json" else row)
    print_rows(rows, form, ("suite", "asks", "version", "cases", "about"), (None, None, None, None, 80))
