"""One edit of the book of rules: what a systematic mutant is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rtconform.conformance.coder.faults.faulty import Coder, going_by
from rtconform.reference.coder.book import BOOK, Book

TOGETHER = " + "
"""What stands between the ids of edits in the id of a mutant of two."""


@dataclass(frozen=True)
class Edit:
    """One change. `operator` is its kind, `target` the one thing that it changes: two edits of one target don't go together."""

    id: str
    says: str
    operator: str
    rules: tuple[str, ...]
    target: tuple[str, ...]
    apply: Callable[[Book], Book] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Mutant:
    """A faulty coder of one edit, or of two."""

    edits: tuple[Edit, ...]

    @property
    def id(self) -> str:
        """The ids of its edits."""
        return TOGETHER.join(edit.id for edit in self.edits)

    @property
    def says(self) -> str:
        """What is changed, in words."""
        return "; ".join(edit.says for edit in self.edits)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that are changed."""
        return tuple(dict.fromkeys(rule for edit in self.edits for rule in edit.rules))

    def book(self, book: Book = BOOK) -> Book:
        """The book with the edits made."""
        for edit in self.edits:
            book = edit.apply(book)
        return book

    @property
    def code(self) -> Coder:
        """The mutant as a coder."""
        return going_by(self.book())
