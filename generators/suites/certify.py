"""Suite `certify`: few cases that stop every faulty coder that the big suites stop; the one to run on every commit.

Which cases, is data (`data/certify.json`, made by `make certify-suite` from the kill matrix): recipes, each a case of another
suite to be made again. The default seed gives the fixed suite; any other gives cases of the same strength that nobody has
seen, since everything that no code depends on is drawn (`variation.py`), and the order too. Beside these it asks each law of
suite `respelled` twice (once where it names its cases), each flaw of suite `invalid` once, and each doubt of suite
`documentation` that changes nothing.
"""

import datetime as dt
import json
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any

from msgspec.structs import replace

from rtconform.generators.clinic.people import person_id
from rtconform.generators.clinic.realise import realise
from rtconform.generators.clinic.variation import varied
from rtconform.generators.randomness import Draw
from rtconform.generators.space.space import SPACE
from rtconform.generators.suites.arrays import STRENGTHS, rows
from rtconform.generators.suites.documentation import DOCUMENTATION, unaffected
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.invalid import INVALID
from rtconform.generators.suites.invalid_flaws import FLAWS
from rtconform.generators.suites.respelled.laws import laws
from rtconform.generators.suites.respelled.suite import RESPELLED
from rtconform.generators.suites.suite import SuiteCase
from rtconform.generators.suites.written.handmade import shipped_suite

_FILE = "certify.json"
_BEFORE_THE_FIRST = -1
_EARLY = dt.date(2026, 1, 7)
_SEEDS = 1 << 48
_LAW_TIMES = 2
"""How often each law of suite `respelled` is asked that is tried on any case; one that names its cases shows on each of them."""

_AS_THEY_ARE = {RESPELLED.name: RESPELLED, INVALID.name: INVALID}
"""Suites whose cases are not varied: how they are written, or what is wrong with them, is what they are about."""


@cache
def recipes() -> tuple[str, ...]:
    """The cases of the suite by what they are made from: SUITE:SLUG, SUITE:NUMBER of a case, or SUITE:NUMBER of a row."""
    kept: dict[str, Any] = json.loads(files("rtconform.generators").joinpath("data", _FILE).read_bytes())
    return (*kept["core"], *kept["breadth"], *readings())


def readings() -> tuple[str, ...]:
    """What asks how a coder reads, by recipes: the number of a case says which law, flaw or question, whatever the seed."""
    times = (range(which, (1 if law.cases else _LAW_TIMES) * len(laws()), len(laws())) for which, law in enumerate(laws()))
    spellings = (f"{RESPELLED.name}:{number}" for number in sorted(chain.from_iterable(times)))
    flaws = (f"{INVALID.name}:{number}" for number in range(len(FLAWS)))
    doubts = (f"{DOCUMENTATION.name}:{number}" for number in unaffected())
    return (*spellings, *flaws, *doubts)


def made(recipe: str, place: Place) -> SuiteCase:
    """The case of a recipe at this place."""
    name, _, which = recipe.partition(":")
    draw = place.draw()
    if name in STRENGTHS:
        combination = dict(zip(SPACE.names, rows(STRENGTHS[name])[int(which)], strict=True))
        return SuiteCase(varied(realise(combination, draw, place.id), draw, place.id, keep_day=True))
    if name in _AS_THEY_ARE:
        return _disguised(_AS_THEY_ARE[name].case(int(which), int(draw() * _SEEDS)), draw, place.id)
    if name == DOCUMENTATION.name:
        entry = DOCUMENTATION.case(int(which), int(draw() * _SEEDS))
    else:
        handmade = shipped_suite(name)
        entry = handmade.case(handmade.index_of(recipe)[0], 0)
    keep_day = entry.rule.startswith("SCOPE-") or entry.case.billing.date_of_service < _EARLY
    keep_order = entry.rule == "SCOPE-TECHNIQUE"
    case = varied(entry.case, draw, place.id, keep_day=keep_day, keep_order=keep_order)
    return SuiteCase(case, entry.title, entry.rule, entry.heading, entry.why)


def _disguised(entry: SuiteCase, draw: Draw, case_id: str) -> SuiteCase:
    """The case under another id and of another patient; anything else might undo what it is about."""
    patient = replace(entry.case.patient, id=person_id(draw))
    return replace(entry, case=replace(entry.case, id=case_id, patient=patient), twin=None)


@lru_cache(maxsize=8)
def _order(start: Place) -> tuple[int, ...]:
    draw = start.draw()
    return tuple(sorted(range(len(recipes())), key=lambda _: draw()))


def _make(place: Place) -> SuiteCase:
    recipe = recipes()[_order(place.at(_BEFORE_THE_FIRST))[place.index]]
    return replace(made(recipe, place), drawn_from=recipe.partition(":")[0])


CERTIFY = GeneratedSuite(
    "certify",
    "9",
    "few cases that stop every faulty coder that the big suites stop; any seed gives fresh ones as strong",
    _make,
    lambda: len(recipes()),
)
