"""`rtconform space`: the space of treatments: its dimensions, constraints and exact counts."""

import json
from collections.abc import Mapping
from typing import Any

import click
from tabulate import tabulate

from rtconform.cli.options import FORMAT
from rtconform.generators.space.counting import count, count_tuples
from rtconform.generators.space.space import DECIDING, DIMENSIONS, SPACE
from rtconform.generators.suites.arrays import STRENGTHS, fewest_rows, rows


@click.command()
@FORMAT
def space(form: str) -> None:
    """Print the space of treatments: dimensions, constraints with their reasons, and how many combinations there are.

    Counts are exact: they are worked out from the constraints, without listing the combinations. For each covering array the
    number of rows is printed, and a lower bound: no array with fewer rows could cover everything.
    """
    document = described()
    click.echo(json.dumps(document, indent=2, ensure_ascii=False) if form == "json" else in_tables(document))


def described() -> dict[str, Any]:
    """The space as plain data."""
    return {
        "dimensions": [{"name": d.name, "about": d.about, "decides": d.decides, "values": dict(d.values)} for d in DIMENSIONS],
        "constraints": [{"if": _plain(row.when), "then": _plain(row.then), "because": row.reason} for row in SPACE.implications],
        "counts": {
            "combinations": count(SPACE),
            "deciding": count(DECIDING),
            "pairs": count_tuples(SPACE, 2),
            "triples": count_tuples(SPACE, 3),
        },
        "arrays": [
            {"suite": suite, "strength": t, "rows": len(rows(t)), "lower_bound": fewest_rows(t)} for suite, t in STRENGTHS.items()
        ],
    }


def in_tables(document: dict[str, Any]) -> str:
    """The same for a person."""
    values = tabulate(values_of(document), headers=OF_VALUES, tablefmt="simple", maxcolwidths=[None, None, 80])
    constraints = tabulate(constraints_of(document), headers=OF_CONSTRAINTS, tablefmt="simple", maxcolwidths=[44, 44, 44])
    return "\n".join(
        [
            "Dimensions\n",
            values,
            "\nConstraints\n",
            constraints,
            "\nCounts, exact\n",
            *counts_of(document),
        ]
    )


OF_VALUES = ("dimension", "value", "meaning")
OF_CONSTRAINTS = ("if", "then", "because")


def values_of(document: dict[str, Any]) -> list[list[str]]:
    """A row for each value; the first of a dimension has its name."""
    return [
        [dimension["name"] if not number else "", value, about]
        for dimension in document["dimensions"]
        for number, (value, about) in enumerate(dimension["values"].items())
    ]


def constraints_of(document: dict[str, Any]) -> list[list[str]]:
    """A row for each constraint, in words."""
    return [[_spelled(row["if"]), _spelled(row["then"]), row["because"]] for row in document["constraints"]]


def counts_of(document: dict[str, Any]) -> list[str]:
    """The counts, a line each."""
    counts, arrays = document["counts"], document["arrays"]
    return [
        f"{counts['combinations']:,} valid combinations, {counts['deciding']:,} of the dimensions that codes can depend on",
        f"{counts['pairs']:,} valid pairs of values, {counts['triples']:,} valid triples",
        *(
            f"{array['suite']}: {array['rows']:,} rows cover all of them; fewer than {array['lower_bound']:,} could not"
            for array in arrays
        ),
    ]


def _plain(named: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in named.items()}


def _spelled(named: dict[str, list[str]]) -> str:
    return " and ".join(f"{name} is {' or '.join(values)}" for name, values in named.items())
