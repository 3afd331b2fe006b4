"""Which cases have DICOM RT objects at all: known from the case, without writing them."""

from rtconform.formats.messages import Inexpressible
from rtconform.reference.documents.treatment import Case, Plan

RADIATIONS = {"photon": "PHOTON", "electron": "ELECTRON"}
"""Radiation Type (300A,00C6) of an RT Plan, by the case's word."""

MOST_PORT_IMAGES = 100
MOST_BEAMS = 60
FURTHEST_MM = 1e6
YEARS = range(1900, 9000)

_BRACHYTHERAPY = ("hdr_brachytherapy", "ldr_brachytherapy")


def refuse_inexpressible(case: Case) -> None:
    """Raises Inexpressible where a case can't be written as RT Plan and RT Beams Treatment Record."""
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


def _refuse_plan(plan: Plan) -> None:
    if plan.technique in _BRACHYTHERAPY:
        raise Inexpressible("brachytherapy is recorded in RT Brachy objects, which are not written")
    if plan.technique == "proton" or any(beam.radiation == "proton" for beam in plan.beams):
        raise Inexpressible("protons are planned in RT Ion objects, which are not written")
    if any(beam.radiation not in RADIATIONS for beam in plan.beams):
        raise Inexpressible("a radiation that is neither photon nor electron has no term in an RT Plan")


def counted(value: int | None) -> int | None:
    """A number that fits an integer string (IS); None where it does not."""
    return value if value is not None and value < 1_000_000 else None
