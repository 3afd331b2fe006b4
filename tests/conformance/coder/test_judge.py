"""The judge: what is the same in any form, what is accepted, and how a fail is explained."""

from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.conformance.coder.judge import judge
from rtconform.conformance.coder.normal_form import normal_form
from rtconform.conformance.verdicts import Judgement
from rtconform.reference.coder.coder import Expectation, expect
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.coding import Answer, AnswerLine
from rtconform.reference.documents.treatment import Beam, Case, Guidance, Isocenter, Motion, PhysicianReview
from rtconform.reference.documents.wire import decode
from tests.helpers import odd_records

REPEATS = ("59", "76", "77", "XE")
LEVELS = ("59", "XE", "XS", "XP", "XU")


def answer_of(expectation: Expectation) -> Answer:
    """The reference's own answer, as a vendor would give it."""
    coding = expectation.coding
    lines = tuple(AnswerLine(line.session, line.code, line.modifiers, line.units) for line in coding.lines)
    return Answer(coding.id, coding.outcome, lines)


def verdict(case: Case, answer: Answer) -> Judgement:
    """The judge's word."""
    return judge(case, expect(case), answer)


@given(odd_records.cases())
def test_the_reference_passes(case: Case) -> None:
    """The reference's own answer passes, for every treatment."""
    assert "pass" == verdict(case, answer_of(expect(case))).verdict


@given(odd_records.cases(), st.randoms(use_true_random=False))
def test_order_of_lines_and_modifiers_is_nothing(case: Case, random: Random) -> None:
    """Neither the order of lines nor that of modifiers changes a verdict."""
    answer = answer_of(expect(case))
    wrong = AnswerLine("S1", "77412", ("26", "59"))
    lines = random.sample([*answer.lines, wrong], len(answer.lines) + 1)
    shuffled = tuple(replace(line, modifiers=line.modifiers[::-1]) for line in lines)
    assert (
        verdict(case, replace(answer, lines=(*answer.lines, wrong))).verdict
        == verdict(case, replace(answer, lines=shuffled)).verdict
    )


@given(odd_records.cases())
def test_every_alternative_is_accepted(case: Case) -> None:
    """Each alternative of the coding, in place of what it replaces, is accepted and names its ambiguity."""
    expectation = expect(case)
    for alternative in expectation.coding.alternatives:
        outcome = alternative.outcome or expectation.coding.outcome
        kept = [] if alternative.session is None else [x for x in expectation.coding.lines if x.session != alternative.session]
        lines = tuple(AnswerLine(x.session, x.code, x.modifiers, x.units) for x in (*kept, *alternative.lines))
        judgement = verdict(case, Answer(case.id, outcome, lines))
        assert "accepted" == judgement.verdict
        assert alternative.rule in judgement.rules


@given(odd_records.cases())
def test_mixed_alternatives_are_accepted(case: Case) -> None:
    """Any mixture of accepted options, session by session and service by service, is accepted or passes."""
    for reading in expect(case).readings:
        if reading.outcome != "coded":
            continue
        per_session = [list(product(s.delivery, s.guidance)) for s in reading.sessions]
        for options in product(*per_session):
            found = [line for delivery, guidance in options for line in (*delivery.lines, *guidance.lines)]
            lines = tuple(AnswerLine(line.session, line.code, line.modifiers) for line in found)
            assert verdict(case, Answer(case.id, "coded", lines)).verdict in ("pass", "accepted")


@given(
    odd_records.cases(techniques=("vmat", "2d"), claims=("facility", "global"), sessions=2), st.sampled_from((*REPEATS, *LEVELS))
)
def test_forms_of_a_second_session(case: Case, modifier: str) -> None:
    """Of two sessions of a code the second line may carry 59, 76, 77 or XE, of two levels 59, XE, XS, XP or XU; equal lines may be
    one of two units.
    """
    everything = tuple(beam.id for plan in case.plans for beam in plan.beams)
    case = replace(case, sessions=tuple(replace(s, beams_delivered=s.beams_delivered or everything) for s in case.sessions))
    expectation = expect(case)
    lines = answer_of(expectation).lines
    delivery = [line for line in lines if line.code != "77387"]
    assume(expectation.coding.outcome == "coded" and len(delivery) == 2)
    others = tuple(line for line in lines if line.code == "77387")
    marked = (delivery[0], replace(delivery[1], modifiers=(modifier,)), *others)
    takes = REPEATS if delivery[0].code == delivery[1].code else LEVELS
    assert ("pass" if modifier in takes else "fail") == verdict(case, Answer(case.id, "coded", marked)).verdict
    both = tuple(replace(line, modifiers=(modifier,)) for line in delivery)
    assert "fail" == verdict(case, Answer(case.id, "coded", (*both, *others))).verdict
    if delivery[0].code == delivery[1].code:
        assert "pass" == verdict(case, Answer(case.id, "coded", (replace(delivery[0], units=2), *others))).verdict
        assert "fail" == verdict(case, Answer(case.id, "coded", (replace(delivery[0], units=3), *others))).verdict


@given(odd_records.cases(), st.sampled_from([("77387", ("TC",)), ("77417", ()), ("77387", ())]))
def test_bundled_lines(case: Case, service: tuple[str, tuple[str, ...]]) -> None:
    """A packaged service shown for tracking changes nothing on facility and technical claims, and is wrong elsewhere."""
    answer = answer_of(expect(case))
    assume(answer.outcome == "coded")
    line = AnswerLine(case.sessions[0].id, *service, payment="bundled")
    tolerated = case.billing.claim == "facility" or (case.billing.claim == "technical" and service != ("77387", ()))
    shown = verdict(case, replace(answer, lines=(*answer.lines, line))).verdict
    if tolerated:
        assert "pass" == shown
    elif service != ("77387", ()):
        assert "fail" == shown
    billed = replace(answer, lines=(*answer.lines, replace(line, payment="separate")))
    assert case.billing.claim == "global" or "fail" == verdict(case, billed).verdict


@given(
    odd_records.cases(),
    st.sampled_from(["77402", "77407", "77412", "77386", "77387", "77427"]),
    st.sampled_from(["S1", "S2", "S9"]),
)
def test_a_fail_always_says_why(case: Case, code: str, session: str) -> None:
    """Whatever is billed, a fail names known rules and has a sentence."""
    expectation = expect(case)
    judgement = verdict(case, Answer(case.id, "coded", (AnswerLine(session, code),)))
    if judgement.verdict == "fail":
        assert set(judgement.rules) <= RULES.keys()
        assert judgement.rules
        assert judgement.explanation.strip()
    assert expectation.coding.lines or judgement.verdict != "pass"


@given(odd_records.cases())
def test_normal_form_keeps_canonical_lines(case: Case) -> None:
    """Canonical lines are their own normal form: nothing is lost and nothing moves."""
    answer = answer_of(expect(case))
    form = normal_form(answer.lines, case)
    assert sum(line.units for line in answer.lines) == sum(sum(units.values()) for units in form.values())


@pytest.fixture
def prostate() -> Case:
    """One IMRT plan at one isocenter, localized and approved, on a hospital's claim."""
    return decode(PROSTATE.encode(), Case)


PROSTATE = """
{"schema": "rtconform.case/1", "id": "test:1", "patient": {"id": "SYN-1", "birth_date": "1953-04-02", "sex": "male"},
 "billing": {"date_of_service": "2026-03-09", "setting": "hospital_outpatient", "claim": "facility", "payer": "medicare"},
 "isocenters": [{"id": "ISO1", "position_mm": [0.0, -12.5, 40.0]}],
 "plans": [{"id": "P1", "technique": "vmat",
   "planning": {"volumetric_imaging": "ct", "targets": ["PTV"], "organs_at_risk": ["Rectum"], "dvh_evaluated": true,
                "inverse_optimized": true},
   "beams": [{"id": "P1B1", "radiation": "photon", "isocenter": "ISO1", "modulation": "dynamic_mlc"}]}],
 "sessions": [{"id": "S1", "started_at": "2026-03-09T09:10:00", "beams_delivered": ["P1B1"],
   "guidance": [{"method": "cbct", "purpose": "target_localization", "timing": "pre_treatment"}],
   "motion": {"method": "none"}, "physician_review": {"approved_at": "2026-03-09T17:40:00"},
   "next_session_at": "2026-03-10T09:10:00"}]}
"""


def coded(*lines: AnswerLine) -> Answer:
    """An answer with these lines."""
    return Answer("test:1", "coded", lines)


def with_second_plan(case: Case) -> Case:
    """The same with a second plan at the same isocenter, both delivered."""
    second = replace(case.plans[0], id="P2", beams=(Beam("P2B1", "photon", "ISO1"),))
    session = replace(case.sessions[0], beams_delivered=("P1B1", "P2B1"))
    return replace(case, plans=(*case.plans, second), sessions=(session,))


def test_plans_counted_for_isocenters(prostate: Case) -> None:
    """Level 3 for two plans at one isocenter is told that they share it."""
    judgement = verdict(with_second_plan(prostate), coded(AnswerLine("S1", "77412")))
    expected = "77412 billed where 77407 is due: two plans share one isocenter (ISO-CONTIGUOUS)"
    assert ("fail", ("ISO-CONTIGUOUS",), expected) == (judgement.verdict, judgement.rules, judgement.explanation)


@pytest.mark.parametrize(
    ("claim", "change", "answer", "verdict_is", "rules"),
    [
        ("facility", {}, coded(AnswerLine("S1", "77386")), "fail", ("SCOPE-DELETED",)),
        ("facility", {}, coded(AnswerLine("S1", "77407", ("26",))), "fail", ("NO-SPLIT",)),
        ("facility", {}, coded(AnswerLine("S1", "77407"), AnswerLine("S1", "77387", ("TC",))), "fail", ("IGRT-TECH",)),
        ("facility", {}, coded(AnswerLine("S1", "77407"), AnswerLine("S1", "77387", ("26",))), "fail", ("IGRT-TECH",)),
        ("facility", {}, coded(AnswerLine("S1", "77407"), AnswerLine("S1", "77417")), "fail", ("PORT",)),
        ("facility", {}, coded(AnswerLine("S1", "77407", units=2)), "fail", ("ONCE",)),
        ("facility", {}, coded(AnswerLine("S1", "77407", ("76",))), "fail", ("SESSIONS",)),
        ("facility", {}, coded(AnswerLine("S9", "77407")), "fail", ("ONCE", "L2-SINGLE")),
        ("facility", {}, coded(), "fail", ("L2-SINGLE",)),
        ("facility", {}, Answer("test:1", "needs_review"), "declined", None),
        ("facility", {}, Answer("test:1", "out_of_scope"), "fail", ("L2-SINGLE",)),
        ("facility", {}, Answer("test:1", "out_of_scope", (AnswerLine("S1", "77407"),)), "fail", None),
        ("facility", {"couch_shift_mm": (4.0, 0.0, 0.0)}, coded(AnswerLine("S1", "77412")), "fail", ("ISO-CORRECTION",)),
        ("facility", {"motion": Motion("breath_hold")}, coded(AnswerLine("S1", "77412")), "fail", ("AMM-HOLD",)),
        ("facility", {"motion": Motion("passive_compression")}, coded(AnswerLine("S1", "77412")), "fail", ("AMM-PASSIVE",)),
        ("facility", {"guidance": (Guidance("surface", "patient_setup"),)}, coded(AnswerLine("S1", "77412")), "fail", ("AMM-SETUP",)),
        ("facility", {"motion": Motion("gating", "optical_surface", True, True)}, coded(AnswerLine("S1", "77407")), "fail", ("L3-MOTION",)),
        ("facility", {"motion": Motion("gating", "optical_surface", True, False)}, coded(AnswerLine("S1", "77412")), "accepted", ("AMM-OBSERVED",)),
        ("professional", {}, coded(AnswerLine("S1", "77387", ("26",))), "pass", None),
        ("professional", {}, coded(AnswerLine("S1", "77387")), "fail", ("IGRT-PROF",)),
        ("professional", {}, coded(), "fail", ("IGRT-PROF",)),
        ("professional", {}, coded(AnswerLine("S1", "77387", ("26",), 2)), "fail", ("IGRT-ONCE",)),
        ("professional", {}, coded(AnswerLine("S1", "77407"), AnswerLine("S1", "77387", ("26",))), "fail", ("NO-SPLIT",)),
        ("professional", {"physician_review": None}, coded(AnswerLine("S1", "77387", ("26",))), "fail", ("IGRT-REVIEW",)),
        ("professional", {"guidance": (Guidance("cbct", "patient_setup"),)}, coded(AnswerLine("S1", "77387", ("26",))), "fail", ("IGRT-PURPOSE",)),
        ("professional", {"guidance": (Guidance("mv_port", "target_localization"),)}, coded(AnswerLine("S1", "77387", ("26",))), "fail", ("PORT",)),
        ("professional", {"guidance": ()}, coded(AnswerLine("S1", "77387", ("26",))), "fail", ("IGRT-PROF",)),
        ("professional", {"beams_delivered": ()}, coded(AnswerLine("S1", "77387", ("26",))), "fail", ("SCOPE-BEAM",)),
        ("technical", {}, coded(AnswerLine("S1", "77407"), AnswerLine("S1", "77387", ("26",))), "fail", ("CLAIM-TECHNICAL",)),
        ("global", {}, coded(AnswerLine("S1", "77407"), AnswerLine("S1", "77387")), "accepted", ("IGRT-GLOBAL",)),
    ],
)  # fmt: skip
def test_what_each_fault_is_told(prostate: Case, claim: Any, change: Any, answer: Any, verdict_is: str, rules: Any) -> None:
    """Each kind of fault gets its verdict and the rule that it breaks."""
    case = replace(
        prostate,
        billing=replace(prostate.billing, claim=claim),
        sessions=(replace(prostate.sessions[0], **change),),
    )
    judgement = verdict(case, answer)
    assert verdict_is == judgement.verdict
    assert rules is None or rules == judgement.rules


def test_a_missing_isocenter_is_told(prostate: Case) -> None:
    """Level 2 for a planned shift to a second isocenter breaks ISO-SHIFT."""
    plan = replace(prostate.plans[0], beams=(*prostate.plans[0].beams, Beam("P1B2", "photon", "ISO2")))
    case = replace(
        prostate,
        isocenters=(*prostate.isocenters, Isocenter("ISO2", (0.0, -12.5, 140.0))),
        plans=(plan,),
        sessions=(replace(prostate.sessions[0], beams_delivered=("P1B1", "P1B2")),),
    )
    judgement = verdict(case, coded(AnswerLine("S1", "77407")))
    assert ("fail", ("ISO-SHIFT",)) == (judgement.verdict, judgement.rules)


def test_a_missing_second_session_is_told(prostate: Case) -> None:
    """Two sessions coded as one breaks SESSIONS."""
    second = replace(
        prostate.sessions[0], id="S2", started_at=prostate.sessions[0].started_at.replace(hour=15), guidance=(),
        physician_review=PhysicianReview(),
    )  # fmt: skip
    case = replace(prostate, sessions=(prostate.sessions[0], second))
    judgement = verdict(case, coded(AnswerLine("S1", "77407")))
    assert ("fail", ("SESSIONS",)) == (judgement.verdict, judgement.rules)
