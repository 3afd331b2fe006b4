"""Reads a case out of a line, or says what is wrong with it: written from the published format alone, in plain Python.

A reader ignores fields that it does not know, takes an optional field that is absent or null as empty, and does not care about
the order of keys. What the format forbids it names by its place.
"""

import json
import re
from datetime import date, datetime
from typing import Any

Shape = dict[str, tuple[bool, Any]]
"""The fields of an object: whether each has to be there, and what it holds."""

LONGEST_DOCUMENT = 2_000_000
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Unreadable(ValueError):
    """What is wrong, and where."""


def text(longest: int, least: int = 0) -> Any:
    def check(value: Any, place: str) -> None:
        if not isinstance(value, str) or not least <= len(value) <= longest:
            raise Unreadable(f"{place}: no text of {least} to {longest} characters")

    return check


def whole(least: int) -> Any:
    def check(value: Any, place: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise Unreadable(f"{place}: no whole number from {least} on")

    return check


def number(least: float = float("-inf"), most: float = float("inf")) -> Any:
    def check(value: Any, place: str) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise Unreadable(f"{place}: no number from {least} to {most}")

    return check


def flag(value: Any, place: str) -> None:
    if not isinstance(value, bool):
        raise Unreadable(f"{place}: neither true nor false")


def flag_or_name(value: Any, place: str) -> None:
    if not isinstance(value, (bool, str)):
        raise Unreadable(f"{place}: neither a name nor true or false")


def day(value: Any, place: str) -> None:
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise Unreadable(f"{place}: no date")
    date.fromisoformat(value)


def moment(value: Any, place: str) -> None:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        raise Unreadable(f"{place}: no time")
    datetime.fromisoformat(value)


def vector(value: Any, place: str) -> None:
    if not isinstance(value, list) or len(value) != 3:
        raise Unreadable(f"{place}: no three numbers")
    for axis, coordinate in enumerate(value):
        number()(coordinate, f"{place}[{axis}]")


def several(kind: Any) -> Any:
    def check(value: Any, place: str) -> None:
        if not isinstance(value, list):
            raise Unreadable(f"{place}: no list")
        for index, item in enumerate(value):
            kind(item, f"{place}[{index}]")

    return check


def shaped(shape: Shape) -> Any:
    def check(value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise Unreadable(f"{place}: no object")
        for name, (due, kind) in shape.items():
            if name in value and (value[name] is not None or due):
                kind(value[name], f"{place}.{name}")
            elif due:
                raise Unreadable(f"{place}.{name}: missing")

    return check


NAME, WORD, WORDS = text(200, 1), text(100), text(2000)
ELEMENTS = ("medical_necessity", "thresholds", "monitoring", "beam_rule")
DOCUMENTATION = shaped({**dict.fromkeys(ELEMENTS, (False, flag)), "system": (False, flag_or_name)})
MOTION = shaped(
    {
        "method": (True, WORDS),
        "monitor": (False, WORDS),
        "during_beam": (False, flag),
        "beam_hold": (False, flag),
        "documentation": (False, DOCUMENTATION),
    }
)
GUIDANCE = shaped({"method": (True, WORDS), "purpose": (True, WORDS), "timing": (False, WORDS)})
SESSION = shaped(
    {
        "id": (True, NAME),
        "started_at": (True, moment),
        "fraction": (False, whole(1)),
        "beams_delivered": (False, several(NAME)),
        "guidance": (False, several(GUIDANCE)),
        "motion": (False, MOTION),
        "couch_shift_mm": (False, vector),
        "port_images": (False, whole(0)),
        "physician_review": (False, shaped({"approved_at": (False, moment)})),
        "next_session_at": (False, moment),
    }
)
ANGLES = ("gantry_start_deg", "gantry_stop_deg", "collimator_deg", "couch_deg")
BEAM = shaped(
    {
        "id": (True, NAME),
        "radiation": (True, WORDS),
        "isocenter": (True, NAME),
        **dict.fromkeys(("energy", "delivery", "modulation"), (False, WORD)),
        **dict.fromkeys(ANGLES, (False, number(-360, 360))),
    }
)
PLANNING = shaped(
    {
        "volumetric_imaging": (False, WORDS),
        "targets": (False, several(WORDS)),
        "organs_at_risk": (False, several(WORDS)),
        "dvh_evaluated": (False, flag),
        "inverse_optimized": (False, flag),
    }
)
PLAN = shaped(
    {
        "id": (True, NAME),
        "technique": (True, WORDS),
        "beams": (True, several(BEAM)),
        **dict.fromkeys(("label", "site"), (False, WORDS)),
        **dict.fromkeys(("diagnosis", "intent"), (False, WORD)),
        "dose_gy": (False, number(0)),
        "fractions": (False, whole(1)),
        "planning": (False, PLANNING),
    }
)
PATIENT = shaped({"id": (True, NAME), "birth_date": (True, day), "sex": (True, WORDS)})
BILLING = shaped(
    {"date_of_service": (True, day), "setting": (True, WORDS), "claim": (True, WORDS), "payer": (False, WORDS)},
)
CASE = shaped(
    {
        "id": (True, NAME),
        "patient": (True, PATIENT),
        "billing": (True, BILLING),
        "isocenters": (True, several(shaped({"id": (True, NAME), "position_mm": (True, vector)}))),
        "plans": (True, several(PLAN)),
        "sessions": (True, several(SESSION)),
    }
)


def read(line: bytes) -> dict[str, Any]:
    """The case in a line. Raises Unreadable, with the place."""
    if len(line) > LONGEST_DOCUMENT:
        raise Unreadable("$: longer than any case")
    try:
        case = json.loads(line.decode(), parse_constant=_no_number)
        CASE(case, "$")
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from None
    if case.get("schema", "rtconform.case/1") != "rtconform.case/1":
        raise Unreadable("$.schema: another format")
    found: dict[str, Any] = case
    return found


def id_of(line: bytes) -> str | None:
    """The id of a document that is no case, where it has one."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = document.get("id") if isinstance(document, dict) else None
    return found if isinstance(found, str) else None


def _no_number(constant: str) -> None:
    raise Unreadable(f"{constant} is no number")
