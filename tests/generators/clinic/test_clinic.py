"""The clinical library: what is treated, how, and that it is consistent; what a physicist would say of it, in test_plausibility."""

import datetime as dt
import itertools
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rtconform.generators
from rtconform.generators.clinic.clinic import candidates, person, placed, plan_treatment, session_times, situations
from rtconform.generators.clinic.people import names
from rtconform.generators.clinic.practice import ARRANGEMENTS, ENERGY_CLASSES, MIXED_TECHNIQUES, energy_class, practice
from rtconform.generators.randomness import draw_for
from rtconform.reference.documents.treatment import GUIDANCE_METHODS, MOTION_METHODS, TECHNIQUES, Billing, Case, Motion, Session
from tools.plausibility.checker import faults

SITUATIONS = situations()
DAY = dt.date(2026, 3, 9)
NO_GUIDANCE: frozenset[str] = frozenset()
Place = tuple[str, str, str, str, int]
DATA = Path(rtconform.generators.__file__).with_name("data")

SEEN = [
    (situation.id, technique, arrangement, motion, sessions)
    for situation in SITUATIONS.values()
    for technique, arrangements in situation.arrangements.items()
    for arrangement in ARRANGEMENTS
    if arrangement in arrangements
    for motion in situation.motions
    for sessions in (1, 2)
    if situation.id in candidates(technique, arrangement, motion, NO_GUIDANCE, sessions=sessions)
]
"""Every way in which anything is treated."""


def planned(place: Place, number: int = 0, **wishes: Any) -> Any:
    name, technique, arrangement, motion, sessions = place
    return plan_treatment(
        SITUATIONS[name], technique, arrangement, motion, draw_for("test", "1", number, 0), sessions=sessions, **wishes
    )


def treated(place: Any, number: int) -> Any:
    """A whole case of a treatment: the last day of the course, nothing done but what was planned."""
    name, _, _, motion, sessions = place
    monitors = [each for each in SITUATIONS[name].motions[motion] if each and motion in ("gating", "tracking")]
    monitor = next(
        (each for each in monitors if name in candidates(*place[1:4], NO_GUIDANCE, monitor=each, sessions=sessions)), None
    )
    found = planned(place, number, monitor=monitor)
    draw = draw_for("test", "1", number, 0)
    starts = session_times(DAY, sessions, draw)
    treated_today = [plan.fractions for plan in found.plans if plan.beams[0].id in found.delivered]
    first = min(treated_today) - sessions + 1
    return Case(
        f"test:{number}",
        person(SITUATIONS[name], DAY, draw),
        Billing(DAY, "hospital_outpatient", "facility"),
        placed(found, draw),
        found.plans,
        tuple(
            Session(
                f"S{count + 1}",
                start,
                first + count,
                found.delivered,
                motion=Motion(motion, cast("Any", monitor), during_beam=monitor is not None),
                next_session_at=dict(enumerate(starts)).get(count + 1),
            )
            for count, start in enumerate(starts)
        ),
    )


def test_the_library_is_wide() -> None:
    """At least 40 situations beside mirror images, and every technique, arrangement, method, energy class and intent is seen."""
    assert len({re.sub("-(left|right)$", "", name) for name in SITUATIONS}) >= 40
    assert {*TECHNIQUES, *MIXED_TECHNIQUES} == {technique for _, technique, _, _, _ in SEEN}
    assert set(ARRANGEMENTS) == {arrangement for _, _, arrangement, _, _ in SEEN}
    assert set(MOTION_METHODS) == {motion for _, _, _, motion, _ in SEEN}
    assert set(GUIDANCE_METHODS) == {method for each in SITUATIONS.values() for method in each.guidance}
    assert {"curative", "palliative", "benign"} == {each.intent for each in SITUATIONS.values()}
    assert set(ENERGY_CLASSES) == {
        energy_class(beam.energy) for place in SEEN for plan in planned(place).plans for beam in plan.beams
    }


@pytest.mark.slow
def test_diagnoses_may_be_billed() -> None:
    """Every diagnosis is an ICD-10-CM code of fiscal year 2026 that has no subdivisions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it reads its data by a call that Python 3.11 and 3.12 deprecate
        import simple_icd_10_cm  # noqa: PLC0415 - only here is the warning expected
    assert simple_icd_10_cm.is_valid_item("C50.A1")  # new in fiscal year 2026
    for code in {plan.diagnosis for place in SEEN for plan in planned(place).plans}:
        assert simple_icd_10_cm.is_leaf(code), code


def test_every_fractionation_has_its_source_and_its_use() -> None:
    """A fractionation names author, year and journal, and somebody is treated by it; so do beam arrangements and parts."""
    used, beams = set(), set()
    for each in SITUATIONS.values():
        ways, parts = each.techniques.values(), each.parts.values()
        used |= {*each.regimens, *(name for way in ways for name in way.regimens), *(part.regimen for part in parts)}
        used |= {name for part in parts for name in part.goes_with}
        beams |= {name for way in ways for name in (*way.beams, way.electron_beams)}
        beams |= {name for part in parts for name in part.beams.values()}
        named = {*each.contiguous, *each.separate, *each.shift, *each.later, *each.alternating}
        assert set(each.parts) == named | {name for way in ways for name in way.parts}, each.id
    assert set(practice().regimen) == used - {""}
    assert set(practice().beams) == beams - {""}
    for name, regimen in practice().regimen.items():
        assert re.search(r"\b(19|20)\d\d, \S.* \w+", regimen.source), name
        assert regimen.fractions % regimen.sessions == 0, name


@pytest.mark.parametrize("name", SITUATIONS)
def test_no_treatment_of_a_situation_is_laughable(name: str) -> None:
    """Whatever way something is treated, a checker that was written apart finds nothing in it."""
    for place in (place for place in SEEN if place[0] == name):
        for number in range(3):
            assert () == faults(treated(place, number)), place


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_isocenters_arise_as_the_arrangement_says(arrangement: Any) -> None:
    """How many plans, and how many positions are planned and delivered."""
    count = int(arrangement[-1]) if arrangement[-1].isdigit() else 1
    for place in (place for place in SEEN if place[2] == arrangement):
        found = planned(place)
        where = {isocenter.id: isocenter.position_mm for isocenter in placed(found, draw_for("test", "1", 0, 0))}
        beams = {beam.id: beam for plan in found.plans for beam in plan.beams}
        positions = {where[beams[name].isocenter] for name in found.delivered}
        shared = len({where[beam.isocenter] for beam in beams.values()}) - len(positions)
        several = arrangement.startswith("separate") or arrangement in ("contiguous", "alternating_days", "planned_not_delivered")
        assert count == len(positions), place
        assert (arrangement in ("alternating_days", "planned_not_delivered")) == (shared == 1), place
        assert several == (len(found.plans) > 1), place
        if shared == 0:
            assert tuple(beams) == found.delivered, place


def test_several_isocenters_or_plans_have_a_reason() -> None:
    """A situation that has anything but one plan at one isocenter says why, and no other does."""
    several = {name for name, _, arrangement, _, _ in SEEN if arrangement != "one"}
    assert several == {situation.id for situation in SITUATIONS.values() if situation.isocenters}


def test_what_techniques_mix_is_what_they_say() -> None:
    """A mixed technique has photons and electrons in one plan or in two, or a 3D and a 2D plan; no other plan mixes."""
    for place in SEEN:
        found = planned(place)
        declared = [plan.technique for plan in found.plans]
        radiations = [{beam.radiation for beam in plan.beams} for plan in found.plans]
        match place[1]:
            case "mixed_photon_electron_plan":
                assert (["3d_crt"], [{"photon", "electron"}]) == (declared, radiations)
            case "mixed_photon_electron_plans":
                assert (["3d_crt", "electron"], [{"photon"}, {"electron"}]) == (declared, radiations)
            case "mixed_2d_3d":
                assert (["3d_crt", "2d"], [{"photon"}, {"photon"}]) == (declared, radiations)
            case technique:
                assert {technique} == set(declared)
                assert {1} == {len(each) for each in radiations}


def test_wishes_are_met() -> None:
    """The machine has the images and the monitor that were wished for, the beams the energy, the course the sessions."""
    for guidance in ({"mri"}, {"ct"}, {"ultrasound"}, {"stereoscopic_xray", "surface"}, {"cbct", "orthogonal_kv"}, {"pet_ct"}):
        names = candidates("imrt_static", "one", "none", frozenset(guidance), energy="photon_fff")
        for name in names:
            found = planned((name, "imrt_static", "one", "none", 1), guidance=frozenset(guidance), energy="photon_fff")
            room = next(each for each in practice().machine.values() if each.label == found.machine)
            assert guidance <= set(room.imaging)
            assert {"photon_fff"} == {energy_class(beam.energy) for plan in found.plans for beam in plan.beams}
    beacons = planned(("prostate", "vmat", "one", "tracking", 1), monitor="em_transponder")
    assert "C-arm linac with transponder array" == beacons.machine
    assert 2 == planned(("lung-left", "vmat", "one", "none", 2)).sessions


def test_what_nobody_does_has_no_candidates() -> None:
    """No breath hold for a prostate, no MR images on a helical unit, no electrons in four places of the chest twice a day."""
    assert () == candidates("helical_imrt", "one", "none", frozenset({"mri"}))
    assert "prostate" not in candidates("vmat", "one", "breath_hold", NO_GUIDANCE)
    assert () == candidates("vmat", "one", "gating", NO_GUIDANCE, monitor="mr_cine")
    assert () == candidates("total_skin_electron", "separate_sites_2", "none", NO_GUIDANCE)
    with pytest.raises(LookupError, match="prostate: no vmat in arrangement one with motion breath_hold"):
        plan_treatment(SITUATIONS["prostate"], "vmat", "one", "breath_hold", draw_for("test", "1", 1, 0))
    with pytest.raises(LookupError, match="prostate: no vmat in arrangement separate_sites_2"):
        plan_treatment(SITUATIONS["prostate"], "vmat", "separate_sites_2", "none", draw_for("test", "1", 1, 0))


def test_the_right_side_mirrors_the_left() -> None:
    """A twin on the other side has the opposite positions, angles, names and codes."""
    left, right = SITUATIONS["breast-left"], SITUATIONS["breast-right"]
    assert [-left.center_mm[0], *left.center_mm[1:]] == list(right.center_mm)
    assert ("Right breast", "breast_right", "right", ("C50.411", "C50.211")) == (
        right.label, right.site, right.laterality, right.diagnoses)  # fmt: skip
    assert ("Heart", "A_LAD", "Lung_R", "Breast_L") == right.organs_at_risk
    known = practice().beams
    assert tuple((360 - angle) % 360 for angle in known["tangents-left"].gantry) == known["tangents-right"].gantry


@given(
    st.sampled_from(sorted(SITUATIONS)),
    st.dates(dt.date(2025, 12, 31), dt.date(2026, 12, 31)) | st.sampled_from([dt.date(2024, 2, 29), dt.date(2028, 2, 29)]),
    st.integers(0, 2**32),
)
def test_people_have_the_sex_and_the_age_of_the_disease(name: str, day: Any, seed: int) -> None:
    """On the date of service, whatever the leap years; and the id says that the person is synthetic."""
    situation = SITUATIONS[name]
    patient = person(situation, day, draw_for("test", "1", seed, 0))
    born = patient.birth_date
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    assert situation.ages[0] <= age <= situation.ages[1]
    assert patient.sex in situation.sexes
    assert re.fullmatch("SYN-[0-9a-f]{10}", patient.id)
    assert patient.family_name in names()["family"]
    assert patient.given_name in names()[patient.sex]


@given(st.integers(1, 2), st.integers(0, 2**32))
def test_sessions_lie_in_clinic_hours_with_a_break(count: int, seed: int) -> None:
    """On the day, between 8 and 17 o'clock, more than six hours apart."""
    times = session_times(DAY, count, draw_for("test", "1", seed, 0))
    assert count == len(times)
    assert all(each.date() == DAY and dt.time(8) <= each.time() <= dt.time(17) for each in times)
    assert all(later - earlier > dt.timedelta(hours=6) for earlier, later in itertools.pairwise(times))


@given(st.sampled_from(SEEN), st.integers(0, 2**32))
def test_the_draw_decides_all(place: Any, seed: int) -> None:
    """The same draw makes the same treatment, and what came before has no influence."""
    first = planned(place, seed)
    assert first is planned(place, seed)
    one, again = (placed(first, draw_for("test", "2", seed, 0)) for _ in range(2))
    assert [each.position_mm for each in one] == [each.position_mm for each in again]


def test_names_are_data_and_say_which_faker_made_them() -> None:
    """Generating needs no Faker; the names are single words of many languages."""
    program = "import sys, rtconform.generators.clinic.clinic as c; c.situations(); sys.exit('faker' in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode
    found = json.loads((DATA / "names.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"Faker \d+\.\d+\.\d+", found["made_with"])
    for kind in ("female", "male", "family"):
        assert len(found[kind]) == len(set(found[kind])) >= 200
        assert all(name.isalpha() for name in found[kind])
