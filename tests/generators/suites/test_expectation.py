"""The line in which an author says what to bill."""

import re

import pytest

from rtconform.generators.suites.written.expectation import Expected, expected_answers
from rtconform.reference.documents.coding import Line

DELIVERY = Line("S1", "77412")
GUIDANCE = Line("S1", "77387", ("26",))
SECOND = Line("S2", "77407")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("77412", [Expected("coded", (DELIVERY,))]),
        ("77412 + 77387-26", [Expected("coded", (DELIVERY, GUIDANCE))]),
        ("nothing", [Expected("coded")]),
        ("out_of_scope", [Expected("out_of_scope")]),
        ("77412 | needs_review | nothing", [Expected("coded", (DELIVERY,)), Expected("needs_review"), Expected("coded")]),
    ],
)
def test_one_session(text: str, expected: list[Expected]) -> None:
    """With one session its id is not written; what is accepted follows what is expected."""
    assert expected == list(expected_answers(text, ("S1",)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S1 77412; S2 77407", [Expected("coded", (DELIVERY, SECOND))]),
        ("S2 77407; S1 77412", [Expected("coded", (DELIVERY, SECOND))]),
        ("S1 nothing; S2 77407", [Expected("coded", (SECOND,))]),
        ("S1 77412 | nothing; S2 77407", [Expected("coded", (DELIVERY, SECOND)), Expected("coded", (SECOND,))]),
        ("needs_review", [Expected("needs_review")]),
        ("nothing", [Expected("coded")]),
    ],
)
def test_several_sessions(text: str, expected: list[Expected]) -> None:
    """With several sessions each is named, in any order; an accepted answer differs in one of them."""
    assert expected == list(expected_answers(text, ("S1", "S2")))


@pytest.mark.parametrize(
    ("text", "sessions", "said"),
    [
        ("77412-", ("S1",), "'77412-' is not a service such as 77407 or 77387-26"),
        ("", ("S1",), "'' is not a service"),
        ("77412 77387-26", ("S1",), "'77412 77387-26' is not a service"),
        ("77413 + 99999", ("S1",), "code 99999 is not in the catalogue"),
        ("77412", ("S1", "S2"), "'77412' must begin with the id of a session of the case: S1, S2"),
        ("S1 77412", ("S1", "S2"), "session S2 is missing"),
        ("S1 77412; S1 77407", ("S1", "S2"), "session S1 is named twice"),
        ("S1 77412; S2 needs_review", ("S1", "S2"), "answers the whole case, not session S2"),
    ],
)
def test_what_is_outside_the_grammar_is_named(text: str, sessions: tuple[str, ...], said: str) -> None:
    """A line that can't be read is refused, saying which part of it."""
    with pytest.raises(ValueError, match=re.escape(said)):
        expected_answers(text, sessions)
