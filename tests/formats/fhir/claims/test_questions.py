"""Claims written as FHIR Bundles and read again: everything comes back, and two validators of others accept each Bundle."""

import datetime as dt
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rtconform.formats.fhir.claims.claim_reader import read_claims, reread_claim
from rtconform.formats.fhir.claims.claim_writer import bundle_of_claim, write_claim
from rtconform.formats.messages import Inexpressible, Unreadable
from rtconform.generators.hypothesis import strategies
from rtconform.generators.suites.registry import any_suite
from rtconform.generators.suites.suite import SuiteClaim
from rtconform.reference.documents.claim import Claim, ClaimLine
from rtconform.reference.documents.claim_forms import CLAIM_FIELDS
from tests.formats.fhir.test_questions import references_in
from tests.formats.fhir.test_validity import faults_of_fhirkit, faults_of_pydantic
from tools.pages.fhir_claims_page import fields_of_claims

SUITES = ("edits-claim", "edits-documented", "edits-national")


def claims_of(suite: str, step: int = 1) -> Iterator[Claim]:
    """Every nth claim of a suite."""
    found = any_suite(suite)
    for index in range(0, found.size(None), step):
        item = found.case(index, 1)
        assert isinstance(item, SuiteClaim)
        yield item.claim


PLAIN = next(claims_of("edits-claim"))
DOCUMENTED = next(claim for claim in claims_of("edits-documented") if claim.treatment and len(claim.treatment.sessions) > 1)


@pytest.mark.parametrize("suite", SUITES)
def test_nothing_of_a_claim_of_a_suite_is_lost(suite: str) -> None:
    """A claim comes back equal, with its record, its stay, and without a place of service where it has none."""
    assert [] == [claim.id for claim in claims_of(suite, 20) if claim != reread_claim(write_claim(claim))]


def test_the_page_places_every_field_of_a_claim() -> None:
    """docs/reference/format-fhir-claims.md says of each field where it stands."""
    placed = set(fields_of_claims())
    assert set() == {field.path for field in CLAIM_FIELDS} - placed - {"patient.id", "patient.birth_date", "patient.sex"}
    assert "patient" in placed


@pytest.mark.slow
@pytest.mark.parametrize("suite", SUITES)
def test_every_claim_of_a_suite_comes_back(suite: str) -> None:
    """All of them: the table of docs/reference/formats.md says 100 %."""
    assert [] == [claim.id for claim in claims_of(suite) if claim != reread_claim(write_claim(claim))]


_WORDS = st.sampled_from(["vmat", "a word", " spaced ", "ü漢", "x\ty", "line\nbreak", "a" * 90, '"quoted" \\', "C61.0"])
_CODES = st.sampled_from(["C61", "C50.911", "Z51.0", "C61 C62"])
_DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2030, 1, 1))


@cache
def _claims() -> st.SearchStrategy[SuiteClaim]:
    """Claims with one fault; dear to make, so made once."""
    return strategies.claims(faults=1)


@st.composite
def _odd(draw: st.DrawFn) -> Claim:
    """A claim of the space with any text, span, number and diagnosis where a claim takes any."""
    claim = draw(_claims()).claim
    start = draw(_DAYS)
    line = ClaimLine(
        draw(st.integers(500, 999)),
        draw(st.sampled_from(["77412", "G6015", "0402T", "A4648"])),
        start,
        tuple(draw(st.lists(st.sampled_from(["26", "TC", "59", "LT", "X1"]), max_size=4))),
        draw(st.integers(1, 999)),
        tuple(draw(st.lists(_CODES, max_size=12))),
        draw(st.one_of(st.none(), _WORDS)),
        draw(st.sampled_from([None, "333", "0333"])),
        draw(st.one_of(st.none(), st.integers(0, 300).map(lambda days: start + dt.timedelta(days=days)))),
    )
    return replace(
        claim,
        lines=(*claim.lines, line),
        payer=draw(st.one_of(st.just(""), _WORDS)),
        place_of_service=draw(st.sampled_from([None, "11", "49"])),
        type_of_bill=draw(st.sampled_from([None, "131", "0131"])),
        billing_provider=draw(st.sampled_from([None, "hospital", "freestanding_center", "physician_group"])),
        rendering_provider=draw(st.sampled_from([None, "physician", "nonphysician"])),
        stay=draw(st.sampled_from([None, "inpatient", "skilled_nursing_part_a"])),
    )


@pytest.mark.slow
@settings(max_examples=150, phases=[Phase.generate, Phase.shrink])
@given(_odd())
def test_any_claim_comes_back(claim: Claim) -> None:
    """Nothing at all is lost, whatever stands where a claim takes any text."""
    assert claim == reread_claim(write_claim(claim))


@pytest.mark.parametrize(("suite", "step"), [("edits-claim", 60), ("edits-documented", 90), ("edits-national", 120)])
def test_bundles_are_valid(suite: str, step: int) -> None:
    """Neither fhirkit nor fhir.resources finds anything in the Bundle of a claim."""
    for claim in claims_of(suite, step):
        document = write_claim(claim)
        assert [] == faults_of_fhirkit(document)
        assert [] == faults_of_pydantic(document)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda claim: claim.pop("priority"),
        lambda claim: claim["item"][0].pop("productOrService"),
        lambda claim: claim["item"][0].update(sequence=0),
        lambda claim: claim.update(surprise=1),
    ],
)
def test_both_validators_find_a_planted_fault(spoil: Any) -> None:
    """An element that is missing, a number that may not be, an element that there is not."""
    bundle = bundle_of_claim(PLAIN)
    spoil(next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Claim"))
    document = json.dumps(bundle).encode()
    assert faults_of_fhirkit(document)
    assert faults_of_pydantic(document)


def test_a_bundle_tells_nothing_of_the_suite() -> None:
    """All ids come of the name that the claim goes out under; neither suite nor place is in it."""
    document = write_claim(replace(DOCUMENTED, id="0" * 20))
    assert [] == [word for word in (b"edits", b"suite", b"synthetic", b"conformance", b"test") if word in document.lower()]
    ids = [{entry["fullUrl"] for entry in bundle_of_claim(replace(DOCUMENTED, id=name))["entry"]} for name in ("A", "B")]
    assert set() == ids[0] & ids[1]


def test_every_reference_points_into_the_bundle() -> None:
    """Each resource has an id of its own, and each reference an entry, also those of the record."""
    for claim in (PLAIN, DOCUMENTED):
        bundle = json.loads(write_claim(claim))
        urls = [entry["fullUrl"] for entry in bundle["entry"]]
        assert len(urls) == len(set(urls))
        assert set() == set(references_in(bundle)) - set(urls)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"payer": " \n"}, "a text that is blank"),
        ({"lines": (replace(PLAIN.lines[0], diagnoses=("",)),)}, "a diagnosis without a code"),
        ({"lines": (replace(PLAIN.lines[0], diagnoses=("C61 ",)),)}, "a code with blanks around it"),
        ({"lines": (replace(PLAIN.lines[0], date_of_service=dt.date(999, 1, 1)),)}, "a year outside"),
    ],
)
def test_what_fhir_has_no_form_for_is_said(change: dict[str, Any], said: str) -> None:
    """Such a claim is not asked, with the reason."""
    with pytest.raises(Inexpressible, match=said):
        write_claim(replace(PLAIN, **change))


def theirs(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Claim of a system that nobody here wrote: alone, with a contained Patient, names in place of resources."""
    return {
        "resourceType": "Claim",
        "id": "17",
        "contained": [{"resourceType": "Patient", "id": "p", "identifier": [{"value": "MRN1"}], "birthDate": "1950-02-03"}],
        "type": {"coding": [{"code": "professional"}]},
        "patient": {"reference": "#p"},
        "insurer": {"display": "Acme Health"},
        "careTeam": [{"sequence": 1, "role": {"coding": [{"code": "assist"}]}}, {"sequence": 2, "qualification": {}}],
        "item": list(items),
        **more,
    }


DELIVERY = {"sequence": 1, "productOrService": {"coding": [{"code": "77412"}]}, "servicedDate": "2026-03-09"}


def test_a_claim_of_another_system_is_read() -> None:
    """Without a Bundle, a Coverage or numbers of units: what is said is read, and what is not has its usual value."""
    (read,) = read_claims(theirs({**DELIVERY, "unitPrice": {"value": 10.5}, "quantity": {"value": 2}}))
    assert read.claim is not None
    found = read.claim
    assert ("17", "MRN1", "1950-02-03") == (found.id, found.patient.id, found.patient.birth_date.isoformat())
    assert ("Acme Health", "physician", None) == (found.payer, found.rendering_provider, found.place_of_service)
    assert {1: 21} == read.charges


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"productOrService": {"text": "bolus"}}, "not a CPT or HCPCS code"),
        ({"servicedDate": "2026"}, "77412: "),
        ({"servicedDate": None, "servicedPeriod": {"start": "2026-03-09", "end": "2026-03-01"}}, "is not a span of days"),
        ({"quantity": {"value": 1.5}}, "77412: "),
        ({"quantity": "1"}, "77412: "),
        ({"modifier": [{"text": "professional"}]}, "77412: "),
        ({"sequence": 1}, "item 1 is there twice"),
    ],
)
def test_an_item_that_can_not_be_used_costs_itself(item: dict[str, Any], why: str) -> None:
    """It is passed on, with the reason; the others are edited."""
    (read,) = read_claims(theirs(DELIVERY, {**DELIVERY, "sequence": 2, **item}))
    assert read.claim is not None
    assert [1] == [line.number for line in read.claim.lines]
    (passed,) = read.outside
    assert why in passed.why
    assert any(note.startswith("Claim.item[1]: ") for note in read.notes)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"hello", "not JSON"),
        (b'{"resourceType":"Bundle"}', "0 Claims where one is due"),
        (json.dumps(theirs(DELIVERY, type={"coding": [{"code": "oral"}]})).encode(), "neither professional nor institutional"),
        (json.dumps(theirs()).encode(), "no item of it can be edited"),
        (json.dumps(theirs({**DELIVERY, "servicedDate": "soon"})).encode(), r"item\[0\]"),
    ],
)
def test_what_is_no_claim_is_said(document: bytes, said: str) -> None:
    """Whatever comes, there is a sentence."""
    with pytest.raises(Unreadable, match=said):
        reread_claim(document)


def test_odd_shapes_are_no_traceback() -> None:
    """Any JSON where FHIR has something else: a claim or a sentence, never an error of ours."""
    odd: list[Any] = [None, 1, "x", [], {}, [1], [[]], [{}], {"coding": 1}, {"coding": [{"code": 5}]}, True, -1.5, {"value": "x"}]
    whole = theirs(DELIVERY, insurance=[{}], supportingInfo=[{}], diagnosis=[{}], extension=[{}], provider={})
    for value in odd:
        for name in whole:
            if name != "resourceType":
                assert 1 == len(list(read_claims({**whole, name: value})))
        for name in (*DELIVERY, "modifier", "quantity", "encounter", "servicedPeriod", "net", "revenue", "diagnosisSequence"):
            assert 1 == len(list(read_claims({**whole, "item": [{**DELIVERY, name: value}]})))
