"""Commands that ask a vendor: run, replay, hunt, merge, vendor."""
