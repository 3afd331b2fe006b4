"""National edits on claims: what the payer that adopts them must stop, what others may, and what they never touch."""

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient, Treatment
from rtconform.reference.documents.treatment import Motion
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.national_edits.shipped import shipped_tables
from rtconform.reference.national_edits.tables import Edition, MueRow, PtpRow, Tables
from tests.helpers.one_beam import case

FIRST = dt.date(2026, 10, 1)
ANY = {"deny", "bundle", "review"}


def claim(*written: str, day: dt.date = FIRST, payer: str = "medicare", form: str = "hospital") -> Claim:
    """Lines written `77407-59 x2 +1`: service, units, days after the first."""
    lines = []
    for number, text in enumerate(written, 1):
        service, *more = text.split()
        code, *modifiers = service.split("-")
        units = next((int(word[1:]) for word in more if word[0] == "x"), 1)
        later = next((int(word[1:]) for word in more if word[0] == "+"), 0)
        on = day + dt.timedelta(days=later)
        lines.append(ClaimLine(number, code, on, tuple(modifiers), units, revenue_code="0333" if form == "hospital" else None))
    patient = ClaimPatient("SYN-1", dt.date(1953, 4, 2), "male")
    if form == "hospital":
        return Claim("test:1", "institutional", patient, tuple(lines), payer, type_of_bill="131")
    return Claim("test:1", "professional", patient, tuple(lines), payer, "11")


def last(asked: Claim, tables: Tables | None = None) -> tuple[str, str | None, bool]:
    """Disposition and category of the last line, and whether to allow it is right."""
    line = adjudicate(asked, tables=tables).lines[-1]
    return line.disposition, line.category, "allow" in (line.disposition, *line.accepted)


@pytest.mark.parametrize(
    ("asked", "stopped"),
    [
        (claim("77412", "77407"), True),
        (claim("77407", "77412"), False),
        (claim("77412", "77407-76"), True),
        (claim("77412", "77407-77"), True),
        (claim("77412", "77407-59"), False),
        (claim("77412-XU", "77407"), False),
        (claim("77412", "77407-RT"), False),
        (claim("77412", "77407 +1"), False),
        (claim("77373", "77412-59"), True),
        (claim("77373", "77427"), True),
        (claim("77301", "77412"), True),
        (claim("77301", "77412-XE"), False),
        (claim("77412", "77407", day=dt.date(2026, 9, 30)), False),
        (claim("77412", "77407", payer="commercial"), False),
        (claim("77412", "77407", form="office"), False),
        (claim("77427 x2", form="office"), True),
        (claim("77427 x2", form="office", day=dt.date(2026, 9, 30)), False),
    ],
)
def test_what_the_payer_that_adopts_the_tables_must_stop(asked: Claim, stopped: bool) -> None:
    """Column 2 beside column 1 on a day from the table's first known day on; what separates is the table's, not 76 or 77."""
    assert stopped == (not last(asked)[2])
    if stopped:
        line = adjudicate(asked).lines[-1]
        assert {"national_ptp", "national_mue"} & {line.category, *line.also}
        assert {"236", "151", "222"} & set(line.carcs)
        assert line.tables


@pytest.mark.parametrize(
    "asked",
    [
        claim("77373", "77412", payer="commercial"),
        claim("77373", "77412", payer="unitedhealthcare"),
        claim("77373", "77412", day=dt.date(2026, 9, 30)),
        claim("77373", "77412", form="office"),
        claim("77412", "77412-76", "77412-76", payer="commercial"),
    ],
    ids=["commercial", "unitedhealthcare", "before the first known day", "no practitioners' table", "units of a date"],
)
def test_what_others_may_stop(asked: Claim) -> None:
    """Under a payer that does not adopt the tables, before their first known day, and where the table was not found: either."""
    line = adjudicate(asked).lines[-1]
    assert ("allow", ANY) == (line.disposition, set(line.accepted))
    assert line.tables


def test_a_row_with_a_known_first_day_touches_nothing_before() -> None:
    """A table that was loaded has its own dates: the day before the first, the line has to be allowed."""
    row = PtpRow("77373", "77412", dt.date(2026, 7, 1), dt.date(2026, 12, 31), "0")
    tables = Tables((Edition("ptp", "hospital", "own", FIRST, ("own",), ptp=(row,)),))
    found = [
        last(claim("77373", "77412", day=day), tables)
        for day in (dt.date(2026, 6, 30), row.effective, dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    ]
    assert [None, "national_ptp", "national_ptp", None] == [category for _, category, _ in found]
    assert () == adjudicate(claim("77373", "77412", day=dt.date(2026, 6, 30)), tables=tables).lines[-1].accepted


def test_units_of_a_date_leave_open_which_lines_are_paid() -> None:
    """Of three lines of one unit where the table takes two, two at most may be paid, and none has to be."""
    found = adjudicate(claim("77412", "77412-76", "77412-76"))
    assert [((1, 2, 3), 0, 2, "national_mue")] == [(c.lines, c.at_least, c.at_most, c.category) for c in found.choices]
    assert () == adjudicate(claim("77412", "77412-76")).choices


@pytest.mark.parametrize(("mai", "stopped"), [(1, False), (2, True), (3, True)])
def test_the_indicator_says_what_units_are_counted_of(mai: int, stopped: bool) -> None:
    """MAI 1 counts a line, 2 and 3 a date."""
    tables = Tables((Edition("mue", "hospital", "own", FIRST, ("own",), mue=(MueRow("77412", 1, mai),)),))
    assert stopped == (not last(claim("77412", "77412-76"), tables)[2])


def test_documentation_may_exceed_mai_3() -> None:
    """With the record, units above the table may be allowed or stopped, as the record shows them."""
    complete: dict[str, Any] = {
        "volumetric_imaging": "ct",
        "targets": ("PTV_5000",),
        "organs_at_risk": ("Lung_L",),
        "dvh_evaluated": True,
    }
    one = case(motion=Motion("none"), **complete)
    start = dt.datetime.combine(FIRST, dt.time(8, 0))
    sessions = tuple(
        replace(
            one.sessions[0],
            id=f"S{n}",
            started_at=start + dt.timedelta(hours=4 * n),
            beams_delivered=("P1B1",),
            next_session_at=None,
        )
        for n in range(3)
    )
    asked = replace(claim("77407 x3"), treatment=Treatment(one.isocenters, one.plans, sessions))
    line = adjudicate(asked).lines[0]
    assert ("allow", ANY) == (line.disposition, set(line.accepted))


def test_a_pair_counts_where_column_1_is_paid() -> None:
    """Beside a line that is itself stopped, column 2 may be allowed."""
    assert last(claim("77412-26", "77407"))[2]


def test_a_code_that_the_units_lack_is_not_touched() -> None:
    """A code that MUE does not list has no limit there: nothing is said of it."""
    tables = Tables(tuple(one for one in shipped_tables().editions if one.kind != "mue"))
    assert ("allow", None, True) == last(claim("77427 x9", form="office"), tables)
