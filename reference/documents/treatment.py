"""What a treatment is: the case (`rtconform.case/1`) and its parts, with the field's own terms (DICOM RT).

Facts only, never an answer. Lengths are millimetres, angles degrees (IEC 61217), doses gray; times are the clinic's
wall clock without an offset: the codes depend on the clinic's calendar date, which an offset could only blur.

Three vocabularies are open on purpose: technique, radiation, and the methods of motion management and guidance.
A record may name one that we lack, and a coder has to notice (rule DOC-UNKNOWN): so these fields decode from any text,
the published schema of what a coder may be sent names the known terms as examples, that of the closed vocabulary takes no
others, and `unknown_terms` finds them.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal, Protocol

from msgspec import Meta, Struct

from rtconform.reference.errors import Fault

RADIATIONS = ("photon", "electron", "proton")
TECHNIQUES_2D = ("2d",)
TECHNIQUES_3D = ("3d_crt", "field_in_field")
TECHNIQUES_IMRT = ("imrt_static", "vmat", "imrt_compensator", "helical_imrt")
TECHNIQUES_ELECTRON = ("electron", "total_skin_electron")
TECHNIQUES_OUTSIDE = (
    "srs",
    "sbrt",
    "proton",
    "hdr_brachytherapy",
    "ldr_brachytherapy",
    "superficial_xray",
    "intraoperative",
)
TECHNIQUES = (*TECHNIQUES_2D, *TECHNIQUES_3D, *TECHNIQUES_IMRT, *TECHNIQUES_ELECTRON, *TECHNIQUES_OUTSIDE)
MOTION_METHODS = ("none", "passive_compression", "free_breathing_itv", "breath_hold", "gating", "tracking")
GUIDANCE_METHODS = (
    "orthogonal_kv",
    "stereoscopic_xray",
    "cbct",
    "ct",
    "ultrasound",
    "mri",
    "pet_ct",
    "mv_port",
    "surface",
)

Monitor = Literal["optical_surface", "fiducial_imaging", "em_transponder", "spirometry", "mr_cine", "external_marker"]
Purpose = Literal["target_localization", "patient_setup"]
Timing = Literal["pre_treatment", "intrafraction"]
Setting = Literal["hospital_outpatient", "freestanding"]
ClaimKind = Literal["facility", "technical", "global", "professional"]

CLAIMS_OF_SETTING: dict[Setting, tuple[ClaimKind, ...]] = {
    "hospital_outpatient": ("facility", "professional"),
    "freestanding": ("technical", "global", "professional"),
}
"""Whose claims exist where: a facility claim is a hospital's; technical and global claims are a freestanding centre's."""

Identifier = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=2000)]
LocalTime = Annotated[
    dt.datetime,
    Meta(
        tz=False,
        description="the clinic's wall clock, without offset: YYYY-MM-DDThh:mm:ss",
        extra_json_schema={"pattern": r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?$"},
    ),
]
Radiation = Annotated[str, Meta(description="type of radiation", examples=list(RADIATIONS))]
Technique = Annotated[str, Meta(description="declared technique", examples=list(TECHNIQUES))]
MotionMethod = Annotated[str, Meta(description="kind of motion management", examples=list(MOTION_METHODS))]
GuidanceMethod = Annotated[str, Meta(description="how guidance was done", examples=list(GUIDANCE_METHODS))]
OPEN_TERMS = {
    ("Plan", "technique"): TECHNIQUES,
    ("Beam", "radiation"): RADIATIONS,
    ("Motion", "method"): MOTION_METHODS,
    ("Guidance", "method"): GUIDANCE_METHODS,
}
"""The fields that take any text, by type and name, each with the terms that we know."""

Vector = Annotated[tuple[float, float, float], Meta(description="x, y, z in millimetres")]
Angle = Annotated[float, Meta(ge=-360, le=360, description="degrees, IEC 61217")]


class Patient(Struct, frozen=True, gc=False):
    """A synthetic person; nothing in it identifies anybody."""

    id: Identifier
    birth_date: dt.date
    sex: Literal["female", "male", "other", "unknown"]
    family_name: Text = ""
    given_name: Text = ""


class Billing(Struct, frozen=True, gc=False):
    """Whose claim is being coded, where and for which day."""

    date_of_service: dt.date
    setting: Setting
    claim: ClaimKind
    payer: Text = "medicare"


class Isocenter(Struct, frozen=True, gc=False):
    """A reference point of the treatment machine in the patient; plans may share one."""

    id: Identifier
    position_mm: Vector


class Planning(Struct, frozen=True, gc=False):
    """The evidence of planning. `volumetric_imaging` names the imaging (ct, mri, pet_ct, …); null or "none": there was none."""

    volumetric_imaging: Annotated[str, Meta(max_length=2000, examples=["ct", "mri", "pet_ct", "none"])] | None = None
    targets: tuple[Text, ...] = ()
    organs_at_risk: tuple[Text, ...] = ()
    dvh_evaluated: bool = False
    inverse_optimized: bool = False


class Beam(Struct, frozen=True, gc=False, omit_defaults=True):
    """As in DICOM RT: radiation, energy, geometry, and the isocenter that it is treated at."""

    id: Identifier
    radiation: Radiation
    isocenter: Identifier
    energy: Annotated[str, Meta(max_length=100, examples=["6X", "10FFF", "9E"])] = ""
    delivery: Annotated[str, Meta(max_length=100, examples=["static", "arc", "helical"])] = ""
    modulation: Annotated[
        str,
        Meta(
            max_length=100,
            examples=["none", "static_mlc", "wedge", "dynamic_mlc", "step_and_shoot", "compensator", "binary_mlc"],
            description=(
                "Whether and how the intensity inside the field was modulated. Not modulated (rule DOC-MODULATION): absent, "
                "empty, none (nothing in the beam), open (an open field), uniform (even intensity), static (nothing moves), "
                "static_mlc (leaves that only shape the field), block (a shaped block), wedge (a fixed wedge). Any other word is "
                "modulation, for instance dynamic_mlc (moving leaves), step_and_shoot (one segment after another), compensator "
                "(a machined filter), binary_mlc (leaves that open and shut)."
            ),
        ),
    ] = ""
    gantry_start_deg: Angle | None = None
    gantry_stop_deg: Angle | None = None
    collimator_deg: Angle | None = None
    couch_deg: Angle | None = None


class Plan(Struct, frozen=True, gc=False):
    """What was planned for one treatment site."""

    id: Identifier
    technique: Technique
    beams: tuple[Beam, ...]
    label: Text = ""
    site: Text = ""
    diagnosis: Annotated[str, Meta(max_length=100, description="ICD-10-CM")] = ""
    intent: Annotated[str, Meta(max_length=100, examples=["curative", "palliative", "benign"])] = ""
    dose_gy: Annotated[float, Meta(ge=0)] | None = None
    fractions: Annotated[int, Meta(ge=1)] | None = None
    planning: Planning = Planning()


class MotionDocumentation(Struct, frozen=True, gc=False):
    """Which elements the record of active motion management has; `system` names the system."""

    medical_necessity: bool = False
    system: Text | bool | None = None
    thresholds: bool = False
    monitoring: bool = False
    beam_rule: bool = False


class Motion(Struct, frozen=True, gc=False, omit_defaults=True):
    """Motion management in one session.

    `during_beam`: motion was monitored while the beam was on; `beam_hold`: what was monitored controlled the beam.
    """

    method: MotionMethod
    monitor: Monitor | None = None
    during_beam: bool = False
    beam_hold: bool = False
    documentation: MotionDocumentation | None = None


class Guidance(Struct, frozen=True, gc=False):
    """One act of guidance: by which method, for what, and when."""

    method: GuidanceMethod
    purpose: Purpose
    timing: Timing = "pre_treatment"


class PhysicianReview(Struct, frozen=True, gc=False):
    """The physician's review of the session's images or motion record; null: not approved."""

    approved_at: LocalTime | None = None


class Session(Struct, frozen=True, gc=False):
    """One treatment session of the day: what was delivered, guided, managed and reviewed.

    `beams_delivered` holds beam ids in the order of delivery. `next_session_at` null: no session follows.
    """

    id: Identifier
    started_at: LocalTime
    fraction: Annotated[int, Meta(ge=1)] | None = None
    beams_delivered: tuple[Identifier, ...] = ()
    guidance: tuple[Guidance, ...] = ()
    motion: Motion | None = None
    couch_shift_mm: Vector | None = None
    port_images: Annotated[int, Meta(ge=0)] = 0
    physician_review: PhysicianReview | None = None
    next_session_at: LocalTime | None = None


class Case(Struct, frozen=True, gc=False, tag_field="schema", tag="rtconform.case/1"):
    """One synthetic patient's treatment day, the unit sent to a vendor."""

    id: Identifier
    patient: Patient
    billing: Billing
    isocenters: tuple[Isocenter, ...]
    plans: tuple[Plan, ...]
    sessions: tuple[Session, ...]


class Record(Protocol):
    """What a case and the documentation of a claim have in common."""

    @property
    def isocenters(self) -> tuple[Isocenter, ...]: ...
    @property
    def plans(self) -> tuple[Plan, ...]: ...
    @property
    def sessions(self) -> tuple[Session, ...]: ...


def duplicate_ids(case: Record) -> Iterator[Fault]:
    """Every id that two isocenters, plans, beams or sessions of the case share: a reference to it would mean nothing."""
    families = {
        "$.isocenters[{}].id": [(i, item.id) for i, item in enumerate(case.isocenters)],
        "$.plans[{}].id": [(i, item.id) for i, item in enumerate(case.plans)],
        "$.sessions[{}].id": [(i, item.id) for i, item in enumerate(case.sessions)],
    }
    for template, numbered in families.items():
        seen: set[str] = set()
        for index, identifier in numbered:
            if identifier in seen:
                yield Fault(f"duplicate id {identifier!r}", template.format(index))
            seen.add(identifier)
    beams: set[str] = set()
    for p, plan in enumerate(case.plans):
        for b, beam in enumerate(plan.beams):
            if beam.id in beams:
                yield Fault(f"duplicate beam id {beam.id!r}", f"$.plans[{p}].beams[{b}].id")
            beams.add(beam.id)


def unknown_terms(case: Case) -> Iterator[Fault]:
    """Every technique, radiation or method that our vocabulary lacks, wherever it stands in the case."""
    for p, plan in enumerate(case.plans):
        if plan.technique not in TECHNIQUES:
            yield Fault(f"unknown technique {plan.technique!r}", f"$.plans[{p}].technique")
        for b, beam in enumerate(plan.beams):
            if beam.radiation not in RADIATIONS:
                yield Fault(f"unknown radiation {beam.radiation!r}", f"$.plans[{p}].beams[{b}].radiation")
    for s, session in enumerate(case.sessions):
        if session.motion and session.motion.method not in MOTION_METHODS:
            yield Fault(f"unknown motion method {session.motion.method!r}", f"$.sessions[{s}].motion.method")
        for g, guidance in enumerate(session.guidance):
            if guidance.method not in GUIDANCE_METHODS:
                yield Fault(f"unknown guidance method {guidance.method!r}", f"$.sessions[{s}].guidance[{g}].method")


def claim_fault(case: Case) -> Iterator[Fault]:
    """A claim that its setting does not have (`CLAIMS_OF_SETTING`)."""
    claims = CLAIMS_OF_SETTING[case.billing.setting]
    if case.billing.claim not in claims:
        yield Fault(
            f"no {case.billing.claim} claim in setting {case.billing.setting}: use {' or '.join(claims)}",
            "$.billing.claim",
        )
