"""Which cases have DICOM RT objects at all, and of which classes: known from the case, without writing them."""

from typing import Literal

from rtconform.formats.messages import Inexpressible
from rtconform.reference.documents.treatment import Case, Plan, Session

RADIATIONS = {"photon": "PHOTON", "electron": "ELECTRON", "proton": "PROTON"}
"""Radiation Type (300A,00C6) of an RT Plan or RT Ion Plan, by the case's word."""

PlanKind = Literal["beams", "ion", "brachy"]
"""RT Plan with beams, RT Ion Plan, or RT Plan with application setups; each has records of its own class."""

MOST_PORT_IMAGES = 100
MOST_BEAMS = 60
FURTHEST_MM = 1e6
YEARS = range(1900, 9000)

_BRACHYTHERAPY = ("hdr_brachytherapy", "ldr_brachytherapy")


def kind_of(plan: Plan) -> PlanKind:
    """The objects that a plan is written as. Brachytherapy by its technique, protons by their beams too."""
    if plan.technique in _BRACHYTHERAPY:
        return "brachy"
    return "ion" if plan.technique == "proton" or any(beam.radiation == "proton" for beam in plan.beams) else "beams"


def refuse_inexpressible(case: Case) -> None:
    """Raises Inexpressible where a case can't be written as plans and treatment records."""
    for plan in case.plans:
        _refuse_plan(plan)
    if sum(len(plan.beams) for plan in case.plans) > MOST_BEAMS:
        raise Inexpressible(f"more than {MOST_BEAMS} beams are not written")
    if any(abs(value) > FURTHEST_MM for isocenter in case.isocenters for value in isocenter.position_mm):
        raise Inexpressible("an isocenter further than a kilometre from the origin is not written")
    if any(day.year not in YEARS for day in (case.billing.date_of_service, *(one.started_at for one in case.sessions))):
        raise Inexpressible(f"a year outside {YEARS.start} to {YEARS.stop - 1} is not written")
    if any(one.port_images > MOST_PORT_IMAGES or len(one.beams_delivered) > MOST_BEAMS for one in case.sessions):
        raise Inexpressible(f"more than {MOST_PORT_IMAGES} port images or {MOST_BEAMS} beams in a session are not written")
    for session in case.sessions:
        _refuse_brachytherapy(case, session)


def _refuse_plan(plan: Plan) -> None:
    kind = kind_of(plan)
    if any(beam.radiation not in RADIATIONS for beam in plan.beams):
        raise Inexpressible("a radiation that is not photon, electron or proton has no term in a plan")
    if kind == "ion" and any(beam.radiation != "proton" for beam in plan.beams):
        raise Inexpressible("protons and another radiation in one plan: planning systems write an RT Ion Plan for protons alone")
    if kind == "brachy" and any(beam.radiation != "photon" for beam in plan.beams):
        raise Inexpressible("a brachytherapy source that emits no photons is not written")


def _refuse_brachytherapy(case: Case, session: Session) -> None:
    """An RT Brachy Treatment Record has no place for what a beam's item says of ports, images during the beam, and beam holds."""
    plans = {beam.id: plan for plan in reversed(case.plans) for beam in plan.beams}
    known = [plans[name] for name in session.beams_delivered if name in plans] or [*case.plans[:1]]
    if not session.beams_delivered or not known or kind_of(known[0]) != "brachy":
        return
    held = session.motion is not None and session.motion.beam_hold
    if session.port_images or held or any(act.timing == "intrafraction" for act in session.guidance):
        raise Inexpressible("an RT Brachy Treatment Record has no place for port images, intrafraction images or beam holds")


def counted(value: int | None) -> int | None:
    """A number that fits an integer string (IS); None where it does not."""
    return value if value is not None and value < 1_000_000 else None
