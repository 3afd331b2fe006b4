"""Questions written, and answers read, in formats of the trade (`rtconform.formats`). Runs in the translator's process."""

import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from itertools import islice

import msgspec

from rtconform.conformance.adapters.translation.frames import BATCH, HEAR, NAMES, READ, RENDER, Handler, Refusal, Refused
from rtconform.conformance.protocol import RoleName
from rtconform.conformance.roles import ROLES
from rtconform.formats.folders import pack
from rtconform.formats.messages import LONGEST_MESSAGE, Heard, Inexpressible, Part, Unreadable
from rtconform.formats.registry import ANSWERS, QUESTIONS, AnswerFormat, Question, QuestionFormat
from rtconform.formats.settings import AnswerSettings, Companion, FormatSettings
from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decoder

_LENGTH = struct.Struct(">I")

MOST_KEPT = 128
"""How many messages of files are kept, so that a question that is asked again is not written again."""

MOST_NAMES = 1000
"""How many questions one message may speak of."""


def formatted(role: RoleName, formats: FormatSettings, answers: AnswerSettings) -> dict[bytes, Handler]:
    """What writes requests and reads answers for a vendor of these formats."""
    handlers: dict[bytes, Handler] = {}
    asks = ROLES[role].asks
    question, answer = QUESTIONS.get((formats.question, asks)), ANSWERS.get((formats.answer, asks))
    kind: type[Question] = Case if asks == "case" else Claim
    if question is not None:
        written, companion = question, formats.companion

        def write(document: bytes) -> bytes:
            return _write(written, decoder(kind).decode(document), companion)

        # a message of files is dear to write, and a run asks some questions again
        handlers[RENDER] = lru_cache(MOST_KEPT)(write) if question.files else write
        if question.write_batch is not None:
            batch = question.write_batch
            handlers[BATCH] = lambda payload: _joined(lambda: batch(_questions(payload, kind), companion))
    if answer is not None:
        row = answer
        handlers[READ] = lambda payload: _read(row, *_parted(payload, kind), answers)
        handlers[HEAR] = lambda payload: msgspec.msgpack.encode(_hear(row, *_listened(payload, kind), answers))
        handlers[NAMES] = lambda payload: msgspec.msgpack.encode(_names(row, *_listened(payload, kind), answers))
    return handlers


def with_question(question: bytes, document: bytes) -> bytes:
    """The payload of a READ: the question, so that its answer can be laid over it, and what came."""
    return _LENGTH.pack(len(question)) + question + document


def _parted(payload: bytes, kind: type[Question]) -> tuple[Question, bytes]:
    (length,) = _LENGTH.unpack_from(payload)
    begin = _LENGTH.size + length
    return decoder(kind).decode(payload[_LENGTH.size : begin]), payload[begin:]


class Listening(msgspec.Struct, frozen=True):
    """The payload of a HEAR: messages in the order in which they came, and the questions that they may be about.

    `leaders`: for each question the name of the first one of the message that it went out with.
    """

    documents: list[bytes]
    questions: list[bytes]
    leaders: list[str]


class Hearing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is heard of one question: an answer document, or a fault, and whom that is about. See `formats.messages.Heard`."""

    answer: bytes = b""
    fault: str = ""
    about: str = ""
    last: bool = True
    message_refused: bool = False


class Naming(msgspec.Struct, frozen=True):
    """What a message speaks of, and what is heard of each question that it was thought to be about; nothing where that fails."""

    names: list[str]
    hearings: list[Hearing]


def _questions(payload: bytes, kind: type[Question]) -> list[Question]:
    read = decoder(kind)
    return [read.decode(document) for document in msgspec.msgpack.decode(payload, type=list[bytes])]


def _listened(payload: bytes, kind: type[Question]) -> tuple[list[bytes], list[tuple[Question, str]]]:
    listening = msgspec.msgpack.decode(payload, type=Listening)
    read = decoder(kind)
    questions = [read.decode(document) for document in listening.questions]
    return listening.documents, list(zip(questions, listening.leaders, strict=True))


def _hear(row: AnswerFormat, documents: list[bytes], asked: list[tuple[Question, str]], answers: AnswerSettings) -> list[Hearing]:
    try:
        if row.hear is None:
            return [Hearing(_read(row, question, documents[-1], answers)) for question, _ in asked]
        return [_hearing(one) for one in row.hear(documents, asked)]
    except Unreadable as why:
        raise Refused(Refusal(why.what[:1000], case_id=why.name)) from None


def _hearing(heard: Heard | Unreadable) -> Hearing:
    if isinstance(heard, Unreadable):
        return Hearing(fault=heard.what[:1000], about=heard.name or "")
    return Hearing(msgspec.json.encode(heard.answer), last=heard.last, message_refused=heard.message_refused)


def _write(row: QuestionFormat, question: Question, companion: Companion) -> bytes:
    return _joined(lambda: row.write(question, companion), packed=row.files)


def _joined(write: Callable[[], Iterable[Part]], *, packed: bool = False) -> bytes:
    try:
        content = pack(write()) if packed else b"".join(part.content for part in write())
    except Inexpressible as why:
        raise Refused(Refusal(str(why))) from None
    if len(content) > LONGEST_MESSAGE:
        raise Refused(Refusal(f"the message becomes longer than {LONGEST_MESSAGE} bytes"))
    return content


def _read(row: AnswerFormat, question: Question, document: bytes, answers: AnswerSettings) -> bytes:
    try:
        return msgspec.json.encode(row.read(document, question, answers))
    except Unreadable as why:
        raise Refused(Refusal(why.what[:1000], case_id=why.name)) from None


def _names(row: AnswerFormat, documents: list[bytes], likely: list[tuple[Question, str]], answers: AnswerSettings) -> Naming:
    try:
        names = list(islice(row.names(documents[-1], answers), MOST_NAMES))
    except Unreadable as why:
        raise Refused(Refusal(why.what[:1000], case_id=why.name)) from None
    with suppress(Refused):  # why, is said to whoever asks again
        return Naming(names, _hear(row, documents, likely, answers) if likely else [])
    return Naming(names, [])
