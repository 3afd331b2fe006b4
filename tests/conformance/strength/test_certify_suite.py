"""Suite `certify`: small, quick, in step with the kill matrix, and strong at any seed, also against faults that nobody listed."""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from rtconform.conformance.strength.coverage import conditions_met, conditions_possible
from rtconform.conformance.strength.killing import Trial, asked_of, catches, first_catch
from rtconform.generators.suites.certify import CERTIFY, made, recipes
from rtconform.generators.suites.generated import Place
from rtconform.generators.suites.registry import suite
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.coder import Expectation, expect
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case, duplicate_ids
from rtconform.reference.documents.wire import decode, encode
from tests.helpers.correct_coder import CORRECT
from tests.helpers.foreign_coders import foreign
from tools.strength.figures import equivalent
from tools.strength.seeds import misses
from tools.strength.selection import inputs

SEEDS = (1, 7, 20260310)


FOREIGN = foreign(CORRECT)


@cache
def at(seed: int) -> tuple[Trial, ...]:
    return tuple(asked_of("certify", seed))


def as_coder(coder: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Case], Answer]:
    return lambda case: decode(json.dumps({"id": case.id, **coder(json.loads(encode(case)))}).encode(), Answer)


def test_it_is_small() -> None:
    """At most 850 cases, each made from another."""
    assert len(recipes()) <= 850
    assert len(set(recipes())) == len(recipes())


def test_it_is_in_step() -> None:
    """It was chosen from the faulty coders, conditions and cases that there are now: else `make certify-suite`."""
    kept = json.loads(files("rtconform.generators").joinpath("data", "certify.json").read_bytes())
    assert inputs() == kept["made_from"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_correct_coder_passes(seed: int) -> None:
    """The independent coder is right in every case, whatever the seed: nothing in the variations misleads."""
    assert [one.case.id for one in at(seed) if catches(one, as_coder(CORRECT))] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_it_stops_all_that_can_be_told_apart(seed: int) -> None:
    """Every mutant and reader that is not proved equivalent, and every fault met in the field, at two seeds."""
    assert misses("certify", equivalent(), seed)[1] == ()


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_every_condition_decides(seed: int) -> None:
    """Every condition of every rule that can decide does so in it, each way."""
    assert {obligation.says for obligation in conditions_possible() - conditions_met(at(seed))} == set()


@pytest.mark.slow
@pytest.mark.parametrize("says", FOREIGN)
def test_it_stops_faults_that_nobody_listed(says: str) -> None:
    """A faulty coder of another kind, written without a look at the catalogue, is stopped at every seed."""
    assert [seed for seed in SEEDS if first_catch(at(seed), as_coder(FOREIGN[says])) is None] == []


def test_another_seed_is_another_suite() -> None:
    """No case of one seed is in another, nor its patient, and the order differs."""
    one, other = at(1), at(7)
    assert {a.case.patient.id for a in one}.isdisjoint(a.case.patient.id for a in other)
    assert [len(a.case.plans) for a in one] != [len(a.case.plans) for a in other]


def test_no_case_is_a_known_one() -> None:
    """Made at any seed, a case shares no patient and no id with the case that it was made from."""
    known = {entry.case.patient.id for name in ("boundaries", "published", "pairwise") for entry in cases(suite(name), 1)}
    assert known.isdisjoint(a.case.patient.id for seed in SEEDS for a in at(seed))


@pytest.mark.parametrize("name", ["boundaries", "published"])
def test_a_variation_is_coded_alike(name: str) -> None:
    """A hand-made case in other clothes has the same readings: outcomes, codes, modifiers, alternatives, session by session."""
    for number, entry in enumerate(cases(suite(name), 1)):
        for seed in SEEDS:
            case = made(entry.case.id, Place(CERTIFY.name, CERTIFY.version, seed, number)).case
            assert list(duplicate_ids(case)) == []
            assert _readings(expect(entry.case)) == _readings(expect(case)), case.id


def _readings(of: Expectation) -> list[object]:
    return [
        (
            reading.outcome,
            reading.rule,
            [
                [[(line.code, line.modifiers, line.units) for line in option.lines] for option in (*s.delivery, *s.guidance)]
                for s in reading.sessions
            ],
        )
        for reading in of.readings
    ]
