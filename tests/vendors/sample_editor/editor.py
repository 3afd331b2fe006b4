"""A claim editor with five faults known from the field; everything else it does right.

False denials, each of a service that RULES lists as wrongly stopped by payers in 2026:
 1. 77387-26 with place of service 19 or 22 is denied (CARC 5), as if a hospital's guidance had no professional part.
 2. 77412 for two isocenters in one anatomical site is denied (CARC 150), as if isocenters were counted by site.
 3. A second session on a date is denied as a duplicate (CARC 18), whatever modifier or unit it is written with.
Misses:
 4. G6015, deleted from 2026-01-01, is still paid: the payer's fee schedule was never updated.
 5. 77412 for surface guidance that only set the patient up is paid, as if it were active motion management.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct_editor"))
import editor as correct  # its folder is known only from here

Json = dict[str, Any]


def one_site_several_isocenters(claim: Json) -> bool:
    """Fault 2: photons at several isocenters, all for plans of one site, and nothing else that makes level 3."""
    record = claim["treatment"]
    if record is None or len(record["isocenters"]) < 2 or len({plan["site"] for plan in record["plans"]}) > 1:
        return False
    beams = [beam for plan in record["plans"] for beam in plan["beams"]]
    return {beam["radiation"] for beam in beams} == {"photon"}


def set_up_by_surface(claim: Json) -> bool:
    """Fault 5: a surface camera set the patient up, and nothing managed motion."""
    sessions = claim["treatment"]["sessions"] if claim["treatment"] else []
    return any(
        any(entry["method"] == "surface" for entry in session["guidance"])
        and (session["motion"] or {"method": "none"})["method"] == "none"
        for session in sessions
    )


def edit(claim: Json) -> dict[int, correct.Edit]:
    """The correct dispositions, with the five faults."""
    edits = correct.edit(claim)
    billed: Counter[tuple[str, str]] = Counter()
    for line in claim["lines"]:
        number, code = line["number"], line["code"]
        found = edits[number]
        allowed = found.disposition == "allow"
        kind = "delivery" if code in correct.DELIVERY else code
        again = line["units"] > correct.days_of(line) or billed[kind, line["date_of_service"]] > 0
        billed[kind, line["date_of_service"]] += 1
        if (code == "G6015" and found.carc == "181") or (
            not allowed and found.category == "level_not_supported" and code == "77412" and set_up_by_surface(claim)
        ):
            edits[number] = correct.ALLOW
        elif allowed and again and code in {*correct.DELIVERY, "77387"}:
            edits[number] = correct.Edit("deny", "duplicate_service", "18")
        elif allowed and code == "77387" and claim["place_of_service"] in correct.HOSPITAL:
            edits[number] = correct.Edit("deny", "place_not_covered", "5")
        elif allowed and code == "77412" and one_site_several_isocenters(claim):
            edits[number] = correct.Edit("deny", "one_site_one_isocenter", "150")
    return edits


if __name__ == "__main__":
    correct.serve(edit)
