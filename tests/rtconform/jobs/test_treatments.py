"""A clinic's own treatment: DICOM RT files coded, with what was read, what is missing and what that would decide."""

import json
import random
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.data import get_testdata_file

from rtconform.formats.dicom.companion import companion_of
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteCase
from rtconform.jobs.treatments.shown import shown_days
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode
from rtconform.reference.errors import UserError
from tests.helpers.command import rtconform


def public_plan() -> Path:
    """A plan of a planning system that nobody here wrote, as pydicom ships it."""
    return Path(str(get_testdata_file("rtplan.dcm", download=False)))


def case_of(name: str) -> Case:
    """A case of suite published."""
    suite = any_suite("published")
    item = suite.case(suite.index_of(f"published:{name}")[0], 1)
    assert isinstance(item, SuiteCase)
    return item.case


def published() -> Iterator[Case]:
    """Some cases of suite published that have DICOM objects."""
    suite = any_suite("published")
    for index in range(0, suite.size(None), 10):
        item = suite.case(index, 1)
        assert isinstance(item, SuiteCase)
        yield item.case


def written(case: Case, folder: Path, beside: dict[str, Any] | None = None) -> Path:
    """The case's objects in a folder, with a JSON document."""
    folder.mkdir(exist_ok=True)
    for file, content in write_objects(case):
        (folder / file).write_bytes(content)
    if beside is not None:
        (folder / "beside.json").write_text(json.dumps(beside))
    return folder


def as_json(*arguments: object) -> list[dict[str, Any]]:
    """What `rtconform code --format json` prints."""
    ended = rtconform("code", "--format", "json", *arguments)
    assert (0, "") == (ended.returncode, ended.stderr)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_public_plan_is_coded(tmp_path: Path) -> None:
    """A plan alone: read off its control points; what it lacks is named with the codes that it would lead to."""
    (tmp_path / "rtplan.dcm").write_bytes(public_plan().read_bytes())
    (day,) = as_json(tmp_path)
    assert [("77407", "S1")] == [(line["code"], line["session"]) for line in day["coding"]["lines"]]
    needs = {need["path"]: {choice["is"]: choice["codes"] for choice in need["choices"]} for need in day["needs"]}
    assert {"3d_crt": "S1 77407", "2d": "S1 77402", "sbrt": "out_of_scope"} == needs["plans[1].technique"]
    assert "S1 77412" == needs["sessions[1].motion"]["monitored, and the beam held by it"]
    facts = {fact["path"]: fact for fact in day["facts"]}
    assert "read" == facts["isocenters[ISO1]"]["how"]
    assert "rtplan.dcm: Isocenter Position (300A,012C)" == facts["isocenters[ISO1]"]["source"]
    assert "derived" == facts["plans[1].technique"]["how"]
    assert "missing" == facts["sessions"]["how"]


def test_a_plan_without_preamble_is_read(tmp_path: Path) -> None:
    """An object that begins without preamble and file meta is read like any other, by its Modality."""
    data = pydicom.dcmread(public_plan())
    pydicom.dcmwrite(tmp_path / "plan.dcm", _bare(data), implicit_vr=True, little_endian=True)
    assert b"DICM" != (tmp_path / "plan.dcm").read_bytes()[128:132]
    (day,) = as_json(tmp_path / "plan.dcm")
    assert ["77407"] == [line["code"] for line in day["coding"]["lines"]]


def _bare(data: pydicom.FileDataset) -> pydicom.Dataset:
    bare = pydicom.Dataset()
    for element in data:
        bare[element.tag] = element
    return bare


def test_what_stands_beside_decides(tmp_path: Path) -> None:
    """A JSON file answers what is missing, and its needs go."""
    (tmp_path / "rtplan.dcm").write_bytes(public_plan().read_bytes())
    beside = {
        "billing": {"setting": "freestanding", "claim": "technical", "date_of_service": "2026-03-02"},
        "plans": [{"technique": "2d"}],
        "sessions": [{"motion": None}],
    }
    (tmp_path / "rest.json").write_text(json.dumps(beside))
    (day,) = as_json(tmp_path)
    assert ["77402"] == [line["code"] for line in day["coding"]["lines"]]
    assert [] == day["needs"]
    assert "needs: nothing" in rtconform("code", tmp_path).stdout


def test_objects_with_their_companion_are_coded_like_the_case(tmp_path: Path) -> None:
    """Objects and companion of a case in a folder: the case's codes, and nothing is needed."""
    seen = 0
    for number, case in enumerate(published()):
        if any(plan.technique in ("proton", "hdr_brachytherapy") for plan in case.plans):
            continue  # has no RT Plan
        if len({session.started_at.date() for session in case.sessions if session.beams_delivered}) != 1:
            continue
        seen += 1
        (day,) = as_json(written(case, tmp_path / str(number), companion_of(case)))
        expected = [(line.session, line.code, list(line.modifiers)) for line in code(case).lines]
        assert expected == [(line["session"], line["code"], line["modifiers"]) for line in day["coding"]["lines"]]
        assert code(case).outcome == day["coding"]["outcome"]
        assert [] == day["needs"]
    assert seen > 3


def test_a_folder_of_two_days_is_two_codings(tmp_path: Path) -> None:
    """Each day is coded for itself, and the second is the next session of the first."""
    case = case_of("scenario-3-hospital-facility")
    written(case, tmp_path)
    for file in sorted(tmp_path.glob("*-rtrecord.dcm")):
        data = pydicom.dcmread(file)
        later = str(int(data.TreatmentDate) + 1)
        data.TreatmentDate, data.SOPInstanceUID, data.TreatmentSessionUID = later, data.SOPInstanceUID + ".1", "1.2.3"
        for beam in data.TreatmentSessionBeamSequence:
            for point in beam.ControlPointDeliverySequence:
                point.TreatmentControlPointDate = later
        data.save_as(tmp_path / f"later-{file.name}")
    days = as_json(tmp_path)
    assert 2 == len({day["case"]["billing"]["date_of_service"] for day in days})


@pytest.mark.hostile
def test_the_patient_is_never_told(tmp_path: Path) -> None:
    """Names and ids of the patient stand in no report, not even where a file, a plan or a volume is called so; only if asked for."""
    data = pydicom.dcmread(public_plan())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data.PatientBirthDate = "Zebedee1"  # a value that breaks the standard: pydicom warns of it
    data.PatientName, data.PatientID, data.RTPlanName = "Zebedee^Quillon", "MRN4711", "Zebedee boost"
    data.save_as(tmp_path / "plan_ZebedeeQuillon_MRN4711.dcm")
    (tmp_path / "Zebedee.txt").write_text("not an object")
    for form in ("json", "text"):
        for more in ([], ["--explain"]):
            ended = rtconform("code", "--format", form, *more, tmp_path)
            assert 0 == ended.returncode
            shown = (ended.stdout + ended.stderr).lower()
            assert [] == [secret for secret in ("zebedee", "quillon", "mrn4711") if secret in shown]
    kept = rtconform("code", "--format", "json", "--keep-identity", tmp_path).stdout
    assert "MRN4711" in kept
    (tmp_path / "rest.json").write_text('{"Zebedee": 1}')
    ended = rtconform("code", tmp_path)
    assert 2 == ended.returncode
    assert "zebedee" not in (ended.stdout + ended.stderr).lower()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no RT Plan and no RT Beams Treatment Record is in this folder"),
        ({"a.dcm": b"nothing"}, "a.dcm: not a DICOM object"),
        ({"plan.dcm": None, "a.json": b"{}", "b.json": b"{}"}, "only one JSON file may stand beside DICOM objects"),
        ({"plan.dcm": None, "a.json": b"{"}, "a.json: not JSON"),
        ({"plan.dcm": None, "a.json": b"[]"}, "not a JSON object"),
        ({"plan.dcm": None, "a.json": b'{"plans": [{"tecnique": "2d"}]}'}, "no field 'tecnique'"),
        ({"plan.dcm": None, "a.json": b'{"plans": 3}'}, "a list was due @ $.plans"),
        ({"plan.dcm": None, "a.json": b'{"billing": {"claim": "mine", "setting": "freestanding"}}'}, "$.billing.claim"),
    ],
)
def test_what_can_not_be_used_is_told(tmp_path: Path, files: dict[str, bytes | None], said: str) -> None:
    """Every wrong file costs exit code 2 and a sentence that names it."""
    for name, content in files.items():
        (tmp_path / name).write_bytes(public_plan().read_bytes() if content is None else content)
    ended = rtconform("code", tmp_path)
    assert 2 == ended.returncode
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_file_that_was_cut_short_is_not_read() -> None:
    """A plan that ends within its beams is refused: half a plan would be coded as a smaller one."""
    ended = rtconform("code", str(get_testdata_file("rtplan_truncated.dcm", download=False)))
    assert 2 == ended.returncode
    assert "it ends within (300A,00B0): the file was cut short" in ended.stderr


def test_other_classes_are_named(tmp_path: Path) -> None:
    """A folder of objects that are known and not read says what they are."""
    data = pydicom.dcmread(public_plan())
    data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.481.7"
    data.save_as(tmp_path / "summary.dcm")
    ended = rtconform("code", tmp_path)
    assert 2 == ended.returncode
    assert "an RT Treatment Summary Record" in ended.stderr


def test_protons_are_outside(tmp_path: Path) -> None:
    """A folder with an RT Ion Plan and its record alone is coded as outside, with the attribute that shows it."""
    made = rtconform("generate", "--id", "published:outside-protons", "--as", "dicom", "--out", tmp_path)
    assert 0 == made.returncode
    (folder,) = tmp_path.iterdir()
    (folder / "companion.json").unlink()
    ended = rtconform("code", folder)
    assert (0, "") == (ended.returncode, ended.stderr)
    assert "out_of_scope (SCOPE-TECHNIQUE)" in ended.stdout
    (plan,) = (file.name for file in folder.glob("*-rtplan.dcm"))
    assert f"plans[1].technique = proton  [{plan}: Ion Beam Sequence (300A,03A2)" in ended.stdout
    assert "needs: nothing" in ended.stdout


@pytest.mark.hostile
def test_damaged_files_cost_a_sentence(tmp_path: Path) -> None:
    """Whatever bytes of an object are changed, it is coded or refused in words, never with a traceback."""
    drawn = random.Random(4)  # noqa: S311 - the same damage every time
    whole = public_plan().read_bytes()
    path = tmp_path / "plan.dcm"
    seen = set()
    for _ in range(40):
        content = bytearray(whole)
        for _ in range(drawn.choice((1, 1, 3, 10))):
            at = drawn.randrange(132, len(content))
            content[at : at + drawn.randrange(1, 4)] = drawn.choice((b"\xff", b"-9", b"nan", b"e99", b"\\", b"", b"\0\0"))
        path.write_bytes(content)
        ended = rtconform("code", path)
        seen.add(ended.returncode)
        assert "Traceback" not in ended.stderr
    assert {0, 2} == seen


@pytest.mark.slow
def test_without_pydicom_the_extra_is_named(tmp_path: Path) -> None:
    """Where pydicom is not installed, the command says what to install; everything else works, and nothing imports it at the start."""
    (tmp_path / "plan.dcm").write_bytes(public_plan().read_bytes())
    program = "import sys; sys.modules['pydicom'] = None; from rtconform.cli.main import main; main(sys.argv[1:])"
    ended = subprocess.run([sys.executable, "-c", program, "code", tmp_path], capture_output=True, text=True, check=False)
    assert (2, "") == (ended.returncode, ended.stdout)
    assert "pip install 'rtconform[dicom]'" in ended.stderr
    ended = subprocess.run([sys.executable, "-c", program, "suites"], capture_output=True, text=True, check=False)
    assert 0 == ended.returncode


def test_a_treatment_becomes_a_case(tmp_path: Path) -> None:
    """`convert FOLDER --to case`: a case that codes as the folder does, what is missing named, and no patient in it."""
    (tmp_path / "rtplan.dcm").write_bytes(public_plan().read_bytes())
    ended = rtconform("convert", tmp_path, "--to", "case")
    assert 0 == ended.returncode
    case = decode(ended.stdout.encode(), Case)
    assert ["77407"] == [line.code for line in code(case).lines]
    assert ("treatment-2026-01-05", "PATIENT") == (case.id, case.patient.id)
    assert "missing: plans[1].technique: 3d_crt is supposed; codes depend on it: it may be 2d, sbrt" in ended.stderr
    assert "missing: sessions: no treatment record is among the files" in ended.stderr
    assert "id00001" not in ended.stdout + ended.stderr
    assert "id00001" in rtconform("convert", tmp_path, "--to", "case", "--keep-identity").stdout


def test_convert_says_what_takes_which(tmp_path: Path) -> None:
    """Objects become cases first, also where another format is asked for, and --to case needs objects."""
    (tmp_path / "cases.jsonl").write_text("{}")
    for arguments, said in (
        ((tmp_path, "--to", "fhir"), "convert them with --to json, and the cases with --to fhir"),
        ((tmp_path, "--to", "x12"), "convert them with --to json: x12 holds no treatment"),
        ((tmp_path / "cases.jsonl", "--to", "case"), "--to case converts DICOM objects or FHIR resources only"),
    ):
        ended = rtconform("convert", *arguments)
        assert 2 == ended.returncode
        assert said in ended.stderr


@pytest.mark.slow
def test_files_of_others_are_coded_or_refused() -> None:
    """Each file that pydicom ships, of whatever kind and however damaged, is coded or refused in words that don't name the patient."""
    files = sorted(path for path in public_plan().parent.rglob("*") if path.is_file())
    coded = 0
    for path in files:
        try:
            said = "".join(shown_days(str(path), "text", explain=False, keep_identity=False))
            coded += 1
        except UserError as error:
            said = str(error)
        assert [] == [name for name in names_in(path) if name in said.replace(str(path), "")]
    assert (3, True) == (coded, len(files) > 100)


def test_an_ion_plan_of_others_is_read() -> None:
    """An RT Ion Plan that nobody here wrote, which has lost its beams, is read as protons by its class."""
    ended = rtconform("code", str(get_testdata_file("ExplVR_LitEndNoMeta.dcm", download=False)))
    assert 0 == ended.returncode
    assert "plans[1].technique = proton  [ExplVR_LitEndNoMeta.dcm: Ion Beam Sequence (300A,03A2)" in ended.stdout
    assert "(the object is an RT Ion Plan, which has no beam that treats)" in ended.stdout
    assert "(one beam of protons is supposed)" in ended.stdout
    assert ": out_of_scope\n" in ended.stdout


def names_in(path: Path) -> list[str]:
    """The parts of the patient's name and id in a file, as far as they are long enough to be looked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = pydicom.dcmread(path, force=True, stop_before_pixels=True, specific_tags=["PatientName", "PatientID"])
            told = f"{data.get('PatientName', '')} {data.get('PatientID', '')}"
    except Exception:  # noqa: BLE001 - some are damaged on purpose
        return []
    return [part for part in told.replace("^", " ").split() if len(part) > 3]
