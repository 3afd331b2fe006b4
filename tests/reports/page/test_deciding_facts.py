"""Of each case of the suites, drawing and text show what the reference's explanation rests on."""

from itertools import islice

import pytest

from rtconform.conformance.coder.judge import facts_in_words
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.coder import expect
from rtconform.reference.coder.facts import SessionFacts, next_session_at
from rtconform.reference.documents.treatment import Case, MotionDocumentation, Session
from rtconform.reports.page.course import MOST_IMAGES, MOST_SESSIONS, courses
from rtconform.reports.page.matrices import in_words

EVERY = {"published": 1, "boundaries": 1, "pairwise": 2, "threeway": 12, "documentation": 29, "respelled": 13, "certify": 5}
APPROVAL = {
    "none": "not approved",
    "early": "before the session began",
    "in_time": "in time",
    "late": "late: not before the next session",
}
ELEMENTS = {name: name.replace("_", " ") for name in MotionDocumentation.__struct_fields__}


@pytest.mark.parametrize("name", EVERY)
def test_every_deciding_fact_is_drawn_and_told(name: str) -> None:
    """Motion (method, ticks, documentation), guidance, approval as the rule sees it, the next session in effect: in both."""
    seen = 0
    for item in islice(cases(suite(name), 1), 0, None, EVERY[name]):
        if item.sound:
            seen += _held(item.case)
    assert seen


def _held(case: Case) -> int:
    """Hold one case to it; how many sessions were looked at."""
    expectation = expect(case)
    told = facts_in_words(case, expectation)
    drawn = courses(case)
    of_sessions = {facts.session: facts for facts in expectation.sessions}
    shown = case.sessions[:MOST_SESSIONS]
    for session, course in zip(shown, drawn, strict=True):
        picture = "\n".join(f"{step.when} {step.what} {step.detail}" for step in course.steps).lower()
        text = "\n".join(sentence for sentence in told if sentence.startswith(f"{session.id}: ")).lower()
        facts = of_sessions.get(session.id)
        for where, said in (("drawing", picture), ("text", text)):
            methods = map(in_words, _guidance(facts)) if where == "drawing" else _guidance(facts)
            for due in (*_motion(session, where), *_approval(session, case, facts, text), *methods):
                assert due.lower() in said, (case.id, session.id, where, due, said)
        if not session.beams_delivered:
            assert "no beam" in picture
    return len(shown)


def _motion(session: Session, where: str) -> list[str]:
    motion = session.motion
    if motion is None or (motion.method == "none" and not (motion.during_beam or motion.beam_hold)):
        return []
    documentation = motion.documentation
    method = in_words(motion.method) if where == "drawing" else motion.method.replace("_", " ")
    due = [method, "beam was held by it" if motion.beam_hold else "beam was not held by it"]
    due.append(", monitored during the beam" if motion.during_beam else "not monitored during the beam")
    if motion.method == "none":
        due.append("the method none overrides that")
    if documentation is None:
        return [*due, "says nothing of its documentation"]
    lacking = [said for name, said in ELEMENTS.items() if not getattr(documentation, name)]
    if not lacking:
        return [*due, "documented in full"]
    return [*due, *(["nothing of it documented"] if len(lacking) == len(ELEMENTS) else lacking)]


def _approval(session: Session, case: Case, facts: SessionFacts | None, text: str) -> list[str]:
    """Approval decides where there is guidance to be approved; the next session, where it was approved."""
    if facts is None or not (facts.localizing or facts.monitored or session.physician_review):
        return []
    due = [APPROVAL[facts.approval]]
    following = next_session_at(session, case)
    if following is not None:
        due.append(f"{following:%H:%M}")
        named = session.next_session_at
        later = [one.id for one in case.sessions if one.beams_delivered and one.started_at == following]
        if later and (named is None or following < named):
            due.append(f"{later[0]}, of this case")
    assert text
    return due


def _guidance(facts: SessionFacts | None) -> list[str]:
    methods = dict.fromkeys(act.method for act in facts.localizing) if facts else {}
    return list(methods) if len(methods) <= MOST_IMAGES else []
