"""A certificate and a refusal, issued once for all tests that look at them or at forgeries of them."""

import pytest

from tests.helpers.issued_bundles import Issued, issue, issue_in_part


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issue(tmp_path_factory.mktemp("good"), "correct", "Correct Coder")


@pytest.fixture(scope="session")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issue(tmp_path_factory.mktemp("refused"), "three_faults", "Three Faults Coder")


@pytest.fixture(scope="session")
def in_part(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issue_in_part(tmp_path_factory.mktemp("in-part"))
