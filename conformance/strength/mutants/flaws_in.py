"""What is wrong with a document that is not a case: by kinds, derived from the types of a case and from what JSON itself asks.

A kind is a field that is missing, of another type, or beyond what its type allows; or what keeps a document from being read.
"""

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import jsonschema

from rtconform.conformance.strength.mutants.schema import fields
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode, schema
from rtconform.reference.errors import DocumentError

UNREAD = (
    "id",
    "patient",
    "billing.payer",
    "plans[].id",
    "plans[].label",
    "plans[].site",
    "plans[].diagnosis",
    "plans[].intent",
    "plans[].dose_gy",
    "plans[].fractions",
    "plans[].beams[].energy",
    "plans[].beams[].delivery",
    "plans[].beams[].gantry_start_deg",
    "plans[].beams[].gantry_stop_deg",
    "plans[].beams[].collimator_deg",
    "plans[].beams[].couch_deg",
    "sessions[].id",
    "sessions[].fraction",
    "sessions[].couch_shift_mm",
)
"""Fields that no rule reads: a reader that looks at its own fields alone needs no excuse for these. The ids among them are how an
answer names its case and session.
"""

_TYPE = ("type", "anyOf", "minItems", "maxItems")
_INDEX = re.compile(r"\[[0-9]+\]")
_LARGEST = 200_000


@cache
def FLAW_KINDS() -> dict[str, str]:  # noqa: N802 - a table, made when it is first asked for
    """Every kind that suites have to ask for, and what it is in words."""
    found = {
        "not UTF-8": "a document that is not UTF-8",
        "not JSON": "a document that is not JSON",
        "not an object": "a document that is not an object",
        "NaN": "a number that JSON does not have",
        "too long": "text beyond every bound",
        "schema: value": "another schema",
    }
    for one in fields():
        if not any(one.id == unread or one.id.startswith(f"{unread}.") for unread in UNREAD):
            if one.required:
                found[f"{one.id}: missing"] = f"{one.id} that is missing"
            if one.kind != "literal":
                found[f"{one.id}: type"] = f"{one.id} of another type"
            if one.bounded:
                found[f"{one.id}: value"] = f"{one.id} with a value that does not exist"
    return found


@lru_cache(maxsize=4096)
def kinds_of(document: bytes) -> frozenset[str]:
    """What is wrong with the document; empty where our types find nothing."""
    return frozenset(_kinds(document))


def _kinds(document: bytes) -> Iterator[str]:
    if len(document) > _LARGEST:
        yield "too long"
        return
    try:
        text = document.decode()
    except UnicodeDecodeError:
        yield "not UTF-8"
        return
    try:
        value = json.loads(text)
    except ValueError:
        yield "not JSON"
        return
    if not isinstance(value, dict):
        yield "not an object"
        return
    if "NaN" in text or "Infinity" in text:
        yield "NaN"
        return
    found = {kind for error in _validator().iter_errors(value) for kind in _kind(error)}
    yield from (
        kind for kind in found if kind.replace(": value", ": type") == kind or kind.replace(": value", ": type") not in found
    )
    if not found:
        yield from _undecoded(document)


def _kind(error: Any) -> Iterator[str]:  # noqa: ANN401 - an error of a validator
    place = _place(error.absolute_path)
    deeper = [
        one for one in error.context or () if len(one.absolute_path) > len(error.absolute_path) or one.validator == "required"
    ]
    if deeper:
        for one in deeper:
            yield from _kind(one)
    elif error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        yield f"{place}.{missing}: missing" if place else f"{missing}: missing"
    elif error.validator in _TYPE:
        bounds = {one.validator for one in error.context or ()} - {"type"}
        yield f"{place}: value" if bounds else f"{place}: type"
    else:
        yield f"{place}: value"


def _undecoded(document: bytes) -> Iterator[str]:
    """What the schema lets pass and our reader does not: times that do not exist."""
    try:
        decode(document, Case)
    except DocumentError as error:
        for fault in error.faults:
            yield f"{_INDEX.sub('[]', fault.path).removeprefix('$.')}: value"


def _place(path: Any) -> str:  # noqa: ANN401 - steps of a validator
    place = ""
    for step in path:
        place += "[]" if isinstance(step, int) else f".{step}" if place else step
    for several in ("position_mm[]", "targets[]", "organs_at_risk[]", "beams_delivered[]"):
        place = place.removesuffix("[]") if place.endswith(several) else place
    return place


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema(Case, "case"), format_checker=jsonschema.FormatChecker())
