"""The generated suites: numbering, coverage, the mix, and that nothing but suite, version, seed and index has influence."""

import json
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import rtconform
from rtconform.generators.clinic.mix import mix
from rtconform.generators.randomness import draw_for
from rtconform.generators.space.counting import count, count_tuples, index
from rtconform.generators.space.lower_bound import lower_bound
from rtconform.generators.space.space import DECIDING, SPACE
from rtconform.generators.suites.arrays import PAIRWISE, THREEWAY, combination_at, fewest_rows, rows, space_digest
from rtconform.generators.suites.clinic import CLINIC
from rtconform.generators.suites.documentation import DOCUMENTATION
from rtconform.generators.suites.documentation_questions import QUESTIONS
from rtconform.generators.suites.exhaustive import EXHAUSTIVE, decided_at, whole
from rtconform.generators.suites.generated import Place
from rtconform.generators.suites.invalid import INVALID
from rtconform.generators.suites.respelled.laws import laws
from rtconform.generators.suites.respelled.suite import RESPELLED
from rtconform.generators.suites.suite import cases
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.treatment import unknown_terms
from rtconform.reference.documents.wire import decode_cases, encode
from rtconform.reference.errors import UserError
from tests.helpers import coverage_checker as checker
from tests.helpers.combination_of import combination_of

ROOT = Path(rtconform.__file__).parent.parent
SUITES = (PAIRWISE, THREEWAY, EXHAUSTIVE, CLINIC, DOCUMENTATION, INVALID, RESPELLED)


DOCUMENT = {
    "parameters": {name: list(values) for name, values in SPACE.parameters.items()},
    "implications": [{"if": dict(each.when), "then": dict(each.then)} for each in SPACE.implications],
}


@pytest.fixture(params=SUITES, ids=lambda suite: suite.name)
def suite(request: pytest.FixtureRequest) -> Any:
    return request.param


def some(suite: Any) -> Any:
    """A few indices from all over a suite."""
    size = suite.size(None)
    return sorted({0, 1, size // 3, size // 2, size - 1})


def test_cases_are_numbered_and_found_by_their_ids(suite: Any) -> None:
    """From an id alone come index and seed, and from these the same case."""
    for number in some(suite):
        case_id = suite.case(number, 7).case.id
        assert f"{suite.name}:7:{number:06d}" == case_id
        assert (number, 7) == suite.index_of(case_id)
        assert suite.case(number, 7) == suite.case(number, 7)


def test_the_seed_has_influence_on_every_case(suite: Any) -> None:
    """Other seeds make other cases, and leave their number; only a law of suite `respelled` that names one case is tried on it."""

    def patients(number: int) -> int:
        return len({suite.case(number, seed).case.patient for seed in range(1, 9)})

    def of_one_case(number: int) -> bool:
        return suite is RESPELLED and len(laws()[number % len(laws())].cases) == 1

    assert suite.seeded
    assert [] == [number for number in some(suite) if patients(number) == 1 and not of_one_case(number)]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: PAIRWISE.size(5), "can't have another number"),
        (lambda: PAIRWISE.case(-1, 1), "no case -1"),
        (lambda: EXHAUSTIVE.case(10**9, 1), f"cases 0 to {count(DECIDING) - 1}, no case 1000000000"),
        (lambda: CLINIC.case(-1, 1), "no case -1"),
        (lambda: PAIRWISE.index_of("pairwise:1:1"), "its ids read pairwise:SEED:INDEX, as in pairwise:7:000042"),
        (lambda: PAIRWISE.index_of("threeway:1:000001"), "suite pairwise has no case 'threeway:1:000001'"),
        (lambda: PAIRWISE.index_of("pairwise:01:000001"), "no case 'pairwise:01:000001'"),
        (lambda: PAIRWISE.index_of("pairwise:1:099999"), "no case 99999"),
        (lambda: INVALID.index_of("invalid:1:0000001"), "no case 'invalid:1:0000001'"),
    ],
)
def test_what_is_not_there_is_named(ask: Any, said: str) -> None:
    """Asking for a case or a number of cases that there is not says what there is."""
    with pytest.raises(UserError) as error:
        ask()
    assert said in str(error.value)


def test_shards_together_are_the_suite(suite: Any) -> None:
    """Each case made alone, in any order and split in any way, is the case of the whole."""
    size = min(suite.size(None), 60)
    whole = [suite.case(number, 3).wire for number in range(size)]
    parts = [
        [suite.case(number, 3).wire for number in range(size * part // 8, size * (part + 1) // 8)]
        for part in (7, 2, 0, 5, 1, 3, 6, 4)
    ]
    assert sorted(whole) == sorted(document for part in parts for document in part)


@pytest.mark.slow
@pytest.mark.parametrize(("suite", "t"), [(PAIRWISE, 2), (THREEWAY, 3)], ids=["pairwise", "threeway"])
def test_coverage_is_proved_from_the_json_lines_alone(suite: Any, t: int) -> None:
    """Read from the cases by other code, checked by another program: every valid tuple is there, and no invalid row."""
    lines = [encode(entry.case) for entry in cases(suite, 5)]
    found = [combination_of(json.loads(line)) for line in lines]
    result = checker.check(DOCUMENT, found, t)
    assert ([], []) == (result.invalid_rows, result.missing)
    assert count_tuples(SPACE, t) == result.possible
    assert fewest_rows(t) <= len(found) == suite.size(None)


def test_the_arrays_on_file_are_of_this_space() -> None:
    """Where this fails, the space has changed: `python -m rtconform.generators.suites.arrays` makes them again."""
    kept = json.loads((ROOT / "rtconform" / "generators" / "data" / "arrays.json").read_bytes())
    assert space_digest() == kept["space"]
    assert lower_bound(SPACE, 2) == fewest_rows(2)
    assert [len(rows(t)) for t in (2, 3)] == [len(kept["rows"][str(t)]) for t in (2, 3)]


def test_the_seed_orders_the_rows_of_an_array() -> None:
    """Every seed has the same rows, each in another order: nobody can answer by position."""
    orders = [
        [tuple(combination_at(2, Place("pairwise", "1", seed, number)).values()) for number in range(PAIRWISE.size(None))]
        for seed in (1, 2)
    ]
    assert orders[0] != orders[1]
    assert sorted(rows(2)) == sorted(orders[0]) == sorted(orders[1])


def test_any_row_of_the_exhaustive_suite_is_reached_directly() -> None:
    """Index to combination and back; the case made there has these values, and others that go with them."""
    size = EXHAUSTIVE.size(None)
    assert count(DECIDING) == size
    for number in range(0, size, size // 500):
        decided = decided_at(number)
        assert number == index(DECIDING, tuple(decided.values()))
        found = combination_of(json.loads(encode(EXHAUSTIVE.case(number, 1).case)))
        assert decided.items() <= found.items()
        assert 0 <= index(SPACE, tuple(found.values()))


def test_the_exhaustive_suite_draws_every_value_of_the_other_dimensions() -> None:
    """What no code depends on is not left at one value."""
    seen: dict[str, set[str]] = {name: set() for name in SPACE.names if name not in DECIDING.names}
    for number in range(0, count(DECIDING), count(DECIDING) // 2000):
        combination = whole(decided_at(number), draw_for("test", "1", 1, number))
        for name, values in seen.items():
            values.add(combination[name])
    assert {name: set(SPACE.parameters[name]) for name in seen} == seen


def test_a_slice_of_the_exhaustive_suite_is_all_there_is() -> None:
    """In a slice of the suite no combination is twice, and rows are in lexicographic order of the declarations."""
    rows_of_slice = [tuple(decided_at(number).values()) for number in range(3_000, 5_000)]
    places = [tuple(DECIDING.places[i][value] for i, value in enumerate(each)) for each in rows_of_slice]
    assert sorted(set(places)) == places


def test_clinic_cases_lie_in_the_space() -> None:
    """Everything realised is a valid combination."""
    for entry in cases(CLINIC, 1, 400):
        found = combination_of(json.loads(encode(entry.case)))
        assert 0 <= index(SPACE, tuple(found.values()))


def test_the_mix_is_that_of_the_rule_book() -> None:
    """Shares of the levels: 77412 about 35 %, 77407 more than half, 77402 at most 15 %, with 99 % confidence."""
    levels = Counter(
        line.code
        for entry in cases(CLINIC, 11, 4_000)
        for line in code(entry.case).lines
        if line.code in ("77402", "77407", "77412")
    )
    total = levels.total()
    share = {level: number / total for level, number in levels.items()}
    half_width = 2.576 * math.sqrt(0.35 * 0.65 / total)
    assert abs(share["77412"] - 0.35) < half_width
    assert share["77407"] - half_width > 0.5
    assert 0 < share["77402"] <= 0.15


def test_the_skin_alone_localizes_nothing_deep() -> None:
    """A surface camera is the only guidance where the target lies at the skin or moves with it, and is so now and then."""
    by_surface_alone = {
        entry.case.plans[0].site
        for entry in cases(CLINIC, 12, 4_000)
        for session in entry.case.sessions
        if {act.method for act in session.guidance} == {"surface"}
    }
    assert {"breast_left", "breast_right"} <= by_surface_alone
    assert not {"prostate", "prostate_bed", "lung_left", "lung_right", "liver", "rectum", "cervix"} & by_surface_alone


def test_the_mix_speaks_of_values_of_the_space() -> None:
    """Every value of the space's dimensions that the mix draws from is there, and no other."""
    by_age = {"payer_from_65", "payer_to_64", "payer_of_children"}
    assert {name: set(SPACE.parameters[name]) for name in mix() if name not in by_age} == {
        name: set(weights) for name, weights in mix().items() if name not in by_age
    }
    assert all(set(mix()[name]) <= set(SPACE.parameters["payer"]) for name in by_age)


def test_a_clinic_suite_of_any_length_begins_alike() -> None:
    """`count` cuts or lengthens the suite and changes no case."""
    assert 1_000 == CLINIC.size(None)
    assert 12 == CLINIC.size(12)
    assert (123_456_789, 1) == CLINIC.index_of(CLINIC.case(123_456_789, 1).case.id)


def test_documentation_has_every_rule_from_both_sides() -> None:
    """The flawed case of a pair is answered by the rule in most treatments, its sound twin by that rule in none."""
    hits: Counter[tuple[str, int]] = Counter()
    for number in range(DOCUMENTATION.size(None)):
        entry = DOCUMENTATION.case(number, 1)
        assert entry.twin == DOCUMENTATION.case(number ^ 1, 1).case.id
        hits[entry.rule, number % 2] += entry.rule in code(entry.case).rules
    rules = {question.rule for question in QUESTIONS}
    assert {"DOC-3D", "DOC-PARTIAL", "DOC-IMRT", "DOC-AMM", "DOC-CONFLICT", "DOC-UNKNOWN", "IGRT-REVIEW"} == rules
    assert [] == [rule for rule in rules if hits[rule, 0] < 20]
    assert [] == [rule for rule in rules if hits[rule, 1]]


def test_twins_of_the_documentation_suite_differ_in_their_question_alone() -> None:
    """Both sides are one treatment: the same patient, day, claim and delivered fraction."""
    for number in range(0, DOCUMENTATION.size(None), 2):
        flawed, sound = (DOCUMENTATION.case(number + side, 1).case for side in (0, 1))
        assert (flawed.patient, flawed.billing, flawed.isocenters) == (sound.patient, sound.billing, sound.isocenters)
        assert flawed != sound
        assert [] == list(unknown_terms(sound))


PRINT_DIGESTS = """
import hashlib
from rtconform.generators.suites.arrays import PAIRWISE
from rtconform.generators.suites.clinic import CLINIC
from rtconform.generators.suites.documentation import DOCUMENTATION
from rtconform.generators.suites.exhaustive import EXHAUSTIVE
from rtconform.generators.suites.invalid import INVALID
from rtconform.generators.suites.respelled.suite import RESPELLED
for suite in (CLINIC, EXHAUSTIVE, DOCUMENTATION, INVALID, RESPELLED, PAIRWISE):
    total = hashlib.sha256()
    for number in range(200):
        total.update(suite.case(number * 7 % suite.size(None), 1).wire)
    print(suite.name, total.hexdigest()[:16])
"""


@pytest.mark.slow
def test_cases_depend_on_nothing_but_suite_version_seed_and_index() -> None:
    """The same digests in processes with another hash seed and another time zone, on every version of Python."""
    printed = [
        subprocess.run(
            [sys.executable, "-c", PRINT_DIGESTS],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone},
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed, zone in (("0", "UTC"), ("4711", "Pacific/Kiritimati"))
    ]
    assert printed[0] == printed[1]
    assert len(SUITES) - 1 == len(printed[0].splitlines())


def test_the_checker_sees_a_case_too_few() -> None:
    """A proof that could not fail would prove nothing."""
    found = [combination_of(json.loads(encode(entry.case))) for entry in cases(PAIRWISE, 5)]
    assert checker.check(DOCUMENT, found[1:], 2).missing


def test_a_case_is_read_back_as_it_was() -> None:
    """JSON Lines of every suite but the invalid one decode strictly, ids and terms and all."""
    for suite in (PAIRWISE, EXHAUSTIVE, CLINIC):
        entries = [suite.case(number, 2).case for number in range(100)]
        strict = decode_cases((encode(case) for case in entries), suite.name, strict=True)
        assert entries == [case for _, case in strict]
