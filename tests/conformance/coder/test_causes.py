"""Causes: failing cases fall into the faults that made them, whatever their codes."""

from collections import Counter
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.conformance.cause import KINDS, Kind
from rtconform.conformance.coder.causes import causes_of
from rtconform.conformance.coder.judge import judge
from rtconform.conformance.coder.mistakes import MISTAKES
from rtconform.conformance.coder.size import size_of_case
from rtconform.conformance.records import Result
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.suites.registry import suite
from rtconform.reference.coder.coder import expect
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.coding import Answer, AnswerLine, Coding
from rtconform.reference.documents.treatment import Case, Guidance
from tests.helpers import odd_records

Wrong = Callable[[tuple[AnswerLine, ...]], tuple[AnswerLine, ...]]


def judged(case: Case, answer: Answer) -> Result:
    """The result of `answer`, as the runner writes it."""
    expectation = expect(case)
    judgement = judge(case, expectation, answer)
    return Result(
        case.id, "made", judgement.verdict, judgement.rules, expectation.coding, answer, judgement.explanation, 1.0, case=case
    )


def right_lines(case: Case) -> tuple[AnswerLine, ...]:
    """What the reference bills."""
    return tuple(AnswerLine(x.session, x.code, x.modifiers, x.units) for x in expect(case).coding.lines)


def boundary(name: str) -> Case:
    """A case of suite boundaries."""
    boundaries = suite("boundaries")
    return boundaries.case(boundaries.index_of(f"boundaries:{name}")[0], 1).case


def recoded(code: str, *modifiers: str) -> Wrong:
    """Every delivery line under another code."""
    return lambda lines: tuple(replace(line, code=code, modifiers=modifiers) for line in lines if line.code != "77387")


LINES: dict[str, Wrong] = {
    "level too high": recoded("77412"),
    "level too low": recoded("77402"),
    "deleted": recoded("77386"),
    "no code at all": recoded("99213"),
    "modifier": recoded("77407", "TC"),
    "twice": lambda lines: (*lines, *lines),
    "missing": lambda _: (),
    "guidance too": lambda lines: (*lines, AnswerLine("S1", "77387", ("26",))),
}


@pytest.mark.parametrize(
    ("wrong", "causes"),
    [
        ("level too high", ["AMM-SETUP/level-too-high"]),
        ("level too low", ["TECHNIQUE-FAMILY/level-too-low"]),
        ("deleted", ["SCOPE-DELETED/deleted-code"]),
        ("no code at all", ["ONCE/unknown-code"]),
        ("modifier", ["NO-SPLIT/modifier"]),
        ("twice", ["ONCE/units"]),
        ("missing", ["L2-SINGLE/missing-line"]),
        ("guidance too", ["IGRT-TECH/extra-line"]),
    ],
)
def test_kind_of_difference(wrong: str, causes: list[str]) -> None:
    """Each way to answer a 3D treatment with set-up surface guidance wrongly is a cause of its own."""
    case = next(
        case
        for case in (suite("boundaries").case(index, 1).case for index in range(suite("boundaries").size(None)))
        if case.billing.claim == "facility" and len(case.sessions) == 1 and "AMM-SETUP" in expect(case).coding.rules
        and expect(case).sessions[0].technique == "3d" and expect(case).sessions[0].plans == 1
    )  # fmt: skip
    answer = Answer(case.id, "coded", LINES[wrong](right_lines(case)))

    assert causes == [cause.id for cause in causes_of(judged(case, answer))]


@pytest.mark.parametrize("outcome", ["out_of_scope", "needs_review"])
def test_no_code_where_one_was_due(outcome: str) -> None:
    """An answer without a code is a cause named after the rule that decided."""
    case = boundary("approval-a-minute-before")
    (cause,) = causes_of(judged(case, Answer(case.id, outcome)))  # type: ignore[arg-type] # the two literals above

    assert {"out_of_scope": "IGRT-PROF/out-of-scope", "needs_review": "IGRT-PROF/declined"}[outcome] == cause.id


@pytest.mark.parametrize(("verdict", "cause"), [("error", "crash"), ("timeout", "timeout"), ("invalid", "invalid")])
def test_no_answer(verdict: str, cause: str) -> None:
    """Where no answer could be read, the cause is how it failed, whatever the treatment."""
    result = Result("a:1", "a", verdict, ("L2-SINGLE",), Coding("a:1", "coded"), None, "", None)  # type: ignore[arg-type] # the three above

    assert [cause] == [one.id for one in causes_of(result)]


def test_two_causes_in_one_case() -> None:
    """A case that fails for delivery and for guidance has both causes, each with its own rule."""
    case = replace(boundary("approval-a-minute-before"), id="made:1")
    case = replace(case, billing=replace(case.billing, setting="freestanding", claim="global"))
    (delivery, guidance) = right_lines(case)
    answer = Answer(case.id, "coded", (replace(delivery, code="77386"), replace(guidance, modifiers=("TC",))))
    result = judged(case, answer)

    assert ["IGRT-TECH/modifier", "SCOPE-DELETED/deleted-code"] == [cause.id for cause in causes_of(result)]
    assert [("IGRT-TECH",), ("SCOPE-DELETED",)] == [cause.rules for cause in causes_of(result)]


def test_an_accepted_reading_beside_a_fault_is_no_cause() -> None:
    """Where guidance is ambiguous, what is accepted alone is not blamed because something else is wrong."""
    case = boundary("approval-a-minute-before")
    (session,) = case.sessions
    surface = replace(session, guidance=(Guidance("surface", "patient_setup"),))
    case = replace(case, sessions=(surface,), billing=replace(case.billing, setting="freestanding", claim="global"))
    (delivery,) = right_lines(case)
    answer = Answer(case.id, "coded", (replace(delivery, code="77386"), AnswerLine("S1", "77387", ("26",))))
    result = judged(case, answer)

    assert (("SCOPE-DELETED",), ["SCOPE-DELETED/deleted-code"]) == (result.rules, [cause.id for cause in causes_of(result)])


@pytest.mark.slow
@given(odd_records.cases(), st.sampled_from(list(LINES)), st.sampled_from(["coded", "out_of_scope", "needs_review"]))
def test_whatever_does_not_stand_has_a_cause(case: Case, wrong: str, outcome: str) -> None:
    """Every result that does not stand has causes, of rules that it broke; one that stands has none."""
    lines = LINES[wrong](right_lines(case)) if outcome == "coded" else ()
    result = judged(case, Answer(case.id, outcome, lines))  # type: ignore[arg-type] # the three above
    causes = causes_of(result)

    assert VERDICTS[result.verdict].conformant == (not causes)
    for cause in causes:
        assert set(cause.rules) <= {*result.rules, *result.expected.rules}
        assert cause.kind in get_args(Kind)
        assert cause.sentence


def test_what_stands_has_no_cause() -> None:
    """A pass has no cause."""
    case = boundary("approval-a-minute-before")

    assert () == causes_of(judged(case, Answer(case.id, "coded", right_lines(case))))


@pytest.mark.slow
@given(odd_records.cases())
def test_less_is_smaller(case: Case) -> None:
    """A case without one of its sessions, or without guidance, is smaller."""
    assume(len(case.sessions) > 1 or any(session.guidance for session in case.sessions))
    fewer = replace(case, sessions=tuple(replace(session, guidance=()) for session in case.sessions[:1]))

    assert size_of_case(fewer) < size_of_case(case)


def test_sentences_are_of_rules_and_kinds() -> None:
    """The table speaks of rules that there are and of kinds that there are, and every kind has a sentence."""
    assert set(get_args(Kind)) == set(KINDS)
    assert set() == {rule for rule, _ in MISTAKES} - set(RULES)
    assert set() == {kind for _, kind in MISTAKES} - set(KINDS)
    assert [] == [sentence for sentence, number in Counter(KINDS.values()).items() if number > 1]
