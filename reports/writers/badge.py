"""A run as a badge (SVG) for a README: rule set, and the outcome in words beside its colour.

It is drawn here and needs no font or service. Both halves have a contrast of at least 4.5 to their text.
"""

from html import escape
from typing import TextIO

from rtconform.conformance.runs.folder import RunFolder
from rtconform.reports.figures.summary import Summary

GOOD, BAD, OPEN = "#1a6b3c", "#a61e2d", "#5a4a00"
_LABEL = "#333c49"
_LETTER = 6.6
_PADDING = 8.0


def write(run: RunFolder, summary: Summary, out: TextIO) -> None:
    """The run as one SVG document."""
    out.write(badge(f"rtconform {run.manifest.rule_set}", *_outcome(run, summary)))


def badge(label: str, words: str, colour: str) -> str:
    """A badge of two halves; the texts are cleaned and on one line each."""
    left, right = (round(len(text) * _LETTER + 2 * _PADDING, 1) for text in (label, words))
    name = escape(f"{label}: {words}")
    halves = ((0.0, left, label, _LABEL), (left, right, words, colour))
    shapes = "".join(f'<rect x="{x:g}" width="{width:g}" height="20" fill="{fill}"/>' for x, width, _, fill in halves)
    texts = "".join(_text(x + _PADDING, width - 2 * _PADDING, text) for x, width, text, _ in halves)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:g}" height="20" role="img" aria-label="{name}">'
        f'<title>{name}</title><clipPath id="round"><rect width="{left + right:g}" height="20" rx="4"/></clipPath>'
        f'<g clip-path="url(#round)">{shapes}</g>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">{texts}</g></svg>\n'
    )


def _text(x: float, width: float, text: str) -> str:
    """Text of a given width, whatever font is there."""
    return f'<text x="{x:g}" y="14" textLength="{width:g}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'


def _outcome(run: RunFolder, summary: Summary) -> tuple[str, str]:
    """In words: a part of a suite shows nothing of the rest, and what is known is not conformant."""
    if run.manifest.only or run.manifest.shard:
        return "part of a suite only", OPEN
    if summary.conformant:
        return "conformant", GOOD
    return "not conformant", BAD
