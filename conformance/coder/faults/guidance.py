"""Faults in guidance: what is billed for it, and whether it was approved in time."""

import datetime as dt
from collections.abc import Callable

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.changes import of_guidance
from rtconform.conformance.coder.faults.faulty import Coder, Delivered, FaultyCoder, adding, billing, changing, reading, seeing
from rtconform.conformance.coder.faults.level import FIELDS, HISTORY, TEXT
from rtconform.reference.coder.facts import Approval, approval_state
from rtconform.reference.codes import GUIDANCE_CODE, PORT_IMAGE_CODE
from rtconform.reference.documents.coding import AnswerLine
from rtconform.reference.documents.treatment import Guidance

OLD_GUIDANCE = "charge capture of 2025 and before, where the technical part of guidance was billed («IGRT»)"
APPROVAL = "approval looked at as a field and not as a time («Scenario #2»)"
PAYERS = "payers that stop the professional part: the article speaks of it («IGRT»)"
PORTS = "port images of 2025, billed beside delivery («Scenario #5»)"


def _line(one: Delivered, code: str, *modifiers: str) -> AnswerLine:
    return AnswerLine(one.session.id, code, modifiers)


def _billed_where(when: Callable[[Delivered], bool], code: str, *modifiers: str) -> Coder:
    """This line is added for such sessions in which a beam was delivered."""
    return adding(lambda one: _line(one, code, *modifiers) if one.facts.beams and when(one) else None)


def _guided(one: Delivered) -> bool:
    return bool(one.facts.localizing)


def _not_for(*claims: str) -> Callable[[Delivered], bool]:
    return lambda one: _guided(one) and one.facts.claim not in claims


def _approval(state: Callable[[Delivered], Approval]) -> Coder:
    return seeing(lambda one: {"approval": state(one)})


def _approved_if(test: Callable[[Delivered, dt.datetime], bool]) -> Coder:
    """Approval counts where the time passes the test."""

    def state(one: Delivered) -> Approval:
        approved = one.session.physician_review.approved_at if one.session.physician_review else None
        return "in_time" if approved and test(one, approved) else "none"

    return _approval(state)


def _next(one: Delivered) -> dt.datetime | None:
    return one.session.next_session_at


def _methods(change: Callable[[Guidance], Guidance | None]) -> Coder:
    """Acts of guidance are read otherwise (None: not read)."""
    return reading(of_guidance(change))


def _overlooks(*methods: str) -> Coder:
    return _methods(lambda act: None if act.method in methods else act)


def _takes_for_localizing(*methods: str) -> Coder:
    return _methods(lambda act: with_fields(act, method="cbct", purpose="target_localization") if act.method in methods else act)


def _per_method(one: Delivered, lines: tuple[AnswerLine, ...]) -> list[AnswerLine]:
    methods = max(1, len({act.method for act in one.facts.localizing}))
    return [with_fields(line, units=methods) if line.code == GUIDANCE_CODE else line for line in lines]


def _as(code: str, *modifiers: str) -> Coder:
    """Guidance due is billed by another code or modifier."""
    return changing(lambda line: with_fields(line, code=code, modifiers=modifiers) if line.code == GUIDANCE_CODE else line)


# fmt: off
_CODES = (
    ("77014", "CT guidance is still billed 77014.", HISTORY, "SCOPE-DELETED", billing(
        lambda one, lines: [with_fields(line, code="77014") if line.code == GUIDANCE_CODE
                            and any(act.method in ("cbct", "ct") for act in one.facts.localizing) else line for line in lines])),
    ("g6001", "Ultrasound guidance is still billed G6001.", HISTORY, "SCOPE-DELETED", billing(
        lambda one, lines: [with_fields(line, code="G6001") if line.code == GUIDANCE_CODE
                            and any(act.method == "ultrasound" for act in one.facts.localizing) else line for line in lines])),
    ("g6002", "Stereoscopic guidance is still billed G6002.", HISTORY, "SCOPE-DELETED", billing(
        lambda one, lines: [with_fields(line, code="G6002") if line.code == GUIDANCE_CODE
                            and any(act.method == "stereoscopic_xray" for act in one.facts.localizing) else line
                            for line in lines])),
    ("g6017", "Tracking is billed G6017 beside delivery.", HISTORY, "SCOPE-DELETED",
     _billed_where(lambda one: one.facts.motion_method == "tracking" and one.facts.claim != "professional", "G6017")),
    ("77387-tc", "The technical part of guidance is billed beside delivery.", OLD_GUIDANCE, "IGRT-TECH",
     _billed_where(_not_for("professional"), GUIDANCE_CODE, "TC")),
    ("77387-tc-freestanding", "A technical claim bills 77387-TC.", OLD_GUIDANCE, "IGRT-TECH",
     _billed_where(_not_for("professional", "facility", "global"), GUIDANCE_CODE, "TC")),
    ("77387-facility", "A facility claim bills 77387.", OLD_GUIDANCE, "IGRT-TECH",
     _billed_where(_not_for("professional", "technical", "global"), GUIDANCE_CODE)),
    ("77387-bare-professional", "A professional claim bills 77387 without 26.", OLD_GUIDANCE, "IGRT-PROF", billing(
        lambda one, lines: [with_fields(line,
        modifiers=()) if line.code == GUIDANCE_CODE and one.facts.claim == "professional" else line
                            for line in lines])),
    ("77387-26-technical", "Technical and facility claims bill 77387-26.", FIELDS, "CLAIM-TECHNICAL CLAIM-FACILITY",
     _billed_where(lambda one: _not_for("professional", "global")(one) and one.facts.approval == "in_time", GUIDANCE_CODE, "26")),
    ("77387-both-parts", "A global claim bills 77387-26 and 77387-TC.", OLD_GUIDANCE, "IGRT-TECH",
     _billed_where(_not_for("professional", "technical", "facility"), GUIDANCE_CODE, "TC")),
    ("77387-59", "77387 bears 59 beside 26.", "modifiers put on to get past edits", "IGRT-PROF", _as(GUIDANCE_CODE, "26", "59")),
    ("77417-billed", "Port images are billed 77417.", PORTS, "PORT",
     _billed_where(lambda one: one.facts.port_images > 0 and one.facts.claim != "professional", PORT_IMAGE_CODE)),
    ("77417-each", "Each port image is billed 77417.", PORTS, "PORT",
     adding(lambda one: AnswerLine(one.session.id, PORT_IMAGE_CODE, units=one.facts.port_images)
            if one.facts.port_images and one.facts.beams and one.facts.claim != "professional" else None)),
    ("77417-26", "A professional claim bills 77417-26.", PORTS, "PORT",
     _billed_where(lambda one: one.facts.port_images > 0 and one.facts.claim == "professional", PORT_IMAGE_CODE, "26")),
    ("per-method", "77387-26 is billed for each method.", FIELDS, "IGRT-ONCE", billing(_per_method)),
    ("guidance-per-day", "77387-26 is billed once a day, not for each session.", PAYERS, "SESSIONS", billing(
        lambda one, lines: [line for line in lines if line.code != GUIDANCE_CODE or one.session is one.case.sessions[0]])),
)

_APPROVAL = (
    ("approval-not-needed", "Guidance is billed without approval.", APPROVAL, "IGRT-REVIEW", _approval(lambda _: "in_time")),
    ("approval-any-time", "Any approval counts.", APPROVAL, "IGRT-REVIEW", _approved_if(lambda *_: True)),
    ("approval-at-the-next-session", "Approval at the very start of the next session counts.", APPROVAL, "IGRT-REVIEW",
     _approved_if(lambda one,
     approved: approved >= one.session.started_at and (not _next(one) or approved <= (_next(one) or approved)))),
    ("approval-same-day-as-next", "Approval on the day of the next session counts, whatever the hour.",
     "dates compared in place of times",
     "IGRT-REVIEW", _approved_if(
         lambda one, approved: approved >= one.session.started_at
         and (not (due := _next(one)) or approved.date() <= due.date()))),
    ("approval-same-day-only", "Only approval on the day of treatment counts.", "a policy of the same day taken for the rule",
     "IGRT-REVIEW",
     _approved_if(lambda one, approved: one.facts.approval == "in_time" and approved.date() == one.session.started_at.date())),
    ("approval-within-24-hours", "Approval within 24 hours counts.", "a policy of a day taken for the rule", "IGRT-REVIEW",
     _approved_if(lambda one, approved: dt.timedelta() <= approved - one.session.started_at <= dt.timedelta(days=1))),
    ("approval-before-treatment", "Approval must be before the next session, also where it is dated before this one.", APPROVAL,
     "IGRT-REVIEW", _approved_if(lambda one, _: one.facts.approval in ("early", "in_time"))),
    ("approval-last-session", "On the last session nothing counts: there is no next one to be before.", APPROVAL, "IGRT-REVIEW",
     _approved_if(lambda one, _: one.facts.approval == "in_time" and _next(one) is not None)),
    ("approval-record-only", "The day's second session is not looked at: approval before the next day's counts.", APPROVAL,
     "IGRT-REVIEW",
     _approval(lambda one: approval_state(one.session, max([s.next_session_at for s in one.case.sessions if s.next_session_at],
                                                            default=None)))),
    ("approval-of-first-session", "The first session's approval counts for all of the day.", FIELDS, "IGRT-REVIEW",
     _approval(lambda one: approval_state(with_fields(one.session, physician_review=one.case.sessions[0].physician_review),
                                          one.session.next_session_at))),
)

_KINDS = (
    ("setup-imaging", "Imaging that only sets the patient up is billed.", FIELDS, "IGRT-PURPOSE",
     _methods(lambda act: with_fields(act, purpose="target_localization"))),
    ("port-as-guidance", "Port images by the treatment beam are guidance.", PORTS, "PORT", _takes_for_localizing("mv_port")),
    ("port-images-as-guidance", "Port images are billed 77387-26.", PORTS, "PORT",
     seeing(lambda one: {"localizing": (Guidance("cbct", "target_localization"),)} if one.facts.port_images else {})),
    ("no-kv", "Orthogonal kV images are no guidance.", "«IGRT» read without the scenarios", "IGRT-METHODS",
     _overlooks("orthogonal_kv")),
    ("no-ultrasound", "Ultrasound is no guidance.", FIELDS, "IGRT-METHODS", _overlooks("ultrasound")),
    ("no-stereoscopic", "Stereoscopic x-rays are no guidance.", FIELDS, "IGRT-METHODS", _overlooks("stereoscopic_xray")),
    ("no-mri", "MRI is no guidance.", FIELDS, "IGRT-METHODS", _overlooks("mri")),
    ("no-pet", "PET/CT is no guidance.", FIELDS, "IGRT-METHODS", _overlooks("pet_ct")),
    ("no-ct", "CT on rails is no guidance.", FIELDS, "IGRT-METHODS", _overlooks("ct")),
    ("cbct-only", "Only cone-beam CT is guidance.", FIELDS, "IGRT-METHODS",
     _methods(lambda act: act if act.method == "cbct" else None)),
    ("intrafraction-no-guidance", "Images during the beam are no guidance.", TEXT, "IGRT-INTRA",
     _methods(lambda act: act if act.timing == "pre_treatment" else None)),
    ("first-method-only", "Only the first act of guidance is looked at.", FIELDS, "IGRT-METHODS", seeing(
        lambda one: {"localizing": tuple(act for act in one.facts.localizing if act is one.session.guidance[0])}
        if one.session.guidance else {})),
    ("no-guidance-beside-motion", "Guidance is inside 77412 with active motion management.",
     "«Level 3» read as including the physician's work", "IGRT-PROF", seeing(lambda one: {"localizing": (), "monitored": False,
     "surface": False} if one.facts.motion == "active" else {})),
    ("no-guidance-beside-2d", "2D has no guidance to bill.", "the definition of 2D read as excluding guidance", "IGRT-PROF",
     seeing(lambda one: {"localizing": ()} if one.facts.technique == "2d" else {})),
    ("no-guidance-beside-electrons", "Electrons have no guidance to bill.", "rules written for photons", "IGRT-PROF",
     seeing(lambda one: {"localizing": ()} if one.facts.electrons else {})),
    ("surface-without-approval", "Surface guidance is billed 77387-26, approved or not.", TEXT, "IGRT-SURFACE IGRT-REVIEW",
     seeing(lambda one: {"localizing": (Guidance("cbct", "target_localization"),),
     "approval": "in_time"} if one.facts.surface else {})),
)
# fmt: on

FAULTS = tuple(
    FaultyCoder(name, says, seen, tuple(rules.split()), code) for name, says, seen, rules, code in (*_CODES, *_APPROVAL, *_KINDS)
)
"""Every fault of this kind."""
