"""Claim adjustment reason codes (CARC) with their dates: which a payer may give, from when to when (data: `reason_codes.toml`).

The dates are those of remittances, not of services: a code that was stopped before a service was given can't be the reason of its
denial. One that is younger than the list may be.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta, Struct


@dataclass(frozen=True)
class ReasonCode:
    """One code: its first day, the first day on which it may not be used any more (None: in use), and what it says.

    `says` is in our own words, and empty for a code that no category gives.
    """

    code: str
    since: dt.date
    stopped: dt.date | None
    says: str = ""

    def stopped_by(self, day: dt.date) -> bool:
        """Whether the code was out of use on that day, and so on every later one."""
        return self.stopped is not None and self.stopped <= day

    @property
    def dates(self) -> str:
        """`since 1995-01-01`, or `1995-01-01 to 2009-06-30`."""
        if self.stopped is None:
            return f"since {self.since}"
        return f"{self.since} to {self.stopped - dt.timedelta(days=1)}"


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    as_of: dt.date
    source: str
    used: dict[str, str]
    dates: dict[str, Annotated[tuple[dt.date, ...], Meta(min_length=1, max_length=2)]]


@cache
def _file() -> _File:
    return msgspec.toml.decode(files("rtconform.reference.editor").joinpath("reason_codes.toml").read_bytes(), type=_File)


@cache
def reason_codes() -> dict[str, ReasonCode]:
    """Every code of the list by its number, in the list's order."""
    file = _file()
    return {
        code: ReasonCode(code, days[0], days[1] if len(days) == 2 else None, file.used.get(code, ""))
        for code, days in file.dates.items()
    }


def used_codes() -> dict[str, ReasonCode]:
    """Those that the categories give, in the order of the table."""
    return {code: reason_codes()[code] for code in _file().used}


def list_of() -> tuple[dt.date, str]:
    """The day of which the list is, and where it comes from."""
    return _file().as_of, _file().source


def out_of_use(code: str, day: dt.date) -> str:
    """Why a payer can't give this code for a service of that day; empty where it may, or where the list lacks it."""
    known = reason_codes().get(code)
    if known is None or known.stopped is None or not known.stopped_by(day):
        return ""
    return f"CARC {code} was stopped on {known.stopped}, before the service"
