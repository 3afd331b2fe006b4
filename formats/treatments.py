"""What every reader of a clinic's own treatment gives: parts of a case, and for each fact where it was read."""

from dataclasses import dataclass, field
from typing import Any, Literal

Document = dict[str, Any]
How = Literal["read", "derived", "missing"]


@dataclass(frozen=True)
class Fact:
    """One fact of a treatment.

    `path`: where it stands in a case. `how`: read from one place, derived from several, or missing. `source`: the file and the
    attribute or element; of what is missing, where it would stand. `note`: what a reader should know of it.
    """

    path: str
    how: How
    value: str
    source: str
    note: str = ""


@dataclass(frozen=True)
class Treatment:
    """What the files say.

    `plans` and `sessions` hold parts of an `rtconform.case/1`, each with what names it under `uid`; what no file says is absent.
    `techniques` of a plan: what it may be, where that is not said outright. `settled` of a session: its fields that are absent
    because nothing of the kind was, not because nobody says so. `supposed_beams` of a plan: its beams stand for some that no
    file names. `isocenters` are those of a case. `facts`: where everything was read. `notes`: what a reader should know beside.
    `billing`: what is said of it; with its day, all sessions are coded together. `case_id`: what the case is called.
    """

    plans: tuple[Document, ...]
    sessions: tuple[Document, ...]
    isocenters: tuple[Document, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...] = field(default=())
    billing: Document = field(default_factory=dict)
    case_id: str = ""


def laid_over(under: Document, over: Document) -> Document:
    """One document over another: objects are joined field by field, anything else is replaced. `null` replaces too."""
    joined = dict(under)
    for name, value in over.items():
        below = joined.get(name)
        joined[name] = laid_over(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return joined
