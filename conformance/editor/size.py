"""The size of a claim, to find the smallest that shows a fault."""

from rtconform.reference.documents.claim import Claim


def size_of_claim(claim: Claim) -> tuple[int, ...]:
    """A sort key: lines, units, whether it brings its record. As long as the key of a case."""
    return (len(claim.lines), sum(line.units for line in claim.lines), int(claim.treatment is not None), 0, 0, 0, 0, 0)
