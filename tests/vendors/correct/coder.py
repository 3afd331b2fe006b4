"""A correct coder of 2026 treatment delivery in plain Python: a case a line in, an answer a line out. Faults: none."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import product
from math import dist
from typing import Any, NamedTuple

Case = dict[str, Any]
Lines = list[dict[str, Any]]

FAMILY = {
    "2d": "2d",
    "3d_crt": "3d",
    "field_in_field": "3d",
    "imrt_static": "imrt",
    "vmat": "imrt",
    "imrt_compensator": "imrt",
    "helical_imrt": "imrt",
    "electron": "electron",
    "total_skin_electron": "electron",
}
OUTSIDE = {"srs", "sbrt", "proton", "hdr_brachytherapy", "ldr_brachytherapy", "superficial_xray", "intraoperative"}
RADIATIONS = {"photon", "electron", "proton"}
IMAGING = {"orthogonal_kv", "stereoscopic_xray", "cbct", "ct", "ultrasound", "mri", "pet_ct"}
GUIDANCE = IMAGING | {"mv_port", "surface"}
PURPOSES = {"target_localization", "patient_setup"}
TIMINGS = {"pre_treatment", "intrafraction", None}
MOTION = {"none", "passive_compression", "free_breathing_itv", "breath_hold", "gating", "tracking"}
MONITORS = {"optical_surface", "fiducial_imaging", "em_transponder", "spirometry", "mr_cine", "external_marker", None}
SETTINGS = {"hospital_outpatient", "freestanding"}
CLAIMS = {"facility", "technical", "professional", "global"}
UNMODULATED = {"", "none", "open", "uniform", "static", "static_mlc", "block", "blocks", "wedge", None}
AMM_RECORD = ("medical_necessity", "system", "thresholds", "monitoring", "beam_rule")

FIRST_DATE = date(2026, 1, 1)
SAME_POSITION_MM = 1.0
MEASURABLE_MM = 1e-6  # 2.2 - 1.2 is a little more than 1 in binary; no machine resolves a nanometre


class Reading(NamedTuple):
    """How the record is read where its documentation leaves room."""

    partial: str = "3d"  # what a plan with a part of the 3D evidence counts as (DOC-PARTIAL)
    undocumented_amm: bool = True  # whether active motion management counts with an empty record of it (DOC-AMM)
    believed: str = ""  # the rule, DOC-3D or DOC-IMRT, whose plans count as declared


class Facts(NamedTuple):
    """What coding needs to know of one session, from what was delivered in it."""

    session: str
    techniques: frozenset[str]  # as declared
    radiations: frozenset[str]
    conformal: bool  # photons that the record supports as 3D or IMRT
    isocenters: int
    motion: str  # "none", "observed", "active", or "undocumented": active, but not counted for the level
    localized: bool
    surface: bool
    approved: bool


FactsOf = Callable[[Case, dict[str, Any], Reading], Facts]
LevelOf = Callable[[Facts], tuple[str, str]]


# The whole case


def delivered_in(session: dict[str, Any]) -> list[str]:
    """The ids of the beams delivered in a session, in order; it need not speak of any."""
    return session.get("beams_delivered") or []


def delivered_beams(case: Case) -> set[str]:
    """The ids of the beams that were delivered in any session."""
    return {beam for session in case["sessions"] for beam in delivered_in(session)}


def delivered_plans(case: Case) -> list[dict[str, Any]]:
    """The plans of which a beam was delivered in any session."""
    delivered = delivered_beams(case)
    return [plan for plan in case["plans"] if any(beam["id"] in delivered for beam in plan["beams"])]


def contradicts_itself(case: Case) -> bool:
    """DOC-CONFLICT."""
    beams = [beam["id"] for plan in case["plans"] for beam in plan["beams"]]
    sessions = [session["id"] for session in case["sessions"]]
    isocenters = [isocenter["id"] for isocenter in case["isocenters"]]
    delivered = delivered_plans(case)
    return (
        any(len(ids) != len(set(ids)) for ids in (beams, sessions, isocenters))
        or any(not set(delivered_in(session)) <= set(beams) for session in case["sessions"])
        or any(beam["isocenter"] not in isocenters for plan in delivered for beam in plan["beams"])
        or any(
            FAMILY.get(plan["technique"]) == "electron" and beam["radiation"] == "photon"
            for plan in delivered
            for beam in plan["beams"]
        )
        or any(
            datetime.fromisoformat(session["started_at"]).date() != date.fromisoformat(case["billing"]["date_of_service"])
            for session in case["sessions"]
        )
    )


def has_unknown_words(case: Case) -> bool:
    """DOC-UNKNOWN."""
    plans, sessions = delivered_plans(case), case["sessions"]
    guidance = [entry for session in sessions for entry in session.get("guidance") or []]
    motion = [session.get("motion") or {"method": "none"} for session in sessions]
    known = [
        {plan["technique"] for plan in plans} <= FAMILY.keys() | OUTSIDE,
        {beam["radiation"] for plan in plans for beam in plan["beams"]} <= RADIATIONS,
        {entry["method"] for entry in guidance} <= GUIDANCE,
        {entry["purpose"] for entry in guidance} <= PURPOSES,
        {entry.get("timing") for entry in guidance} <= TIMINGS,
        {record["method"] for record in motion} <= MOTION,
        {record.get("monitor") for record in motion} <= MONITORS,
        case["billing"]["setting"] in SETTINGS,
        case["billing"]["claim"] in CLAIMS,
    ]
    return not all(known)


def outcome_of_the_whole(case: Case) -> str:
    """What ends the reading of a case before any session is coded; "coded": nothing does."""
    if contradicts_itself(case) or has_unknown_words(case):
        return "needs_review"
    if date.fromisoformat(case["billing"]["date_of_service"]) < FIRST_DATE:
        return "out_of_scope"
    plans, delivered = delivered_plans(case), delivered_beams(case)
    protons = any(beam["radiation"] == "proton" and beam["id"] in delivered for plan in plans for beam in plan["beams"])
    if protons or any(plan["technique"] in OUTSIDE for plan in plans):
        return "out_of_scope"
    return "coded"


# Facts of a session


def supported_technique(plan: dict[str, Any], reading: Reading) -> str:
    """What the planning record supports: "2d", "3d", "imrt" (or "electron"), by DOC-3D, DOC-PARTIAL and DOC-IMRT."""
    family = FAMILY[plan["technique"]]
    planning = plan.get("planning") or {}
    anatomy = [
        planning.get("volumetric_imaging") not in {None, "none"},
        bool(planning.get("targets")),
        bool(planning.get("organs_at_risk")),
    ]
    if family == "imrt":
        modulated = any(beam.get("modulation") not in UNMODULATED for beam in plan["beams"])
        if planning.get("inverse_optimized") or modulated or reading.believed == "DOC-IMRT":
            return "imrt"
        return "3d" if any(anatomy) else "2d"
    if family == "3d" and not any(anatomy):
        return "3d" if reading.believed == "DOC-3D" else "2d"
    if family == "3d" and not (all(anatomy) and planning.get("dvh_evaluated")):
        return reading.partial
    return family


def count_isocenters(positions: list[list[float]]) -> int:
    """ISO-CONTIGUOUS: a position is a further one when it is more than 1 mm from each one already counted."""
    counted: list[list[float]] = []
    for position in positions:
        if all(dist(position, other) > SAME_POSITION_MM + MEASURABLE_MM for other in counted):
            counted.append(position)
    return len(counted)


def motion_of(session: dict[str, Any], reading: Reading) -> str:
    """What the session's motion record shows; the method's name alone shows nothing, what was done during the beam does."""
    motion = session.get("motion") or {"method": "none"}
    if motion["method"] == "none" or not motion.get("during_beam"):
        return "none"
    if not motion.get("beam_hold"):
        return "observed"
    record = motion.get("documentation")
    undocumented = record is not None and not any(record.get(element) for element in AMM_RECORD)
    return "undocumented" if undocumented and not reading.undocumented_amm else "active"


def approved_in_time(case: Case, session: dict[str, Any]) -> bool:
    """IGRT-REVIEW: approved from the start of this session on, and before any later session starts."""
    approved_at = (session.get("physician_review") or {}).get("approved_at")
    if approved_at is None:
        return False
    approved, start = datetime.fromisoformat(approved_at), datetime.fromisoformat(session["started_at"])
    starts = [datetime.fromisoformat(other["started_at"]) for other in case["sessions"] if delivered_in(other)]
    later = [other for other in starts if other > start]
    if session.get("next_session_at") is not None:
        later.append(datetime.fromisoformat(session["next_session_at"]))
    return start <= approved and all(approved < other for other in later)


def session_facts(case: Case, session: dict[str, Any], reading: Reading) -> Facts:
    """The facts of a session in which at least one beam was delivered."""
    by_id = {beam["id"]: (plan, beam) for plan in case["plans"] for beam in plan["beams"]}
    positions = {isocenter["id"]: isocenter["position_mm"] for isocenter in case["isocenters"]}
    delivered = [by_id[beam] for beam in delivered_in(session)]
    guidance = session.get("guidance") or []
    return Facts(
        session=session["id"],
        techniques=frozenset(plan["technique"] for plan, _ in delivered),
        radiations=frozenset(beam["radiation"] for _, beam in delivered),
        conformal=any(
            beam["radiation"] == "photon" and supported_technique(plan, reading) in {"3d", "imrt"} for plan, beam in delivered
        ),
        isocenters=count_isocenters([positions[beam["isocenter"]] for _, beam in delivered]),
        motion=motion_of(session, reading),
        localized=any(entry["method"] in IMAGING and entry["purpose"] == "target_localization" for entry in guidance),
        surface=any(entry["method"] == "surface" for entry in guidance),
        approved=approved_in_time(case, session),
    )


# Rules over facts


def delivery_level(facts: Facts) -> tuple[str, str]:
    """The rule that decides the level, and its code: the first that holds."""
    table = [
        ("L3-TSE", "77412", "total_skin_electron" in facts.techniques),
        ("L3-MIXED", "77412", facts.radiations >= {"photon", "electron"}),
        ("L1-ELECTRON", "77402", "electron" in facts.radiations),
        ("L3-ISOCENTERS", "77412", facts.isocenters >= 2),
        ("L3-MOTION", "77412", facts.motion == "active" and facts.conformal),
        ("L3-MOTION-2D", "77412", facts.motion == "active"),
        ("L2-SINGLE", "77407", facts.conformal),
        ("L1-2D", "77402", True),
    ]
    return next((rule, code) for rule, code, holds in table if holds)


def guidance_modifiers(facts: Facts) -> tuple[str, list[str] | None]:
    """The rule that decides the physician's part of guidance, and the modifiers of its 77387; None: no such line."""
    if not facts.approved:
        return "IGRT-REVIEW", None
    if facts.localized:
        return "IGRT-PROF", ["26"]
    if facts.motion != "none":
        return "IGRT-AMM", ["26"]
    return ("IGRT-SURFACE" if facts.surface else "IGRT-METHODS"), None


def session_lines(facts: Facts, claim: str, code: str, modifiers: list[str] | None) -> Lines:
    """The lines of a session that the claim carries."""
    lines: Lines = []
    if claim != "professional":
        lines.append({"session": facts.session, "code": code, "modifiers": [], "units": 1})
    if claim in {"professional", "global"} and modifiers is not None:
        lines.append({"session": facts.session, "code": "77387", "modifiers": modifiers, "units": 1})
    return lines


def ambiguities(facts: Facts, claim: str, level_of: LevelOf) -> Iterator[dict[str, Any]]:
    """What the session's lines may be instead, one ambiguity at a time, where that differs."""
    level_rule, code = level_of(facts)
    guidance_rule, modifiers = guidance_modifiers(facts)
    flips: list[tuple[str, str, list[str] | None]] = []
    if level_rule == "L3-MOTION-2D":
        flips.append(("L3-MOTION-2D", "77402", modifiers))
    if level_rule in {"L2-SINGLE", "L1-2D"} and facts.motion == "observed":
        flips.append(("AMM-OBSERVED", "77412", modifiers))
    if guidance_rule == "IGRT-AMM":
        flips.append(("IGRT-AMM", code, None))
    if guidance_rule == "IGRT-SURFACE":
        flips.append(("IGRT-SURFACE", code, ["26"]))
    if claim == "global" and modifiers is not None:
        flips.append(("IGRT-GLOBAL", code, []))
    primary = session_lines(facts, claim, code, modifiers)
    for rule, other_code, other_modifiers in flips:
        lines = session_lines(facts, claim, other_code, other_modifiers)
        if lines != primary:
            yield {"rule": rule, "session": facts.session, "lines": lines}


# The coding


def case_lines(case: Case, reading: Reading, facts_of: FactsOf, level_of: LevelOf) -> Lines:
    """The lines of every session with a delivered beam (SCOPE-BEAM), under one reading of the record."""
    lines: Lines = []
    for session in case["sessions"]:
        if delivered_in(session):
            facts = facts_of(case, session, reading)
            lines += session_lines(facts, case["billing"]["claim"], level_of(facts)[1], guidance_modifiers(facts)[1])
    return lines


def undecided(case: Case, facts_of: FactsOf, level_of: LevelOf) -> list[dict[str, Any]]:
    """The answers among which the record doesn't decide (DOC-PARTIAL, DOC-AMM); none where every reading agrees."""
    by_reading = {
        (partial, counts): case_lines(case, Reading(partial, counts), facts_of, level_of)
        for counts, partial in product((False, True), ("3d", "2d"))
    }
    partial_bites = any(by_reading["3d", counts] != by_reading["2d", counts] for counts in (False, True))
    answers: list[Lines] = []
    for lines in by_reading.values():
        if lines not in answers:
            answers.append(lines)
    rule = "DOC-PARTIAL" if partial_bites else "DOC-AMM"
    if len(answers) == 1:
        return []
    return [{"rule": rule, "session": None, "outcome": "coded", "lines": lines} for lines in answers]


def coding(outcome: str, lines: Lines, alternatives: list[dict[str, Any]]) -> dict[str, Any]:
    return {"outcome": outcome, "lines": lines, "alternatives": alternatives}


def code_readable(case: Case, facts_of: FactsOf, level_of: LevelOf) -> dict[str, Any]:
    """The coding of a case that has every field it should have."""
    outcome = outcome_of_the_whole(case)
    if outcome != "coded":
        return coding(outcome, [], [])
    answers = undecided(case, facts_of, level_of)
    if answers:
        return coding("needs_review", [], answers)
    lines = case_lines(case, Reading(), facts_of, level_of)
    alternatives: list[dict[str, Any]] = []
    for session in case["sessions"]:
        if delivered_in(session):
            alternatives += ambiguities(facts_of(case, session, Reading()), case["billing"]["claim"], level_of)
    for rule in ("DOC-3D", "DOC-IMRT"):
        if case_lines(case, Reading(believed=rule), facts_of, level_of) != lines:
            alternatives.append({"rule": rule, "session": None, "outcome": "needs_review", "lines": []})
    return coding("coded", lines, alternatives)


def code(case: Case, facts_of: FactsOf = session_facts, level_of: LevelOf = delivery_level) -> dict[str, Any]:
    """The coding of a case: outcome, lines and accepted alternatives. A record that can't be read is for a person to see."""
    try:
        return code_readable(case, facts_of, level_of)
    except (AttributeError, KeyError, TypeError, ValueError):
        return coding("needs_review", [], [])


def answer(case: Case, coded: dict[str, Any]) -> dict[str, Any]:
    """The coding's primary answer, as it goes over the wire."""
    return {"schema": "rtconform.answer/1", "id": case.get("id"), "outcome": coded["outcome"], "lines": coded["lines"]}


def serve(code_case: Callable[[Case], dict[str, Any]]) -> None:
    """Answer each case of standard input, a line each, until it ends; what is no case is refused with what is wrong with it."""
    import reading  # noqa: PLC0415 - stands beside this file, and only a program needs it

    for line in sys.stdin.buffer:
        try:
            case = reading.read(line)
        except reading.Unreadable as fault:
            print(json.dumps({"id": reading.id_of(line), "error": str(fault)[:200]}), flush=True)
            continue
        print(json.dumps(answer(case, code_case(case))), flush=True)


if __name__ == "__main__":
    serve(code)
