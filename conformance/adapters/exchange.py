"""What every adapter does alike: a case becomes a request, what came becomes a reply, and nothing secret gets out."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from rtconform.conformance.adapters import SILENT, Log, Reply, Stderr
from rtconform.conformance.adapters.answers import LONGEST_ANSWER, Received, read_answer
from rtconform.conformance.adapters.correspondence import Correspondence
from rtconform.conformance.adapters.translation.client import TranslationFault
from rtconform.conformance.adapters.translation.formatted import Hearing
from rtconform.conformance.adapters.translation.pool import TranslatorPool
from rtconform.conformance.printable import printable
from rtconform.conformance.protocol import Question, Returned, Writing
from rtconform.conformance.records import Event, EventKind, now
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.secrets import Redactor
from rtconform.conformance.vendors.settings import Vendor
from rtconform.conformance.verdicts import FindingKind
from rtconform.formats.folders import unpacked

LONGEST_SHOWN = 4096
"""How much of what came, and of standard error, a reply keeps, in bytes and characters."""

LONGEST_DETAIL = 1000

LONGEST_HISTORY = 4 * LONGEST_ANSWER
"""How much of messages that were not the last word is kept for one question, in bytes."""

NOTHING: Mapping[str, Hearing] = MappingProxyType({})
"""Of no question it is known what a message says of it."""

Send = Callable[[Sequence[Question], bytes], Awaitable[Sequence[Reply]]]
"""Puts one message to the vendor, with the questions that it holds; a reply to each."""


class Exchange:
    """The traffic with one vendor, in words that may be written down."""

    def __init__(self, vendor: Vendor, log: Log) -> None:
        self.vendor = vendor
        self.redactor = Redactor(vendor.variables)
        self._log = log
        self._wire = ROLES[vendor.role].wire
        self._translator = TranslatorPool(vendor)
        self._correspondence = Correspondence(vendor)
        self._own = vendor.template is not None or not vendor.format.plain

    async def start(self) -> None:
        """Try the request template. Raises UserError where it is wrong."""
        await self._translator.start(self._correspondence.sent(self._wire.sample()))

    async def close(self) -> None:
        """End the translator."""
        await self._translator.close()

    async def ask(self, question: Question, writing: Writing | None, send: Send) -> Reply:
        """The reply to one question, which `send` puts to the vendor."""
        request = await self._request(question, writing)
        if isinstance(request, Reply):
            return request
        reply = (await send([question], request))[0]
        return reply if writing is None and not self._own else replace(reply, sent=self._sent(request, plain=writing is not None))

    async def ask_many(self, questions: Sequence[Question], send: Send) -> Sequence[Reply]:
        """The replies to several questions, which `send` puts to the vendor in one message."""
        request = await self._batch(questions)
        if isinstance(request, Reply):
            return [request] * len(questions)
        sent = self._sent(request)
        return [replace(reply, sent=sent) for reply in await send(questions, request)]

    def _sent(self, request: bytes, *, plain: bool = False) -> str:
        """A message as text: of files, their names and lengths, and the text of those that have one."""
        if plain or not self._translator.writes_files:
            return self.shown(request)
        parts = unpacked(request)
        texts = [part.content.decode() for part in parts if part.suffix in ("json", "hl7")]
        return self.shown("\n".join([*(f"{part.name} ({len(part.content)} bytes)" for part in parts), *texts]).encode())

    async def _request(self, question: Question, writing: Writing | None) -> bytes | Reply:
        """What is sent for `question`, or the reply where the vendor file's template fails on it.

        What `writing` makes of it is sent as it is: a template would make a sound request of it, or fail on it.
        """
        if writing is not None:
            return self._as_written(question, writing)
        if not self.vendor.format.plain:
            self._correspondence.opened([question])
        try:
            return await self._translator.request(self._correspondence.sent(question))
        except TranslationFault as fault:
            if self.vendor.format.question != "json":
                what = f"this {self._wire.question} can't be written as {self.vendor.format.question}: {fault.what}"
                return self.failure("error", what)
            template = self.vendor.template
            name = template.name if template else ""
            place = f"{name}:{fault.line}" if fault.line else name
            return self.failure("error", f"the request template fails on this {self._wire.question}: {place}: {fault.what}")

    def _as_written(self, question: Question, writing: Writing) -> bytes:
        if self.vendor.format.plain:
            return writing(question)
        (sent,) = self._correspondence.opened([question])
        return writing(sent)

    def nameless(self, question: Question, request: bytes) -> bool:
        """Whether no reader can find the question's name in what went out, so that an answer can't be asked to carry it."""
        return not carries_name(request, self._correspondence.sent(question).id)

    async def _batch(self, questions: Sequence[Question]) -> bytes | Reply:
        """One message with all questions, or the reply to each where they can't be written in one."""
        sent = self._correspondence.opened(questions)
        try:
            return await self._translator.batch(sent)
        except TranslationFault as fault:
            return replace(self.failure("error", f"{len(questions)} can't be written in one message: {fault.what}"), alone=True)

    def over(self, question: Question) -> None:
        """The question has its reply."""
        if not self.vendor.format.plain:
            self._correspondence.closed(question)

    async def read(self, document: bytes, question: Question | None = None) -> Received:
        """What the vendor sent, read in its format, by the vendor file's expressions, or as our own answer.

        `question`: the one that it must be about; None: whichever it says that it is about.
        """
        if self._correspondence.hears:
            return await self._heard_of(document, question)
        if self._translator.reads_format:
            try:
                if question is None:
                    answer = await self._answer_by_name(document)
                else:
                    answer = await self._translator.formatted_answer(document, self._correspondence.sent(question))
            except TranslationFault as fault:
                about = self._correspondence.id_of(fault.case_id or "") or fault.case_id
                return Received(about, None, fault.what)
            return answer if isinstance(answer, Received) else self._under_own_id(read_answer(answer, self._wire))
        if self._translator.reads:
            try:
                document = await self._translator.answer(document)
            except TranslationFault as fault:
                return Received(fault.case_id, None, fault.what)
        return self._under_own_id(read_answer(document, self._wire))

    async def read_nameless(self, document: bytes, question: Question, received: Received) -> Received:
        """What a message that names no question says of one whose name nobody could read; `received`: the message read before."""
        if received.id is not None or received.answer is not None or not self._translator.reads_format:
            return received
        return await self.read(document, question)

    async def read_all(self, document: bytes) -> list[Received]:
        """What the vendor sent in a stream, read: a document for each question that it speaks of."""
        if not self._correspondence.hears:
            return [await self.read(document)]
        likely = self._correspondence.likely(document)
        try:
            naming = await self._translator.names(document, self._led(likely))
        except TranslationFault as fault:
            return [Received(self._correspondence.id_of(fault.case_id or "") or fault.case_id, None, fault.what)]
        names = naming.names
        asked = {sent.id: sent for name in names for sent in self._correspondence.asked(name)}
        others = [name for name in names if not self._correspondence.asked(name)]
        answered = [self._not_waited_for(name) for name in others if self._correspondence.id_of(name) is not None]
        if not asked:
            return answered or [self._not_waited_for(names[0])]
        known = {sent.id: hearing for sent, hearing in zip(likely, naming.hearings, strict=False)}
        return [*await self._heard(document, list(asked.values()), known), *answered]

    def _not_waited_for(self, name: str) -> Received:
        what = f"the message is about {name[:40]!r}, for which no answer is awaited"
        return Received(self._correspondence.id_of(name) or name, None, what)

    async def _heard_of(self, document: bytes, question: Question | None) -> Received:
        """What a message says of this question, or, without one, of the first that it names."""
        if question is None:
            return (await self.read_all(document))[0]
        return (await self._heard(document, [self._correspondence.sent(question)]))[0]

    async def _heard(self, document: bytes, asked: Sequence[Question], known: Mapping[str, Hearing] = NOTHING) -> list[Received]:
        """What a message says of questions, together with the messages about them that came before.

        `known`: what is heard in the message alone, by the names of questions.
        """
        by_history: dict[tuple[bytes, ...], list[Question]] = {}
        for sent in asked:
            by_history.setdefault(self._correspondence.said(sent), []).append(sent)
        heard: dict[str, Received] = {}
        for history, together in by_history.items():
            documents = (*history, document) if sum(map(len, history)) <= LONGEST_HISTORY else (document,)
            try:
                if len(documents) == 1 and all(sent.id in known for sent in together):
                    hearings = [known[sent.id] for sent in together]
                else:
                    hearings = await self._translator.hear(documents, self._led(together))
            except TranslationFault as fault:
                heard |= {sent.id: Received(self._correspondence.id_of(sent.id), None, fault.what) for sent in together}
                continue
            for sent, hearing in zip(together, hearings, strict=True):
                if not hearing.last:
                    self._correspondence.remember(sent, documents)
                heard[sent.id] = self._received(sent, hearing)
        return [heard[sent.id] for sent in asked]

    def _received(self, sent: Question, hearing: Hearing) -> Received:
        if hearing.fault:
            about = hearing.about or sent.id
            return Received(self._correspondence.id_of(about) or about, None, hearing.fault)
        received = self._under_own_id(read_answer(hearing.answer, self._wire))
        return replace(received, last=hearing.last, message_refused=hearing.message_refused)

    def _led(self, asked: Sequence[Question]) -> list[tuple[Question, str]]:
        return [(sent, self._correspondence.leader(sent)) for sent in asked]

    async def _answer_by_name(self, document: bytes) -> bytes | Received:
        """The answer to the question in flight that a message is about; else why it is about none."""
        likely = self._correspondence.likely(document)[:1]
        naming = await self._translator.names(document, self._led(likely))
        names = naming.names
        waiting = (asked for name in names for asked in self._correspondence.asked(name))
        if (first := next(waiting, None)) is not None:
            if naming.hearings and first == likely[0]:
                return naming.hearings[0].answer
            return await self._translator.formatted_answer(document, first)
        known = next((own for name in names if (own := self._correspondence.id_of(name)) is not None), None)
        return Received(known or names[0], None, f"the message is about {names[0][:40]!r}, for which no answer is awaited")

    def _under_own_id(self, received: Received) -> Received:
        """Under the id of the question that went out under the name that came back."""
        own = self._correspondence.id_of(received.id or "") if not self.vendor.format.plain else None
        if own is None:
            return received
        return replace(received, id=own, answer=received.answer and replace(received.answer, id=own))

    async def reply(self, question: Question, document: bytes, *, latency_ms: float, stderr: Stderr = SILENT) -> Reply:
        """The reply where one document came for one case. `stderr` is already without secrets."""
        case_id = question.id
        if not document.strip() and not self._translator.reads_format:
            return self.failure("invalid", "nothing came where an answer is due", stderr=stderr, latency_ms=latency_ms)
        received = await self.read(document, question)
        self.over(question)
        fault, answer = received.fault, received.answer
        if answer is not None and self._translator.reads and self.vendor.response.id is None:
            answer = replace(answer, id=case_id)
        if answer is not None and answer.id != case_id:
            fault = f"answers {self._wire.question} {answer.id!r}, but {case_id!r} was asked"
            reply = self.failure("invalid", fault, document, stderr=stderr, latency_ms=latency_ms)
            return replace(reply, answers_another=True)
        if answer is None:
            reply = self.failure("invalid", fault, document, stderr=stderr, latency_ms=latency_ms, refused=received.refused)
            another = self._translator.reads_format and received.id not in (None, case_id)
            return replace(reply, answers_another=another)
        return self.answered(answer, document, latency_ms=latency_ms, stderr=stderr)

    async def replies(
        self, questions: Sequence[Question], document: bytes, *, latency_ms: float, stderr: Stderr = SILENT
    ) -> Sequence[Reply]:
        """The replies where one document came for questions that went out in one message. `stderr` is already without secrets."""
        if len(questions) == 1:
            return [await self.reply(questions[0], document, latency_ms=latency_ms, stderr=stderr)]
        heard = await self._heard(document, [self._correspondence.sent(question) for question in questions])
        replies = []
        for question, received in zip(questions, heard, strict=True):
            self.over(question)
            if received.answer is None or received.message_refused:
                reply = self.failure("invalid", received.fault, document, stderr=stderr, latency_ms=latency_ms)
                replies.append(replace(reply, alone=True))
            else:
                replies.append(self.answered(received.answer, document, latency_ms=latency_ms, stderr=stderr))
        return replies

    def answered(self, answer: Returned, document: bytes, *, latency_ms: float, stderr: Stderr) -> Reply:
        """The reply with the answer that `document` holds. `stderr` is already without secrets."""
        answer = self._wire.without_secrets(answer, self.redactor.text)
        received = self.shown(document) if self._own or self._translator.reads else ""
        return Reply(
            "answered",
            answer,
            received=received,
            stderr=stderr.text,
            latency_ms=latency_ms,
            digest=_digest(document),
            stderr_of=stderr.of,
        )

    def failure(
        self,
        status: str,
        detail: str,
        received: bytes = b"",
        *,
        stderr: Stderr = SILENT,
        latency_ms: float | None = None,
        refused: bool = False,
    ) -> Reply:
        """The reply without an answer. `stderr` is already without secrets."""
        return replace(
            _FAILURES[status],
            detail=printable(self.shown(detail.encode(errors="replace"), LONGEST_DETAIL)).strip(),
            received=self.shown(received),
            stderr=stderr.text,
            stderr_of=stderr.of,
            latency_ms=latency_ms,
            refused=refused,
            digest=_digest(received) if received else "",
        )

    def shown(self, raw: bytes, limit: int = LONGEST_SHOWN) -> str:
        """The beginning of what a vendor sent, as text without secrets."""
        text = self.redactor.text(raw.decode(errors="replace"))
        return text if len(text) <= limit else f"{text[: limit - 2]} …"

    def shown_tail(self, raw: bytes, *, cut: bool) -> str:
        """The end of what a vendor sent; `cut` says that its beginning is missing already."""
        text = raw.decode(errors="replace")
        text = self.redactor.piece(text) if cut else self.redactor.text(text)
        return text if len(text) <= LONGEST_SHOWN else f"… {text[2 - LONGEST_SHOWN :]}"

    def event(self, kind: EventKind, detail: str, cases: tuple[str, ...] = ()) -> None:
        """Log something that happened beside the cases."""
        self._log(Event(kind, now(), detail, cases=cases))

    def finding(self, kind: FindingKind, detail: str, cases: tuple[str, ...]) -> None:
        """Log what was found out about the vendor."""
        self._log(Event("finding", now(), self.shown(detail.encode(errors="replace")), kind, cases))


def carries_name(document: bytes, name: str) -> bool:
    """Whether a reader can find the name of its question in a document."""
    try:
        value = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("id") == name


def _digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()


_FAILURES = {"invalid": Reply("invalid"), "error": Reply("error"), "timeout": Reply("timeout")}
