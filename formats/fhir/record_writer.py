"""The record of a treatment as FHIR: diagnoses, the course with its isocenters, plans with their volumes, and sessions.

A case and a claim's documentation are written by it alike; the patient, and who treats and pays, are their own.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Raw

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.elements import (
    Document,
    centigray,
    coding,
    concept,
    decimal,
    extension,
    reference,
    resource_id,
    string,
    text,
    written,
)
from rtconform.formats.fhir.extensions import BEAM, ISOCENTER, PLANNING
from rtconform.formats.fhir.session_writer import session_entries
from rtconform.formats.messages import Inexpressible
from rtconform.reference.documents.treatment import Beam, Plan, Planning, Record

YEARS = range(1000, 9999)
FURTHEST = 1e9
_KEPT = 4096
"""How many beams, techniques and the like are kept as written: a suite has few that differ."""

_PLAN: Document = {
    "status": "active",
    "intent": "filler-order",
    "category": [coding(codes.SNOMED, codes.RADIOTHERAPY)],
    "code": coding(codes.SNOMED, codes.PLAN_CODE),
}
_COURSE: Document = {
    "status": "in-progress",
    "category": coding(codes.SNOMED, codes.RADIOTHERAPY),
    "code": coding(codes.SNOMED, codes.COURSE_CODE),
}
_DIAGNOSIS: Document = {
    "clinicalStatus": coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
    "verificationStatus": coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
    "category": [coding("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")],
}
"""What is the same in every plan, course and diagnosis."""


def record_entries(name: str, record: Record, day: dt.date, *, account: bool) -> Iterator[Document]:
    """The resources of a record. `name`: what the question goes out under; `day`: that of the treatment.

    `account`: sessions name the Account that they are billed to. Raises Inexpressible.
    """
    refuse_numbers(record)
    yield from _conditions(name, record)
    yield from _planned(name, record, day)
    techniques = [_technique_of(plan) for plan in record.plans]
    for place in range(len(record.sessions)):
        yield from session_entries(name, record, place, techniques, account=account)


def refuse_years(days: Iterable[dt.date]) -> None:
    """Raises Inexpressible for a day that FHIR has no form for."""
    if any(day.year not in YEARS for day in days):
        raise Inexpressible(f"a year outside {YEARS.start} to {YEARS.stop - 1} is not written")


def refuse_numbers(record: Record) -> None:
    """Raises Inexpressible for a time, a length or another number that FHIR has no form for."""
    reviews = (one.physician_review.approved_at for one in record.sessions if one.physician_review)
    times = (time for one in record.sessions for time in (one.started_at, one.next_session_at))
    refuse_years(time for time in (*times, *reviews) if time is not None)
    shifts = [one.couch_shift_mm or () for one in record.sessions]
    lengths = [value for vector in (*(one.position_mm for one in record.isocenters), *shifts) for value in vector]
    doses = [plan.dose_gy or 0 for plan in record.plans]
    if any(abs(value) > FURTHEST for value in (*lengths, *doses)):
        raise Inexpressible("a length or dose beyond a thousand million is not written")
    numbers = [*(plan.fractions or 1 for plan in record.plans)]
    numbers += [number for one in record.sessions for number in (one.fraction or 1, one.port_images)]
    if any(number >= 2**31 for number in numbers):
        raise Inexpressible("a number of more than 31 bits is not written")


def code_text(value: str) -> str:
    """A code, which has no blanks around it. Raises Inexpressible."""
    if value != " ".join(value.split(" ")).strip() or "  " in value:
        raise Inexpressible("a code with blanks around it has no place in FHIR")
    return text(value)


def _diagnoses(record: Record) -> list[str]:
    return list(dict.fromkeys(plan.diagnosis for plan in record.plans if plan.diagnosis))


def _conditions(name: str, record: Record) -> Iterator[Document]:
    for place, diagnosis in enumerate(_diagnoses(record)):
        yield {
            "resourceType": "Condition",
            "id": resource_id(name, "Condition", place),
            **_DIAGNOSIS,
            "code": coding(codes.ICD10, code_text(diagnosis)),
            "subject": reference(resource_id(name, "Patient")),
        }


def _planned(name: str, record: Record, day: dt.date) -> Iterator[Document]:
    """The course with its isocenters, and each plan with its volumes."""
    course: Document = {
        "resourceType": "Procedure",
        "id": resource_id(name, "Course"),
        "meta": {"profile": [codes.COURSE_SUMMARY]},
        "extension": [
            {
                "url": ISOCENTER,
                "extension": [
                    *string("id", one.id),
                    *(extension(axis, "Decimal", value) for axis, value in zip("xyz", one.position_mm, strict=True)),
                ],
            }
            for one in record.isocenters
        ],
        **_COURSE,
        "subject": reference(resource_id(name, "Patient")),
        "performedPeriod": {"start": day.isoformat()},
    }
    yield {at: value for at, value in course.items() if value != []}
    for place, plan in enumerate(record.plans):
        volumes = [_volume(name, place, at, target) for at, target in enumerate(plan.planning.targets)]
        yield from volumes
        yield _plan(name, record, place, plan, [one["id"] for one in volumes])


def _volume(name: str, place: int, at: int, target: str) -> Document:
    return {
        "resourceType": "BodyStructure",
        "id": resource_id(name, f"Volume {place}", at),
        "meta": {"profile": [codes.VOLUME]},
        "morphology": coding(codes.SNOMED, codes.PLANNING_TARGET),
        **({"description": text(target)} if target else {}),
        "patient": reference(resource_id(name, "Patient")),
    }


def _plan(name: str, record: Record, place: int, plan: Plan, volumes: list[str]) -> Document:
    intent = plan.intent
    extensions = [
        _technique_of(plan),
        *([extension(codes.INTENT, "CodeableConcept", concept(codes.INTENTS.get(intent), intent))] if intent else []),
        *([extension(codes.FRACTIONS_PLANNED, "PositiveInt", plan.fractions)] if plan.fractions is not None else []),
        *(_dose(plan, volume, whole=not at) for at, volume in enumerate(volumes)),
        _planning(plan.planning, plan.dose_gy if not plan.planning.targets else None),
        *map(_beam, plan.beams),
    ]
    diagnoses = _diagnoses(record)
    condition = resource_id(name, "Condition", diagnoses.index(plan.diagnosis)) if plan.diagnosis else ""
    return {
        "resourceType": "ServiceRequest",
        "id": resource_id(name, "Plan", place),
        "meta": {"profile": [codes.TREATMENT_PLAN]},
        **({"extension": extensions} if extensions else {}),
        "identifier": [{"use": "usual", "system": codes.PLAN, "value": text(plan.id)}],
        **_PLAN,
        "subject": reference(resource_id(name, "Patient")),
        "requester": reference(resource_id(name, "Physician")),
        **({"reasonReference": [reference(condition)]} if condition else {}),
        **({"bodySite": [{"text": text(plan.site)}]} if plan.site else {}),
        **({"note": [{"text": text(plan.label)}]} if plan.label else {}),
    }


def _technique_of(plan: Plan) -> Raw:
    return _modality_and_technique(plan.beams[0].radiation if plan.beams else "", plan.technique)


@lru_cache(_KEPT)
def _modality_and_technique(radiation: str, word: str) -> Raw:
    """What a plan treats with and by which technique, as mCODE has it."""
    code = codes.MODALITIES.get(radiation)
    modality = concept(code, radiation) if radiation else {"text": "unknown"}
    known = [extension(codes.MODALITY, "CodeableConcept", modality)]
    if word:
        technique = concept(codes.TECHNIQUES.get(word), word)
        known.append(extension(codes.TECHNIQUE, "CodeableConcept", technique))
    return written({"url": codes.MODALITY_AND_TECHNIQUE, "extension": known})


def _dose(plan: Plan, volume: str, *, whole: bool) -> Document:
    """The dose planned to a volume; that of the plan is said with its first."""
    dose = [extension("totalDose", "Quantity", centigray(plan.dose_gy))] if whole and plan.dose_gy is not None else []
    return {"url": codes.DOSE_TO_VOLUME, "extension": [extension("volume", "Reference", reference(volume)), *dose]}


@lru_cache(_KEPT)
def _planning(planning: Planning, alone: float | None) -> Raw:
    """`alone`: the dose of a plan without a volume that it could be said with."""
    if "" in planning.organs_at_risk:
        raise Inexpressible("an organ at risk without a name has no place in FHIR")
    known = [
        *string("volumetricImaging", planning.volumetric_imaging or ""),
        *(one for organ in planning.organs_at_risk for one in string("organAtRisk", organ)),
        extension("dvhEvaluated", "Boolean", planning.dvh_evaluated),
        extension("inverseOptimized", "Boolean", planning.inverse_optimized),
        *([extension("dose", "Quantity", centigray(alone))] if alone is not None else []),
    ]
    return written({"url": PLANNING, "extension": known})


@lru_cache(_KEPT)
def _beam(beam: Beam) -> Raw:
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
    return written({"url": BEAM, "extension": known})
