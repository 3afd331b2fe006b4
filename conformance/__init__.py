"""The harness: drives any vendor's coder through suites, judges its answers and keeps a run folder."""
