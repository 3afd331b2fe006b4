"""Suite `clinic`: any number of cases in a realistic mix of sites and techniques (`mix.py`).

These are drawn in turn, with the weights of the mix: a situation, how it is treated there, what happened in the session. A draw
that does not fit is drawn again.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import product

from msgspec import Struct

from rtconform.generators.clinic.clinic import Situation, deck_for, person, situations
from rtconform.generators.clinic.mix import Weighted, mix, table, weighted
from rtconform.generators.clinic.plans import Deck
from rtconform.generators.clinic.realise import age, assemble, date_of_service, first_fractions, methods_of
from rtconform.generators.space.counting import feasible, possible
from rtconform.generators.space.space import SPACE, beside
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.suite import SuiteCase

_USUAL_COUNT = 1000
_TRIES = 1000
_GROWN_UP, _RETIRED = 18, 65
_TREATMENT = ("technique", "arrangement", "intent", "motion", "monitor", "guidance", "sessions")
_COURSE = ("course", "adaptive", "claim")
_REVIEW = ("control", "port_images", "approval")
_GUIDANCE = ("purpose", "timing", "couch")
"""What is drawn together. Only the last of these depends on another: on `adaptive`."""

Values = Mapping[str, str]
"""Values of some dimensions of the space."""

Given = tuple[tuple[str, str], ...]
"""The same, to remember by."""


class _Habits(Struct, frozen=True, eq=False):
    """What is done in a situation, and how often. `ways`: arrangement and sessions a day, by technique; `motions`: method of
    motion management and what monitors it.
    """

    situation: Situation
    techniques: Weighted[str]
    ways: dict[str, Weighted[tuple[str, str]]]
    motions: Weighted[tuple[str, str]]
    guidance: Weighted[str]


class _Treatment(Struct, frozen=True, eq=False):
    """A treatment that is seen in a situation: its values, the plans that there are for it, and what may happen, `guidance` by
    the value of `adaptive`.
    """

    values: Values
    deck: Deck
    course: Weighted[Values]
    review: Weighted[Values]
    guidance: Mapping[str, Weighted[Values]]


def _make(place: Place) -> SuiteCase:
    draw = place.draw()
    sites = _sites()
    for _ in range(_TRIES):
        site = sites.one(draw)
        technique = site.techniques.one(draw)
        arrangement, sessions = site.ways[technique].one(draw)
        motion, monitor = site.motions.one(draw)
        guidance = site.guidance.one(draw)
        treatment = _treatment(site.situation, technique, arrangement, motion, monitor, guidance, sessions)
        if treatment is None:
            continue
        combination = {**treatment.values, **treatment.course.one(draw), **treatment.review.one(draw)}
        combination |= treatment.guidance[combination["adaptive"]].one(draw)
        layout = treatment.deck.one(draw)
        if fractions := first_fractions(layout, combination):
            date = date_of_service(combination, draw)
            patient = person(site.situation, date, draw)
            combination["payer"] = _payers(age(patient, date)).one(draw)
            return SuiteCase(assemble(layout, combination, fractions, date, patient, draw, place.id))
    raise LookupError(f"nothing of the mix goes together for {place.id}")


@cache
def _sites() -> Weighted[_Habits]:
    return table([_habits(each) for each in situations().values()], [each.share for each in situations().values()])


def _habits(situation: Situation) -> _Habits:
    motions = {
        (motion, monitor): share * part
        for motion, share in weighted(mix()["motion"], situation.motions).shares
        for monitor, part in weighted(mix()["monitor"], [name or "none" for name in situation.motions[motion]]).shares
    }
    guidance = [
        value
        for value in SPACE.parameters["guidance"]
        if methods_of(value) <= (situation.guidance if len(methods_of(value)) > 1 else situation.guidance_alone)
    ]
    return _Habits(
        situation=situation,
        techniques=weighted({name: way.weight for name, way in situation.techniques.items()}),
        ways={name: _ways(found) for name, found in situation.arrangements.items()},
        motions=table(tuple(motions), motions.values()),
        guidance=weighted(mix()["guidance"], guidance),
    )


@cache
def _ways(arrangements: frozenset[str]) -> Weighted[tuple[str, str]]:
    found = list(product(weighted(mix()["arrangement"], arrangements).shares, weighted(mix()["sessions"]).shares))
    return table([(one, other) for (one, _), (other, _) in found], [share * part for (_, share), (_, part) in found])


@lru_cache(maxsize=1 << 14)
def _treatment(
    situation: Situation, technique: str, arrangement: str, motion: str, monitor: str, guidance: str, sessions: str
) -> _Treatment | None:
    """The treatment, if it is seen in the situation and lies in the space."""
    methods = methods_of(guidance)
    deck = deck_for(situation, technique, arrangement, motion, methods, monitor, None, int(sessions))
    values = (technique, arrangement, situation.intent, motion, monitor, guidance, sessions)
    happens = _happens(*values) if deck else None
    if deck is None or happens is None:
        return None
    return _Treatment({**dict(zip(_TREATMENT, values, strict=True)), "date": "2026"}, deck, *happens)


@lru_cache(maxsize=1 << 14)
def _happens(*treatment: str) -> tuple[Weighted[Values], Weighted[Values], Mapping[str, Weighted[Values]]] | None:
    """What may happen in a treatment: `course`, `review` and `guidance` of `_Treatment`; None: the space does not have it."""
    values = dict(zip(_TREATMENT, treatment, strict=True))
    if not feasible(SPACE, values):
        return None
    course = _together(_COURSE, _about(_COURSE, values))
    adaptive = {each["adaptive"] for each in course.values}
    guidance = {value: _together(_GUIDANCE, _about(_GUIDANCE, {**values, "adaptive": value})) for value in adaptive}
    return course, _together(_REVIEW, _about(_REVIEW, values)), guidance


@lru_cache(maxsize=1 << 14)
def _together(names: tuple[str, ...], given: Given) -> Weighted[Values]:
    """Values of these dimensions, each drawn from what the space allows beside those given and those before it."""
    if not names:
        return table([{}], [1.0])
    first, rest = names[0], names[1:]
    known = dict(given)
    found = [
        ({first: value, **others}, chance * share)
        for value, chance in _table(first, _about((first,), known)).shares
        for others, share in _together(rest, _about(rest, {**known, first: value})).shares
    ]
    return table([values for values, _ in found], [chance for _, chance in found])


def _about(names: tuple[str, ...], values: Values) -> Given:
    """Those of the values that these dimensions depend on."""
    return tuple([(name, values[name]) for name in beside(*names) if name in values])


@lru_cache(maxsize=1 << 14)
def _table(name: str, given: Given) -> Weighted[str]:
    """The values of a dimension that the space allows beside these, with their weights."""
    return weighted(mix()[name], possible(SPACE, dict(given), name))


@cache
def _payers(years: int) -> Weighted[str]:
    if years < _GROWN_UP:
        return weighted(mix()["payer_of_children"])
    return weighted(mix()["payer_from_65" if years >= _RETIRED else "payer_to_64"])


CLINIC = GeneratedSuite(
    "clinic",
    "4",
    "any number of treatments in the mix of a realistic clinic",
    _make,
    lambda: _USUAL_COUNT,
    free=True,
)
