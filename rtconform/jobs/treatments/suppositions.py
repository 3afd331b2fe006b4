"""What objects leave open: for each missing fact, what it may be. The first is what is supposed."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Change = Callable[[Document], None]

MOST_WAYS = 6
"""How many ways to deliver what is planned are tried: each is coded with every other missing fact."""


@dataclass(frozen=True)
class Open:
    """A fact that is not known. `choices`: what it may be in words, and the change to the case that says so."""

    path: str
    choices: tuple[tuple[str, Change], ...]


def changed(case: Document, changes: list[Change]) -> Document:
    """A copy of the case with these changes."""
    copied = copy.deepcopy(case)
    for change in changes:
        change(copied)
    return copied


def setting(*path: str | int, to: Any) -> Change:  # noqa: ANN401 - whatever a field holds
    """The change that sets one field, by its path."""

    def change(case: Document) -> None:
        at: Any = case
        for step in path[:-1]:
            if isinstance(at, dict) and at.get(step) is None:
                at[step] = {}
            at = at[step]
        at[path[-1]] = copy.deepcopy(to)

    return change


def billed(where: str, claim: str) -> Change:
    """The change that says whose claim it is."""

    def change(case: Document) -> None:
        case["billing"] |= {"setting": where, "claim": claim}

    return change


def whose_claim() -> Open:
    """Whose claim is coded, and where."""
    rows = (
        ("hospital_outpatient", "facility"),
        ("hospital_outpatient", "professional"),
        ("freestanding", "technical"),
        ("freestanding", "global"),
    )
    return Open(
        "billing.claim",
        tuple((f"{claim} ({where})", billed(where, claim)) for where, claim in rows),
    )


def day(stands_for: str) -> Open:
    """The date of service."""

    def on(date: str) -> Change:
        def change(case: Document) -> None:
            case["billing"]["date_of_service"] = date
            for session in case["sessions"]:
                session["started_at"] = f"{date}T{session['started_at'].partition('T')[2]}"

        return change

    return Open("billing.date_of_service", (("2026", on(stands_for)), ("before 2026", on("2025-12-31"))))


def technique(place: int, techniques: list[str]) -> Open:
    """What a plan is declared to be: the objects show what it may be."""
    return Open(
        f"plans[{place + 1}].technique", tuple((name, setting("plans", place, "technique", to=name)) for name in techniques)
    )


def planning(place: int, names: list[str]) -> Open:
    """Evidence of planning that no object holds."""
    there = {"volumetric_imaging": "ct", "targets": ["target"], "organs_at_risk": ["organ"], "dvh_evaluated": True}
    gone: dict[str, Any] = {"volumetric_imaging": None, "targets": [], "organs_at_risk": [], "dvh_evaluated": False}

    def all_of(values: dict[str, Any]) -> Change:
        def change(case: Document) -> None:
            case["plans"][place]["planning"] |= {name: values[name] for name in names}

        return change

    return Open(f"plans[{place + 1}].planning ({', '.join(names)})", (("there", all_of(there)), ("not there", all_of(gone))))


def delivered(ways: list[tuple[str, list[str]]]) -> Open:
    """Which plans, or fraction groups of a plan, were delivered in the session of which there is no record."""
    return Open(
        "sessions[1].beams_delivered",
        tuple((words, setting("sessions", 0, "beams_delivered", to=beams)) for words, beams in ways),
    )


def motion(place: int, method: str) -> Open:
    """How motion was managed; `method`: what the record says of it, empty: nothing."""
    name = method or "gating"
    choices = [
        ("not monitored during the beam", {"method": method or "none", "during_beam": False, "beam_hold": False}),
        ("monitored, the beam not held", {"method": name, "during_beam": True, "beam_hold": False}),
        ("monitored, and the beam held by it", {"method": name, "during_beam": True, "beam_hold": True}),
    ]
    return Open(
        f"sessions[{place + 1}].motion", tuple((words, setting("sessions", place, "motion", to=to)) for words, to in choices)
    )


def guidance(place: int) -> Open:
    """Guidance of which the record shows no image."""
    image = {"method": "cbct", "purpose": "target_localization", "timing": "pre_treatment"}
    surface = {"method": "surface", "purpose": "patient_setup", "timing": "pre_treatment"}
    return Open(
        f"sessions[{place + 1}].guidance",
        (
            ("none", setting("sessions", place, "guidance", to=[])),
            ("an image that localized the target", setting("sessions", place, "guidance", to=[image])),
            ("surface guidance", setting("sessions", place, "guidance", to=[surface])),
        ),
    )


def purpose(place: int) -> Open:
    """What the images were for."""

    def every(value: str) -> Change:
        def change(case: Document) -> None:
            case["sessions"][place]["guidance"] = [one | {"purpose": value} for one in case["sessions"][place]["guidance"]]

        return change

    return Open(
        f"sessions[{place + 1}].guidance.purpose",
        (("localizing the target", every("target_localization")), ("setting the patient up", every("patient_setup"))),
    )


def approval(place: int) -> Open:
    """Whether a physician approved, and in time."""

    def approved(case: Document) -> None:
        session = case["sessions"][place]
        session["physician_review"] = {"approved_at": session["started_at"]}

    return Open(
        f"sessions[{place + 1}].physician_review",
        (
            ("approved before the next session", approved),
            ("not approved, or too late", setting("sessions", place, "physician_review", to=None)),
        ),
    )


def next_session(place: int) -> Open:
    """When the next session is, where an approval is known."""

    def late(case: Document) -> None:
        session = case["sessions"][place]
        session["next_session_at"] = session["physician_review"]["approved_at"]

    return Open(
        f"sessions[{place + 1}].next_session_at",
        (("after the approval", setting("sessions", place, "next_session_at", to=None)), ("before the approval", late)),
    )


def isocenters(place: int) -> Open:
    """Whether the beams of a plan meet in one place, where no file says what its beams are."""

    def several(case: Document) -> None:
        beams = case["plans"][place]["beams"]
        other = {**beams[0], "id": f"{beams[0]['id']}+", "isocenter": "ISO-OTHER"}
        if all(one["id"] != "ISO-OTHER" for one in case["isocenters"]):
            case["isocenters"].append({"id": "ISO-OTHER", "position_mm": [9e5, 0.0, 0.0]})
        for session in case["sessions"]:
            if beams[0]["id"] in session["beams_delivered"]:
                session["beams_delivered"] = [*session["beams_delivered"], other["id"]]
        case["plans"][place]["beams"] = [*beams, other]

    return Open(f"plans[{place + 1}].isocenters", (("one", lambda _: None), ("more than one", several)))


def isocenter(name: str) -> Open:
    """Where a beam is treated of which no control point says it."""

    def same(case: Document) -> None:
        _move(case, name, case["isocenters"][0]["id"] if case["isocenters"] else "ISO")

    def other(case: Document) -> None:
        _move(case, name, "ISO-OTHER")

    return Open(f"beam {name}.isocenter", (("the same as the others", same), ("another one", other)))


def _move(case: Document, beam_id: str, to: str) -> None:
    if all(one["id"] != to for one in case["isocenters"]):
        case["isocenters"].append({"id": to, "position_mm": [9e5, 0.0, 0.0] if to == "ISO-OTHER" else [0.0, 0.0, 0.0]})
    for plan in case["plans"]:
        for beam in plan["beams"]:
            if beam["id"] == beam_id:
                beam["isocenter"] = to
