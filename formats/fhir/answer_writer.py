"""A coder's answer written in FHIR: a Claim with its lines, or an OperationOutcome where it makes none."""

import msgspec

from rtconform.formats.fhir.elements import Document, coding, moment, reference, resource_id
from rtconform.formats.fhir.session_writer import encounter_id
from rtconform.formats.fhir.vocabulary import CASE, CPT
from rtconform.reference.documents.coding import Answer, AnswerLine
from rtconform.reference.documents.treatment import Case

_ISSUES = {"needs_review": "business-rule", "out_of_scope": "not-supported"}


def write_answer(answer: Answer, case: Case, *, sessions: bool = True, times: bool = True) -> bytes:
    """The resource that answers a case, on one line. `sessions`, `times`: whether an item says its session, and when it began."""
    document = _claim(answer, case, sessions=sessions, times=times) if answer.outcome == "coded" else _outcome(answer)
    return msgspec.json.encode(document) + b"\n"


def _outcome(answer: Answer) -> Document:
    issue = {"severity": "error", "code": _ISSUES[answer.outcome]}
    return {"resourceType": "OperationOutcome", "id": answer.id, "issue": [issue]}


def _claim(answer: Answer, case: Case, *, sessions: bool, times: bool) -> Document:
    day = case.billing.date_of_service.isoformat()
    kind = "institutional" if case.billing.claim == "facility" else "professional"
    document: Document = {
        "resourceType": "Claim",
        "identifier": [{"system": CASE, "value": answer.id}],
        "status": "active",
        "type": coding("http://terminology.hl7.org/CodeSystem/claim-type", kind),
        "use": "claim",
        "patient": reference(resource_id(case.id, "Patient")),
        "created": day,
        "provider": reference(resource_id(case.id, "Clinic")),
        "priority": coding("http://terminology.hl7.org/CodeSystem/processpriority", "normal"),
        "insurance": [{"sequence": 1, "focal": True, "coverage": reference(resource_id(case.id, "Coverage"))}],
    }
    items = [_item(number, line, case, sessions=sessions, times=times) for number, line in enumerate(answer.lines, 1)]
    return document | ({"item": items} if items else {})


def _item(number: int, line: AnswerLine, case: Case, *, sessions: bool, times: bool) -> Document:
    place = next((at for at, one in enumerate(case.sessions) if one.id == line.session), None)
    begun = case.sessions[place].started_at if place is not None else None
    document: Document = {"sequence": number, "productOrService": coding(CPT, line.code)}
    if line.modifiers:
        document["modifier"] = [coding(CPT, modifier) for modifier in line.modifiers]
    if begun is not None:
        document |= {"servicedPeriod": {"start": moment(begun)}} if times else {"servicedDate": begun.date().isoformat()}
    document["quantity"] = {"value": line.units}
    if sessions and place is not None:
        document["encounter"] = [reference(encounter_id(case.id, place))]
    return document
