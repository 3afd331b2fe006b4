"""Laws of the reference coder: what must hold for every treatment that the vocabulary can write."""

import datetime as dt
import math
from collections.abc import Sequence
from random import Random
from typing import Any, cast

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.reference.coder.coder import code, expect
from rtconform.reference.coder.facts import case_facts, distinct_positions
from rtconform.reference.coder.rules import RULES
from rtconform.reference.codes import DELIVERY_CODES, catalogue, level, status
from rtconform.reference.documents.treatment import (
    TECHNIQUES_2D,
    TECHNIQUES_3D,
    TECHNIQUES_IMRT,
    Case,
    Guidance,
    Isocenter,
    Motion,
)
from tests.helpers import odd_records

PHOTON = (*TECHNIQUES_2D, *TECHNIQUES_3D, *TECHNIQUES_IMRT)


def billed(case: Case) -> tuple[object, ...]:
    """What the reference bills, without the words: outcome, lines by session, alternatives."""
    coding = code(case)
    lines = {(line.session, line.code, line.modifiers, line.units) for line in coding.lines}
    alternatives = {(a.rule, a.session, frozenset(a.lines), a.outcome) for a in coding.alternatives}
    return coding.outcome, frozenset(lines), frozenset(alternatives)


def delivery(case: Case) -> dict[str, str]:
    """The delivery code of each session."""
    return {line.session: line.code for line in code(case).lines if line.code in DELIVERY_CODES}


def without_chains(case: Case) -> bool:
    """Whether no isocenter is within 1 mm of another: where positions chain, the order of delivery is a fact."""
    positions = [isocenter.position_mm for isocenter in case.isocenters]
    return all(math.dist(a, b) > 1.001 for i, a in enumerate(positions) for b in positions[:i])


@given(odd_records.cases(), st.randoms(use_true_random=False))
def test_order_of_records_changes_nothing(case: Case, random: Random) -> None:
    """The order in which isocenters, plans, their beams and sessions are listed never changes the codes."""

    def shuffled(items: Sequence[Any]) -> Any:
        return tuple(random.sample(items, len(items)))

    plans = tuple(replace(plan, beams=shuffled(plan.beams)) for plan in case.plans)
    other = replace(case, isocenters=shuffled(case.isocenters), plans=shuffled(plans), sessions=shuffled(case.sessions))
    assert billed(case) == billed(other)


@given(odd_records.cases(), st.randoms(use_true_random=False))
def test_order_of_delivery_changes_nothing_unless_positions_chain(case: Case, random: Random) -> None:
    """The order in which beams were delivered never changes the codes of isocenters more than 1 mm apart."""
    assume(without_chains(case))
    sessions = tuple(
        replace(s, beams_delivered=tuple(random.sample(s.beams_delivered, len(s.beams_delivered)))) for s in case.sessions
    )
    assert billed(case) == billed(replace(case, sessions=sessions))


@given(odd_records.cases(), odd_records.guidances())
def test_guidance_never_changes_the_level(case: Case, guidance: tuple[Guidance, ...]) -> None:
    """Adding guidance never changes the delivery level."""
    sessions = tuple(replace(s, guidance=(*s.guidance, *guidance)) for s in case.sessions)
    assert delivery(case) == delivery(replace(case, sessions=sessions))


@given(odd_records.cases(claims=("professional",)))
def test_professional_claims_carry_no_delivery(case: Case) -> None:
    """A professional claim never carries a delivery code, in no reading."""
    coding = code(case)
    lines = [*coding.lines, *(line for a in coding.alternatives for line in a.lines)]
    assert [] == [line for line in lines if line.code in DELIVERY_CODES]


@given(odd_records.cases(claims=("facility", "technical")))
def test_facility_and_technical_claims_carry_no_guidance(case: Case) -> None:
    """Claims without professional services never carry 77387, in no reading."""
    coding = code(case)
    lines = [*coding.lines, *(line for a in coding.alternatives for line in a.lines)]
    assert [] == [line for line in lines if line.code == "77387"]


@given(odd_records.cases(), st.tuples(*[st.integers(-5000, 5000)] * 3))
def test_moving_every_isocenter_changes_nothing(case: Case, tenths: tuple[int, int, int]) -> None:
    """Moving every isocenter by the same vector changes nothing."""
    moved = tuple(
        Isocenter(i.id, cast("Any", tuple(round(x + d / 10, 1) for x, d in zip(i.position_mm, tenths, strict=True))))
        for i in case.isocenters
    )
    assert billed(case) == billed(replace(case, isocenters=moved))


@given(odd_records.cases(claims=("facility", "technical", "global")))
def test_one_delivery_line_for_each_session_with_beams(case: Case) -> None:
    """A coded case has exactly one delivery line, of one unit, for each session in which a beam was delivered."""
    coding = code(case)
    assume(coding.outcome == "coded")
    lines = [line for line in coding.lines if line.code in DELIVERY_CODES]
    assert [s.id for s in case.sessions if s.beams_delivered] == [line.session for line in lines]
    assert {1} >= {line.units for line in lines}


@given(odd_records.cases(techniques=PHOTON, claims=("facility",)), st.integers(0, 2))
def test_a_further_isocenter_never_lowers_the_level(case: Case, which: int) -> None:
    """The level never falls when a beam at a further isocenter is added to a photon session."""
    assume(all(beam.radiation == "photon" for plan in case.plans for beam in plan.beams))
    plan = case.plans[which % len(case.plans)]
    far = Isocenter("ISO-FAR", (9000.0, 9000.0, 9000.0))
    beam = replace(plan.beams[0], id="B-FAR", isocenter=far.id)
    plans = tuple(replace(p, beams=(*p.beams, beam)) if p is plan else p for p in case.plans)
    sessions = tuple(replace(s, beams_delivered=(*s.beams_delivered, beam.id)) if s.beams_delivered else s for s in case.sessions)
    before, after = delivery(case), delivery(replace(case, isocenters=(*case.isocenters, far), plans=plans, sessions=sessions))
    assert all((level(after[s]) or 0) >= (level(before[s]) or 0) for s in before if s in after)


@given(odd_records.cases(techniques=("electron",), claims=("facility",)), odd_records.motions())
def test_electrons_alone_are_level_1(case: Case, motion: Motion) -> None:
    """Electrons alone are level 1 with any motion management and any isocenters."""
    sessions = tuple(replace(s, motion=motion) for s in case.sessions)
    assert {"77402"} >= set(delivery(replace(case, sessions=sessions)).values())


@given(odd_records.cases())
def test_technical_and_global_claims_agree_on_delivery(case: Case) -> None:
    """Whose claim it is never changes the level: facility, technical and global carry the same delivery code."""
    by_claim = [delivery(replace(case, billing=replace(case.billing, claim=claim))) for claim in ("facility", "technical")]
    assert by_claim[0] == by_claim[1]


@given(odd_records.cases(dates=st.dates(dt.date(2014, 1, 1), dt.date(2025, 12, 31))))
def test_nothing_is_coded_before_2026(case: Case) -> None:
    """An earlier date of service is out of scope, unless the record can't be read at all."""
    facts = case_facts(case)
    assume(not facts.conflicts)
    assert "out_of_scope" == code(case).outcome


@given(odd_records.cases())
def test_only_valid_codes_are_ever_expected(case: Case) -> None:
    """No reading bills a code that is not valid on the date of service, or that is unknown."""
    coding = code(case)
    lines = [*coding.lines, *(line for a in coding.alternatives for line in a.lines)]
    assert {"valid"} >= {status(line.code, case.billing.date_of_service) for line in lines}


@given(odd_records.cases())
def test_every_answer_says_why(case: Case) -> None:
    """Each line names known rules, each coding its rules and at least one reason, each alternative its ambiguity."""
    coding = code(case)
    assert all(line.rules and set(line.rules) <= RULES.keys() for line in coding.lines)
    assert all(RULES[a.rule].standing in ("ambiguous", "derived") for a in coding.alternatives)
    assert set(coding.rules) <= RULES.keys()
    assert all(set(line.rules) <= set(coding.rules) for line in coding.lines)
    assert coding.reasons or case.billing.claim == "professional"


@given(odd_records.cases())
def test_alternatives_differ_from_the_answer(case: Case) -> None:
    """An alternative is never the primary answer again, and each session's belong to that session alone."""
    coding = code(case)
    for alternative in coding.alternatives:
        if alternative.session is None:
            assert (alternative.outcome, alternative.lines) != (coding.outcome, tuple(coding.lines))
            continue
        own = {(line.code, line.modifiers) for line in coding.lines if line.session == alternative.session}
        assert own != {(line.code, line.modifiers) for line in alternative.lines}
        assert {alternative.session} >= {line.session for line in alternative.lines}


@given(odd_records.cases())
def test_readings_hold_the_coding(case: Case) -> None:
    """The first reading is the coding; the coding's whole-case alternatives are among the others."""
    expectation = expect(case)
    assert expectation.coding.lines == expectation.readings[0].lines
    others = {(reading.outcome, len(reading.lines)) for reading in expectation.readings[1:]}
    whole = {(a.outcome, len(a.lines)) for a in expectation.coding.alternatives if a.session is None}
    assert whole <= others


@given(st.lists(st.tuples(*[st.integers(-20, 20)] * 3), min_size=1, max_size=6))
def test_counted_positions_are_apart_and_stand_for_all(grid: list[tuple[int, int, int]]) -> None:
    """Every counted position is more than 1 mm from the others, and every position is within 1 mm of a counted one."""
    positions = [(x / 10, y / 10, z / 10) for x, y, z in grid]
    counted = distinct_positions(positions)
    assert all(math.dist(a, b) > 1 for i, a in enumerate(counted) for b in counted[:i])
    assert all(any(math.dist(p, c) <= 1 + 1e-6 for c in counted) for p in positions)


def test_the_catalogue_has_dates_and_successors() -> None:
    """Every deleted code names valid successors, and the day before its deletion it was valid."""
    for known in catalogue().values():
        if known.kind == "deleted":
            day = known.deleted_from
            assert day is not None
            assert "valid" == known.status(day - dt.timedelta(days=1))
            assert "deleted" == known.status(day)
            assert all(status(successor, dt.date(2026, 1, 1)) == "valid" for successor in known.successors)
