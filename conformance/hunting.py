"""The hunt: Hypothesis against a live vendor, until no new kind of fault comes.

A kind of fault is a cause (`causes.py`): a rule broken and the kind of difference. First the plainest edges are asked, always the
same; they show most of what hangs on one fact. Then each round lets Hypothesis draw treatments
and shrink one for each cause not yet settled; a round that has drawn as many treatments as the effort says and shown no new
cause is the last. What Hypothesis leaves is taken apart further (`smaller.py`) and asked again of a fresh connection: an
answer that hangs on chance, or on the cases before, is reported as unstable.

Hypothesis needs a function that never wavers, vendors do: it is shown the first answer to a treatment, however often it looks
(`asking.py`).
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisWarning
from msgspec.structs import replace as changed

from rtconform.conformance.asking import SUITE, Asker, Sightings, anonymous
from rtconform.conformance.causes import Cause, causes_of, size_of
from rtconform.conformance.records import Result
from rtconform.conformance.smaller import smallest
from rtconform.conformance.strength.faults import known_fault
from rtconform.conformance.strength.faulty import Fault
from rtconform.conformance.vendor import Vendor
from rtconform.generators.strategies import edges, simple_edges
from rtconform.reference.coding import Answer
from rtconform.reference.errors import UserError
from rtconform.reference.treatment import Case

EFFORT = 500
"""How many treatments are drawn without a new kind of fault before the hunt ends."""

ROUNDS = 40
"""More rounds than these have no sense: there are not so many rules."""

UNSTABLE_ENOUGH = 3
"""A vendor none of whose first faults can be shown again is hunted no further."""

COMPARED = 40
"""How many answers a known fault is compared with, at most."""

Ended = Literal["nothing_new", "unstable", "no_answers", "interrupted"]
Watch = Callable[[int, int], None]

_NO_SLUG = re.compile("[^a-z0-9]+")


@dataclass(frozen=True)
class Found:
    """A kind of fault. `result` is that of its smallest case, `shown` those of all cases asked that show it.

    `stable`: asked again, the vendor answered the smallest case in the same way; None: it was not asked again. `fault`: the known
    fault whose coder answers what shows this cause alone as the vendor did, and rightly what the vendor answered rightly.
    """

    cause: Cause
    result: Result
    shown: tuple[Result, ...]
    stable: bool | None
    fault: Fault | None

    @property
    def case(self) -> Case:
        """The smallest case, under the id that it has in the suite of found cases."""
        return changed(_case(self.result), id=f"{SUITE}:{_NO_SLUG.sub('-', self.cause.id.lower())}")


@dataclass(frozen=True)
class Hunted:
    """What a hunt has come to: how many treatments were asked, what they showed (in order of discovery), and why it ended."""

    asked: int
    found: tuple[Found, ...]
    ended: Ended


class _Shows(AssertionError):
    """A treatment shows a cause. Hypothesis tells faults apart by class: each cause has a class of its own."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.case = case


def hunt(vendor: Vendor, *, effort: int = EFFORT, seed: int = 1, watch: Watch | None = None) -> Hunted:
    """Hunt until `effort` treatments have shown nothing new. Raises VendorUnreachable, and UserError for a claim editor.

    `watch` is called with the numbers of treatments asked and of causes seen. Interrupted (KeyboardInterrupt), it returns what
    was found by then.
    """
    if vendor.role != "coder":
        raise UserError(
            f"{vendor.name} is a claim editor: hunt draws treatments, for coders; run it on suites edits-claim, edits-documented"
        )
    settled: dict[str, Found] = {}
    with Asker(vendor, lambda: watch(asker.asked, len(asker.seen)) if watch else None) as asker, warnings.catch_warnings():
        # interrupted, Hypothesis writes the strategy down for a note that nobody is shown, and warns that it is long
        warnings.filterwarnings("ignore", "Generating overly large repr", HypothesisWarning)
        try:
            ended = _rounds(asker, settled, effort, seed)
        except KeyboardInterrupt:
            ended = "interrupted"
        found = [settled.get(cause_id) or _found(asker, sightings, None) for cause_id, sightings in asker.seen.items()]
    return Hunted(asker.asked, tuple(found), ended)


def _rounds(asker: Asker, settled: dict[str, Found], effort: int, seed: int) -> Ended:
    for case in simple_edges():
        asker.causes(case)
    for number in range(ROUNDS):
        shown = _round(asker, frozenset(settled), effort, seed * ROUNDS + number)
        if not shown:
            # seen beside others only, or while these were shrunk
            shown = {name: _case(_smallest_seen(sightings)) for name, sightings in asker.seen.items() if name not in settled}
            if not shown:
                break
        for cause_id, simplest in sorted(shown.items()):
            settled[cause_id] = _settled(asker, asker.seen[cause_id], simplest)
            if len(settled) >= UNSTABLE_ENOUGH and not any(found.stable for found in settled.values()):
                return "unstable"
        if asker.given_up:
            break
    return "no_answers" if asker.given_up else "nothing_new"


def _round(asker: Asker, settled: frozenset[str], effort: int, seed: int) -> dict[str, Case]:
    """One round of Hypothesis: the causes that it found, each with the simplest case; `settled` ones are left alone."""
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
    @given(edges())
    def stands(case: Case) -> None:
        new = next((cause for cause in asker.causes(case) if cause not in settled), None)
        if new is not None:
            raise shown.setdefault(new, type(new, (_Shows,), {}))(case)

    try:
        stands()
    except _Shows as error:
        return {type(error).__name__: error.case}
    except ExceptionGroup as group:
        faults, others = group.split(_Shows)
        if faults is None or others is not None:
            raise
        return {type(error).__name__: error.case for error in faults.exceptions if isinstance(error, _Shows)}
    return {}


def _settled(asker: Asker, sightings: Sightings, simplest: Case) -> Found:
    """The cause with its smallest case, taken apart as far as it goes."""
    cause_id = sightings.cause.id
    start = min((simplest, _case(_smallest_seen(sightings))), key=size_of)
    case = smallest(start, shows=lambda smaller: cause_id in asker.causes(smaller))
    name = anonymous(case).id
    result = next(result for result in sightings.results if result.id == name)
    found = _found(asker, sightings, result)
    stable = None if asker.given_up else asker.same_again(case, found.case.id)
    return replace(found, stable=stable)


def _found(asker: Asker, sightings: Sightings, smallest_result: Result | None) -> Found:
    shown = tuple(sightings.results)
    smallest_seen = smallest_result or _smallest_seen(sightings)
    alone = [result for result in (smallest_seen, *shown) if len(causes_of(result)) == 1][:COMPARED]
    answers = [(_case(result), result.answer) for result in alone if isinstance(result.answer, Answer)]
    return Found(
        sightings.cause, smallest_seen, shown, stable=None, fault=known_fault([*answers, *asker.stood]) if answers else None
    )


def _smallest_seen(sightings: Sightings) -> Result:
    return min(sightings.results, key=lambda result: size_of(_case(result)))


def _case(result: Result) -> Case:
    case = result.case
    assert case is not None  # noqa: S101 - a result that does not stand keeps its case
    return case
