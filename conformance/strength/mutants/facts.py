"""Systematic mutants of what the facts mean: each boundary moved, each thing that is counted replaced, each conflict passed over.

FACT_EDITS has those of reading the record (`mutants_record`) too.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from math import dist
from typing import Any

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.changes import Seen, fact_edit, of_sessions, read, see, suppose
from rtconform.conformance.coder.faults.edits import Edit
from rtconform.conformance.strength.mutants.record import RECORD_EDITS
from rtconform.reference.coder.facts import (
    CaseFacts,
    SessionFacts,
    approval_state,
    next_session_at,
)
from rtconform.reference.documents.treatment import (
    TECHNIQUES,
    TECHNIQUES_OUTSIDE,
    Case,
    Session,
)


def _isocenters() -> Iterator[Edit]:
    def distance(slug: str, says: str, further: Callable[[float], bool]) -> Edit:
        apply = see(lambda s, session, case: {"isocenters": _counted(case, session, further)} if s.beams else {})
        return fact_edit(
            f"isocenters-{slug}", f"positions are further isocenters {says}", "boundary", "ISO-CONTIGUOUS", apply, "isocenters"
        )

    yield distance("1-mm-apart", "from 1 mm on, not only beyond", lambda mm: mm >= 1 - 1e-9)
    for limit in (0, 0.5, 2, 5, 20, 100):
        yield distance(f"{limit}-mm", f"beyond {limit} mm", _beyond(limit))
    for fact, rules in (
        ("isocenters_named", "ISO-CONTIGUOUS"),
        ("isocenters_planned", "ISO-DELIVERED"),
        ("plans", "ISO-CONTIGUOUS"),
        ("beams", "ISO-CONTIGUOUS"),
    ):
        yield fact_edit(
            f"isocenters-as-{fact}", f"{fact} stands for isocenters", "fact", rules, see(_in_place(fact)), "isocenters"
        )
    couch = see(lambda s, *_: {"isocenters": s.isocenters + s.couch_moved})
    yield fact_edit(
        "isocenters-couch", "a couch moved or turned makes an isocenter more", "fact", "ISO-CORRECTION", couch, "isocenters"
    )
    yield fact_edit(
        "isocenters-all-beams", "planned beams are taken for delivered", "fact", "ISO-DELIVERED", read(_all_delivered)
    )


def _counted(case: Case, session: Session, further: Callable[[float], bool]) -> int:
    where = {isocenter.id: isocenter.position_mm for isocenter in case.isocenters}
    named = {beam.id: beam.isocenter for plan in case.plans for beam in plan.beams}
    counted: list[tuple[float, float, float]] = []
    for beam in session.beams_delivered:
        position = where[named[beam]]
        if all(further(dist(position, other)) for other in counted):
            counted.append(position)
    return len(counted)


def _beyond(limit: float) -> Callable[[float], bool]:
    return lambda mm: mm > limit + 1e-9


def _in_place(fact: str) -> Seen:
    return lambda s, *_: {"isocenters": getattr(s, fact)} if s.beams else {}


def _all_delivered(case: Case) -> Case:
    beams = tuple(beam.id for plan in case.plans for beam in plan.beams)
    return of_sessions(lambda s: with_fields(s, beams_delivered=beams) if s.beams_delivered else s)(case)


def _dates() -> Iterator[Edit]:
    for first in ((2025, 1, 1), (2025, 12, 31), (2026, 1, 2), (2026, 2, 1), (2027, 1, 1)):
        day = dt.date(*first)
        yield fact_edit(
            f"starts-{day}",
            f"the rules govern from {day} on",
            "boundary",
            "SCOPE-DATE",
            suppose(_before(day)),
            "date",
        )


def _before(day: dt.date) -> Callable[[CaseFacts, Case], Mapping[str, Any]]:
    return lambda _, case: {"before_2026": case.billing.date_of_service < day}


def _approvals() -> Iterator[Edit]:
    def state(slug: str, says: str, operator: str, change: Seen) -> Edit:
        return fact_edit(f"approval-{slug}", says, operator, "IGRT-REVIEW", see(change), "approval")

    def at(session: Session) -> dt.datetime | None:
        return session.physician_review.approved_at if session.physician_review else None

    def same_minute(_: SessionFacts, session: Session, _case: Case) -> Mapping[str, Any]:
        return {"approval": "early"} if at(session) == session.started_at else {}

    def when_next_begins(_: SessionFacts, session: Session, case: Case) -> Mapping[str, Any]:
        due = next_session_at(session, case)
        return {"approval": "in_time"} if due is not None and at(session) == due else {}

    def by_record(_: SessionFacts, session: Session, _case: Case) -> Mapping[str, Any]:
        return {"approval": approval_state(session, session.next_session_at)}

    def by_day(_: SessionFacts, session: Session, case: Case) -> Mapping[str, Any]:
        later = [other.started_at for other in case.sessions if other.started_at > session.started_at]
        return {"approval": approval_state(session, min(later, default=None))}

    yield state("not-as-it-begins", "approval as the session begins is too early", "boundary", same_minute)
    yield state("as-the-next-begins", "approval as the next session begins counts", "boundary", when_next_begins)
    for was in ("none", "early", "late"):
        yield state(
            f"{was}-counts",
            f"approval {was.replace('none', 'never')} counts as in time",
            "fact",
            lambda s, *_, was=was: {"approval": "in_time"} if s.approval == was else {},
        )
    yield state(
        "never-on-the-last",
        "without a next session no approval counts",
        "fact",
        lambda _, session, case: {} if next_session_at(session, case) else {"approval": "none"},
    )
    yield state("next-by-record", "a later session of the day is not looked at", "fact", by_record)
    yield state("next-by-day", "only a later session of the day is looked at", "fact", by_day)
    for minutes in (1, 60, 24 * 60):
        yield state(f"{minutes}-minutes-sooner", f"approval is due {minutes} minutes sooner", "boundary", _due_sooner(minutes))


def _due_sooner(minutes: int) -> Seen:
    def change(_: SessionFacts, session: Session, case: Case) -> Mapping[str, Any]:
        due = next_session_at(session, case)
        least = dt.datetime.min  # noqa: DTZ901 - a wall clock, as all times of a record are
        sooner = due - min(dt.timedelta(minutes=minutes), due - least) if due else None
        return {"approval": approval_state(session, sooner)}

    return change


def _wholes() -> Iterator[Edit]:
    for name, words in (
        ("unplanned-beam", "which no plan has"),
        ("no-isocenter", "which the case lacks"),
        ("other-day", "date of service"),
        ("photons-in-electron-plan", "has photon beam"),
    ):
        yield fact_edit(
            f"conflict-{name}",
            f"conflict «{words}» is passed over",
            "fact",
            "DOC-CONFLICT",
            suppose(_passed_over("conflicts", words)),
            f"conflict {name}",
        )
    for kind in ("technique", "radiation", "motion method", "guidance method"):
        yield fact_edit(
            f"unknown-{kind.replace(' ', '-')}",
            f"an unknown {kind} is passed over",
            "fact",
            "DOC-UNKNOWN",
            suppose(_passed_over("unknown", f"{kind} ")),
            f"unknown {kind}",
        )
    yield fact_edit(
        "outside-planned",
        "a plan outside the rules counts, delivered or not",
        "fact",
        "SCOPE-TECHNIQUE",
        suppose(lambda _, case: {"outside": tuple(plan.id for plan in case.plans if plan.technique in TECHNIQUES_OUTSIDE)}),
        "outside",
    )
    yield fact_edit(
        "unknown-planned",
        "an unknown technique counts, delivered or not",
        "fact",
        "DOC-UNKNOWN",
        suppose(lambda facts, case: {"unknown": (*facts.unknown, *(p.id for p in case.plans if p.technique not in TECHNIQUES))}),
        "unknown",
    )
    yield fact_edit(
        "outside-all",
        "all plans must be outside the rules",
        "fact",
        "SCOPE-TECHNIQUE",
        suppose(lambda facts, _: {"outside": facts.outside if len(facts.outside) == len(facts.plans) else ()}),
        "outside",
    )
    yield fact_edit(
        "outside-first",
        "the first plan delivered decides what is outside the rules",
        "fact",
        "SCOPE-TECHNIQUE",
        suppose(
            lambda facts, _: {"outside": tuple(o for o in facts.outside if facts.plans and o.endswith(f" {facts.plans[0].id}"))}
        ),
        "outside",
    )


def _passed_over(fact: str, words: str) -> Callable[[CaseFacts, Case], Mapping[str, Any]]:
    """What was found with these words is not seen."""
    return lambda facts, _: {fact: tuple(found for found in getattr(facts, fact) if words not in found)}


FACT_EDITS: tuple[Edit, ...] = (
    *_isocenters(),
    *_dates(),
    *_approvals(),
    *RECORD_EDITS,
    *_wholes(),
)
"""Every edit of the facts."""
