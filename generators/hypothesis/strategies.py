"""Hypothesis strategies over the space of treatments (`space.py`), for vendors' own property tests and for hunting faults.

    from hypothesis import given
    from rtconform.generators.hypothesis.strategies import cases

    @given(cases(technique="vmat", isocenters=2))
    def test_two_isocenters_are_level_3(case): ...

The same space as the suites: whatever a strategy draws could stand in one. It shrinks towards the clinically simplest: the
first value of each dimension, one plan, one beam, no guidance, no motion management.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations as combinations_of

from hypothesis import strategies as st

from rtconform.generators.claims.faults import CLAIM_FAULTS, ClaimFault, compatible
from rtconform.generators.claims.rows import ROWS
from rtconform.generators.clinic.realise import realise
from rtconform.generators.hypothesis.edges import EDGES, Edge
from rtconform.generators.randomness import draw_for
from rtconform.generators.space.counting import count, feasible
from rtconform.generators.space.model import Implication, Model
from rtconform.generators.space.space import SPACE, Combination, complete
from rtconform.generators.suites.edits import Entry, claim_of
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.generators.suites.written.composition import WHOSE_CLAIM, nearest
from rtconform.generators.suites.written.handmade import shipped_suite
from rtconform.reference.documents.treatment import Case, Session
from rtconform.reference.errors import UserError

__all__ = ["cases", "claims", "combinations", "edges", "sessions", "simple_edges"]

_CHOICES = 32
"""How many treatments of a combination there are to choose from, the simplest first."""

_MOST_CHANGES = 3

_PLAIN = {
    "technique": "3d_crt",
    "energy": "photon_low",
    "arrangement": "one",
    "intent": "curative",
    "motion": "none",
    "guidance": "cbct",
    "purpose": "target_localization",
    "timing": "pre_treatment",
    "port_images": "none",
    "couch": "none",
    "approval": "in_time",
    "course": "session_follows",
    "adaptive": "no",
    "payer": "medicare",
    "date": "2026",
}
_PLAIN_CLAIMS = (
    ("hospital-facility", "1"),
    ("hospital-professional", "1"),
    ("freestanding-global", "1"),
    ("hospital-facility", "2"),
    ("hospital-professional", "2"),
)

_ARRANGEMENTS = {
    1: ("one", "contiguous", "alternating_days", "planned_not_delivered"),
    2: ("separate_sites_2", "planned_shift_2"),
    3: ("separate_sites_3", "planned_shift_3"),
    4: ("separate_sites_4",),
}
"""The arrangements by the number of isocenters treated in a session."""

_SIMPLEST = {"date": "2026"}
"""The simplest value of a dimension, where that is not its first."""

Wanted = str | Iterable[str]
FaultGroup = tuple[ClaimFault, ...]


def cases(*, isocenters: int | None = None, **wanted: Wanted) -> st.SearchStrategy[Case]:
    """Treatments of the space.

    Each keyword names a dimension (`rtconform space` lists them) and gives the value, or the values, that it may have;
    `isocenters` is how many are treated in a session. Raises UserError for a dimension or value that there is not, and for a
    wish that no treatment meets: a strategy is never silently empty.
    """
    return st.builds(_treatment, combinations(isocenters=isocenters, **wanted), st.integers(0, _CHOICES - 1))


def claims(
    *,
    faults: int | Iterable[str] | None = None,
    documented: bool | None = None,
    row: Wanted | None = None,
    claim: Wanted | None = None,
    payer: Wanted | None = None,
) -> st.SearchStrategy[SuiteClaim]:
    """Claims, right and wrong, each with its faults and the lines to be stopped; one right line is the simplest.

    `faults`: how many there are, 0 to 2 (None: any of these), or the names of one or two that go together
    (`claim_faults.CLAIM_FAULTS`). `documented`: whether the record goes with the claim. `row` (`claim_rows.ROWS`), whose
    `claim` (`composition.WHOSE_CLAIM`) and `payer` give the value, or the values, that there may be. Raises UserError for a
    name that there is not, and for a wish that no claim meets.
    """
    rows, whose = _named("row", row, ROWS), _named("claim", claim, WHOSE_CLAIM)
    payers = _named("payer", payer, SPACE.parameters["payer"])
    groups = [group for group in _fault_groups(faults) if _bills(group, rows, whose, payers, documented=documented)]
    if not groups:
        raise UserError(
            "there is no such claim: these faults don't go together, or not with this row, claim or payer, or they need a record"
        )
    return _claims(tuple(groups), rows, whose, payers, documented)


@st.composite
def _claims(
    draw: st.DrawFn,
    groups: tuple[FaultGroup, ...],
    rows: tuple[str, ...],
    whose: tuple[str, ...],
    payers: tuple[str, ...],
    documented: bool | None,  # noqa: FBT001 - composite strategies are called by place
) -> SuiteClaim:
    group = draw(st.sampled_from(groups))
    row, claim, payer, record = draw(st.sampled_from(_bills(group, rows, whose, payers, documented=documented)))
    number = draw(st.integers(0, _CHOICES - 1))
    entry = Entry(tuple(fault.id for fault in group), row, claim, payer)
    return claim_of(entry, draw_for("strategies.claims", "1", number, 0), f"strategy:{number}", documented=record)


def _fault_groups(faults: int | Iterable[str] | None) -> Iterator[FaultGroup]:
    if faults is None or isinstance(faults, int):
        numbers = range(3) if faults is None else (faults,)
        for number in numbers:
            yield from combinations_of(CLAIM_FAULTS.values(), number) if number <= 2 else ()
        return
    names = _named("fault", faults, CLAIM_FAULTS)
    yield tuple(CLAIM_FAULTS[name] for name in names)


def _bills(
    group: FaultGroup, rows: tuple[str, ...], whose: tuple[str, ...], payers: tuple[str, ...], *, documented: bool | None
) -> list[tuple[str, str, str, bool]]:
    """Row, whose claim, payer and whether with a record: all that a claim with these faults can be, of those wished for."""
    if len(group) == 2 and not compatible(*group):
        return []
    needed = any(fault.documented for fault in group)
    records = [record for record in (False, True) if documented in (None, record) and (record or not needed)]
    asked = [payer for payer in payers if all(payer in (fault.payers or payers) for fault in group)]
    fitting = [
        (row, claim)
        for claim in whose
        for row in rows
        if claim in ROWS[row].claims and all(fault.fits(ROWS[row], claim) for fault in group)
    ]
    return [
        (row, claim, payer, record)
        for record in records
        for payer in asked
        for row, claim in fitting
        if not record or ROWS[row].days == 1
    ]


def _named(kind: str, wanted: Wanted | None, known: Iterable[str]) -> tuple[str, ...]:
    """The names wished for, all where there is no wish. Raises UserError for one that there is not."""
    names = tuple(known) if wanted is None else (wanted,) if isinstance(wanted, str) else tuple(wanted)
    for name in names:
        if name not in known:
            raise UserError(f"no {kind} {name!r}{nearest(name, known)}")
    return names


def sessions(*, isocenters: int | None = None, **wanted: Wanted) -> st.SearchStrategy[Session]:
    """Sessions of such treatments."""
    return cases(isocenters=isocenters, **wanted).flatmap(lambda case: st.sampled_from(case.sessions))


def edges() -> st.SearchStrategy[Case]:
    """Treatments at the edges where coders fail: of the space or hand-picked, with up to `_MOST_CHANGES` changes (`edges.py`).

    Wider than the space: records may be incomplete, contradict themselves or hold what no clinic does. They shrink to
    treatments of the space without a change.
    """
    about = st.sampled_from(tuple(EDGES.values()))
    changes = st.lists(about.flatmap(lambda known: st.sampled_from(tuple(known.values()))), max_size=_MOST_CHANGES)
    return st.builds(_changed, cases() | st.sampled_from(_hand_picked()), changes)


def simple_edges() -> Iterator[Case]:
    """The plainest of the edges, always the same: those picked by hand, and each change alone on a few plain treatments."""
    yield from _hand_picked()
    for claim, sessions_a_day in _PLAIN_CLAIMS:
        plain = complete({**_PLAIN, "claim": claim, "sessions": sessions_a_day}, draw_for("strategies.cases", "1", 0, 0))
        base = _treatment(plain, 0)
        for known in EDGES.values():
            yield from (change(base) for change in known.values())


def combinations(*, isocenters: int | None = None, **wanted: Wanted) -> st.SearchStrategy[Combination]:
    """Valid combinations of the space: a value for each dimension."""
    if isocenters is not None:
        if isocenters not in _ARRANGEMENTS:
            raise UserError(f"no session has {isocenters} isocenters: give 1 to {max(_ARRANGEMENTS)}")
        wanted = {"arrangement": _ARRANGEMENTS[isocenters], **wanted}
    _named("dimension", wanted, SPACE.names)
    asked = {name: _named(name, values, SPACE.parameters[name]) for name, values in wanted.items()}
    return _combinations(_part(tuple(sorted(asked.items()))))


@st.composite
def _combinations(draw: st.DrawFn, part: Model) -> Combination:
    chosen: dict[str, str] = {}
    for name, values in part.parameters.items():
        # one choice for each dimension, also where little is left to choose: otherwise fewer choices would look simpler
        choice = draw(st.integers(0, len(values) - 1))
        left = [value for value in _simplest_first(name, values) if feasible(part, {**chosen, name: value})]
        chosen[name] = left[choice % len(left)]
    return chosen


def _simplest_first(name: str, values: tuple[str, ...]) -> list[str]:
    return sorted(values, key=lambda value: value != _SIMPLEST.get(name, values[0]))


@cache
def _part(asked: tuple[tuple[str, tuple[str, ...]], ...]) -> Model:
    """The part of the space that has the values asked for."""
    wishes = tuple(Implication({name: SPACE.parameters[name]}, {name: values}, "asked for") for name, values in asked)
    part = Model(SPACE.parameters, (*SPACE.implications, *wishes))
    if count(part) == 0:
        wish = ", ".join(f"{name}={'|'.join(values)}" for name, values in asked)
        raise UserError(f"no treatment has {wish}; `rtconform space` says which combinations there are")
    return part


def _treatment(combination: Combination, choice: int) -> Case:
    made = [
        realise(combination, draw_for("strategies.cases", "1", number, 0), f"strategy:{number}") for number in range(_CHOICES)
    ]
    return sorted(made, key=_complexity)[choice]


def _changed(case: Case, changes: list[Edge]) -> Case:
    for change in changes:
        case = change(case)
    return case


@cache
def _hand_picked() -> tuple[Case, ...]:
    return tuple(chosen.case for name in ("published", "boundaries") for chosen in shipped_suite(name).cases)


def _complexity(case: Case) -> tuple[int, ...]:
    treated = {beam for session in case.sessions for beam in session.beams_delivered}
    return len(case.plans), len(treated), len(case.isocenters)
