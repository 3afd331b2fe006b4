"""What the page says of a run beyond its numbers, gathered in one pass over its results with bounded memory."""

from collections import Counter
from dataclasses import dataclass, field

from rtconform.conformance.coder.causes import Cause, causes_of
from rtconform.conformance.coder.faults.faulty import Fault as KnownFault
from rtconform.conformance.records import Result
from rtconform.conformance.runs.folder import RunFolder
from rtconform.reference.relative_values import RelativeValues
from rtconform.reports.figures.faults import Fault, FaultTally
from rtconform.reports.figures.summary import Summary, counted_results
from rtconform.reports.page.ambiguities import Ambiguity, AmbiguityTally
from rtconform.reports.page.matrices import Matrix, MatrixTally
from rtconform.reports.page.timing import Timing, TimingTally
from rtconform.reports.page.utilisation import Share, UtilisationTally


@dataclass(frozen=True)
class Reading:
    """Everything that the page shows but the cases themselves. `placed`: how many results the tables are of.

    `known`: the one fault of the catalogue that all of it looks like. `causes`: those of each result that does not stand, in
    the order of the results, so that nobody need look for them again.
    """

    faults: tuple[Fault, ...]
    causes: tuple[tuple[Cause, ...], ...]
    known: KnownFault | None
    combinations: Counter[frozenset[str]]
    levels: Matrix
    guidance: Matrix
    placed: int
    ambiguities: tuple[Ambiguity, ...]
    shares: tuple[Share, ...]
    timing: Timing | None


def read(run: RunFolder, summary: Summary, values: RelativeValues = ()) -> Reading:
    """The reading of the results that `summary` counts; what an erratum set aside is no fault. `values` weigh the faults."""
    tallies = _Tallies(frozenset(item.case for item in summary.set_aside), FaultTally(values))
    for result in counted_results(run, summary):
        tallies.add(result)
    return Reading(
        faults=tallies.faults.faults(),
        causes=tuple(tallies.causes),
        known=tallies.faults.known(),
        combinations=tallies.faults.combinations,
        levels=tallies.matrices.levels(),
        guidance=tallies.matrices.guidance(),
        placed=tallies.matrices.placed,
        ambiguities=tallies.ambiguities.ambiguities(),
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
    utilisation: UtilisationTally = field(default_factory=UtilisationTally)
    timing: TimingTally = field(default_factory=TimingTally)

    def add(self, result: Result) -> None:
        causes = causes_of(result)
        if causes:
            self.causes.append(self._alike.setdefault(causes, causes))
        if causes and result.id not in self.set_aside:
            self.faults.add(result, causes)
        self.matrices.add(result)
        self.ambiguities.add(result)
        self.utilisation.add(result)
        self.timing.add(result)
