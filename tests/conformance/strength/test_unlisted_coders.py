"""Suite `certify` refuses coders that are too cautious, too strict or careless, and that no list of the project has."""

import json
from functools import cache

import pytest

from rtconform.conformance.coder.judge import judge
from rtconform.conformance.strength.killing import Trial, asked_of
from rtconform.conformance.verdicts import VERDICTS
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.wire import decode
from tests.helpers.correct_coder import CORRECT
from tests.helpers.unlisted_coders import FromBytes, unlisted

SEEDS = (1, 7, 20260310)
UNLISTED = unlisted(CORRECT)


@cache
def sound(seed: int) -> tuple[Trial, ...]:
    return tuple(one for one in asked_of("certify", seed) if one.sent.sound)


def stopped(one: Trial, coder: FromBytes) -> bool:
    answer = decode(json.dumps({"id": one.case.id, **coder(one.sent.document)}).encode(), Answer)
    return not VERDICTS[judge(one.case, one.expectation, answer).verdict].conformant


@pytest.mark.parametrize("says", UNLISTED)
def test_it_is_stopped_at_every_seed(says: str) -> None:
    """Some case of each seed does not let its answer stand."""
    assert [seed for seed in SEEDS if not any(stopped(one, UNLISTED[says]) for one in sound(seed))] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_without_its_fault_it_passes(seed: int) -> None:
    """The coder that they are made from is right in each of these cases, as they are sent."""
    assert [one.case.id for one in sound(seed) if stopped(one, lambda sent: CORRECT(json.loads(sent)))] == []
