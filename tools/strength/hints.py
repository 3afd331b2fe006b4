"""How many hints are wrong: `make hints` plants every fault of the catalogue alone, pairs of them, and mutants, and counts."""

import random
import sys
from dataclasses import dataclass, field

from rtconform.conformance.coder.faults.catalogue import FAULTS
from rtconform.conformance.strength.mutants.rules import first_order
from tests.helpers.planted import Coder, asked, both, recognised, results_of, wrong_hints

SUITES = ("published", "boundaries")
PAIRS = 200
MUTANTS_EVERY = 4


@dataclass
class _Count:
    planted: int = 0
    shown: int = 0
    hints: int = 0
    named: int = 0
    wrong: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


def main() -> None:
    """Print the figures; exit code 1 where a hint is wrong."""
    items = asked(*SUITES)
    coders: dict[str, Coder] = {name: fault.code for name, fault in FAULTS.items()}

    def plant(count: _Count, name: str, coder: Coder, *known: str) -> None:
        results = results_of(coder, items)
        found = recognised(results, items)
        named = {fault.id for hint in found.recognised for fault in hint.faults}
        count.planted += 1
        count.shown += any(result.causes for result in results)
        count.hints += len(found.recognised)
        count.named += bool(named.intersection(known))
        count.wrong += [f"{name}: {wrong}" for wrong in wrong_hints(results, found, items, coders)]
        if any(result.causes for result in results) and not named.intersection(known):
            count.silent.append(name)

    alone, pairs, mutants = _Count(), _Count(), _Count()
    for name, coder in coders.items():
        plant(alone, name, coder, name)
    drawn = random.Random(1)  # noqa: S311 - a sample, the same every time
    for _ in range(PAIRS):
        one, other = drawn.sample(sorted(coders), 2)
        plant(pairs, f"{one} + {other}", both(coders[one], coders[other]), one, other)
    for mutant in first_order()[::MUTANTS_EVERY]:
        plant(mutants, mutant.id, mutant.code)
    for title, count in (("faults alone", alone), ("pairs of faults", pairs), ("mutants", mutants)):
        print(
            f"{title}: {count.planted} planted, {count.shown} show, {count.hints} hints, "
            f"{len(count.wrong)} wrong, {count.named} named after a fault that is planted"
        )
    print("not named alone:", ", ".join(alone.silent) or "none")
    wrong = [*alone.wrong, *pairs.wrong, *mutants.wrong]
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
