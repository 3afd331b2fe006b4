"""Treatments picked by hand, and the changes of records that are made to them at the edges (`strategies.edges()`)."""

from rtconform.generators.handmade import shipped_suite
from rtconform.generators.twists import TWISTS

CHANGES = [change for known in TWISTS.values() for change in known.values()]
PICKED = [chosen.case for name in ("published", "boundaries") for chosen in shipped_suite(name).cases]
