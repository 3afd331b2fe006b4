"""Faults in what a claim carries, and in the form of its lines: modifiers, units, sessions."""

from collections.abc import Iterable
from dataclasses import replace

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.faulty import Coder, Delivered, FaultyCoder, billing, changing, going_by, is_delivery
from rtconform.conformance.coder.faults.level import FIELDS, HISTORY, UTILISATION
from rtconform.reference.coder.book import BOOK
from rtconform.reference.codes import GUIDANCE_CODE
from rtconform.reference.documents.coding import AnswerLine

SPLIT = "codes with a professional and a technical part, as most of radiology has"
DAILY = "charge capture by day: one delivery a patient a day"
PAYERS = "payers that stop the professional part: the article speaks of it («IGRT»)"


def _carries(claim: str, *, delivery: bool | None = None, guidance: bool | None = None) -> Coder:
    """A claim carries something else than it does."""
    claims = tuple(
        replace(
            rule,
            delivery=rule.delivery if delivery is None else delivery,
            guidance=rule.guidance if guidance is None else guidance,
        )
        if rule.id == f"CLAIM-{claim}"
        else rule
        for rule in BOOK.claims
    )
    return going_by(replace(BOOK, claims=claims))


def _modifier(modifier: str) -> Coder:
    return changing(lambda line: with_fields(line, modifiers=(modifier,)) if is_delivery(line) else line)


def _units_by(count_of: str) -> Coder:
    """The delivery line bears a unit for each of these."""

    def change(one: Delivered, lines: tuple[AnswerLine, ...]) -> Iterable[AnswerLine]:
        return [with_fields(line, units=max(1, getattr(one.facts, count_of))) if is_delivery(line) else line for line in lines]

    return billing(change)


def _line_for_each(count_of: str, *, level_3: bool = False) -> Coder:
    """The delivery code stands once for each of these."""

    def change(one: Delivered, lines: tuple[AnswerLine, ...]) -> Iterable[AnswerLine]:
        times = max(1, getattr(one.facts, count_of))
        return [
            line for due in lines for line in [due] * (times if is_delivery(due) and (due.code == "77412" or not level_3) else 1)
        ]

    return billing(change)


def _level_each(one: Delivered, lines: tuple[AnswerLine, ...]) -> Iterable[AnswerLine]:
    """At several isocenters each is coded 77407 by itself."""
    split = one.facts.isocenters > 1 and one.facts.photons and not one.facts.electrons
    return [
        part
        for line in lines
        for part in ([with_fields(line, code="77407")] * one.facts.isocenters if split and is_delivery(line) else [line])
    ]


def _first(one: Delivered) -> str | None:
    return next((session.id for session in one.case.sessions if session.beams_delivered), None)


def _first_session(one: Delivered, lines: tuple[AnswerLine, ...]) -> Iterable[AnswerLine]:
    return lines if one.session.id == _first(one) else ()


def _second_dropped(one: Delivered, lines: tuple[AnswerLine, ...]) -> Iterable[AnswerLine]:
    return [line for line in lines if one.session.id == _first(one) or not is_delivery(line)]


def _all_on_first(one: Delivered, lines: tuple[AnswerLine, ...]) -> Iterable[AnswerLine]:
    return [with_fields(line, session=one.case.sessions[0].id) for line in lines]


# fmt: off
_ROWS = (
    ("delivery-26", "Delivery bears 26 on a professional claim.", SPLIT, "NO-SPLIT", billing(
        lambda one, lines: (*lines, AnswerLine(one.session.id, "77407", ("26",)))
        if one.facts.beams and one.facts.claim == "professional" else lines)),
    ("delivery-tc", "Delivery bears TC.", SPLIT, "NO-SPLIT", _modifier("TC")),
    ("delivery-tc-technical", "Delivery bears TC on technical claims.", SPLIT, "NO-SPLIT", billing(
        lambda one, lines: [with_fields(line, modifiers=("TC",)) if is_delivery(line) and one.facts.claim == "technical" else line
                            for line in lines])),
    ("delivery-59", "Delivery always bears 59.", "modifiers put on to get past edits", "SESSIONS", _modifier("59")),
    ("professional-bills-delivery", "A professional claim bills delivery.", FIELDS, "NO-SPLIT CLAIM-PROFESSIONAL",
     _carries("PROFESSIONAL", delivery=True)),
    ("technical-bills-26", "A technical claim bills 77387-26.", FIELDS, "CLAIM-TECHNICAL", _carries("TECHNICAL", guidance=True)),
    ("facility-bills-26", "A facility claim bills 77387-26.", FIELDS, "CLAIM-FACILITY", _carries("FACILITY", guidance=True)),
    ("global-without-guidance", "A global claim bills delivery alone.", PAYERS, "CLAIM-GLOBAL", _carries("GLOBAL",
     guidance=False)),
    ("global-without-delivery", "A global claim bills guidance alone.", FIELDS, "CLAIM-GLOBAL", _carries("GLOBAL",
     delivery=False)),
    ("facility-nothing", "A facility claim bills nothing.", FIELDS, "CLAIM-FACILITY", _carries("FACILITY", delivery=False)),
    ("technical-nothing", "A technical claim bills nothing.", FIELDS, "CLAIM-TECHNICAL", _carries("TECHNICAL", delivery=False)),
    ("professional-nothing", "A professional claim bills nothing: guidance is taken for bundled.", PAYERS, "CLAIM-PROFESSIONAL",
     _carries("PROFESSIONAL", guidance=False)),
    ("no-guidance-in-hospitals", "Guidance in hospitals is taken for bundled, the physician's part too.", PAYERS,
     "CLAIM-PROFESSIONAL",
     billing(lambda one, lines: [line for line in lines
                                 if line.code != GUIDANCE_CODE or one.case.billing.setting != "hospital_outpatient"])),
    ("guidance-medicare-only", "Only Medicare is billed 77387-26.", PAYERS, "IGRT-PROF", billing(
        lambda one, lines: [line for line in lines if line.code != GUIDANCE_CODE or one.case.billing.payer == "medicare"])),
    ("old-codes-medicare-freestanding", "Medicare in freestanding centres still gets G6012.", HISTORY, "SCOPE-DELETED", billing(
        lambda one, lines: [with_fields(line, code="G6012") if is_delivery(line) and one.case.billing.payer == "medicare"
                            and one.case.billing.setting == "freestanding" else line for line in lines])),
    ("unit-each-isocenter", "77412 bears a unit for each isocenter.", UTILISATION, "ONCE", _units_by("isocenters")),
    ("unit-each-beam", "Delivery bears a unit for each beam.", UTILISATION, "ONCE", _units_by("beams")),
    ("line-each-plan", "A delivery code is billed for each plan.", UTILISATION, "ONCE", _line_for_each("plans")),
    ("line-each-isocenter", "77412 is billed for each isocenter.", UTILISATION, "ONCE", _line_for_each("isocenters",
     level_3=True)),
    ("77407-each-isocenter", "77407 is billed for each isocenter in place of one 77412.", UTILISATION, "ONCE L3-ISOCENTERS",
     billing(_level_each)),
    ("second-session-dropped", "The second session of a day is not billed.", DAILY, "SESSIONS", billing(_second_dropped)),
    ("one-session-a-day", "Nothing is billed for the second session, guidance neither.", DAILY, "SESSIONS",
     billing(_first_session)),
    ("sessions-on-the-first", "All lines of a day stand under its first session.", DAILY, "SESSIONS", billing(_all_on_first)),
    ("no-beam-billed", "A session in which no beam was delivered is billed.", "charge capture by appointment", "SCOPE-BEAM",
     billing(
        lambda one, lines: lines if one.facts.beams or one.facts.claim == "professional" else (AnswerLine(one.session.id,
        "77402"),))),
    ("no-beam-guidance-billed", "Guidance of a session in which no beam was delivered is billed.",
     "charge capture by appointment",
     "SCOPE-BEAM", billing(lambda one, lines: (*lines, AnswerLine(one.session.id, GUIDANCE_CODE, ("26",)))
                           if not one.facts.beams and one.facts.localizing and one.facts.claim in ("professional",
                           "global") else lines)),
)
# fmt: on

FAULTS = tuple(FaultyCoder(name, says, seen, tuple(rules.split()), code) for name, says, seen, rules, code in _ROWS)
"""Every fault of this kind."""
