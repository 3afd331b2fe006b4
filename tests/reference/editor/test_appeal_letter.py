"""The paragraph for an appeal: its parts are facts of the claim, reasons of the reference, rules and tables; nothing else is said."""

import datetime as dt

import pytest
from msgspec.structs import replace

from rtconform.generators.suites.edits import EDITS_CLAIM, EDITS_DOCUMENTED
from rtconform.generators.suites.suite import cases
from rtconform.reference.documents.claim import Claim, DispositionLine
from rtconform.reference.editor.appeal_letter import letter
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.editor.rules import says_of, sources_of
from rtconform.reference.national_edits.shipped import shipped_tables
from tests.reference.editor.test_national import claim

DENIED = DispositionLine(1, "deny", carc="97")


def written(asked: Claim, number: int, came: DispositionLine | None = DENIED) -> str:
    due = next(line for line in adjudicate(asked).lines if line.number == number)
    return letter(asked, due, came, shipped_tables())


def test_the_whole_paragraph() -> None:
    """What was billed, what was done, what there is of a record, the rule with its publication, the tables, what is asked for."""
    asked = replace(claim("77412", "77387-26", form="office"), payer="acme")
    assert written(asked, 1) == (
        "Claim test:1, line 1, patient SYN-1: 77412, one unit, was billed to acme for 2026-10-01 on a professional claim with place "
        "of service 11. The line was denied with reason code CARC 97. The claim was sent without its record, and nothing on it "
        f"speaks against the line. {sources_of(['ONCE'])} says, in short: {says_of('ONCE')} "
        "NCCI MUE, practitioner, 2026 Q4 takes 2 of 77412 a date (MAI 3), and 1 was billed. "
        "We ask that line 1 be allowed and paid as billed."
    )


@pytest.mark.parametrize(
    ("asked", "number", "said"),
    [
        (claim("77412", "77407-59"), 2, "has the pair 77412/77407 with indicator 1, and modifier 59 separates the two."),
        (claim("77412-XU", "77407"), 1, "has the pair 77412/77407 with indicator 1, and modifier XU separates the two."),
        (claim("77412", "77334"), 1, "NCCI PTP edits, hospital, v32.3 (2026 Q4) has no pair of 77412 and 77334."),
        (claim("77412", "77373 +1"), 1, "takes 2 of 77412 a date (MAI 3), and 1 was billed."),
        (claim("77402", "77402-76"), 1, "takes 2 of 77402 a date (MAI 3), and 2 were billed."),
        (claim("77387-26", "77387-TC", form="office"), 1, "takes 2 of 77387 a date (MAI 3), and 1 was billed."),
    ],
)
def test_what_a_table_says(asked: Claim, number: int, said: str) -> None:
    """A table of the claim's setting that is in force is cited with its edition: the pair and what separates it, or the units."""
    assert said in written(asked, number)


@pytest.mark.parametrize("asked", [claim("77412", "77334", form="office"), claim("77412", "77334", day=dt.date(2026, 9, 30))])
def test_a_table_that_was_not_found_or_is_not_in_force_is_not_cited(asked: Claim) -> None:
    """Nothing is said of pairs on a professional claim, of which the table of 2026 was not found, nor before an edition begins."""
    assert "PTP" not in written(asked, 1)


def test_every_right_line_has_a_paragraph_of_its_own_facts() -> None:
    """Of every line of the suites that has to be allowed: service, day and reason stand in it, and no more rules than decide it."""
    count = 0
    for suite in (EDITS_CLAIM, EDITS_DOCUMENTED):
        for item in list(cases(suite, 1))[:150]:
            lines = {line.number: line for line in item.claim.lines}
            for due in adjudicate(item.claim).lines:
                if due.disposition != "allow" or due.accepted:
                    continue
                count += 1
                text = letter(item.claim, due, None, shipped_tables())
                assert str(lines[due.number].date_of_service) in text
                assert lines[due.number].code in text
                assert due.reason.partition(": ")[2] in text
                assert all((says_of(rule) or "") in text for rule in due.rules)
                assert "{" not in text
                assert text.endswith(f"We ask that line {due.number} be allowed and paid as billed.")
    assert count > 100


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (DispositionLine(1, "deny"), "The line was denied. "),
        (DispositionLine(1, "bundle", carc="236"), "The line was bundled into another service with reason code CARC 236. "),
        (None, "place of service 11. The claim was sent"),
    ],
)
def test_what_the_payer_did(came: DispositionLine | None, said: str) -> None:
    """The payer's disposition with its reason code, where there is one; where nothing was done yet, nothing is said of it."""
    assert said in written(claim("77412", form="office"), 1, came)


def test_a_line_of_days_and_units() -> None:
    """A span is billed for its days, its units are counted in words."""
    asked = claim("77407 x3", form="office")
    line = replace(asked.lines[0], date_of_service_end=dt.date(2026, 10, 3))
    assert "77407, 3 units, was billed to medicare for 2026-10-01 to 2026-10-03" in written(replace(asked, lines=(line,)), 1)
