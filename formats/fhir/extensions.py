"""The extensions of our own: what CodeX RT and mCODE have no place for, each as a StructureDefinition.

The table says what there is; the writer and the reader use its addresses, `definitions` makes the published StructureDefinitions
of it. An address is a name: nothing needs to be fetched from it, and `.invalid` keeps anybody from trying.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

BASE = "https://rtconform.invalid/fhir/StructureDefinition/"
BILLING, ISOCENTER, PLANNING, BEAM, SESSION, MODIFIER, STAY = (
    f"{BASE}rt-{name}" for name in ("billing", "isocenter", "planning", "beam", "session", "modifier", "stay")
)

FHIR_VERSION = "4.0.1"
VERSION = "1.0.0"


@dataclass(frozen=True)
class Field:
    """One value of an extension.

    `url`: what it is called in it; `types`: of what type its value may be, none where it holds further fields; `case`: which
    field of a case it says; `most`: how often it may be there, "*" for as often as one likes.
    """

    url: str
    types: tuple[str, ...]
    says: str
    case: str = ""
    least: int = 0
    most: str = "1"
    fields: tuple["Field", ...] = ()


@dataclass(frozen=True)
class Extension:
    """An extension: its address, where it stands, and its values; one without fields is a value itself."""

    url: str
    context: str
    title: str
    says: str
    fields: tuple[Field, ...] = ()
    types: tuple[str, ...] = ()
    case: str = ""

    @property
    def id(self) -> str:
        """The last part of its address."""
        return self.url.removeprefix(BASE)


def _string(url: str, says: str, case: str, *, least: int = 0, most: str = "1") -> Field:
    return Field(url, ("string",), says, case, least, most)


def _number(url: str, says: str, case: str, *, least: int = 0) -> Field:
    return Field(url, ("decimal",), says, case, least)


def _yes_or_no(url: str, says: str, case: str) -> Field:
    return Field(url, ("boolean",), says, case)


_GUIDANCE = "sessions[].guidance[]"
_MOTION = "sessions[].motion"
_RECORD = f"{_MOTION}.documentation"

EXTENSIONS = (
    Extension(
        BILLING,
        "Account",
        "Whose claim is coded",
        "Whose claim the coding of the treatment day is for, and where the treatment was given.",
        (
            Field("claim", ("code",), "facility, technical, global or professional", "billing.claim", 1),
            Field("setting", ("code",), "hospital_outpatient or freestanding", "billing.setting", 1),
        ),
    ),
    Extension(
        ISOCENTER,
        "Procedure",
        "Isocenter",
        "A reference point of the treatment machine in the patient, to which the beams of one or several plans point.",
        (
            _string("id", "what beams call it", "isocenters[].id", least=1),
            _number("x", "x in millimetres", "isocenters[].position_mm", least=1),
            _number("y", "y in millimetres", "isocenters[].position_mm", least=1),
            _number("z", "z in millimetres", "isocenters[].position_mm", least=1),
        ),
    ),
    Extension(
        PLANNING,
        "ServiceRequest",
        "Evidence of planning",
        "How a plan was made: on which images, with which organs at risk, and whether its dose was evaluated or optimised.",
        (
            _string("volumetricImaging", "the imaging that volumes were drawn on", "plans[].planning.volumetric_imaging"),
            _string("organAtRisk", "an organ at risk that was drawn", "plans[].planning.organs_at_risk", most="*"),
            _yes_or_no("dvhEvaluated", "dose-volume histograms were evaluated", "plans[].planning.dvh_evaluated"),
            _yes_or_no("inverseOptimized", "the plan was optimised inversely", "plans[].planning.inverse_optimized"),
            Field("dose", ("Quantity",), "the dose of a plan that has no volume, in cGy", "plans[].dose_gy"),
        ),
    ),
    Extension(
        BEAM,
        "ServiceRequest",
        "Beam",
        "A planned beam of the plan. Angles are degrees (IEC 61217).",
        (
            _string("id", "what sessions call it", "plans[].beams[].id", least=1),
            _string("radiation", "photon, electron, proton", "plans[].beams[].radiation"),
            _string("isocenter", "the id of its isocenter", "plans[].beams[].isocenter", least=1),
            _string("energy", "nominal energy", "plans[].beams[].energy"),
            _string("delivery", "static, arc, helical", "plans[].beams[].delivery"),
            _string("modulation", "how intensity is modulated in the field", "plans[].beams[].modulation"),
            _number("gantryStart", "gantry angle at the start", "plans[].beams[].gantry_start_deg"),
            _number("gantryStop", "gantry angle at the end", "plans[].beams[].gantry_stop_deg"),
            _number("collimator", "collimator angle", "plans[].beams[].collimator_deg"),
            _number("couch", "couch angle", "plans[].beams[].couch_deg"),
        ),
    ),
    Extension(
        SESSION,
        "Encounter",
        "What happened in a treatment session",
        "What was delivered in the session, in order, and how the patient was positioned and motion was managed.",
        (
            _string("beamDelivered", "the id of a delivered beam, in order", "sessions[].beams_delivered", most="*"),
            Field("fraction", ("positiveInt",), "the number of the fraction", "sessions[].fraction"),
            Field("portImages", ("unsignedInt",), "how many port images were taken", "sessions[].port_images"),
            Field(
                "couchShift",
                (),
                "the shift of the couch in millimetres",
                "sessions[].couch_shift_mm",
                fields=tuple(_number(axis, axis, "sessions[].couch_shift_mm", least=1) for axis in ("x", "y", "z")),
            ),
            Field(
                "guidance",
                (),
                "one act of guidance",
                _GUIDANCE,
                most="*",
                fields=(
                    _string("method", "by which method", f"{_GUIDANCE}.method"),
                    Field("purpose", ("code",), "target_localization or patient_setup", f"{_GUIDANCE}.purpose", 1),
                    Field("timing", ("code",), "pre_treatment or intrafraction", f"{_GUIDANCE}.timing", 1),
                ),
            ),
            Field(
                "motion",
                (),
                "how motion was managed",
                _MOTION,
                fields=(
                    _string("method", "by which method", f"{_MOTION}.method"),
                    Field("monitor", ("code",), "what watched the motion", f"{_MOTION}.monitor"),
                    _yes_or_no("duringBeam", "motion was monitored while the beam was on", f"{_MOTION}.during_beam"),
                    _yes_or_no("beamHold", "what was monitored controlled the beam", f"{_MOTION}.beam_hold"),
                    Field(
                        "documentation",
                        (),
                        "what the record of motion management holds",
                        _RECORD,
                        fields=(
                            _yes_or_no("medicalNecessity", "why it was needed", f"{_RECORD}.medical_necessity"),
                            Field("system", ("string", "boolean"), "the system, or that it is named", f"{_RECORD}.system"),
                            _yes_or_no("thresholds", "the thresholds", f"{_RECORD}.thresholds"),
                            _yes_or_no("monitoring", "that it was monitored", f"{_RECORD}.monitoring"),
                            _yes_or_no("beamRule", "when the beam is held", f"{_RECORD}.beam_rule"),
                        ),
                    ),
                ),
            ),
        ),
    ),
    Extension(
        MODIFIER,
        "ChargeItem",
        "Modifier",
        "A modifier of the charged code, in an answer. A ChargeItem of R4 has no place for one.",
        types=("code",),
        case="the answer's lines[].modifiers",
    ),
    Extension(
        STAY,
        "Claim",
        "Stay",
        "What the payer knows of a stay of the patient on the days of the claim: inpatient, or skilled_nursing_part_a for one "
        "in a skilled nursing facility under Medicare Part A.",
        types=("code",),
        case="`stay` of a claim",
    ),
)
"""Every extension of our own."""


def definitions() -> Iterator[Document]:
    """Each extension as a StructureDefinition."""
    for one in EXTENSIONS:
        yield _definition(one)


def _definition(one: Extension) -> Document:
    elements = [
        {"id": "Extension", "path": "Extension", "short": one.title, "definition": one.says},
        *_elements("Extension", "Extension", one.fields, one.types),
        {"id": "Extension.url", "path": "Extension.url", "fixedUri": one.url},
    ]
    if one.fields:
        elements.append({"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"})
    return {
        "resourceType": "StructureDefinition",
        "id": one.id,
        "url": one.url,
        "version": VERSION,
        "name": "".join(part.capitalize() for part in one.id.split("-")),
        "title": one.title,
        "status": "active",
        "publisher": "rtconform",
        "description": one.says,
        "fhirVersion": FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": one.context}],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {"element": elements},
    }


def _elements(at: str, path: str, fields: tuple[Field, ...], types: tuple[str, ...]) -> Iterator[Document]:
    """The elements below an extension: slices for its fields, or the type of its value."""
    inside = f"{path}.extension"
    if not fields:
        yield {"id": f"{at}.extension", "path": inside, "max": "0"}
        value: Document = {"id": f"{at}.value[x]", "path": f"{path}.value[x]", "min": 1}
        yield {**value, "type": [{"code": code} for code in types]}
        return
    yield {
        "id": f"{at}.extension",
        "path": inside,
        "slicing": {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"},
    }
    for field in fields:
        slice_at = f"{at}.extension:{field.url}"
        element: Document = {"id": slice_at, "path": inside, "sliceName": field.url, "short": field.says}
        yield {**element, "min": field.least, "max": field.most}
        yield from _elements(slice_at, inside, field.fields, field.types)
        yield {"id": f"{slice_at}.url", "path": f"{inside}.url", "fixedUri": field.url}
        if field.fields:
            yield {"id": f"{slice_at}.value[x]", "path": f"{inside}.value[x]", "max": "0"}
