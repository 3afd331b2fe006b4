"""A case as a Bundle of FHIR R4 in the shape of CodeX RT and mCODE.

What these have a place for stands there; what they lack stands in extensions of our own (`extensions.py`). Nothing in a Bundle
tells suite or place: all ids come of the name that the case goes out under.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.elements import Document, extension, moment, reference, resource_id, text
from rtconform.formats.fhir.extensions import BILLING
from rtconform.formats.fhir.record_writer import record_entries, refuse_years
from rtconform.reference.documents.treatment import Case


def bundle_of(case: Case) -> Document:
    """The Bundle. Raises Inexpressible."""
    return msgspec.json.decode(write_bundle(case), type=Document)


def write_bundle(case: Case) -> bytes:
    """The Bundle on one line. Raises Inexpressible where a text or number has no form in FHIR."""
    refuse_years((case.patient.birth_date, case.billing.date_of_service))
    at = case.sessions[0].started_at if case.sessions else dt.datetime.combine(case.billing.date_of_service, dt.time())
    entries = [*_context(case), *record_entries(case.id, case, case.billing.date_of_service, account=True)]
    document = {
        "resourceType": "Bundle",
        "id": resource_id(case.id, "Bundle"),
        "identifier": {"system": codes.CASE, "value": text(case.id)},
        "type": "collection",
        "timestamp": moment(at),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in entries],
    }
    return msgspec.json.encode(document) + b"\n"


def _context(case: Case) -> Iterator[Document]:
    """Patient, payer, clinic, physician, coverage, account."""
    patient, payer, billing = case.patient, case.billing.payer, case.billing

    def key(kind: str, place: int = 0) -> str:
        return resource_id(case.id, kind, place)

    name = {"family": patient.family_name, "given": [patient.given_name] if patient.given_name else []}
    yield {
        "resourceType": "Patient",
        "id": key("Patient"),
        "meta": {"profile": [codes.CANCER_PATIENT]},
        "identifier": [{"system": codes.PATIENT, "value": text(patient.id)}],
        **({"name": [{at: value for at, value in name.items() if value}]} if any(name.values()) else {}),
        "gender": patient.sex,
        "birthDate": patient.birth_date.isoformat(),
    }
    yield {
        "resourceType": "Organization",
        "id": key("Payer"),
        "identifier": [{"system": codes.ORGANIZATION, "value": key("Payer")}],
        **({"name": text(payer)} if payer else {}),
    }
    yield {"resourceType": "Organization", "id": key("Clinic"), "active": True, "name": f"Synthetic {billing.setting}"}
    yield {"resourceType": "Practitioner", "id": key("Physician"), "name": [{"family": "Physician", "given": ["Synthetic"]}]}
    yield {
        "resourceType": "Coverage",
        "id": key("Coverage"),
        "status": "active",
        "beneficiary": reference(key("Patient")),
        "payor": [reference(key("Payer"))],
    }
    yield {
        "resourceType": "Account",
        "id": key("Account"),
        "extension": [
            {
                "url": BILLING,
                "extension": [extension("claim", "Code", billing.claim), extension("setting", "Code", billing.setting)],
            }
        ],
        "status": "active",
        "subject": [reference(key("Patient"))],
        "servicePeriod": {"start": billing.date_of_service.isoformat(), "end": billing.date_of_service.isoformat()},
        "coverage": [{"coverage": reference(key("Coverage"))}],
        "owner": reference(key("Clinic")),
    }
