"""Suites: named, versioned, deterministic sequences of cases or claims, one file a suite, and the registry of all."""
