"""The clinic: which treatments are really given, and one of them made from a situation and what is wished for.

`candidates` says in which situations a combination is really seen, `plan_treatment` makes the plans of one, `person` the
patient, `session_times` the hours. Nothing here knows how a treatment is coded.

Plans are made once for each kind of treatment and shared, since all of it is immutable; what differs from case to case is
which is chosen, and where its isocenters lie. Only `draw.random()` is used, which gives the same on every Python.
"""

import datetime as dt
from functools import cache, lru_cache
from random import Random

from msgspec import Struct

from rtconform.generators.calendar import at
from rtconform.generators.people import person
from rtconform.generators.planning import Deck, deck_of, margin_for, options, regimens
from rtconform.generators.situation import Position, Situation, situations
from rtconform.reference.treatment import Isocenter, Plan

__all__ = [
    "Planned",
    "Situation",
    "candidates",
    "person",
    "plan_treatment",
    "session_times",
    "situations",
]

_NOTHING: frozenset[str] = frozenset()
_STEP = 5  # tenths of a millimetre
_OPENS, _CLOSES, _SLOT, _BREAK = 8 * 60, 17 * 60, 10, 6 * 60  # minutes


class Planned(Struct, frozen=True, eq=False, gc=False):
    """What was planned for a treatment, and `delivered`: the ids of the beams of one session, in order of delivery.

    `machine` is its label; `fractions`, `sessions` (a day) and `days_apart` are those of the fractionation delivered;
    `shortest` and `longest` the fewest and most fractions of the plans that a session treats.
    """

    isocenters: tuple[Isocenter, ...]
    plans: tuple[Plan, ...]
    delivered: tuple[str, ...]
    machine: str
    fractions: int
    sessions: int
    days_apart: int
    shortest: int
    longest: int


@lru_cache(maxsize=1 << 14)
def candidates(
    technique: str,
    arrangement: str,
    motion: str,
    guidance: frozenset[str],
    intent: str | None = None,
    *,
    monitor: str | None = None,
    energy: str | None = None,
    sessions: int = 1,
) -> tuple[str, ...]:
    """The ids of the situations in which this is really seen, in the order of the library; empty: nowhere.

    `guidance` holds methods; `monitor` is what watches the motion ("none": nothing does), `energy` one of
    `practice.ENERGY_CLASSES`, `sessions` the sessions of one day. None leaves a thing open.
    """
    return tuple(
        situation.id
        for situation in situations().values()
        if (intent is None or situation.intent == intent)
        and arrangement in situation.arrangements.get(technique, ())
        and regimens(situation, technique, arrangement, sessions)
        and options(situation, technique, motion, guidance, monitor, energy)
    )


def plan_treatment(
    situation: Situation,
    technique: str,
    arrangement: str,
    motion: str,
    draw: Random,
    *,
    guidance: frozenset[str] = _NOTHING,
    monitor: str | None = None,
    energy: str | None = None,
    sessions: int = 1,
) -> Planned:
    """A treatment of this kind. Raises LookupError where the situation is no candidate (`candidates`) for it."""
    found = _deck(situation, technique, arrangement, motion, guidance, monitor, energy, sessions).one(draw)
    offsets = _offsets(situation.spread_mm)
    x, y, z = offsets[int(draw.random() * len(offsets))]
    return Planned(
        tuple([Isocenter(name, ((cx + x) / 10, (cy + y) / 10, (cz + z) / 10)) for name, cx, cy, cz in found.centers]),
        found.plans,
        found.delivered,
        found.machine,
        found.fractions,
        found.sessions,
        found.days_apart,
        found.shortest,
        found.longest,
    )


def session_times(date: dt.date, sessions_per_day: int, draw: Random) -> tuple[dt.datetime, ...]:
    """When the sessions of a day begin: within clinic hours, in slots of ten minutes, more than six hours apart."""
    latest = _CLOSES - (sessions_per_day - 1) * (_BREAK + _SLOT)
    start = _OPENS + int(draw.random() * ((latest - _OPENS) // _SLOT)) * _SLOT
    return tuple([at(date, minute) for minute in range(start, start + sessions_per_day * (_BREAK + _SLOT), _BREAK + _SLOT)])


@lru_cache(maxsize=1 << 14)
def _deck(
    situation: Situation,
    technique: str,
    arrangement: str,
    motion: str,
    guidance: frozenset[str],
    monitor: str | None,
    energy: str | None,
    sessions: int,
) -> Deck:
    if arrangement not in situation.arrangements.get(technique, ()):
        raise LookupError(f"{situation.id}: no {technique} in arrangement {arrangement}")
    ways = options(situation, technique, motion, guidance, monitor, energy)
    if not ways or not regimens(situation, technique, arrangement, sessions):
        wish = f"motion {motion} ({monitor}), guidance {sorted(guidance)}, energy {energy}, {sessions} sessions a day"
        raise LookupError(f"{situation.id}: no {technique} with {wish}")
    return deck_of(situation, technique, arrangement, ways, sessions, margin=margin_for(motion))


@cache
def _offsets(spread_mm: Position) -> tuple[tuple[int, int, int], ...]:
    """Where a patient may lie, from the usual: in tenths of a millimetre, a lattice of moderate size over the spread."""
    axes = [[round(spread * 10 * part / 3 / _STEP) * _STEP for part in range(-3, 4)] for spread in spread_mm]
    return tuple((x, y, z) for x in axes[0] for y in axes[1] for z in axes[2])
