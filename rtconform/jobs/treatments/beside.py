"""The JSON document beside a treatment's objects: what it may say, and to which plan or session it belongs."""

from collections.abc import Iterable, Mapping
from typing import Any

from rtconform.reference.documents.treatment import Billing, Motion, Plan, Planning, Session
from rtconform.reference.errors import DocumentError, Fault

Document = dict[str, Any]

_TOP = ("schema", "id", "billing", "plans", "sessions")
_PLAN = (*(name for name in Plan.__struct_fields__ if name != "beams"), "uid")
_SESSION = (*Session.__struct_fields__, "uid")
_ADVICE = "the fields are those of a case: rtconform schema case"


def checked(document: Document, file: str) -> Document:
    """The document, with nothing in it that would be read over. Raises DocumentError."""
    faults = [*_unknown(document, _TOP, "$")]
    billing = document.get("billing", {})
    faults += [*_unknown(billing, Billing.__struct_fields__, "$.billing")]
    for name, known, inner in (("plans", _PLAN, ("planning", Planning)), ("sessions", _SESSION, ("motion", Motion))):
        entries = document.get(name, [])
        if not isinstance(entries, list):
            faults.append(Fault("a list was due", f"$.{name}"))
            continue
        for place, entry in enumerate(entries):
            faults += [*_unknown(entry, known, f"$.{name}[{place}]")]
            within = entry.get(inner[0]) if isinstance(entry, dict) else None
            if within is not None:
                faults += [*_unknown(within, inner[1].__struct_fields__, f"$.{name}[{place}].{inner[0]}")]
    if faults:
        raise DocumentError(file, None, tuple(faults), _ADVICE)
    return document


def entry_for(entries: Iterable[Document], found: Mapping[str, Any]) -> Document:
    """What the document says of one plan or session: by `uid`, else by `id`; an entry with neither is about each."""
    said: Document = {}
    for entry in entries:
        named = entry.get("uid") or entry.get("id")
        if named is None or named in (found.get("uid"), found.get("id")):
            said |= {name: value for name, value in entry.items() if name != "uid"}
    return said


def _unknown(found: object, known: Iterable[str], path: str) -> Iterable[Fault]:
    if not isinstance(found, dict):
        yield Fault("an object was due", path)
        return
    for name in found:
        if name not in known:
            yield Fault(f"no field {str(name)[:60]!r}: use {', '.join(known)}", path)
