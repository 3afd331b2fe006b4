"""What the coder keeps beside the lines: every reading of a doubtful record once, the facts, and an answer by any book."""

import datetime as dt

import pytest
from msgspec.structs import replace

from rtconform.reference.coder.book import Book
from rtconform.reference.coder.coder import code, expect
from rtconform.reference.coder.facts import case_facts
from rtconform.reference.documents import treatment as t
from rtconform.reference.documents.coding import Line
from rtconform.reference.editor.record import case_of
from tests.helpers.billed_claims import claim_of
from tests.helpers.one_beam import DAY, HELD, case


def test_each_reading_of_a_doubly_doubtful_record_is_there() -> None:
    """Evidence of 3D in part, and in one of two sessions no word of motion management: each doubt is read both ways."""
    undocumented = t.Motion("gating", "optical_surface", during_beam=True, beam_hold=True, documentation=t.MotionDocumentation())
    asked = case(motion=undocumented, volumetric_imaging="ct")
    later = replace(asked.sessions[1], beams_delivered=("P1B1",))
    found = code(replace(asked, sessions=(asked.sessions[0], later)))
    assert "needs_review" == found.outcome
    assert [
        ("DOC-PARTIAL", ("77407", "77407"), "coded"),
        ("DOC-PARTIAL", ("77402", "77402"), "coded"),
        ("DOC-PARTIAL", ("77412", "77407"), "coded"),
        ("DOC-PARTIAL", ("77412", "77402"), "coded"),
    ] == [(other.rule, tuple(line.code for line in other.lines), other.outcome) for other in found.alternatives]


def test_a_doubt_that_bites_only_beside_another_is_one() -> None:
    """Held by a monitor, the level is 3 whatever the technique; if that is not documented either, it depends on the technique."""
    undocumented = replace(HELD, documentation=t.MotionDocumentation())
    found = code(case(motion=undocumented, volumetric_imaging="ct"))
    assert "needs_review" == found.outcome
    assert {"DOC-PARTIAL", "DOC-AMM"} <= set(found.rules)
    assert [("77407",), ("77402",), ("77412",)] == [tuple(line.code for line in other.lines) for other in found.alternatives]


@pytest.mark.parametrize(
    ("asked", "rule", "sessions"),
    [
        (case(), None, ["S1", "S2"]),
        (case(dt.date(2025, 12, 31)), "SCOPE-DATE", ["S1", "S2"]),
        (case(beam="P9B9"), "DOC-CONFLICT", []),
    ],
)
def test_facts_are_kept_but_of_a_record_that_contradicts_itself(asked: t.Case, rule: str | None, sessions: list[str]) -> None:
    """The facts of each session are there with any answer; a record that contradicts itself has none."""
    found = expect(asked)
    assert rule is None or (rule,) == found.coding.rules
    assert sessions == [facts.session for facts in found.sessions]
    assert case_facts(asked) == found.facts


def test_each_session_is_coded_under_its_own_id() -> None:
    """A session without beams has a coding too, empty and by its id."""
    sessions = expect(case()).readings[0].sessions
    assert ["S1", "S2"] == [session.session for session in sessions]
    assert () == sessions[1].lines


def test_a_book_without_levels_bills_no_delivery() -> None:
    """Where no row of a book holds, nothing is billed: a faulty coder is still a coder."""
    found = expect(case(), Book(delivery=())).coding
    assert ("coded", ()) == (found.outcome, found.lines)


@pytest.mark.parametrize(("setting", "whose"), [("hospital_outpatient", "facility"), ("freestanding", "global")])
def test_a_claim_with_a_record_is_the_case_that_it_bills(setting: t.Setting, whose: t.ClaimKind) -> None:
    """Nothing but the patient's name and the claim's lines is lost between a case and the case read from its claim."""
    billed = replace(case(), billing=t.Billing(DAY, setting, whose, "unitedhealthcare"))
    claim = claim_of(billed, [Line("S1", "77407")], documented=True)
    assert claim is not None
    assert claim.treatment is not None
    assert billed == case_of(claim, claim.treatment, DAY)
