"""A second session as a payer asks for it, and a service billed again: which line is stopped, in which words, and what stays open."""

import datetime as dt
from typing import Any

import pytest

from rtconform.reference.documents.adjudication import Adjudication
from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.payers import PayerProfile, Period, SecondSession
from rtconform.reference.editor.repeats import homes_of

DAY = dt.date(2026, 4, 9)
ANY = ("deny", "bundle", "review")


def lines(*written: str) -> tuple[ClaimLine, ...]:
    """Lines written `77407-76 S2 x2`: service, session, units; the last two where there are any."""
    found = []
    for number, text in enumerate(written, 1):
        service, *more = text.split()
        code, *modifiers = service.split("-")
        units = next((int(word[1:]) for word in more if word.startswith("x")), 1)
        session = next((word for word in more if word.startswith("S")), None)
        found.append(ClaimLine(number, code, DAY, tuple(modifiers), units, session=session))
    return tuple(found)


def asked(payer: tuple[SecondSession, ...], *written: str, most: int = 2) -> Adjudication:
    """What the editor makes of a freestanding centre's lines, for a payer that takes these forms."""
    profile = PayerProfile("own", "Own", ("own",), ((dt.date(2026, 1, 1), Period("a notice", "26", payer, most)),))
    patient = ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male")
    return adjudicate(Claim("test:1", "professional", patient, lines(*written), "own", "11"), profile)


def stops(found: Adjudication) -> list[tuple[int, str | None, str, tuple[str, ...]]]:
    """Number, category, reason and rules of the lines that are stopped."""
    return [(line.number, line.category, line.reason, line.rules) for line in found.lines if line.disposition != "allow"]


def repeat(number: int, reason: str) -> tuple[int, str, str, tuple[str, ...]]:
    return number, "repeat_modifier", reason, ("SESSIONS",)


@pytest.mark.parametrize(
    ("payer", "written", "expected"),
    [
        (("76",), ("77407 S1", "77407-76 S2"), []),
        (("76",), ("77407 S1", "77407-59 S2"), [repeat(2, "this payer asks for 76 on a second session")]),
        (("76", "XE"), ("77407 S1", "77407-59 S2"), [repeat(2, "this payer asks for 76, XE on a second session")]),
        (("plain", "XE"), ("77407 S1", "77407-59 S2"), [repeat(2, "this payer asks for XE on a second session")]),
        (("plain", "XE"), ("77407 S1", "77407 S2"), []),
        (("76",), ("77407 S1", "77407 S2"), [repeat(2, "this payer asks for 76 on a second session")]),
        (("76", "XE"), ("77407 S1", "77407 S2"), [repeat(2, "this payer asks for 76, XE on a second session")]),
        (("76",), ("77387-26 S1", "77387-26 S2"), [repeat(2, "this payer asks for 76 on a second session")]),
        (("76",), ("77407-59 S1",), []),
        (("76", "XE"), ("77407 S1 x2",), [repeat(1, "this payer takes a second session as a line of its own (76, XE)")]),
        (("76", "units"), ("77407 x2",), []),
        (
            ("units",),
            ("77407 x3",),
            [(1, "units_exceed_sessions", "3 units on a day, and no record of more than 2 sessions", ("ONCE", "SESSIONS"))],
        ),
        (
            ("units",),
            ("77387-26 x3",),
            [(1, "guidance_repeated", "3 units on a day, and no record of more than 2 sessions", ("IGRT-ONCE",))],
        ),
        (
            ("76",),
            ("77402", "77402"),
            [repeat(2, "this payer asks for 76 on a second session")],
        ),
        (("plain",), ("77402", "77402"), []),
        (("77",), ("77387-26", "77387-26-77"), []),
        (
            ("76",),
            ("77407", "77412-76"),
            [(1, "delivery_repeated", "nothing on the claim separates 77407 from 77412", ("ONCE", "SESSION-UNSEEN"))],
        ),
        (("76",), ("77407", "77412-XS"), []),
        (
            ("76",),
            ("77402 S1", "77402 S1"),
            [(2, "delivery_repeated", "77402 again for session S1, billed on line 1", ("ONCE",))],
        ),
        (
            ("76",),
            ("77402 S1", "77407 S1"),
            [(2, "delivery_repeated", "77407 again for session S1, billed on line 1", ("ONCE",))],
        ),
        (
            ("76",),
            ("77387-26 S1", "77387-26 S1"),
            [(2, "guidance_repeated", "77387 again for session S1, billed on line 1", ("IGRT-ONCE",))],
        ),
    ],
)
def test_a_further_line_is_stopped_in_words(
    payer: tuple[SecondSession, ...], written: tuple[str, ...], expected: list[Any]
) -> None:
    """The line that the payer does not take, or that bills a session again, is stopped, with what is asked for."""
    assert expected == stops(asked(payer, *written))


def test_one_of_the_unmarked_lines_is_right() -> None:
    """Of several lines without the payer's modifier one is right, whichever: the others have to bear it."""
    found = asked(("76",), "77407 S1", "77407 S2", "77407 S3", most=3)
    assert [2, 3] == [number for number, *_ in stops(found)]
    assert [((1, 2, 3), 1, 1, "repeat_modifier")] == [(c.lines, c.at_least, c.at_most, c.category) for c in found.choices]
    assert () == asked(("76",), "77407 S1", "77407-76 S2").choices
    both = asked(("76",), "77387-26 S1", "77407 S1", "77387-26 S2", "77407 S2").choices
    assert [(2, 4), (1, 3)] == [choice.lines for choice in both]
    assert () == asked(("plain",), "77407 S1", "77407 S2").choices


@pytest.mark.parametrize(
    ("written", "accepted"),
    [
        (("77407 S1", "77407-76 S2"), [(), ()]),
        (("77407 S1", "77407-76 S2", "77407-76 S3"), [ANY, ANY, ANY]),
        (("77407 x2",), [()]),
        (("77407 S1 x2",), [ANY]),
        (("77407 S1 x2", "77407-76 S2"), [ANY, ANY]),
        (("77407 x2", "77387-26 S1"), [(), ()]),
        (("77407", "77412"), [("allow", "bundle", "review"), ANY]),
    ],
)
def test_more_sessions_than_usual_may_be_stopped(written: tuple[str, ...], accepted: list[tuple[str, ...]]) -> None:
    """Without a record, more sessions than the payer expects of a day, or two units for one named session, may be stopped too."""
    found = asked(("76", "units"), *written)
    assert [] == [line for line in found.lines if line.disposition != "allow" and "allow" not in line.accepted]
    assert accepted == [line.accepted for line in found.lines]


def test_equal_lines_without_a_session_may_be_two_sessions() -> None:
    """No claim form has a session: to allow both of two bare lines is right, and so is to stop one, but not both."""
    found = asked(("plain",), "77407", "77407")
    assert [("allow", ANY, ("ONCE", "SESSIONS", "SESSION-UNSEEN"))] * 2 == [
        (x.disposition, x.accepted, x.rules) for x in found.lines
    ]
    assert [((1, 2), 1, 2)] == [(choice.lines, choice.at_least, choice.at_most) for choice in found.choices]


@pytest.mark.parametrize(
    ("written", "delivered", "homes"),
    [
        (("77407", "77407", "77407"), ("S1", "S2"), [("S1",), ("S2",), ("S1",)]),
        (("77407", "77407 S1"), ("S1", "S2"), [("S2",), ("S1",)]),
        (("77407",), (), [("the first",)]),
        (("77407", "77407", "77407-76"), None, [("line 1",), ("line 2",), ("line 3",)]),
        (("77407 x2",), ("S1", "S2", "S3"), [("S1", "S2")]),
        (("77407 x3",), ("S1", "S2"), [("S1", "S2")]),
        (("77407 S2 x3", "77407"), None, [("S2", "line 1, unit 2", "line 1, unit 3"), ("line 2",)]),
    ],
)
def test_each_line_bills_sessions(written: tuple[str, ...], delivered: tuple[str, ...] | None, homes: list[Any]) -> None:
    """The session named; else by the record the next that nobody bills, and without one the first or one of its own."""
    assert homes == list(homes_of(lines(*written), delivered).values())
