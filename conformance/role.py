"""What a role is: everything that differs between vendors of one kind and another. `roles.py` holds the roles that there are.

A role is one value, in the folder that is named after it. The runner, the canary, the fairness checks, certificates and hunts
know no other difference between a coder and an editor.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from rtconform.conformance.cause import Cause
from rtconform.conformance.hunted import KnownFault
from rtconform.conformance.protocol import A, Q, RoleName, Supports, Wire
from rtconform.conformance.records import Result
from rtconform.conformance.verdicts import FindingKind, Judgement, Verdict
from rtconform.generators.suites.suite import Asks, SuiteCase, SuiteClaim
from rtconform.reference.coder.coder import Expectation
from rtconform.reference.coder.facts import delivered_plans
from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.coding import Coding
from rtconform.reference.documents.treatment import TECHNIQUES_OUTSIDE, Case

I = TypeVar("I", SuiteCase, SuiteClaim)  # noqa: E741 - the item of a suite
E = TypeVar("E")

Signature = tuple[object, ...]


@dataclass(frozen=True)
class Facets:
    """What a certificate says that a question covers.

    `coded`: the techniques delivered, where they are to be coded; `outside`: those delivered that are outside this family.
    """

    setting: str
    claim: str
    payer: str
    coded: frozenset[str]
    outside: frozenset[str]
    days: frozenset[dt.date]


def techniques_in(case: Case, expectation: Expectation) -> tuple[frozenset[str], frozenset[str]]:
    """The techniques delivered in a case: those that are to be coded, and those that put it outside this family of codes.

    Neither holds a technique that was only planned, nor one of a case that goes to a person.
    """
    delivered = delivered_plans(case)
    if expectation.coding.outcome == "coded":
        return frozenset(plan.technique for plan in delivered), frozenset()
    if expectation.coding.outcome == "out_of_scope":
        return frozenset(), frozenset(plan.technique for plan in delivered if plan.technique in TECHNIQUES_OUTSIDE)
    return frozenset(), frozenset()


@dataclass(frozen=True)
class Hunting(Generic[I]):
    """What is hunted in a role: `plain`, the plainest items, always the same; `drawn`, the Hypothesis strategy to draw from."""

    plain: Callable[[], Iterator[I]]
    drawn: Callable[[], Any]


class SeenFault(KnownFault, Protocol):
    """A known fault that says where it occurs."""

    @property
    def seen(self) -> str:
        """Where."""
        ...


WHOLE = "whole"
"""The kind of the only part of an answer that can't be taken apart."""


@dataclass(frozen=True)
class Part:
    """A part of an answer: what it says, so that two that say the same are equal, and whether it is right."""

    said: object
    right: bool


Parts = Mapping[tuple[str, str], Part]
"""An answer part by part, by the kind of part and what it is about."""


@dataclass(frozen=True)
class Catalogue(Generic[Q, A]):
    """The known faults of a role.

    `faults`: all of them, by id. `answer`: what a vendor with the fault answers; `stands`: whether an answer is right; `same`:
    whether two answers to one question say the same. `explains`: how much a fault makes wrong. `parts`: an answer part by part;
    `shows`: whether a cause shows in the part of this key; `kinds`: what causes that show in the same parts have in common.
    `put`: what was put into a question, by the id of a cause.
    """

    faults: Mapping[str, SeenFault]
    answer: Callable[[Any, Q], A]
    stands: Callable[[Q, A], bool]
    same: Callable[[Q, A, A], bool]
    explains: Callable[[Any], int]
    parts: Callable[[Q, A], Parts]
    shows: Callable[[Cause, tuple[str, str]], bool]
    kinds: Callable[[Cause], tuple[object, ...]]
    put: Callable[[str], KnownFault | None]


@dataclass(frozen=True)
class RoleOf(Generic[Q, I, E, A]):
    """One role. All its functions are pure.

    Words and suites:

    - `noun`, `described`: its name in messages; `searched`: what a hunt draws.
    - `asks`: the suites that fit it; `begin_with`: those for a first run; `certifying`: those of a certifying run.
    - `rules`: every rule, by id, that a right answer may rest on.
    - `to_check`: questions that show whether a vendor answers at all. `wire`: what is asked and answered.

    Judging:

    - `unsupported`: why a vendor does not support a question; None where it does.
    - `expect`: the reference's reading; `recorded`: the part of it that a result keeps; `decided`: the part that a judge looks
      at, so that any answer is judged alike by two readings that share it.
    - `judge`: the judgement of an answer; `judge_malformed`: of an answer to a document that is not a sound question (None:
      neither an answer nor an error came).
    - `causes`: why a result is not right. `facts`: a question in a few sentences.
    - `about`: what a result says about the question; `kept`: what it keeps of a question that did not pass; `facets`: what the
      question covers; `remarks`: where the author of an item expects something else than the reference.

    Asking again, and canaries:

    - `signature`: what two answers to one question must share to be the same answer.
    - `canaries`: impossible questions made from this one, each with what is impossible about it.
    - `swallowed`: how an answer treats a canary as possible, in words (empty: it does not).
    - `forgiven`: how many canaries may be swallowed before that is the `finding`. `answered`: an answer in a few words.

    Searching:

    - `asking`: an item that asks another question; `asked`: the item that a result is about.
    - `contradictions`: why nobody could read a question; `size`: a key to sort questions by; `smaller`: a question with one thing
      less, each in turn.
    - `hunting`, `catalogue`: functions, because what they return takes long to import.
    """

    name: RoleName
    noun: str
    described: str
    searched: str
    asks: Asks
    begin_with: tuple[str, ...]
    certifying: tuple[str, ...]
    rules: tuple[str, ...]
    to_check: Callable[[], Sequence[Q]]
    wire: Wire[Q, A]
    unsupported: Callable[[Supports, Q], str | None]
    expect: Callable[[Q], E]
    recorded: Callable[[E], Coding | Adjudication]
    decided: Callable[[E], object]
    judge: Callable[[Q, E, A], Judgement]
    judge_malformed: Callable[[A | None, bool], tuple[Verdict, str] | None]
    causes: Callable[[Result], tuple[Cause, ...]]
    facts: Callable[[Q, E], tuple[str, ...]]
    about: Callable[[I], dict[str, Any]]
    kept: Callable[[Q], dict[str, Any]]
    facets: Callable[[Q], Facets]
    remarks: Callable[[I], Iterator[str]]
    signature: Callable[[Q, A], Signature]
    canaries: Callable[[Q], tuple[tuple[str, Q], ...]]
    swallowed: Callable[[A], str]
    forgiven: int
    finding: FindingKind
    answered: Callable[[A], str]
    asking: Callable[[I, Q], I]
    asked: Callable[[Result], I]
    contradictions: Callable[[Q], Iterator[object]]
    size: Callable[[Q], tuple[int, ...]]
    smaller: Callable[[Q], Iterator[Q]]
    hunting: Callable[[], Hunting[I]]
    catalogue: Callable[[], Catalogue[Q, A]]


Role = RoleOf[Any, Any, Any, Any]
"""A role whose types of documents are not known here: before a run it is checked that the suite fits the vendor's role."""
