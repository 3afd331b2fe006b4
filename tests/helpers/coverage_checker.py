"""Proves from plain JSON that rows cover every t-tuple that can occur, and that none of them breaks an implication.

Shares nothing with the generator of the rows. Every combination of values of t parameters either stands in a valid row or
is shown to be impossible: a part of it is, or no values of the other parameters go with it. That is searched by taking from
each parameter the values that the implications rule out, and trying those that are left.

    python coverage_checker.py MODEL.json ROWS.jsonl T

prints the result and exits with 1 when something is wrong. A line of ROWS.jsonl is an object: parameter to value.
"""

import json
import sys
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

Pairs = tuple[tuple[str, str], ...]
Domains = dict[str, frozenset[str]]


class Result(NamedTuple):
    """Tuples are (parameter, value) pairs in order of declaration; `possible` counts those covered or missing."""

    invalid_rows: list[dict[str, str]]
    missing: list[Pairs]
    possible: int


def check(model: dict[str, Any], rows: list[dict[str, str]], t: int) -> Result:
    """Compare what the rows contain with what is possible."""
    invalid = [row for row in rows if not _complete(model, row) or _broken(model, row)]
    sound = [row for row in rows if row not in invalid]
    missing, possible = [], 0
    impossible: set[Pairs] = set()
    for size in range(1, t + 1):
        for names in combinations(model["parameters"], size):
            contained = {tuple(row[name] for name in names) for row in sound}
            for values in product(*(model["parameters"][name] for name in names)):
                found = tuple(zip(names, values, strict=True))
                if values not in contained:
                    if any(part in impossible for part in combinations(found, size - 1)) or not can_occur(model, dict(found)):
                        impossible.add(found)
                        continue
                    if size == t:
                        missing.append(found)
                possible += size == t
    return Result(invalid, missing, possible)


def can_occur(model: dict[str, Any], partial: dict[str, str]) -> bool:
    """Whether some valid row contains these values."""
    return _can_be_decided(
        {name: frozenset([partial[name]] if name in partial else values) for name, values in model["parameters"].items()},
        model["implications"],
    )


def _can_be_decided(domains: Domains, rules: list[dict[str, Any]]) -> bool:
    narrowed = _narrowed(domains, rules)
    if narrowed is None:
        return False
    still_open, domains = narrowed
    undecided = {name for rule in still_open for side in rule.values() for name in side if len(domains[name]) > 1}
    if not undecided:
        return True
    name = min(undecided, key=lambda each: (len(domains[each]), each))
    return any(_can_be_decided({**domains, name: frozenset([value])}, still_open) for value in sorted(domains[name]))


def _narrowed(domains: Domains, rules: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], Domains] | None:
    """The rules that may still be broken, and the values that can still be taken; None: an implication can't be kept."""
    domains, still_open = dict(domains), [{"if": rule["if"], "then": rule["then"]} for rule in rules]
    narrower = True
    while narrower:
        narrower, waiting = False, []
        for rule in still_open:
            conditions = {name: values for name, values in rule["if"].items() if not domains[name] <= set(values)}
            results = {name: values for name, values in rule["then"].items() if not domains[name] <= set(values)}
            if not results or any(domains[name].isdisjoint(values) for name, values in conditions.items()):
                continue
            can_hold = not any(domains[name].isdisjoint(values) for name, values in results.items())
            if not conditions and not can_hold:
                return None
            if not conditions:
                domains.update({name: domains[name] & set(values) for name, values in results.items()})
                narrower = True
            elif not can_hold and len(conditions) == 1:
                ((name, values),) = conditions.items()
                domains[name] -= set(values)
                narrower = True
            else:
                waiting.append(rule)
        still_open = waiting
    return still_open, domains


def _complete(model: dict[str, Any], row: dict[str, str]) -> bool:
    return row.keys() == model["parameters"].keys() and all(row[name] in values for name, values in model["parameters"].items())


def _broken(model: dict[str, Any], row: dict[str, str]) -> bool:
    """Whether the row breaks an implication."""
    return any(
        all(row[name] in values for name, values in rule["if"].items())
        and any(row[name] not in values for name, values in rule["then"].items())
        for rule in model["implications"]
    )


def main(arguments: list[str]) -> int:
    """The command."""
    model_file, rows_file, strength = arguments
    model = json.loads(Path(model_file).read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in Path(rows_file).read_text(encoding="utf-8").splitlines()]
    result = check(model, rows, int(strength))
    lines = [
        f"{len(rows)} rows, {result.possible} possible tuples, {len(result.missing)} missing, {len(result.invalid_rows)} invalid rows"
    ]
    lines += [f"missing: {found}" for found in result.missing] + [f"invalid: {row}" for row in result.invalid_rows]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if result.missing or result.invalid_rows else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
