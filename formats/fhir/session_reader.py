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
    fractions = [one for one in resources.of_type("Procedure") if _is_fraction(one)]
    found: list[Document] = []
    for encounter in resources.of_type("Encounter"):
        own = [one for one in fractions if resources.named(one.get("encounter")) is encounter]
        if own or extensions(encounter, SESSION):
            found.append(_session(resources, encounter, own, len(found) + 1))
    return found


def _is_fraction(procedure: Document) -> bool:
    return has_profile(procedure, codes.TREATED_FRACTION) or codes.FRACTION_CODE in codes_of(procedure.get("code"))


def _session(resources: Resources, encounter: Document, fractions: list[Document], number: int) -> Document:
    said = first(extensions(encounter, SESSION))
    document: Document = {
        "uid": f"Encounter/{encounter.get('id')}",
        "id": next(identifiers(encounter, codes.SESSION), f"S{number}"),
    }
    document.update(_times(resources, encounter, fractions))
    document.update(_happened(said) if said else _as_codex(fractions))
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


def _as_codex(fractions: list[Document]) -> Iterator[tuple[str, Any]]:
    """What CodeX RT says: which plans, which image guidance, which motion management; neither purpose nor beam hold."""
    yield "plans", [one for fraction in fractions for one in dicts(fraction.get("basedOn"))]
    yield "fraction", next((one for fraction in fractions if (one := inside(fraction, codes.FRACTION_NUMBER))), None)
    acts: dict[tuple[str, str], Document] = {}
    motion: Document = {}
    for fraction in fractions:
        for url, part, timing in (
            (codes.IMAGE_GUIDANCE, "modality", "pre_treatment"),
            (codes.VERIFICATION, "procedure", "intrafraction"),
        ):
            for one in extensions(fraction, url):
                concept = inside(one, part)
                method, watched = _known(concept, _OF_GUIDANCE), _known(concept, _OF_MONITOR)
                if timing == "intrafraction" and watched:
                    motion |= {"monitor": watched, "during_beam": True}
                if method and (timing == "pre_treatment" or method != "surface"):
                    acts[method, timing] = {"method": method, "timing": timing}
        for url in (codes.FREE_BREATHING, codes.RESPIRATORY):
            if "method" not in motion and (method := _known(inside(fraction, url), _OF_MOTION)):
                motion["method"] = method
    if acts:
        yield "guidance", list(acts.values())
    if motion:
        yield "motion", motion


def _known(concept: object, words_of: dict[str, str]) -> str:
    """Our word for a concept: its text where that is one of ours, else that of its code."""
    text = text_of(concept)
    return text if text in words_of.values() else next((words_of[code] for code in codes_of(concept) if code in words_of), "")
