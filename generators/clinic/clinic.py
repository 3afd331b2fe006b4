"""The clinic: which treatments are really given, and how one is made from a situation and a request.

`candidates` says in which situations a combination is really seen, `plan_treatment` makes the plans of one, `person` the
patient, `session_times` the hours. Nothing here knows how a treatment is coded.

Plans are made once for each kind of treatment and shared, since they are immutable. Cases differ in which plan is chosen and
where its isocenters lie. Only `draw()` is used, which gives the same on every Python.
"""

import datetime as dt
from functools import cache, lru_cache

from rtconform.generators.clinic.calendar import at
from rtconform.generators.clinic.people import person
from rtconform.generators.clinic.plans import Deck, Layout, deck_of, margin_for, options, regimens
from rtconform.generators.clinic.situations import Position, Situation, situations
from rtconform.generators.randomness import Draw
from rtconform.reference.documents.treatment import Isocenter

__all__ = [
    "Situation",
    "candidates",
    "deck_for",
    "person",
    "placed",
    "plan_treatment",
    "session_times",
    "situations",
]

_NOTHING: frozenset[str] = frozenset()
_STEP = 5  # tenths of a millimetre
_OPENS, _CLOSES, _SLOT, _BREAK = 8 * 60, 17 * 60, 10, 6 * 60  # minutes


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
        for situation in _treated_by(technique, arrangement, intent, sessions)
        if options(situation, technique, motion, guidance, monitor, energy)
    )


@cache
def _treated_by(technique: str, arrangement: str, intent: str | None, sessions: int) -> tuple[Situation, ...]:
    """The situations that are treated so with what equipment ever."""
    return tuple(
        situation
        for situation in situations().values()
        if intent in (None, situation.intent)
        and arrangement in situation.arrangements.get(technique, ())
        and regimens(situation, technique, arrangement, sessions)
    )


def plan_treatment(
    situation: Situation,
    technique: str,
    arrangement: str,
    motion: str,
    draw: Draw,
    *,
    guidance: frozenset[str] = _NOTHING,
    monitor: str | None = None,
    energy: str | None = None,
    sessions: int = 1,
) -> Layout:
    """A treatment of this kind. Raises LookupError where the situation is not a candidate (`candidates`) for it."""
    deck = deck_for(situation, technique, arrangement, motion, guidance, monitor, energy, sessions)
    if deck is None:
        wish = f"motion {motion} ({monitor}), guidance {sorted(guidance)}, energy {energy}, {sessions} sessions a day"
        raise LookupError(f"{situation.id}: no {technique} in arrangement {arrangement} with {wish}")
    return deck.one(draw)


def placed(layout: Layout, draw: Draw) -> tuple[Isocenter, ...]:
    """The isocenters of the treatment, of a patient who lies somewhere within the spread of the situation."""
    offsets = _offsets(layout.spread_mm)
    x, y, z = offsets[int(draw() * len(offsets))]
    return tuple([Isocenter(name, ((cx + x) / 10, (cy + y) / 10, (cz + z) / 10)) for name, cx, cy, cz in layout.centers])


def session_times(date: dt.date, sessions_per_day: int, draw: Draw) -> tuple[dt.datetime, ...]:
    """When the sessions of a day begin: within clinic hours, in slots of ten minutes, more than six hours apart."""
    latest = _CLOSES - (sessions_per_day - 1) * (_BREAK + _SLOT)
    start = _OPENS + int(draw() * ((latest - _OPENS) // _SLOT)) * _SLOT
    if sessions_per_day == 1:
        return (at(date, start),)
    return tuple([at(date, minute) for minute in range(start, start + sessions_per_day * (_BREAK + _SLOT), _BREAK + _SLOT)])


@lru_cache(maxsize=1 << 14)
def deck_for(
    situation: Situation,
    technique: str,
    arrangement: str,
    motion: str,
    guidance: frozenset[str],
    monitor: str | None,
    energy: str | None,
    sessions: int,
) -> Deck | None:
    """The treatments of this kind; None where the situation is not a candidate (`candidates`) for it."""
    if arrangement not in situation.arrangements.get(technique, ()) or not regimens(situation, technique, arrangement, sessions):
        return None
    ways = options(situation, technique, motion, guidance, monitor, energy)
    return deck_of(situation, technique, arrangement, ways, sessions, margin=margin_for(motion)) if ways else None


@cache
def _offsets(spread_mm: Position) -> tuple[tuple[int, int, int], ...]:
    """Where a patient may lie, from the usual: in tenths of a millimetre, a lattice of moderate size over the spread."""
    axes = [[round(spread * 10 * part / 3 / _STEP) * _STEP for part in range(-3, 4)] for spread in spread_mm]
    return tuple((x, y, z) for x in axes[0] for y in axes[1] for z in axes[2])
