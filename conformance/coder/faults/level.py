"""Faults in the delivery level: the code is chosen by what does not decide it, or by what was planned and not done."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from math import dist
from typing import Any

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.changes import of_plans
from rtconform.conformance.coder.faults.faulty import Coder, Delivered, FaultyCoder, coding_as, going_by, reading, seeing
from rtconform.reference.coder.book import BOOK
from rtconform.reference.coder.facts import PASSIVE_METHODS, technique_family
from rtconform.reference.documents.treatment import Case

HISTORY = "code tables of 2015 to 2025 («A Bit of History»)"
OLD_LEVELS = "charge capture of 2025 and before, where the level went by complexity («Surface Guidance», last paragraph)"
UTILISATION = "billing at the level that pays most; the article warns of it («Surface Guidance»)"
PLANNING = "charge capture from the planning system, which knows what was planned and not what was delivered"
FIELDS = "rules that look at one field of the record-and-verify system"
TEXT = "rules that look for words in labels and methods"
CODE_TABLE = "the code table read without the text that defines its words («Level 1» to «Level 3»)"

_Of = Callable[[Delivered], bool]


def _imrt(one: Delivered) -> bool:
    return one.facts.technique == "imrt"


def _photons(one: Delivered) -> bool:
    return one.facts.photons and not one.facts.electrons


def _electrons(one: Delivered) -> bool:
    return one.facts.electrons and not one.facts.photons and not one.facts.total_skin


def _active(when: _Of) -> Coder:
    """Sessions are taken for actively managed."""
    return seeing(lambda one: {"motion": "active"} if when(one) else {})


def _isocenters(count: Callable[[Delivered], int]) -> Coder:
    """Isocenters are counted otherwise."""
    return seeing(lambda one: {"isocenters": max(1, count(one))})


def _level(when: _Of, code: str) -> Coder:
    """Such sessions get this code."""
    return coding_as(lambda one: code if when(one) else None)


def _motion(one: Delivered, *methods: str) -> bool:
    return one.facts.motion_method in methods


def _labels(one: Delivered, *words: str) -> bool:
    return any(word in plan.label.lower() for plan in one.plans for word in words)


def _megavolts(one: Delivered) -> int:
    numbers = ("".join(filter(str.isdigit, beam.energy)) for beam in one.beams if beam.radiation == "photon")
    return max((int(number) for number in numbers if number), default=0)


def _positions(one: Delivered) -> list[tuple[float, float, float]]:
    of = {isocenter.id: isocenter.position_mm for isocenter in one.case.isocenters}
    named = {beam.id: beam.isocenter for beam in one.beams}
    return [of[named[beam]] for beam in dict.fromkeys(one.session.beams_delivered) if beam in named]


def _distinct(one: Delivered, apart_mm: float) -> int:
    counted: list[tuple[float, float, float]] = []
    for position in _positions(one):
        if all(dist(position, other) > apart_mm for other in counted):
            counted.append(position)
    return len(counted)


def _by_fields(one: Delivered) -> str | None:
    if one.facts.total_skin or not one.facts.beams:
        return None
    return "77402" if one.facts.beams == 1 else "77407" if one.facts.beams < 4 else "77412"


def _first_plan(one: Delivered) -> Mapping[str, Any]:
    first = one.plans[0]
    radiation = {beam.radiation for beam in one.beams if beam in first.beams}
    return {"photons": "photon" in radiation, "electrons": "electron" in radiation}


def _planned_motion(case: Case) -> Case:
    """Motion management of any session of the day is taken for that of all."""
    managed = next((s.motion for s in case.sessions if s.motion and s.motion.beam_hold), None)
    return with_fields(case, sessions=tuple(with_fields(s, motion=managed or s.motion) for s in case.sessions))


def _all_planned(case: Case) -> Case:
    """All planned beams are taken for delivered, but for plans outside the rule set."""
    beams = tuple(beam.id for plan in case.plans for beam in plan.beams)
    return with_fields(
        case, sessions=tuple(with_fields(s, beams_delivered=beams) if s.beams_delivered else s for s in case.sessions)
    )


def _all_of_the_day(case: Case) -> Case:
    beams = tuple(dict.fromkeys(beam for session in case.sessions for beam in session.beams_delivered))
    return with_fields(
        case, sessions=tuple(with_fields(s, beams_delivered=beams) if s.beams_delivered else s for s in case.sessions)
    )


def _by_first_on_record(one: Delivered) -> str | None:
    family = technique_family(one.case.plans[0].technique)
    if family is None or not _photons(one) or one.facts.isocenters > 1 or one.facts.motion == "active":
        return None
    return "77402" if family == "2d" else "77407"


def _without(rule_id: str) -> Coder:
    return going_by(replace(BOOK, delivery=tuple(rule for rule in BOOK.delivery if rule.id != rule_id)))


# fmt: off
_CODES = (
    ("imrt-77386", "IMRT is still billed 77386.", HISTORY, "SCOPE-DELETED", _level(_imrt, "77386")),
    ("imrt-77385", "IMRT is still billed 77385.", HISTORY, "SCOPE-DELETED", _level(_imrt, "77385")),
    ("imrt-complex-only-77386", "Arcs and helical IMRT are still billed 77386, fixed fields as of 2026.", HISTORY,
     "SCOPE-DELETED",
     _level(lambda one: any(p.technique in ("vmat", "helical_imrt") for p in one.plans), "77386")),
    ("imrt-g6015", "IMRT in a freestanding centre is still billed G6015.", HISTORY, "SCOPE-DELETED",
     _level(lambda one: _imrt(one) and one.case.billing.setting == "freestanding", "G6015")),
    ("compensator-g6016", "Compensator IMRT is still billed G6016.", HISTORY, "SCOPE-DELETED",
     _level(lambda one: any(p.technique == "imrt_compensator" for p in one.plans), "G6016")),
    ("3d-g6012", "3D in a freestanding centre is still billed G6012.", HISTORY, "SCOPE-DELETED",
     _level(lambda one: one.facts.technique == "3d" and one.case.billing.setting == "freestanding", "G6012")),
    ("77418", "IMRT is billed 77418, deleted since 2015.", HISTORY, "SCOPE-DELETED", _level(_imrt, "77418")),
    ("electrons-77401", "Electrons are taken for superficial treatment and billed 77401.", HISTORY, "SCOPE-DELETED",
     _level(_electrons, "77401")),
    ("old-codes-in-january", "Codes of 2025 for IMRT through January 2026.",
     "a code table changed with the next quarterly release",
     "SCOPE-DELETED", _level(lambda one: _imrt(one) and one.case.billing.date_of_service.month == 1, "77386")),
    ("old-codes-on-new-year", "Codes of 2025 on 2026-01-01.", "a cut-over that takes the first of January for the old year",
     "SCOPE-DELETED", _level(lambda one: _photons(one) and one.case.billing.date_of_service.timetuple().tm_yday == 1, "77386")),
)

_ALL_UP_OR_DOWN = (
    ("always-77412", "Every session is level 3.", UTILISATION, "L2-SINGLE L1-2D L1-ELECTRON", _level(lambda _: True, "77412")),
    ("always-77407", "Every session is level 2.", "a default code in the charge master",
     "L3-ISOCENTERS L1-2D L1-ELECTRON L3-MOTION",
     _level(lambda _: True, "77407")),
    ("always-77402", "Every session is level 1.", "a default code in the charge master", "L2-SINGLE L3-ISOCENTERS L3-MOTION",
     _level(lambda _: True, "77402")),
    ("3d-77412", "Every 3D session is level 3, as the highest level was for conformal treatment.", OLD_LEVELS, "L2-SINGLE",
     _level(lambda one: one.facts.technique == "3d", "77412")),
    ("imrt-77412", "Every IMRT session is level 3.", OLD_LEVELS, "L2-SINGLE", _level(_imrt, "77412")),
    ("vmat-77412", "Arcs are level 3.", OLD_LEVELS, "L2-SINGLE",
     _level(lambda one: any(p.technique == "vmat" for p in one.plans), "77412")),
    ("helical-77412", "Helical delivery is level 3.", OLD_LEVELS, "TECHNIQUE-FAMILY",
     _level(lambda one: any(p.technique == "helical_imrt" for p in one.plans), "77412")),
    ("field-in-field-77402", "Field-in-field is taken for simple treatment.", OLD_LEVELS, "TECHNIQUE-FAMILY",
     reading(of_plans(lambda p: with_fields(p, technique="2d") if p.technique == "field_in_field" else p))),
    ("compensator-77402", "Compensators are taken for blocks: IMRT by them is 2D.", OLD_LEVELS,
     "TECHNIQUE-FAMILY",
     reading(of_plans(lambda p: with_fields(p, technique="2d") if p.technique == "imrt_compensator" else p))),
    ("2d-77407", "2D photons are level 2, as all photons at one isocenter.", CODE_TABLE, "L1-2D",
     _level(lambda one: one.facts.technique == "2d" and one.facts.isocenters == 1 and one.facts.motion != "active", "77407")),
    ("3d-77402", "3D is level 1.", OLD_LEVELS, "L2-SINGLE", reading(of_plans(
        lambda p: with_fields(p, technique="2d") if p.technique == "3d_crt" else p))),
)

_BY_WHAT_DOES_NOT_DECIDE = (
    ("by-ports", "The level goes by the number of fields: one, up to three, more.", OLD_LEVELS, "TECHNIQUE-FAMILY ONCE",
     coding_as(_by_fields)),
    ("many-fields-77412", "Photons through five or more fields are level 3.", OLD_LEVELS, "TECHNIQUE-FAMILY",
     _level(lambda one: _photons(one) and one.facts.beams >= 5, "77412")),
    ("single-field-77402", "One photon field is level 1.", OLD_LEVELS, "TECHNIQUE-FAMILY",
     _level(lambda one: _photons(one) and one.facts.beams == 1, "77402")),
    ("opposed-fields-77402", "Two fields are level 1, whatever they were planned on.", OLD_LEVELS, "TECHNIQUE-FAMILY",
     _level(lambda one: _photons(one) and one.facts.beams == 2 and one.facts.isocenters == 1 and not _imrt(one), "77402")),
    ("by-blocking", "Custom blocks or modulation make level 3.", OLD_LEVELS, "TECHNIQUE-FAMILY",
     _level(lambda one: _photons(one) and any(b.modulation not in ("", "none", "open") for b in one.beams), "77412")),
    ("by-energy", "Photons above 6 MV are level 3.", HISTORY, "TECHNIQUE-FAMILY", _level(lambda one: _megavolts(one) > 6,
     "77412")),
    ("by-low-energy", "3D photons of 6 MV or less are level 1.", HISTORY, "TECHNIQUE-FAMILY",
     _level(lambda one: one.facts.technique == "3d" and _photons(one) and _megavolts(one) <= 6, "77402")),
    ("by-sites", "Two sites are level 3, also at one isocenter; two isocenters at one site are not.", OLD_LEVELS,
     "ISO-CONTIGUOUS ISO-SHIFT", _isocenters(lambda one: len({plan.site for plan in one.plans}))),
    ("by-plans", "Each plan delivered counts as an isocenter.", PLANNING, "ISO-CONTIGUOUS",
     _isocenters(lambda one: len(one.plans))),
    ("by-plans-or-isocenters", "Two plans or two isocenters make level 3.", PLANNING, "ISO-CONTIGUOUS",
     _isocenters(lambda one: max(len(one.plans), one.facts.isocenters))),
    ("by-targets", "Two targets make level 3.", PLANNING, "ISO-CONTIGUOUS",
     _isocenters(lambda one: max(one.facts.isocenters, *(len(plan.planning.targets) for plan in one.plans)))),
    ("by-beams", "Each beam counts as an isocenter.", FIELDS, "ISO-CONTIGUOUS", _isocenters(lambda one: one.facts.beams)),
    ("adaptive-online-77412", "A session adapted online is level 3.", UTILISATION, "TECHNIQUE-FAMILY",
     _level(lambda one: _labels(one, "adapted"), "77412")),
    ("adaptive-77412", "A session by a plan made during the course is level 3.", UTILISATION, "TECHNIQUE-FAMILY",
     _level(lambda one: _labels(one, "adapted", "replan"), "77412")),
    ("curative-77412", "Curative IMRT is level 3.", UTILISATION, "L2-SINGLE",
     _level(lambda one: _imrt(one) and any(plan.intent == "curative" for plan in one.plans), "77412")),
    ("palliative-77402", "Palliative treatment is level 1.", OLD_LEVELS, "L2-SINGLE L3-ISOCENTERS",
     _level(lambda one: any(plan.intent == "palliative" for plan in one.plans), "77402")),
    ("benign-77402", "Benign diseases are level 1, also at two joints; payers have stopped this.", CODE_TABLE, "L3-ISOCENTERS",
     _level(lambda one: all(plan.intent == "benign" for plan in one.plans) and not one.facts.total_skin, "77402")),
    ("first-fraction-77412", "The first fraction is level 3, for its verification.", OLD_LEVELS, "TECHNIQUE-FAMILY",
     _level(lambda one: one.session.fraction == 1, "77412")),
    ("long-course-77412", "A session of a course of more than 25 fractions is level 3.", UTILISATION, "TECHNIQUE-FAMILY",
     _level(lambda one: any((plan.fractions or 0) > 25 for plan in one.plans), "77412")),
)

_ISOCENTERS = (
    ("planned-isocenters", "The isocenters planned are counted, not those delivered.", PLANNING, "ISO-DELIVERED",
     _isocenters(lambda one: one.facts.isocenters_planned)),
    ("isocenters-listed", "The isocenters in the case's list are counted.", PLANNING, "ISO-DELIVERED",
     _isocenters(lambda one: len(one.case.isocenters))),
    ("planned-beams", "All planned beams are taken for delivered.", PLANNING, "ISO-DELIVERED", reading(_all_planned)),
    ("isocenters-of-the-day", "The beams of all sessions of the day are counted in each.", PLANNING, "ISO-DELIVERED",
     reading(_all_of_the_day)),
    ("isocenter-names", "Isocenters are counted by name, also two names within 1 mm.", FIELDS, "ISO-CONTIGUOUS",
     _isocenters(lambda one: one.facts.isocenters_named)),
    ("isocenters-exact", "Positions must be equal to be one isocenter.", FIELDS, "ISO-CONTIGUOUS",
     _isocenters(lambda one: _distinct(one, 0))),
    ("isocenters-1-cm", "Positions within 1 cm are one isocenter.", FIELDS, "ISO-CONTIGUOUS",
     _isocenters(lambda one: _distinct(one, 10))),
    ("isocenters-5-cm", "Positions within 5 cm are one isocenter: no shift within a field.", FIELDS, "ISO-SHIFT",
     _isocenters(lambda one: _distinct(one, 50))),
    ("isocenters-along-the-couch", "Only shifts along the couch make an isocenter.", FIELDS, "ISO-SHIFT",
     _isocenters(lambda one: len({round(position[2]) for position in _positions(one)}))),
    ("isocenter-changes", "Each change of isocenter during delivery counts as one.", FIELDS, "ISO-CONTIGUOUS",
     _isocenters(lambda one: 1 + sum(dist(*pair) > 1 for pair in pairwise(_positions(one))))),
    ("three-isocenters", "Level 3 takes three isocenters.", CODE_TABLE, "L3-ISOCENTERS",
     _isocenters(lambda one: one.facts.isocenters - 1)),
    ("couch-rotation", "A couch rotation counts as an isocenter.", FIELDS, "ISO-CORRECTION",
     _isocenters(lambda one: one.facts.isocenters + any(beam.couch_deg for beam in one.beams))),
    ("daily-correction", "A couch correction counts as an isocenter.", FIELDS, "ISO-CORRECTION",
     _isocenters(lambda one: one.facts.isocenters + any(abs(shift) > 1 for shift in one.session.couch_shift_mm or ()))),
    ("2d-two-isocenters-77402", "2D is level 1 also at two isocenters.", "Level 3's text, which names 3D and IMRT alone",
     "L3-ISOCENTERS", _level(lambda one: _photons(one) and one.facts.technique == "2d", "77402")),
    ("imrt-two-isocenters-77407", "IMRT is level 2 also at two isocenters.", CODE_TABLE, "L3-ISOCENTERS",
     _level(lambda one: _photons(one) and _imrt(one) and one.facts.motion != "active", "77407")),
    ("one-site-77407", "Two isocenters in one site are level 2; payers have stopped this.", CODE_TABLE, "L3-ISOCENTERS",
     _isocenters(lambda one: min(one.facts.isocenters, len({plan.site for plan in one.plans})))),
)

_MOTION = (
    ("surface-present", "Surface guidance makes level 3, whatever for.", UTILISATION, "AMM-SETUP",
     _active(lambda one: one.facts.surface)),
    ("breath-hold-word", "The word breath hold makes level 3.", TEXT, "AMM-HOLD", _active(lambda one: _motion(one,
     "breath_hold"))),
    ("gating-word", "The word gating makes level 3, also where the beam was not gated.", TEXT, "AMM-SESSION",
     _active(lambda one: _motion(one, "gating"))),
    ("any-method", "Any method of motion management makes level 3.", TEXT, "AMM-PASSIVE AMM-HOLD",
     _active(lambda one: not _motion(one, "none"))),
    ("passive", "Compression and internal margins make level 3.", TEXT, "AMM-PASSIVE", _active(lambda one: _motion(one,
     *PASSIVE_METHODS))),
    ("compression", "Compression makes level 3.", TEXT, "AMM-PASSIVE", _active(lambda one: _motion(one, "passive_compression"))),
    ("monitor-named", "A monitor on record makes level 3.", FIELDS, "AMM-SESSION",
     _active(lambda one: bool(one.session.motion and one.session.motion.monitor))),
    ("intrafraction-imaging", "Imaging during the beam makes level 3.", FIELDS, "IGRT-INTRA",
     _active(lambda one: any(item.timing == "intrafraction" for item in one.session.guidance))),
    ("any-guidance", "Any guidance makes level 3.", UTILISATION, "IGRT-TECH", _active(lambda one: bool(one.session.guidance))),
    ("cbct-77412", "Cone-beam CT makes level 3.", UTILISATION, "IGRT-TECH",
     _active(lambda one: any(item.method == "cbct" for item in one.session.guidance))),
    ("motion-planned", "Motion management of one session counts for all of the day.", PLANNING, "AMM-SESSION",
     reading(_planned_motion)),
    ("motion-ignored", "Motion management is not known.", "software of 2025, where it decided nothing", "L3-MOTION AMM-BEAM",
     seeing(lambda _: {"motion": "none"})),
    ("breath-hold-ignored", "Monitored breath hold is no active management; payers have stopped this.", CODE_TABLE, "AMM-BEAM",
     seeing(lambda one: {"motion": "none"} if _motion(one, "breath_hold") else {})),
    ("surface-gating-ignored", "What a surface camera monitors is taken for set-up.",
     "the note on set-up read too widely («Surface Guidance»)",
     "AMM-BEAM", seeing(lambda one: {"motion": "none"} if one.session.motion
     and one.session.motion.monitor == "optical_surface" else {})),
    ("tracking-only", "Only tracking is active management.", CODE_TABLE, "AMM-BEAM",
     seeing(lambda one: {} if _motion(one, "tracking") else {"motion": "none"})),
    ("motion-needs-documentation", "Active management counts only where its documentation is on record.",
     "documentation checks taken for coding rules", "AMM-BEAM",
     seeing(lambda one: {} if one.session.motion and one.session.motion.documentation else {"motion": "none"})),
    ("motion-imrt-only", "Active management makes level 3 for IMRT alone.", CODE_TABLE, "L3-MOTION",
     seeing(lambda one: {} if _imrt(one) else {"motion": "none"})),
)

_RADIATION = (
    ("electrons-isocenters-up", "Electrons at several isocenters are level 3.", CODE_TABLE, "L1-ELECTRON",
     _level(lambda one: _electrons(one) and one.facts.isocenters > 1, "77412")),
    ("electrons-gated-up", "Gated electrons are level 3.", CODE_TABLE, "L1-ELECTRON",
     _level(lambda one: _electrons(one) and one.facts.motion == "active", "77412")),
    ("electrons-several-fields-up", "Several electron fields are level 2; payers have stopped the right code.", OLD_LEVELS,
     "L1-ELECTRON",
     _level(lambda one: _electrons(one) and one.facts.beams > 1, "77407")),
    ("electrons-77407", "Electrons are level 2.", CODE_TABLE, "L1-ELECTRON", _level(_electrons, "77407")),
    ("total-skin-77402", "Total skin electrons are level 1, as other electrons.", CODE_TABLE, "L3-TSE", _without("L3-TSE")),
    ("mixed-77407", "Photons with electrons are coded by the photons.", CODE_TABLE, "L3-MIXED",
     seeing(lambda one: {"electrons": False} if one.facts.photons else {})),
    ("mixed-by-first-plan", "The first plan's radiation decides.", FIELDS, "L3-MIXED", seeing(_first_plan)),
    ("mixed-same-site-only", "Photons and electrons at different sites are no mixed treatment.", CODE_TABLE, "L3-MIXED",
     seeing(lambda one: {"electrons": False} if one.facts.photons and len({plan.site for plan in one.plans}) > 1 else {})),
    ("sequential-boost-mixed", "Photons on one day and an electron boost on another are mixed treatment.", PLANNING, "L3-MIXED",
     _level(lambda one: {b.radiation for p in one.case.plans for b in p.beams} >= {"photon", "electron"}, "77412")),
    ("mixed-technique-simpler", "2D beside 3D is coded by the simpler.", FIELDS, "TECHNIQUE-MIXED",
     seeing(lambda one: {"technique": "2d"} if one.facts.mixes_2d else {})),
    ("technique-of-the-case", "The case's first plan gives the technique, delivered or not.", PLANNING, "ISO-DELIVERED",
     coding_as(_by_first_on_record)),
)
# fmt: on

FAULTS = tuple(
    FaultyCoder(name, says, seen, tuple(rules.split()), code)
    for name, says, seen, rules, code in (
        *_CODES,
        *_ALL_UP_OR_DOWN,
        *_BY_WHAT_DOES_NOT_DECIDE,
        *_ISOCENTERS,
        *_MOTION,
        *_RADIATION,
    )
)
"""Every fault of this kind."""
