"""What the page says of a run beyond its numbers, gathered in one pass over its results with bounded memory."""

from collections import Counter
from dataclasses import dataclass, field

from rtconform.conformance.cause import Cause
from rtconform.conformance.records import KnownFaults, Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.reference.relative_values import RelativeValues
from rtconform.reports.figures.faults import FaultGroup, FaultTally
from rtconform.reports.figures.summary import Summary, counted_results
from rtconform.reports.page.ambiguities import Ambiguity, AmbiguityTally
from rtconform.reports.page.matrices import Matrix, MatrixTally
from rtconform.reports.page.neighbours import Neighbours
from rtconform.reports.page.timing import Timing, TimingTally
from rtconform.reports.page.utilisation import Share, UtilisationTally


@dataclass(frozen=True)
class Reading:
    """Everything that the page shows but the cases themselves. `placed`: how many results the tables are of.

    `known`: the known faults that were recognised at the end of the run, of just these results (None: nobody looked). `causes`:
    those of each result that does not stand, in the order of the results.
    """

    faults: tuple[FaultGroup, ...]
    causes: tuple[tuple[Cause, ...], ...]
    known: KnownFaults | None
    combinations: Counter[frozenset[str]]
    levels: Matrix
    guidance: Matrix
    placed: int
    ambiguities: tuple[Ambiguity, ...]
    neighbours: Neighbours
    shares: tuple[Share, ...]
    timing: Timing | None


def read(run: RunFolder, summary: Summary, values: RelativeValues = ()) -> Reading:
    """The reading of the results that `summary` counts; what an erratum set aside is not a fault. `values` weigh the faults."""
    tallies = _Tallies(frozenset(item.case for item in summary.set_aside), FaultTally(values))
    for result in counted_results(run, summary):
        tallies.add(result)
    known = run.known_faults()
    if known is not None and known.results != summary.written:  # an earlier look, at a run that has gone on since
        known = None
    return Reading(
        faults=tallies.faults.faults(known),
        causes=tuple(tallies.causes),
        known=known,
        combinations=tallies.faults.combinations,
        levels=tallies.matrices.levels(),
        guidance=tallies.matrices.guidance(),
        placed=tallies.matrices.placed,
        ambiguities=tallies.ambiguities.ambiguities(),
        neighbours=tallies.neighbours,
        shares=tallies.utilisation.shares(),
        timing=tallies.timing.timing(),
    )


@dataclass
class _Tallies:
    set_aside: frozenset[str]
    faults: FaultTally
    causes: list[tuple[Cause, ...]] = field(default_factory=list)
    _alike: dict[tuple[Cause, ...], tuple[Cause, ...]] = field(default_factory=dict)
    matrices: MatrixTally = field(default_factory=MatrixTally)
    ambiguities: AmbiguityTally = field(default_factory=AmbiguityTally)
    neighbours: Neighbours = field(default_factory=Neighbours)
    utilisation: UtilisationTally = field(default_factory=UtilisationTally)
    timing: TimingTally = field(default_factory=TimingTally)

    def add(self, result: Result) -> None:
        causes = result.causes
        if causes:
            self.causes.append(self._alike.setdefault(causes, causes))
        if causes and result.id not in self.set_aside:
            self.faults.add(result)
        self.matrices.add(result)
        self.ambiguities.add(result)
        self.neighbours.add(result)
        self.utilisation.add(result)
        self.timing.add(result)
