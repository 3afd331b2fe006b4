"""Known faults are recognised once, when a run has ended, and written down in its folder; reports read what is written."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rtconform.conformance.certificates.regeneration import Asked
from rtconform.conformance.known_faults import Find, recognise
from rtconform.conformance.protocol import Question
from rtconform.conformance.records import Manifest, own_profiles_of
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.folder import RunFolder, write_known_faults
from rtconform.generators.suites.registry import SUITES, any_suite
from rtconform.generators.suites.suite import SuiteItem, SuiteOf
from rtconform.reference import RULE_SET
from rtconform.reference.editor.payers import own_profiles
from rtconform.reference.errors import UserError


def look_for_known_faults(folder: Path, find: Find) -> None:
    """Recognise the known faults behind the run in `folder`, and write them down there. Raises UserError.

    `find` makes the cases again that the results do not keep: those that passed.
    """
    run = RunFolder(folder)
    with own_profiles(own_profiles_of(run.manifest)):
        write_known_faults(folder, recognise(ROLES[run.manifest.vendor.role], run.results, find))


def look_again(folder: Path) -> None:
    """The same where it was not done at the end of the run: one that was killed, or goes on still. Raises UserError."""
    run = RunFolder(folder)
    known = run.known_faults()
    if known is None or known.results != sum(1 for _ in run.results()):
        look_for_known_faults(folder, finder_of(_shipped(run.manifest)))


def finder_of(suites: Iterable[SuiteOf[Any]]) -> Find:
    """Finds what suites ask by id; None for what they don't have, and for a document that is not a sound case."""
    by_name = {suite.name: suite for suite in suites}

    def find(case_id: str) -> Question | None:
        suite = by_name.get(case_id.partition(":")[0])
        if suite is None:
            return None
        try:
            index, seed = suite.index_of(case_id)
        except UserError:
            return None
        item: SuiteItem = suite.case(index, seed)
        return item.question if item.sound else None

    return find


def finder_among(asked: Mapping[str, Asked]) -> Find:
    """Finds what a certifying run asked, under the ids that its results have; None for a document that is not a sound case."""

    def find(case_id: str) -> Question | None:
        item = asked[case_id].item if case_id in asked else None
        return item.question if item is not None and item.sound else None

    return find


def _shipped(manifest: Manifest) -> Iterable[SuiteOf[Any]]:
    """Those suites of a run that are here in the run's version."""
    if manifest.rule_set != RULE_SET:
        return
    for record in manifest.suites:
        if record.name in SUITES and (suite := any_suite(record.name)).version == record.version:
            yield suite
