"""People: synthetic patients, consistent with the disease. Names are drawn by index from `data/names.json`.

The file is made by `make_names.py` with Faker; the Faker that is installed has no influence.
"""

import datetime as dt
import json
from functools import cache
from importlib.resources import files
from random import Random

from rtconform.generators.situation import Situation
from rtconform.reference.treatment import Patient

_DAYS_A_YEAR = 365.25
_IDS = 1 << 40


def person(situation: Situation, date_of_service: dt.date, draw: Random) -> Patient:
    """A synthetic patient with a sex and an age (on the date of service) that the situation is seen at."""
    sex = situation.sexes[int(draw.random() * len(situation.sexes))]
    given, family = names()[sex], names()["family"]
    youngest, oldest = situation.ages
    # a day short of either birthday: leap years must make nobody younger or older than the situation allows
    days = int(youngest * _DAYS_A_YEAR + 2 + draw.random() * ((oldest - youngest + 1) * _DAYS_A_YEAR - 4))
    return Patient(
        f"SYN-{int(draw.random() * _IDS):010x}",
        dt.date.fromordinal(date_of_service.toordinal() - days),
        sex,  # type: ignore[arg-type]  # the data hold no other
        family[int(draw.random() * len(family))],
        given[int(draw.random() * len(given))],
    )


@cache
def names() -> dict[str, tuple[str, ...]]:
    """Given names by sex, and family names (`family`)."""
    found = json.loads(files("rtconform.generators").joinpath("data", "names.json").read_bytes())
    return {kind: tuple(found[kind]) for kind in ("female", "male", "family")}
