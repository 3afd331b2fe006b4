"""What a faulty claim editor is: the reference editor with some dispositions, its tables or a claim changed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rtconform.reference.documents.adjudication import AdjudicationLine
from rtconform.reference.documents.claim import Claim, Disposition, DispositionLine

Editor = Callable[[Claim], Disposition]


@dataclass(frozen=True)
class FaultyEditor:
    """A faulty editor with a name. `says`: what it does; `seen`: where that is met; `rules`: those it breaks."""

    id: str
    says: str
    seen: str
    rules: tuple[str, ...]
    edit: Editor = field(repr=False, compare=False)


def plain(found: AdjudicationLine) -> DispositionLine:
    """What the reference says of a line, as an editor answers it."""
    return DispositionLine(found.number, found.disposition, found.category, found.carc)


def lenient(found: AdjudicationLine) -> DispositionLine:
    """The same of an editor that allows whatever it need not stop."""
    return DispositionLine(found.number, "allow") if "allow" in found.accepted else plain(found)
