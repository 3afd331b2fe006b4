"""What payers' systems answer in FHIR, laid over the lines of a claim: ClaimResponses and OperationOutcomes."""

import datetime as dt
import json
from typing import Any

import pytest
from msgspec.structs import replace

from rtconform.formats.fhir.claims.claim_writer import claim_id
from rtconform.formats.fhir.claims.disposition_writer import write_disposition
from rtconform.formats.fhir.claims.dispositions import names_in_dispositions, read_disposition, remarks
from rtconform.formats.messages import Inexpressible, Unreadable
from rtconform.reference.documents.claim import Claim, ClaimLine, ClaimPatient, Disposition, DispositionLine
from rtconform.reference.editor.editor import adjudicate
from tests.formats.fhir.claims.test_questions import claims_of
from tests.formats.fhir.test_validity import faults_of_fhirkit, faults_of_pydantic

DAY, NAME = dt.date(2026, 6, 5), "C" * 20
CLAIM = Claim(
    id=NAME,
    kind="institutional",
    patient=ClaimPatient("P1", dt.date(1950, 1, 1), "male"),
    lines=(ClaimLine(1, "77412", DAY), ClaimLine(2, "77417", DAY), ClaimLine(7, "77412", DAY, ("59",))),
)
Doc = dict[str, Any]


def part(category: str, amount: float | None = None, reason: str | None = None) -> Doc:
    """One adjudication."""
    found: Doc = {"category": {"coding": [{"code": category}]}}
    found |= {} if amount is None else {"amount": {"value": amount, "currency": "USD"}}
    return found | ({} if reason is None else {"reason": {"coding": [{"code": reason}]}})


def item(number: int, *parts: Doc) -> Doc:
    """One item of a response."""
    return {"itemSequence": number, "adjudication": list(parts)}


def response(*items: Doc, outcome: str = "complete", **more: Any) -> Doc:
    """A ClaimResponse to the claim."""
    found: Doc = {"resourceType": "ClaimResponse", "status": "active", "outcome": outcome}
    found |= {"request": {"reference": f"urn:uuid:{claim_id(NAME)}"}}
    return found | ({"item": list(items)} if items else {}) | more


def refusal(code: str, severity: str = "error", **more: Any) -> Doc:
    """An OperationOutcome about the claim."""
    return {"resourceType": "OperationOutcome", "id": NAME, "issue": [{"severity": severity, "code": code, **more}]}


def said(*documents: Doc) -> list[tuple[int, str, str | None]]:
    """What the documents, in a Bundle where they are several, do with each line of the claim."""
    whole = documents[0] if len(documents) == 1 else {"resourceType": "Bundle", "entry": [{"resource": one} for one in documents]}
    found = read_disposition(json.dumps(whole).encode(), CLAIM)
    return [(line.number, line.disposition, line.carc) for line in found.lines]


def of_first(*parts: Doc) -> tuple[str, str | None]:
    """What these adjudications do with the first line."""
    (_, word, carc), *_ = said(response(item(1, *parts)))
    return word, carc


PAID = part("benefit", 900)


def test_lines_by_their_sequence() -> None:
    """itemSequence says which line an item is, in whatever order they come."""
    found = response(
        item(7, part("benefit", 0), part("eligible", 0, "97")), item(1, PAID), item(2, part("denialreason", None, "4"))
    )
    assert [(1, "allow", None), (2, "deny", "4"), (7, "bundle", "97")] == said(found)


@pytest.mark.parametrize(
    ("parts", "due"),
    [
        ((PAID,), ("allow", None)),
        ((part("benefit", 10), part("denialreason", None, "96")), ("allow", None)),
        ((part("paidtoprovider", 5),), ("allow", None)),
        ((part("eligible", 900),), ("allow", None)),
        ((part("benefit", 0, "97"),), ("bundle", "97")),
        ((part("benefit", 0), part("adjustment", 900, "B15")), ("bundle", "B15")),
        ((part("benefit", 0), part("adjustment", 900, "133")), ("review", "133")),
        ((part("benefit", 0), part("adjustment", 900, "CO-016")), ("deny", "16")),
        ((part("benefit", 0), part("adjustment", 400, "45"), part("adjustment", 500, "PR1")), ("allow", None)),
        ((part("benefit", 0), part("adjustment", 400, "45"), part("adjustment", 500, "18")), ("deny", "18")),
        ((part("eligible", 900), part("adjustment", 0, "18")), ("allow", None)),
        ((part("benefit", 0), part("deductible", 900)), ("allow", None)),
        ((part("submitted", 0), part("benefit", 0)), ("allow", None)),
        ((part("noncovered", 900),), ("deny", None)),
        ((part("benefit", 0, "ar001"),), ("deny", None)),
        ((part("eligible", None, "a text"),), ("deny", None)),
    ],
)
def test_what_an_item_says(parts: tuple[Doc, ...], due: tuple[str, str | None]) -> None:
    """Paid is allowed; else the reason codes say whether it is denied, bundled, held, or only the patient's share."""
    found = of_first(*parts) if any("amount" in one or "reason" in one for one in parts) else None
    assert due == found


def test_a_remark_code_is_no_reason() -> None:
    """Remittance advice remark codes stand beside CARCs, and deny nothing."""
    remark = {"coding": [{"system": "https://x12.org/codes/remittance-advice-remark-codes", "code": "N130"}]}
    assert ("allow", None) == of_first(part("eligible", 900), {**part("adjustment", 900), "reason": remark})


@pytest.mark.parametrize(
    ("document", "due"),
    [
        (response(), ["allow"] * 3),
        (response(outcome="queued"), ["review"] * 3),
        (response(item(2, PAID), outcome="partial"), ["review", "allow", "review"]),
        (response(item(2, PAID)), ["review", "allow", "review"]),
        (response(adjudication=[part("benefit", 0, "16")]), ["deny"] * 3),
        (response(outcome="error", error=[{"code": {"text": "no coverage"}}]), ["deny"] * 3),
        (
            response(outcome="error", error=[{"itemSequence": 7, "code": {"coding": [{"code": "18"}]}}]),
            ["allow", "allow", "deny"],
        ),
        (refusal("invalid"), ["deny"] * 3),
        (refusal("informational", "information"), ["allow"] * 3),
    ],
)
def test_what_holds_for_the_claim(document: Doc, due: list[str]) -> None:
    """Held, refused or taken in as a whole: for the lines that no item says anything of."""
    assert due == [word for _, word, _ in said(document)]


def test_the_last_word_counts() -> None:
    """Of several responses in a Bundle the last one for a line counts; one of status cancelled says nothing."""
    held, paid = response(outcome="queued"), response(item(1, PAID), item(2, PAID), item(7, PAID))
    assert ["allow"] * 3 == [word for _, word, _ in said(refusal("business-rule"), held, paid)]
    assert ["review"] * 3 == [word for _, word, _ in said(paid, held, {**paid, "status": "cancelled"})]


def test_responses_to_other_claims_are_passed_over() -> None:
    """In a Bundle those that are about this claim count."""
    other = {**response(item(1, part("benefit", 0, "16"))), "request": {"reference": "Claim/9"}}
    assert ["allow"] * 3 == [word for _, word, _ in said(response(), other)]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"resourceType": "Claim"}, "a Claim is no answer: send a ClaimResponse"),
        (response(item(3, PAID)), r"item\[0\]: itemSequence 3 is no line of the claim"),
        (response(item(1, PAID), item(1, PAID)), r"item\[1\]: itemSequence 1 is there twice"),
        (response(item(1)), "is missing or empty"),
        (response(item(1, part("benefit", 0))), "nothing is paid, and no reason says why"),
        (response(outcome="done"), "'done' is none of complete, queued"),
        (response(item(1, {"category": {}, "amount": {"value": "x"}})), "is not an amount of money"),
        ({**response(), "status": "draft"}, "has status 'draft'"),
        ({**response(), "request": {"identifier": {"value": "D" * 20}}}, "is about 'DDDD"),
        (refusal("exception", diagnostics="out of memory"), "the server failed, .*: out of memory"),
        (refusal("login"), "'login' says that the server failed"),
        ({"resourceType": "OperationOutcome", "id": NAME}, "has no issue"),
    ],
)
def test_what_is_wrong_is_said(document: Doc, message: str) -> None:
    """The element at fault, and what was due."""
    with pytest.raises(Unreadable, match=message):
        said(document)


def test_a_claim_is_named_by_reference_or_by_name() -> None:
    """request refers to the Claim or carries the name; the payer's own number may stand beside it."""
    named = [{**response(), "request": request, "identifier": [{"value": "PAYER-1"}]} for request in _REQUESTS]
    for one in named:
        assert {NAME, claim_id(NAME)} & set(names_in_dispositions(json.dumps(one).encode()))
        assert 3 == len(said(one))
    with pytest.raises(Unreadable, match=r"names no claim: give request\.identifier"):
        names_in_dispositions(b'{"resourceType":"ClaimResponse"}')


_REQUESTS: list[Doc] = [
    {"reference": f"urn:uuid:{claim_id(NAME)}"},
    {"reference": f"https://payer.example/fhir/Claim/{claim_id(NAME)}/_history/2"},
    {"identifier": {"value": NAME}},
]


def test_what_is_refused_is_remarked() -> None:
    """Anyone who sets a vendor up is told that a refusal is no edit."""
    (told,) = remarks(json.dumps(refusal("invalid", diagnostics="no priority")).encode())
    assert "every line is read as denied: no priority" in told
    (told,) = remarks(json.dumps(response(outcome="error", error=[{"code": {"text": "no coverage"}}])).encode())
    assert "error.code no coverage" in told
    assert [] == remarks(json.dumps(response()).encode()) == remarks(b"hello")


def test_what_is_decided_comes_back() -> None:
    """What a payer that decides as the reference does would send: valid, and read as it was decided."""
    for claim in claims_of("edits-documented", 60):
        sent = replace(claim, id=NAME)
        lines = tuple(DispositionLine(one.number, one.disposition, None, one.carc) for one in adjudicate(sent).lines)
        document = write_disposition(Disposition(NAME, lines), sent)
        assert [] == faults_of_fhirkit(document)
        assert [] == faults_of_pydantic(document)
        assert lines == read_disposition(document, sent).lines
    with pytest.raises(Inexpressible, match="nothing of line 1"):
        write_disposition(Disposition(NAME), CLAIM)


def test_odd_shapes_are_no_traceback() -> None:
    """Any JSON where FHIR has something else: a disposition or a sentence, never an error of ours."""
    odd: list[Any] = [None, 1, "x", [], {}, [1], [[]], [{}], {"coding": 1}, {"coding": [{"code": 5}]}, True, -1.5, float("nan")]
    whole = response(item(1, PAID), error=[{}], adjudication=[{}], identifier=[{"value": NAME}])
    for value in odd:
        documents = [{**whole, name: value} for name in whole if name != "resourceType"]
        documents += [{**whole, "outcome": "error", name: value} for name in ("error", "item")]
        documents += [{**whole, "item": [{**item(1, PAID), name: value}]} for name in ("itemSequence", "adjudication")]
        documents += [response(item(1, {**part("benefit", 0, "16"), name: value})) for name in ("category", "amount", "reason")]
        documents += [{**refusal("invalid"), "issue": value}, {**refusal("invalid"), "id": value}]
        documents += [response(outcome="error", error=[{"itemSequence": value, "code": value}])]
        for document in documents:
            try:
                said(document)
                remarks(json.dumps(document).encode())
            except Unreadable:
                continue
