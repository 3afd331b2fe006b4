"""Messages of a visit read as the treatment that they are about: a case, or what is said beside DICOM objects."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from rtconform.formats.hl7.segments import Segment, segments_of
from rtconform.formats.hl7.treatment.vocabulary import (
    APPROVED,
    BY_CODE,
    ISOCENTERS,
    PLAN,
    SESSION,
    SETTINGS,
    SEXES,
    SYSTEM,
    Observation,
)
from rtconform.formats.messages import Unreadable

Document = dict[str, Any]

_TIME = re.compile(r"([0-9]{8})([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:\.([0-9]{1,6}))?)?(?:[+-][0-9]{4})?")
_SETTINGS = {word: setting for setting, word in SETTINGS.items()}
_SEXES = {letter: sex for sex, letter in SEXES.items()}
_SHOWN = 40
_AXES = 3


@dataclass
class _Read:
    """What has been read so far. `about`: the plan or session that observations belong to now."""

    document: Document
    orders: dict[str, Document] = field(default_factory=dict)
    about: Document | None = None
    isocenters: bool = False
    order: str = ""


def read_messages(document: bytes) -> Document:
    """The treatment that messages are about, as plain data: what no message says is absent. Raises Unreadable.

    Messages may come in any order; of two that say the same, the later one counts.
    """
    segments = segments_of(document)
    if not segments or segments[0].name != "MSH":
        raise Unreadable("no MSH: an HL7 v2 message begins with one (MSH|^~\\&|…)")
    read = _Read({"billing": {}, "patient": {}, "isocenters": [], "plans": [], "sessions": []})
    for segment in segments:
        if segment.name == "MSH":
            read.about, read.isocenters, read.order = None, False, ""
        elif (take := _TAKEN.get(segment.name)) is not None:
            take(read, segment)
    return read.document


def _patient(read: _Read, segment: Segment) -> None:
    born = segment.get(7)
    said = {
        "id": segment.get(3),
        "birth_date": _date(segment, 7).isoformat() if born else "",
        "sex": _SEXES.get(segment.get(8), "unknown"),
        "family_name": segment.get(5),
        "given_name": segment.get(5, 2),
    }
    read.document["patient"] |= {name: value for name, value in said.items() if value or name.endswith("_name")}


def _visit(read: _Read, segment: Segment) -> None:
    billing = read.document["billing"]
    if name := segment.get(19):
        read.document["id"] = name
    if setting := _SETTINGS.get(segment.get(3, 4).upper()):
        billing["setting"] = setting
    if claim := segment.get(18):
        billing["claim"] = claim.lower()
    if segment.get(44):
        billing["date_of_service"] = _date(segment, 44).isoformat()


def _payer(read: _Read, segment: Segment) -> None:
    read.document["billing"]["payer"] = segment.get(4)


def _request(read: _Read, segment: Segment) -> None:
    kind, order = segment.get(4), segment.get(3)
    read.isocenters = kind == ISOCENTERS
    read.about = None
    if kind == PLAN:
        read.about = {"planning": {}, "beams": []}
        read.document["plans"].append(read.about)
    elif kind == SESSION:
        read.about = _session(read, order)
        if segment.get(7):
            read.about["started_at"] = _moment(segment.get(7), segment, 7).isoformat()


def _session(read: _Read, order: str) -> Document:
    """The session of an order, as far as it is known; one that was not known yet is added."""
    if order not in read.orders:
        read.orders[order] = {"id": order.rpartition(".")[2], "guidance": [], "motion": None}
        read.document["sessions"].append(read.orders[order])
    return read.orders[order]


def _observation(read: _Read, segment: Segment) -> None:
    one = BY_CODE.get(segment.get(3)) if segment.get(3, 3) == SYSTEM else None
    place = _place(read, one, segment) if one is not None else None
    if one is not None and place is not None:
        place[one.field] = _value(one, segment)


def _place(read: _Read, one: Observation, segment: Segment) -> Document | None:
    """The part of the treatment that an observation is about; None where it stands in no such part."""
    about = read.about
    if one.level == "isocenter":
        return _numbered(read.document["isocenters"], segment) if read.isocenters else None
    if about is None or one.level in ("plan", "session"):
        return about
    if one.level in ("beam", "guidance"):
        return _numbered(about.setdefault(_LISTS[one.level], []), segment)
    if one.level == "planning":
        return _inside(about, "planning")
    motion = _inside(about, "motion")
    return motion if one.level == "motion" else _inside(motion, "documentation")


_LISTS = {"beam": "beams", "guidance": "guidance"}


def _inside(document: Document, name: str) -> Document:
    """The object of this name, which may not be there yet."""
    found: Document = document.get(name) or {}
    document[name] = found
    return found


def _numbered(parts: list[Document], segment: Segment) -> Document:
    """The part whose number OBX-4 says; numbers count up from 1."""
    said = segment.get(4)
    if not said.isdecimal() or not said.isascii() or not 1 <= int(said[:9]) <= len(parts) + 1:
        raise Unreadable(
            f"{segment}: OBX-4 is {said[:_SHOWN]!r}; {len(parts)} were numbered before, the next is {len(parts) + 1}"
        )
    if int(said) > len(parts):
        parts.append({})
    return parts[int(said) - 1]


def _value(one: Observation, segment: Segment) -> object:
    said = segment.get(5)
    if one.kind == "flag" or (one.kind == "text or flag" and segment.get(2) == "CWE"):
        if said not in ("Y", "N"):
            raise Unreadable(f"{segment}: OBX-5 is {said[:_SHOWN]!r} where Y or N is due ({one.code})")
        return said == "Y"
    match one.kind:
        case "texts":
            return segment.repetitions(5)
        case "number":
            return _number(said, segment, one)
        case "vector":
            return [_number(segment.get(5, axis), segment, one) for axis in range(1, _AXES + 1)]
        case _:
            return said


def _number(said: str, segment: Segment, one: Observation) -> float | int:
    if not re.fullmatch(r"[+-]?[0-9]{1,400}(\.[0-9]{0,400})?", said):
        raise Unreadable(f"{segment}: OBX-5 is {said[:_SHOWN]!r} where a number is due ({one.code})")
    return float(said) if "." in said or one.field not in _COUNTED else int(said)


_COUNTED = ("fraction", "fractions", "port_images")
"""The numbers that count something."""


def _document(read: _Read, segment: Segment) -> None:
    """A physician's review of a session (TXA)."""
    order = segment.get(15) or segment.get(14)
    if not order:
        return
    at = segment.get(22, 15)
    approved = segment.get(17) in APPROVED and at
    _session(read, order)["physician_review"] = {
        "approved_at": _moment(at, segment, 22).isoformat() if approved else None,
    }


def _schedule(read: _Read, segment: Segment) -> None:
    read.order = segment.get(27) or segment.get(26)
    if read.order and segment.get(11, 4):
        _session(read, read.order)["next_session_at"] = _moment(segment.get(11, 4), segment, 11).isoformat()


def _service(read: _Read, segment: Segment) -> None:
    if read.order and segment.get(4):
        _session(read, read.order)["next_session_at"] = _moment(segment.get(4), segment, 4).isoformat()


_TAKEN = {
    "PID": _patient,
    "PV1": _visit,
    "IN1": _payer,
    "OBR": _request,
    "OBX": _observation,
    "TXA": _document,
    "SCH": _schedule,
    "AIS": _service,
}
"""What is read of each segment; others are passed over."""


def _date(segment: Segment, number: int) -> dt.date:
    said = segment.get(number)
    try:
        return dt.date(int(said[:4]), int(said[4:6]), int(said[6:8]))
    except ValueError:
        raise Unreadable(f"{segment}: field {number} is {said[:_SHOWN]!r}, no date (YYYYMMDD)") from None


def _moment(said: str, segment: Segment, number: int) -> dt.datetime:
    """A time, as the clinic's wall clock shows it: an offset is passed over."""
    found = _TIME.fullmatch(said)
    try:
        date, hour, minute, second, part = found.groups() if found else ("", "", "", "", "")
        micro = int((part or "0").ljust(6, "0"))
        return dt.datetime(int(date[:4]), int(date[4:6]), int(date[6:]), int(hour), int(minute), int(second or "0"), micro)
    except ValueError:
        raise Unreadable(f"{segment}: field {number} has {said[:_SHOWN]!r}, no time (YYYYMMDDHHMM[SS])") from None
