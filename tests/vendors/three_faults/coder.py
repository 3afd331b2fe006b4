"""A coder with three faults: bills 77386 for IMRT, takes surface guidance for active motion management, counts plans."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct"))
import coder as correct  # its folder is known only from here


def faulty_facts(case: correct.Case, session: dict[str, Any], reading: correct.Reading) -> correct.Facts:
    """Faults two and three: set-up surface guidance read as gating, and delivered plans in place of isocenters."""
    facts = correct.session_facts(case, session, reading)
    delivered = set(session["beams_delivered"])
    plans = [plan for plan in case["plans"] if any(beam["id"] in delivered for beam in plan["beams"])]
    taken_for_gating = facts.surface and facts.motion == "none"
    return facts._replace(isocenters=len(plans), motion="active" if taken_for_gating else facts.motion)


def faulty_level(facts: correct.Facts) -> tuple[str, str]:
    """Fault one: the code for IMRT that was deleted at the end of 2025."""
    if any(correct.FAMILY[technique] == "imrt" for technique in facts.techniques):
        return "IMRT", "77386"
    return correct.delivery_level(facts)


def code(case: correct.Case) -> dict[str, Any]:
    """The coding of a case, with the three faults."""
    return correct.code(case, faulty_facts, faulty_level)


if __name__ == "__main__":
    correct.serve(code)
