"""The suites of claims: what their authors declare holds against the reference, and the pairs that they promise are there."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from rtconform.conformance.editor.faults import UNCLAIMED
from rtconform.generators.claims.faults import CLAIM_FAULTS, put
from rtconform.generators.claims.right import PATIENT_PLACES, Wish, right_claim
from rtconform.generators.claims.rows import MUST_ALLOW, RIGHT_ROWS, SERIES
from rtconform.generators.hypothesis.strategies import claims
from rtconform.generators.randomness import draw_for
from rtconform.generators.suites.edits import (
    EDITS_CLAIM,
    EDITS_DOCUMENTED,
    Entry,
    claim_of,
    pair_claims,
    right_model,
    rows_for,
    wrong_model,
)
from rtconform.generators.suites.registry import digest
from rtconform.generators.suites.suite import SuiteClaim, cases
from rtconform.generators.suites.written.composition import WHOSE_CLAIM
from rtconform.reference.coder.coder import code
from rtconform.reference.coder.rules import RULES
from rtconform.reference.documents.claim import claim_faults
from rtconform.reference.documents.treatment import Billing, Case, Patient
from rtconform.reference.editor.categories import CATEGORIES
from rtconform.reference.editor.editor import adjudicate
from rtconform.reference.errors import UserError
from tests.helpers import coverage_checker as checker

SUITES = {"edits-claim": EDITS_CLAIM, "edits-documented": EDITS_DOCUMENTED}
PAYERS = ("medicare", "medicare_advantage", "medicaid", "commercial", "unitedhealthcare")
FAULTS = st.sampled_from(list(CLAIM_FAULTS.values()))


def drawn(number: int) -> Any:
    """A generator of draws, one for each number."""
    return draw_for("test", "1", number, 0)


def disagreements(entry: SuiteClaim) -> list[object]:
    """Lines on which the reference says something else than the claim's author."""
    found: list[object] = []
    for line in adjudicate(entry.claim).lines:
        expected = entry.stops.get(line.number)
        if expected:
            agrees = (
                line.disposition != "allow"
                and "allow" not in line.accepted
                and not {*expected}.isdisjoint({line.category, *line.also})
            )
        else:
            agrees = line.disposition == "allow" and not line.accepted
        if not agrees:
            found.append((entry.faults, expected, line))
    return found


@pytest.mark.parametrize("name", SUITES)
def test_the_reference_agrees_with_every_author(name: str) -> None:
    """Each line that a fault makes wrong is stopped with a category that it names, and every other line is plainly allowed."""
    assert [] == [found for entry in cases(SUITES[name], 3) for found in disagreements(entry)]


@given(
    st.sampled_from([row for row in RIGHT_ROWS if row.days == 1]),
    st.integers(0, 4),
    st.sampled_from(PAYERS),
    st.booleans(),
    st.integers(0, 10**9),
)
def test_right_claims_are_what_the_coder_bills(row: Any, number: int, payer: str, documented: bool, draw: int) -> None:
    """What a row declares to be billed the coder bills of its treatment; the claim is allowed, line by line."""
    whose = row.claims[number % len(row.claims)]
    claim = right_claim(row, Wish(whose, payer), drawn(draw), "test:1", documented=True)
    billed = {(line.code, line.modifiers[:1] if line.code == "77387" else ()) for line in claim.lines}
    setting, kind = WHOSE_CLAIM[whose]
    treatment, day = claim.treatment, claim.lines[0].date_of_service
    assert treatment is not None
    patient = Patient(claim.patient.id, claim.patient.birth_date, claim.patient.sex)
    case = Case("test:1", patient, Billing(day, setting, kind, payer), treatment.isocenters, treatment.plans, treatment.sessions)
    assert billed == {(line.code, line.modifiers) for line in code(case).lines}
    assert [] == [alternative.rule for alternative in code(case).alternatives if alternative.rule != "IGRT-GLOBAL"]
    shown = claim if documented else right_claim(row, Wish(whose, payer), drawn(draw), "test:1", documented=False)
    assert [("allow", ())] * len(shown.lines) == [(line.disposition, line.accepted) for line in adjudicate(shown).lines]


@given(FAULTS, st.data())
def test_each_fault_is_stopped_with_the_category_that_it_names(fault: Any, data: st.DataObject) -> None:
    """A fault put into any right claim that can have it is stopped, on its lines alone, with the category that it names."""
    whose = data.draw(st.sampled_from([claim for claim in fault.claims if rows_for((fault,), claim)]))
    payer = data.draw(st.sampled_from(fault.payers or PAYERS))
    documented = fault.documented or data.draw(st.booleans())
    entry = claim_of(
        Entry((fault.id,), None, whose, payer), drawn(data.draw(st.integers(0, 10**9))), "t:1", documented=documented
    )
    assert entry.stops
    assert [] == disagreements(entry)


@given(FAULTS, FAULTS, st.data())
def test_two_faults_in_one_claim_are_both_stopped(one: Any, other: Any, data: st.DataObject) -> None:
    """Of two faults that go into one claim, each is stopped on its lines; where both hit a line, by the category of either."""
    claims = pair_claims(one, other)
    if not claims:
        return
    whose = data.draw(st.sampled_from(claims))
    payer = data.draw(st.sampled_from(one.payers or other.payers or PAYERS))
    documented = one.documented or other.documented or data.draw(st.booleans())
    draw = drawn(data.draw(st.integers(0, 10**9)))
    entry = claim_of(Entry((one.id, other.id), None, whose, payer), draw, "t:1", documented=documented)
    named = {category for categories in entry.stops.values() for category in categories}
    assert {one.expected(documented=documented), other.expected(documented=documented)} == named
    assert [] == disagreements(entry)


def test_faults_are_functions() -> None:
    """A fault leaves the right claim as it was, gives the same wrong one each time, and changes something."""
    for fault in CLAIM_FAULTS.values():
        whose = next(claim for claim in fault.claims if rows_for((fault,), claim))
        row = rows_for((fault,), whose)[0]
        wish = Wish(whose, (fault.payers or PAYERS)[0], fault.date, fault.since)
        right, again = (right_claim(row, wish, drawn(1), "t:1", documented=True) for _ in range(2))
        assert put((fault,), right) == put((fault,), again)
        assert right == again
        assert right != put((fault,), right)[0]


def test_there_are_faults_enough() -> None:
    """At least 30 faults; each deleted family is there; each category is the outcome of one, but for records unclear."""
    assert len(CLAIM_FAULTS) >= 30
    named = {category for fault in CLAIM_FAULTS.values() for category in (fault.category, fault.category_documented) if category}
    assert set(CATEGORIES) - named == {*UNCLAIMED, "national_ptp", "national_mue"}
    assert {"77385", "77386", "77014", "77401", "77418"} <= {fault.removeprefix("deleted-") for fault in CLAIM_FAULTS}


@pytest.mark.parametrize("name", SUITES)
def test_suites_are_balanced_and_say_what_payers_wrongly_stop(name: str) -> None:
    """As many claims to be stopped as to be allowed, and each must-allow of the reading in at least ten claims."""
    entries = list(cases(SUITES[name], 1))
    assert len(entries) == 2 * sum(bool(entry.stops) for entry in entries)
    assert all(bool(entry.stops) == bool(entry.faults) for entry in entries)
    variants = Counter(entry.allows for entry in entries if entry.allows)
    assert set(variants) == set(MUST_ALLOW) - ({SERIES} if name == "edits-documented" else set())
    assert min(variants.values()) >= 10
    distinct = {(entry.allows, entry.claim.lines, entry.claim.patient) for entry in entries if entry.allows}
    assert len(distinct) == sum(variants.values())


@pytest.mark.parametrize("name", SUITES)
@pytest.mark.parametrize("side", ["fault", "row"])
def test_every_pair_of_the_space_of_claims_is_there(name: str, side: str) -> None:
    """Fault × setting × claim type × payer, and row × setting × claim type × payer: every pair that can occur, by the checker."""
    model = (
        wrong_model(documented=name == "edits-documented")
        if side == "fault"
        else right_model(documented=name == "edits-documented")
    )
    plain = {
        "parameters": {key: list(values) for key, values in model.parameters.items()},
        "implications": [
            {"if": {k: list(v) for k, v in each.when.items()}, "then": {k: list(v) for k, v in each.then.items()}}
            for each in model.implications
        ],
    }
    rows = [dict(entry.lies_at) for entry in cases(SUITES[name], 2) if side in entry.lies_at and "+" not in entry.lies_at[side]]
    found = checker.check(plain, rows, 2)
    assert ([], []) == (found.invalid_rows, found.missing)
    assert found.possible > 100


@pytest.mark.parametrize("name", SUITES)
def test_where_a_claim_lies_its_form_shows(name: str) -> None:
    """Payer, setting and claim type of every right claim are those that its form and its lines show; no claim is unreadable."""
    for entry in cases(SUITES[name], 2):
        claim = entry.claim
        assert [] == list(claim_faults(claim))
        assert entry.lies_at["payer"] == claim.payer
        assert (claim.treatment is not None) == (name == "edits-documented")
        if not entry.faults:
            hospital = claim.kind == "institutional" or claim.place_of_service in PATIENT_PLACES
            assert entry.lies_at["setting"] == ("hospital_outpatient" if hospital else "freestanding")
            assert (entry.lies_at["claim"] == "facility") == (claim.kind == "institutional")
            assert (entry.lies_at["claim"] == "professional") == ({line.code for line in claim.lines} == {"77387"})


@pytest.mark.parametrize("name", SUITES)
def test_a_claim_is_a_function_of_its_place(name: str) -> None:
    """A claim made alone is the one of the whole suite; its id leads back; another seed gives others, in another order."""
    suite = SUITES[name]
    whole = [entry.wire for entry in cases(suite, 7)]
    for number in (0, 41, suite.size(None) - 1):
        alone = suite.case(number, 7)
        assert whole[number] == alone.wire
        assert (number, 7) == suite.index_of(alone.id)
    assert digest(suite, 7) == digest(suite, 7) != digest(suite, 8)


def test_headings_are_those_of_the_rule_book() -> None:
    """The headings that right claims cite are among those that the rules cite."""
    cited = {part.strip() for rule in RULES.values() for part in rule.heading.split(";")}
    assert set() == {part.strip() for row in RIGHT_ROWS for part in row.heading.split(";")} - cited


def test_strategies_shrink_to_one_right_line() -> None:
    """The smallest claim is right and has one line, without a record; the smallest wrong one has one fault."""
    shrunk = settings(phases=(Phase.generate, Phase.shrink))  # what is tried to explain a finding is not the finding
    smallest = find(claims(), lambda _: True, settings=shrunk)
    assert ((), 1, None) == (smallest.faults, len(smallest.claim.lines), smallest.claim.treatment)
    wrong = find(claims(), lambda entry: bool(entry.stops), settings=shrunk)
    assert (1, 1) == (len(wrong.faults), len(wrong.claim.lines))


@given(claims(documented=True, payer="commercial"))
def test_strategies_keep_what_is_asked(entry: SuiteClaim) -> None:
    """A strategy's claims have the record and the payer that were asked for, and the reference agrees with each."""
    assert entry.claim.treatment is not None
    assert "commercial" == entry.claim.payer
    assert [] == disagreements(entry)


@pytest.mark.parametrize(
    "wish",
    [{"faults": ["no such"]}, {"faults": 3}, {"faults": ["upcoded-surface"], "documented": False}, {"row": "no such"},
     {"faults": ["delivery-26", "delivery-tc"]}, {"claim": "nobody"}],
)  # fmt: skip
def test_a_strategy_is_never_silently_empty(wish: dict[str, Any]) -> None:
    """A name that there is not, and a wish that no claim meets, are refused at once."""
    with pytest.raises(UserError):
        claims(**wish)
