"""`rtconform about`: what a buyer asks of an installation."""

import json
from importlib.metadata import distribution

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.helpers.command import rtconform


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
