"""Facts that decide no code alone, and that other rules read."""

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.reference.coder.facts import case_facts, session_facts, technique_family
from rtconform.reference.documents.treatment import TECHNIQUES, TECHNIQUES_2D, TECHNIQUES_3D, TECHNIQUES_IMRT
from tests.helpers.one_beam import case


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_each_technique_is_of_its_family(technique: str) -> None:
    """2D, 3D and intensity-modulated techniques are of those families, electrons and those outside of none."""
    families = {
        **dict.fromkeys(TECHNIQUES_2D, "2d"),
        **dict.fromkeys(TECHNIQUES_3D, "3d"),
        **dict.fromkeys(TECHNIQUES_IMRT, "imrt"),
    }
    assert families.get(technique) == technique_family(technique)


def test_evidence_is_none_some_or_all() -> None:
    """Imaging, targets and organs at risk are evidence of 3D; with the evaluated histogram it is full."""
    complete = {"volumetric_imaging": "ct", "targets": ("PTV_5000",), "organs_at_risk": ("Lung_L",)}
    records: tuple[dict[str, Any], ...] = ({}, {"targets": ("PTV_5000",)}, complete, {**complete, "dvh_evaluated": True})
    found = [case_facts(case(**record)).plans[0] for record in records]
    assert [("none", "none"), ("some", "some"), ("all", "some"), ("all", "all")] == [
        (plan.volumetric_evidence, plan.full_evidence) for plan in found
    ]


def test_every_contradiction_is_named() -> None:
    """A record that contradicts itself in four ways says all four, in its own order."""
    asked = case(beam="P9B9")
    (plan,), (first, second) = asked.plans, asked.sessions
    odd = replace(plan, technique="electron", beams=(replace(plan.beams[0], isocenter="ISO9"),))
    moved = replace(second, started_at=dt.datetime(2026, 3, 10, 9, 10), beams_delivered=("P1B1",))
    assert (
        "S1 delivered beam P9B9, which no plan has",
        "S2 was on 2026-03-10, not on the date of service",
        "beam P1B1 is treated at isocenter ISO9, which the case lacks",
        "electron plan P1 has photon beam P1B1",
    ) == case_facts(replace(asked, plans=(odd,), sessions=(first, moved))).conflicts


@pytest.mark.parametrize(("shift", "moved"), [(None, False), ((1.0, 0.0, 0.0), False), ((0.8, 0.8, 0.0), True)])
def test_the_couch_has_moved_when_it_moved_by_more_than_a_millimetre(
    shift: tuple[float, float, float] | None, moved: bool
) -> None:
    """A correction of more than 1 mm in space is one that ISO-CORRECTION speaks of."""
    asked = case()
    sessions = tuple(replace(session, couch_shift_mm=shift) for session in asked.sessions)
    assert moved == session_facts(replace(asked, sessions=sessions))[0].couch_moved
