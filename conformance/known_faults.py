"""Which known faults give certain answers: the same search for every role.

A name is a proof: a known fault is named for a cause only where a vendor that has it would have given exactly the answers of all
results with that cause, and where nothing that the vendor answered, right or wrong, contradicts it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from rtconform.conformance.cause import Cause
from rtconform.conformance.hunted import KnownFault
from rtconform.conformance.protocol import Question, Returned
from rtconform.conformance.records import FaultNamed, KnownFaults, Recognised, Result
from rtconform.conformance.role import WHOLE, Catalogue, Part, Parts, Role, SeenFault
from rtconform.conformance.verdicts import VERDICTS

Answers = Sequence[tuple[Question, Returned]]
Find = Callable[[str], Question | None]
"""Makes the case or claim with this id again; None: it can't be made here."""

TRIED = 8
"""How many results of each cause every known fault is tried on; those that give these answers are held against the rest."""

CAUSES = 60
"""For how many causes known faults are looked for, the most frequent first."""

COMPARED = 20_000
"""How many results known faults are held against, at most; in a larger run these are spread evenly over it."""

NAMED = 3
"""How many known faults are named, of several that the answers can't tell apart."""


def recognise(role: Role, results: Callable[[], Iterator[Result]], find: Find) -> KnownFaults:
    """The known faults behind a run's results, which are read twice; `find` makes again what a result does not keep."""
    first = _first(results())
    catalogue = role.catalogue()
    suspected = _Suspicions(role, catalogue, dict(first.causes.most_common(CAUSES)).keys())
    for cause, shown in first.shown.items():
        if cause in suspected.causes:
            suspected.add(cause, shown, find)
    step = max(1, -(-first.answered // COMPARED))
    compared = 0
    if suspected.open or suspected.explaining_all:
        for number, result in enumerate(filter(_answered, results())):
            if number % step == 0 and suspected.compare(result, find):
                compared += 1
    return KnownFaults(first.results, first.answered, compared, suspected.whole(compared), tuple(suspected.found()))


def fitting(answers: Answers, catalogue: Catalogue[Any, Any]) -> tuple[KnownFault, ...]:
    """The faults that give all these answers; none where nothing is wrong with the answers.

    Answers that say the same are the same, and so are two that both stand. First comes the fault that explains no more than it
    must: the one that makes the least wrong.
    """
    if all(catalogue.stands(question, answer) for question, answer in answers):
        return ()
    found = [fault for fault in catalogue.faults.values() if all(_gives(catalogue, fault, *pair) for pair in answers)]
    return tuple(sorted(found, key=catalogue.explains)) if len(found) > 1 else tuple(found)  # to weigh faults is dear


def suspects(alone: Mapping[str, Answers], stood: Answers, catalogue: Catalogue[Any, Any]) -> dict[str, KnownFault]:
    """For each cause that a known fault explains, that fault.

    `alone`: by cause, the answers that show nothing else; `stood`: answers that are right. Of the faults that fit, the one that
    fits the most causes is behind them all; of several such, the one that explains no more than it must.
    """
    fits = {cause: fitting([*answers, *stood], catalogue) for cause, answers in alone.items()}
    found: dict[str, KnownFault] = {}
    while left := [cause for cause in fits if cause not in found and fits[cause]]:
        explained: dict[str, list[str]] = {}
        for cause in left:
            for fault in fits[cause]:
                explained.setdefault(fault.id, []).append(cause)
        best = max(explained, key=lambda name: len(explained[name]))  # the first of several: the narrowest of the first cause's
        found |= {cause: next(fault for fault in fits[cause] if fault.id == best) for cause in explained[best]}
    return found


def _gives(catalogue: Catalogue[Any, Any], fault: KnownFault, question: Question, answer: Returned) -> bool:
    given = catalogue.answer(fault, question)
    return catalogue.same(question, answer, given) or (catalogue.stands(question, answer) and catalogue.stands(question, given))


@dataclass
class _First:
    """What one pass over the results brings: `shown` has, of each cause, the first results that show it."""

    results: int = 0
    answered: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    shown: dict[str, list[Result]] = field(default_factory=dict)


def _first(results: Iterable[Result]) -> _First:
    found = _First()
    for result in results:
        found.results += 1
        found.answered += _answered(result)
        found.causes.update(cause.id for cause in result.causes)
        for cause in result.causes if _answered(result) else ():
            shown = found.shown.setdefault(cause.id, [])
            if len(shown) < TRIED:
                shown.append(result)
    return found


def _answered(result: Result) -> bool:
    """Whether there is an answer that was judged as one."""
    return result.answer is not None and result.verdict not in ("invalid", "error", "timeout")


@dataclass(frozen=True)
class _Seen:
    """What a fault makes of one result: whether its answer is the vendor's, part by part."""

    whole: bool
    explained: frozenset[tuple[str, str]]
    contradicted: bool


class _Suspicions:
    """For each cause the faults that may be behind it: one goes where a result contradicts it."""

    def __init__(self, role: Role, catalogue: Catalogue[Any, Any], causes: Iterable[str]) -> None:
        self._role = role
        self._catalogue = catalogue
        self.causes = frozenset(causes)
        self._faults: dict[str, dict[str, SeenFault]] = {}
        self._proved: dict[str, set[str]] = {}
        self._partly: dict[str, set[str]] = {}
        self.explaining_all: dict[str, SeenFault] = {}
        self._failing = 0

    @property
    def open(self) -> frozenset[str]:
        """The faults that nothing contradicts so far."""
        return frozenset(chain.from_iterable(self._faults.values()))

    def add(self, cause: str, shown: Sequence[Result], find: Find) -> None:
        """The faults that give these first answers are suspected of the cause."""
        asked = [(result, question) for result in shown if (question := self._question(result, find)) is not None]
        if not asked:
            return
        found = {
            name: fault
            for name, fault in self._catalogue.faults.items()
            if all(self._explains(fault, cause, result, question) for result, question in asked)
        }
        self._faults[cause] = found
        self.explaining_all |= found

    def compare(self, result: Result, find: Find) -> bool:
        """Hold one more result against every fault that is suspected; whether it could be."""
        question = self._question(result, find)
        if question is None:
            return False
        stands = VERDICTS[result.verdict].conformant
        self._failing += not stands
        parts = {} if stands else self._catalogue.parts(question, result.answer)
        causes = {cause.id: cause for cause in result.causes}
        for name, fault in {**self.explaining_all, **self._all_suspected()}.items():
            given = self._catalogue.answer(fault, question)
            if stands:
                seen = _Seen(whole=True, explained=frozenset(), contradicted=not self._right(result, question, given))
            else:
                seen = _seen(parts, self._catalogue.parts(question, given))
            if not seen.whole or seen.contradicted:
                self.explaining_all.pop(name, None)
            for cause, faults in self._faults.items():
                shown = causes.get(cause)
                if name not in faults:
                    continue
                if seen.contradicted or (shown and not self._covers(seen, shown, result, parts)):
                    del faults[name]
                elif shown and self._is_alone(shown, result):
                    self._proved.setdefault(cause, set()).add(name)
                elif shown and not self._wrong(shown, parts) <= seen.explained:
                    self._partly.setdefault(cause, set()).add(name)
        return True

    def whole(self, compared: int) -> tuple[FaultNamed, ...]:
        """The faults each of which alone gives every answer that was compared, where there are failing ones."""
        if not compared or not self._failing:
            return ()
        return _named(sorted(self.explaining_all.values(), key=self._catalogue.explains))

    def found(self) -> Iterator[Recognised]:
        """The causes for which a fault is left, with all that are: those of the most causes first, then the narrowest."""
        of = Counter(chain.from_iterable(self._faults.values()))
        for cause, faults in self._faults.items():
            # where the cause never shows alone, the fault must explain all that is wrong beside it too
            alone, partly = self._proved.get(cause, ()), self._partly.get(cause, ())
            proved = [fault for name, fault in faults.items() if name in alone or name not in partly]
            weight = self._catalogue.explains if len(proved) > 1 else lambda _: 0  # to weigh faults is dear
            if proved:
                in_order = sorted(proved, key=lambda fault: (-of[fault.id], weight(fault), fault.id))
                yield Recognised(cause, _named(in_order), len(proved))

    def _all_suspected(self) -> dict[str, SeenFault]:
        return {name: fault for faults in self._faults.values() for name, fault in faults.items()}

    def _question(self, result: Result, find: Find) -> Question | None:
        return result.case or result.claim or find(result.id)

    def _right(self, result: Result, question: Question, given: Returned) -> bool:
        del result
        return self._catalogue.stands(question, given)

    def _explains(self, fault: SeenFault, cause: str, result: Result, question: Question) -> bool:
        parts = self._catalogue.parts(question, result.answer)
        seen = _seen(parts, self._catalogue.parts(question, self._catalogue.answer(fault, question)))
        shown = next(one for one in result.causes if one.id == cause)
        return not seen.contradicted and self._covers(seen, shown, result, parts)

    def _covers(self, seen: _Seen, cause: Cause, result: Result, parts: Parts) -> bool:
        """Whether the fault gives the answer where the cause shows: all of it, or a part where the same parts show others too."""
        here = self._wrong(cause, parts)
        return here <= seen.explained and bool(here) if self._is_alone(cause, result) else bool(here & seen.explained)

    def _wrong(self, cause: Cause, parts: Parts) -> set[tuple[str, str]]:
        """The parts that are wrong, of those in which the cause shows."""
        return {key for key, part in parts.items() if not part.right and self._catalogue.shows(cause, key)}

    def _is_alone(self, cause: Cause, result: Result) -> bool:
        """Whether no other cause of the result shows in the same parts."""
        kinds = set(self._catalogue.kinds(cause))
        return not any(other.id != cause.id and kinds.intersection(self._catalogue.kinds(other)) for other in result.causes)


def _seen(vendor: Parts, fault: Parts) -> _Seen:
    """The vendor's answer, of which something is wrong, beside the answer that a fault gives."""
    explained = frozenset(key for key, part in vendor.items() if not part.right and key in fault and fault[key].said == part.said)
    whole = vendor.keys() == fault.keys() and all(
        part.said == fault[key].said or (part.right and fault[key].right) for key, part in vendor.items()
    )
    right = all(part.right for part in fault.values())
    if vendor.keys() == fault.keys():
        contradicted = any(_contradicts(part, fault[key]) for key, part in vendor.items())
    elif (WHOLE, "") in vendor:
        contradicted = False  # the vendor gave no codes, or none that can be told apart: that says nothing of a level
    else:
        contradicted = not right
    return _Seen(whole=whole, explained=explained, contradicted=contradicted)


def _contradicts(vendor: Part, fault: Part) -> bool:
    """Whether a part of the vendor's answer shows that it does not have the fault.

    A wrong part where the fault is right does not show it: that may be another fault's.
    """
    return vendor.said != fault.said and (vendor.right or not fault.right)


def _named(faults: Sequence[SeenFault]) -> tuple[FaultNamed, ...]:
    return tuple(FaultNamed(fault.id, fault.says, fault.seen) for fault in faults[:NAMED])
