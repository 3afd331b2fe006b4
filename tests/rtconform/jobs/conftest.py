"""A certificate and a refusal, issued once for all tests that look at them or at forgeries of them."""

import pytest

from tests.helpers.issued_bundles import Issued, issue


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issue(tmp_path_factory.mktemp("good"), "correct", "Correct Coder")


@pytest.fixture(scope="session")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issue(tmp_path_factory.mktemp("refused"), "three_faults", "Three Faults Coder")
