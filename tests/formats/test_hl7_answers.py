"""DFT and ACK messages read as a coder's answer: what vendors send, what hl7apy makes of ours, and messages that are none."""

from typing import Any

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import given, settings
from hypothesis import strategies as st

from rtconform.formats.hl7.charge_reader import names_in, read_charges
from rtconform.formats.hl7.charge_writer import write_charges
from rtconform.formats.hl7.framing import cut_message, cut_to_ack
from rtconform.formats.hl7.segments import Separators, escaped, unescaped
from rtconform.formats.messages import LONGEST_MESSAGE, Cut, Unreadable
from rtconform.formats.settings import AnswerSettings
from rtconform.reference.documents.coding import Answer, AnswerLine
from tests.formats.test_csv_answers import CASE, LINES, refusal
from tests.helpers import streams

MSH = "MSH|^~\\&|V|C|S|C|20260309||DFT^P03^DFT_P03|1|P|2.5.1\r"
PV1 = "PV1|1|O|||||||||||||||||test:1\r"
ACK = "MSH|^~\\&|V|C|S|C|20260309||ACK|1|P|2.5.1\rMSA|{}|test:1\r"
PLAIN = AnswerSettings()


def ft1(code: str = "77412", session: str = "S1", **fields: str) -> str:
    """A charge; `fields` by their numbers, as in f6."""
    given = {4: "20260309", 6: "CG", 10: "1", 23: session, 25: code} | {int(name[1:]): text for name, text in fields.items()}
    return "|".join(["FT1", *(given.get(at, "") for at in range(1, 27))]) + "\r"


def dft(*charges: str) -> str:
    """A message of charges."""
    return MSH + PV1 + "".join(charges)


def read(text: str | bytes, settings: AnswerSettings = PLAIN) -> Answer:
    """The answer that messages are to the case."""
    return read_charges(text if isinstance(text, bytes) else text.encode(), CASE, settings)


def lines(text: str | bytes, settings: AnswerSettings = PLAIN) -> list[tuple[Any, ...]]:
    """What messages bill."""
    return [(line.session, line.code, line.modifiers, line.units) for line in read(text, settings).lines]


@given(LINES)
def test_what_is_written_is_read(billed: tuple[AnswerLine, ...]) -> None:
    """An answer written as messages comes back."""
    answer = Answer("test:1", "coded", billed)
    assert answer == read(write_charges(answer, CASE))


@pytest.mark.parametrize("outcome", ["coded", "needs_review", "out_of_scope"])
def test_an_acknowledgment_is_an_answer(outcome: Any) -> None:
    """AA without charges bills nothing, AE is for a person to see, AR is none of the vendor's business."""
    answer = read(write_charges(Answer("test:1", outcome), CASE))
    assert (outcome, ()) == (answer.outcome, answer.lines)


@settings(max_examples=30)
@given(LINES.filter(bool))
def test_hl7apy_reads_the_same(billed: tuple[AnswerLine, ...]) -> None:
    """hl7apy, at its strict level, finds no fault with a message that is written, and reads the same charges in it."""
    message = write_charges(Answer("test:1", "coded", billed), CASE).decode()
    parsed = parse_message(message, validation_level=VALIDATION_LEVEL.STRICT)
    assert parsed.validate()
    found = [group.ft1 for group in parsed.dft_p03_financial]
    theirs = [
        (
            one.ft1_25.ft1_25_1.to_er7(),
            tuple(repetition.ce_1.to_er7() for repetition in one.ft1_26),
            int(one.ft1_10.to_er7()),
            one.ft1_23.ft1_23_1.to_er7(),
        )
        for one in found
    ]
    assert [(line.code, line.modifiers, line.units, f"test:1.{line.session}") for line in billed] == theirs


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_segments_end_as_they_do_in_the_field(end: str) -> None:
    """Carriage return, line feed and both are read, framed as MLLP frames or not."""
    text = dft(ft1()).replace("\r", end)
    assert [("S1", "77412", (), 1)] == lines(text) == lines(f"\x0b{text}\x1c\r")


def test_separators_come_from_the_header() -> None:
    """A message with other separators says the same."""
    text = dft(ft1("77387", f26="26^^CPT4~59^^CPT4"))
    other = text.replace("^~\\&", "%*!?").replace("|", "#").replace("^", "%").replace("~", "*")
    assert [("S1", "77387", ("26", "59"), 1)] == lines(text) == lines(other)


@given(st.text(max_size=60))
def test_escapes_are_undone(text: str) -> None:
    """Any value that is written with escapes is read as it was."""
    assert text == unescaped(escaped(text), Separators())


def test_a_charge_is_found_by_its_code() -> None:
    """FT1-25 counts where it is there, else FT1-7; numbers of a charge master are read by the map, with their modifiers."""
    known = AnswerSettings(codes={"RT-1": "77412", "RT-2": "77387-26", "RT-3": "other"})
    assert [("S1", "77407", (), 1)] == lines(dft(ft1("77407", f7="RT-1")), known)
    assert [("S1", "77412", (), 1)] == lines(dft(ft1("", f7="RT-1"), ft1("", f7="RT-3")), known)
    assert [("S1", "77387", ("26",), 2)] == lines(dft(ft1("", f7="RT-2", f10="2.00", f26="26")), known)


def test_one_message_a_charge_says_the_same_as_one_a_visit() -> None:
    """Charges of several messages are one answer."""
    charges = (ft1(), ft1("77387", f26="26"))
    assert lines(dft(*charges)) == lines("".join(map(dft, charges)) + ACK.format("AA"))


@pytest.mark.parametrize("credit", [{"f6": "CD"}, {"f6": "CR"}, {"f10": "-1"}])
def test_a_credit_takes_a_charge_back(credit: dict[str, str]) -> None:
    """A credit by its type or a negative number cancels a charge, whichever comes first; payments are no services."""
    wrong = ft1("77407")
    assert [("S1", "77412", (), 1)] == lines(dft(wrong, ft1(), ft1("77407", **credit)))
    assert [("S1", "77412", (), 1)] == lines(dft(ft1("77407", **credit), wrong, ft1(), ft1("77412", f6="PY")))


def test_times_find_the_session() -> None:
    """Where FT1-23 names no session, the last that had begun is meant; a day alone fills its sessions in order."""
    assert [("S2", "77412", (), 1)] == lines(dft(ft1(session="ORD77", f4="20260309151500-0500")))
    assert [("S1", "77407", (), 1), ("S2", "77412", ("59",), 1)] == lines(
        dft(ft1("77407", session=""), ft1("77412", session="", f26="59"))
    )


def test_other_families_are_set_aside_with_a_note() -> None:
    """Only charges of other services: out of scope; beside ours they are a note."""
    assert ((), "out_of_scope") == ((only := read(dft(ft1("77427")))).lines, only.outcome)
    assert ("set aside, of another family of services: 77427",) == read(dft(ft1(), ft1("77427"))).notes


def test_a_refusal_says_why() -> None:
    """What an acknowledgment says becomes a note."""
    answer = read(ACK.format("AE").rstrip() + "|record incomplete\rERR||||E||||no beam in it\r")
    said = "acknowledged AE, read as needs_review: record incomplete; no beam in it"
    assert ("needs_review", (said,)) == (answer.outcome, answer.notes)


def test_what_an_empty_answer_means_is_for_the_vendor_to_say() -> None:
    """Nothing at all is no answer, unless the vendor file gives it a meaning."""
    assert "coded" == read("", AnswerSettings(empty="coded")).outcome
    with pytest.raises(Unreadable, match="nothing came where an answer is due"):
        read("\x0b\x1c\r")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "no MSH: what came begins with 'hello' where an HL7 v2 message is due"),
        (PV1, "no MSH"),
        (dft(), "segment 1 (MSH): DFT^P03 without FT1, which holds a charge"),
        (dft(ft1("")), "segment 3 (FT1) has no code: FT1-25 and FT1-7 are empty"),
        (dft(ft1("IGRT")), "segment 3 (FT1): FT1-25 'IGRT' is no CPT or HCPCS code; give the code that it stands for"),
        (dft(ft1(f1="7", f10="x")), "segment 3 (FT1), FT1-1 7: FT1-10 is 'x', no number of units"),
        (dft(ft1(f6="??")), "FT1-6 is '??'; a charge is CG, a credit CR or CD"),
        (dft(ft1(f26="left")), "FT1-26 'LEFT' is not a modifier"),
        (dft(ft1(session="", f4="9 March")), "FT1-4 is '9 March', no time"),
        (dft(ft1(session="", f4="")), "names neither a session nor a time, and the case has 2 sessions"),
        (dft(ft1(f6="CR")), "a credit of 77412 × 1 without a charge to cancel"),
        (dft(ft1()).replace("test:1", "other:1"), "the message is about 'other:1', but 'test:1' was asked"),
        (ACK.format("ZZ"), "MSA-1 is 'ZZ', no acknowledgment code"),
        (dft(ft1()).replace("DFT^P03^DFT_P03", "ORU^R01"), "message 'ORU^R01' where a DFT^P03 or an ACK is due"),
        (dft(ft1()).replace("DFT^P03^DFT_P03", ""), "MSH-9 is empty"),
        (f"BHS|^~\\&|V\r{dft(ft1())}BTS|2\r", "BTS-1 says '2' messages, the batch has 1"),
        (dft(*[ft1()] * 501), "501 charges where an answer has 500 lines at most"),
        (b"x" * (LONGEST_MESSAGE + 1), "the message is longer than"),
    ],
)
def test_what_is_wrong_is_said_with_its_segment(text: str | bytes, said: str) -> None:
    """A message that can't be used says which segment is at fault, what is wrong with it, and what to do."""
    with pytest.raises(Unreadable) as found:
        read(text)
    assert said in found.value.what


@given(st.binary(max_size=1500))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """No bytes make a reader fail in another way than Unreadable."""
    for document in (content, b"MSH" + content, (MSH + PV1).encode() + b"FT1|" + content):
        for reading in (read, lambda text: list(names_in(text, PLAIN))):
            assert refusal(reading, document) != ""


@given(st.integers(1, 80), st.sampled_from(["framed", "blocks"]))
def test_messages_are_cut_from_a_stream_wherever_it_is_split(size: int, how: str) -> None:
    """A message ends with its frame or its blank line, an answer that ends with its ACK at the message that holds it."""
    both = [framed(text, how) for text in (dft(ft1()), ACK.format("AA"))]
    assert [text.strip() for text in both * 2] == cuts("".join(both * 2), size, cut_message)
    assert ["".join(both).strip()] * 2 == cuts("".join(both * 2), size, cut_to_ack)


def framed(text: str, how: str) -> str:
    """A message as it stands in a stream."""
    return f"\x0b{text}\x1c\r" if how == "framed" else f"{text}\r\n"


def cuts(text: str, size: int, cut: Cut) -> list[str]:
    """What comes out of a stream in pieces of a size."""
    return [one.decode().strip() for one in streams.cuts(text.encode(), size, cut)]


@pytest.mark.parametrize("how", ["framed", "blocks"])
def test_a_byte_order_mark_is_none_of_a_message(how: str) -> None:
    """Programs of Windows put one before what they write."""
    marked = "\ufeff" + framed(dft(ft1()), how)
    assert read(dft(ft1())) == read("\ufeff" + dft(ft1()))
    assert [marked.strip()] * 2 == cuts(marked * 2, 1000, cut_message)


def test_a_word_among_messages_costs_only_itself() -> None:
    """A line that a program prints between two messages is cut off by itself."""
    assert ["starting up", dft(ft1()).strip()] == cuts(f"starting up\n{dft(ft1())}\r\n", 7, cut_message)


@pytest.mark.parametrize("torn", range(4, 150, 7))
@pytest.mark.parametrize("begins", ["\x0b", ""])
def test_a_torn_message_costs_only_itself(begins: str, torn: int) -> None:
    """What was left without its end ends where the next frame begins, or names no case beside a message that does."""
    whole = dft(ft1())
    assert framed(whole, "framed").strip() == cuts(f"{begins}{whole[:torn]}\r{framed(whole, 'framed')}", 1000, cut_message)[-1]
    if "PV1" not in whole[:torn]:
        assert read(whole) == read(whole[:torn] + "\r" + whole)
