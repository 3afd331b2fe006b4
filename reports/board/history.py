"""A vendor's runs in order of time: which faults each brought and which it no longer shows, and how long each fault was there.

A fault is told only from runs that were asked the same: of each suite, the last whole run of the same version and seed. What a
suite shows stands until that suite is asked again: a fault that another suite still shows is not gone, nor new in this one.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from rtconform.reports.board.document import FaultLife, FaultSeen, Latest, RunSeen, SuiteSeen

MOST_LIVES = 1000

Causes = dict[str, None]
Standing = Literal["there", "gone", "not_asked_again"]


def whole(run: RunSeen) -> bool:
    """Whether it asked all of its suites to the end."""
    return run.finished and not run.part


def compared(runs: Iterable[RunSeen]) -> tuple[RunSeen, ...]:
    """The runs of one vendor in order of time, each whole one told from what the same suites showed before it."""
    last: dict[tuple[str, str], Causes] = {}
    current: dict[str, Causes] = {}
    there: set[str] = set()
    found = []
    for run in sorted(runs, key=lambda one: (one.started_at, one.id)):
        if not whole(run):
            found.append(run)
            continue
        told = _told(run, last, current, there)
        found.append(told)
        there.difference_update(told.gone_faults)
        there.update(_of_suites(run.suites))
        for suite in run.suites:
            last[suite.name, suite.digest] = current[suite.name] = _causes(suite.faults)
    return tuple(found)


def _told(run: RunSeen, last: dict[tuple[str, str], Causes], current: dict[str, Causes], there: set[str]) -> RunSeen:
    """The run, told from what the same suites showed last; `there`: the faults that were shown and are not told gone."""
    told = [suite for suite in run.suites if (suite.name, suite.digest) in last]
    then = _of_all(last[suite.name, suite.digest] for suite in told)
    asked = {suite.name for suite in run.suites}
    elsewhere = _of_all(causes for name, causes in current.items() if name not in asked)
    now = _of_suites(run.suites)
    return replace(
        run,
        told_from=tuple(suite.name for suite in told),
        new_faults=tuple(one for one in _of_suites(told) if one not in then and one not in there),
        gone_faults=tuple(one for one in then if one in there and one not in now and one not in elsewhere),
    )


def _of_suites(suites: Iterable[SuiteSeen]) -> Causes:
    return _of_all(_causes(suite.faults) for suite in suites)


def _of_all(several: Iterable[Causes]) -> Causes:
    return {cause: None for causes in several for cause in causes}


def _causes(faults: Iterable[FaultSeen]) -> Causes:
    return {fault.cause: None for fault in faults}


def latest(runs: tuple[RunSeen, ...]) -> tuple[Latest, ...]:
    """The runs that stand for a vendor now, by suite: of each the last whole run that asked it."""
    last: dict[str, str] = {}
    for run in runs:
        if whole(run):
            last.update((suite.name, run.id) for suite in run.suites)
    return tuple(Latest(suite, last[suite]) for suite in sorted(last))


def lives(runs: tuple[RunSeen, ...]) -> tuple[FaultLife, ...]:
    """Every fault that whole runs showed (as `compared` gives them), with its first and its last run: those still there first,
    then those that went last. A fault that came back has a life for each time.
    """
    says: dict[str, str] = {}
    began: dict[str, int] = {}
    ended: list[tuple[int, FaultLife]] = []
    current: dict[str, Causes] = {}
    for place, run in enumerate(runs):
        if not whole(run):
            continue
        for suite in run.suites:
            current[suite.name] = _causes(suite.faults)
            for fault in suite.faults:
                says.setdefault(fault.cause, fault.says)
                began.setdefault(fault.cause, place)
        gone = [cause for cause in run.gone_faults if cause in began]
        ended += [(place, _life(runs, cause, says[cause], began.pop(cause), run.id, "gone")) for cause in gone]
    there = _of_all(current.values())
    open_now = sorted(began, key=lambda cause: (cause not in there, -began[cause], cause))
    found = [
        *(_life(runs, one, says[one], began[one], "", "there" if one in there else "not_asked_again") for one in open_now),
        *(life for _, life in sorted(ended, key=lambda one: (-one[0], one[1].cause))),
    ]
    return tuple(found[:MOST_LIVES])


def _life(runs: tuple[RunSeen, ...], cause: str, says: str, first: int, until: str, standing: Standing) -> FaultLife:
    begun = runs[first]
    return FaultLife(cause, says, begun.id, until, standing, born=cause in begun.new_faults)
