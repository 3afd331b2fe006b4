"""Whether suite `certify` is as strong at any seed: every faulty coder that can be told apart, at each of many seeds."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from rtconform.conformance.coder.faults.catalogue import FAULTS
from rtconform.conformance.coder.faults.faulty import going_by
from rtconform.conformance.strength.coverage import conditions_met
from rtconform.conformance.strength.killing import asked_of, first_catch, first_catch_of_reader, remembering
from rtconform.conformance.strength.mutants.readers import readers
from rtconform.conformance.strength.mutants.rules import first_order


def misses(suite: str, equivalent: frozenset[str], seed: int) -> tuple[int, tuple[str, ...], int]:
    """The seed, the faulty coders that the suite does not stop at it, and how many conditions of rules decide in it."""
    of = tuple(asked_of(suite, seed))
    book = remembering(of)
    alive = [
        mutant.id
        for mutant in first_order()
        if mutant.id not in equivalent and first_catch(of, going_by(mutant.book(book))) is None
    ]
    alive += [reader.id for reader in readers() if reader.id not in equivalent and first_catch_of_reader(of, reader) is None]
    alive += [fault.id for fault in FAULTS.values() if first_catch(of, fault.code) is None]
    return seed, tuple(alive), len(conditions_met(of))


def over_seeds(
    suite: str, equivalent: frozenset[str], seeds: range, processes: int
) -> Iterator[tuple[int, tuple[str, ...], int]]:
    """The same for every seed, as each is done."""
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(partial(misses, suite, equivalent), seeds)
