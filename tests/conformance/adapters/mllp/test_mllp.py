"""MLLP against a system that is scripted: whatever it does with a connection, the verdict is that of its charges, and nothing else is lost."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from rtconform.conformance.adapters import Reply
from rtconform.conformance.adapters.mllp.framing import FS, VT, framed, header_of
from rtconform.conformance.adapters.opening import open_adapter
from rtconform.conformance.records import Event
from rtconform.conformance.vendors.file import load_vendor
from rtconform.formats.hl7.charge_writer import write_charges
from rtconform.formats.hl7.treatment.reader import read_messages
from rtconform.generators.suites.registry import any_suite
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.coding import Answer, AnswerLine
from rtconform.reference.documents.treatment import Case
from rtconform.reference.errors import UserError, VendorUnreachable
from tests.vendors.chaos.service import self_signed

Act = Callable[["Visit"], Awaitable[None]]


def control(message: bytes) -> bytes:
    """MSH-10."""
    return header_of(message)[10]


def acknowledgment(about: bytes, said: str = "AA", text: str = "") -> bytes:
    """An ACK of the message with this control id."""
    return b"MSH|^~\\&|V|C|O|C|20260101||ACK|1|P|2.5.1\rMSA|" + said.encode() + b"|" + about + b"|" + text.encode() + b"\r"


@dataclass
class Visit:
    """What a system has of a visit: its messages, of which the last has just come, and the connection that it came on."""

    messages: list[bytes]
    writer: asyncio.StreamWriter
    number: int

    @property
    def last(self) -> bool:
        """Whether the visit has ended."""
        return b"ADT^A03" in self.messages[-1]

    async def send(self, *messages: bytes) -> None:
        """Send messages, each in its frame."""
        self.writer.write(b"".join(map(framed, messages)))
        await self.writer.drain()

    def acknowledged(self, said: str = "AA", text: str = "") -> bytes:
        """The acknowledgment of the last message."""
        return acknowledgment(control(self.messages[-1]), said, text)

    def charges(self) -> bytes:
        """The charges that the reference makes of the visit."""
        case = msgspec.convert({"schema": "rtconform.case/1", **read_messages(b"\r".join(self.messages))}, Case)
        coding = code(case)
        lines = tuple(AnswerLine(line.session, line.code, line.modifiers, line.units) for line in coding.lines)
        return write_charges(Answer(case.id, coding.outcome, lines), case)


async def right(visit: Visit) -> None:
    """Charges, and then the acknowledgment."""
    await visit.send(*([visit.charges()] if visit.last else []), visit.acknowledged())


@dataclass
class System:
    """A system that does what `act` says with each message of a visit."""

    act: Act
    visits: int = 0
    came: list[bytes] = field(default_factory=list)
    acknowledged: list[bytes] = field(default_factory=list)
    serving: set["asyncio.Task[None]"] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.serving.add(cast("asyncio.Task[None]", asyncio.current_task()))
        messages: list[bytes] = []
        try:
            while True:
                message = (await reader.readuntil(FS))[:-1].partition(VT)[2]
                if b"|ACK" in message.split(b"\r")[0]:
                    self.acknowledged.append(message)
                    continue
                self.came.append(message)
                if b"ADT^A04" in message:
                    self.visits += 1
                    messages = []
                messages.append(message)
                await self.act(Visit(messages, writer, self.visits))
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            return
        finally:
            writer.close()


CASES = [
    case
    for index in range(any_suite("published").size(None))
    if isinstance(case := any_suite("published").case(index, 1).question, Case) and code(case).lines
]


def ask(
    tmp_path: Path, system: System, *, cases: int = 2, adapter: str = "", tables: str = "", tls: ssl.SSLContext | None = None
) -> tuple[list[Reply], list[Event]]:
    """The replies to some cases one after the other, and what was logged."""
    events: list[Event] = []

    async def asked() -> list[Reply]:
        server = await asyncio.start_server(system.serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        path = tmp_path / "vendor.toml"
        path.write_text(
            '[vendor]\nname = "V"\nversion = "1"\n[format]\nquestion = "hl7v2"\nanswer = "hl7v2"\nsettle_s = 0.2\n'
            f'{tables or "[answers]"}\n[adapter]\nkind = "mllp"\nhost = "127.0.0.1"\nport = {port}\ntimeout_s = 5\n{adapter}\n'
        )
        opened = open_adapter(load_vendor(path), events.append, workers=1)
        try:
            await opened.start()
            return [await opened.ask(case) for case in CASES[:cases]]
        finally:
            await opened.close()
            server.close()
            if system.serving:
                await asyncio.wait(system.serving, timeout=2)

    return asyncio.run(asked()), events


def lines(reply: Reply) -> list[tuple[Any, ...]]:
    """What a reply bills."""
    assert reply.status == "answered", reply.detail
    assert isinstance(reply.answer, Answer)
    return [(line.session, line.code, line.modifiers, line.units) for line in reply.answer.lines]


def expected(place: int) -> list[tuple[Any, ...]]:
    """What the reference bills for a case."""
    return [(line.session, line.code, line.modifiers, line.units) for line in code(CASES[place]).lines]


TO_ACK = '[answers]\nends = "ack"'


@pytest.mark.parametrize("tables", ["", TO_ACK])
def test_charges_before_the_last_acknowledgment(tmp_path: Path, tables: str) -> None:
    """The charges that come on the connection are the answer, under the case's own id; each is acknowledged."""
    system = System(right)
    replies, events = ask(tmp_path, system, tables=tables)
    assert [expected(0), expected(1)] == [lines(reply) for reply in replies]
    assert [CASES[0].id, CASES[1].id] == [reply.answer.id for reply in replies if reply.answer]
    assert 2 == len(system.acknowledged)
    assert [] == events
    assert not any(header_of(message)[15:17][:1] == [b"AL"] for message in system.came)


def test_charges_after_the_last_acknowledgment(tmp_path: Path) -> None:
    """Without `ends = "ack"` charges count that come within settle_s of the last message."""

    async def after(visit: Visit) -> None:
        await visit.send(visit.acknowledged())
        if visit.last:
            await asyncio.sleep(0.05)
            await visit.send(visit.charges())

    replies, _ = ask(tmp_path, System(after))
    assert [expected(0), expected(1)] == [lines(reply) for reply in replies]


def test_the_enhanced_mode(tmp_path: Path) -> None:
    """Messages ask for it (MSH-15, MSH-16); CA lets the next one go, and the application's word of the last one ends the answer."""

    async def commits(visit: Visit) -> None:
        await visit.send(visit.acknowledged("CA"))
        if visit.last:
            await asyncio.sleep(0.05)
            await visit.send(visit.charges(), visit.acknowledged("AA"))

    system = System(commits)
    replies, _ = ask(tmp_path, system, adapter='acknowledge = "enhanced"', tables=TO_ACK)
    assert [expected(0), expected(1)] == [lines(reply) for reply in replies]
    assert {(b"AL", b"AL")} == {(header_of(message)[15], header_of(message)[16]) for message in system.came}


@pytest.mark.parametrize(("said", "outcome"), [("AE", "needs_review"), ("AR", "out_of_scope"), ("AA", "coded")])
def test_the_last_acknowledgment_speaks_of_the_case(tmp_path: Path, said: str, outcome: str) -> None:
    """AE of the end of the visit is for a person to see, AR is none of the vendor's business, AA alone bills nothing."""

    async def answers(visit: Visit) -> None:
        await visit.send(visit.acknowledged(said if visit.last else "AA"))

    replies, _ = ask(tmp_path, System(answers), tables=TO_ACK)
    assert [outcome, outcome] == [reply.answer.outcome for reply in replies if isinstance(reply.answer, Answer)]
    assert [[], []] == [lines(reply) for reply in replies]


@pytest.mark.parametrize(("kind", "said"), [("ORU", "AE"), ("ORU", "AR"), ("ADT^A04", "CE"), ("ADT^A03", "CR")])
def test_a_message_that_is_not_taken(tmp_path: Path, kind: str, said: str) -> None:
    """Another message that is refused, or a last one that is not stored, means that the question can't be read."""

    async def refuses(visit: Visit) -> None:
        await visit.send(visit.acknowledged(said if kind.encode() in visit.messages[-1] else "AA", "no such segment"))

    replies, _ = ask(tmp_path, System(refuses), cases=1, tables=TO_ACK)
    assert ("invalid", True) == (replies[0].status, replies[0].refused)
    assert f"it was not accepted ({said}): no such segment" in replies[0].detail


def test_a_connection_that_is_dropped_in_the_middle(tmp_path: Path) -> None:
    """The case under way is an error that says how far it came; the next one goes on a new connection."""

    async def drops(visit: Visit) -> None:
        if visit.number == 1 and len(visit.messages) == 3:
            visit.writer.close()
        else:
            await right(visit)

    replies, _ = ask(tmp_path, System(drops))
    assert "error" == replies[0].status
    assert "closed by the other side, message 2 of" in replies[0].detail
    assert expected(1) == lines(replies[1])


def test_a_connection_that_is_closed_after_each_visit(tmp_path: Path) -> None:
    """A system that wants a connection for each visit loses nothing."""

    async def closes(visit: Visit) -> None:
        await right(visit)
        if visit.last:
            visit.writer.close()

    replies, _ = ask(tmp_path, System(closes), cases=4, tables=TO_ACK)
    assert [expected(place) for place in range(4)] == [lines(reply) for reply in replies]


def test_a_late_answer_is_a_finding(tmp_path: Path) -> None:
    """Charges after the answer are told, and change no other case's verdict."""
    kept: list[bytes] = []

    async def late(visit: Visit) -> None:
        if visit.last and visit.number == 1:
            kept.append(visit.charges())
            await visit.send(visit.acknowledged())
        elif visit.last:
            await visit.send(*kept, visit.charges(), visit.acknowledged())
        else:
            await visit.send(visit.acknowledged())

    replies, events = ask(tmp_path, System(late), tables=TO_ACK)
    assert [[], expected(1)] == [lines(reply) for reply in replies]
    assert ["answered_again"] == [event.finding for event in events if event.kind == "finding"]


def test_a_message_that_is_sent_again(tmp_path: Path) -> None:
    """The same message twice counts once, as MLLP may repeat one; another message with the same charges bills twice."""

    async def repeats(visit: Visit) -> None:
        if not visit.last:
            await visit.send(visit.acknowledged())
            return
        charges = visit.charges()
        again = charges if visit.number == 1 else charges.replace(b"|DFT^P03^DFT_P03|", b"|DFT^P03^DFT_P03|X")
        await visit.send(charges, again, visit.acknowledged(), visit.acknowledged())

    replies, events = ask(tmp_path, System(repeats), tables=TO_ACK)
    assert [expected(0), expected(1) * 2] == [lines(reply) for reply in replies]
    assert any("the same message came again" in event.detail for event in events)


def test_silence_is_a_timeout(tmp_path: Path) -> None:
    """Where nothing is acknowledged, the reply names the message; the next case is not held up by it."""

    async def silent(visit: Visit) -> None:
        if visit.number > 1:
            await right(visit)

    replies, _ = ask(tmp_path, System(silent), adapter="", tables=TO_ACK)
    assert "timeout" == replies[0].status
    assert "message 1 of" in replies[0].detail
    assert expected(1) == lines(replies[1])


@pytest.mark.parametrize("flood", [b"x" * 3_000_000, VT + b"MSH|^~\\&|" + b"y" * 3_000_000], ids=["noise", "frame"])
def test_a_flood_is_bounded(tmp_path: Path, flood: bytes) -> None:
    """More than a message may hold ends the connection, and the next case goes on another."""

    async def floods(visit: Visit) -> None:
        if visit.number == 1:
            visit.writer.write(flood)
            await visit.writer.drain()
        else:
            await right(visit)

    replies, _ = ask(tmp_path, System(floods), tables=TO_ACK)
    assert "error" == replies[0].status
    assert "a message of more than 1048576 bytes came" in replies[0].detail
    assert expected(1) == lines(replies[1])


def test_noise_between_messages_is_told_and_harmless(tmp_path: Path) -> None:
    """Frames that hold no message, and charges of somebody else, are logged."""

    async def noisy(visit: Visit) -> None:
        other = visit.charges().replace(control(visit.messages[-1]), b"SOMEBODYELSE") if visit.last else b""
        await visit.send(*([b"hello", other, visit.charges()] if visit.last else []), visit.acknowledged())

    replies, events = ask(tmp_path, System(noisy), tables=TO_ACK)
    assert [expected(0), expected(1)] == [lines(reply) for reply in replies]
    assert {"stray_output"} == {event.kind for event in events}


def test_charges_to_an_address_of_ours(tmp_path: Path, unused_port: int) -> None:
    """A system that sends its charges on a connection of its own is heard there, and its charges are acknowledged."""

    async def elsewhere(visit: Visit) -> None:
        if visit.last:
            reader, writer = await asyncio.open_connection("127.0.0.1", unused_port)
            writer.write(framed(visit.charges()))
            assert b"MSA|AA|" in await reader.readuntil(FS)
            writer.close()
        await visit.send(visit.acknowledged())

    replies, _ = ask(tmp_path, System(elsewhere), adapter=f'listen = "127.0.0.1:{unused_port}"', tables=TO_ACK)
    assert [expected(0), expected(1)] == [lines(reply) for reply in replies]


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens on."""
    import socket  # noqa: PLC0415 - for this alone

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_tls(tmp_path: Path) -> None:
    """Messages go by TLS where the vendor file says so, to whom the named authority signed."""
    context = self_signed(tmp_path)
    replies, _ = ask(tmp_path, System(right), adapter='tls = true\nauthority = "certificate.pem"', tables=TO_ACK, tls=context)
    assert [expected(0), expected(1)] == [lines(reply) for reply in replies]
    with pytest.raises(VendorUnreachable, match=r"certificate of 127.0.0.1:\d+ is not accepted"):
        ask(tmp_path, System(right), adapter="tls = true", tables=TO_ACK, tls=context)


async def start(path: Path, adapter: str) -> None:
    """Begin with a vendor file whose table [adapter] goes on so."""
    path.write_text(
        '[vendor]\nname = "V"\nversion = "1"\n[format]\nquestion = "hl7v2"\nanswer = "hl7v2"\n'
        f'[adapter]\nkind = "mllp"\nhost = "127.0.0.1"\n{adapter}\n'
    )
    opened = open_adapter(load_vendor(path), lambda _: None)
    try:
        await opened.start()
    finally:
        await opened.close()


def test_nobody_listens(tmp_path: Path, unused_port: int) -> None:
    """A run does not begin where no connection can be had."""
    with pytest.raises(VendorUnreachable, match="connection refused; is the system running"):
        asyncio.run(start(tmp_path / "v.toml", f"port = {unused_port}"))


@pytest.mark.parametrize("listen", ["", 'listen = "127.0.0.1:{port}"\n'])
def test_a_file_of_tls_that_is_not_there(tmp_path: Path, unused_port: int, listen: str) -> None:
    """An authority or certificate that can't be read is told in words, for connections of ours and for those to us."""
    files = 'tls = true\nauthority = "missing.pem"\ncertificate = "missing.pem"\n'
    with pytest.raises(VendorUnreachable, match=r"\[adapter\] authority, certificate or key can't be used: "):
        asyncio.run(start(tmp_path / "v.toml", f"{files}{listen.format(port=unused_port)}port = {unused_port}"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ('question = "json"\nanswer = "hl7v2"', "MLLP carries only HL7 v2"),
        ('question = "hl7v2"\nanswer = "json"', "MLLP carries only HL7 v2"),
    ],
)
def test_what_does_not_go_together_is_told(tmp_path: Path, changed: str, said: str) -> None:
    """MLLP carries HL7 v2 both ways, and nothing else."""
    path = tmp_path / "v.toml"
    path.write_text(f'[vendor]\nname = "V"\nversion = "1"\n[format]\n{changed}\n[adapter]\nkind = "mllp"\nhost = "h"\nport = 1\n')
    with pytest.raises(UserError, match=said):
        load_vendor(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('key = "k.pem"', "is for TLS; write tls = true"),
        ('tls = true\nkey = "k.pem"', "a key belongs to a certificate"),
        ('tls = true\nlisten = "127.0.0.1:1"', "needs a certificate and its key"),
        ('listen = "127.0.0.1:0"', "the port must be from 1 to 65535"),
        ('acknowledge = "twice"', 'use "original"'),
    ],
)
def test_faults_of_the_adapter_are_told(tmp_path: Path, line: str, said: str) -> None:
    """What TLS and addresses need is said with the key."""
    path = tmp_path / "v.toml"
    path.write_text(
        '[vendor]\nname = "V"\nversion = "1"\n[format]\nquestion = "hl7v2"\nanswer = "hl7v2"\n'
        f'[adapter]\nkind = "mllp"\nhost = "h"\nport = 1\n{line}\n'
    )
    with pytest.raises(UserError, match=said):
        load_vendor(path)
