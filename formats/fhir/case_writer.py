"""A case as a Bundle of FHIR R4 in the shape of CodeX RT and mCODE.

What these have a place for stands there; what they lack stands in extensions of our own (`extensions.py`). Nothing in a Bundle
tells suite or place: all ids come of the name that the case goes out under.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.elements import (
    Document,
    centigray,
    coding,
    concept,
    decimal,
    extension,
    moment,
    reference,
    resource_id,
    string,
    text,
)
from rtconform.formats.fhir.extensions import BEAM, BILLING, ISOCENTER, PLANNING
from rtconform.formats.fhir.session_writer import session_entries
from rtconform.formats.messages import Inexpressible
from rtconform.reference.documents.treatment import Beam, Case, Plan

YEARS = range(1000, 9999)
FURTHEST = 1e9

_PLAIN = {"status": "active", "intent": "filler-order"}


def write_bundle(case: Case) -> bytes:
    """The Bundle on one line. Raises Inexpressible."""
    return msgspec.json.encode(bundle_of(case)) + b"\n"


def bundle_of(case: Case) -> Document:
    """The Bundle. Raises Inexpressible where a text or number has no form in FHIR."""
    _refuse(case)
    at = case.sessions[0].started_at if case.sessions else dt.datetime.combine(case.billing.date_of_service, dt.time())
    entries = [*_context(case), *_planned(case), *_delivered(case)]
    return {
        "resourceType": "Bundle",
        "id": resource_id(case.id, "Bundle"),
        "identifier": {"system": codes.CASE, "value": text(case.id)},
        "type": "collection",
        "timestamp": moment(at),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in entries],
    }


def _refuse(case: Case) -> None:
    days = (case.patient.birth_date, case.billing.date_of_service)
    reviews = (one.physician_review.approved_at for one in case.sessions if one.physician_review)
    times = [time for one in case.sessions for time in (one.started_at, one.next_session_at)]
    if any(day.year not in YEARS for day in (*days, *(time for time in (*times, *reviews) if time is not None))):
        raise Inexpressible(f"a year outside {YEARS.start} to {YEARS.stop - 1} is not written")
    shifts = [one.couch_shift_mm or () for one in case.sessions]
    lengths = [value for vector in (*(one.position_mm for one in case.isocenters), *shifts) for value in vector]
    doses = [plan.dose_gy or 0 for plan in case.plans]
    if any(abs(value) > FURTHEST for value in (*lengths, *doses)):
        raise Inexpressible("a length or dose beyond a thousand million is not written")
    numbers = [*(plan.fractions or 1 for plan in case.plans)]
    numbers += [number for one in case.sessions for number in (one.fraction or 1, one.port_images)]
    if any(number >= 2**31 for number in numbers):
        raise Inexpressible("a number of more than 31 bits is not written")


def _context(case: Case) -> Iterator[Document]:
    """Patient, payer, clinic, physician, coverage, account, diagnoses."""
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
        "identifier": [{"system": "urn:rtconform:organization", "value": key("Payer")}],
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
    for place, diagnosis in enumerate(_diagnoses(case)):
        yield {
            "resourceType": "Condition",
            "id": key("Condition", place),
            "clinicalStatus": coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "verificationStatus": coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
            "category": [coding("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")],
            "code": coding(codes.ICD10, _code(diagnosis)),
            "subject": reference(key("Patient")),
        }


def _code(value: str) -> str:
    """A code, which has no blanks around it. Raises Inexpressible."""
    if value != " ".join(value.split(" ")).strip() or "  " in value:
        raise Inexpressible("a code with blanks around it has no place in FHIR")
    return text(value)


def _diagnoses(case: Case) -> list[str]:
    return list(dict.fromkeys(plan.diagnosis for plan in case.plans if plan.diagnosis))


def _planned(case: Case) -> Iterator[Document]:
    """The course with its isocenters, and each plan with its volumes."""
    course: Document = {
        "resourceType": "Procedure",
        "id": resource_id(case.id, "Course"),
        "meta": {"profile": [codes.COURSE_SUMMARY]},
        "extension": [
            {
                "url": ISOCENTER,
                "extension": [
                    *string("id", one.id),
                    *(extension(axis, "Decimal", value) for axis, value in zip("xyz", one.position_mm, strict=True)),
                ],
            }
            for one in case.isocenters
        ],
        "status": "in-progress",
        "category": coding(codes.SNOMED, codes.RADIOTHERAPY),
        "code": coding(codes.SNOMED, codes.COURSE_CODE),
        "subject": reference(resource_id(case.id, "Patient")),
        "performedPeriod": {"start": case.billing.date_of_service.isoformat()},
    }
    yield {name: value for name, value in course.items() if value != []}
    for place, plan in enumerate(case.plans):
        volumes = [_volume(case, place, at, name) for at, name in enumerate(plan.planning.targets)]
        yield from volumes
        yield _plan(case, place, plan, [one["id"] for one in volumes])


def _volume(case: Case, place: int, at: int, name: str) -> Document:
    return {
        "resourceType": "BodyStructure",
        "id": resource_id(case.id, f"Volume {place}", at),
        "meta": {"profile": [codes.VOLUME]},
        "morphology": coding(codes.SNOMED, codes.PLANNING_TARGET),
        **({"description": text(name)} if name else {}),
        "patient": reference(resource_id(case.id, "Patient")),
    }


def _plan(case: Case, place: int, plan: Plan, volumes: list[str]) -> Document:
    intent = plan.intent
    extensions = [
        *modality_and_technique(plan),
        *([extension(codes.INTENT, "CodeableConcept", concept(codes.INTENTS.get(intent), intent))] if intent else []),
        *([extension(codes.FRACTIONS_PLANNED, "PositiveInt", plan.fractions)] if plan.fractions is not None else []),
        *(_dose(plan, volume, whole=not at) for at, volume in enumerate(volumes)),
        *_planning(plan),
        *(_beam(beam) for beam in plan.beams),
    ]
    diagnoses = _diagnoses(case)
    condition = resource_id(case.id, "Condition", diagnoses.index(plan.diagnosis)) if plan.diagnosis else ""
    return {
        "resourceType": "ServiceRequest",
        "id": resource_id(case.id, "Plan", place),
        "meta": {"profile": [codes.TREATMENT_PLAN]},
        **({"extension": extensions} if extensions else {}),
        "identifier": [{"use": "usual", "system": codes.PLAN, "value": text(plan.id)}],
        **_PLAIN,
        "category": [coding(codes.SNOMED, codes.RADIOTHERAPY)],
        "code": coding(codes.SNOMED, codes.PLAN_CODE),
        "subject": reference(resource_id(case.id, "Patient")),
        "requester": reference(resource_id(case.id, "Physician")),
        **({"reasonReference": [reference(condition)]} if condition else {}),
        **({"bodySite": [{"text": text(plan.site)}]} if plan.site else {}),
        **({"note": [{"text": text(plan.label)}]} if plan.label else {}),
    }


def modality_and_technique(plan: Plan) -> list[Document]:
    """What a plan treats with and by which technique, as mCODE has it; nothing where neither is known."""
    radiation = plan.beams[0].radiation if plan.beams else ""
    code = codes.MODALITIES.get(radiation)
    modality = concept(code, radiation) if radiation else {"text": "unknown"}
    known = [extension(codes.MODALITY, "CodeableConcept", modality)]
    if plan.technique:
        technique = concept(codes.TECHNIQUES.get(plan.technique), plan.technique)
        known.append(extension(codes.TECHNIQUE, "CodeableConcept", technique))
    return [{"url": codes.MODALITY_AND_TECHNIQUE, "extension": known}]


def _dose(plan: Plan, volume: str, *, whole: bool) -> Document:
    """The dose planned to a volume; that of the plan is said with its first."""
    dose = [extension("totalDose", "Quantity", centigray(plan.dose_gy))] if whole and plan.dose_gy is not None else []
    return {"url": codes.DOSE_TO_VOLUME, "extension": [extension("volume", "Reference", reference(volume)), *dose]}


def _planning(plan: Plan) -> list[Document]:
    planning = plan.planning
    if "" in planning.organs_at_risk:
        raise Inexpressible("an organ at risk without a name has no place in FHIR")
    alone = plan.dose_gy if not planning.targets else None
    known = [
        *string("volumetricImaging", planning.volumetric_imaging or ""),
        *(one for organ in planning.organs_at_risk for one in string("organAtRisk", organ)),
        extension("dvhEvaluated", "Boolean", planning.dvh_evaluated),
        extension("inverseOptimized", "Boolean", planning.inverse_optimized),
        *([extension("dose", "Quantity", centigray(alone))] if alone is not None else []),
    ]
    return [{"url": PLANNING, "extension": known}]


def _beam(beam: Beam) -> Document:
    known = [
        *string("id", beam.id),
        *string("radiation", beam.radiation),
        *string("isocenter", beam.isocenter),
        *string("energy", beam.energy),
        *string("delivery", beam.delivery),
        *string("modulation", beam.modulation),
        *decimal("gantryStart", beam.gantry_start_deg),
        *decimal("gantryStop", beam.gantry_stop_deg),
        *decimal("collimator", beam.collimator_deg),
        *decimal("couch", beam.couch_deg),
    ]
    return {"url": BEAM, "extension": known}


def _delivered(case: Case) -> Iterator[Document]:
    techniques = [modality_and_technique(plan) for plan in case.plans]
    for place in range(len(case.sessions)):
        yield from session_entries(case, place, techniques)
