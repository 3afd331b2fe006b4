"""Vendor text made fit for a report: nothing in it can steer a terminal, break XML or reverse the line.

Escaping for HTML, XML and CSV is each writer's job. This module removes what no format can show.
"""

import json
import re
import unicodedata

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters: illegal in XML 1.0, or commands to a terminal
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they reorder what a reader sees
    "\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"  # they show nothing and hide what follows
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"  # the same
    "\ud800-\udfff\ufdd0-\ufdef"  # illegal in XML 1.0, or no characters
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))  # the same
    + "]"
)
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85")
_NOTHING = re.compile(
    "[\\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]*"
)
"""What shows nothing at the beginning of a cell, and is kept, because within words it has its use."""

_FORMULA = ("=", "+", "-", "@", "\t", "\n", "|", "%")

_MARKDOWN = re.compile(r"[\\`*_{}\[\]#!|~>$]")
_LINKS = re.compile(r"(?<=[A-Za-z0-9])(?=://)|(?<=@)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_APART = "\u200b"
"""Put where a reader of Markdown would make a link or a mention of a vendor's text: shows nothing, and none is made."""


def clean(text: str) -> str:
    """`text` without terminal sequences, control characters (tab and newline stay), and marks that reorder it or show nothing."""
    if text.replace("\n", "").isprintable():  # nearly every text of a report: none of what is removed is printable
        return text
    return _UNSHOWN.sub("", _LINE_ENDS.sub("\n", _ANSI.sub("", text)))


def one_line(text: str) -> str:
    """`text` cleaned, on one line."""
    return " ".join(clean(text).split())


def clip(text: str, longest: int) -> str:
    """`text`, or its first `longest` characters and how many more there are."""
    return text if len(text) <= longest else f"{text[:longest]} … ({len(text) - longest:,} more characters, in results.jsonl)"


def markdown(text: str) -> str:
    """`text` cleaned, with everything that Markdown or HTML would read as more than text escaped; line breaks are kept.

    Addresses, host names and names after @ become neither links nor mentions.
    """
    return "  \n".join(_escaped(line) for line in clean(text).split("\n"))


def code_span(text: str) -> str:
    """`text` cleaned, on one line, as code in Markdown, in a table too."""
    return f"`{one_line(text).replace('`', chr(39)).replace('|', '/')}`"


def csv_cell(text: str) -> str:
    """`text` cleaned, with an apostrophe before what a spreadsheet would compute, also where nothing to be seen comes first."""
    shown = clean(text)
    begins = unicodedata.normalize("NFKC", shown[_end_of_nothing(shown) :][:1])
    return f"'{shown}" if begins.startswith(_FORMULA) or shown.startswith(_FORMULA) else shown


def yaml_string(text: str) -> str:
    """`text` cleaned, as a string of YAML (and JSON) on one line."""
    return json.dumps(clean(text), ensure_ascii=False)


def _escaped(line: str) -> str:
    line = _LINKS.sub(_APART, line)
    return _MARKDOWN.sub(r"\\\g<0>", line).replace("&", "&amp;").replace("<", "&lt;")


def _end_of_nothing(text: str) -> int:
    found = _NOTHING.match(text)
    return found.end() if found else 0
