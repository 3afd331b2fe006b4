"""Systematic mutants that are too cautious: they send back, or put outside, what the record decides.

Derived from the rules: each doubt that the rules know, raised where no line depends on it, and each rule taken for a reason to
ask. And from the types of a case: each word of a vocabulary, each field said or not said, each list of several, taken for one.
Each doubts only what the reference codes: what is in doubt by the rules, it answers as the reference does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import msgspec
from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.changes import fact_edit, see
from rtconform.conformance.coder.faults.edits import Edit
from rtconform.conformance.strength.mutants.schema import Field, fields, values
from rtconform.reference.coder.book import BOOK, Book
from rtconform.reference.coder.conditions import NEVER
from rtconform.reference.coder.facts import CaseFacts, SessionFacts, approval_state, case_facts, delivered_plans
from rtconform.reference.coder.remembered import expect
from rtconform.reference.coder.rules import DELIVERY, RULES, UNREADABLE, WHOLE_CASE
from rtconform.reference.documents.treatment import (
    RADIATIONS,
    TECHNIQUES,
    TECHNIQUES_ELECTRON,
    TECHNIQUES_OUTSIDE,
    Beam,
    Case,
    Plan,
    Session,
)

CAUTION = "caution"
"""The operator of these mutants."""

LIST_ORDER = "list order"
"""The operator of those that read an order into a list."""

Doubt = Callable[[Case], bool]
Answered = Literal["needs_review", "out_of_scope"]
_FACT: Mapping[Answered, str] = {"needs_review": "unknown", "out_of_scope": "outside"}


def cautious(slug: str, says: str, rules: str, doubts: Doubt, answered: Answered = "needs_review") -> Edit:
    """The mutant that answers so where it doubts what the reference codes."""

    def apply(book: Book) -> Book:
        def doubted(case: Case) -> CaseFacts:
            facts = book.case_facts(case)
            settled = facts.conflicts or facts.unknown or facts.before_2026 or facts.outside
            return facts if settled or not doubts(case) else _with(facts, _FACT[answered], slug)

        return replace(book, case_facts=doubted)

    words = "sent back" if answered == "needs_review" else "put outside the rules"
    return fact_edit(f"{answered}-{slug}", f"{says}: {words}", CAUTION, rules, apply, f"caution {slug}")


def _with(facts: CaseFacts, fact: str, what: str) -> CaseFacts:
    changes: dict[str, Any] = {fact: (what,)}
    return with_fields(facts, **changes)


def _undelivered(case: Case) -> Iterator[Plan]:
    delivered = delivered_plans(case)
    return (plan for plan in case.plans if plan not in delivered)


def _idle(case: Case) -> Iterator[Session]:
    return (session for session in case.sessions if not session.beams_delivered)


def _plan_doubts(plans: Callable[[Case], Iterator[Plan]]) -> Iterator[tuple[str, str, Doubt]]:
    """Every doubt that the rules know of a plan, of these plans."""

    def of(doubts: Callable[[Plan, Case], bool]) -> Doubt:
        return lambda case: any(doubts(plan, case) for plan in plans(case))

    def of_beams(doubts: Callable[[Beam, Case], bool]) -> Doubt:
        return of(lambda plan, case: any(doubts(beam, case) for beam in plan.beams))

    yield "unknown technique", "DOC-UNKNOWN", of(lambda plan, _: plan.technique not in TECHNIQUES)
    yield "technique outside", "SCOPE-TECHNIQUE", of(lambda plan, _: plan.technique in TECHNIQUES_OUTSIDE)
    yield "unknown radiation", "DOC-UNKNOWN", of_beams(lambda beam, _: beam.radiation not in RADIATIONS)
    yield "proton beam", "SCOPE-TECHNIQUE", of_beams(lambda beam, _: beam.radiation == "proton")
    yield "missing isocenter", "DOC-CONFLICT", of_beams(lambda beam, case: beam.isocenter not in {i.id for i in case.isocenters})
    yield (
        "photons in an electron plan",
        "DOC-CONFLICT",
        of(lambda plan, _: plan.technique in TECHNIQUES_ELECTRON and any(beam.radiation == "photon" for beam in plan.beams)),
    )
    yield "no beams", "DOC-CONFLICT", of(lambda plan, _: not plan.beams)
    for rule in ("DOC-3D", "DOC-PARTIAL", "DOC-IMRT"):
        yield f"record that {rule} doubts", rule, of(partial(_record_doubted, rule))


def _record_doubted(rule: str, plan: Plan, case: Case) -> bool:
    """Whether the rule doubts the plan's own record, also where no line depends on that plan."""
    beams = tuple(beam.id for beam in plan.beams)
    alone = with_fields(case, plans=(plan,), sessions=tuple(with_fields(s, beams_delivered=beams) for s in case.sessions))
    return any(found.id == rule for facts in case_facts(alone).plans for found in BOOK.doubts(facts)[:1])


def _doubts() -> Iterator[Edit]:
    every: tuple[Answered, ...] = ("needs_review", "out_of_scope")
    for place, plans in (("on a plan not delivered", _undelivered), ("on any plan", lambda case: iter(case.plans))):
        for what, rule, doubts in _plan_doubts(plans):
            for answered in every:
                yield cautious(f"{what} {place}".replace(" ", "-"), f"{what} {place}", f"{rule} SCOPE-BEAM", doubts, answered)
    for what, rules, doubts in (
        ("a plan of which nothing was delivered", "ISO-DELIVERED", lambda case: any(_undelivered(case))),
        ("an isocenter at which no beam is", "ISO-DELIVERED", _unused_isocenter),
        ("a beam of a delivered plan that was not delivered", "ISO-DELIVERED", _undelivered_beam),
        ("a beam delivered twice", "ONCE", lambda case: any(len(set(b)) < len(b) for b in map(_beams, case.sessions))),
        ("a session without beams", "SCOPE-BEAM", lambda case: any(_idle(case))),
        ("guidance in a session without beams", "SCOPE-BEAM", lambda case: any(s.guidance for s in _idle(case))),
        ("motion in a session without beams", "SCOPE-BEAM", lambda case: any(s.motion is not None for s in _idle(case))),
        ("approval in a session without beams", "SCOPE-BEAM", lambda case: any(s.physician_review for s in _idle(case))),
        ("empty documentation of motion in a session without beams", "SCOPE-BEAM DOC-AMM", lambda c: any(map(_empty, _idle(c)))),
        ("empty documentation of motion", "DOC-AMM", lambda case: any(map(_empty, case.sessions))),
        ("no documentation of motion", "DOC-AMM", lambda case: any(map(_undocumented, case.sessions))),
        ("documentation of motion that lacks an element", "DOC-AMM", lambda case: any(map(_incomplete, case.sessions))),
        ("motion managed without a monitor", "AMM-BEAM", lambda c: any(s.motion and not s.motion.monitor for s in c.sessions)),
        ("method none beside a monitored beam", "AMM-BEAM", lambda case: any(map(_contradicted, case.sessions))),
        ("approval that is not in time", "IGRT-REVIEW", lambda case: "late" in _approvals(case)),
        ("approval before the session", "IGRT-REVIEW", lambda case: "early" in _approvals(case)),
        ("no approval", "IGRT-REVIEW", lambda case: "none" in _approvals(case)),
        ("a next session on another day than the next", "IGRT-REVIEW", lambda case: any(map(_far, case.sessions))),
        ("sessions that are not listed by time", "SESSIONS", _unsorted),
        ("sites that differ", "ISO-SHIFT", lambda case: len({plan.site for plan in case.plans}) > 1),
        ("diagnoses that differ", "ISO-SHIFT", lambda case: len({plan.diagnosis for plan in case.plans}) > 1),
        ("techniques that differ", "TECHNIQUE-MIXED", lambda case: len({plan.technique for plan in case.plans}) > 1),
        ("radiations that differ", "L3-MIXED", lambda case: len({b.radiation for p in case.plans for b in p.beams}) > 1),
    ):
        for answered in every:
            yield cautious(what.replace(" ", "-"), what, rules, doubts, answered)


def _beams(session: Session) -> tuple[str, ...]:
    return session.beams_delivered


def _delivered(case: Case) -> set[str]:
    return {beam for session in case.sessions for beam in session.beams_delivered}


def _undelivered_beam(case: Case) -> bool:
    delivered = _delivered(case)
    return any(beam.id not in delivered for plan in delivered_plans(case) for beam in plan.beams)


def _unused_isocenter(case: Case) -> bool:
    return bool({i.id for i in case.isocenters} - {beam.isocenter for plan in case.plans for beam in plan.beams})


def _record(session: Session) -> tuple[object, ...] | None:
    record = session.motion.documentation if session.motion else None
    return None if record is None else tuple(map(bool, msgspec.structs.astuple(record)))


def _empty(session: Session) -> bool:
    record = _record(session)
    return record is not None and not any(record)


def _incomplete(session: Session) -> bool:
    record = _record(session)
    return record is not None and not all(record)


def _undocumented(session: Session) -> bool:
    return session.motion is not None and session.motion.beam_hold and session.motion.documentation is None


def _contradicted(session: Session) -> bool:
    motion = session.motion
    return (
        motion is not None and motion.method == "none" and (motion.during_beam or motion.beam_hold or motion.monitor is not None)
    )


def _approvals(case: Case) -> set[str]:
    return {approval_state(session, session.next_session_at) for session in case.sessions if session.beams_delivered}


def _far(session: Session) -> bool:
    return session.next_session_at is not None and (session.next_session_at.date() - session.started_at.date()).days > 1


def _unsorted(case: Case) -> bool:
    starts = [session.started_at for session in case.sessions]
    return starts != sorted(starts)


def _of_rules() -> Iterator[Edit]:
    """Each rule of the book taken for a reason to ask, or to put the case outside, where it is at work."""
    for rule in _CODED:
        at_work: Doubt = partial(_at_work, rule)
        yield cautious(f"where-{rule}", f"{rule} at work", rule, at_work)
        yield cautious(f"where-{rule}", f"{rule} at work", rule, at_work, "out_of_scope")


_SETTLED = frozenset(rule.id for rule in (*WHOLE_CASE, *UNREADABLE))
_CODED = tuple(name for name, rule in RULES.items() if name not in _SETTLED and getattr(rule, "when", NEVER) != NEVER)
"""The rules that are at work in what is coded."""


def _of_documentation() -> Iterator[Edit]:
    """Each doubt of a documentation rule, raised wherever each rule of delivery, or a professional claim, decides: where it can't
    change the lines it is not a doubt.
    """
    doubts: tuple[tuple[str, Doubt], ...] = (
        *((rule, partial(_any_record_doubted, rule)) for rule in ("DOC-3D", "DOC-PARTIAL", "DOC-IMRT")),
        ("DOC-AMM", lambda case: any(map(_empty, case.sessions))),
    )
    for doubted, doubts_it in doubts:
        for rule in ("CLAIM-PROFESSIONAL", *(rule.id for rule in DELIVERY)):
            both = partial(_both, partial(_at_work, rule), doubts_it)
            yield cautious(f"{doubted}-beside-{rule}", f"a record that {doubted} doubts where {rule} decides", doubted, both)


def _any_record_doubted(rule: str, case: Case) -> bool:
    return any(_record_doubted(rule, plan, case) for plan in delivered_plans(case))


def _both(one: Doubt, other: Doubt, case: Case) -> bool:
    return other(case) and one(case)


def _at_work(rule: str, case: Case) -> bool:
    return rule in expect(case).coding.rules


def _of_fields() -> Iterator[Edit]:
    """Each word of a vocabulary, each optional field said or not said, and each list of several, taken for a doubt."""
    for field in fields():
        rules = _RULES.get(field.path, "TECHNIQUE-FAMILY")
        for term in field.terms:
            yield cautious(f"{field.id}-is-{term}", f"{field.id} is {term}", rules, partial(_says, field, term))
        if not field.required:
            yield cautious(f"{field.id}-not-said", f"{field.id} is not said", rules, partial(_is_default, field))
            yield cautious(f"{field.id}-said", f"{field.id} is said", rules, partial(_is_said, field))
        if field.kind == "list":
            yield cautious(f"{field.id}-several", f"{field.id} holds several", rules, partial(_holds_several, field))


_RULES: Mapping[str, str] = {
    "patient": "DOC-UNKNOWN",
    "billing": "CLAIM-GLOBAL",
    "plans[].planning": "DOC-PARTIAL",
    "sessions[]": "SESSIONS",
    "sessions[].guidance[]": "IGRT-METHODS",
    "sessions[].motion": "AMM-BEAM",
    "sessions[].motion.documentation": "DOC-AMM",
    "sessions[].physician_review": "IGRT-REVIEW",
}
"""The rule that each part of the record is nearest to."""


def _says(field: Field, term: str, case: Case) -> bool:
    return any(value == term for value in values(case, field.path, field.name))


def _is_default(field: Field, case: Case) -> bool:
    return any(msgspec.to_builtins(value) == field.default for value in values(case, field.path, field.name))


def _is_said(field: Field, case: Case) -> bool:
    return any(msgspec.to_builtins(value) != field.default for value in values(case, field.path, field.name))


def _holds_several(field: Field, case: Case) -> bool:
    return any(len(value) > 1 for value in values(case, field.path, field.name))


def _of_lists() -> Iterator[Edit]:
    """Lists read as though their order meant something."""

    def by_list(_: SessionFacts, session: Session, case: Case) -> Mapping[str, Any]:
        after = [other for other in case.sessions[case.sessions.index(session) + 1 :] if other.beams_delivered]
        starts = [other.started_at for other in after[:1]] + ([session.next_session_at] if session.next_session_at else [])
        return {"approval": approval_state(session, min(starts, default=None))}

    says = "the next session is the one that is listed next"
    yield fact_edit("approval-next-in-list", says, LIST_ORDER, "IGRT-REVIEW", see(by_list), "approval")


CAUTION_EDITS: tuple[Edit, ...] = (*_doubts(), *_of_rules(), *_of_documentation(), *_of_fields(), *_of_lists())
"""Every cautious mutant, and those that read an order into lists."""
