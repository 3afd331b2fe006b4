"""The space of treatments: dimensions, constraints, exact counts and covering arrays."""
