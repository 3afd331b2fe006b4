"""Folders of DICOM files as they are found: several patients, copies, other kinds of treatment, other encodings, messages beside."""

import io
import json
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from rtconform.formats.dicom.question import write_question
from rtconform.reference.coder.coder import code
from tests.helpers.command import rtconform
from tests.rtconform.jobs.test_treatments import as_json, case_of, public_plan, written


def plan_of(name: str = "Doe^Jo", number: str = "P4711", uid: str = "1.2.3") -> pydicom.FileDataset:
    """The public plan, of another patient and under another UID."""
    data = pydicom.dcmread(public_plan())
    data.PatientName, data.PatientID = name, number
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.UID(uid)
    return data


def refused(*arguments: str | Path) -> str:
    """What `rtconform code` says of what it refuses."""
    ended = rtconform("code", *arguments)
    assert (2, "") == (ended.returncode, ended.stdout)
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_two_patients_are_refused(tmp_path: Path) -> None:
    """Objects of two patients are no treatment: refused, with a file of each and the name of none."""
    plan_of("Alpha^Ann", "A111").save_as(tmp_path / "a.dcm")
    plan_of("Omega^Olga", "B222", "1.2.4").save_as(tmp_path / "b.dcm")
    said = refused(tmp_path)
    assert "objects of 2 patients: Patient ID (0010,0020) differs in a.dcm and b.dcm; give the folder of one patient" in said
    assert [] == [word for word in ("alpha", "omega", "a111", "b222") if word in said.lower()]


def test_a_copy_is_read_once(tmp_path: Path) -> None:
    """The same object in two files is one plan, and the second file is named."""
    plan_of().save_as(tmp_path / "a.dcm")
    plan_of().save_as(tmp_path / "copy.dcm")
    (day,) = as_json(tmp_path)
    assert 1 == len(day["case"]["plans"])
    assert ["copy.dcm: the object that a.dcm is, by its SOP Instance UID (0008,0018)"] == day["unread"]


def test_a_plan_without_beams_is_refused(tmp_path: Path) -> None:
    """A plan that ends before its beams is refused: it is never coded as a day without beams."""
    data = plan_of()
    del data.BeamSequence
    data.save_as(tmp_path / "plan.dcm")
    assert "Beam Sequence (300A,00B0) is missing or empty" in refused(tmp_path)


def test_a_record_of_nothing_is_not_taken_for_no_record(tmp_path: Path) -> None:
    """Where records say that nothing was delivered, nothing is billed: the plan's beams are not supposed delivered."""
    written(case_of("scenario-3-hospital-facility"), tmp_path)
    for file in tmp_path.glob("*-rtrecord.dcm"):
        data = pydicom.dcmread(file)
        for beam in data.TreatmentSessionBeamSequence:
            beam.DeliveredPrimaryMeterset = 0
        data.save_as(file)
    (day,) = as_json(tmp_path)
    assert ("2026-04-08", []) == (day["case"]["billing"]["date_of_service"], day["coding"]["lines"])


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_every_encoding_says_the_same(syntax: pydicom.uid.UID, tmp_path: Path) -> None:
    """The same plan in every transfer syntax that holds no image is read alike."""
    data, buffer = plan_of(), io.BytesIO()
    [*data.iterall()]  # values that are not read yet would be written as they lie in the file
    data.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(buffer, data, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian, force_encoding=True)
    (tmp_path / "plan.dcm").write_bytes(buffer.getvalue())
    (day,) = as_json(tmp_path)
    assert [("77407", "235.711, 244.135, -724.978")] == [
        (line["code"], fact["value"])
        for line in day["coding"]["lines"]
        for fact in day["facts"]
        if fact["path"] == "isocenters[ISO1]"
    ]


def test_a_directory_is_named_as_one() -> None:
    """A DICOMDIR is no damaged object: it is said what it is, and what to give."""
    listing = public_plan().parent / "dicomdirtests" / "DICOMDIR"
    assert "a DICOMDIR, which lists files and holds no treatment: give the folder that it stands in" in refused(listing)


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("characters", "name", "parts"),
    [
        ("ISO_IR 192", "Łęcki^Jürgen", ("łęcki", "jürgen")),
        ("ISO_IR 100", "Müller^Jörg", ("müller", "jörg")),
        ("ISO_IR 144", "Люксембург^Роза", ("люксембург", "роза")),
        ("GB18030", "王^小东", ("王", "小东")),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう", ("yamada", "山田", "太郎", "たろう")),
    ],
)
def test_names_of_every_script_are_kept_back(characters: str, name: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    """A name in any script is in no report, also where a file and the plan are called by it, and where it is one character."""
    data = plan_of(name)
    data.SpecificCharacterSet = characters
    data.RTPlanLabel = parts[0]
    data.save_as(tmp_path / f"plan {parts[-1]} {parts[0]}.dcm")
    for form in ("json", "text"):
        ended = rtconform("code", "--format", form, tmp_path)
        assert 0 == ended.returncode
        assert [] == [part for part in parts if part in (ended.stdout + ended.stderr).lower()]


@pytest.mark.hostile
@pytest.mark.parametrize("number", ["180", "77407", "plans", "ISO"])
def test_an_id_that_is_a_word_of_the_report_spoils_no_report(number: str, tmp_path: Path) -> None:
    """A patient's id that is a number or a field of the report leaves the JSON whole, and the ids of rules."""
    plan_of(number=number).save_as(tmp_path / "plan.dcm")
    ended = rtconform("code", "--format", "json", tmp_path)
    assert {"coding", "facts", "case"} <= json.loads(ended.stdout).keys()
    assert "ISO-" in rtconform("rules").stdout
    converted = rtconform("convert", tmp_path, "--to", "case")
    assert {"plans", "sessions"} <= json.loads(converted.stdout).keys()


def test_messages_beside_decide_like_the_case(tmp_path: Path) -> None:
    """Objects with the HL7 v2 messages of the visit are coded like the case, and nothing is needed: no name of a message is told."""
    case = case_of("scenario-4-freestanding-global")
    for part in write_question(case, "hl7v2"):
        (tmp_path / part.name).write_bytes(part.content)
    (day,) = as_json(tmp_path)
    expected = [(line.session, line.code, list(line.modifiers)) for line in code(case).lines]
    assert expected == [(line["session"], line["code"], line["modifiers"]) for line in day["coding"]["lines"]]
    assert [] == day["needs"]
    assert case.patient.family_name not in json.dumps(day)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"v.hl7": b"nothing"}, "v.hl7: no MSH"),
        ({"v.hl7": b"MSH|^~\\&|\rPID|1||9^^^A||Zebedee^Quillon||19500231\r"}, "v.hl7: segment 2 (PID): field 7"),
        ({"v.hl7": b"MSH|^~\\&|\r", "x.json": b"{}"}, "one JSON file or HL7 v2 messages may stand beside DICOM objects"),
    ],
)
def test_messages_that_can_not_be_used_are_told(files: dict[str, bytes], said: str, tmp_path: Path) -> None:
    """What is wrong with messages costs exit code 2 and a sentence that names the file, and not the patient."""
    plan_of().save_as(tmp_path / "plan.dcm")
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    told = refused(tmp_path)
    assert said in told
    assert "Zebedee" not in told
    assert "19500231" not in told
