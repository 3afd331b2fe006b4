"""Charge exports as billing systems and spreadsheets write them, read as a coder's answer; and exports that are none."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtconform.formats.charges.charge import Moment
from rtconform.formats.charges.csv_reader import names_in, read_csv
from rtconform.formats.charges.csv_writer import SETTINGS, write_csv
from rtconform.formats.charges.spreadsheet import cell, moment
from rtconform.formats.framing import cut_headed_block, cut_quoted_block
from rtconform.formats.messages import LONGEST_MESSAGE, Cut, Unreadable
from rtconform.formats.settings import AnswerSettings, Columns
from rtconform.reference.documents.coding import Answer, AnswerLine
from tests.helpers import one_beam
from tests.helpers.streams import cuts

CASE = one_beam.case()
HEAD = "case,session,date_of_service,code,modifiers,units,outcome\n"
ROW = "test:1,S1,2026-03-09,77412,,1,\n"


def read(text: str | bytes, settings: AnswerSettings = SETTINGS) -> Answer:
    """The answer that an export is to the case."""
    return read_csv(text if isinstance(text, bytes) else text.encode(), CASE, settings)


def lines(text: str | bytes, settings: AnswerSettings = SETTINGS) -> list[tuple[Any, ...]]:
    """What an export bills."""
    return [(line.session, line.code, line.modifiers, line.units) for line in read(text, settings).lines]


def refusal(reading: Callable[[bytes], object], document: bytes) -> str | None:
    """Why a document is not read; None where it is."""
    try:
        reading(document)
    except Unreadable as why:
        return why.what
    return None


LINES = st.lists(
    st.builds(
        AnswerLine,
        st.sampled_from(["S1", "S2"]),
        st.sampled_from(["77402", "77407", "77412", "77387", "77417", "G6012"]),
        st.sampled_from([(), ("26",), ("TC", "59")]),
        st.integers(1, 999),
    ),
    max_size=6,
).map(tuple)


@given(LINES)
def test_what_is_written_is_read(billed: tuple[AnswerLine, ...]) -> None:
    """An answer written as an export comes back."""
    answer = Answer("test:1", "coded", billed)
    assert answer == read(write_csv(answer, CASE))


@pytest.mark.parametrize("outcome", ["coded", "needs_review", "out_of_scope"])
def test_nothing_to_bill_has_a_row_without_a_code(outcome: Any) -> None:
    """A row without a code carries the outcome."""
    answer = Answer("test:1", outcome)
    assert answer == read(write_csv(answer, CASE))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEAD + ROW,
        (HEAD + ROW).replace(",", ";"),
        (HEAD + ROW).replace(",", "\t").encode("utf-16"),
        "sep=|\n" + (HEAD + ROW).replace(",", "|"),
        (HEAD + ROW).replace("\n", "\r\n"),
        "Charges of the day\n\n" + HEAD.upper() + '"test:1","S1","2026-03-09","77412","","1",""\n' + ",,,,,,\n",
        HEAD + ROW.replace("77412", '"=""77412"""').replace(",1,", ",1.0,"),
        HEAD + ROW.replace("77412", "77412.0").replace("S1", "test:1.S1"),
        (HEAD + ROW + "Müller,S1,2026-03-09,77412,,1,\n").encode("cp1252"),
    ],
)
def test_an_export_is_read_however_it_was_saved(text: str | bytes) -> None:
    """A byte order mark, other separators, encodings, quotes and titles above the table change nothing."""
    assert [("S1", "77412", (), 1)] == lines(text)


@pytest.mark.parametrize(
    ("written", "modifiers"),
    [
        ("26", ("26",)),
        ("26.0", ("26",)),
        ("'26", ("26",)),
        ('"26,59"', ("26", "59")),
        ("26 59.0", ("26", "59")),
        ("tc", ("TC",)),
    ],
)
def test_modifiers_survive_the_spreadsheet(written: str, modifiers: tuple[str, ...]) -> None:
    """26 that became 26.0 is 26, and a cell may hold several."""
    assert [("S1", "77387", modifiers, 1)] == lines(HEAD + f"test:1,S1,,77387,{written},,\n")


def test_modifiers_may_have_columns_of_their_own() -> None:
    """A list of columns is read in order."""
    columns = Columns(code="CPT", id="Account", modifiers=("M1", "M2"))
    text = "Account,CPT,M1,M2,DOS\ntest:1,77387,26.0,59.0,\n"
    case = replace_sessions()
    answer = read_csv(text.encode(), case, AnswerSettings(columns=columns))
    assert [("26", "59")] == [line.modifiers for line in answer.lines]


def replace_sessions() -> Any:
    """The case with its first session only."""
    return msgspec.structs.replace(CASE, sessions=CASE.sessions[:1])


NINTH = Moment(dt.date(2026, 3, 9))
AT_TEN_PAST_NINE = replace(NINTH, time=dt.time(9, 10))


@pytest.mark.parametrize(
    ("text", "dates", "found"),
    [
        ("2026-03-09", "mdy", NINTH),
        ("2026-03-09T09:10:00", "mdy", AT_TEN_PAST_NINE),
        ("03/09/2026", "mdy", NINTH),
        ("3/9/26 9:10 AM", "mdy", AT_TEN_PAST_NINE),
        ("9/3/2026", "dmy", NINTH),
        ("09.03.2026 09:10", "mdy", AT_TEN_PAST_NINE),
        ("9-Mar-26", "mdy", NINTH),
        ("20260309", "mdy", NINTH),
        ("202603090910", "mdy", AT_TEN_PAST_NINE),
        ("46090", "mdy", NINTH),
        ("46090.381944", "mdy", AT_TEN_PAST_NINE),
        ("2026-03-09 00:00:00", "mdy", NINTH),
        ("13/13/2026", "mdy", None),
        ("soon", "mdy", None),
        ("9999999999999999999", "mdy", None),
    ],
)
def test_dates_are_read_as_spreadsheets_write_them(text: str, dates: Any, found: Moment | None) -> None:
    """Dates with and without time, in the orders in use, as serial numbers; what is no date is none."""
    assert found == moment(text, dates)


def test_a_time_finds_the_session() -> None:
    """Without a session, the time does; a day alone fills its sessions in order, one delivery in each."""
    rows = "test:1,,3/9/2026 3:12 PM,77407,,1,\n"
    assert [("S2", "77407", (), 1)] == lines(HEAD + rows)
    by_day = "test:1,,3/9/2026,77407,,1,\ntest:1,,3/9/2026,77412,59.0,1,\n"
    assert [("S1", "77407", (), 1), ("S2", "77412", ("59",), 1)] == lines(HEAD + by_day)


def test_a_credit_takes_a_charge_back() -> None:
    """A negative number of units, also as accounts write it, cancels the last charge of its service."""
    rows = "test:1,S1,,77407,,1,\ntest:1,S1,,77412,,1,\ntest:1,S1,,77412,,-1,\ntest:1,S2,,77387,26,2,\ntest:1,S2,,77387,26,(1),\n"
    assert [("S1", "77407", (), 1), ("S2", "77387", ("26",), 1)] == lines(HEAD + rows)


def test_other_families_are_set_aside_with_a_note() -> None:
    """Charges of other services are no part of the answer; where there are no others, the case is out of scope."""
    both = read(HEAD + ROW + "test:1,S1,,77427,,1,\n")
    only = read(HEAD + "test:1,S1,,77427,,1,\n")
    assert (["77412"], "coded") == ([line.code for line in both.lines], both.outcome)
    assert ("set aside, of another family of services: 77427",) == both.notes
    assert ((), "out_of_scope") == (only.lines, only.outcome)


def test_charge_numbers_are_read_by_the_map() -> None:
    """A number of the vendor's own stands for a code with its modifiers, or for another family."""
    settings = msgspec.structs.replace(SETTINGS, codes={"RT.87P": "77387-26", "9999": "other"})
    assert [("S1", "77387", ("26",), 1)] == lines(HEAD + "test:1,S1,,RT.87P,,1,\ntest:1,S1,,9999,,1,\n", settings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello\n", "([answers.columns]): the first row holds 'hello'"),
        (HEAD.replace("code", "cpt") + ROW, "no column"),
        (HEAD + ROW.replace("test:1", "other:2"), "the export is about 'other:2', but 'test:1' was asked"),
        (HEAD + ROW.replace("77412", "IGRT"), "row 2: 'IGRT' is not a CPT or HCPCS code; give the code that it stands for"),
        (HEAD + ROW.replace("2026-03-09", "soon"), "row 2: 'soon' is not a date"),
        (HEAD + ROW.replace("S1,2026-03-09", ",2026-03-08"), "dated 2026-03-08, on which the case has no session"),
        (HEAD + ROW.replace("S1,2026-03-09", ","), "names neither a session nor a time, and the case has 2 sessions"),
        (HEAD + ROW.replace(",1,", ",many,"), "row 2: 'many' is not a number of units"),
        (HEAD + ROW.replace(",1,", ",-1,"), "row 2: a credit of 77412 × 1 without a charge to cancel"),
        (HEAD + ROW.replace(",,1,", ",left,1,"), "row 2: 'LEFT' is not a modifier"),
        (HEAD + ROW.replace(",1,", ",1,Posted"), "outcome 'Posted' is none of coded, needs_review, out_of_scope"),
        (HEAD + ROW.replace(",1,", ",1,coded") + ROW.replace(",1,", ",1,needs_review"), "a case has one outcome"),
        (HEAD + '"test:1,S1\n', "not CSV"),
        (HEAD, "nothing came where an answer is due"),
        ("", "nothing came where an answer is due"),
        (b"x" * (LONGEST_MESSAGE + 1), "the message is longer than"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(text: str | bytes, said: str) -> None:
    """An export that can't be used says which row is at fault, what is wrong with it, and what to do."""
    with pytest.raises(Unreadable) as found:
        read(text)
    assert said in found.value.what


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """No bytes make a reader fail in another way than Unreadable."""
    for document in (content, HEAD.encode() + content, HEAD.encode() + b"test:1,S1," + content):
        for reading in (read, lambda text: list(names_in(text, SETTINGS))):
            assert refusal(reading, document) != ""


@given(st.text(max_size=40))
def test_a_cell_is_any_text(text: str) -> None:
    """Cleaning a cell never fails, and cleaning it again changes nothing more than spreadsheets do."""
    assert isinstance(cell(text), str)
    assert moment(text, "mdy") is None or moment(text, "dmy") is not None or "/" in text or "-" in text


@given(st.integers(1, 60), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([cut_quoted_block, cut_headed_block]))
def test_exports_are_cut_at_blank_lines_outside_quotes(size: int, end: str, cut: Cut) -> None:
    """However a stream is cut into pieces, an export ends at its blank line; one within quotes belongs to its cell."""
    export = (HEAD + 'test:1,S1,"a ""note"" of\n\ntwo parts",77412,,1,\n').replace("\n", end)
    assert [export.strip().encode()] * 3 == cuts((export + end).encode() * 3, size, cut)


@given(st.integers(1, 300), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"]))
@pytest.mark.parametrize("torn", ["test:1,S1,,77412,,1,\n", 'test:1,"S1,,77412,,1,\n\n', 'test:1,S1,"note\n\nmore\n', ""])
def test_an_export_without_its_end_costs_only_itself(torn: str, size: int, end: str, mark: str) -> None:
    """A quote that is never closed, or a blank line that is not there, ends where the names of the columns come again."""
    export = HEAD + "test:2,S1,,77412,,1,\n"
    content = (HEAD + torn + mark + export + "\n" + mark + export + "\n").replace("\n", end).encode()
    last = [one.decode().removeprefix("\ufeff") for one in cuts(content, size, cut_headed_block)][-2:]
    assert [export.strip().replace("\n", end)] * 2 == last
