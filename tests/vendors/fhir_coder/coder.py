"""A coder that is asked in FHIR Bundles and answers with Claims: a resource a line in, a resource a line out.

    python coder.py                           correct
    python coder.py charge-items              answers with a Bundle of ChargeItems in place of a Claim
    python coder.py fault-order-of-entries    takes the first Encounter's review for that of every session
    python coder.py fault-planned             counts planned beams as delivered

It reads with fhir.resources (pydantic), by the elements that docs/reference/format-fhir.md names, and not with rtconform's own reader;
it writes with it too. What it makes of a Bundle it hands to the plain coder beside it (../correct).
"""

import json
import sys
from pathlib import Path
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.claim import Claim
from fhir.resources.R4B.operationoutcome import OperationOutcome

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "correct"))
from coder import code  # its folder is known only from here

Doc = dict[str, Any]
OURS = "https://rtconform.invalid/fhir/StructureDefinition/rt-"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
CODEX = "http://hl7.org/fhir/us/codex-radiation-therapy/StructureDefinition/codexrt-"
CPT = "http://www.ama-assn.org/go/cpt"
MODIFIER = f"{OURS}modifier"
KINDS = ("String", "Boolean", "Code", "Decimal", "PositiveInt", "UnsignedInt", "CodeableConcept", "Reference", "Quantity")


def within(element: Any, url: str) -> list[Any]:
    return [one for one in (element.extension or []) if one.url == url] if element else []


def one(element: Any, *path: str) -> Any:
    for url in path:
        element = next(iter(within(element, url)), None)
    return element


def value(element: Any, *path: str) -> Any:
    found = one(element, *path)
    values = (getattr(found, f"value{kind}") for kind in KINDS) if found is not None else ()
    said = next((each for each in values if each is not None), None)
    return said if said is None or isinstance(said, str | bool) or hasattr(said, "model_fields") else float(said)


def beam(found: Any, places: Doc) -> Doc:
    names = ("id", "radiation", "isocenter", "energy", "delivery", "modulation")
    said = {name: value(found, name) or "" for name in names}
    return {**said, "couch_deg": value(found, "couch"), "known": said["isocenter"] in places}


def plan(request: Any, places: Doc) -> Doc:
    planning = one(request, f"{OURS}planning")
    technique = value(request, f"{MCODE}radiotherapy-modality-and-technique", f"{MCODE}radiotherapy-technique")
    return {
        "id": request.identifier[0].value,
        "technique": technique.text if technique else "",
        "beams": [beam(found, places) for found in within(request, f"{OURS}beam")],
        "planning": {
            "volumetric_imaging": value(planning, "volumetricImaging"),
            "targets": ["volume" for _ in within(request, f"{CODEX}radiotherapy-dose-planned-to-volume")],
            "organs_at_risk": [found.valueString for found in within(planning, "organAtRisk")],
            "dvh_evaluated": value(planning, "dvhEvaluated"),
            "inverse_optimized": value(planning, "inverseOptimized"),
        },
    }


def motion_of(said: Any) -> Doc | None:
    motion = one(said, "motion")
    if motion is None:
        return None
    record = one(motion, "documentation")
    names = {"medical_necessity": "medicalNecessity", "system": "system", "thresholds": "thresholds"}
    names |= {"monitoring": "monitoring", "beam_rule": "beamRule"}
    return {
        "method": value(motion, "method") or "",
        "monitor": value(motion, "monitor"),
        "during_beam": value(motion, "duringBeam"),
        "beam_hold": value(motion, "beamHold"),
        "documentation": None if record is None else {name: value(record, url) for name, url in names.items()},
    }


def wall_clock(moment: Any) -> str | None:
    return moment.replace(tzinfo=None).isoformat() if moment is not None else None


def session(encounter: Any, resources: list[Any]) -> Doc:
    said, here = one(encounter, f"{OURS}session"), f"urn:uuid:{encounter.id}"
    first = next(each for each in resources if each.get_resource_type() == "Encounter")
    whose = f"urn:uuid:{first.id}" if "fault-order-of-entries" in sys.argv else here
    review = next(
        (each for each in resources if each.get_resource_type() == "DiagnosticReport" and each.encounter.reference == whose), None
    )
    booked = next(
        (
            each
            for each in resources
            if each.get_resource_type() == "Appointment" and each.supportingInformation[0].reference == here
        ),
        None,
    )
    shift = one(said, "couchShift")
    delivered = [found.valueString for found in within(said, "beamDelivered")]
    if "fault-planned" in sys.argv and delivered:
        requests = [each for each in resources if each.get_resource_type() == "ServiceRequest"]
        delivered = [value(found, "id") for request in requests for found in within(request, f"{OURS}beam")]
    return {
        "id": encounter.identifier[0].value,
        "started_at": wall_clock(encounter.period.start),
        "beams_delivered": delivered,
        "guidance": [
            {"method": value(act, "method") or "", "purpose": value(act, "purpose"), "timing": value(act, "timing")}
            for act in within(said, "guidance")
        ],
        "motion": motion_of(said),
        "couch_shift_mm": [value(shift, axis) for axis in "xyz"] if shift is not None else None,
        "port_images": int(value(said, "portImages") or 0),
        "physician_review": {"approved_at": wall_clock(review.issued)} if review else None,
        "next_session_at": wall_clock(booked.start) if booked else None,
        "encounter": here,
    }


def case_in(bundle: Any) -> Doc:
    resources = [entry.resource for entry in bundle.entry]

    def of(kind: str) -> list[Any]:
        return [each for each in resources if each.get_resource_type() == kind]

    account, coverage = of("Account")[0], of("Coverage")[0]
    payer = next(each for each in of("Organization") if f"urn:uuid:{each.id}" == coverage.payor[0].reference)
    places = {
        value(found, "id"): [value(found, axis) for axis in "xyz"]
        for course in of("Procedure")
        for found in within(course, f"{OURS}isocenter")
    }
    return {
        "schema": "rtconform.case/1",
        "id": bundle.identifier.value,
        "patient": {"id": "P", "birth_date": "1950-01-01", "sex": "unknown"},
        "billing": {
            "claim": value(account, f"{OURS}billing", "claim"),
            "setting": value(account, f"{OURS}billing", "setting"),
            "date_of_service": account.servicePeriod.start.isoformat()[:10],
            "payer": payer.name or "",
        },
        "isocenters": [{"id": name, "position_mm": position} for name, position in places.items()],
        "plans": [plan(request, places) for request in of("ServiceRequest")],
        "sessions": [session(encounter, resources) for encounter in of("Encounter")],
    }


def claim(case: Doc, lines: list[Doc], day: str) -> str:
    where = {each["id"]: each["encounter"] for each in case["sessions"]}
    items = [
        {
            "sequence": number,
            "productOrService": {"coding": [{"system": CPT, "code": line["code"]}]},
            **({"modifier": [{"coding": [{"code": each}]} for each in line["modifiers"]]} if line.get("modifiers") else {}),
            "quantity": {"value": line.get("units", 1)},
            "encounter": [{"reference": where[line["session"]]}],
        }
        for number, line in enumerate(lines, 1)
    ]
    made = Claim(
        identifier=[{"value": case["id"]}],
        status="active",
        type={"text": case["billing"]["claim"]},
        use="claim",
        patient={"display": "the patient"},
        created=day,
        provider={"display": "the clinic"},
        priority={"text": "normal"},
        insurance=[{"sequence": 1, "focal": True, "coverage": {"display": "the coverage"}}],
        item=items or None,
    )
    return str(made.model_dump_json())


def charges(case: Doc, lines: list[Doc]) -> str:
    where = {each["id"]: each["encounter"] for each in case["sessions"]}
    items = [
        {
            "resourceType": "ChargeItem",
            "status": "billable",
            "subject": {"display": "the patient"},
            "code": {"coding": [{"system": CPT, "code": line["code"]}]},
            "quantity": {"value": line.get("units", 1)},
            "context": {"reference": where[line["session"]]},
            **(
                {"extension": [{"url": MODIFIER, "valueCode": each} for each in line["modifiers"]]}
                if line.get("modifiers")
                else {}
            ),
        }
        for line in lines
    ]
    made = Bundle(type="collection", identifier={"value": case["id"]}, entry=[{"resource": each} for each in items] or None)
    return str(made.model_dump_json())


def answer(line: str) -> str:
    case = case_in(Bundle.model_validate(json.loads(line)))
    coded = code(case)
    if coded["outcome"] != "coded":
        kind = "business-rule" if coded["outcome"] == "needs_review" else "not-supported"
        return str(OperationOutcome(id=case["id"], issue=[{"severity": "error", "code": kind}]).model_dump_json())
    if "charge-items" in sys.argv:
        return charges(case, coded["lines"])
    return claim(case, coded["lines"], case["billing"]["date_of_service"])


if __name__ == "__main__":
    for row in sys.stdin:
        print(answer(row), flush=True)
