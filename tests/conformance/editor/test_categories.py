"""The two categories of edits on which no claim of the suites can be missed: a second session's form, and a record in doubt."""

import datetime as dt

import pytest

from rtconform.conformance.adapters import Reply
from rtconform.conformance.editor.judge import judge_disposition
from rtconform.conformance.runs.runner import result_of
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient, Disposition, DispositionLine, DispositionWord
from rtconform.reference.documents.coding import Line
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.payers import PayerProfile, Period, profile_of
from tests.helpers.billed_claims import claim_of

DAY = dt.date(2026, 4, 9)
ONLY_76 = PayerProfile("own", "A payer of one's own", ("own",), ((DAY, Period("a letter of the payer", "either", ("76",), 2)),))


def delivered(*modifiers: str, units: int = 1, sessions: bool = True) -> Claim:
    """A hospital's claim with a line of 77407 for each of these modifiers ("" for none)."""
    lines = tuple(
        ClaimLine(n, "77407", DAY, (mark,) if mark else (), units, (), f"S{n}" if sessions else None, "0333")
        for n, mark in enumerate(modifiers, 1)
    )
    patient = ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male")
    return Claim("test:1", "institutional", patient, lines, "commercial", type_of_bill="131")


def answered(claim: Claim, *words: DispositionWord) -> Disposition:
    """A disposition a line."""
    return Disposition(claim.id, tuple(DispositionLine(number, word) for number, word in enumerate(words, 1)))


def missed(claim: Claim) -> list[str]:
    """The causes that an editor shows which allows every line."""
    allowed: list[DispositionWord] = ["allow" for _ in claim.lines]
    reply = Reply("answered", answer=answered(claim, *allowed))
    return [cause.id for cause in result_of("test", SuiteClaim(claim), reply).causes]


def test_a_second_session_needs_the_payers_modifier() -> None:
    """Two plain lines: one of them is stopped, no matter which; with 59 both are right."""
    plain, marked = delivered("", ""), delivered("", "59")
    assert [(None, "allow"), ("repeat_modifier", "deny")] == [(x.category, x.disposition) for x in adjudicate(plain).lines]
    verdicts = {
        words: judge_disposition(plain, adjudicate(plain), answered(plain, *words)).verdict
        for words in (("allow", "deny"), ("deny", "allow"), ("allow", "allow"), ("deny", "deny"))
    }
    assert ["pass", "pass", "fail", "fail"] == list(verdicts.values())
    assert ["allow", "allow"] == [line.disposition for line in adjudicate(marked).lines]
    assert ["SESSIONS/missed-repeat-modifier"] == missed(plain)
    assert [] == missed(marked)


@pytest.mark.parametrize(
    "claim",
    [delivered("", "59"), delivered("", units=2, sessions=False)],
    ids=["another modifier", "units in place of a line"],
)
def test_another_form_than_the_payers_is_stopped(claim: Claim) -> None:
    """A payer that takes 76 and nothing else: neither 59 nor two units; 76 is right."""
    stopped = [line for line in adjudicate(claim, ONLY_76).lines if line.disposition != "allow"]
    assert ["repeat_modifier"] == [line.category for line in stopped]
    assert {"4", "18"} == set(stopped[0].carcs)
    right = delivered("", "76")
    assert ["allow", "allow"] == [line.disposition for line in adjudicate(right, ONLY_76).lines]


def documented(slug: str, code: str) -> Claim:
    """A claim for this code with the record of a case of suite `boundaries`."""
    boundaries = suite("boundaries")
    case = boundaries.case(boundaries.index_of(f"boundaries:{slug}")[0], 1).case
    claim = claim_of(case, [Line(case.sessions[0].id, code)], documented=True, profile=profile_of(case.billing.payer))
    assert claim is not None
    return claim


@pytest.mark.parametrize(
    ("slug", "rule", "verdicts"),
    [
        ("3d-histogram-not-evaluated", "DOC-PARTIAL", ("accepted", "pass", "accepted")),
        ("electron-plan-with-photons", "DOC-CONFLICT", ("fail", "pass", "accepted")),
    ],
)
def test_a_record_in_doubt_is_held(slug: str, rule: str, verdicts: tuple[str, ...]) -> None:
    """A person has to read it. Where it lacks evidence sources differ and the line may be allowed; where it contradicts itself not."""
    claim = documented(slug, "77407")
    due = adjudicate(claim)
    assert [("record_unclear", "review")] == [(line.category, line.disposition) for line in due.lines]
    assert rule in due.lines[0].rules
    words: tuple[DispositionWord, ...] = ("allow", "review", "deny")
    assert verdicts == tuple(judge_disposition(claim, due, answered(claim, word)).verdict for word in words)
    assert ([f"{rule}/missed-record-unclear"] if verdicts[0] == "fail" else []) == missed(claim)
