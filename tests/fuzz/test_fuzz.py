"""A moment of the fuzzing that `make fuzz` does for an hour."""

import importlib.util
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

SPEC = importlib.util.spec_from_file_location("fuzz", Path(__file__).parent / "fuzz.py")
assert SPEC is not None
assert SPEC.loader is not None
fuzz: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fuzz)
TARGETS = fuzz.targets()


@pytest.mark.parametrize("name", TARGETS)
def test_what_others_wrote_is_read_or_refused(name: str) -> None:
    """Damaged and odd documents give data, or an error that is told in words; some of each."""
    tried: Counter[str] = Counter()
    documents, target = TARGETS[name]
    examples = 6 if name.startswith("bundle:") else 40  # each is verified whole, which takes a third of a second
    fuzz.fuzz(documents, target, examples, tried, name)
    assert tried[name] >= examples
