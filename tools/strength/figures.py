"""The dated figures of docs/explanation/strength.md, measured by `make strength`: long work that CI does not repeat, kept in
`measured.json` with their date. What CI repeats, it holds against them (tests/conformance/strength/test_strength.py).

    python -m tools.strength.figures          everything
    python -m tools.strength.figures pairs    the mutants of two edits alone, the rest stays as it was
    python -m tools.strength.figures suites   every suite against the mutants of one edit, cautious coders and faulty readers
    python -m tools.strength.figures seeds    suite certify at many seeds alone
"""

import datetime as dt
import sys
from collections import Counter
from collections.abc import Sequence
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
    """A version of suite `certify` at many seeds, from 1: how many, what was not stopped (seed and coder), the fewest conditions
    that decided.
    """

    on: dt.date
    version: str
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
    """Cautious mutants and faulty readers: how many of each kind, how many of these each suite stops; those that none stops."""

    kinds: dict[str, int]
    stopped: dict[str, dict[str, int]]
    survivors: tuple[Survivor, ...]


class Figures(Struct, frozen=True):
    """What was measured, and when. `mutants` and `survivors` are of rules and facts, without the cautious ones of `reading`;
    `survivors` are those that the small suites do not stop.
    """

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
    """Measure everything, or the parts named, and keep it."""
    parts = {"suites": _suites, "pairs": _pairs, "seeds": _seeds}
    for name, measure in parts.items():
        if not arguments or name in arguments:
            measure()


def _suites() -> None:
    """Every suite against every faulty coder of one fault; what none stops is compared with the reference."""
    from rtconform.conformance.strength.matrix import (  # noqa: PLC0415 - the figures are read without it
        FIELD,
        measured,
        survivors_of,
    )

    every = measured(SUITES, 1, 0, PROCESSES, _told, proofs=False)
    of_reading = _kinds_of_reading()
    reading = [row for row in every.rows if row.kind in of_reading]
    rules = [row for row in every.rows if row.kind not in (*of_reading, FIELD)]
    small = [row.id for row in rules if not any(row.killed_by[name] for name in SMALL)]
    alive = [row.id for row in reading if not any(row.killed_by.values())]
    _told(f"to be proved: {len(small)} and {len(alive)}", 0, 0)
    survivors = {survivor.id: survivor for survivor in survivors_of((*small, *alive), PROCESSES)}
    killed = {name: sum(bool(row.killed_by[name]) for row in rules) for name in SUITES}
    stopped = {name: Counter(row.kind for row in reading if row.killed_by[name]) for name in SUITES}
    found = structs.replace(
        figures(),
        on=_today(),
        rule_set=every.rule_set,
        mutants=len(rules),
        faults=every.faults,
        survivors=tuple(survivors[name] for name in small),
        suites=tuple(structs.replace(suite, mutants_killed=killed[suite.name]) for suite in every.suites),
        reading=Reading(
            dict(Counter(row.kind for row in reading)),
            {name: dict(counts) for name, counts in stopped.items()},
            tuple(survivors[name] for name in alive),
        ),
    )
    _keep(found)


def _kinds_of_reading() -> frozenset[str]:
    from rtconform.conformance.strength.mutants.caution import CAUTION, LIST_ORDER  # noqa: PLC0415 - see above
    from rtconform.conformance.strength.mutants.readers import readers  # noqa: PLC0415 - see above

    return frozenset((CAUTION, LIST_ORDER, *(reader.operator for reader in readers())))


def _seeds() -> None:
    from rtconform.generators.suites.certify import CERTIFY  # noqa: PLC0415 - see above
    from tools.strength.seeds import over_seeds  # noqa: PLC0415 - see above

    not_stopped: list[tuple[int, str]] = []
    fewest = sys.maxsize
    for seed, alive, conditions in over_seeds(CERTIFY.name, equivalent(), range(1, SEEDS + 1), PROCESSES):
        not_stopped += [(seed, coder) for coder in alive]
        fewest = min(fewest, conditions)
        _told("seeds", seed, SEEDS)
    _keep(structs.replace(figures(), seeds=Seeds(_today(), CERTIFY.version, SEEDS, tuple(not_stopped), fewest)))


def _pairs() -> None:
    """A sample of the mutants of two edits against the small suites."""
    from rtconform.conformance.strength.matrix import measured  # noqa: PLC0415 - see above

    _keep(structs.replace(figures(), pairs=_pairs_of(measured(SMALL, 1, SECOND_ORDER, PROCESSES, _told, first=False))))


def _pairs_of(small: Strength) -> Pairs:
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
