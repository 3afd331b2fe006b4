"""Dispositions as a ClaimResponse: what a payer that decided so would send."""

import msgspec

from rtconform.formats.claims import charge_of
from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.claims.claim_writer import claim_id
from rtconform.formats.fhir.elements import Document, coding, resource_id, text
from rtconform.formats.messages import Inexpressible
from rtconform.reference.documents.claim import Claim, ClaimLine, Disposition, DispositionLine

_USUAL = {"deny": "16", "bundle": "97", "review": "133"}


def write_disposition(disposition: Disposition, claim: Claim) -> bytes:
    """The ClaimResponse on one line. Raises Inexpressible where a line of the claim is not decided."""
    return msgspec.json.encode(response_of(disposition, claim)) + b"\n"


def response_of(disposition: Disposition, claim: Claim) -> Document:
    """The ClaimResponse. Raises Inexpressible where a line of the claim is not decided."""
    said = {line.number: line for line in disposition.lines}
    if missing := [line.number for line in claim.lines if line.number not in said]:
        raise Inexpressible(f"a ClaimResponse says something of every line of the claim, this nothing of line {missing[0]}")
    return {
        "resourceType": "ClaimResponse",
        "id": resource_id(claim.id, "ClaimResponse"),
        "status": "active",
        "type": coding(codes.CLAIM_TYPE, claim.kind),
        "use": "claim",
        "patient": {"identifier": {"system": codes.PATIENT, "value": text(claim.patient.id)}},
        "created": max(line.last_day for line in claim.lines).isoformat(),
        "insurer": {"display": text(claim.payer or "payer")},
        "request": {
            "reference": f"urn:uuid:{claim_id(claim.id)}",
            "identifier": {"system": codes.CLAIM, "value": text(claim.id)},
        },
        "outcome": "complete",
        "item": [_item(line, said[line.number]) for line in claim.lines],
    }


def _item(line: ClaimLine, said: DispositionLine) -> Document:
    charge, allowed = charge_of(line), said.disposition == "allow"
    benefit: Document = {"category": coding(codes.ADJUDICATION, "benefit"), "amount": _money(charge if allowed else 0)}
    adjudication = [{"category": coding(codes.ADJUDICATION, "submitted"), "amount": _money(charge)}, benefit]
    if not allowed:
        reason = coding(codes.CARC, said.carc or _USUAL[said.disposition])
        adjudication.append({"category": coding(codes.ADJUDICATION, "eligible"), "reason": reason})
    return {"itemSequence": line.number, "adjudication": adjudication}


def _money(dollars: int) -> Document:
    return {"value": dollars, "currency": "USD"}
