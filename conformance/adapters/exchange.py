"""What every adapter does alike: a case becomes a request, what came becomes a reply, and nothing secret gets out."""

import hashlib

from msgspec.structs import replace

from rtconform.conformance.adapters import Log, Reply
from rtconform.conformance.adapters.answers import Received, read_answer
from rtconform.conformance.adapters.correspondence import Correspondence
from rtconform.conformance.adapters.translation.client import TranslationFault, Translator
from rtconform.conformance.protocol import Question, Returned, Writing
from rtconform.conformance.records import Event, EventKind, now
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.secrets import Redactor
from rtconform.conformance.vendors.settings import Vendor
from rtconform.conformance.verdicts import FindingKind

LONGEST_SHOWN = 4096
"""How much of what came, and of standard error, a reply keeps, in bytes and characters."""

LONGEST_DETAIL = 1000


class Exchange:
    """The traffic with one vendor, in words that may be written down."""

    def __init__(self, vendor: Vendor, log: Log) -> None:
        self.vendor = vendor
        self.redactor = Redactor(vendor.variables)
        self._log = log
        self._wire = ROLES[vendor.role].wire
        self._translator = Translator(vendor)
        self._correspondence = Correspondence(vendor)

    async def start(self) -> None:
        """Try the request template. Raises UserError where it is wrong."""
        await self._translator.start(self._correspondence.sent(self._wire.sample()))

    async def close(self) -> None:
        """End the translator."""
        await self._translator.close()

    async def request(self, question: Question, writing: Writing | None = None) -> bytes | Reply:
        """What is sent for `question`, or the reply where the vendor file's template fails on it.

        What `writing` makes of it is sent as it is: a template would make a sound request of it, or fail on it.
        """
        if writing is not None:
            return writing(question)
        if not self.vendor.format.plain:
            self._correspondence.opened(question)
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

    def over(self, question: Question) -> None:
        """The question has its reply."""
        if not self.vendor.format.plain:
            self._correspondence.closed(question)

    async def read(self, document: bytes, question: Question | None = None) -> Received:
        """What the vendor sent, read in its format, by the vendor file's expressions, or as our own answer.

        `question`: the one that it must be about; None: whichever it says that it is about.
        """
        if self._translator.reads_format:
            try:
                sent = self._correspondence.sent(question) if question else await self._asked_by(document)
                if isinstance(sent, Received):
                    return sent
                document = await self._translator.formatted_answer(document, sent)
            except TranslationFault as fault:
                about = self._correspondence.id_of(fault.case_id or "") or fault.case_id
                return Received(about, None, fault.what)
            return self._under_own_id(read_answer(document, self._wire))
        if self._translator.reads:
            try:
                document = await self._translator.answer(document)
            except TranslationFault as fault:
                return Received(fault.case_id, None, fault.what)
        return self._under_own_id(read_answer(document, self._wire))

    async def _asked_by(self, document: bytes) -> Question | Received:
        """The question in flight that a message is about; else why it is about none."""
        names = await self._translator.names(document)
        waiting = (asked for name in names if (asked := self._correspondence.asked(name)) is not None)
        if (first := next(waiting, None)) is not None:
            return first
        known = next((own for name in names if (own := self._correspondence.id_of(name)) is not None), None)
        return Received(known or names[0], None, f"the message speaks of {names[0][:40]!r}, which is not waited for")

    def _under_own_id(self, received: Received) -> Received:
        """Under the id of the question that went out under the name that came back."""
        own = self._correspondence.id_of(received.id or "") if not self.vendor.format.plain else None
        if own is None:
            return received
        return replace(received, id=own, answer=received.answer and replace(received.answer, id=own))

    async def reply(self, question: Question, document: bytes, *, latency_ms: float, stderr: str = "") -> Reply:
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
            fault = f"answers {self._wire.question} {answer.id!r}, asked was {case_id!r}"
            reply = self.failure("invalid", fault, document, stderr=stderr, latency_ms=latency_ms)
            return replace(reply, answers_another=True)
        if answer is None:
            reply = self.failure("invalid", fault, document, stderr=stderr, latency_ms=latency_ms, refused=received.refused)
            another = self._translator.reads_format and received.id not in (None, case_id)
            return replace(reply, answers_another=another)
        return self.answered(answer, document, latency_ms=latency_ms, stderr=stderr)

    def answered(self, answer: Returned, document: bytes, *, latency_ms: float, stderr: str) -> Reply:
        """The reply with the answer that `document` holds. `stderr` is already without secrets."""
        answer = self._wire.without_secrets(answer, self.redactor.text)
        return Reply("answered", answer, stderr=stderr, latency_ms=latency_ms, digest=_digest(document))

    def failure(
        self,
        status: str,
        detail: str,
        received: bytes = b"",
        *,
        stderr: str = "",
        latency_ms: float | None = None,
        refused: bool = False,
    ) -> Reply:
        """The reply without an answer. `stderr` is already without secrets."""
        return replace(
            _FAILURES[status],
            detail=self.shown(detail.encode(errors="replace"), LONGEST_DETAIL),
            received=self.shown(received),
            stderr=stderr,
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


def _digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()


_FAILURES = {"invalid": Reply("invalid"), "error": Reply("error"), "timeout": Reply("timeout")}
