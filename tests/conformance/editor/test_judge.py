"""The judge of dispositions, line by line."""

import pytest

from rtconform.conformance.editor.judge import SlipKind, judge_disposition, slips_of
from rtconform.conformance.samples import sample_claims
from rtconform.reference.documents.adjudication import Adjudication, AdjudicationLine, Appeal, Choice
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine

RIGHT = AdjudicationLine(
    1, "allow", rules=("L3-ISOCENTERS",), reason="two isocenters", appeal=Appeal("77412 is right.", "Level 3")
)
PACKAGED = AdjudicationLine(
    1, "bundle", "packaged_service", carc="97", carcs=("97",), accepted=("deny", "review"), rules=("PORT",), reason="inside"
)
DELETED = AdjudicationLine(
    1, "deny", "code_deleted", carc="181", carcs=("181",), accepted=("review",), rules=("SCOPE-DELETED",), reason="deleted"
)
DOUBTFUL = AdjudicationLine(1, "allow", accepted=("deny", "bundle", "review"), rules=("IGRT-GLOBAL",), reason="sources differ")


@pytest.fixture
def claim() -> Claim:
    """A claim of one line."""
    return sample_claims()[1]


def adjudication(*lines: AdjudicationLine, choices: tuple[Choice, ...] = ()) -> Adjudication:
    return Adjudication("sample:2", "medicare", lines, choices)


def answer(*words: str, carc: str | None = None) -> Disposition:
    """A disposition a line, numbered from 1."""
    lines = (DispositionLine(number, word, carc=carc) for number, word in enumerate(words, 1))  # type: ignore[arg-type]
    return Disposition("sample:2", tuple(lines))


@pytest.mark.parametrize(
    ("due", "came", "verdict"),
    [
        (RIGHT, "allow", "pass"),
        (RIGHT, "deny", "fail"),
        (RIGHT, "bundle", "fail"),
        (RIGHT, "review", "declined"),
        (PACKAGED, "bundle", "pass"),
        (PACKAGED, "deny", "pass"),
        (PACKAGED, "review", "accepted"),
        (PACKAGED, "allow", "fail"),
        (DELETED, "deny", "pass"),
        (DELETED, "review", "accepted"),
        (DELETED, "bundle", "pass"),
        (DELETED, "allow", "fail"),
        (DOUBTFUL, "allow", "pass"),
        (DOUBTFUL, "deny", "accepted"),
        (DOUBTFUL, "review", "accepted"),
    ],
)
def test_one_line(claim: Claim, due: AdjudicationLine, came: str, verdict: str) -> None:
    """What each disposition is worth: a stop is a stop, a deny and a bundle of a packaged service are one."""
    assert verdict == judge_disposition(claim, adjudication(due), answer(came)).verdict


@pytest.mark.parametrize(
    ("due", "came", "carc", "kind"),
    [
        (RIGHT, "deny", "97", "false_denial"),
        (RIGHT, "review", None, "held"),
        (DELETED, "allow", None, "miss"),
        (DELETED, "deny", "97", "other_reason"),
        (DELETED, "bundle", None, "other_reason"),
        (DELETED, "deny", "181", None),
        (DELETED, "deny", None, None),
        (DELETED, "review", "16", None),
        (PACKAGED, "deny", "97", None),
    ],
)
def test_what_is_wrong_with_a_line(due: AdjudicationLine, came: str, carc: str | None, kind: SlipKind | None) -> None:
    """Each kind of slip, and none where nothing is wrong; a reason is looked at only where one is given."""
    assert ([kind] if kind else []) == [slip.kind for slip in slips_of(adjudication(due), answer(came, carc=carc))]


def test_a_false_denial_is_answered_in_a_billers_words(claim: Claim) -> None:
    """The explanation holds the appeal, the rule and the source's heading; the rules are those broken."""
    judgement = judge_disposition(claim, adjudication(RIGHT), answer("deny", carc="97"))
    assert ("L3-ISOCENTERS",) == judgement.rules
    assert (
        "line 1 (77412) denied with CARC 97, a false denial: 77412 is right. (L3-ISOCENTERS; source: ACROinsights 2026 No. 1, Level 3; code table; Scenario 5)"
        == judgement.explanation
    )


@pytest.mark.parametrize(
    ("came", "kinds"),
    [
        (("allow", "deny"), []),
        (("deny", "allow"), []),
        (("allow", "allow"), [(2, "miss")]),
        (("deny", "deny"), [(1, "false_denial")]),
        (("review", "deny"), [(1, "held")]),
        (("review", "allow"), []),
    ],
)
def test_of_equal_lines_any_one_may_be_paid(came: tuple[str, ...], kinds: list[tuple[int, SlipKind]]) -> None:
    """Of two equal lines just one is allowed, whichever."""
    again = AdjudicationLine(2, "deny", "delivery_repeated", carc="97", carcs=("97",), accepted=("bundle", "review"))
    due = adjudication(RIGHT, again, choices=(Choice((1, 2), 1, 1, "delivery_repeated"),))
    assert kinds == [(slip.due.number, slip.kind) for slip in slips_of(due, answer(*came))]


@pytest.mark.parametrize(
    ("disposition", "says"),
    [
        (answer(), "no disposition for line 1"),
        (answer("allow", "allow"), "a disposition for line 2, which the claim does not have"),
        (Disposition("sample:2", (DispositionLine(1, "allow"), DispositionLine(1, "deny"))), "2 dispositions for line 1"),
    ],
)
def test_each_line_needs_one_disposition(claim: Claim, disposition: Disposition, says: str) -> None:
    """A disposition that leaves lines out, or has too many, is not an answer."""
    judgement = judge_disposition(claim, adjudication(RIGHT), disposition)
    assert ("invalid", says) == (judgement.verdict, judgement.explanation)


def test_a_reason_code_that_was_out_of_use_is_told(claim: Claim) -> None:
    """A right stop with a code that payers may not give any more passes, as for another reason, and the judge says since when."""
    judged = judge_disposition(claim, adjudication(DELETED), answer("deny", carc="17"))
    assert "pass" == judged.verdict
    assert "CARC 17 was stopped on 2009-07-01, before the service" in judged.explanation
