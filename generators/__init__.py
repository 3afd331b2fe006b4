"""Synthetic treatments: suites and the data that they are made from.

This layer knows the vocabulary of treatments (`rtconform.reference.documents.treatment`), never the rules or the coder: a
generator that knows the answer can't test it.
"""
