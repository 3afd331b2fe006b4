"""`rtconform generate`: the cases or claims of a suite."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from rtconform.cli.options import shard_of
from rtconform.generators.suites.registry import any_suite, suite_of_id
from rtconform.generators.suites.suite import SuiteItem, part_of
from rtconform.reference.errors import UserError


@click.command()
@click.argument("suite", required=False)
@click.option("--id", "case_id", help="Print only the case with this id; SUITE is known from it, unless it is a file.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of suites that have one.")
@click.option("--count", type=click.IntRange(min=1), help="How many cases, for suites of free length.")
@click.option("--shard", metavar="I/N", help="Print only part I of N, in order; the parts together are the suite.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of standard output.")
def generate(suite: str | None, case_id: str | None, seed: int, count: int | None, shard: str | None, out: Path | None) -> None:
    """Print the cases (rtconform.case/1) or claims (rtconform.claim/1) of SUITE as JSON Lines, one a line.

    \b
    rtconform generate boundaries --out cases.jsonl
    rtconform generate --id boundaries:approval-a-minute-before
    """
    if suite is None and case_id is None:
        raise click.UsageError("give a SUITE, or --id with a case's id")
    found = _one(suite, case_id) if case_id is not None else _many(str(suite), seed, count, shard)
    if out is None:
        _write(sys.stdout.buffer, found)
        return
    temporary = out.with_name(f"{out.name}.tmp")
    try:
        with temporary.open("wb") as stream:
            _write(stream, found)
        temporary.replace(out)
    except OSError as error:
        raise UserError(f"--out {out}: {error.strerror}") from None


def _one(name: str | None, case_id: str) -> Iterator[SuiteItem]:
    suite = suite_of_id(case_id) if name is None else any_suite(name)
    index, seed = suite.index_of(case_id)
    yield suite.case(index, seed)


def _many(name: str, seed: int, count: int | None, shard: str | None) -> Iterator[SuiteItem]:
    suite = any_suite(name)
    size = suite.size(count)
    part, parts = shard_of(shard) if shard else (1, 1)
    for index in part_of(size, part, parts):
        yield suite.case(index, seed)


def _write(stream: BinaryIO, found: Iterator[SuiteItem]) -> None:
    for item in found:
        stream.write(item.wire + b"\n")
    stream.flush()
