"""Adapters for programs: one process for many cases (stream) or a process for each case (oneshot)."""
