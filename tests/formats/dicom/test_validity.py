"""Objects held by a validator of others: dciodvfy (dicom3tools), which knows the standard's modules attribute by attribute.

Some cases of each suite are looked at; `make dicom-objects` looks at more (RTCONFORM_DICOM_EVERY: every how many).
"""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from rtconform.formats.dicom.expressible import kind_of
from rtconform.formats.dicom.writing.realism import PLAIN, Realism
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.formats.messages import Inexpressible
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteCase
from tests.helpers.suite_cases import of_suite

ALLOWED = {
    "Unrecognized enumerated value <VERIFIED> for value 1 of attribute <Treatment Verification Status>": (
        "(3008,002C): the validator of 2022 has the term misspelt, and so refuses the right one"
    ),
    "Attribute with an even group number is not a recognized standard attribute - (0x300c,0x0129)  ?": (
        "Beam Hold Transition Trigger Source (300C,0129) came into the standard after the validator's release; pydicom knows it"
    ),
}
"""What the validator says that is no fault of an object, and why."""

SUITES = {"published": 9, "boundaries": 40, "pairwise": 24, "documentation": 400, "clinic": 160}
EVERY = int(os.environ.get("RTCONFORM_DICOM_EVERY", "0"))

needs_dciodvfy = pytest.mark.skipif(
    shutil.which("dciodvfy") is None and not os.environ.get("CI"), reason="dciodvfy (Debian package dicom3tools) is not installed"
)


def errors_of(path: Path) -> list[str]:
    """What dciodvfy finds wrong with an object."""
    done = subprocess.run(["dciodvfy", path], capture_output=True, text=True, errors="replace", check=False)
    found = [match[1].strip() for match in re.finditer(r"^Error - (.*)$", done.stdout + done.stderr, re.MULTILINE)]
    return [error for error in found if error not in ALLOWED]


@needs_dciodvfy
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("suite", SUITES)
def test_a_validator_finds_no_error(suite: str, tmp_path: Path) -> None:
    """No object of a suite's cases has an error but for what is allowed by tag, with its reason."""
    looked_at = 0
    for case in of_suite(suite, EVERY or SUITES[suite]):
        try:
            for file, content in write_objects(case):
                path = tmp_path / file
                path.write_bytes(content)
                assert [] == errors_of(path), f"{case.id}: {file}"
                looked_at += 1
        except Inexpressible:
            continue
    assert looked_at > 5


@needs_dciodvfy
@pytest.mark.slow
def test_protons_and_brachytherapy_are_without_errors(tmp_path: Path) -> None:
    """RT Ion and RT Brachy objects have no error, with everything that an export may have beside, and without."""
    seen = set()
    for case in (*of_suite("published"), *of_suite("pairwise", 3)):
        kinds = {kind_of(plan) for plan in case.plans} - {"beams"}
        if not kinds:
            continue
        with suppress(Inexpressible):
            for realism in (PLAIN, Realism(*[True] * 7)):
                for file, content in write_objects(case, realism):
                    path = tmp_path / file
                    path.write_bytes(content)
                    assert [] == errors_of(path), f"{case.id}: {file}"
            seen |= kinds
    assert {"ion", "brachy"} == seen


@needs_dciodvfy
@pytest.mark.slow
def test_the_validator_can_find_one(tmp_path: Path) -> None:
    """The check can fail: a plan with a beam type that the standard lacks."""
    case = any_suite("published").case(0, 1)
    assert isinstance(case, SuiteCase)
    content = next(content for file, content in write_objects(case.case) if "rtplan" in file)
    path = tmp_path / "plan.dcm"
    path.write_bytes(content.replace(b"STATIC", b"STATIX"))
    assert any("Beam Type" in error for error in errors_of(path))
