"""Traits: where a treatment stands among others."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from rtconform.conformance.coder.traits import traits_of
from rtconform.conformance.traits import MOTION_WORDS, Traits
from rtconform.reference.coder.facts import case_facts, session_facts
from rtconform.reference.documents.treatment import Beam, Case, Guidance, Motion, Session
from tests.helpers import odd_records


def test_a_case_in_words(case: Case) -> None:
    """Technique, isocenters, motion, guidance, setting and claim, as the record has them."""
    assert Traits("vmat", 1, "observed", "cbct", "hospital_outpatient", "facility") == traits_of(case)


@pytest.mark.parametrize(
    ("motion", "word"),
    [
        (None, "none"),
        (Motion("none", during_beam=True, beam_hold=True), "none"),
        (Motion("passive_compression"), "passive"),
        (Motion("breath_hold"), "unmonitored"),
        (Motion("gating", during_beam=True), "observed"),
        (Motion("tracking", during_beam=True, beam_hold=True), "active"),
    ],
)
def test_motion(case: Case, motion: Motion | None, word: str) -> None:
    """What was done while the beam was on has the word, not what the method is called."""
    (session,) = case.sessions

    assert word == traits_of(replace(case, sessions=(replace(session, motion=motion),))).motion


@pytest.mark.parametrize(
    ("acts", "ports", "word"),
    [
        ((), 0, "none"),
        ((), 2, "port_images"),
        ((Guidance("mv_port", "target_localization"),), 0, "port_images"),
        ((Guidance("surface", "patient_setup"),), 0, "surface"),
        ((Guidance("cbct", "patient_setup"),), 0, "setup_images"),
        ((Guidance("surface", "patient_setup"), Guidance("ultrasound", "target_localization")), 1, "ultrasound"),
        ((Guidance("mri", "target_localization"), Guidance("ultrasound", "target_localization")), 0, "several"),
    ],
)
def test_guidance(case: Case, acts: tuple[Guidance, ...], ports: int, word: str) -> None:
    """What localized the target comes first, then what was done instead."""
    (session,) = case.sessions

    assert word == traits_of(replace(case, sessions=(replace(session, guidance=acts, port_images=ports),))).guidance


def test_nothing_delivered(case: Case) -> None:
    """A day without a beam has no technique and no isocenter."""
    idle = tuple(replace(session, beams_delivered=()) for session in case.sessions)

    assert Traits("none", 0, "none", "none", "hospital_outpatient", "facility") == traits_of(replace(case, sessions=idle))


def test_a_record_that_contradicts_itself(case: Case) -> None:
    """A beam that no plan has and an isocenter that the case lacks count for nothing."""
    (plan,) = case.plans
    (session,) = case.sessions
    astray = replace(plan, beams=(*plan.beams, Beam("P1B2", "photon", "ISO9")))
    delivered: tuple[Session, ...] = (replace(session, beams_delivered=("P1B2", "B-NONE")),)

    assert 0 == traits_of(replace(case, plans=(astray,), sessions=delivered)).isocenters


@pytest.mark.slow
@given(odd_records.cases())
def test_traits_agree_with_the_facts(case: Case) -> None:
    """In a record without contradictions, isocenters and motion are those of the facts."""
    facts = () if case_facts(case).conflicts else session_facts(case)
    traits = traits_of(case)

    assert traits.motion in MOTION_WORDS
    if facts:
        assert max(s.isocenters for s in facts) == traits.isocenters
        assert any(s.motion == "active" and s.beams for s in facts) == (traits.motion == "active")
