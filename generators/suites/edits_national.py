"""Suite `edits-national`: right claims and wrong ones at every edge of the national tables.

Pairs of codes: every pair with every modifier under the payer that adopts the tables, and a covering array over pair, modifier,
the line that it stands on, days, date and payer. Units: at the table's number and one above it, by code, form, writing, date and
payer. What has to be done with a claim follows from the table's row and these alone (`wanted`); a test holds the reference to it.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Literal

from rtconform.generators.randomness import Draw
from rtconform.generators.space.covering import covering_array
from rtconform.generators.space.model import Implication, Model
from rtconform.generators.suites.generated import GeneratedSuite, Place
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.documents.adjudication import Category
from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient
from rtconform.reference.national_edits.shipped import shipped_tables

Wanted = Literal["stop", "allow", "either"]
"""What is right: to stop the line, to allow it, or any."""

FIRST_COLUMN = ("77412", "77407", "77371", "77372", "77373", "77301", "77520", "77522", "77523", "77525", "G0339", "G0340")
SECOND_COLUMN = ("77402", "77407", "77412", "77427")
LEVELS = ("77402", "77407", "77412")
SEPARATE = ("59", "XE", "XS", "XP", "XU")
ANATOMIC = "RT"
MODIFIERS = ("none", *SEPARATE, ANATOMIC, "76", "77")
DATES = {"before": dt.date(2026, 9, 30), "first": dt.date(2026, 10, 1), "later": dt.date(2026, 11, 12)}
ADOPTS = "medicare"
PAYERS = (ADOPTS, "commercial", "unitedhealthcare")

_BEFORE_THE_FIRST = -1
MOST_UNITS = {"77402": 2, "77407": 2, "77412": 2, "77387": 2, "77427": 1}
_DIAGNOSES = ("C61", "C50.911", "C34.11", "C79.51")


@dataclass(frozen=True)
class PairEntry:
    """A claim of two codes. `days`: the second line is of the same day, the next, or of several with or after it; or the first
    line is of several, and the second of one in their midst.
    """

    pair: str
    modifier: str
    on: str
    days: str
    date: str
    payer: str
    form: str


@dataclass(frozen=True)
class UnitsEntry:
    """A claim of one code with as many units of a day as the table takes (`at`), or one more (`over`)."""

    code: str
    written: str
    amount: str
    date: str
    payer: str
    form: str


Entry = PairEntry | UnitsEntry


@cache
def pairs() -> dict[str, str]:
    """The pairs of the shipped hospital table that this suite asks of, each with its indicator."""
    (table,) = (one for one in shipped_tables().editions if one.kind == "ptp")
    rows = (row for row in table.ptp if row.column1 in FIRST_COLUMN and row.column2 in SECOND_COLUMN)
    return {f"{row.column1}/{row.column2}": row.indicator for row in rows}


def pairs_model() -> Model:
    """The space of claims of two codes."""
    parameters = {
        "pair": tuple(pairs()),
        "modifier": MODIFIERS,
        "on": ("column1", "column2"),
        "days": ("same", "next", "span_with", "span_after", "span_over"),
        "date": tuple(DATES),
        "payer": PAYERS,
        "form": ("hospital", "freestanding"),
    }
    return Model(parameters, ())


def units_model() -> Model:
    """The space of claims of one code: spans are a professional form's, the professional part and management too."""
    parameters = {
        "code": tuple(MOST_UNITS),
        "written": ("units", "lines", "span"),
        "amount": ("at", "over"),
        "date": tuple(DATES),
        "payer": PAYERS,
        "form": ("hospital", "freestanding"),
    }
    of_professionals = Implication({"code": ("77387", "77427")}, {"form": ("freestanding",)}, "billed on the professional form")
    spans = Implication({"written": ("span",)}, {"form": ("freestanding",)}, "a hospital's line has one date")
    return Model(parameters, (of_professionals, spans))


@cache
def entries() -> tuple[Entry, ...]:
    """The claims, before they are put in order."""
    modified = product(pairs(), MODIFIERS)
    every = (PairEntry(pair, modifier, "column2", "same", "later", ADOPTS, "hospital") for pair, modifier in modified)
    first = (PairEntry(pair, "none", "column2", "same", "first", ADOPTS, "hospital") for pair in pairs())
    covered = (PairEntry(*row) for row in covering_array(pairs_model(), 2))
    units = (UnitsEntry(*row) for row in covering_array(units_model(), 2))
    over = (
        UnitsEntry(code, written, amount, date, ADOPTS, "freestanding")
        for code, written, amount, date in product(MOST_UNITS, ("units", "lines", "span"), ("at", "over"), ("first", "later"))
    )
    return tuple(dict.fromkeys((*every, *first, *covered, *units, *over)))


def wanted(entry: Entry) -> tuple[Wanted, Category | None]:
    """What is right for the second line of a pair, or the last of several, and by which category it is stopped."""
    return _wanted_of_pair(entry) if isinstance(entry, PairEntry) else _wanted_of_units(entry)


def _wanted_of_pair(entry: PairEntry) -> tuple[Wanted, Category | None]:
    together = entry.days in ("same", "span_with", "span_over")
    separate = (*SEPARATE, ANATOMIC) if pairs()[entry.pair] == "1" else ()
    hit = together and entry.modifier not in separate
    in_force = entry.date != "before" or entry.days == "span_over"  # whose second line is of the day after
    if hit and entry.form == "hospital" and entry.payer == ADOPTS and in_force:
        return "stop", "national_ptp"
    first, _, second = entry.pair.partition("/")
    levels = together and first in LEVELS and second in LEVELS and entry.modifier not in SEPARATE
    span = entry.days in ("span_with", "span_after") and entry.form == "hospital"  # an outpatient hospital's lines have one date
    return ("either" if hit or levels or span or second not in LEVELS else "allow"), None


def _wanted_of_units(entry: UnitsEntry) -> tuple[Wanted, Category | None]:
    ours = entry.code != "77427"
    if entry.amount == "at":
        return ("allow" if ours else "either"), None
    if entry.written != "lines" and ours:
        return "stop", "guidance_repeated" if entry.code == "77387" else "units_exceed_sessions"
    adopted = entry.payer == ADOPTS and entry.date != "before"
    return ("stop", "national_mue") if adopted else ("either", None)


def claim_of(entry: Entry, draw: Draw, claim_id: str) -> SuiteClaim:
    """The claim of an entry."""
    lines = _lines_of_pair(entry) if isinstance(entry, PairEntry) else _lines_of_units(entry)
    hospital = entry.form == "hospital"
    diagnosis = _DIAGNOSES[int(draw() * len(_DIAGNOSES))]
    patient = ClaimPatient(
        f"SYN-{int(draw() * 10**10):010d}",
        dt.date(1930, 1, 1) + dt.timedelta(days=int(draw() * 20000)),
        "female" if draw() < 0.5 else "male",
    )
    claim = Claim(
        claim_id,
        "institutional" if hospital else "professional",
        patient,
        tuple(_line(number, line, diagnosis, hospital=hospital) for number, line in enumerate(lines, 1)),
        entry.payer,
        None if hospital else "11",
        "131" if hospital else None,
        "hospital" if hospital else "freestanding_center",
        "physician",
    )
    right, category = wanted(entry)
    named = {"pair": entry.pair} if isinstance(entry, PairEntry) else {"units": entry.code}
    fault = f"pair-{entry.pair.replace('/', '-')}" if isinstance(entry, PairEntry) else f"units-{entry.code}"
    lies_at = {**named, **{name: value for name, value in vars(entry).items() if name not in ("pair", "code")}}
    return SuiteClaim(
        claim,
        title=_title(entry, right),
        stops={len(lines): (category,)} if category else {},
        lies_at=lies_at,
        faults=(fault.lower(),) if right == "stop" else (),
        why=_title(entry, right),
    )


def _title(entry: Entry, right: Wanted) -> str:
    what = {"stop": "has to be stopped", "allow": "has to be allowed", "either": "may be allowed or stopped"}[right]
    if isinstance(entry, PairEntry):
        marked = "no modifier" if entry.modifier == "none" else f"{entry.modifier} on {entry.on}"
        return f"{entry.pair}, indicator {pairs()[entry.pair]}, {marked}, {entry.days}, {DATES[entry.date]}: {what}"
    return f"{entry.code}, {entry.amount} the table's number, written as {entry.written}, {DATES[entry.date]}: {what}"


@dataclass(frozen=True)
class _Billed:
    code: str
    day: dt.date
    modifiers: tuple[str, ...] = ()
    units: int = 1
    days: int = 1


def _line(number: int, billed: _Billed, diagnosis: str, *, hospital: bool) -> ClaimLine:
    end = billed.day + dt.timedelta(days=billed.days - 1) if billed.days > 1 else None
    revenue = "0333" if hospital else None
    return ClaimLine(number, billed.code, billed.day, billed.modifiers, billed.units, (diagnosis,), None, revenue, end)


def _lines_of_pair(entry: PairEntry) -> list[_Billed]:
    first, _, second = entry.pair.partition("/")
    day = DATES[entry.date]
    marks = () if entry.modifier == "none" else (entry.modifier,)
    over = entry.days == "span_over"
    begins = day + dt.timedelta(days=1 if over or entry.days in ("next", "span_after") else 0)
    first_days, second_days = (3, 1) if over else (1, 3 if entry.days.startswith("span") else 1)
    return [
        _Billed(first, day, marks if entry.on == "column1" else (), first_days, first_days),
        _Billed(second, begins, marks if entry.on == "column2" else (), second_days, second_days),
    ]


def _lines_of_units(entry: UnitsEntry) -> list[_Billed]:
    part = ("26",) if entry.code == "77387" else ()
    day, number = DATES[entry.date], MOST_UNITS[entry.code] + (entry.amount == "over")
    if entry.written == "units":
        return [_Billed(entry.code, day, part, number)]
    if entry.written == "span":
        return [_Billed(entry.code, day, part, 2 * number, 2)]
    return [_Billed(entry.code, day, part if place == 0 else (*part, "76")) for place in range(number)]


@lru_cache(maxsize=8)
def _order(start: Place) -> tuple[int, ...]:
    draw = start.draw()
    return tuple(sorted(range(len(entries())), key=lambda _: draw()))


def entry_at(place: Place) -> Entry:
    """What the claim at a place is made of."""
    return entries()[_order(place.at(_BEFORE_THE_FIRST))[place.index]]


def _make(place: Place) -> SuiteClaim:
    return claim_of(entry_at(place), place.draw(), place.id)


EDITS_NATIONAL = GeneratedSuite(
    "edits-national",
    "2",
    "claims alone at the edges of the national tables: pairs of codes, their modifiers and days, and units of a day",
    _make,
    lambda: len(entries()),
    asks="claim",
)
