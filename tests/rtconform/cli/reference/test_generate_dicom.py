"""`rtconform generate --as dicom`: a suite as folders of DICOM RT files."""

import json
from pathlib import Path

import pydicom

from tests.helpers.command import rtconform

MIXED = "boundaries:proton-beam-in-a-3d-plan"


def test_each_case_is_a_folder(tmp_path: Path) -> None:
    """Every case becomes a folder with its plan and its companion; nothing else is left in the folder above."""
    ended = rtconform("generate", "published", "--shard", "1/24", "--as", "dicom", "--out", tmp_path / "out")
    assert (0, "") == (ended.returncode, ended.stdout)
    folders = sorted((tmp_path / "out").iterdir())
    ids = [json.loads((folder / "companion.json").read_text())["id"] for folder in folders]
    assert [folder.name for folder in folders] == [name.replace(":", "-") for name in ids]
    assert all(name.startswith("published:") for name in ids)
    for folder in folders:
        assert "RTPLAN" in {pydicom.dcmread(file).Modality for file in folder.glob("*.dcm")}


def test_what_has_no_objects_is_said(tmp_path: Path) -> None:
    """A case that no object can hold is named with the reason, and the command goes on."""
    ended = rtconform("generate", "--id", MIXED, "--as", "dicom", "--out", tmp_path / "out")
    assert 0 == ended.returncode
    assert f"{MIXED}: not written: protons and another radiation in one plan" in ended.stderr


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that is there is left as it is, and the command says so."""
    once = ("generate", "published", "--shard", "1/71", "--as", "dicom", "--out", tmp_path / "out")
    assert 0 == rtconform(*once).returncode
    ended = rtconform(*once)
    assert 2 == ended.returncode
    assert "exists already" in ended.stderr


def test_claims_and_standard_output_are_refused(tmp_path: Path) -> None:
    """Only cases are written as DICOM, and only into a folder."""
    ended = rtconform("generate", "edits-claim", "--as", "dicom", "--out", tmp_path / "out")
    assert (2, True) == (ended.returncode, "only cases are written as DICOM" in ended.stderr)
    ended = rtconform("generate", "published", "--as", "dicom")
    assert (2, True) == (ended.returncode, "give --out with the folder" in ended.stderr)
