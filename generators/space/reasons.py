"""The constraints of the space (`space.py`), each with its reason.

A row reads: if each dimension named first has one of these values, each dimension named second has one of those. Values are
separated by spaces.
"""

from collections.abc import Mapping

from rtconform.generators.space.model import Implication

_BRACHYTHERAPY = "hdr_brachytherapy ldr_brachytherapy"
_UNIFORM = "2d 3d_crt field_in_field mixed_2d_3d mixed_photon_electron_plan mixed_photon_electron_plans"
_FLATTENED = "photon_low photon_high"
_ONE_METHOD = "orthogonal_kv stereoscopic_xray cbct ct ultrasound mri pet_ct mv_port surface"
_TWO_METHODS = "cbct+surface cbct+orthogonal_kv stereoscopic_xray+surface orthogonal_kv+mv_port"
_DURING_BEAM = "orthogonal_kv stereoscopic_xray ultrasound mri pet_ct surface"
_NO_PORT = f"helical_imrt proton {_BRACHYTHERAPY} superficial_xray intraoperative srs sbrt"
_SECOND_DURING_BEAM = "cbct+surface cbct+orthogonal_kv stereoscopic_xray+surface"


def _row(when: Mapping[str, str], then: Mapping[str, str], reason: str) -> Implication:
    return Implication(
        {name: tuple(values.split()) for name, values in when.items()},
        {name: tuple(values.split()) for name, values in then.items()},
        reason,
    )


# fmt: off
ENERGY = (
    _row({"technique": _UNIFORM}, {"energy": _FLATTENED},
         "uniform fields are treated with a flattening filter"),
    _row({"technique": "imrt_compensator"}, {"energy": _FLATTENED},
         "compensators are milled for a flattened beam"),
    _row({"technique": "imrt_static vmat"}, {"energy": f"{_FLATTENED} photon_fff"},
         "photons, with or without filter"),
    _row({"technique": "helical_imrt"}, {"energy": "photon_fff"},
         "the one beam of a helical machine is unflattened"),
    _row({"technique": "srs sbrt"}, {"energy": "photon_low photon_fff"},
         "small fields are treated at 6 MV or without filter"),
    _row({"technique": "electron"}, {"energy": "electron_low electron_high"},
         "electron fields are electrons"),
    _row({"technique": "total_skin_electron"}, {"energy": "electron_low"},
         "the skin is treated at low energy"),
    _row({"technique": "proton"}, {"energy": "proton"},
         "protons are protons"),
    _row({"technique": _BRACHYTHERAPY}, {"energy": "source"},
         "brachytherapy treats from a source in the patient"),
    _row({"technique": "superficial_xray"}, {"energy": "kilovoltage"},
         "superficial x-rays come from a tube"),
    _row({"technique": "intraoperative"}, {"energy": "electron_low electron_high kilovoltage"},
         "mobile machines have electrons or x-rays"),
)

ARRANGEMENT = (
    _row({"technique": f"total_skin_electron {_BRACHYTHERAPY} intraoperative"}, {"arrangement": "one"},
         "there is one plan for one region"),
    _row({"technique": "mixed_2d_3d"}, {"arrangement": "contiguous"},
         "two plans at one isocenter is what the technique says"),
    _row({"technique": "mixed_photon_electron_plan"}, {"arrangement": "one planned_shift_2"},
         "one plan is what the technique says"),
    _row({"technique": "mixed_photon_electron_plans"}, {"arrangement": "contiguous separate_sites_2"},
         "two plans delivered is what the technique says"),
    _row({"technique": "electron"},
         {"arrangement": "one separate_sites_2 separate_sites_3 alternating_days planned_not_delivered"},
         "an electron field is set up on its own patch of skin"),
    _row({"technique": "superficial_xray"}, {"arrangement": "one separate_sites_2"},
         "lesions are treated one or two at a visit"),
    _row({"technique": "srs"}, {"arrangement": "one separate_sites_2 separate_sites_3"},
         "brain metastases have an isocenter each"),
    _row({"technique": "sbrt"}, {"arrangement": "one separate_sites_2 alternating_days"},
         "a body lesion or two at a time"),
    _row({"technique": "proton"}, {"arrangement": "one planned_shift_2"},
         "protons treat one volume, a long one with a shift"),
    _row({"technique": "imrt_compensator"}, {"arrangement": "one contiguous planned_not_delivered"},
         "each field needs a compensator of its own: few fields, one isocenter"),
    _row({"technique": "helical_imrt"}, {"arrangement": "one contiguous separate_sites_2 planned_not_delivered"},
         "the helix treats long volumes without a shift"),
)

INTENT = (
    _row({"technique": f"total_skin_electron proton {_BRACHYTHERAPY} intraoperative sbrt imrt_compensator helical_imrt"},
         {"intent": "curative palliative"},
         "benign diseases are treated by simpler means"),
    _row({"technique": "mixed_photon_electron_plan mixed_photon_electron_plans"}, {"intent": "curative palliative"},
         "benign diseases are treated by simpler means"),
    _row({"technique": "intraoperative ldr_brachytherapy proton"}, {"intent": "curative"},
         "its effort is made to cure"),
    _row({"technique": "2d"}, {"intent": "palliative benign"},
         "who treats to cure draws volumes"),
    _row({"intent": "benign"}, {"arrangement": "one separate_sites_2 separate_sites_3 separate_sites_4 alternating_days"},
         "benign diseases are treated joint by joint, lesion by lesion"),
)

MOTION = (
    _row({"motion": "none passive_compression free_breathing_itv"}, {"monitor": "none"},
         "what is not actively managed has no monitor"),
    _row({"motion": "none passive_compression free_breathing_itv"}, {"control": "off"},
         "what is not actively managed holds no beam"),
    _row({"motion": "breath_hold"}, {"monitor": "none optical_surface spirometry external_marker"},
         "a held breath shows at the surface or in the airway"),
    _row({"motion": "gating"},
         {"monitor": "optical_surface external_marker fiducial_imaging em_transponder mr_cine spirometry"},
         "gating follows a monitor of the breath or of the target"),
    _row({"motion": "tracking"}, {"monitor": "fiducial_imaging em_transponder mr_cine"},
         "tracking follows the target itself"),
    _row({"monitor": "none"}, {"control": "off"},
         "what nothing monitors holds no beam"),
    _row({"technique": f"total_skin_electron {_BRACHYTHERAPY} superficial_xray intraoperative"}, {"motion": "none"},
         "motion does not matter to it"),
    _row({"technique": "electron mixed_photon_electron_plan mixed_photon_electron_plans"}, {"motion": "none breath_hold gating"},
         "electrons are given to the chest wall: nothing inside is tracked"),
    _row({"technique": "electron mixed_photon_electron_plan mixed_photon_electron_plans"},
         {"monitor": "none optical_surface external_marker spirometry"},
         "electrons are given to the chest wall: its surface shows the breath"),
    _row({"technique": "electron", "motion": "breath_hold gating"}, {"arrangement": "one"},
         "it is one side of the chest that is treated in breath hold"),
    _row({"technique": "electron", "motion": "breath_hold gating"}, {"intent": "curative"},
         "the heart is spared for the years after a cure"),
    _row({"technique": "mixed_photon_electron_plans", "arrangement": "separate_sites_2"}, {"motion": "none"},
         "sites of different depth do not move together with the breath"),
    _row({"technique": "2d mixed_2d_3d imrt_compensator"}, {"motion": "none free_breathing_itv breath_hold gating"},
         "simple fields are wide: nothing is tracked or compressed for them"),
    _row({"technique": "2d mixed_2d_3d imrt_compensator"}, {"monitor": "none optical_surface external_marker spirometry"},
         "simple fields follow the breath, not the target"),
    _row({"intent": "benign"}, {"motion": "none"},
         "joints and scars do not move with the breath"),
    _row({"technique": "srs"}, {"motion": "none"},
         "a fixed head does not move with the breath"),
    _row({"monitor": "em_transponder"}, {"technique": "3d_crt field_in_field imrt_static vmat sbrt"},
         "transponders are implanted for courses on a C-arm linac"),
    _row({"monitor": "mr_cine"}, {"guidance": "mri"},
         "cine images come from an MR linac, which images the target before as well"),
)

MACHINES = (
    _row({"guidance": "mri"}, {"technique": "imrt_static sbrt hdr_brachytherapy"},
         "an MR linac treats static fields; applicators are seen on MR"),
    _row({"guidance": "mri", "technique": "imrt_static sbrt"}, {"energy": "photon_fff"},
         "the one beam of an MR linac is unflattened"),
    _row({"guidance": "mri", "technique": "imrt_static sbrt"}, {"monitor": "none mr_cine"},
         "nothing but cine images watches in an MR linac"),
    _row({"guidance": "mri", "motion": "breath_hold"}, {"control": "off"},
         "an MR linac has no monitor of the breath"),
    _row({"guidance": "pet_ct"}, {"technique": "imrt_static sbrt"},
         "a PET linac treats static fields"),
    _row({"guidance": "pet_ct"}, {"energy": "photon_fff"},
         "the one beam of a PET linac is unflattened"),
    _row({"guidance": "pet_ct"}, {"monitor": "none optical_surface external_marker"},
         "a PET linac has these monitors"),
    _row({"guidance": "pet_ct"}, {"motion": "none passive_compression free_breathing_itv breath_hold gating"},
         "what follows the target there is the PET image itself"),
    _row({"technique": "helical_imrt"}, {"guidance": "none orthogonal_kv ct surface"},
         "a helical unit has these images"),
    _row({"technique": "srs"},
         {"guidance": "orthogonal_kv stereoscopic_xray cbct cbct+surface cbct+orthogonal_kv stereoscopic_xray+surface"},
         "stereotactic treatment is never without x-ray guidance"),
    _row({"technique": "sbrt"},
         {"guidance": "stereoscopic_xray cbct ct mri pet_ct cbct+surface cbct+orthogonal_kv stereoscopic_xray+surface"},
         "stereotactic treatment is never without a volume or a pair of x-rays"),
    _row({"technique": "proton"},
         {"guidance": "none orthogonal_kv stereoscopic_xray cbct ct surface cbct+surface cbct+orthogonal_kv "
                      "stereoscopic_xray+surface"},
         "a proton gantry has these images"),
    _row({"technique": "hdr_brachytherapy"}, {"guidance": "none orthogonal_kv ct ultrasound mri"},
         "applicators are checked with these images"),
    _row({"technique": "ldr_brachytherapy"}, {"guidance": "none ct ultrasound"},
         "seeds are placed with these images"),
    _row({"technique": "superficial_xray intraoperative"}, {"guidance": "none ultrasound"},
         "at most ultrasound shows how deep the target lies"),
    _row({"technique": "total_skin_electron"}, {"guidance": "none"},
         "the whole skin needs no localization"),
    _row({"technique": "electron"}, {"guidance": "none orthogonal_kv surface"},
         "electron fields are set up on the skin"),
    _row({"guidance": "ultrasound"}, {"arrangement": "one contiguous separate_sites_2 planned_not_delivered"},
         "the probe shows one target, or two"),
    _row({"guidance": "ultrasound"}, {"motion": "none breath_hold gating"},
         "the probe presses on what it shows: only a held or gated breath goes with it"),
    _row({"guidance": "ultrasound", "motion": "breath_hold gating"}, {"intent": "curative"},
         "so much care is for a cure"),
    _row({"guidance": "ultrasound"}, {"monitor": "none optical_surface external_marker spirometry"},
         "a patient with an implanted marker needs no ultrasound"),
    _row({"guidance": "ultrasound", "technique": "field_in_field 3d_crt imrt_static vmat"}, {"intent": "curative palliative"},
         "benign diseases are treated where ultrasound shows no target"),
    _row({"guidance": "mri pet_ct"}, {"intent": "curative palliative"},
         "such machines are not used for benign diseases"),
    _row({"technique": "mixed_photon_electron_plan mixed_photon_electron_plans"},
         {"guidance": "none orthogonal_kv cbct mv_port surface cbct+surface cbct+orthogonal_kv orthogonal_kv+mv_port"},
         "a C-arm linac with electrons has these images"),
    _row({"technique": "2d mixed_2d_3d imrt_compensator"},
         {"guidance": "none orthogonal_kv cbct mv_port surface cbct+surface orthogonal_kv+mv_port"},
         "simple fields are treated on plain linacs"),
    _row({"technique": _NO_PORT}, {"port_images": "none"},
         "there is no port to take an image through"),
    _row({"guidance": "mri pet_ct"}, {"port_images": "none"},
         "such machines take no port images"),
)

COURSE = (
    _row({"technique": "intraoperative ldr_brachytherapy"}, {"course": "last_session"},
         "it is given once"),
    _row({"technique": "total_skin_electron srs sbrt proton ldr_brachytherapy superficial_xray intraoperative"},
         {"sessions": "1"},
         "it is given once a day"),
    _row({"technique": "srs", "intent": "benign"}, {"course": "last_session"},
         "radiosurgery of a benign disease is given once"),
    _row({"intent": "benign"}, {"sessions": "1"},
         "there is no reason to hurry"),
    _row({"arrangement": "separate_sites_3 separate_sites_4 planned_shift_3 alternating_days planned_not_delivered"},
         {"sessions": "1"},
         "two sessions a day are for one course at one or two places"),
    _row({"technique": "hdr_brachytherapy", "intent": "palliative"}, {"sessions": "1"},
         "two applications a day are for short curative courses"),
    _row({"technique": "mixed_photon_electron_plans", "arrangement": "separate_sites_2"}, {"sessions": "1"},
         "two sites by two radiations take the whole appointment"),
    _row({"technique": "electron", "arrangement": "separate_sites_2"}, {"sessions": "1"},
         "patches of skin are treated once a day"),
    _row({"adaptive": "online"}, {"technique": "imrt_static vmat sbrt"},
         "online adaptation needs an inverse plan within minutes"),
    _row({"adaptive": "online"}, {"guidance": "cbct mri"},
         "online adaptation starts from an image of the day"),
    _row({"adaptive": "online"}, {"purpose": "target_localization"},
         "online adaptation starts from an image of the target"),
    _row({"adaptive": "online"}, {"sessions": "1"},
         "online adaptation takes the machine too long for two sessions"),
    _row({"adaptive": "online"}, {"arrangement": "one"},
         "one volume is adapted at a time"),
    _row({"adaptive": "offline"}, {"technique": "3d_crt field_in_field imrt_static vmat imrt_compensator helical_imrt proton"},
         "short courses are over before a new plan is made"),
    _row({"adaptive": "offline"}, {"intent": "curative"},
         "palliative courses are over before a new plan is made"),
)

GUIDANCE = (
    _row({"guidance": "none"}, {"purpose": "none", "timing": "none"},
         "no guidance has no purpose and no time"),
    _row({"guidance": _ONE_METHOD}, {"purpose": "target_localization patient_setup"},
         "one method has one purpose"),
    _row({"guidance": _TWO_METHODS}, {"purpose": "target_localization patient_setup both"},
         "guidance has a purpose"),
    _row({"guidance": f"{_ONE_METHOD} {_TWO_METHODS}"}, {"timing": "pre_treatment intrafraction both"},
         "guidance has a time"),
    _row({"timing": "intrafraction"}, {"guidance": _DURING_BEAM},
         "the other methods can't image during the beam; of two methods the first is used before it"),
    _row({"timing": "both"}, {"guidance": f"{_DURING_BEAM} {_SECOND_DURING_BEAM}"},
         "the other methods can't image during the beam"),
    _row({"timing": "intrafraction both"}, {"purpose": "target_localization"},
         "a patient is set up before the beam"),
    _row({"guidance": "none"}, {"couch": "none"},
         "a correction follows from guidance"),
    _row({"technique": f"{_BRACHYTHERAPY} intraoperative"}, {"couch": "none"},
         "the source or the applicator is in the patient and moves along"),
)

REVIEW = (
    _row({"guidance": "none", "control": "off", "port_images": "none"}, {"approval": "none"},
         "there is nothing to approve"),
    _row({"guidance": "none", "control": "off", "technique": _NO_PORT}, {"approval": "none"},
         "there is nothing to approve, nor a port image"),
)
# fmt: on

CONSTRAINTS: tuple[Implication, ...] = (
    *ENERGY,
    *ARRANGEMENT,
    *INTENT,
    *MOTION,
    *MACHINES,
    *GUIDANCE,
    *COURSE,
    *REVIEW,
)
"""Every constraint, in the order in which `rtconform space` prints them."""
