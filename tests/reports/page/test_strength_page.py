"""How strong suites are, as text for a terminal and as a page: made from a document alone, nothing is measured."""

import xml.etree.ElementTree as ET

import pytest
from msgspec.structs import replace

from rtconform.conformance.strength.document import Row, Strength, SuiteStrength, Survivor
from rtconform.reference.documents.wire import decode, encode
from rtconform.reports.page.strength import as_html, as_text

SUITE = SuiteStrength(
    name="boundaries",
    version="3",
    cases=1280,
    mutants_killed=7,
    faults_killed=2,
    conditions=9,
    conditions_possible=10,
    conditions_missed=("DOC-3D: «evidence = none» true decides",),
    pairs=0.5,
    triples=None,
)
EQUIVALENT = Survivor(
    "A: dropped", "A dropped", equivalent=True, compared=804, spaces=("level",), explanation="stands at each point"
)
PAIR = Survivor("A: dropped + B: negated", "A dropped; B negated", False, 3, ("level",), "not equivalent: S1: two isocenters")
GAP = Survivor("B: negated", "B: <condition> negated", False, 3, ("level",), "not equivalent: S1: no beam delivered")
ROWS = (
    Row("A: dropped", "A dropped", "drop", ("A",), {"boundaries": None}),
    Row("no-date", "Dates are not looked at.", "field", ("SCOPE-DATE",), {"boundaries": "boundaries:date-last-day-of-2025"}),
)
WHOLE = Strength(
    rule_set="2026.1",
    seed=1,
    suites=(SUITE,),
    mutants=8,
    mutants_equivalent=1,
    faults=2,
    second_order=10,
    second_order_killed=7,
    second_order_equivalent=2,
    rows=ROWS,
    survivors=(EQUIVALENT, PAIR),
)


def test_the_table() -> None:
    """A row a suite, what decides in none of its cases, each gap with the treatment that shows it, and the outcome at the end."""
    text = as_text(WHOLE)
    row = next(line for line in text.splitlines() if line.startswith("boundaries"))
    assert ["boundaries", "3", "1,280", "7", "of", "7", "2", "of", "2", "9", "of", "10", "50.0%"] == row.split()
    assert "DOC-3D: «evidence = none» true decides" in text
    assert "A: dropped + B: negated: A dropped; B negated\n  not equivalent: S1: two isocenters" in text
    assert "804" not in text
    assert text.endswith("7 of the 8 others stopped (87.50%); not stopped: 1.\n")


@pytest.mark.parametrize(
    ("survivors", "complete", "says"),
    [
        ((EQUIVALENT,), True, "every faulty coder that can be told apart is stopped."),
        ((EQUIVALENT, PAIR), True, "not stopped: 1."),
        ((EQUIVALENT, GAP), False, "not stopped: 1."),
    ],
)
def test_a_gap_of_the_first_order_is_what_counts(survivors: tuple[Survivor, ...], complete: bool, says: str) -> None:
    """Of the first order every coder has to be stopped or equivalent; of two edits the share is told."""
    found = replace(WHOLE, survivors=survivors)
    assert complete == found.complete
    assert as_text(found).endswith(f"{says}\n")
    assert ("Every faulty coder is stopped" in as_html(found), "The suites have a gap" in as_html(found)) == (
        complete,
        not complete,
    )


def test_the_page() -> None:
    """One file without scripts, whole, and everything that is said in it is escaped."""
    page = as_html(replace(WHOLE, survivors=(EQUIVALENT, GAP)))
    root = ET.fromstring(page.partition("<body>")[2].rpartition("</body>")[0].join(("<body>", "</body>")))  # noqa: S314 - our own page
    tables = [[["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")] for table in root.iter("table")]
    assert ["boundaries", "3", "1,280", "7 of 7", "2 of 2", "9 of 10", "50.0%", "not of the space"] == tables[0][1]
    assert [[EQUIVALENT.id, EQUIVALENT.says, "yes", EQUIVALENT.explanation], [GAP.id, GAP.says, "no", GAP.explanation]] == tables[
        1
    ][1:]
    assert ["not stopped", "boundaries:date-last-day-of-2025"] == [row[-1] for row in tables[2][1:]]
    assert "&lt;condition&gt;" in page
    assert "<script" not in page


def test_the_document_comes_back() -> None:
    """What `--format json` writes is read again."""
    assert WHOLE == decode(encode(WHOLE), Strength)
