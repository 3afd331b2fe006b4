"""Claims, right and wrong: what is billed for a treatment, and how that goes wrong."""
