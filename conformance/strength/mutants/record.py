"""Systematic mutants of how the record is read: each word of the vocabulary taken for another, each part overlooked.

A method that is not read is not guidance.
"""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.changes import (
    Change,
    Seen,
    fact_edit,
    of_beams,
    of_guidance,
    of_motion,
    of_plans,
    of_sessions,
    read,
    see,
)
from rtconform.conformance.coder.faults.edits import Edit
from rtconform.reference.coder.facts import (
    LOCALIZING_METHODS,
    MotionState,
)
from rtconform.reference.documents.treatment import (
    MOTION_METHODS,
    TECHNIQUES_2D,
    TECHNIQUES_3D,
    TECHNIQUES_IMRT,
    TECHNIQUES_OUTSIDE,
    Beam,
    Guidance,
    Motion,
    MotionDocumentation,
)


def _methods() -> Iterator[Edit]:
    for method in LOCALIZING_METHODS:
        yield fact_edit(
            f"no-{method}",
            f"{method} does not localize",
            "vocabulary",
            "IGRT-METHODS",
            read(of_guidance(_overlooked(method))),
            f"method {method}",
        )
    for method, rules in (("mv_port", "PORT"), ("surface", "IGRT-SURFACE")):
        yield fact_edit(
            f"{method}-localizes",
            f"{method} localizes",
            "vocabulary",
            rules,
            read(of_guidance(_taken_for_images(method))),
            f"method {method}",
        )
        yield fact_edit(
            f"{method}-not-read",
            f"{method} is not read",
            "vocabulary",
            rules,
            read(of_guidance(_overlooked(method))),
            f"method {method}",
        )
    yield fact_edit(
        "setup-localizes",
        "imaging for set-up localizes",
        "vocabulary",
        "IGRT-PURPOSE",
        read(of_guidance(lambda act: with_fields(act, purpose="target_localization"))),
        "purpose",
    )
    yield fact_edit(
        "localization-not-read",
        "the purpose localization is read as set-up",
        "vocabulary",
        "IGRT-PURPOSE",
        read(of_guidance(lambda act: with_fields(act, purpose="patient_setup"))),
        "purpose",
    )
    yield fact_edit(
        "intrafraction-not-read",
        "guidance during the beam is not read",
        "vocabulary",
        "IGRT-INTRA",
        read(of_guidance(lambda act: act if act.timing == "pre_treatment" else None)),
        "timing",
    )
    yield fact_edit(
        "first-act-only",
        "only the first act of guidance is read",
        "fact",
        "IGRT-METHODS",
        read(of_sessions(lambda s: with_fields(s, guidance=s.guidance[:1]))),
        "acts",
    )
    yield fact_edit(
        "last-act-only",
        "only the last act of guidance is read",
        "fact",
        "IGRT-METHODS",
        read(of_sessions(lambda s: with_fields(s, guidance=s.guidance[-1:]))),
        "acts",
    )
    yield fact_edit(
        "port-images-localize",
        "port images localize",
        "fact",
        "PORT",
        see(lambda s, *_: {"localizing": (Guidance("cbct", "target_localization"),)} if s.port_images else {}),
        "port images",
    )


def _overlooked(method: str) -> Callable[[Guidance], Guidance | None]:
    return lambda act: None if act.method == method else act


def _taken_for_images(method: str) -> Callable[[Guidance], Guidance]:
    return lambda act: with_fields(act, method="cbct") if act.method == method else act


def _techniques() -> Iterator[Edit]:
    families = {"2d": TECHNIQUES_2D, "3d_crt": TECHNIQUES_3D, "imrt_static": TECHNIQUES_IMRT}
    for technique in (name for names in families.values() for name in names):
        for stands_for, names in families.items():
            if technique not in names:
                yield _technique(technique, stands_for, "TECHNIQUE-FAMILY")
        yield _technique(technique, "sbrt", "SCOPE-TECHNIQUE")
        yield _technique(technique, "unheard_of", "DOC-UNKNOWN")
    for technique in TECHNIQUES_OUTSIDE:
        yield _technique(technique, "3d_crt", "SCOPE-TECHNIQUE")
        yield _technique(technique, "unheard_of", "SCOPE-TECHNIQUE DOC-UNKNOWN")
    yield _technique("total_skin_electron", "electron", "L3-TSE")
    yield _technique("electron", "total_skin_electron", "L1-ELECTRON")
    yield _technique("total_skin_electron", "unheard_of", "L3-TSE")
    yield _technique("electron", "unheard_of", "L1-ELECTRON")
    for radiation, other, rules in (
        ("electron", "photon", "L1-ELECTRON L3-MIXED"),
        ("photon", "electron", "L2-SINGLE L3-MIXED"),
        ("proton", "photon", "SCOPE-TECHNIQUE"),
        ("proton", "unheard_of", "SCOPE-TECHNIQUE"),
    ):
        yield fact_edit(
            f"beams-{radiation}-as-{other}",
            f"{radiation} is read as {other}",
            "vocabulary",
            rules,
            read(of_beams(_word("radiation", radiation, other))),
            f"radiation {radiation}",
        )
    yield fact_edit(
        "simplest-technique",
        "2D beside a more complex technique decides",
        "fact",
        "TECHNIQUE-MIXED",
        see(lambda s, *_: {"technique": "2d"} if s.mixes_2d else {}),
        "mixed techniques",
    )


def _technique(technique: str, stands_for: str, rules: str) -> Edit:
    change = of_plans(lambda plan: with_fields(plan, technique=stands_for) if plan.technique == technique else plan)
    return fact_edit(
        f"{technique}-as-{stands_for}",
        f"{technique} is read as {stands_for}",
        "vocabulary",
        rules,
        read(change),
        f"technique {technique}",
    )


def _word(fact: str, was: str, now: str) -> Callable[[Beam], Beam]:
    """A word in this field of a beam is read as another."""
    return lambda beam: with_fields(beam, **{fact: now}) if getattr(beam, fact) == was else beam


def _motions() -> Iterator[Edit]:
    for method in MOTION_METHODS:
        rules = {"none": "AMM-BEAM", "breath_hold": "AMM-HOLD", "gating": "AMM-SESSION", "tracking": "AMM-SESSION"}.get(
            method, "AMM-PASSIVE"
        )
        yield fact_edit(
            f"{method}-active",
            f"method {method} is always active",
            "vocabulary",
            rules,
            see(_state(method, "active")),
            f"motion {method}",
        )
        if method != "none":
            yield fact_edit(
                f"{method}-never",
                f"method {method} is never active",
                "vocabulary",
                "AMM-BEAM",
                see(_state(method, "none")),
                f"motion {method}",
            )
    for name, says, rules, change in (
        (
            "watching-manages",
            "watching during the beam manages",
            "AMM-OBSERVED",
            lambda motion: with_fields(motion, beam_hold=motion.during_beam or motion.beam_hold),
        ),
        (
            "always-during-beam",
            "a monitor is taken for one during the beam",
            "AMM-SESSION",
            lambda motion: with_fields(motion, during_beam=True, beam_hold=True) if motion.monitor else motion,
        ),
        ("holding-not-read", "what holds the beam is not read", "AMM-BEAM", lambda motion: with_fields(motion, beam_hold=False)),
        (
            "watching-not-read",
            "watching during the beam is not read",
            "AMM-OBSERVED IGRT-AMM",
            lambda motion: motion if motion.beam_hold else with_fields(motion, during_beam=False),
        ),
        (
            "none-managed",
            "method none is managed where a monitor held the beam",
            "AMM-BEAM",
            lambda motion: with_fields(motion, method="gating") if motion.method == "none" else motion,
        ),
    ):
        yield fact_edit(f"motion-{name}", says, "fact", rules, read(of_motion(change)), "motion")
    yield fact_edit(
        "motion-of-surface",
        "surface guidance manages motion",
        "fact",
        "AMM-SETUP",
        see(lambda s, *_: {"motion": "active"} if s.surface else {}),
        "motion",
    )
    yield fact_edit(
        "motion-of-the-day",
        "motion management of another session counts",
        "fact",
        "AMM-SESSION",
        see(lambda s, *_: {"motion": "active"} if s.motion_elsewhere and s.beams else {}),
        "motion",
    )
    yield fact_edit(
        "motion-of-images",
        "images during the beam manage motion",
        "fact",
        "IGRT-INTRA",
        see(lambda s, *_: {"motion": "active"} if s.intrafraction else {}),
        "motion",
    )


def _state(method: str, state: MotionState) -> Seen:
    """Sessions with this method are in this state."""
    return lambda s, *_: {"motion": state, "monitored": state != "none"} if s.motion_method == method and s.beams else {}


def _records() -> Iterator[Edit]:
    there: dict[str, Any] = {"volumetric_imaging": "ct", "targets": ("PTV",), "organs_at_risk": ("Heart",), "dvh_evaluated": True}
    for element, value in there.items():
        yield fact_edit(
            f"{element}-not-asked",
            f"{element} is not asked for",
            "fact",
            "DOC-PARTIAL",
            read(_planning(**{element: value})),
            element,
        )
        yield fact_edit(
            f"{element}-not-read",
            f"{element} is not read",
            "fact",
            "DOC-PARTIAL",
            read(_planning(**{element: None if element == "volumetric_imaging" else type(value)()})),
            element,
        )
    yield fact_edit(
        "inverse-not-read",
        "inverse optimisation is not read",
        "fact",
        "DOC-IMRT",
        read(_planning(inverse_optimized=False)),
        "inverse",
    )
    yield fact_edit(
        "modulation-not-read",
        "modulation of the beams is not read",
        "fact",
        "DOC-IMRT",
        read(of_beams(lambda beam: with_fields(beam, modulation=""))),
        "modulation",
    )
    for word in ("", "none", "static_mlc"):
        yield fact_edit(
            f"modulated-{word or 'empty'}",
            f"modulation «{word}» is taken for modulated",
            "vocabulary",
            "DOC-IMRT",
            read(of_beams(_word("modulation", word, "dynamic_mlc"))),
            f"modulation {word}",
        )
    for element in MotionDocumentation.__struct_fields__:
        yield fact_edit(
            f"documented-{element}-not-read",
            f"the documentation's {element} is not read",
            "fact",
            "DOC-AMM",
            read(of_motion(_without(element))),
            f"documentation {element}",
        )
    yield fact_edit(
        "documentation-not-read",
        "an empty documentation of motion management is not read",
        "fact",
        "DOC-AMM",
        read(of_motion(lambda motion: with_fields(motion, documentation=None))),
        "documentation",
    )
    yield fact_edit(
        "documentation-asked-for",
        "no documentation of motion management is an empty one",
        "fact",
        "DOC-AMM",
        read(
            of_motion(lambda motion: motion if motion.documentation else with_fields(motion, documentation=MotionDocumentation()))
        ),
        "documentation",
    )


def _planning(**changes: Any) -> Change:  # noqa: ANN401 - fields of several types
    return of_plans(lambda plan: with_fields(plan, planning=with_fields(plan.planning, **changes)))


def _without(element: str) -> Callable[[Motion], Motion]:
    def change(motion: Motion) -> Motion:
        if motion.documentation is None:
            return motion
        return with_fields(motion, documentation=with_fields(motion.documentation, **{element: False}))

    return change


RECORD_EDITS: tuple[Edit, ...] = (*_methods(), *_techniques(), *_motions(), *_records())
"""Every edit of how the record is read."""
