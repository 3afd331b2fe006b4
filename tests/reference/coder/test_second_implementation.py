"""The reference against an implementation of the rules that shares no line with it (`tests/vendors/correct/coder.py`)."""

import datetime as dt
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.reference.documents.treatment import MOTION_METHODS, Case, Monitor, Motion
from tests.helpers import odd_records
from tools.agreement import both

DATES = st.sampled_from([dt.date(2026, 3, 9), dt.date(2026, 1, 1), dt.date(2025, 12, 31)])
ANY_MOTION = st.builds(
    Motion,
    method=st.sampled_from(MOTION_METHODS),
    monitor=st.sampled_from((None, *get_args(Monitor))),
    during_beam=st.booleans(),
    beam_hold=st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=4 * settings().max_examples)
@given(odd_records.cases(dates=DATES))
def test_both_agree(case: Case) -> None:
    """Both implementations give the same outcome, lines and alternatives for every treatment."""
    theirs, ours = both(case)
    assert theirs == ours


@pytest.mark.slow
@given(odd_records.cases(), ANY_MOTION)
def test_both_agree_on_odd_motion_records(case: Case, motion: Motion) -> None:
    """They agree too where the record of motion management is contradictory."""
    theirs, ours = both(replace(case, sessions=tuple(replace(s, motion=motion) for s in case.sessions)))
    assert theirs == ours


@pytest.mark.slow
@given(odd_records.cases(), st.sampled_from(["beam", "isocenter", "photon", "date", "technique", "method", "radiation"]))
def test_both_agree_on_records_that_contradict_themselves(case: Case, fault: str) -> None:
    """They agree on records with a contradiction or an unknown word in them."""
    session, plan = case.sessions[0], case.plans[0]
    beam = plan.beams[0]
    changed = {
        "beam": lambda: replace(case, sessions=(replace(session, beams_delivered=("B-NONE",)), *case.sessions[1:])),
        "isocenter": lambda: _with_plan(case, replace(plan, beams=(replace(beam, isocenter="ISO-NONE"), *plan.beams[1:]))),
        "photon": lambda: _with_plan(case, replace(plan, technique="electron", beams=(replace(beam, radiation="photon"),))),
        "date": lambda: replace(case, billing=replace(case.billing, date_of_service=dt.date(2026, 3, 10))),
        "technique": lambda: _with_plan(case, replace(plan, technique="phased_resonance")),
        "method": lambda: replace(case, sessions=(replace(session, motion=Motion("hypnosis")), *case.sessions[1:])),
        "radiation": lambda: _with_plan(case, replace(plan, beams=(replace(beam, radiation="muon"), *plan.beams[1:]))),
    }[fault]()
    theirs, ours = both(changed)
    assert theirs == ours


def _with_plan(case: Case, plan: Any) -> Case:
    return replace(case, plans=(plan, *case.plans[1:]))
