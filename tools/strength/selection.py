"""Chooses the cases of suite `certify` from the kill matrix: `make certify-suite`.

The core is a minimal set: greedy cover of every faulty coder and every condition that some candidate catches or meets, then each
case taken out that the others make needless. The breadth comes on top, for faults that nobody listed: every faulty coder caught
by three cases where there are three, then the rows of the covering array.

Faulty coders that are too cautious or misread documents need no choice: suite `certify` asks each law, each flaw and each doubt
that changes nothing as it is (`generators/suites/certify.py`).
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import rtconform.generators
from rtconform.conformance.coder.faults import caution
from rtconform.conformance.coder.faults.catalogue import FAULTS
from rtconform.conformance.coder.faults.edits import Mutant
from rtconform.conformance.coder.faults.faulty import Coder, going_by
from rtconform.conformance.strength.conditions import met_by, obligations
from rtconform.conformance.strength.killing import asked, catches, remembering
from rtconform.conformance.strength.mutants.caution import CAUTION, LIST_ORDER
from rtconform.conformance.strength.mutants.rules import first_order
from rtconform.generators.suites.arrays import PAIRWISE, THREEWAY, rows
from rtconform.generators.suites.certify import CERTIFY, made
from rtconform.generators.suites.documentation import DOCUMENTATION
from rtconform.generators.suites.documentation_questions import QUESTIONS
from rtconform.generators.suites.generated import Place
from rtconform.generators.suites.registry import digest, suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.documents.treatment import Case

SIZE = 400
PROCESSES = 2
_TIMES = 3
_SEEDS = (1, 2, 3)
_DOCUMENTED = 200
_THREEWAY = 250

Wanted = frozenset[str]


def candidates() -> tuple[str, ...]:
    """The recipes to choose from: all hand-made cases, the covering array, a part of the others."""
    handmade = [entry.case.id for name in ("boundaries", "published") for entry in cases(suite(name), 1)]
    documented = [f"{DOCUMENTATION.name}:{number}" for number in range(_DOCUMENTED)]
    pairs = [f"{PAIRWISE.name}:{number}" for number in range(len(rows(2)))]
    step = len(rows(3)) // _THREEWAY
    triples = [f"{THREEWAY.name}:{number}" for number in range(0, len(rows(3)), step)]
    return (*handmade, *documented, *pairs, *triples)


def chosen_for() -> tuple[Mutant, ...]:
    """The mutants that cases are chosen to stop."""
    return tuple(mutant for mutant in first_order() if mutant.edits[0].operator not in (CAUTION, LIST_ORDER))


def rare(covered: Mapping[str, Wanted]) -> dict[str, Wanted]:
    """Rows of the larger array for the conditions that no candidate meets, with what they cover."""
    met = frozenset[str]().union(*covered.values())
    more: dict[str, Wanted] = {}
    for number in range(len(rows(3))):
        recipe = f"{THREEWAY.name}:{number}"
        if _conditions(recipe, number) - met:
            more[recipe] = covers((number, recipe))
            met |= more[recipe]
    return more


def inputs() -> str:
    """SHA-256 (hexadecimal) of what the choice is made from: the faulty coders, the conditions, the cases to choose from.

    Of suite `documentation` its questions count: their cases are drawn again in every suite `certify`.
    """
    faults = [name for name, fault in FAULTS.items() if fault not in caution.FAULTS]
    coders = [*(mutant.id for mutant in chosen_for()), *faults, *(obligation.says for obligation in obligations())]
    suites = (f"{name} {digest(suite(name), 1)}" for name in ("boundaries", "published", "pairwise", "threeway"))
    questions = (f"{question.rule} {question.flawed} {question.sound}" for question in QUESTIONS)
    return hashlib.sha256("\n".join((*coders, *suites, *questions)).encode()).hexdigest()


def _conditions(recipe: str, number: int) -> Wanted:
    places = (Place(CERTIFY.name, CERTIFY.version, seed, number) for seed in _SEEDS)
    return frozenset.intersection(*(frozenset(met.says for met in met_by(asked(made(recipe, place).case))) for place in places))


def covers(numbered: tuple[int, str]) -> Wanted:
    """What the recipe's case catches and meets, whatever the seed: what it does for each of three."""
    number, recipe = numbered
    found = (_covered(made(recipe, Place(CERTIFY.name, CERTIFY.version, seed, number)).case) for seed in _SEEDS)
    return frozenset.intersection(*found)


def _covered(case: Case) -> Wanted:
    one = asked(case)
    book = remembering([one])
    coders: Iterable[tuple[str, Coder]] = (
        *((mutant.id, going_by(mutant.book(book))) for mutant in chosen_for()),
        *((f"fault {name}", fault.code) for name, fault in FAULTS.items()),
    )
    caught = (name for name, coder in coders if catches(one, coder))
    return frozenset((*caught, *(obligation.says for obligation in met_by(one))))


def core(covered: Mapping[str, Wanted]) -> tuple[str, ...]:
    """A minimal choice that covers all that any candidate covers: greedy, then each taken out that the others make needless."""
    chosen = _greedy(covered, (), 1)
    for recipe in reversed(chosen):
        others = [other for other in chosen if other != recipe]
        if covered[recipe] <= frozenset[str]().union(*(covered[other] for other in others)):
            chosen = tuple(others)
    return chosen


def breadth(covered: Mapping[str, Wanted], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The cases beside the core, as many as the suite has room for."""
    more = _greedy(covered, chosen, _TIMES)
    pairs = [recipe for recipe in covered if recipe.startswith(f"{PAIRWISE.name}:") and recipe not in (*chosen, *more)]
    return (*more, *pairs)[: SIZE - len(chosen)]


def _greedy(covered: Mapping[str, Wanted], have: tuple[str, ...], times: int) -> tuple[str, ...]:
    """Candidates, the most useful first, until they and `have` cover each thing `times` times, where that is possible."""
    count = Counter(wanted for recipe in have for wanted in covered[recipe])
    chosen: list[str] = []
    left = [recipe for recipe in covered if recipe not in have]
    while left:
        best = max(left, key=lambda recipe: sum(count[wanted] < times for wanted in covered[recipe]))
        if not any(count[wanted] < times for wanted in covered[best]):
            break
        left.remove(best)
        chosen.append(best)
        count.update(covered[best])
    return tuple(chosen)


def main() -> None:
    """Choose, and write the data of the suite."""
    recipes = candidates()
    with ProcessPoolExecutor(PROCESSES) as pool:
        covered = dict(zip(recipes, pool.map(covers, enumerate(recipes), chunksize=8), strict=True))
    covered |= rare(covered)
    chosen = core(covered)
    data = {"made_from": inputs(), "core": list(chosen), "breadth": list(breadth(covered, chosen))}
    path = Path(rtconform.generators.__file__).with_name("data") / "certify.json"
    path.write_text(json.dumps(data, indent=0) + "\n", encoding="utf-8")
    sys.stderr.write(f"core {len(data['core'])}, breadth {len(data['breadth'])}\n")


if __name__ == "__main__":
    main()
