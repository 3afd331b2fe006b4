"""`rtconform about`: what a buyer asks of an installation."""

import json
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from rtconform.cli.reference.about import EXTRAS
from tests.helpers.command import rtconform

ROOT = Path(__file__).parents[4]


def test_the_bill_of_materials_is_valid_and_whole() -> None:
    """CycloneDX 1.6 by its own schema; every dependency that is declared and installed is in it, and each is reached from rtconform."""
    text = rtconform("about", "--format", "cyclonedx").stdout
    assert None is JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    bill = json.loads(text)
    names = {component["name"] for component in bill["components"]}
    assert {"click", "msgspec", "hypothesis", "jinja2", "faker", "tabulate", "pytest", "markupsafe"} <= names
    reached, waiting = set(), [bill["metadata"]["component"]["bom-ref"]]
    needs = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += needs[ref]
    assert {component["bom-ref"] for component in bill["components"]} == reached - {bill["metadata"]["component"]["bom-ref"]}


def test_it_is_the_same_twice() -> None:
    """Neither a clock nor a random number is in it."""
    assert rtconform("about", "--format", "cyclonedx").stdout == rtconform("about", "--format", "cyclonedx").stdout


def test_versions_are_those_installed() -> None:
    """The table for programs has the version of each."""
    rows = {row["name"]: row["version"] for row in json.loads(rtconform("about", "--format", "json").stdout)}
    assert distribution("click").version == rows["click"]


def test_what_an_extra_adds_is_listed_with_it() -> None:
    """Each package of a user's extra is in the table under that extra, and in the bill; no extra of pyproject.toml is forgotten."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {*EXTRAS, "dev", "site"} == set(extras)
    rows = {row["name"]: row["extra"] for row in json.loads(rtconform("about", "--format", "json").stdout)}
    bill = json.loads(rtconform("about", "--format", "cyclonedx").stdout)
    assert {"cryptography": "certify, cluster", "pydicom": "dicom", "click": ""}.items() <= rows.items()
    assert {"cryptography", "cffi", "pydicom", "distributed"} <= {component["name"] for component in bill["components"]}
