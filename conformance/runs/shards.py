"""Shards: a run in parts that were run apart, each with `--shard I/N`, and their joining to the run that they are parts of."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby, islice
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from rtconform.conformance.records import Manifest, Result
from rtconform.conformance.runs.folder import MANIFEST, RunFolder, RunWriter
from rtconform.conformance.runs.parts import EventMerge
from rtconform.conformance.runs.runner import Chosen
from rtconform.generators.suites.rearranged import Slice
from rtconform.generators.suites.suite import AnySuite, SuiteItem, part_of
from rtconform.reference.errors import UserError

NAMED = 20
"""How many missing shards are named."""

SAME = ("rule_set", "mode", "seed", "only", "baseline")
"""What shards of one run have in common in their manifests, beside the vendor, the harness and the suites."""


def sliced(chosen: Chosen, part: int, parts: int) -> Chosen:
    """Part `part` of `parts` of a suite's cases."""
    indices = part_of(chosen.size, part, parts)
    suite = cast("AnySuite", Slice[SuiteItem](chosen.suite, indices.start, len(indices)))
    return Chosen(suite, chosen.seed, len(indices))


def merge(paths: Sequence[Path], out: Path) -> None:
    """Join the shards in `paths`, in any order, to one run in `out`. Raises UserError where they are not a whole run."""
    shards = _in_order([RunFolder(path) for path in paths])
    for shard in shards:
        _check_whole(shard)
    with RunWriter(out, _joined([shard.manifest for shard in shards]), resume=False) as writer:
        for results in zip(*(_by_suite(shard) for shard in shards), strict=True):
            for result in (result for part in results for result in part):
                writer.result(result)
        events = EventMerge()
        for shard in shards:
            for event in events.part(shard.events()):
                writer.event(event)
        for event in events.end():
            writer.event(event)


def _in_order(folders: Iterable[RunFolder]) -> list[RunFolder]:
    by_part: dict[int, RunFolder] = {}
    first: RunFolder | None = None
    for folder in folders:
        if folder.manifest.shard is None:
            raise UserError(f"{folder.path}: a whole run, not a shard; shards are made by rtconform run --shard I/N")
        first = first or folder
        if differences := _differences(first.manifest, folder.manifest):
            raise UserError(f"{folder.path} and {first.path} are not shards of one run; they differ in: {', '.join(differences)}")
        part, parts = folder.manifest.shard
        if not 1 <= part <= parts:
            raise UserError(f"{folder.path}: there is no shard {part} of {parts}: its {MANIFEST} was altered")
        if part in by_part:
            raise UserError(f"{folder.path} and {by_part[part].path} are the same shard, number {part}: give each shard once")
        by_part[part] = folder
    if first is None or first.manifest.shard is None:
        raise UserError("no shards to merge: give the run folders that rtconform run --shard I/N made")
    parts = first.manifest.shard[1]
    lacking = (f"{part}/{parts}" for part in range(1, parts + 1) if part not in by_part)
    if missing := list(islice(lacking, NAMED)):  # there may be any number: the folders may be anybody's
        more = f" and {parts - len(by_part) - len(missing)} more" if parts - len(by_part) > len(missing) else ""
        raise UserError(f"shard {', '.join(missing)}{more} missing: give all shards of the run")
    return [by_part[part] for part in sorted(by_part)]


def _differences(one: Manifest, other: Manifest) -> list[str]:
    found = [name for name in SAME if getattr(one, name) != getattr(other, name)]
    vendors = {
        "name": "vendor's name",
        "version": "vendor's version",
        "file_digest": "vendor file",
        "build_digest": "vendor's build",
    }
    found += [words for name, words in vendors.items() if getattr(one.vendor, name) != getattr(other.vendor, name)]
    if [profile.digest for profile in one.payer_profiles] != [profile.digest for profile in other.payer_profiles]:
        found.append("payer profiles")
    if one.environment.rtconform != other.environment.rtconform:
        found.append("rtconform's version")
    if [replace(suite, cases=0, file="") for suite in one.suites] != [replace(suite, cases=0, file="") for suite in other.suites]:
        found.append("suites (their names, versions, seeds or digests)")
    if one.shard is not None and other.shard is not None and one.shard[1] != other.shard[1]:
        found.append(f"the number of shards ({one.shard[1]} and {other.shard[1]})")
    return found


def _check_whole(shard: RunFolder) -> None:
    """Every case of the shard is there, once."""
    counts = {suite.name: 0 for suite in shard.manifest.suites}
    seen: set[str] = set()
    for result in shard.results():
        if result.id in seen or result.suite not in counts:
            what = "there twice" if result.id in seen else f"of suite {result.suite}, which is not in its manifest"
            raise UserError(f"{shard.path}: case {result.id} is {what}; run this shard again")
        seen.add(result.id)
        counts[result.suite] += 1
    for suite in shard.manifest.suites:
        if counts[suite.name] != suite.cases:
            raise UserError(
                f"{shard.path}: {counts[suite.name]} of the {suite.cases} cases of suite {suite.name} have a result; "
                "finish this shard with --resume"
            )


def _joined(manifests: Sequence[Manifest]) -> Manifest:
    suites = tuple(
        replace(records[0], cases=sum(record.cases for record in records))
        for records in zip(*(manifest.suites for manifest in manifests), strict=True)
    )
    started = min(manifest.started_at for manifest in manifests)
    return replace(manifests[0], suites=suites, started_at=started, shard=None)


def _by_suite(shard: RunFolder) -> Iterator[Iterator[Result]]:
    """The results of each suite in the manifest's order; of one without a case here, none."""
    groups = groupby(shard.results(), key=lambda result: result.suite)
    for suite in shard.manifest.suites:
        part: Iterator[Result] = iter(())
        if suite.cases:
            with suppress(StopIteration):
                _, part = next(groups)
        yield part
