"""A combination of the space and a draw become a case. The same two always give the same case.

The combination says what has to hold. The clinical library (`clinic.py`) says in which situations it is seen and what it looks
like there.
"""

import datetime as dt

from msgspec.structs import replace

from rtconform.generators.clinic.calendar import DAYS_OF_2026, FIRST_OF_2026, LAST_OF_2025, day_after
from rtconform.generators.clinic.clinic import Situation, candidates, person, placed, plan_treatment, session_times, situations
from rtconform.generators.clinic.plans import Layout
from rtconform.generators.clinic.sessions import sessions_of
from rtconform.generators.randomness import Draw
from rtconform.generators.space.space import Combination
from rtconform.generators.suites.written.composition import WHOSE_CLAIM
from rtconform.reference.documents.treatment import Billing, Case, Patient, Plan

_FIXED_DATES = {"2025-12-31": LAST_OF_2025, "2026-01-01": FIRST_OF_2026}
_METHODS: dict[str, frozenset[str]] = {"none": frozenset()}
_FROM_65 = ("medicare", "medicare_advantage")
_RETIRED = 65
_TRIES = 200  # one in four or more fits
_SOONEST_REPLAN = 5
"""The first fraction by a plan that replaces another: before it there is little to replan for."""


def realise(combination: Combination, draw: Draw, case_id: str) -> Case:
    """A case that lies at this valid combination of the space, in a situation where that is seen."""
    found = seen_in(combination)
    for _ in range(_TRIES):
        situation = situations()[found[int(draw() * len(found))]]
        layout = _plan(situation, combination, draw)
        if fractions := first_fractions(layout, combination):
            date = date_of_service(combination, draw)
            patient = _insured(situation, combination["payer"], date, draw)
            return assemble(layout, combination, fractions, date, patient, draw, case_id)
    raise LookupError(f"no course is long enough for {dict(combination)}")


def seen_in(combination: Combination) -> tuple[str, ...]:
    """The ids of the situations where the combination is seen: at least one for every valid one."""
    return candidates(
        combination["technique"],
        combination["arrangement"],
        combination["motion"],
        methods_of(combination["guidance"]),
        combination["intent"],
        monitor=combination["monitor"],
        energy=combination["energy"],
        sessions=int(combination["sessions"]),
    )


def date_of_service(combination: Combination, draw: Draw) -> dt.date:
    """The day that the combination names, or a treatment day of 2026."""
    return _FIXED_DATES.get(combination["date"]) or DAYS_OF_2026[int(draw() * len(DAYS_OF_2026))]


def assemble(
    layout: Layout,
    combination: Combination,
    fractions: range,
    date: dt.date,
    patient: Patient,
    draw: Draw,
    case_id: str,
) -> Case:
    """The case of a treatment laid out for this combination, on this day, which begins with one of these `fractions`."""
    setting, claim = WHOSE_CLAIM[combination["claim"]]
    times = session_times(date, int(combination["sessions"]), draw)
    resumes = dt.datetime.combine(day_after(date, layout.days_apart), times[0].time())
    fraction = fractions[int(draw() * len(fractions))]
    return Case(
        case_id,
        patient,
        Billing(date, setting, claim, combination["payer"]),
        placed(layout, draw),
        layout.plans if combination["adaptive"] == "no" else replanned(layout.plans, combination["adaptive"]),
        sessions_of(combination, layout.delivered, times, resumes, fraction, draw),
    )


def methods_of(guidance: str) -> frozenset[str]:
    """The methods that a value of dimension `guidance` stands for."""
    found = _METHODS.get(guidance)
    if found is None:
        found = _METHODS[guidance] = frozenset(guidance.split("+"))
    return found


def first_fractions(layout: Layout, combination: Combination) -> range:
    """The numbers that the first fraction of the day may have; none: the course has no such day.

    With two fractions a day each day begins with an odd one. The last day is the last one of all plans treated.
    """
    sessions = int(combination["sessions"])
    soonest = _SOONEST_REPLAN if combination["adaptive"] == "offline" else 1
    last = layout.shortest - sessions + 1
    if combination["course"] == "session_follows":
        return range(soonest, last, sessions)
    return range(last, last + 1) if layout.shortest == layout.longest and last >= soonest else range(0)


def replanned(plans: tuple[Plan, ...], adaptive: str) -> tuple[Plan, ...]:
    """The plans after replanning: one plan made again during the course stays on record, with nothing of it delivered."""
    first, *others = plans
    if adaptive == "online":
        return (replace(first, label=f"{first.label}, adapted online"), *others)
    beams = tuple(replace(beam, id=f"P0B{number}") for number, beam in enumerate(first.beams, 1))
    superseded = replace(first, id="P0", label=f"{first.label}, superseded", beams=beams)
    return (superseded, replace(first, label=f"{first.label}, replanned"), *others)


def _insured(situation: Situation, payer: str, date: dt.date, draw: Draw) -> Patient:
    """A patient of the situation; on Medicare one from 65 years on, where the situation has such patients."""
    patient = person(situation, date, draw)
    if payer in _FROM_65 and situation.ages[1] > _RETIRED:
        while age(patient, date) < _RETIRED:
            patient = person(situation, date, draw)
    return patient


def age(patient: Patient, date: dt.date) -> int:
    """The patient's age in years on that day."""
    born = patient.birth_date
    return date.year - born.year - ((date.month, date.day) < (born.month, born.day))


def _plan(situation: Situation, combination: Combination, draw: Draw) -> Layout:
    return plan_treatment(
        situation,
        combination["technique"],
        combination["arrangement"],
        combination["motion"],
        draw,
        guidance=methods_of(combination["guidance"]),
        monitor=combination["monitor"],
        energy=combination["energy"],
        sessions=int(combination["sessions"]),
    )
