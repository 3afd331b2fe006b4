"""Payer profiles: what payers ask for beyond the rules, as dated data with its source. Never code.

The shipped profiles are the files in `payer_profiles/`. A user's own file has the same form. A profile says how a right
service has to be written on a claim; only the rules say which services are right.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from rtconform.reference.codes import DELIVERY_CODES
from rtconform.reference.toml_tables import TomlFile, day_of

GuidanceForm = Literal["26", "global", "either"]
SecondSession = Literal["59", "76", "77", "XE", "units", "plain"]
TwoLevels = Literal["59", "XE", "XS", "XP", "XU", "plain"]
ProfessionalPartDate = Literal["session", "reading", "either"]
NationalEdit = Literal["ptp", "mue"]
Place = Annotated[str, Meta(pattern=r"^[0-9]{2}$")]

DEFAULT = "medicare"

Share = Annotated[float, Meta(ge=0, le=1)]


class Period(Struct, frozen=True):
    """What a payer asks for from a day on.

    `second_session`: the forms of a second session of the same code; `two_levels`: those of a second session of another level.
    `most_sessions`: sessions a day that a claim may bill without its record. `delivery_places`: places of service of delivery
    on a professional claim, where the payer says which. `professional_part_date`: the date of 77387-26 billed alone.
    `national_edits`: the national tables that the payer adopts. `authorised_levels`: the delivery codes that it authorises;
    none named: all of them. `utilisation`: expected share of sessions by delivery code, never a rule.
    """

    source: Annotated[str, Meta(min_length=1)]
    guidance_in_freestanding: GuidanceForm
    second_session: Annotated[tuple[SecondSession, ...], Meta(min_length=1)]
    most_sessions: Annotated[int, Meta(ge=1, le=24)]
    utilisation: dict[str, Share] = {}
    two_levels: Annotated[tuple[TwoLevels, ...], Meta(min_length=1)] = ("59", "XE", "XS", "XP", "XU", "plain")
    delivery_places: tuple[Place, ...] = ()
    professional_part_date: ProfessionalPartDate = "either"
    national_edits: tuple[NationalEdit, ...] = ()
    authorised_levels: tuple[str, ...] = ()


class _Head(Struct, frozen=True):
    name: Annotated[str, Meta(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=100)]
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    payers: Annotated[tuple[str, ...], Meta(min_length=1)]


class PayerProfile(Struct, frozen=True):
    """One payer's profile. `payers`: what claims call it; `periods`: by the day from which each holds, the earliest first."""

    name: str
    title: str
    payers: tuple[str, ...]
    periods: Annotated[tuple[tuple[dt.date, Period], ...], Meta(min_length=1)]

    def on(self, day: dt.date) -> Period:
        """What holds on that day; before the first period, what the first says."""
        begun = [period for since, period in self.periods if since <= day]
        return begun[-1] if begun else self.periods[0][1]


def load_profile(path: Path) -> PayerProfile:
    """The profile in a file. Raises DocumentError (UserError for no file) with every fault, its line and its field."""
    file = TomlFile(path)
    file.unknown_keys(file.root, ("profile", "period"))
    head = file.table(_Head, file.root.get("profile"), "profile")
    raw = file.root.get("period")
    tables: dict[str, Any] = raw if isinstance(raw, dict) else {}
    if not tables:
        file.fault("no period: write what holds from a day on as [period.2026-01-01]", "period")
    periods = [(day_of(file, key), _period(file, key, table)) for key, table in tables.items()]
    file.check()
    whole = sorted(((day, period) for day, period in periods if day and period), key=lambda item: item[0])
    if head is None:  # check has raised
        raise AssertionError
    return PayerProfile(head.name, head.title, head.payers, tuple(whole))


@cache
def profiles() -> dict[str, PayerProfile]:
    """The shipped profiles by name, the default first."""
    loaded = [load_profile(path) for path in sorted(Path(__file__).with_name("payer_profiles").glob("*.toml"))]
    return {profile.name: profile for profile in sorted(loaded, key=lambda profile: (profile.name != DEFAULT, profile.name))}


_OWN: ContextVar[tuple[PayerProfile, ...]] = ContextVar("own payer profiles", default=())


@contextmanager
def own_profiles(own: Iterable[PayerProfile]) -> Iterator[None]:
    """While it lasts, claims to payers that these profiles name are edited by them, wherever no other profile is given."""
    token = _OWN.set(tuple(own))
    try:
        yield
    finally:
        _OWN.reset(token)


def digest_of(profile: PayerProfile) -> str:
    """SHA-256 (hexadecimal) of what a profile says: two files that say the same have the same."""
    return hashlib.sha256(msgspec.json.encode(profile, order="deterministic")).hexdigest()


def profile_of(payer: str, own: Iterable[PayerProfile] = ()) -> PayerProfile:
    """The profile for what a claim calls its payer: one of `own`, one of `own_profiles`, a shipped one, or the default.

    Claims write names as they like: capitals, spaces and signs make no difference.
    """
    return _named(payer, [*own, *_OWN.get(), *profiles().values()])


def shipped_profile_of(payer: str) -> PayerProfile:
    """The shipped profile for what a claim calls its payer. Suites are made by it, whichever profile judges them."""
    return _named(payer, profiles().values())


def _named(payer: str, known: Iterable[PayerProfile]) -> PayerProfile:
    wanted = _plain(payer)
    return next((profile for profile in known if wanted in map(_plain, profile.payers)), profiles()[DEFAULT])


def _plain(payer: str) -> str:
    return "".join(letter for letter in payer.casefold() if letter.isalnum())


def _period(file: TomlFile, key: str, table: object) -> Period | None:
    period = file.table(Period, table, "period", key)
    for field in ("utilisation", "authorised_levels") if period else ():
        for code in getattr(period, field):
            if code not in DELIVERY_CODES:
                file.fault(f"{code} is not a delivery code; these are: {', '.join(DELIVERY_CODES)}", "period", key, field)
    if period and sum(period.utilisation.values()) > 1:
        file.fault("the shares add up to more than 1", "period", key, "utilisation")
    return period
