"""Sketches of plans: which places a treatment has, at which isocenters, in how many plans, and which are treated today."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from rtconform.generators.clinic.practice import Machine, Regimen, practice
from rtconform.generators.clinic.situations import Position, Situation


class Place(Struct, frozen=True, eq=False, gc=False):
    """What is irradiated at one isocenter."""

    label: str
    site: str
    center_mm: Position
    targets: tuple[str, ...]
    organs: tuple[str, ...]
    diagnosis: str
    beams: str
    electron_beams: str
    electron_energies: tuple[str, ...]
    regimen: Regimen


class Sketch(Struct, frozen=True, eq=False, gc=False):
    """One plan to be made: what it declares, the places with the isocenter of each, and whether it is treated today."""

    technique: str
    places: tuple[tuple[Place, str], ...]
    treated: bool = True
    remark: str = ""


class Choice(Struct, frozen=True, eq=False, gc=False):
    """One of the ways to plan a combination in a situation."""

    situation: Situation
    technique: str
    arrangement: str
    machine: Machine
    energy: str
    beams: str
    regimen: Regimen
    diagnosis: str
    swing: int
    turn: int
    margin: bool


def sketches_of(choice: Choice) -> Iterator[Sketch]:
    """The plans of an arrangement, in the order in which they are treated."""
    arrangement = choice.arrangement
    declared = practice().technique[choice.technique].declared or (choice.technique,)
    first, further = declared[0], declared[-1]
    main = _main(choice)
    names = parts_beside(choice.situation, choice.technique, arrangement)
    places = [_part(choice, name, first if arrangement.startswith("planned") else further) for name in names]
    if arrangement.startswith("planned_shift"):
        yield Sketch(first, tuple((place, f"ISO{number}") for number, place in enumerate([main, *places], 1)))
    elif arrangement == "alternating_days":
        for number, place in enumerate((main, *places)):
            yield Sketch(first, ((place, f"ISO{number + 1}"),), number == choice.turn, ", alternate days")
    elif arrangement == "planned_not_delivered":
        fitting = [place for place, name in zip(places, names, strict=True) if _follows(choice, name)]
        yield Sketch(first, ((main, "ISO1"),))
        yield Sketch(first, ((fitting[choice.turn % len(fitting)], "ISO2"),), treated=False, remark=", to follow")
    elif arrangement == "contiguous":
        yield Sketch(first, ((main, "ISO1"),))
        for number, place in enumerate(places, 2):
            # two plans at one position may each name an isocenter of their own
            isocenter = f"ISO{number}" if choice.turn else "ISO1"
            yield Sketch(further, ((replace(place, center_mm=main.center_mm), isocenter),))
    else:
        yield Sketch(first, ((main, "ISO1"),))
        chosen = places[choice.turn :] + places[: choice.turn]
        for number, place in enumerate(chosen[: int(arrangement[-1]) - 1] if places else (), 2):
            yield Sketch(further, ((place, f"ISO{number}"),))


def parts_beside(situation: Situation, technique: str, arrangement: str) -> tuple[str, ...]:
    """The parts that an arrangement may have beside the first place."""
    if arrangement == "planned_not_delivered":
        return situation.later
    own = situation.techniques[technique].parts
    if arrangement == "contiguous":
        return own or situation.contiguous
    if arrangement.startswith("planned_shift"):
        return (own or situation.shift)[: int(arrangement[-1]) - 1]
    if arrangement.startswith("separate"):
        return own or situation.separate
    return situation.alternating[:1] if arrangement == "alternating_days" else ()


def _follows(choice: Choice, name: str) -> bool:
    """Whether a part may follow the fractionation chosen for the first place."""
    situation = choice.situation
    own = situation.techniques[choice.technique].regimens or situation.regimens
    return any(practice().regimen[each] is choice.regimen for each in situation.parts[name].goes_with or own)


def _main(choice: Choice) -> Place:
    situation = choice.situation
    way = situation.techniques[choice.technique]
    return Place(
        label=situation.label,
        site=situation.site,
        center_mm=situation.center_mm,
        targets=situation.targets,
        organs=situation.organs_at_risk,
        diagnosis=choice.diagnosis,
        beams=choice.beams,
        electron_beams=way.electron_beams,
        electron_energies=way.electron_energies,
        regimen=choice.regimen,
    )


def _part(choice: Choice, name: str, technique: str) -> Place:
    situation = choice.situation
    part = situation.parts[name]
    beams = part.beams.get(technique, "")
    if not beams or (technique == choice.technique and not choice.machine.can(practice().beams[beams])):
        beams = choice.beams
    return Place(
        label=part.label,
        site=part.site,
        center_mm=part.center_mm,
        targets=part.targets or situation.targets,
        organs=part.organs or situation.organs_at_risk,
        diagnosis=part.diagnosis or choice.diagnosis,
        beams="" if part.electrons and choice.technique == "mixed_photon_electron_plan" else beams,
        electron_beams=part.beams.get("electron", ""),
        electron_energies=part.energies.get("electron", ("9E", "12E")),
        regimen=practice().regimen[part.regimen] if part.regimen else choice.regimen,
    )
