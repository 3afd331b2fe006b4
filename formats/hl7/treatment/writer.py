"""A case, or what is said beside its DICOM objects, as the messages that an oncology information system sends.

In this order: ADT^A04 when the patient comes (sometimes with an ADT^A08 that adds who pays), ORU^R01 with isocenters and plans,
for each session an ORU^R01, an MDM^T02 where a physician reviewed it and an SIU^S12 where another follows, and ADT^A03 when the
visit ends. MSH-10 of that last message is the name of the case, so that its acknowledgment speaks of the case.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from rtconform.formats.hl7.treatment.segments import components, day, moment, number, repeated, segment, text
from rtconform.formats.hl7.treatment.vocabulary import (
    AUTHENTICATED,
    DOCUMENTED,
    HL7_TYPES,
    ISOCENTERS,
    ORDERS,
    PLAN,
    REVIEW,
    SESSION,
    SETTINGS,
    SEXES,
    SYSTEM,
    TITLES,
    Level,
    of_level,
)

Document = dict[str, Any]

_PHYSICIAN = {1: "1", 2: "PHYSICIAN", 3: "REVIEWING"}
_CLERK = components({1: "1", 2: "CLERK", 3: "BOOKING"})


@dataclass(frozen=True)
class Message:
    """One message: what it is (as in `adt-a04`), and its segments, each ended by a carriage return."""

    kind: str
    content: bytes


@dataclass(frozen=True)
class _Part:
    """A part of a case, and which of several it is (OBX-4), from 1; 0: there is but one."""

    level: Level
    document: Document
    number: int = 0


def write_messages(document: Document) -> list[Message]:
    """The messages of a case as plain data (`rtconform.case/1`), or of a companion with a `patient`."""
    return list(_Visit(document).messages())


class _Visit:
    """The segments that every message about one visit begins with, and the messages."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._name = document["id"]
        self._date = day(document["billing"]["date_of_service"])
        digest = hashlib.sha256(f"visit {self._name}".encode()).hexdigest()
        self._adds_payer = digest[0] in "01234567"
        self._written = 0
        self._begun = [*self._visit_segments(ended=False)]

    def messages(self) -> Iterator[Message]:
        yield self._message("ADT", "A04", "ADT_A01", [*self._begun, *([] if self._adds_payer else self._insurance())])
        if self._adds_payer:
            yield self._message("ADT", "A08", "ADT_A01", [*self._begun, *self._insurance()])
        planned = [*self._plans()]
        if planned:
            yield self._message("ORU", "R01", "ORU_R01", [*self._begun, *planned])
        for place, session in enumerate(self._document["sessions"]):
            yield from self._about(place, session)
        last = [*self._visit_segments(ended=True)]
        yield self._message("ADT", "A03", "ADT_A03", last, control=text(self._name))

    def _about(self, place: int, session: Document) -> Iterator[Message]:
        yield self._message("ORU", "R01", "ORU_R01", [*self._begun, *self._session(place, session)])
        if session.get("physician_review") is not None:
            yield self._message("MDM", "T02", "MDM_T02", [*self._begun, *self._review(place, session)])
        if session.get("next_session_at") is not None:
            scheduled, resource = self._appointment(place, session)
            yield self._message("SIU", "S12", "SIU_S12", [scheduled, *self._begun, *resource])

    def _message(self, kind: str, event: str, structure: str, segments: list[str], control: str = "") -> Message:
        self._written += 1
        digest = hashlib.sha256(f"{self._name} {self._written}".encode()).hexdigest()[:20].upper()
        header = {
            2: "^~\\&",
            3: "OIS",
            4: "CLINIC",
            5: "CODER",
            6: "BILLING",
            7: self._date,
            9: f"{kind}^{event}^{structure}",
            10: control or digest,
            11: "P",
            12: "2.5.1",
            18: "UNICODE UTF-8",
        }
        event_segment = [segment("EVN", {1: event, 2: self._date})] if kind in ("ADT", "MDM") else []
        lines = [segment("MSH", header), *event_segment, *segments]
        return Message(f"{kind}-{event}".lower(), "".join(f"{line}\r" for line in lines).encode())

    def _visit_segments(self, *, ended: bool) -> Iterator[str]:
        patient, billing = self._document["patient"], self._document["billing"]
        yield segment(
            "PID",
            {
                1: "1",
                3: components({1: text(patient["id"]), 4: "CLINIC", 5: "MR"}),
                5: components({1: text(patient["family_name"]), 2: text(patient["given_name"]), 7: "L"}),
                7: day(patient["birth_date"]),
                8: SEXES[patient["sex"]],
                18: text(self._name),
            },
        )
        visit = {
            1: "1",
            2: "O",
            3: components({1: "RADONC", 4: SETTINGS[billing["setting"]]}),
            18: billing["claim"].upper(),
            19: text(self._name),
            44: self._date,
        }
        yield segment("PV1", visit | ({45: self._date} if ended else {}))

    def _insurance(self) -> Iterator[str]:
        payer = text(self._document["billing"]["payer"])
        for number_, code in enumerate(dict.fromkeys(plan["diagnosis"] for plan in self._document["plans"]), 1):
            if code:
                yield segment("DG1", {1: str(number_), 3: components({1: text(code), 3: "I10"}), 6: "W"})
        yield segment("IN1", {1: "1", 2: "PLAN", 3: "PAYER", 4: payer})

    def _plans(self) -> Iterator[str]:
        isocenters = self._document.get("isocenters", [])
        for order, plan in enumerate(self._document["plans"], 1):
            yield self._request(order, f"{self._name}.PLAN{order}", PLAN, self._date)
            beams = [_Part("beam", beam, at) for at, beam in enumerate(plan.get("beams", []), 1)]
            yield from _observed([_Part("plan", plan), _Part("planning", plan["planning"]), *beams])
        if isocenters:
            order = len(self._document["plans"]) + 1
            yield self._request(order, f"{self._name}.ISO", ISOCENTERS, self._date)
            yield from _observed([_Part("isocenter", one, at) for at, one in enumerate(isocenters, 1)])

    def _session(self, place: int, session: Document) -> Iterator[str]:
        begun = moment(session["started_at"]) if "started_at" in session else ""
        yield self._request(1, self._order(place), SESSION, begun)
        parts = [_Part("session", session)]
        parts += [_Part("guidance", act, at) for at, act in enumerate(session.get("guidance", []), 1)]
        motion = session.get("motion")
        if motion is not None:
            parts.append(_Part("motion", motion))
            if motion.get("documentation") is not None:
                parts.append(_Part("documentation", motion["documentation"]))
        yield from _observed(parts)

    def _review(self, place: int, session: Document) -> Iterator[str]:
        at = session["physician_review"]["approved_at"]
        order = components({1: text(self._order(place)), 2: ORDERS})
        fields = {
            1: "1",
            2: REVIEW,
            3: "TX",
            4: self._date,
            12: components({1: text(f"{self._order(place)}.REVIEW"), 2: ORDERS}),
            15: order,
            17: DOCUMENTED if at is None else AUTHENTICATED,
            19: "AV",
        }
        if at is not None:
            fields[22] = components({**_PHYSICIAN, 15: moment(at)})
        yield segment("TXA", fields)
        said = "Images, shifts and motion record reviewed" + ("" if at is None else " and approved")
        yield segment("OBX", {1: "1", 2: "TX", 3: _coded(REVIEW), 5: said, 11: "F"})

    def _appointment(self, place: int, session: Document) -> tuple[str, list[str]]:
        at = moment(session["next_session_at"])
        order = components({1: text(self._order(place)), 2: ORDERS})
        appointment = components({1: text(f"{self._order(place)}.NEXT"), 2: ORDERS})
        scheduled = {
            1: appointment,
            2: appointment,
            6: _coded(SESSION),
            11: components({4: at}),
            16: _CLERK,
            20: _CLERK,
            25: components({1: "Booked", 3: "HL70278"}),
            27: order,
        }
        return segment("SCH", scheduled), [segment("RGS", {1: "1"}), segment("AIS", {1: "1", 3: _coded(SESSION), 4: at})]

    def _order(self, place: int) -> str:
        """The filler's number of a session's order. It ends with the session's name, so that a charge can name it (FT1-23)."""
        return f"{self._name}.{self._document['sessions'][place]['id']}"

    def _request(self, at: int, order: str, what: str, when: str) -> str:
        filler = components({1: text(order), 2: ORDERS})
        return segment("OBR", {1: str(at), 3: filler, 4: _coded(what), 7: when, 25: "F"})


def _observed(parts: Iterable[_Part]) -> Iterator[str]:
    """The observations about parts of a case."""
    count = 0
    for part in parts:
        for one, before in _BEGINNINGS[part.level]:
            value = part.document.get(one.field)
            if value is None or value in ([], ()) or (value == "" and part.level == "plan" and one.field != "technique"):
                continue
            count += 1
            kind, content = _value(value)
            yield f"OBX|{count}|{kind or HL7_TYPES[one.kind]}|{before}|{part.number or ''}|{content}||||||F"


_BEGINNINGS = {
    level: [(one, components({1: one.code, 2: one.meaning, 3: SYSTEM})) for one in of_level(level)] for level in get_args(Level)
}
"""The observations of each part of a case, each with OBX-3."""


def _value(value: Any) -> tuple[str, str]:  # noqa: ANN401 - whatever a field holds
    """The type of a value where the value says it, and OBX-5."""
    match value:
        case bool():
            return "CWE", components({1: "Y" if value else "N", 2: "Yes" if value else "No", 3: "HL70136"})
        case int() | float():
            return "", number(value)
        case str():
            return "", text(value)
        case [str(), *_]:
            return "", repeated([text(one) for one in value])
        case list() | tuple():
            return "", components({at: number(one) for at, one in enumerate(value, 1)})
    raise AssertionError(value)


def _coded(what: str) -> str:
    return components({1: what, 2: TITLES[what], 3: SYSTEM})
