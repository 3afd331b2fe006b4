"""Brings back the treatments of a run's cases: passing results are recorded without, and any case can be made again by its id."""

from collections.abc import Callable

from rtconform.conformance.records import Manifest
from rtconform.generators.suites.registry import SUITES, any_suite
from rtconform.generators.suites.suite import Suite
from rtconform.reference import RULE_SET
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import UserError


def case_finder(manifest: Manifest) -> Callable[[str], Case | None]:
    """Finds cases of the run by id; None for one of a suite that is not here in the run's version, and in a certifying run.

    A certificate's report is made from the bundle alone, and so says no more than that holds.
    """
    suites: dict[str, Suite] = {}
    if manifest.rule_set == RULE_SET and manifest.mode == "practice":
        for record in manifest.suites:
            here = any_suite(record.name) if record.name in SUITES else None
            if here is not None and here.asks == "case" and here.version == record.version:
                suites[record.name] = here  # type: ignore[assignment] # it asks cases

    def find(case_id: str) -> Case | None:
        suite = suites.get(case_id.partition(":")[0])
        if suite is None:
            return None
        try:
            index, seed = suite.index_of(case_id)
        except UserError:
            return None
        made = suite.case(index, seed)
        return made.case if made.sound else None

    return find
