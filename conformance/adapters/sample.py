"""A case to try a vendor's request template on before anything is asked: everything that a record may have is there."""

from rtconform.reference.treatment import Case
from rtconform.reference.wire import decode

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


def sample_case() -> Case:
    """One plan, one session, every optional field given."""
    return decode(_DOCUMENT, Case, "sample case")
