"""The protocol from the vendor's side: what is sent and written meets the schemas that are published, by an independent validator."""

import asyncio
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from rtconform.cli.main import cli
from rtconform.cli.reference.schema import CLOSED, SCHEMAS
from rtconform.conformance.roles import ROLES
from rtconform.conformance.runs.runner import not_asked
from rtconform.conformance.vendors.file import load_vendor
from rtconform.generators.suites.registry import SUITES, any_suite, suite
from rtconform.generators.suites.suite import SuiteCase, cases
from rtconform.jobs.run import plan_run, run_to_folder
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.treatment import unknown_terms
from tests.helpers import VENDORS

LINTING_VENDOR = '''
"""Refuses every case that does not meet the published schema, and sends the others back to a person."""
import json, pathlib
import jsonschema

SCHEMA = json.loads((pathlib.Path(__file__).parent / "case.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def code(case):
    VALIDATOR.validate(case)
    return {"id": case["id"], "outcome": "needs_review"}
'''


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """A validator of the schema that the command line prints."""
    printed = CliRunner().invoke(cli, ["schema", name]).output
    return jsonschema.Draft202012Validator(json.loads(printed), format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run, with verdicts of several kinds."""
    out = tmp_path_factory.mktemp("documents") / "run"
    planned = plan_run(VENDORS / "all_77407" / "vendor.toml", ["published", "boundaries"], seed=1)
    asyncio.run(run_to_folder(planned, out, resume=False))
    return out


@pytest.mark.slow
def test_what_a_run_writes_meets_its_schemas(run_folder: Path) -> None:
    """Manifest, results, and the codings and answers in them are valid by the published schemas."""
    assert [] == list(validator("manifest").iter_errors(json.loads((run_folder / "manifest.json").read_text())))
    results: list[Any] = [json.loads(line) for line in (run_folder / "results.jsonl").read_text().splitlines()]
    assert results
    for result in results:
        assert [] == list(validator("result").iter_errors(result))
        assert [] == list(validator("coding").iter_errors(result["expected"]))
        assert result["answer"] is None or [] == list(validator("answer").iter_errors(result["answer"]))
        assert set(result["rules"]) <= RULES.keys()


@pytest.mark.parametrize("name", [*SCHEMAS, *CLOSED])
def test_every_published_schema_is_2020_12(name: str) -> None:
    """Every schema that is published is a valid schema of the draft that it names."""
    schema = validator(name).schema
    assert isinstance(schema, dict)
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", ["case", "case-closed"])
def test_a_vendor_that_validates_what_it_is_sent(tmp_path: Path, name: str) -> None:
    """Every case that is sent meets the published schema; the closed vocabulary refuses those that hold an unknown term on purpose."""
    module = f"linting_{name.replace('-', '_')}"  # a module of its own: each reads its schema when it is imported
    (tmp_path / f"{module}.py").write_text(LINTING_VENDOR)
    (tmp_path / "case.schema.json").write_text(json.dumps(validator(name).schema))
    vendor = tmp_path / "vendor.toml"
    vendor.write_text(f'[vendor]\nname = "Lint"\nversion = "1"\n[adapter]\nkind = "python"\ncallable = "{module}:code"\n')
    out = tmp_path / "run"
    asyncio.run(run_to_folder(plan_run(vendor, ["published", "boundaries"], seed=1), out, resume=False))
    results = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    refused = {result["id"] for result in results if result["verdict"] == "error"}
    sent = [item.case for name in ("published", "boundaries") for item in cases(suite(name), seed=1)]
    unknown = {case.id for case in sent if any(unknown_terms(case))}
    assert len(unknown) > 5
    assert (unknown if name == "case-closed" else set()) == refused


MOST_TAKEN = 150


@pytest.mark.slow
@pytest.mark.parametrize("name", SUITES)
def test_every_shipped_case_and_claim_is_valid_by_the_schema_that_it_is_sent_under(name: str) -> None:
    """What any suite sends is valid by the published schema, in the bytes that are sent; by the closed one, but for unknown terms.

    Of a suite of more than 150, 150 are taken, evenly spaced.
    """
    shipped = any_suite(name)
    size = shipped.size(None)
    taken = min(size, MOST_TAKEN)
    sound = [item for number in range(taken) if (item := shipped.case(number * size // taken, 1)).sound]
    assert sound or name == "invalid"
    for item in sound:
        sent = json.loads(item.wire)
        unknown = isinstance(item, SuiteCase) and any(unknown_terms(item.case))
        assert [] == list(validator(shipped.asks).iter_errors(sent))
        assert unknown != validator(f"{shipped.asks}-closed").is_valid(sent)


@pytest.mark.slow
def test_documents_that_nobody_can_read(tmp_path: Path) -> None:
    """Of suite invalid, refusing by validation is right everywhere, and codes for everything are right nowhere."""
    (tmp_path / "linting.py").write_text(LINTING_VENDOR)
    (tmp_path / "case.schema.json").write_text(json.dumps(validator("case").schema))
    vendor = tmp_path / "vendor.toml"
    vendor.write_text('[vendor]\nname = "Lint"\nversion = "1"\n[adapter]\nkind = "python"\ncallable = "linting:code"\n')
    linting = asyncio.run(run_to_folder(plan_run(vendor, ["invalid"], seed=1), tmp_path / "a", resume=False))
    assert {"pass": linting.cases} == {verdict: number for verdict, number in linting.counts.items() if number}
    shell = VENDORS / "all_77407" / "vendor.toml"
    coding = asyncio.run(run_to_folder(plan_run(shell, ["invalid"], seed=1), tmp_path / "b", resume=False))
    assert 0 == coding.counts["pass"] + coding.counts["accepted"]


@pytest.mark.slow
def test_the_same_in_other_bytes(tmp_path: Path) -> None:
    """A correct program reads every spelling of suite respelled out of its pipe, and each verdict is that of a plain case."""
    summary = asyncio.run(
        run_to_folder(plan_run(VENDORS / "correct" / "vendor.toml", ["respelled"], seed=4), tmp_path, resume=False)
    )
    assert summary.conformant
    assert summary.cases == sum(summary.counts[verdict] for verdict in ("pass", "accepted"))


def test_a_template_writes_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reached through a request template, a vendor is asked what is recorded otherwise, not what is only written otherwise."""
    monkeypatch.setenv("RTCONFORM_NODE_PORT", "8080")
    vendor = load_vendor(VENDORS / "http_node" / "vendor.toml")
    of_bytes = [item.id for item in cases(suite("respelled"), 1) if item.writing]
    not_seen = {item.id: why for item in cases(suite("respelled"), 1) if (why := not_asked(vendor, ROLES["coder"], item))}
    assert of_bytes == list(not_seen)
    assert {"reached through a request template, the vendor never sees how the case is written"} == set(not_seen.values())
