"""Faulty coders that are too cautious, or read too strictly or carelessly, conceived without a look at the mutants of these kinds.

Each row: what is wrong, and what the coder does with the document as it is sent. What a doubt or a refusal is about, no rule asks.
"""

import json
import math
import struct
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

Document = dict[str, Any]
Answer = dict[str, Any]
Coder = Callable[[Document], Answer]
FromBytes = Callable[[bytes], Answer]

SENT_BACK: Answer = {"outcome": "needs_review", "lines": []}


def unlisted(correct: Coder) -> dict[str, FromBytes]:
    """The faulty coders around `correct`, by what is wrong with them."""
    return {
        **{f"{says}: sent back": _cautious(correct, doubts) for says, doubts in DOUBTS.items()},
        **{f"{says} is refused": _strict(correct, refuses) for says, refuses in REFUSALS.items()},
        **{says: _careless(correct, misreads) for says, misreads in MISREADINGS.items()},
    }


def _cautious(correct: Coder, doubts: Callable[[Document], bool]) -> FromBytes:
    """Doubts only what it would code."""

    def code(sent: bytes) -> Answer:
        document = json.loads(sent)
        answer = correct(json.loads(sent))
        return SENT_BACK if answer["outcome"] == "coded" and doubts(document) else answer

    return code


def _strict(correct: Coder, refuses: Callable[[bytes, Document], bool]) -> FromBytes:
    def code(sent: bytes) -> Answer:
        return SENT_BACK if refuses(sent, json.loads(sent)) else correct(json.loads(sent))

    return code


def _careless(correct: Coder, misreads: Callable[[Document], None]) -> FromBytes:
    def code(sent: bytes) -> Answer:
        document = json.loads(sent)
        misreads(document)
        return correct(document)

    return code


def _day(case: Document) -> date:
    return date.fromisoformat(case["billing"]["date_of_service"])


def _age(case: Document) -> float:
    return (_day(case) - date.fromisoformat(case["patient"]["birth_date"])).days / 365.25


def _beams(plan: Document) -> list[Document]:
    beams: list[Document] = plan["beams"]
    return beams


def _delivered(case: Document) -> list[Document]:
    ids = {beam for session in case["sessions"] for beam in session.get("beams_delivered") or ()}
    return [plan for plan in case["plans"] if any(beam["id"] in ids for beam in _beams(plan))]


def _undelivered(case: Document) -> list[Document]:
    delivered = _delivered(case)
    return [plan for plan in case["plans"] if plan not in delivered]


def _points(plans: list[Document]) -> set[str]:
    return {beam["isocenter"] for plan in plans for beam in _beams(plan)}


def _one_position_under_two_names(case: Document) -> bool:
    named = _points(_delivered(case))
    points = [point["position_mm"] for point in case["isocenters"] if point["id"] in named]
    return any(math.dist(one, other) <= 1.0 for n, one in enumerate(points) for other in points[:n])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _approvals(case: Document) -> Iterator[tuple[Document, datetime]]:
    for session in case["sessions"]:
        approved = (session.get("physician_review") or {}).get("approved_at")
        if approved:
            yield session, _time(approved)


def _days_later(session: Document, approved: datetime) -> int:
    return (approved.date() - _time(session["started_at"]).date()).days


def _next_is_not_that_of_the_day(case: Document) -> bool:
    """Whether a session names a next one on another day though a further one of this day follows."""
    starts = [_time(session["started_at"]) for session in case["sessions"]]
    return any(
        session.get("next_session_at")
        and any(_time(session["started_at"]) < start < _time(session["next_session_at"]) for start in starts)
        for session in case["sessions"]
    )


def _guidance(case: Document) -> Iterator[list[Document]]:
    for session in case["sessions"]:
        yield session.get("guidance") or []


def _motions(case: Document) -> Iterator[Document]:
    for session in case["sessions"]:
        yield session.get("motion") or {}


def _dose_of_a_fraction(plan: Document) -> float:
    return (plan.get("dose_gy") or 0.0) / (plan.get("fractions") or 1)


DOUBTS: dict[str, Callable[[Document], bool]] = {
    "one position under two names": _one_position_under_two_names,
    "a day at the weekend": lambda case: _day(case).weekday() > 4,
    "a patient under 18": lambda case: _age(case) < 18,
    "a patient over 95": lambda case: _age(case) > 95,
    "approval on a later day than that of the session": lambda case: any(_days_later(*one) > 0 for one in _approvals(case)),
    "a fraction beyond those planned": lambda case: any(
        (session.get("fraction") or 0) > (plan.get("fractions") or 999)
        for session in case["sessions"]
        for plan in _delivered(case)
    ),
    "a couch shift of more than 20 mm": lambda case: any(
        math.hypot(*(session.get("couch_shift_mm") or (0, 0, 0))) > 20 for session in case["sessions"]
    ),
    "a next session that is not the next of the day": _next_is_not_that_of_the_day,
    "port images beside other images": lambda case: any(
        {"mv_port"} < {act["method"] for act in acts} for acts in _guidance(case)
    ),
    "an undelivered plan at the isocenter of a delivered one": lambda case: bool(
        _points(_undelivered(case)) & _points(_delivered(case))
    ),
    "beams of two energies in a plan": lambda case: any(
        len({beam.get("energy") for beam in _beams(plan)}) > 1 for plan in _delivered(case)
    ),
    "more than 5 Gy in a fraction": lambda case: any(_dose_of_a_fraction(plan) > 5 for plan in _delivered(case)),
    "arcs of a plan that is not intensity modulated": lambda case: any(
        beam.get("delivery") == "arc"
        for plan in _delivered(case)
        if plan["technique"] in ("2d", "3d_crt")
        for beam in _beams(plan)
    ),
    "a surface guided session without a monitor": lambda case: any(
        "surface" in {act["method"] for act in session.get("guidance") or ()} and not (session.get("motion") or {}).get("monitor")
        for session in case["sessions"]
    ),
    "more than two acts of guidance in a session": lambda case: any(len(acts) > 2 for acts in _guidance(case)),
    "images before the beam and during it": lambda case: any(
        len({act.get("timing", "pre_treatment") for act in acts}) > 1 for acts in _guidance(case)
    ),
    "3D that was optimised inversely": lambda case: any(
        plan["technique"] in ("3d_crt", "field_in_field") and (plan.get("planning") or {}).get("inverse_optimized")
        for plan in _delivered(case)
    ),
    "2D planned on volumes": lambda case: any(
        plan["technique"] == "2d" and (plan.get("planning") or {}).get("targets") for plan in _delivered(case)
    ),
    "monitoring without a monitor": lambda case: any(
        motion.get("during_beam") and not motion.get("monitor") for motion in _motions(case)
    ),
    "documentation of motion that was not monitored": lambda case: any(
        motion.get("documentation") is not None and not motion.get("during_beam") for motion in _motions(case)
    ),
    "a turned couch": lambda case: any(beam.get("couch_deg") for plan in case["plans"] for beam in _beams(plan)),
    "three sessions in a day": lambda case: len(case["sessions"]) > 2,
    "a session out of hours": lambda case: any(not 7 <= _time(session["started_at"]).hour < 18 for session in case["sessions"]),
    "targets of one name in a plan": lambda case: any(
        len(names := (plan.get("planning") or {}).get("targets") or []) > len(set(names)) for plan in case["plans"]
    ),
}
"""What a cautious coder may find odd."""


def _lists(value: object) -> Iterator[list[Any]]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, list):
        yield value
    for one in inside:
        yield from _lists(one)


def _depth(value: object) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inside), default=0) if isinstance(value, (dict, list)) else 0


REFUSALS: dict[str, Callable[[bytes, Document], bool]] = {
    "a list of more than 32": lambda _, case: any(len(items) > 32 for items in _lists(case)),
    "a document of more than 4,096 bytes": lambda sent, _: len(sent) > 4096,
    "a document with fields deeper than the format has them": lambda _, case: _depth(case["patient"]) > 1,
    "a name beyond Latin-1": lambda sent, _: any(character > "\xff" for character in sent.decode()),
    "a year of birth before 1900": lambda _, case: case["patient"]["birth_date"] < "1900",
    "a session at midnight": lambda _, case: any("T00:00:00" in session["started_at"] for session in case["sessions"]),
    "no plan": lambda _, case: not case["plans"],
    "no session": lambda _, case: not case["sessions"],
    "an angle below zero": lambda _, case: any(
        (beam.get("gantry_start_deg") or 0) < 0 for plan in case["plans"] for beam in _beams(plan)
    ),
    "a coordinate with more than three decimals": lambda _, case: any(
        round(mm, 3) != mm for point in case["isocenters"] for mm in point["position_mm"]
    ),
    "a plan whose first field is not its id": lambda _, case: any(next(iter(plan)) != "id" for plan in case["plans"]),
    "a coordinate beyond a metre": lambda _, case: any(
        abs(mm) > 1000 for point in case["isocenters"] for mm in point["position_mm"]
    ),
}
"""What a strict reader may not take."""


def _as_text(case: Document) -> None:
    """Times whose text sorts otherwise than they do: the longer one of two equal ones is later by a microsecond."""
    for session in case["sessions"]:
        for holder, name in (
            (session, "started_at"),
            (session, "next_session_at"),
            (session.get("physician_review") or {}, "approved_at"),
        ):
            if holder.get(name) and "." in holder[name]:
                holder[name] = (_time(holder[name]) + timedelta(microseconds=1)).isoformat()


def _single(mm: float) -> float:
    found: float = struct.unpack("f", struct.pack("f", mm))[0]
    return found


def _single_precision(case: Document) -> None:
    for point in case["isocenters"]:
        point["position_mm"] = [_single(mm) for mm in point["position_mm"]]


def _technique_of_beams(case: Document) -> None:
    for plan in case["plans"]:
        plan["technique"] = next((beam["technique"] for beam in _beams(plan) if "technique" in beam), plan["technique"])


def _motion_of_sessions(case: Document) -> None:
    for session in case["sessions"]:
        if "beam_hold" in session:
            session["motion"] = {"method": "gating", "during_beam": True, "beam_hold": True}


def _approved_of_sessions(case: Document) -> None:
    for session in case["sessions"]:
        if "approved_at" in session:
            session["physician_review"] = {"approved_at": session["approved_at"]}


def _day_of_case(case: Document) -> None:
    case["billing"]["date_of_service"] = case.get("date_of_service", case["billing"]["date_of_service"])


def _radiation_of_plans(case: Document) -> None:
    for plan in case["plans"]:
        for beam in _beams(plan):
            beam["radiation"] = plan.get("radiation", beam["radiation"])


def _numbered(case: Document) -> None:
    """Ids that are numbers are read as numbers."""

    def read(name: str) -> str:
        return str(int(name)) if name.isdecimal() else name

    for point in case["isocenters"]:
        point["id"] = read(point["id"])
    for plan in case["plans"]:
        for beam in _beams(plan):
            beam["id"], beam["isocenter"] = read(beam["id"]), read(beam["isocenter"])
    for session in case["sessions"]:
        session["beams_delivered"] = [read(name) for name in session.get("beams_delivered") or ()]


def _by_prefix(case: Document) -> None:
    """A beam delivered is the first one whose id begins with the id that is named."""
    known = [beam["id"] for plan in case["plans"] for beam in _beams(plan)]
    for session in case["sessions"]:
        named = session.get("beams_delivered") or ()
        session["beams_delivered"] = [next((one for one in known if one.startswith(name)), name) for name in named]


def _isocenter_by_prefix(case: Document) -> None:
    known = [point["id"] for point in case["isocenters"]]
    for plan in case["plans"]:
        for beam in _beams(plan):
            beam["isocenter"] = next((one for one in known if one.startswith(beam["isocenter"])), beam["isocenter"])


def _sessions_by_id(case: Document) -> None:
    """The sessions of a day follow each other by their ids: their times are dealt out so."""
    starts = sorted(session["started_at"] for session in case["sessions"])
    for session, start in zip(sorted(case["sessions"], key=lambda session: str(session["id"])), starts, strict=True):
        session["started_at"] = start


def _in_minutes(case: Document) -> None:
    for session in case["sessions"]:
        for holder, name in (
            (session, "started_at"),
            (session, "next_session_at"),
            (session.get("physician_review") or {}, "approved_at"),
        ):
            if holder.get(name):
                holder[name] = f"{holder[name][:16]}:00"


def _first_guidance_of_a_method(case: Document) -> None:
    for session in case["sessions"]:
        acts = {act["method"]: act for act in reversed(session.get("guidance") or [])}
        session["guidance"] = list(acts.values())


def _in_ascii(case: Document) -> None:
    """Names of targets beyond ASCII are not read."""
    for plan in case["plans"]:
        named = plan.get("planning") or {}
        named["targets"] = [target for target in named.get("targets") or () if target.isascii()]


def _imaged(case: Document) -> None:
    for plan in case["plans"]:
        if (plan.get("planning") or {}).get("volumetric_imaging") == "none":
            plan["planning"]["volumetric_imaging"] = "ct"


def _localized_during_the_beam(case: Document) -> None:
    for acts in _guidance(case):
        for act in acts:
            if act.get("timing") == "intrafraction":
                act["purpose"] = "target_localization"


def _of_the_day(case: Document) -> None:
    """Sessions of other days than the date of service are left out."""
    day = case["billing"]["date_of_service"]
    case["sessions"] = [session for session in case["sessions"] if session["started_at"][:10] == day]


def _known_beams(case: Document) -> None:
    known = {beam["id"] for plan in case["plans"] for beam in _beams(plan)}
    for session in case["sessions"]:
        session["beams_delivered"] = [beam for beam in session.get("beams_delivered") or () if beam in known]


def _last_review(case: Document) -> None:
    """The last approval of the day is taken for that of each session."""
    approved = [session["physician_review"] for session, _ in _approvals(case)]
    for session in case["sessions"] if approved else ():
        session["physician_review"] = approved[-1]


MISREADINGS: dict[str, Callable[[Document], None]] = {
    "times are compared as text": _as_text,
    "positions are read in single precision": _single_precision,
    "a plan's technique is read off its beams where they have one": _technique_of_beams,
    "motion is read off the session where that has a hold": _motion_of_sessions,
    "approval is read off the session where that has one": _approved_of_sessions,
    "the date of service is read off the case where that has one": _day_of_case,
    "radiation is read off the plan where that has one": _radiation_of_plans,
    "ids that are numbers are read as numbers": _numbered,
    "beams are found by the beginning of their ids": _by_prefix,
    "isocenters are found by the beginning of their ids": _isocenter_by_prefix,
    "sessions follow each other by their ids": _sessions_by_id,
    "times are read in whole minutes": _in_minutes,
    "of two acts of one method the first is read": _first_guidance_of_a_method,
    "targets named beyond ASCII are not read": _in_ascii,
    "imaging called none is read as imaging": _imaged,
    "what is imaged during the beam is read as localized": _localized_during_the_beam,
    "sessions of other days are left out": _of_the_day,
    "beams that no plan has are left out": _known_beams,
    "the last approval of the day is read for each session": _last_review,
}
"""What a careless reader may make of a document before it is coded."""
