"""A case as the messages of a question, and what a reader knows of it from the messages alone."""

import msgspec

from rtconform.formats.hl7.segments import FS, VT
from rtconform.formats.hl7.treatment.reader import read_messages
from rtconform.formats.hl7.treatment.writer import write_messages
from rtconform.formats.messages import Part, Unreadable
from rtconform.reference.documents.treatment import Case


def write_case(case: Case) -> tuple[Part, ...]:
    """All messages of the visit, one after the other, each in its MLLP frame."""
    messages = write_messages(msgspec.to_builtins(case))
    return (Part("hl7", b"".join(framed(message.content) for message in messages)),)


def reread_case(document: bytes) -> Case:
    """The case that messages say. Raises Unreadable."""
    said = read_messages(document)
    try:
        return msgspec.convert({"schema": "rtconform.case/1", **said}, Case)
    except msgspec.ValidationError as error:
        raise Unreadable(f"the messages make no case: {error}", said.get("id")) from None


def framed(message: bytes) -> bytes:
    """A message as MLLP frames it."""
    return bytes([VT]) + message + bytes([FS]) + b"\r"
