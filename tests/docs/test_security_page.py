"""docs/explanation/security.md is a table of promises: every test that it names exists, and is run by `make hostile` or beside it."""

import re

from tests.helpers import ROOT

PAGE = (ROOT / "docs" / "explanation" / "security.md").read_text()
TESTS = {path: path.read_text() for path in (ROOT / "tests").rglob("*.py")}


def test_every_test_that_the_page_names_exists() -> None:
    """A promise whose test was renamed or lost is told here."""
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", PAGE))
    defined = set(re.findall(r"^(?:async )?def (test_\w+)\(", "\n".join(TESTS.values()), re.MULTILINE))
    assert len(named) > 15
    assert set() == named - defined


def test_every_file_that_the_page_names_exists() -> None:
    """The same for files and folders."""
    named = set(re.findall(r"`((?:tests|conformance|tools|docs)/[A-Za-z0-9_./-]+)`", PAGE))
    assert len(named) > 8
    assert [] == [name for name in sorted(named) if not (ROOT / name).exists()]
