"""Objects held against the standard's own tables, which are newer than dciodvfy: every attribute of type 1 and 2, and none unknown."""

import io
import os
import re
import sys
from collections.abc import Iterator

import pydicom
import pytest
from pydicom.dataset import Dataset

from rtconform.formats.dicom.network import as_objects
from rtconform.formats.dicom.question import write_question
from rtconform.formats.dicom.writing.realism import PLAIN, Realism
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.formats.messages import Inexpressible
from tests.formats.dicom.test_validity import EVERY, SUITES
from tests.helpers.dicom_types import faults_of, tables_are_there
from tests.helpers.suite_cases import of_suite

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not tables_are_there() and (sys.version_info >= (3, 14) or not os.environ.get("CI")),
        reason="highdicom, which ships the standard's tables, is not installed (there is none for Python 3.14)",
    ),
]

ALLOWED = {
    r".*/BeamHoldOriginatingDeviceSequence/Manufacturer(ModelName)?: no module of the class has it": (
        "the tables leave these two out of this sequence; wherever else they have the same attributes of a device, they have them"
    ),
    r"TreatmentSessionIonBeamSequence/GatingBeamHoldTransitionSequence: no module of the class has it": (
        "the standard has beam holds of photon and electron beams alone; a case may hold a proton beam, and the attribute extends the class"
    ),
}
"""What the tables say that is no fault of an object, and why."""

STEPS = {**SUITES, "published": 1, "boundaries": 20}


def objects(suite: str) -> Iterator[tuple[str, Dataset]]:
    """The objects of a suite's cases as they are sent, each with its name; of `published` with everything beside, and with nothing."""
    for case in of_suite(suite, EVERY or STEPS[suite]):
        try:
            contents = [(part.name, part.content) for part in as_objects(write_question(case))]
            for realism in (PLAIN, Realism(*[True] * 7)) if suite == "published" else ():
                contents += write_objects(case, realism)
        except Inexpressible:
            continue
        for name, content in contents:
            yield f"{case.id}: {name}", pydicom.dcmread(io.BytesIO(content))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("suite", STEPS)
def test_attributes_are_as_the_standard_has_them(suite: str) -> None:
    """No attribute of type 1 or 2 is missing, none of type 1 is empty, and each is one of the object's class."""
    seen: set[str] = set()
    for name, data in objects(suite):
        found = [fault for fault in faults_of(data) if not any(re.fullmatch(allowed, fault) for allowed in ALLOWED)]
        assert [] == found, name
        seen.add(data.Modality)
    assert {"RTPLAN", "RTRECORD", "RTSTRUCT", "RTDOSE", "OT"} <= seen


def test_the_tables_find_faults() -> None:
    """The check can fail: an attribute that is missing, one that is empty, and one of another class are found, in items too."""
    data = next(data for _, data in objects("published") if data.Modality == "RTPLAN" and "BeamSequence" in data)
    assert [] == [*faults_of(data)]
    data.RTPlanLabel, data.GantryAngle = "", 0
    del data.BeamSequence[0].ControlPointSequence[0].ControlPointIndex
    assert {
        "RTPlanLabel: type 1, and empty",
        "GantryAngle: no module of the class has it",
        "BeamSequence/ControlPointSequence/ControlPointIndex: type 1, and missing",
    } == set(faults_of(data))
