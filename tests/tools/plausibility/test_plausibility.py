"""The checker of plausibility: it rejects what a physicist would laugh at, and nothing that the generators make.

Beside a few thousand cases, any number can be checked: RTCONFORM_PLAUSIBLE_CASES=100000 (see the Makefile).
"""

import ast
import datetime as dt
import math
import os
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.generators.clinic.realise import realise
from rtconform.generators.randomness import draw_for
from rtconform.generators.space.counting import count, row
from rtconform.generators.space.space import SPACE
from rtconform.generators.suites.clinic import CLINIC
from rtconform.reference.documents.treatment import (
    Beam,
    Billing,
    Case,
    Guidance,
    Isocenter,
    Motion,
    Patient,
    PhysicianReview,
    Plan,
    Planning,
    Session,
)
from tools.plausibility import checker as plausibility
from tools.plausibility import plans as plausibility_plans
from tools.plausibility import sessions as plausibility_sessions
from tools.plausibility import tables as plausibility_tables
from tools.plausibility.checker import CHECKS, faults

CASES = int(os.environ.get("RTCONFORM_PLAUSIBLE_CASES", "2000"))
DAY = dt.date(2026, 3, 10)


def at(clock: str, day: int = 10) -> Any:
    return dt.datetime.fromisoformat(f"2026-03-{day:02d}T{clock}:00")


def arc(name: str, start: float, stop: float, **other: Any) -> Any:
    return Beam(name, "photon", "ISO1", "6X", "arc", "dynamic_mlc", start, stop, 10.0, 0.0, **other)


def field(name: str, angle: float, radiation: Any = "photon", energy: str = "6X", modulation: Any = "none") -> Any:
    return Beam(name, radiation, "ISO1", energy, "static", modulation, angle, None, 0.0, 0.0)


CONFORMAL = Planning("ct", ("PTV_5000",), ("Heart", "Lung_L"), dvh_evaluated=True, inverse_optimized=False)

PROSTATE = Case(
    "test:prostate",
    Patient("SYN-0123456789", dt.date(1953, 4, 2), "male", "Marsh", "Leonard"),
    Billing(DAY, "hospital_outpatient", "facility"),
    (Isocenter("ISO1", (0.0, -12.5, 40.0)),),
    (
        Plan(
            "P1",
            "vmat",
            (arc("P1B1", 181.0, 179.0), arc("P1B2", 179.0, 181.0)),
            "Prostate, 2 arcs [C-arm linac]",
            "prostate",
            "C61",
            "curative",
            60.0,
            20,
            Planning("ct", ("PTV_6000",), ("Rectum", "Bladder"), dvh_evaluated=True, inverse_optimized=True),
        ),
    ),
    (
        Session(
            "S1",
            at("09:10"),
            5,
            ("P1B1", "P1B2"),
            (Guidance("cbct", "target_localization"),),
            Motion("none"),
            (1.0, -2.0, 3.0),
            0,
            PhysicianReview(at("17:40")),
            at("09:10", 11),
        ),
    ),
)
"""Sound: nothing to laugh at."""


def plan(case: Any, **changes: Any) -> Any:
    return replace(case, plans=(replace(case.plans[0], **changes), *case.plans[1:]))


def beam(case: Any, **changes: Any) -> Any:
    first, *others = case.plans[0].beams
    return plan(case, beams=(replace(first, **changes), *others))


def beams(case: Any, **changes: Any) -> Any:
    return plan(case, beams=tuple(replace(each, **changes) for each in case.plans[0].beams))


def session(case: Any, **changes: Any) -> Any:
    return replace(case, sessions=(replace(case.sessions[0], **changes), *case.sessions[1:]))


def patient(case: Any, **changes: Any) -> Any:
    return replace(case, patient=replace(case.patient, **changes))


def planning(case: Any, **changes: Any) -> Any:
    return plan(case, planning=replace(case.plans[0].planning, **changes))


def moved(case: Any, *position: float) -> Any:
    x, y, z = position
    return replace(case, isocenters=(Isocenter("ISO1", (x, y, z)),))


def imaged(case: Any, method: Any, timing: Any = "pre_treatment") -> Any:
    return session(case, guidance=(Guidance(method, "target_localization", timing),))


def on(case: Any, machine: Any) -> Any:
    return plan(case, label=f"{case.plans[0].label.partition(' [')[0]} [{machine}]")


BREAST = session(
    plan(
        moved(patient(PROSTATE, sex="female", birth_date=dt.date(1971, 10, 23)), 90.0, -48.0, 16.0),
        technique="3d_crt",
        beams=(field("P1B1", 308.0), field("P1B2", 128.0)),
        label="Left breast, tangents [C-arm linac]",
        site="breast_left",
        diagnosis="C50.412",
        dose_gy=50.0,
        fractions=25,
        planning=CONFORMAL,
    ),
    motion=Motion("breath_hold", "optical_surface", during_beam=True, beam_hold=True),
)
TWICE = replace(
    plan(
        moved(BREAST, 60.0, 4.0, 80.0),
        label="Left upper lobe, AP/PA [C-arm linac]",
        site="lung_left",
        diagnosis="C34.12",
        dose_gy=45.0,
        fractions=30,
        planning=replace(CONFORMAL, targets=("PTV_4500",)),
    ),
    sessions=(
        replace(
            BREAST.sessions[0], motion=Motion("none"), physician_review=PhysicianReview(at("12:00")), next_session_at=at("15:20")
        ),
        replace(BREAST.sessions[0], id="S2", started_at=at("15:20"), fraction=6, motion=Motion("none")),
    ),
)
SKIN = session(
    plan(
        moved(PROSTATE, 2.0, -92.0, 300.0),
        technique="electron",
        beams=(field("P1B1", 0.0, "electron", "9E"),),
        label="Nose, en face [C-arm linac]",
        site="nose",
        diagnosis="C44.311",
        dose_gy=50.0,
        planning=replace(CONFORMAL, organs_at_risk=("Eye_L",)),
    ),
    beams_delivered=("P1B1",),
    guidance=(),
    couch_shift_mm=None,
    physician_review=PhysicianReview(),
)
BONE = session(
    plan(
        moved(PROSTATE, 0.0, 38.0, 110.0),
        technique="2d",
        beams=(field("P1B1", 0.0), field("P1B2", 180.0)),
        label="T7-T9, AP/PA [C-arm linac]",
        site="thoracic_spine",
        diagnosis="C79.51",
        intent="palliative",
        dose_gy=20.0,
        fractions=5,
        planning=Planning(),
    ),
    fraction=2,
)
KNEE = plan(
    moved(BONE, -96.0, 10.0, -620.0),
    label="Right knee, AP/PA [C-arm linac]",
    site="knee_right",
    diagnosis="M17.11",
    intent="benign",
    dose_gy=3.0,
    fractions=6,
)
METASTASIS = session(
    plan(
        moved(PROSTATE, 30.0, 18.0, 52.0),
        technique="srs",
        beams=(arc("P1B1", 179.0, 20.0),),
        label="Left parietal metastasis, 1 arc [C-arm linac]",
        site="brain",
        diagnosis="C79.31",
        intent="palliative",
        dose_gy=20.0,
        fractions=1,
        planning=Planning("mri", ("PTV_2000",), ("Brainstem",), dvh_evaluated=True, inverse_optimized=True),
    ),
    beams_delivered=("P1B1",),
    fraction=1,
    next_session_at=None,
)
SOUND = {
    "prostate": PROSTATE,
    "breast": BREAST,
    "twice": TWICE,
    "skin": SKIN,
    "bone": BONE,
    "knee": KNEE,
    "metastasis": METASTASIS,
    "urgent on a Sunday": replace(
        session(
            BONE, started_at=at("21:30", 8), next_session_at=at("09:00", 9), physician_review=PhysicianReview(at("21:55", 8))
        ),
        billing=replace(BONE.billing, date_of_service=dt.date(2026, 3, 8)),
    ),
}

ABSURD = {
    "electron energy on photon arcs": ("energy", beams(PROSTATE, energy="9E")),
    "photon energy on electrons": ("energy", beam(SKIN, energy="6X")),
    "electrons in a plan of arcs": ("energy", beam(PROSTATE, radiation="electron", energy="9E")),
    "photons in an electron plan": ("energy", beam(SKIN, radiation="photon", energy="6X")),
    "protons of a photon energy": ("energy", beam(PROSTATE, radiation="proton", energy="6X")),
    "an unflattened 2D field": ("energy", beam(BONE, energy="6FFF")),
    "protons that reach nowhere": (
        "energy",
        plan(PROSTATE, technique="proton", beams=(field("P1B1", 90.0, "proton", "12 MeV", "pencil_beam_scanning"),)),
    ),
    "a conformal plan of electrons alone": ("energy", beams(BREAST, radiation="electron", energy="9E")),
    "electrons to the prostate": (
        "depth",
        plan(
            PROSTATE, technique="electron", beams=(field("P1B1", 0.0, "electron", "9E"), field("P1B2", 180.0, "electron", "9E"))
        ),
    ),
    "superficial x-rays to a vertebra": (
        "depth",
        plan(
            BONE, technique="superficial_xray", beams=(field("P1B1", 0.0, energy="100 kV"), field("P1B2", 9.0, energy="100 kV"))
        ),
    ),
    "an arc without rotation": ("delivery", beam(PROSTATE, gantry_stop_deg=181.0)),
    "an arc that ends nowhere": ("delivery", beam(PROSTATE, gantry_stop_deg=None)),
    "an arc of ten degrees": ("delivery", beam(PROSTATE, gantry_start_deg=40.0, gantry_stop_deg=50.0)),
    "a static field that rotates": ("delivery", beam(BREAST, gantry_stop_deg=20.0)),
    "static fields called VMAT": ("delivery", beams(PROSTATE, delivery="static", gantry_stop_deg=None)),
    "arcs called 3D": ("delivery", plan(PROSTATE, technique="3d_crt")),
    "a field from no angle": ("delivery", beam(BREAST, gantry_start_deg=None)),
    "VMAT without modulation": ("modulation", beams(PROSTATE, modulation="none")),
    "sliding leaves in a 2D plan": ("modulation", beam(BONE, modulation="dynamic_mlc")),
    "the same beam twice": ("angles", beam(BREAST, gantry_start_deg=128.0)),
    "a negative angle": ("angles", beam(BREAST, gantry_start_deg=-20.0)),
    "the couch turned into the gantry": ("angles", beam(BREAST, couch_deg=180.0)),
    "60 Gy in one fraction": ("dose", session(plan(PROSTATE, fractions=1), fraction=1, next_session_at=None)),
    "60 Gy in one stereotactic fraction": (
        "dose",
        session(plan(PROSTATE, technique="sbrt", fractions=1), fraction=1, next_session_at=None),
    ),
    "a tenth of a gray a fraction": ("dose", plan(PROSTATE, dose_gy=2.0)),
    "4 Gy in each of 20 fractions": ("dose", plan(PROSTATE, dose_gy=80.0)),
    "120 Gy to the breast": ("dose", plan(BREAST, dose_gy=120.0, fractions=60)),
    "radiosurgery of 2 Gy": ("dose", plan(METASTASIS, dose_gy=2.0)),
    "no dose": ("dose", plan(PROSTATE, dose_gy=None)),
    "whole body to 60 Gy": (
        "dose",
        plan(BONE, site="total_body", diagnosis="C92.01", intent="curative", dose_gy=60.0, fractions=30),
    ),
    "VMAT planned by hand": ("evidence", planning(PROSTATE, inverse_optimized=False)),
    "conformal fields without volumes": ("evidence", planning(BREAST, targets=(), organs_at_risk=())),
    "a histogram of a 2D plan": ("evidence", planning(BONE, dvh_evaluated=True)),
    "a target named by hand": ("structures", planning(PROSTATE, targets=("my ptv final2",))),
    "a target of another dose": ("structures", planning(PROSTATE, targets=("PTV_7000",))),
    "an organ that nobody has": ("structures", planning(PROSTATE, organs_at_risk=("Gills",))),
    "planned on a photograph": ("structures", planning(PROSTATE, volumetric_imaging="photograph")),
    "an isocenter two metres away": ("positions", moved(PROSTATE, 0.0, 0.0, 2000.0)),
    "an isocenter beside the patient": ("positions", moved(PROSTATE, 500.0, 0.0, 40.0)),
    "an isocenter that is not a number": ("positions", moved(PROSTATE, math.nan, 0.0, 40.0)),
    "the left breast on the right": ("positions", moved(BREAST, -90.0, -48.0, 16.0)),
    "prostate cancer in the nose": ("site", plan(SKIN, diagnosis="C61")),
    "a brain metastasis in the knee": ("site", plan(KNEE, diagnosis="C79.31", intent="palliative")),
    "radiosurgery of the prostate": ("site", plan(METASTASIS, site="prostate", diagnosis="C61", intent="curative")),
    "seeds in the breast": ("site", plan(BREAST, technique="ldr_brachytherapy")),
    "total skin electrons to the nose": ("site", plan(SKIN, technique="total_skin_electron")),
    "a right-sided code for the left breast": ("side", plan(BREAST, diagnosis="C50.411")),
    "a left-sided code for the right knee": ("side", plan(KNEE, diagnosis="M17.12")),
    "a label of the other side": ("side", plan(KNEE, label="Left knee, AP/PA [C-arm linac]")),
    "arcs on a helical unit": ("machine", on(PROSTATE, "helical unit")),
    "15 MV on a ring linac": ("machine", beams(on(PROSTATE, "ring linac"), energy="15X")),
    "electrons on an MR linac": ("machine", on(SKIN, "MR linac")),
    "the couch turned in a ring": ("machine", beam(beams(on(PROSTATE, "ring linac"), energy="6FFF"), couch_deg=45.0)),
    "a machine that nobody builds": ("machine", on(PROSTATE, "linear collider")),
    "beams of two machines in a session": (
        "machine",
        session(
            replace(
                PROSTATE,
                plans=(
                    PROSTATE.plans[0],
                    replace(
                        PROSTATE.plans[0],
                        id="P2",
                        label="Prostate, 1 arc [C-arm linac with ultrasound]",
                        beams=(arc("P2B1", 181.0, 179.0),),
                    ),
                ),
            ),
            beams_delivered=("P1B1", "P2B1"),
        ),
    ),
    "prostate cancer in a woman": ("patient", patient(PROSTATE, sex="female")),
    "prostate cancer in a boy": ("patient", patient(PROSTATE, birth_date=dt.date(2015, 1, 1))),
    "female breast cancer in a man": ("patient", patient(BREAST, sex="male")),
    "a Wilms flank at seventy": (
        "patient",
        plan(patient(TWICE, birth_date=dt.date(1955, 1, 1)), site="flank_left", diagnosis="C64.2"),
    ),
    "osteoarthritis of an infant": ("patient", patient(KNEE, birth_date=dt.date(2025, 1, 1))),
    "a patient yet unborn": ("patient", patient(PROSTATE, birth_date=dt.date(2027, 1, 1))),
    "a patient of 150 years": ("patient", patient(SKIN, birth_date=dt.date(1876, 1, 1))),
    "a real-looking patient id": ("patient", patient(PROSTATE, id="MRN 4711-0815")),
    "a benign cancer": ("intent", plan(PROSTATE, intent="benign")),
    "arthritis treated for cure of cancer": ("intent", plan(KNEE, intent="curative")),
    "an intent to try": ("intent", plan(PROSTATE, intent="exploratory")),
    "a beam that no plan has": ("delivered", session(PROSTATE, beams_delivered=("P1B1", "P9B9"))),
    "a beam delivered twice": ("delivered", session(PROSTATE, beams_delivered=("P1B1", "P1B1"))),
    "a session of nothing": ("delivered", session(PROSTATE, beams_delivered=())),
    "12 Gy twice a day": ("delivered", plan(TWICE, dose_gy=60.0, fractions=5)),
    "fraction 40 of 33": ("fraction", session(plan(PROSTATE, dose_gy=66.0, fractions=33), fraction=40)),
    "the afternoon's fraction before the morning's": (
        "fraction",
        replace(TWICE, sessions=(TWICE.sessions[0], replace(TWICE.sessions[1], fraction=4))),
    ),
    "a session after the last fraction": ("fraction", session(PROSTATE, fraction=20)),
    "a course that just stops": ("fraction", session(PROSTATE, next_session_at=None)),
    "a session at 3 am": ("hours", session(PROSTATE, started_at=at("03:00"))),
    "a session on a Sunday": (
        "hours",
        replace(
            session(PROSTATE, started_at=at("09:10", 8), physician_review=PhysicianReview(at("17:00", 8))),
            billing=replace(PROSTATE.billing, date_of_service=dt.date(2026, 3, 8)),
        ),
    ),
    "the next session on a Saturday": ("hours", session(PROSTATE, next_session_at=at("09:10", 14))),
    "a session on another day": ("hours", session(PROSTATE, started_at=at("09:10", 9))),
    "the next session before this one": ("order", session(PROSTATE, next_session_at=at("08:00"))),
    "the next session in an hour": ("order", session(PROSTATE, next_session_at=at("10:10"))),
    "the next session next year": ("order", session(PROSTATE, next_session_at=dt.datetime(2027, 3, 10, 9))),
    "two sessions an hour apart": (
        "order",
        replace(
            TWICE,
            sessions=(
                replace(TWICE.sessions[0], next_session_at=at("10:10")),
                replace(TWICE.sessions[1], started_at=at("10:10")),
            ),
        ),
    ),
    "approval before the images": ("approval", session(PROSTATE, physician_review=PhysicianReview(at("08:30")))),
    "approval at 3 am": ("approval", session(PROSTATE, physician_review=PhysicianReview(at("03:00", 11)))),
    "approval of nothing": ("approval", session(SKIN, physician_review=PhysicianReview(at("17:00")))),
    "approval two months later": (
        "approval",
        session(PROSTATE, physician_review=PhysicianReview(dt.datetime(2026, 5, 12, 12))),
    ),
    "breath hold for a prostate": (
        "motion",
        session(PROSTATE, motion=Motion("breath_hold", "spirometry", during_beam=True, beam_hold=True)),
    ),
    "gating of a knee": ("motion", session(KNEE, motion=Motion("gating", "optical_surface", during_beam=True))),
    "compression for a brain": ("motion", session(METASTASIS, motion=Motion("passive_compression"))),
    "a beam held by nobody": ("motion", session(BREAST, motion=Motion("breath_hold", "optical_surface", beam_hold=True))),
    "no motion management, monitored": ("motion", session(BREAST, motion=Motion("none", "optical_surface", during_beam=True))),
    "gating by no monitor": ("motion", session(BREAST, motion=Motion("gating"))),
    "tracking by a spirometer": ("motion", session(TWICE, motion=Motion("tracking", "spirometry", during_beam=True))),
    "breath hold of a toddler": ("motion", patient(BREAST, birth_date=dt.date(2023, 5, 1))),
    "cine MR on a C-arm linac": ("motion", session(TWICE, motion=Motion("gating", "mr_cine", during_beam=True))),
    "CBCT where there is portal imaging only": ("guidance", on(imaged(BREAST, "cbct"), "linac with portal imaging only")),
    "MR images on a C-arm linac": ("guidance", imaged(PROSTATE, "mri")),
    "ultrasound through the skull": ("guidance", on(imaged(METASTASIS, "ultrasound"), "C-arm linac with ultrasound")),
    "CT during the beam": ("guidance", on(imaged(PROSTATE, "ct", "intrafraction"), "C-arm linac with CT on rails")),
    "CBCT in the afterloader's room": (
        "guidance",
        plan(
            PROSTATE,
            technique="hdr_brachytherapy",
            label="Prostate, needles",
            beams=(Beam("P1B1", "photon", "ISO1", "Ir-192", "static", "none"),),
            dose_gy=15.0,
            fractions=1,
        ),
    ),
    "a hundred port images": ("guidance", session(BREAST, port_images=100)),
    "an upper lobe coded as a lower one": ("part", plan(TWICE, diagnosis="C34.32")),
    "a tonsil coded as the base of the tongue": ("part", plan(PROSTATE, label="Left tonsil, 2 arcs", diagnosis="C01")),
    "a couch correction of an implant": ("correction", plan(PROSTATE, technique="hdr_brachytherapy")),
    "a couch correction by nothing": ("correction", session(SKIN, couch_shift_mm=(1.0, 2.0, 3.0))),
    "a couch correction of a foot": ("correction", session(PROSTATE, couch_shift_mm=(300.0, 0.0, 0.0))),
    "a beam at no isocenter": ("references", beam(PROSTATE, isocenter="ISO9")),
    "two beams of one name": ("references", beam(PROSTATE, id="P1B2")),
    "a technique that nobody knows": ("references", plan(PROSTATE, technique="flash")),
    "a plan without beams": ("references", plan(PROSTATE, beams=())),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_passes(name: str) -> None:
    """No fault is found in the treatments that the absurd ones are made from."""
    assert () == faults(SOUND[name])


@pytest.mark.parametrize("name", ABSURD)
def test_what_is_absurd_is_rejected(name: str) -> None:
    """Each planted absurdity is found by the check that is about it."""
    check, case = ABSURD[name]
    assert check in {fault.partition(":")[0] for fault in faults(case)}


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_finds_something_and_can_be_allowed(check: Any) -> None:
    """No check is idle; what a suite tests on purpose can be allowed by the check's name."""
    planted = [case for name, case in ABSURD.values() if name == check]
    assert planted
    assert all(not fault.startswith(f"{check}:") for case in planted for fault in faults(case, allow=frozenset({check})))


def test_there_are_at_least_forty_absurdities() -> None:
    """As many as were promised, and more."""
    assert len(ABSURD) >= 40


def test_nothing_that_the_clinic_makes_is_rejected() -> None:
    """Suite `clinic`, from a seed of this test's own."""
    rejected = ((case.id, fault) for case in (CLINIC.case(index, 4711).case for index in range(CASES)) for fault in faults(case))
    assert [] == [pair for pair, _ in zip(rejected, range(20), strict=False)]


def test_nothing_of_the_space_is_rejected() -> None:
    """Treatments spread evenly over all valid combinations, the rare ones like the common."""
    rows = count(SPACE)
    stride = rows // CASES
    found = []
    for number in range(0, CASES, 2):
        combination = dict(zip(SPACE.names, row(SPACE, number * stride), strict=True))
        case = realise(combination, draw_for("plausibility", "1", 4711, number), f"test:4711:{number:06d}")
        found += [(combination, fault) for fault in faults(case)]
    assert [] == found[:20]


def test_the_checker_shares_nothing_with_the_generator() -> None:
    """It imports its own modules and the vocabulary, nothing else of ours."""
    parts = (plausibility, plausibility_plans, plausibility_sessions, plausibility_tables)
    trees = [ast.parse(Path(str(part.__file__)).read_text(encoding="utf-8")) for part in parts]
    imported = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            imported |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {
                f"{node.module}.{each.name}" if node.module == "rtconform.generators" else str(node.module) for each in node.names
            }
    ours = {each for each in imported if each.startswith("rtconform")}
    assert ours <= {"rtconform.reference.documents.treatment", *(part.__name__ for part in parts)}
