"""`rtconform about`: what this installation is."""

import json
import platform
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

import click
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rtconform._version import __version__
from rtconform.cli.options import print_rows
from rtconform.reference import RULE_SET

EXTRAS = ("certify", "cluster", "dicom")
"""The extras whose packages a user's rtconform uses; the others (`dev`, `site`) are for who develops it."""


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "cyclonedx"]),
    default="table",
    show_default=True,
    help="A table for a person, JSON, or a software bill of materials (CycloneDX 1.6).",
)
def about(form: str) -> None:
    """Print the versions of rtconform, its rule set and Python, and each dependency with its version and licence.

    A package that an extra adds ('rtconform[certify]') is named with that extra. The bill of materials
    also lists what the dependencies need, if it is installed.

    \b
    rtconform about
    rtconform about --format cyclonedx > sbom.json
    """
    if form == "cyclonedx":
        click.echo(json.dumps(bill_of_materials(), indent=2, ensure_ascii=False))
        return
    rows = [
        {"name": "rtconform", "version": __version__, "licence": "Apache-2.0", "extra": ""},
        {"name": "rule set", "version": RULE_SET, "licence": "", "extra": ""},
        {"name": "Python", "version": platform.python_version(), "licence": "PSF-2.0", "extra": ""},
        *(_row(name) for name in _needs("rtconform")),
        *(_row(name, ", ".join(extras)) for name, extras in _added().items()),
    ]
    print_rows(rows, form, ("name", "version", "licence", "extra"), (None, None, 60, None))
    if form == "table":
        click.echo(f"\n{platform.platform()}\n{sys.executable}")


def bill_of_materials() -> dict[str, Any]:
    """This installation in CycloneDX 1.6: rtconform, all that it needs, who needs what. It depends on no clock."""
    edges: dict[str, list[str]] = {}
    waiting = ["rtconform"]
    while waiting:
        name = waiting.pop()
        if name not in edges:
            needs = [*_needs(name), *(_added() if name == "rtconform" else ())]
            edges[name] = [need for need in needs if _installed(need)]
            waiting += edges[name]
    names = sorted(edges)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _component("rtconform", "application")},
        "components": [_component(name, "library") for name in names if name != "rtconform"],
        "dependencies": [{"ref": _ref(name), "dependsOn": sorted(map(_ref, edges[name]))} for name in names],
    }


def _added() -> dict[str, list[str]]:
    """What the extras add to what rtconform needs anyway, each with the extras that add it."""
    always = set(_needs("rtconform"))
    added: dict[str, list[str]] = {}
    for extra in EXTRAS:
        for name in _needs("rtconform", extra):
            if name not in always:
                added.setdefault(name, []).append(extra)
    return added


def _needs(name: str, extra: str = "") -> Iterator[str]:
    """What the package needs here, directly, with this extra or without any."""
    found = _installed(name)
    for line in (found.requires or ()) if found else ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield canonicalize_name(requirement.name)


@cache
def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _row(name: str, extra: str = "") -> dict[str, Any]:
    found = _installed(name)
    if found is None:
        return {"name": name, "version": "not installed", "licence": "", "extra": extra}
    return {"name": found.metadata["Name"], "version": found.version, "licence": _licence(found), "extra": extra}


def _component(name: str, kind: str) -> dict[str, Any]:
    found = _installed(name)
    version = found.version if found else __version__
    (expression, *_) = (found.metadata.get_all("License-Expression") if found else None) or (None,)
    told = {"expression": expression} if expression else {"license": {"name": _licence(found) if found else "not stated"}}
    return {"type": kind, "bom-ref": _ref(name), "name": name, "version": version, "purl": _ref(name), "licenses": [told]}


def _ref(name: str) -> str:
    found = _installed(name)
    return f"pkg:pypi/{name}@{found.version if found else __version__}"


def _licence(found: Distribution) -> str:
    """As the package states it: an expression, a classifier, or free text."""
    told = found.metadata
    classifiers = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    stated = [*(told.get_all("License-Expression") or ()), ", ".join(classifiers), *(told.get_all("License") or ()), "not stated"]
    return str(next(text for text in stated if text)).splitlines()[0]
