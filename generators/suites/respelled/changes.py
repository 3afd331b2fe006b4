"""The same treatment, recorded in another way: what a clinic could as well have written down.

Each function takes a document, a draw and its law, and changes the document; where it can't, the document stays as it is, and
the law is tried on another case. What comes of it is an ordinary case, so that a vendor's request template sees it too.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations, product
from math import dist
from typing import Any, TypeVar

from rtconform.generators.randomness import Draw
from rtconform.generators.suites.respelled.places import Document, Holder, holders

T = TypeVar("T")
With = Mapping[str, Any]
Change = Callable[[Document, Draw, str, With], None]
"""Changes a document; the text is the law's path, the mapping what its law says beside."""

_SAME_MM = 1.0
_NEAR_MM = 0.01
_LONGEST_ID = 200
_LAST = 999
_A_PLACE = (0.0, 0.0, 0.0)
_AWAY_MM = 60.0


def reorder(document: Document, draw: Draw, at: str, _: With) -> None:
    """Another order of each list."""
    for holder, name in holders(document, at):
        if isinstance(holder.get(name), list):
            holder[name] = _in_another_order(holder[name], draw)


def redeliver(document: Document, draw: Draw, *_: object) -> None:
    """Another order of delivery, where which positions are one does not depend on it: nearness is then an equivalence."""
    points = [point["position_mm"] for point in document["isocenters"]]
    chained = any(_near(a, b) and _near(b, c) and not _near(a, c) for a, b, c in permutations(points, 3))
    if not chained:
        reorder(document, draw, "sessions[].beams_delivered", {})


def resume(document: Document, draw: Draw, *_: object) -> None:
    """One beam of each session is listed once more at the end."""
    for session in document["sessions"]:
        beams = session["beams_delivered"]
        if beams:
            beams.append(_one(beams, draw))


def repeat(document: Document, draw: Draw, at: str, _: With) -> None:
    """One item of each list once more."""
    for holder, name in holders(document, at):
        if holder.get(name):
            holder[name] = [*holder[name], _one(holder[name], draw)]


def add_beam(document: Document, draw: Draw, *_: object) -> None:
    """One beam that was delivered is on record once more under another id, at a place of its own among the others."""
    delivered = {beam for session in document["sessions"] for beam in session["beams_delivered"]}
    plans = [plan for plan in document["plans"] if any(beam["id"] in delivered for beam in plan["beams"])]
    if plans:
        beams = _one(plans, draw)["beams"]
        like = next(beam for beam in beams if beam["id"] in delivered)
        beams.insert(int(draw() * (len(beams) + 1)), {**like, "id": "beside"})


def rename(document: Document, draw: Draw, _: str, how: With) -> None:
    """Other ids, in one style; an id that nothing has stays one that nothing has."""
    style, start = _STYLES[how["style"]], int(draw() * 20)
    for number, kind in enumerate(_REFERENCES):
        places = [place for path in kind for place in _ids(document, path)]
        names = {old: style(number, start + n) for n, old in enumerate(dict.fromkeys(_at(place) for place in places))}
        for holder, key in places:
            holder[key] = names[holder[key]]


def reword(document: Document, _: Draw, __: str, how: With) -> None:
    """Names and labels that nothing is coded by. Lists keep their length, names in one list stay apart."""
    length = how.get("length")

    def text(number: int = 0) -> str:
        words = f"{how['text']}{number or ''}"
        return (words * length)[-length:] if length else words

    for path in ("patient.family_name", "patient.given_name", "plans[].label", "plans[].site"):
        for holder, name in holders(document, path):
            holder[name] = text()
    for path in ("plans[].planning.targets", "plans[].planning.organs_at_risk"):
        for holder, name in holders(document, path):
            holder[name] = [text(number) for number, _ in enumerate(holder.get(name) or (), 1)]


def move(document: Document, draw: Draw, _: str, how: With) -> None:
    """All isocenters by one vector, drawn or named. Not where a distance is near 1 mm: rounding would decide there."""
    points = document["isocenters"]
    if _distances_are_clear(points):
        by = how.get("by") or [_steps(draw, how["step"], how["reach"]) for _ in range(3)]
        for point in points:
            point["position_mm"] = [here + there for here, there in zip(point["position_mm"], by, strict=True)]


def center(document: Document, *_: object) -> None:
    """All isocenters by one vector, so that the origin lies in the middle between the first two."""
    points = document["isocenters"]
    if len(points) > 1:
        middle = [(one + other) / 2 for one, other in zip(points[0]["position_mm"], points[1]["position_mm"], strict=True)]
        for point in points:
            point["position_mm"] = [here - there for here, there in zip(point["position_mm"], middle, strict=True)]


def turn(document: Document, *_: object) -> None:
    """The axes of the room exchanged, one of them turned around."""
    for point in document["isocenters"]:
        x, y, z = point["position_mm"]
        point["position_mm"] = [-z, x, y]


def another_day(document: Document, _: Draw, __: str, how: With) -> None:
    """The date of service and every time, moved by the same number of days."""
    due: dt.date = how["day"]
    was = dt.date.fromisoformat(document["billing"]["date_of_service"])
    if was.year == due.year:
        document["billing"]["date_of_service"] = due.isoformat()
        _move_times(document, due - was)


def another_hour(document: Document, _: Draw, __: str, how: With) -> None:
    """Every time earlier or later, so that the first session starts with the day, or the last a minute before its end."""
    starts = [_time(session["started_at"]) for session in document["sessions"]]
    if not starts or {start.date() for start in starts} != {dt.date.fromisoformat(document["billing"]["date_of_service"])}:
        return
    day = dt.datetime.combine(starts[0], dt.time())
    by = day - min(starts) if how["first"] else day + dt.timedelta(hours=23, minutes=59) - max(starts)
    if {(start + by).date() for start in starts} == {day.date()}:
        _move_times(document, by)


def approval_at_midnight(document: Document, *_: object) -> None:
    """Every time earlier or later, so that the first approval is at midnight and no session changes its day."""
    approved = sorted(_time(holder[name]) for holder, name in holders(document, _TIMES[-1]) if holder.get(name))
    starts = [_time(session["started_at"]) for session in document["sessions"]]
    for day in (0, 1) if approved else ():
        by = dt.datetime.combine(approved[0].date() + dt.timedelta(days=day), dt.time()) - approved[0]
        if all((start + by).date() == start.date() for start in starts):
            _move_times(document, by)
            return


def later(document: Document, _: Draw, __: str, how: With) -> None:
    """Every time later by less than a minute."""
    _move_times(document, dt.timedelta(seconds=how["seconds"]))


def put(document: Document, _: Draw, at: str, how: With) -> None:
    """Another value, everywhere, or where `was` stood."""
    for holder, name in holders(document, at):
        if "was" not in how or holder.get(name) == how["was"]:
            holder[name] = how["value"]


def beside(document: Document, draw: Draw, _: str, how: With) -> None:
    """A further plan on record, of which nothing is delivered, at the first, the last or any place."""
    points = [_add_isocenter(document) for _ in range(how.get("isocenters", 1))]
    beams = [
        {"id": f"beside-{n}", "radiation": "photon", "isocenter": point, "modulation": "dynamic_mlc", **how.get("beam", {})}
        for n, point in enumerate(points, 1)
    ]
    evidence = {"volumetric_imaging": "ct", "targets": ["PTV"], "organs_at_risk": ["SpinalCord"], "dvh_evaluated": True}
    plan = {"id": "beside", "label": "on record, not treated", "beams": beams, "planning": evidence, **how["plan"]}
    document["plans"].insert(int(draw() * (len(document["plans"]) + 1)), plan)


def add_setup(document: Document, _: Draw, __: str, how: With) -> None:
    """Before the images that localized the target others that set the patient up: by the methods named, or by the same ones."""
    for session in document["sessions"]:
        acts = session["guidance"]
        localized = [act["method"] for act in acts if act["purpose"] == "target_localization"]
        methods = how.get("methods", localized) if localized else ()
        session["guidance"] = [*({"method": method, "purpose": "patient_setup"} for method in methods), *acts]


def add_isocenter(document: Document, *_: object) -> None:
    """A further isocenter, at which no beam is."""
    _add_isocenter(document)


def add_session(document: Document, draw: Draw, _: str, how: With) -> None:
    """A further session of the day in which nothing is delivered, before or after the others, or between them."""
    starts = [_time(session["started_at"]) for session in document["sessions"]]
    day = dt.datetime.combine(dt.date.fromisoformat(document["billing"]["date_of_service"]), dt.time())
    free = [moment for hour in range(24) if (moment := day + dt.timedelta(hours=hour, minutes=7)) not in starts]
    start = _one(free, draw)
    session = {"id": "beside", "started_at": start.isoformat(), "beams_delivered": [], **how.get("session", {})}
    if how.get("approved"):
        session["physician_review"] = {"approved_at": start.isoformat()}
    document["sessions"].insert(int(draw() * (len(starts) + 1)), session)


def _in_another_order(items: list[T], draw: Draw) -> list[T]:
    """Not the order in which they stand, where there is another."""
    drawn = [item for _, item in sorted(enumerate(items), key=lambda _: draw())]
    return drawn if drawn != items else items[::-1]


def _one(of: list[T], draw: Draw) -> T:
    return of[int(draw() * len(of))]


def _near(one: list[float], other: list[float]) -> bool:
    return dist(one, other) <= _SAME_MM + _NEAR_MM


def _steps(draw: Draw, step: float, reach: float) -> float:
    return round((draw() * 2 - 1) * int(reach / step)) * step


def _distances_are_clear(points: list[dict[str, Any]]) -> bool:
    positions = [point["position_mm"] for point in points]
    return all(abs(dist(one, other) - _SAME_MM) > _NEAR_MM for one, other in product(positions, repeat=2))


def _add_isocenter(document: Document) -> str:
    points = document["isocenters"]
    furthest = max((point["position_mm"] for point in points), default=_A_PLACE)
    name = f"beside-{len(points)}"
    points.append({"id": name, "position_mm": [furthest[0] + _AWAY_MM, *furthest[1:]]})
    return name


_TIMES = ("sessions[].started_at", "sessions[].next_session_at", "sessions[].physician_review.approved_at")


def times(document: Document) -> Iterator[Holder]:
    """Every time of the document that is said."""
    for path in _TIMES:
        for holder, name in holders(document, path):
            if holder.get(name):
                yield holder, name


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _move_times(document: Document, by: dt.timedelta) -> None:
    for holder, name in times(document):
        holder[name] = (_time(holder[name]) + by).isoformat()


_REFERENCES = (
    ("isocenters[].id", "plans[].beams[].isocenter"),
    ("plans[].id",),
    ("plans[].beams[].id", "sessions[].beams_delivered"),
    ("sessions[].id",),
)
"""Each kind of thing that has an id, and where its ids stand."""


def _ids(document: Document, path: str) -> Iterator[tuple[Any, Any]]:
    for holder, name in holders(document, path):
        found = holder[name]
        yield from ((found, place) for place in range(len(found))) if isinstance(found, list) else ((holder, name),)


def _at(place: tuple[Any, Any]) -> str:
    holder, key = place
    return str(holder[key])


def _letters(number: int, of: str) -> str:
    digits = [of[0]]
    while number:
        number, digit = divmod(number, len(of))
        digits.append(of[digit])
    return "".join(digits)


def _in_letter_case(number: int) -> str:
    """Texts that differ in upper and lower case alone: the binary digits of the number, in eight letters."""
    return "".join(letter.upper() if number >> place & 1 else letter for place, letter in enumerate("isobeams"))


_STYLES: dict[str, Callable[[int, int], str]] = {
    "numbers": lambda kind, number: str(1000 * kind + number),
    "uids": lambda kind, number: f"1.2.826.0.1.3680043.10.{kind + 1}.{number}",
    "long": lambda kind, number: f"{kind}-{number:04d}".rjust(_LONGEST_ID, "x"),
    "script": lambda kind, number: f"{'中線束次'[kind]}{_letters(number, 'αβγδεζηθ')} 🜨",
    "letter case": lambda _, number: _in_letter_case(number),
    "zeros": lambda kind, number: f"{kind + 1}".rjust(number + 1, "0"),
    "beginnings": lambda kind, number: f"{'IPBS'[kind]}" + "-" * (_LONGEST_ID // 2 - number),
    "backwards": lambda _, number: f"N{_LAST - number}",
    "shared": lambda _, number: f"N{number}",
}
