"""Smaller claims: everything that a claim can do without, one thing at a time, the largest first. Pure.

Lines go before the record, the record as a whole before a part of it, and its parts as those of a case do.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from rtconform.conformance.smaller import smaller_cases
from rtconform.reference.documents.claim import Claim, ClaimLine, Treatment
from rtconform.reference.editor.record import case_of


def smaller_claims(claim: Claim) -> Iterator[Claim]:
    """The claim with one thing less, each thing in turn."""
    for line in claim.lines if len(claim.lines) > 1 else ():
        left = (other for other in claim.lines if other is not line)
        yield replace(claim, lines=tuple(replace(other, number=number) for number, other in enumerate(left, 1)))
    if claim.treatment is not None:
        yield replace(claim, treatment=None)
    for place, line in enumerate(claim.lines):
        for smaller in _smaller_lines(line):
            yield replace(claim, lines=(*claim.lines[:place], smaller, *claim.lines[place + 1 :]))
    if claim.treatment is not None:
        for case in smaller_cases(case_of(claim, claim.treatment, claim.lines[0].date_of_service)):
            yield replace(claim, treatment=Treatment(case.isocenters, case.plans, case.sessions))


def _smaller_lines(line: ClaimLine) -> Iterator[ClaimLine]:
    if line.units > 1:
        yield replace(line, units=line.units - 1)
    for modifier in line.modifiers:
        yield replace(line, modifiers=tuple(other for other in line.modifiers if other != modifier))
    if len(line.diagnoses) > 1:
        yield replace(line, diagnoses=line.diagnoses[:1])
