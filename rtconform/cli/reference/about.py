"""`rtconform about`: what this installation is."""

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution, requires
from typing import Any

import click

from rtconform._version import __version__
from rtconform.cli.options import FORMAT, print_rows
from rtconform.reference import RULE_SET

_NAME = re.compile(r"[A-Za-z0-9._-]+")


@click.command()
@FORMAT
def about(form: str) -> None:
    """Print the versions of rtconform, its rule set and Python, and each dependency with its version and licence."""
    rows = [
        {"name": "rtconform", "version": __version__, "licence": "Apache-2.0"},
        {"name": "rule set", "version": RULE_SET, "licence": ""},
        {"name": "Python", "version": platform.python_version(), "licence": "PSF-2.0"},
        *_dependencies(),
    ]
    print_rows(rows, form, ("name", "version", "licence"), (None, None, 60))
    if form == "table":
        click.echo(f"\n{platform.platform()}\n{sys.executable}")


def _dependencies() -> list[dict[str, Any]]:
    """What rtconform needs, directly; an extra that is not installed is named as such."""
    names = dict.fromkeys(
        found[0] for need in requires("rtconform") or () if "extra ==" not in need and (found := _NAME.match(need))
    )
    return [_dependency(name) for name in names]


def _dependency(name: str) -> dict[str, Any]:
    try:
        about = distribution(name).metadata
    except PackageNotFoundError:  # of another platform
        return {"name": name, "version": "not installed", "licence": ""}
    classifiers = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    stated = [
        *(about.get_all("License-Expression") or ()),
        ", ".join(classifiers),
        *(about.get_all("License") or ()),
        "not stated",
    ]
    licence = next(text for text in stated if text).splitlines()[0]
    return {"name": about["Name"], "version": about["Version"], "licence": licence}
