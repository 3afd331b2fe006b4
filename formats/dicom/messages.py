"""The companion of DICOM objects as HL7 v2 messages, one a file: the same fields as its JSON, and nothing that objects say.

Visit and payer are in ADT, what plans and sessions have beside their objects in ORU, the approval in MDM, the next session in
SIU. Plans and sessions are named by the UIDs of their objects.
"""

from collections.abc import Iterable

from rtconform.formats.dicom.companion import BILLING_FIELDS, MOTION_FIELDS, SCHEMA, SESSION_FIELDS, Document
from rtconform.formats.hl7.treatment.reader import read_messages
from rtconform.formats.hl7.treatment.writer import write_messages
from rtconform.formats.messages import Part, Unreadable

SUFFIX = "hl7"

_UNSAID: Document = {"guidance": [], "monitor": None, "during_beam": False}


def written(companion: Document, patient: Document) -> list[Part]:
    """A companion as files, in the order in which the messages are sent."""
    messages = write_messages({**companion, "patient": patient})
    return [Part(SUFFIX, message.content, f"{at:03}-{message.kind}.{SUFFIX}") for at, message in enumerate(messages)]


def read(parts: Iterable[Part]) -> Document:
    """The companion that files of messages are. Raises Unreadable.

    What a field of the companion says is certain: a session without an MDM was not reviewed, whatever an image's status is.
    """
    files = sorted((part for part in parts if part.suffix == SUFFIX), key=lambda part: part.name)
    said = read_messages(b"\r".join(part.content for part in files))
    missing = [name for name in BILLING_FIELDS if name not in said["billing"]]
    if "id" not in said or missing:
        raise Unreadable(f"the messages say no {', '.join(missing) or 'visit number (PV1-19)'} of the visit")
    return {
        "schema": SCHEMA,
        "id": said["id"],
        "billing": said["billing"],
        "plans": [_plan(plan) for plan in said["plans"]],
        "sessions": [_session(session) for session in said["sessions"]],
    }


def beside(content: bytes) -> Document:
    """What messages of any system say beside objects: only what they say, of a session without UID. Raises Unreadable."""
    said = read_messages(content)
    plans = [{name: value for name, value in plan.items() if name != "beams"} for plan in said["plans"]]
    sessions = [
        _session(one) if "uid" in one else {name: value for name, value in one.items() if value not in (None, [])}
        for one in said["sessions"]
    ]
    return {"billing": said["billing"], "plans": plans, "sessions": sessions}


def _plan(plan: Document) -> Document:
    return {"diagnosis": "", **{name: value for name, value in plan.items() if name != "beams"}}


def _session(session: Document) -> Document:
    if "uid" not in session:
        return {"uid": None, **session}
    said = {name: session.get(name, _UNSAID.get(name)) for name in SESSION_FIELDS}
    if session["motion"] is not None:
        said["motion"] = {name: session["motion"].get(name, _UNSAID.get(name)) for name in MOTION_FIELDS}
    return {"uid": session["uid"], **said}
