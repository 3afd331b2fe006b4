"""Treatment sessions read from Encounters: what our extension says, else what CodeX RT's fractions say."""

from collections.abc import Iterator
from typing import Any

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
    text_of,
    words,
)
from rtconform.formats.fhir.extensions import SESSION

_LOCAL = 19
"""How much of a time is the clinic's wall clock, without fractions of a second and offset."""

_OF_GUIDANCE = {code: word for word, code in reversed(codes.GUIDANCE.items())}
_OF_MONITOR = {code: word for word, code in codes.MONITORS.items()}
_OF_MOTION = {code: word for word, code in {**codes.MOTION, **codes.FREE_METHODS}.items()}


def read_sessions(resources: Resources) -> list[Document]:
    """Every treatment session, in the order of their Encounters."""
    fractions = fractions_in(resources)
    found: list[Document] = []
    for encounter in resources.of_type("Encounter"):
        own = [one for one in fractions if resources.named(one.get("encounter")) is encounter]
        if own or extensions(encounter, SESSION) or has_profile(encounter, codes.TREATMENT_SESSION):
            found.append(_session(resources, encounter, own, len(found) + 1))
    return found


def fractions_in(resources: Resources) -> list[Document]:
    """Every treated fraction: what has the profile or the code of CodeX RT for one."""
    return [one for one in resources.of_type("Procedure") if _is_fraction(one)]


def _is_fraction(procedure: Document) -> bool:
    return has_profile(procedure, codes.TREATED_FRACTION) or codes.FRACTION_CODE in codes_of(procedure.get("code"))


def _session(resources: Resources, encounter: Document, fractions: list[Document], number: int) -> Document:
    said = first(extensions(encounter, SESSION))
    document: Document = {
        "uid": f"Encounter/{encounter.get('id')}",
        "id": next(identifiers(encounter, codes.SESSION), f"S{number}"),
    }
    document.update(_times(resources, encounter, fractions))
    document.update({**dict(_happened(said)), "ours": True} if said else read_fractions(fractions))
    return document


def local(value: object) -> str | None:
    """The wall clock of a time: the offset is left out. None where it is no time of day."""
    text = words(value)
    if len(text) < _LOCAL:
        return None
    fraction = text[_LOCAL:].removesuffix("Z")
    fraction = fraction.split("+")[0].split("-")[0]
    return text[:_LOCAL] + fraction


def _times(resources: Resources, encounter: Document, fractions: list[Document]) -> Iterator[tuple[str, Any]]:
    for one, name in ((encounter, "period"), *((fraction, "performedPeriod") for fraction in fractions)):
        period = one.get(name)
        if isinstance(period, dict) and (start := local(period.get("start"))):
            yield "started_at", start
            break
    for report in resources.of_type("DiagnosticReport"):
        if resources.named(report.get("encounter")) is encounter:
            final = report.get("status") in ("final", "amended", "corrected", "appended")
            yield "physician_review", {"approved_at": local(report.get("issued")) if final else None}
    for appointment in resources.of_type("Appointment"):
        if any(resources.named(one) is encounter for one in dicts(appointment.get("supportingInformation"))):
            yield "next_session_at", local(appointment.get("start"))


def _happened(said: Document) -> Iterator[tuple[str, Any]]:
    yield "beams_delivered", list(every(said, "beamDelivered"))
    yield "fraction", inside(said, "fraction")
    yield "port_images", inside(said, "portImages") or 0
    for shift in extensions(said, "couchShift"):
        yield "couch_shift_mm", [inside(shift, axis) for axis in "xyz"]
    yield (
        "guidance",
        [
            {"method": words(inside(one, "method")), "purpose": inside(one, "purpose"), "timing": inside(one, "timing")}
            for one in extensions(said, "guidance")
        ],
    )
    for motion in extensions(said, "motion"):
        yield "motion", dict(_motion(motion))


def _motion(motion: Document) -> Iterator[tuple[str, Any]]:
    yield "method", words(inside(motion, "method"))
    yield "monitor", inside(motion, "monitor")
    yield "during_beam", inside(motion, "duringBeam") is True
    yield "beam_hold", inside(motion, "beamHold") is True
    for record in extensions(motion, "documentation"):
        yield (
            "documentation",
            {
                "medical_necessity": inside(record, "medicalNecessity") is True,
                "system": inside(record, "system"),
                "thresholds": inside(record, "thresholds") is True,
                "monitoring": inside(record, "monitoring") is True,
                "beam_rule": inside(record, "beamRule") is True,
            },
        )


def read_fractions(fractions: list[Document]) -> Document:
    """What CodeX RT says of a session: plans, image guidance, motion management; neither purpose nor beam hold."""
    document: Document = {
        "plans": [one for fraction in fractions for one in dicts(fraction.get("basedOn"))],
        "fraction": next((one for fraction in fractions if (one := inside(fraction, codes.FRACTION_NUMBER))), None),
    }
    if acts := read_guidance(fractions):
        document["guidance"] = acts
    if motion := motion_in(fractions):
        document["motion"] = motion
    return document


def read_guidance(found: list[Document]) -> list[Document]:
    """By what the patient was guided, as fractions, plans or phases say it."""
    acts: dict[tuple[str, str], Document] = {}
    for one in found:
        for method, timing, _ in _acts(one):
            if method and (timing == "pre_treatment" or method != "surface"):
                acts[method, timing] = {"method": method, "timing": timing}
    return list(acts.values())


def motion_in(found: list[Document]) -> Document:
    """How motion was managed and what watched it, as fractions, plans or phases say it; empty where they don't."""
    motion: Document = {}
    for one in found:
        for _, timing, watched in _acts(one):
            if timing == "intrafraction" and watched:
                motion |= {"monitor": watched, "during_beam": True}
        for url in (codes.FREE_BREATHING, codes.RESPIRATORY):
            if "method" not in motion and (method := _known(inside(one, url), _OF_MOTION)):
                motion["method"] = method
    return motion


def _acts(resource: Document) -> Iterator[tuple[str, str, str]]:
    """Each act of guidance or verification: by which method, when, and what it watches."""
    parts = ((codes.IMAGE_GUIDANCE, "modality", "pre_treatment"), (codes.VERIFICATION, "procedure", "intrafraction"))
    for url, part, timing in parts:
        for one in extensions(resource, url):
            concept = inside(one, part)
            yield _known(concept, _OF_GUIDANCE), timing, _known(concept, _OF_MONITOR)


def _known(concept: object, words_of: dict[str, str]) -> str:
    """Our word for a concept: its text where that is one of ours, else that of its code."""
    text = text_of(concept)
    return text if text in words_of.values() else next((words_of[code] for code in codes_of(concept) if code in words_of), "")
