"""Plans as planning systems of others write them: each convention is made by code here, and read for what it is."""

import copy
import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset

from rtconform.formats.fhir.case_writer import write_bundle
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode
from tests.helpers.command import rtconform
from tests.rtconform.jobs.test_odd_treatments import plan_of, refused
from tests.rtconform.jobs.test_treatments import as_json, case_of, written


def coded(data: pydicom.FileDataset, folder: Path) -> dict[str, Any]:
    """What `rtconform code` says of this plan alone."""
    data.save_as(folder / "plan.dcm")
    (day,) = as_json(folder / "plan.dcm")
    return day


def needs(day: dict[str, Any]) -> dict[str, list[str]]:
    """Each missing fact on which codes depend, with what it may be."""
    return {need["path"]: [choice["is"] for choice in need["choices"]] for need in day["needs"]}


def more_beams(data: pydicom.FileDataset, number: int) -> list[Dataset]:
    """As many beams as asked for, all like the plan's own and at one isocenter."""
    data.BeamSequence = [copy.deepcopy(data.BeamSequence[0]) for _ in range(number)]
    for place, beam in enumerate(data.BeamSequence, 1):
        beam.BeamNumber = place
    return list(data.BeamSequence)


def grouped(data: pydicom.FileDataset, *groups: dict[int, float]) -> None:
    """Fraction groups with the meterset of each of their beams."""
    data.FractionGroupSequence = []
    for place, group in enumerate(groups, 1):
        made = Dataset()
        made.FractionGroupNumber, made.NumberOfFractionsPlanned, made.ReferencedBeamSequence = place, 5, []
        for number, meterset in group.items():
            beam = Dataset()
            beam.ReferencedBeamNumber, beam.BeamMeterset = number, meterset
            made.ReferencedBeamSequence.append(beam)
        data.FractionGroupSequence.append(made)


def test_a_gantry_that_goes_round_and_round_is_helical(tmp_path: Path) -> None:
    """Helical systems write no leaf positions: the gantry shows the technique, and the private leaf times show the modulation."""
    data = plan_of()
    beam = data.BeamSequence[0]
    first = beam.ControlPointSequence[0]
    points = []
    for place in range(160):
        point = copy.deepcopy(first) if not place else Dataset()
        point.GantryAngle, point.CumulativeMetersetWeight = (place * 7.0588) % 360, place / 159
        block = point.private_block(0x300D, "TOMO_HA_01", create=True)
        block.add_new(0xA7, "UN", b"0\\0.5\\1")
        points.append(point)
    beam.ControlPointSequence = points
    day = coded(data, tmp_path)
    assert ("helical_imrt", "helical", "binary_mlc") == (
        day["case"]["plans"][0]["technique"],
        day["case"]["plans"][0]["beams"][0]["delivery"],
        day["case"]["plans"][0]["beams"][0]["modulation"],
    )
    beam.ControlPointSequence = points[:2]
    for point in beam.ControlPointSequence:
        point.GantryAngle = 0
    standing = coded(data, tmp_path)
    assert "imrt_static" == standing["case"]["plans"][0]["technique"]
    assert ["imrt_static", "3d_crt", "sbrt"] == needs(standing)["plans[1].technique"]


def test_one_fraction_group_is_delivered_in_a_session(tmp_path: Path) -> None:
    """A plan of two fraction groups without a record: the first is supposed delivered, and the second is a choice."""
    data = plan_of()
    boost = more_beams(data, 3)[2]
    boost.ControlPointSequence[0].IsocenterPosition = [0, 0, 0]
    grouped(data, {1: 100, 2: 90}, {3: 80})
    day = coded(data, tmp_path)
    assert ["P1.1", "P1.2"] == day["case"]["sessions"][0]["beams_delivered"]
    assert ["77407"] == [line["code"] for line in day["coding"]["lines"]]
    (missing,) = [fact for fact in day["facts"] if fact["path"] == "sessions"]
    assert "fraction group 1 of plan P1 is supposed delivered in one session" in missing["note"]


def test_what_is_in_no_fraction_group_is_not_delivered(tmp_path: Path) -> None:
    """A beam that no fraction group names, and one that is planned without meterset, are counted in no session."""
    data = plan_of()
    for beam in more_beams(data, 4)[1:]:
        beam.ControlPointSequence[0].IsocenterPosition = [beam.BeamNumber * 100, 0, 0]
    grouped(data, {1: 100, 2: 0, 3: 0})
    day = coded(data, tmp_path)
    assert ["P1.1"] == day["case"]["sessions"][0]["beams_delivered"]
    (beams,) = [fact for fact in day["facts"] if fact["path"] == "plans[1].beams"]
    assert "2 beams are planned without meterset, and not counted" == beams["note"]
    grouped(data, {1: 0, 2: 0, 3: 0, 4: 0})
    assert 4 == len(coded(data, tmp_path)["case"]["plans"][0]["beams"])


def test_two_plans_without_a_record_are_a_choice(tmp_path: Path) -> None:
    """Two plans at two places and no record: that both were delivered is supposed, and either alone is another choice."""
    plan_of().save_as(tmp_path / "a.dcm")
    other = plan_of(uid="1.2.4")
    other.BeamSequence[0].ControlPointSequence[0].IsocenterPosition = [0, 0, 0]
    other.save_as(tmp_path / "b.dcm")
    (day,) = as_json(tmp_path)
    assert ["each plan", "plan P1", "plan P2"] == needs(day)["sessions[1].beams_delivered"]
    (choices,) = [need["choices"] for need in day["needs"] if need["path"] == "sessions[1].beams_delivered"]
    assert ["S1 77412", "S1 77407", "S1 77407"] == [choice["codes"] for choice in choices]


@pytest.mark.parametrize(("keyword", "value"), [("PlanIntent", "MACHINE_QA"), ("ApprovalStatus", "REJECTED")])
def test_a_plan_that_treats_nobody_is_set_aside(keyword: str, value: str, tmp_path: Path) -> None:
    """A plan for checking a machine, and one that was rejected, are named and not coded; one that a record names is read."""
    data = plan_of(uid="1.2.4")
    setattr(data, keyword, value)
    data.save_as(tmp_path / "aside.dcm")
    assert "aside.dcm: " in refused(tmp_path / "aside.dcm")
    assert value in refused(tmp_path / "aside.dcm").upper()
    plan_of().save_as(tmp_path / "plan.dcm")
    (day,) = as_json(tmp_path)
    assert (1, True) == (len(day["case"]["plans"]), "aside.dcm" in day["unread"][0])
    treated = written(case_of("scenario-3-hospital-facility"), tmp_path / "treated")
    for file in treated.glob("*-rtplan.dcm"):
        kept = pydicom.dcmread(file)
        setattr(kept, keyword, value)
        kept.save_as(file)
    assert all(found["case"]["plans"] for found in as_json(treated))


def test_volumes_without_a_type_are_missing(tmp_path: Path) -> None:
    """Where outlined volumes have no interpreted type: a target is known by its name, and organs are not said to be absent."""
    folder = written(case_of("scenario-3-hospital-facility"), tmp_path)
    for file in folder.glob("*-rtstruct.dcm"):
        data = pydicom.dcmread(file)
        for roi in data.RTROIObservationsSequence:
            roi.RTROIInterpretedType = ""
        data.save_as(file)
    for plan in folder.glob("*-rtplan.dcm"):
        bare = pydicom.dcmread(plan)
        bare.DoseReferenceSequence = []
        bare.save_as(plan)
    facts = {fact["path"]: fact for day in as_json(folder) for fact in day["facts"]}
    assert "read" == facts["plans[1].planning.targets"]["how"]
    assert "missing" == facts["plans[1].planning.organs_at_risk"]["how"]
    assert "outlined volumes have no interpreted type" in facts["plans[1].planning.organs_at_risk"]["note"]


def test_a_plan_on_the_patient_without_structures_lacks_them(tmp_path: Path) -> None:
    """A plan that was made on the patient and names no structure set says nothing of volumes: they are missing, not none."""
    data = plan_of()
    data.RTPlanGeometry = "PATIENT"
    data.ReferencedStructureSetSequence = []
    facts = {fact["path"]: fact for fact in coded(data, tmp_path)["facts"]}
    assert "missing" == facts["plans[1].planning.volumetric_imaging"]["how"]
    assert "the plan was made on the patient, and names no structure set" == facts["plans[1].planning.volumetric_imaging"]["note"]


def test_a_beam_without_a_radiation_is_left_to_a_person(tmp_path: Path) -> None:
    """A beam of which the plan does not say what it treats with is never coded as photons: it is named, and a person decides."""
    data = plan_of()
    del data.BeamSequence[0].RadiationType
    day = coded(data, tmp_path)
    assert "needs_review" == day["coding"]["outcome"]
    (beams,) = [fact for fact in day["facts"] if fact["path"] == "plans[1].beams"]
    assert "1 beams have no Radiation Type: a person has to say what they treat with" == beams["note"]


def test_moving_leaves_may_be_a_field_in_field(tmp_path: Path) -> None:
    """A field that was made even by moving leaves is among the choices wherever leaves move and the gantry stands."""
    folder = written(case_of("scenario-4-freestanding-global"), tmp_path)
    assert "field_in_field" in needs(as_json(folder)[0])["plans[1].technique"]


@pytest.mark.hostile
@pytest.mark.parametrize(("name", "born"), [("PHOTON^STATIC", "19500231"), ("UNKNOWN^ANON", "UNKNOWN"), ("Case^Coded", "")])
def test_a_name_that_is_a_term_of_ours_leaves_the_case_whole(name: str, born: str, tmp_path: Path) -> None:
    """Words of a case may be a patient's name: what convert writes is still a case, and is coded like the plan."""
    data = plan_of(name)
    data.RTPlanLabel = "boost"
    expected = coded(data, tmp_path)["coding"]["lines"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data.PatientBirthDate = born  # some write a word there: pydicom warns of it
    data.save_as(tmp_path / "plan.dcm")
    case = decode(rtconform("convert", tmp_path / "plan.dcm", "--to", "case").stdout.encode(), Case)
    assert ("unknown", "photon", "static") == (
        case.patient.sex,
        case.plans[0].beams[0].radiation,
        case.plans[0].beams[0].delivery,
    )
    assert [line["code"] for line in expected] == [line.code for line in code(case).lines]


def test_a_birth_date_is_kept_back_however_it_is_written(tmp_path: Path) -> None:
    """A file that is called by the patient's birth date, or by another id, tells neither."""
    data = plan_of()
    data.PatientBirthDate = "19510203"
    other = Dataset()
    other.PatientID = "Q55X"
    data.OtherPatientIDsSequence = [other]
    data.RTPlanLabel = "Q55X 1951-02-03"
    data.save_as(tmp_path / "plan 1951-02-03.dcm")
    for form in ("json", "text"):
        ended = rtconform("code", "--format", form, tmp_path)
        assert [] == [told for told in ("1951-02-03", "19510203", "Q55X") if told in ended.stdout + ended.stderr]


@pytest.mark.parametrize(
    ("modality", "said"), [("RTDOSE", "an RT Dose"), ("RTIMAGE", "an RT Image"), ("CT", "an object of another")]
)
def test_an_object_without_beams_is_named(modality: str, said: str, tmp_path: Path) -> None:
    """An object that says nothing of beams is refused by what it is, with what to give in its place."""
    data = plan_of()
    data.Modality, data.SOPClassUID = modality, pydicom.uid.UID("1.2.3.4")
    data.save_as(tmp_path / "one.dcm")
    assert f"one.dcm: {said}" in refused(tmp_path / "one.dcm")
    assert "give the RT Plan or the treatment record" in refused(tmp_path / "one.dcm")
    assert "what is there: 1 " in refused(tmp_path)


@pytest.mark.hostile
def test_files_of_every_kind_in_a_folder_are_named(tmp_path: Path) -> None:
    """Archives, links that go round, empty and random files, pipes beside a plan: the plan is coded, and each is named or passed over."""
    plan_of().save_as(tmp_path / "plan.dcm")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "self.dcm").symlink_to("self.dcm")
    (tmp_path / "gone.dcm").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.dcm")
    (tmp_path / "empty.dcm").touch()
    (tmp_path / "noise.ima").write_bytes(bytes(range(256)) * 9)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "plan.dcm", "plan.dcm")
    (day,) = as_json(tmp_path)
    assert ["77407"] == [line["code"] for line in day["coding"]["lines"]]
    assert ["all.zip: an archive, which is not unpacked", "empty.dcm: not a DICOM", "noise.ima: not a DICOM"] == [
        told[:42] if told.startswith("all") else told[: told.index("DICOM") + 5] for told in day["unread"]
    ]
    for name in ("self.dcm", "gone.dcm", "pipe.dcm", "empty.dcm", "noise.ima"):
        assert name in refused(tmp_path / name)
    assert "all.zip: an archive; unpack it, and give the folder" in refused(tmp_path / "all.zip")


def test_json_is_the_cases_of_a_treatment(tmp_path: Path) -> None:
    """A treatment converted to JSON is its cases, from DICOM objects as from FHIR resources."""
    plan_of().save_as(tmp_path / "plan.dcm")
    said = rtconform("convert", tmp_path / "plan.dcm", "--to", "json")
    assert (0, rtconform("convert", tmp_path / "plan.dcm", "--to", "case").stdout) == (said.returncode, said.stdout)
    assert "rtconform.case/1" in said.stdout
    (tmp_path / "bundle.json").write_bytes(write_bundle(case_of("scenario-4-freestanding-global")))
    said = rtconform("convert", tmp_path / "bundle.json", "--to", "json", "--keep-identity")
    assert code(case_of("scenario-4-freestanding-global")).lines == code(decode(said.stdout.encode(), Case)).lines
