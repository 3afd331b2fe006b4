"""The suites `published` and `boundaries`: what their authors expect is what the reference says, and pairs turn on one fact."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest

from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.generators.suites.written.expectation import Expected, expected_answers
from rtconform.reference.coder.coder import code
from rtconform.reference.coder.rules import RULES, Refinement
from rtconform.reference.documents.coding import Coding, CodingLine, Line
from rtconform.reference.documents.treatment import CLAIMS_OF_SETTING, Case
from rtconform.reference.documents.wire import encode
from tools.pages.requirements import ELSEWHERE

ENTRIES = {entry.case.id: entry for name in ("published", "boundaries") for entry in cases(suite(name), 0)}
CODINGS = {case_id: code(entry.case) for case_id, entry in ENTRIES.items()}
PAIRS = [(entry, ENTRIES[entry.twin]) for entry in ENTRIES.values() if entry.twin and entry.case.id < entry.twin]

ONE_FACT = {
    "whose claim it is": r"billing\.(setting|claim)",
    "the day": r"billing\.date_of_service|sessions\.\d+\.(started_at|next_session_at|physician_review\.approved_at)",
    "when it was approved, and whether a session follows": (
        r"sessions\.\d+\.(physician_review(\.approved_at)?|next_session_at|fraction)"
    ),
    "what was delivered": r"sessions\.\d+\.(beams_delivered(\.\d+)?|next_session_at)",
    "with what it was treated": r"plans\.\d+\.(technique|fractions|planning\..*|beams(\..*)?)|sessions\.\d+\.beams_delivered(\.\d+)?",
    "where it was treated, and what was planned there": (
        r"isocenters(\..*)?|plans|plans\.\d+\.beams\.\d+\.isocenter|sessions\.\d+\.(beams_delivered(\.\d+)?|couch_shift_mm(\.\d+)?)"
    ),
    "how motion was managed": r"sessions\.\d+\.motion(\..*)?",
    "what was imaged, and for what": r"sessions\.\d+\.(guidance(\..*)?|port_images)",
    "into which sessions it falls": r"sessions(\..*)?",
}
"""What counts as one fact: the fields of the record that may differ together. `label` and `site` are text for people."""


def test_what_authors_expect_is_what_the_reference_says() -> None:
    """Outcome, lines and accepted alternatives of every case are those that stand beside it in the data file."""
    expected = {
        case_id: expected_answers(entry.expect or "", tuple(session.id for session in entry.case.sessions))
        for case_id, entry in ENTRIES.items()
    }
    actual = {case_id: _answers(entry.case, code(entry.case)) for case_id, entry in ENTRIES.items()}
    assert {case_id: (first, set(others)) for case_id, (first, *others) in expected.items()} == actual


def test_the_scenarios_are_there_on_every_claim() -> None:
    """Each of the five scenarios is coded on all five claims that exist."""
    scenarios = defaultdict(set)
    for entry in ENTRIES.values():
        if entry.heading.startswith("Scenario #") and entry.case.id.startswith("published:scenario-"):
            scenarios[entry.heading].add((entry.case.billing.setting, entry.case.billing.claim))
    every_claim = {(setting, claim) for setting, claims in CLAIMS_OF_SETTING.items() for claim in claims}
    assert {f"Scenario #{number}": every_claim for number in range(1, 6)} == scenarios


def test_boundaries_are_pairs() -> None:
    """There are at least 80 boundary cases, and each has a twin that names it."""
    boundaries = [entry for entry in ENTRIES.values() if entry.case.id.startswith("boundaries:")]
    assert len(boundaries) >= 80
    assert [entry.case.id for entry in boundaries] == [ENTRIES[str(entry.twin)].twin for entry in boundaries]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].case.id)
def test_a_pair_turns_on_one_fact(pair: tuple[SuiteCase, SuiteCase]) -> None:
    """The records of a pair differ in one fact (`ONE_FACT`), which puts their rule to work on one side and changes the answer."""
    one, other = pair
    differing = _differing(json.loads(encode(one.case)), json.loads(encode(other.case)))
    facts = [fact for fact, fields in ONE_FACT.items() if all(re.fullmatch(fields, path) for path in differing)]
    assert differing
    assert facts, f"no one fact covers {sorted(differing)}"
    assert one.rule == other.rule
    assert {True, False} == {one.rule in CODINGS[entry.case.id].rules for entry in pair}
    assert _answers(one.case, CODINGS[one.case.id]) != _answers(other.case, CODINGS[other.case.id])


def test_sessions_split_only_where_their_number_differs() -> None:
    """A pair may differ in anything of its sessions only where one side has a session more: all else is a narrower fact."""
    narrow = [fields for fact, fields in ONE_FACT.items() if fact != "into which sessions it falls"]
    for one, other in PAIRS:
        differing = _differing(json.loads(encode(one.case)), json.loads(encode(other.case)))
        if not any(all(re.fullmatch(fields, path) for path in differing) for fields in narrow):
            assert len(one.case.sessions) != len(other.case.sessions), one.case.id


@pytest.mark.parametrize(
    "rule", [name for name, rule in RULES.items() if name not in ELSEWHERE and not isinstance(rule, Refinement)]
)
def test_every_rule_is_decided_on_both_sides(rule: str) -> None:
    """For every rule of the book, cases at it exist in which it is at work, and in which it is not.

    A rule that refines others says how a record is read and is never at work by itself: its twins are held in test_requirements.
    """
    sides = {rule in CODINGS[entry.case.id].rules for pair in PAIRS for entry in pair if entry.rule == rule}
    assert {True, False} == sides


def test_every_case_is_at_a_rule_and_says_why() -> None:
    """Each case names an existing rule, a heading, a title and the fact that decides; a published case's rule is at work."""
    for case_id, entry in ENTRIES.items():
        assert entry.rule in RULES, case_id
        assert all((entry.heading, entry.title, entry.why)), case_id
        if case_id.startswith("published:"):
            assert entry.rule in CODINGS[case_id].rules, case_id


def _answers(case: Case, coding: Coding) -> tuple[Expected, set[Expected]]:
    """The reference's answer, and each accepted one, as whole answers."""
    accepted = set()
    for alternative in coding.alternatives:
        if alternative.session is None:
            accepted.add(Expected(alternative.outcome or coding.outcome, alternative.lines))
            continue
        lines: list[Line] = []
        for session in case.sessions:
            own = [line for line in coding.lines if line.session == session.id]
            lines += alternative.lines if session.id == alternative.session else map(_plain, own)
        accepted.add(Expected(coding.outcome, tuple(lines)))
    return Expected(coding.outcome, tuple(map(_plain, coding.lines))), accepted


def _plain(line: CodingLine) -> Line:
    return Line(line.session, line.code, line.modifiers, line.units)


def _differing(one: Any, other: Any, path: str = "") -> set[str]:
    """The paths at which two documents differ; ids of case and patient and text for people left away."""
    if one == other or re.fullmatch(r"id|patient\.id|plans\.\d+\.(label|site)", path):
        return set()
    if isinstance(one, dict) and isinstance(other, dict):
        parts = {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys()}
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        parts = {str(index): both for index, both in enumerate(zip(one, other, strict=True))}
    else:
        return {path}
    return {found for key, both in parts.items() for found in _differing(*both, f"{path}.{key}".lstrip("."))}
