"""Coders with one subtle fault each: `subtle.py FAULT` codes rightly but for what the fault's docstring says."""

import sys
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct"))
import coder as correct  # its folder is known only from here

Session = dict[str, Any]
Coded = dict[str, Any]


def with_facts(change: Callable[[correct.Case, Session, correct.Facts], correct.Facts]) -> Callable[[correct.Case], Coded]:
    """A coder that gets the facts of a session wrong."""

    def facts_of(case: correct.Case, session: Session, reading: correct.Reading) -> correct.Facts:
        return change(case, session, correct.session_facts(case, session, reading))

    return lambda case: correct.code(case, facts_of)


def moment(text: str) -> datetime:
    """A time of the wire."""
    return datetime.fromisoformat(text)


def positions(case: correct.Case, session: Session) -> list[list[float]]:
    """Where the beams delivered lie, in order of delivery."""
    of_isocenter = {point["id"]: point["position_mm"] for point in case["isocenters"]}
    of_beam = {beam["id"]: of_isocenter[beam["isocenter"]] for plan in case["plans"] for beam in plan["beams"]}
    return [of_beam[beam] for beam in session["beams_delivered"]]


def approval_as_next_begins(_case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """Approval at the very start of the next session still counts."""
    approved = (session.get("physician_review") or {}).get("approved_at")
    following = session.get("next_session_at")
    return facts._replace(approved=True) if approved and following and moment(approved) == moment(following) else facts


def approval_before_session(_case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """Approval before the session began counts too."""
    approved = (session.get("physician_review") or {}).get("approved_at")
    early = bool(approved) and moment(approved) < moment(session["started_at"])
    return facts._replace(approved=True) if early else facts


def last_session_unapproved(_case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """Where no session follows, no approval counts."""
    return facts._replace(approved=facts.approved and session.get("next_session_at") is not None)


def one_millimetre(case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """A position exactly one millimetre away is a further isocenter."""
    counted: list[list[float]] = []
    for position in positions(case, session):
        if all(sum((a - b) ** 2 for a, b in zip(position, other, strict=True)) >= 1 - 1e-9 for other in counted):
            counted.append(position)
    return facts._replace(isocenters=len(counted))


def centimetres(case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """Positions are rounded to centimetres."""
    return facts._replace(isocenters=len({tuple(round(x / 10) for x in position) for position in positions(case, session)}))


def three_isocenters(_case: correct.Case, _session: Session, facts: correct.Facts) -> correct.Facts:
    """Three isocenters, and only three, count as one."""
    return facts._replace(isocenters=1 if facts.isocenters == 3 else facts.isocenters)


def neighbours(case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """A position is compared with the one before only: back at the first is a further isocenter."""
    found = positions(case, session)
    return facts._replace(isocenters=1 + sum(one != other for one, other in pairwise(found)))


def spirometry(_case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """A spirometer manages no motion."""
    watched = (session.get("motion") or {}).get("monitor") == "spirometry"
    return facts._replace(motion="none") if watched else facts


def pet_ct(case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """PET/CT is no guidance."""
    others = [act for act in session.get("guidance") or [] if act["method"] != "pet_ct"]
    return correct.session_facts(case, {**session, "guidance": others}, correct.Reading())._replace(
        motion=facts.motion, conformal=facts.conformal
    )


def intrafraction(_case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """Any imaging during the beam is active motion management."""
    during = any(act["timing"] == "intrafraction" for act in session.get("guidance") or [])
    return facts._replace(motion="active") if during else facts


def first_beam(case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """The radiation is that of the beam delivered first."""
    of_beam = {beam["id"]: beam["radiation"] for plan in case["plans"] for beam in plan["beams"]}
    return facts._replace(radiations=frozenset({of_beam[session["beams_delivered"][0]]}))


def couch(case: correct.Case, session: Session, facts: correct.Facts) -> correct.Facts:
    """A turned couch is a further isocenter."""
    delivered = set(session["beams_delivered"])
    turned = any(beam.get("couch_deg") for plan in case["plans"] for beam in plan["beams"] if beam["id"] in delivered)
    return facts._replace(isocenters=facts.isocenters + turned)


def second_session(case: correct.Case) -> Coded:
    """The second session of a day is coded as the first was."""
    coded = correct.code(case)
    if len(case["sessions"]) > 1 and coded["outcome"] == "coded":
        first, second = (session["id"] for session in case["sessions"][:2])
        lines = [line for line in coded["lines"] if line["session"] != second]
        lines += [{**line, "session": second} for line in coded["lines"] if line["session"] == first]
        coded["lines"] = lines
    return coded


def third_session(case: correct.Case) -> Coded:
    """A third session of a day is not coded."""
    coded = correct.code(case)
    billed = {session["id"] for session in case["sessions"][:2]}
    coded["lines"] = [line for line in coded["lines"] if line["session"] in billed]
    return coded


def only_xe(case: correct.Case) -> Coded:
    """Where there are two sessions, every delivery line carries XE, the first one too."""
    coded = correct.code(case)
    if len(case["sessions"]) > 1:
        coded["lines"] = [line if line["code"] == "77387" else {**line, "modifiers": ["XE"]} for line in coded["lines"]]
    return coded


def new_year(case: correct.Case) -> Coded:
    """The first of January is still last year."""
    if case["billing"]["date_of_service"] == "2026-01-01":
        return {"outcome": "out_of_scope", "lines": []}
    return correct.code(case)


def port_images(case: correct.Case) -> Coded:
    """Port images are billed on global claims."""
    coded = correct.code(case)
    if coded["outcome"] == "coded" and case["billing"]["claim"] == "global":
        taken = [session["id"] for session in case["sessions"] if session["port_images"]]
        coded["lines"] = coded["lines"] + [{"session": name, "code": "77417", "modifiers": [], "units": 1} for name in taken]
    return coded


def accents(case: correct.Case) -> Coded:
    """Stumbles over names that are not in ASCII."""
    for point in case["isocenters"]:
        point["id"].encode("ascii")
    return correct.code(case)


WITH_FACTS = (
    *(approval_as_next_begins, approval_before_session, last_session_unapproved, one_millimetre, centimetres, three_isocenters),
    *(neighbours, spirometry, pet_ct, intrafraction, first_beam, couch),
)
FAULTS: dict[str, Callable[[correct.Case], Coded]] = {
    **{fault.__name__: with_facts(fault) for fault in WITH_FACTS},
    **{fault.__name__: fault for fault in (second_session, third_session, only_xe, new_year, port_images, accents)},
}

if __name__ == "__main__":
    correct.serve(FAULTS[sys.argv[1]])
