"""The hunt: Hypothesis against a live vendor, until no new kind of fault comes.

A kind of fault is a cause (`cause.py`): for a coder, a rule broken and the kind of difference; for an editor, what it denies
or misses. A hunt goes like this:

1. The plainest cases or claims are asked, always the same. They show most faults that depend on one fact.
2. In each round Hypothesis draws and shrinks one for each cause that is not settled yet. A round that has drawn as many as the
   effort says and has shown no new cause is the last.
3. What Hypothesis leaves is made smaller (`Role.smaller`) and asked again on a fresh connection. If the answer depends on chance,
   or on what was asked before, it is reported as unstable.

Hypothesis needs a function whose answer never changes, and vendors' answers may. So it sees the first answer each time
(`asker.py`). What is tried on a role is in its folder (`coder/hunting.py`).
"""

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisWarning

from rtconform.conformance.cause import Cause
from rtconform.conformance.hunted import Ended, Found, Hunted, by_fault
from rtconform.conformance.hunting.asker import SUITE, Asker, Sightings, anonymous
from rtconform.conformance.hunting.stop import Stop
from rtconform.conformance.known_faults import Answers, suspects
from rtconform.conformance.protocol import Question
from rtconform.conformance.records import Result
from rtconform.conformance.role import Hunting, Role
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.file import Vendor
from rtconform.generators.suites.suite import SuiteItem

EFFORT = 500
"""How many treatments or claims are drawn without a new kind of fault before the hunt ends."""

ROUNDS = 40
"""More rounds than these make no sense: there are fewer rules and categories of edits."""

UNSTABLE_ENOUGH = 3
"""A vendor none of whose first faults can be shown again is hunted no further."""

COMPARED = 40
"""How many answers a known fault is compared with, at most."""

Watch = Callable[[int, int], None]

_NO_SLUG = re.compile("[^a-z0-9]+")


class _Shows(AssertionError):
    """An item shows a cause. Hypothesis tells faults apart by class: each cause has a class of its own."""

    def __init__(self, item: SuiteItem) -> None:
        super().__init__(item)
        self.item = item


def hunt(vendor: Vendor, *, effort: int = EFFORT, seed: int = 1, watch: Watch | None = None, stop: Stop | None = None) -> Hunted:
    """Hunt until `effort` treatments, or claims, have shown nothing new. Raises VendorUnreachable.

    `watch` is called with the numbers of questions asked and of causes seen. Asked to `stop`, or interrupted
    (KeyboardInterrupt), it returns what was found by then.
    """
    role = ROLES[vendor.role]
    tried = role.hunting()
    settled: dict[str, Found] = {}
    asker = Asker(vendor, stop or Stop(), lambda: watch(asker.asked, len(asker.seen)) if watch else None)
    with warnings.catch_warnings():
        # interrupted, Hypothesis writes the strategy down for a note that nobody is shown, and warns that it is long
        warnings.filterwarnings("ignore", "Generating overly large repr", HypothesisWarning)
        try:
            with asker:
                ended = _rounds(asker, role, tried, settled, effort, seed)
        except KeyboardInterrupt:
            ended = "interrupted"
    found = [settled.get(cause_id) or _as_seen(role, sightings) for cause_id, sightings in asker.seen.items()]
    return Hunted(asker.asked, _named(role, found, asker.stood), ended)


def _rounds(asker: Asker, role: Role, tried: Hunting[Any], settled: dict[str, Found], effort: int, seed: int) -> Ended:
    for item in tried.plain():
        asker.causes(item)
    for number in range(ROUNDS):
        shown = _round(asker, tried, frozenset(settled), effort, seed * ROUNDS + number)
        if not shown:
            # seen beside others only, or while these were shrunk
            shown = {name: role.asked(_smallest_seen(role, seen)) for name, seen in asker.seen.items() if name not in settled}
            if not shown:
                break
        for cause_id, simplest in sorted(shown.items()):
            settled[cause_id] = _settled(asker, role, asker.seen[cause_id], simplest)
            if len(settled) >= UNSTABLE_ENOUGH and not any(found.stable for found in settled.values()):
                return "unstable"
        if asker.given_up:
            break
    return "no_answers" if asker.given_up else "nothing_new"


def _round(asker: Asker, tried: Hunting[Any], settled: frozenset[str], effort: int, seed: int) -> dict[str, SuiteItem]:
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
    @given(tried.drawn())
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


def _settled(asker: Asker, role: Role, sightings: Sightings, simplest: SuiteItem) -> Found:
    """The cause with its smallest case or claim, taken apart as far as it goes."""
    cause = sightings.cause
    start = min((simplest, role.asked(_smallest_seen(role, sightings))), key=lambda item: role.size(item.question))
    question = smallest(role, start.question, shows=lambda smaller: cause.id in asker.causes(role.asking(start, smaller)))
    least = role.asking(start, question)
    name = anonymous(least).id
    result = next(result for result in sightings.results if result.id == name)
    stable = None if asker.given_up else asker.same_again(least, _name(cause))
    return Found(cause, result, least.renamed(_name(cause)).question, tuple(sightings.results), stable)


def smallest(role: Role, question: Question, *, shows: Callable[[Question], bool]) -> Question:
    """With all taken away that can go while it still `shows` what is looked for: nothing more can, taken singly."""
    while True:
        found = next((one for one in role.smaller(question) if shows(one)), None)
        if found is None:
            return question
        question = found


def _as_seen(role: Role, sightings: Sightings) -> Found:
    result = _smallest_seen(role, sightings)
    question = role.asked(result).renamed(_name(sightings.cause)).question
    return Found(sightings.cause, result, question, tuple(sightings.results), stable=None)


def _named(role: Role, found: Sequence[Found], stood: Answers) -> tuple[Found, ...]:
    """The causes with the known faults that they look like, those of one fault together."""
    catalogue = role.catalogue()
    alone = {one.cause.id: answers for one in found if (answers := _answers_alone(role, one))}
    known = suspects(alone, stood, catalogue)
    named = [replace(one, fault=known.get(one.cause.id) or catalogue.put(one.cause.id)) for one in found]
    return tuple(chain.from_iterable(by_fault(named)))


def _answers_alone(role: Role, found: Found) -> Answers:
    """What the vendor answered where this cause alone shows."""
    alone = [result for result in (found.result, *found.shown) if len(result.causes) == 1][:COMPARED]
    return [(role.asked(result).question, result.answer) for result in alone if result.answer is not None]


def _smallest_seen(role: Role, sightings: Sightings) -> Result:
    return min(sightings.results, key=lambda result: role.size(role.asked(result).question))


def _name(cause: Cause) -> str:
    return f"{SUITE}:{_NO_SLUG.sub('-', cause.id.lower())}"
