"""A case, and a claim, in which every field is given: to try a request template on, or whether a vendor answers at all."""

from msgspec.structs import replace

from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient, Treatment
from rtconform.reference.documents.treatment import Case
from rtconform.reference.documents.wire import decode

_DOCUMENT = b"""{"schema": "rtconform.case/1", "id": "sample:1",
 "patient": {"id": "SYN-0000000001", "family_name": "Sample", "given_name": "Sam", "birth_date": "1953-04-02", "sex": "male"},
 "billing": {"date_of_service": "2026-03-09", "setting": "hospital_outpatient", "claim": "facility", "payer": "medicare"},
 "isocenters": [{"id": "ISO1", "position_mm": [0.0, -12.5, 40.0]}],
 "plans": [{"id": "P1", "label": "Prostate VMAT", "site": "prostate", "diagnosis": "C61", "intent": "curative",
   "technique": "vmat", "dose_gy": 60.0, "fractions": 20,
   "planning": {"volumetric_imaging": "ct", "targets": ["PTV"], "organs_at_risk": ["rectum", "bladder"],
                "dvh_evaluated": true, "inverse_optimized": true},
   "beams": [{"id": "P1B1", "radiation": "photon", "isocenter": "ISO1", "energy": "6X", "delivery": "arc",
              "modulation": "dynamic_mlc", "gantry_start_deg": 181.0, "gantry_stop_deg": 179.0,
              "collimator_deg": 30.0, "couch_deg": 5.0}]}],
 "sessions": [{"id": "S1", "started_at": "2026-03-09T09:10:00", "fraction": 5, "beams_delivered": ["P1B1"],
   "guidance": [{"method": "stereoscopic_xray", "purpose": "target_localization", "timing": "pre_treatment"}],
   "motion": {"method": "breath_hold", "monitor": "optical_surface", "during_beam": true, "beam_hold": true,
              "documentation": {"medical_necessity": true, "system": "surface camera", "thresholds": true,
                                "monitoring": true, "beam_rule": true}},
   "couch_shift_mm": [1.2, -0.4, 2.0], "port_images": 1,
   "physician_review": {"approved_at": "2026-03-09T17:40:00"}, "next_session_at": "2026-03-10T09:10:00"}]}"""


def sample_claims() -> tuple[Claim, ...]:
    """Three claims to see whether an editor answers at all: a hospital's with its record and without, and a physician's."""
    claim = sample_claim()
    alone = replace(claim, id="sample:2", treatment=None)
    line = replace(claim.lines[0], code="77387", modifiers=("26",), revenue_code=None)
    physician = replace(
        alone, id="sample:3", kind="professional", type_of_bill=None, billing_provider="physician_group", lines=(line,)
    )
    return claim, alone, physician


def sample_case() -> Case:
    """A case of one plan and one session."""
    return decode(_DOCUMENT, Case, "sample case")


def sample_claim() -> Claim:
    """The claim for the sample case, with its record."""
    case = sample_case()
    day, patient = case.billing.date_of_service, case.patient
    diagnoses = tuple(plan.diagnosis for plan in case.plans)
    return Claim(
        id=case.id,
        kind="institutional",
        patient=ClaimPatient(patient.id, patient.birth_date, patient.sex),
        lines=(ClaimLine(1, "77412", day, (), 1, diagnoses, case.sessions[0].id, "0333"),),
        place_of_service="22",
        type_of_bill="0131",
        billing_provider="hospital",
        rendering_provider="physician",
        treatment=Treatment(case.isocenters, case.plans, case.sessions),
    )
