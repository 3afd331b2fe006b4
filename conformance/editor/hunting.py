"""What a hunt tries on claim editors."""

from rtconform.conformance.role import Hunting
from rtconform.generators.hypothesis.claim_edges import claim_edges, plain_claims
from rtconform.generators.suites.suite import SuiteClaim

HUNTING: Hunting[SuiteClaim] = Hunting(plain=plain_claims, drawn=claim_edges)
