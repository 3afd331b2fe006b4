"""The dated figures of docs/strength.md, measured by `make strength`: hours of work that CI does not repeat, kept in
`measured.json` with their date. What CI repeats, it holds against them (tests/conformance/test_strength.py).
"""

import datetime as dt
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
from msgspec import Struct

from rtconform.conformance.strength.document import Strength, SuiteStrength, Survivor

SUITES = ("published", "boundaries", "pairwise", "threeway", "documentation", "certify")
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


class Figures(Struct, frozen=True):
    """What was measured, and when. `second_order` is of the small suites together."""

    on: dt.date
    rule_set: str
    mutants: int
    faults: int
    survivors: tuple[Survivor, ...]
    suites: tuple[SuiteStrength, ...]
    second_order: int
    second_order_killed: int
    second_order_equivalent: int
    seeds: Seeds | None


@cache
def figures() -> Figures:
    """The figures as they are kept."""
    return msgspec.json.decode(files("rtconform.conformance.strength").joinpath(_FILE).read_bytes(), type=Figures)


def equivalent() -> frozenset[str]:
    """The mutants of one edit that are proved equivalent."""
    return frozenset(survivor.id for survivor in figures().survivors if survivor.equivalent)


def main() -> None:
    """Measure everything and keep it."""
    from rtconform.conformance.strength.matrix import measured  # noqa: PLC0415 - the figures are read without it
    from rtconform.conformance.strength.seeds import over_seeds  # noqa: PLC0415 - the same

    small = measured(SMALL, 1, SECOND_ORDER, PROCESSES, _told)
    every = measured(SUITES, 1, 0, PROCESSES, _told, proofs=False)
    _keep(small, every, None)
    not_stopped: list[tuple[int, str]] = []
    fewest = sys.maxsize
    for seed, alive, conditions in over_seeds("certify", equivalent(), range(1, SEEDS + 1), PROCESSES):
        not_stopped += [(seed, coder) for coder in alive]
        fewest = min(fewest, conditions)
        _told("seeds", seed, SEEDS)
    _keep(small, every, Seeds(SEEDS, tuple(not_stopped), fewest))


def _keep(small: Strength, every: Strength, seeds: Seeds | None) -> None:
    found = Figures(
        on=dt.datetime.now(dt.UTC).date(),
        rule_set=small.rule_set,
        mutants=small.mutants,
        faults=small.faults,
        survivors=tuple(survivor for survivor in small.survivors if " + " not in survivor.id),
        suites=every.suites,
        second_order=small.second_order,
        second_order_killed=small.second_order_killed,
        second_order_equivalent=small.second_order_equivalent,
        seeds=seeds,
    )
    Path(__file__).with_name(_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    figures.cache_clear()


PROCESSES = 2


def _told(what: str, done: int, total: int) -> None:
    if done == total or done % 100 == 0:
        sys.stderr.write(f"{what}: {done:,} of {total:,}\n")


if __name__ == "__main__":
    main()
