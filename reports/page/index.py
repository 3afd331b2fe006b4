"""Every case in a few bytes: columns for the page's case browser, and the cases shown in full, both compressed.

A column holds, for each case, the place of its value in a list of distinct values. The page unpacks it in the browser
(`report.js`); a page read without script has the faults and failing cases in plain HTML and does without.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rtconform.conformance.cause import Cause
from rtconform.conformance.records import Result
from rtconform.conformance.traits import Traits
from rtconform.reports.figures.failure import coding_text
from rtconform.reports.page.matrices import in_words, isocenters_key
from rtconform.reports.page.packed import pack
from rtconform.reports.text import clip, one_line

LONGEST_VALUE = 200
BLOCK = 48
"""Cases shown in full that are packed together: small enough to unpack at once, large enough to compress well."""

COLUMNS = ("suite", "verdict", "title", "rules", "faults", "expected", "answered", "technique", "isocenters", "motion",
           "guidance", "claim", "why")  # fmt: skip
"""The columns; `rules` and `faults` hold several values, separated by a blank."""


@dataclass
class _Column:
    values: dict[str, int] = field(default_factory=dict)
    places: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, value: str) -> None:
        self.places.append(self.values.setdefault(value, len(self.values)))


@dataclass
class CaseIndex:
    """Takes the cases one by one, in the order of the run."""

    ids: list[str] = field(default_factory=list)
    full: list[int] = field(default_factory=list)
    _columns: dict[str, _Column] = field(default_factory=lambda: {name: _Column() for name in COLUMNS})
    _fragments: list[str] = field(default_factory=list)
    _blocks: list[str] = field(default_factory=list)

    def add(self, result: Result, causes: Sequence[Cause], fragment: str | None) -> None:
        """One case; `fragment` is its HTML where it is shown in full."""
        self.ids.append(clip(one_line(result.id), LONGEST_VALUE))
        columns = self._columns
        columns["suite"].add(result.suite)
        columns["verdict"].add(result.verdict)
        columns["title"].add(result.title)
        columns["rules"].add(" ".join(result.rules))
        columns["faults"].add(" ".join(cause.id for cause in causes))
        columns["expected"].add(coding_text(result.expected))
        columns["answered"].add(coding_text(result.answer))
        columns["why"].add(result.explanation if causes else "")
        self._place(result.traits)
        if fragment is not None:
            self.full.append(len(self.ids) - 1)
            self._fragments.append(fragment)
            if len(self._fragments) == BLOCK:
                self._close_block()

    def document(self) -> str:
        """The columns, compressed, as base64."""
        columns = {
            name: {"values": [clip(one_line(value), LONGEST_VALUE) for value in column.values], "places": column.places}
            for name, column in self._columns.items()
        }
        return pack({"ids": self.ids, "full": self.full, "block": BLOCK, "columns": columns})

    def blocks(self) -> Iterator[str]:
        """The cases shown in full, `BLOCK` of them compressed together, as base64."""
        self._close_block()
        yield from self._blocks

    def _close_block(self) -> None:
        if self._fragments:
            self._blocks.append(pack(self._fragments))
            self._fragments = []

    def _place(self, traits: Traits | None) -> None:
        columns = self._columns
        columns["technique"].add(in_words(traits.technique) if traits else "")
        columns["isocenters"].add(isocenters_key(traits.isocenters) if traits else "")
        columns["motion"].add(in_words(f"motion {traits.motion}") if traits else "")
        columns["guidance"].add(in_words(traits.guidance) if traits else "")
        columns["claim"].add(in_words(traits.claim) if traits else "")
