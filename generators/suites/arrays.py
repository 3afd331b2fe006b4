"""Suites `pairwise` and `threeway`: covering arrays over the space, each row a case.

The rows are the same for every seed; the seed decides their order, so that nobody can answer by position, and all that the
combination leaves open.

The arrays take seconds to make, and a case alone should not. So they are made once, by
`python -m rtconform.generators.suites.arrays`, and kept with the digest of the space that they cover; for any other space they
are made again. A kept array also leaves the suite as it is when the search for small arrays improves.
"""

import hashlib
import json
from functools import cache, lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from rtconform.generators.clinic.realise import realise
from rtconform.generators.space.covering import covering_array
from rtconform.generators.space.lower_bound import lower_bound
from rtconform.generators.space.model import Row
from rtconform.generators.space.space import SPACE, Combination
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.suite import SuiteCase

STRENGTHS = {"pairwise": 2, "threeway": 3}
_FILE = "arrays.json"
_BEFORE_THE_FIRST = -1
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@cache
def rows(strength: int) -> tuple[Row, ...]:
    """The covering array of the space."""
    kept = _kept()
    if kept is None:
        return covering_array(SPACE, strength)
    return tuple(SPACE.spell(tuple(_DIGITS.index(digit) for digit in row)) for row in kept["rows"][str(strength)])


def fewest_rows(strength: int) -> int:
    """A number of rows below which no array covers the space."""
    kept = _kept()
    return lower_bound(SPACE, strength) if kept is None else kept["fewest_rows"][str(strength)]


def space_digest() -> str:
    """SHA-256 (hexadecimal) of the space's values and constraints, without their prose."""
    rules = [[{name: list(values) for name, values in side.items()} for side in (r.when, r.then)] for r in SPACE.implications]
    return hashlib.sha256(json.dumps([{n: list(v) for n, v in SPACE.parameters.items()}, rules]).encode()).hexdigest()


def made_again() -> dict[str, Any]:
    """The content of the file: the rows of each array, each a string with a digit (to base 36) for each dimension's value."""
    arrays = {str(strength): covering_array(SPACE, strength) for strength in STRENGTHS.values()}
    return {
        "space": space_digest(),
        "fewest_rows": {str(strength): lower_bound(SPACE, strength) for strength in STRENGTHS.values()},
        "rows": {strength: [_in_digits(row) for row in array] for strength, array in arrays.items()},
    }


def _in_digits(row: Row) -> str:
    return "".join(_DIGITS[place] for place in SPACE.numbers(dict(zip(SPACE.names, row, strict=True))).values())


@cache
def _kept() -> dict[str, Any] | None:
    """The file, where it is of this space."""
    found: dict[str, Any] = json.loads(files("rtconform.generators").joinpath("data", _FILE).read_bytes())
    return found if found["space"] == space_digest() else None


def combination_at(strength: int, place: Place) -> Combination:
    """The combination that the case at `place` is made from."""
    number = _order(strength, place.at(_BEFORE_THE_FIRST))[place.index]
    return dict(zip(SPACE.names, rows(strength)[number], strict=True))


@lru_cache(maxsize=8)
def _order(strength: int, start: Place) -> tuple[int, ...]:
    draw = start.draw()
    return tuple(sorted(range(len(rows(strength))), key=lambda _: draw()))


def _make(strength: int, place: Place) -> SuiteCase:
    return SuiteCase(realise(combination_at(strength, place), place.draw(), place.id))


def _suite(name: str, about: str) -> GeneratedSuite[SuiteCase]:
    strength = STRENGTHS[name]
    return GeneratedSuite(name, "3", about, partial(_make, strength), lambda: len(rows(strength)))


PAIRWISE = _suite("pairwise", "every valid pair of values of the space's dimensions")
THREEWAY = _suite("threeway", "every valid triple of values of the space's dimensions")


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath("data", _FILE).write_text(json.dumps(made_again(), indent=0) + "\n", encoding="utf-8")
