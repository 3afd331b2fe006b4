"""Faulty coders of kinds that the project's catalogue does not have: around the independent coder, in plain dicts, by other hands.

Each row: what is wrong, and a coder made from the correct one. Most spoil the record before it is read or the answer after; none
knows of our rules, facts or mutants.
"""

import copy
import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

Case = dict[str, Any]
Answer = dict[str, Any]
Coder = Callable[[Case], Answer]
DELIVERY = ("77402", "77407", "77412")


def foreign(correct: Coder) -> dict[str, Coder]:
    """The faulty coders around `correct`, by what is wrong with them."""
    return {
        **{says: _reading(correct, change) for says, change in MISREADINGS.items()},
        **{says: _answering(correct, change) for says, change in MISBILLINGS.items()},
    }


def _reading(correct: Coder, change: Callable[[Case], None]) -> Coder:
    def code(case: Case) -> Answer:
        other = copy.deepcopy(case)
        change(other)
        return correct(other)

    return code


def _answering(correct: Coder, change: Callable[[Case, Answer], Answer | None]) -> Coder:
    def code(case: Case) -> Answer:
        answer = copy.deepcopy(correct(copy.deepcopy(case)))
        return change(case, answer) or answer

    return code


def _beams(case: Case) -> list[dict[str, Any]]:
    return [beam for plan in case["plans"] for beam in plan["beams"]]


def _delivered(case: Case) -> list[dict[str, Any]]:
    delivered = {beam for session in case["sessions"] for beam in session["beams_delivered"]}
    return [plan for plan in case["plans"] if any(beam["id"] in delivered for beam in plan["beams"])]


def _each_session(change: Callable[[dict[str, Any]], None]) -> Callable[[Case], None]:
    def changed(case: Case) -> None:
        for session in case["sessions"]:
            change(session)

    return changed


def _rounded(case: Case) -> None:
    for isocenter in case["isocenters"]:
        isocenter["position_mm"] = [round(mm / 10) * 10 for mm in isocenter["position_mm"]]


def _only_axis(axis: int) -> Callable[[Case], None]:
    def changed(case: Case) -> None:
        for isocenter in case["isocenters"]:
            isocenter["position_mm"] = [mm if number == axis else 0.0 for number, mm in enumerate(isocenter["position_mm"])]

    return changed


def _isocenter_by_plan(case: Case) -> None:
    for number, plan in enumerate(case["plans"]):
        for beam in plan["beams"]:
            beam["isocenter"] = case["isocenters"][min(number, len(case["isocenters"]) - 1)]["id"]


def _isocenter_of_first_beam(case: Case) -> None:
    for plan in case["plans"]:
        for beam in plan["beams"]:
            beam["isocenter"] = plan["beams"][0]["isocenter"]


def _first_session_only(case: Case) -> None:
    case["sessions"] = case["sessions"][:1]


def _first_plan_only(case: Case) -> None:
    kept = {beam["id"] for beam in case["plans"][0]["beams"]}
    for session in case["sessions"]:
        session["beams_delivered"] = [beam for beam in session["beams_delivered"] if beam in kept]


def _first_beam_only(session: dict[str, Any]) -> None:
    session["beams_delivered"] = session["beams_delivered"][:1]


def _last_beam_only(session: dict[str, Any]) -> None:
    session["beams_delivered"] = session["beams_delivered"][-1:]


def _review(session: dict[str, Any]) -> datetime | None:
    approved = (session.get("physician_review") or {}).get("approved_at")
    return datetime.fromisoformat(approved) if approved else None


def _approve(session: dict[str, Any], when: datetime | None) -> None:
    session["physician_review"] = {"approved_at": when.isoformat() if when else None}


def _review_by_clock(session: dict[str, Any]) -> None:
    approved, due = _review(session), session.get("next_session_at")
    if approved and due:
        on_time = approved.time() < datetime.fromisoformat(due).time()
        _approve(session, datetime.fromisoformat(session["started_at"]) if on_time else None)


def _review_before_noon(session: dict[str, Any]) -> None:
    approved = _review(session)
    if approved and approved.hour < 12:
        _approve(session, None)


def _review_a_day_late(session: dict[str, Any]) -> None:
    approved = _review(session)
    if approved:
        _approve(session, approved + timedelta(days=1))


def _review_utc(session: dict[str, Any]) -> None:
    approved = _review(session)
    if approved:
        _approve(session, approved - timedelta(hours=8))


def _no_next(session: dict[str, Any]) -> None:
    session["next_session_at"] = None


def _next_in_a_week(session: dict[str, Any]) -> None:
    begun = datetime.fromisoformat(session["started_at"])
    session["next_session_at"] = (begun + timedelta(days=7)).isoformat()


def _last_fraction(case: Case) -> None:
    fractions = max((plan.get("fractions") or 0 for plan in case["plans"]), default=0)
    for session in case["sessions"]:
        if session.get("fraction") == fractions:
            _approve(session, None)


def _hold_by_monitor(session: dict[str, Any]) -> None:
    motion = session.get("motion")
    if motion and motion.get("monitor") in ("spirometry", "optical_surface"):
        motion["during_beam"] = motion["beam_hold"] = False


def _hold_unless_surface(session: dict[str, Any]) -> None:
    if any(act["method"] == "surface" for act in session.get("guidance") or []) and session.get("motion"):
        session["motion"]["during_beam"] = session["motion"]["beam_hold"] = False


def _tracking_when_fiducials(session: dict[str, Any]) -> None:
    if any(act["method"] == "stereoscopic_xray" for act in session.get("guidance") or []):
        session["motion"] = {"method": "tracking", "monitor": "fiducial_imaging", "during_beam": True, "beam_hold": True}


def _guidance_by_couch(session: dict[str, Any]) -> None:
    shift = session.get("couch_shift_mm")
    if not shift or math.hypot(*shift) < 0.5:
        session["guidance"] = []


def _swapped_acts(session: dict[str, Any]) -> None:
    acts = session.get("guidance") or []
    if len(acts) > 1:
        acts[0]["purpose"], acts[1]["purpose"] = acts[1]["purpose"], acts[0]["purpose"]


def _guidance_first_session(case: Case) -> None:
    for session in case["sessions"][1:]:
        session["guidance"] = case["sessions"][0]["guidance"]
        session["physician_review"] = case["sessions"][0].get("physician_review")


def _radiation_by_technique(case: Case) -> None:
    for plan in case["plans"]:
        for beam in plan["beams"]:
            beam["radiation"] = "electron" if plan["technique"] == "electron" else "photon"


def _radiation_by_energy(case: Case) -> None:
    for beam in _beams(case):
        beam["radiation"] = "electron" if beam.get("energy", "").endswith(("E", "9", "12")) else "photon"


def _technique_by_arc(case: Case) -> None:
    for plan in case["plans"]:
        if plan["technique"] in ("vmat", "imrt_static") and not any(b.get("delivery") == "arc" for b in plan["beams"]):
            plan["technique"] = "2d"


def _technique_by_beams(case: Case) -> None:
    for plan in case["plans"]:
        if plan["technique"] == "3d_crt" and len(plan["beams"]) <= 2:
            plan["technique"] = "2d"


def _technique_by_label(case: Case) -> None:
    for plan in case["plans"]:
        if re.search(r"\b(SBRT|SRS)\b", plan.get("label", "")):
            plan["technique"] = "sbrt"


def _technique_by_dose(case: Case) -> None:
    for plan in case["plans"]:
        if plan.get("dose_gy") and plan.get("fractions") and plan["dose_gy"] / plan["fractions"] >= 6:
            plan["technique"] = "sbrt"


def _technique_by_fractions(case: Case) -> None:
    for plan in case["plans"]:
        if (plan.get("fractions") or 99) <= 5:
            plan["technique"] = "sbrt"


def _unknown_dropped(case: Case) -> None:
    known = {"2d", "3d_crt", "field_in_field", "imrt_static", "vmat", "imrt_compensator", "helical_imrt", "electron",
             "total_skin_electron", "srs", "sbrt", "proton", "hdr_brachytherapy", "ldr_brachytherapy", "superficial_xray",
             "intraoperative"}  # fmt: skip
    case["plans"] = [plan for plan in case["plans"] if plan["technique"] in known]
    beams = {beam["id"] for beam in _beams(case)}
    for session in case["sessions"]:
        session["beams_delivered"] = [beam for beam in session["beams_delivered"] if beam in beams]


def _day_as_american(case: Case) -> None:
    day = date.fromisoformat(case["billing"]["date_of_service"])
    if day.day <= 12 and day.month <= 12:
        swapped = date(day.year - (day.month == 1 and day.day == 1), day.day, day.month).isoformat()
        for session in case["sessions"]:
            session["started_at"] = swapped + session["started_at"][10:]
        case["billing"]["date_of_service"] = swapped


def _two_digit_year(case: Case) -> None:
    day = case["billing"]["date_of_service"]
    if day < "2026-01-03":
        case["billing"]["date_of_service"] = "2025" + day[4:]
        for session in case["sessions"]:
            session["started_at"] = "2025" + session["started_at"][4:]


MISREADINGS: dict[str, Callable[[Case], None]] = {
    "positions are rounded to a centimetre": _rounded,
    "only the first coordinate is compared": _only_axis(0),
    "only the third coordinate is compared": _only_axis(2),
    "plan number n is taken to be at isocenter number n": _isocenter_by_plan,
    "a plan is taken to be at the isocenter of its first beam": _isocenter_of_first_beam,
    "sessions after the first are not read": _first_session_only,
    "plans after the first are not read": _first_plan_only,
    "beams after the first are not read": _each_session(_first_beam_only),
    "the last beam stands for all": _each_session(_last_beam_only),
    "approvals are compared by the clock, without the day": _each_session(_review_by_clock),
    "approvals before noon are not read": _each_session(_review_before_noon),
    "approvals are a day late": _each_session(_review_a_day_late),
    "approvals are read in another time zone": _each_session(_review_utc),
    "the next session is never known": _each_session(_no_next),
    "the next session is taken to be a week later": _each_session(_next_in_a_week),
    "the last fraction's approval is not read": _last_fraction,
    "surface and spirometer never control a beam": _each_session(_hold_by_monitor),
    "beside surface guidance nothing is gated": _each_session(_hold_unless_surface),
    "stereoscopic images are taken for tracking": _each_session(_tracking_when_fiducials),
    "guidance without a couch shift was not done": _each_session(_guidance_by_couch),
    "the purposes of two methods are swapped": _each_session(_swapped_acts),
    "guidance of the first session is read for all": _guidance_first_session,
    "radiation is read off the technique": _radiation_by_technique,
    "radiation is read off the energy": _radiation_by_energy,
    "IMRT that is no arc is 2D": _technique_by_arc,
    "3D by two beams is 2D": _technique_by_beams,
    "stereotaxy is read off the label": _technique_by_label,
    "stereotaxy is read off the dose a fraction": _technique_by_dose,
    "stereotaxy is read off the number of fractions": _technique_by_fractions,
    "plans of unknown technique are left out": _unknown_dropped,
    "days are read as Americans write them": _day_as_american,
    "the first days of the year are the old year": _two_digit_year,
}


def _lines(answer: Answer, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    answer["lines"] = [line for old in answer.get("lines", []) if (line := change(old))]


def _both_marked(_: Case, answer: Answer) -> None:
    if len({line["session"] for line in answer["lines"]}) > 1:
        _lines(answer, lambda line: {**line, "modifiers": [*line["modifiers"], "76"]})


def _sessions_named_anew(case: Case, answer: Answer) -> None:
    names = {session["id"]: f"S{number}" for number, session in enumerate(case["sessions"], 1)}
    _lines(answer, lambda line: {**line, "session": names.get(line["session"], line["session"])})


def _units_of_sessions(case: Case, answer: Answer) -> None:
    _lines(answer, lambda line: {**line, "units": len(case["sessions"])})


def _unhandled_ids(case: Case, _: Answer) -> Answer | None:
    if not all(session["id"].isascii() for session in case["sessions"]):
        raise UnicodeError("session id")
    return None


def _only_known_payers(case: Case, answer: Answer) -> Answer | None:
    known = case["billing"]["payer"] in ("medicare", "medicaid", "commercial", "medicare_advantage")
    return None if known else {**answer, "outcome": "needs_review", "lines": []}


def _united_wants_26(case: Case, answer: Answer) -> None:
    if case["billing"]["payer"] == "unitedhealthcare":
        _lines(answer, lambda line: {**line, "modifiers": ["26"]})


def _medicaid_pays_no_guidance(case: Case, answer: Answer) -> None:
    if case["billing"]["payer"] == "medicaid":
        _lines(answer, lambda line: None if line["code"] == "77387" else line)


def _nothing_is_no_answer(_: Case, answer: Answer) -> Answer | None:
    return {**answer, "outcome": "needs_review"} if answer["outcome"] == "coded" and not answer["lines"] else None


def _out_of_scope_for_nothing(_: Case, answer: Answer) -> Answer | None:
    return {**answer, "outcome": "out_of_scope"} if answer["outcome"] == "coded" and not answer["lines"] else None


def _review_for_outside(_: Case, answer: Answer) -> Answer | None:
    return {**answer, "outcome": "coded"} if answer["outcome"] == "out_of_scope" else None


def _always_coded(case: Case, answer: Answer) -> Answer | None:
    if answer["outcome"] == "coded":
        return None
    lines = [{"session": s["id"], "code": "77412", "modifiers": [], "units": 1} for s in case["sessions"]]
    return {**answer, "outcome": "coded", "lines": lines}


def _up_when(test: Callable[[Case], bool], code: str = "77412") -> Callable[[Case, Answer], None]:
    def change(case: Case, answer: Answer) -> None:
        if test(case):
            _lines(answer, lambda line: {**line, "code": code} if line["code"] in DELIVERY else line)

    return change


def _port_line(case: Case, answer: Answer) -> None:
    if answer["outcome"] == "coded" and case["billing"]["claim"] != "professional":
        answer["lines"] += [
            {"session": s["id"], "code": "77417", "modifiers": [], "units": s["port_images"]}
            for s in case["sessions"]
            if s.get("port_images") and s["beams_delivered"]
        ]


MISBILLINGS: dict[str, Callable[[Case, Answer], Answer | None]] = {
    "both sessions of a day bear the modifier of a repeat": _both_marked,
    "sessions are named by number": _sessions_named_anew,
    "every line bears the number of sessions": _units_of_sessions,
    "ids beyond ASCII break it": _unhandled_ids,
    "payers that it does not know are sent back": _only_known_payers,
    "one payer's modifier is put on every line": _united_wants_26,
    "one payer is not billed guidance": _medicaid_pays_no_guidance,
    "a claim with nothing on it is sent back": _nothing_is_no_answer,
    "a claim with nothing on it is out of scope": _out_of_scope_for_nothing,
    "what is outside the rules is coded with nothing": _review_for_outside,
    "what it can't code is level 3": _always_coded,
    "flattening-filter-free beams are level 3": _up_when(lambda case: any("FFF" in b.get("energy", "") for b in _beams(case))),
    "more than one target is level 3": _up_when(lambda case: any(len(p["planning"]["targets"]) > 1 for p in _delivered(case))),
    "more than four organs at risk are level 3": _up_when(
        lambda case: any(len(p["planning"]["organs_at_risk"]) > 4 for p in _delivered(case))
    ),
    "breasts are level 3": _up_when(lambda case: any("breast" in p.get("site", "") for p in _delivered(case))),
    "brains are level 1": _up_when(lambda case: any("brain" in p.get("site", "") for p in _delivered(case)), "77402"),
    "remarks about gating are level 3": _up_when(lambda case: any("gat" in p.get("label", "").lower() for p in _delivered(case))),
    "freestanding centres are level 2 at most": _up_when(lambda case: case["billing"]["setting"] == "freestanding", "77407"),
    "the first week of a course is level 3": _up_when(lambda case: any((s.get("fraction") or 9) <= 5 for s in case["sessions"])),
    "plans on record for later count": _up_when(lambda case: len(case["plans"]) > 1),
    "port images are billed by number": _port_line,
}
