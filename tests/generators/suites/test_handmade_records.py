"""The records of the hand-made suites: believable, complete, and without facts that invite another mistake than their own."""

import datetime as dt
import math
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.reference.coder.facts import LOCALIZING_METHODS, PASSIVE_METHODS, SessionFacts, case_facts, session_facts
from rtconform.reference.documents.treatment import (
    TECHNIQUES_3D,
    TECHNIQUES_IMRT,
    Plan,
    Session,
    claim_fault,
    duplicate_ids,
    unknown_terms,
)

ENTRIES = [entry for name in ("published", "boundaries") for entry in cases(suite(name), 0)]
SOUND = [entry for entry in ENTRIES if entry.rule not in ("DOC-CONFLICT", "DOC-UNKNOWN")]
PLANS = [(entry, plan) for entry in SOUND for plan in entry.case.plans]
SESSIONS = [(entry, session) for entry in SOUND for session in entry.case.sessions]

TARGET = re.compile(r"(CTV|ITV|PTV)[pn\d]?(_(Brain|Spine|Boost))?_(?P<cgy>\d{4})")
ORGANS_AT_RISK = {
    "A_LAD",
    "Bag_Bowel",
    "Bladder",
    "BrachialPlex_R",
    "Brain",
    "Brainstem",
    "Breast_L",
    "Breast_R",
    "CaudaEquina",
    "Chestwall_L",
    "Cochlea_L",
    "Cochlea_R",
    "Esophagus",
    "Eye_L",
    "Eye_R",
    "Femur_Head_L",
    "Femur_Head_R",
    "Heart",
    "Kidney_L",
    "Kidney_R",
    "Lens_L",
    "Lens_R",
    "Lung_L",
    "Lung_R",
    "Lungs",
    "OpticChiasm",
    "OpticNrv_L",
    "OpticNrv_R",
    "Parotid_L",
    "Parotid_R",
    "PenileBulb",
    "Rectum",
    "SpinalCord",
}
"""Names of TG-263 that the treatments use."""

ODD = {
    "boundaries:compression-and-held-beam",
    "boundaries:margins-and-held-beam",
    "boundaries:none-and-ticked",
    "boundaries:afternoon-not-named-approved-after-it",
    "boundaries:afternoon-not-named-approved-before-it",
}
"""Cases about records that clinics should not keep so, and do: where the reading had to settle what they mean (decision 0002)."""

CONFOUNDERS: dict[str, tuple[Callable[[Any], bool], set[str]]] = {
    "counts plans, not isocenters": (
        lambda s: (
            s.photons and not s.electrons and s.beams > 0 and s.claim != "professional" and (s.plans > 1) != (s.isocenters > 1)
        ),
        {"ISO-CONTIGUOUS", "ISO-SHIFT", "TECHNIQUE-MIXED"},
    ),
    "counts planned isocenters": (
        lambda s: s.photons and not s.electrons and s.claim != "professional" and s.isocenters == 1 < s.isocenters_planned,
        {"ISO-DELIVERED"},
    ),
    "counts couch corrections": (lambda s: s.couch_moved and s.claim != "professional", {"ISO-CORRECTION"}),
    "takes surface set-up for motion management": (
        lambda s: s.surface and s.claim != "professional",
        {"AMM-SETUP"},
    ),
    "takes passive motion management for active": (lambda s: s.motion_method in PASSIVE_METHODS, {"AMM-PASSIVE"}),
    "bills port images": (lambda s: s.port_images > 0 or s.mv_port, {"PORT", "L3-ISOCENTERS"}),
    "bills imaging for set-up": (lambda s: s.setup_images and s.claim in ("professional", "global"), {"IGRT-PURPOSE"}),
    "ignores the time of approval": (
        lambda s: (s.localizing or s.monitored) and s.claim in ("professional", "global") and s.approval != "in_time",
        {"IGRT-REVIEW", "IGRT-AMM"},
    ),
}
"""A wrong idea, the sessions that it would bill otherwise, and the rules whose cases may have such sessions."""


def test_ids_and_patients() -> None:
    """Ids are unique and readable; patient ids are hashes in which neither suite nor place shows."""
    assert len({entry.case.id for entry in ENTRIES}) == len(ENTRIES)
    assert len({entry.case.patient.id for entry in ENTRIES}) == len(ENTRIES)
    for entry in ENTRIES:
        assert re.fullmatch(r"(published|boundaries):[a-z0-9-]+", entry.case.id)
        assert re.fullmatch(r"SYN-[0-9a-f]{10}", entry.case.patient.id)


def test_records_are_sound() -> None:
    """Outside the cases that are about it, no unknown term, no id that nothing has, no session on another day."""
    for entry in SOUND:
        assert not [*unknown_terms(entry.case), *duplicate_ids(entry.case), *claim_fault(entry.case)], entry.case.id
        assert not case_facts(entry.case).conflicts, entry.case.id


@pytest.mark.slow
def test_diagnoses_are_valid() -> None:
    """Every diagnosis is an ICD-10-CM code that may be billed: it exists and has no subdivisions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it reads its data by a call that Python 3.11 and 3.12 deprecate
        import simple_icd_10_cm  # noqa: PLC0415 - only here is the warning expected
    for code in {plan.diagnosis for _, plan in PLANS}:
        assert simple_icd_10_cm.is_valid_item(code), code
        assert simple_icd_10_cm.is_leaf(code), code


@pytest.mark.parametrize(("entry", "plan"), PLANS, ids=lambda item: item.case.id if isinstance(item, SuiteCase) else item.id)
def test_plans_are_believable(entry: SuiteCase, plan: Plan) -> None:
    """Doses a fraction are of practice, structures have TG-263 names, a target bears the dose, arcs stop somewhere else."""
    assert plan.dose_gy is not None
    assert plan.fractions is not None
    stereotactic = plan.technique in ("srs", "sbrt", "hdr_brachytherapy", "intraoperative")
    assert (4 if stereotactic else 0.3) <= plan.dose_gy / plan.fractions <= (25 if stereotactic else 8)
    assert set(plan.planning.organs_at_risk) <= ORGANS_AT_RISK
    doses = [int(found["cgy"]) for name in plan.planning.targets if (found := TARGET.fullmatch(name))]
    assert len(plan.planning.targets) == len(doses)
    assert not doses or round(plan.dose_gy * 100) in doses
    for beam in plan.beams:
        assert beam.energy
        assert (beam.delivery == "arc") == (beam.gantry_stop_deg is not None)
    if not entry.rule.startswith("DOC-"):
        assert _documented(plan)


@pytest.mark.parametrize(
    ("entry", "session"), SESSIONS, ids=lambda item: item.case.id if isinstance(item, SuiteCase) else item.id
)
def test_sessions_are_believable(entry: SuiteCase, session: Session) -> None:
    """Sessions lie within clinic hours, on fractions that the plan has, and the next is later, on a weekday."""
    assert dt.time(7, 30) <= session.started_at.time() <= dt.time(17, 0)
    assert entry.case.billing.date_of_service.weekday() < 5
    assert session.fraction is not None
    assert session.fraction <= max(plan.fractions or 0 for plan in entry.case.plans)
    if session.next_session_at is not None:
        assert session.next_session_at > session.started_at
        assert session.next_session_at.weekday() < 5
    motion = session.motion
    assert motion is not None
    assert motion.during_beam or not motion.beam_hold
    assert motion.monitor is not None or not motion.during_beam
    assert motion.monitor is None or motion.method in ("breath_hold", "gating", "tracking") or entry.case.id in ODD
    if session.couch_shift_mm is not None and entry.rule != "ISO-CORRECTION":
        assert math.hypot(*session.couch_shift_mm) <= 1


def test_a_session_knows_the_next() -> None:
    """Where a case has two sessions, the second begins when the first says that the next begins."""
    for entry in ENTRIES:
        if entry.case.id in ODD:
            continue
        for first, second in zip(entry.case.sessions, entry.case.sessions[1:], strict=False):
            assert first.next_session_at == second.started_at, entry.case.id


@pytest.mark.parametrize("idea", CONFOUNDERS)
def test_a_wrong_idea_fails_at_its_own_rule(idea: str) -> None:
    """A coder with one wrong idea meets its fact only in cases at the rules that speak of it, so the report names the idea."""
    misled, rules = CONFOUNDERS[idea]
    met = {entry.rule for entry in SOUND for facts in _coded_sessions(entry) if misled(facts)}
    assert met
    assert met <= rules


def test_every_method_of_guidance_is_there() -> None:
    """Each method that localizes a target is in some case that bills the physician's part for it alone."""
    alone = {
        facts.localizing[0].method
        for entry in ENTRIES
        for facts in _coded_sessions(entry)
        if len(facts.localizing) == 1 and facts.claim == "professional"
    }
    assert set(LOCALIZING_METHODS) <= alone


def _coded_sessions(entry: SuiteCase) -> tuple[SessionFacts, ...]:
    facts = case_facts(entry.case)
    whole = facts.conflicts or facts.unknown or facts.outside or facts.before_2026
    return () if whole else tuple(session for session in session_facts(entry.case) if session.beams)


def _documented(plan: Plan) -> bool:
    planning = plan.planning
    volumes = bool(planning.volumetric_imaging and planning.targets and planning.organs_at_risk and planning.dvh_evaluated)
    if plan.technique in TECHNIQUES_IMRT:
        return volumes and planning.inverse_optimized and all(beam.modulation != "none" for beam in plan.beams)
    return volumes or plan.technique not in TECHNIQUES_3D
