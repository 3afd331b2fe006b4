"""The stream adapter against programs that behave, misbehave and die: each costs the cases concerned and nothing else."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.records import Event
from rtconform.conformance.vendors.file import load_vendor
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import VendorUnreachable

Talk = Callable[..., Any]
Program = Callable[..., str]


def test_every_case_gets_its_answer(talk: Talk, program: Program) -> None:
    """A right program answers every case, on as many processes as wanted."""
    conversation = talk(program("stream.py", "right", workers=2), 150)

    assert ["answered"] * 150 == conversation.statuses
    assert [f"made:{number}" for number in range(1, 151)] == [reply.answer.id for reply in conversation.replies]
    assert all(reply.latency_ms > 0 for reply in conversation.replies)
    assert [] == conversation.events


def test_answers_come_in_any_order(talk: Talk, program: Program) -> None:
    """Answers are matched by id, whatever their order."""
    conversation = talk(program("stream.py", "backwards"))

    assert ["made:1", "made:2", "made:3"] == [reply.answer.id for reply in conversation.replies]


def test_the_same_id_may_be_asked_again(talk: Talk, program: Program) -> None:
    """A case asked twice at the same time is answered twice, one after the other."""
    conversation = talk(program("stream.py", "right"), ids=["made:1", "made:1", "made:1"])

    assert ["answered"] * 3 == conversation.statuses
    assert [] == conversation.events


def test_answering_twice_is_invalid(talk: Talk, program: Program) -> None:
    """A second answer to the same case makes it invalid, and shows both."""
    conversation = talk(program("stream.py", "twice"))

    assert ["invalid"] * 3 == conversation.statuses
    assert "answered twice" in conversation.details
    assert 2 == conversation.replies[0].received.count("77412")


def test_a_late_second_answer_is_told(talk: Talk, program: Program) -> None:
    """A second answer that comes when the verdict is made is an event that names the case."""
    conversation = talk(program("stream.py", "again_later"))

    assert ["answered"] * 3 == conversation.statuses
    assert [("made:1",)] == [event.cases for event in conversation.events if event.kind == "stray_output"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("unknown_id", "made:1-x"), ("not_json", "Welcome to Coder 3000"), ("no_id", '"outcome"')],
)
def test_output_that_answers_no_case_is_invalid_in_the_end(talk: Talk, program: Program, behaviour: str, reason: str) -> None:
    """Where lines came that belong to no case, silence is `invalid` and shows what came, not a mere timeout."""
    conversation = talk(program("stream.py", behaviour, timeout_s=0.7))

    assert ["invalid"] * 3 == conversation.statuses
    assert "no answer carried its id" in conversation.details
    assert reason in conversation.details
    assert reason in conversation.said("stray_output")


def test_chatter_beside_answers_is_told_and_costs_nothing(talk: Talk, program: Program) -> None:
    """Stray lines are logged, the first 20 one by one and the rest as a count."""
    conversation = talk(program("stream.py", "chatty"), 50)

    assert ["answered"] * 50 == conversation.statuses
    assert 21 == sum(event.kind == "stray_output" for event in conversation.events)
    assert "30 more lines" in conversation.said("stray_output")


def test_a_wrong_shape_is_invalid_with_every_fault(talk: Talk, program: Program) -> None:
    """An answer in the wrong shape is invalid at once, with all that is wrong and where."""
    conversation = talk(program("stream.py", "wrong_shape"), 1)

    assert ["invalid"] == conversation.statuses
    assert "$.outcome" in conversation.details
    assert "$.lines[0].code" in conversation.details
    assert "maybe" in conversation.replies[0].received


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("torn", "not JSON"), ("long_answer", "longer than 1048576 bytes"), ("long_line", "no answer carried its id")],
)
def test_a_broken_line_costs_its_case(talk: Talk, program: Program, behaviour: str, reason: str) -> None:
    """A torn or endless line makes its own case invalid; the cases around it are answered."""
    conversation = talk(program("stream.py", behaviour, timeout_s=3))

    assert ["answered", "invalid", "answered"] == conversation.statuses
    assert reason in conversation.details
    assert len(conversation.replies[1].received) <= 4096


def test_binary_garbage_is_survived(talk: Talk, program: Program) -> None:
    """Bytes that are not text are stray output, kept readable."""
    conversation = talk(program("stream.py", "binary"))

    assert ["answered"] * 3 == conversation.statuses
    assert "not JSON" in conversation.said("stray_output")


def test_a_program_that_never_answers_times_out(talk: Talk, program: Program) -> None:
    """Silence is a timeout for every case that waited; the advice names the usual mistake."""
    conversation = talk(program("stream.py", "never", timeout_s=0.4), 70)

    assert ["timeout"] * 70 == conversation.statuses
    assert "flush" in conversation.details
    assert "silent" in conversation.said("restart")


@pytest.mark.slow
def test_hanging_on_one_case_costs_that_case(talk: Talk, program: Program) -> None:
    """A process that hangs after good answers is replaced; only the case that it hung on is a timeout."""
    conversation = talk(program("stream.py", "hangs", timeout_s=2), 5)

    assert ["answered", "timeout", "answered", "answered", "answered"] == conversation.statuses


@pytest.mark.slow
def test_a_case_passed_over_times_out(talk: Talk, program: Program) -> None:
    """A case that is never answered is a timeout, its neighbours are not."""
    conversation = talk(program("stream.py", "ignores", timeout_s=2))

    assert ["answered", "timeout", "answered"] == conversation.statuses


@pytest.mark.parametrize(("behaviour", "reason"), [("crashes", "exit code 3"), ("segfaults", "SIGSEGV")])
def test_a_crash_costs_one_case(talk: Talk, program: Program, behaviour: str, reason: str) -> None:
    """The case that a program crashes on is an error that says how it ended; the others are asked again."""
    conversation = talk(program("stream.py", behaviour), 70)

    assert [2] == [number for number, status in enumerate(conversation.statuses, 1) if status == "error"]
    assert 69 == conversation.statuses.count("answered")
    assert reason in conversation.details
    assert reason in conversation.said("restart")


def test_a_crash_keeps_the_last_words(talk: Talk, program: Program) -> None:
    """What a program writes to standard error before it dies is in the reply and in the events."""
    conversation = talk(program("stream.py", "crashes"))

    assert "boom on the second\n" == conversation.replies[1].stderr
    assert "boom on the second\n" == conversation.said("stderr")


def test_a_crash_that_loses_answers_costs_two_innocents_at_most(talk: Talk, program: Program) -> None:
    """Where a crash takes answers with it that were held back, cases are asked one by one until the guilty one is found."""
    conversation = talk(program("stream.py", "buffered_crash", timeout_s=5), ids=["a:1", "a:9", "b:1", "b:9", "c:2", "d:9"])

    assert "error" == conversation.statuses[4]
    assert 3 >= conversation.statuses.count("error")
    assert 3 <= conversation.statuses.count("answered")


def test_a_program_that_exits_at_once_is_not_started_for_ever(talk: Talk, program: Program) -> None:
    """A program that dies again and again without a word takes all its cases with it."""
    conversation = talk(program("stream.py", "exits"), 64)

    assert ["error"] * 64 == conversation.statuses
    assert "exit code 7" in conversation.details
    assert "it has answered nothing" in conversation.details
    assert 3 == sum(event.kind == "restart" for event in conversation.events)


def test_a_program_that_ends_after_one_answer_is_told_its_mode(talk: Talk, program: Program) -> None:
    """The usual mistake, a oneshot program as a stream, is named."""
    conversation = talk(program("stream.py", "one_only"), 2)

    assert ["answered", "error"] == conversation.statuses
    assert 'mode = "oneshot"' in conversation.details


def test_half_an_answer_at_the_end_is_a_crash(talk: Talk, program: Program) -> None:
    """A program that ends in the middle of a line has crashed: what it began is told, and its case is an error."""
    conversation = talk(program("stream.py", "half_answer"))

    assert ["answered", "error", "answered"] == conversation.statuses
    assert "cut off by the end of the output" in conversation.said("stray_output")


def test_the_last_line_may_lack_its_newline(talk: Talk, program: Program) -> None:
    """A whole answer counts, newline or not."""
    conversation = talk(program("stream.py", "no_newline"), 1)

    assert ["answered"] == conversation.statuses


def test_closing_the_output_is_the_end(talk: Talk, program: Program) -> None:
    """A process that closes its output can answer nothing any more: it is replaced without waiting for a timeout."""
    conversation = talk(program("stream.py", "closes_output"), 2)

    assert ["answered", "error"] == conversation.statuses
    assert "closed its standard output" in conversation.details


def test_full_pipes_block_nobody(talk: Talk, program: Program) -> None:
    """However much goes to standard error, answers come; the reply keeps its end, the events a bounded part."""
    conversation = talk(program("stream.py", "fills_stderr"))

    assert ["answered"] * 3 == conversation.statuses
    assert conversation.replies[2].stderr.endswith("line 19999 of case made:3\n")
    assert len(conversation.replies[2].stderr) <= 4096
    assert 64 * 1024 <= len(conversation.said("stderr")) < 66 * 1024


def test_no_child_is_left_behind(talk: Talk, program: Program, tmp_path: Path, gone: Callable[[int], bool]) -> None:
    """Children that hold the pipes open neither block the run nor outlive it."""
    pid_file = tmp_path / "pid"
    conversation = talk(program("stream.py", "forks", pid_file))

    assert ["answered", "error", "answered"] == conversation.statuses
    assert gone(int(pid_file.read_text(encoding="ascii")))


def test_html_stays_text(talk: Talk, program: Program) -> None:
    """What looks like HTML is passed on as it came: escaping is the report's."""
    conversation = talk(program("stream.py", "html"), 1)

    assert "<script>alert(1)</script>" == conversation.replies[0].answer.lines[0].session


def test_secrets_do_not_get_out(talk: Talk, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value from the environment is replaced in standard error, stray output and notes."""
    monkeypatch.setenv("ACME_LICENSE", "s3cr3t/42")
    conversation = talk(program("stream.py", "tells_secret") + 'env = { LICENSE = "key ${ACME_LICENSE}" }')

    assert ["answered"] * 3 == conversation.statuses
    assert "s3cr3t" not in repr(conversation)
    assert "licence key [secret ACME_LICENSE] is fine" in conversation.said("stderr")
    assert "using key [secret ACME_LICENSE]" in conversation.said("stray_output")
    assert ("done with key [secret ACME_LICENSE]",) == conversation.replies[0].answer.notes


def test_a_shape_of_its_own_needs_no_shim(talk: Talk, program: Program) -> None:
    """Template and expressions translate in stream mode too, whatever lines the template has."""
    translated = """
[request]
template = "request.j2"
[response]
id = "ref"
outcome = "status == 'OK' && 'coded' || 'needs_review'"
lines = "charges[].{session: fx, code: cpt, modifiers: mods, units: qty}"
notes = "remark"
"""
    template = '{\n  "visit": {{ id | tojson }},\n  "sex": {{ patient.sex | tojson }}\n}\n'
    conversation = talk(program("stream.py", "own_shape") + translated, 70, request_j2=template)

    assert ["answered"] * 70 == conversation.statuses
    line = conversation.replies[0].answer.lines[0]
    assert ("S1", "77412", ("26", "59"), 2) == (line.session, line.code, line.modifiers, line.units)
    assert ("fine",) == conversation.replies[0].answer.notes


@pytest.mark.parametrize(
    ("command", "reason"),
    [(["no-such-coder"], "command not found"), (["./coder"], "no such program"), (["./vendor.toml"], "permission denied")],
)
@pytest.mark.parametrize("mode", ["stream", "oneshot"])
def test_a_program_that_cannot_start_is_unreachable(talk: Talk, command: list[str], reason: str, mode: str) -> None:
    """What is wrong with the command is said in plain words, in both modes."""
    with pytest.raises(VendorUnreachable, match=reason):
        talk(f'[adapter]\nkind = "cli"\nmode = "{mode}"\ncommand = {command!r}\n')


def test_closing_early_leaves_nothing(write: Callable[..., Path], program: Program, case: Case) -> None:
    """Closed in the middle, the adapter ends the program and gives every case that waits a reply."""

    async def converse() -> list[str]:
        events: list[Event] = []
        adapter = open_adapter(load_vendor(write(program("stream.py", "never"))), events.append)
        await adapter.start()
        asked = [asyncio.create_task(adapter.ask(replace(case, id=f"made:{number}"))) for number in range(3)]
        await asyncio.sleep(0.1)
        await adapter.close()
        return [(await task).detail for task in asked]

    assert ["the run ended before it was answered"] * 3 == asyncio.run(converse())


def test_an_adapter_that_was_never_started_can_be_closed(write: Callable[..., Path], program: Program) -> None:
    """Closing needs no start."""

    async def close() -> None:
        await open_adapter(load_vendor(write(program("stream.py", "right"))), lambda _: None).close()

    asyncio.run(close())


@pytest.mark.hostile
@pytest.mark.slow
def test_a_runaway_pattern_costs_its_case(talk: Talk, program: Program) -> None:
    """A pattern of the vendor file that never ends on one answer costs that case; the time that it takes is charged to no other."""
    response = (
        '[response]\nformat = "text"\npattern = "^(?P<id>\\\\S+) (?P<x>(a+)+)$"\nid = "matches[0].id"\n'
        'outcome = "\'needs_review\'"\nlines = "`[]`"\n'
    )
    conversation = talk(program("stream.py", "runaway", timeout_s=1) + response, 6)

    assert ["answered", "invalid", "answered", "answered", "answered", "answered"] == conversation.statuses
    assert "no answer carried its id within 1 s; what came: made:2 " in conversation.details
    assert ["made:2"] == [name for event in conversation.events if event.kind == "restart" for name in event.cases]
