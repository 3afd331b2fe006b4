"""Beams from arrangements: each arrangement of `practice.py` as the wire's beams, at one isocenter and one energy."""

from functools import cache

from msgspec.structs import replace

from rtconform.generators.clinic.practice import BeamArrangement, practice
from rtconform.reference.documents.treatment import Beam

SWINGS = 3
"""An arrangement is used as it is, and turned by its swing to each side."""


@cache
def beams_of(
    arrangement: str, technique: str, energy: str, modulation: str, swing: int, plan: str, first: int, isocenter: str
) -> tuple[Beam, ...]:
    """The beams of an arrangement, numbered from `first` in `plan`; `swing` is 0, 1 or 2 (`SWINGS`)."""
    shape = practice().beams[arrangement]
    radiation = radiation_of(technique, energy)
    turn = (0, -shape.swing, shape.swing)[swing]
    count = len(shape.gantry) or len(shape.arcs) or 1
    beams = (Beam(f"{plan}B{first + n}", radiation, isocenter, energy=energy, modulation=modulation) for n in range(count))
    return tuple(_aimed(beam, shape, number, turn) for number, beam in enumerate(beams))


def radiation_of(technique: str, energy: str) -> str:
    """The radiation of a beam: the technique's, unless its energy is of a tube (intraoperative x-rays)."""
    return "photon" if energy.endswith("kV") else practice().technique[technique].radiation


def _aimed(beam: Beam, shape: BeamArrangement, number: int, turn: int) -> Beam:
    if shape.delivery == "source":
        return replace(beam, delivery="static")
    aimed = replace(
        beam,
        delivery=shape.delivery,
        collimator_deg=float(_of(shape.collimator, number)),
        couch_deg=float(_of(shape.couch, number)),
    )
    if shape.delivery == "helical":
        return replace(aimed, gantry_start_deg=0.0)
    if shape.arcs:
        start, stop = shape.arcs[number]
        return replace(aimed, delivery="arc", gantry_start_deg=_turned(start, turn), gantry_stop_deg=_turned(stop, turn))
    return replace(aimed, delivery="static", gantry_start_deg=_turned(shape.gantry[number], turn))


def _of(values: tuple[int, ...], number: int) -> int:
    return values[number] if len(values) > 1 else values[0]


def _turned(angle: int, turn: int) -> float:
    return float((angle + turn) % 360)
