"""Suite `certify`: few cases that stop every faulty coder that the big suites stop; the one to run on every commit.

The choice of cases is data (`data/certify.json`, made by `make certify-suite` from the kill matrix): recipes, each of which
makes a case of another suite again. The default seed gives the fixed suite; any other gives cases of the same strength that
nobody has seen, since everything that no code depends on is drawn (`variation.py`), and the order too.
"""

import datetime as dt
import json
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rtconform.generators.clinic.realise import realise
from rtconform.generators.clinic.variation import varied
from rtconform.generators.space.space import SPACE
from rtconform.generators.suites.arrays import STRENGTHS, rows
from rtconform.generators.suites.documentation import DOCUMENTATION
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.suite import SuiteCase
from rtconform.generators.suites.written.handmade import shipped_suite

_FILE = "certify.json"
_BEFORE_THE_FIRST = -1
_EARLY = dt.date(2026, 1, 7)
_SEEDS = 1 << 48


@cache
def recipes() -> tuple[str, ...]:
    """The cases of the suite by what they are made from: SUITE:SLUG, SUITE:NUMBER of a case, or SUITE:NUMBER of a row."""
    kept: dict[str, Any] = json.loads(files("rtconform.generators").joinpath("data", _FILE).read_bytes())
    return (*kept["core"], *kept["breadth"])


def made(recipe: str, place: Place) -> SuiteCase:
    """The case of a recipe at this place."""
    name, _, which = recipe.partition(":")
    draw = place.draw()
    if name in STRENGTHS:
        combination = dict(zip(SPACE.names, rows(STRENGTHS[name])[int(which)], strict=True))
        return SuiteCase(varied(realise(combination, draw, place.id), draw, place.id, keep_day=True))
    if name == DOCUMENTATION.name:
        entry = DOCUMENTATION.case(int(which), int(draw() * _SEEDS))
    else:
        handmade = shipped_suite(name)
        entry = handmade.case(handmade.index_of(recipe)[0], 0)
    keep_day = entry.rule.startswith("SCOPE-") or entry.case.billing.date_of_service < _EARLY
    keep_order = entry.rule == "SCOPE-TECHNIQUE"
    case = varied(entry.case, draw, place.id, keep_day=keep_day, keep_order=keep_order)
    return SuiteCase(case, entry.title, entry.rule, entry.heading, entry.why)


@lru_cache(maxsize=8)
def _order(start: Place) -> tuple[int, ...]:
    draw = start.draw()
    return tuple(sorted(range(len(recipes())), key=lambda _: draw()))


def _make(place: Place) -> SuiteCase:
    return made(recipes()[_order(place.at(_BEFORE_THE_FIRST))[place.index]], place)


CERTIFY = GeneratedSuite(
    "certify",
    "6",
    "few cases that stop every faulty coder that the big suites stop; any seed gives fresh ones as strong",
    _make,
    lambda: len(recipes()),
)
