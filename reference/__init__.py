"""The ground floor: what a treatment is, which codes exist when, every coding rule with its source, the reference coder.

Nothing here knows vendors, suites or reports. The modules are imported by name, so that a generator can have the
vocabulary (`treatment`, `codes`) without the answers (`rules`, `coder`).
"""

RULE_SET = "2026.1"
"""Version of the rule set: part of every suite's digest, manifest and report."""

__all__ = ["RULE_SET"]
