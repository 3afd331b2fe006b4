"""The field maps of docs/reference are true: what stands at each place that they name decides what is read."""

from collections.abc import Callable

import msgspec
import pytest

from rtconform.formats.charges import csv_reader
from rtconform.formats.charges.csv_writer import SETTINGS
from rtconform.formats.hl7 import charge_reader
from rtconform.formats.messages import Field, Unreadable
from rtconform.formats.registry import ANSWERS
from rtconform.formats.settings import AnswerSettings, Columns
from rtconform.formats.x12 import coded_claims
from rtconform.reference.documents.coding import Answer, AnswerLine
from tests.formats import test_hl7_answers as hl7
from tests.formats import test_x12_coders as x12
from tests.formats.test_csv_answers import CASE, HEAD

DFT = hl7.dft(hl7.ft1(), hl7.ft1("77387", "", f26="26", f4="202603091510", f10="2"))
ACK = hl7.ACK.format("AE").rstrip() + "|why\r"
BATCH = f"BHS|^~\\&|V\r{DFT}BTS|1\r"
CLAIM = x12.message(x12.claim(x12.service("77412"), x12.service("77387:26", "", units="2")))
ADVICE = x12.message("OTI*TA*TN*test:1~", code="824")
ROWS = HEAD + "test:1,S1,2026-03-09,77412,59,2,coded\ntest:1,,2026-03-09 15:10,77387,26,1,\n"

CHANGES: dict[str, tuple[str, str, str]] = {
    "MSH-1, MSH-2": (hl7.dft(hl7.ft1(f26="26~59")), "|^~\\&|", "|^+\\&|"),
    "MSH-9": (DFT, "DFT^P03^DFT_P03", "ORU^R01^ORU_R01"),
    "PV1-19": (DFT, "test:1\r", "other\r"),
    "FT1-4": (DFT, "202603091510", "202603090910"),
    "FT1-6": (DFT, "|CG|", "|PY|"),
    "FT1-7": (hl7.dft(hl7.ft1("", f7="77412")), "|77412|", "|77407|"),
    "FT1-10": (DFT, "|||2||", "|||3||"),
    "FT1-23": (DFT, "|S1|", "|S2|"),
    "FT1-25": (DFT, "|77412|", "|77407|"),
    "FT1-26": (DFT, "|26\r", "|TC\r"),
    "MSA-1": (ACK, "MSA|AE", "MSA|AR"),
    "MSA-2": (ACK, "test:1", "other"),
    "MSA-3, ERR-8": (ACK, "|why", "|how"),
    "BTS-1": (BATCH, "BTS|1", "BTS|2"),
    "ISA": (CLAIM, "*T*:~", "*T*:|"),
    "CLM01": (CLAIM, "CLM*test:1", "CLM*other"),
    "CLM05-3": (CLAIM, "22:B:1", "22:B:8"),
    "SV101, SV202": (CLAIM, "HC:77387:26", "HC:77387:TC"),
    "SV104, SV205": (CLAIM, "UN*2", "UN*3"),
    "REF*6R": (CLAIM, "REF*6R*S1", "REF*6R*S2"),
    "DTP*472": (x12.message(x12.claim(x12.service("77412", ""))), "20260309", "20260310"),
    "OTI01": (ADVICE, "OTI*TA", "OTI*TR"),
    "OTI03": (ADVICE, "TN*test:1", "TN*other"),
    "SE01": (CLAIM, "SE*", "SE*9"),
    "id": (ROWS, "test:1,S1", "other,S1"),
    "session": (ROWS, "S1", "S2"),
    "date": (ROWS, "2026-03-09 15:10", "2026-03-09 09:10"),
    "code": (ROWS, "77412", "77407"),
    "modifiers": (ROWS, ",59,", ",76,"),
    "units": (ROWS, ",2,", ",3,"),
    "payment": (ROWS.replace("coded\n", "separate\n"), "separate", "bundled"),
    "outcome": (ROWS, "coded", "out_of_scope"),
}
"""For each place a message, and a change at that place."""

READERS: list[tuple[tuple[Field, ...], Callable[[str, AnswerSettings], Answer]]] = [
    (charge_reader.FIELDS, lambda text, settings: charge_reader.read_charges(text.encode(), CASE, settings)),
    (coded_claims.FIELDS, lambda text, settings: coded_claims.read_coded_claims(text.encode(), CASE, settings)),
    (csv_reader.FIELDS, lambda text, settings: csv_reader.read_csv(text.encode(), CASE, settings)),
]


@pytest.mark.parametrize(("place", "read"), [(field.place, read) for fields, read in READERS for field in fields])
def test_each_place_decides_what_is_read(place: str, read: Callable[[str, AnswerSettings], Answer]) -> None:
    """A change at a place of the map changes the answer, or makes it none."""
    message, old, new = CHANGES[place]
    settings = SETTINGS if place in Columns.__struct_fields__ else AnswerSettings()
    if place == "payment":
        settings = AnswerSettings(
            columns=Columns(code="code", id="case", session="session", date="date_of_service", payment="outcome")
        )
    if place == "outcome":
        message = message.replace("coded\n", "needs_review\n")
        old = "needs_review"
    before = read(message, settings)
    assert old in message
    try:
        after: object = read(message.replace(old, new), settings)
    except Unreadable as why:
        after = why.what
    assert before != after


@pytest.mark.parametrize("name", ["csv", "hl7v2", "x12"])
@pytest.mark.parametrize("says", ["named", "time", "day"])
def test_what_an_answer_format_says_comes_back(name: str, says: str) -> None:
    """One delivery in each session and its guidance come back whole, however the charges say their session."""
    row = ANSWERS[name, "case"]  # type: ignore[index]
    billed = (AnswerLine("S1", "77412"), AnswerLine("S2", "77412", ("59",)), AnswerLine("S1", "77387", ("26",)))
    answer, case = Answer("TEST1", "coded", billed), msgspec.structs.replace(CASE, id="TEST1")
    assert row.again is not None
    if says in row.sessions:
        assert answer == row.again(answer, case, says)
