"""Systematic mutants of what the facts mean: each boundary moved, each word of the vocabulary read as another, each part of the
record overlooked.

Most are changes of the record before its facts are read: a method that is not read is no guidance.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import dist
from typing import Any

from msgspec.structs import replace as with_fields

from rtconform.conformance.strength.edits import Edit
from rtconform.reference.book import Book, Techniques
from rtconform.reference.facts import (
    LOCALIZING_METHODS,
    CaseFacts,
    MotionState,
    SessionFacts,
    approval_state,
    next_session_at,
)
from rtconform.reference.treatment import (
    MOTION_METHODS,
    TECHNIQUES,
    TECHNIQUES_2D,
    TECHNIQUES_3D,
    TECHNIQUES_IMRT,
    TECHNIQUES_OUTSIDE,
    Beam,
    Case,
    Guidance,
    Motion,
    MotionDocumentation,
    Plan,
    Session,
)

Change = Callable[[Case], Case]
Seen = Callable[[SessionFacts, Session, Case], Mapping[str, Any]]


def _read(change: Change) -> Callable[[Book], Book]:
    """Another record is read."""

    def apply(book: Book) -> Book:
        return replace(
            book,
            case_facts=lambda case: book.case_facts(change(case)),
            session_facts=lambda case, techniques: book.session_facts(change(case), techniques),
        )

    return apply


def _see(change: Seen) -> Callable[[Book], Book]:
    """Other facts of each session."""

    def apply(book: Book) -> Book:
        def session_facts(case: Case, techniques: Techniques) -> tuple[SessionFacts, ...]:
            seen = book.session_facts(case, techniques)
            return tuple(with_fields(s, **change(s, of, case)) for s, of in zip(seen, case.sessions, strict=True))

        return replace(book, session_facts=session_facts)

    return apply


def _suppose(change: Callable[[CaseFacts, Case], Mapping[str, Any]]) -> Callable[[Book], Book]:
    """Other facts of the case as a whole."""

    def apply(book: Book) -> Book:
        def case_facts(case: Case) -> CaseFacts:
            facts = book.case_facts(case)
            return with_fields(facts, **change(facts, case))

        return replace(book, case_facts=case_facts)

    return apply


def _plans(change: Callable[[Plan], Plan]) -> Change:
    return lambda case: with_fields(case, plans=tuple(change(plan) for plan in case.plans))


def _beams(change: Callable[[Beam], Beam]) -> Change:
    return _plans(lambda plan: with_fields(plan, beams=tuple(change(beam) for beam in plan.beams)))


def _sessions(change: Callable[[Session], Session]) -> Change:
    return lambda case: with_fields(case, sessions=tuple(change(session) for session in case.sessions))


def _guidance(change: Callable[[Guidance], Guidance | None]) -> Change:
    return _sessions(lambda s: with_fields(s, guidance=tuple(read for act in s.guidance if (read := change(act)))))


def _motion(change: Callable[[Motion], Motion]) -> Change:
    return _sessions(lambda s: with_fields(s, motion=change(s.motion)) if s.motion else s)


def _word(fact: str, was: str, now: str) -> Callable[[Beam], Beam]:
    """A word in this field of a beam is read as another."""
    return lambda beam: with_fields(beam, **{fact: now}) if getattr(beam, fact) == was else beam


def _overlooked(method: str) -> Callable[[Guidance], Guidance | None]:
    return lambda act: None if act.method == method else act


def _taken_for_images(method: str) -> Callable[[Guidance], Guidance]:
    return lambda act: with_fields(act, method="cbct") if act.method == method else act


def _state(method: str, state: MotionState) -> Seen:
    """Sessions with this method are in this state."""
    return lambda s, *_: {"motion": state, "monitored": state != "none"} if s.motion_method == method and s.beams else {}


def _before(day: dt.date) -> Callable[[CaseFacts, Case], Mapping[str, Any]]:
    return lambda _, case: {"before_2026": case.billing.date_of_service < day}


def _passed_over(fact: str, words: str) -> Callable[[CaseFacts, Case], Mapping[str, Any]]:
    """What was found with these words is not seen."""
    return lambda facts, _: {fact: tuple(found for found in getattr(facts, fact) if words not in found)}


def _planning(**changes: Any) -> Change:  # noqa: ANN401 - fields of several types
    return _plans(lambda plan: with_fields(plan, planning=with_fields(plan.planning, **changes)))


def _edit(slug: str, says: str, operator: str, rules: str, apply: Callable[[Book], Book], target: str = "") -> Edit:
    return Edit(slug, says, operator, tuple(rules.split()), ("facts", target or slug), apply)


def _counted(case: Case, session: Session, further: Callable[[float], bool]) -> int:
    where = {isocenter.id: isocenter.position_mm for isocenter in case.isocenters}
    named = {beam.id: beam.isocenter for plan in case.plans for beam in plan.beams}
    counted: list[tuple[float, float, float]] = []
    for beam in session.beams_delivered:
        position = where[named[beam]]
        if all(further(dist(position, other)) for other in counted):
            counted.append(position)
    return len(counted)


def _isocenters() -> Iterator[Edit]:
    def distance(slug: str, says: str, further: Callable[[float], bool]) -> Edit:
        apply = _see(lambda s, session, case: {"isocenters": _counted(case, session, further)} if s.beams else {})
        return _edit(
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
        yield _edit(f"isocenters-as-{fact}", f"{fact} stands for isocenters", "fact", rules, _see(_in_place(fact)), "isocenters")
    couch = _see(lambda s, *_: {"isocenters": s.isocenters + s.couch_moved})
    yield _edit(
        "isocenters-couch", "a couch moved or turned makes an isocenter more", "fact", "ISO-CORRECTION", couch, "isocenters"
    )
    yield _edit("isocenters-all-beams", "planned beams are taken for delivered", "fact", "ISO-DELIVERED", _read(_all_delivered))


def _beyond(limit: float) -> Callable[[float], bool]:
    return lambda mm: mm > limit + 1e-9


def _in_place(fact: str) -> Seen:
    return lambda s, *_: {"isocenters": getattr(s, fact)} if s.beams else {}


def _all_delivered(case: Case) -> Case:
    beams = tuple(beam.id for plan in case.plans for beam in plan.beams)
    return _sessions(lambda s: with_fields(s, beams_delivered=beams) if s.beams_delivered else s)(case)


def _dates() -> Iterator[Edit]:
    for first in ((2025, 1, 1), (2025, 12, 31), (2026, 1, 2), (2026, 2, 1), (2027, 1, 1)):
        day = dt.date(*first)
        yield _edit(
            f"starts-{day}",
            f"the rules govern from {day} on",
            "boundary",
            "SCOPE-DATE",
            _suppose(_before(day)),
            "date",
        )


def _approvals() -> Iterator[Edit]:
    def state(slug: str, says: str, operator: str, change: Seen) -> Edit:
        return _edit(f"approval-{slug}", says, operator, "IGRT-REVIEW", _see(change), "approval")

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
        return {"approval": approval_state(session, due - dt.timedelta(minutes=minutes) if due else None)}

    return change


def _methods() -> Iterator[Edit]:
    for method in LOCALIZING_METHODS:
        yield _edit(
            f"no-{method}",
            f"{method} does not localize",
            "vocabulary",
            "IGRT-METHODS",
            _read(_guidance(_overlooked(method))),
            f"method {method}",
        )
    for method, rules in (("mv_port", "PORT"), ("surface", "IGRT-SURFACE")):
        yield _edit(
            f"{method}-localizes",
            f"{method} localizes",
            "vocabulary",
            rules,
            _read(_guidance(_taken_for_images(method))),
            f"method {method}",
        )
        yield _edit(
            f"{method}-not-read",
            f"{method} is not read",
            "vocabulary",
            rules,
            _read(_guidance(_overlooked(method))),
            f"method {method}",
        )
    yield _edit(
        "setup-localizes",
        "imaging for set-up localizes",
        "vocabulary",
        "IGRT-PURPOSE",
        _read(_guidance(lambda act: with_fields(act, purpose="target_localization"))),
        "purpose",
    )
    yield _edit(
        "localization-not-read",
        "the purpose localization is read as set-up",
        "vocabulary",
        "IGRT-PURPOSE",
        _read(_guidance(lambda act: with_fields(act, purpose="patient_setup"))),
        "purpose",
    )
    yield _edit(
        "intrafraction-not-read",
        "guidance during the beam is not read",
        "vocabulary",
        "IGRT-INTRA",
        _read(_guidance(lambda act: act if act.timing == "pre_treatment" else None)),
        "timing",
    )
    yield _edit(
        "first-act-only",
        "only the first act of guidance is read",
        "fact",
        "IGRT-METHODS",
        _read(_sessions(lambda s: with_fields(s, guidance=s.guidance[:1]))),
        "acts",
    )
    yield _edit(
        "last-act-only",
        "only the last act of guidance is read",
        "fact",
        "IGRT-METHODS",
        _read(_sessions(lambda s: with_fields(s, guidance=s.guidance[-1:]))),
        "acts",
    )
    yield _edit(
        "port-images-localize",
        "port images localize",
        "fact",
        "PORT",
        _see(lambda s, *_: {"localizing": (Guidance("cbct", "target_localization"),)} if s.port_images else {}),
        "port images",
    )


def _techniques() -> Iterator[Edit]:
    families = {"2d": TECHNIQUES_2D, "3d_crt": TECHNIQUES_3D, "imrt_static": TECHNIQUES_IMRT}
    for technique in (name for names in families.values() for name in names):
        for stands_for, names in families.items():
            if technique not in names:
                yield _technique(technique, stands_for, "TECHNIQUE-FAMILY")
        yield _technique(technique, "sbrt", "SCOPE-TECHNIQUE")
        yield _technique(technique, "unheard_of", "DOC-UNKNOWN")
    for technique in TECHNIQUES_OUTSIDE:
        yield _technique(technique, "3d_crt", "SCOPE-TECHNIQUE")
        yield _technique(technique, "unheard_of", "SCOPE-TECHNIQUE DOC-UNKNOWN")
    yield _technique("total_skin_electron", "electron", "L3-TSE")
    yield _technique("electron", "total_skin_electron", "L1-ELECTRON")
    yield _technique("total_skin_electron", "unheard_of", "L3-TSE")
    yield _technique("electron", "unheard_of", "L1-ELECTRON")
    for radiation, other, rules in (
        ("electron", "photon", "L1-ELECTRON L3-MIXED"),
        ("photon", "electron", "L2-SINGLE L3-MIXED"),
        ("proton", "photon", "SCOPE-TECHNIQUE"),
        ("proton", "unheard_of", "SCOPE-TECHNIQUE"),
    ):
        yield _edit(
            f"beams-{radiation}-as-{other}",
            f"{radiation} is read as {other}",
            "vocabulary",
            rules,
            _read(_beams(_word("radiation", radiation, other))),
            f"radiation {radiation}",
        )
    yield _edit(
        "simplest-technique",
        "2D beside a more complex technique decides",
        "fact",
        "TECHNIQUE-MIXED",
        _see(lambda s, *_: {"technique": "2d"} if s.mixes_2d else {}),
        "mixed techniques",
    )


def _technique(technique: str, stands_for: str, rules: str) -> Edit:
    change = _plans(lambda plan: with_fields(plan, technique=stands_for) if plan.technique == technique else plan)
    return _edit(
        f"{technique}-as-{stands_for}",
        f"{technique} is read as {stands_for}",
        "vocabulary",
        rules,
        _read(change),
        f"technique {technique}",
    )


def _motions() -> Iterator[Edit]:
    for method in MOTION_METHODS:
        rules = {"none": "AMM-BEAM", "breath_hold": "AMM-HOLD", "gating": "AMM-SESSION", "tracking": "AMM-SESSION"}.get(
            method, "AMM-PASSIVE"
        )
        yield _edit(
            f"{method}-active",
            f"method {method} is always active",
            "vocabulary",
            rules,
            _see(_state(method, "active")),
            f"motion {method}",
        )
        if method != "none":
            yield _edit(
                f"{method}-never",
                f"method {method} is never active",
                "vocabulary",
                "AMM-BEAM",
                _see(_state(method, "none")),
                f"motion {method}",
            )
    for name, says, rules, change in (
        (
            "watching-manages",
            "watching during the beam manages",
            "AMM-OBSERVED",
            lambda motion: with_fields(motion, beam_hold=motion.during_beam or motion.beam_hold),
        ),
        (
            "always-during-beam",
            "a monitor is taken for one during the beam",
            "AMM-SESSION",
            lambda motion: with_fields(motion, during_beam=True, beam_hold=True) if motion.monitor else motion,
        ),
        ("holding-not-read", "what holds the beam is not read", "AMM-BEAM", lambda motion: with_fields(motion, beam_hold=False)),
        (
            "watching-not-read",
            "watching during the beam is not read",
            "AMM-OBSERVED IGRT-AMM",
            lambda motion: motion if motion.beam_hold else with_fields(motion, during_beam=False),
        ),
        (
            "none-managed",
            "method none is managed where a monitor held the beam",
            "AMM-BEAM",
            lambda motion: with_fields(motion, method="gating") if motion.method == "none" else motion,
        ),
    ):
        yield _edit(f"motion-{name}", says, "fact", rules, _read(_motion(change)), "motion")
    yield _edit(
        "motion-of-surface",
        "surface guidance manages motion",
        "fact",
        "AMM-SETUP",
        _see(lambda s, *_: {"motion": "active"} if s.surface else {}),
        "motion",
    )
    yield _edit(
        "motion-of-the-day",
        "motion management of another session counts",
        "fact",
        "AMM-SESSION",
        _see(lambda s, *_: {"motion": "active"} if s.motion_elsewhere and s.beams else {}),
        "motion",
    )
    yield _edit(
        "motion-of-images",
        "images during the beam manage motion",
        "fact",
        "IGRT-INTRA",
        _see(lambda s, *_: {"motion": "active"} if s.intrafraction else {}),
        "motion",
    )


def _records() -> Iterator[Edit]:
    there: dict[str, Any] = {"volumetric_imaging": "ct", "targets": ("PTV",), "organs_at_risk": ("Heart",), "dvh_evaluated": True}
    for element, value in there.items():
        yield _edit(
            f"{element}-not-asked",
            f"{element} is not asked for",
            "fact",
            "DOC-PARTIAL",
            _read(_planning(**{element: value})),
            element,
        )
        yield _edit(
            f"{element}-not-read",
            f"{element} is not read",
            "fact",
            "DOC-PARTIAL",
            _read(_planning(**{element: None if element == "volumetric_imaging" else type(value)()})),
            element,
        )
    yield _edit(
        "inverse-not-read",
        "inverse optimisation is not read",
        "fact",
        "DOC-IMRT",
        _read(_planning(inverse_optimized=False)),
        "inverse",
    )
    yield _edit(
        "modulation-not-read",
        "modulation of the beams is not read",
        "fact",
        "DOC-IMRT",
        _read(_beams(lambda beam: with_fields(beam, modulation=""))),
        "modulation",
    )
    for word in ("", "none", "static_mlc"):
        yield _edit(
            f"modulated-{word or 'empty'}",
            f"modulation «{word}» is taken for modulated",
            "vocabulary",
            "DOC-IMRT",
            _read(_beams(_word("modulation", word, "dynamic_mlc"))),
            f"modulation {word}",
        )
    for element in MotionDocumentation.__struct_fields__:
        yield _edit(
            f"documented-{element}-not-read",
            f"the documentation's {element} is not read",
            "fact",
            "DOC-AMM",
            _read(_motion(_without(element))),
            f"documentation {element}",
        )
    yield _edit(
        "documentation-not-read",
        "an empty documentation of motion management is not read",
        "fact",
        "DOC-AMM",
        _read(_motion(lambda motion: with_fields(motion, documentation=None))),
        "documentation",
    )
    yield _edit(
        "documentation-asked-for",
        "no documentation of motion management is an empty one",
        "fact",
        "DOC-AMM",
        _read(
            _motion(lambda motion: motion if motion.documentation else with_fields(motion, documentation=MotionDocumentation()))
        ),
        "documentation",
    )


def _without(element: str) -> Callable[[Motion], Motion]:
    def change(motion: Motion) -> Motion:
        if motion.documentation is None:
            return motion
        return with_fields(motion, documentation=with_fields(motion.documentation, **{element: False}))

    return change


def _wholes() -> Iterator[Edit]:
    for name, words in (
        ("unplanned-beam", "which no plan has"),
        ("no-isocenter", "which the case lacks"),
        ("other-day", "date of service"),
        ("photons-in-electron-plan", "has photon beam"),
    ):
        yield _edit(
            f"conflict-{name}",
            f"conflict «{words}» is passed over",
            "fact",
            "DOC-CONFLICT",
            _suppose(_passed_over("conflicts", words)),
            f"conflict {name}",
        )
    for kind in ("technique", "radiation", "motion method", "guidance method"):
        yield _edit(
            f"unknown-{kind.replace(' ', '-')}",
            f"an unknown {kind} is passed over",
            "fact",
            "DOC-UNKNOWN",
            _suppose(_passed_over("unknown", f"{kind} ")),
            f"unknown {kind}",
        )
    yield _edit(
        "outside-planned",
        "a plan outside the rules counts, delivered or not",
        "fact",
        "SCOPE-TECHNIQUE",
        _suppose(lambda _, case: {"outside": tuple(plan.id for plan in case.plans if plan.technique in TECHNIQUES_OUTSIDE)}),
        "outside",
    )
    yield _edit(
        "unknown-planned",
        "an unknown technique counts, delivered or not",
        "fact",
        "DOC-UNKNOWN",
        _suppose(lambda facts, case: {"unknown": (*facts.unknown, *(p.id for p in case.plans if p.technique not in TECHNIQUES))}),
        "unknown",
    )
    yield _edit(
        "outside-all",
        "all plans must be outside the rules",
        "fact",
        "SCOPE-TECHNIQUE",
        _suppose(lambda facts, _: {"outside": facts.outside if len(facts.outside) == len(facts.plans) else ()}),
        "outside",
    )
    yield _edit(
        "outside-first",
        "the first plan delivered decides what is outside the rules",
        "fact",
        "SCOPE-TECHNIQUE",
        _suppose(
            lambda facts, _: {"outside": tuple(o for o in facts.outside if facts.plans and o.endswith(f" {facts.plans[0].id}"))}
        ),
        "outside",
    )


FACT_EDITS: tuple[Edit, ...] = (
    *_isocenters(),
    *_dates(),
    *_approvals(),
    *_methods(),
    *_techniques(),
    *_motions(),
    *_records(),
    *_wholes(),
)
"""Every edit of the facts."""
