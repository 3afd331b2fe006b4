"""Puts a run together: the vendor file, the suites with their digests, the folder, and the summary at the end."""

import gc
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from rtconform._version import __version__
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.certificates.disguise import Disguise
from rtconform.conformance.records import Environment, Event, Manifest, ProfileRecord, Result, SuiteRecord, now
from rtconform.conformance.roles import ROLES, role_asked
from rtconform.conformance.runs.baseline import load_baseline
from rtconform.conformance.runs.folder import RunFolder, RunWriter
from rtconform.conformance.runs.names import write_names
from rtconform.conformance.runs.recorder import MemoryRecorder, Recorder
from rtconform.conformance.runs.runner import Chosen, Progress, Tell, run
from rtconform.conformance.runs.shards import sliced
from rtconform.conformance.vendors.file import Vendor, load_vendor
from rtconform.conformance.vendors.settings import HttpSettings
from rtconform.generators.suites.rearranged import Recorded, Recording
from rtconform.generators.suites.registry import SUITES, any_suite, digest
from rtconform.generators.suites.suite import AnySuite, SuiteItem, cases
from rtconform.jobs.known_faults import finder_of, look_for_known_faults
from rtconform.reference import RULE_SET
from rtconform.reference.editor.payers import PayerProfile, digest_of
from rtconform.reference.errors import RecordsChanged, UserError
from rtconform.reference.regular_file import shown
from rtconform.reports.figures.summary import Summary, Tally, summarise


@dataclass(frozen=True)
class PlannedRun:
    """A run that can start: everything that can be wrong with what the user gave has been looked at.

    `remarks`: where the author of a suite file expects something else than the reference says. `disguise`: under what ids
    the cases are asked (None: their own).
    """

    vendor: Vendor
    chosen: tuple[Chosen, ...]
    manifest: Manifest
    remarks: tuple[str, ...] = ()
    disguise: Disguise | None = None

    @property
    def cases(self) -> int:
        """How many cases will be asked."""
        return sum(len(part.only) or part.size for part in self.chosen)


def plan_run(
    vendor: Vendor | Path,
    suites: Sequence[str],
    *,
    seed: int,
    count: int | None = None,
    only: Sequence[str] = (),
    baseline: Path | None = None,
    shard: tuple[int, int] | None = None,
    own: Sequence[PayerProfile] = (),
    own_files: Sequence[Path] = (),
) -> PlannedRun:
    """Read the vendor file and the baseline, find the suites and the cases of `only`. Raises UserError.

    `shard`: which part, counted from 1, of how many is to be asked. `own`: the payer profiles that the run is under
    (`rtconform.reference.editor.payers.own_profiles`), to be recorded; `own_files`: where they were read from, in their order.
    """
    if not suites:
        raise UserError("no suite named: give --suite with the names, comma-separated; `rtconform suites` lists them")
    vendor = vendor if isinstance(vendor, Vendor) else load_vendor(vendor)
    if own and vendor.role != "editor":
        raise UserError(f"{vendor.file}: coders are not judged by a payer profile: leave --payer-profile out")
    known = load_baseline(baseline) if baseline else None
    named = tuple(dict.fromkeys(suites))
    chosen = tuple(_choose(vendor, name, seed, count, only) for name in named)
    files = {part.suite.name: name for part, name in zip(chosen, named, strict=True) if name not in SUITES}
    if only:
        chosen = tuple(part for part in chosen if part.only)
        found = {case_id for part in chosen for case_id in part.only}
        if lost := [case_id for case_id in only if case_id not in found]:
            raise UserError(f"--only {', '.join(lost)}: no such case in {', '.join(suites)}; ids begin with the suite's name")
    with _seldom_collected():  # digests are of whole suites, also where a part of them is asked
        made = tuple(_digested(part, count) for part in chosen)
    chosen, digests = tuple(part for part, _ in made), tuple(whole for _, whole in made)
    if shard is not None:
        chosen = tuple(sliced(part, *shard) for part in chosen)
    records = tuple(
        SuiteRecord(
            name=part.suite.name,
            version=part.suite.version,
            digest=whole,
            cases=part.size,
            seed=part.seed,
            file=shown(files.get(part.suite.name, "")),
        )
        for part, whole in zip(chosen, digests, strict=True)
    )
    manifest = Manifest(
        rule_set=RULE_SET,
        mode="practice",
        vendor=vendor.record(),
        suites=records,
        seed=seed,
        started_at=now(),
        environment=Environment(__version__, platform.python_version(), platform.platform()),
        only=tuple(only),
        baseline=known,
        shard=shard,
        payer_profiles=profile_records(own, own_files),
    )
    remarks = (remark for part in chosen if part.suite.name not in SUITES for remark in _remarks(part))
    return PlannedRun(vendor, chosen, manifest, tuple(remarks))


def profile_records(own: Sequence[PayerProfile], files: Sequence[Path] = ()) -> tuple[ProfileRecord, ...]:
    """What a run writes down of the user's payer profiles. Raises UserError for two of one name: results tell them by it."""
    names = [profile.name for profile in own]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise UserError(f"two payer profiles have the name {twice[0]!r}: give one of them another name")
    places = [*map(shown, files), *("" for _ in own[len(files) :])]
    return tuple(
        ProfileRecord(profile.name, profile.payers, digest_of(profile), profile, place)
        for profile, place in zip(own, places, strict=True)
    )


async def run_to_folder(
    planned: PlannedRun,
    out: Path,
    *,
    resume: bool,
    progress: Progress | None = None,
    tell: Tell | None = None,
    cluster: str | None = None,
    keep: Callable[[Mapping[str, bytes]], None] | None = None,
) -> Summary:
    """Run, and say what came of it; the folder then holds the records, no report yet.

    `progress` is called with each result, `tell` with each event as soon as it happens. `cluster`: where to run
    (`rtconform.conformance.runs.cluster`) instead of here. `keep` is called at the end with the records as they were written,
    whatever stands in the folder then: where it was changed meanwhile, with a finding that says so. Without `keep` that raises
    RecordsChanged.
    """
    with RunWriter(out, planned.manifest, resume=resume, keep=keep is not None) as writer:
        if cluster is not None:
            from rtconform.conformance.runs.cluster import run_on_cluster  # noqa: PLC0415 - an optional extra, a second to import

            await run_on_cluster(cluster, planned.vendor, planned.chosen, writer, progress, tell or _quiet)
            _unchanged(writer, keep)
            look_for_known_faults(out, finder_of(part.suite for part in planned.chosen))
            write_names(out)
            return summarise(RunFolder(out))
        folder = RunFolder(out)
        tally = Tally(folder.manifest)
        for result in folder.results():  # there are some where the run is resumed
            tally.add(result)
        await _counted(planned, writer, tally, progress, tell)
        _unchanged(writer, keep)
        look_for_known_faults(out, finder_of(part.suite for part in planned.chosen))
        if keep is None:  # a certifying run's names are in its answers
            write_names(out)
    return tally.summary(folder.events())


def _unchanged(writer: RunWriter, keep: Callable[[Mapping[str, bytes]], None] | None) -> None:
    """See that the folder holds what was written."""
    if changed := writer.changed():
        what = f"{writer.path}: another program changed {', '.join(changed)} while the run was under way"
        if keep is None:
            raise RecordsChanged(f"{what}: nothing can be concluded from it; run again, with the vendor's program in a sandbox")
        writer.event(Event("finding", now(), what, "records_changed"))
    if keep is not None:
        keep(writer.written())


async def run_in_memory(planned: PlannedRun) -> tuple[MemoryRecorder, Summary]:
    """Run, and keep the records in memory: nothing is written."""
    recorder, tally = MemoryRecorder(), Tally(planned.manifest)
    await _counted(planned, recorder, tally, None, None)
    return recorder, tally.summary(recorder.events)


async def _counted(planned: PlannedRun, recorder: Recorder, tally: Tally, progress: Progress | None, tell: Tell | None) -> None:
    def count(result: Result) -> None:
        tally.add(result)
        if progress is not None:
            progress(result)

    opens = planned.disguise.open_adapter if planned.disguise else open_adapter
    with _seldom_collected():
        await run(planned.vendor, planned.chosen, recorder, count, tell or _quiet, opens)


def too_many_workers(vendor: Vendor, timeouts: int, processors: int) -> str:
    """Why cases may have timed out, where more of the vendor's processes work at the same time than can; empty where none did."""
    settings = vendor.settings
    if not timeouts or isinstance(settings, HttpSettings) or settings.workers <= processors:
        return ""
    cases = f"{timeouts:,} {'case' if timeouts == 1 else 'cases'}"
    return (
        f"{cases} timed out while {settings.workers} workers shared {processors} processors, with {settings.timeout_s:g} s for "
        f"each case: before you look for a fault, set workers = {processors} in {vendor.file}, or more timeout_s"
    )


def _digested(part: Chosen, count: int | None) -> tuple[Chosen, str]:
    """The digest of a suite, and the suite for the run, which has what was made for the digest."""
    recording = Recording[SuiteItem](part.suite)
    whole = digest(cast("AnySuite", recording), part.seed, count)
    return replace(part, suite=cast("AnySuite", Recorded[SuiteItem](part.suite, recording.made))), whole


COLLECTED_AFTER = 50_000
"""How many more objects than before there may be until cycles among them are looked for."""


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Cases and results hold no cycles, and looking for some among them costs a sixth of a run: it is done seldom."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _choose(vendor: Vendor, name: str, seed: int, count: int | None, only: Sequence[str]) -> Chosen:
    suite = any_suite(name)
    role = ROLES[vendor.role]
    if suite.asks != role.asks:
        fit = ", ".join(known for known in SUITES if any_suite(known).asks == role.asks)
        raise UserError(
            f"suite {name} asks {suite.asks}s, and {vendor.file} describes {role.described}, which is asked {role.asks}s: "
            f"name one of {fit}, or set [vendor] role"
        )
    size = suite.size(count)
    if size == 0:
        raise UserError(f"suite {name}: no cases to run")
    ids = frozenset(case_id for case_id in only if case_id.partition(":")[0] == suite.name)
    for case_id in ids:
        suite.index_of(case_id)
    return Chosen(suite, seed, size, ids)


def _remarks(part: Chosen) -> Iterator[str]:
    """What a suite file's author expects and the reference does not say; the shipped suites are held to it by a test."""
    for item in cases(part.suite, part.seed):
        yield from role_asked(item).remarks(item)


def _quiet(happened: Event) -> None:
    """Nobody watches."""
    del happened
