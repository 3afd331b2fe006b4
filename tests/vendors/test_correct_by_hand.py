"""The correct coder against answers worked out by hand from the rule book, so that it is right on its own account."""

import importlib.util
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

CODER = Path(__file__).parent / "correct" / "coder.py"

CASE: dict[str, Any] = {
    "id": "hand",
    "billing": {"date_of_service": "2026-03-09", "setting": "freestanding", "claim": "technical"},
    "isocenters": [{"id": f"I{x}", "position_mm": [float(x), 0.0, 0.0]} for x in (0, 1, 40)],
    "plans": [
        {
            "technique": "3d_crt",
            "planning": {"volumetric_imaging": "ct", "targets": ["PTV"], "organs_at_risk": ["cord"], "dvh_evaluated": True},
            "beams": [
                {"id": "B0", "radiation": "photon", "isocenter": "I0", "modulation": "none"},
                {"id": "B1", "radiation": "photon", "isocenter": "I1", "modulation": "none"},
                {"id": "B40", "radiation": "photon", "isocenter": "I40", "modulation": "none"},
            ],
        }
    ],
    "sessions": [
        {
            "id": "S1",
            "started_at": "2026-03-09T09:00:00",
            "beams_delivered": ["B0"],
            "guidance": [],
            "motion": {"method": "none"},
            "physician_review": {"approved_at": "2026-03-09T17:00:00"},
            "next_session_at": "2026-03-10T09:00:00",
        }
    ],
}
GATED = {"method": "gating", "monitor": "optical_surface", "during_beam": True, "beam_hold": True}
WATCHED = GATED | {"beam_hold": False}
CBCT = {"method": "cbct", "purpose": "target_localization", "timing": "pre_treatment"}
SURFACE = {"method": "surface", "purpose": "patient_setup", "timing": "pre_treatment"}


@pytest.fixture(scope="module")
def coder() -> Any:
    spec = importlib.util.spec_from_file_location("vendors_correct_coder", CODER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def case(claim: str = "technical", **changes: Any) -> dict[str, Any]:
    """The plain case with changes to its plan (technique, planning, radiation) and its session (anything else)."""
    changed = deepcopy(CASE)
    plan, session = changed["plans"][0], changed["sessions"][0]
    changed["billing"]["claim"] = claim
    changed["billing"]["date_of_service"] = changes.pop("date_of_service", "2026-03-09")
    for beam, radiation in zip(plan["beams"], changes.pop("radiations", []), strict=False):
        beam["radiation"] = radiation
    plan["planning"] |= changes.pop("planning", {})
    plan["technique"] = changes.pop("technique", "3d_crt")
    session.update(changes)
    return changed


def short(coded: dict[str, Any]) -> tuple[Any, ...]:
    """Outcome, primary codes, and each alternative as rule and codes (or outcome)."""

    def codes(lines: list[dict[str, Any]]) -> str:
        return " ".join("-".join([line["code"], *line["modifiers"]]) for line in lines)

    alternatives = [
        (entry["rule"], codes(entry["lines"]) if entry.get("outcome", "coded") == "coded" else entry["outcome"])
        for entry in coded["alternatives"]
    ]
    return (coded["outcome"], codes(coded["lines"]), *alternatives)


BARE: dict[str, Any] = {"volumetric_imaging": None, "targets": [], "organs_at_risk": [], "dvh_evaluated": False}
EMPTY_RECORD = GATED | {"documentation": {"medical_necessity": False, "system": None}}
BY_HAND = {
    "L1-2D": (case(technique="2d"), ("coded", "77402")),
    "L2-SINGLE": (case(), ("coded", "77407")),
    "L3-ISOCENTERS": (case(beams_delivered=["B0", "B40"]), ("coded", "77412")),
    "ISO-CONTIGUOUS: 1 mm is one": (case(beams_delivered=["B0", "B1"]), ("coded", "77407")),
    "L3-ISOCENTERS 2D": (case(technique="2d", beams_delivered=["B0", "B40"]), ("coded", "77412")),
    "L1-ELECTRON": (
        case(technique="electron", radiations=["electron"] * 3, beams_delivered=["B0", "B40"], motion=GATED),
        ("coded", "77402"),
    ),
    "L3-TSE": (case(technique="total_skin_electron", radiations=["electron"] * 3), ("coded", "77412")),
    "L3-MIXED": (case(radiations=["photon", "electron"], beams_delivered=["B0", "B1"]), ("coded", "77412")),
    "L3-MOTION": (case(motion=GATED), ("coded", "77412")),
    "L3-MOTION-2D": (case(technique="2d", motion=GATED), ("coded", "77412", ("L3-MOTION-2D", "77402"))),
    "AMM-OBSERVED": (case(motion=WATCHED), ("coded", "77407", ("AMM-OBSERVED", "77412"))),
    "AMM-HOLD": (case(motion={"method": "breath_hold", "during_beam": False}), ("coded", "77407")),
    "AMM-SETUP": (case(guidance=[SURFACE]), ("coded", "77407")),
    "SCOPE-BEAM": (case(claim="global", beams_delivered=[], guidance=[CBCT]), ("coded", "")),
    "SCOPE-DATE": (case(date_of_service="2025-12-31", started_at="2025-12-31T09:00:00"), ("out_of_scope", "")),
    "SCOPE-TECHNIQUE": (case(technique="sbrt"), ("out_of_scope", "")),
    "DOC-CONFLICT: no such beam": (case(beams_delivered=["B0", "B9"]), ("needs_review", "")),
    "DOC-CONFLICT: photons": (case(technique="electron"), ("needs_review", "")),
    "DOC-CONFLICT: another date": (case(started_at="2026-03-10T09:00:00"), ("needs_review", "")),
    "DOC-CONFLICT before SCOPE-DATE": (case(date_of_service="2025-12-31"), ("needs_review", "")),
    "DOC-UNKNOWN": (case(technique="flash"), ("needs_review", "")),
    "IGRT-PROF": (case(claim="professional", guidance=[CBCT]), ("coded", "77387-26")),
    "IGRT-TECH": (case(claim="facility", guidance=[CBCT]), ("coded", "77407")),
    "IGRT-ONCE": (case(claim="professional", guidance=[CBCT, CBCT]), ("coded", "77387-26")),
    "IGRT-GLOBAL": (
        case(claim="global", guidance=[CBCT]),
        ("coded", "77407 77387-26", ("IGRT-GLOBAL", "77407 77387")),
    ),
    "IGRT-REVIEW: none": (case(claim="professional", guidance=[CBCT], physician_review=None), ("coded", "")),
    "IGRT-REVIEW: at the next session": (
        case(claim="professional", guidance=[CBCT], next_session_at="2026-03-09T17:00:00"),
        ("coded", ""),
    ),
    "IGRT-REVIEW: a minute before the next session": (
        case(claim="professional", guidance=[CBCT], next_session_at="2026-03-09T17:01:00"),
        ("coded", "77387-26"),
    ),
    "IGRT-REVIEW: no next session": (
        case(
            claim="professional",
            guidance=[CBCT],
            next_session_at=None,
            physician_review={"approved_at": "2026-04-30T09:00:00"},
        ),
        ("coded", "77387-26"),
    ),
    "IGRT-REVIEW: too early": (
        case(claim="professional", guidance=[CBCT], physician_review={"approved_at": "2026-03-09T08:59:00"}),
        ("coded", ""),
    ),
    "IGRT-PURPOSE": (case(claim="professional", guidance=[CBCT | {"purpose": "patient_setup"}]), ("coded", "")),
    "IGRT-SURFACE": (case(claim="professional", guidance=[SURFACE]), ("coded", "", ("IGRT-SURFACE", "77387-26"))),
    "IGRT-AMM": (case(claim="professional", motion=WATCHED), ("coded", "77387-26", ("IGRT-AMM", ""))),
    "IGRT-INTRA": (
        case(claim="global", guidance=[CBCT | {"timing": "intrafraction"}], physician_review=None),
        ("coded", "77407"),
    ),
    "PORT": (case(claim="professional", port_images=2, guidance=[CBCT | {"method": "mv_port"}]), ("coded", "")),
    "DOC-3D": (case(planning=BARE), ("coded", "77402", ("DOC-3D", "needs_review"))),
    "DOC-3D where the level is the same": (case(planning=BARE, beams_delivered=["B0", "B40"]), ("coded", "77412")),
    "DOC-3D on a professional claim": (case(claim="professional", planning=BARE, guidance=[CBCT]), ("coded", "77387-26")),
    "DOC-PARTIAL": (
        case(planning={"organs_at_risk": []}),
        ("needs_review", "", ("DOC-PARTIAL", "77407"), ("DOC-PARTIAL", "77402")),
    ),
    "DOC-IMRT": (case(technique="vmat", planning=BARE), ("coded", "77402", ("DOC-IMRT", "needs_review"))),
    "DOC-IMRT where 3D is left": (case(technique="vmat"), ("coded", "77407")),
    "DOC-AMM": (case(motion=EMPTY_RECORD), ("needs_review", "", ("DOC-AMM", "77407"), ("DOC-AMM", "77412"))),
    "DOC-AMM: one element": (case(motion=GATED | {"documentation": {"system": "RPM"}}), ("coded", "77412")),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_answer_worked_out_by_hand(coder: Any, name: str) -> None:
    """A case that stands at one rule gets the outcome, codes and alternatives that the rule book gives it."""
    given, expected = BY_HAND[name]

    assert expected == short(coder.code(given))


def test_a_later_session_of_the_day_is_the_next_session(coder: Any) -> None:
    """IGRT-REVIEW: approval after the day's second session began is too late for the first, in time for the second."""
    both = case(claim="professional", guidance=[CBCT])
    both["sessions"].append(both["sessions"][0] | {"id": "S2", "started_at": "2026-03-09T15:00:00"})

    expected = ["S2"]
    assert expected == [line["session"] for line in coder.code(both)["lines"]]
