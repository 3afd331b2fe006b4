"""A moment of the fuzzing that `make fuzz` does for an hour."""

from collections import Counter

import pytest

from tests.fuzz.fuzz import fuzz
from tests.fuzz.readers import GROUPS

pytestmark = pytest.mark.slow

EXAMPLES = 4


@pytest.mark.timeout(1200)  # each damaged bundle that still opens has its suites made again
@pytest.mark.parametrize("group", GROUPS)
def test_what_others_wrote_is_read_or_refused(group: str) -> None:
    """Sound documents are read; damaged and odd ones give data, or an error that is told in words."""
    tried: Counter[str] = Counter()
    for name, reader in GROUPS[group]().items():
        reader.target(reader.sound)
        fuzz(reader, EXAMPLES, tried, name)
        assert tried[name] >= EXAMPLES
