"""What a session bills from 2026 on: the rule book (docs/reference/rule-book.md) as a table over the facts of a session.

It shares nothing with rtconform and nothing with the other sample coders. The ids in comments are the rule book's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from math import dist

FAMILIES = {
    "2d": {"2d"},
    "3d": {"3d_crt", "field_in_field"},
    "imrt": {"imrt_static", "vmat", "imrt_compensator", "helical_imrt"},
    "electron": {"electron", "total_skin_electron"},
}
FAMILY = {technique: family for family, members in FAMILIES.items() for technique in members}
ELSEWHERE = {"srs", "sbrt", "proton", "hdr_brachytherapy", "ldr_brachytherapy", "superficial_xray", "intraoperative"}
LOCALIZING = {"orthogonal_kv", "stereoscopic_xray", "cbct", "ct", "ultrasound", "mri", "pet_ct"}
WORDS = {
    "technique": FAMILY.keys() | ELSEWHERE,
    "radiation": {"photon", "electron", "proton"},
    "guidance": LOCALIZING | {"mv_port", "surface"},
    "purpose": {"target_localization", "patient_setup"},
    "timing": {"pre_treatment", "intrafraction"},
    "motion": {"none", "passive_compression", "free_breathing_itv", "breath_hold", "gating", "tracking"},
    "monitor": {"optical_surface", "fiducial_imaging", "em_transponder", "spirometry", "mr_cine", "external_marker"},
    "setting": {"hospital_outpatient", "freestanding"},
    "claim": {"facility", "technical", "professional", "global"},
}
APART_MM = 1.000001
"""How far apart two isocenters are, in mm. Coordinates are decimal: a difference of 1 may come out a little larger."""


@dataclass
class Plan:
    """A plan; `radiations` and `isocenters` by the number of a beam that treats, an isocenter that is not stated is None."""

    technique: str
    radiations: dict[int, str]
    isocenters: dict[int, tuple[float, ...] | None]
    modulated: bool
    imaging: bool
    targets: bool
    organs: bool
    histograms: bool
    inverse: bool

    def supports(self, partial: str) -> str:
        """The family that the record supports, where an incomplete record of 3D counts as `partial`."""
        declared, outlined = FAMILY[self.technique], (self.imaging, self.targets, self.organs)
        if declared == "imrt" and not (self.inverse or self.modulated):
            return "3d" if any(outlined) else "2d"  # DOC-IMRT
        if declared == "3d" and not any(outlined):
            return "2d"  # DOC-3D
        if declared == "3d" and not (all(outlined) and self.histograms):
            return partial  # DOC-PARTIAL
        return declared


@dataclass
class Session:
    """A session. `delivered`: plan and beam number, in order; the plan is None where nobody knows it."""

    name: str
    started: datetime
    delivered: list[tuple[Plan | None, int]] = field(default_factory=list)
    held: bool = False
    guidance: list[dict[str, str]] = field(default_factory=list)
    motion: dict[str, str] = field(default_factory=dict)
    monitored: bool = False
    recorded: list[bool] | None = None
    approved: datetime | None = None
    following: datetime | None = None


@dataclass
class Visit:
    """A day of a patient."""

    name: str
    day: date
    setting: str
    claim: str
    plans: list[Plan]
    sessions: list[Session]


@dataclass(frozen=True)
class Line:
    """A service of a session."""

    session: str
    code: str
    modifiers: tuple[str, ...] = ()


def coded(visit: Visit, *, planned: bool = False) -> tuple[str, list[Line]]:
    """The outcome and the lines of a visit. `planned` is a fault: it counts isocenters that were planned and not delivered."""
    used = [plan for one in visit.sessions for plan, _ in one.delivered]
    plans = [plan for plan in visit.plans if any(plan is one for one in used)]
    if None in used or contradictory(visit, plans) or not understood(visit, plans):
        return "needs_review", []
    protons = any(plan and plan.radiations[beam] == "proton" for one in visit.sessions for plan, beam in one.delivered)
    if visit.day < date(2026, 1, 1) or protons or any(plan.technique in ELSEWHERE for plan in plans):
        return "out_of_scope", []
    readings = [lines(visit, partial, amm, planned) for partial in ("3d", "2d") for amm in (True, False)]
    if any(one != readings[0] for one in readings):
        return "needs_review", []  # DOC-PARTIAL, DOC-AMM
    return "coded", readings[0]


def contradictory(visit: Visit, plans: list[Plan]) -> bool:
    """DOC-CONFLICT."""
    mixed = (
        (FAMILY.get(plan.technique) == "electron" and "photon" in plan.radiations.values()) or None in plan.isocenters.values()
        for plan in plans
    )
    unknown = (plan is not None and beam not in plan.radiations for one in visit.sessions for plan, beam in one.delivered)
    return any(mixed) or any(unknown) or any(one.started.date() != visit.day for one in visit.sessions)


def understood(visit: Visit, plans: list[Plan]) -> bool:
    """DOC-UNKNOWN."""
    said = [("setting", visit.setting), ("claim", visit.claim)]
    said += [("technique", plan.technique) for plan in plans]
    said += [("radiation", kind) for plan in plans for kind in plan.radiations.values()]
    for one in visit.sessions:
        said += [(what, word) for what, word in one.motion.items() if what in ("motion", "monitor")]
        said += [("guidance" if what == "method" else what, word) for act in one.guidance for what, word in act.items()]
    return all(word in WORDS[what] for what, word in said)


def lines(visit: Visit, partial: str, amm: bool, planned: bool) -> list[Line]:
    """The lines of a visit under one reading of its record."""
    found = []
    for one in visit.sessions:
        if one.delivered and visit.claim != "professional":
            found.append(Line(one.name, level(one, partial, amm, visit.plans if planned else [])))
        if one.delivered and visit.claim in ("professional", "global") and guided(visit, one):
            found.append(Line(one.name, "77387", ("26",)))
    return found


def level(session: Session, partial: str, amm: bool, planned: list[Plan]) -> str:
    """The delivery code of a session; the isocenters of `planned` count too."""
    beams = [(plan, beam) for plan, beam in session.delivered if plan is not None]
    kinds = {plan.radiations[beam] for plan, beam in beams}
    if any(plan.technique == "total_skin_electron" for plan, _ in beams) or {"photon", "electron"} <= kinds:
        return "77412"  # L3-TSE, L3-MIXED
    if "electron" in kinds:
        return "77402"  # L1-ELECTRON
    places = [plan.isocenters[beam] for plan, beam in beams]
    places += [place for plan in planned for place in plan.isocenters.values()]
    if len([*apart(places)]) > 1 or controlled(session, amm):
        return "77412"  # L3-ISOCENTERS, L3-MOTION, L3-MOTION-2D
    return "77407" if {plan.supports(partial) for plan, _ in beams} & {"3d", "imrt"} else "77402"


def apart(places: list[tuple[float, ...] | None]) -> Iterator[tuple[float, ...]]:
    """The isocenters that count: each further than 1 mm from every one before (ISO-CONTIGUOUS)."""
    counted: list[tuple[float, ...]] = []
    for place in places:
        if place is not None and all(dist(place, other) > APART_MM for other in counted):
            counted.append(place)
            yield place


def watched(session: Session) -> bool:
    """Whether motion was monitored while the beam was on (AMM-NONE)."""
    return session.motion.get("motion", "none") != "none" and session.monitored


def controlled(session: Session, amm: bool) -> bool:
    """Active motion management (AMM-BEAM), where an empty record of it counts as `amm` (DOC-AMM)."""
    empty = session.recorded is not None and not any(session.recorded)
    return watched(session) and session.held and (amm or not empty)


def guided(visit: Visit, session: Session) -> bool:
    """Whether the physician's part of guidance is earned (IGRT-PROF, IGRT-AMM, IGRT-NEXT, IGRT-REVIEW)."""
    localized = any(act["method"] in LOCALIZING and act["purpose"] == "target_localization" for act in session.guidance)
    if session.approved is None or session.approved < session.started or not (localized or watched(session)):
        return False
    next_ones = [one.started for one in visit.sessions if one.delivered and one.started > session.started]
    next_ones += [session.following] if session.following else []
    return all(session.approved < one for one in next_ones)
