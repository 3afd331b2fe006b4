"""Where in the space of treatments a case lies, read from its JSON alone.

Shares nothing with the generator: coverage of the suites is recomputed from this. `combination_of(case)` gives a value for each
dimension; a case that fits none raises ValueError.

    python combination_of.py CASES.jsonl

prints the combinations, one JSON object a line.
"""

import datetime as dt
import json
import math
import sys
from pathlib import Path
from typing import Any

Document = dict[str, Any]
PHOTON_2D_3D = {"2d", "3d_crt", "field_in_field"}


def combination_of(case: Document) -> dict[str, str]:
    """A value for each dimension of the space."""
    session = case["sessions"][0]
    plans = [plan for plan in case["plans"] if not plan["label"].endswith("superseded")]
    delivered = [plan for plan in plans if any(beam["id"] in session["beams_delivered"] for beam in plan["beams"])]
    technique = technique_of(delivered, session["beams_delivered"])
    found = {
        "technique": technique,
        "energy": energy_of(technique, delivered),
        "arrangement": arrangement_of(case, plans, delivered, technique),
        "intent": one({plan["intent"] for plan in delivered}),
        "motion": (session.get("motion") or {"method": "none"})["method"],
        "monitor": (session.get("motion") or {}).get("monitor") or "none",
        "control": control_of(session.get("motion") or {}),
        "guidance": "+".join(dict.fromkeys(act["method"] for act in session["guidance"])) or "none",
        "purpose": purpose_of(session["guidance"]),
        "timing": timing_of(session["guidance"]),
        "port_images": "taken" if session["port_images"] else "none",
        "couch": couch_of(session["couch_shift_mm"]),
        "approval": one({approval_of(case, each) for each in case["sessions"]}),
        "course": "session_follows" if case["sessions"][-1]["next_session_at"] else "last_session",
        "sessions": str(len(case["sessions"])),
        "adaptive": adaptive_of(case["plans"]),
        "claim": claim_of(case["billing"]),
        "payer": case["billing"]["payer"],
        "date": date_of(case["billing"]["date_of_service"]),
    }
    for other in case["sessions"][1:]:
        if [other[key] for key in ("beams_delivered", "guidance", "motion")] != [
            session[key] for key in ("beams_delivered", "guidance", "motion")
        ]:
            raise ValueError(f"{case['id']}: the sessions differ")
    return found


def technique_of(delivered: list[Document], beams: list[str]) -> str:
    """The declared technique, or how the session mixes several."""
    declared = {plan["technique"] for plan in delivered}
    mixes = any(len({beam["radiation"] for beam in plan["beams"] if beam["id"] in beams}) > 1 for plan in delivered)
    if mixes:
        return "mixed_photon_electron_plan"
    if len(declared) == 1:
        return one(declared)
    if "electron" in declared:
        return "mixed_photon_electron_plans"
    if declared <= PHOTON_2D_3D and "2d" in declared:
        return "mixed_2d_3d"
    raise ValueError(f"no such mixture: {sorted(declared)}")


def energy_of(technique: str, delivered: list[Document]) -> str:
    """The class of energy, of the photons where there are some beside electrons."""
    beams = [beam for plan in delivered for beam in plan["beams"]]
    if technique.startswith("mixed_photon_electron"):
        beams = [beam for beam in beams if beam["radiation"] == "photon"]
    return one({energy_class(beam["energy"]) for beam in beams})


def energy_class(energy: str) -> str:
    """6X, 10FFF, 12E, 150 MeV, 70 kV, Ir-192."""
    for ending, name in (("FFF", "photon_fff"), ("MeV", "proton"), ("kV", "kilovoltage")):
        if energy.endswith(ending):
            return name
    if energy.endswith("X"):
        return "photon_low" if float(energy[:-1]) <= 6 else "photon_high"
    if energy.endswith("E"):
        return "electron_low" if float(energy[:-1]) <= 9 else "electron_high"
    return "source"


def arrangement_of(case: Document, plans: list[Document], delivered: list[Document], technique: str) -> str:
    """How many isocenters, and how they arise."""
    treated, planned = len(positions(case, delivered)), len(positions(case, plans))
    if planned > treated:
        left = [plan["label"] for plan in plans if plan not in delivered]
        return "alternating_days" if all("alternate days" in label for label in left) else "planned_not_delivered"
    if len(plans) != len(delivered):
        raise ValueError(f"{case['id']}: a plan is not treated, and has no isocenter of its own")
    if treated == 1:
        return "one" if len(delivered) == 1 else "contiguous"
    if len(delivered) == 1:
        return f"planned_shift_{treated}"
    if len(delivered) == treated:
        return f"separate_sites_{treated}"
    raise ValueError(f"{case['id']}: {len(delivered)} plans at {treated} isocenters by {technique}")


def positions(case: Document, plans: list[Document]) -> list[list[float]]:
    """The positions of the isocenters of these plans that are more than 1 mm apart."""
    where = {isocenter["id"]: isocenter["position_mm"] for isocenter in case["isocenters"]}
    found: list[list[float]] = []
    for plan in plans:
        for beam in plan["beams"]:
            position = where[beam["isocenter"]]
            if all(math.dist(position, other) > 1 for other in found):
                found.append(position)
    return found


def control_of(motion: Document) -> str:
    """What the monitor did while the beam was on."""
    during, held = motion.get("during_beam", False), motion.get("beam_hold", False)
    if held and not during:
        raise ValueError("the beam was held by what did not watch it")
    return "held" if held else "watched" if during else "off"


def purpose_of(acts: list[Document]) -> str:
    """What guidance was for."""
    purposes = {act["purpose"] for act in acts}
    if len(purposes) == 2 and acts[0]["purpose"] != "target_localization":
        raise ValueError("the first method did not localize")
    return "both" if len(purposes) == 2 else next(iter(purposes), "none")


def timing_of(acts: list[Document]) -> str:
    """When guidance was done."""
    times = {act["timing"] for act in acts}
    return "both" if len(times) == 2 else next(iter(times), "none")


def couch_of(shift: list[float] | None) -> str:
    """How far the couch was corrected."""
    if shift is None:
        return "none"
    return "within_1_mm" if math.hypot(*shift) <= 1 else "beyond_1_mm"


def approval_of(case: Document, session: Document) -> str:
    """When the session was approved; after the last one, in time is the same day."""
    approved = (session.get("physician_review") or {}).get("approved_at")
    if approved is None:
        return "none"
    if approved < session["started_at"]:
        raise ValueError(f"{case['id']}: approved before the session")
    following = [other["started_at"] for other in case["sessions"] if other["started_at"] > session["started_at"]]
    following += [session["next_session_at"]] if session["next_session_at"] else []
    if following:
        return "late" if approved >= min(following) else "in_time"
    return "in_time" if approved[:10] == session["started_at"][:10] else "late"


def adaptive_of(plans: list[Document]) -> str:
    """Whether and how a plan was made again."""
    if any(plan["label"].endswith("superseded") for plan in plans):
        return "offline"
    return "online" if any(plan["label"].endswith("adapted online") for plan in plans) else "no"


def claim_of(billing: Document) -> str:
    """Setting and claim in one word."""
    return f"{'hospital' if billing['setting'] == 'hospital_outpatient' else 'freestanding'}-{billing['claim']}"


def date_of(date: str) -> str:
    """The two days about the new year, or a weekday of 2026."""
    if date in ("2025-12-31", "2026-01-01"):
        return date
    day = dt.date.fromisoformat(date)
    if day.year != 2026 or day.weekday() > 4:
        raise ValueError(f"{date} is not a weekday of 2026")
    return "2026"


def one(values: set[str]) -> str:
    """The only element."""
    if len(values) != 1:
        raise ValueError(f"several where one is: {sorted(values)}")
    return next(iter(values))


def main(arguments: list[str]) -> int:
    """The command."""
    for line in Path(arguments[0]).read_text(encoding="utf-8").splitlines():
        sys.stdout.write(json.dumps(combination_of(json.loads(line))) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
