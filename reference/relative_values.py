"""Relative values of codes: what a service is worth in payment, as dated data with its source. Never part of a verdict.

The shipped file (`relative_values.toml`) follows from the shipped national tables; a user's own file has the same form. Of a
day, a code or a setting that the file does not cover nothing is said, and no money is shown.
"""

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from rtconform.reference.codes import catalogue
from rtconform.reference.documents.treatment import Setting
from rtconform.reference.toml_tables import TomlFile, day_of

Value = Annotated[float, Meta(ge=0, le=1e9)]


class ValuePeriod(Struct, frozen=True):
    """Values from a day on, up to but not on `until`; by setting, for each service (`77412`, `77387-26`)."""

    until: dt.date
    source: Annotated[str, Meta(min_length=1)]
    unit: Annotated[str, Meta(min_length=1)]
    hospital_outpatient: dict[str, Value] = {}
    freestanding: dict[str, Value] = {}


RelativeValues = tuple[tuple[dt.date, ValuePeriod], ...]
"""Periods by their first day."""


def load_relative_values(path: Path) -> RelativeValues:
    """The values in a file. Raises DocumentError (UserError for no file) with every fault, its line and its field."""
    file = TomlFile(path)
    file.unknown_keys(file.root, ("period",))
    tables = file.root.get("period", {})
    found = []
    for key, table in tables.items() if isinstance(tables, dict) else ():
        period = file.table(ValuePeriod, table, "period", key)
        since = day_of(file, key)
        if since and period and period.until <= since:
            file.fault("until is not after the period's first day", "period", key, "until")
        for setting in ("hospital_outpatient", "freestanding") if period else ():
            for service in getattr(period, setting):
                if service.partition("-")[0] not in catalogue():
                    file.fault(f"{service!r} is not a service of the catalogue", "period", key, setting)
        if since and period:
            found.append((since, period))
    file.check()
    return tuple(sorted(found, key=lambda item: item[0]))


@cache
def shipped_values() -> RelativeValues:
    """The values of the file that is shipped: national amounts of 2026 in dollars."""
    return load_relative_values(Path(__file__).with_name("relative_values.toml"))


def period_of(day: dt.date, values: RelativeValues) -> ValuePeriod | None:
    """The period that covers the day; None: none does."""
    return next((period for since, period in reversed(values) if since <= day < period.until), None)


def relative_value(service: str, day: dt.date, setting: Setting, values: RelativeValues | None = None) -> float | None:
    """What a service weighs on a day in a setting; None: not covered. `values`: a user's own, instead of the shipped ones."""
    period = period_of(day, shipped_values() if values is None else values)
    if period is None:
        return None
    found = period.hospital_outpatient if setting == "hospital_outpatient" else period.freestanding
    return found.get(service)
