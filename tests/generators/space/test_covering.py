"""Spaces of combinations: exact counts, direct access to rows, covering arrays proved by a checker that shares no code with them."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtconform.generators.space.counting import count, count_tuples, feasible, index, row
from rtconform.generators.space.covering import covering_array
from rtconform.generators.space.lower_bound import incompatible_tuples, lower_bound
from rtconform.generators.space.model import Implication, Model
from rtconform.reference.errors import DocumentError, UserError
from tests.helpers import TESTS, coverage_checker

Document = dict[str, Any]
CHECKER = TESTS / "helpers" / "coverage_checker.py"
MODEL_FILE = TESTS / "data" / "covering_model.json"


def _values(side: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in side.items()}


def model_of(document: Document) -> Model:
    """The model that a JSON document describes."""
    return Model(
        {name: tuple(values) for name, values in document["parameters"].items()},
        tuple(Implication(_values(rule["if"]), _values(rule["then"])) for rule in document["implications"]),
    )


def as_objects(model: Model, rows: Any) -> Any:
    return [dict(zip(model.names, each, strict=True)) for each in rows]


def every_row(document: Document) -> Any:
    """All valid rows, by trying all combinations, in lexicographic order."""
    return [
        values
        for values in itertools.product(*document["parameters"].values())
        if coverage_checker.can_occur(document, dict(zip(document["parameters"], values, strict=True)))
    ]


@pytest.fixture(scope="module")
def document() -> Document:
    read: Document = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def model(document: Document) -> Model:
    return model_of(document)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Small models whose implications may forbid much, and contradict each other up to having no valid row at all."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    parameters = {f"p{place}": [f"v{value}" for value in range(size)] for place, size in enumerate(sizes)}

    def side(most: int) -> Any:
        names = draw(st.lists(st.sampled_from(list(parameters)), min_size=1, max_size=most, unique=True))
        return {name: draw(st.lists(st.sampled_from(parameters[name]), min_size=1, unique=True)) for name in names}

    implications = [{"if": side(3), "then": side(2)} for _ in range(draw(st.integers(0, 6)))]
    return {"parameters": parameters, "implications": implications}


def test_the_counts_of_the_benchmark_model_are_the_published_ones(model: Model) -> None:
    """1,859 valid pairs and 30,263 valid triples, as its file says."""
    assert (1_859, 30_263) == (count_tuples(model, 2), count_tuples(model, 3))


@pytest.mark.slow
@pytest.mark.parametrize(("t", "most", "tuples"), [(2, 121, 1_859), (3, 756, 30_263)])
def test_the_benchmark_model_is_covered_in_few_rows(document: Document, model: Model, t: int, most: int, tuples: int) -> None:
    """All valid tuples, no invalid row, no more rows than other tools need, and never below the lower bound."""
    rows = covering_array(model, t)
    assert ([], [], tuples) == coverage_checker.check(document, as_objects(model, rows), t)
    assert lower_bound(model, t) <= len(rows) <= most


def test_pairs_of_the_benchmark_model_need_no_row_more_than_the_lower_bound(model: Model) -> None:
    """With as many rows as there are tuples of which no two fit into one row, an array is as small as can be, for any seed."""
    assert [lower_bound(model, 2)] * 5 == [len(covering_array(model, 2, seed)) for seed in range(5)]


@pytest.mark.slow
@given(documents())
def test_rows_are_counted_and_numbered_exactly(document: Document) -> None:
    """Count, row and index agree with the list of all valid rows."""
    model = model_of(document)
    rows = every_row(document)
    assert len(rows) == count(model)
    assert rows == [row(model, number) for number in range(len(rows))]
    assert list(range(len(rows))) == [index(model, each) for each in rows]


@pytest.mark.slow
@given(documents(), st.integers(1, 3))
def test_tuples_are_counted_exactly(document: Document, t: int) -> None:
    """A tuple counts when some valid row contains it."""
    found = {
        chosen
        for values in every_row(document)
        for chosen in itertools.combinations(zip(document["parameters"], values, strict=True), t)
    }
    assert len(found) == count_tuples(model_of(document), t)


@pytest.mark.slow
@given(documents(), st.data())
def test_a_partial_assignment_is_feasible_when_some_valid_row_contains_it(document: Document, data: st.DataObject) -> None:
    """Also where no single implication rules it out."""
    partial = {
        name: data.draw(st.sampled_from(values)) for name, values in document["parameters"].items() if data.draw(st.booleans())
    }
    contained = any(
        partial.items() <= dict(zip(document["parameters"], values, strict=True)).items() for values in every_row(document)
    )
    assert contained == feasible(model_of(document), partial)


@settings(max_examples=60)
@given(documents(), st.integers(1, 3), st.integers(0, 2**32))
def test_an_array_covers_everything_that_is_possible_and_nothing_else(document: Document, t: int, seed: int) -> None:
    """Any model, strength and seed: nothing missing, nothing invalid, no row twice, never below the lower bound."""
    model = model_of(document)
    t = min(t, len(model.names))
    rows = covering_array(model, t, seed)
    assert ([], [], count_tuples(model, t)) == coverage_checker.check(document, as_objects(model, rows), t)
    assert sorted(set(rows), key=lambda each: index(model, each)) == list(rows)
    assert lower_bound(model, t) <= len(rows)


@pytest.mark.slow
@settings(max_examples=60)
@given(documents(), st.integers(1, 3))
def test_no_valid_row_contains_two_incompatible_tuples(document: Document, t: int) -> None:
    """This is what makes their number a lower bound."""
    model = model_of(document)
    numbered = [set(enumerate(values)) for values in every_row(document)]
    found = [
        {(parameter, model.parameters[model.names[parameter]][place]) for parameter, place in each}
        for each in incompatible_tuples(model, min(t, len(model.names)))
    ]
    assert [1] * len(found) == [sum(1 for other in found if any(each | other <= values for values in numbered)) for each in found]


def test_the_checker_sees_a_row_too_few_and_a_row_that_is_not_valid(document: Document, model: Model) -> None:
    """A checker that accepts everything would prove nothing."""
    rows = as_objects(model, covering_array(model, 2))
    spoilt = {**rows[0], "technique": "ortho", "energy": "6x"}
    without_last = coverage_checker.check(document, rows[:-1], 2)
    with_spoilt = coverage_checker.check(document, [*rows, spoilt], 2)
    assert without_last.missing
    assert 1_859 == without_last.possible
    assert ([spoilt], []) == (with_spoilt.invalid_rows, with_spoilt.missing)


def test_the_checker_is_a_program_of_its_own(model: Model, tmp_path: Path) -> None:
    """Coverage can be recomputed from files, without rtconform."""
    lines = [json.dumps(each) for each in as_objects(model, covering_array(model, 2))]
    rows_file = tmp_path / "rows.jsonl"
    rows_file.write_text("\n".join(lines), encoding="utf-8")
    run = subprocess.run([sys.executable, "-I", CHECKER, MODEL_FILE, rows_file, "2"], capture_output=True, text=True, check=False)
    assert (0, "119 rows, 1859 possible tuples, 0 missing, 0 invalid rows\n", "") == (run.returncode, run.stdout, run.stderr)


def test_rows_in_the_millions_are_reached_directly(model: Model) -> None:
    """Any valid row by its number and back, of 24,845,760."""
    assert 24_845_760 == count(model)
    numbers = [0, count(model) - 1, *range(17, count(model), 123_457)]
    assert numbers == [index(model, row(model, number)) for number in numbers]


PRINT_DIGESTS = """
import hashlib, json, sys
from rtconform.generators.space.model import Implication, Model
from rtconform.generators.space.covering import covering_array
document = json.load(open(sys.argv[1], encoding="utf-8"))
side = lambda rule, name: {key: tuple(values) for key, values in rule[name].items()}
model = Model({name: tuple(values) for name, values in document["parameters"].items()},
              tuple(Implication(side(rule, "if"), side(rule, "then")) for rule in document["implications"]))
for t, seed in ((2, 0), (2, 7), (3, 0)):
    print(hashlib.sha256(repr(covering_array(model, t, seed)).encode()).hexdigest()[:16])
"""


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_rows_depend_on_model_strength_and_seed_alone(hash_seed: str) -> None:
    """The same digests in another process, with another hash seed, on every version of Python."""
    run = subprocess.run(
        [sys.executable, "-c", PRINT_DIGESTS, str(MODEL_FILE)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    assert ["a85ccae7b21feb1e", "95a5f46dbcc4f6e0", "b40823397090ee3a"] == run.stdout.split()


def test_another_seed_gives_other_rows(model: Model) -> None:
    """The seed has influence."""
    assert covering_array(model, 2, 0) != covering_array(model, 2, 1)


def test_a_model_without_valid_rows_has_an_empty_array() -> None:
    """Nothing is possible, so nothing is missing."""
    model = Model(
        {"a": ("x",), "b": ("y", "z")}, (Implication({"a": ("x",)}, {"b": ("y",)}), Implication({"b": ("y",)}, {"b": ("z",)}))
    )
    assert (0, 0, ()) == (count(model), lower_bound(model, 2), covering_array(model, 2))


def test_a_parameter_may_be_narrowed_by_an_implication(model: Model) -> None:
    """If a parameter has any of its values, it has one of these: a model for a part of the space, with the same declarations."""
    narrow = Implication({"technique": model.parameters["technique"]}, {"technique": ("vmat", "sbrt")}, "asked for")
    part = Model(model.parameters, (*model.implications, narrow))
    assert {"vmat", "sbrt"} == {each[0] for each in covering_array(part, 2)}
    assert {"vmat", "sbrt"} == {row(part, number)[0] for number in (0, count(part) - 1)}


def test_every_fault_of_a_model_is_named_with_its_place() -> None:
    """Wrong names are found when the model is made, all at once."""
    with pytest.raises(DocumentError) as caught:
        Model({"a": ("x", "x"), "b": ()}, (Implication({"c": ("x",)}, {"a": ("y",)}), Implication({}, {"a": ()})))
    assert [
        "$.parameters.a",
        "$.parameters.b",
        "$.implications[0].when",
        "$.implications[0].then.a",
        "$.implications[1].when",
        "$.implications[1].then.a",
    ] == [fault.path for fault in caught.value.faults]


def test_a_model_needs_a_parameter() -> None:
    """Nothing can be said of no parameters."""
    with pytest.raises(DocumentError, match="at least one parameter"):
        Model({})


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda model: covering_array(model, 0), "there is no strength 0: the model has 15 parameters, so it is 1 to 15"),
        (lambda model: lower_bound(model, 16), "there is no strength 16"),
        (lambda model: row(model, 24_845_760), "there is no row 24845760: the model has 24845760 valid rows, numbered from 0"),
        (lambda model: row(model, -1), "there is no row -1"),
        (lambda model: index(model, ("vmat",)), "a row of this model has 15 values, not 1"),
        (lambda model: feasible(model, {"colour": "red"}), "no parameter 'colour'; there are technique, isocenters"),
        (lambda model: feasible(model, {"isocenters": "4"}), "isocenters has no value '4'; it has 1, 2, 3"),
        (
            lambda model: index(model, ("ortho", "1", "6x", *row(model, 0)[3:])),
            "this row is not valid: if technique is ortho, then energy is kv",
        ),
    ],
)
def test_a_question_that_has_no_answer_says_why(model: Model, ask: Any, message: str) -> None:
    """Mistakes are the user's and are named."""
    with pytest.raises(UserError) as caught:
        ask(model)
    assert message in str(caught.value)
