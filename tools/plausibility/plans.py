"""The checks of `plausibility.py` on what was planned, and in whom."""

import datetime as dt
import math
import re
from collections.abc import Iterator

from rtconform.reference.documents.treatment import TECHNIQUES_IMRT, Beam, Case, Plan, duplicate_ids, unknown_terms
from tools.plausibility import tables

_MACHINE = re.compile(r"\[([^\[\]]+)\]")
_SIDE = re.compile(r"_(left|right|bilateral)$")
_PATIENT_ID = re.compile(r"SYN-[0-9a-f]{10}")
_SHORTEST_ARC = 20
_WIDEST_MM, _LONGEST_MM = 350, 1500
_ACROSS_MM = 30
"""How far beyond the middle an isocenter may lie for a target of the other side."""


def base(site: str) -> str:
    """A site without its side."""
    return _SIDE.sub("", site)


def machine_of(plan: Plan) -> str | None:
    """The machine that the plan's label names, if it names one."""
    found = _MACHINE.findall(plan.label)
    return found[-1] if found else None


def references(case: Case) -> Iterator[str]:
    """Ids are unique, terms known, and every beam is at an isocenter that exists."""
    yield from (str(fault) for fault in (*duplicate_ids(case), *unknown_terms(case)))
    known = {isocenter.id for isocenter in case.isocenters}
    for plan in case.plans:
        if not plan.beams:
            yield f"{plan.id} has no beam"
        yield from (f"{beam.id} is at no isocenter of the case" for beam in plan.beams if beam.isocenter not in known)


def energies(case: Case) -> Iterator[str]:
    """A beam's energy is one of its radiation, and both are of the plan's technique."""
    for plan, beam in _beams(case):
        practice = tables.TECHNIQUES.get(plan.technique)
        if not re.fullmatch(tables.ENERGIES.get(beam.radiation, ""), beam.energy):
            yield f"{beam.id}: {beam.energy!r} is not an energy of {beam.radiation}s"
        elif practice and (beam.radiation not in practice.radiations or not re.fullmatch(practice.energies, beam.energy)):
            yield f"{beam.id}: {beam.radiation}s of {beam.energy} in a plan of technique {plan.technique}"
        reach = re.fullmatch(r"(\d+) MeV", beam.energy)
        if reach and not 60 <= int(reach[1]) <= 250:
            yield f"{beam.id}: protons of {beam.energy}"
    for plan in case.plans:
        if plan.technique == "3d_crt" and all(beam.radiation == "electron" for beam in plan.beams):
            yield f"{plan.id}: a conformal plan of electrons alone"


def depth(case: Case) -> Iterator[str]:
    """Electrons and tube x-rays go where they can reach."""
    for plan, beam in _beams(case):
        site = base(plan.site)
        if plan.technique == "intraoperative":
            continue
        if beam.radiation == "electron" and site not in tables.SUPERFICIAL:
            yield f"{beam.id}: electrons do not reach {plan.site}"
        if beam.energy.endswith("kV") and site not in tables.OF_SKIN:
            yield f"{beam.id}: x-rays of {beam.energy} do not reach {plan.site}"


def deliveries(case: Case) -> Iterator[str]:
    """Arcs turn, static fields do not, and each technique is delivered in its own way."""
    for plan, beam in _beams(case):
        practice = tables.TECHNIQUES.get(plan.technique)
        if practice and beam.delivery not in practice.deliveries:
            yield f"{beam.id}: delivery {beam.delivery!r} in a plan of technique {plan.technique}"
        turn = _turn(beam)
        if beam.delivery == "arc" and (turn is None or turn < _SHORTEST_ARC):
            yield f"{beam.id}: an arc that does not turn"
        if beam.delivery != "arc" and turn:
            yield f"{beam.id}: a {beam.delivery} beam that turns"
        if plan.technique not in (*tables.SOURCES, "srs") and beam.gantry_start_deg is None:
            yield f"{beam.id}: no gantry angle"


def modulation(case: Case) -> Iterator[str]:
    """Beams are modulated as their technique is, electrons in a mixed plan not at all."""
    for plan, beam in _beams(case):
        practice = tables.TECHNIQUES.get(plan.technique)
        if practice and beam.modulation not in practice.modulation:
            yield f"{beam.id}: modulation {beam.modulation!r} in a plan of technique {plan.technique}"


def angles(case: Case) -> Iterator[str]:
    """Angles are angles, the couch does not turn into the gantry, and no two beams of a plan are the same."""
    for plan in case.plans:
        seen = set()
        for beam in plan.beams:
            shape = (beam.isocenter, beam.radiation, beam.energy, beam.gantry_start_deg, beam.gantry_stop_deg, beam.couch_deg)
            if (*shape, beam.collimator_deg) in seen:
                yield f"{beam.id}: a second beam of the same angles and energy"
            seen.add((*shape, beam.collimator_deg))
            given = (beam.gantry_start_deg, beam.gantry_stop_deg, beam.collimator_deg, beam.couch_deg)
            yield from (f"{beam.id}: angle {angle}" for angle in given if angle is not None and not 0 <= angle < 360)
            if beam.couch_deg is not None and 95 < beam.couch_deg < 265:
                yield f"{beam.id}: couch at {beam.couch_deg}"


def doses(case: Case) -> Iterator[str]:
    """Doses, fractions and gray a fraction are those that the technique, the intent and the site are given."""
    for plan in case.plans:
        if not plan.dose_gy or not plan.fractions:
            yield f"{plan.id}: no dose or no fractions"
            continue
        each = plan.dose_gy / plan.fractions
        low, high = tables.TECHNIQUES[plan.technique].gray if plan.technique in tables.TECHNIQUES else (0.4, 90)
        most_each = min((gray for count, gray in tables.GRAY_BY_COURSE if plan.fractions > count), default=high)
        if not low <= each <= min(high, most_each) + 1e-9:
            yield f"{plan.id}: {each:.2f} Gy in each of {plan.fractions} fractions by {plan.technique}"
        most = tables.MOST_GRAY.get(base(plan.site), tables.MOST_BY_INTENT.get(plan.intent, 84))
        if plan.dose_gy > most and plan.technique not in ("srs", "ldr_brachytherapy"):
            yield f"{plan.id}: {plan.dose_gy} Gy to {plan.site}, {plan.intent}"


def evidence(case: Case) -> Iterator[str]:
    """Conformal plans have volumes, modulated ones were optimised, and fields set by landmarks have neither."""
    for plan in case.plans:
        found = plan.planning
        drawn = bool(found.volumetric_imaging) and bool(found.targets) and bool(found.organs_at_risk) and found.dvh_evaluated
        if plan.technique in ("2d", "total_skin_electron"):
            if found.inverse_optimized or found.dvh_evaluated:
                yield f"{plan.id}: {plan.technique} with an evaluated dose-volume histogram"
            continue
        if plan.technique not in ("superficial_xray", "intraoperative") and not drawn:
            yield f"{plan.id}: {plan.technique} without volumes"
        if plan.technique in (*TECHNIQUES_IMRT, "sbrt") and not found.inverse_optimized:
            yield f"{plan.id}: {plan.technique} not optimised"
        if plan.technique in ("3d_crt", "field_in_field", "electron") and found.inverse_optimized:
            yield f"{plan.id}: {plan.technique}, yet inverse optimised"


def structures(case: Case) -> Iterator[str]:
    """Targets and organs have names of TG-263, and a target bears the dose of its plan."""
    for plan in case.plans:
        found = [re.fullmatch(tables.TARGET, name) for name in plan.planning.targets]
        yield from (
            f"{plan.id}: {name!r} is not a target of TG-263"
            for name, match in zip(plan.planning.targets, found, strict=True)
            if not match
        )
        bearing = {int(match["cgy"]) for match in found if match}
        if bearing and plan.dose_gy is not None and round(plan.dose_gy * 100) not in bearing:
            yield f"{plan.id}: no target of {plan.dose_gy} Gy"
        for name in plan.planning.organs_at_risk:
            if re.sub(r"_[LR]$", "", name) not in tables.STRUCTURES:
                yield f"{plan.id}: {name!r} is not an organ of TG-263"
        imaging = plan.planning.volumetric_imaging
        if imaging not in (None, "none") and imaging not in tables.IMAGES_FOR_PLANNING:
            yield f"{plan.id}: planned on {imaging}"


def positions(case: Case) -> Iterator[str]:
    """Isocenters lie in the patient, and on the side of their targets."""
    where = {isocenter.id: isocenter.position_mm for isocenter in case.isocenters}
    for name, (x, y, z) in where.items():
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)):
            yield f"{name}: no position"
        elif abs(x) > _WIDEST_MM or abs(y) > _WIDEST_MM or abs(z) > _LONGEST_MM:
            yield f"{name}: outside of any patient"
    for plan in case.plans:
        for name in dict.fromkeys(beam.isocenter for beam in plan.beams if beam.isocenter in where):
            x = where[name][0]
            if (plan.site.endswith("_left") and x < -_ACROSS_MM) or (plan.site.endswith("_right") and x > _ACROSS_MM):
                yield f"{name}: on the other side than {plan.site}"


def sites(case: Case) -> Iterator[str]:
    """A diagnosis is treated where it is, and a technique where it is used."""
    for plan in case.plans:
        site = base(plan.site)
        for code, allowed in tables.SITES_OF.items():
            if re.match(code, plan.diagnosis) and site not in allowed:
                yield f"{plan.id}: {plan.diagnosis} treated at {plan.site}"
        if plan.technique == "srs" and site not in tables.HEADS:
            yield f"{plan.id}: radiosurgery of {plan.site}"
        if plan.technique == "sbrt" and site in tables.HEADS:
            yield f"{plan.id}: stereotactic body irradiation of {plan.site}"
        if (plan.technique == "total_skin_electron") != (site == "skin"):
            yield f"{plan.id}: {plan.technique} of {plan.site}"
        if plan.technique == "ldr_brachytherapy" and site != "prostate":
            yield f"{plan.id}: seeds in {plan.site}"


def sides(case: Case) -> Iterator[str]:
    """Diagnosis, site and label speak of the same side."""
    for plan in case.plans:
        side = _side_of(plan.diagnosis)
        if side and plan.site.endswith({"left": "_right", "right": "_left"}[side]):
            yield f"{plan.id}: {plan.diagnosis} ({side}) treated at {plan.site}"
        words = {"left", "right"} & set(re.findall(r"[a-z]+", plan.label.lower()))
        if (plan.site.endswith("_left") and words == {"right"}) or (plan.site.endswith("_right") and words == {"left"}):
            yield f"{plan.id}: {plan.label!r} at {plan.site}"


def parts(case: Case) -> Iterator[str]:
    """Diagnosis and label speak of the same part of an organ."""
    for plan in case.plans:
        for words, codes in tables.PARTS.items():
            if words in plan.label.lower() and not re.match(codes, plan.diagnosis):
                yield f"{plan.id}: {plan.label!r} with {plan.diagnosis}"


def machines(case: Case) -> Iterator[str]:
    """A plan is one that its machine can deliver; a case has one machine for what it delivers in a session."""
    for plan in case.plans:
        name = machine_of(plan)
        if name is None:
            continue
        room = tables.ROOMS.get(name)
        if room is None:
            yield f"{plan.id}: no machine {name!r} is known"
            continue
        for beam in plan.beams:
            if not re.fullmatch(room.energies, beam.energy) or beam.delivery not in room.deliveries:
                yield f"{beam.id}: {beam.energy}, {beam.delivery}, on a {name}"
            if beam.couch_deg and not room.couch_turns:
                yield f"{beam.id}: couch turned on a {name}"
    plan_of = {beam.id: plan for plan in case.plans for beam in plan.beams}
    for session in case.sessions:
        used = {machine_of(plan_of[beam]) for beam in session.beams_delivered if beam in plan_of}
        if len(used) > 1:
            yield f"{session.id}: beams of {len(used)} machines"


def patients(case: Case) -> Iterator[str]:
    """The patient is synthetic, alive, and of an age and a sex that the disease is seen at."""
    patient, date = case.patient, case.billing.date_of_service
    if not _PATIENT_ID.fullmatch(patient.id):
        yield f"patient id {patient.id!r} does not say that it is synthetic"
    age = _age(patient.birth_date, date)
    if not 0 <= age <= 105:
        yield f"a patient of {age} years"
    for plan in case.plans:
        men = re.match(tables.MEN, plan.diagnosis) or plan.site in tables.SITES_OF_MEN
        women = re.match(tables.WOMEN, plan.diagnosis) or plan.site in tables.SITES_OF_WOMEN
        if (men and patient.sex == "female") or (women and patient.sex == "male"):
            yield f"{plan.id}: {plan.diagnosis} at {plan.site} in a patient of sex {patient.sex}"
        for code, (youngest, oldest) in tables.AGES.items():
            if re.match(code, plan.diagnosis) and not youngest <= age <= oldest:
                yield f"{plan.id}: {plan.diagnosis} at {age} years"
        if base(plan.site) in tables.CHILDREN and age > 17:
            yield f"{plan.id}: {plan.site} at {age} years"


def intents(case: Case) -> Iterator[str]:
    """What is not malignant is not cured of cancer, and the other way round."""
    for plan in case.plans:
        if plan.intent not in tables.MOST_BY_INTENT:
            yield f"{plan.id}: intent {plan.intent!r}"
        if plan.intent == "benign" and plan.diagnosis.startswith("C"):
            yield f"{plan.id}: {plan.diagnosis} is not benign"
        if plan.intent != "benign" and not re.match("C|D[0-47]", plan.diagnosis):
            yield f"{plan.id}: {plan.diagnosis} with intent {plan.intent}"


def _beams(case: Case) -> Iterator[tuple[Plan, Beam]]:
    return ((plan, beam) for plan in case.plans for beam in plan.beams)


def _turn(beam: Beam) -> float | None:
    """How far the gantry turns, as the shorter way round would have it at least; None where nothing says it."""
    if beam.gantry_start_deg is None or beam.gantry_stop_deg is None:
        return None
    turn = abs(beam.gantry_start_deg - beam.gantry_stop_deg) % 360
    # nearly the same angle twice is a full turn where both lie about the bottom, where the gantry stops
    return 360 - turn if turn < _SHORTEST_ARC and 160 <= beam.gantry_start_deg <= 200 and turn else turn


def _side_of(code: str) -> str | None:
    for pattern, right, left in tables.SIDES:
        found = re.fullmatch(pattern, code)
        if found:
            digit = next(group for group in found.groups() if group)
            return {right: "right", left: "left"}.get(digit)
    return None


def _age(born: dt.date, date: dt.date) -> int:
    return date.year - born.year - ((date.month, date.day) < (born.month, born.day))
