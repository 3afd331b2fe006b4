"""Cautious mutants and faulty readers that suite `certify` does not stop and that are not proved equivalent yet: the open ones.

`python -m tools.strength.figures reading` tries to prove them equivalent; what it proves leaves this list.
"""

OPEN = frozenset(
    {
        "needs_review-where-DOC-3D",
        "needs_review-where-DOC-PARTIAL",
        "needs_review-where-DOC-IMRT",
        "needs_review-where-DOC-AMM",
        "reads plans[].planning.dvh_evaluated absent as true",
        "reads sessions[].motion.documentation.medical_necessity absent as true",
        'reads sessions[].motion.documentation.system absent as "camera"',
        "reads sessions[].motion.documentation.thresholds absent as true",
        "reads sessions[].motion.documentation.monitoring absent as true",
        "reads sessions[].motion.documentation.beam_rule absent as true",
    }
)
"""By the ids of the mutants. A test holds that no other is left, so that the list can only become shorter."""
