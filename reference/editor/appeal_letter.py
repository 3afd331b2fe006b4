"""The paragraph of an appeal against a false denial: what was billed, what the record shows, which rule or table, what is asked.

One template. Each part of it is a fact of the claim, a reason of the reference, the text of a rule with the publication where it
stands, or what a national table says; nothing else is said.
"""

import datetime as dt
from collections.abc import Iterator

from rtconform.reference.codes import notation
from rtconform.reference.documents.adjudication import AdjudicationLine
from rtconform.reference.documents.claim import Claim, ClaimLine, DispositionLine
from rtconform.reference.editor.days import days_of
from rtconform.reference.editor.national import ANATOMIC, SEPARATING, service, table_setting
from rtconform.reference.editor.rules import says_of, sources_of
from rtconform.reference.national_edits.tables import Tables

TEMPLATE = (
    "Claim {claim}, line {number}, patient {patient}: {service}, {units}, was billed to {payer} for {days} on {form}. "
    "{done}{record} {rules}{tables}We ask that line {number} be allowed and paid as billed."
)

_DONE = {"deny": "denied", "bundle": "bundled into another service", "review": "held for review", "allow": "allowed"}
_NOTHING = "The claim was sent without its record, and nothing on it speaks against the line."


def letter(claim: Claim, due: AdjudicationLine, came: DispositionLine | None, tables: Tables) -> str:
    """The paragraph for a line that has to be allowed. `came`: what the payer did with it; None: nothing is said of that.

    Raises StopIteration where the claim has no line of that number.
    """
    line = next(line for line in claim.lines if line.number == due.number)
    form = f"a professional claim with place of service {claim.place_of_service}"
    if claim.kind == "institutional":
        form = f"an institutional claim with type of bill {claim.type_of_bill}"
    facts = " ".join(_of_tables(claim, line, tables))
    return TEMPLATE.format(
        claim=claim.id,
        number=line.number,
        patient=claim.patient.id,
        service=notation(line.code, line.modifiers),
        units="one unit" if line.units == 1 else f"{line.units} units",
        payer=claim.payer,
        days=days_billed(line),
        form=form,
        done=_done(came),
        record=_record(claim, due),
        rules=_rules(due),
        tables=f"{facts} " if facts else "",
    )


def days_billed(line: ClaimLine) -> str:
    """The day of a line, or its first and last one."""
    return f"{line.date_of_service} to {line.date_of_service_end}" if line.days > 1 else f"{line.date_of_service}"


def _done(came: DispositionLine | None) -> str:
    if came is None:
        return ""
    return f"The line was {_DONE[came.disposition]}" + (f" with reason code CARC {came.carc}. " if came.carc else ". ")


def _record(claim: Claim, due: AdjudicationLine) -> str:
    """The facts that decide, as the reference gives them."""
    if claim.treatment is None:
        return _NOTHING
    session, colon, facts = due.reason.partition(": ")
    if colon and any(one.id == session for one in claim.treatment.sessions):
        return f"The record shows in session {session}: {facts}."
    return f"The record shows: {due.reason}."


def _rules(due: AdjudicationLine) -> str:
    """Each publication with what its rules say, in our words."""
    by_source: dict[str, list[str]] = {}
    for rule in due.rules:
        if says := says_of(rule):
            by_source.setdefault(sources_of([rule]), []).append(says)
    return "".join(f"{source} says, in short: {' '.join(said)} " for source, said in by_source.items())


def _of_tables(claim: Claim, line: ClaimLine, tables: Tables) -> Iterator[str]:
    """What the national tables in force on the line's first day say of it, each with its edition."""
    day, setting = line.date_of_service, table_setting(claim)
    beside = [other for other in claim.lines if other.number != line.number and day in days_of(other)]
    if tables.edition("ptp", setting, day) is not None:
        told = set()
        for other in beside:
            if other.code != line.code and other.code not in told:
                told.add(other.code)
                yield _of_pair(line, other, day, claim, tables)
    if (found := tables.most_units(setting, line.code, day)) and line.days == 1:
        row, edition = found
        counted = [] if row.mai == 1 else [other for other in beside if service(other) == service(line) and other.days == 1]
        billed = line.units + sum(other.units for other in counted)
        if billed <= row.units:
            per = "a line" if row.mai == 1 else "a date"
            came = f"{billed} was billed" if billed == 1 else f"{billed} were billed"
            yield f"{edition.title} takes {row.units} of {line.code} {per} (MAI {row.mai}), and {came}."


def _of_pair(line: ClaimLine, other: ClaimLine, day: dt.date, claim: Claim, tables: Tables) -> str:
    setting = table_setting(claim)
    edition = tables.edition("ptp", setting, day)
    title = edition.title if edition else ""
    for first, second in ((line.code, other.code), (other.code, line.code)):
        found = tables.pair(setting, first, second, day)
        if found is None:
            continue
        row, _, known = found
        marks = [m for one in (line, other) for m in one.modifiers if m in SEPARATING | ANATOMIC]
        said = f"{title} has the pair {first}/{second} with indicator {row.indicator}"
        if not known:
            return f"{said}, not known to be in force on {day}."
        if row.indicator == "1" and marks:
            return f"{said}, and modifier {marks[0]} separates the two."
        return f"{said}, of which {second} is the one that is not paid." if second != line.code else f"{said}."
    return f"{title} has no pair of {line.code} and {other.code}."
