"""Traits: the few words that place a treatment among others, kept with every result for the tables of reports."""

from typing import Literal

from msgspec import Struct

from rtconform.reference.documents.treatment import ClaimKind, Setting

ManagedMotion = Literal["none", "passive", "unmonitored", "observed", "active"]

MOTION_WORDS: dict[ManagedMotion, str] = {
    "none": "no motion management",
    "passive": "compression or margins",
    "unmonitored": "not monitored in the beam",
    "observed": "watched, beam not held",
    "active": "controlled the beam",
}
"""The ways to manage motion, the least first, with what they are called in reports."""

SEVERAL = "several"


class Traits(Struct, frozen=True):
    """A case in a few words, over all its sessions that delivered a beam.

    `technique`: as the plans declare it, "several" where they differ, "none" where nothing was delivered. `isocenters`: the
    most treated in one session. `motion`: the strongest. `guidance`: the method that localized the target, "several", or
    what was done instead: "surface", "setup_images", "port_images", "none".
    """

    technique: str
    isocenters: int
    motion: ManagedMotion
    guidance: str
    setting: Setting
    claim: ClaimKind
