"""Faults of the sample engine that only the realism of our exports finds: in objects as a run sends them."""

import io
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pydicom
import pytest

from rtconform.formats.dicom.companion import companion_of
from rtconform.formats.dicom.writing.realism import PLAIN, Realism
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.formats.messages import Inexpressible
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import Case
from tests.helpers import VENDORS
from tests.helpers.suite_cases import of_suite


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    """The sample engine as a module."""
    before = {*sys.modules}
    sys.path.insert(0, str(VENDORS / "dicom_engine"))
    try:
        import engine  # noqa: PLC0415 - it lies in that folder

        yield engine
    finally:
        sys.path.remove(str(VENDORS / "dicom_engine"))
        for name in {"engine", "coder"} - before:
            sys.modules.pop(name, None)


def billed(engine: Any, case: Case, faults: list[str], realism: Realism | None = None) -> Counter[tuple[str, int]]:
    """Codes and units of the engine's answer. Raises Inexpressible."""
    objects = [pydicom.dcmread(io.BytesIO(content)) for _, content in write_objects(case, realism)]
    answer = engine.coded(engine.case_of(objects, companion_of(case), faults))
    return Counter((line["code"], line.get("units", 1)) for line in answer.get("lines", []))


def due(case: Case) -> Counter[tuple[str, int]]:
    """What is right."""
    return Counter((line.code, line.units) for line in code(case).lines)


def cases() -> Iterator[Case]:
    """Cases with one plan of which every session has lines, so that a plain export has one record for each."""
    for case in of_suite("published"):
        if len(case.plans) == 1 and len(case.sessions) == 1 and code(case).lines:
            yield case


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["each-record", "by-order"])
def test_a_fault_is_found_by_realism_alone(fault: str, engine: Any) -> None:
    """An engine that counts records as sessions, or joins by the order in which files come, is right by plain exports and not by ours."""
    seen: list[bool] = []
    for case in cases():
        try:
            plain = billed(engine, case, [fault], PLAIN)
        except Inexpressible:
            continue
        assert due(case) == billed(engine, case, []) == plain, case.id
        seen.append(billed(engine, case, [fault]) == due(case))
    assert {True, False} == set(seen)
