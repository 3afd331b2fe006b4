"""The rule book as a decision table: every coding rule with its id, what it says, its standing, its source and its condition.

Read it beside the publication that it cites by heading. A section that decides (delivery level, guidance, documentation)
is read from the top, and the first row whose condition holds decides. The other sections define the facts and name the
rule that is at work. Conditions are over facts (`facts.py`); the coder (`coder.py`) applies them and keeps why.

Standing:

- `stated` in the source; `note` says which part of the rule is derived.
- `derived` from the source.
- `ambiguous`: sources differ. The row's first answer is ours, and the second is accepted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from rtconform.reference.coder.conditions import NEVER, Condition, among, at_least, equals, holds
from rtconform.reference.coder.facts import PASSIVE_METHODS, CaseFacts
from rtconform.reference.codes import GUIDANCE_CODE, PROFESSIONAL

PUBLICATION = "ACROinsights 2026 No. 1"
"""The publication that every rule cites, by name and number."""

SECTIONS = (
    "Scope",
    "Delivery level",
    "Isocenters",
    "Active motion management",
    "Guidance",
    "Whose claim",
    "Documentation",
)
"""The sections of the book, in the order in which a person reads it."""

Standing = Literal["stated", "derived", "ambiguous"]
Whole = Literal["out_of_scope", "needs_review"]


@dataclass(frozen=True)
class Rule:
    """One coding rule. `heading` is where the publication states it, or states what it is derived from."""

    id: str
    section: str
    says: str
    standing: Standing
    heading: str
    note: str = ""

    @property
    def source(self) -> str:
        """The publication by name and number, and the heading: "ACROinsights 2026 No. 1, Scenario 3"."""
        return cited((self.heading,))


@dataclass(frozen=True)
class Refinement(Rule):
    """How a record is read under other rules (`refines`, by id) where the publication does not say.

    It has no condition of its own: the facts are made so (`facts.py`), and the rules that it refines are at work.
    `shown_by`: the ids of two cases of suite `boundaries` that differ in this alone and are billed differently.
    """

    refines: tuple[str, ...] = ()
    shown_by: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class WholeCaseRule(Rule):
    """Answers the whole case with `outcome` where its facts meet `when`; `found` says by what, for the explanation."""

    when: Condition = NEVER
    found: Callable[[CaseFacts], Iterable[str]] = lambda _: ()
    outcome: Whole = "needs_review"


@dataclass(frozen=True)
class SessionRule(Rule):
    """At work in a session whose facts meet `when`."""

    when: Condition = NEVER


@dataclass(frozen=True)
class DeliveryRule(SessionRule):
    """Gives a session its delivery code; `accepted` is the other reading's code where sources differ."""

    code: str = ""
    accepted: str | None = None


@dataclass(frozen=True)
class GuidanceRule(SessionRule):
    """Says whether the professional part of guidance is billed, and by which code and modifiers; `either`: sources differ, the
    other answer is accepted.
    """

    bills: bool = False
    either: bool = False
    code: str = GUIDANCE_CODE
    modifiers: tuple[str, ...] = (PROFESSIONAL,)


@dataclass(frozen=True)
class ClaimRule(SessionRule):
    """Says what a claim carries: the delivery code, the professional part of guidance, both or neither."""

    delivery: bool = False
    guidance: bool = False


@dataclass(frozen=True)
class PlanRule(Rule):
    """At work where a delivered plan's record does not support what the plan declares."""

    when: Condition = NEVER


_delivers = at_least("beams", 1)
_only_photons = holds("photons") & ~holds("electrons") & ~holds("total_skin")
_several_isocenters = at_least("isocenters", 2)
_one_isocenter = _only_photons & ~_several_isocenters
_2d = equals("technique", "2d")
_active = equals("motion", "active")
_professional = equals("claim", "professional")
_in_time = equals("approval", "in_time")


# fmt: off
WHOLE_CASE = (
    WholeCaseRule(
        "DOC-CONFLICT", "Documentation",
        "The record contradicts itself: a delivered beam that no plan has, a beam at an isocenter that the case lacks, an "
        "electron or total-skin plan with photons, a session on another date than the date of service. Plans of which "
        "nothing was delivered are not looked at.",
        "derived", "External Beam Radiation Treatment Delivery",
        when=holds("conflicts"), found=lambda c: c.conflicts, outcome="needs_review"),
    WholeCaseRule(
        "DOC-UNKNOWN", "Documentation",
        "A technique, a radiation, or a method of guidance or motion management that the vocabulary lacks.",
        "derived", "External Beam Radiation Treatment Delivery",
        when=holds("unknown"), found=lambda c: c.unknown, outcome="needs_review"),
    WholeCaseRule(
        "SCOPE-DATE", "Scope",
        "The rules govern dates of service from 2026-01-01; an earlier date is out of scope.",
        "stated", "Radiation Treatment Delivery and IGRT Coding in 2026",
        when=holds("before_2026"), found=lambda _: ("the date of service is before 2026-01-01",), outcome="out_of_scope"),
    WholeCaseRule(
        "SCOPE-TECHNIQUE", "Scope",
        "Stereotactic treatment (SRS, SBRT), brachytherapy and protons keep their own codes, and so do superficial and "
        "orthovoltage x-rays and intraoperative treatment: out of scope, no code of this family. One delivered plan "
        "outside puts the whole case outside.",
        "stated", "External Beam Radiation Treatment Delivery", "x-ray, intraoperative, whole case: derived",
        when=holds("outside"), found=lambda c: c.outside, outcome="out_of_scope"),
)

SCOPE_BEAM = SessionRule(
    "SCOPE-BEAM", "Scope",
    "A session in which no beam was delivered has nothing to code: neither delivery nor guidance.",
    "derived", "External Beam Radiation Treatment Delivery",
    when=~_delivers)

SCOPE = (
    SessionRule(
        "SCOPE-DELETED", "Scope",
        "A code deleted by the date of service is never billed. Deleted from 2026-01-01: 77014, 77385, 77386, 77401 and "
        "G6001 to G6017; from 2015-01-01: 77403, 77404, 77406, 77408, 77409, 77411, 77413, 77414, 77416 and 77418.",
        "stated", "A Bit of History; IGRT", "77401 and G6003 to G6016: derived",
        when=_delivers),
    SCOPE_BEAM,
)

DELIVERY = (
    DeliveryRule(
        "L3-TSE", "Delivery level",
        "Total skin electrons: level 3.",
        "stated", "Level 3",
        when=holds("total_skin"), code="77412"),
    DeliveryRule(
        "L3-MIXED", "Delivery level",
        "Photon and electron beams in the same session, at the same site or not: level 3.",
        "stated", "Level 3", "different sites: derived",
        when=holds("photons") & holds("electrons"), code="77412"),
    DeliveryRule(
        "L1-ELECTRON", "Delivery level",
        "Electrons only, not total skin, with any number of fields and isocenters, gated or not: level 1.",
        "stated", "Level 1", "several isocenters, gated: derived",
        when=holds("electrons"), code="77402"),
    DeliveryRule(
        "L3-ISOCENTERS", "Delivery level",
        "Photons at two or more isocenters, by any technique, 2D included: level 3.",
        "stated", "Level 3; code table; Scenario 5",
        when=_several_isocenters, code="77412"),
    DeliveryRule(
        "L3-MOTION", "Delivery level",
        "3D or intensity-modulated photons with active motion management: level 3.",
        "stated", "Level 3",
        when=_active & ~_2d, code="77412"),
    DeliveryRule(
        "L3-MOTION-2D", "Delivery level",
        "2D photons at one isocenter with active motion management: level 3; the code table can be read as level 1.",
        "ambiguous", "Level 3; code table",
        when=_active, code="77412", accepted="77402"),
    DeliveryRule(
        "L2-SINGLE", "Delivery level",
        "3D or intensity-modulated photons at one isocenter without active motion management: level 2.",
        "stated", "Level 2",
        when=~_2d, code="77407"),
    DeliveryRule(
        "L1-2D", "Delivery level",
        "2D photons at one isocenter without active motion management: level 1.",
        "stated", "Level 1",
        when=_2d, code="77402"),
)

DELIVERY_FACTS = (
    SessionRule(
        "ONCE", "Delivery level",
        "One delivery code and one unit a session, however many beams, plans, sites or isocenters.",
        "stated", "Surface Guidance; Level 3",
        when=at_least("beams", 2)),
    SessionRule(
        "TECHNIQUE-FAMILY", "Delivery level",
        "Field-in-field is 3D; VMAT, static and compensator IMRT and helical delivery are IMRT. Energy, number of fields, "
        "blocking, port count, number of fractions and adaptive replanning have no influence.",
        "stated", "External Beam Radiation Treatment Delivery", "adaptive: derived",
        when=_one_isocenter & ~_2d),
    SessionRule(
        "TECHNIQUE-MIXED", "Delivery level",
        "A session that mixes 2D with 3D or intensity-modulated photon beams at one isocenter is coded by the more complex.",
        "derived", "Scenario 3",
        when=_one_isocenter & holds("mixes_2d")),
)

SESSION_FACTS = (
    SessionRule(
        "SESSIONS", "Delivery level",
        "Two sessions on a date with a distinct break are each coded. Payers differ on the form: of the same code the second "
        "line may carry 76, 77, 59 or XE, stand bare, or one line may bear two units; of another level it carries 59, XE, XS, "
        "XP or XU.",
        "derived", "Surface Guidance",
        when=at_least("sessions", 2) & _delivers),
    SessionRule(
        "NO-SPLIT", "Delivery level",
        "Delivery codes are technical only: never with 26 or TC, never on a professional claim.",
        "derived", "External Beam Radiation Treatment Delivery",
        when=_professional & _delivers),
)

ISOCENTERS = (
    SessionRule(
        "ISO-DELIVERED", "Isocenters",
        "Count the isocenters of the beams delivered in the session, not those planned: two isocenters treated on "
        "alternating days are one each day.",
        "derived", "Isocenter",
        when=_only_photons & at_least("isocenters_untreated", 1)),
    SessionRule(
        "ISO-SHIFT", "Isocenters",
        "A planned shift from one isocenter to treat a further volume makes a second isocenter.",
        "stated", "Isocenter",
        when=_only_photons & _several_isocenters),
    SessionRule(
        "ISO-CONTIGUOUS", "Isocenters",
        "A contiguous area treated at one isocenter is one, however many targets, plans or beams. Plans at one position share "
        "one isocenter: read in order of delivery, a position is a further one when it is more than 1 mm from every "
        "position already counted.",
        "stated", "Isocenter; Scenario 3", "two plans, 1 mm: derived",
        when=_one_isocenter & (at_least("plans", 2) | at_least("isocenters_named", 2))),
    SessionRule(
        "ISO-CORRECTION", "Isocenters",
        "Image-guided couch corrections, couch rotations and the set-up shift from the CT reference are no isocenter.",
        "derived", "Isocenter",
        when=_one_isocenter & holds("couch_moved")),
)

MOTION = (
    SessionRule(
        "AMM-BEAM", "Active motion management",
        "Active motion management is monitoring the motion of target or patient while the beam is on, so that it controls or "
        "optimises the beam: gating, tracking, monitored breath hold, surface gating.",
        "stated", "Active Motion Management; Surface Guidance",
        when=_one_isocenter & _active),
    SessionRule(
        "AMM-SETUP", "Active motion management",
        "Surface guidance that only sets the patient up is not active motion management.",
        "stated", "Surface Guidance",
        when=_one_isocenter & holds("surface") & equals("motion", "none")),
    SessionRule(
        "AMM-PASSIVE", "Active motion management",
        "Compression, margins from 4D-CT or ITV and respiratory simulation are not active motion management.",
        "derived", "Active Motion Management",
        when=_one_isocenter & among("motion_method", PASSIVE_METHODS) & ~holds("monitored")),
    SessionRule(
        "AMM-HOLD", "Active motion management",
        "A breath hold that nothing monitors during the beam is not active motion management.",
        "derived", "Active Motion Management",
        when=_one_isocenter & equals("motion_method", "breath_hold") & ~holds("monitored")),
    SessionRule(
        "AMM-OBSERVED", "Active motion management",
        "Motion was monitored during the beam but did not control it: the level without active motion management; level 3 is "
        "accepted. Photons only.",
        "ambiguous", "Active Motion Management; Surface Guidance",
        when=_one_isocenter & equals("motion", "observed")),
    SessionRule(
        "AMM-SESSION", "Active motion management",
        "Motion management planned but not used in a session does not count for that session.",
        "derived", "Active Motion Management",
        when=_one_isocenter & ~holds("monitored")
        & (holds("motion_elsewhere") | among("motion_method", ("gating", "tracking")))),
)

PORT = GuidanceRule(
    "PORT", "Guidance",
    "Port images: 77417 is inside the delivery code and never separately billed, with no professional code for them; neither "
    "port images nor guidance by them is guidance on its own, whatever the purpose says.",
    "stated", "IGRT; Scenario 5",
    when=at_least("port_images", 1) | holds("mv_port"))

GUIDANCE = (
    GuidanceRule(
        "IGRT-PROF", "Guidance",
        "Guidance that localized the target, approved by the physician before the next session: 77387-26, one unit a "
        "session, on the claim that carries professional services.",
        "stated", "Scenarios 2 to 4",
        when=holds("localizing") & _in_time, bills=True),
    GuidanceRule(
        "IGRT-REVIEW", "Guidance",
        "No approval, or approval at or after the start of the next session: not reportable. Where no session follows, any "
        "later approval counts. An approval dated before the session began can't be of its images: not reportable.",
        "stated", "Scenarios 2 to 4", "last session, too early: derived",
        when=(holds("localizing") | holds("monitored") | holds("surface")) & ~_in_time),
    GuidanceRule(
        "IGRT-AMM", "Guidance",
        "Motion monitored during the beam, and no image that localized the target: 77387-26 where the physician approved the "
        "record in time; billing none is accepted.",
        "ambiguous", "IGRT; External Beam Radiation Treatment Delivery",
        when=holds("monitored") & ~holds("localizing"), bills=True, either=True),
    GuidanceRule(
        "IGRT-SURFACE", "Guidance",
        "Surface guidance alone, with no motion monitored by it during the beam, sets the patient up: no 77387; 77387-26 is "
        "accepted where the physician approved it in time.",
        "ambiguous", "Surface Guidance",
        when=holds("surface") & ~holds("localizing"), bills=False, either=True),
    GuidanceRule(
        "IGRT-PURPOSE", "Guidance",
        "Imaging that only sets the patient up is no localization of the target, whatever the method: no 77387.",
        "derived", "External Beam Radiation Treatment Delivery; IGRT",
        when=holds("setup_images") & ~holds("localizing")),
    PORT,
)

IGRT_TECH = SessionRule(
    "IGRT-TECH", "Guidance",
    "The technical part of guidance is inside the delivery code: 77387-TC is never separately billed, in any setting.",
    "stated", "IGRT",
    when=~_professional & (holds("localizing") | holds("monitored")))

GUIDANCE_FACTS = (
    SessionRule(
        "IGRT-METHODS", "Guidance",
        "Guidance by ultrasound, stereoscopic x-ray, cone-beam or other CT, MRI, PET/CT, orthogonal imaging for localization, "
        "and tracking during the beam.",
        "stated", "IGRT",
        when=holds("localizing")),
    SessionRule(
        "IGRT-INTRA", "Guidance",
        "Imaging during the beam with no record of motion management is guidance, not active motion management.",
        "derived", "Isocenter; Active Motion Management",
        when=equals("motion_method", "none") & holds("intrafraction")),
    SessionRule(
        "IGRT-ONCE", "Guidance",
        "One 77387-26 a session, however many methods.",
        "derived", "IGRT",
        when=at_least("acts", 2)),
)

IGRT_GLOBAL = SessionRule(
    "IGRT-GLOBAL", "Guidance",
    "A freestanding global claim bills 77387-26; 77387 without modifier is accepted: it pays what the professional part "
    "pays.",
    "ambiguous", "IGRT",
    when=equals("claim", "global"))

CLAIMS = (
    ClaimRule(
        "CLAIM-FACILITY", "Whose claim",
        "A hospital's facility claim carries the delivery code; guidance and port images at most as bundled lines.",
        "derived", "IGRT",
        when=equals("claim", "facility"), delivery=True),
    ClaimRule(
        "CLAIM-PROFESSIONAL", "Whose claim",
        "A professional claim carries 77387-26 where earned, never the delivery code.",
        "derived", "IGRT",
        when=_professional, guidance=True),
    ClaimRule(
        "CLAIM-TECHNICAL", "Whose claim",
        "A freestanding centre's technical claim carries the delivery code.",
        "derived", "IGRT",
        when=equals("claim", "technical"), delivery=True),
    ClaimRule(
        "CLAIM-GLOBAL", "Whose claim",
        "A freestanding centre's global claim carries the delivery code and 77387-26 where earned.",
        "derived", "IGRT",
        when=equals("claim", "global"), delivery=True, guidance=True),
)

ALSO_ACCEPTED = {"AMM-OBSERVED": "77412"}
"""The code that a rule on facts lets pass beside the one that the delivery table gives, where sources differ."""

PLAN_RECORD = (
    PlanRule(
        "DOC-3D", "Documentation",
        "Declared 3D, field-in-field too, with none of volumetric imaging, targets and organs at risk: the record supports 2D. "
        "Coded as 2D; needs_review is accepted.",
        "derived", "External Beam Radiation Treatment Delivery",
        when=equals("technique", "3d") & equals("volumetric_evidence", "none")),
    PlanRule(
        "DOC-PARTIAL", "Documentation",
        "Declared 3D with some, not all, of volumetric imaging, targets, organs at risk and an evaluated dose-volume histogram: "
        "needs_review; coding as 3D or as 2D is accepted.",
        "ambiguous", "External Beam Radiation Treatment Delivery",
        when=equals("technique", "3d") & ~equals("volumetric_evidence", "none") & equals("full_evidence", "some")),
    PlanRule(
        "DOC-IMRT", "Documentation",
        "Declared intensity-modulated, but neither inverse optimised nor modulated: what is left is 3D, or 2D where DOC-3D would "
        "say so. Coded so; needs_review is accepted.",
        "derived", "External Beam Radiation Treatment Delivery",
        when=equals("technique", "imrt") & ~holds("modulated")),
)

SESSION_RECORD = (
    SessionRule(
        "DOC-AMM", "Documentation",
        "The documentation of active motion management is given and has none of its five elements (medical necessity, named "
        "system, thresholds and workflow, how motion is monitored, beam-on and beam-off rule): needs_review; the level without "
        "it is accepted, and level 3 where the session's record shows it.",
        "ambiguous", "Active Motion Management; External Beam Radiation Treatment Delivery",
        when=_active & holds("documentation_empty")),
)

UNREADABLE = (
    Rule(
        "DOC-MALFORMED", "Documentation",
        "A document that is malformed or describes the impossible is never coded: needs_review, or a clear error.",
        "derived", "External Beam Radiation Treatment Delivery"),
)

REFINEMENTS = (
    Refinement(
        "SCOPE-DELIVERED", "Scope",
        "Plans of which no beam was delivered are not looked at: neither their technique, nor their record, nor whether they "
        "contradict the rest.",
        "derived", "Isocenter", refines=("DOC-CONFLICT", "DOC-UNKNOWN", "SCOPE-TECHNIQUE"),
        shown_by=("conflict-in-undelivered-plan", "conflict-in-delivered-plan")),
    Refinement(
        "SCOPE-PROTON", "Scope",
        "A proton beam delivered in any plan, whatever technique the plan names, is proton delivery and puts the whole case "
        "outside. A proton beam that was only planned does not.",
        "derived", "External Beam Radiation Treatment Delivery", refines=("SCOPE-TECHNIQUE",),
        shown_by=("proton-beam-in-a-3d-plan", "photon-beams-in-a-3d-plan")),
    Refinement(
        "AMM-NONE", "Active motion management",
        "Motion is read from what was done, whatever the method is called: monitored during the beam, and the beam controlled by "
        "it. Method `none` overrides it: there was no motion management, whatever else the motion record says. A beam that "
        "was held while nothing was monitored was not controlled by monitoring.",
        "derived", "Active Motion Management", refines=("AMM-BEAM", "AMM-PASSIVE", "AMM-OBSERVED"),
        shown_by=("none-and-ticked", "gated-and-ticked")),
    Refinement(
        "IGRT-NEXT", "Guidance",
        "The next session is the one that the record names, or a later session of the same case in which a beam was delivered, "
        "if that one began sooner: the afternoon's session is the next one of the morning's.",
        "derived", "Scenarios 2 to 4", refines=("IGRT-PROF", "IGRT-REVIEW", "IGRT-AMM", "IGRT-SURFACE"),
        shown_by=("afternoon-not-named-approved-after-it", "afternoon-not-named-approved-before-it")),
    Refinement(
        "IGRT-SKIN", "Guidance",
        "Surface guidance never localizes the target, whatever its purpose says: it sees the skin.",
        "derived", "Surface Guidance; IGRT", refines=("IGRT-METHODS", "IGRT-SURFACE"),
        shown_by=("surface-called-localization", "images-not-surface")),
    Refinement(
        "DOC-BITES", "Documentation",
        "DOC-3D, DOC-PARTIAL, DOC-IMRT and DOC-AMM change an answer only where a line depends on them: never where the claim "
        "does not carry the delivery code, and never where the level is the same either way.",
        "derived", "External Beam Radiation Treatment Delivery", refines=("DOC-3D", "DOC-PARTIAL", "DOC-IMRT", "DOC-AMM"),
        shown_by=("targets-alone-and-held-beam", "targets-alone-and-free-beam")),
    Refinement(
        "DOC-MODULATION", "Documentation",
        "A beam counts as not modulated where `modulation` is absent, empty, or one of none, open, uniform, static, static_mlc, "
        "block and wedge: they shape a field. Any other word says that the beam was modulated.",
        "derived", "External Beam Radiation Treatment Delivery", refines=("DOC-IMRT",),
        shown_by=("helical-shaped-only", "helical-modulated")),
)
# fmt: on

RULES: dict[str, Rule] = {
    rule.id: rule
    for table in (
        WHOLE_CASE,
        SCOPE,
        DELIVERY,
        DELIVERY_FACTS,
        SESSION_FACTS,
        ISOCENTERS,
        MOTION,
        GUIDANCE,
        (IGRT_TECH,),
        GUIDANCE_FACTS,
        (IGRT_GLOBAL,),
        CLAIMS,
        PLAN_RECORD,
        SESSION_RECORD,
        UNREADABLE,
        REFINEMENTS,
    )
    for rule in table
}
"""Every rule by its id, in the order of the book."""


def cited(headings: Iterable[str]) -> str:
    """The publication, and each of these headings once; a heading may be several, separated by semicolons."""
    parts = dict.fromkeys(part.strip() for heading in headings for part in heading.split(";"))
    return f"{PUBLICATION}, {'; '.join(parts)}"


def refinements_of(rule_id: str) -> tuple[Refinement, ...]:
    """How a record is read under this rule where the publication does not say."""
    return tuple(row for row in REFINEMENTS if rule_id in row.refines)
