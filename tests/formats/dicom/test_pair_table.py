"""What DICOM objects with HL7 v2 messages decide, by reading what was written: the rows of docs/reference/formats.md.

Some cases of each suite are looked at; `make dicom-pair` looks at more (RTCONFORM_PAIR_EVERY: every how many).
"""

import os
import re
from pathlib import Path

import pytest

from rtconform.formats.dicom.question import reread_question, write_question
from rtconform.formats.messages import Inexpressible
from rtconform.generators.suites.registry import any_suite
from rtconform.reference.documents.treatment import Case
from tests.formats.dicom.test_objects import decided
from tests.helpers.suite_cases import of_suite

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "formats.md"
SUITES = {"pairwise": 10, "clinic": 50}
EVERY = int(os.environ.get("RTCONFORM_PAIR_EVERY", "0"))


def decides(case: Case) -> bool | None:
    """Whether objects and messages decide like the case; None where it has no objects."""
    try:
        parts = write_question(case, "hl7v2")
    except Inexpressible:
        return None
    return decided(case) == decided(reread_question([*parts]))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("suite", SUITES)
def test_the_pair_decides_what_the_table_says(suite: str) -> None:
    """Every case that has objects comes back from these and the messages with the same outcome; no more lack them than the page says."""
    outcomes = {case.id: decides(case) for case in of_suite(suite, EVERY or SUITES[suite])}
    assert [] == [name for name, same in outcomes.items() if same is False]
    row = re.search(rf"^\| `{suite}` \| `json`, `hl7v2` \| (\d+) of (\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert row is not None
    assert any_suite(suite).size(None) == int(row[2])
    without, looked_at = [*outcomes.values()].count(None), len(outcomes)
    assert without <= int(row[2]) - int(row[1])
    assert EVERY != 1 or (int(row[1]), int(row[2])) == (looked_at - without, looked_at)
