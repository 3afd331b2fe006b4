"""Clinical situations: what is treated, in whom, and how it is really done (data in `data/clinic_situations*.toml`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import msgspec
from msgspec import Struct

from rtconform.generators.clinic.practice import ARRANGEMENTS, MIXED_TECHNIQUES, data, mirror_name, practice
from rtconform.reference.documents.treatment import TECHNIQUES_OUTSIDE

FILES = ("clinic_thorax.toml", "clinic_pelvis.toml", "clinic_head.toml", "clinic_elsewhere.toml")

Position = tuple[float, float, float]


class Part(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """A further place of a treatment, with a plan or an isocenter of its own; what it leaves out is as in the situation.

    `beams` and `energies` are by technique; `goes_with`: the fractionations that the first place has beside it, where not
    all those of the situation make sense (a boost comes after less than the full dose); `electrons`: in a plan that mixes,
    this place has the electrons.
    """

    label: str
    site: str
    center_mm: Position
    targets: tuple[str, ...] = ()
    organs: tuple[str, ...] = ()
    diagnosis: str = ""
    beams: dict[str, str] = {}
    energies: dict[str, tuple[str, ...]] = {}
    regimen: str = ""
    goes_with: tuple[str, ...] = ()
    electrons: bool = False


class Way(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """How a situation is treated by one technique; empty: as the situation or the technique has it.

    `parts`: the further places of a contiguous area, of separate sites or of a shift, in place of the situation's.
    """

    beams: tuple[str, ...]
    energies: tuple[str, ...] = ()
    regimens: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    arrangements: tuple[str, ...] = ()
    weight: float = 1.0
    parts: tuple[str, ...] = ()
    electron_beams: str = ""
    electron_energies: tuple[str, ...] = ("9E", "12E")


class _Entry(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    about: str
    label: str
    site: str
    diagnoses: tuple[str, ...]
    intent: str
    sexes: tuple[str, ...]
    ages: tuple[int, int]
    center_mm: Position
    spread_mm: Position
    organs: tuple[str, ...]
    regimens: tuple[str, ...]
    motion: str
    guidance: str
    share: float
    techniques: dict[str, Way]
    laterality: str = "none"
    targets: tuple[str, ...] = ("PTV",)
    imaging: str = "ct"
    parts: dict[str, Part] = {}
    contiguous: tuple[str, ...] = ()
    separate: tuple[str, ...] = ()
    shift: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    alternating: tuple[str, ...] = ()
    alone: bool = True
    isocenters: str = ""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    situation: dict[str, _Entry]


@dataclass(frozen=True, eq=False)
class Situation:
    """A clinical situation. Positions are millimetres from the reference point of the planning CT, ages years.

    `motions`: methods of motion management in use there, each with what monitors it ("": nothing); `guidance`: methods of
    guidance, `guidance_alone`: those of them that a clinic would use alone; `arrangements`: technique to how isocenters
    arise; `separate`, `shift`, …: which parts make an arrangement;
    `isocenters`: why there are several plans or isocenters, where there are; `share`: of a realistic clinic's sessions,
    relative to the other situations.
    """

    id: str
    about: str
    label: str
    site: str
    laterality: str
    diagnoses: tuple[str, ...]
    intent: str
    sexes: tuple[str, ...]
    ages: tuple[int, int]
    center_mm: Position
    spread_mm: Position
    targets: tuple[str, ...]
    organs_at_risk: tuple[str, ...]
    imaging: str
    regimens: tuple[str, ...]
    techniques: Mapping[str, Way]
    machines: Mapping[str, tuple[str, ...]]
    motions: Mapping[str, tuple[str, ...]]
    guidance: frozenset[str]
    guidance_alone: frozenset[str]
    arrangements: Mapping[str, frozenset[str]]
    parts: Mapping[str, Part]
    contiguous: tuple[str, ...]
    separate: tuple[str, ...]
    shift: tuple[str, ...]
    later: tuple[str, ...]
    alternating: tuple[str, ...]
    share: float
    isocenters: str


@cache
def situations() -> Mapping[str, Situation]:
    """Every situation by its id, in the order of the files; right-sided twins follow those that they mirror."""
    entries = {name: entry for file in FILES for name, entry in _entries(file)}
    return {name: _situation(name, entry) for name, entry in entries.items()}


def _entries(file: str) -> Iterator[tuple[str, _Entry]]:
    document = data(file)
    mirrors = document.pop("mirror", {})
    found = msgspec.convert(document, _File).situation
    raw = document["situation"]
    assert isinstance(raw, dict)  # noqa: S101 - msgspec has just read it
    assert isinstance(mirrors, dict)  # noqa: S101 - our own data, and the type checker must know
    for name, entry in found.items():
        yield name, entry
        if name in mirrors:
            yield mirror_name(name), msgspec.convert(_mirrored(raw[name], mirrors[name]), _Entry)


def _mirrored(value: object, codes: Mapping[str, str]) -> object:
    """The same on the other side; `codes` says which diagnosis becomes which."""
    if isinstance(value, dict):
        return {
            mirror_name(key): _mirrored(_opposite(item) if key == "center_mm" else item, codes) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_mirrored(item, codes) for item in value]
    return codes.get(value) or mirror_name(value) if isinstance(value, str) else value


def _opposite(position: list[float]) -> list[float]:
    x, y, z = position
    return [-x, y, z]


def _situation(name: str, entry: _Entry) -> Situation:
    known = practice()
    motions = known.motion[entry.motion]
    return Situation(
        id=name,
        about=entry.about,
        label=entry.label,
        site=entry.site,
        laterality=entry.laterality,
        diagnoses=entry.diagnoses,
        intent=entry.intent,
        sexes=entry.sexes,
        ages=entry.ages,
        center_mm=entry.center_mm,
        spread_mm=entry.spread_mm,
        targets=entry.targets,
        organs_at_risk=entry.organs,
        imaging=entry.imaging,
        regimens=entry.regimens,
        techniques=entry.techniques,
        machines={technique: _machines(technique, way) for technique, way in entry.techniques.items()},
        motions=motions,
        guidance=frozenset(known.guidance[entry.guidance]),
        guidance_alone=frozenset(_alone(entry.guidance)),
        arrangements={technique: _arrangements(entry, technique, way) for technique, way in entry.techniques.items()},
        parts=entry.parts,
        contiguous=entry.contiguous,
        separate=entry.separate,
        shift=entry.shift,
        later=entry.later,
        alternating=entry.alternating,
        share=entry.share,
        isocenters=entry.isocenters,
    )


def _alone(region: str) -> Iterator[str]:
    known = practice()
    return (method for method in known.guidance[region] if region in known.localizes_alone.get(method, (region,)))


def _machines(technique: str, way: Way) -> tuple[str, ...]:
    """The machines that deliver it; a technique that mixes needs one that has all it mixes."""
    known = practice()
    needed = set(known.technique[technique].declared or (technique,))
    if way.electron_beams:
        needed.add("electron")
    return tuple(
        name
        for name, machine in known.machine.items()
        if needed <= set(machine.techniques) and (not way.machines or name in way.machines)
    )


def _arrangements(entry: _Entry, technique: str, way: Way) -> frozenset[str]:
    if way.arrangements:
        return frozenset(way.arrangements)
    if technique in (*TECHNIQUES_OUTSIDE, *MIXED_TECHNIQUES, "total_skin_electron"):
        return frozenset({"one"})
    there = {
        "one": entry.alone,
        "contiguous": bool(entry.contiguous),
        **{f"separate_sites_{count}": len(entry.separate) >= count - 1 for count in (2, 3, 4)},
        **{f"planned_shift_{count}": len(entry.shift) >= count - 1 for count in (2, 3)},
        "alternating_days": bool(entry.alternating),
        "planned_not_delivered": bool(entry.later),
    }
    return frozenset(arrangement for arrangement in ARRANGEMENTS if there[arrangement])
