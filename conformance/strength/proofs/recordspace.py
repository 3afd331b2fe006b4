"""Spaces of records that proofs go through: one small treatment, with every way to fill in what a rule may ask of the record.

The suites' space (`generators/space/space.py`) has only complete records; here are the incomplete ones too.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import chain, product
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from rtconform.reference.documents.treatment import (
    GUIDANCE_METHODS,
    MOTION_METHODS,
    TECHNIQUES,
    TECHNIQUES_2D,
    TECHNIQUES_3D,
    TECHNIQUES_IMRT,
    Beam,
    Billing,
    Case,
    ClaimKind,
    Guidance,
    Isocenter,
    Motion,
    MotionDocumentation,
    Patient,
    PhysicianReview,
    Plan,
    Planning,
    Purpose,
    Session,
    Timing,
)

_DAY = dt.date(2026, 3, 10)
_BEGINS = dt.datetime(2026, 3, 10, 9, 10)
_NEXT = dt.datetime(2026, 3, 11, 9, 10)
_TECHNIQUES = (*TECHNIQUES_2D, *TECHNIQUES_3D, *TECHNIQUES_IMRT, "electron", "proton")
_CLAIMS: tuple[ClaimKind, ...] = ("technical", "professional", "global")
_CONTROL = ((False, False), (True, False), (True, True))
_APPROVALS = (None, _BEGINS - dt.timedelta(minutes=1), _BEGINS, _NEXT - dt.timedelta(minutes=1), _NEXT)
_PATIENT = Patient("SYN-0000000000", dt.date(1953, 4, 2), "male")
_ISOCENTERS = (Isocenter("ISO1", (0.0, 0.0, 0.0)), Isocenter("ISO2", (0.0, 0.0, 90.0)))
_COMPLETE = Planning("ct", ("PTV",), ("Heart",), dvh_evaluated=True, inverse_optimized=True)

_MOTIONS = (
    Motion("none"),
    *(
        Motion("gating", "external_marker", during_beam=True, beam_hold=hold, documentation=record)
        for hold in (False, True)
        for record in (
            None,
            MotionDocumentation(),
            MotionDocumentation(medical_necessity=True),
            MotionDocumentation(system="camera"),
            MotionDocumentation(thresholds=True),
            MotionDocumentation(monitoring=True),
            MotionDocumentation(beam_rule=True),
        )
    ),
    Motion("gating", "external_marker", documentation=MotionDocumentation()),
)


def planning_records() -> Iterator[Case]:
    """Each technique with every part of planning evidence there or not, beams modulated, not, or not said to be; at one isocenter
    or two; motion not managed, watched, or controlling the beam with documentation complete or empty; and, with planning
    complete or absent, every single element of that documentation. On a claim with delivery and on one without.
    """
    evidence = product(("ct", None), ((), ("PTV",)), ((), ("Heart",)), (False, True), (False, True))
    plannings = [Planning(i, t, o, dvh_evaluated=d, inverse_optimized=v) for i, t, o, d, v in evidence]
    few = [_MOTIONS[number] for number in (0, 2, 8, 9, 15)]
    combined = chain(
        product(_TECHNIQUES, plannings, ("", "none", "dynamic_mlc"), few),
        product(_TECHNIQUES, (Planning(), _COMPLETE), ("", "none", "static_mlc", "dynamic_mlc"), _MOTIONS),
    )
    for (technique, planning, modulation, motion), isocenters, claim in product(combined, (1, 2), _CLAIMS[:2]):
        plan = Plan("P1", technique, _beams(technique, isocenters, modulation), planning=planning)
        yield _case(Session("S1", _BEGINS, 3, motion=motion), plan, claim)


def guidance_records() -> Iterator[Case]:
    """No act of guidance, every one, and each beside one more; motion managed by each method, unused, watched or controlling;
    approval at each moment that may decide; 2D and IMRT; on every claim that carries guidance, and one that does not.
    """
    acts = [Guidance(m, p, t) for m in GUIDANCE_METHODS for p in get_args(Purpose) for t in get_args(Timing)]
    second = [Guidance("cbct", "target_localization"), Guidance("surface", "patient_setup")]
    guided = [(), *((act,) for act in acts), *((act, other) for act in acts for other in second)]
    motions = [Motion(method, during_beam=during, beam_hold=hold) for method in MOTION_METHODS for during, hold in _CONTROL]
    plans = [Plan("P1", technique, _beams(technique, 1, "dynamic_mlc"), planning=_COMPLETE) for technique in ("2d", "vmat")]
    for guidance, motion, approved, plan, claim in product(guided, motions, _APPROVALS, plans, _CLAIMS):
        review = PhysicianReview(approved)
        session = Session("S1", _BEGINS, 3, (), guidance, motion, physician_review=review, next_session_at=_NEXT)
        yield _case(session, plan, claim)


def records_beside() -> Iterator[Case]:
    """Small treatments of each level, with and without doubts in their record, each alone and with each thing beside: a plan of
    which nothing was delivered (of each technique, each radiation, without beams, at an isocenter that the case lacks), a further
    beam of the delivered plan, a session without beams (with guidance, approval and motion management, or without).
    """
    plannings = (_COMPLETE, Planning(), replace(_COMPLETE, organs_at_risk=(), inverse_optimized=False))
    motions = (_MOTIONS[0], _MOTIONS[9])
    for technique, planning, motion, isocenters, claim in product(_TECHNIQUES[:-1], plannings, motions, (1, 2), _CLAIMS[:2]):
        plan = Plan("P1", technique, _beams(technique, isocenters, "none"), planning=planning)
        review, image = PhysicianReview(_BEGINS), (Guidance("cbct", "target_localization"),)
        session = Session("S1", _BEGINS, 3, (), image, motion, physician_review=review, next_session_at=_NEXT)
        case = _case(session, plan, claim)
        yield case
        for other in _BESIDE_PLANS:
            yield replace(case, plans=(other, plan))
        for idle in _IDLE_SESSIONS:
            yield replace(case, sessions=(*case.sessions, idle))


_BESIDE_PLANS = (
    *(
        Plan("P0", technique, (Beam("P0B1", radiation, isocenter, modulation="none"),), planning=planning)
        for technique in (*TECHNIQUES, "unheard_of")
        for radiation, isocenter in (("photon", "ISO2"), ("proton", "ISO1"), ("unheard_of", "ISO1"), ("electron", "ISO9"))
        for planning in (Planning(), _COMPLETE)
    ),
    Plan("P0", "vmat", ()),
)
_IDLE_SESSIONS = tuple(
    Session("S0", _BEGINS.replace(hour=hour), 3, (), guidance, motion, physician_review=PhysicianReview(approved))
    for hour in (7, 12)
    for guidance in ((), (Guidance("cbct", "target_localization"),))
    for motion in (None, _MOTIONS[8], _MOTIONS[9])
    for approved in (None, _BEGINS)
)


def days_of_two() -> Iterator[Case]:
    """Every pair of small treatments in two sessions of a day, each with plan, isocenters and motion management of its own: each
    level, with and without each doubt in the record. On a claim with delivery and on one without.
    """
    plannings = (_COMPLETE, Planning(), replace(_COMPLETE, organs_at_risk=(), inverse_optimized=False))
    motions = (_MOTIONS[0], *(_MOTIONS[number] for number in (2, 9, 11)))
    treatments = tuple(product(("2d", "3d_crt", "vmat", "electron"), plannings, motions, (1, 2)))
    for one, other, claim in product(treatments, treatments, _CLAIMS[:2]):
        parts = [_part(number, *treatment) for number, treatment in enumerate((one, other), 1)]
        plans, sessions = zip(*parts, strict=True)
        yield Case("record", _PATIENT, Billing(_DAY, "freestanding", claim), _ISOCENTERS, plans, sessions)


def _part(number: int, technique: str, planning: Planning, motion: Motion, isocenters: int) -> tuple[Plan, Session]:
    beams = tuple(replace(beam, id=f"P{number}B{n}") for n, beam in enumerate(_beams(technique, isocenters, "none"), 1))
    plan = Plan(f"P{number}", technique, beams, planning=planning)
    start = _BEGINS + dt.timedelta(hours=6 * (number - 1))
    return plan, Session(f"S{number}", start, 3, tuple(beam.id for beam in beams), motion=motion)


def sparse(case: Case) -> bytes:
    """The case as JSON with every optional field that says its default left out."""
    return msgspec.json.encode({"schema": case.__struct_config__.tag, **_without_defaults(case)})


def _without_defaults(value: Any) -> Any:  # noqa: ANN401 - any part of a case
    if isinstance(value, tuple):
        return [_without_defaults(item) for item in value]
    if not isinstance(value, msgspec.Struct):
        return value
    return {
        field.encode_name: _without_defaults(found)
        for field in msgspec.structs.fields(value)
        if (found := getattr(value, field.name)) != field.default
    }


def _beams(technique: str, isocenters: int, modulation: str) -> tuple[Beam, ...]:
    radiation = {"electron": "electron", "proton": "proton"}.get(technique, "photon")
    return tuple(Beam(f"P1B{n}", radiation, f"ISO{n}", modulation=modulation) for n in range(1, isocenters + 1))


def _case(session: Session, plan: Plan, claim: ClaimKind) -> Case:
    delivered = replace(session, beams_delivered=tuple(beam.id for beam in plan.beams))
    return Case("record", _PATIENT, Billing(_DAY, "freestanding", claim), _ISOCENTERS, (plan,), (delivered,))
