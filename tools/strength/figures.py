"""The dated figures of docs/explanation/strength.md, measured by `make strength`: long work that CI does not repeat, kept in
`measured.json` with their date. What CI repeats, it holds against them (tests/conformance/strength/test_strength.py).

    python -m tools.strength.figures          everything
    python -m tools.strength.figures pairs    the mutants of two edits alone, the rest stays as it was
    python -m tools.strength.figures reading  cautious mutants and faulty readers alone, the rest stays as it was
"""

import datetime as dt
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from rtconform.conformance.coder.faults.edits import TOGETHER
from rtconform.conformance.strength.document import Strength, SuiteStrength, Survivor

SUITES = ("published", "boundaries", "pairwise", "threeway", "documentation", "invalid", "respelled", "certify")
SMALL = ("boundaries", "pairwise")
"""The suites that have to stop every mutant together."""

SECOND_ORDER = 10_000
SEEDS = 100
_FILE = "measured.json"


class Seeds(Struct, frozen=True):
    """Suite `certify` at many seeds: how many, what was not stopped (seed and coder), the fewest conditions that decided."""

    tried: int
    not_stopped: tuple[tuple[int, str], ...]
    fewest_conditions: int


class Missed(Struct, frozen=True):
    """A mutant that the small suites do not stop, though it can be told from the reference.

    `shown`: a point of a space of proof at which it can; `stopped_by`: the first case of each other suite that stops it.
    """

    id: str
    says: str
    shown: str
    stopped_by: dict[str, str]


class Pairs(Struct, frozen=True):
    """A sample of the mutants of two edits against the small suites together, and when that was measured."""

    on: dt.date
    tried: int
    killed: int
    equivalent: int
    missed: tuple[Missed, ...]


class Reading(Struct, frozen=True):
    """Cautious mutants and faulty readers: how many of each kind, how many of these each suite stops (`cases` it has), and those
    that no suite stops.
    """

    on: dt.date
    kinds: dict[str, int]
    stopped: dict[str, dict[str, int]]
    cases: dict[str, int]
    survivors: tuple[Survivor, ...]


class Figures(Struct, frozen=True):
    """What was measured, and when."""

    on: dt.date
    rule_set: str
    mutants: int
    faults: int
    survivors: tuple[Survivor, ...]
    suites: tuple[SuiteStrength, ...]
    pairs: Pairs
    seeds: Seeds | None
    reading: Reading | None = None


@cache
def figures() -> Figures:
    """The figures as they are kept."""
    return msgspec.json.decode(Path(__file__).with_name(_FILE).read_bytes(), type=Figures)


def equivalent() -> frozenset[str]:
    """The mutants of one edit, and the faulty readers, that are proved equivalent."""
    found = figures()
    reading = found.reading.survivors if found.reading else ()
    return frozenset(survivor.id for survivor in (*found.survivors, *reading) if survivor.equivalent)


def main(arguments: Sequence[str]) -> None:
    """Measure everything, or the pairs alone, and keep it."""
    from rtconform.conformance.strength.matrix import measured  # noqa: PLC0415 - the figures are read without it
    from tools.strength.seeds import over_seeds  # noqa: PLC0415 - the same

    if "reading" in arguments:
        _keep(structs.replace(figures(), reading=_reading()))
        return
    small = measured(SMALL, 1, SECOND_ORDER, PROCESSES, _told)
    pairs = _pairs(small)
    if "pairs" in arguments:
        _keep(structs.replace(figures(), pairs=pairs))
        return
    every = measured(SUITES, 1, 0, PROCESSES, _told, proofs=False)
    found = Figures(
        on=_today(),
        rule_set=small.rule_set,
        mutants=small.mutants,
        faults=small.faults,
        survivors=tuple(survivor for survivor in small.survivors if not _of_two(survivor)),
        suites=every.suites,
        pairs=pairs,
        seeds=None,
    )
    _keep(found)
    not_stopped: list[tuple[int, str]] = []
    fewest = sys.maxsize
    for seed, alive, conditions in over_seeds("certify", equivalent(), range(1, SEEDS + 1), PROCESSES):
        not_stopped += [(seed, coder) for coder in alive]
        fewest = min(fewest, conditions)
        _told("seeds", seed, SEEDS)
    _keep(structs.replace(found, seeds=Seeds(SEEDS, tuple(not_stopped), fewest)))


def _reading() -> Reading:
    """Cautious mutants and faulty readers against the suites; what none stops is compared with the reference."""
    from rtconform.conformance.strength.killing import asked_of, remembering  # noqa: PLC0415 - see above
    from rtconform.conformance.strength.matrix import survivor_of, tasks_of_reading  # noqa: PLC0415 - see above

    of = {name: tuple(asked_of(name, 1)) for name in READING_SUITES}
    books = {name: remembering(asked) for name, asked in of.items()}
    kinds, stopped = Counter[str](), {name: Counter[str]() for name in READING_SUITES}
    alive = []
    for done, task in enumerate(tasks_of_reading(), 1):
        kind = task.kind
        kinds[kind] += 1
        stopping = [name for name in READING_SUITES if task.first_catch(of[name], books[name])]
        for name in stopping:
            stopped[name][kind] += 1
        if not stopping:
            alive.append(task)
        _told("cautious and careless coders", done, len(tasks_of_reading()))
    with ProcessPoolExecutor(PROCESSES) as pool:
        survivors = tuple(pool.map(survivor_of, alive))
    return Reading(
        _today(),
        dict(kinds),
        {name: dict(found) for name, found in stopped.items()},
        {name: len(asked) for name, asked in of.items()},
        survivors,
    )


READING_SUITES = ("published", "boundaries", "pairwise", "documentation", "invalid", "respelled", "certify")


def _pairs(small: Strength) -> Pairs:
    return Pairs(
        on=_today(),
        tried=small.second_order,
        killed=small.second_order_killed,
        equivalent=small.second_order_equivalent,
        missed=tuple(_missed(one) for one in small.survivors if _of_two(one) and not one.equivalent),
    )


def _missed(survivor: Survivor) -> Missed:
    """A survivor, asked the cases of the other suites too."""
    from rtconform.conformance.strength.killing import asked_of, first_catch  # noqa: PLC0415 - see above
    from rtconform.conformance.strength.matrix import NOT_EQUIVALENT  # noqa: PLC0415 - see above
    from rtconform.conformance.strength.mutants.rules import mutant_of  # noqa: PLC0415 - see above

    coder = mutant_of(survivor.id).code
    stopping = ((name, first_catch(asked_of(name, 1), coder)) for name in SUITES if name not in SMALL)
    shown = survivor.explanation.removeprefix(NOT_EQUIVALENT)
    return Missed(survivor.id, survivor.says, shown, {name: case for name, case in stopping if case})


def _of_two(survivor: Survivor) -> bool:
    return TOGETHER in survivor.id


def _keep(found: Figures) -> None:
    Path(__file__).with_name(_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    figures.cache_clear()


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


PROCESSES = 2


def _told(what: str, done: int, total: int) -> None:
    if done == total or done % 100 == 0:
        sys.stderr.write(f"{what}: {done:,} of {total:,}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
