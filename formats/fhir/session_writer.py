"""A treatment session as FHIR: its Encounter, a Procedure for each plan that was treated, the review, the next appointment."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Raw

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.elements import (
    Document,
    coding,
    concept,
    extension,
    moment,
    reference,
    resource_id,
    string,
    text,
    written,
)
from rtconform.formats.fhir.extensions import SESSION
from rtconform.formats.messages import Inexpressible
from rtconform.reference.documents.treatment import Guidance, Motion, MotionDocumentation, Record, Session

_KEPT = 1024
"""How many acts, motions and the like are kept as written: a suite has few that differ."""

_LASTS = dt.timedelta(minutes=15)

_SESSION: Document = {
    "status": "finished",
    "class": {"system": codes.ACT_CODE, "code": "AMB"},
    "type": [coding(codes.SNOMED, codes.PROCEDURE_ENCOUNTER)],
    "serviceType": coding(codes.SNOMED, codes.RADIOTHERAPY),
}
_FRACTION: Document = {
    "status": "completed",
    "category": coding(codes.SNOMED, codes.RADIOTHERAPY),
    "code": coding(codes.SNOMED, codes.FRACTION_CODE),
}
_REVIEW: Document = {
    "category": [coding("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")],
    "code": {"text": "review of the session's images"},
}
"""What is the same in every session, fraction and review."""


def encounter_id(case_id: str, place: int) -> str:
    """The id of a session's Encounter, by its place in the record."""
    return resource_id(case_id, "Encounter", place)


def session_entries(name: str, record: Record, place: int, techniques: Sequence[Raw], *, account: bool) -> Iterator[Document]:
    """The resources of a session. `techniques`: what mCODE says of each plan; `account`: the session names its Account."""
    session, encounter = record.sessions[place], reference(encounter_id(name, place))
    patient = reference(resource_id(name, "Patient"))
    period = {"start": moment(session.started_at), "end": moment(session.started_at + _LASTS)}
    yield {
        "resourceType": "Encounter",
        "id": encounter_id(name, place),
        "meta": {"profile": [codes.TREATMENT_SESSION]},
        "extension": [{"url": SESSION, "extension": _happened(session)}],
        "identifier": [{"system": codes.SESSION, "value": text(session.id)}],
        **_SESSION,
        "subject": patient,
        "period": period,
        **({"account": [reference(resource_id(name, "Account"))]} if account else {}),
        "serviceProvider": reference(resource_id(name, "Clinic")),
    }
    delivered = set(session.beams_delivered)
    for at, plan in enumerate(record.plans):
        if not delivered.isdisjoint(beam.id for beam in plan.beams):
            yield {
                "resourceType": "Procedure",
                "id": resource_id(name, f"Fraction {place}", at),
                "meta": {"profile": [codes.TREATED_FRACTION]},
                "extension": [techniques[at], *_as_codex(session.fraction, session.guidance, session.motion)],
                "basedOn": [reference(resource_id(name, "Plan", at))],
                "partOf": [reference(resource_id(name, "Course"))],
                **_FRACTION,
                "subject": patient,
                "encounter": encounter,
                "performedPeriod": period,
            }
    if session.physician_review is not None:
        approved = session.physician_review.approved_at
        yield {
            "resourceType": "DiagnosticReport",
            "id": resource_id(name, "Review", place),
            "status": "final" if approved else "preliminary",
            **_REVIEW,
            "subject": patient,
            "encounter": encounter,
            "effectiveDateTime": moment(session.started_at),
            **({"issued": moment(approved)} if approved else {}),
            "resultsInterpreter": [reference(resource_id(name, "Physician"))],
        }
    if session.next_session_at is not None:
        yield {
            "resourceType": "Appointment",
            "id": resource_id(name, "Appointment", place),
            "status": "booked",
            "serviceType": [coding(codes.SNOMED, codes.RADIOTHERAPY)],
            "supportingInformation": [encounter],
            "start": moment(session.next_session_at),
            "end": moment(session.next_session_at + _LASTS),
            "participant": [{"actor": patient, "status": "accepted"}],
        }


def _happened(session: Session) -> list[Document | Raw]:
    shift = zip("xyz", session.couch_shift_mm, strict=True) if session.couch_shift_mm else ()
    axes = [extension(axis, "Decimal", value) for axis, value in shift]
    return [
        *(one for beam in session.beams_delivered for one in string("beamDelivered", beam)),
        *([extension("fraction", "PositiveInt", session.fraction)] if session.fraction is not None else []),
        extension("portImages", "UnsignedInt", session.port_images),
        *([{"url": "couchShift", "extension": axes}] if axes else []),
        *map(_act, session.guidance),
        *([_motion(session.motion)] if session.motion else []),
    ]


@lru_cache(_KEPT)
def _act(act: Guidance) -> Raw:
    known = [*string("method", act.method), extension("purpose", "Code", act.purpose), extension("timing", "Code", act.timing)]
    return written({"url": "guidance", "extension": known})


@lru_cache(_KEPT)
def _motion(motion: Motion) -> Raw:
    known = [
        *string("method", motion.method),
        *([extension("monitor", "Code", motion.monitor)] if motion.monitor else []),
        extension("duringBeam", "Boolean", motion.during_beam),
        extension("beamHold", "Boolean", motion.beam_hold),
        *([_documentation(motion.documentation)] if motion.documentation else []),
    ]
    return written({"url": "motion", "extension": known})


def _documentation(record: MotionDocumentation) -> Document:
    system = record.system
    named: list[Document] = []
    if isinstance(system, bool):
        named = [extension("system", "Boolean", system)]
    elif system is not None:
        if not system:
            raise Inexpressible("a system of motion management without a name has no place in FHIR")
        named = string("system", system)
    known = [
        extension("medicalNecessity", "Boolean", record.medical_necessity),
        *named,
        extension("thresholds", "Boolean", record.thresholds),
        extension("monitoring", "Boolean", record.monitoring),
        extension("beamRule", "Boolean", record.beam_rule),
    ]
    return {"url": "documentation", "extension": known}


@lru_cache(_KEPT)
def _as_codex(fraction: int | None, guidance: tuple[Guidance, ...], motion: Motion | None) -> tuple[Raw, ...]:
    """Guidance, motion and fraction as CodeX RT has them: less than our own extension says, and what others read."""
    return tuple(map(written, _codex_extensions(fraction, guidance, motion)))


def _codex_extensions(fraction: int | None, guidance: tuple[Guidance, ...], motion: Motion | None) -> Iterator[Document]:
    if fraction is not None:
        yield extension(codes.FRACTION_NUMBER, "PositiveInt", fraction)
    for one in guidance:
        code = codes.GUIDANCE.get(one.method)
        if code:
            url, part = (codes.IMAGE_GUIDANCE, "modality") if one.timing == "pre_treatment" else (codes.VERIFICATION, "procedure")
            yield {"url": url, "extension": [extension(part, "CodeableConcept", concept(code, one.method))]}
    if motion is None:
        return
    if motion.during_beam and motion.monitor in codes.MONITORS:
        watched = concept(codes.MONITORS[motion.monitor], motion.monitor)
        yield {"url": codes.VERIFICATION, "extension": [extension("procedure", "CodeableConcept", watched)]}
    if motion.method in codes.FREE_METHODS:
        yield extension(codes.RESPIRATORY, "CodeableConcept", coding(codes.SNOMED, codes.FREELY_BREATHING))
        free = concept(codes.FREE_METHODS[motion.method], motion.method)
        yield extension(codes.FREE_BREATHING, "CodeableConcept", free)
    elif motion.method in codes.MOTION:
        yield extension(codes.RESPIRATORY, "CodeableConcept", concept(codes.MOTION[motion.method], motion.method))
