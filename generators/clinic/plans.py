"""Plans from a situation: every way in which a combination is planned there, each made once and shared."""

import math
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from msgspec import Struct

from rtconform.generators.clinic.beams import SWINGS, beams_of
from rtconform.generators.clinic.plan_sketches import Choice, Place, Sketch, parts_beside, sketches_of
from rtconform.generators.clinic.practice import Machine, Regimen, energy_class, practice
from rtconform.generators.clinic.situations import Position, Situation
from rtconform.generators.randomness import Draw
from rtconform.reference.documents.treatment import TECHNIQUES_OUTSIDE, Beam, Plan, Planning

VARIANTS = 24
"""How many plans at most are kept for one combination in one situation."""

_UNWATCHED = {"total_skin_electron", *TECHNIQUES_OUTSIDE} - {"srs", "sbrt", "proton"}
_UNPLANNED = Planning()
_NUMBERED = re.compile("^[CIP]TV[pn]?")
_MARGIN_FOR_MOTION = ("passive_compression", "free_breathing_itv")


class Layout(Struct, frozen=True, eq=False, gc=False):
    """A planned treatment but for where exactly the patient lies: up to `spread_mm` to either side of the `centers`, which are
    isocenters (id, x, y, z in tenths of a mm).

    `delivered`: the ids of the beams of one session, in order of delivery. `machine` is its label; `fractions`, `sessions` (a
    day) and `days_apart` are those of the fractionation delivered; `shortest` and `longest` the fewest and most fractions of
    the plans of which a session treats beams.
    """

    spread_mm: Position
    centers: tuple[tuple[str, int, int, int], ...]
    plans: tuple[Plan, ...]
    delivered: tuple[str, ...]
    machine: str
    fractions: int
    sessions: int
    days_apart: int
    shortest: int
    longest: int


Way = tuple[str, str, str]
"""Machine, energy and beam arrangement."""


@lru_cache(maxsize=1 << 14)
def options(
    situation: Situation, technique: str, motion: str, guidance: frozenset[str], monitor: str | None, energy: str | None
) -> tuple[Way, ...]:
    """Machine, energy and beam arrangement, in every way that they go together here; only the plainest machines that can."""
    if motion not in situation.motions or not guidance <= situation.guidance or (motion != "none" and technique in _UNWATCHED):
        return ()
    watched = situation.motions[motion]
    if monitor is not None:
        watched = tuple(name for name in watched if name == ("" if monitor == "none" else monitor))
    found = [
        (machine.rank, way)
        for machine, ways in _equipment(situation, technique)
        if guidance.issubset(machine.imaging) and any(not each or each in machine.monitors for each in watched)
        for way in ways
        if energy in (None, energy_class(way[1]))
    ]
    plainest = min((rank for rank, _ in found), default=0)
    return tuple(way for rank, way in found if rank == plainest)


@cache
def _equipment(situation: Situation, technique: str) -> tuple[tuple[Machine, tuple[Way, ...]], ...]:
    """The machines that treat the situation by the technique, each with the ways in which it can."""
    known = practice()
    way = situation.techniques[technique]
    energies = way.energies or known.technique[technique].energies
    return tuple(
        (
            machine,
            tuple(
                (name, value, beams)
                for value in energies
                if value in machine.energies
                for beams in way.beams
                if machine.can(known.beams[beams])
            ),
        )
        for name, machine in ((name, known.machine[name]) for name in situation.machines[technique])
    )


@cache
def regimens(situation: Situation, technique: str, arrangement: str, sessions: int) -> tuple[Regimen, ...]:
    """The fractionations of the first place, in use there with this many sessions per day."""
    own = situation.techniques[technique].regimens or situation.regimens
    beside = [situation.parts[name].goes_with or own for name in parts_beside(situation, technique, arrangement)]
    if arrangement == "planned_not_delivered":
        names = tuple(dict.fromkeys(name for allowed in beside for name in allowed))
    else:
        bound = [allowed for allowed in beside if allowed is not own]
        names = tuple(name for name in (bound[0] if bound else own) if all(name in allowed for allowed in bound))
    return tuple(regimen for regimen in (practice().regimen[name] for name in names) if regimen.sessions == sessions)


class Deck(Struct, frozen=True, eq=False):
    """Up to `VARIANTS` layouts, spread evenly over machines, energies, beams, fractionations and diagnoses.

    Each is made when it is drawn: most decks of a long suite are drawn from once or twice. `ways` are of `options`, `sizes`
    how many there are of what varies; layout n of `count` is number n * `stride` of all. `margin`: the target has the margin
    of its motion.
    """

    situation: Situation
    technique: str
    arrangement: str
    ways: tuple[Way, ...]
    regimens: tuple[Regimen, ...]
    margin: bool
    sizes: tuple[int, ...]
    count: int
    stride: int

    def one(self, draw: Draw) -> Layout:
        """A layout."""
        return _layout_of(self, int(draw() * self.count))


def deck_of(
    situation: Situation, technique: str, arrangement: str, ways: tuple[Way, ...], sessions: int, *, margin: bool
) -> Deck:
    """The layouts of these ways to treat, with this many sessions per day."""
    found = regimens(situation, technique, arrangement, sessions)
    sizes = (len(ways), len(found), len(situation.diagnoses), SWINGS, 2)
    total = math.prod(sizes)
    return Deck(situation, technique, arrangement, ways, found, margin, sizes, min(total, VARIANTS), _stride(total))


@cache
def _stride(total: int) -> int:
    """A step that spreads `VARIANTS` choices over this many."""
    if total <= VARIANTS:
        return 1
    return next(step for step in range(int(total * 0.618), total) if math.gcd(step, total) == 1)


def margin_for(motion: str) -> bool:
    """Whether the target is drawn with the margin of its motion."""
    return motion in _MARGIN_FOR_MOTION


def _digits(number: int, sizes: tuple[int, ...]) -> list[int]:
    """The places of a number among combinations of this many values each. Numbers beyond the last start again."""
    digits = []
    for size in sizes:
        number, digit = divmod(number, size)
        digits.append(digit)
    return digits


@lru_cache(maxsize=1 << 14)
def _layout_of(deck: Deck, number: int) -> Layout:
    """Layout `number` of the deck; decks that differ in what no layout shows share theirs."""
    way, regimen, diagnosis, swing, turn = _digits(number * deck.stride, deck.sizes)
    return _layout(
        deck.situation,
        deck.technique,
        deck.arrangement,
        deck.ways[way],
        deck.regimens[regimen],
        deck.situation.diagnoses[diagnosis],
        swing,
        turn,
        deck.margin,
    )


@lru_cache(maxsize=1 << 15)
def _layout(
    situation: Situation,
    technique: str,
    arrangement: str,
    way: Way,
    regimen: Regimen,
    diagnosis: str,
    swing: int,
    turn: int,
    margin: bool,  # noqa: FBT001 - a cached function takes its arguments by place
) -> Layout:
    machine, energy, beams = way
    choice = Choice(
        situation, technique, arrangement, practice().machine[machine], energy, beams, regimen, diagnosis, swing, turn, margin
    )
    sketches = tuple(sketches_of(choice))
    plans = tuple([_plan(choice, number, sketch, len(sketches)) for number, sketch in enumerate(sketches, 1)])
    centers = {isocenter: place.center_mm for sketch in sketches for place, isocenter in sketch.places}
    treated = [(plan, sketch) for plan, sketch in zip(plans, sketches, strict=True) if sketch.treated]
    lengths = [plan.fractions or 1 for plan, _ in treated]
    course = treated[0][1].places[0][0].regimen
    return Layout(
        spread_mm=situation.spread_mm,
        centers=tuple([(name, *_tenths(center)) for name, center in centers.items()]),
        plans=plans,
        delivered=tuple([beam.id for plan, _ in treated for beam in plan.beams]),
        machine=choice.machine.label,
        fractions=course.fractions,
        sessions=course.sessions,
        days_apart=course.days_apart,
        shortest=min(lengths),
        longest=max(lengths),
    )


@cache
def _tenths(position: Position) -> tuple[int, int, int]:
    x, y, z = position
    return round(x * 10), round(y * 10), round(z * 10)


def _plan(choice: Choice, number: int, sketch: Sketch, count: int) -> Plan:
    known = practice()
    lead = sketch.places[0][0]
    plan = f"P{number}"
    beams: list[Beam] = []
    names: dict[str, None] = {}
    for place, isocenter in sketch.places:
        for arrangement, technique, energy in _fields(choice, sketch, place):
            shapes = known.technique[technique].modulation
            modulation = shapes[choice.turn % len(shapes)]
            beams += beams_of(arrangement, technique, energy, modulation, choice.swing, plan, len(beams) + 1, isocenter)
            names[known.beams[arrangement].label] = None
    shifts = f", {len(sketch.places)} isocenters" if len(sketch.places) > 1 else ""
    return Plan(
        id=plan,
        technique=sketch.technique,
        beams=tuple(beams),
        label=f"{lead.label}, {' and '.join(names)}{shifts}{sketch.remark} [{choice.machine.label}]",
        site=lead.site,
        diagnosis=lead.diagnosis,
        intent=choice.situation.intent,
        dose_gy=lead.regimen.dose_gy,
        fractions=lead.regimen.fractions,
        planning=_planning(choice, sketch, number if choice.arrangement.startswith("separate") and count > 1 else 0),
    )


def _fields(choice: Choice, sketch: Sketch, place: Place) -> Iterator[tuple[str, str, str]]:
    """Arrangement, technique and energy of each group of beams at a place."""
    there = [value for value in place.electron_energies if value in choice.machine.energies]
    electrons = there[choice.turn % len(there)] if there else ""
    if sketch.technique == "electron" and choice.technique != "electron":
        yield place.electron_beams or "en-face", "electron", electrons
        return
    if place.beams:
        yield place.beams, sketch.technique, choice.energy
    if choice.technique == "mixed_photon_electron_plan" and place.electron_beams:
        yield place.electron_beams, "electron", electrons


def _planning(choice: Choice, sketch: Sketch, number: int) -> Planning:
    kind = practice().technique[sketch.technique].planning
    if kind == "none":
        return _UNPLANNED
    places = tuple([(_drawn(choice, place), place.regimen.dose_gy, place.organs) for place, _ in sketch.places])
    return _evidence(choice.situation.imaging, places, number, kind == "inverse")


@lru_cache(maxsize=1 << 12)
def _evidence(
    imaging: str,
    places: tuple[tuple[tuple[str, ...], float, tuple[str, ...]], ...],
    number: int,
    inverse: bool,  # noqa: FBT001 - a cached function takes its arguments by place
) -> Planning:
    """The evidence of planning for places with these targets, doses (Gy) and organs: plans that are alike in them share it."""
    targets = dict.fromkeys(_named(target, number, dose) for drawn, dose, _ in places for target in drawn)
    organs = dict.fromkeys(organ for _, _, there in places for organ in there)
    return Planning(imaging, tuple(targets), tuple(organs), dvh_evaluated=True, inverse_optimized=inverse)


def _drawn(choice: Choice, place: Place) -> tuple[str, ...]:
    """The targets of a place, each with the internal target volume before it where the margin is of motion.

    A source lies in the target or an applicator on it: there is no margin of set-up, so no planning target volume.
    """
    if practice().beams[choice.beams].delivery == "source" and choice.technique != "srs":
        return tuple(target.replace("PTV", "CTV") for target in place.targets)
    if not choice.margin:
        return place.targets
    return tuple(name for target in place.targets for name in (target.replace("PTV", "ITV"), target))


def _named(target: str, number: int, dose_gy: float) -> str:
    """A target with its number among several and its dose in centigray, as TG-263 has it."""
    stem = _NUMBERED.sub(rf"\g<0>{number}", target) if number else target
    return f"{stem}_{round(dose_gy * 100):04d}"
