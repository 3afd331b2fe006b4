"""The space of facts: what values facts have, and which can't stand together. Proofs go through all of it.

A test holds it against every treatment of the suites: each session's facts lie in it.
"""

from dataclasses import dataclass
from typing import Any

from rtconform.reference.coder.conditions import Condition, at_least, equals, holds
from rtconform.reference.documents.treatment import Guidance

_IMAGE = (Guidance("cbct", "target_localization"),)

LEVEL: dict[str, tuple[Any, ...]] = {
    "claim": ("facility", "technical", "global", "professional"),
    "beams": (0, 1, 2),
    "photons": (False, True),
    "electrons": (False, True),
    "total_skin": (False, True),
    "technique": (None, "2d", "3d", "imrt"),
    "isocenters": (0, 1, 2, 3),
    "motion": ("none", "observed", "active"),
    "monitored": (False, True),
}
"""The facts that rules of delivery ask for, with their values; numbers as far as rules tell them apart and one more."""

GUIDANCE: dict[str, tuple[Any, ...]] = {
    "claim": ("facility", "technical", "global", "professional"),
    "beams": (0, 1),
    "motion": ("none", "observed", "active"),
    "monitored": (False, True),
    "localizing": ((), _IMAGE),
    "surface": (False, True),
    "setup_images": (False, True),
    "mv_port": (False, True),
    "port_images": (0, 1, 2),
    "approval": ("none", "early", "in_time", "late"),
}
"""The facts that rules of guidance ask for."""

RECORD: dict[str, tuple[Any, ...]] = {"documentation_empty": (False, True)}
"""The fact that the rules of a session's record ask for."""

VALUES = LEVEL | GUIDANCE | RECORD
"""The facts of a session that deciding rules ask for."""

EXPLAINING: dict[str, tuple[Any, ...]] = {
    "plans": (0, 1, 2),
    "sessions": (0, 1, 2),
    "mixes_2d": (False, True),
    "isocenters_named": (0, 1, 2),
    "isocenters_planned": (0, 1, 2, 3),
    "couch_moved": (False, True),
    "motion_method": ("none", "passive_compression", "free_breathing_itv", "breath_hold", "gating", "tracking"),
    "motion_elsewhere": (False, True),
}
"""The facts that only explaining rules ask for."""

PLAN_VALUES: dict[str, tuple[Any, ...]] = {
    "technique": (None, "2d", "3d", "imrt"),
    "volumetric_evidence": ("none", "some", "all"),
    "full_evidence": ("none", "some", "all"),
    "modulated": (False, True),
}
"""The facts of a plan."""


@dataclass(frozen=True)
class Impossible:
    """Facts that can't stand together, and why."""

    facts: Condition
    because: str


_beam = at_least("beams", 1)

IMPOSSIBLE = (
    Impossible(
        _beam & ~holds("photons") & ~holds("electrons"),
        "every beam is of photons or electrons: protons are outside, others unknown",
    ),
    Impossible(~_beam & (holds("photons") | holds("electrons") | holds("total_skin")), "radiation is what beams deliver"),
    Impossible(~_beam & at_least("isocenters", 1), "isocenters are counted of beams"),
    Impossible(_beam & ~at_least("isocenters", 1), "every beam has an isocenter"),
    Impossible(
        holds("photons") & ~holds("technique"), "photons of no technique are outside, unknown, or conflict with an electron plan"
    ),
    Impossible(~holds("photons") & holds("technique"), "the technique is that of the photons"),
    Impossible(holds("total_skin") & holds("photons") & ~holds("electrons"), "a total-skin plan with photons is a conflict"),
    Impossible(equals("motion", "none") & holds("monitored"), "what is monitored is observed at least"),
    Impossible(~equals("motion", "none") & ~holds("monitored"), "what is observed is monitored"),
)
"""What can't be in a case that has no conflict, no unknown term, and nothing outside the rules."""

EXPLAINING_IMPOSSIBLE = (
    Impossible(_beam & ~at_least("plans", 1), "a beam is of a plan"),
    Impossible(~_beam & at_least("plans", 1), "plans are counted of beams"),
    Impossible(at_least("plans", 2) & ~at_least("beams", 2), "each plan has a beam of its own"),
    Impossible(at_least("isocenters", 2) & ~at_least("isocenters_named", 2), "two positions have two names"),
    Impossible(_beam & ~at_least("isocenters_named", 1), "every beam has an isocenter"),
    Impossible(_beam & ~at_least("sessions", 1), "the session is one of those treated"),
    Impossible(~_beam & at_least("isocenters_named", 1), "isocenters are named by beams"),
    Impossible(holds("mixes_2d") & ~holds("photons"), "techniques are mixed of photons"),
    Impossible(holds("mixes_2d") & equals("technique", "2d"), "of mixed techniques the more complex counts"),
    Impossible(equals("motion_method", "none") & holds("monitored"), "method none says that nothing was managed"),
)
