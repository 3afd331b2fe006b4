"""A case from a base treatment and what differs from it: paths into the document, whose claim, which day.

A path has steps joined by dots: a field, or an item of a list by its id or by its position from 0, as in
`sessions.S1.physician_review.approved_at` or `sessions.S1.guidance.0.purpose`.
"""

import copy
import datetime as dt
import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import inspect

from rtconform.reference.documents.treatment import Case, ClaimKind, Setting, claim_fault, duplicate_ids, unknown_terms
from rtconform.reference.documents.wire import decode
from rtconform.reference.errors import DocumentError, Fault

Document = dict[str, Any]

WHOSE_CLAIM: dict[str, tuple[Setting, ClaimKind]] = {
    "hospital-facility": ("hospital_outpatient", "facility"),
    "hospital-professional": ("hospital_outpatient", "professional"),
    "freestanding-technical": ("freestanding", "technical"),
    "freestanding-global": ("freestanding", "global"),
    "freestanding-professional": ("freestanding", "professional"),
}
"""Every claim that exists, by the name that suite files use for it."""

_CASE = inspect.type_info(Case)
_GIVEN = ("schema", "id")
_TIMES = ("started_at", "next_session_at")


class PathFault(Exception):
    """A path that leads nowhere in the document; the message says where it ends and what is there instead."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`: did you mean 'x'?` for the known word most like `word`, or the known words where none is like it."""
    candidates = list(known)
    return likely(word, candidates) or (f": known are {', '.join(candidates)}" if candidates else "")


def likely(word: str, known: Iterable[str]) -> str:
    """`: did you mean 'x'?` for the known word most like `word`; nothing where none is like it."""
    match = difflib.get_close_matches(word, list(known), n=1)
    return f": did you mean {match[0]!r}?" if match else ""


def plain(value: object) -> Any:  # noqa: ANN401 - a document holds anything that JSON can
    """TOML's own dates and times as the text that they are on the wire."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def compose(treatment: Document, *, claim: str | None, date: dt.date | None) -> Document:
    """A copy of `treatment` on `claim` (a key of `WHOSE_CLAIM`) and on `date`; None leaves the treatment's own.

    The clock times of the sessions move with the date by whole days.
    """
    document = copy.deepcopy(treatment)
    if date is not None:
        _move(document, date)
    if claim is not None:
        setting, kind = WHOSE_CLAIM[claim]
        document["billing"] = {**document.get("billing", {}), "setting": setting, "claim": kind}
    return document


def change(document: Document, path: str, value: object) -> None:
    """Sets what `path` leads to; an item of a list that is not there yet is added where its id is the path's last step.

    Raises PathFault where a step of the path is missing.
    """
    *way, last = path.split(".")
    if path in _GIVEN:
        raise PathFault(f"{path} is given by the suite: a case gets its id from its slug")
    place = _follow(document, way, path)
    if isinstance(place, list) and isinstance(value, dict) and value.get("id") == last and last not in _ids(place):
        place.append(plain(value))
    elif isinstance(place, list):
        place[_position(place, last, path)] = plain(value)
    elif isinstance(place, dict):
        place[last] = plain(value)
    else:
        raise PathFault(f"{path} leads into {place!r}, which has no parts")


def remove(document: Document, path: str) -> None:
    """Removes what `path` leads to: a field is then null or empty, a list is shorter. Raises PathFault where it is missing."""
    *way, last = path.split(".")
    place = _follow(document, way, path)
    _follow(place, [last], path)
    if isinstance(place, list):
        del place[_position(place, last, path)]
    elif isinstance(place, dict):
        del place[last]


def decode_case(document: Document, *, unknown_allowed: bool, conflict_allowed: bool) -> tuple[Case | None, tuple[Fault, ...]]:
    """The document as a case, and every fault of it; None where it is not a case at all.

    Fields that a case lacks are faults too. `unknown_allowed` and `conflict_allowed` let through what the rules for
    unknown terms and for records that contradict themselves are tested with.
    """
    misnamed = tuple(_unknown_fields(document, _CASE, "$"))
    try:
        case = decode(json.dumps(document).encode(), Case)
    except DocumentError as error:
        return None, (*misnamed, *error.faults)
    faults = [*misnamed, *duplicate_ids(case), *claim_fault(case)]
    faults += () if unknown_allowed else unknown_terms(case)
    faults += () if conflict_allowed else contradictions(case)
    return case, tuple(faults)


def contradictions(case: Case) -> Iterator[Fault]:
    """Beams and isocenters that are named and do not exist, and sessions on another day than the date of service."""
    beams = [beam.id for plan in case.plans for beam in plan.beams]
    isocenters = [isocenter.id for isocenter in case.isocenters]
    for p, plan in enumerate(case.plans):
        for b, beam in enumerate(plan.beams):
            if beam.isocenter not in isocenters:
                what = f"no isocenter {beam.isocenter!r}{nearest(beam.isocenter, isocenters)}"
                yield Fault(what, f"$.plans[{p}].beams[{b}].isocenter")
    for s, session in enumerate(case.sessions):
        for d, beam_id in enumerate(session.beams_delivered):
            if beam_id not in beams:
                yield Fault(f"no beam {beam_id!r}{nearest(beam_id, beams)}", f"$.sessions[{s}].beams_delivered[{d}]")
        if session.started_at.date() != case.billing.date_of_service:
            yield Fault(f"not on the date of service, {case.billing.date_of_service}", f"$.sessions[{s}].started_at")


def _follow(place: object, way: list[str], path: str) -> object:
    for step in way:
        if isinstance(place, list):
            place = place[_position(place, step, path)]
        elif isinstance(place, Mapping) and step in place:
            place = place[step]
        elif isinstance(place, Mapping):
            raise PathFault(f"{path} is not in the treatment: no {step!r}{nearest(step, place)}")
        else:
            raise PathFault(f"{path} leads into {place!r}, which has no parts")
    return place


def _ids(items: list[Any]) -> list[object]:
    return [item.get("id") if isinstance(item, dict) else None for item in items]


def _position(items: list[Any], step: str, path: str) -> int:
    ids = _ids(items)
    if step in ids:
        return ids.index(step)
    if step.isdecimal() and int(step) < len(items):
        return int(step)
    there = [str(identifier) for identifier in ids if identifier is not None]
    raise PathFault(f"{path} is not in the treatment: no item {step!r}{nearest(step, there)}")


def _move(document: Document, date: dt.date) -> None:
    shift = date - dt.date.fromisoformat(document["billing"]["date_of_service"])
    document["billing"]["date_of_service"] = date.isoformat()
    for session in document["sessions"]:
        review = session.get("physician_review") or {}
        for holder, field in (*((session, field) for field in _TIMES), (review, "approved_at")):
            if holder.get(field) is not None:
                holder[field] = (dt.datetime.fromisoformat(holder[field]) + shift).isoformat()


def _unknown_fields(value: object, kind: inspect.Type, path: str) -> Iterator[Fault]:
    match kind:
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            known = {field.encode_name: field.type for field in fields}
            for name, item in value.items():
                if name in known:
                    yield from _unknown_fields(item, known[name], f"{path}.{name}")
                elif name != kind.tag_field:
                    yield Fault(f"unknown field {name!r}{nearest(name, known)}", f"{path}.{name}")
        case inspect.VarTupleType(item_type=item_type) if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _unknown_fields(item, item_type, f"{path}[{index}]")
        case inspect.UnionType(types=types):
            for choice in types:
                yield from _unknown_fields(value, choice, path)
