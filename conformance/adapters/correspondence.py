"""Whom a message in a format of the trade is about: names that messages can carry, for ids that they can't.

A format's names are short and say nothing about the suite; which question each stands for is kept here, for as long as the vendor
is asked.
"""

from collections import OrderedDict

from rtconform.conformance.protocol import Mask, Question
from rtconform.conformance.roles import ROLES
from rtconform.conformance.vendors.settings import Vendor
from rtconform.formats.names import key_of, name_of
from rtconform.formats.registry import ANSWERS

REMEMBERED = 200_000
"""How many names of questions are remembered after their answers, so that a second answer is known for one."""


class Correspondence:
    """The names under which one vendor's questions go out; without a format of the trade, ids go as they are."""

    def __init__(self, vendor: Vendor) -> None:
        self._role = ROLES[vendor.role]
        self._row = ANSWERS.get((vendor.format.answer, self._role.asks))
        self._renames = vendor.format.question != "json" or (self._row is not None and self._row.short_names)
        self._key = key_of(vendor.file_digest)
        self._open: dict[str, Question] = {}
        self._ids: OrderedDict[str, str] = OrderedDict()

    def sent(self, question: Question) -> Question:
        """The question as it goes out: under its name, where it has one."""
        if not self._renames:
            return question
        masked: Question = self._role.wire.masked(question, Mask(name_of(question.id, self._key), question.patient.id))
        return masked

    def opened(self, question: Question) -> None:
        """Remember that the answer to a question is waited for."""
        sent = self.sent(question)
        for name in self._names(sent.id):
            self._open[name] = sent
            self._ids[name] = question.id
            self._ids.move_to_end(name)
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)

    def closed(self, question: Question) -> None:
        """Nobody waits for the answer any more."""
        for name in self._names(self.sent(question).id):
            self._open.pop(name, None)

    def asked(self, name: str) -> Question | None:
        """The question, as it went out, that waits under this name."""
        return self._open.get(name)

    def id_of(self, name: str) -> str | None:
        """The id of the question that went out under this name."""
        return self._ids.get(name)

    def _names(self, name: str) -> tuple[str, ...]:
        return self._row.names_of(name) if self._row is not None else (name,)
