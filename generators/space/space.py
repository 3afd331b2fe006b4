"""The space of treatments: its dimensions, and the constraints between them, as data with a reason each.

This is the one place that says which combinations exist: every valid combination can be realised (`realise.py`), and
what the suites `pairwise`, `threeway`, `exhaustive` and `clinic` hold lies in it. A constraint (`reasons.py`) has
one of two reasons: the combination contradicts itself (an approval of nothing), or no clinic treats so. Combinations that
are merely rare stay in, because coders fail there.

Left out on purpose: an approval dated before its session began, planning evidence that does not support the technique,
beams of no plan. In the space every record is complete and consistent; suites `documentation` and `invalid` have the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from rtconform.generators.randomness import Draw
from rtconform.generators.space.diagram import diagram_of
from rtconform.generators.space.model import Model
from rtconform.generators.space.reasons import CONSTRAINTS
from rtconform.generators.suites.written.composition import WHOSE_CLAIM
from rtconform.reference.errors import UserError


@dataclass(frozen=True)
class Dimension:
    """A dimension of the space; `values` says what each value means.

    `decides`: a session's codes can depend on it. Suite `exhaustive` goes through these; the others are drawn there.
    """

    name: str
    about: str
    values: Mapping[str, str]
    decides: bool


DIMENSIONS = (
    Dimension(
        "technique",
        "how the dose is delivered; some sessions mix techniques",
        {
            "2d": "simple fields on surface or bony landmarks",
            "3d_crt": "conformal fields planned on volumes",
            "field_in_field": "conformal fields with subfields planned forward",
            "imrt_static": "intensity modulated at fixed gantry angles",
            "vmat": "intensity modulated in arcs",
            "imrt_compensator": "intensity modulated by milled compensators",
            "helical_imrt": "intensity modulated on a helix",
            "electron": "electron fields",
            "total_skin_electron": "electrons to the whole skin",
            "srs": "stereotactic, cranial; outside the rule set, as all up to intraoperative",
            "sbrt": "stereotactic, body",
            "proton": "protons",
            "hdr_brachytherapy": "brachytherapy at high dose rate",
            "ldr_brachytherapy": "brachytherapy at low dose rate",
            "superficial_xray": "superficial or orthovoltage x-rays",
            "intraoperative": "during an operation",
            "mixed_2d_3d": "a 2D plan and a 3D plan at one isocenter",
            "mixed_photon_electron_plan": "one plan with photon and electron beams",
            "mixed_photon_electron_plans": "a photon plan and an electron plan in the same session",
        },
        decides=True,
    ),
    Dimension(
        "energy",
        "class of beam energy; of the photons where photons and electrons are mixed",
        {
            "photon_low": "photons up to 6 MV with flattening filter",
            "photon_high": "photons above 6 MV with flattening filter",
            "photon_fff": "photons without flattening filter",
            "electron_low": "electrons up to 9 MeV",
            "electron_high": "electrons above 9 MeV",
            "proton": "protons",
            "kilovoltage": "x-rays from a tube",
            "source": "photons of a radioactive source",
        },
        decides=False,
    ),
    Dimension(
        "arrangement",
        "how many isocenters there are, and how they arise",
        {
            "one": "one plan at one isocenter",
            "contiguous": "one contiguous area at one isocenter, in several plans",
            "separate_sites_2": "two sites, an isocenter each, in one session",
            "separate_sites_3": "three sites",
            "separate_sites_4": "four sites",
            "planned_shift_2": "one plan that shifts once to a further isocenter",
            "planned_shift_3": "one plan that shifts twice",
            "alternating_days": "two isocenters planned, one of them treated on this day",
            "planned_not_delivered": "a further isocenter planned and never treated",
        },
        decides=True,
    ),
    Dimension(
        "intent",
        "what the treatment is for",
        {"curative": "cure", "palliative": "relief", "benign": "a benign disease"},
        decides=False,
    ),
    Dimension(
        "motion",
        "method of motion management",
        {
            "none": "none",
            "passive_compression": "abdominal compression",
            "free_breathing_itv": "free breathing, margins from 4D-CT",
            "breath_hold": "breath hold",
            "gating": "beam gated",
            "tracking": "beam or leaves follow the target",
        },
        decides=True,
    ),
    Dimension(
        "monitor",
        "what monitors the motion",
        {
            "none": "nothing",
            "optical_surface": "surface cameras",
            "fiducial_imaging": "images of implanted markers",
            "em_transponder": "electromagnetic transponders",
            "spirometry": "spirometer",
            "mr_cine": "cine magnetic resonance",
            "external_marker": "marker on the skin",
        },
        decides=False,
    ),
    Dimension(
        "control",
        "what the monitor did while the beam was on; a beam can't be held by what does not watch it",
        {
            "off": "not monitored during the beam, whatever was planned",
            "watched": "monitored, and the beam not controlled by it",
            "held": "monitored, and the beam held by it",
        },
        decides=True,
    ),
    Dimension(
        "guidance",
        "methods of guidance, several at once joined by +",
        {
            "none": "none",
            "orthogonal_kv": "orthogonal kilovoltage images",
            "stereoscopic_xray": "stereoscopic x-ray",
            "cbct": "cone-beam CT",
            "ct": "CT in the treatment room",
            "ultrasound": "ultrasound",
            "mri": "magnetic resonance",
            "pet_ct": "PET/CT",
            "mv_port": "megavoltage port images",
            "surface": "surface cameras",
            "cbct+surface": "both",
            "cbct+orthogonal_kv": "both",
            "stereoscopic_xray+surface": "both",
            "orthogonal_kv+mv_port": "both",
        },
        decides=True,
    ),
    Dimension(
        "purpose",
        "what guidance was for",
        {
            "none": "no guidance",
            "target_localization": "to localize the target",
            "patient_setup": "to set the patient up",
            "both": "the first of two methods to localize, the second to set up",
        },
        decides=True,
    ),
    Dimension(
        "timing",
        "when guidance was done",
        {
            "none": "no guidance",
            "pre_treatment": "before the beam",
            "intrafraction": "during the beam",
            "both": "before and during; with two methods the first before, the second during",
        },
        decides=True,
    ),
    Dimension("port_images", "port images taken", {"none": "none", "taken": "one or more"}, decides=False),
    Dimension(
        "couch",
        "couch correction from the images",
        {"none": "none recorded", "within_1_mm": "at most 1 mm", "beyond_1_mm": "more than 1 mm"},
        decides=False,
    ),
    Dimension(
        "approval",
        "when the physician approved the session's images or motion record",
        {
            "none": "never",
            "in_time": "before the next session, or on the day of the last one",
            "late": "at or after the next session; a day or more after the last one",
        },
        decides=True,
    ),
    Dimension(
        "course",
        "whether a session follows on a later day",
        {"session_follows": "one follows", "last_session": "none follows"},
        decides=True,
    ),
    Dimension("sessions", "sessions on the day", {"1": "one", "2": "two, at least six hours apart"}, decides=True),
    Dimension(
        "adaptive",
        "replanning during the course",
        {
            "no": "none",
            "offline": "a plan made during the course replaces the first, which stays on record",
            "online": "adapted while the patient lay on the couch",
        },
        decides=False,
    ),
    Dimension(
        "claim",
        "setting, and whose claim is coded",
        {name: f"{setting.replace('_', ' ')}, {kind} claim" for name, (setting, kind) in WHOSE_CLAIM.items()},
        decides=True,
    ),
    Dimension(
        "payer",
        "who pays",
        {
            "medicare": "Medicare",
            "medicare_advantage": "a Medicare Advantage plan",
            "medicaid": "Medicaid",
            "commercial": "a commercial plan",
            "unitedhealthcare": "UnitedHealthcare, which requires modifier 26 from 2026-03-01",
        },
        decides=False,
    ),
    Dimension(
        "date",
        "date of service",
        {
            "2025-12-31": "the last day before the codes of 2026",
            "2026-01-01": "their first day",
            "2026": "a weekday of 2026",
        },
        decides=True,
    ),
)

Combination = Mapping[str, str]
"""A value for each dimension of the space."""

SPACE = Model({dimension.name: tuple(dimension.values) for dimension in DIMENSIONS}, CONSTRAINTS)
"""All dimensions and constraints."""


@cache
def beside(*names: str) -> tuple[str, ...]:
    """The other dimensions that share a constraint with any of these."""
    asked = {*names}
    shared = {*chain.from_iterable((*row.when, *row.then) for row in CONSTRAINTS if asked & {*row.when, *row.then})}
    return tuple(other for other in SPACE.names if other in shared - asked)


def complete(partial: Mapping[str, str], draw: Draw) -> Combination:
    """A valid combination with these values, the others drawn. Raises UserError where there is none."""
    values = diagram_of(SPACE).complete(SPACE.numbers(partial), draw)
    if not values:
        raise UserError(f"no valid combination has {', '.join(f'{name} {value}' for name, value in partial.items())}")
    return dict(zip(SPACE.names, SPACE.spell(values), strict=True))


_ALIKE = {"date": ("2026",)}
"""Values that suite `exhaustive` leaves out: another one of the dimension stands for them."""


def _deciding() -> Model:
    names = [dimension.name for dimension in DIMENSIONS if dimension.decides]
    return Model(
        {name: tuple(value for value in SPACE.parameters[name] if value not in _ALIKE.get(name, ())) for name in names},
        tuple(row for row in CONSTRAINTS if {*row.when, *row.then} <= set(names)),
    )


DECIDING = _deciding()
"""The space of the dimensions that codes can depend on: each valid row of it can be completed to one of the whole space."""
