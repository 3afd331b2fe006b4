"""Covering arrays: ours beside covertable's, on the same model, in one run.

    pytest tests/benchmarks/test_covering_speed.py --benchmark-enable -s

Triples take covertable most of a minute: they run where RTCONFORM_SLOW_BENCHMARKS is set.
"""

import json
import os
import time
from typing import Any

import pytest
from covertable import make

from rtconform.generators.space.covering import covering_array
from rtconform.generators.space.lower_bound import lower_bound
from rtconform.generators.space.model import Implication, Model
from tests.helpers import TESTS

pytestmark = pytest.mark.slow

MODEL_FILE = TESTS / "data" / "covering_model.json"
SLOW = pytest.mark.skipif("RTCONFORM_SLOW_BENCHMARKS" not in os.environ, reason="covertable needs most of a minute")


def _values(side: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in side.items()}


def fresh_model(document: dict[str, Any]) -> Model:
    """A model for which nothing has been worked out yet."""
    implications = (Implication(_values(rule["if"]), _values(rule["then"])) for rule in document["implications"])
    return Model({name: tuple(values) for name, values in document["parameters"].items()}, tuple(implications))


def covertable_rows(document: dict[str, Any], t: int) -> Any:
    """The same question, in covertable's words: one of the conditions fails, or all consequences hold."""
    constraints = [
        {
            "operator": "or",
            "conditions": [
                *(
                    {"operator": "not", "condition": {"operator": "in", "left": name, "values": values}}
                    for name, values in rule["if"].items()
                ),
                {
                    "operator": "and",
                    "conditions": [{"operator": "in", "left": name, "values": values} for name, values in rule["then"].items()],
                },
            ],
        }
        for rule in document["implications"]
    ]
    return make(document["parameters"], strength=t, constraints=constraints)


@pytest.mark.benchmark(group="covering")
@pytest.mark.parametrize("t", [2, pytest.param(3, marks=SLOW)])
def test_no_more_rows_than_covertable(benchmark: Any, t: int, capsys: pytest.CaptureFixture[str]) -> None:
    """At most as many rows as covertable; the ratio of processor times is printed."""
    document = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    started = time.process_time()
    theirs = covertable_rows(document, t)
    their_seconds = time.process_time() - started

    started = time.process_time()
    ours = covering_array(fresh_model(document), t)
    our_seconds = time.process_time() - started
    benchmark.pedantic(covering_array, setup=lambda: ((fresh_model(document), t), {}), rounds=3)

    bound = lower_bound(fresh_model(document), t)
    benchmark.extra_info.update(rows=len(ours), lower_bound=bound, covertable_rows=len(theirs), ratio=their_seconds / our_seconds)
    with capsys.disabled():
        print(
            f"\nstrength {t}: {len(ours)} rows in {our_seconds:.2f} s, at least {bound} are needed; "
            f"covertable {len(theirs)} in {their_seconds:.2f} s, {their_seconds / our_seconds:.0f} times as long"
        )
    assert len(ours) <= len(theirs)
