"""A coder's answers in FHIR: what each kind of resource says, and what is wrong with one that says nothing."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.formats.fhir.answer_writer import write_answer
from rtconform.formats.fhir.answers import cut_line, names_in, read_answer
from rtconform.formats.fhir.extensions import MODIFIER
from rtconform.formats.fhir.session_writer import encounter_id
from rtconform.formats.messages import Unreadable
from rtconform.formats.settings import AnswerSettings
from rtconform.reference.coder.coder import code
from rtconform.reference.documents.coding import Answer, AnswerLine
from tests.formats.fhir.test_questions import case_named
from tests.helpers.suite_cases import of_suite

NAME = "A" * 20
CASE = replace(case_named("published:scenario-1-hospital-facility"), id=NAME)
PLAIN = AnswerSettings()
ENCOUNTER = {"reference": f"urn:uuid:{encounter_id(NAME, 0)}"}
CPT = "http://www.ama-assn.org/go/cpt"


def claim(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Claim that answers the case."""
    return {"resourceType": "Claim", "identifier": [{"value": NAME}], **({"item": list(items)} if items else {}), **more}


def item(code_: str, *modifiers: str, **more: Any) -> dict[str, Any]:
    """An item of a Claim."""
    concepts = [{"coding": [{"system": CPT, "code": one}]} for one in modifiers]
    return {"productOrService": {"coding": [{"system": CPT, "code": code_}]}, "modifier": concepts, **more}


def read(document: dict[str, Any], settings: AnswerSettings = PLAIN) -> Answer:
    """What is read in a resource."""
    return read_answer(json.dumps(document).encode(), CASE, settings)


def lines(answer: Answer) -> list[tuple[str, str, tuple[str, ...], int]]:
    """The lines, in short."""
    return [(one.session, one.code, one.modifiers, one.units) for one in answer.lines]


@pytest.mark.parametrize(("suite", "step"), [("published", 5), ("boundaries", 40), ("pairwise", 40)])
def test_what_is_written_is_read(suite: str, step: int) -> None:
    """The right answer to a case, written as FHIR, is read as the same answer."""
    for case in of_suite(suite, step):
        sent, coding = replace(case, id=NAME), code(case)
        answer = Answer(
            NAME, coding.outcome, tuple(AnswerLine(one.session, one.code, one.modifiers, one.units) for one in coding.lines)
        )
        again = read_answer(write_answer(answer, sent), sent, PLAIN)
        assert (answer.outcome, answer.lines) == (again.outcome, again.lines)
        assert [NAME] == list(names_in(write_answer(answer, sent), PLAIN))


def test_an_item_says_code_modifiers_units_and_session() -> None:
    """Each element of an item goes into its line; a session may be named by reference, by id, or not at all where there is one."""
    for encounter in ([ENCOUNTER], [{"identifier": {"value": "S1"}}], [{"reference": f"Encounter/{encounter_id(NAME, 0)}"}], []):
        answer = read(claim(item("77387", "26", quantity={"value": 2.0}, encounter=encounter)))
        assert ("coded", [("S1", "77387", ("26",), 2)]) == (answer.outcome, lines(answer))


def test_charge_items_stand_in_a_bundle() -> None:
    """Modifiers by extension or behind the code; not-billable is shown and not billed; entered-in-error is passed over."""
    charge = {"resourceType": "ChargeItem", "status": "billable", "context": ENCOUNTER, "subject": {"reference": "Patient/1"}}
    bundle = {
        "resourceType": "Bundle",
        "identifier": {"value": NAME},
        "entry": [
            {"resource": {**charge, "code": {"text": "77387-26"}}},
            {
                "resource": {
                    **charge,
                    "code": {"coding": [{"code": "77417"}]},
                    "extension": [{"url": MODIFIER, "valueCode": "tc"}],
                    "status": "not-billable",
                }
            },
            {"resource": {**charge, "code": {"text": "77402"}, "status": "entered-in-error"}},
        ],
    }
    answer = read(bundle)
    assert [("S1", "77387", ("26",), 1), ("S1", "77417", ("TC",), 1)] == lines(answer)
    assert ["separate", "bundled"] == [one.payment for one in answer.lines]
    assert ("a ChargeItem of status entered-in-error: passed over",) == answer.notes


@pytest.mark.parametrize(
    ("document", "outcome"),
    [
        (claim(), "coded"),
        ({"resourceType": "Bundle", "identifier": {"value": NAME}}, "coded"),
        ({"resourceType": "OperationOutcome", "id": NAME, "issue": [{"code": "business-rule"}]}, "needs_review"),
        ({"resourceType": "OperationOutcome", "issue": [{"code": "not-supported", "diagnostics": "why"}]}, "out_of_scope"),
        ({"resourceType": "ClaimResponse", "outcome": "complete", "request": {"identifier": {"value": NAME}}}, "coded"),
        ({"resourceType": "ClaimResponse", "outcome": "queued", "identifier": [{"value": NAME}]}, "needs_review"),
        (claim(item("77427")), "out_of_scope"),
    ],
)
def test_an_answer_without_lines(document: dict[str, Any], outcome: str) -> None:
    """Nothing to bill, a person to see, none of the vendor's services, only those of another family."""
    assert (outcome, ()) == ((answer := read(document)).outcome, answer.lines)


def test_codes_of_the_vendors_own_are_mapped() -> None:
    """A number of a charge master stands for the code that the vendor file says."""
    answer = read(claim({"productOrService": {"text": "RT-1"}}), AnswerSettings(codes={"RT-1": "77387-TC"}))
    assert [("S1", "77387", ("TC",), 1)] == lines(answer)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"resourceType": "Patient"}, "a Patient is no answer: send a Claim"),
        (claim(item("RT-1")), r"Claim.item\[0\].productOrService holds no CPT or HCPCS code but 'RT-1'"),
        (claim(item("77387", "2")), "'2' is not a modifier"),
        (claim(item("77387", quantity={"value": 1.5})), "quantity 1.5 is not a number of units"),
        (claim(item("77387", quantity={"value": 10**400})), "is not a number of units"),
        (claim(item("77387", quantity={})), "is not a number of units"),
        (claim(item("77387", encounter=[{"reference": "Encounter/9"}])), "the Encounter '9' is none of the question's"),
        (claim(item("77387", servicedDate="soon")), "'soon' is not a date"),
        ({"resourceType": "OperationOutcome", "issue": [{"code": "exception"}]}, "'exception' is no answer"),
        ({"resourceType": "ClaimResponse", "outcome": "error", "identifier": [{"value": NAME}]}, "'error' is none of queued"),
        ({**claim(), "identifier": [{"value": "B" * 20}]}, "the answer is about 'BBBB"),
    ],
)
def test_what_is_wrong_is_said(document: dict[str, Any], said: str) -> None:
    """The element at fault, and what was due."""
    with pytest.raises(Unreadable, match=said):
        read(document)


def test_an_answer_that_names_no_case_says_where_the_name_goes() -> None:
    """In a stream each answer has to say whose it is."""
    with pytest.raises(Unreadable, match=r"Bundle\.identifier"):
        names_in(b'{"resourceType":"Claim"}', PLAIN)


def test_nothing_is_an_answer_where_the_vendor_file_says_so() -> None:
    """An empty body has the meaning that [answers] empty gives it."""
    assert "coded" == read_answer(b" \n", CASE, AnswerSettings(empty="coded")).outcome
    with pytest.raises(Unreadable, match="nothing came"):
        read_answer(b"", CASE, PLAIN)


def test_a_stream_is_cut_at_line_ends() -> None:
    """A resource ends with its line; half a line is waited for."""
    assert (3, 0) == (cut_line(bytearray(b"{}\n{"), 0), cut_line(bytearray(b"{}"), 0))


def test_odd_shapes_are_no_traceback() -> None:
    """Any JSON where FHIR has something else: an answer or a sentence, never an error of ours."""
    odd: list[Any] = [None, 1, "x", [], {}, [1], [[]], {"coding": 1}, {"coding": [{"code": 5}]}, True, -1.5]
    for value in odd:
        for name in ("productOrService", "modifier", "quantity", "encounter", "servicedDate", "servicedPeriod"):
            try:
                read(claim({"productOrService": {"text": "77402"}, name: value}))
            except Unreadable:
                continue
        for name in ("item", "identifier", "status", "issue", "addItem", "entry"):
            for kind in ("Claim", "Bundle", "OperationOutcome", "ClaimResponse", "ChargeItem"):
                try:
                    read({"resourceType": kind, "identifier": [{"value": NAME}], name: value})
                except Unreadable:
                    continue
