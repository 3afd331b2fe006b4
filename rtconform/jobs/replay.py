"""Asking again what failed: which cases of a run did not stand, and whether they are still the same cases."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msgspec import Struct

from rtconform.conformance.records import Manifest, own_profiles_of
from rtconform.conformance.runs.folder import RunFolder
from rtconform.conformance.verdicts import VERDICTS, Verdict
from rtconform.generators.suites.registry import any_suite, digest
from rtconform.jobs.run import PlannedRun, plan_run
from rtconform.reference import RULE_SET
from rtconform.reference.errors import UserError
from rtconform.reports.text import one_line

Became = Literal["fixed", "still failing", "error", "not asked"]

_NO_ANSWER: tuple[Verdict, ...] = ("invalid", "error", "timeout", "unanswered")


class Replayed(Struct, frozen=True):
    """A case that failed in a run, asked again: `error` where no usable answer came, `not asked` where it is unsupported now."""

    id: str
    became: Became
    was: Verdict
    now: Verdict
    explanation: str


@dataclass(frozen=True)
class Replay:
    """A replay that can start; `failed` has what each case's verdict was."""

    planned: PlannedRun
    failed: dict[str, Verdict]


def plan_replay(run: RunFolder, vendor_file: Path | None, suite_files: Sequence[str]) -> Replay | None:
    """The cases of a run that failed, ready to be asked again; None: none failed.

    `suite_files` are the files of suites that are not shipped. Raises UserError where the suites are not what they were.
    """
    manifest = run.manifest
    if manifest.mode != "practice":
        raise UserError(f"{run.path}: a certifying run is asked only once; practise with rtconform run")
    failed = {result.id: result.verdict for result in run.results() if not VERDICTS[result.verdict].conformant}
    if not failed:
        return None
    if vendor_file is None:
        named = one_line(manifest.vendor.file) or "VENDOR.toml"
        command = shlex.join(("rtconform", "replay", str(run.path), "--vendor", named))
        raise UserError(
            f"{run.path}: replay starts no program that only a folder names; if you trust it, name its vendor file: {command}"
        )
    names, count = _same_suites(manifest, suite_files)
    own = own_profiles_of(manifest)
    files = [Path(record.file) for record in manifest.payer_profiles]
    planned = plan_run(vendor_file, names, seed=manifest.seed, count=count, only=tuple(failed), own=own, own_files=files)
    return Replay(planned, failed)


def replayed(replay: Replay, run: RunFolder) -> list[Replayed]:
    """What became of each case, those still failing first."""
    now = {result.id: result for result in run.results()}
    found = []
    for case_id, was in replay.failed.items():
        result = now.get(case_id)
        verdict: Verdict = result.verdict if result else "unanswered"
        explanation = one_line(result.explanation) if result else VERDICTS["unanswered"].means
        found.append(Replayed(case_id, _became(verdict), was, verdict, explanation))
    order = ("still failing", "error", "not asked", "fixed")
    return sorted(found, key=lambda case: order.index(case.became))


def _became(verdict: Verdict) -> Became:
    if verdict == "not_applicable":
        return "not asked"
    if verdict in _NO_ANSWER:
        return "error"
    return "fixed" if VERDICTS[verdict].conformant else "still failing"


def _same_suites(manifest: Manifest, suite_files: Sequence[str]) -> tuple[list[str], int | None]:
    """What to call the suites of a run by, and the length that was asked of them. Raises UserError where they changed."""
    if manifest.rule_set != RULE_SET:
        raise UserError(f"that run was judged by rule set {manifest.rule_set}, but this is {RULE_SET}: run the suites again")
    called = {any_suite(file).name: file for file in suite_files}
    count = None
    for record in manifest.suites:
        suite = any_suite(called.setdefault(record.name, record.file or record.name))
        if suite.version == record.version and suite.size(None) != record.cases:
            count = record.cases
        if suite.version != record.version or digest(suite, record.seed, count) != record.digest:
            was = f"version {record.version}" if suite.version != record.version else f"digest {record.digest[:12]}"
            raise UserError(
                f"suite {record.name} has changed since that run (it was {was}, this is version {suite.version}): "
                "its cases are no longer the ones that failed; run the suite again"
            )
    return [called[record.name] for record in manifest.suites], count
