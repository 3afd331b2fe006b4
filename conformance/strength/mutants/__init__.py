"""Systematic mutants: the reference coder with one thing changed in its rules, its facts or how it reads the record."""
