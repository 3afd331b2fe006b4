"""The judge of dispositions: compares what an editor did with each line of a claim with the reference's adjudication.

- *False denial*: a line was stopped that had to be allowed.
- *Miss*: a line was allowed that had to be stopped.
- *Held*: a line was held for a person that had to be allowed.

Where the line's payment is inside another's, deny and bundle are equally right. A stop for another reason (a CARC or category
that does not fit) is reported, never failed: a payer may choose another code for the same stop.

Pure: the same adjudication and disposition give the same judgement.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from rtconform.conformance.verdicts import Judgement, Verdict
from rtconform.reference.codes import notation
from rtconform.reference.documents.adjudication import Adjudication, AdjudicationLine, Category, Choice
from rtconform.reference.documents.claim import Claim, ClaimLine, Disposition, DispositionLine, DispositionWord
from rtconform.reference.editor.reason_codes import out_of_use
from rtconform.reference.editor.rules import sources_of

SlipKind = Literal["false_denial", "miss", "held", "other_reason"]
"""What can be wrong with one line's disposition, what hurts most first; `other_reason` is the one that does not fail."""

_CATEGORIES: tuple[str, ...] = get_args(Category)


@dataclass(frozen=True)
class Slip:
    """One line that was not handled as it should have been: what was due, and what came."""

    kind: SlipKind
    due: AdjudicationLine
    came: DispositionLine


def judge_disposition(claim: Claim, adjudication: Adjudication, disposition: Disposition) -> Judgement:
    """What to make of `disposition`."""
    if fault := shape_fault(adjudication, disposition):
        return Judgement("invalid", adjudication.rules, fault)
    slips = tuple(slips_of(adjudication, disposition))
    lines = {line.number: line for line in claim.lines}
    for verdict, kinds in _FAILING.items():
        if found := [slip for kind in kinds for slip in slips if slip.kind == kind]:
            rules = dict.fromkeys(rule for slip in found for rule in slip.due.rules)
            return Judgement(verdict, tuple(rules), "; ".join(slip_in_words(slip, lines[slip.due.number]) for slip in found))
    remarks = [slip_in_words(slip, lines[slip.due.number]) for slip in slips]
    if tolerated := list(_tolerated(adjudication, disposition)):
        rules = dict.fromkeys(rule for due, _ in tolerated for rule in due.rules)
        said = [f"line {due.number}: {came.disposition} is right here, as {due.disposition} is" for due, came in tolerated]
        return Judgement("accepted", tuple(rules), "; ".join([*said, *remarks]))
    return Judgement("pass", adjudication.rules, "; ".join(["as the rules require", *remarks]))


def shape_fault(adjudication: Adjudication, disposition: Disposition) -> str:
    """Why the disposition does not answer the claim line by line; empty where it does."""
    due = {line.number for line in adjudication.lines}
    came = Counter(line.number for line in disposition.lines)
    faults = [f"no disposition for line {number}" for number in sorted(due - came.keys())]
    faults += [f"a disposition for line {number}, which the claim does not have" for number in sorted(came.keys() - due)]
    faults += [f"{count} dispositions for line {number}" for number, count in sorted(came.items()) if count > 1]
    return "; ".join(faults)


def slips_of(adjudication: Adjudication, disposition: Disposition) -> Iterator[Slip]:
    """What is wrong, in the order of the claim's lines. Lines without a disposition are skipped: `shape_fault` finds them."""
    came = {line.number: line for line in disposition.lines}
    chosen = {number for choice in adjudication.choices for number in choice.lines}
    wrongly_chosen = dict(kind for choice in adjudication.choices for kind in _wrongly_chosen(choice, adjudication, came))
    for due in adjudication.lines:
        line = came.get(due.number)
        if line is None:
            continue
        kind = wrongly_chosen.get(due.number) if due.number in chosen else _kind(due, line)
        if kind is None and due.number not in chosen and _for_another_reason(due, line):
            kind = "other_reason"
        if kind is not None:
            yield Slip(kind, due, line)


def slip_in_words(slip: Slip, line: ClaimLine) -> str:
    """One slip in a sentence: the line, what was done with it, what is right and by which rule and heading of the publication."""
    done = _DONE[slip.came.disposition] + (f" with CARC {slip.came.carc}" if slip.came.carc else "")
    outdated = out_of_use(slip.came.carc, line.date_of_service) if slip.came.carc else ""
    where = f"{_billed(line)} {done}" + (f" ({outdated})" if outdated else "")
    due = slip.due
    if slip.kind == "other_reason":
        fits = f"{due.category}, CARC {' or '.join(due.carcs)}" if due.category else due.disposition
        return f"{where}, rightly stopped, for another reason than fits: {fits} ({_cited(due)})"
    if slip.kind == "miss":
        return f"{where} where {due.disposition} was due: {due.reason} ({due.category}; {_cited(due)})"
    name = "a false denial" if slip.kind == "false_denial" else "held where it was to be allowed"
    return f"{where}, {name}: {due.appeal.sentence if due.appeal else due.reason} ({_cited(due)})"


def claim_in_words(claim: Claim, adjudication: Adjudication) -> tuple[str, ...]:
    """A claim's deciding facts: a sentence for the claim, one for each line with what the reference makes of it."""
    place = f"place of service {claim.place_of_service}" if claim.kind == "professional" else f"type of bill {claim.type_of_bill}"
    record = "with its record" if claim.treatment else "without a record"
    head = f"{claim.kind} claim, {place}, {claim.payer} ({adjudication.profile} profile), {record}"
    services = {line.number: line for line in claim.lines}
    return (head, *(f"{_billed(services[line.number])}: {line.disposition}, {line.reason}" for line in adjudication.lines))


def dispositions_in_words(disposition: Disposition) -> str:
    """`1 allow; 2 deny (CARC 97)`."""
    return (
        "; ".join(f"{x.number} {x.disposition}" + (f" (CARC {x.carc})" if x.carc else "") for x in disposition.lines) or "no line"
    )


_FAILING: dict[Verdict, tuple[SlipKind, ...]] = {"fail": ("false_denial", "miss"), "declined": ("held",)}
_DONE: dict[DispositionWord, str] = {"allow": "allowed", "deny": "denied", "bundle": "bundled", "review": "held for review"}


def _kind(due: AdjudicationLine, came: DispositionLine) -> SlipKind | None:
    if came.disposition in (due.disposition, *due.accepted):
        return None
    if due.disposition == "allow":
        return "held" if came.disposition == "review" else "false_denial"
    return "miss" if came.disposition == "allow" else None


def _wrongly_chosen(
    choice: Choice, adjudication: Adjudication, came: Mapping[int, DispositionLine]
) -> Iterator[tuple[int, SlipKind]]:
    """The lines of a choice that are one too many allowed, or that should have been while too few are."""
    here = [(due, came[due.number]) for due in adjudication.lines if due.number in choice.lines and due.number in came]
    allowed = [due for due, line in here if line.disposition == "allow"]
    surplus = len(allowed) - choice.at_most
    # of lines of which any may be allowed, those that the reference itself would stop are the ones to point at
    for due in sorted(allowed, key=lambda due: due.disposition == "allow")[: max(0, surplus)]:
        yield due.number, "miss"
    stopped = [(due, line) for due, line in here if line.disposition != "allow"]
    lacking = choice.at_least - len(allowed)
    for due, line in sorted(stopped, key=lambda pair: pair[0].disposition != "allow")[: max(0, lacking)]:
        yield due.number, "held" if line.disposition == "review" else "false_denial"


def _for_another_reason(due: AdjudicationLine, came: DispositionLine) -> bool:
    """Whether a line rightly stopped was stopped with a word, CARC or category that does not fit what is wrong with it."""
    if due.disposition == "allow" or came.disposition in ("allow", "review"):
        return False
    if came.disposition not in (due.disposition, *due.accepted) or (came.carc is not None and came.carc not in due.carcs):
        return True
    return came.category in _CATEGORIES and came.category not in (due.category, *due.also)


def _tolerated(adjudication: Adjudication, disposition: Disposition) -> Iterator[tuple[AdjudicationLine, DispositionLine]]:
    """Lines whose disposition is another one than the reference's, and accepted; a bundle and a deny count as one."""
    came = {line.number: line for line in disposition.lines}
    chosen = {number for choice in adjudication.choices for number in choice.lines}
    for due in adjudication.lines:
        line = came[due.number]
        alike = {due.disposition, line.disposition} <= {"deny", "bundle"} or due.disposition == line.disposition
        doubtful = due.disposition == "allow" or due.number not in chosen
        if not alike and doubtful and line.disposition in due.accepted:
            yield due, line


def _billed(line: ClaimLine) -> str:
    units = f" × {line.units}" if line.units > 1 else ""
    return f"line {line.number} ({notation(line.code, line.modifiers)}{units})"


def _cited(due: AdjudicationLine) -> str:
    """The rules behind a line, with the publication and its headings."""
    sources = sources_of(due.rules)
    rules = ", ".join(due.rules) or "no rule"
    return f"{rules}; source: {sources}" if sources else rules
