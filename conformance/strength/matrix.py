"""The kill matrix: suites against every faulty coder, on several processes, one finished row after the other.

A process makes the suites once; a coder is asked a suite's cases until one stops it. Survivors are then compared with the
reference over the spaces of proof (`equivalence`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from rtconform.conformance.coder.faults.catalogue import FAULTS
from rtconform.conformance.coder.faults.edits import Mutant
from rtconform.conformance.coder.faults.faulty import Coder, going_by
from rtconform.conformance.strength.coverage import conditions_met, conditions_possible, tuples_covered
from rtconform.conformance.strength.document import Row, Strength, SuiteStrength, Survivor
from rtconform.conformance.strength.killing import Trial, asked_of, first_catch, first_catch_of_reader, remembering
from rtconform.conformance.strength.mutants.readers import readers
from rtconform.conformance.strength.mutants.rules import first_order, second_order
from rtconform.conformance.strength.proofs.equivalence import SPACES, Proof, prove, prove_reader
from rtconform.generators.suites.registry import suite
from rtconform.reference import RULE_SET
from rtconform.reference.coder.book import Book
from rtconform.reference.errors import UserError

T = TypeVar("T")

LARGEST = 20_000
"""Cases of the largest suite that is measured: a larger one would have to be kept in memory by every process."""

FIELD = "field"
SECOND_ORDER = "second order"
NOT_EQUIVALENT = "not equivalent: "

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is to do."""


@dataclass(frozen=True)
class Task:
    """A faulty coder by name, as a process gets it: a fault by its id, a mutant by the places of its edits in the first order, a
    faulty reader by its place.
    """

    fault: str | None = None
    edits: tuple[int, ...] = ()
    reader: int | None = None


def measured(
    names: Sequence[str],
    seed: int,
    sample: int,
    processes: int,
    progress: Progress,
    *,
    proofs: bool = True,
    first: bool = True,
) -> Strength:
    """Everything about these suites at this seed, with this many mutants of the second order; without `proofs` survivors are left
    unexplained, without `first` only mutants of the second order are asked.

    Raises UserError for a suite that can't be measured: of claims, or too large.
    """
    for name in names:
        _refuse_unmeasurable(name)
    single = _single() if first else []
    faults = [Task(fault=name) for name in FAULTS if first]
    second = [Task(edits=places) for places in second_order(sample, seed)]
    with ProcessPoolExecutor(processes, initializer=_prepare, initargs=(tuple(names), seed)) as pool:
        told = partial(counted, progress)
        rows = list(told("coders", pool.map(_row, [*single, *faults], chunksize=4), len(single) + len(faults)))
        pairs = list(told("mutants of two edits", pool.map(_row, second, chunksize=32), len(second)))
        alive = [
            task
            for task, row in zip([*single, *second], [*rows[: len(single)], *pairs], strict=True)
            if proofs and not _killed(row)
        ]
        survivors = list(told("proofs", pool.map(survivor_of, alive, chunksize=1), len(alive)))
        suites = tuple(told("suites", pool.map(partial(_suite, tuple(rows)), names), len(names)))
    survivors += [_unexplained(row) for row in rows[len(single) :] if not _killed(row)]
    equivalent = {survivor.id for survivor in survivors if survivor.equivalent}
    return Strength(
        rule_set=RULE_SET,
        seed=seed,
        suites=suites,
        mutants=len(single),
        mutants_equivalent=sum(row.id in equivalent for row in rows),
        faults=len(faults),
        second_order=len(pairs),
        second_order_killed=sum(map(_killed, pairs)),
        second_order_equivalent=sum(row.id in equivalent for row in pairs),
        rows=tuple(rows),
        survivors=tuple(survivors),
    )


def survivors_of(names: Sequence[str], processes: int) -> list[Survivor]:
    """The mutants of one edit and the faulty readers with these ids, compared with the reference over the spaces of proof."""
    wanted = frozenset(names)
    tasks = [task for task in _single() if _id(task) in wanted]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(survivor_of, tasks))


def _single() -> list[Task]:
    """The mutants of one edit, and the faulty readers."""
    mutants = (Task(edits=(number,)) for number in range(len(first_order())))
    return [*mutants, *(Task(reader=number) for number in range(len(readers())))]


def _id(task: Task) -> str:
    return _mutant(task).id if task.reader is None else readers()[task.reader].id


_asked: dict[str, tuple[tuple[Trial, ...], Book]] = {}
"""The suites of this process with their cases, and the book that knows the facts of these by heart."""


def _prepare(names: tuple[str, ...], seed: int) -> None:
    for name in names:
        of = tuple(asked_of(name, seed))
        _asked[name] = (of, remembering(of))


def _row(task: Task) -> Row:
    """What each suite makes of one faulty coder."""
    if task.reader is not None:
        reader = readers()[task.reader]
        caught = {name: first_catch_of_reader(of, reader) for name, (of, _) in _asked.items()}
        return Row(reader.id, reader.says, reader.operator, reader.rules, caught)
    if task.fault:
        fault = FAULTS[task.fault]
        return Row(
            fault.id, fault.says, FIELD, fault.rules, {name: first_catch(of, fault.code) for name, (of, _) in _asked.items()}
        )
    mutant = _mutant(task)
    killed = {name: first_catch(of, _coder(mutant, book)) for name, (of, book) in _asked.items()}
    kind = mutant.edits[0].operator if len(mutant.edits) == 1 else SECOND_ORDER
    return Row(mutant.id, mutant.says, kind, mutant.rules, killed)


def _coder(mutant: Mutant, book: Book) -> Coder:
    return going_by(mutant.book(book))


def _mutant(task: Task) -> Mutant:
    return Mutant(tuple(first_order()[place].edits[0] for place in task.edits))


def survivor_of(task: Task) -> Survivor:
    """The faulty coder compared with the reference over the spaces of proof."""
    if task.reader is not None:
        reader = readers()[task.reader]
        proof = prove_reader(reader)
        return Survivor(reader.id, reader.says, proof.counterexample is None, proof.points, proof.spaces, _explained(proof))
    mutant = _mutant(task)
    proof = prove(mutant)
    return Survivor(mutant.id, mutant.says, proof.counterexample is None, proof.points, proof.spaces, _explained(proof))


def _explained(proof: Proof) -> str:
    if proof.counterexample is not None:
        return f"{NOT_EQUIVALENT}{proof.counterexample}"
    return f"its answers stand at each of {proof.points:,} points: " + "; ".join(SPACES[space] for space in proof.spaces)


def _unexplained(row: Row) -> Survivor:
    return Survivor(
        row.id, row.says, equivalent=False, compared=0, spaces=(), explanation="a fault met in the field, not stopped"
    )


def _suite(rows: tuple[Row, ...], name: str) -> SuiteStrength:
    of, _ = _asked[name]
    met, possible = conditions_met(of), conditions_possible()
    killed = [row.kind == FIELD for row in rows if row.killed_by[name]]
    return SuiteStrength(
        name=name,
        version=suite(name).version,
        cases=len(of),
        mutants_killed=killed.count(False),
        faults_killed=killed.count(True),
        conditions=len(met & possible),
        conditions_possible=len(possible),
        conditions_missed=tuple(sorted(obligation.says for obligation in possible - met)),
        pairs=tuples_covered(name, 2),
        triples=tuples_covered(name, 3),
    )


def _killed(row: Row) -> bool:
    return any(row.killed_by.values())


def counted(progress: Progress, what: str, results: Iterable[T], total: int) -> Iterator[T]:
    """The results as they come, each told to `progress` with how many there are."""
    for number, result in enumerate(results, 1):
        progress(what, number, total)
        yield result


def _refuse_unmeasurable(name: str) -> None:
    found = suite(name)
    if found.size(None) > LARGEST:
        raise UserError(f"suite {name} has {found.size(None):,} cases: strength is measured for suites of at most {LARGEST:,}")
