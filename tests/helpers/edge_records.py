"""Treatments picked by hand, and the changes of records that are made to them at the edges (`strategies.edges()`)."""

from rtconform.generators.hypothesis.edges import EDGES
from rtconform.generators.suites.written.handmade import shipped_suite

CHANGES = [change for known in EDGES.values() for change in known.values()]
PICKED = [chosen.case for name in ("published", "boundaries") for chosen in shipped_suite(name).cases]
