"""What `plausibility.py` knows of the clinic: its own tables, written apart from the data that treatments are made of."""

from typing import NamedTuple


class Room(NamedTuple):
    """What a treatment room can do: energies (a regular expression), deliveries, images, monitors, whether the couch turns."""

    energies: str
    deliveries: frozenset[str]
    imaging: frozenset[str]
    monitors: frozenset[str]
    couch_turns: bool = True


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_LINAC = r"(6|10|15|18)X|(6|10)FFF|(6|9|12|15|16|18|20)E"
_ON_BOARD = "orthogonal_kv cbct mv_port surface"
_RESPIRATORY = "optical_surface external_marker spirometry"

ROOMS: dict[str, Room] = {
    "C-arm linac": Room(_LINAC, _set("static arc"), _set(_ON_BOARD), _set(f"{_RESPIRATORY} fiducial_imaging")),
    "linac with portal imaging only": Room(
        r"(6|10|15|18)X|(6|9|12|15|16|18|20)E", _set("static"), _set("mv_port"), _set("external_marker spirometry")
    ),
    "ring linac": Room(r"6FFF", _set("static arc"), _set(_ON_BOARD), _set("optical_surface spirometry"), couch_turns=False),
    "helical unit": Room(
        r"6FFF", _set("helical"), _set("ct orthogonal_kv surface"), _set(f"{_RESPIRATORY} fiducial_imaging"), couch_turns=False
    ),
    "C-arm linac with room x-ray": Room(
        _LINAC, _set("static arc"), _set(f"{_ON_BOARD} stereoscopic_xray"), _set(f"{_RESPIRATORY} fiducial_imaging")
    ),
    "C-arm linac with transponder array": Room(
        _LINAC,
        _set("static arc"),
        _set(f"{_ON_BOARD} stereoscopic_xray ultrasound ct"),
        _set(f"{_RESPIRATORY} em_transponder fiducial_imaging"),
    ),
    "C-arm linac with CT on rails": Room(
        _LINAC, _set("static arc"), _set("ct orthogonal_kv mv_port surface"), _set(f"{_RESPIRATORY} fiducial_imaging")
    ),
    "C-arm linac with ultrasound": Room(
        _LINAC, _set("static arc"), _set(f"{_ON_BOARD} ultrasound"), _set(f"{_RESPIRATORY} fiducial_imaging")
    ),
    "MR linac": Room(r"[67]FFF", _set("static"), _set("mri"), _set("mr_cine"), couch_turns=False),
    "PET linac": Room(r"6FFF", _set("static"), _set("pet_ct ct"), _set("optical_surface external_marker"), couch_turns=False),
    "robotic linac": Room(r"6FFF", _set("static"), _set("stereoscopic_xray"), _set("fiducial_imaging external_marker")),
    "gamma unit": Room(r"Co-60", _set("static"), _set("cbct"), _set("external_marker"), couch_turns=False),
    "proton gantry": Room(
        r"\d+ MeV",
        _set("static"),
        _set("orthogonal_kv stereoscopic_xray cbct ct surface"),
        _set(f"{_RESPIRATORY} fiducial_imaging"),
    ),
    "afterloader": Room(r"Ir-192", _set("static"), _set("ct ultrasound orthogonal_kv mri"), frozenset()),
    "permanent seeds": Room(r"I-125|Pd-103|Cs-131", _set("static"), _set("ultrasound ct"), frozenset()),
    "superficial x-ray unit": Room(r"\d+ kV", _set("static"), _set("ultrasound"), frozenset()),
    "mobile electron linac": Room(r"(6|9|12)E", _set("static"), _set("ultrasound"), frozenset()),
    "mobile x-ray source": Room(r"50 kV", _set("static"), _set("ultrasound"), frozenset()),
}
"""By the machine that a plan's label names in brackets."""

ENERGIES: dict[str, str] = {
    "photon": r"(4|6|10|15|18)X|(6|7|10)FFF|Co-60|Ir-192|I-125|Pd-103|Cs-131|\d+ kV",
    "electron": r"(4|6|8|9|10|12|15|16|18|20)E",
    "proton": r"\d+ MeV",
}
"""What a radiation's energy may be called."""


class Practice(NamedTuple):
    """What a technique may look like: radiations, energies, deliveries, modulation, and gray a fraction from and to."""

    radiations: frozenset[str]
    energies: str
    deliveries: frozenset[str]
    modulation: frozenset[str]
    gray: tuple[float, float]


_MV = r"\d+X|\d+FFF"
_FIELDS = frozenset({"static"})
_OPEN = _set("none wedge")
_MIXED = _set("photon electron")
_PHOTONS = frozenset({"photon"})

TECHNIQUES: dict[str, Practice] = {
    "2d": Practice(_PHOTONS, r"\d+X", _FIELDS, _OPEN, (0.4, 10)),
    "3d_crt": Practice(_MIXED, r"\d+X|\d+E", _FIELDS, _OPEN, (0.4, 8.5)),
    "field_in_field": Practice(_PHOTONS, r"\d+X", _FIELDS, _set("none step_and_shoot dynamic_mlc"), (0.4, 8.5)),
    "imrt_static": Practice(_PHOTONS, _MV, _FIELDS, _set("dynamic_mlc step_and_shoot"), (1, 8.5)),
    "vmat": Practice(_PHOTONS, _MV, _set("arc"), _set("dynamic_mlc"), (1, 8.5)),
    "imrt_compensator": Practice(_PHOTONS, r"\d+X", _FIELDS, _set("compensator"), (1, 8.5)),
    "helical_imrt": Practice(_PHOTONS, r"6FFF|6X", _set("helical"), _set("binary_mlc"), (1, 8.5)),
    "electron": Practice(_set("electron"), r"\d+E", _FIELDS, _set("none"), (1, 8.5)),
    "total_skin_electron": Practice(_set("electron"), r"[4-9]E", _FIELDS, _set("none"), (0.5, 2.5)),
    "srs": Practice(_PHOTONS, r"6X|\d+FFF|Co-60", _set("arc static"), _set("none dynamic_mlc"), (5, 90)),
    "sbrt": Practice(_PHOTONS, r"6X|10X|\d+FFF", _set("arc static"), _set("dynamic_mlc step_and_shoot"), (5, 34)),
    "proton": Practice(_set("proton"), r"\d+ MeV", _FIELDS, _set("none pencil_beam_scanning"), (1.2, 16)),
    "hdr_brachytherapy": Practice(_PHOTONS, r"Ir-192", _FIELDS, _set("none"), (2, 21)),
    "ldr_brachytherapy": Practice(_PHOTONS, r"I-125|Pd-103|Cs-131", _FIELDS, _set("none"), (60, 160)),
    "superficial_xray": Practice(_PHOTONS, r"\d+ kV", _FIELDS, _set("none"), (0.4, 10)),
    "intraoperative": Practice(_MIXED, r"(6|9|12)E|50 kV", _FIELDS, _set("none"), (5, 25)),
}

SOURCES = ("hdr_brachytherapy", "ldr_brachytherapy", "superficial_xray", "intraoperative")
"""Techniques without a gantry, motion management or imaging of a linac."""

GRAY_BY_COURSE: tuple[tuple[int, float], ...] = ((5, 5.0), (10, 4.6), (15, 3.0), (35, 2.4), (40, 1.7), (70, 1.3))
"""A course of external beams with more fractions than the first number has at most the second number of gray in each."""

MOST_GRAY: dict[str, float] = {"total_body": 14, "craniospinal_axis": 40, "total_marrow": 24, "skin": 40}
"""Total dose that a site of this name never exceeds."""

MOST_BY_INTENT: dict[str, float] = {"curative": 84, "palliative": 60, "benign": 60}
"""Total dose of external beams, but for radiosurgery."""

BREATHING = _set(
    "breast chest_wall supraclavicular internal_mammary axilla lung lungs mediastinum esophagus heart pleura ribs sternum "
    "liver spleen pancreas stomach adrenal celiac_nodes para_aortic kidney spine"
)
"""Sites that move with the breath."""
PELVIC = _set("prostate pelvis rectum bladder vulva anus")
"""Sites that move without the breath: seen from inside."""
HEADS = _set("brain brainstem orbit orbits pituitary eye acoustic_nerve trigeminal_nerve craniospinal_axis")
SPINES = _set("spine thoracic_spine lumbar_spine cervical_spine sacrum")
SUPERFICIAL = _set(
    "breast chest_wall supraclavicular internal_mammary axilla inguinal neck nose ear scalp skin hand foot forearm thigh back "
    "shoulder sternum buttock calf vulva anus oropharynx craniospinal_axis ribs knee"
)
"""Sites where some of the target lies within reach of electrons."""
OF_SKIN = _set("nose ear scalp skin hand foot forearm thigh back shoulder sternum neck knee calf chest_wall")
"""Sites that superficial x-rays reach."""
SEEN_BY_ULTRASOUND = _set(
    "prostate prostate_bed pelvis bladder rectum vagina vulva anus liver pancreas stomach adrenal celiac_nodes para_aortic "
    "spleen breast chest_wall internal_mammary supraclavicular neck nose ear scalp hand foot forearm thigh back shoulder "
    "sternum knee inguinal"
)
MONITORS: dict[str, frozenset[str]] = {
    "breath_hold": _set("optical_surface spirometry external_marker"),
    "gating": _set("optical_surface spirometry external_marker fiducial_imaging em_transponder mr_cine"),
    "tracking": _set("fiducial_imaging em_transponder mr_cine external_marker"),
}
INSIDE = _set("fiducial_imaging em_transponder mr_cine")
"""Monitors that see inside the patient."""

SITES_OF: dict[str, frozenset[str]] = {
    "C0[0-9]|C1[0-4]": _set("oropharynx oral_cavity neck larynx"),
    "C15": _set("esophagus celiac_nodes supraclavicular mediastinum"),
    "C16": _set("stomach celiac_nodes"),
    "C20": _set("rectum pelvis inguinal"),
    "C21": _set("anus pelvis inguinal"),
    "C22": _set("liver"),
    "C25": _set("pancreas celiac_nodes"),
    "C32": _set("larynx neck"),
    "C34": _set("lung mediastinum supraclavicular chest_wall brain cervical_spine"),
    "C37|D15": _set("mediastinum"),
    "C40": _set("femur humerus"),
    "C44": _set("nose ear scalp forearm hand neck back"),
    "C45": _set("pleura chest_wall"),
    "C49": _set("thigh calf buttock forearm"),
    "C50": _set("breast chest_wall supraclavicular internal_mammary axilla"),
    "C51": _set("vulva inguinal pelvis"),
    "C53|C54": _set("pelvis para_aortic vagina inguinal"),
    "C61": _set("prostate prostate_bed pelvis"),
    "C62": _set("para_aortic pelvis"),
    "C64|C74": _set("flank adrenal lungs kidney skull"),
    "C67": _set("bladder pelvis para_aortic"),
    "C69": _set("eye orbit"),
    "C71": _set("brain brainstem craniospinal_axis"),
    "C78.0": _set("lung ribs mediastinum"),
    "C78.7": _set("liver"),
    "C79.3": _set("brain craniospinal_axis"),
    "C79.5": _set("spine thoracic_spine lumbar_spine cervical_spine sacrum femur humerus pelvis ribs skull hip knee shoulder"),
    "C79.7": _set("adrenal"),
    "D32": _set("brain orbit"),
    "D33": _set("acoustic_nerve brain"),
    "D35.2": _set("pituitary"),
    "D75": _set("spleen"),
    "E05": _set("orbits orbit"),
    "G50": _set("trigeminal_nerve"),
    "I47": _set("heart"),
    "M17": _set("knee"),
    "M19": _set("shoulder hand elbow foot"),
    "M25|M61": _set("hip"),
    "M72|M77": _set("hand foot"),
    "N62": _set("breast"),
    "Q28": _set("brain"),
}
"""Where a diagnosis may be treated, by how its code begins; one that is not here may be anywhere."""

AGES: dict[str, tuple[int, int]] = {
    "C61": (35, 100),
    "C50": (18, 102),
    "C34|C37|C45": (16, 102),
    "C1[5-9]|C2[0-5]": (18, 102),
    "C0[0-9]|C1[0-4]|C32": (16, 102),
    "C44": (20, 105),
    "C5[1-4]": (16, 102),
    "C62": (15, 70),
    "C64": (0, 102),
    "C74": (0, 20),
    "C40": (4, 45),
    "C67": (25, 102),
    "C71.6": (1, 40),
    "C71.7": (1, 60),
    "C69": (18, 102),
    "C84": (14, 102),
    "C90": (25, 102),
    "C78|C79": (1, 105),
    "M17|M19": (30, 105),
    "M72|M77": (18, 102),
    "M25|M61": (16, 102),
    "N62": (14, 95),
    "G50|E05|D3[235]": (12, 102),
    "D75": (30, 102),
    "L91": (12, 80),
}
"""From and to which age a diagnosis is treated, by how its code begins."""
CHILDREN = _set("flank")
"""Sites that are irradiated in children alone (Wilms tumor)."""

IMPLANTED = _set("hdr_brachytherapy ldr_brachytherapy intraoperative")
"""Techniques whose source or applicator is in the patient."""

MEN = "C6[0-3]|N62|C50\\.[0-9]2"
WOMEN = "C5[1-8]|C50\\.[0-9]1"
SITES_OF_MEN, SITES_OF_WOMEN = _set("prostate prostate_bed"), _set("vulva vagina")

SIDES: tuple[tuple[str, str, str], ...] = (
    (r"C34\.[0-9](\d)", "1", "2"),
    (r"C50\.[0-9]\d(\d)", "1", "2"),
    (r"C6[49]\.(\d)|C69\.\d(\d)", "1", "2"),
    (r"C(?:40|49)\.\d(\d)", "1", "2"),
    (r"C74\.\d(\d)", "1", "2"),
    (r"C78\.0(\d)", "1", "2"),
    (r"C79\.7(\d)", "1", "2"),
    (r"C44\.(?:21|61|22|62)(\d)", "2", "9"),
    (r"M17\.1(\d)", "1", "2"),
    (r"M19\.0\d(\d)", "1", "2"),
    (r"M(?:25\.7|61\.4)\d(\d)", "1", "2"),
    (r"M77\.3(\d)", "1", "2"),
)
"""Codes whose digit (the group that matched) says the side: what stands for right, and what for left."""

PARTS: dict[str, str] = {
    "upper lobe": r"C34\.1|C78\.0",
    "lower lobe": r"C34\.3|C78\.0",
    "tonsil": r"C09",
    "larynx": r"C32",
    "esophagus": r"C15",
}
"""What a label calls the part that is treated, and how codes of it begin."""

STRUCTURES = _set(
    "A_LAD Bag_Bowel Bladder Bone_Mandible Brain Brainstem CaudaEquina Cavity_Oral Duodenum Esophagus Genitals Glnd_Thyroid "
    "Heart Kidneys Larynx Liver Lungs OpticChiasm PenileBulb Rectum Skin SpinalCord Spleen Stomach Bowel_Small "
    "Colon_Sigmoid Pituitary A_Carotid BrachialPlex Breast Chestwall Cochlea Eye Femur Femur_Head Humerus Kidney Lens Lung "
    "OpticNrv Parotid Testis Hippocampus Glnd_Lacrimal Glnd_Submand Ovary"
)
"""Names of organs in TG-263, without the side (`_L`, `_R`)."""
TARGET = r"(GTV|CTV|ITV|PTV)[pn]?\d?(_(Boost|Brain|Spine))?_(?P<cgy>\d{4,5})"
IMAGES_FOR_PLANNING = _set("ct mri pet_ct")
