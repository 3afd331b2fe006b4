"""Proof that a mutant can't be told from the reference: its answer is right at every point of a space.

Which space depends on what the mutant changes (`space_of`). Nothing is assumed: a mutant for which one answer does not stand has
a counterexample, and then the suites owe a case.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, product
from typing import Any, get_args

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.edits import Mutant
from rtconform.conformance.coder.faults.faulty import going_by
from rtconform.conformance.coder.judge import facts_in_words
from rtconform.conformance.strength.killing import Trial, asked, catches, catches_reader, remembering
from rtconform.conformance.strength.mutants.reader import Reader, Sent
from rtconform.conformance.strength.proofs.factspace import GUIDANCE, IMPOSSIBLE, LEVEL
from rtconform.conformance.strength.proofs.recordspace import (
    days_of_two,
    guidance_records,
    planning_records,
    records_beside,
    sparse,
)
from rtconform.reference.coder import rules
from rtconform.reference.coder.book import BOOK, Book, Techniques
from rtconform.reference.coder.conditions import atoms
from rtconform.reference.coder.facts import CaseFacts, PhotonTechnique, SessionFacts, session_facts
from rtconform.reference.coder.remembered import remembered
from rtconform.reference.documents.treatment import Case

_SOUND = CaseFacts((), (), before_2026=False, outside=(), plans=())
_RECORD = next(guidance_records())
_NOTHING = with_fields(session_facts(_RECORD)[0], beams=0, photons=False, technique=None, isocenters=0, approval="none")
_PHOTONS = with_fields(_NOTHING, beams=1, photons=True, technique="imrt", isocenters=1)
SPACES: dict[str, str] = {
    "level": "every value of every fact that the rules of delivery ask of a session, but for what can't stand together",
    "guidance": "every value of every fact that the rules of guidance ask of a session, but for what can't stand together",
    "whole": "every combination of contradiction, unknown term, date and technique outside the rules, in a session at each level",
    "planning": "every record of planning, at one isocenter or two, with every documentation of motion management",
    "records": "every record of one or two acts of guidance, with motion management and approval",
    "beside": "records with each thing beside that nothing depends on: plans and sessions of which nothing was delivered",
    "days": "every pair of small treatments, with each doubt in their records or none, in two sessions of a day",
}
"""The spaces that proofs go through, in words; their functions say it exactly."""


@dataclass(frozen=True)
class Proof:
    """What came of comparing a mutant with the reference: in which spaces, over how many points, and the first point at which
    its answer does not stand, in words (None: there is none, it is equivalent).
    """

    mutant: str
    spaces: tuple[str, ...]
    points: int
    counterexample: str | None


def prove(mutant: Mutant) -> Proof:
    """Compare the mutant with the reference everywhere in the spaces in which it can differ."""
    spaces = tuple(dict.fromkeys(space for edit in mutant.edits for space in spaces_of(edit.target[0])))
    reads = any(edit.target[0] == "facts" for edit in mutant.edits)
    compared = 0
    for name in spaces:
        points, book = _space(name)
        coder = going_by(mutant.book(book))
        for point, alike in ((point, 1) for point in points) if reads else _distinct(name):
            compared += alike
            if catches(point, coder):
                return Proof(mutant.id, spaces, compared, f"{name}: {_in_words(point)}")
    return Proof(mutant.id, spaces, compared, None)


def prove_reader(reader: Reader) -> Proof:
    """Compare a coder behind this reader with the reference over every record in which a field may be absent.

    Each record is sent in two ways: every default spelled, and every default absent. A reader that refuses a spelling, or codes
    what is not a case, differs by what it is: it is never equivalent.
    """
    spaces = _OF_RECORDS
    if reader.alters is None:
        return Proof(reader.id, (), 0, "it refuses what is a case, or codes what is none")
    compared = 0
    for name in spaces:
        for point in points_of(name):
            for document in (point.sent.document, sparse(point.case)):
                compared += 1
                one = replace(point, sent=Sent(point.case, written=document))
                if catches_reader(one, reader):
                    return Proof(reader.id, spaces, compared, f"{name}: {_in_words(point)}")
    return Proof(reader.id, spaces, compared, None)


def points_of(space: str) -> tuple[Trial, ...]:
    """Every point of a space."""
    return _space(space)[0]


def spaces_of(table: str) -> tuple[str, ...]:
    """The spaces in which a change of this table of the book, or of what facts mean, can show.

    Rules are compared over records too: where a record has several readings, what each would give decides whether they differ.
    """
    return {
        "whole_case": ("whole", "planning"),
        "plan_record": ("planning",),
        "session_record": ("planning",),
        "facts": _OF_RECORDS,
        "delivery": ("level", "planning"),
        "guidance": ("guidance", "planning", "records"),
    }.get(table, ("level", "guidance", "planning", "records"))


def possible_facts(values: Mapping[str, tuple[Any, ...]], of: SessionFacts) -> Iterator[SessionFacts]:
    """The facts with every combination of these values that can stand together."""
    for combination in product(*values.values()):
        found = with_fields(of, **dict(zip(values, combination, strict=True)))
        if not any(impossible.facts(found) for impossible in IMPOSSIBLE):
            yield found


_RECORDS: Mapping[str, Callable[[], Iterator[Case]]] = {
    "planning": planning_records,
    "records": guidance_records,
    "beside": records_beside,
    "days": days_of_two,
}
_OF_RECORDS = tuple(_RECORDS)


@cache
def _space(name: str) -> tuple[tuple[Trial, ...], Book]:
    """The points of a space with what the reference makes of them, and the reference's book as it reads these points."""
    if name in _RECORDS:
        points = tuple(map(asked, _RECORDS[name]()))
        return points, remembering(points)
    made = {"level": _levels, "guidance": _guidances, "whole": _wholes}[name]()
    # known by a name of its own: a mutant that reads another record still finds the facts of its point
    named = ((with_fields(case, id=f"{name}:{number}"), whole, sessions) for number, (case, whole, sessions) in enumerate(made))
    known = {case.id: (case, whole, sessions) for case, whole, sessions in named}
    book = replace(
        BOOK,
        case_facts=lambda case: known[case.id][1],
        session_facts=lambda case, _: known[case.id][2],
    )
    quick = remembered(book)
    return tuple(asked(case, quick) for case, _, _ in known.values()), book


@cache
def _distinct(name: str) -> tuple[tuple[Trial, int], ...]:
    """One point for each way in which rules can see the points of a space, with how many there are of the kind.

    What rules make of a point depends on whose claim it is and on the facts that some rule asks for, in each technique for which
    its one plan may be taken: points that share these get the same answer from every mutant of the rules.
    """
    points, book = _space(name)
    kinds: dict[object, list[Trial]] = {}
    for point in points:
        taken: list[Techniques] = [{}, *({plan.id: t} for plan in point.case.plans for t in get_args(PhotonTechnique))]
        seen = tuple(_asked_for(s) for techniques in taken for s in book.session_facts(point.case, techniques))
        kinds.setdefault((point.case.billing.claim, point.expectation.facts, seen), []).append(point)
    return tuple((alike[0], len(alike)) for alike in kinds.values())


def _asked_for(facts: SessionFacts) -> tuple[object, ...]:
    """The facts that deciding rules ask for; of one that they only ask whether it holds, that."""
    values = ((getattr(facts, fact), only_held) for fact, only_held in _asked_facts().items())
    return tuple(bool(value) if only_held else value for value, only_held in values)


@cache
def _asked_facts() -> dict[str, bool]:
    """Every fact that a deciding rule asks for, and whether rules only ask if it holds."""
    tables = (BOOK.claims, BOOK.delivery, BOOK.guidance, BOOK.session_record, (BOOK.scope_beam, rules.IGRT_GLOBAL), rules.MOTION)
    asked_for: dict[str, bool] = {}
    for rule in chain.from_iterable(tables):
        for _, atom in atoms(rule.when):
            asked_for[atom.fact] = asked_for.get(atom.fact, True) and atom.relation == "holds"
    return asked_for


Point = tuple[Case, CaseFacts, tuple[SessionFacts, ...]]


def _levels() -> Iterator[Point]:
    for facts in possible_facts(LEVEL, _NOTHING):
        yield _case(facts), _SOUND, (facts,)


def _guidances() -> Iterator[Point]:
    for of in (_NOTHING, _PHOTONS):
        for facts in possible_facts(GUIDANCE, of):
            yield _case(facts), _SOUND, (facts,)


def _wholes() -> Iterator[Point]:
    sessions = (_PHOTONS, with_fields(_PHOTONS, technique="2d"), with_fields(_PHOTONS, isocenters=2), _NOTHING)
    flags = product((False, True), repeat=4)
    for (conflict, unknown, early, outside), session in product(flags, sessions):
        whole = CaseFacts(("conflict",) * conflict, ("unknown",) * unknown, early, ("outside",) * outside, ())
        yield _case(session), whole, (session,)


def _case(facts: SessionFacts) -> Case:
    """A record to hang the facts on: the judge asks it for the claim and the session's id."""
    record = _RECORD
    return with_fields(record, billing=with_fields(record.billing, claim=facts.claim))


def _in_words(point: Trial) -> str:
    return "; ".join(facts_in_words(point.case, point.expectation))
