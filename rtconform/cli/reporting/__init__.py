"""Commands that show finished runs: report, compare."""
