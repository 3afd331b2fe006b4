"""Doubts that change nothing: the second part of the questions of suite `documentation`.

A documentation rule bites only where lines depend on it. Here the record has the flaw that a rule is about, and what is billed
is the same either way: the level is decided by something else, or the claim carries no delivery. A coder that asks for review
is too cautious. The sound side is the same treatment without the flaw.
"""

import datetime as dt

from msgspec.structs import replace

from rtconform.generators.suites.documentation_questions import (
    EVIDENCE,
    IN_2026,
    Change,
    Needs,
    Question,
    as_it_is,
    each_session,
    evidence,
    intensity,
    motion,
)
from rtconform.reference.documents.treatment import (
    TECHNIQUES_3D,
    Beam,
    Case,
    Isocenter,
    Motion,
    MotionDocumentation,
    Plan,
    Planning,
    Session,
    Technique,
)

_DELIVERY: Needs = {"claim": ("hospital-facility", "freestanding-technical", "freestanding-global"), **IN_2026}
_PROFESSIONAL: Needs = {"claim": ("hospital-professional", "freestanding-professional"), **IN_2026}
_SEVERAL: Needs = {"arrangement": ("separate_sites_2", "planned_shift_2"), **_DELIVERY}
_ONE: Needs = {"arrangement": ("one",), **_DELIVERY}
_NEVER: Needs = {}
_COMPLETE = Planning("ct", ("PTV_5000",), ("Heart",), dvh_evaluated=True, inverse_optimized=True)
_ELEMENTS = MotionDocumentation(medical_necessity=True, system="camera", thresholds=True, monitoring=True, beam_rule=True)
_NOTHING = MotionDocumentation()
_CONFORMAL: tuple[Technique, ...] = ("3d_crt", "vmat", "imrt_static")


def _managed(record: MotionDocumentation, *, during_beam: bool = True, beam_hold: bool = True) -> Change:
    """Motion managed so in each session, with this documentation; unless it is said, the beam is held by a monitor."""
    return motion(
        lambda _: Motion("gating", "external_marker", during_beam=during_beam, beam_hold=beam_hold, documentation=record)
    )


def _and(*changes: Change) -> Change:
    def changed(case: Case) -> Case:
        for change in changes:
            case = change(case)
        return case

    return changed


def _electrons_alone(case: Case) -> Case:
    """Of a plan with beams of both radiations the electron beams are delivered alone."""
    electrons = {beam.id for plan in case.plans for beam in plan.beams if beam.radiation == "electron"}
    return each_session(lambda s: replace(s, beams_delivered=tuple(b for b in s.beams_delivered if b in electrons)))(case)


def _with_photons(technique: Technique, planning: Planning) -> Change:
    """A photon plan delivered in the same sessions, at the isocenter of the first beam."""

    def changed(case: Case) -> Case:
        beam = Beam("BOOST1", "photon", case.plans[0].beams[0].isocenter, "6X", "static", "none")
        plan = Plan("BOOST", technique, (beam,), "Boost to shadowed folds", planning=planning)
        with_plan = replace(case, plans=(*case.plans, plan))
        return each_session(lambda s: replace(s, beams_delivered=(*s.beams_delivered, beam.id)))(with_plan)

    return changed


_LOST = (
    ("DOC-PARTIAL", "3D declared without organs at risk", TECHNIQUES_3D, evidence(("organs at risk",))),
    ("DOC-PARTIAL", "3D declared without an evaluated DVH", TECHNIQUES_3D, evidence(("an evaluated DVH",))),
    ("DOC-3D", "3D declared, no evidence of planning on volumes", TECHNIQUES_3D, evidence(EVIDENCE)),
    (
        "DOC-IMRT",
        "IMRT declared, neither inverse optimised nor modulated",
        ("vmat", "imrt_static"),
        intensity(inverse=False, modulation="none", volumes=False),
    ),
    (
        "DOC-IMRT",
        "IMRT declared, planned on volumes, neither inverse optimised nor modulated",
        ("vmat", "imrt_static"),
        intensity(inverse=False, modulation="none"),
    ),
)
"""What plans lack: the rule, the words, the techniques that it is about, and the change."""


def _of_plans() -> tuple[Question, ...]:
    found = []
    for rule, lacks, techniques, lose in _LOST:
        found += [
            _question(rule, lacks, "on a professional claim", lose, as_it_is, {"technique": techniques, **_PROFESSIONAL}),
            _question(rule, lacks, "at several isocenters", lose, as_it_is, {"technique": techniques, **_SEVERAL}),
            _question(
                rule,
                lacks,
                "beside total skin electrons",
                _with_photons(techniques[0], _without(rule, lacks)),
                _with_photons(techniques[0], _COMPLETE),
                {"technique": ("total_skin_electron",), **_ONE},
            ),
        ]
        if rule != "DOC-PARTIAL":
            held = _managed(_ELEMENTS)
            needs = {"technique": techniques, **_ONE}
            found.append(_question(rule, lacks, "the beam held by a monitor", _and(held, lose), held, needs))
    mixed = {"technique": ("mixed_photon_electron_plan", "mixed_photon_electron_plans"), **_DELIVERY}
    one_plan = {"technique": ("mixed_photon_electron_plan",), **_DELIVERY}
    for rule, lacks, techniques, _ in _LOST:
        declare = _declared(techniques[0], _without(rule, lacks))
        sound = _declared(techniques[0], _COMPLETE)
        found.append(_question(rule, lacks, "photons and electrons in one session", declare, sound, mixed))
        only = _electrons_alone
        found.append(_question(rule, lacks, "electron beams delivered alone", _and(declare, only), _and(sound, only), one_plan))
    return tuple(found)


def _without(rule: str, lacks: str) -> Planning:
    if "volumes, neither" in lacks:
        return replace(_COMPLETE, inverse_optimized=False)
    if rule != "DOC-PARTIAL":
        return Planning()
    without = {"organs_at_risk": ()} if "organs" in lacks else {"dvh_evaluated": False}
    return replace(replace(_COMPLETE, inverse_optimized=False), **without)


def _declared(technique: Technique, planning: Planning) -> Change:
    """Every plan with photon beams declares this technique, with this planning and beams that nothing modulates."""

    def declared(plan: Plan) -> Plan:
        if all(beam.radiation != "photon" for beam in plan.beams):
            return plan
        beams = tuple(replace(beam, modulation="none") for beam in plan.beams)
        return replace(plan, technique=technique, planning=planning, beams=beams)

    return lambda case: replace(case, plans=tuple(map(declared, case.plans)))


def _of_motion() -> tuple[Question, ...]:
    held = tuple(
        _question(
            "DOC-AMM", "beam held by a monitor, documentation of nothing", where, _managed(_NOTHING), _managed(_ELEMENTS), needs
        )
        for where, needs in (
            ("on a professional claim", {"technique": _CONFORMAL, **_PROFESSIONAL}),
            ("at several isocenters", {"technique": _CONFORMAL, **_SEVERAL}),
            ("electrons alone", {"technique": ("electron",), **_ONE}),
            ("total skin electrons", {"technique": ("total_skin_electron",), **_ONE}),
            ("photons and electrons in one session", {"technique": ("mixed_photon_electron_plans",), **_DELIVERY}),
        )
    )
    return (*held, *_of_motion_without_control())


def _of_motion_without_control() -> tuple[Question, ...]:
    """Motion that did not control the beam is not active motion management, even where its documentation lacks something."""
    found = []
    for how, during in (("watched only", True), ("not monitored", False)):
        empty, complete = (_managed(record, during_beam=during, beam_hold=False) for record in (_NOTHING, _ELEMENTS))
        for what, techniques in (("2D", ("2d",)), ("3D or IMRT", _CONFORMAL)):
            needs: Needs = {"technique": techniques, **_ONE}
            lacks = f"motion {how}, documentation of nothing"
            found.append(_question("DOC-AMM", lacks, what, empty, complete, needs))
    return tuple(found)


_BREAK = dt.timedelta(hours=4)
_APART_MM = 90.0


def _later_at_two_isocenters(technique: Technique, planning: Planning, record: MotionDocumentation | None = None) -> Change:
    """A further session of the day, of a plan of its own at two isocenters; with a record of motion the beam is held in it."""
    named = Motion("gating", "external_marker", during_beam=True, beam_hold=True, documentation=record)

    def changed(case: Case) -> Case:
        x, y, z = case.isocenters[0].position_mm
        points = tuple(Isocenter(f"LATER{n}", (x, y, z + n * _APART_MM)) for n in (1, 2))
        modulation = "dynamic_mlc" if planning.inverse_optimized else "none"
        beams = tuple(Beam(f"LATER{n}", "photon", point.id, "6X", "static", modulation) for n, point in enumerate(points, 1))
        start = max(session.started_at for session in case.sessions) + _BREAK
        session = Session("LATER", start, 1, tuple(b.id for b in beams), motion=named if record else Motion("none"))
        plan = Plan("LATER", technique, beams, "Two further sites", planning=planning)
        return replace(
            case,
            isocenters=(*case.isocenters, *points),
            plans=(*case.plans, plan),
            sessions=(*case.sessions, session),
        )

    return changed


def _of_days() -> tuple[Question, ...]:
    """Two sessions of a day: of the first each rule of photons decides the level, and the flaw is in the other, whose level two
    isocenters decide.
    """
    unmanaged, managed = motion(lambda _: Motion("none")), _managed(_ELEMENTS)
    first: tuple[tuple[str, tuple[Technique, ...], Change], ...] = (
        ("3D or IMRT", _CONFORMAL, unmanaged),
        ("3D or IMRT with the beam held", _CONFORMAL, managed),
        ("2D", ("2d",), unmanaged),
        ("2D with the beam held", ("2d",), managed),
    )
    held, empty = (_later_at_two_isocenters("vmat", _COMPLETE, record) for record in (_ELEMENTS, _NOTHING))
    flaws = [
        (rule, lacks, _later_at_two_isocenters(of[0], _without(rule, lacks)), _later_at_two_isocenters(of[0], _COMPLETE))
        for rule, lacks, of, _ in _LOST
    ]
    flaws.append(("DOC-AMM", "beam held by a monitor, documentation of nothing", empty, held))
    return tuple(
        _question(rule, lacks, f"in the other session of a day of {what}", _and(as_first, spoil), _and(as_first, fix), needs)
        for rule, lacks, spoil, fix in flaws
        for what, techniques, as_first in first
        for needs in ({"technique": techniques, **_ONE},)
    )


def _question(rule: str, lacks: str, where: str, spoil: Change, complete: Change, needs: Needs) -> Question:
    sound = "documentation complete" if rule == "DOC-AMM" else "the evidence complete"
    return Question(rule, f"{lacks}, {where}: no line depends on it", f"{sound}, {where}", spoil, complete, needs, _NEVER)


UNAFFECTED: tuple[Question, ...] = (*_of_plans(), *_of_motion(), *_of_days())
"""Every question of the second part."""
