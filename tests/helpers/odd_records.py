"""Records of every kind that the vocabulary can write, usual and odd, for laws that must hold for all of them.

Not the space of treatments (`rtconform.generators.hypothesis.strategies`): these contradict themselves and lack evidence at will.
Positions lie on a grid of a tenth of a millimetre, so that no property depends on binary rounding.
"""

import datetime as dt
from typing import get_args

from hypothesis import strategies as st

from rtconform.reference.documents import treatment as t

_DAY = dt.date(2026, 3, 9)
_IN_SCOPE = (*t.TECHNIQUES_2D, *t.TECHNIQUES_3D, *t.TECHNIQUES_IMRT)


def isocenters(count: st.SearchStrategy[int] | None = None) -> st.SearchStrategy[tuple[t.Isocenter, ...]]:
    """One to four isocenters, often close together."""
    coordinate = st.one_of(st.integers(-30, 30), st.integers(-2000, 2000)).map(lambda tenth: tenth / 10)
    positions = (count or st.integers(1, 4)).flatmap(
        lambda n: st.lists(st.tuples(coordinate, coordinate, coordinate), min_size=n, max_size=n)
    )
    return positions.map(lambda found: tuple(t.Isocenter(f"ISO{i}", p) for i, p in enumerate(found, 1)))


def plannings() -> st.SearchStrategy[t.Planning]:
    """Complete evidence, or any part of it."""
    complete = t.Planning("ct", ("PTV_5000",), ("Lung_L",), dvh_evaluated=True, inverse_optimized=True)
    anything = st.builds(
        t.Planning,
        volumetric_imaging=st.sampled_from([None, "none", "ct", "mri"]),
        targets=st.sampled_from([(), ("PTV_5000",)]),
        organs_at_risk=st.sampled_from([(), ("Lung_L",)]),
        dvh_evaluated=st.booleans(),
        inverse_optimized=st.booleans(),
    )
    return st.just(complete) | anything


def motions() -> st.SearchStrategy[t.Motion]:
    """No motion management, a passive method, or an active one with any monitor and effect."""
    passive = st.sampled_from(["passive_compression", "free_breathing_itv"]).map(t.Motion)
    documentation = st.none() | st.builds(
        t.MotionDocumentation,
        medical_necessity=st.booleans(),
        system=st.sampled_from([None, "surface camera"]),
        thresholds=st.booleans(),
        monitoring=st.booleans(),
        beam_rule=st.booleans(),
    )
    monitored = st.builds(
        t.Motion,
        method=st.sampled_from(["breath_hold", "gating", "tracking"]),
        monitor=st.sampled_from(get_args(t.Monitor)),
        during_beam=st.booleans(),
        beam_hold=st.booleans(),
        documentation=documentation,
    )
    return st.just(t.Motion("none")) | passive | st.just(t.Motion("breath_hold")) | monitored


def guidances() -> st.SearchStrategy[tuple[t.Guidance, ...]]:
    """Up to three acts of guidance."""
    one = st.builds(
        t.Guidance,
        method=st.sampled_from(t.GUIDANCE_METHODS),
        purpose=st.sampled_from(get_args(t.Purpose)),
        timing=st.sampled_from(get_args(t.Timing)),
    )
    return st.lists(one, max_size=3).map(tuple)


@st.composite
def cases(
    draw: st.DrawFn,
    techniques: tuple[str, ...] = t.TECHNIQUES,
    claims: tuple[t.ClaimKind, ...] = get_args(t.ClaimKind),
    sessions: int | None = None,
    dates: st.SearchStrategy[dt.date] = st.just(_DAY),  # noqa: B008 - strategies are immutable
) -> t.Case:
    """Treatment days of the techniques, claims and dates given: one to three plans, one or two sessions (or `sessions`)."""
    day = draw(dates)
    claim = draw(st.sampled_from(claims))
    setting: t.Setting = "freestanding" if claim in ("technical", "global") else "hospital_outpatient"
    points = draw(isocenters())
    plans = tuple(draw(_plan(number, techniques, points)) for number in range(1, draw(st.integers(1, 3)) + 1))
    beams = [beam.id for plan in plans for beam in plan.beams]
    count = sessions or draw(st.integers(1, 2))
    treated = tuple(draw(_session(number, count, day, beams)) for number in range(1, count + 1))
    return t.Case(
        id="strategy:1",
        patient=t.Patient("SYN-0000000000", dt.date(1953, 4, 2), "female"),
        billing=t.Billing(day, setting, claim),
        isocenters=points,
        plans=plans,
        sessions=treated,
    )


@st.composite
def _plan(draw: st.DrawFn, number: int, techniques: tuple[str, ...], points: tuple[t.Isocenter, ...]) -> t.Plan:
    technique = draw(st.sampled_from(techniques))
    electrons_only = technique in t.TECHNIQUES_ELECTRON
    radiation = st.just("electron") if electrons_only else st.sampled_from(["photon", "photon", "photon", "electron"])
    beams = tuple(
        t.Beam(
            id=f"P{number}B{index}",
            radiation=draw(radiation),
            isocenter=draw(st.sampled_from([point.id for point in points])),
            modulation=draw(st.sampled_from(["none", "dynamic_mlc"])),
            couch_deg=draw(st.sampled_from([None, 0.0, 90.0])),
        )
        for index in range(1, draw(st.integers(1, 3)) + 1)
    )
    return t.Plan(f"P{number}", technique, beams, planning=draw(plannings()))


@st.composite
def _session(draw: st.DrawFn, number: int, count: int, day: dt.date, beams: list[str]) -> t.Session:
    started = dt.datetime.combine(day, dt.time(8 if number == 1 else 15, 10))
    following: dt.datetime | None
    if number < count:
        following = dt.datetime.combine(day, dt.time(15, 10))
    else:
        following = draw(st.sampled_from([None, started + dt.timedelta(days=1)]))
    approved = draw(st.sampled_from([None, -1, 0, 30, 7 * 60 - 1, 7 * 60, 24 * 60 - 1, 24 * 60, 72 * 60]))
    review = None if approved is None else t.PhysicianReview(started + dt.timedelta(minutes=approved))
    return t.Session(
        id=f"S{number}",
        started_at=started,
        beams_delivered=tuple(draw(st.lists(st.sampled_from(beams), unique=True, max_size=len(beams)))),
        guidance=draw(guidances()),
        motion=draw(motions()),
        couch_shift_mm=draw(st.sampled_from([None, (0.4, 0.0, -0.3), (4.0, -2.0, 1.0)])),
        port_images=draw(st.sampled_from([0, 2])),
        physician_review=review,
        next_session_at=following,
    )
