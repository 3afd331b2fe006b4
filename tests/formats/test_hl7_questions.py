"""Cases written as HL7 v2 messages and read again: everything comes back, and hl7apy finds no fault with a message."""

import re
from collections.abc import Iterator

import msgspec
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.formats.hl7.segments import segments_of, unescaped
from rtconform.formats.hl7.treatment.question import reread_case, write_case
from rtconform.formats.hl7.treatment.reader import read_messages
from rtconform.formats.hl7.treatment.segments import moment, number, text
from rtconform.formats.hl7.treatment.vocabulary import OBSERVATIONS
from rtconform.formats.hl7.treatment.writer import Message, write_messages
from rtconform.formats.messages import Unreadable
from rtconform.generators.hypothesis import strategies
from rtconform.generators.suites.registry import any_suite
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Beam, Case, Motion, MotionDocumentation, Plan, Planning, Session
from tests.helpers.suite_cases import of_suite

NAME = "7QK3M9X2HB5R8TD4WN6P"


def named(name: str, step: int = 1) -> Iterator[Case]:
    """Every nth case of a suite, under a name that messages carry."""
    return (replace(case, id=NAME) for case in of_suite(name, step))


def decided(case: Case) -> object:
    """What the reference makes of the case, as far as a judge looks at it."""
    coding = code(case)
    return coding.outcome, [(line.session, line.code, line.modifiers, line.units) for line in coding.lines], coding.alternatives


def written(case: Case) -> list[Message]:
    """The messages of a case."""
    return write_messages(msgspec.to_builtins(case))


def document(case: Case) -> bytes:
    """The messages of a case as they go out."""
    return write_case(case)[0].content


@pytest.mark.slow
@settings(max_examples=150, phases=[Phase.generate])
@given(st.one_of(strategies.cases(), strategies.edges()))
def test_what_is_written_decides_like_the_case(case: Case) -> None:
    """Whatever a treatment is, its messages alone decide like the case."""
    assert decided(case) == decided(reread_case(document(case)))


@pytest.mark.parametrize(("suite", "step"), [("published", 3), ("pairwise", 5), ("boundaries", 6), ("documentation", 100)])
def test_every_field_comes_back(suite: str, step: int) -> None:
    """A suite's case is the same after it was written and read."""
    for case in named(suite, step):
        assert case == reread_case(document(case))


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["published", "boundaries", "pairwise", "documentation", "clinic"])
def test_every_suite_is_decided(suite: str) -> None:
    """The row refuses no case, and so every case of every suite must come back as it decides (`QuestionFormat.refuse`)."""
    for case in named(suite):
        again = reread_case(document(case))
        assert case == again or decided(case) == decided(again)


@pytest.mark.slow
@pytest.mark.parametrize(("suite", "step"), [("published", 4), ("pairwise", 12), ("boundaries", 20)])
def test_hl7apy_finds_no_fault(suite: str, step: int) -> None:
    """Each message is valid at the strict level of hl7apy: structure, required fields, types."""
    kinds: set[str] = set()
    for case in named(suite, step):
        for message in written(case):
            kinds.add(message.kind)
            assert parse_message(message.content.decode(), validation_level=VALIDATION_LEVEL.STRICT).validate()
    assert {"adt-a04", "oru-r01", "mdm-t02", "siu-s12", "adt-a03"} <= kinds


@given(st.text())
@example('""')
@example("  a\tb\r\nc | ^ ~ \\ & \x0b\x1c ")
def test_every_text_is_one_value(value: str) -> None:
    """No text breaks its field, its segment or its frame, and none but blanks beyond Latin-1 at its ends is changed."""
    field = text(value)
    assert not re.search(r"[\r\n\x0b\x1c|^~&]", field)
    (segment,) = segments_of(f"OBX|1|ST|A||{field}|F".encode(errors="replace"))
    shown = "" if field == '""' else unescaped(field, segment.separators)
    assert value == shown
    if value == value.strip() or all(ord(letter) < 0x100 for letter in value):
        assert value.encode(errors="replace").decode() == segment.get(5)


@given(st.datetimes())
def test_every_time_is_read_as_it_was(at: object) -> None:
    """A time comes back to the microsecond, whatever the year."""
    said = moment(str(at))
    found = read_messages(f"MSH|^~\\&|\rOBR|1||N.S^O|RTSESSION|||{said}\r".encode())
    assert str(at).replace(" ", "T") == found["sessions"][0]["started_at"]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_has_no_exponent(value: float) -> None:
    """HL7's NM knows no exponent; the number is the same."""
    said = number(value)
    assert "e" not in said.lower()
    assert value == float(said)


def test_every_field_of_a_case_has_an_observation() -> None:
    """The vocabulary names each field of the parts that no segment of HL7 v2 has a place for."""
    parts = {"plan": Plan, "planning": Planning, "beam": Beam, "motion": Motion, "documentation": MotionDocumentation}
    elsewhere = {"beams", "planning", "documentation"}
    for level, part in parts.items():
        named = {one.field for one in OBSERVATIONS if one.level == level} - {"uid"}
        assert set(part.__struct_fields__) - elsewhere == named
    sessions = {"started_at", "guidance", "motion", "physician_review", "next_session_at"}
    assert set(Session.__struct_fields__) - sessions == {one.field for one in OBSERVATIONS if one.level == "session"} - {"uid"}


def test_no_message_tells_the_suite() -> None:
    """A case's messages hold the name that it goes out under, and neither its id nor its place in the suite."""
    suite = any_suite("clinic")
    case = suite.case(7, 1).question
    assert isinstance(case, Case)
    sent = document(replace(case, id=NAME)).decode().lower()
    assert NAME.lower() in sent
    assert not any(word in sent for word in (case.id.lower(), "clinic:", "suite", "rtconform"))


def test_the_last_message_is_named_like_the_case() -> None:
    """MSH-10 of the ADT^A03 is the case's name, so that its acknowledgment (MSA-2) speaks of the case; no other message's is."""
    case = next(named("published"))
    controls = [segment.get(10) for segment in segments_of(document(case)) if segment.name == "MSH"]
    assert controls[-1] == NAME
    assert len(set(controls)) == len(controls)


def test_messages_may_come_in_another_order() -> None:
    """Only the observations of one message belong together: the order of messages decides nothing."""
    case = next(case for case in named("pairwise") if len(case.sessions) == 1 and case.sessions[0].next_session_at)
    contents = [message.content for message in written(case)]
    assert case == msgspec.convert({"schema": "rtconform.case/1", **read_messages(b"\r".join(reversed(contents)))}, Case)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b"", "no MSH"),
        (b"MSH|^~\\&|\rOBR|1||A.S1|RTSESSION|||2026\r", r"segment 2 \(OBR\): field 7 has '2026', no time"),
        (b"MSH|^~\\&|\rOBR|1||A.S1|RTSESSION\rOBX|1|NM|FRACTION^^99RTC||x\r", r"where a number is due \(FRACTION\)"),
        (b"MSH|^~\\&|\rOBR|1||A.S1|RTSESSION\rOBX|1|CWE|BEAM_HOLD^^99RTC||maybe\r", "where Y or N is due"),
        (b"MSH|^~\\&|\rOBR|1||A.P|RTPLAN\rOBX|1|ST|ENERGY^^99RTC|9|6X\r", "OBX-4 is '9'; 0 were numbered before"),
        (b"MSH|^~\\&|\rPV1|1|O||||||||||||||||||||||||||||||||||||||||||never\r", "field 44 is 'never', no date"),
        (b"MSH|^~\\&|\rPV1|1|O|\r", "the messages make no case"),
    ],
)
def test_what_can_t_be_read_says_where(broken: bytes, message: str) -> None:
    """A message that makes no case is refused with the segment and the field."""
    with pytest.raises(Unreadable, match=message):
        reread_case(broken)
