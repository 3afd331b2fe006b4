"""Errata: cases of shipped suites that were wrong, since which version they are gone or right, and why.

Errata are data (`generators/data/errata.toml`), so that anyone who holds an old run, report or certificate can apply what was
found out since. A failure in such a case no longer counts; it keeps its verdict, and is shown as set aside.
"""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rtconform.conformance.records import SuiteRecord
from rtconform.reference.toml_tables import TomlFile

Words = Annotated[str, Meta(min_length=1, max_length=1000)]


class Erratum(Struct, frozen=True):
    """A case that was wrong in `versions` of its suite.

    `kind`: withdrawn (the suite has it no more) or corrected (its facts or what is expected changed); `since`: the version of the
    suite from which that holds; `published`: the day on which it was made known; `why`: what was wrong, with the source.
    """

    case: Words
    kind: Literal["withdrawn", "corrected"]
    versions: Annotated[tuple[Words, ...], Meta(min_length=1)]
    since: Words
    published: dt.date
    why: Words


def load_errata(path: Path) -> tuple[Erratum, ...]:
    """The errata in a TOML file. Raises UserError, or TomlError with every fault and its line."""
    file = TomlFile(path)
    file.unknown_keys(file.root, ["erratum"])
    tables = file.root.get("erratum", [])
    if not isinstance(tables, list):
        file.fault("begin each with [[erratum]]", "erratum")
        tables = []
    errata = [file.table(Erratum, raw, "erratum", str(number)) for number, raw in enumerate(tables)]
    for number, erratum in enumerate(errata):
        if erratum is None:
            continue
        if ":" not in erratum.case:
            file.fault(f"{erratum.case!r} is not the id of a case: an id begins with its suite", "erratum", str(number), "case")
        if erratum.since in erratum.versions:
            file.fault(
                "the version since which the case is right is among those in which it is wrong", "erratum", str(number), "since"
            )
    file.check()
    return tuple(erratum for erratum in errata if erratum is not None)


@cache
def shipped_errata() -> tuple[Erratum, ...]:
    """The errata of this version of rtconform."""
    return load_errata(Path(str(files("rtconform.generators") / "data" / "errata.toml")))


def errata_of(suites: Iterable[SuiteRecord], errata: Iterable[Erratum]) -> dict[str, Erratum]:
    """By the case's id, the errata that concern runs of these suites in these versions."""
    versions = {suite.name: suite.version for suite in suites}
    return {erratum.case: erratum for erratum in errata if versions.get(erratum.case.partition(":")[0]) in erratum.versions}
