"""Proof that the suites are strong: faulty coders (mutants), which suite stops which of them, and what can't be stopped.

`mutants` makes them, `matrix` holds suites against them, `proofs` shows which can't be told from the reference.
"""
