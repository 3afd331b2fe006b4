"""X12 as others write it: separators, line breaks, streams in pieces, and messages that are none."""

import io
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtconform.formats.messages import LONGEST_MESSAGE, Unreadable
from rtconform.formats.x12.remittance_reader import MOST_CLAIMS, names_in, read_message
from rtconform.formats.x12.segments import LONGEST_SEGMENT, Segment, cut, segments_of, stream_segments
from tests.helpers.streams import cuts

ISA = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*SUBMITTER      *260101*0900*^*00501*000000001*0*T*:~"
MESSAGE = f"{ISA}GS*HP*A*B*20260101*0900*1*X*005010X221A1~ST*835*0001~SE*2*0001~GE*1*1~IEA*1*000000001~"


class Drops(io.RawIOBase):
    """A stream that hands on a few bytes at a time."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content = io.BytesIO(content)
        self._size = size

    def read(self, size: int = -1) -> bytes:
        return self._content.read(min(size, self._size))


def names(document: str) -> list[str]:
    return [segment.name for segment in segments_of(document.encode())]


@pytest.mark.parametrize(
    ("element", "component", "terminator"), [("*", ":", "~"), ("|", ">", "!"), ("*", "<", "\n"), ("+", ":", "'")]
)
def test_separators_are_read_from_the_message(element: str, component: str, terminator: str) -> None:
    """ISA says what separates elements, components and segments."""
    text = MESSAGE.replace("*:~", "*;~").replace("*", element).replace(";", component).replace("~", terminator)
    assert ["ISA", "GS", "ST", "SE", "GE", "IEA"] == names(text)


@pytest.mark.parametrize("between", ["", "\n", "\r\n", "  \n"])
def test_line_breaks_between_segments_mean_nothing(between: str) -> None:
    """A message may have a line break after each segment, or none at all."""
    assert names(MESSAGE) == names(MESSAGE.replace("~", f"~{between}"))


@given(st.integers(1, 200))
def test_a_stream_in_pieces_reads_as_the_whole(size: int) -> None:
    """However a stream is cut into pieces, the same segments come."""
    content = (MESSAGE + "\n" + MESSAGE.replace("*", "|")).encode()
    assert list(segments_of(content)) == list(stream_segments(cast("BinaryIO", Drops(content, size))))


@given(st.integers(1, 200))
def test_a_byte_order_mark_is_none_of_a_message(size: int) -> None:
    """Programs of Windows put one before what they write; separators are found behind it."""
    content = b"\xef\xbb\xbf" + MESSAGE.replace("*", "|").encode()
    assert list(segments_of(MESSAGE.encode())) == list(stream_segments(cast("BinaryIO", Drops(content, size))))
    assert len(content) == cut(bytearray(content + b"\n"), 0)


def test_an_interchange_without_its_end_costs_itself() -> None:
    """Where the next one begins it is over, whatever it left open and whatever separates the next."""
    for torn in (MESSAGE[: MESSAGE.index("IEA")], MESSAGE[:50] + "\n", MESSAGE[: MESSAGE.index("GE*")].replace("~", "\n")):
        for following in (MESSAGE, MESSAGE.replace("*", "|")):
            buffer = bytearray((torn + following).encode())
            first = cut(buffer, 0)
            assert torn == bytes(buffer[:first]).decode()
            assert len(following) == cut(buffer[first:], 0)


def test_a_file_of_the_users_own_is_of_any_length() -> None:
    """A month of remittances is longer than any vendor's answer, and holds more claims."""
    most = 2 * MOST_CLAIMS
    claims = "".join(f"CLP*{number:020}*4*100*0~SVC*HC:77412*100*0~CAS*CO*50*100~" for number in range(most))
    month = MESSAGE.replace("SE*2", f"{claims}SE*{2 + 3 * most}").encode()
    assert len(month) > LONGEST_MESSAGE
    assert most == len(read_message(month, own=True).claims) == len(names_in(month, own=True))
    with pytest.raises(Unreadable, match="longer than"):
        read_message(month)


def test_a_segment_without_end_costs_itself() -> None:
    """What is longer than any segment is told by its position, and nothing of it is kept."""
    long = "NTE*ADD*" + "X" * (3 * LONGEST_SEGMENT)
    found = list(stream_segments(cast("BinaryIO", Drops((ISA + long + "~IEA*1*1~").encode(), 5000))))
    assert ["ISA", "NTE", "IEA"] == [segment.name for segment in found]
    assert f"is longer than {LONGEST_SEGMENT} bytes" == found[1].fault
    assert len(found[1].elements[2]) < 1001


@given(st.binary(max_size=3000))
def test_anything_is_read_as_segments(content: bytes) -> None:
    """No bytes make the reader raise."""
    assert all(isinstance(segment, Segment) for segment in segments_of(content))


@given(st.binary(max_size=600))
def test_any_answer_is_read_or_refused_in_words(content: bytes) -> None:
    """An answer of any bytes, or of any bytes within an envelope, is Unreadable, with a reason."""
    for document in (content, ISA.encode() + content, MESSAGE.encode()[:-20] + content):
        with pytest.raises(Unreadable) as found:
            read_message(document + b"\xff~")
        assert found.value.what


@given(st.integers(1, 300), st.sampled_from(["", "\n", "\r\n"]))
def test_interchanges_are_cut_from_a_stream_wherever_it_is_split(size: int, between: str) -> None:
    """Each interchange of a stream ends at its IEA, in whatever pieces it comes."""
    assert [MESSAGE.encode()] * 3 == [one for one in cuts((MESSAGE + between).encode() * 3, size, cut) if one]


def test_a_word_among_interchanges_costs_only_itself() -> None:
    """A line that a program prints between two interchanges is cut off by itself."""
    buffer = bytearray(f"starting up\n{MESSAGE}".encode())
    end = cut(buffer, 0)
    assert b"starting up" == bytes(buffer[:end]).strip()
    assert len(MESSAGE) == cut(buffer[end:], 0)


TORN = [
    "",
    MESSAGE[:60],
    MESSAGE[:106],
    MESSAGE[:200],
    MESSAGE.replace("IEA*", "IEX*"),
    "OTI*TR*TN*N~",
    MESSAGE.split("~GE*", maxsplit=1)[0] + "~",
]
BEFORE = ["", "\n", "\r\n", "\n\n", "\ufeff", "\n\ufeff", " \n\ufeff"]


@pytest.mark.parametrize("mark", BEFORE)
@pytest.mark.parametrize("torn", range(len(TORN)))
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_torn_interchange_costs_only_itself(torn: int, mark: str, size: int) -> None:
    """Whatever was left unfinished, the interchange after it is cut off whole: with a byte order mark, with other separators."""
    other = MESSAGE.replace("*", "|").replace("~", "!")
    line = "" if not torn or TORN[torn].endswith("~") else "\n"
    for whole in (MESSAGE, other):
        found = [one for one in cuts((TORN[torn] + line + mark + whole + "\n" + MESSAGE).encode(), size, cut) if one]
        assert [whole.encode(), MESSAGE.encode()] == [one.removeprefix(b"\xef\xbb\xbf") for one in found][-2:]


WITHIN = "ST*835*0001~"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("hello", "no ISA: the message begins with 'hello'"),
        (MESSAGE[: MESSAGE.index("IEA")], "the message ends within its ISA: IEA is missing"),
        (MESSAGE.replace("SE*2", "SE*9"), "SE01 says '9' segments, the transaction has 2"),
        (MESSAGE.replace("ST*835", "ST*837"), "transaction '837' where an 835, 277 or 999 is due"),
        (MESSAGE.replace(WITHIN, f"{WITHIN}CLP*A*1*x~SVC*HC:77412*x*1~"), "element 2 is 'x', not an amount"),
        (MESSAGE.replace(WITHIN, f"{WITHIN}SVC*HC:77412*1*1~"), "segment 4 (SVC) without the claim that it belongs to"),
        (MESSAGE.replace(WITHIN, f"{WITHIN}CLP*A*4~CAS*CO*'*9~"), "is not a claim adjustment reason code"),
    ],
)
def test_what_is_wrong_with_a_message_is_said_with_its_place(message: str, said: str) -> None:
    """An answer that can't be used says which segment is at fault and what is wrong with it."""
    with pytest.raises(Unreadable) as found:
        read_message(message.encode())
    assert said in found.value.what
