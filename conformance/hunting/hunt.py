"""The hunt: Hypothesis against a live vendor, until no new kind of fault comes.

A kind of fault is a cause (`causes.py`): of a coder a rule broken and the kind of difference, of an editor what it denies or
misses. First the plainest cases or claims are asked, always the same; they show most of what hangs on one fact. Then each round
lets Hypothesis draw and shrink one for each cause not yet settled; a round that has drawn as many as the effort says and
shown no new cause is the last. What Hypothesis leaves is taken apart further (`smaller.py`) and asked again of a fresh
connection: an answer that hangs on chance, or on what was asked before, is reported as unstable.

Hypothesis needs a function that never wavers, vendors do: it is shown the first answer, however often it looks (`asking.py`).
What differs between the roles stands in `quarry.py`.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisWarning

from rtconform.conformance.coder.causes import Cause, causes_of, size_of
from rtconform.conformance.hunting.asker import SUITE, Asker, Sightings, anonymous, asking, item_of, renamed
from rtconform.conformance.hunting.shrink import smallest
from rtconform.conformance.hunting.stop import Stop
from rtconform.conformance.hunting.targets import QUARRIES, Answers, KnownFault, Quarry
from rtconform.conformance.known_faults import suspects
from rtconform.conformance.protocol import Question
from rtconform.conformance.records import Result
from rtconform.conformance.vendors.file import Vendor
from rtconform.generators.suites.suite import SuiteItem

EFFORT = 500
"""How many treatments or claims are drawn without a new kind of fault before the hunt ends."""

ROUNDS = 40
"""More rounds than these have no sense: there are not so many rules, nor categories of edits."""

UNSTABLE_ENOUGH = 3
"""A vendor none of whose first faults can be shown again is hunted no further."""

COMPARED = 40
"""How many answers a known fault is compared with, at most."""

Ended = Literal["nothing_new", "unstable", "no_answers", "interrupted"]
Watch = Callable[[int, int], None]

_NO_SLUG = re.compile("[^a-z0-9]+")


@dataclass(frozen=True)
class Found:
    """A kind of fault. `result` is that of its smallest case or claim, `shown` those of all asked that show it.

    `stable`: asked again, the vendor answered the smallest in the same way; None: it was not asked again. `fault`: the known
    fault that answers what shows this cause alone as the vendor did, and rightly what the vendor answered rightly.
    """

    cause: Cause
    result: Result
    shown: tuple[Result, ...]
    stable: bool | None
    fault: KnownFault | None = None

    @property
    def question(self) -> Question:
        """The smallest case or claim, under the id that it has in the suite of those found."""
        return renamed(item_of(self.result), _name(self.cause)).question


@dataclass(frozen=True)
class Hunted:
    """What a hunt has come to: how many questions were asked, what they showed, and why it ended.

    Causes that one known fault explains stand together; otherwise they stand in order of discovery.
    """

    asked: int
    found: tuple[Found, ...]
    ended: Ended

    @property
    def faults(self) -> tuple[tuple[Found, ...], ...]:
        """The causes by what is wrong: those that look like one known fault are one, each of the others is one of its own."""
        return _by_fault(self.found)


class _Shows(AssertionError):
    """An item shows a cause. Hypothesis tells faults apart by class: each cause has a class of its own."""

    def __init__(self, item: SuiteItem) -> None:
        super().__init__(item)
        self.item = item


def hunt(vendor: Vendor, *, effort: int = EFFORT, seed: int = 1, watch: Watch | None = None, stop: Stop | None = None) -> Hunted:
    """Hunt until `effort` treatments, or claims, have shown nothing new. Raises VendorUnreachable.

    `watch` is called with the numbers of questions asked and of causes seen. Told to `stop`, or interrupted
    (KeyboardInterrupt), it returns what was found by then.
    """
    quarry = QUARRIES[vendor.role]
    settled: dict[str, Found] = {}
    asker = Asker(vendor, stop or Stop(), lambda: watch(asker.asked, len(asker.seen)) if watch else None)
    with warnings.catch_warnings():
        # interrupted, Hypothesis writes the strategy down for a note that nobody is shown, and warns that it is long
        warnings.filterwarnings("ignore", "Generating overly large repr", HypothesisWarning)
        try:
            with asker:
                ended = _rounds(asker, quarry, settled, effort, seed)
        except KeyboardInterrupt:
            ended = "interrupted"
    found = [settled.get(cause_id) or _as_seen(sightings) for cause_id, sightings in asker.seen.items()]
    return Hunted(asker.asked, _named(found, asker.stood, quarry), ended)


def _rounds(asker: Asker, quarry: Quarry, settled: dict[str, Found], effort: int, seed: int) -> Ended:
    for item in quarry.plain():
        asker.causes(item)
    for number in range(ROUNDS):
        shown = _round(asker, quarry, frozenset(settled), effort, seed * ROUNDS + number)
        if not shown:
            # seen beside others only, or while these were shrunk
            shown = {name: item_of(_smallest_seen(seen)) for name, seen in asker.seen.items() if name not in settled}
            if not shown:
                break
        for cause_id, simplest in sorted(shown.items()):
            settled[cause_id] = _settled(asker, asker.seen[cause_id], simplest)
            if len(settled) >= UNSTABLE_ENOUGH and not any(found.stable for found in settled.values()):
                return "unstable"
        if asker.given_up:
            break
    return "no_answers" if asker.given_up else "nothing_new"


def _round(asker: Asker, quarry: Quarry, settled: frozenset[str], effort: int, seed: int) -> dict[str, SuiteItem]:
    """One round of Hypothesis: the causes that it found, each with what shows it most simply; `settled` ones are left alone."""
    shown: dict[str, type[_Shows]] = {}

    @seeded(seed)
    @settings(
        max_examples=effort,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        print_blob=False,
    )
    @given(quarry.drawn())
    def stands(item: SuiteItem) -> None:
        new = next((cause for cause in asker.causes(item) if cause not in settled), None)
        if new is not None:
            raise shown.setdefault(new, type(new, (_Shows,), {}))(item)

    try:
        stands()
    except _Shows as error:
        return {type(error).__name__: error.item}
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt):
            raise KeyboardInterrupt from None
        faults, others = group.split(_Shows)
        if faults is None or others is not None:
            raise
        return {type(error).__name__: error.item for error in faults.exceptions if isinstance(error, _Shows)}
    return {}


def _settled(asker: Asker, sightings: Sightings, simplest: SuiteItem) -> Found:
    """The cause with its smallest case or claim, taken apart as far as it goes."""
    cause = sightings.cause
    start = min((simplest, item_of(_smallest_seen(sightings))), key=lambda item: size_of(item.question))
    least = asking(start, smallest(start.question, shows=lambda smaller: cause.id in asker.causes(asking(start, smaller))))
    name = anonymous(least).id
    result = next(result for result in sightings.results if result.id == name)
    stable = None if asker.given_up else asker.same_again(least, _name(cause))
    return Found(cause, result, tuple(sightings.results), stable)


def _as_seen(sightings: Sightings) -> Found:
    return Found(sightings.cause, _smallest_seen(sightings), tuple(sightings.results), stable=None)


def _named(found: Sequence[Found], stood: Answers, quarry: Quarry) -> tuple[Found, ...]:
    """The causes with the known faults that they look like, those of one fault together."""
    alone = {one.cause.id: answers for one in found if (answers := _answers_alone(one))}
    known = suspects(alone, stood, quarry.fitting)
    named = [replace(one, fault=known.get(one.cause.id) or quarry.put(one.cause.id)) for one in found]
    return tuple(chain.from_iterable(_by_fault(named)))


def _by_fault(found: Iterable[Found]) -> tuple[tuple[Found, ...], ...]:
    groups: dict[str, list[Found]] = {}
    for one in found:
        groups.setdefault(f"fault {one.fault.id}" if one.fault else one.cause.id, []).append(one)
    return tuple(map(tuple, groups.values()))


def _answers_alone(found: Found) -> Answers:
    """What the vendor answered where this cause alone shows."""
    alone = [result for result in (found.result, *found.shown) if len(causes_of(result)) == 1][:COMPARED]
    return [(item_of(result).question, result.answer) for result in alone if result.answer is not None]


def _smallest_seen(sightings: Sightings) -> Result:
    return min(sightings.results, key=lambda result: size_of(item_of(result).question))


def _name(cause: Cause) -> str:
    return f"{SUITE}:{_NO_SLUG.sub('-', cause.id.lower())}"
