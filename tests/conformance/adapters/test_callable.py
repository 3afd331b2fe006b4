"""The python adapter against callables that behave and misbehave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtconform.reference.errors import VendorUnreachable
from tests.helpers import TESTS

Talk = Callable[..., Any]
SOURCE = (TESTS / "conformance" / "programs" / "callables.py").read_text(encoding="utf-8")


@pytest.fixture
def call(talk: Talk, request: pytest.FixtureRequest) -> Talk:
    """Calls one of the callables; each test has its own copy of the module, beside the vendor file."""
    module = f"callables{abs(hash(request.node.nodeid))}"

    def call(name: str, count: int = 3, *, timeout_s: float = 20, more: str = "", **files: str) -> Any:
        table = f'[adapter]\nkind = "python"\ncallable = "{module}:{name}"\ntimeout_s = {timeout_s}\n{more}'
        return talk(table, count, **{f"{module}_py": SOURCE}, **files)

    return call


@pytest.mark.parametrize("name", ["right", "text", "octets", "later", "coder.code"])
def test_every_case_gets_its_answer(call: Talk, name: str) -> None:
    """A function, a coroutine function or a method may return a dict, text or bytes."""
    conversation = call(name)

    assert ["answered"] * 3 == conversation.statuses
    assert ["made:1", "made:2", "made:3"] == [reply.answer.id for reply in conversation.replies]


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("raises", "error", "ValueError: no idea about made:1"),
        ("leaves", "error", "SystemExit: leaving at made:1"),
        ("nothing", "invalid", "returned None"),
        ("not_data", "invalid", "JSON can't hold"),
        ("wrong_shape", "invalid", "$.outcome"),
        ("huge", "invalid", "more than 1048576 bytes"),
    ],
)
def test_misbehaviour_has_its_status(call: Talk, name: str, status: str, reason: str) -> None:
    """Each kind of misbehaviour is told apart."""
    conversation = call(name, 1)

    assert [status] == conversation.statuses
    assert reason in conversation.details


def test_the_traceback_is_kept(call: Talk) -> None:
    """Where the vendor's code raised is in the reply's standard error."""
    conversation = call("raises", 1)

    assert "in raises" in conversation.replies[0].stderr


def test_a_call_that_hangs_costs_one_case(call: Talk) -> None:
    """A thread that does not come back is left alone, and another takes over."""
    conversation = call("hangs", timeout_s=0.4)

    assert ["answered", "timeout", "answered"] == conversation.statuses
    assert [("made:2",)] == [event.cases for event in conversation.events]


def test_a_callable_that_wanders_takes_nobody_along(call: Talk) -> None:
    """The working folder of the program is what it was, whatever the callable made it."""
    before = Path.cwd()
    conversation = call("wanders")

    assert ["answered"] * 3 == conversation.statuses
    assert before == Path.cwd()


def test_a_template_gives_the_callable_text(call: Talk) -> None:
    """With a request template, the callable gets what the template makes."""
    conversation = call("upper", more='[request]\ntemplate = "request.j2"\n', request_j2="code {{ id }}")

    assert ["out_of_scope"] * 3 == [reply.answer.outcome for reply in conversation.replies]


@pytest.mark.parametrize(
    ("name", "reason"), [("missing", "AttributeError"), ("NUMBER", "not a callable"), ("coder.missing", "AttributeError")]
)
def test_a_callable_that_is_none_is_unreachable(call: Talk, name: str, reason: str) -> None:
    """What can't be imported or called is said before any case is asked."""
    with pytest.raises(VendorUnreachable, match=reason):
        call(name)


def test_a_module_that_is_missing_is_unreachable(talk: Talk) -> None:
    """A module that can't be imported is said before any case is asked."""
    with pytest.raises(VendorUnreachable, match="No module named 'no_such_module'"):
        talk('[adapter]\nkind = "python"\ncallable = "no_such_module:code"\n')
