"""Proves from plain JSON that rows cover every t-tuple that can occur, and that none of them breaks an implication.

Shares nothing with the generator of the rows. Every combination of values of t parameters either stands in a valid row or
is shown to be impossible, by trying all values of all other parameters that any implication speaks of.

    python coverage_checker.py MODEL.json ROWS.jsonl T

prints the result and exits with 1 when something is wrong. A line of ROWS.jsonl is an object: parameter to value.
"""

import json
import sys
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple


class Result(NamedTuple):
    """Tuples are (parameter, value) pairs in order of declaration; `possible` counts those covered or missing."""

    invalid_rows: list[dict[str, str]]
    missing: list[tuple[tuple[str, str], ...]]
    possible: int


def check(model: dict[str, Any], rows: list[dict[str, str]], t: int) -> Result:
    """Compare what the rows contain with what is possible."""
    invalid = [row for row in rows if not _complete(model, row) or _broken(model, row)]
    sound = [row for row in rows if row not in invalid]
    missing, possible = [], 0
    for names in combinations(model["parameters"], t):
        contained = {tuple(row[name] for name in names) for row in sound}
        for values in product(*(model["parameters"][name] for name in names)):
            if values in contained:
                possible += 1
            elif can_occur(model, dict(zip(names, values, strict=True))):
                possible += 1
                missing.append(tuple(zip(names, values, strict=True)))
    return Result(invalid, missing, possible)


def can_occur(model: dict[str, Any], partial: dict[str, str]) -> bool:
    """Whether some valid row contains these values: tries them all."""
    if _broken(model, partial):
        return False
    concerned = {name for rule in model["implications"] for side in ("if", "then") for name in rule[side]}
    undecided = [name for name in model["parameters"] if name in concerned and name not in partial]
    if not undecided:
        return True
    return any(can_occur(model, {**partial, undecided[0]: value}) for value in model["parameters"][undecided[0]])


def _complete(model: dict[str, Any], row: dict[str, str]) -> bool:
    return row.keys() == model["parameters"].keys() and all(row[name] in values for name, values in model["parameters"].items())


def _broken(model: dict[str, Any], partial: dict[str, str]) -> bool:
    """Whether an implication is broken whatever the values are that are not decided yet."""
    for rule in model["implications"]:
        applies = all(partial.get(name) in values for name, values in rule["if"].items())
        if applies and any(name in partial and partial[name] not in values for name, values in rule["then"].items()):
            return True
    return False


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
