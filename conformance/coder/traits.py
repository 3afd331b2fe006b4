"""Traits: the few words that place a treatment among others, kept with every result so that reports can lay cases out in tables.

They describe, they decide nothing: what decides are the facts (`reference/coder/facts.py`).
"""

from typing import Literal

from msgspec import Struct

from rtconform.reference.coder.facts import LOCALIZING_METHODS, PASSIVE_METHODS, distinct_positions, motion_state
from rtconform.reference.documents.treatment import Case, ClaimKind, Motion, Session, Setting

ManagedMotion = Literal["none", "passive", "unmonitored", "observed", "active"]

MOTION_WORDS: dict[ManagedMotion, str] = {
    "none": "no motion management",
    "passive": "compression or margins",
    "unmonitored": "not monitored in the beam",
    "observed": "watched, beam not held",
    "active": "controlled the beam",
}
"""The ways to manage motion, the least first, with what they are called in reports."""

_WAYS = tuple(MOTION_WORDS)

SEVERAL = "several"


class Traits(Struct, frozen=True):
    """A case in a few words, over all its sessions that delivered a beam.

    `technique`: as the plans declare it, "several" where they differ, "none" where nothing was delivered. `isocenters`: the
    most treated in one session. `motion`: the strongest. `guidance`: the method that localized the target, "several", or
    what was done instead: "surface", "setup_images", "port_images", "none".
    """

    technique: str
    isocenters: int
    motion: ManagedMotion
    guidance: str
    setting: Setting
    claim: ClaimKind


def traits_of(case: Case) -> Traits:
    """The traits of a case; parts of its record that contradict each other are passed over."""
    at = {beam.id: (plan.technique, beam.isocenter) for plan in case.plans for beam in plan.beams}
    position = {isocenter.id: isocenter.position_mm for isocenter in case.isocenters}
    treated = [session for session in case.sessions if session.beams_delivered]
    delivered = [[at[beam] for beam in session.beams_delivered if beam in at] for session in treated]
    named = [dict.fromkeys([isocenter for _, isocenter in beams]) for beams in delivered]
    return Traits(
        technique=_one_of({technique for beams in delivered for technique, _ in beams}),
        isocenters=max(
            (len(distinct_positions([position[name] for name in names if name in position])) for names in named), default=0
        ),
        motion=max((_motion(session.motion) for session in treated), key=_WAYS.index, default="none"),
        guidance=_guidance(treated),
        setting=case.billing.setting,
        claim=case.billing.claim,
    )


def _one_of(words: set[str]) -> str:
    if len(words) > 1:
        return SEVERAL
    return next(iter(words), "none")


def _motion(motion: Motion | None) -> ManagedMotion:
    if motion is None or motion.method == "none":
        return "none"
    state = motion_state(motion)
    if state != "none":
        return state
    return "passive" if motion.method in PASSIVE_METHODS else "unmonitored"


def _guidance(treated: list[Session]) -> str:
    acts = [act for session in treated for act in session.guidance]
    localizing = {act.method for act in acts if act.method in LOCALIZING_METHODS and act.purpose == "target_localization"}
    if localizing:
        return _one_of(localizing)
    methods = {act.method for act in acts}
    if "surface" in methods:
        return "surface"
    if methods.intersection(LOCALIZING_METHODS):
        return "setup_images"
    if methods or any(session.port_images for session in treated):
        return "port_images"
    return "none"
