"""The reference's answers word for word: nothing of them changes unseen."""

import json

import pytest

from tests.helpers import answers_in_full


@pytest.mark.parametrize("name", answers_in_full.FILES)
def test_answers_are_those_that_were_read(name: str) -> None:
    """Every coding and adjudication is the one that is kept: lines, alternatives, rules in their order, and reasons."""
    kept = (answers_in_full.FOLDER / name).read_bytes().splitlines()
    for expected, actual in zip(kept, answers_in_full.FILES[name](), strict=True):
        assert json.loads(expected) == json.loads(actual), "run tests/helpers/answers_in_full.py and read the difference"
