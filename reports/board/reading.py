"""Distils a run folder to what the board says of the run: its size does not grow with the number of cases."""

from collections.abc import Iterable

from msgspec.structs import replace

from rtconform.conformance.records import Event, KnownFaults, Manifest, SuiteRecord, VendorRecord
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reports.board.document import FaultSeen, RunSeen, SuiteSeen
from rtconform.reports.figures.faults import FaultGroup, FaultTally
from rtconform.reports.figures.summary import Tally, counted_results, outcome, stands_against, summarise
from rtconform.reports.text import clip

MOST_SUITES = 100
MOST_FAULTS = 500
MOST_KNOWN = 10
LONGEST = 500
"""Suites of a run, faults, known faults of a cause, and characters that the board takes: a folder may be anybody's."""


def run_seen(run: RunFolder, run_id: str) -> tuple[VendorRecord, RunSeen]:
    """The vendor of a run and the run. Raises DocumentError or UserError where a record of it can't be read."""
    manifest, summary, known = run.manifest, summarise(run), run.known_faults()
    tally = FaultTally()
    suites = {suite.name: _Suite(manifest, suite) for suite in manifest.suites[:MOST_SUITES]}
    against = stands_against(summary)
    for result in counted_results(run, summary):
        suite = suites.get(result.suite)
        if suite is not None:
            suite.tally.add(result)
        if against(result):
            tally.add(result)
            if suite is not None:
                suite.faults.add(result)
    events = list(run.events())
    answered = sum(number for verdict, number in summary.counts.items() if verdict not in ("not_applicable", "unanswered"))
    latency = sum(suite.latency_ms for suite in summary.suites)
    return manifest.vendor, RunSeen(
        id=run_id,
        version=clip(manifest.vendor.version, LONGEST),
        rule_set=manifest.rule_set,
        mode=manifest.mode,
        seed=manifest.seed,
        started_at=manifest.started_at,
        finished=summary.finished_at is not None,
        conformant=summary.conformant,
        outcome=outcome(summary),
        part=summary.part,
        suites=tuple(suite.seen(events, known) for suite in suites.values()),
        counts=summary.counts,
        faults=_faults(tally, known),
        findings=tuple(dict.fromkeys(finding.kind for finding in summary.findings)),
        latency_ms=round(latency / answered, 3) if answered else None,
    )


class _Suite:
    """One suite of a run, counted as if the run had been of it alone: a later run may take its place, and not that of others."""

    def __init__(self, manifest: Manifest, suite: SuiteRecord) -> None:
        self.suite = suite
        self.tally = Tally(replace(manifest, suites=(suite,)))
        self.faults = FaultTally()

    def seen(self, events: Iterable[Event], known: KnownFaults | None) -> SuiteSeen:
        """What was counted, with the run's events."""
        summary = self.tally.summary(events)
        (counted, *_) = summary.suites
        return SuiteSeen(
            name=self.suite.name,
            version=self.suite.version,
            digest=self.suite.digest,
            conformant=summary.conformant,
            cases=counted.cases,
            wrong=sum(number for verdict, number in counted.counts.items() if not VERDICTS[verdict].conformant),
            rules=summary.rules,
            faults=_faults(self.faults, known),
        )


def _faults(tally: FaultTally, known: KnownFaults | None) -> tuple[FaultSeen, ...]:
    return tuple(map(_fault, tally.faults(known)[:MOST_FAULTS]))


def _fault(group: FaultGroup) -> FaultSeen:
    known = tuple(clip(fault.says, LONGEST) for fault in group.known.faults[:MOST_KNOWN]) if group.known else ()
    return FaultSeen(clip(group.cause.id, LONGEST), clip(group.cause.sentence, LONGEST), group.step.cases, known)
