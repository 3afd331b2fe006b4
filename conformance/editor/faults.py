"""Faulty claim editors: one that overlooks each category of fault, those that stop what is right, as payers have, and those
whose national tables have one thing wrong (`table_faults.py`).

Each is the reference editor with some dispositions changed.
"""

from collections.abc import Callable
from functools import cache
from typing import get_args

from rtconform.conformance.editor.faulty import FaultyEditor, plain
from rtconform.conformance.editor.judge import judge_disposition, slips_of
from rtconform.conformance.editor.table_faults import table_faults
from rtconform.conformance.hunted import KnownFault
from rtconform.conformance.role import Catalogue, Part, Parts
from rtconform.conformance.verdicts import VERDICTS
from rtconform.generators.claims.faults import CLAIM_FAULTS
from rtconform.generators.hypothesis.claim_edges import plain_claims
from rtconform.reference.codes import DELIVERY_CODES, GUIDANCE_CODE
from rtconform.reference.documents.adjudication import AdjudicationLine, Category
from rtconform.reference.documents.claim import Claim, ClaimLine, Disposition, DispositionLine
from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.editor import adjudicate

_Stops = Callable[[Claim, ClaimLine], bool]


def correct(claim: Claim) -> Disposition:
    """The reference as an editor."""
    return _edited(claim, lambda _, found: plain(found))


def _edited(claim: Claim, change: Callable[[ClaimLine, AdjudicationLine], DispositionLine]) -> Disposition:
    found = adjudicate(claim).lines
    return Disposition(claim.id, tuple(change(line, of) for line, of in zip(claim.lines, found, strict=True)))


def _overlooks(category: Category) -> FaultyEditor:
    row = CATEGORIES[category]

    def change(_: ClaimLine, found: AdjudicationLine) -> DispositionLine:
        return DispositionLine(found.number, "allow") if category in (found.category, *found.also) else plain(found)

    return FaultyEditor(
        f"overlooks-{category.replace('_', '-')}",
        f"Lets through what it should stop: {row.says}",
        "edits written before 2026, or never written",
        row.rules,
        lambda claim: _edited(claim, change),
    )


def _stops(name: str, says: str, rules: str, carc: str, when: _Stops) -> FaultyEditor:
    """Denies such lines, also where they are right."""

    def edit(claim: Claim) -> Disposition:
        def change(line: ClaimLine, found: AdjudicationLine) -> DispositionLine:
            return DispositionLine(found.number, "deny", None, carc) if when(claim, line) else plain(found)

        return _edited(claim, change)

    return FaultyEditor(
        name, says, "payers in the first months of a code change («IGRT», «The Take Home Message»)", tuple(rules.split()), edit
    )


def _guidance(line: ClaimLine) -> bool:
    return line.code == GUIDANCE_CODE and "26" in line.modifiers


def _delivery_before(claim: Claim, line: ClaimLine) -> bool:
    return (
        any(other.number < line.number and other.code in DELIVERY_CODES for other in claim.lines) and line.code in DELIVERY_CODES
    )


def _one_site(claim: Claim, line: ClaimLine) -> bool:
    plans = claim.treatment.plans if claim.treatment else ()
    return line.code == "77412" and len(plans) == 1


def _motion(claim: Claim, line: ClaimLine, *methods: str) -> bool:
    sessions = claim.treatment.sessions if claim.treatment else ()
    return line.code == "77412" and any(session.motion and session.motion.method in methods for session in sessions)


_WRONGLY_STOPS = (
    _stops("stops-77412-in-one-site", "Denies 77412 where one plan was treated, isocenters uncounted.", "L3-ISOCENTERS", "150",
    _one_site),
    _stops("stops-breath-hold", "Denies 77412 for monitored breath hold.", "AMM-BEAM", "150", lambda c, n: _motion(c, n,
    "breath_hold")),
    _stops("stops-gating", "Denies 77412 for gating.", "AMM-BEAM", "150", lambda c, n: _motion(c, n, "gating", "tracking")),
    _stops("stops-77412", "Denies every 77412 for want of notes.", "L3-ISOCENTERS L3-MOTION", "150", lambda _,
    n: n.code == "77412"),
    _stops("stops-77402", "Denies 77402.", "L1-ELECTRON L1-2D", "181", lambda _, n: n.code == "77402"),
    _stops("stops-26", "Denies 77387-26 as bundled.", "IGRT-PROF", "97", lambda _, n: _guidance(n)),
    _stops("stops-26-in-hospitals", "Denies 77387-26 with a hospital's place of service.", "IGRT-PROF CLAIM-PROFESSIONAL", "5",
           lambda c, n: _guidance(n) and c.place_of_service in ("19", "22")),
    _stops("stops-26-off-campus", "Denies 77387-26 with place of service 19.", "IGRT-PROF", "5",
           lambda c, n: _guidance(n) and c.place_of_service == "19"),
    _stops("stops-second-session", "Denies the second session of a day.", "SESSIONS", "18", _delivery_before),
    _stops("stops-units", "Denies lines of more than one unit.", "SESSIONS", "151", lambda _, n: n.units > 1),
    _stops("stops-repeat-modifiers", "Denies lines with 59, 76, 77 or XE.", "SESSIONS", "4",
           lambda _, n: bool({"59", "76", "77", "XE"} & {*n.modifiers})),
    _stops("stops-everything", "Denies everything.", "L2-SINGLE", "16", lambda *_: True),
)  # fmt: skip

UNCLAIMED: tuple[Category, ...] = ("repeat_modifier", "record_unclear", "professional_part_date", "level_not_authorised")
"""The categories for which the suites of edits have no claim on which an editor could fail."""

EDITOR_FAULTS: dict[str, FaultyEditor] = {
    fault.id: fault
    for fault in (
        *(_overlooks(category) for category in get_args(Category) if category not in UNCLAIMED),
        *_WRONGLY_STOPS,
        *table_faults(),
    )
}
"""Every faulty editor by its id."""


@cache
def _wrongly_handled(fault: FaultyEditor) -> int:
    return sum(not _stands(claim, fault.edit(claim)) for claim in _plain_claims())


@cache
def _plain_claims() -> tuple[Claim, ...]:
    return tuple(entry.claim for entry in plain_claims())


def _same(claim: Claim, one: Disposition, other: Disposition) -> bool:
    """Whether they allow the same lines: for what reason one is stopped is the payer's choice."""
    del claim
    return _allowed(one) == _allowed(other)


def _parts(claim: Claim, disposition: Disposition) -> Parts:
    """The disposition line by line: a line is right where the judge would not fail it."""
    adjudication = adjudicate(claim)
    wrong = {slip.due.number for slip in slips_of(adjudication, disposition) if slip.kind != "other_reason"}
    said = {line.number: line.disposition if line.disposition in ("allow", "review") else "stop" for line in disposition.lines}
    return {
        ("line", str(line.number)): Part(said.get(line.number), right=line.number not in wrong) for line in adjudication.lines
    }


def _put(cause_id: str) -> KnownFault | None:
    kind, _, name = cause_id.partition("/")
    return CLAIM_FAULTS.get(name) if kind == "missed" else None


def _allowed(disposition: Disposition) -> dict[int, bool]:
    return {line.number: line.disposition == "allow" for line in disposition.lines}


def _stands(claim: Claim, disposition: Disposition) -> bool:
    return VERDICTS[judge_disposition(claim, adjudicate(claim), disposition).verdict].conformant


CATALOGUE: Catalogue[Claim, Disposition] = Catalogue(
    faults=EDITOR_FAULTS,
    answer=lambda fault, claim: fault.edit(claim),
    stands=_stands,
    same=_same,
    explains=_wrongly_handled,
    parts=_parts,
    shows=lambda cause, key: int(key[1]) in cause.lines,
    kinds=lambda cause: cause.lines,
    put=_put,
)
"""The faults as a search for known ones takes them; `explains`: how many of the plain claims a fault handles wrongly."""
