"""Whom a message in a format of the trade is about: names that messages can carry, for ids that they can't.

A format's names are short and say nothing about the suite; which question each stands for is kept here, for as long as the vendor
is asked.
"""

from collections import OrderedDict
from collections.abc import Sequence

from rtconform.conformance.protocol import Mask, Question
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import Vendor
from rtconform.formats.names import key_of, name_of, names_within
from rtconform.formats.registry import ANSWERS, goes_out_renamed

REMEMBERED = 200_000
"""How many names of questions are remembered after their answers, so that a second answer is known for one."""

LONGEST_SEARCHED = 256 * 1024
"""Longest message that is searched for names here, in bytes; a longer one is left to the translator."""


class Correspondence:
    """The names under which one vendor's questions go out; without a format of the trade, ids go as they are."""

    def __init__(self, vendor: Vendor) -> None:
        self._role = ROLES[vendor.role]
        self._row = ANSWERS.get((vendor.format.answer, self._role.asks))
        self._renames = goes_out_renamed(vendor.format, self._role.asks)
        self._key = key_of(vendor.file_digest)
        self._open: dict[str, dict[str, Question]] = {}
        self._leaders: dict[str, str] = {}
        self._said: dict[str, tuple[bytes, ...]] = {}
        self._ids: OrderedDict[str, str] = OrderedDict()

    @property
    def hears(self) -> bool:
        """Whether an answer may come in several messages, and a message speak of several questions."""
        return self._row is not None and self._row.hear is not None

    def sent(self, question: Question) -> Question:
        """The question as it goes out: under its name, where it has one."""
        if not self._renames:
            return question
        masked: Question = self._role.wire.masked(question, Mask(name_of(question.id, self._key), question.patient.id))
        return masked

    def opened(self, questions: Sequence[Question]) -> list[Question]:
        """Remember that the answers to questions that go out in one message are waited for; the questions as they go out."""
        together = [self.sent(question) for question in questions]
        leader = together[0].id
        for question, sent in zip(questions, together, strict=True):
            self._leaders[sent.id] = leader
            for name in self._names(sent.id, leader):
                self._open.setdefault(name, {})[sent.id] = sent
                self._ids[name] = question.id
                self._ids.move_to_end(name)
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
        return together

    def closed(self, question: Question) -> None:
        """Nobody waits for the answer any more."""
        sent = self.sent(question).id
        self._said.pop(sent, None)
        for name in self._names(sent, self._leaders.pop(sent, sent)):
            waiting = self._open.get(name, {})
            waiting.pop(sent, None)
            if not waiting:
                self._open.pop(name, None)

    def asked(self, name: str) -> Sequence[Question]:
        """The questions, as they went out, that wait under this name."""
        return tuple(self._open.get(name, {}).values())

    def likely(self, document: bytes) -> list[Question]:
        """The questions, as they went out, that a message probably speaks of, and none has before: it holds their names."""
        if len(document) > LONGEST_SEARCHED:
            return []
        asked = {sent.id: sent for name in names_within(document) for sent in self.asked(name)}
        return [sent for sent in asked.values() if not self.said(sent)]

    def leader(self, sent: Question) -> str:
        """The name of the first question of the message that this one went out with."""
        return self._leaders.get(sent.id, sent.id)

    def said(self, sent: Question) -> tuple[bytes, ...]:
        """The messages that spoke of a question that is waited for, and were not the last word."""
        return self._said.get(sent.id, ())

    def remember(self, sent: Question, documents: tuple[bytes, ...]) -> None:
        """Keep the messages that have spoken of a question until its last word comes."""
        if sent.id in self._leaders:
            self._said[sent.id] = documents

    def id_of(self, name: str) -> str | None:
        """The id of the question that went out under this name."""
        return self._ids.get(name)

    def _names(self, name: str, leader: str) -> tuple[str, ...]:
        """What a message may call a question: by its own name, and by what the message that it went out with is called."""
        if self._row is None:
            return (name,)
        return tuple(dict.fromkeys((self._row.names_of(name)[0], *self._row.names_of(leader)[1:])))
