"""A charge engine that takes a visit by MLLP and posts its charges before it acknowledges the end: read and written with hl7apy.

    python engine.py PORT                            correct; PORT 0: any, printed on the first line
    python engine.py PORT --fault drops-documents    acknowledges MDM and forgets it, so that nothing was approved

It reads by the places that docs/reference/format-hl7v2-questions.md names, and not with rtconform's own reader. What it makes of a
visit it hands to the plain coder (../correct); the charges are written by ../hl7_coder.
"""

import importlib.util
import socketserver
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from hl7apy.core import Message, Segment
from hl7apy.parser import parse_message

_FILE = Path(__file__).resolve().parent.parent / "hl7_coder" / "coder.py"
_SPEC = importlib.util.spec_from_file_location("hl7_coder", _FILE)  # the plain coder's module has the same name
assert _SPEC is not None
assert _SPEC.loader is not None
charges = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(charges)

Json = dict[str, Any]
VT, FS = b"\x0b", b"\x1c"
SEXES = {"F": "female", "M": "male", "O": "other"}
SETTINGS = {"HOSPITAL": "hospital_outpatient", "FREESTANDING": "freestanding"}
LISTS = ("TARGETS", "ORGANS_AT_RISK", "BEAMS_DELIVERED")
PLACES = {
    "PLAN_ID": ("", "id"),
    "TECHNIQUE": ("", "technique"),
    "DIAGNOSIS": ("", "diagnosis"),
    "VOLUMETRIC_IMAGING": ("planning", "volumetric_imaging"),
    "TARGETS": ("planning", "targets"),
    "ORGANS_AT_RISK": ("planning", "organs_at_risk"),
    "DVH_EVALUATED": ("planning", "dvh_evaluated"),
    "INVERSE_OPTIMIZED": ("planning", "inverse_optimized"),
    "BEAM_ID": ("beams", "id"),
    "RADIATION": ("beams", "radiation"),
    "BEAM_ISOCENTER": ("beams", "isocenter"),
    "MODULATION": ("beams", "modulation"),
    "ISOCENTER_ID": ("isocenters", "id"),
    "POSITION_MM": ("isocenters", "position_mm"),
    "SESSION_ID": ("", "id"),
    "FRACTION": ("", "fraction"),
    "BEAMS_DELIVERED": ("", "beams_delivered"),
    "COUCH_SHIFT_MM": ("", "couch_shift_mm"),
    "PORT_IMAGES": ("", "port_images"),
    "GUIDANCE_METHOD": ("guidance", "method"),
    "GUIDANCE_PURPOSE": ("guidance", "purpose"),
    "GUIDANCE_TIMING": ("guidance", "timing"),
    "MOTION_METHOD": ("motion", "method"),
    "MOTION_MONITOR": ("motion", "monitor"),
    "MONITORED_DURING_BEAM": ("motion", "during_beam"),
    "BEAM_HOLD": ("motion", "beam_hold"),
    "RECORD_NECESSITY": ("documentation", "medical_necessity"),
    "RECORD_SYSTEM": ("documentation", "system"),
    "RECORD_THRESHOLDS": ("documentation", "thresholds"),
    "RECORD_MONITORING": ("documentation", "monitoring"),
    "RECORD_BEAM_RULE": ("documentation", "beam_rule"),
}
"""The part of a plan, session or case that an observation is about, and the field."""


def at(segment: Segment, field: int, component: int = 1) -> str:
    """A component of a field, as text."""
    fields = segment.to_er7().split("|")
    parts = fields[field].split("~")[0].split("^") if field < len(fields) else []
    text = parts[component - 1] if component <= len(parts) else ""
    return "" if text == '""' else text.replace("\\T\\", "&").replace("\\F\\", "|").replace("\\S\\", "^").replace("\\E\\", "\\")


def when(text: str) -> str:
    """A time as a case has it."""
    return datetime.strptime(text[:14], "%Y%m%d%H%M%S").isoformat()  # noqa: DTZ007 - the clinic's clock


class Visit:
    """What the messages of one visit have said so far."""

    def __init__(self) -> None:
        self.case: Json = {"schema": "rtconform.case/1", "plans": [], "isocenters": [], "sessions": []}
        self.orders: dict[str, Json] = {}

    def take(self, message: Message) -> None:
        """One message more."""
        about: Json = {}
        for segment in message.children:
            match segment.name:
                case "PID":
                    born = at(segment, 7)
                    person = {"id": at(segment, 3), "birth_date": f"{born[:4]}-{born[4:6]}-{born[6:8]}"}
                    self.case["patient"] = {**person, "sex": SEXES.get(at(segment, 8), "unknown")}
                case "PV1":
                    self.visit(segment)
                case "IN1":
                    self.case["billing"]["payer"] = at(segment, 4)
                case "OBR":
                    about = self.order(segment)
                case "OBX" if about is not None:
                    self.observe(about, segment)
                case "TXA" if "drops-documents" not in sys.argv:
                    approved = when(at(segment, 22, 15)) if at(segment, 17) == "LA" else None
                    self.session(at(segment, 15))["physician_review"] = {"approved_at": approved}
                case "SCH":
                    self.session(at(segment, 27))["next_session_at"] = when(at(segment, 11, 4))

    def visit(self, segment: Segment) -> None:
        self.case["id"] = at(segment, 19)
        day = at(segment, 44)
        billing = self.case.setdefault("billing", {"payer": ""})
        billing["setting"] = SETTINGS[at(segment, 3, 4)]
        billing["claim"] = at(segment, 18).lower()
        billing["date_of_service"] = f"{day[:4]}-{day[4:6]}-{day[6:]}"

    def session(self, order: str) -> Json:
        if order not in self.orders:
            made: Json = {"id": order.rpartition(".")[2], "beams_delivered": [], "guidance": [], "motion": None}
            self.orders[order] = made
            self.case["sessions"].append(made)
        return self.orders[order]

    def order(self, segment: Segment) -> Json:
        match at(segment, 4):
            case "RTPLAN":
                self.case["plans"].append({"beams": [], "planning": {}})
                return self.case["plans"][-1]
            case "RTSESSION":
                session = self.session(at(segment, 3))
                session["started_at"] = when(at(segment, 7))
                return session
        return {"isocenters": self.case["isocenters"]}

    def observe(self, about: Json, segment: Segment) -> None:
        code = at(segment, 3)
        if code not in PLACES:
            return
        part, name = PLACES[code]
        if part in ("beams", "isocenters", "guidance"):
            about = numbered(about[part], at(segment, 4))
        elif part in ("motion", "documentation"):
            about["motion"] = about["motion"] or {}
            about = about["motion"] if part == "motion" else about["motion"].setdefault("documentation", {"system": None})
        elif part:
            about = about[part]
        about[name] = value_of(code, segment)


def value_of(code: str, segment: Segment) -> Any:
    """The value of an observation, as a case has it."""
    value = at(segment, 5)
    if at(segment, 2) == "CWE":
        return value == "Y"
    if code in LISTS:
        return [part.split("^")[0] for part in segment.to_er7().split("|")[5].split("~")]
    if code in ("POSITION_MM", "COUCH_SHIFT_MM"):
        return [float(at(segment, 5, axis)) for axis in (1, 2, 3)]
    return int(value) if code in ("FRACTION", "PORT_IMAGES") else value


def numbered(parts: list[Json], number: str) -> Json:
    """The part with this number; numbers count up from 1."""
    if int(number) > len(parts):
        parts.append({})
    return parts[int(number) - 1]


def acknowledgment(control: str, code: str = "AA") -> bytes:
    """The acknowledgment of a message."""
    made = charges.acknowledgment(control, code)
    return VT + made.to_er7().encode() + b"\r" + FS + b"\r"


class Handler(socketserver.StreamRequestHandler):
    """A connection, on which one visit comes after the other."""

    def handle(self) -> None:
        visit, buffer = Visit(), b""
        while piece := self.request.recv(65536):
            buffer += piece
            while FS in buffer:
                frame, _, buffer = buffer.partition(FS)
                text = frame.partition(VT)[2].decode()
                kind, control = text.split("|")[8], text.split("|")[9]
                if kind.startswith("ACK"):
                    continue
                if kind.startswith("ADT^A04"):
                    visit = Visit()
                visit.take(parse_message(text, find_groups=False))
                self.request.sendall(self.answer(visit) if kind.startswith("ADT^A03") else acknowledgment(control))

    def answer(self, visit: Visit) -> bytes:
        """The charges, and then the acknowledgment of the end of the visit."""
        made = charges.messages(visit.case)
        if made[-1].name == "ACK":
            return b"".join(charges.written(one) for one in made)
        return b"".join(charges.written(one) for one in made) + acknowledgment(visit.case["id"])


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


if __name__ == "__main__":
    with Server(("127.0.0.1", int(sys.argv[1])), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
