"""Proofs that a mutant is equivalent to the reference, over spaces that are gone through completely."""
