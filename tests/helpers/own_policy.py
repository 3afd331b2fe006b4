"""A payer's own policy, as its analyst writes it."""

OWN_POLICY = """[profile]
name = "ours"
title = "Our plan"
payers = ["ours", "commercial"]
[period.2026-01-01]
source = "our policy of June"
guidance_in_freestanding = "26"
second_session = ["76", "77"]
most_sessions = 2
authorised_levels = ["77402", "77407"]
"""
