"""CMS's files in every layout that they come in, and each damage with its place."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtconform.reference.national_edits.read import read_tables
from rtconform.reference.national_edits.sheets import TableError
from rtconform.reference.national_edits.tables import Edition, FeeRow, MueRow, PtpRow, StatusRow

PTP = (
    "CPT only copyright.\t\t\t\t\t\t\r\nColumn1/Column2 Edits\t\t\t\t\t\t\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n\t\t\t\t*=no data\t1=allowed\t\r\n\t\t\t\t\t9=not applicable\t\r\n"
    "0001A\t0591T\t\t20220101\t20231231\t1\tother\r\n"
    "77412\t77407\t\t20260101\t*\t1\tMore\r\n77301\t77387\t*\t20150101\t20251231\t0\tMore\r\n"
    "77301\t77387\t\t20260401\t\t1\tMore\r\n77014\t77387\t\t20150101\t20150101\t9\tnever\r\n"
)
MUE = (
    '"Notice\nCPT\xae is a trademark",,,\r\n"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n'
    "77412,2,3 Date of Service Edit: Clinical,Clinical: Data\r\n77417,1,2 Date of Service Edit: Policy,x\r\n99213,1,1 Line Edit,x\r\n"
)
ADDENDUM = (
    "Addendum B.-Final,,,,,\nNotice,,,,,\nHCPCS Code,Short Descriptor, SI,APC ,Relative Weight ,Payment Rate \n"
    '77412,, S,5623,6.17,"$1,564.51"\n77417,,N,,,\n77295\xa0,,S,5613,15.1,.\nA4341\xa0,,N,,,\n'
)
FEES = (
    ",,2026 National Physician Fee Schedule Relative Value File July Release,,,,,,\r\n,,notice,,,,,,\r\n"
    ",,,STATUS,NON-FACILITY,FACILITY,PRIC,ENDO,CONV\r\nHCPCS,MOD,DESCRIPTION,CODE,TOTAL,TOTAL,IND,BASE,FACTOR\r\n"
    "77412,,,A,13.28,13.28,9,,33.4009\r\n77387,26,,A,1.09,1.09,9,,33.4009\r\n99213,,,A,2.7,1.9,0,,33.4009\r\n"
)
FIXED = (
    "HDR CPT CODES ONLY ARE COPYRIGHT\r\n"
    "7738726" + " " * 50 + "A   0.68   0.38     0.38    0.03   1.09  1.091XXX.00.00.0000000             33.4009 090 99\r\n"
)


def written(folder: Path, name: str, text: str, encoding: str = "latin-1") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path) -> Edition:
    (edition,) = read_tables(path)
    return edition


def test_pairs_with_their_dates(tmp_path: Path) -> None:
    """Preamble, four header lines, `*` and empty dates, several rows of a pair: rows of the family, each with its dates."""
    edition = read(written(tmp_path, "ccioph-v323r0-f1.TXT", PTP))
    assert ("hospital", "v32.3 (2026 Q4)", dt.date(2026, 10, 1)) == (edition.setting, edition.edition, edition.effective)
    assert (
        PtpRow("77412", "77407", dt.date(2026, 1, 1), None, "1"),
        PtpRow("77301", "77387", dt.date(2015, 1, 1), dt.date(2025, 12, 31), "0"),
        PtpRow("77301", "77387", dt.date(2026, 4, 1), None, "1"),
        PtpRow("77014", "77387", dt.date(2015, 1, 1), dt.date(2015, 1, 1), "9"),
    ) == edition.ptp


def test_units_after_a_notice_of_several_lines(tmp_path: Path) -> None:
    """The header is found by its names, which break over lines; what the file is of, the name of its second column says."""
    edition = read(written(tmp_path, "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", MUE))
    assert ("practitioner", dt.date(2026, 10, 1)) == (edition.setting, edition.effective)
    assert (MueRow("77412", 2, 3), MueRow("77417", 1, 2)) == edition.mue


def test_rates_in_all_their_writings(tmp_path: Path) -> None:
    """Stray spaces in names, dollars and commas, a point for nothing, a no-break space after a code."""
    edition = read(written(tmp_path, "2026 January Web Addendum B.12.29.25.csv", ADDENDUM))
    assert dt.date(2026, 1, 1) == edition.effective
    assert (
        StatusRow("77412", "S", "5623", 1564.51), StatusRow("77417", "N", None, None), StatusRow("77295", "S", "5613", None)
    ) == edition.status  # fmt: skip


@pytest.mark.parametrize("name", ["PPRRVU2026_Jul_nonQPP.csv", "anything.csv"])
def test_the_fee_schedule_by_its_spread_names(name: str, tmp_path: Path) -> None:
    """Names spread over several lines are put together, so that a column that came in moves nothing; the title says the release."""
    edition = read(written(tmp_path, name, FEES))
    assert (dt.date(2026, 7, 1), 33.4009) == (edition.effective, edition.conversion_factor)
    assert (FeeRow("77412", "", "A", 13.28, 13.28), FeeRow("77387", "26", "A", 1.09, 1.09)) == edition.fees


def test_the_fee_schedule_as_text(tmp_path: Path) -> None:
    """Lines of fixed width are cut where they are."""
    edition = read(written(tmp_path, "PPRRVU2026_Jul.txt", FIXED))
    assert (FeeRow("77387", "26", "A", 1.09, 1.09),) == edition.fees


@given(st.permutations(range(7)))
def test_columns_may_come_in_any_order(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    """A table with its columns in another order has the same rows."""
    lines = [line.split("\t") for line in PTP.split("\r\n") if line]
    mixed = "\r\n".join("\t".join(cells[place] for place in order) for cells in lines)
    folder = tmp_path_factory.mktemp("mixed")
    mixed_rows = read(written(folder, "ccipra-v323r0.txt", mixed)).ptp
    assert mixed_rows == read(written(folder, "ccioph-v323r0.txt", PTP)).ptp


def workbook(rows: list[list[object]]) -> bytes:
    """The smallest workbook with these cells: numbers as numbers, the rest as text."""
    out = io.BytesIO()

    def cell(value: object) -> str:
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    data = "".join("<row>" + "".join(map(cell, row)) + "</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rel}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rel}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>')
    return out.getvalue()


def test_a_workbook_says_what_its_text_says(tmp_path: Path) -> None:
    """Codes and dates that a workbook has as numbers are read as the text has them."""
    cells: list[list[object]] = [
        [int(cell) if cell.isdecimal() else cell for cell in line.split("\t")] for line in PTP.split("\r\n") if line
    ]
    path = tmp_path / "ccioph-v323r0-f1.xlsx"
    path.write_bytes(workbook(cells))
    assert read(written(tmp_path, "ccioph-v323r0-f1.txt", PTP)).ptp == read(path).ptp


def test_a_zip_has_its_table_once(tmp_path: Path) -> None:
    """Of a table that a zip has as text and as a workbook one is read."""
    path = tmp_path / "ccioph-v323r0-f1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ccioph-v323r0-f1.TXT", PTP)
        archive.writestr("ccioph-v323r0-f1.xlsx", b"PK no workbook")
        archive.writestr("readme.pdf", b"")
    assert 4 == read(path).size


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("ccioph-v323r0.txt", PTP.replace("20260101", "20261301"), ":8, column 4: '20261301' is not a day of the calendar"),
        ("ccioph-v323r0.txt", PTP.replace("20260101", "1/1/26"), ":8, column 4: '1/1/26' is not a date YYYYMMDD"),
        ("ccioph-v323r0.txt", PTP.replace("\t*\t1\tMore", "\t*\t7\tMore"), ":8, column 6: '7' is not a modifier indicator"),
        ("ccioph-v323r0.txt", PTP.replace("77412\t77407", "7741\t77407"), ":8, column 1: '7741' is not a code"),
        ("ccioph-v323r0.txt", PTP.replace("77412\t77407\t\t20260101\t*\t1\tMore", "77412\t77407"), ":8: 2 cells"),
        ("ccioph-v323r0.txt", PTP.replace("Deletion", "Gone"), ":3: no column 'deletion'"),
        ("pairs.txt", PTP, "the name does not say setting and version"),
        ("ccioph-v323r0.txt", PTP[: PTP.index("0001A")], "no row with a code below the header"),
        ("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", MUE.replace(",2,3 D", ",two,3 D"), ":5, column 2: 'two' is not a number"),
        ("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", MUE.replace("3 Date", "4 Date"), ":5, column 3: "),
        ("MCR_MUE_DMESupplierServices_Eff_10-01-2026.csv", MUE.replace("Practitioner Services", "DME Supplier"), "column 2"),
        ("MCR_MUE_PractitionerServices_Eff_13-41-2026.csv", MUE, "13-41-2026 in the name is not a day"),
        ("units.csv", MUE, "the name does not say from when"),
        ("2026 January Addendum B.csv", ADDENDUM.replace("$1,564.51", "dear"), ":4, column 6: 'dear' is not a number"),
        ("2026 January Addendum B.csv", ADDENDUM.replace(" S,5623", " 5,5623"), ":4, column 3: '5' is not a status indicator"),
        ("Addendum B.csv", ADDENDUM, "does not say month and year"),
        ("2026 January Addendum B.csv", 'HCPCS Code,SI,APC,Payment Rate\n"77412,S', ":2: not CSV"),
        ("PPRRVU2026_Jul.txt", FIXED.replace("33.4009", "33,4009"), ":2, column 134"),
        ("claims.csv", "a,b\n1,2\n", ":1: no header of a table that is known"),
        ("table.pdf", "", "a file '.pdf' is not read"),
        ("ccioph-v323r0.zip", "no zip", "not a zip file"),
        ("ccioph-v323r0.zip", "PK no zip", "not a zip file, or a damaged one"),
        ("ccioph-v323r0.xlsx", "PK no book", "not a workbook, or a damaged one"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_with_its_place(name: str, text: str, told: str, tmp_path: Path) -> None:
    """Line and column, what is wrong, what to do; never a traceback, never a row in silence."""
    with pytest.raises(TableError) as raised:
        list(read_tables(written(tmp_path, name, text)))
    assert told in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / name))


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is told so."""
    with pytest.raises(TableError, match="No such file"):
        list(read_tables(tmp_path / "none.csv"))
