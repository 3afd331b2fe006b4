"""Faults of caution and of reading: what is sent back though the record decides it; lists of which a part is read."""

from collections.abc import Callable

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.faulty import Coder, FaultyCoder, correct, reading
from rtconform.reference.coder.facts import delivered_plans
from rtconform.reference.documents.coding import Answer, Outcome
from rtconform.reference.documents.treatment import TECHNIQUES, TECHNIQUES_OUTSIDE, Case, Plan, Session

WORKLIST = "a work list that catches whatever is not routine"
WHOLE_RECORD = "a check of the whole record, not of what was delivered"
FORM = "a form that asks for fields that no code depends on"
LISTS = "a reader that takes the first of a list for all of it"

Doubt = Callable[[Case], bool]


def _instead(outcome: Outcome, doubt: Doubt) -> Coder:
    """What is coded is answered so where there is this doubt."""

    def code(case: Case) -> Answer:
        answer = correct(case)
        return Answer(case.id, outcome) if answer.outcome == "coded" and doubt(case) else answer

    return code


def _review(doubt: Doubt) -> Coder:
    return _instead("needs_review", doubt)


def _plans_beside(doubt: Callable[[Plan, Case], bool]) -> Doubt:
    """A plan of which nothing was delivered is such."""
    return lambda case: any(doubt(plan, case) for plan in case.plans if plan not in delivered_plans(case))


def _some_session(doubt: Callable[[Session], bool]) -> Doubt:
    return lambda case: any(map(doubt, case.sessions))


def _no_isocenter(plan: Plan, case: Case) -> bool:
    return any(beam.isocenter not in {point.id for point in case.isocenters} for beam in plan.beams)


def _incomplete(plan: Plan) -> bool:
    planning = plan.planning
    return not (planning.volumetric_imaging and planning.targets and planning.organs_at_risk and planning.dvh_evaluated)


def _empty_documentation(session: Session) -> bool:
    record = session.motion.documentation if session.motion else None
    return record is not None and not any((record.medical_necessity, record.system, record.thresholds, record.monitoring))


def _professional(case: Case) -> bool:
    return case.billing.claim == "professional"


def _unsorted(case: Case) -> bool:
    starts = [session.started_at for session in case.sessions]
    return starts != sorted(starts)


def _first_plan(case: Case) -> Case:
    first = case.plans[:1]
    known = {beam.id for plan in first for beam in plan.beams}
    sessions = tuple(with_fields(s, beams_delivered=tuple(b for b in s.beams_delivered if b in known)) for s in case.sessions)
    return with_fields(case, plans=first, sessions=sessions)


# fmt: off
_ROWS = (
    ("review-unknown-plan-beside", "An unknown technique sends the case back, though nothing of the plan was delivered.",
     WHOLE_RECORD, "DOC-UNKNOWN SCOPE-BEAM", _review(_plans_beside(lambda plan, _: plan.technique not in TECHNIQUES))),
    ("outside-plan-beside", "A plan outside the rules puts the case outside, though nothing of it was delivered.",
     WHOLE_RECORD, "SCOPE-TECHNIQUE",
     _instead("out_of_scope", _plans_beside(lambda plan, _: plan.technique in TECHNIQUES_OUTSIDE))),
    ("review-conflict-beside", "A plan that contradicts the record sends the case back, though nothing of it was delivered.",
     WHOLE_RECORD, "DOC-CONFLICT", _review(_plans_beside(_no_isocenter))),
    ("review-evidence-beside", "A plan without all of its evidence sends the case back, though nothing of it was delivered.",
     WHOLE_RECORD, "DOC-PARTIAL", _review(_plans_beside(lambda plan, _: _incomplete(plan)))),
    ("review-any-plan-beside", "A plan of which nothing was delivered sends the case back.",
     WORKLIST, "ISO-DELIVERED", _review(_plans_beside(lambda *_: True))),
    ("review-session-without-beams", "A session without beams sends the case back.",
     WORKLIST, "SCOPE-BEAM", _review(_some_session(lambda session: not session.beams_delivered))),
    ("outside-session-without-beams", "A session without beams puts the case outside.",
     WORKLIST, "SCOPE-BEAM", _instead("out_of_scope", _some_session(lambda session: not session.beams_delivered))),
    ("review-evidence-on-professional-claims", "Incomplete evidence of planning sends a professional claim back.",
     WHOLE_RECORD, "DOC-PARTIAL CLAIM-PROFESSIONAL",
     _review(lambda case: _professional(case) and any(map(_incomplete, delivered_plans(case))))),
    ("review-motion-on-professional-claims", "Motion management that is not documented sends a professional claim back.",
     WHOLE_RECORD, "DOC-AMM CLAIM-PROFESSIONAL",
     _review(lambda case: _professional(case) and _some_session(_empty_documentation)(case))),
    ("review-motion-that-changes-nothing", "Motion management that is not documented sends the case back, whatever it changes.",
     WHOLE_RECORD, "DOC-AMM", _review(_some_session(_empty_documentation))),
    ("review-late-approval", "A review that came too late sends the case back.",
     WORKLIST, "IGRT-REVIEW", _review(lambda case: any(
         s.physician_review and s.physician_review.approved_at and s.next_session_at
         and s.physician_review.approved_at >= s.next_session_at for s in case.sessions))),
    ("review-couch-shift", "A couch correction sends the case back.",
     WORKLIST, "ISO-CORRECTION", _review(_some_session(lambda session: session.couch_shift_mm is not None))),
    ("review-without-diagnosis", "A plan without a diagnosis sends the case back.",
     FORM, "TECHNIQUE-FAMILY", _review(lambda case: any(not plan.diagnosis for plan in case.plans))),
    ("review-without-dose", "A plan without a dose sends the case back.",
     FORM, "TECHNIQUE-FAMILY", _review(lambda case: any(plan.dose_gy is None for plan in case.plans))),
    ("review-without-fraction", "A session without a fraction number sends the case back.",
     FORM, "SESSIONS", _review(_some_session(lambda session: session.fraction is None))),
    ("review-without-next-session", "A session without a next one sends the case back.",
     FORM, "IGRT-REVIEW", _review(_some_session(lambda session: session.next_session_at is None))),
    ("review-unsorted-sessions", "Sessions that are not listed by time send the case back.",
     FORM, "SESSIONS", _review(_unsorted)),
    ("first-plan-read", "Of several plans the first on the list is read alone.", LISTS, "ISO-DELIVERED L3-MIXED",
     reading(_first_plan)),
    ("first-session-read", "Of several sessions the first on the list is read alone.", LISTS, "SESSIONS",
     reading(lambda case: with_fields(case, sessions=case.sessions[:1]))),
)
# fmt: on

FAULTS = tuple(FaultyCoder(name, says, seen, tuple(rules.split()), code) for name, says, seen, rules, code in _ROWS)
"""Every fault of this kind."""
