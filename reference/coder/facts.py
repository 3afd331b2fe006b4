"""Facts: what coding needs to know about a case and each of its sessions, derived from the record alone.

To find out why a code came out, read the facts first, then the rule (`rules.py`) that they met.
"""

import math
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from rtconform.reference.documents.treatment import (
    GUIDANCE_METHODS,
    MOTION_METHODS,
    RADIATIONS,
    TECHNIQUES,
    TECHNIQUES_2D,
    TECHNIQUES_3D,
    TECHNIQUES_IMRT,
    TECHNIQUES_OUTSIDE,
    Beam,
    Case,
    ClaimKind,
    Guidance,
    LocalTime,
    Motion,
    Plan,
    Session,
)

FIRST_YEAR = 2026

SAME_POINT_MM = 1.0
"""Positions at most this far apart are one isocenter (ISO-CONTIGUOUS)."""

_ROUNDING_MM = 1e-6  # 4.4 - 3.4 is a little more than 1 in binary: a nanometre must not make an isocenter

LOCALIZING_METHODS = tuple(method for method in GUIDANCE_METHODS if method not in ("mv_port", "surface"))
"""The methods that can localize a target (IGRT-METHODS): a port image can't (PORT), nor can the skin (IGRT-SURFACE)."""

UNMODULATED = ("", "none", "open", "uniform", "static", "static_mlc", "block", "wedge")
"""What a beam's `modulation` may say without making it modulated: shaping the field is not modulating it (DOC-IMRT)."""

PASSIVE_METHODS = ("passive_compression", "free_breathing_itv")

PhotonTechnique = Literal["2d", "3d", "imrt"]
MotionState = Literal["none", "observed", "active"]
Approval = Literal["none", "early", "in_time", "late"]
Evidence = Literal["none", "some", "all"]

_COMPLEXITY: tuple[PhotonTechnique, ...] = ("2d", "3d", "imrt")
_NO_MOTION = Motion("none")


class PlanFacts(Struct, frozen=True, gc=False):
    """What the record says of one delivered plan.

    `technique`: the family that it declares, None where the rule set has none for it. `volumetric_evidence`: how much of
    volumetric imaging, targets and organs at risk is there; `full_evidence`: the same and the evaluated dose-volume
    histogram. `modulated`: inverse optimised, or some beam modulated.
    """

    id: str
    technique: PhotonTechnique | None
    volumetric_evidence: Evidence
    full_evidence: Evidence
    modulated: bool


class CaseFacts(Struct, frozen=True, gc=False):
    """What decides a case as a whole. The lists name what was found, for the explanation; empty: nothing wrong."""

    conflicts: tuple[str, ...]
    unknown: tuple[str, ...]
    before_2026: bool
    outside: tuple[str, ...]
    plans: tuple[PlanFacts, ...]


class SessionFacts(Struct, frozen=True, gc=False):
    """What decides the codes of one session on one claim.

    `sessions`: how many sessions of the case delivered beams. `technique`: the most complex photon technique delivered
    (None: no photons). `isocenters` counts the positions delivered, `isocenters_named` the isocenter ids among them,
    `isocenters_planned` the positions of all the case's plans. `motion` decides the level, `monitored` (motion was
    monitored while the beam was on) the guidance: a record that can't support the level (DOC-AMM) keeps the second.
    """

    session: str
    claim: ClaimKind
    sessions: int
    beams: int
    plans: int
    photons: bool
    electrons: bool
    total_skin: bool
    technique: PhotonTechnique | None
    mixes_2d: bool
    isocenters: int
    isocenters_named: int
    isocenters_planned: int
    couch_moved: bool
    motion: MotionState
    monitored: bool
    motion_method: str
    motion_elsewhere: bool
    documentation_empty: bool
    localizing: tuple[Guidance, ...]
    surface: bool
    setup_images: bool
    mv_port: bool
    port_images: int
    approval: Approval

    @property
    def isocenters_untreated(self) -> int:
        """How many more positions are planned in the case than were treated in the session."""
        return self.isocenters_planned - self.isocenters

    @property
    def intrafraction(self) -> bool:
        """Whether an image during the beam localized the target."""
        return any(item.timing == "intrafraction" for item in self.localizing)

    @property
    def acts(self) -> int:
        """How many acts of guidance there were: images that localized, and the monitoring of motion."""
        return len(self.localizing) + self.monitored


def case_facts(case: Case) -> CaseFacts:
    """The facts that decide the case as a whole, from the plans of which a beam was delivered."""
    delivered = delivered_plans(case)
    return CaseFacts(
        conflicts=_conflicts(case, delivered),
        unknown=_unknown(case, delivered),
        before_2026=case.billing.date_of_service.year < FIRST_YEAR,
        outside=_outside(case, delivered),
        plans=tuple(_plan_facts(plan) for plan in delivered),
    )


def session_facts(case: Case, techniques: Mapping[str, PhotonTechnique | None] | None = None) -> tuple[SessionFacts, ...]:
    """The facts of each session, in the case's order.

    `techniques` replaces what plans declare by what their record supports (plan id to family). The case must have no
    conflicts (`CaseFacts.conflicts`).
    """
    family_of = {plan.id: technique_family(plan.technique) for plan in case.plans}
    family_of.update(techniques or {})
    plan_of = {beam.id: (plan, beam) for plan in case.plans for beam in plan.beams}
    positions = {isocenter.id: isocenter.position_mm for isocenter in case.isocenters}
    planned = dict.fromkeys([beam.isocenter for plan in case.plans for beam in plan.beams])  # most beams share theirs
    active = [session.id for session in case.sessions if motion_state(session.motion or _NO_MOTION) == "active"]
    planned_positions = len(distinct_positions([positions[name] for name in planned if name in positions]))
    treated = sum(1 for session in case.sessions if session.beams_delivered)
    return tuple(
        _session_facts(
            case,
            session,
            [plan_of[beam] for beam in dict.fromkeys(session.beams_delivered)],
            positions,
            family_of,
            treated=treated,
            planned=planned_positions,
            motion_elsewhere=any(other != session.id for other in active),
        )
        for session in case.sessions
    )


def delivered_plans(case: Case) -> tuple[Plan, ...]:
    """The plans of which at least one beam was delivered in some session."""
    delivered = {beam for session in case.sessions for beam in session.beams_delivered}
    return tuple(plan for plan in case.plans if any(beam.id in delivered for beam in plan.beams))


def distinct_positions(positions: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """The positions that count as isocenters, read in order: one more than 1 mm away from each counted so far."""
    counted = positions[:1]
    for position in positions[1:]:
        if all(math.dist(position, other) > SAME_POINT_MM + _ROUNDING_MM for other in counted):
            counted.append(position)
    return counted


def motion_state(motion: Motion) -> MotionState:
    """Whether motion was actively managed, only watched, or neither, while the beam was on.

    What was done decides, not what the method is called: compression beside a monitor that held the beam is managed as
    much as gating is. Method "none" says that there was no motion management at all (AMM-NONE).
    """
    if motion.method == "none" or not motion.during_beam:
        return "none"
    return "active" if motion.beam_hold else "observed"


def approval_state(session: Session, next_session: LocalTime | None) -> Approval:
    """Whether the physician approved the session's record, and whether in time for it to be reported."""
    approved = session.physician_review.approved_at if session.physician_review else None
    if approved is None:
        return "none"
    if approved < session.started_at:
        return "early"
    if next_session is not None and approved >= next_session:
        return "late"
    return "in_time"


def next_session_at(session: Session, case: Case) -> LocalTime | None:
    """When the next session began: what the session's record says, or a later session of the same day if that is sooner."""
    following = [s.started_at for s in case.sessions if s.beams_delivered and s.started_at > session.started_at]
    return min([*following, *([session.next_session_at] if session.next_session_at else [])], default=None)


def technique_family(technique: str) -> PhotonTechnique | None:
    """The family that the rules speak of: field-in-field is 3D; VMAT, static, compensator and helical are IMRT."""
    if technique in TECHNIQUES_2D:
        return "2d"
    if technique in TECHNIQUES_3D:
        return "3d"
    return "imrt" if technique in TECHNIQUES_IMRT else None


def _session_facts(
    case: Case,
    session: Session,
    delivered: list[tuple[Plan, Beam]],
    positions: Mapping[str, tuple[float, float, float]],
    family_of: Mapping[str, PhotonTechnique | None],
    *,
    treated: int,
    planned: int,
    motion_elsewhere: bool,
) -> SessionFacts:
    radiations = {beam.radiation for _, beam in delivered}
    plans = {plan.id: plan.technique for plan, _ in delivered}
    families = {family for plan, beam in delivered if beam.radiation == "photon" and (family := family_of[plan.id])}
    isocenters = dict.fromkeys([beam.isocenter for _, beam in delivered])
    motion = session.motion or _NO_MOTION
    state = motion_state(motion)
    methods = {item.method for item in session.guidance}
    imaging = [item for item in session.guidance if item.method in LOCALIZING_METHODS]
    return SessionFacts(
        session=session.id,
        claim=case.billing.claim,
        sessions=treated,
        beams=len(delivered),
        plans=len(plans),
        photons="photon" in radiations,
        electrons="electron" in radiations,
        total_skin="total_skin_electron" in plans.values(),
        technique=max(families, key=_COMPLEXITY.index, default=None),
        mixes_2d="2d" in families and len(families) > 1,
        isocenters=len(distinct_positions([positions[name] for name in isocenters])),
        isocenters_named=len(isocenters),
        isocenters_planned=planned,
        couch_moved=_couch_moved(session, delivered),
        motion=state,
        monitored=state != "none",
        motion_method=motion.method,
        motion_elsewhere=motion_elsewhere,
        documentation_empty=_documentation_empty(motion),
        localizing=tuple(item for item in imaging if item.purpose == "target_localization"),
        surface="surface" in methods,
        setup_images=any(item.purpose == "patient_setup" for item in imaging),
        mv_port="mv_port" in methods,
        port_images=session.port_images,
        approval=approval_state(session, next_session_at(session, case)),
    )


def _couch_moved(session: Session, delivered: list[tuple[Plan, Beam]]) -> bool:
    shifted = session.couch_shift_mm is not None and math.hypot(*session.couch_shift_mm) > SAME_POINT_MM
    return shifted or any(beam.couch_deg for _, beam in delivered)


def _documentation_empty(motion: Motion) -> bool:
    record = motion.documentation
    if record is None:
        return False
    return not any((record.medical_necessity, record.system, record.thresholds, record.monitoring, record.beam_rule))


def _plan_facts(plan: Plan) -> PlanFacts:
    planning = plan.planning
    imaging = (planning.volumetric_imaging or "none") != "none"
    volumetric = (imaging, bool(planning.targets), bool(planning.organs_at_risk))
    modulated = any(beam.modulation not in UNMODULATED for beam in plan.beams)
    return PlanFacts(
        id=plan.id,
        technique=technique_family(plan.technique),
        volumetric_evidence=_evidence(volumetric),
        full_evidence=_evidence((*volumetric, planning.dvh_evaluated)),
        modulated=planning.inverse_optimized or modulated,
    )


def _evidence(elements: tuple[bool, ...]) -> Evidence:
    if all(elements):
        return "all"
    return "some" if any(elements) else "none"


def _conflicts(case: Case, delivered: tuple[Plan, ...]) -> tuple[str, ...]:
    known_beams = {beam.id for plan in case.plans for beam in plan.beams}
    known_isocenters = {isocenter.id for isocenter in case.isocenters}
    found: list[str] = []
    for session in case.sessions:
        found += [
            f"{session.id} delivered beam {beam}, which no plan has"
            for beam in dict.fromkeys(session.beams_delivered)
            if beam not in known_beams
        ]
        if session.started_at.date() != case.billing.date_of_service:
            found.append(f"{session.id} was on {session.started_at.date()}, not on the date of service")
    for plan in delivered:
        found += [
            f"beam {beam.id} is treated at isocenter {beam.isocenter}, which the case lacks"
            for beam in plan.beams
            if beam.isocenter not in known_isocenters
        ]
        if plan.technique in ("electron", "total_skin_electron"):
            found += [
                f"{plan.technique} plan {plan.id} has photon beam {beam.id}" for beam in plan.beams if beam.radiation == "photon"
            ]
    return tuple(found)


def _unknown(case: Case, delivered: tuple[Plan, ...]) -> tuple[str, ...]:
    found = [f"technique {plan.technique} of {plan.id}" for plan in delivered if plan.technique not in TECHNIQUES]
    found += [
        f"radiation {beam.radiation} of {beam.id}"
        for plan in delivered
        for beam in plan.beams
        if beam.radiation not in RADIATIONS
    ]
    for session in case.sessions:
        if session.motion and session.motion.method not in MOTION_METHODS:
            found.append(f"motion method {session.motion.method} in {session.id}")
        found += [
            f"guidance method {item.method} in {session.id}" for item in session.guidance if item.method not in GUIDANCE_METHODS
        ]
    return tuple(found)


def _outside(case: Case, delivered: tuple[Plan, ...]) -> tuple[str, ...]:
    beams = {beam for session in case.sessions for beam in session.beams_delivered}
    return tuple(
        f"{plan.technique} plan {plan.id}"
        for plan in delivered
        if plan.technique in TECHNIQUES_OUTSIDE or any(beam.radiation == "proton" and beam.id in beams for beam in plan.beams)
    )
