"""DICOM objects with HL7 v2 messages beside them: together they decide like the case, and messages repeat no object."""

from collections.abc import Iterator

import msgspec
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rtconform.formats.dicom import messages
from rtconform.formats.dicom.companion import companion_of
from rtconform.formats.dicom.question import reread_question, write_question
from rtconform.formats.hl7.segments import segments_of
from rtconform.formats.messages import Inexpressible, Part, Unreadable
from rtconform.generators.hypothesis import strategies
from rtconform.reference.documents.treatment import Case
from tests.formats.dicom.test_objects import decided
from tests.helpers.suite_cases import of_suite

OF_OBJECTS = {"BEAM_ID", "RADIATION", "BEAM_ISOCENTER", "MODULATION", "TARGETS", "ORGANS_AT_RISK", "POSITION_MM", "BEAM_HOLD"}
"""Observations of facts that objects say."""


def expressible(suite: str, step: int) -> Iterator[tuple[Case, tuple[Part, ...]]]:
    """Every nth case of a suite that has objects, with its files."""
    for case in of_suite(suite, step):
        try:
            yield case, write_question(case, "hl7v2")
        except Inexpressible:
            continue


def beside(case: Case) -> list[Part]:
    """The files of messages of a case."""
    return messages.written(companion_of(case), msgspec.to_builtins(case.patient))


@pytest.mark.slow
@settings(max_examples=40, phases=[Phase.generate])
@given(st.one_of(strategies.cases(), strategies.edges()))
def test_objects_and_messages_decide_like_the_case(case: Case) -> None:
    """Whatever a treatment is, if it has objects, then these and the messages beside them decide like the case."""
    try:
        parts = write_question(case, "hl7v2")
    except Inexpressible:
        return
    assert decided(case) == decided(reread_question([*parts]))


@pytest.mark.slow
@pytest.mark.parametrize(("suite", "step"), [("published", 9), ("boundaries", 40), ("pairwise", 30), ("clinic", 60)])
def test_suites_are_decided(suite: str, step: int) -> None:
    """Each case of the suites that has objects decides alike when its files are read."""
    for case, parts in expressible(suite, step):
        assert decided(case) == decided(reread_question([*parts]))


@pytest.mark.parametrize("suite", ["published", "boundaries", "pairwise"])
def test_messages_say_what_the_json_says(suite: str) -> None:
    """The companion comes back from its messages as it is in JSON, but for fields of a session without beams that are absent there."""
    for case in of_suite(suite, 5):
        said = msgspec.json.decode(msgspec.json.encode(companion_of(case)))
        again = messages.read(beside(case))
        for one in (said, again):
            for session in one["sessions"]:
                motion = session.get("motion") or {}
                if motion.get("documentation"):
                    motion["documentation"].setdefault("system", None)
                if session["uid"] is None:
                    absent = [name for name, value in session.items() if value in (None, [])]
                    for name in absent:
                        del session[name]
        assert said == msgspec.json.decode(msgspec.json.encode(again))


def test_messages_repeat_no_object() -> None:
    """No message says what the objects say: beams, isocenters, volumes, beam holds."""
    case = next(case for case in of_suite("pairwise") if any(one.motion and one.motion.beam_hold for one in case.sessions))
    codes = {segment.get(3) for part in beside(case) for segment in segments_of(part.content) if segment.name == "OBX"}
    assert {"TECHNIQUE", "PLAN_UID", "SESSION_UID"} <= codes
    assert set() == codes & OF_OBJECTS


def test_hl7apy_finds_no_fault() -> None:
    """Each file is one message, valid at the strict level of hl7apy."""
    for case in of_suite("published", 15):
        for part in beside(case):
            assert parse_message(part.content.decode(), validation_level=VALIDATION_LEVEL.STRICT).validate()


def test_messages_without_a_visit_are_refused() -> None:
    """Messages that don't say whose claim it is make no companion."""
    with pytest.raises(Unreadable, match=r"the messages say no date_of_service, setting, claim, payer of the visit"):
        messages.read([Part("hl7", b"MSH|^~\\&|\rPV1|1|O|||||||||||||||||N\r", "0.hl7")])
