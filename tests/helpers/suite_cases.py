"""The cases of a suite, for tests that look at many."""

from collections.abc import Iterator

from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteCase
from rtconform.reference.documents.treatment import Case


def of_suite(name: str, step: int = 1) -> Iterator[Case]:
    """Every nth case of a suite, of the first seed."""
    suite = any_suite(name)
    for index in range(0, suite.size(None), step):
        item = suite.case(index, 1)
        assert isinstance(item, SuiteCase)
        yield item.case
