"""A claim as a Bundle of FHIR R4: the Claim, who is treated, pays and bills, and the record where documentation goes along.

What a payer's own profiles (CARIN, US Core) have codes for is said in these. Nothing in a Bundle tells suite or place: all ids
come of the name that the claim goes out under.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from rtconform.formats.claims import RENDERING, TAXONOMIES, charge_of
from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.elements import OFFSET, Document, coding, extension, reference, resource_id, text
from rtconform.formats.fhir.extensions import STAY
from rtconform.formats.fhir.record_writer import code_text, record_entries, refuse_years
from rtconform.formats.fhir.session_writer import encounter_id
from rtconform.formats.messages import Inexpressible
from rtconform.reference.documents.claim import Claim, ClaimLine

_BILLER = {
    "hospital": "Regional Hospital",
    "freestanding_center": "Radiation Center",
    "physician_group": "Radiation Group",
    None: "Billing Provider",
}


def claim_id(name: str) -> str:
    """The id of the Claim that goes out under a name: a response may refer to it in place of the name."""
    return resource_id(name, "Claim")


def bundle_of_claim(claim: Claim) -> Document:
    """The Bundle. Raises Inexpressible."""
    return msgspec.json.decode(write_claim(claim), type=Document)


def write_claim(claim: Claim) -> bytes:
    """The Bundle on one line. Raises Inexpressible where a text or number has no form in FHIR."""
    days = [day for line in claim.lines for day in (line.date_of_service, line.last_day)]
    refuse_years((claim.patient.birth_date, *days))
    first, last = min(days), max(days)
    entries = [*_parties(claim), _claim(claim, first, last)]
    if claim.treatment is not None:
        entries += record_entries(claim.id, claim.treatment, first, account=False)
    document = {
        "resourceType": "Bundle",
        "id": resource_id(claim.id, "Bundle"),
        "identifier": {"system": codes.CLAIM, "value": text(claim.id)},
        "type": "collection",
        "timestamp": f"{last.isoformat()}T00:00:00{OFFSET}",
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in entries],
    }
    return msgspec.json.encode(document) + b"\n"


def service_coding(code: str) -> Document:
    """A concept of CPT, or of HCPCS where the code begins with a letter."""
    return coding(codes.CPT if code[0].isdigit() else codes.HCPCS, code)


def _parties(claim: Claim) -> Iterator[Document]:
    """The patient, the payer and its coverage, who bills, and who renders the services."""
    name, patient = claim.id, reference(resource_id(claim.id, "Patient"))
    yield {
        "resourceType": "Patient",
        "id": resource_id(name, "Patient"),
        "identifier": [{"system": codes.PATIENT, "value": text(claim.patient.id)}],
        "gender": claim.patient.sex,
        "birthDate": claim.patient.birth_date.isoformat(),
    }
    payer = resource_id(name, "Payer")
    yield {
        "resourceType": "Organization",
        "id": payer,
        "identifier": [{"system": codes.ORGANIZATION, "value": payer}],
        **({"name": text(claim.payer)} if claim.payer else {}),
    }
    biller = claim.billing_provider
    yield {
        "resourceType": "Organization",
        "id": resource_id(name, "Clinic"),
        "active": True,
        **({"type": [coding(codes.NUCC, TAXONOMIES[biller])]} if biller else {}),
        "name": _BILLER[biller],
    }
    if claim.rendering_provider is not None or claim.treatment is not None:
        yield {"resourceType": "Practitioner", "id": resource_id(name, "Physician"), "name": [{"family": "Morgan"}]}
    yield {
        "resourceType": "Coverage",
        "id": resource_id(name, "Coverage"),
        "status": "active",
        "beneficiary": patient,
        "payor": [reference(payer)],
    }


def _claim(claim: Claim, first: dt.date, last: dt.date) -> Document:
    name = claim.id
    diagnoses = list(dict.fromkeys(diagnosis for line in claim.lines for diagnosis in line.diagnoses))
    information = _information(claim)
    sessions = {}
    if claim.treatment is not None:
        sessions = {one.id: encounter_id(name, place) for place, one in reversed([*enumerate(claim.treatment.sessions)])}
    document: Document = {
        "resourceType": "Claim",
        "id": claim_id(name),
        "identifier": [{"system": codes.CLAIM, "value": name}],
        "status": "active",
        "type": coding(codes.CLAIM_TYPE, claim.kind),
        "use": "claim",
        "patient": reference(resource_id(name, "Patient")),
        "billablePeriod": {"start": first.isoformat(), "end": last.isoformat()},
        "created": last.isoformat(),
        "insurer": reference(resource_id(name, "Payer")),
        "provider": reference(resource_id(name, "Clinic")),
        "priority": coding(codes.PRIORITY, "normal"),
    }
    if claim.stay is not None:
        document["extension"] = [extension(STAY, "Code", claim.stay)]
    if claim.rendering_provider is not None:
        document["careTeam"] = [
            {
                "sequence": 1,
                "provider": reference(resource_id(name, "Physician")),
                "role": coding(codes.CARE_TEAM, "primary"),
                "qualification": coding(codes.NUCC, RENDERING[claim.rendering_provider]),
            }
        ]
    if information:
        document["supportingInfo"] = [{"sequence": number, **one} for number, one in enumerate(information, 1)]
    if diagnoses:
        document["diagnosis"] = [
            {"sequence": number, "diagnosisCodeableConcept": coding(codes.ICD10, _diagnosis(code))}
            for number, code in enumerate(diagnoses, 1)
        ]
    document["insurance"] = [{"sequence": 1, "focal": True, "coverage": reference(resource_id(name, "Coverage"))}]
    document["item"] = [_item(claim, line, diagnoses, sessions) for line in claim.lines]
    document["total"] = _money(sum(map(charge_of, claim.lines)))
    return document


def _information(claim: Claim) -> list[Document]:
    """What goes along with the claim: the type of bill, and the record."""
    found: list[Document] = []
    if claim.type_of_bill is not None:
        category = coding(codes.SUPPORTING, "typeofbill")
        found.append({"category": category, "code": coding(codes.TYPE_OF_BILL, claim.type_of_bill)})
    if claim.treatment is not None:
        course = reference(resource_id(claim.id, "Course"))
        found.append({"category": coding(codes.INFORMATION, "info"), "valueReference": course})
    return found


def _item(claim: Claim, line: ClaimLine, diagnoses: list[str], sessions: dict[str, str]) -> Document:
    document: Document = {"sequence": line.number}
    if claim.rendering_provider is not None:
        document["careTeamSequence"] = [1]
    if line.diagnoses:
        document["diagnosisSequence"] = [diagnoses.index(diagnosis) + 1 for diagnosis in line.diagnoses]
    if line.revenue_code is not None:
        document["revenue"] = coding(codes.REVENUE_CODE, line.revenue_code)
    document["productOrService"] = service_coding(line.code)
    if line.modifiers:
        document["modifier"] = [service_coding(modifier) for modifier in line.modifiers]
    day = line.date_of_service.isoformat()
    if line.date_of_service_end is None:
        document["servicedDate"] = day
    else:
        document["servicedPeriod"] = {"start": day, "end": line.date_of_service_end.isoformat()}
    if claim.place_of_service is not None:
        document["locationCodeableConcept"] = coding(codes.PLACE_OF_SERVICE, claim.place_of_service)
    document["quantity"] = {"value": line.units}
    document["net"] = _money(charge_of(line))
    if line.session is not None:
        known = sessions.get(line.session)
        named = {"identifier": {"system": codes.SESSION, "value": text(line.session)}}
        document["encounter"] = [reference(known) if known else named]
    return document


def _money(dollars: int) -> Document:
    return {"value": dollars, "currency": "USD"}


def _diagnosis(code: str) -> str:
    if not code:
        raise Inexpressible("a diagnosis without a code has no place in FHIR")
    return code_text(code)
