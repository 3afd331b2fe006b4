"""The same space as Hypothesis strategies, for hunting and for tests."""
