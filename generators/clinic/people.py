"""People: synthetic patients, consistent with the disease. Names are drawn by index from `data/names.json`.

`make names` made the file with Faker (`tools/names.py`). The installed version of Faker has no influence.
"""

import datetime as dt
import json
from functools import cache
from importlib.resources import files

from msgspec import Struct

from rtconform.generators.clinic.situations import Situation
from rtconform.generators.randomness import Draw
from rtconform.reference.documents.treatment import Patient

_DAYS_A_YEAR = 365.25
_IDS = 10**10


class _Kinds(Struct, frozen=True, gc=False):
    """The patients of a situation: each sex as often as it is seen, with its given names; how many days old they are."""

    sexes: tuple[tuple[str, tuple[str, ...]], ...]
    youngest: int
    span: int


def person(situation: Situation, date_of_service: dt.date, draw: Draw) -> Patient:
    """A synthetic patient with a sex and an age (on the date of service) that the situation is seen at."""
    kinds, family = _kinds(situation), names()["family"]
    sex, given = kinds.sexes[int(draw() * len(kinds.sexes))]
    days = kinds.youngest + int(draw() * kinds.span)
    return Patient(
        person_id(draw),
        dt.date.fromordinal(date_of_service.toordinal() - days),
        sex,  # type: ignore[arg-type]  # the data hold no other
        family[int(draw() * len(family))],
        given[int(draw() * len(given))],
    )


@cache
def _kinds(situation: Situation) -> _Kinds:
    youngest, oldest = situation.ages
    # a day short of either birthday: leap years must make nobody younger or older than the situation allows
    days = (int(youngest * _DAYS_A_YEAR) + 2, int((oldest + 1) * _DAYS_A_YEAR) - 2)
    return _Kinds(tuple((sex, names()[sex]) for sex in situation.sexes), days[0], days[1] - days[0])


def person_id(draw: Draw) -> str:
    """An id that says that nobody is behind it."""
    return f"SYN-{int(draw() * _IDS):010d}"


@cache
def names() -> dict[str, tuple[str, ...]]:
    """Given names by sex, and family names (`family`)."""
    found = json.loads(files("rtconform.generators").joinpath("data", "names.json").read_bytes())
    return {kind: tuple(found[kind]) for kind in ("female", "male", "family")}
