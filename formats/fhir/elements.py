"""Elements of FHIR as plain dicts: codings, references, extensions, times."""

import datetime as dt
import hashlib
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw

from rtconform.formats.fhir.vocabulary import SNOMED, UCUM
from rtconform.formats.messages import Inexpressible

Document = dict[str, Any]

OFFSET = "-05:00"
"""The offset that FHIR wants of a time and that a case does not have; a reader takes the local part."""


@lru_cache(4096)
def resource_id(name: str, kind: str, place: int = 0) -> str:
    """The id of a resource: of the name that the question goes out under, what it is, and its place.

    A UUID of version 8 (RFC 9562), half of it from the name and half from what it is in the Bundle. A case has twenty of them:
    to hash each would take a sixth of the time of a Bundle.
    """
    return _first_half(name) + _second_half(kind, place)


@lru_cache(16)
def _first_half(name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[12:15]}-"


@lru_cache(4096)
def _second_half(kind: str, place: int) -> str:
    digest = hashlib.sha256(f"{kind}/{place}".encode()).hexdigest()
    return f"a{digest[:3]}-{digest[3:15]}"


def written(element: Document) -> Raw:
    """An element as it stands in a document: what many documents have alike is written once, and copied."""
    return Raw(msgspec.json.encode(element))


def reference(identifier: str) -> Document:
    """A reference to an entry of the Bundle."""
    return {"reference": f"urn:uuid:{identifier}"}


def coding(system: str, code: str) -> Document:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def concept(code: str | None, word: str) -> Document:
    """A CodeableConcept of SNOMED CT where there is a code, with our word as its text."""
    return ({**coding(SNOMED, code)} if code else {}) | {"text": text(word)}


def text(value: str) -> str:
    """A text as FHIR has it. Raises Inexpressible for one that FHIR can't carry."""
    if value.isprintable() and not value.isspace() and value:
        return value
    if not value.strip() or any(letter < " " and letter not in "\t\n\r" for letter in value):
        raise Inexpressible("a text that is blank or holds control characters has no place in FHIR")
    return value


def extension(url: str, kind: str, value: object) -> Document:
    """An extension that holds a value; `kind` is its type as FHIR writes it after "value"."""
    return {"url": url, f"value{kind}": value}


def string(url: str, value: str) -> list[Document]:
    """An extension that holds a text; none where the text is empty."""
    return [extension(url, "String", text(value))] if value else []


def decimal(url: str, value: float | None) -> list[Document]:
    """An extension that holds a number; none where there is none."""
    return [] if value is None else [extension(url, "Decimal", value)]


def moment(value: dt.datetime) -> str:
    """A time with the offset that all times have."""
    return f"{value.isoformat()}{OFFSET}"


def centigray(dose: float) -> Document:
    """A dose in gray, as mCODE has doses."""
    return {"value": round(dose * 100, 6), "unit": "cGy", "system": UCUM, "code": "cGy"}
