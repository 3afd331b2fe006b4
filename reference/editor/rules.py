"""Rules that only a payer's side has: what a claim alone can't say, national edits, places and days. The rest is the coder's.

A rule of the coder's book and one of these are found by the same function: an adjudication cites both.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rtconform.reference.coder.rules import PUBLICATION, RULES, Standing, cited

MANUAL = "Medicare Claims Processing Manual (CMS Pub. 100-04)"
NCCI = "Medicare NCCI Policy Manual, chapter I"


@dataclass(frozen=True)
class EditorRule:
    """One rule of the payer's side; `heading` names the publication and the heading where it stands.

    `looked_up`: what was read of it, and in which edition; empty: the heading is cited as it is known, and was not looked up.
    """

    id: str
    says: str
    standing: Standing
    heading: str
    looked_up: str = ""


# fmt: off
_TABLE = (
    EditorRule("SESSION-UNSEEN",
        "A claim alone does not say which session a line bills. The same service again on a date, which only a session could "
        "tell apart, may be allowed or stopped.", "ambiguous", f"{PUBLICATION}, Surface Guidance; Level 3"),
    EditorRule("LINE-DAYS",
        "A line may span days; its units are counted by day. A line of N days with N units bills one session a day. Units that "
        "do not come out even over the days may be stopped: the payer may ask for lines of one date. So may any span of an "
        "outpatient hospital, whose lines have one date each.", "derived",
        f"{MANUAL}, chapter 26, 10.4 (item 24A); chapter 4, 20.3",
        "item 24A as guides to the form quote it: a series of identical services may have a first and a last date, their number "
        "stands in 24G; UnitedHealthcare Medicare Advantage's policy on grouping, in a summary of others: units that the days do "
        "not divide are not processed; a contractor (Palmetto GBA, Part A): an outpatient claim has one date on each line with a "
        "code; the heading of 20.3 alone, in Rev. 53 of 2003; read 2026-11-29"),
    EditorRule("PLACE-ASC",
        "Delivery with place of service 24, ambulatory surgical centre: contractors differ, either answer is accepted.",
        "ambiguous", "Noridian, Radiation Oncology",
        "the contractor's pages for Part B (JE) and Part A (JF): both name 11, 19, 21, 22, 24 as places of radiation oncology, "
        "and say nothing of delivery alone; read 2026-11-28"),
    EditorRule("PLACE-PROFESSIONAL",
        "The professional part is billed with the place where the patient is: 11, 19, 21, 22, 31 and 32 among others.",
        "derived", f"{MANUAL}, chapter 26, 10.5; chapter 13, 150",
        "the headings, in Transmittal 2679 of 2013-03-29 (CR 7631); 21, 31 and 32 also in CMS's notice on places of 2024-05"),
    EditorRule("STAY-INPATIENT",
        "During an inpatient stay the technical services of others are the hospital's to pay: delivery on a professional claim "
        "is stopped, on an outpatient bill contractors differ. The professional part stays payable.",
        "derived", f"{MANUAL}, chapter 13, 20.1 and 20.2.1",
        "both sections, in an excerpt of 2010: the technical part of hospital patients is not paid to others, the professional "
        "part is paid in all settings"),
    EditorRule("STAY-SNF",
        "During a stay under Part A in a skilled nursing facility, delivery by a freestanding centre is inside the facility's "
        "payment; a hospital's outpatient delivery and the professional part are not.",
        "derived", f"{MANUAL}, chapter 6, 20.1.1 and 20.1.2",
        "the headings, in Rev. 3230 of 2015-04-03; that the exclusion is a hospital's alone, in a trade journal citing Program "
        "Memorandum A-02-118"),
    EditorRule("READING-DATE",
        "The professional part, billed alone, is dated on the day of the session or of the reading: payers differ.",
        "ambiguous", "MLN Matters SE17023",
        "the article as revised 2019-02-01, on radiology in general: each part billed alone has its own date; a contractor "
        "(Novitas, 2017) left the date to the provider"),
    EditorRule("LEVEL-AUTHORISED",
        "A payer that authorises levels pays those that it authorised.", "derived", "the payer's profile"),
    EditorRule("NCCI-PTP",
        "Of a pair of codes in force on the date, for one patient and provider, column 2 is not paid beside column 1: never with "
        "indicator 0, and with indicator 1 unless 59, XE, XS, XP, XU or an anatomic modifier stands on either line.",
        "stated", f"{NCCI}; NCCI procedure-to-procedure edits",
        "not the manual itself: a payer's notice that restates the indicators 0 and 1 and the modifiers 59, XE, XS, XP, XU "
        "(Independence Blue Cross, 2015), and CMS's tables; read 2026-11-29"),
    EditorRule("NCCI-MUE",
        "No more units than the table says: of a line (MAI 1) or of a date (MAI 2 and 3). MAI 3 may be exceeded with "
        "documentation.",
        "stated", f"{NCCI}; medically unlikely edits",
        "not the manual itself: the words beside each indicator in CMS's tables (line, date by policy, date clinical), and a "
        "payer's page that applies them (Blue Cross Blue Shield of North Dakota); read 2026-11-29"),
    EditorRule("NCCI-UNKNOWN",
        "Where the first day of an edit is not known, or the table of this setting was not found, stopping what it would stop "
        "is accepted.",
        "ambiguous", f"{NCCI}",
        "nothing to look up: it says what this rule set doesn't have"),
)
# fmt: on

EDITOR_RULES: dict[str, EditorRule] = {rule.id: rule for rule in _TABLE}
"""Every rule of the payer's side by its id."""


def says_of(rule: str) -> str | None:
    """What a rule says, the coder's or the payer's; None: there is no such rule."""
    found = RULES.get(rule) or EDITOR_RULES.get(rule)
    return found.says if found else None


def sources_of(rules: Iterable[str]) -> str:
    """Where these rules stand: the publication of the coder's rules with its headings, then what else; empty: nowhere."""
    ids = tuple(rules)
    headings = [RULES[rule].heading for rule in ids if rule in RULES]
    others = dict.fromkeys(EDITOR_RULES[rule].heading for rule in ids if rule in EDITOR_RULES)
    return "; ".join((*([cited(headings)] if headings else []), *others))
