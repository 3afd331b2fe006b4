"""Where things stand in a document: paths as laws write them, `$` for the document, `[]` for every item of a list.

plans[].planning      every plan's planning evidence
sessions[].guidance[] every act of guidance
"""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
"""A case as plain values, as JSON has them."""

Holder = tuple[dict[str, Any], str]
"""An object and the key in it under which something stands, or could."""


def holders(document: Document, path: str) -> Iterator[Holder]:
    """Every place that a path leads to and that ends in a key: `plans[].beams` gives each plan with "beams"."""
    *steps, last = path.split(".")
    for holder in _walk(document, steps):
        yield holder, last


def objects(document: Document, path: str) -> Iterator[dict[str, Any]]:
    """Every object that a path leads to: `plans[].beams[]` gives each beam."""
    yield from _walk(document, [] if path == "$" else path.split("."))


def _walk(place: Any, steps: list[str]) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a part of a document is anything
    if not steps:
        if isinstance(place, dict):
            yield place
        return
    name, *others = steps
    inside = place.get(name.removesuffix("[]"))
    if name.endswith("[]"):
        for item in inside or ():
            yield from _walk(item, others)
    elif inside is not None:
        yield from _walk(inside, others)
