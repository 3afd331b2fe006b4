"""What a hunt tries on coders."""

from rtconform.conformance.role import Hunting
from rtconform.generators.hypothesis.strategies import edges, simple_edges
from rtconform.generators.suites.suite import SuiteCase

HUNTING: Hunting[SuiteCase] = Hunting(plain=lambda: map(SuiteCase, simple_edges()), drawn=lambda: edges().map(SuiteCase))
