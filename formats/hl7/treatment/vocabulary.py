"""The local code system 99RTC: what an observation (OBX) about a plan, a beam or a session means in a case.

HL7 v2 has no terms of radiotherapy. So each observation carries a code of ours in OBX-3, its kind of value in OBX-2, the value in
OBX-5, and in OBX-4 which of several beams, isocenters or acts of guidance it is about. The fields of a case stand here once, for
the writer, the reader and the page about them.
"""

from dataclasses import dataclass
from typing import Literal

SYSTEM = "99RTC"
"""The name of the code system, as OBX-3.3 and OBR-4.3 have it."""

ORDERS = "OIS"
"""The system that gives order numbers (EI.2)."""

Level = Literal["plan", "planning", "beam", "isocenter", "session", "guidance", "motion", "documentation"]
Kind = Literal["text", "texts", "number", "vector", "flag", "text or flag"]

HL7_TYPES: dict[Kind, str] = {
    "text": "ST",
    "texts": "ST",
    "number": "NM",
    "vector": "NA",
    "flag": "CWE",
    "text or flag": "ST",
}
"""OBX-2 of each kind of value. Of `texts` OBX-5 repeats; of `text or flag` a flag is written as CWE."""


@dataclass(frozen=True)
class Observation:
    """A field of a case as an observation: its code, what the code means, where it stands in a case, what its value is."""

    code: str
    meaning: str
    level: Level
    field: str
    kind: Kind


OBSERVATIONS = (
    Observation("PLAN_ID", "Plan, as the record names it", "plan", "id", "text"),
    Observation("PLAN_UID", "RT Plan object (SOP Instance UID)", "plan", "uid", "text"),
    Observation("TECHNIQUE", "Technique", "plan", "technique", "text"),
    Observation("LABEL", "Plan label", "plan", "label", "text"),
    Observation("SITE", "Treatment site", "plan", "site", "text"),
    Observation("DIAGNOSIS", "Diagnosis, ICD-10-CM", "plan", "diagnosis", "text"),
    Observation("INTENT", "Intent", "plan", "intent", "text"),
    Observation("DOSE_GY", "Prescribed dose, Gy", "plan", "dose_gy", "number"),
    Observation("FRACTIONS", "Planned fractions", "plan", "fractions", "number"),
    Observation("VOLUMETRIC_IMAGING", "Imaging that was planned on", "planning", "volumetric_imaging", "text"),
    Observation("TARGETS", "Target volumes", "planning", "targets", "texts"),
    Observation("ORGANS_AT_RISK", "Organs at risk", "planning", "organs_at_risk", "texts"),
    Observation("DVH_EVALUATED", "Dose-volume histograms evaluated", "planning", "dvh_evaluated", "flag"),
    Observation("INVERSE_OPTIMIZED", "Inversely optimised", "planning", "inverse_optimized", "flag"),
    Observation("BEAM_ID", "Beam, as the record names it", "beam", "id", "text"),
    Observation("RADIATION", "Radiation", "beam", "radiation", "text"),
    Observation("BEAM_ISOCENTER", "Isocenter that the beam is treated at", "beam", "isocenter", "text"),
    Observation("ENERGY", "Energy", "beam", "energy", "text"),
    Observation("DELIVERY", "Delivery", "beam", "delivery", "text"),
    Observation("MODULATION", "Modulation of the intensity", "beam", "modulation", "text"),
    Observation("GANTRY_START_DEG", "Gantry angle at the start, degrees", "beam", "gantry_start_deg", "number"),
    Observation("GANTRY_STOP_DEG", "Gantry angle at the end, degrees", "beam", "gantry_stop_deg", "number"),
    Observation("COLLIMATOR_DEG", "Collimator angle, degrees", "beam", "collimator_deg", "number"),
    Observation("COUCH_DEG", "Couch angle, degrees", "beam", "couch_deg", "number"),
    Observation("ISOCENTER_ID", "Isocenter, as the record names it", "isocenter", "id", "text"),
    Observation("POSITION_MM", "Isocenter position, mm", "isocenter", "position_mm", "vector"),
    Observation("SESSION_ID", "Session, as the record names it", "session", "id", "text"),
    Observation("SESSION_UID", "Treatment Session UID of its records", "session", "uid", "text"),
    Observation("FRACTION", "Fraction", "session", "fraction", "number"),
    Observation("BEAMS_DELIVERED", "Beams delivered, in order", "session", "beams_delivered", "texts"),
    Observation("COUCH_SHIFT_MM", "Couch shift, mm", "session", "couch_shift_mm", "vector"),
    Observation("PORT_IMAGES", "Port images", "session", "port_images", "number"),
    Observation("GUIDANCE_METHOD", "Guidance, method", "guidance", "method", "text"),
    Observation("GUIDANCE_PURPOSE", "Guidance, purpose", "guidance", "purpose", "text"),
    Observation("GUIDANCE_TIMING", "Guidance, before or during the beam", "guidance", "timing", "text"),
    Observation("MOTION_METHOD", "Motion management", "motion", "method", "text"),
    Observation("MOTION_MONITOR", "What monitored motion", "motion", "monitor", "text"),
    Observation("MONITORED_DURING_BEAM", "Motion was monitored while the beam was on", "motion", "during_beam", "flag"),
    Observation("BEAM_HOLD", "Motion controlled the beam", "motion", "beam_hold", "flag"),
    Observation("RECORD_NECESSITY", "Motion record: medical necessity", "documentation", "medical_necessity", "flag"),
    Observation("RECORD_SYSTEM", "Motion record: the system", "documentation", "system", "text or flag"),
    Observation("RECORD_THRESHOLDS", "Motion record: thresholds", "documentation", "thresholds", "flag"),
    Observation("RECORD_MONITORING", "Motion record: monitoring", "documentation", "monitoring", "flag"),
    Observation("RECORD_BEAM_RULE", "Motion record: when the beam is held", "documentation", "beam_rule", "flag"),
)

BY_CODE = {one.code: one for one in OBSERVATIONS}

PLAN, SESSION, ISOCENTERS, REVIEW = "RTPLAN", "RTSESSION", "RTISO", "RTREVIEW"
"""What an OBR-4 is about: a plan, a session, the isocenters; and the document that says what a physician reviewed."""

TITLES = {
    PLAN: "Radiotherapy plan",
    SESSION: "Radiotherapy treatment session",
    ISOCENTERS: "Isocenters",
    REVIEW: "Review of images and motion record",
}

SETTINGS = {"hospital_outpatient": "HOSPITAL", "freestanding": "FREESTANDING"}
"""PV1-3.4, the facility, by the setting of a case."""

SEXES = {"female": "F", "male": "M", "other": "O", "unknown": "U"}
"""PID-8 (table 0001)."""

AUTHENTICATED, DOCUMENTED = "LA", "DO"
"""TXA-17 (table 0271): legally authenticated, which is the physician's approval; documented, which is no approval yet."""

APPROVED = ("LA", "AU")
"""What a reader takes for approved."""


def of_level(level: Level) -> tuple[Observation, ...]:
    """The observations about one part of a case, in the order in which they are written."""
    return tuple(one for one in OBSERVATIONS if one.level == level)
