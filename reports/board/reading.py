"""Distils a run folder to what the board says of the run: its size does not grow with the number of cases."""

from msgspec.structs import replace

from rtconform.conformance.records import VendorRecord
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reports.board.document import FaultSeen, RunSeen, SuiteSeen
from rtconform.reports.figures.faults import FaultGroup, FaultTally
from rtconform.reports.figures.summary import not_standing, outcome, summarise


def run_seen(run: RunFolder, run_id: str) -> tuple[VendorRecord, RunSeen]:
    """The vendor of a run and the run. Raises DocumentError or UserError where a record of it can't be read."""
    manifest, summary = run.manifest, summarise(run)
    tally = FaultTally()
    for result in not_standing(run, summary):
        tally.add(result)
    answered = sum(number for verdict, number in summary.counts.items() if verdict not in ("not_applicable", "unanswered"))
    latency = sum(suite.latency_ms for suite in summary.suites)
    return manifest.vendor, RunSeen(
        id=run_id,
        version=manifest.vendor.version,
        rule_set=manifest.rule_set,
        mode=manifest.mode,
        seed=manifest.seed,
        started_at=manifest.started_at,
        finished=summary.finished_at is not None,
        conformant=summary.conformant,
        outcome=outcome(summary),
        part=summary.part,
        suites=tuple(
            SuiteSeen(
                suite.name,
                suite.version,
                suite.cases,
                sum(number for verdict, number in suite.counts.items() if not VERDICTS[verdict].conformant),
            )
            for suite in summary.suites
        ),
        counts=summary.counts,
        rules=summary.rules,
        faults=tuple(map(_fault, tally.faults(run.known_faults()))),
        findings=tuple(dict.fromkeys(finding.kind for finding in summary.findings)),
        latency_ms=round(latency / answered, 3) if answered else None,
    )


def _fault(group: FaultGroup) -> FaultSeen:
    known = tuple(fault.says for fault in group.known.faults) if group.known else ()
    return FaultSeen(group.cause.id, group.cause.sentence, group.step.cases, known)


def compared(runs: list[RunSeen]) -> tuple[RunSeen, ...]:
    """The runs of one vendor in order of time, each told from the last whole run before it that asked the same."""
    last: dict[object, RunSeen] = {}
    found = []
    for run in sorted(runs, key=lambda one: (one.started_at, one.id)):
        if whole(run):
            asked = (run.seed, tuple(sorted((suite.name, suite.version, suite.cases) for suite in run.suites)))
            if before := last.get(asked):
                run = _told_from(run, before)  # noqa: PLW2901 - the same run, with what is new in it
            last[asked] = run
        found.append(run)
    return tuple(found)


def _told_from(run: RunSeen, before: RunSeen) -> RunSeen:
    then, now = ({fault.cause: None for fault in one.faults} for one in (before, run))
    return replace(
        run,
        before=before.id,
        new_faults=tuple(cause for cause in now if cause not in then),
        gone_faults=tuple(cause for cause in then if cause not in now),
    )


def whole(run: RunSeen) -> bool:
    """Whether it asked all of its suites to the end."""
    return run.finished and not run.part


def latest(runs: tuple[RunSeen, ...]) -> tuple[str, ...]:
    """The ids of the runs that stand for a vendor now: of each suite the last whole run that asked it."""
    last: dict[str, str] = {}
    for run in runs:
        if whole(run):
            last.update((suite.name, run.id) for suite in run.suites)
    return tuple(run.id for run in runs if run.id in last.values())
