"""A claim editor that is asked in FHIR Bundles and answers with ClaimResponses: a resource a line in, a resource a line out.

    python editor.py                          correct
    python editor.py pays-port-images         a port image is always paid
    python editor.py forgets-modifiers        reads no modifiers
    python editor.py fault-single-day         takes the first day of an item's period for its only one

It reads with fhir.resources (pydantic), by the elements that docs/reference/format-fhir-claims.md names, and not with rtconform's own
reader; it writes with it too. What it makes of a Bundle it hands to the plain editor beside it (../correct_editor); the record is read
as the FHIR coder beside it reads one (../fhir_coder).
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.claimresponse import ClaimResponse

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct_editor"))
import editor as correct  # its folder is known only from here

HOME = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("fhir_coder", HOME / "fhir_coder" / "coder.py")
if _spec is None or _spec.loader is None:
    sys.exit(f"{HOME / 'fhir_coder'} is missing: it stands beside this folder")
record = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(record)

Doc = dict[str, Any]
BILLERS = {"282N00000X": "hospital", "261QX0203X": "freestanding_center", "2085R0001X": "physician_group"}
CARC = "https://x12.org/codes/claim-adjustment-reason-codes"
ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"


def codes(concept: Any) -> list[str]:
    return [each.code for each in concept.coding or []] if concept else []


def claim_in(bundle: Any) -> Doc:
    named = {entry.fullUrl: entry.resource for entry in bundle.entry}
    claim = next(each for each in named.values() if each.get_resource_type() == "Claim")
    payer = named[named[claim.insurance[0].coverage.reference].payor[0].reference]
    biller = [code for each in named[claim.provider.reference].type or [] for code in codes(each)]
    bill = [codes(each.code)[0] for each in claim.supportingInfo or [] if "typeofbill" in codes(each.category)]
    places = [code for each in claim.item for code in codes(each.locationCodeableConcept)]
    return {
        "id": claim.identifier[0].value,
        "claim": claim,
        "kind": codes(claim.type)[0],
        "patient": {"id": named[claim.patient.reference].identifier[0].value},
        "payer": payer.name or "",
        "place_of_service": places[0] if places else None,
        "type_of_bill": bill[0] if bill else None,
        "billing_provider": BILLERS.get(biller[0]) if biller else None,
        "rendering_provider": "physician",
        "stay": record.value(claim, f"{record.OURS}stay"),
        "treatment": treatment_in(claim, named),
        "lines": [line_in(each, named) for each in claim.item],
    }


def treatment_in(claim: Any, named: dict[str, Any]) -> Doc | None:
    """The record, where the Claim names its course."""
    if not [each for each in claim.supportingInfo or [] if each.valueReference]:
        return None
    resources = list(named.values())
    of = [(each.get_resource_type(), each) for each in resources]
    places = {
        record.value(found, "id"): [record.value(found, axis) for axis in "xyz"]
        for kind, each in of
        if kind == "Procedure"
        for found in record.within(each, f"{record.OURS}isocenter")
    }
    sites = {
        each.identifier[0].value: each.bodySite[0].text if each.bodySite else "" for kind, each in of if kind == "ServiceRequest"
    }
    plans = [record.plan(each, places) for kind, each in of if kind == "ServiceRequest"]
    return {
        "isocenters": [{"id": name, "position_mm": position} for name, position in places.items()],
        "plans": [{**plan, "site": sites[plan["id"]]} for plan in plans],
        "sessions": [record.session(each, resources) for kind, each in of if kind == "Encounter"],
    }


def line_in(item: Any, named: dict[str, Any]) -> Doc:
    period = item.servicedPeriod
    first, last = (period.start, period.end) if period else (item.servicedDate, None)
    encounter = item.encounter[0] if item.encounter else None
    session = named[encounter.reference] if encounter and encounter.reference else encounter
    called = getattr(session, "identifier", None)
    return {
        "number": int(item.sequence),
        "code": codes(item.productOrService)[0],
        "modifiers": [] if "forgets-modifiers" in sys.argv else [codes(each)[0] for each in item.modifier or []],
        "units": int(item.quantity.value),
        "date_of_service": first.isoformat()[:10],
        "date_of_service_end": last.isoformat()[:10] if last and "fault-single-day" not in sys.argv else None,
        "session": (called[0] if isinstance(called, list) else called).value if called else None,
        "revenue_code": (codes(item.revenue) or [None])[0],
        "charge": item.net.value,
    }


def adjudicated(line: Doc, edit: correct.Edit) -> Doc:
    allowed = edit.disposition == "allow" or ("pays-port-images" in sys.argv and line["code"] == "77417")
    money = {"value": float(line["charge"]) if allowed else 0, "currency": "USD"}
    made: list[Doc] = [{"category": {"coding": [{"system": ADJUDICATION, "code": "benefit"}]}, "amount": money}]
    if not allowed:
        carc = "133" if edit.disposition == "review" else edit.carc
        reason = {"coding": [{"system": CARC, "code": carc}]}
        made.append({"category": {"text": "denial"}, "reason": reason})
    return {"itemSequence": line["number"], "adjudication": made}


def answer(text: str) -> str:
    claim = claim_in(Bundle.model_validate(json.loads(text)))
    edits, asked = correct.edit(claim), claim["claim"]
    made = ClaimResponse(
        status="active",
        type=asked.type,
        use="claim",
        patient=asked.patient,
        created=asked.created,
        insurer=asked.insurer,
        request={"reference": f"urn:uuid:{asked.id}"},
        outcome="complete",
        item=[adjudicated(line, edits[line["number"]]) for line in claim["lines"]],
    )
    return str(made.model_dump_json())


if __name__ == "__main__":
    for row in sys.stdin:
        print(answer(row), flush=True)
