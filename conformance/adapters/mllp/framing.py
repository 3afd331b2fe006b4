"""What MLLP needs of HL7 v2: frames, the control id of a message, and acknowledgments. What a message says is the format's."""

from dataclasses import dataclass

VT, FS = b"\x0b", b"\x1c"
ACCEPTED = ("AA", "CA")
REJECTED = ("AE", "AR", "CE", "CR")
"""MSA-1 (table 0008): A is the application's word, C that of whatever stores messages for it."""

ALWAYS, ON_SUCCESS = b"AL", b"SU"
_ACCEPT, _APPLICATION = 15, 16
_CONTROL = 10
_HEADER_FIELDS = 18
_LONGEST_CONTROL = 199


@dataclass(frozen=True)
class Acknowledgment:
    """What an MSA segment says: the code, and the control id of the message that it is about. `text`: the reason, where given."""

    code: str
    control: bytes
    text: str = ""

    @property
    def final(self) -> bool:
        """Whether it is the application's word, after which no other acknowledgment comes."""
        return self.code.startswith("A")


def framed(message: bytes) -> bytes:
    """A message in its frame."""
    return VT + message + FS + b"\r"


def messages_in(document: bytes) -> list[bytes]:
    """The messages of a document of frames."""
    found = (part.partition(VT)[2] for part in document.split(FS))
    return [message for message in found if message]


def header_of(message: bytes) -> list[bytes]:
    """The fields of MSH by number; empty where the message has none."""
    line = message.replace(b"\n", b"\r").lstrip(b"\r \t").split(b"\r", 1)[0]
    if not line.startswith(b"MSH") or len(line) < len(b"MSH|^"):
        return []
    separator = line[3:4]
    return [b"MSH", separator, *line.split(separator)[1:]]


def control_of(message: bytes) -> bytes:
    """MSH-10; empty where there is none."""
    return _field(header_of(message), _CONTROL)


def kind_of(message: bytes) -> str:
    """MSH-9 as in ORU^R01, for a person."""
    parts = _field(header_of(message), 9).split(b"^")[:2]
    return b"^".join(parts).decode(errors="replace")[:20] or "message"


def acknowledged(message: bytes) -> Acknowledgment | None:
    """What a message acknowledges; None where it has no MSA segment."""
    header = header_of(message)
    if not header:
        return None
    separator = header[1]
    for line in message.replace(b"\n", b"\r").split(b"\r"):
        fields = line.strip().split(separator)
        if fields[0] == b"MSA":
            code = _field(fields, 1).decode(errors="replace").upper()[:2]
            return Acknowledgment(code, _field(fields, 2), _field(fields, 3).decode(errors="replace")[:200])
    return None


def asking(message: bytes, *, enhanced: bool) -> bytes:
    """A message that asks for acknowledgments in the enhanced mode (MSH-15 and MSH-16 always), or in the original one."""
    if not enhanced:
        return message
    line, _, rest = message.partition(b"\r")
    fields = [*header_of(line)]
    fields += [b""] * (_HEADER_FIELDS - len(fields))
    fields[_ACCEPT] = fields[_APPLICATION] = ALWAYS
    return b"|".join([fields[0], *fields[2:]]) + b"\r" + rest


def acknowledgments(message: bytes) -> list[bytes]:
    """What is sent back for a message of the vendor's: AA, or CA and AA where its header asks for them."""
    header = header_of(message)
    accept, application = _field(header, _ACCEPT), _field(header, _APPLICATION)
    if not accept and not application:
        return [_acknowledgment(b"AA", header)]
    codes = [code for code, asked in ((b"CA", accept), (b"AA", application)) if asked in (ALWAYS, ON_SUCCESS)]
    return [_acknowledgment(code, header) for code in codes]


def _acknowledgment(code: bytes, header: list[bytes]) -> bytes:
    control = _field(header, _CONTROL)[:_LONGEST_CONTROL].replace(VT, b"").replace(b"|", b"")
    date = _field(header, 7)[:8]
    day = date if date.isdigit() else b""
    head = b"|".join(
        (b"MSH", b"^~\\&", b"OIS", b"CLINIC", b"BILLING", b"CODER", day, b"", b"ACK", code + control[:18], b"P", b"2.5.1")
    )
    return head + b"\rMSA|" + code + b"|" + control + b"\r"


def _field(fields: list[bytes], number: int) -> bytes:
    return fields[number].strip() if number < len(fields) else b""
