"""How many cases DICOM RT objects decide, alone and with the companion: written to docs/measured/dicom-decides.md.

python -m tools.dicom_decides EVERY       every EVERYth case of each suite is written, read again and coded (1: all)
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from rtconform.conformance.coder.role import CODER
from rtconform.formats.dicom.companion import companion_of, put_together
from rtconform.formats.dicom.reading.open_object import open_object
from rtconform.formats.dicom.reading.reader import read_treatment
from rtconform.formats.dicom.writing.writer import write_objects
from rtconform.formats.messages import Inexpressible
from rtconform.formats.treatments import Treatment
from rtconform.generators.suites.registry import any_suite
from rtconform.reference.documents.treatment import Case

SUITES = ("published", "boundaries", "pairwise", "clinic", "documentation")
PAGE = Path("docs/measured/dicom-decides.md")


def main(every: int) -> None:
    """Measure, and write the page."""
    PAGE.write_text(_PAGE.format(every=every, rows="\n".join(_row(name, every) for name in SUITES)))


def alone(case: Case, treatment: Treatment) -> Case:
    """The case as objects alone say it; who is billed, and what plans and sessions are called, comes from outside."""
    whole = companion_of(case)
    named = {
        **whole,
        "plans": [{"uid": plan["uid"]} for plan in whole["plans"]],
        "sessions": [{"uid": one["uid"], "id": one["id"]} for one in whole["sessions"] if one["uid"]],
    }
    return put_together(treatment, named, msgspec.to_builtins(case.patient))


def _row(name: str, every: int) -> str:
    counts = Counter(_outcomes(name, every))
    written = counts["both"] + counts["companion"] + counts["neither"]
    whole = written + counts["no objects"]
    return (
        f"| `{name}` | {whole} | {counts['no objects']} | {counts['both']} ({100 * counts['both'] / written:.0f} %) "
        f"| {counts['both'] + counts['companion']} ({100 * (counts['both'] + counts['companion']) / written:.0f} %) |"
    )


def _outcomes(name: str, every: int) -> Iterator[str]:
    suite = any_suite(name)
    for index in range(0, suite.size(None), every):
        case = suite.case(index, 1).question
        assert isinstance(case, Case)  # noqa: S101 - these suites hold cases
        try:
            treatment = read_treatment([open_object(content, file) for file, content in write_objects(case)])
        except Inexpressible:
            yield "no objects"
            continue
        patient = msgspec.to_builtins(case.patient)
        wanted = _decided(case)
        if wanted != _decided(put_together(treatment, companion_of(case), patient)):
            yield "neither"
        else:
            yield "both" if wanted == _decided(alone(case, treatment)) else "companion"


def _decided(case: Case) -> object:
    return CODER.decided(CODER.expect(case))


_PAGE = """\
# What DICOM RT objects decide

Measured on 2026-11-29 with `python -m tools.dicom_decides {every}`: every {every}. case of each suite was written as DICOM RT
objects, read again by our own reader, and coded by the reference. A case is decided where the outcome is the same, with every
accepted alternative. Whose claim it is, and what sessions are called, came from outside in both columns.

| suite | cases | no objects for it | decided by the objects alone | with the companion |
|---|---|---|---|---|
{rows}

- *Objects alone*: the technique is what the control points show, an image is supposed to localize the target, motion is what is
  recorded of it, only RT Images hold an approval, and nothing says when the next session is.
- These are upper bounds: writer and reader are by one hand, and a clinic's system may write less, above all no beam holds.
- A case has no objects where a plan has protons beside another radiation, or a radiation without a term, or where brachytherapy
  has port images, images during the beam or a beam hold.
"""

if __name__ == "__main__":
    main(int(sys.argv[1]))
