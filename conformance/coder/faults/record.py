"""Faults in scope and documentation: what is coded that should not be, and what is not that should."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_fields

from rtconform.conformance.coder.faults.faulty import Coder, FaultyCoder, coding_anyway, correct, going_by, supposing
from rtconform.conformance.coder.faults.level import FIELDS, PLANNING
from rtconform.reference.coder.book import BOOK
from rtconform.reference.coder.facts import CaseFacts, delivered_plans
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import TECHNIQUES, Case

CUT_OVER = "a cut-over that compares the wrong moment"
BLIND = "a coder that answers whatever it is given"
DECLARED = "charge capture by what the plan is called"


def _outside(*techniques: str) -> Callable[[Case], bool]:
    return lambda case: any(plan.technique in techniques for plan in delivered_plans(case))


def _starts(day: dt.date) -> Coder:
    """The codes of 2026 hold from another day on."""
    return supposing(lambda case, _: {"before_2026": case.billing.date_of_service < day})


def _plan_facts(change: Mapping[str, Any]) -> Coder:
    return supposing(lambda _, facts: {"plans": tuple(with_fields(plan, **change) for plan in facts.plans)})


def _conflict(*words: str) -> Coder:
    """Contradictions of these kinds are overlooked where the record can be coded in spite of them."""

    def kept(_: Case, facts: CaseFacts) -> Mapping[str, Any]:
        return {"conflicts": tuple(found for found in facts.conflicts if not any(word in found for word in words))}

    return supposing(kept)


def _reviewed(when: Callable[[Case], bool]) -> Coder:
    return lambda case: Answer(case.id, "needs_review") if when(case) else correct(case)


def _not_reviewed(case: Case) -> bool:
    return correct(case).outcome == "needs_review"


def _without(table: str, rule_id: str) -> Coder:
    rules: Any = tuple(rule for rule in getattr(BOOK, table) if rule.id != rule_id)
    return going_by(replace(BOOK, **{table: rules}))


def _two_sites(case: Case) -> bool:
    return len({plan.site for plan in delivered_plans(case)}) > 1


# fmt: off
_ROWS = (
    ("2025-in-january", "Until the end of January 2026 everything is out of scope.", "a code table changed with a late release",
     "SCOPE-DATE",
     _starts(dt.date(2026, 2, 1))),
    ("2025-until-april", "Until April 2026 everything is out of scope.", "a code table changed with a quarterly release",
     "SCOPE-DATE",
     _starts(dt.date(2026, 4, 1))),
    ("starts-after-new-year", "2026-01-01 is still taken for the old year.", CUT_OVER, "SCOPE-DATE", _starts(dt.date(2026, 1,
     2))),
    ("starts-on-new-years-eve", "2025-12-31 is taken for the new year: the day is read in a zone ahead.",
     "dates converted between time zones",
     "SCOPE-DATE", _starts(dt.date(2025, 12, 31))),
    ("a-day-off", "The day is read in a zone behind: 2026-01-01 is the old year.", "dates converted between time zones",
     "SCOPE-DATE",
     _starts(dt.date(2026, 1, 2))),
    ("no-date", "Dates are not looked at: 2025 is coded as 2026.", BLIND, "SCOPE-DATE", _without("whole_case", "SCOPE-DATE")),
    ("sbrt-77412", "Body stereotaxy is billed 77412.", DECLARED, "SCOPE-TECHNIQUE", coding_anyway(_outside("sbrt"), "77412")),
    ("srs-77412", "Cranial stereotaxy is billed 77412.", DECLARED, "SCOPE-TECHNIQUE", coding_anyway(_outside("srs"), "77412")),
    ("protons-77412", "Protons are billed 77412.", DECLARED, "SCOPE-TECHNIQUE", coding_anyway(_outside("proton"), "77412")),
    ("hdr-77412", "High-dose-rate brachytherapy is billed 77412.", DECLARED, "SCOPE-TECHNIQUE",
     coding_anyway(_outside("hdr_brachytherapy"), "77412")),
    ("ldr-77402", "Seeds are billed 77402.", DECLARED, "SCOPE-TECHNIQUE", coding_anyway(_outside("ldr_brachytherapy"), "77402")),
    ("superficial-77402", "Superficial x-rays are billed 77402.", DECLARED, "SCOPE-TECHNIQUE",
     coding_anyway(_outside("superficial_xray"), "77402")),
    ("intraoperative-77402", "Intraoperative treatment is billed 77402.", DECLARED, "SCOPE-TECHNIQUE",
     coding_anyway(_outside("intraoperative"), "77402")),
    ("outside-planned", "A stereotactic plan on record puts the day outside, delivered or not.", PLANNING, "SCOPE-TECHNIQUE",
     supposing(lambda case, facts: {"outside": facts.outside or tuple(
         plan.id for plan in case.plans if plan.technique in ("srs", "sbrt", "proton", "hdr_brachytherapy"))})),
    ("outside-all-plans", "The day is outside only where all plans delivered are.", FIELDS, "SCOPE-TECHNIQUE",
     supposing(lambda _, facts: {"outside": facts.outside if len(facts.outside) == len(facts.plans) else ()})),
    ("outside-needs-review", "What is outside the rules is sent back to a person.", FIELDS, "SCOPE-TECHNIQUE",
     lambda case: Answer(case.id, "needs_review") if correct(case).outcome == "out_of_scope" else correct(case)),
    ("unknown-77402", "What it does not know is billed 77402.", BLIND, "DOC-UNKNOWN DOC-CONFLICT", coding_anyway(_not_reviewed,
     "77402")),
    ("unknown-77407", "What it does not know is billed 77407.", BLIND, "DOC-UNKNOWN DOC-CONFLICT", coding_anyway(_not_reviewed,
     "77407")),
    ("unknown-out-of-scope", "What it does not know is out of scope.", BLIND, "DOC-UNKNOWN",
     lambda case: Answer(case.id, "out_of_scope") if _not_reviewed(case) else correct(case)),
    ("unknown-ignored", "Unknown techniques, radiations and methods are passed over.", BLIND, "DOC-UNKNOWN",
     supposing(lambda *_: {"unknown": ()})),
    ("unknown-planned", "An unknown technique anywhere on record sends the case back.", FIELDS, "DOC-UNKNOWN",
     supposing(lambda case,
     facts: {"unknown": facts.unknown or tuple(p.id for p in case.plans if p.technique not in TECHNIQUES)})),
    ("other-day-ignored", "A session on another day is coded.", BLIND, "DOC-CONFLICT", _conflict("date of service")),
    ("electron-plan-with-photons-ignored", "An electron plan with photon beams is coded.", BLIND, "DOC-CONFLICT",
     _conflict("photon beam")),
    ("3d-as-declared", "3D is 3D, whatever the record shows.", DECLARED, "DOC-3D", _without("plan_record", "DOC-3D")),
    ("histogram-always-asked-for", "A 3D plan without evaluated histogram is refused also where nothing depends on it.", FIELDS,
     "DOC-PARTIAL", _reviewed(lambda case: any(not plan.planning.dvh_evaluated for plan in delivered_plans(case)))),
    ("imrt-as-declared", "IMRT is IMRT, whatever the record shows.", DECLARED, "DOC-IMRT", _without("plan_record", "DOC-IMRT")),
    ("unmodulated-is-2d", "IMRT that is not modulated is always 2D.", FIELDS, "DOC-IMRT",
     supposing(lambda _, facts: {"plans": tuple(with_fields(p,
     volumetric_evidence="none") if p.technique == "imrt" else p for p in facts.plans)})),
    ("evidence-ignored", "Planning evidence is not looked at.", DECLARED, "DOC-3D DOC-IMRT", _plan_facts(
        {"volumetric_evidence": "all", "full_evidence": "all", "modulated": True})),
    ("review-where-mixed", "A day with two sites is sent back to a person.", "coders that decline what is not usual",
     "ISO-SHIFT", _reviewed(_two_sites)),
    ("review-two-sessions", "A day with two sessions is sent back to a person.", "coders that decline what is not usual",
     "SESSIONS",
     _reviewed(lambda case: len(case.sessions) > 1)),
)
# fmt: on

FAULTS = tuple(FaultyCoder(name, says, seen, tuple(rules.split()), code) for name, says, seen, rules, code in _ROWS)
"""Every fault of this kind."""
