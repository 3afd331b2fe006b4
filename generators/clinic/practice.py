"""How radiation is delivered, whatever the disease: machines, techniques, beam arrangements, fractionations (data).

The data is in `data/clinic_practice.toml`. What is treated in these ways is in `situations.py`.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

ENERGY_CLASSES = (
    "photon_low",
    "photon_high",
    "photon_fff",
    "electron_low",
    "electron_high",
    "proton",
    "kilovoltage",
    "source",
)
ARRANGEMENTS = (
    "one",
    "contiguous",
    "separate_sites_2",
    "separate_sites_3",
    "separate_sites_4",
    "planned_shift_2",
    "planned_shift_3",
    "alternating_days",
    "planned_not_delivered",
)
"""How isocenters arise in a treatment; the numbers count the isocenters delivered."""

MIXED_TECHNIQUES = ("mixed_2d_3d", "mixed_photon_electron_plan", "mixed_photon_electron_plans")

_OTHER = {"left": "right", "right": "left", "Left": "Right", "Right": "Left", "_L": "_R", "_R": "_L"}
_SIDES = re.compile("left|right|Left|Right|_[LR]$")
_LOW_PHOTONS_MV = 6
_LOW_ELECTRONS_MEV = 9


class Machine(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """A treatment machine: what it delivers, what images stand in the room and what can watch motion there."""

    label: str
    delivers: tuple[str, ...]
    rank: int
    energies: tuple[str, ...]
    techniques: tuple[str, ...]
    imaging: tuple[str, ...]
    monitors: tuple[str, ...]
    couch_turns: bool = True

    def can(self, beams: "BeamArrangement") -> bool:
        """Whether it can deliver this arrangement of beams."""
        return beams.delivery in self.delivers and (self.couch_turns or not any(beams.couch))


class TechniqueData(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """What the beams of a technique have in common; `declared`: what the plans say where a technique of the space mixes."""

    radiation: str
    modulation: tuple[str, ...]
    energies: tuple[str, ...]
    planning: str
    declared: tuple[str, ...] = ()


class BeamArrangement(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """Beams of one isocenter by their angles (degrees); `swing` is how far the whole turns from patient to patient."""

    label: str
    gantry: tuple[int, ...] = ()
    arcs: tuple[tuple[int, int], ...] = ()
    collimator: tuple[int, ...] = (0,)
    couch: tuple[int, ...] = (0,)
    swing: int = 0
    kind: str = ""

    @property
    def delivery(self) -> str:
        """What a machine must be able to deliver for it: static, arc, helical, nodes (of a robot) or source."""
        return self.kind or ("arc" if self.arcs else "static")


class Regimen(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """A fractionation of published practice: gray, fractions, sessions a day, days to the next day of treatment."""

    dose_gy: float
    fractions: int
    source: str
    sessions: int = 1
    days_apart: int = 1


class Practice(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """All of `clinic_practice.toml`. `motion`: region to method to monitors ("": none); `guidance`: region to methods;
    `localizes_alone`: method to the only regions where it needs no other beside it.
    """

    machine: dict[str, Machine]
    technique: dict[str, TechniqueData]
    beams: dict[str, BeamArrangement]
    regimen: dict[str, Regimen]
    motion: dict[str, dict[str, tuple[str, ...]]]
    guidance: dict[str, tuple[str, ...]]
    localizes_alone: dict[str, tuple[str, ...]]


@cache
def practice() -> Practice:
    """The practice, with the mirror images of left-sided arrangements added."""
    found = msgspec.convert(data("clinic_practice.toml"), Practice)
    mirrored = {mirror_name(name): _mirror(beams) for name, beams in found.beams.items() if name.endswith("-left")}
    return msgspec.structs.replace(found, beams={**mirrored, **found.beams})


def data(name: str) -> dict[str, object]:
    """A data file of this package, read as TOML."""
    return tomllib.loads(files("rtconform.generators").joinpath("data", name).read_text(encoding="utf-8"))


@cache
def energy_class(energy: str) -> str:
    """The class (of `ENERGY_CLASSES`) of an energy as a beam names it: 6X, 10FFF, 12E, 150 MeV, 100 kV, Ir-192."""
    if energy.endswith("FFF"):
        return "photon_fff"
    if energy.endswith("X"):
        return "photon_low" if int(energy[:-1]) <= _LOW_PHOTONS_MV else "photon_high"
    if energy.endswith("E"):
        return "electron_low" if int(energy[:-1]) <= _LOW_ELECTRONS_MEV else "electron_high"
    if energy.endswith("MeV"):
        return "proton"
    return "kilovoltage" if energy.endswith("kV") else "source"


def mirror_name(text: str) -> str:
    """The name of the other side: left and right, and the `_L` and `_R` of structure names, exchanged."""
    return _SIDES.sub(lambda found: _OTHER[found[0]], text)


def _mirror(beams: BeamArrangement) -> BeamArrangement:
    def turn(angles: tuple[int, ...]) -> tuple[int, ...]:
        return tuple((360 - angle) % 360 for angle in angles)

    return msgspec.structs.replace(
        beams,
        label=mirror_name(beams.label),
        gantry=turn(beams.gantry),
        arcs=tuple((360 - start, 360 - stop) for start, stop in beams.arcs),
        collimator=turn(beams.collimator),
        couch=turn(beams.couch),
    )
