"""The traits of a case. They describe, they decide nothing: what decides are the facts (`reference/coder/facts.py`)."""

from rtconform.conformance.traits import MOTION_WORDS, SEVERAL, ManagedMotion, Traits
from rtconform.reference.coder.facts import LOCALIZING_METHODS, PASSIVE_METHODS, distinct_positions, motion_state
from rtconform.reference.documents.treatment import Case, Motion, Session

_WAYS = tuple(MOTION_WORDS)


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
