"""What the reference editor makes of a user's own files, as a table, as JSON Lines, or as the 835 that a payer would send."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rtconform.formats.claims import PassedThrough
from rtconform.formats.messages import Inexpressible
from rtconform.formats.x12.remittance_writer import PaidClaim, PaidLine, write_remittance
from rtconform.jobs.claim_files import FoundClaim
from rtconform.reference.codes import notation
from rtconform.reference.documents.adjudication import Adjudication, AdjudicationLine
from rtconform.reference.documents.claim import Claim, DispositionLine

MOST_IN_REMITTANCE = 500
"""How many claims one 835 holds."""

_NOTHING = Decimal(0)

Edited = tuple[FoundClaim, Adjudication | None]

_COLUMNS = (("claim", 20), ("line", 4), ("service", 14), ("disposition", 11), ("category", 30), ("carc", 4))


def table(edited: Iterable[Edited]) -> Iterator[str]:
    """A line of text for each line of each claim, as they come: a month of claims is never held."""
    yield "  ".join(f"{name:{width}}" for name, width in _COLUMNS) + "  reason"
    yield "  ".join("-" * width for _, width in _COLUMNS) + "  ------"
    for found, adjudication in edited:
        for cells in _rows(found, adjudication):
            yield "  ".join(f"{cell:{width}}" for cell, (_, width) in zip(cells, _COLUMNS, strict=False)) + f"  {cells[-1]}"


def _rows(found: FoundClaim, adjudication: Adjudication | None) -> Iterator[tuple[str, ...]]:
    if found.foreign:
        for line in found.outside:
            yield found.name, str(line.number), line.service, "passed on", "", "", line.why
        return
    if found.claim is None or adjudication is None:
        yield found.name, "", "", "not read", "", "", "; ".join(found.notes)
        return
    services = {line.number: notation(line.code, line.modifiers) for line in found.claim.lines}
    rows: list[tuple[int, str, str, str, str, str]] = [
        (line.number, services[line.number], line.disposition, line.category or "", line.carc or "", line.reason)
        for line in adjudication.lines
    ]
    rows += [(line.number, line.service, "passed on", "", "", line.why) for line in found.outside]
    for number, *cells in sorted(rows):
        yield found.name, str(number), *cells


@dataclass
class Remittances:
    """Writes 835 interchanges, each for up to 500 claims of one payer. `refused`: what no 835 can carry, and why."""

    refused: list[str]

    def of(self, edited: Iterable[Edited]) -> Iterator[bytes]:
        """One interchange after the other."""
        batch: list[PaidClaim] = []
        for found, adjudication in edited:
            if found.claim is None or adjudication is None:
                continue
            paid = paid_claim(found, found.claim, adjudication)
            try:
                write_remittance([paid])
            except Inexpressible as why:
                self.refused.append(f"{found.source}: claim {found.name!r}: {why}")
                continue
            if batch and (len(batch) >= MOST_IN_REMITTANCE or batch[-1].payer != paid.payer):
                yield write_remittance(batch)
                batch = []
            batch.append(paid)
        if batch:
            yield write_remittance(batch)


def paid_claim(found: FoundClaim, claim: Claim, adjudication: Adjudication) -> PaidClaim:
    """The claim as an 835 reports it: what is passed on is paid as it was charged."""
    return paid(claim, {line.number: line for line in adjudication.lines}, found.charges, found.outside)


def paid(
    claim: Claim,
    decided: Mapping[int, AdjudicationLine | DispositionLine],
    charges: Mapping[int, Decimal],
    outside: Sequence[PassedThrough] = (),
) -> PaidClaim:
    """The claim as an 835 reports what was decided of its lines, by number; those `outside` are paid as they were charged."""
    lines = [
        PaidLine(
            number=line.number,
            service=("HC", line.code, *line.modifiers),
            day=line.date_of_service,
            units=line.units,
            charge=charges.get(line.number, _NOTHING),
            disposition=decided[line.number].disposition,
            carc=decided[line.number].carc,
            revenue_code=line.revenue_code or "",
        )
        for line in claim.lines
    ]
    lines += [PaidLine(line.number, tuple(line.service.split(":")), None, 1, line.charge, "allow") for line in outside]
    bill = claim.type_of_bill or ""
    facility = claim.place_of_service or bill[-3:][:2]
    ordered = tuple(sorted(lines, key=lambda line: line.number))
    return PaidClaim(claim.id, claim.patient.id, claim.payer, facility, bill[-1:] or "1", ordered)
