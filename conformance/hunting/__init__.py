"""Searching for a vendor's faults with Hypothesis, and shrinking what is found."""
