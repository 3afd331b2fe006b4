"""Hypothesis strategies for property tests: treatments, sessions and claims of the space, and what lies at its edges."""

from rtconform.generators.hypothesis.strategies import cases, claims, combinations, edges, sessions

__all__ = ["cases", "claims", "combinations", "edges", "sessions"]
