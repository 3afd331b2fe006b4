"""Elements of FHIR as plain dicts: codings, references, extensions, times."""

import datetime as dt
import hashlib
import uuid
from functools import lru_cache
from typing import Any

from rtconform.formats.fhir.vocabulary import SNOMED, UCUM
from rtconform.formats.messages import Inexpressible

Document = dict[str, Any]

OFFSET = "-05:00"
"""The offset that FHIR wants of a time and that a case does not have; a reader takes the local part."""

_NAMES = hashlib.sha1(uuid.UUID("6f1c7c52-52ba-5b52-9f3c-6a1f6d2f7a10").bytes, usedforsecurity=False)
_VERSION_5 = (0xF000 << 64 | 0xC000 << 48, 0x5000 << 64 | 0x8000 << 48)
"""The bits of a UUID that say its version and its variant: those to clear, and those to set (RFC 9562)."""


@lru_cache(4096)
def resource_id(case_id: str, kind: str, place: int = 0) -> str:
    """The id of a resource: of the name that the case goes out under, what it is, and its place.

    It is the version 5 UUID of these. `uuid.uuid5` gives the same in five times the time, and a case has twenty of them.
    """
    digest = _NAMES.copy()
    digest.update(f"{case_id}/{kind}/{place}".encode())
    cleared, set_bits = _VERSION_5
    text = f"{int.from_bytes(digest.digest()[:16]) & ~cleared | set_bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


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
