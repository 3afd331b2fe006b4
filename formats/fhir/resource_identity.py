"""Who the patient is, as FHIR resources say it: names, identifiers, addresses and dates of birth, wherever they stand."""

from collections.abc import Iterable, Iterator
from typing import Any

from rtconform.formats.fhir.bundles import Document
from rtconform.formats.identity import Identity

_WHOSE = ("subject", "patient", "beneficiary", "individual", "actor")
_PEOPLE = ("Patient", "RelatedPerson", "Person")
_NAMES, _OTHERS = ("name", "identifier"), ("telecom", "address", "birthDate", "contact", "id")
_NOT_NAMES = ("use", "system", "type", "postalCode", "state", "country", "period", "gender", "relationship", "extension", "rank")
"""Elements of a person that are words of the standard, or that name nobody."""


def identity_of(resources: Iterable[Document]) -> Identity:
    """Everything in these resources by which a person could be known."""
    names: set[str] = set()
    whole: set[str] = set()
    for one in resources:
        if one.get("resourceType") in _PEOPLE:
            names.update(text for element in _NAMES for text in _texts(one.get(element)))
            whole.update(text for element in _OTHERS for text in _texts(one.get(element)))
        for element in _WHOSE:
            names.update(_referred(one.get(element)))
    return Identity(names, whole)


def _referred(whose: object) -> Iterator[str]:
    """What references to a person say of the person."""
    for one in whose if isinstance(whose, list) else [whose]:
        if isinstance(one, dict):
            yield from (text for element in ("display", "identifier") for text in _texts(one.get(element)))
            reference = one.get("reference")
            if isinstance(reference, str) and "Patient/" in reference:
                yield reference.rpartition("/")[2]


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a resource holds
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in _NOT_NAMES:
                yield from _texts(one)
