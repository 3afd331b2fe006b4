"""Diagnosis of a fail: which rule the answer breaks, in one sentence that says what differs and the fact that decides.

The rule of a wrong level is found by a misreading: one wrong idea about the facts under which the rules would give the code that
was billed. The table lists the wrong ideas met in the field, the most specific first. A single answer proves no idea, so the
sentence names the fact, not the idea. What a vendor does wrong is said only where all its answers prove it (`known_faults.py`).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.normal_form import NormalForm, Service
from rtconform.reference import codes
from rtconform.reference.coder import rules
from rtconform.reference.coder.coder import Expectation
from rtconform.reference.coder.explain import count
from rtconform.reference.coder.facts import PASSIVE_METHODS, SessionFacts
from rtconform.reference.documents.treatment import Case


@dataclass(frozen=True)
class Blame:
    """A broken rule and the sentence that says how."""

    rule: str
    sentence: str


@dataclass(frozen=True)
class Misreading:
    """One wrong idea: where it can arise (`when`), the facts as it sees them, and the fact that it gets wrong, in words."""

    rule: str
    when: Callable[[SessionFacts], bool]
    sees: Callable[[SessionFacts], SessionFacts]
    says: Callable[[SessionFacts], str]


_TECHNIQUE_WORDS = {"3d": "3D", "imrt": "intensity-modulated"}

# fmt: off
MISREADINGS = (
    Misreading("ISO-CONTIGUOUS", lambda s: s.isocenters == 1 and s.plans > 1,
               lambda s: with_fields(s, isocenters=s.plans),
               lambda s: f"{count(s.plans, 'plan')} share one isocenter"),
    Misreading("ISO-CONTIGUOUS", lambda s: s.isocenters_named > s.isocenters,
               lambda s: with_fields(s, isocenters=s.isocenters_named),
               lambda s: f"{count(s.isocenters_named, 'isocenter')} named, at positions within 1 mm of each other"),
    Misreading("AMM-SETUP", lambda s: s.surface and s.motion == "none",
               lambda s: with_fields(s, motion="active"),
               lambda _: "surface guidance only set the patient up"),
    Misreading("AMM-PASSIVE", lambda s: s.motion_method in PASSIVE_METHODS and not s.monitored,
               lambda s: with_fields(s, motion="active"),
               lambda s: f"{s.motion_method} does not control the beam"),
    Misreading("AMM-HOLD", lambda s: s.motion_method == "breath_hold" and not s.monitored,
               lambda s: with_fields(s, motion="active"),
               lambda _: "nothing monitored the breath hold during the beam"),
    Misreading("AMM-SESSION", lambda s: not s.monitored and (s.motion_elsewhere or s.motion_method in ("gating", "tracking")),
               lambda s: with_fields(s, motion="active"),
               lambda _: "no motion management was used in this session that controlled the beam"),
    Misreading("ISO-DELIVERED", lambda s: s.isocenters_planned > s.isocenters,
               lambda s: with_fields(s, isocenters=s.isocenters_planned),
               lambda s: f"{count(s.isocenters_planned, 'isocenter')} planned, {s.isocenters} treated in the session"),
    Misreading("ISO-CORRECTION", lambda s: s.couch_moved and s.isocenters == 1,
               lambda s: with_fields(s, isocenters=2),
               lambda _: "the couch was corrected or rotated at one isocenter"),
    Misreading("TECHNIQUE-MIXED", lambda s: s.mixes_2d,
               lambda s: with_fields(s, technique="2d"),
               lambda _: "2D is beside a more complex technique, by which the session is coded"),
    Misreading("ISO-SHIFT", lambda s: s.isocenters > 1,
               lambda s: with_fields(s, isocenters=1),
               lambda s: f"photons were treated at {count(s.isocenters, 'isocenter')}"),
    Misreading("L3-MOTION", lambda s: s.motion == "active",
               lambda s: with_fields(s, motion="none"),
               lambda _: "motion management controlled the beam"),
    Misreading("L3-MIXED", lambda s: s.photons and s.electrons,
               lambda s: with_fields(s, electrons=False),
               lambda _: "photons and electrons were treated in one session"),
    Misreading("L3-MIXED", lambda s: s.photons and s.electrons,
               lambda s: with_fields(s, photons=False),
               lambda _: "photons and electrons were treated in one session"),
    Misreading("L3-TSE", lambda s: s.total_skin,
               lambda s: with_fields(s, total_skin=False),
               lambda _: "total skin electrons were treated"),
    Misreading("L1-ELECTRON", lambda s: s.electrons and not s.photons,
               lambda s: with_fields(s, photons=True, electrons=False, technique="3d"),
               lambda _: "electrons alone are level 1, whatever the number of fields and isocenters, gated or not"),
    Misreading("TECHNIQUE-FAMILY", lambda s: s.technique in ("3d", "imrt"),
               lambda s: with_fields(s, technique="2d"),
               lambda s: f"the technique is {_TECHNIQUE_WORDS.get(s.technique or '', 'not 2D')}"),
    Misreading("L1-2D", lambda s: s.technique == "2d",
               lambda s: with_fields(s, technique="3d"),
               lambda _: "2D photons at one isocenter are level 1"),
    Misreading("ISO-CONTIGUOUS", lambda s: s.beams > 1 and s.isocenters == 1,
               lambda s: with_fields(s, isocenters=s.beams),
               lambda s: f"{count(s.beams, 'beam')} share one isocenter"),
)
# fmt: on


def diagnose(case: Case, expectation: Expectation, expected: NormalForm, answered: NormalForm) -> Iterator[Blame]:
    """Why `answered` is not `expected`: at least one blame for each session that differs."""
    known = {session.id for session in case.sessions}
    for session in answered:
        if session not in known:
            yield Blame("ONCE", f"lines for session {session}, which the case does not have")
    for s in expectation.sessions:
        due, billed = expected.get(s.session, Counter()), answered.get(s.session, Counter())
        if due != billed:
            yield from _blames(case, expectation, s, due, billed)


def _blames(
    case: Case, expectation: Expectation, s: SessionFacts, due: Counter[Service], billed: Counter[Service]
) -> Iterator[Blame]:
    extra, missing = billed - due, due - billed
    explained = False
    for (code, modifiers), units in sorted(extra.items()):
        blame = _extra(case, s, code, modifiers, units, due)
        if blame is not None:
            explained = explained or code not in (codes.GUIDANCE_CODE, codes.PORT_IMAGE_CODE)
            yield blame
    wrong_level = [code for code, modifiers in extra if code in codes.DELIVERY_CODES and not modifiers]
    level_due = [code for code, _ in missing if code in codes.DELIVERY_CODES]
    if level_due and wrong_level:
        yield _wrong_level(expectation, s, level_due[0], wrong_level[0])
    elif level_due and not explained:
        rule = "SESSIONS" if s.sessions > 1 and not billed else _level_rule(s).id
        yield Blame(rule, f"{s.session}: {level_due[0]} missing: {rules.RULES[rule].says}")
    if any(code == codes.GUIDANCE_CODE for code, _ in missing) and not any(code == codes.GUIDANCE_CODE for code, _ in extra):
        rule_id = _guidance_rule(s)
        yield Blame(rule_id, f"{s.session}: 77387-26 missing: {rules.RULES[rule_id].says}")


def _extra(case: Case, s: SessionFacts, code: str, modifiers: tuple[str, ...], units: int, due: Counter[Service]) -> Blame | None:
    """What is wrong with billing this service at all; None: it is a delivery code, and only its level is wrong."""
    service = codes.notation(code, modifiers)
    if s.beams == 0:
        return Blame("SCOPE-BEAM", f"{service} billed for session {s.session}, in which no beam was delivered")
    if code in codes.DELIVERY_CODES:
        return _extra_delivery(s, code, modifiers, units, due)
    if code == codes.GUIDANCE_CODE:
        return _extra_guidance(s, modifiers, due)
    if code == codes.PORT_IMAGE_CODE:
        return Blame("PORT", f"{service} billed separately: port images are inside the delivery code")
    status = codes.status(code, case.billing.date_of_service)
    if status == "deleted":
        known = codes.catalogue()[code]
        return Blame("SCOPE-DELETED", f"{service} was deleted from {known.deleted_from}: see {', '.join(known.successors)}")
    return Blame("ONCE", f"{service} is not a code for delivering or guiding this session")


def _extra_delivery(s: SessionFacts, code: str, modifiers: tuple[str, ...], units: int, due: Counter[Service]) -> Blame | None:
    if s.claim == "professional":
        return Blame("NO-SPLIT", f"{code} on a professional claim: delivery is technical work")
    if modifiers:
        split = {codes.PROFESSIONAL, codes.TECHNICAL}.intersection(modifiers)
        if split:
            return Blame("NO-SPLIT", f"{code} with modifier {', '.join(sorted(split))}: delivery is not split into parts")
        return Blame("SESSIONS", f"{code} with modifier {', '.join(modifiers)}, which only a second session may carry")
    if units > 1 or (code, ()) in due:
        return Blame("ONCE", f"{code} billed more than once for session {s.session}")
    return None


def _extra_guidance(s: SessionFacts, modifiers: tuple[str, ...], due: Counter[Service]) -> Blame:
    service = codes.notation(codes.GUIDANCE_CODE, modifiers)
    if codes.TECHNICAL in modifiers:
        return Blame("IGRT-TECH", f"{service} billed separately: the technical part is inside the delivery code")
    if s.claim == "facility":
        return Blame("IGRT-TECH", f"{service} on a facility claim: guidance is inside the delivery code there")
    if s.claim == "technical":
        return Blame("CLAIM-TECHNICAL", f"{service} on a technical claim: it carries no professional service")
    if (codes.GUIDANCE_CODE, (codes.PROFESSIONAL,)) in due:
        if modifiers == (codes.PROFESSIONAL,):
            return Blame("IGRT-ONCE", f"{service} more than once for session {s.session}")
        return Blame("IGRT-PROF", f"{service} billed: the professional part is 77387-26")
    rule_id = _guidance_rule(s)
    if rule_id == "IGRT-PROF":
        return Blame(rule_id, f"{service} billed although no guidance was performed")
    return Blame(rule_id, f"{service} billed: {rules.RULES[rule_id].says}")


def _wrong_level(expectation: Expectation, s: SessionFacts, due: str, billed: str) -> Blame:
    for rule_id in ("DOC-3D", "DOC-IMRT"):
        if rule_id in expectation.coding.rules:
            return Blame(rule_id, f"{billed} billed: {rules.RULES[rule_id].says}")
    for misreading in MISREADINGS:
        if misreading.when(s) and _level_rule(misreading.sees(s)).code == billed:
            return Blame(misreading.rule, f"{billed} billed where {due} is due: {misreading.says(s)}")
    rule = next(line.rules[0] for line in expectation.coding.lines if line.session == s.session and line.code == due)
    return Blame(rule, f"{billed} billed where {due} was due: {rules.RULES[rule].says}")


def _level_rule(s: SessionFacts) -> rules.DeliveryRule:
    return next((rule for rule in rules.DELIVERY if rule.when(s)), rules.DELIVERY[-1])


def _guidance_rule(s: SessionFacts) -> str:
    return next((rule.id for rule in rules.GUIDANCE if rule.when(s)), "IGRT-PROF")
