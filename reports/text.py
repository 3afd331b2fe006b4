"""Vendor text made fit for a report: nothing in it can steer a terminal, break XML or turn the line round.

Escaping for HTML, XML and CSV is each writer's own; here goes what no format can show.
"""

import re

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters: illegal in XML 1.0, or commands to a terminal
    "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they reorder what a reader sees
    "\ud800-\udfff\ufffe\uffff]"  # illegal in XML 1.0
)

_MARKDOWN = re.compile(r"[\\`*_{}\[\]#!|~@>$]")


def clean(text: str) -> str:
    """`text` without terminal sequences, control characters (tab and newline stay), and marks that reorder it."""
    return _UNSHOWN.sub("", _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """`text` cleaned, on one line."""
    return " ".join(clean(text).split())


def clip(text: str, longest: int) -> str:
    """`text`, or its first `longest` characters and how many more there are."""
    return text if len(text) <= longest else f"{text[:longest]} … ({len(text) - longest:,} more characters, in results.jsonl)"


def markdown(text: str) -> str:
    """`text` cleaned, with everything that Markdown or HTML would read as more than text escaped; line breaks are kept."""
    lines = (_MARKDOWN.sub(r"\\\g<0>", line).replace("&", "&amp;").replace("<", "&lt;") for line in clean(text).splitlines())
    return "  \n".join(lines)
