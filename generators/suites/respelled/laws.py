"""The laws of suite `respelled`, read from their data file, and what they do to a case."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from rtconform.generators.randomness import Draw
from rtconform.generators.suites.respelled import changes, spellings
from rtconform.generators.suites.respelled.changes import Change, With
from rtconform.generators.suites.respelled.places import Document, objects
from rtconform.generators.suites.respelled.spellings import Style
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode, encode

_FILE = "respelled.toml"

_CHANGES: dict[str, Change] = {
    "reorder": changes.reorder,
    "redeliver": changes.redeliver,
    "resume": changes.resume,
    "repeat": changes.repeat,
    "add_beam": changes.add_beam,
    "approval_at_midnight": changes.approval_at_midnight,
    "rename": changes.rename,
    "reword": changes.reword,
    "move": changes.move,
    "center": changes.center,
    "turn": changes.turn,
    "another_day": changes.another_day,
    "another_hour": changes.another_hour,
    "later": changes.later,
    "set": changes.put,
    "beside": changes.beside,
    "add_isocenter": changes.add_isocenter,
    "add_setup": changes.add_setup,
    "add_session": changes.add_session,
}
"""What records a treatment in another way: what comes of it is an ordinary case."""

_OMISSIONS: dict[str, Change] = {
    "drop": spellings.drop,
    "empty": spellings.empty,
    "omit": spellings.omit,
    "spell": spellings.spell,
    "say": spellings.say,
    "add": spellings.add,
    "add_unknown": spellings.add_unknown,
    "times": spellings.times_as,
}
_STYLES: dict[str, Callable[[With], Style]] = {
    "keys": spellings.keys,
    "numbers": spellings.numbers,
    "strings": spellings.strings,
    "blanks": spellings.blanks,
}


@dataclass(frozen=True)
class Law:
    """A way to say the same: what is different (`says`), and why the answer stays (`because`).

    `do` is the function, `at` the path that it works at, `how` what else it needs to know. `rules`: the law is tried on cases
    at these rules; `cases`: on these hand-made ones alone.
    """

    id: str
    says: str
    because: str
    do: str
    at: str = "$"
    how: Mapping[str, Any] = field(default_factory=dict, hash=False)
    rules: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    @property
    def of_bytes(self) -> bool:
        """Whether the law is about the bytes alone, so that it has to be sent as it is written."""
        return self.do not in _CHANGES

    def changed(self, case: Case, draw: Draw) -> Case:
        """The case recorded in the other way; where the law is about bytes, with the text that its bytes are about."""
        document = document_of(case)
        if self.do in _CHANGES:
            _CHANGES[self.do](document, draw, self.at, self.how)
        for plan in objects(document, "plans[]") if self.do == "strings" and "text" in self.how else ():
            plan["label"] = self.how["text"]
        return decode(json.dumps(document).encode(), Case, self.id)

    def written(self, case: Case, draw: Draw) -> bytes:
        """The case in the bytes of the law, on one line."""
        document = document_of(case)
        if self.do in _OMISSIONS:
            _OMISSIONS[self.do](document, draw, self.at, self.how)
        style = _STYLES[self.do](self.how) if self.do in _STYLES else Style()
        return style.written(document).encode()


def document_of(case: Case) -> Document:
    """The case as plain values."""
    document: Document = json.loads(encode(case))
    return document


@cache
def laws() -> tuple[Law, ...]:
    """Every law, in the order of the file."""
    rows = tomllib.loads(files("rtconform.generators").joinpath("data", _FILE).read_text(encoding="utf-8"))["law"]
    return tuple(map(_law, rows))


def _law(row: dict[str, Any]) -> Law:
    at, how = row.get("at", "$"), row.get("with", {})
    rules, cases = tuple(row.get("rules", ())), tuple(row.get("cases", ()))
    return Law(row["id"], row["says"], row["because"], row["do"], at, how, rules, cases)
