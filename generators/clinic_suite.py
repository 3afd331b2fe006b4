"""Suite `clinic`: any number of cases in a realistic mix of sites and techniques (`mix.py`).

A situation, then how it is treated there, then what happened in the session: each drawn with the weights of the mix, and
drawn again where they do not go together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from operator import itemgetter
from random import Random

from rtconform.generators.clinic import Situation, candidates, person, plan_treatment, situations
from rtconform.generators.counting import feasible
from rtconform.generators.generated import GeneratedSuite, Place
from rtconform.generators.mix import Weighted, mix, weighted
from rtconform.generators.realise import age, assemble, date_of_service, first_fractions, methods_of
from rtconform.generators.space import SPACE
from rtconform.generators.suite import SuiteCase

_USUAL_COUNT = 1000
_TRIES = 1000
_GROWN_UP, _RETIRED = 18, 65
_TREATMENT = ("technique", "arrangement", "intent", "motion", "monitor", "guidance", "sessions")
_OF_THE_SESSION = ("control", "purpose", "timing", "port_images", "couch", "approval", "course", "adaptive", "claim")
"""Drawn in this order, each from what the space allows beside the values drawn before it."""


@dataclass(frozen=True)
class _Habits:
    """What is done in a situation, and how often; arrangements are by technique, monitors by method of motion management."""

    situation: Situation
    techniques: Weighted
    arrangements: dict[str, Weighted]
    motions: Weighted
    monitors: dict[str, Weighted]
    guidance: Weighted


def _make(place: Place) -> SuiteCase:
    draw = place.draw()
    sites = _sites()
    for _ in range(_TRIES):
        habits = _habits(sites.one(draw))
        treatment = _treatment(habits, draw)
        if not _seen(habits.situation.id, *treatment.values()):
            continue
        combination = {**treatment, **_session(treatment, draw)}
        planned = plan_treatment(
            habits.situation,
            treatment["technique"],
            treatment["arrangement"],
            treatment["motion"],
            draw,
            guidance=methods_of(treatment["guidance"]),
            monitor=treatment["monitor"],
            sessions=int(treatment["sessions"]),
        )
        if fractions := first_fractions(planned, combination):
            date = date_of_service(combination, draw)
            patient = person(habits.situation, date, draw)
            combination["payer"] = _payers(age(patient, date)).one(draw)
            return SuiteCase(assemble(planned, combination, fractions, date, patient, draw, place.id))
    raise LookupError(f"nothing of the mix goes together for {place.id}")


def _treatment(habits: _Habits, draw: Random) -> dict[str, str]:
    """How the situation is treated; not all of it need go together."""
    technique = habits.techniques.one(draw)
    motion = habits.motions.one(draw)
    return {
        "technique": technique,
        "arrangement": habits.arrangements[technique].one(draw),
        "intent": habits.situation.intent,
        "motion": motion,
        "monitor": habits.monitors[motion].one(draw),
        "guidance": habits.guidance.one(draw),
        "sessions": _table("sessions", ()).one(draw),
    }


def _session(treatment: dict[str, str], draw: Random) -> dict[str, str]:
    """What happened in the session."""
    found = {"date": "2026"}
    for step in _steps(*treatment.values()):
        table = step.only
        if table is None:
            key = step.key(found)
            table = step.tables.get(key) or step.table(key, found)
        found[step.name] = table.one(draw)
    return found


@dataclass(frozen=True)
class _Step:
    """A draw in a session: of dimension `name`, after a treatment and beside the values drawn for the dimensions `on`.

    `only` is the table to draw from where it hangs on no other draw; `tables` are those worked out for values of `on`, which
    `key` takes from all values.
    """

    name: str
    given: tuple[tuple[str, str], ...]
    on: tuple[str, ...]
    only: Weighted | None
    key: Callable[[Mapping[str, str]], object]
    tables: dict[object, Weighted]

    def table(self, key: object, values: Mapping[str, str]) -> Weighted:
        """What to draw from beside these values, worked out."""
        found = self.tables[key] = _table(self.name, (*self.given, *((other, values[other]) for other in self.on)))
        return found


@lru_cache(maxsize=1 << 14)
def _steps(*treatment: str) -> tuple[_Step, ...]:
    known = dict(zip(_TREATMENT, treatment, strict=True))
    return tuple(
        _step(name, tuple((other, known[other]) for other in _beside(name) if other in known)) for name in _OF_THE_SESSION
    )


@lru_cache(maxsize=1 << 14)
def _step(name: str, given: tuple[tuple[str, str], ...]) -> _Step:
    """The draw of a dimension, shared by all treatments that are alike in what it hangs on."""
    before = _OF_THE_SESSION[: _OF_THE_SESSION.index(name)]
    on = tuple(other for other in before if other in _beside(name))
    if not on:
        return _Step(name, given, on, _table(name, given), _no_key, {})
    return _Step(name, given, on, None, itemgetter(*on), {})


def _no_key(_: Mapping[str, str]) -> object:
    """A draw that hangs on no other has one table, which needs no key."""
    return ()


@cache
def _sites() -> Weighted:
    return weighted({name: situation.share for name, situation in situations().items()})


@cache
def _habits(situation_id: str) -> _Habits:
    situation = situations()[situation_id]
    monitors = {motion: [name or "none" for name in names] for motion, names in situation.motions.items()}
    guidance = [
        value
        for value in SPACE.parameters["guidance"]
        if methods_of(value) <= (situation.guidance if len(methods_of(value)) > 1 else situation.guidance_alone)
    ]
    return _Habits(
        situation=situation,
        techniques=weighted({name: way.weight for name, way in situation.techniques.items()}),
        arrangements={name: weighted(mix()["arrangement"], found) for name, found in situation.arrangements.items()},
        motions=weighted(mix()["motion"], situation.motions),
        monitors={motion: weighted(mix()["monitor"], names) for motion, names in monitors.items()},
        guidance=weighted(mix()["guidance"], guidance),
    )


@lru_cache(maxsize=1 << 16)
def _seen(situation: str, *treatment: str) -> bool:
    """Whether that is seen in the situation, and lies in the space."""
    known = dict(zip(_TREATMENT, treatment, strict=True))
    return situation in candidates(
        known["technique"],
        known["arrangement"],
        known["motion"],
        methods_of(known["guidance"]),
        known["intent"],
        monitor=known["monitor"],
        sessions=int(known["sessions"]),
    ) and feasible(SPACE, known)


@lru_cache(maxsize=1 << 14)
def _table(name: str, beside: tuple[tuple[str, str], ...]) -> Weighted:
    """The values of a dimension that the space allows beside these, with their weights."""
    given = dict(beside)
    return weighted(mix()[name], [value for value in SPACE.parameters[name] if feasible(SPACE, {**given, name: value})])


@cache
def _beside(name: str) -> tuple[str, ...]:
    """The dimensions that share a constraint with this one."""
    shared = {*chain.from_iterable((*row.when, *row.then) for row in SPACE.implications if name in {*row.when, *row.then})}
    return tuple(other for other in SPACE.names if other in shared and other != name)


@cache
def _payers(years: int) -> Weighted:
    if years < _GROWN_UP:
        return weighted(mix()["payer_of_children"])
    return weighted(mix()["payer_from_65" if years >= _RETIRED else "payer_to_64"])


CLINIC = GeneratedSuite(
    "clinic",
    "2",
    "any number of treatments in the mix of a realistic clinic",
    _make,
    lambda: _USUAL_COUNT,
    free=True,
)
