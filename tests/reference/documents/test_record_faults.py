"""What a record can have wrong although each of its fields is right: told with the place of each."""

from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.reference.documents.claim import Claim, claim_faults
from rtconform.reference.documents.coding import Line
from rtconform.reference.documents.treatment import (
    Beam,
    Case,
    Guidance,
    Isocenter,
    Plan,
    claim_fault,
    duplicate_ids,
    unknown_terms,
)
from rtconform.reference.errors import Fault
from tests.helpers.billed_claims import claim_of
from tests.helpers.one_beam import HELD, case

ASKED = case()
PLAN = ASKED.plans[0]


def plan(name: str, *beams: str, **changes: Any) -> Plan:
    return replace(PLAN, id=name, beams=tuple(Beam(beam, "photon", "ISO1") for beam in beams), **changes)


def doubled() -> Case:
    """A case in which an id of each kind is there twice, not always beside the first."""
    middle = Isocenter("ISO2", (5.0, 0.0, 0.0))
    return replace(
        ASKED,
        isocenters=(*ASKED.isocenters, middle, *ASKED.isocenters),
        plans=(plan("P1", "P1B1", "P1B2"), plan("P2", "P2B1", "P1B2"), plan("P1")),
        sessions=(*ASKED.sessions, ASKED.sessions[1]),
    )


DOUBLED = [
    Fault("duplicate id 'ISO1'", "$.isocenters[2].id"),
    Fault("duplicate id 'P1'", "$.plans[2].id"),
    Fault("duplicate id 'S2'", "$.sessions[2].id"),
    Fault("duplicate beam id 'P1B2'", "$.plans[1].beams[1].id"),
]


def test_ids_that_are_there_twice() -> None:
    """Of isocenters, plans, sessions and beams the second with an id is the fault; two kinds may share one."""
    assert DOUBLED == list(duplicate_ids(doubled()))
    shared = replace(ASKED, plans=(plan("ISO1", "ISO1"),), sessions=(replace(ASKED.sessions[0], id="ISO1"),))
    assert [] == list(duplicate_ids(shared))


def test_terms_that_the_vocabulary_lacks() -> None:
    """Each is named with its place; known terms are passed over, and so is a session without motion management."""
    beams = (Beam("P2B1", "photon", "ISO1"), Beam("P2B2", "neutron", "ISO1"))
    first, second = ASKED.sessions
    images = (Guidance("cbct", "patient_setup"), Guidance("sonar", "patient_setup"))
    odd = replace(
        ASKED,
        plans=(PLAN, replace(PLAN, id="P2", technique="flash", beams=beams)),
        sessions=(first, second, replace(first, id="S3", motion=replace(HELD, method="freeze"), guidance=images)),
    )
    assert [
        Fault("unknown technique 'flash'", "$.plans[1].technique"),
        Fault("unknown radiation 'neutron'", "$.plans[1].beams[1].radiation"),
        Fault("unknown motion method 'freeze'", "$.sessions[2].motion.method"),
        Fault("unknown guidance method 'sonar'", "$.sessions[2].guidance[1].method"),
    ] == list(unknown_terms(odd))
    assert [] == list(unknown_terms(ASKED))


def test_a_claim_that_the_setting_does_not_have() -> None:
    """What to use instead is said."""
    (fault,) = claim_fault(replace(ASKED, billing=replace(ASKED.billing, claim="global")))
    assert Fault("no global claim in setting hospital_outpatient: use facility or professional", "$.billing.claim") == fault
    assert [] == list(claim_fault(ASKED))


@pytest.fixture
def claim() -> Claim:
    """A claim of three lines with its documentation."""
    lines = [Line("S1", "77407"), Line("S1", "77387"), Line("S2", "77407")]
    found = claim_of(ASKED, lines, documented=True)
    assert found is not None
    return found


def test_line_numbers_of_a_claim_that_are_there_twice(claim: Claim) -> None:
    """Each is told with the first line that has the number, however often it comes."""
    one, two, three = claim.lines
    again = replace(claim, lines=(one, two, replace(two, code="77412"), replace(three, number=2)))
    assert [
        Fault("duplicate line number 2, first at $.lines[1]", "$.lines[2].number"),
        Fault("duplicate line number 2, first at $.lines[1]", "$.lines[3].number"),
    ] == list(claim_faults(again))
    assert [] == list(claim_faults(claim))
    assert [] == list(claim_faults(replace(claim, treatment=None)))


def test_ids_of_a_claims_documentation_have_their_place_in_the_claim(claim: Claim) -> None:
    """The same faults as in a case, under `$.treatment`."""
    twice = doubled()
    assert claim.treatment is not None
    documented = replace(claim.treatment, isocenters=twice.isocenters, plans=twice.plans, sessions=twice.sessions)
    found = list(claim_faults(replace(claim, treatment=documented)))
    assert [Fault(fault.what, "$.treatment" + fault.path[1:]) for fault in DOUBLED] == found
