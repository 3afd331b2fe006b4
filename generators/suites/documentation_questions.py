"""What a record can fail to support: the questions of suite `documentation`, as data.

Each question is a pair: a sound treatment with a change that a documentation rule is about, and the same treatment with the
nearest change that it is not about (often none).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from msgspec.structs import replace

from rtconform.reference.documents.treatment import (
    TECHNIQUES_3D,
    TECHNIQUES_IMRT,
    Beam,
    Case,
    Motion,
    MotionDocumentation,
    PhysicianReview,
    Plan,
    Session,
)

Change = Callable[[Case], Case]
Needs = Mapping[str, tuple[str, ...]]

_BILLED: Needs = {
    "date": ("2026", "2026-01-01"),
    "arrangement": ("one",),
    "claim": ("hospital-facility", "freestanding-technical", "freestanding-global"),
}
IN_2026: Needs = {"date": ("2026", "2026-01-01")}
_HELD: Needs = {"technique": (*TECHNIQUES_3D, *TECHNIQUES_IMRT), "motion": ("gating", "breath_hold"), "control": ("held",)}


@dataclass(frozen=True)
class Question:
    """`rule`: what it is about; `needs`: the values that a treatment must have for it to be a question at all, and `bites`
    those where the answer depends on it.
    """

    rule: str
    flawed: str
    sound: str
    spoil: Change
    fix: Change
    needs: Needs
    bites: Needs = field(default_factory=lambda: _BILLED)


def as_it_is(case: Case) -> Case:
    return case


def _plans(change: Callable[[Plan], Plan]) -> Change:
    return lambda case: replace(case, plans=tuple(change(plan) for plan in case.plans))


def each_session(change: Callable[[Session], Session]) -> Change:
    return lambda case: replace(case, sessions=tuple(change(session) for session in case.sessions))


def _first_beam(change: Callable[[Beam], Beam]) -> Change:
    """Changes the beam that was delivered first, where one was."""

    def changed(case: Case) -> Case:
        first = next((beam for session in case.sessions for beam in session.beams_delivered), None)
        return _plans(lambda plan: replace(plan, beams=tuple(change(beam) if beam.id == first else beam for beam in plan.beams)))(
            case
        )

    return changed


def motion(change: Callable[[Motion], Motion]) -> Change:
    return each_session(lambda session: replace(session, motion=change(session.motion or Motion("none"))))


EVIDENCE = ("volumetric imaging", "targets", "organs at risk", "an evaluated DVH")
_ABSENT: dict[str, tuple[str, object]] = {
    "volumetric imaging": ("volumetric_imaging", None),
    "targets": ("targets", ()),
    "organs at risk": ("organs_at_risk", ()),
    "an evaluated DVH": ("dvh_evaluated", False),
}


def evidence(absent: tuple[str, ...]) -> Change:
    """The planning evidence without these elements."""
    changes = dict(_ABSENT[element] for element in absent)
    return _plans(lambda plan: replace(plan, planning=replace(plan.planning, **changes)))


def intensity(*, inverse: bool, modulation: str | None, volumes: bool = True) -> Change:
    """IMRT plans inverse optimised or not, and all beams of this modulation (None: as they are)."""

    def changed(plan: Plan) -> Plan:
        planning = replace(plan.planning, inverse_optimized=inverse)
        if not volumes:
            planning = replace(planning, volumetric_imaging=None, targets=(), organs_at_risk=())
        beams = plan.beams if modulation is None else tuple(replace(beam, modulation=modulation) for beam in plan.beams)
        return replace(plan, planning=planning, beams=beams)

    return _plans(changed)


def _three_d() -> tuple[Question, ...]:
    needs = {"technique": TECHNIQUES_3D, **IN_2026}
    bites = {**_BILLED, "control": ("off",)}
    nothing = (
        Question("DOC-3D", f"3D declared, {without}", f"3D declared, {beside}", evidence(absent), evidence(kept), needs, bites)
        for without, absent, beside, kept in (
            ("no evidence of planning on volumes", EVIDENCE, "the evidence complete", ()),
            ("only a DVH evaluated", EVIDENCE[:3], "the evidence complete", ()),
            ("no evidence of planning on volumes", EVIDENCE, "volumetric imaging alone", EVIDENCE[1:]),
        )
    )
    absences = [absent for size in (1, 2, 3) for absent in combinations(EVIDENCE, size) if not set(absent) >= set(EVIDENCE[:3])]
    partial = (
        Question(
            "DOC-PARTIAL",
            f"3D declared without {' and '.join(absent)}",
            "3D declared, the evidence complete",
            evidence(absent),
            as_it_is,
            needs,
            bites,
        )
        for absent in absences
    )
    return (*nothing, *partial)


def _modulated() -> tuple[Question, ...]:
    needs = {"technique": TECHNIQUES_IMRT, **IN_2026}
    return tuple(
        Question(
            "DOC-IMRT",
            f"IMRT declared, neither inverse optimised nor modulated ({modulation or 'nothing said'}){evidence}",
            f"IMRT declared and {kept}",
            intensity(inverse=False, modulation=modulation, volumes=volumes),
            intensity(inverse=inverse, modulation=modulation if inverse else None, volumes=volumes),
            needs,
            {**_BILLED, "control": ("off",)},
        )
        for volumes, evidence in ((True, ""), (False, ", and no evidence of planning on volumes"))
        for modulation in ("none", "", "static_mlc")
        for inverse, kept in ((True, "inverse optimised"), (False, "modulated"))
    )


_ELEMENTS: dict[str, MotionDocumentation] = {
    "its medical necessity": MotionDocumentation(medical_necessity=True),
    "the system": MotionDocumentation(system="surface camera"),
    "thresholds and workflow": MotionDocumentation(thresholds=True),
    "how motion is monitored": MotionDocumentation(monitoring=True),
    "the rule for the beam": MotionDocumentation(beam_rule=True),
}


def _documented_motion() -> tuple[Question, ...]:
    def document(record: MotionDocumentation | None) -> Change:
        return motion(lambda motion: replace(motion, documentation=record))

    empty = document(MotionDocumentation())
    sides = [(f"documentation has {element} alone", document(record)) for element, record in _ELEMENTS.items()]
    sides += [("no word of its documentation", document(None)), ("documentation complete", as_it_is)]
    return tuple(
        Question(
            "DOC-AMM",
            "beam held by a monitor, documentation of nothing",
            f"beam held by a monitor, {side}",
            empty,
            change,
            {**_HELD, **IN_2026},
        )
        for side, change in sides
    )


def _contradictions() -> tuple[Question, ...]:
    photons = {"technique": ("3d_crt", "vmat", "imrt_static", "2d"), **IN_2026}
    skin = {"technique": ("total_skin_electron",), **IN_2026}
    electrons = {"technique": ("electron",), **IN_2026}
    delivered = "every beam delivered is planned"
    return tuple(
        Question("DOC-CONFLICT", flawed, sound, spoil, as_it_is, needs)
        for flawed, sound, spoil, needs in (
            (
                "a beam delivered that no plan has",
                delivered,
                each_session(lambda s: replace(s, beams_delivered=(*s.beams_delivered, "P7B1"))),
                photons,
            ),
            ("a plan on record lost, its beams delivered", delivered, lambda case: replace(case, plans=case.plans[:-1]), photons),
            (
                "a beam at an isocenter that the case lacks",
                "every beam at an isocenter of the case",
                _first_beam(lambda beam: replace(beam, isocenter="ISO7")),
                photons,
            ),
            (
                "total skin electrons with a photon beam",
                "total skin electrons",
                _first_beam(lambda beam: replace(beam, radiation="photon", energy="6X")),
                skin,
            ),
            (
                "an electron plan with a photon beam",
                "an electron plan",
                _first_beam(lambda beam: replace(beam, radiation="photon", energy="6X")),
                electrons,
            ),
            (
                "a session on the day before the date of service",
                "every session on the date of service",
                each_session(lambda s: replace(s, started_at=s.started_at - dt.timedelta(days=1))),
                photons,
            ),
        )
    )


def _unknown_terms() -> tuple[Question, ...]:
    photons = {"technique": ("3d_crt", "vmat", "imrt_static", "2d"), **IN_2026}
    guided = {**photons, "guidance": ("cbct", "orthogonal_kv", "mv_port", "surface")}

    def lamp(session: Session) -> Session:
        return replace(session, guidance=tuple(replace(act, method="transit_dosimetry") for act in session.guidance))

    return (
        Question(
            "DOC-UNKNOWN",
            "an unknown technique",
            "known terms only",
            _plans(lambda plan: replace(plan, technique="flash")),
            as_it_is,
            photons,
        ),
        Question(
            "DOC-UNKNOWN",
            "an unknown radiation",
            "known terms only",
            _first_beam(lambda beam: replace(beam, radiation="carbon_ion")),
            as_it_is,
            photons,
        ),
        Question(
            "DOC-UNKNOWN",
            "an unknown method of motion management",
            "known terms only",
            motion(lambda motion: replace(motion, method="jet_ventilation")),
            as_it_is,
            photons,
        ),
        Question("DOC-UNKNOWN", "an unknown method of guidance", "known terms only", each_session(lamp), as_it_is, guided),
    )


def _early_approval() -> tuple[Question, ...]:
    def approve(minutes: int) -> Change:
        return each_session(lambda s: replace(s, physician_review=PhysicianReview(s.started_at + dt.timedelta(minutes=minutes))))

    images = {"guidance": ("cbct", "orthogonal_kv", "stereoscopic_xray"), "purpose": ("target_localization",), **IN_2026}
    photons = {"technique": ("3d_crt", "vmat", "imrt_static"), **images}
    bites = {**_BILLED, "claim": ("hospital-professional", "freestanding-professional", "freestanding-global")}
    return tuple(
        Question(
            "IGRT-REVIEW",
            f"approval dated {before} before the session",
            "approval as the session began",
            approve(-minutes),
            approve(0),
            photons,
            bites,
        )
        for before, minutes in (("a minute", 1), ("an hour", 60), ("a day", 24 * 60))
    )


QUESTIONS: tuple[Question, ...] = (
    *_three_d(),
    *_modulated(),
    *_documented_motion(),
    *_contradictions(),
    *_unknown_terms(),
    *_early_approval(),
)
"""Every question."""
