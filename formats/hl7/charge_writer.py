"""A coder's answer written as HL7 v2.5.1: a DFT^P03 for its charges, an ACK where there are none."""

import hashlib

from rtconform.formats.hl7.segments import escaped
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case

_CODES = {"coded": "AA", "needs_review": "AE", "out_of_scope": "AR"}


def write_charges(answer: Answer, case: Case, *, sessions: bool = True, times: bool = True) -> bytes:
    """The message that answers a case, its segments ended by carriage returns.

    `sessions`: whether FT1-23 says the session; `times`: whether FT1-4 says when it began, or the day only.
    """
    control = hashlib.sha256(answer.id.encode()).hexdigest()[:20].upper()
    day = f"{case.billing.date_of_service:%Y%m%d}"
    name = escaped(answer.id)
    if not answer.lines or answer.outcome != "coded":
        return _joined(
            [
                f"MSH|^~\\&|VENDOR|BILLING|SUBMITTER|CLINIC|{day}||ACK|{control}|P|2.5.1",
                f"MSA|{_CODES[answer.outcome]}|{name}",
            ]
        )
    begun = {session.id: session.started_at for session in case.sessions}
    segments = [
        f"MSH|^~\\&|VENDOR|BILLING|SUBMITTER|CLINIC|{day}||DFT^P03^DFT_P03|{control}|P|2.5.1",
        f"EVN|P03|{day}",
        f"PID|1||{escaped(case.patient.id)}^^^CLINIC^MR||{escaped(case.patient.family_name) or 'UNKNOWN'}",
        f"PV1|1|O|RADONC||||||||||||||||{name}",
    ]
    for number, line in enumerate(answer.lines, 1):
        when = begun.get(line.session)
        time = f"{when:%Y%m%d%H%M%S}" if when and times else f"{when:%Y%m%d}" if when else day
        session = f"{name}.{escaped(line.session)}^CLINIC" if sessions else ""
        modifiers = "~".join(f"{modifier}^^CPT4" for modifier in line.modifiers)
        code = f"{line.code}^^CPT4"
        charge = {1: str(number), 4: time, 6: "CG", 7: code, 10: str(line.units), 23: session, 25: code, 26: modifiers}
        segments.append("|".join(["FT1", *(charge.get(at, "") for at in range(1, 27))]).rstrip("|"))
    return _joined(segments)


def _joined(segments: list[str]) -> bytes:
    return "".join(f"{segment}\r" for segment in segments).encode()
