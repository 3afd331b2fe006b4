"""The oneshot adapter against programs that are started for each case."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Talk = Callable[..., Any]
Program = Callable[..., str]


@pytest.mark.parametrize("behaviour", ["right", "pretty"])
def test_every_case_gets_its_answer(talk: Talk, program: Program, behaviour: str) -> None:
    """A process a case, its answer on one line or on many."""
    conversation = talk(program("oneshot.py", behaviour, mode="oneshot", workers=2), 4)

    assert ["answered"] * 4 == conversation.statuses
    assert [f"made:{number}" for number in range(1, 5)] == [reply.answer.id for reply in conversation.replies]
    assert [] == conversation.events


@pytest.mark.parametrize("mode", ["oneshot", "stream"])
def test_shell_scripts_answer(talk: Talk, program: Program, mode: str) -> None:
    """A shell script works in both modes; standard input and error are files that it can open by name."""
    conversation = talk(program(f"{mode}.sh", mode=mode))

    assert ["out_of_scope"] * 3 == [reply.answer.outcome for reply in conversation.replies]
    assert ("asked for made:3\n" if mode == "oneshot" else "") == conversation.replies[2].stderr


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        ("twice", "invalid", "more than one JSON document"),
        ("nothing", "invalid", "nothing came"),
        ("wrong_id", "invalid", "answers case 'made:99', but 'made:1' was asked"),
        ("fails", "error", "ended with exit code 4"),
        ("killed", "error", "SIGKILL"),
        ("floods", "invalid", "more than 1048576 bytes"),
    ],
)
def test_misbehaviour_has_its_status(talk: Talk, program: Program, behaviour: str, status: str, reason: str) -> None:
    """Each kind of misbehaviour is told apart, and what came is kept in part."""
    conversation = talk(program("oneshot.py", behaviour, mode="oneshot"), 1)

    assert [status] == conversation.statuses
    assert reason in conversation.details
    assert len(conversation.replies[0].received) <= 4096


def test_a_hanging_program_times_out(talk: Talk, program: Program) -> None:
    """A process is killed when its time is up; what it said until then is kept."""
    conversation = talk(program("oneshot.py", "hangs", mode="oneshot", timeout_s=1), 1)

    assert ["timeout"] == conversation.statuses
    assert "thinking\n" == conversation.replies[0].stderr


def test_standard_error_is_kept_in_part(talk: Talk, program: Program) -> None:
    """The reply keeps the end of standard error, the events its beginning."""
    conversation = talk(program("oneshot.py", "fills_stderr", mode="oneshot"), 1)

    assert ["answered"] == conversation.statuses
    assert conversation.replies[0].stderr.endswith("line 99999\n")
    assert len(conversation.replies[0].stderr) <= 4096
    assert conversation.said("stderr").startswith("line 0\n")
    assert len(conversation.said("stderr")) <= 64 * 1024


def test_a_program_need_not_read(talk: Talk, program: Program) -> None:
    """A program that closes its input has still answered."""
    conversation = talk(program("oneshot.py", "deaf", mode="oneshot"), 1)

    assert ["answered"] == conversation.statuses


def test_no_child_is_left_behind(talk: Talk, program: Program, tmp_path: Path, gone: Callable[[int], bool]) -> None:
    """A child that holds the pipes open neither delays the answer to a timeout nor outlives it."""
    pid_file = tmp_path / "pid"
    conversation = talk(program("oneshot.py", "forks", pid_file, mode="oneshot"), 1)

    assert ["answered"] == conversation.statuses
    assert gone(int(pid_file.read_text(encoding="ascii")))


def test_xml_answers_are_read(talk: Talk, program: Program) -> None:
    """XML becomes elements as keys; one line or several are read by the same expression; the id need not be there."""
    response = """
[response]
format = "xml"
outcome = "Reply.Line && 'coded' || 'needs_review'"
lines = "[Reply.Line][].{session: \\"@fx\\", code: Code, modifiers: Mod}"
"""
    conversation = talk(program("oneshot.py", "xml", mode="oneshot") + response, 2)

    assert ["answered"] * 2 == conversation.statuses
    line = conversation.replies[1].answer.lines[0]
    assert ("made:2", "S1", "77412", ("26",)) == (conversation.replies[1].answer.id, line.session, line.code, line.modifiers)


def test_xml_entities_are_refused(talk: Talk, program: Program) -> None:
    """No entity is expanded: a small document can't become a large one."""
    response = '\n[response]\nformat = "xml"\noutcome = "r"\nlines = "r"\n'
    conversation = talk(program("oneshot.py", "xml_entities", mode="oneshot") + response, 1)

    assert ["invalid"] == conversation.statuses
    assert "entities are disabled" in conversation.details


def test_text_answers_are_read(talk: Talk, program: Program) -> None:
    """Plain text is read by a pattern's named groups."""
    response = r"""
[response]
format = "text"
pattern = '^(?P<session>S\d+) (?P<code>\w{5}) x(?P<units>\d+)$'
outcome = "matches[0] && 'coded' || 'needs_review'"
lines = "matches"
"""
    conversation = talk(program("oneshot.py", "text", mode="oneshot") + response, 1)

    assert ["answered"] == conversation.statuses
    assert [("77412", 2), ("77387", 1)] == [(line.code, line.units) for line in conversation.replies[0].answer.lines]
