"""What is said of a wrong document, in full: source, line, what, place, and where to read what it should be."""

import json
from typing import Any, get_args

import pytest

from rtconform.reference.documents.claim import Claim
from rtconform.reference.documents.coding import Answer
from rtconform.reference.documents.treatment import Case, Monitor
from rtconform.reference.documents.wire import (
    LONGEST_LISTED,
    MAX_DOCUMENT_BYTES,
    decode,
    decode_cases,
    decode_claims,
    decode_lines,
    encode,
    schema,
)
from rtconform.reference.errors import DocumentError
from tests.helpers.one_beam import case

CASE_ADVICE = "Expected rtconform.case/1 as one line of JSON; its fields: rtconform schema case"
ANSWER_ADVICE = "Expected rtconform.answer/1 as one line of JSON; its fields: rtconform schema answer"
CLAIM: dict[str, Any] = {
    "id": "c:1",
    "kind": "professional",
    "patient": {"id": "SYN-1", "birth_date": "1953-04-02", "sex": "male"},
    "lines": [{"number": 1, "code": "77407", "date_of_service": "2026-03-09"}],
}


def said(document: bytes | dict[str, Any], kind: type[Any] = Answer) -> list[str]:
    """The lines that tell what is wrong."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(DocumentError) as caught:
        decode(content, kind, "x", 7)
    return str(caught.value).splitlines()


def asked(**changed: Any) -> dict[str, Any]:
    return {**json.loads(encode(case())), **changed}


def answered(**changed: Any) -> dict[str, Any]:
    return {"id": "x", "outcome": "coded", **changed}


@pytest.mark.parametrize(
    ("document", "faults"),
    [
        ({"id": 1}, ["x:7: 'outcome' is a required property @ $", "x:7: Expected `str`, got `int` @ $.id"]),
        (answered(outcome="paid"), ["x:7: 'paid' is not one of ['coded', 'needs_review', 'out_of_scope'] @ $.outcome"]),
        (answered(lines=[3]), ["x:7: Expected `object`, got `int` @ $.lines[0]"]),
        (
            answered(notes=[1, 2], lines=[3]),
            [
                "x:7: 3 is not of type 'object' @ $.lines[0]",
                "x:7: Expected `str`, got `int` @ $.notes[0]",
                "x:7: 2 is not of type 'string' @ $.notes[1]",
            ],
        ),
        (answered(schema="rtconform.case/1"), ["x:7: Invalid value 'rtconform.case/1' @ $.schema"]),
        (b"null", ["x:7: Expected `object`, got `null` @ $"]),
        (b'{"id": ', ["x:7: Input data was truncated @ $"]),
        (b"\xff\xfe", ["x:7: JSON is malformed: invalid character (byte 0) @ $"]),
        (b'{"id": 1, "outcome": NaN}', ["x:7: Expected `str`, got `int` @ $.id"]),
        (b'{"id": 1, "notes": [Infinity]}', ["x:7: Expected `str`, got `int` @ $.id"]),
    ],
)
def test_a_wrong_answer_is_told_in_full(document: bytes | dict[str, Any], faults: list[str]) -> None:
    """Every fault once, in the order of the places, then the advice."""
    assert [*faults, ANSWER_ADVICE] == said(document)


def test_of_this_or_nothing_the_branch_that_is_meant_is_told() -> None:
    """A field that may be null says what its value has wrong, not that it is no null."""
    wrong = asked(id=1)
    wrong["sessions"][0] |= {"motion": {"method": "gating", "monitor": "eye"}, "fraction": 0, "port_images": "one"}
    assert [
        "x:7: Expected `str`, got `int` @ $.id",
        "x:7: 0 is less than the minimum of 1 @ $.sessions[0].fraction",
        f"x:7: 'eye' is not one of {sorted(get_args(Monitor))} @ $.sessions[0].motion.monitor",
        "x:7: 'one' is not of type 'integer' @ $.sessions[0].port_images",
        CASE_ADVICE,
    ] == said(wrong, Case)


def test_formats_are_held_against_the_schema() -> None:
    """A day that no calendar has is a fault of its own, also where it isn't the first."""
    wrong = asked(id=1)
    wrong["patient"]["birth_date"] = "1953-02-30"
    assert [
        "x:7: Expected `str`, got `int` @ $.id",
        "x:7: '1953-02-30' is not a 'date' @ $.patient.birth_date",
        CASE_ADVICE,
    ] == said(wrong, Case)


@pytest.mark.parametrize(("length", "shown"), [(300, 300), (301, 293)])
def test_a_long_message_is_cut_in_its_middle(length: int, shown: int) -> None:
    """What is wrong stands at the end of the schema's message, what it is about at the beginning."""
    text = "x" * (length - len("'' is not of type 'array'"))
    whole = f"'{text}' is not of type 'array'"
    expected = whole if shown == length else f"{whole[:200]} … {whole[-90:]}"
    assert shown == len(expected)
    assert f"x:7: {expected} @ $.notes" in said(answered(lines=[3], notes=text))


def test_of_a_very_long_document_the_first_fault_is_told() -> None:
    """Up to the limit all are."""
    wrong = json.dumps(answered(id=1, outcome="paid")).encode()
    first = ["x:7: Expected `str`, got `int` @ $.id", ANSWER_ADVICE]
    assert 3 == len(said(wrong.ljust(LONGEST_LISTED)))
    assert first == said(wrong.ljust(LONGEST_LISTED + 1))


def test_a_document_has_a_longest_length() -> None:
    """A longer one is refused without reading it."""
    right = json.dumps(answered()).encode()
    assert "x" == decode(right.ljust(MAX_DOCUMENT_BYTES), Answer).id
    assert ["x:7: longer than 16777216 bytes @ $", ANSWER_ADVICE] == said(right.ljust(MAX_DOCUMENT_BYTES + 1))


def test_a_document_of_no_schema_has_no_advice() -> None:
    """Only published documents say where their fields are described."""
    assert ["x:7: Expected `int`, got `str` @ $[0]"] == said(b'["a"]', list[int])


def test_a_document_of_no_file() -> None:
    """It is called what it is, and has no line."""
    with pytest.raises(DocumentError) as caught:
        decode(b"null", Case)
    assert f"<document>: Expected `object`, got `null` @ $\n{CASE_ADVICE}" == str(caught.value)


def test_nesting_without_end_is_told() -> None:
    """Decoding, and listing all faults, give up in the same way."""
    assert ["x:7: Expected `object`, got `array` @ $", CASE_ADVICE] == said(b"[" * 100_000, Case)
    deep = b'{"id": 1, "x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    assert "x:7: Expected `str`, got `int` @ $.id" in said(deep, Case)


def test_lines_have_their_numbers() -> None:
    """Blank lines are counted and passed over; a fault names its line and the stream, of whatever the lines are."""
    line = json.dumps(answered()).encode()
    assert [2, 4] == [number for number, _ in decode_lines([b" \n", line, b"", line], Answer, "x")]
    with pytest.raises(DocumentError) as caught:
        list(decode_lines([b"\n", line, b"3"], Answer, "answers.jsonl"))
    assert f"answers.jsonl:3: Expected `object`, got `int` @ $\n{ANSWER_ADVICE}" == str(caught.value)
    with pytest.raises(DocumentError, match=r"^cases\.jsonl:2: Expected `object`, got `int`"):
        list(decode_cases([b"\n", b"3"], "cases.jsonl"))


def test_all_that_is_there_twice_is_told_of_a_case() -> None:
    """Its parts first, then its own id with the line that has it already; strict: then what the vocabulary lacks."""
    twice = asked()
    twice["isocenters"] *= 2
    twice["plans"][0]["technique"] = "flash"
    lines = [b"\n", json.dumps(asked()).encode(), json.dumps(twice).encode()]
    parts = "x:3: duplicate id 'ISO1' @ $.isocenters[1].id"
    own = "x:3: duplicate id 'test:1', first on line 2 @ $.id"
    for strict, faults in ((False, [parts, own]), (True, [parts, "x:3: unknown technique 'flash' @ $.plans[0].technique", own])):
        with pytest.raises(DocumentError) as caught:
            list(decode_cases(lines, "x", strict=strict))
        assert faults == str(caught.value).splitlines()


def test_all_that_is_there_twice_is_told_of_a_claim() -> None:
    """Its line numbers, then its own id."""
    right, twice = json.dumps(CLAIM).encode(), json.dumps({**CLAIM, "lines": CLAIM["lines"] * 2}).encode()
    with pytest.raises(DocumentError) as caught:
        list(decode_claims([right, twice], "x"))
    assert [
        "x:2: duplicate line number 1, first at $.lines[0] @ $.lines[1].number",
        "x:2: duplicate id 'c:1', first on line 1 @ $.id",
    ] == str(caught.value).splitlines()
    assert [(1, "c:1"), (2, "c:2")] == [
        (number, claim.id)
        for number, claim in decode_claims([right, json.dumps({**CLAIM, "id": "c:2"}).encode()], "x")
        if isinstance(claim, Claim)
    ]


def test_the_schema_of_a_document() -> None:
    """It has a title, refers to its own parts, and needs no name of a schema; of the other fields those without default."""
    found = schema(Answer, "answer")
    assert ["$schema", "title", "$ref", "$defs"] == list(found)
    assert ("answer", "#/$defs/Answer") == (found["title"], found["$ref"])
    assert {"Answer", "AnswerLine"} == set(found["$defs"])
    assert ["id", "outcome"] == found["$defs"]["Answer"]["required"]
    assert "#/$defs/AnswerLine" == found["$defs"]["Answer"]["properties"]["lines"]["items"]["$ref"]
    assert {"$schema", "title", "type", "items", "$defs"} == set(schema(list[int], "numbers"))
