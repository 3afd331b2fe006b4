"""What is read of Bundles without extensions of ours: what CodeX RT and mCODE say, and nothing that they don't."""

import copy
from typing import Any

import pytest

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.bundles import Resources
from rtconform.formats.fhir.case_reader import read_case
from rtconform.formats.fhir.case_writer import bundle_of
from rtconform.formats.fhir.extensions import BASE
from rtconform.reference.documents.treatment import Case
from tests.helpers.suite_cases import of_suite


def without_ours(element: Any, *, texts: bool) -> Any:
    """A copy without our extensions, and without the texts beside codes where `texts` is false."""
    if isinstance(element, list):
        return [
            without_ours(one, texts=texts)
            for one in element
            if not (isinstance(one, dict) and str(one.get("url")).startswith(BASE))
        ]
    if not isinstance(element, dict):
        return copy.copy(element)
    coded = "coding" in element and not texts
    return {name: without_ours(value, texts=texts) for name, value in element.items() if not (coded and name == "text")}


def read_without_ours(case: Case, *, texts: bool) -> dict[str, Any]:
    """What is read of a case's Bundle when our extensions are gone."""
    return read_case(Resources(without_ours(bundle_of(case), texts=texts)))


@pytest.mark.parametrize("texts", [True, False])
@pytest.mark.parametrize(("suite", "step"), [("published", 3), ("boundaries", 12), ("pairwise", 6)])
def test_codex_rt_alone_says_technique_fraction_volumes_and_motion(suite: str, step: int, texts: bool) -> None:
    """Technique, dose, fractions, targets, motion and the methods of guidance come from their codes; beams and purposes are absent."""
    for case in of_suite(suite, step):
        found = read_without_ours(case, texts=texts)
        for plan, read in zip(case.plans, found["plans"], strict=True):
            alike = {word for word, code in codes.TECHNIQUES.items() if code == codes.TECHNIQUES.get(plan.technique)}
            assert read.get("technique") in ({plan.technique} if texts or not alike else alike)
            assert [] == read["beams"]
            assert plan.fractions == read["fractions"]
            assert (list(plan.planning.targets) or None) == read["planning"].get("targets")
            assert not plan.planning.targets or plan.dose_gy == read["dose_gy"]
            assert {"organs_at_risk", "dvh_evaluated"}.isdisjoint(read["planning"])
        treated = [
            one for one in case.sessions if any(beam.id in one.beams_delivered for plan in case.plans for beam in plan.beams)
        ]
        for session, read in zip(treated, found["sessions"], strict=True):
            assert session.fraction == read["fraction"]
            assert session.started_at.isoformat() == read["started_at"]
            motion = session.motion
            if motion is not None and motion.method in {*codes.MOTION, *codes.FREE_METHODS}:
                assert motion.method == read["motion"]["method"]
            assert "beam_hold" not in read.get("motion", {})
            assert all("purpose" not in act for act in read.get("guidance", []))
