"""The systems, profiles and codes of FHIR, CodeX RT and mCODE that stand for our words.

Codes only: the names that SNOMED CT and CPT give them belong to others. Where a code stands for several words of ours, or for
none, the word is in the `text` beside it or in an extension of our own (`extensions.py`).
"""

SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
UCUM = "http://unitsofmeasure.org"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"

CASE, SESSION, PLAN, PATIENT, CLAIM, ORGANIZATION = (
    f"urn:rtconform:{kind}" for kind in ("case", "session", "plan", "patient", "claim", "organization")
)
"""Identifier systems of our own: what a case, a session, a plan, a patient, a claim and an organization are called."""

_MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
_CODEX = "http://hl7.org/fhir/us/codex-radiation-therapy/StructureDefinition/codexrt-"

CANCER_PATIENT = f"{_MCODE}cancer-patient"
INTENT = f"{_MCODE}procedure-intent"
MODALITY_AND_TECHNIQUE = f"{_MCODE}radiotherapy-modality-and-technique"
MODALITY, TECHNIQUE = f"{_MCODE}radiotherapy-modality", f"{_MCODE}radiotherapy-technique"
"""Within `MODALITY_AND_TECHNIQUE`: extensions of their own, with addresses of their own."""

COURSE_SUMMARY = f"{_CODEX}radiotherapy-course-summary"
VOLUME = f"{_CODEX}radiotherapy-volume"
TREATMENT_PLAN = f"{_CODEX}radiotherapy-treatment-plan"
TREATMENT_SESSION = f"{_CODEX}radiotherapy-treatment-session"
TREATED_FRACTION = f"{_CODEX}radiotherapy-treated-fraction"
FRACTIONS_PLANNED = f"{_CODEX}radiotherapy-fractions-planned"
FRACTIONS_PRESCRIBED = f"{_CODEX}radiotherapy-fractions-prescribed"
FRACTION_NUMBER = f"{_CODEX}radiotherapy-fraction-number-in-plan"
DOSE_TO_VOLUME = f"{_CODEX}radiotherapy-dose-planned-to-volume"
DOSE_PRESCRIBED = f"{_CODEX}radiotherapy-dose-prescribed-to-volume"
DOSE_DELIVERED = f"{_MCODE}radiotherapy-dose-delivered-to-volume"
IMAGE_GUIDANCE = f"{_CODEX}image-guided-radiotherapy-modality"
VERIFICATION = f"{_CODEX}intrafraction-verification"
RESPIRATORY = f"{_CODEX}radiotherapy-respiratory-motion-management"
FREE_BREATHING = f"{_CODEX}radiotherapy-free-breathing-motion-mgmt-technique"

RADIOTHERAPY, PLAN_CODE, FRACTION_CODE, COURSE_CODE = "1287742003", "1255724003", "1297069006", "1217123003"
"""SNOMED CT: radiotherapy, a treatment plan of it, a fraction of it, a course of it."""

PROCEDURE_ENCOUNTER = "308335008"
PLANNING_TARGET = "228793007"
FREELY_BREATHING = "721071000124104"

MODALITIES = {"photon": "1156506007", "electron": "45643008", "proton": "10611004"}
"""The modality of a plan by the radiation of its first beam."""

TECHNIQUES = {
    "2d": "1156526006",
    "3d_crt": "1162782007",
    "field_in_field": "1162782007",
    "imrt_static": "441799006",
    "imrt_compensator": "441799006",
    "helical_imrt": "441799006",
    "vmat": "1156530009",
    "electron": "1156526006",
    "intraoperative": "168524008",
}

INTENTS = {"curative": "373808002", "palliative": "363676003"}

MOTION = {"breath_hold": "721051000124109", "none": "721031000124102"}
"""How respiratory motion is managed; whoever breathes freely is managed by one of `FREE_METHODS`."""

FREE_METHODS = {
    "gating": "721061000124106",
    "tracking": "1286801002",
    "free_breathing_itv": "1286802009",
    "passive_compression": "721081000124101",
}

GUIDANCE = {
    "orthogonal_kv": "168537006",
    "stereoscopic_xray": "168537006",
    "mv_port": "168537006",
    "cbct": "717193008",
    "ct": "77477000",
    "mri": "113091000",
    "ultrasound": "16310003",
    "surface": "1297350006",
}
"""Image guidance by method. PET/CT has no code, and the three kinds of plain X-ray share one."""

MONITORS = {"fiducial_imaging": "1335864002", "em_transponder": "1332089004", "optical_surface": "1297350006"}
"""What watches the patient during the beam: intrafraction verification."""

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"

CLAIM_TYPE, PRIORITY, CARE_TEAM = (f"{_TERMINOLOGY}{name}" for name in ("claim-type", "processpriority", "claimcareteamrole"))
ADJUDICATION, INFORMATION = f"{_TERMINOLOGY}adjudication", f"{_TERMINOLOGY}claiminformationcategory"
"""Code systems of HL7 for claims: the kind of claim, what an adjudication is about, what supporting information is."""

SUPPORTING = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType"
NUCC = "http://nucc.org/provider-taxonomy"
PLACE_OF_SERVICE = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
TYPE_OF_BILL, REVENUE_CODE = (f"https://www.nubc.org/CodeSystem/{name}" for name in ("TypeOfBill", "RevenueCodes"))
CARC = "https://x12.org/codes/claim-adjustment-reason-codes"
"""Code systems of others that claims in the United States use, under the addresses that CARIN's profiles give them."""
