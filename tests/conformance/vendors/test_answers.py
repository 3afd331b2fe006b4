"""The table [answers] of a vendor file: what it may say in which format, and each fault on its line."""

from pathlib import Path

import pytest

from rtconform.conformance.vendors.file import Vendor, load_vendor
from rtconform.formats.settings import AnswerSettings, Columns
from rtconform.reference.toml_tables import TomlError

HEAD = '[vendor]\nname = "C"\nversion = "1"\n[adapter]\nkind = "cli"\nmode = "stream"\ncommand = ["true"]\n'
CSV = '[format]\nanswer = "csv"\n'
COLUMNS = '[answers.columns]\nid = "Account"\ncode = "CPT"\n'


def load(tables: str, folder: Path) -> Vendor:
    """The vendor of a file with these tables after its adapter, from line 8 on."""
    path = folder / "vendor.toml"
    path.write_text(HEAD + tables)
    return load_vendor(path)


def test_every_setting_is_read(tmp_path: Path) -> None:
    """What the file says of answers arrives."""
    tables = (
        f'{CSV}[answers]\nempty = "coded"\ndates = "dmy"\n{COLUMNS}modifiers = ["M1", 7]\n'
        '[answers.outcomes]\nHeld = "needs_review"\n[answers.payments]\n"N" = "bundled"\n'
        '[answers.codes]\n"RT.0387 P" = "77387-26"\n9 = "other"\n'
    )
    expected = AnswerSettings(
        empty="coded",
        dates="dmy",
        columns=Columns(code="CPT", id="Account", modifiers=("M1", 7)),
        outcomes={"Held": "needs_review"},
        payments={"N": "bundled"},
        codes={"RT.0387 P": "77387-26", "9": "other"},
    )
    assert expected == load(tables, tmp_path).answers


@pytest.mark.parametrize(
    ("tables", "line", "said"),
    [
        (f'{CSV}[answers]\nempty = "none"\n{COLUMNS}', 11, 'use "invalid" or "coded" or "needs_review" or "out_of_scope"'),
        (f'{CSV}[answers]\ndates = "ymd"\n{COLUMNS}', 11, 'use "mdy" or "dmy"'),
        (f'{CSV}[answers]\nends = "ack"\n{COLUMNS}', 11, 'means nothing where [format] answer = "csv": it reads empty'),
        (f'{CSV}[answers]\ncolums = "x"\n', 11, "unknown key colums; did you mean columns?"),
        (CSV, None, "missing: add a table [answers.columns]"),
        (f'{CSV}[answers.columns]\ncode = "CPT"\n', 10, 'missing: with mode = "stream" answers are matched by the case\'s id'),
        (f'{CSV}[answers.columns]\nid = "A"\n', 10, "missing; give the column's name in the first row"),
        (f"{CSV}{COLUMNS}units = 0\n", 13, "give the column's name in the first row"),
        (f"{CSV}{COLUMNS}modifiers = []\n", 13, "an empty list names no column"),
        (f'{CSV}{COLUMNS}qty = "Q"\n', 13, "unknown key qty"),
        (f'{CSV}{COLUMNS}[answers.codes]\n"A.1" = "77407"\n"B 2" = "7740"\n', 15, "'7740' is not a code; write for instance"),
        (f'{CSV}{COLUMNS}[answers.outcomes]\nHeld = "held"\n', 14, "'held' is not known here; use \"coded\""),
        (f"{CSV}{COLUMNS}[answers.payments]\nN = 1\n", 14, '1 is not known here; use "separate"'),
        (f'{CSV}[answers]\ncodes = "x"\n{COLUMNS}', 11, "must be one table [answers.codes]"),
        ('[[answers]]\nempty = "coded"\n', 8, "must be one table [answers]"),
        ('[answers]\nempty = "coded"\n', 8, 'and [format] answer is "json": name the format, or remove the table'),
        (
            '[format]\nanswer = "hl7v2"\n[answers]\ndates = "mdy"\n',
            11,
            'where [format] answer = "hl7v2": it reads empty, ends, codes',
        ),
        ('[format]\nanswer = "dft"\n', 9, 'use "json" or "csv" or "hl7v2" or "x12"'),
    ],
)
def test_each_fault_is_on_its_line(tables: str, line: int | None, said: str, tmp_path: Path) -> None:
    """What is wrong with the table is said with its line and what to write instead."""
    with pytest.raises(TomlError) as found:
        load(tables, tmp_path)
    fault = next(fault for fault in found.value.faults if said in fault.what)
    assert line in (fault.line, None)  # type: ignore[attr-defined]
