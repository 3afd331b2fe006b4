"""Files of a question as objects alone: nothing is lost on the way, also where another node wrote them again."""

import io
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian

from rtconform.formats.dicom.network import as_files, as_objects
from rtconform.formats.dicom.question import reread_question, write_question
from rtconform.formats.messages import Inexpressible, Part
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteCase
from tests.formats.dicom.test_validity import errors_of, needs_dciodvfy


def parts_of(index: int) -> tuple[Part, ...]:
    """The files of a case of suite published."""
    item = any_suite("published").case(index, 1)
    assert isinstance(item, SuiteCase)
    return write_question(item.case)


@pytest.mark.parametrize("index", range(0, 60, 9))
def test_files_come_back(index: int) -> None:
    """Objects alone hold everything: the companion comes back byte for byte but for a line break at its end."""
    try:
        parts = parts_of(index)
    except Inexpressible:
        return
    sent = as_objects(parts)
    assert {"dcm"} == {part.suffix for part in sent}
    back = [*as_files(sent)]
    assert [part.name for part in parts] == [part.name for part in back]
    assert [part.content for part in parts] == [
        part.content.rstrip(b"\n") if part.suffix == "json" else part.content for part in back
    ]
    assert reread_question([*parts]) == reread_question(back)


def test_a_node_may_write_them_again() -> None:
    """A node that keeps objects in implicit VR, where private values have no type, gives back the same case."""
    parts = parts_of(0)
    again = []
    for part in as_objects(parts):
        data = pydicom.dcmread(io.BytesIO(part.content))
        data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        stream = io.BytesIO()
        pydicom.dcmwrite(stream, data, implicit_vr=True, little_endian=True, enforce_file_format=True)
        again.append(Part("dcm", stream.getvalue(), part.name))
    assert reread_question([*parts]) == reread_question([*as_files(again)])


def test_a_companion_of_messages_comes_back() -> None:
    """HL7 v2 messages beside the objects go as objects too, one for each, and the case that comes back is the same."""
    item = any_suite("published").case(0, 1)
    assert isinstance(item, SuiteCase)
    parts = write_question(item.case, "hl7v2")
    back = [*as_files(as_objects(parts))]
    assert [part.name for part in parts] == [part.name for part in back]
    assert reread_question([*parts]) == reread_question(back)


def test_a_companion_alone_is_an_object() -> None:
    """A question without any object still goes: its companion is one."""
    alone = Part("json", b'{"id": "1"}', "companion.json")
    assert [alone] == [Part(part.suffix, part.content.rstrip(b"\n"), part.name) for part in as_files(as_objects([alone]))]


@needs_dciodvfy
def test_the_object_that_carries_is_valid(tmp_path: Path) -> None:
    """A validator of others finds no error in the Raw Data object."""
    path = tmp_path / "raw.dcm"
    path.write_bytes(as_objects(parts_of(0))[-1].content)
    assert [] == errors_of(path)
