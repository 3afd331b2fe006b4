"""The published schemas in the hands of a validator that takes nothing that the draft does not know (ajv, everything strict)."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtconform.cli.main import cli
from rtconform.cli.reference.schema import CLOSED, SCHEMAS
from rtconform.generators.suites.registry import any_suite
from tests.helpers.node_packages import FOLDER, package

pytestmark = pytest.mark.slow


def _compiled(*schemas: Path) -> str:
    package("ajv", "node")
    return subprocess.run(
        ["node", str(FOLDER / "compile.mjs"), *map(str, schemas)], check=True, capture_output=True, text=True
    ).stdout


def test_every_schema_compiles_in_a_strict_validator(tmp_path: Path) -> None:
    """Each has only keywords of draft 2020-12, with types and bounds that belong together."""
    schemas = []
    for name in (*SCHEMAS, *CLOSED):
        schemas.append(tmp_path / f"{name}.schema.json")
        schemas[-1].write_text(CliRunner().invoke(cli, ["schema", name]).output)
    assert "" == _compiled(*schemas)


def test_a_strict_validator_takes_what_is_sent(tmp_path: Path) -> None:
    """Cases and claims of shipped suites, unknown terms among them, are valid by the schema that they are sent under."""
    for suite in ("boundaries", "edits-documented"):
        shipped = any_suite(suite)
        name = shipped.asks
        (tmp_path / f"{name}.schema.json").write_text(CliRunner().invoke(cli, ["schema", name]).output)
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join(shipped.case(place, 1).wire for place in range(200)))
    assert "" == _compiled(*tmp_path.glob("*.schema.json"))


def test_what_a_strict_validator_refuses_is_seen(tmp_path: Path) -> None:
    """The validator is strict: a keyword of another dialect, and a document that does not fit, are told."""
    schema = tmp_path / "one.schema.json"
    schema.write_text('{"type": "object", "discriminator": {"propertyName": "x"}}')
    assert 'unknown keyword: "discriminator"' in _compiled(schema)
    schema.write_text('{"type": "object", "required": ["x"], "properties": {"x": {"type": "string", "format": "date"}}}')
    (tmp_path / "one.jsonl").write_text('{"x": "2026-03-09"}\n{"x": "today"}\n')
    assert ["today"] == [word for word in ("2026", "today") if word in _compiled(schema)]
