"""A treatment as a person draws it: a dial for each isocenter with the beams round it, and the course of each session.

Geometry only: the template turns it into SVG and escapes every word. Angles are gantry angles (IEC 61217): 0 from above,
90 from the right of a person who faces the machine.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from rtconform.reference.coder.facts import SAME_POINT_MM
from rtconform.reference.documents.treatment import Beam, Case, Isocenter, Plan
from rtconform.reports.page.matrices import in_words
from rtconform.reports.text import clip, one_line

CENTRE = 60.0
RIM = 52.0
RING = 44.0

MOST_DIALS = 6
MOST_BEAMS = 40
LONGEST_NAME = 40


@dataclass(frozen=True)
class Stroke:
    """One beam: an SVG path, and the classes that say what kind it is."""

    path: str
    classes: str


@dataclass(frozen=True)
class Dial:
    """One isocenter: what stands under it, the beams, and the same in words."""

    title: str
    sites: str
    distance: str
    strokes: tuple[Stroke, ...]
    treated: bool
    words: str


def dials(case: Case) -> tuple[Dial, ...]:
    """A dial for each isocenter that a plan uses, those within 1 mm of each other as one."""
    delivered = {beam for session in case.sessions for beam in session.beams_delivered}
    groups = list(_groups(case))[:MOST_DIALS]
    first = groups[0][0] if groups else None
    return tuple(_dial(case, group, first, delivered) for group in groups)


def _groups(case: Case) -> Iterator[tuple[Isocenter, ...]]:
    used = {beam.isocenter for plan in case.plans for beam in plan.beams}
    groups: list[list[Isocenter]] = []
    for isocenter in case.isocenters:
        if isocenter.id not in used:
            continue
        near = (group for group in groups if math.dist(group[0].position_mm, isocenter.position_mm) <= SAME_POINT_MM + 1e-6)
        group = next(near, None)
        if group is None:
            groups.append([isocenter])
        else:
            group.append(isocenter)
    return (tuple(group) for group in groups)


def _dial(case: Case, group: tuple[Isocenter, ...], first: Isocenter | None, delivered: set[str]) -> Dial:
    names = {isocenter.id for isocenter in group}
    beams = [(plan, beam) for plan in case.plans for beam in plan.beams if beam.isocenter in names]
    treated = any(beam.id in delivered for _, beam in beams)
    title = " = ".join(_name(isocenter.id) for isocenter in group[:4])
    sites = ", ".join(dict.fromkeys(_site(plan) for plan, _ in beams))
    distance = ""
    if first is not None and first is not group[0]:
        distance = f"{math.dist(first.position_mm, group[0].position_mm):.0f} mm from {_name(first.id)}"
    strokes = tuple(_stroke(beam, delivered=beam.id in delivered) for _, beam in beams[:MOST_BEAMS])
    how = "; ".join(_beam_words(beam, delivered=beam.id in delivered) for _, beam in beams[:MOST_BEAMS])
    words = f"Isocenter {title}, {sites}{f', {distance}' if distance else ''}: {how}"
    return Dial(title, sites, distance, strokes, treated, words)


def _site(plan: Plan) -> str:
    return f"{_name(plan.site or plan.id)}, {in_words(plan.technique)}"


def _name(text: str) -> str:
    return clip(one_line(text), LONGEST_NAME)


def _beam_words(beam: Beam, *, delivered: bool) -> str:
    if beam.delivery == "helical":
        course = "helical"
    elif beam.gantry_start_deg is None:
        course = "angle not recorded"
    elif beam.gantry_stop_deg in (None, beam.gantry_start_deg):
        course = f"from {beam.gantry_start_deg:g}°"
    else:
        course = f"arc {beam.gantry_start_deg:g}° to {beam.gantry_stop_deg:g}°"
    return f"{_name(beam.radiation)} {course}{'' if delivered else ', not delivered'}"


def _stroke(beam: Beam, *, delivered: bool) -> Stroke:
    kind = beam.radiation if beam.radiation in ("photon", "electron", "proton") else "photon"
    classes = f"beam {kind}{'' if delivered else ' planned'}"
    start, stop = beam.gantry_start_deg, beam.gantry_stop_deg
    if beam.delivery == "helical":
        return Stroke(_arc(-179.9, 179.9), f"{classes} arc")
    if start is None:
        return Stroke(f"M{CENTRE - 5} {CENTRE}h10M{CENTRE} {CENTRE - 5}v10", classes)
    if stop is not None and stop != start:
        return Stroke(_arc(_turned(start), _turned(stop)), f"{classes} arc")
    return Stroke(_ray(start), classes)


def _turned(angle: float) -> float:
    """A gantry angle from -180 to 180: a gantry turns from stop to stop, never through 180."""
    return (angle + 180.0) % 360.0 - 180.0 if angle % 360.0 != 180.0 else 180.0


def _point(angle: float, radius: float) -> tuple[float, float]:
    turn = math.radians(angle)
    return round(CENTRE + radius * math.sin(turn), 1), round(CENTRE - radius * math.cos(turn), 1)


def _arc(start: float, stop: float) -> str:
    (x, y), (to_x, to_y) = _point(start, RING), _point(stop, RING)
    large, clockwise = int(abs(stop - start) > 180), int(stop > start)
    return f"M{x} {y}A{RING} {RING} 0 {large} {clockwise} {to_x} {to_y}"


def _ray(angle: float) -> str:
    x, y = _point(angle, RIM)
    near_x, near_y = _point(angle, 7)
    left, right = _point(angle + 40, 13), _point(angle - 40, 13)
    return f"M{x} {y}L{near_x} {near_y}M{left[0]} {left[1]}L{near_x} {near_y}L{right[0]} {right[1]}"
