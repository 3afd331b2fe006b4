"""`rtconform generate` and `rtconform code`: cases, and what the reference makes of them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from rtconform.commands.options import documents_of, shard_of
from rtconform.generators.suite import SuiteItem, part_of
from rtconform.generators.suites import any_suite, suite_of_id
from rtconform.reference.coder import code as reference_code
from rtconform.reference.coding import Coding
from rtconform.reference.errors import UserError
from rtconform.reference.rules import RULES
from rtconform.reference.treatment import unknown_terms
from rtconform.reference.wire import decode_cases, encode


@click.command()
@click.argument("suite", required=False)
@click.option("--id", "case_id", help="Print only the case with this id; the suite is known from it.")
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
    if (suite is None) == (case_id is None):
        raise click.UsageError("give a SUITE, or --id with a case's id")
    found = _one(case_id) if case_id is not None else _many(str(suite), seed, count, shard)
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


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--explain", is_flag=True, help="Say in prose, with sources, why each line is there.")
def code(files: tuple[str, ...], *, explain: bool) -> None:
    """Print the reference's coding of the cases in FILEs (JSON Lines, `-` or none: standard input), one a line.

    \b
    rtconform generate boundaries | rtconform code
    rtconform code cases.jsonl --explain

    The coding (rtconform.coding/1) names the rules behind every line, and the alternatives where guidance is ambiguous.
    """
    for name in files or ("-",):
        for line, case in documents_of(name, decode_cases):
            for fault in unknown_terms(case):
                click.echo(f"rtconform: {_shown(name)}:{line}: {fault}: coded as DOC-UNKNOWN says", err=True)
            coding = reference_code(case)
            click.echo(explanation(coding) if explain else encode(coding))


def explanation(coding: Coding) -> str:
    """A coding in prose: the outcome, the lines, why, and the rules with their sources."""
    lines = [f"{line.session}  {'-'.join((line.code, *line.modifiers))} × {line.units}" for line in coding.lines]
    parts = [f"{coding.id}: {coding.outcome}", *(f"  {line}" for line in lines or ["no line"]), "  because"]
    parts += [f"    {reason}" for reason in coding.reasons]
    for alternative in coding.alternatives:
        billed = " + ".join("-".join((line.code, *line.modifiers)) for line in alternative.lines)
        where = alternative.session or "the whole case"
        parts.append(f"  accepted too, for {where}: {billed or alternative.outcome or 'no line'} ({alternative.rule})")
    parts.append("  rules")
    for rule_id in coding.rules:
        rule = RULES[rule_id]
        parts.append(f"    {rule_id} ({rule.standing}; {rule.heading}): {rule.says}")
    return "\n".join(parts) + "\n"


def _shown(name: str) -> str:
    return "<stdin>" if name == "-" else name


def _one(case_id: str) -> Iterator[SuiteItem]:
    suite = suite_of_id(case_id)
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
