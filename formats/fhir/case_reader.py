"""A Bundle read as a case: our own extensions where they are, and what CodeX RT and mCODE say where they are not.

It finds resources by their types, profiles and references, never by where our writer puts them, so it reads those of systems that
nobody here wrote as well. What no resource says is absent from what it gives.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from rtconform.formats.fhir import vocabulary as codes
from rtconform.formats.fhir.bundles import (
    Document,
    Resources,
    codes_of,
    dicts,
    every,
    extensions,
    first,
    has_profile,
    identifiers,
    inside,
    opened,
    text_of,
    words,
)
from rtconform.formats.fhir.extensions import BEAM, BILLING, ISOCENTER, PLANNING
from rtconform.formats.fhir.session_reader import read_sessions
from rtconform.formats.messages import Unreadable
from rtconform.reference.documents.treatment import Case

_BEAM = {
    "id": "id",
    "radiation": "radiation",
    "isocenter": "isocenter",
    "energy": "energy",
    "delivery": "delivery",
    "modulation": "modulation",
    "gantryStart": "gantry_start_deg",
    "gantryStop": "gantry_stop_deg",
    "collimator": "collimator_deg",
    "couch": "couch_deg",
}
_OF_TECHNIQUE = {code: word for word, code in reversed(codes.TECHNIQUES.items())}
_OF_MODALITY = {code: word for word, code in codes.MODALITIES.items()}
_OF_INTENT = {code: word for word, code in codes.INTENTS.items()}


def reread_bundle(document: bytes) -> Case:
    """The case that a Bundle says. Raises Unreadable."""
    found = read_case(Resources(opened(document)))
    for plan in found["plans"]:
        _complete(plan)
    for session in found["sessions"]:
        session.pop("uid")
        session.pop("ours", None)
    try:
        return msgspec.convert(found, Case)
    except msgspec.ValidationError as error:
        raise Unreadable(f"the Bundle makes no case: {error}") from None


def read_record(resources: Resources) -> Document | None:
    """The record that goes along with a claim, its sessions each with their reference under `uid`; None where there is none."""
    plans = [read_plan(resources, one, place) for place, one in enumerate(plans_in(resources), 1)]
    sessions = read_sessions(resources)
    course = any(has_profile(one, codes.COURSE_SUMMARY) for one in resources.of_type("Procedure"))
    if not (plans or sessions or course):
        return None
    for plan in plans:
        _complete(plan)
    for session in sessions:
        session.pop("ours", None)
    return {"isocenters": read_isocenters(resources), "plans": plans, "sessions": sessions}


def _complete(plan: Document) -> None:
    """A plan as a document has it."""
    plan.pop("uid")
    plan.setdefault("technique", "")


def read_case(resources: Resources) -> Document:
    """What the resources say of a case; plans and sessions each have their reference under `uid`."""
    return {
        "schema": "rtconform.case/1",
        "id": next(identifiers(resources.top), "treatment"),
        "patient": read_patient(resources),
        "billing": dict(read_billing(resources)),
        "isocenters": read_isocenters(resources),
        "plans": [read_plan(resources, one, place) for place, one in enumerate(plans_in(resources), 1)],
        "sessions": read_sessions(resources),
    }


def plans_in(resources: Resources) -> list[Document]:
    """The treatment plans: what has the profile or the code of CodeX RT for one."""
    return [one for one in resources.of_type("ServiceRequest") if _is_plan(one)]


def _is_plan(request: Document) -> bool:
    return has_profile(request, codes.TREATMENT_PLAN) or codes.PLAN_CODE in codes_of(request.get("code"))


def read_patient(resources: Resources) -> Document:
    """The patient, with what a case needs of one."""
    return patient_of(next(resources.of_type("Patient"), {}))


def patient_of(patient: Document) -> Document:
    """A Patient, with what a case needs of one."""
    name = first(patient.get("name"))
    given = name.get("given")
    return {
        "id": next(identifiers(patient), "unknown"),
        "birth_date": words(patient.get("birthDate")) or "1900-01-01",
        "sex": words(patient.get("gender")) or "unknown",
        "family_name": words(name.get("family")),
        "given_name": " ".join(map(words, given)) if isinstance(given, list) else "",
    }


def read_billing(resources: Resources) -> Iterator[tuple[str, Any]]:
    """Whose claim it is, where, for which day, and who pays: what of it is said."""
    for account in resources.of_type("Account"):
        for name in ("claim", "setting"):
            if (value := inside(account, BILLING, name)) is not None:
                yield name, value
        period = account.get("servicePeriod")
        if isinstance(period, dict) and (start := words(period.get("start"))):
            yield "date_of_service", start[:10]
    for coverage in resources.of_type("Coverage"):
        payer = first(coverage.get("payor"))
        yield "payer", words(resources.named(payer).get("name")) or words(payer.get("display"))


def read_isocenters(resources: Resources) -> list[Document]:
    """The isocenters of every course."""
    found = (one for course in resources.of_type("Procedure") for one in extensions(course, ISOCENTER))
    return [{"id": inside(one, "id"), "position_mm": [inside(one, axis) for axis in "xyz"]} for one in found]


def read_plan(resources: Resources, request: Document, place: int) -> Document:
    """A plan, or a phase or course in the place of one; `uid` is its reference."""
    planned = first(extensions(request, PLANNING))
    doses = [one for url in (codes.DOSE_TO_VOLUME, codes.DOSE_PRESCRIBED) for one in extensions(request, url)]
    document: Document = {
        "uid": reference_of(request),
        "id": next(identifiers(request, codes.PLAN), "") or next(identifiers(request), f"P{place}"),
        "label": words(first(request.get("note")).get("text")),
        "site": text_of(first(request.get("bodySite"))),
        "intent": _word(inside(request, codes.INTENT), _OF_INTENT),
        "diagnosis": _diagnosis(resources, request),
        "fractions": inside(request, codes.FRACTIONS_PLANNED) or inside(request, codes.FRACTIONS_PRESCRIBED),
        "dose_gy": _gray(next((dose for one in doses if (dose := inside(one, "totalDose"))), inside(planned, "dose"))),
        "beams": [
            {name: value for url, name in _BEAM.items() if (value := inside(one, url)) is not None}
            for one in extensions(request, BEAM)
        ],
        "planning": dict(_planning(resources, request)),
    }
    for beam in document["beams"]:
        beam.setdefault("radiation", "")
    technique = _word(inside(request, codes.MODALITY_AND_TECHNIQUE, codes.TECHNIQUE), _OF_TECHNIQUE)
    if technique:
        document["technique"] = technique
    modality = _word(inside(request, codes.MODALITY_AND_TECHNIQUE, codes.MODALITY), _OF_MODALITY)
    return document | ({"modality": modality} if modality and not document["beams"] else {})


def reference_of(resource: Document) -> str:
    """What names a resource: its type and id."""
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def _word(concept: object, known: dict[str, str]) -> str:
    """Our word in a CodeableConcept: its text where that is ours or no code is known, else that of its code."""
    text, word = text_of(concept), next((known[code] for code in codes_of(concept) if code in known), "")
    ours = text and (text in known.values() or codes.TECHNIQUES.get(text) in codes_of(concept))
    return text if ours or not word else word


def _diagnosis(resources: Resources, request: Document) -> str:
    reasons = [resources.named(one).get("code") for one in dicts(request.get("reasonReference"))]
    for concept in (*reasons, *dicts(request.get("reasonCode"))):
        for one in dicts(concept.get("coding")) if isinstance(concept, dict) else []:
            if "icd-10" in words(one.get("system")):
                return words(one.get("code"))
    return ""


def _gray(quantity: object) -> float | None:
    value = quantity.get("value") if isinstance(quantity, dict) else None
    if isinstance(quantity, dict) and isinstance(value, int | float):
        return round(value / 100, 8) if quantity.get("code", "cGy") == "cGy" else float(value)
    return None


def _planning(resources: Resources, request: Document) -> Iterator[tuple[str, Any]]:
    """The evidence of planning: what is not said is absent."""
    urls = (codes.DOSE_TO_VOLUME, codes.DOSE_PRESCRIBED, codes.DOSE_DELIVERED)
    doses = [one for url in urls for one in extensions(request, url)]
    planned = extensions(request, PLANNING)
    if doses or planned:
        volumes = [resources.named(inside(one, "volume")) for one in doses]
        yield "targets", [words(one.get("description")) or next(identifiers(one), "") for one in volumes]
    for one in planned:
        yield "volumetric_imaging", inside(one, "volumetricImaging")
        yield "organs_at_risk", list(every(one, "organAtRisk"))
        yield "dvh_evaluated", inside(one, "dvhEvaluated") is True
        yield "inverse_optimized", inside(one, "inverseOptimized") is True
