"""Cautious mutants and faulty readers that suite `certify` does not stop and that are not proved equivalent yet: the open ones.

`python -m tools.strength.figures reading` tries to prove them equivalent; what it proves leaves this list.
"""

OPEN = frozenset(
    {
        "needs_review-where-DOC-3D",
        "needs_review-where-DOC-PARTIAL",
        "needs_review-where-DOC-IMRT",
        "needs_review-where-DOC-AMM",
        "needs_review-DOC-3D-beside-L3-MOTION",
        "needs_review-DOC-3D-beside-L2-SINGLE",
        "needs_review-DOC-3D-beside-L1-2D",
        "needs_review-DOC-PARTIAL-beside-L3-MOTION-2D",
        "needs_review-DOC-PARTIAL-beside-L2-SINGLE",
        "needs_review-DOC-PARTIAL-beside-L1-2D",
        "needs_review-DOC-IMRT-beside-L1-2D",
        "needs_review-DOC-AMM-beside-L3-MOTION",
        "needs_review-DOC-AMM-beside-L3-MOTION-2D",
        "needs_review-DOC-AMM-beside-L1-2D",
        "reads plans[].planning.dvh_evaluated absent as true",
        "reads sessions[].motion.documentation.medical_necessity absent as true",
        'reads sessions[].motion.documentation.system absent as "camera"',
        "reads sessions[].motion.documentation.thresholds absent as true",
        "reads sessions[].motion.documentation.monitoring absent as true",
        "reads sessions[].motion.documentation.beam_rule absent as true",
    }
)
"""By the ids of the mutants. A test holds that no other is left, so that the list can only become shorter."""
