"""Resources of FHIR R4 opened: found by type and by reference, wherever they come from, and looked into without surprises."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rtconform.formats.messages import Unreadable, refuse_longer

Document = dict[str, Any]

MOST_RESOURCES = 5000
"""How many resources are read at once."""


def opened(document: bytes) -> Document:
    """One resource. Raises Unreadable."""
    refuse_longer(document)
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        start = document[:40].decode(errors="replace").strip()
        raise Unreadable(f"not JSON: it begins with {start!r}; send one FHIR resource on one line") from None
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        raise Unreadable("not a FHIR resource: resourceType is missing")
    return found


class Resources:
    """Resources of one patient, or of one answer."""

    def __init__(self, document: Document) -> None:
        self.top = document
        self._by_reference: dict[str, Document] = {}
        self._every: list[Document] = []
        if document["resourceType"] == "Bundle":
            for entry in dicts(document.get("entry")):
                self.add(entry.get("resource"), entry.get("fullUrl"))
        else:
            self.add(document)

    def add(self, resource: object, url: object = None) -> None:
        """One more resource, under its address and its type and id. Raises Unreadable where there are too many."""
        if not isinstance(resource, dict):
            return
        if len(self._every) == MOST_RESOURCES:
            raise Unreadable(f"more than {MOST_RESOURCES} resources are not read at once")
        self._every.append(resource)
        for name in (url, f"{resource.get('resourceType')}/{resource.get('id')}"):
            if isinstance(name, str):
                self._by_reference[name] = resource

    def of_type(self, kind: str) -> Iterator[Document]:
        """Every resource of a type, in their order."""
        return (one for one in self._every if one.get("resourceType") == kind)

    def every(self) -> tuple[Document, ...]:
        """Every resource, in their order."""
        return tuple(self._every)

    def named(self, reference: object) -> Document:
        """What a Reference points to; empty where it is not here."""
        name = reference.get("reference") if isinstance(reference, dict) else None
        if not isinstance(name, str):
            return {}
        whole = name.split("/_history/")[0]
        return self._by_reference.get(whole, self._by_reference.get("/".join(whole.split("/")[-2:]), {}))


def dicts(value: object) -> list[Document]:
    """The objects of a list; none where there is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def first(value: object) -> Document:
    """The first object of a list; empty where there is none."""
    return next(iter(dicts(value)), {})


def words(value: object) -> str:
    """A text; empty where it is none."""
    return value if isinstance(value, str) else ""


def codes_of(concept: object) -> list[str]:
    """The codes of a CodeableConcept."""
    return [words(one.get("code")) for one in dicts(concept.get("coding"))] if isinstance(concept, dict) else []


def text_of(concept: object) -> str:
    """The text of a CodeableConcept."""
    return words(concept.get("text")) if isinstance(concept, dict) else ""


def extensions(element: object, url: str) -> list[Document]:
    """The extensions of an element with an address."""
    return [one for one in dicts(element.get("extension")) if one.get("url") == url] if isinstance(element, dict) else []


def value_of(extension: Document) -> Any:  # noqa: ANN401 - whatever an extension holds
    """The value of an extension; None where it has none."""
    return next((value for name, value in extension.items() if name.startswith("value")), None)


def inside(element: object, *path: str) -> Any:  # noqa: ANN401 - whatever an extension holds
    """The value of an extension within others; None where one of them is not there."""
    found: object = element
    for url in path:
        found = next(iter(extensions(found, url)), None)
        if found is None:
            return None
    return value_of(found) if isinstance(found, dict) else None


def every(element: object, url: str) -> Iterator[Any]:
    """The values of all extensions with an address."""
    return (value_of(one) for one in extensions(element, url))


def identifiers(resource: Document, system: str = "") -> Iterator[str]:
    """The identifiers of a resource, of one system or of any."""
    listed = resource.get("identifier")
    found: Iterable[Document] = [listed] if isinstance(listed, dict) else dicts(listed)
    for one in found:
        if system in ("", one.get("system")) and isinstance(one.get("value"), str):
            yield one["value"]


def has_profile(resource: Document, profile: str) -> bool:
    """Whether a resource says that it follows a profile, of whatever version."""
    meta = resource.get("meta")
    named = meta.get("profile") if isinstance(meta, dict) else None
    return isinstance(named, list) and any(isinstance(one, str) and one.split("|")[0] == profile for one in named)
